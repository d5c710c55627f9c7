"""Open a workbook for reading, behind the preflight, and keep openpyxl's quirks in one place."""

import warnings
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from itertools import islice
from typing import Any, BinaryIO, Final

import openpyxl

from reports.readers.limits import DEFAULT_LIMITS, Limits
from reports.readers.preflight import clean_copy
from reports.readers.refusals import Refusal, ReportRefused

SHEET_NAME_LENGTH: Final = 100
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

Cells = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """One worksheet, readable any number of times from its first row."""

    name: str
    _sheet: Any

    def rows(self) -> Iterator[Cells]:
        """Give every row from the sheet's first, gaps as empty tuples; formulas as the value last computed.

        Cells are str, int, float, bool, date, datetime, time, timedelta or None; an error cell is its text ("#N/A").
        """
        # A wrong dimension would cut columns off: some exporters write "A1" for a sheet of any size.
        self._sheet.reset_dimensions()
        with closing(self._sheet.iter_rows(values_only=True)) as rows:
            yield from _undamaged(rows)

    def top(self, count: int) -> list[Cells]:
        """Give the first `count` rows."""
        return list(islice(self.rows(), count))

    def number_format(self, *, column: int, rows: range) -> str | None:
        """The number format of the first real number in a 0-based column within 1-based `rows`, None without one."""
        self._sheet.reset_dimensions()
        with closing(self._sheet.iter_rows(min_row=rows.start, max_row=rows.stop - 1)) as found:
            for cells in _undamaged(found):
                cell = cells[column] if column < len(cells) else None
                if isinstance(getattr(cell, "value", None), int | float):
                    return str(cell.number_format)  # type: ignore[attr-defined]
        return None


@contextmanager
def open_sheets(source: BinaryIO, limits: Limits = DEFAULT_LIMITS) -> Iterator[list[Sheet]]:
    """Give the worksheets of a seekable binary file, valid inside the block; chart sheets are left out.

    Raises `ReportRefused` for everything that is not a sound workbook with at least one sheet.
    """
    with clean_copy(source, limits) as copy, _openpyxl_warnings_ignored():
        try:
            workbook = openpyxl.load_workbook(copy, read_only=True, data_only=True, keep_links=False)
        except DAMAGE as error:
            raise _damaged(error) from error
        with closing(workbook):
            sheets = [Sheet(str(sheet.title)[:SHEET_NAME_LENGTH], sheet) for sheet in workbook.worksheets]
            if not sheets:
                raise ReportRefused(Refusal.NO_SHEETS)
            yield sheets


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
