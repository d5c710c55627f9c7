"""Lists of changes as CSV and XLSX files: every row that the filters leave, in constant memory.

A cell never runs as a formula, numbers stay numbers, times are Warsaw's in ISO 8601.
"""

import csv
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any, TypeVar

from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

from offers.calendar import WARSAW
from offers.fields import Field, Kind, get_field
from offers.files.workbook import EXCEL_ROWS, Cell, stream_workbook
from offers.models import OfferChange
from offers.words.names import NameOf
from offers.words.presentation import ShownChange, Side
from offers.words.values import as_money, as_number
from offers.words.wording import show_whole_value

# A spreadsheet program runs a cell that starts with one of these as a formula.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")
# Excel takes a CSV file for UTF-8 only when it starts with this mark.
BYTE_ORDER_MARK = "\ufeff"
LINES_AT_ONCE = 200
EXCEL_IS_FULL = gettext_noop("A worksheet holds no more rows. Narrow the filters, or take the CSV file: it has all.")
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
COLUMN_WIDTHS = (26, 26, 16, 16, 48, 16, 14, 14, 28, 36, 36, 10, 40, 32, 16, 28, 14, 38, 10, 24)

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
        shown.source,
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
    number = as_number(value) if registered.kind is Kind.NUMBER else None
    if number is not None:
        return number
    return show_whole_value(registered, value, name_of)


def _currency(change: OfferChange) -> str:
    if not change.field or get_field(change.field).kind is not Kind.MONEY:
        return ""
    found = [money[1] for money in (as_money(change.old), as_money(change.new)) if money]
    return "/".join(dict.fromkeys(found))


def csv_file(changes: Iterable[ShownChange]) -> Iterator[bytes]:
    """A CSV file of changes piece by piece."""
    return csv_rows(headings(), map(row_of, changes))


def csv_rows(names: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Iterator[bytes]:
    """A CSV file (UTF-8 with a byte order mark, commas) with these headings, piece by piece."""
    writer = csv.writer(_Passing())
    yield f"{BYTE_ORDER_MARK}{writer.writerow(names)}".encode()
    lines: list[str] = []
    for row in safe_rows(rows):
        lines.append(writer.writerow(row))
        if len(lines) == LINES_AT_ONCE:
            yield "".join(lines).encode()
            lines.clear()
    yield "".join(lines).encode()


def safe_rows(rows: Iterable[Sequence[Cell]]) -> Iterator[list[Cell]]:
    """`rows` whose texts no spreadsheet program runs."""
    return ([safe_cell(cell) if isinstance(cell, str) else cell for cell in row] for row in rows)


class _Passing:
    """A file that hands back what is written, so that no line is kept."""

    def write(self, text: str) -> str:
        return text


def workbook_file(changes: Iterable[ShownChange], row_limit: int = EXCEL_ROWS) -> Iterator[bytes]:
    """An XLSX file of changes piece by piece."""
    columns = list(zip(headings(), COLUMN_WIDTHS, strict=True))
    rows = safe_rows(map(row_of, changes))
    return stream_workbook(_("Changes"), columns, rows, lambda: _(EXCEL_IS_FULL), row_limit)


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
