"""The life of an upload: received, its period said, imported, discarded. Nothing here knows of HTTP."""

import hashlib
import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from io import BytesIO
from pathlib import PurePosixPath
from typing import Final

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone

from accounts.models import SellerAccount, User, record_audit
from offers.calendar import warsaw_day
from reports.limits import DEFAULT_LIMITS
from reports.models import Upload, UploadFile, UploadStatus
from reports.periods import PeriodDoubt, doubt_about
from reports.preflight import check_container
from reports.reading import PERIOD_BY_PERSON, link_rows, refused
from reports.refusals import Refusal, ReportRefused
from reports.tasks import read_upload, reconcile_account

NAME_LENGTH: Final = 200
NAMELESS: Final = "report.xlsx"
# Control characters, and the marks that turn the direction of writing, by which "fdp.xlsx" can pose as another type.
UNSAFE_IN_NAMES: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
DEAD: Final = (UploadStatus.DISCARDED, UploadStatus.REFUSED)
REREADABLE: Final = (UploadStatus.PREVIEW, UploadStatus.NEEDS_PERIOD, UploadStatus.REFUSED)
LARGEST_SIZE: Final = 2**31 - 1


class PeriodRefused(Exception):
    """A period that no report can have; `doubt` says what is wrong with it."""

    def __init__(self, doubt: PeriodDoubt) -> None:
        super().__init__(str(doubt))
        self.doubt = doubt


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
    could not be read. A file that is plainly no workbook is recorded at once as refused, with its bytes if they are
    within the size limit.
    """
    digest = hashlib.sha256(content).hexdigest()
    if live := find_live(account, digest):
        return live, False
    upload = Upload(
        account=account, uploaded_by=user, file_name=clean_name(file_name), size=len(content), sha256=digest
    )
    refusal = _refusal_at_the_door(content)
    if refusal is not None:
        _set_refused(upload, refusal)
    try:
        with transaction.atomic():
            _keep(upload, content, read_later=read_later and refusal is None)
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
    _set_refused(upload, ReportRefused(Refusal.TOO_LARGE, size=size, limit=settings.MAX_UPLOAD_BYTES))
    upload.save()
    return upload


def find_live(account: SellerAccount, digest: str) -> Upload | None:
    """The upload of this content that counts or may still count."""
    found: Upload | None = (
        Upload.objects.filter(account=account, sha256=digest).exclude(status__in=DEAD).select_related("account").first()
    )
    return found


def clean_name(name: str) -> str:
    """The last part of a file's name without control characters, at most 200 characters, its ending kept."""
    bare = PurePosixPath(UNSAFE_IN_NAMES.sub("", name).replace("\\", "/")).name.strip(" .")
    if len(bare) > NAME_LENGTH:
        ending = PurePosixPath(bare).suffix[:10]
        bare = bare[: NAME_LENGTH - len(ending)] + ending
    return bare or NAMELESS


def set_period(upload: Upload, first: date, last: date) -> bool:
    """Say which Warsaw days (inclusive) the report covers; False where it is too late or too early for that.

    Raises PeriodRefused.
    """
    doubt = doubt_about(first, last, today=warsaw_day(timezone.now()))
    if doubt is not None:
        raise PeriodRefused(doubt)
    return _move(
        upload,
        (UploadStatus.NEEDS_PERIOD, UploadStatus.PREVIEW),
        status=UploadStatus.PREVIEW,
        period_from=first,
        period_to=last,
        period_source=PERIOD_BY_PERSON,
    )


@transaction.atomic
def import_upload(upload: Upload, user: User | None) -> bool:
    """Let the upload's figures count from now on; True if this call did it, so a second click does nothing."""
    ready = Upload.objects.filter(pk=upload.pk, status=UploadStatus.PREVIEW, rows_read__gt=0)
    if not ready.update(status=UploadStatus.IMPORTED, imported_at=timezone.now()):
        upload.refresh_from_db()
        return False
    upload.refresh_from_db()
    link_rows(upload)
    _audit(upload, user, "report.imported")
    _compare_on_commit(upload)
    return True


@transaction.atomic
def discard(upload: Upload, user: User | None) -> bool:
    """Stop the upload's figures from counting anywhere; file and rows stay. True if this call did it.

    A refused upload counts nowhere anyway and stays as it is.
    """
    living = [status for status in UploadStatus if status not in DEAD]
    if not _move(upload, living, status=UploadStatus.DISCARDED, alive_at=None):
        return False
    _audit(upload, user, "report.discarded")
    _compare_on_commit(upload)
    return True


def read_again(upload: Upload) -> bool:
    """Have a worker read the kept original anew; False where it is imported, discarded, being read or was not kept.

    Raises AlreadyLive where the same file has been uploaded again since it was refused.
    """
    if not UploadFile.objects.filter(upload=upload).exists():
        return False
    try:
        with transaction.atomic():
            moved = _move(upload, REREADABLE, status=UploadStatus.WAITING, alive_at=timezone.now(), attempts=0)
            if moved:
                _read_on_commit(upload)
    except IntegrityError:
        live = find_live(upload.account, upload.sha256)
        if live is None:
            raise
        raise AlreadyLive(live) from None
    return moved


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


def _refusal_at_the_door(content: bytes) -> ReportRefused | None:
    """What a look at the container alone finds: cheap enough while a person waits."""
    try:
        check_container(BytesIO(content), replace(DEFAULT_LIMITS, file_size=settings.MAX_UPLOAD_BYTES))
    except ReportRefused as refusal:
        return refusal
    return None


def _set_refused(upload: Upload, refusal: ReportRefused) -> None:
    for field, value in refused(refusal.code, refusal.context).items():
        setattr(upload, field, value)
    upload.read_at = timezone.now()


def _keep(upload: Upload, content: bytes, *, read_later: bool) -> None:
    upload.save()
    if len(content) <= settings.MAX_UPLOAD_BYTES:
        UploadFile.objects.create(upload=upload, content=content)
    if read_later:
        _read_on_commit(upload)


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
        rows=upload.rows_read,
    )
