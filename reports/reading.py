"""Read an upload's kept original into rows: by one reader at a time, stored whole or not at all."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import structlog
from celery.exceptions import SoftTimeLimitExceeded
from django.db import transaction
from django.db.models import F, OuterRef, Q, Subquery
from django.utils import timezone

from offers.calendar import warsaw_day
from offers.models import Offer
from reports.details import (
    CURRENCY,
    PERIOD,
    marketplaces_of,
    open_questions,
    settle_marketplace,
    status_after_reading,
)
from reports.mappings import (
    ASK,
    REMEMBERED,
    ColumnsUnknown,
    applied,
    given_columns,
    given_document,
    is_anything_remembered,
    recall,
    shape_document,
)
from reports.models import Decision, RowProblem, Upload, UploadFile, UploadRow, UploadStatus
from reports.readers.given import GivenColumns
from reports.readers.isolated import inspect_isolated, read_isolated
from reports.readers.reader import ReportReading
from reports.readers.refusals import Refusal, ReportRefused
from reports.readers.shapes import FileShape
from reports.storing import Written, same_rows, write_problems, write_rows

log = structlog.get_logger(__name__)

# A reader without a sign of life for this long was killed: it gives one each 1,000 rows, and unpacking the file before
# the first row and storing all rows after the last take far less.
STALE_AFTER: Final = timedelta(minutes=6)
# A file that keeps killing its reader is not given to a fourth one.
MOST_ATTEMPTS: Final = 3

# Refusals beside those of the reader itself (`reports.refusals.Refusal`).
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

    def ask_for_columns(self, shape: FileShape) -> None:
        """Leave it to a person to say what the columns hold; no effect once the claim is lost."""
        asked = {"status": UploadStatus.NEEDS_MAPPING, "shape": shape_document(shape), "shape_digest": shape.digest}
        with transaction.atomic():
            if self._held().update(**asked, alive_at=None, read_at=timezone.now()):
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
    except ColumnsUnknown as unknown:
        claim.ask_for_columns(unknown.shape)
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


def kept_content(upload: Upload) -> bytes:
    """The original's bytes; a reading that revises another has the file of the first.

    Raises UploadFile.DoesNotExist where it was not kept.
    """
    files = UploadFile.objects.filter(upload__account=upload.account_id, upload__sha256=upload.sha256)
    return bytes(files.earliest("pk").content)


def _read_original(claim: Claim) -> ReportReading:
    """Read the file by the columns that a person named, now or for an earlier file of its shape, or by its headings.

    Raises ColumnsUnknown where none of these helps, ReportRefused where no columns would.
    """
    upload = claim.upload
    content = kept_content(upload)
    given, shape = _named_columns(upload, content)
    try:
        return read_isolated(
            content,
            file_name=upload.file_name,
            today=warsaw_day(timezone.now()),
            given=given,
            on_progress=claim.show_progress,
        )
    except ReportRefused as refusal:
        if refusal.code != Refusal.NO_KNOWN_HEADING:
            raise
        shape = shape or inspect_isolated(content, file_name=upload.file_name)
        if not shape.sheets:
            raise
        raise ColumnsUnknown(shape) from refusal


def _named_columns(upload: Upload, content: bytes) -> tuple[GivenColumns | None, FileShape | None]:
    """The columns that a person named for this file or one of its shape, and the shape if it had to be looked at."""
    given = given_columns(upload.given_columns)
    if given is not None:
        return given, None
    asked = bool(upload.given_columns.get(ASK))
    if not asked and not is_anything_remembered(upload):
        return None, None
    shape = inspect_isolated(content, file_name=upload.file_name)
    if asked:
        raise ColumnsUnknown(shape)
    remembered = recall(upload, shape)
    if remembered is None:
        return None, shape
    given = applied(remembered, shape)
    upload.given_columns = {**given_document(given), REMEMBERED: remembered.pk}
    upload.shape_digest = remembered.shape_digest
    return given, shape


def _store(claim: Claim, reading: ReportReading) -> None:
    named = claim.upload.given_columns, claim.upload.shape_digest
    with transaction.atomic():
        upload = claim.lock()
        upload.given_columns, upload.shape_digest = named
        clear(upload)
        written = write_rows(upload, reading)
        write_problems(upload, reading.problems)
        _describe(upload, reading, written, claim.rows_seen)
        if upload.revises is not None and _says_the_same(upload, upload.revises):
            # Nothing to decide: the earlier reading stands, and this one says that it found the same.
            upload.status, upload.decision = UploadStatus.DISCARDED, Decision.IDENTICAL
            clear(upload)
        upload.save()


COUNTS: Final = ("good_rows", "bad_rows", "problems_found")


def _says_the_same(upload: Upload, earlier: Upload) -> bool:
    facts = ("kind", "currency", "marketplace", "period_from", "period_to", "exported_at", *COUNTS)
    return all(getattr(upload, fact) == getattr(earlier, fact) for fact in facts) and same_rows(upload, earlier)


def _describe(upload: Upload, reading: ReportReading, written: Written, rows_seen: int) -> None:
    headings = reading.mapping.header_row + len(reading.further_tables)
    no_rows = headings + reading.totals_skipped + reading.blank_skipped
    upload.kind = reading.kind
    upload.language = reading.language or ""
    # Nothing is uploaded before it is made: such a clock or zone is not to be believed.
    is_before = reading.exported_at is not None and reading.exported_at <= upload.uploaded_at
    upload.exported_at = reading.exported_at if is_before else None
    upload.mapping = mapping_document(reading)
    upload.mapping["amounts_without_currency"] = written.unnamed and not reading.currency
    upload.refusal, upload.shape = {}, {}
    upload.rows_read = rows_seen
    upload.good_rows = written.rows
    upload.bad_rows = max(0, rows_seen - no_rows - written.rows)
    upload.problems_found = reading.problem_count
    upload.read_at = timezone.now()
    upload.alive_at = None
    if CURRENCY not in upload.said:
        upload.currency = reading.currency or _only(written)
    if PERIOD not in upload.said:
        upload.period_from, upload.period_to = reading.period or (None, None)
        upload.period_source = reading.period_finding.source or ""
    marketplaces = marketplaces_of(upload.account)
    settle_marketplace(upload, marketplaces)
    upload.questions = open_questions(upload, marketplaces)
    upload.status = status_after_reading(upload)


def _only(written: Written) -> str:
    """The one currency that every amount names in its row, "" where some name none or another one."""
    return next(iter(written.currencies)) if len(written.currencies) == 1 and not written.unnamed else ""


def mapping_document(reading: ReportReading) -> dict[str, Any]:
    """How the file was understood, as JSON: sheet, columns, headings left out, statements of the period."""
    mapping, finding = reading.mapping, reading.period_finding
    tables = [mapping, *reading.further_tables]
    return {
        "sheet": mapping.sheet,
        "header_row": mapping.header_row,
        "columns": [asdict(column) for table in tables for column in table.columns],
        "unknown": list(dict.fromkeys(heading for table in tables for heading in table.unknown)),
        "repeated": list(dict.fromkeys(heading for table in tables for heading in table.repeated)),
        "scales": {str(concept): str(scale) for concept, scale in reading.scales.items()},
        "totals_skipped": reading.totals_skipped,
        "blank_skipped": reading.blank_skipped,
        "period_doubt": finding.doubt,
        "period_found": [
            {"source": statement.source, "text": statement.text, "doubt": statement.doubt}
            for statement in finding.found
        ],
    }
