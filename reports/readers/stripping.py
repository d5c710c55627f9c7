"""Take what tells of buyers out of a file, before it is kept.

Orders and payments name buyers, and so may a file of unknown layout. Of the first two only columns that a report is
read from stay; of an unknown one the columns whose headings tell of a person go, and every e-mail address wherever it
stands. Headings stay, so that the shape of the file does. The other known reports hold no buyers and are kept to the
byte.
"""

import csv
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from io import BytesIO, StringIO
from typing import BinaryIO, Final

from openpyxl import Workbook

from reports.readers.columns import SEARCHED_ROWS, SheetTop, find_columns, map_row
from reports.readers.concepts import Concept
from reports.readers.event_kinds import ORDERS, PAYMENTS
from reports.readers.kinds import KINDS
from reports.readers.limits import DEFAULT_LIMITS, Limits
from reports.readers.numbers import tidy
from reports.readers.personal import is_personal_heading
from reports.readers.refusals import ReportRefused
from reports.readers.report_kind import ReportKind
from reports.readers.shapes import find_header_row, likeliest_text
from reports.readers.sources import open_source
from reports.readers.texts import TextSheet
from reports.readers.totals import SKIPPED_ORDERS
from reports.readers.workbooks import Engine, Sheet

NAMING_PEOPLE: Final = frozenset({ORDERS.code, PAYMENTS.code})
_ADDRESS: Final = re.compile(r"[^\s@]@[^\s@]")
# The last table of an orders file counts the rows above it.
TOTALS_OF_ORDERS: Final = frozenset({"NumberOfOrders", SKIPPED_ORDERS})
Cells = Sequence[object]


@dataclass(slots=True)
class _Plan:
    """What of one sheet is kept. `columns` are the 0-based ones of the table that the walk is in; None: all but `left`.

    `marker` begins the headings of a further table ("Type" in orders); `header_row` is 1-based.
    """

    header_row: int
    kind: ReportKind | None = None
    columns: frozenset[int] | None = None
    left: frozenset[int] = field(default_factory=frozenset)
    marker: str = ""

    def row(self, number: int, cells: Cells) -> list[object]:
        """One row as it is kept."""
        if number == self.header_row or self._starts_table(number, cells):
            self._take_headings(number, cells)
            return list(cells)
        return [self._cell(index, cell, is_below=number > self.header_row) for index, cell in enumerate(cells)]

    def _starts_table(self, number: int, cells: Cells) -> bool:
        return bool(self.marker) and number > self.header_row and bool(cells) and cells[0] == self.marker

    def _take_headings(self, number: int, cells: Cells) -> None:
        if self.kind:
            found = map_row(self.kind, 0, "", number, cells)
            counts = {index for index, cell in enumerate(cells) if cell in TOTALS_OF_ORDERS}
            self.columns = frozenset(counts.union(column.index for column in found.columns))
        else:
            texts = {index: str(cell) for index, cell in enumerate(cells) if cell is not None}
            self.left = frozenset(index for index, text in texts.items() if is_personal_heading(text))

    def _cell(self, index: int, cell: object, *, is_below: bool) -> object:
        is_kept = index not in self.left if self.columns is None else index in self.columns
        if is_below and not is_kept:
            return None
        return None if isinstance(cell, str) and _ADDRESS.search(cell) else cell


def strip_people(
    source: BinaryIO, *, limits: Limits = DEFAULT_LIMITS, engine: Engine = Engine.REFERENCE
) -> bytes | None:
    """Give a seekable binary file without what tells of buyers; None where it can be kept as it is.

    A workbook comes out with its values and sheets only: formats and formulas of a file that names buyers are not
    kept. Raises `ReportRefused` for what is no sound workbook or text.
    """
    with open_source(source, limits, engine) as sheets:
        tops = [SheetTop(sheet.name, sheet.top(SEARCHED_ROWS)) for sheet in sheets]
        kind, at = _recognised(tops)
        if kind and kind.code not in NAMING_PEOPLE:
            return None
        texts = [sheet for sheet in sheets if isinstance(sheet, TextSheet)]
        if texts:
            top = tops[at] if kind else likeliest_text(tops)[0]
            return _text(texts[tops.index(top)], _plan(top, kind))
        plans = [_plan(top, kind if kind and index == at else None) for index, top in enumerate(tops)]
        return _workbook(sheets, plans)


def _recognised(tops: Sequence[SheetTop]) -> tuple[ReportKind | None, int]:
    try:
        found = find_columns(tops)
    except ReportRefused:
        return None, 0
    return KINDS[found.kind], found.sheet_index


def _plan(top: SheetTop, kind: ReportKind | None) -> _Plan:
    if kind is None:
        return _Plan(find_header_row(top) if top.rows else 0)
    found = find_columns([top])
    marker = found.column(Concept.ROW_TYPE) if kind.tables else None
    return _Plan(found.header_row, kind, frozenset(), marker=marker.heading if marker else "")


def _rows(sheet: Sheet | TextSheet, plan: _Plan) -> Iterator[list[object]]:
    for number, cells in enumerate(sheet.rows(), start=1):
        yield plan.row(number, cells)


def _text(sheet: TextSheet, plan: _Plan) -> bytes:
    out = StringIO()
    csv.writer(out, delimiter=sheet.delimiter).writerows(_rows(sheet, plan))
    return out.getvalue().encode("utf-8", "replace")


def _workbook(sheets: Sequence[Sheet | TextSheet], plans: Sequence[_Plan]) -> bytes:
    workbook = Workbook(write_only=True)
    for sheet, plan in zip(sheets, plans, strict=True):
        target = workbook.create_sheet(tidy(sheet.name))
        for cells in _rows(sheet, plan):
            target.append(cells)
    out = BytesIO()
    workbook.save(out)
    return out.getvalue()
