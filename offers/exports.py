"""Lists of changes as CSV and XLSX files: every row that the filters leave, in constant memory.

A cell never runs as a formula, numbers stay numbers, times are Warsaw's in ISO 8601.
"""

import csv
from collections.abc import Iterable, Iterator
from datetime import datetime
from decimal import Decimal
from tempfile import TemporaryFile
from typing import IO, Any, TypeVar

from django.utils import translation
from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.utils import get_column_letter

from offers.calendar import WARSAW
from offers.fields import Field, Kind, get_field
from offers.models import OfferChange
from offers.names import NameOf
from offers.presentation import ShownChange, Side
from offers.values import as_money
from offers.wording import show_whole_value

# A spreadsheet program runs a cell that starts with one of these as a formula.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")
# Excel takes a CSV file for UTF-8 only when it starts with this mark.
BYTE_ORDER_MARK = "\ufeff"
# A worksheet holds so many rows, a cell so many characters (Excel specifications and limits).
EXCEL_ROWS = 1_048_576
EXCEL_CHARACTERS = 32_767
LINES_AT_ONCE = 200
PIECE_SIZE = 64 * 1024
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
COLUMN_WIDTHS = (26, 26, 16, 16, 48, 16, 14, 14, 28, 36, 36, 10, 40, 32, 16, 28, 14, 38, 10, 24)

Cell = str | int | Decimal | None
Step = TypeVar("Step")


def headings() -> list[str]:
    """The names of the columns, in the active language."""
    return [
        _("From"), _("To"), _("Offer number"), _("SKU"), _("Title"), _("Account"), _("Marketplace"), _("Kind"),
        _("Field"), _("Before"), _("After"), _("Currency"), _("Why a value is missing"), _("Difference"), _("Source"),
        _("How it is known"), _("Who"), _("Batch"), _("Offers touched"), _("Shared content"),
    ]  # fmt: skip


def row_of(shown: ShownChange) -> list[Cell]:
    """The cells of one change, in the order of the headings."""
    change = shown.change
    offer = change.offer
    registered = get_field(change.field)
    return [
        _instant(change.not_before),
        _instant(change.not_after),
        offer.allegro_id if offer else "",
        offer.external_id if offer else "",
        offer.title if offer else "",
        change.account.login,
        change.marketplace,
        shown.group_label,
        shown.label,
        _value(registered, change.old, shown.old, shown.name_of),
        _value(registered, change.new, shown.new, shown.name_of),
        _currency(change),
        " / ".join(dict.fromkeys(filter(None, (shown.old.reason, shown.new.reason)))),
        "; ".join(filter(None, (shown.note, shown.returned))),
        _("Announced by Allegro") if change.event_type else _("Found by comparing"),
        shown.how,
        shown.who,
        str(change.batch_id or ""),
        shown.touched,
        f"{change.shared.get_kind_display()}: {change.shared}" if change.shared else "",
    ]


def _instant(instant: datetime) -> str:
    return instant.astimezone(WARSAW).isoformat(timespec="seconds")


def _value(registered: Field, value: Any, side: Side, name_of: NameOf) -> Cell:
    """A number where it is one, else the whole value in words; nothing where nobody saw it."""
    if side.reason:
        return None
    money = as_money(value) if registered.kind is Kind.MONEY else None
    if money:
        return money[0]
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    return show_whole_value(registered, value, name_of)


def _currency(change: OfferChange) -> str:
    if not change.field or get_field(change.field).kind is not Kind.MONEY:
        return ""
    found = [money[1] for money in (as_money(change.old), as_money(change.new)) if money]
    return "/".join(dict.fromkeys(found))


def csv_file(changes: Iterable[ShownChange]) -> Iterator[bytes]:
    """A CSV file (UTF-8 with a byte order mark, commas) piece by piece."""
    writer = csv.writer(_Passing())
    yield f"{BYTE_ORDER_MARK}{writer.writerow(headings())}".encode()
    lines: list[str] = []
    for shown in changes:
        lines.append(writer.writerow([safe_cell(cell) if isinstance(cell, str) else cell for cell in row_of(shown)]))
        if len(lines) == LINES_AT_ONCE:
            yield "".join(lines).encode()
            lines.clear()
    yield "".join(lines).encode()


class _Passing:
    """A file that hands back what is written, so that no line is kept."""

    def write(self, text: str) -> str:
        return text


def workbook_file(changes: Iterable[ShownChange]) -> Iterator[bytes]:
    """An XLSX file piece by piece; it is written to a temporary file when the first piece is asked for."""
    with TemporaryFile() as file:
        write_workbook(changes, file)
        file.seek(0)
        while piece := file.read(PIECE_SIZE):
            yield piece


def write_workbook(changes: Iterable[ShownChange], file: IO[bytes], row_limit: int = EXCEL_ROWS) -> None:
    """Write an XLSX workbook to `file`; where a worksheet is full its last row says that there is more.

    Rows go to a temporary file of openpyxl's one by one.
    """
    workbook = Workbook(write_only=True)
    sheet = workbook.create_sheet(_("Changes"))
    sheet.freeze_panes = "A2"
    for column, width in enumerate(COLUMN_WIDTHS, start=1):
        sheet.column_dimensions[get_column_letter(column)].width = width
    sheet.append(headings())
    for number, shown in enumerate(changes, start=3):
        if number > row_limit:
            sheet.append([_("A worksheet holds no more rows. Narrow the filters, or take the CSV file: it has all.")])
            break
        sheet.append([_excel_cell(cell) for cell in row_of(shown)])
    workbook.save(file)


def _excel_cell(cell: Cell) -> Cell:
    if not isinstance(cell, str):
        return cell
    text = safe_cell(cell)
    return text if len(text) <= EXCEL_CHARACTERS else f"{text[: EXCEL_CHARACTERS - 1]}…"


def in_language(language: str | None, steps: Iterator[Step]) -> Iterator[Step]:
    """Each of `steps` made in `language`: a streamed answer goes on after the view's language is gone."""
    while True:
        with translation.override(language):
            try:
                step = next(steps)
            except StopIteration:
                return
        yield step


def safe_cell(text: str) -> str:
    """`text` so that a spreadsheet program shows it instead of running it, without what no file may hold."""
    clean = ILLEGAL_CHARACTERS_RE.sub("", text)
    return f"'{clean}" if clean.lstrip(" ").startswith(FORMULA_STARTS) else clean
