"""Open a workbook for reading, behind the preflight, and keep the quirks of two parsers in one place.

openpyxl is the reference. calamine gives the same rows many times faster, but ends the whole process over some hostile
sheets, so it may run only in a process that can be lost; and it leaves out the text of error cells, so a sheet with
such cells is the reference's.
"""

import warnings
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime, time
from enum import StrEnum
from itertools import islice
from typing import IO, Any, BinaryIO, Final

import openpyxl
from openpyxl.utils.escape import unescape

from reports.readers.limits import DEFAULT_LIMITS, Limits
from reports.readers.parts import has_percent_format, sheet_parts
from reports.readers.preflight import CleanCopy, SheetFacts, clean_copy
from reports.readers.refusals import Refusal, ReportRefused

SHEET_NAME_LENGTH: Final = 100
# Floats hold whole numbers exactly up to here, and no figure of a report is larger.
LARGEST_EXACT: Final = 10**15
# calamine holds a sheet's whole area in memory, gaps included.
LARGEST_FAST_AREA: Final = 4_000_000
# openpyxl has no error of its own for a broken workbook: whatever its code stumbles over comes out. Listed one by one,
# because "except Exception" would swallow a task's time limit as well. OSError is what it raises for a missing part;
# the copy it reads was written in full before, so no real input error hides behind it.
DAMAGE: Final = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    EOFError,
    LookupError,
    OSError,
    RecursionError,
    SyntaxError,  # what both XML parsers raise
    TypeError,
    ValueError,
    zipfile.BadZipFile,
    zlib.error,
)
NO_FACTS: Final = SheetFacts(0, special=False, empty_formulas=frozenset())

Cells = tuple[object, ...]


class Engine(StrEnum):
    """Which parser reads the cells."""

    REFERENCE = "openpyxl"
    FAST = "calamine"  # only in a process that can be lost


@dataclass(frozen=True, slots=True)
class Sheet:
    """One worksheet, readable any number of times from its first row."""

    name: str
    full_name: str
    facts: SheetFacts
    file: IO[bytes]
    _rows: Any

    def rows(self) -> Iterator[Cells]:
        """Give every row from the sheet's first, gaps as empty rows; formulas as the value last computed.

        Cells are str, int, float, bool, date, datetime, time, timedelta or None; an error cell is its text ("#N/A").
        """
        yield from _undamaged(self._rows())

    def top(self, count: int) -> list[Cells]:
        """Give the first `count` rows."""
        return list(islice(self.rows(), count))

    def percent_format(self, *, column: int, rows: range) -> bool:
        """Whether the first number of a 0-based column within 1-based `rows` is shown as a percentage."""
        try:
            return has_percent_format(self.file, self.full_name, column=column, rows=rows)
        except DAMAGE as error:
            raise _damaged(error) from error

    def empty_formulas(self) -> frozenset[tuple[int, int]]:
        """(1-based row, 0-based column) of formulas whose result was not saved."""
        return self.facts.empty_formulas

    def row_width(self, header_row: int) -> int | None:
        """Rows of a workbook may end early."""
        return None


@contextmanager
def open_sheets(
    source: BinaryIO, limits: Limits = DEFAULT_LIMITS, engine: Engine = Engine.REFERENCE
) -> Iterator[list[Sheet]]:
    """Give the worksheets of a seekable binary file, valid inside the block; chart sheets are left out.

    Raises `ReportRefused` for everything that is not a sound workbook with at least one sheet.
    """
    with clean_copy(source, limits) as copy:
        try:
            with zipfile.ZipFile(copy.file) as archive:
                facts = {name: copy.sheets.get(part, NO_FACTS) for name, part in sheet_parts(archive).items()}
        except (*DAMAGE, StopIteration) as error:
            raise _damaged(error) from error
        copy.file.seek(0)
        opened = _fast if engine is Engine.FAST and _is_fast(facts) else _reference
        with opened(copy, facts) as sheets:
            if not sheets:
                raise ReportRefused(Refusal.NO_SHEETS)
            yield sheets


def _is_fast(facts: dict[str, SheetFacts]) -> bool:
    return not any(sheet.special for sheet in facts.values()) and (
        max((sheet.area for sheet in facts.values()), default=0) <= LARGEST_FAST_AREA
    )


@contextmanager
def _reference(copy: CleanCopy, facts: dict[str, SheetFacts]) -> Iterator[list[Sheet]]:
    with _openpyxl_warnings_ignored():
        try:
            workbook = openpyxl.load_workbook(copy.file, read_only=True, data_only=True, keep_links=False)
        except DAMAGE as error:
            raise _damaged(error) from error
        with closing(workbook):
            yield [
                _sheet(str(sheet.title), facts, copy.file, lambda sheet=sheet: _openpyxl_rows(sheet))
                for sheet in workbook.worksheets
            ]


@contextmanager
def _fast(copy: CleanCopy, facts: dict[str, SheetFacts]) -> Iterator[list[Sheet]]:
    from python_calamine import CalamineError, CalamineWorkbook  # noqa: PLC0415 - never in a process that must live

    try:
        workbook = CalamineWorkbook.from_filelike(copy.file)
        cache: dict[str, Any] = {}

        def rows(name: str) -> Iterator[Cells]:
            if name not in cache:
                cache[name] = workbook.get_sheet_by_name(name)
            return _calamine_rows(cache[name])

        yield [_sheet(name, facts, copy.file, lambda name=name: rows(name)) for name in facts]
    except CalamineError as error:
        raise FastEngineFailed(str(type(error).__name__)) from error


class FastEngineFailed(Exception):
    """calamine could not read the workbook; the reference may."""


def _sheet(name: str, facts: dict[str, SheetFacts], file: IO[bytes], rows: Any) -> Sheet:
    return Sheet(name[:SHEET_NAME_LENGTH], name, facts.get(name, NO_FACTS), file, rows)


def _openpyxl_rows(sheet: Any) -> Iterator[Cells]:
    # A wrong dimension would cut columns off: some exporters write "A1" for a sheet of any size.
    sheet.reset_dimensions()
    with closing(sheet.iter_rows(values_only=True)) as rows:
        for row in rows:
            yield tuple(map(_openpyxl_cell, row))


def _openpyxl_cell(cell: object) -> object:
    if isinstance(cell, str):
        return unescape(cell) if "_x" in cell else cell or None
    if isinstance(cell, int) and abs(cell) >= LARGEST_EXACT:
        return float(cell)
    return _narrowed(cell)


def _calamine_rows(sheet: Any) -> Iterator[Cells]:
    for row in sheet.iter_rows():
        yield tuple([None if cell == "" else cell if type(cell) is str else _narrowed(cell) for cell in row])


def _narrowed(cell: object) -> object:
    """Whole numbers as int, midnights as days: parsers and programs disagree about both."""
    if type(cell) is float:
        return int(cell) if cell.is_integer() and abs(cell) < LARGEST_EXACT else cell
    if type(cell) is datetime and cell.time() == time(0):
        return cell.date()
    return cell


@contextmanager
def _openpyxl_warnings_ignored() -> Iterator[None]:
    # It warns about styles, rules and print settings that it drops; none of them carries a figure.
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", category=UserWarning, module=r"openpyxl\.")
        yield


def _undamaged(rows: Iterator[Cells]) -> Iterator[Cells]:
    while True:
        try:
            row = next(rows)
        except StopIteration:
            return
        except DAMAGE as error:
            raise _damaged(error) from error
        yield row


def _damaged(error: Exception) -> ReportRefused:
    return ReportRefused(Refusal.DAMAGED_WORKBOOK, reason=type(error).__name__)
