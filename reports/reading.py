"""Read an upload's kept original into rows: by one reader at a time, stored whole or not at all."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from io import BytesIO
from typing import Any, Final

import structlog
from celery.exceptions import SoftTimeLimitExceeded
from django.db import transaction
from django.db.models import F, OuterRef, Q, Subquery
from django.utils import timezone

from offers.calendar import warsaw_day
from offers.models import Offer
from reports.models import RowProblem, Upload, UploadFile, UploadRow, UploadStatus
from reports.readers.concepts import Concept
from reports.readers.reader import ReportReading, read_report
from reports.readers.refusals import ReportRefused
from reports.readers.rows import ReportRow

log = structlog.get_logger(__name__)

# A reader without a sign of life for this long was killed: it gives one each 1,000 rows, and unpacking the file before
# the first row and storing all rows after the last take far less.
STALE_AFTER: Final = timedelta(minutes=6)
# A file that keeps killing its reader is not given to a fourth one.
MOST_ATTEMPTS: Final = 3
BATCH: Final = 2_000
MEASURES: Final = (
    Concept.UNITS,
    Concept.REVENUE,
    Concept.VISITS,
    Concept.SALES_SHARE,
    Concept.AVERAGE_PRICE,
    Concept.ENDING_QUANTITY,
    Concept.TRANSACTIONS,
)
PERIOD_BY_PERSON: Final = "person"

# Refusals beside those of the reader itself (`reports.readers.refusals.Refusal`).
INTERNAL, INTERRUPTED, TOOK_TOO_LONG = "internal", "interrupted", "took_too_long"


class ClaimLost(Exception):
    """The upload was discarded, or given to another reader because this one seemed dead."""


@dataclass(slots=True)
class Claim:
    """One reader's right to one upload. Each sign of life replaces `alive_at`; whoever holds an old one has lost it."""

    upload: Upload
    alive_at: datetime
    rows_seen: int = 0

    def show_progress(self, rows_seen: int) -> None:
        """Save how far the reading is. Raises ClaimLost."""
        self.rows_seen = rows_seen
        now = timezone.now()
        if not self._held().update(rows_read=rows_seen, alive_at=now):
            raise ClaimLost
        self.alive_at = now

    def lock(self) -> Upload:
        """The upload's row, locked until the transaction ends. Raises ClaimLost."""
        upload: Upload | None = self._held().select_for_update().first()
        if upload is None:
            raise ClaimLost
        return upload

    def refuse(self, code: str, context: Mapping[str, Any]) -> None:
        """Close the upload as not readable, without rows of an earlier reading; no effect once the claim is lost."""
        with transaction.atomic():
            if self._held().update(**refused(code, context), alive_at=None, read_at=timezone.now(), rows_read=0):
                clear(self.upload)

    def _held(self) -> Any:
        return Upload.objects.filter(pk=self.upload.pk, status=UploadStatus.READING, alive_at=self.alive_at)


def refused(code: str, context: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of an upload that say why it could not be read."""
    return {"status": UploadStatus.REFUSED, "refusal": {"code": str(code), "context": dict(context)}}


def read(upload: Upload) -> bool:
    """Read the upload if it waits for it, or if its reader died; True if this call read (or refused) it.

    Not to be called inside a transaction, which would hide the progress. Anything unexpected is raised again after the
    upload was closed as "internal".
    """
    claim = _take(upload)
    if claim is None:
        return False
    try:
        _store(claim, _read_original(claim))
    except ReportRefused as reason:
        claim.refuse(reason.code, reason.context)
    except ClaimLost:
        log.info("upload_claim_lost", upload=str(upload.pk))
        return False
    except SoftTimeLimitExceeded:
        log.warning("upload_took_too_long", upload=str(upload.pk), rows_seen=claim.rows_seen)
        claim.refuse(TOOK_TOO_LONG, {})
    except Exception:
        claim.refuse(INTERNAL, {})
        raise
    upload.refresh_from_db()
    return True


def stuck() -> Q:
    """Which uploads nobody is reading although somebody should be."""
    dead = timezone.now() - STALE_AFTER
    waiting = Q(status=UploadStatus.WAITING) & (Q(alive_at__lt=dead) | Q(alive_at=None, uploaded_at__lt=dead))
    return waiting | Q(status=UploadStatus.READING, alive_at__lt=dead)


def hand_out_again(upload: Upload) -> bool:
    """Give a stuck upload back to the queue; True if a reader should be called. Too many attempts close it instead."""
    now = timezone.now()
    still_stuck = Upload.objects.filter(stuck(), pk=upload.pk)
    if upload.attempts >= MOST_ATTEMPTS:
        with transaction.atomic():
            if still_stuck.update(**refused(INTERRUPTED, {}), alive_at=None, read_at=now, rows_read=0):
                clear(upload)
        return False
    return bool(still_stuck.update(status=UploadStatus.WAITING, alive_at=now))


def clear(upload: Upload) -> None:
    """Take away what an earlier reading of a file that was never imported has left."""
    UploadRow.objects.filter(upload=upload).delete()
    RowProblem.objects.filter(upload=upload).delete()


def link_rows(upload: Upload) -> int:
    """Tie rows whose offer was unknown to the offers read since; returns how many."""
    offers = Offer.objects.filter(account=upload.account_id)
    unlinked = UploadRow.objects.filter(upload=upload, offer=None, allegro_offer_id__in=offers.values("allegro_id"))
    own = offers.filter(allegro_id=OuterRef("allegro_offer_id")).values("pk")[:1]
    linked: int = unlinked.update(offer=Subquery(own))
    return linked


def _take(upload: Upload) -> Claim | None:
    now = timezone.now()
    free = Q(status=UploadStatus.WAITING) | Q(status=UploadStatus.READING, alive_at__lt=now - STALE_AFTER)
    taken = Upload.objects.filter(free, pk=upload.pk).update(
        status=UploadStatus.READING, alive_at=now, attempts=F("attempts") + 1, rows_read=0
    )
    return Claim(upload, now) if taken else None


def _read_original(claim: Claim) -> ReportReading:
    original = UploadFile.objects.get(upload=claim.upload)
    return read_report(
        BytesIO(original.content),
        file_name=claim.upload.file_name,
        today=warsaw_day(timezone.now()),
        on_progress=claim.show_progress,
    )


def _store(claim: Claim, reading: ReportReading) -> None:
    with transaction.atomic():
        upload = claim.lock()
        clear(upload)
        for start in range(0, len(reading.rows), BATCH):
            _store_rows(upload, reading.rows[start : start + BATCH])
        problems = [
            RowProblem(
                upload=upload,
                row_number=problem.row,
                column=problem.column_heading,
                code=problem.code,
                value=problem.value,
            )
            for problem in reading.problems
        ]
        RowProblem.objects.bulk_create(problems, batch_size=BATCH)
        _describe(upload, reading, claim.rows_seen)
        upload.save()


def _store_rows(upload: Upload, rows: Sequence[ReportRow]) -> None:
    ids = [str(row.values.get(Concept.OFFER_ID, "")) for row in rows]
    known = Offer.objects.filter(account=upload.account_id, allegro_id__in=ids)
    offers = dict(known.values_list("allegro_id", "pk"))
    UploadRow.objects.bulk_create(
        UploadRow(
            upload=upload,
            offer_id=offers.get(offer_id),
            row_number=row.number,
            allegro_offer_id=offer_id,
            title=str(row.values.get(Concept.TITLE, "")),
            **{measure.value: row.values.get(measure) for measure in MEASURES},
        )
        for offer_id, row in zip(ids, rows, strict=True)
    )


def _describe(upload: Upload, reading: ReportReading, rows_seen: int) -> None:
    left_out = reading.mapping.header_row + reading.totals_skipped + reading.blank_skipped
    upload.kind = reading.kind
    upload.language = reading.language or ""
    upload.currency = reading.currency or ""
    upload.mapping = mapping_document(reading)
    upload.refusal = {}
    upload.rows_read = len(reading.rows)
    upload.rows_skipped = max(0, rows_seen - left_out - len(reading.rows))
    upload.problems_found = reading.problem_count
    upload.read_at = timezone.now()
    upload.alive_at = None
    # What a person said about the period stands, however often the file is read again.
    if upload.period_source != PERIOD_BY_PERSON:
        period = reading.period
        upload.period_from, upload.period_to = period or (None, None)
        upload.period_source = reading.period_finding.source or ""
    upload.status = UploadStatus.PREVIEW if upload.period_from else UploadStatus.NEEDS_PERIOD


def mapping_document(reading: ReportReading) -> dict[str, Any]:
    """How the file was understood, as JSON: sheet, columns, headings left out, statements of the period."""
    mapping, finding = reading.mapping, reading.period_finding
    return {
        "sheet": mapping.sheet,
        "header_row": mapping.header_row,
        "columns": [asdict(column) for column in mapping.columns],
        "unknown": list(mapping.unknown),
        "repeated": list(mapping.repeated),
        "share_scale": reading.scales.get(Concept.SALES_SHARE),
        "totals_skipped": reading.totals_skipped,
        "blank_skipped": reading.blank_skipped,
        "period_doubt": finding.doubt,
        "period_found": [
            {"source": statement.source, "text": statement.text, "doubt": statement.doubt}
            for statement in finding.found
        ],
    }
