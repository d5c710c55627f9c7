"""Two parsers, one set of rows: what cells of every type are, whoever reads them."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from io import BytesIO
from typing import Any

import openpyxl
import pytest

from reports.readers.workbooks import Engine, open_sheets
from tests.reports.readers.workbook_samples import LAMP, MUG, POLISH, raw_parts, text_row, workbook, zipped

ROW = (
    *(18445605076, 18445605076.0, "18445605076", 0.1, -0.0, 1e300, 12345678901234567, True, False),
    *("", " pad ", "a_x000D_b\nc", "#N/A", "żółw"),
    *(datetime(2026, 1, 2, 3, 4, 5), datetime(2026, 1, 2), date(2026, 1, 3), time(3, 4), timedelta(hours=30)),  # noqa: DTZ001
)


def rows_by(engine: Engine, source: BytesIO) -> list[tuple[str, list[tuple[Any, ...]]]]:
    with open_sheets(source, engine=engine) as sheets:
        return [(sheet.name, [trimmed(row) for row in sheet.rows()]) for sheet in sheets]


def trimmed(cells: Sequence[object]) -> tuple[object, ...]:
    filled = [index for index, cell in enumerate(cells) if cell is not None]
    return tuple(cells[: filled[-1] + 1]) if filled else ()


def typed(rows: Any) -> str:
    """1, 1.0 and True are equal; their types are not."""
    return repr(rows)


@pytest.mark.parametrize(
    "rows", [(POLISH, LAMP, MUG), ((), (None, "x"), (), ROW), (ROW, (None,) * 30, ROW)], ids=["report", "gaps", "types"]
)
def test_both_parsers_give_the_same_cells(rows: Any) -> None:
    source = workbook(*rows)
    assert typed(rows_by(Engine.FAST, source)) == typed(rows_by(Engine.REFERENCE, source))


def test_cells_are_what_was_written() -> None:
    for engine in Engine:
        ((_, (row,)),) = rows_by(engine, workbook(ROW))
        assert row[:3] == (18445605076, 18445605076, "18445605076")
        assert [type(cell) for cell in row[:3]] == [int, int, str]
        assert row[7:9] == (True, False)
        assert row[9] is None
        assert row[14:17] == (datetime(2026, 1, 2, 3, 4, 5), date(2026, 1, 2), date(2026, 1, 3))  # noqa: DTZ001


def test_cells_of_errors_are_read_as_their_text_by_both() -> None:
    error = '<row r="2"><c r="A2" t="e"><v>#DIV/0!</v></c><c r="B2" t="b"><v>1</v></c></row>'
    for engine in Engine:
        ((_, rows),) = rows_by(engine, zipped(raw_parts(text_row(1, "a", "b") + error)))
        assert rows == [("a", "b"), ("#DIV/0!", True)]


@pytest.mark.parametrize(
    ("number_format", "shown"),
    [("0.00%", True), ("0%", True), ("0.0000", False), ("General", False), ('0" %"', False), ("#,##0.0%;-0.0%", True)],
)
def test_the_percent_format_of_a_column_is_told(number_format: str, shown: bool) -> None:
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    for row in (("a", "b"), ("x", "text"), ("y", 0.5)):
        sheet.append(row)
    sheet["B3"].number_format = number_format
    stream = BytesIO()
    book.save(stream)
    for engine in Engine:
        with open_sheets(stream, engine=engine) as sheets:
            assert sheets[0].percent_format(column=1, rows=range(2, 40)) is shown
            assert not sheets[0].percent_format(column=0, rows=range(2, 40))
            assert not sheets[0].percent_format(column=1, rows=range(2, 3))
