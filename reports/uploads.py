"""The life of an upload: received, its period said, imported, discarded. Nothing here knows of HTTP."""

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from io import BytesIO
from pathlib import PurePosixPath
from typing import Final

import structlog
from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone

from accounts.models import SellerAccount, User, record_audit
from reports.details import OPEN, PERIOD, marketplaces_of, open_questions, status_after_reading
from reports.mappings import ASK, given_document, remember
from reports.models import Decision, Upload, UploadFile, UploadStatus
from reports.readers.given import GivenColumns
from reports.readers.isolated import ReaderFailed, strip_isolated
from reports.readers.limits import DEFAULT_LIMITS
from reports.readers.preflight import check_container
from reports.readers.refusals import Refusal, ReportRefused
from reports.reading import INTERNAL, link_rows, refused
from reports.tasks import read_upload, reconcile_account

log = structlog.get_logger(__name__)

NAME_LENGTH: Final = 200
NAMELESS: Final = "report.xlsx"
# Control characters, and the marks that turn the direction of writing, by which "fdp.xlsx" can pose as another type.
UNSAFE_IN_NAMES: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
DEAD: Final = (UploadStatus.DISCARDED, UploadStatus.REFUSED, UploadStatus.REPLACED)
REREADABLE: Final = (*OPEN, UploadStatus.NEEDS_MAPPING, UploadStatus.REFUSED)
LARGEST_SIZE: Final = 2**31 - 1


class AlreadyLive(Exception):
    """The same file is there already; `upload` is the one that counts."""

    def __init__(self, upload: Upload) -> None:
        super().__init__(str(upload.pk))
        self.upload = upload


def receive(
    account: SellerAccount, user: User | None, file_name: str, content: bytes, *, read_later: bool = True
) -> tuple[Upload, bool]:
    """Keep a file and have a worker read it (or, without `read_later`, leave that to the caller).

    Returns the upload and whether it is new: the same bytes are one upload per account, unless it was discarded or
    could not be read. What tells of buyers is taken out before anything is kept; a file that cannot be opened for that
    is recorded as refused, and nothing of it is kept.
    """
    digest = hashlib.sha256(content).hexdigest()
    if live := find_live(account, digest):
        return live, False
    upload = Upload(
        account=account, uploaded_by=user, file_name=clean_name(file_name), size=len(content), sha256=digest
    )
    file = _without_people(upload, content)
    try:
        with transaction.atomic():
            _keep(upload, file, read_later=read_later)
    except IntegrityError:
        # Sent twice at the same moment: the other request has won.
        live = find_live(account, digest)
        if live is None:
            raise
        return live, False
    return upload, True


def refuse_too_large(account: SellerAccount, user: User | None, file_name: str, size: int) -> Upload:
    """Record that a file over the size limit was turned away; its bytes are neither read nor kept."""
    upload = Upload(account=account, uploaded_by=user, file_name=clean_name(file_name), size=min(size, LARGEST_SIZE))
    _set_refused(upload, Refusal.TOO_LARGE, {"size": size, "limit": settings.MAX_UPLOAD_BYTES})
    upload.save()
    return upload


def find_live(account: SellerAccount, digest: str) -> Upload | None:
    """The upload of this content that counts or may still count."""
    found: Upload | None = (
        Upload.objects.filter(account=account, sha256=digest)
        .exclude(status__in=DEAD)
        .select_related("account")
        .order_by("uploaded_at")
        .first()
    )
    return found


def clean_name(name: str) -> str:
    """The last part of a file's name without control characters, at most 200 characters, its ending kept."""
    bare = PurePosixPath(UNSAFE_IN_NAMES.sub("", name).replace("\\", "/")).name.strip(" .")
    if len(bare) > NAME_LENGTH:
        ending = PurePosixPath(bare).suffix[:10]
        bare = bare[: NAME_LENGTH - len(ending)] + ending
    return bare or NAMELESS


@transaction.atomic
def import_upload(upload: Upload, user: User | None, *, leave_out: int = 0) -> bool:
    """Let the upload's good rows count from now on; True if this call did it, so a second click does nothing.

    `leave_out` is the number of bad rows that the person agreed to leave out: nothing is taken where there are more or
    fewer. A reading that revises an imported one replaces it in the same breath.
    """
    ready = Upload.objects.filter(pk=upload.pk, status=UploadStatus.PREVIEW, good_rows__gt=0, bad_rows=leave_out)
    decision = Decision.GOOD_ROWS if leave_out else Decision.EVERYTHING
    done = ready.update(status=UploadStatus.IMPORTED, imported_at=timezone.now(), decision=decision)
    upload.refresh_from_db()
    if not done:
        return False
    if upload.revises_id is not None:
        Upload.objects.filter(pk=upload.revises_id, status=UploadStatus.IMPORTED).update(status=UploadStatus.REPLACED)
    link_rows(upload)
    _audit(upload, user, "report.imported")
    _compare_on_commit(upload)
    return True


@transaction.atomic
def discard(upload: Upload, user: User | None) -> bool:
    """Stop the upload's figures from counting anywhere; file and rows stay. True if this call did it.

    A refused upload counts nowhere anyway and stays as it is. Where the upload had replaced an earlier reading of its
    file, that one counts again: undoing leads back to what was.
    """
    was_imported = Upload.objects.filter(pk=upload.pk, status=UploadStatus.IMPORTED).exists()
    living = [status for status in UploadStatus if status not in DEAD]
    if not _move(upload, living, status=UploadStatus.DISCARDED, decision=Decision.NOTHING, alive_at=None, shape={}):
        return False
    if was_imported and upload.revises_id is not None:
        Upload.objects.filter(pk=upload.revises_id, status=UploadStatus.REPLACED).update(status=UploadStatus.IMPORTED)
    _audit(upload, user, "report.discarded")
    _compare_on_commit(upload)
    return True


def earlier_reading_counts(upload: Upload) -> bool:
    """Whether the reading that this one revises is imported."""
    return bool(Upload.objects.filter(pk=upload.revises_id, status=UploadStatus.IMPORTED).exists())


def restore(upload: Upload) -> bool:
    """Bring a discarded upload back to where it can be imported; False where it is not discarded or has no file.

    Raises AlreadyLive where the same file has been uploaded again since.
    """
    if not upload.read_at or not upload.good_rows or upload.decision == Decision.IDENTICAL:
        return _read_anew(upload, (UploadStatus.DISCARDED,), decision="")
    upload.questions = open_questions(upload, marketplaces_of(upload.account))
    back = {"status": status_after_reading(upload), "questions": upload.questions, "decision": ""}
    return _revive(upload, (UploadStatus.DISCARDED,), **back)


def read_again(upload: Upload, user: User | None = None) -> Upload | None:
    """Have a worker read the kept original anew; None where it is discarded, being read or was not kept.

    Before the import the upload itself is read again. An imported one stays as it is: a second upload beside it
    (returned) is read, and replaces it once that is imported. Raises AlreadyLive where the same file has been uploaded
    again since it was refused.
    """
    if upload.status == UploadStatus.IMPORTED:
        return _revise(upload, user)
    return upload if _read_anew(upload, REREADABLE) else None


def change_mapping(upload: Upload) -> bool:
    """Ask for the columns of a file that was read, by its headings or by columns named before."""
    return _read_anew(upload, (*OPEN, UploadStatus.REFUSED), given_columns={ASK: True})


def name_columns(upload: Upload, given: GivenColumns, user: User | None) -> bool:
    """Have the file read by the columns that a person named, and remember them for the next file of its shape."""
    digest = _digest_of(upload, given)
    with transaction.atomic():
        named = {"given_columns": given_document(given), "shape_digest": digest, "shape": {}}
        if not _read_anew(upload, (UploadStatus.NEEDS_MAPPING,), **named):
            return False
        remember(upload, given, digest, user)
        _audit(upload, user, "report.columns_named")
    return True


def _digest_of(upload: Upload, given: GivenColumns) -> str:
    """The digest of the row that was said to hold the headings."""
    found = next((sheet for sheet in upload.shape.get("sheets", []) if sheet["name"] == given.sheet), None)
    if found is None:
        return str(upload.shape_digest)
    return str(found.get("digests", {}).get(str(given.header_row), found["digest"]))


def overlapping(upload: Upload) -> QuerySet[Upload]:
    """The imported uploads of the account that share a day with this one's period: shown, never added up."""
    others: QuerySet[Upload] = (
        Upload.objects.filter(account=upload.account_id, kind=upload.kind, status=UploadStatus.IMPORTED)
        .exclude(pk=upload.pk)
        .order_by("period_from", "uploaded_at")
    )
    if upload.period_from is None:
        return others.none()
    return others.filter(period_from__lte=upload.period_to, period_to__gte=upload.period_from)


def _without_people(upload: Upload, content: bytes) -> UploadFile | None:
    """The file as it is kept; None where it was refused, which the upload then says."""
    try:
        # The container alone is cheap to look at; the rest is done in a process of its own.
        check_container(BytesIO(content), replace(DEFAULT_LIMITS, file_size=settings.MAX_UPLOAD_BYTES))
        stripped = strip_isolated(content)
    except ReportRefused as refusal:
        _set_refused(upload, refusal.code, refusal.context)
        return None
    except ReaderFailed as failure:
        log.error("upload_not_stripped", reason=str(failure))
        _set_refused(upload, INTERNAL, {})
        return None
    return UploadFile(upload=upload, content=content if stripped is None else stripped, is_stripped=bool(stripped))


def _set_refused(upload: Upload, code: str, context: Mapping[str, object]) -> None:
    for field, value in refused(code, context).items():
        setattr(upload, field, value)
    upload.read_at = timezone.now()


def _keep(upload: Upload, file: UploadFile | None, *, read_later: bool) -> None:
    upload.save()
    if file is None:
        return
    file.save()
    if read_later:
        _read_on_commit(upload)


def _revise(upload: Upload, user: User | None) -> Upload | None:
    """A second reading of an imported file beside the first; the one under way where there is one already."""
    if not UploadFile.objects.filter(upload__account=upload.account_id, upload__sha256=upload.sha256).exists():
        return None
    kept = ("account", "file_name", "size", "sha256", "said", "given_columns", "currency", "marketplace")
    revision = Upload(revises=upload, uploaded_by=user, **{name: getattr(upload, name) for name in kept})
    if PERIOD in upload.said:
        revision.period_from, revision.period_to = upload.period_from, upload.period_to
        revision.period_source = upload.period_source
    try:
        with transaction.atomic():
            revision.save()
            _read_on_commit(revision)
    except IntegrityError:
        under_way: Upload | None = upload.revisions.exclude(status__in=DEAD).first()
        return under_way
    return revision


def _read_anew(upload: Upload, allowed: Iterable[str], **fields: object) -> bool:
    if not UploadFile.objects.filter(upload__account=upload.account_id, upload__sha256=upload.sha256).exists():
        return False
    waiting = {"status": UploadStatus.WAITING, "alive_at": timezone.now(), "attempts": 0}
    return _revive(upload, allowed, **waiting, **fields)


def _revive(upload: Upload, allowed: Iterable[str], **fields: object) -> bool:
    """Change the upload so that it may count again; a worker is called where it is to be read."""
    try:
        with transaction.atomic():
            moved = _move(upload, allowed, **fields)
            if moved and upload.status == UploadStatus.WAITING:
                _read_on_commit(upload)
    except IntegrityError:
        live = find_live(upload.account, upload.sha256)
        if live is None:
            raise
        raise AlreadyLive(live) from None
    return moved


def _read_on_commit(upload: Upload) -> None:
    # Not before the row can be seen: a worker is quicker than a commit. A message lost in between is sent again by
    # `reports.tasks.reclaim_stuck_uploads`.
    read_upload.delay_on_commit(str(upload.pk))  # type: ignore[attr-defined]  # celery-types lacks it


def _compare_on_commit(upload: Upload) -> None:
    """The figures of the account's reports have changed: the comparison with its record follows."""
    reconcile_account.delay_on_commit(str(upload.account_id))  # type: ignore[attr-defined]  # celery-types lacks it


def _move(upload: Upload, allowed: Iterable[str], **fields: object) -> bool:
    """Change the upload by one conditional update, so that of two requests at once one finds it changed."""
    moved = Upload.objects.filter(pk=upload.pk, status__in=list(allowed)).update(**fields)
    upload.refresh_from_db()
    return bool(moved)


def _audit(upload: Upload, user: User | None, verb: str) -> None:
    period = f"{upload.period_from}/{upload.period_to}" if upload.period_from else ""
    record_audit(
        upload.account.workspace,
        user,
        verb,
        upload.file_name,
        upload=str(upload.pk),
        account=str(upload.account_id),
        period=period,
        rows=upload.good_rows,
    )
