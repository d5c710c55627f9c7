"""An XLSX workbook that leaves piece by piece while its rows are still being made.

openpyxl writes all but the rows; these are put into its worksheet as they come, since every library of today writes a
file whole before its first byte can be sent, and a proxy gives up on an answer that does not begin.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from decimal import Decimal
from io import BytesIO, RawIOBase
from itertools import islice
from typing import Any
from xml.sax.saxutils import escape
from zipfile import ZIP_DEFLATED, ZipFile

from openpyxl import Workbook
from openpyxl.utils import get_column_letter

Cell = str | int | Decimal | None
# A worksheet holds so many rows, a cell so many characters (Excel specifications and limits).
EXCEL_ROWS = 1_048_576
EXCEL_CHARACTERS = 32_767
# Beyond two GiB an entry would need ZIP64, of which Excel complains when the sizes follow the data.
SHEET_BYTES = 2_000_000_000
ROWS_AT_ONCE = 200
SHEET = "xl/worksheets/sheet1.xml"
ROWS_END = b"</sheetData>"


class _Outlet(RawIOBase):
    """A file that cannot be read or turned back: what was written waits until it is taken away."""

    def __init__(self) -> None:
        super().__init__()
        self._pieces: list[bytes] = []

    def write(self, piece: Any, /) -> int:
        """Keep `piece`, some bytes."""
        self._pieces.append(bytes(piece))
        return len(piece)

    def take(self) -> bytes:
        """What came since the last time."""
        taken = b"".join(self._pieces)
        self._pieces.clear()
        return taken


def stream_workbook(
    title: str,
    columns: Sequence[tuple[str, int]],
    rows: Iterable[Sequence[Cell]],
    full: Callable[[], str],
    row_limit: int = EXCEL_ROWS,
) -> Iterator[bytes]:
    """A workbook of one sheet: `columns` are (heading, width in characters), texts are shown as they are.

    Where the sheet is full, its last row says `full()`, so that nobody takes it for complete.
    """
    outlet = _Outlet()
    with ZipFile(outlet, "w", ZIP_DEFLATED) as archive:
        frame = ZipFile(BytesIO(_frame(title, columns)))
        for name in frame.namelist():
            if name != SHEET:
                archive.writestr(name, frame.read(name))
        head, tail = frame.read(SHEET).split(ROWS_END)
        with archive.open(SHEET, "w") as sheet:
            sheet.write(head)
            for piece in _pieces(iter(rows), full, row_limit):
                sheet.write(piece)
                yield outlet.take()
            sheet.write(ROWS_END + tail)
    yield outlet.take()


def _frame(title: str, columns: Sequence[tuple[str, int]]) -> bytes:
    workbook = Workbook()
    sheet = workbook.worksheets[0]
    sheet.title = title
    sheet.freeze_panes = "A2"
    sheet.append([heading for heading, _width in columns])
    for number, (_heading, width) in enumerate(columns, start=1):
        sheet.column_dimensions[get_column_letter(number)].width = width
    file = BytesIO()
    workbook.save(file)
    return file.getvalue()


def _pieces(rows: Iterator[Sequence[Cell]], full: Callable[[], str], row_limit: int) -> Iterator[bytes]:
    """The rows below the headings as XML, many in a piece; the first piece is empty, so that the answer begins."""
    yield b""
    written, number = 0, 2
    while taken := list(islice(rows, min(ROWS_AT_ONCE, row_limit - number))):
        piece = "".join(_row(number + offset, cells) for offset, cells in enumerate(taken)).encode()
        yield piece
        number, written = number + len(taken), written + len(piece)
        if written > SHEET_BYTES:
            break
    left = list(islice(rows, 2))
    if len(left) == 1 and written <= SHEET_BYTES:
        yield _row(number, left[0]).encode()
    elif left:
        yield _row(number, [full()]).encode()


def _row(number: int, cells: Iterable[Cell]) -> str:
    return f'<row r="{number}">{"".join(map(_cell, cells))}</row>'


def _cell(cell: Cell) -> str:
    if cell is None or cell == "":
        return "<c/>"
    if not isinstance(cell, str):
        return f"<c><v>{cell}</v></c>"
    text = cell if len(cell) <= EXCEL_CHARACTERS else f"{cell[: EXCEL_CHARACTERS - 1]}…"
    return f'<c t="inlineStr"><is><t xml:space="preserve">{escape(text)}</t></is></c>'
