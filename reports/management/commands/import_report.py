"""`manage.py import_report FILE --account ACCOUNT_ID`: upload, read and import one report in the foreground."""

from argparse import ArgumentTypeError
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.commands import account_scope
from accounts.models import SellerAccount
from offers.pages.filters import MARKETPLACES
from reports.details import PERIOD, PeriodRefused, say
from reports.mappings import faults
from reports.marketplaces import CURRENCIES
from reports.messages import doubt_message, explain_refusal, meaning
from reports.models import Upload, UploadKind, UploadStatus
from reports.readers.concepts import Concept
from reports.readers.given import GivenColumns
from reports.reading import read
from reports.uploads import change_mapping, import_upload, name_columns, receive


class Command(BaseCommand):
    help = "Uploads, reads and imports one report file, as the pages do. Running it twice imports once."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--account", required=True, help="our id of the linked account")
        parser.add_argument("--kind", choices=UploadKind.values, help="refuse a file of any other kind")
        parser.add_argument("--from", dest="first", type=date.fromisoformat, help="first day covered, YYYY-MM-DD")
        parser.add_argument("--to", dest="last", type=date.fromisoformat, help="last day covered, YYYY-MM-DD")
        parser.add_argument("--marketplace", choices=MARKETPLACES, default="", help="where the file does not say it")
        parser.add_argument(
            "--currency", choices=sorted(set(CURRENCIES.values())), default="", help="where the file names none"
        )
        parser.add_argument(
            "--map", dest="columns", type=columns_of, help="0=offer_id,3=revenue: what each column holds; needs --kind"
        )
        parser.add_argument("--sheet", default="", help="with --map: the sheet of the table, else the first")
        parser.add_argument("--header-row", type=int, default=0, help="with --map: the row of the headings, from 1")
        parser.add_argument("--all-or-nothing", action="store_true", help="import nothing if any row cannot be taken")

    def handle(self, *args: Any, **options: Any) -> None:
        if (options["first"] is None) != (options["last"] is None):
            raise CommandError("give both --from and --to, or neither")
        if options["columns"] and not options["kind"]:
            raise CommandError("--map needs --kind")
        with account_scope(options["account"]) as account:
            upload = self._receive(account, options["file"])
            if upload.status == UploadStatus.IMPORTED:
                self.stdout.write(f"already imported: {describe(upload)}")
                return
            read(upload)
            if options["columns"]:
                _name_columns(upload, options)
            _check_readable(upload, options["kind"])
            _say(upload, options)
            self._import(upload, all_or_nothing=options["all_or_nothing"])

    def _receive(self, account: SellerAccount, path: Path) -> Upload:
        try:
            size = path.stat().st_size
            if size > settings.MAX_UPLOAD_BYTES:
                raise CommandError(f"{path} has {size} bytes; the limit is {settings.MAX_UPLOAD_BYTES}")
            content = path.read_bytes()
        except OSError as error:
            raise CommandError(f"{path} cannot be opened: {error.strerror}") from None
        return receive(account, None, path.name, content, read_later=False)[0]

    def _import(self, upload: Upload, *, all_or_nothing: bool) -> None:
        if upload.status == UploadStatus.NEEDS_DETAILS:
            raise CommandError(f"{_open_questions(upload)} The file is kept and will not be added twice.")
        if all_or_nothing and upload.bad_rows:
            raise CommandError(f"nothing was imported, as asked: {describe(upload)}")
        if not import_upload(upload, None, leave_out=upload.bad_rows):
            raise CommandError(f"nothing was imported: {describe(upload)}")
        self.stdout.write(f"imported: {describe(upload)}")


def columns_of(text: str) -> dict[int, Concept]:
    """Read "0=offer_id,3=revenue". Raises ArgumentTypeError."""
    try:
        pairs = [part.split("=") for part in text.split(",")]
        return {int(index): Concept(concept.strip()) for index, concept in pairs}
    except ValueError:
        raise ArgumentTypeError(f"not like 0=offer_id,3=revenue: {text}") from None


def describe(upload: Upload) -> str:
    """One line about an upload."""
    period = f"{upload.period_from} to {upload.period_to}" if upload.period_from else "period unknown"
    return (
        f"{upload.file_name} ({upload.pk}), {period}: {upload.good_rows} rows, "
        f"{upload.bad_rows} left out, {upload.problems_found} problems"
    )


def _name_columns(upload: Upload, options: Mapping[str, Any]) -> None:
    """Read the file by the columns of the command line, and remember them, as the mapping screen does."""
    if upload.status != UploadStatus.NEEDS_MAPPING and change_mapping(upload):
        read(upload)
    sheets = upload.shape.get("sheets", [])
    named = [sheet for sheet in sheets if options["sheet"] in ("", sheet["name"])]
    if upload.status != UploadStatus.NEEDS_MAPPING or not named:
        raise CommandError("the file has no such sheet, or cannot be read at all")
    missing, doubled = faults(options["kind"], options["columns"], named[0]["headings"])
    if missing or doubled:
        lacking = ", ".join(" or ".join(map(meaning, group)) for group in missing)
        twice = ", ".join(map(meaning, doubled))
        raise CommandError(f"missing: {lacking or 'nothing'}; named twice: {twice or 'nothing'}")
    given = GivenColumns(
        kind=options["kind"],
        sheet=named[0]["name"],
        header_row=options["header_row"] or named[0]["header_row"],
        columns=options["columns"],
        currency=options["currency"] or None,
    )
    name_columns(upload, given, None)
    read(upload)


def _check_readable(upload: Upload, kind: str | None) -> None:
    if upload.status == UploadStatus.REFUSED:
        raise CommandError(str(explain_refusal(upload.refusal, file_kept=True)))
    if upload.status == UploadStatus.NEEDS_MAPPING:
        headings = [f"{sheet['name']}: {', '.join(sheet['headings'])}" for sheet in upload.shape.get("sheets", [])]
        raise CommandError("the headings are unknown; say with --kind and --map what they hold. " + "; ".join(headings))
    if upload.status in {UploadStatus.WAITING, UploadStatus.READING}:
        raise CommandError("a worker is reading this file right now; run the command again in a minute")
    if kind and upload.kind != kind:
        raise CommandError(f"the file is {upload.kind}, not {kind}; it is kept, nothing was imported")


def _say(upload: Upload, options: Mapping[str, Any]) -> None:
    period = None if options["first"] is None else (options["first"], options["last"])
    if not (period or options["currency"] or options["marketplace"]):
        return
    try:
        say(upload, period=period, currency=options["currency"], marketplace=options["marketplace"])
    except PeriodRefused as refused:
        raise CommandError(f"{doubt_message(refused.doubt)} The file is kept.") from None


def _open_questions(upload: Upload) -> str:
    doubt = doubt_message(upload.mapping.get("period_doubt"))
    options = {PERIOD: f"{doubt} Give them as --from and --to."}
    return " ".join(options.get(question, f"Give --{question}.") for question in upload.questions)
