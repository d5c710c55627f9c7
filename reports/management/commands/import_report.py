"""`manage.py import_report FILE --account ACCOUNT_ID`: upload, read and import one report in the foreground."""

from datetime import date
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.commands import account_scope
from accounts.models import SellerAccount
from reports.messages import doubt_message, explain_refusal
from reports.models import Upload, UploadKind, UploadStatus
from reports.reading import read
from reports.uploads import PeriodRefused, import_upload, receive, set_period


class Command(BaseCommand):
    help = "Uploads, reads and imports one report file, as the pages do. Running it twice imports once."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--account", required=True, help="our id of the linked account")
        parser.add_argument("--kind", choices=UploadKind.values, help="refuse a file of any other kind")
        parser.add_argument("--from", dest="first", type=date.fromisoformat, help="first day covered, YYYY-MM-DD")
        parser.add_argument("--to", dest="last", type=date.fromisoformat, help="last day covered, YYYY-MM-DD")

    def handle(self, *args: Any, **options: Any) -> None:
        first, last = options["first"], options["last"]
        if (first is None) != (last is None):
            raise CommandError("give both --from and --to, or neither")
        with account_scope(options["account"]) as account:
            upload = self._receive(account, options["file"])
            if upload.status == UploadStatus.IMPORTED:
                self.stdout.write(f"already imported: {describe(upload)}")
                return
            read(upload)
            _check_readable(upload, options["kind"])
            if first is not None:
                _set_period(upload, first, last)
            self._import(upload)

    def _receive(self, account: SellerAccount, path: Path) -> Upload:
        try:
            size = path.stat().st_size
            if size > settings.MAX_UPLOAD_BYTES:
                raise CommandError(f"{path} has {size} bytes; the limit is {settings.MAX_UPLOAD_BYTES}")
            content = path.read_bytes()
        except OSError as error:
            raise CommandError(f"{path} cannot be opened: {error.strerror}") from None
        return receive(account, None, path.name, content, read_later=False)[0]

    def _import(self, upload: Upload) -> None:
        if upload.status == UploadStatus.NEEDS_PERIOD:
            doubt = doubt_message(upload.mapping.get("period_doubt"))
            raise CommandError(f"{doubt} Give them as --from and --to; the file is kept and will not be added twice.")
        if not import_upload(upload, None):
            raise CommandError(f"nothing was imported: {describe(upload)}")
        self.stdout.write(f"imported: {describe(upload)}")


def describe(upload: Upload) -> str:
    """One line about an upload."""
    period = f"{upload.period_from} to {upload.period_to}" if upload.period_from else "period unknown"
    return (
        f"{upload.file_name} ({upload.pk}), {period}: {upload.rows_read} rows, "
        f"{upload.rows_skipped} left out, {upload.problems_found} problems"
    )


def _check_readable(upload: Upload, kind: str | None) -> None:
    if upload.status == UploadStatus.REFUSED:
        raise CommandError(str(explain_refusal(upload.refusal, file_kept=True)))
    if upload.status in {UploadStatus.WAITING, UploadStatus.READING}:
        raise CommandError("a worker is reading this file right now; run the command again in a minute")
    if kind and upload.kind != kind:
        raise CommandError(f"the file is {upload.kind}, not {kind}; it is kept, nothing was imported")


def _set_period(upload: Upload, first: date, last: date) -> None:
    try:
        set_period(upload, first, last)
    except PeriodRefused as refused:
        raise CommandError(f"{doubt_message(refused.doubt)} The file is kept.") from None
