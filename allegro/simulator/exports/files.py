"""Writing workbooks and CSV files so that the same world gives the same bytes."""

import csv
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from io import BytesIO, StringIO
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from openpyxl import Workbook
from openpyxl.cell import Cell, WriteOnlyCell
from openpyxl.styles import Font
from openpyxl.worksheet._write_only import WriteOnlyWorksheet

from allegro.simulator.instants import to_datetime

Value = int | float | str | Decimal | None

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
XLSM = "application/vnd.ms-excel.sheet.macroEnabled.12"
CSV = "text/csv; charset=utf-8"
BYTE_ORDER_MARK = "\ufeff"
_PLAIN_PART = f"{XLSX}.main+xml".encode()
_MACRO_PART = b"application/vnd.ms-excel.sheet.macroEnabled.main+xml"
_EARLIEST = (1980, 1, 1, 0, 0, 0)  # of a zip archive; sheets keep no time of their own
_STAMPS = re.compile(rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*")


@dataclass(frozen=True)
class ExportFile:
    """A file as the browser gets it."""

    name: str
    content: bytes
    media_type: str


def heading(sheet: WriteOnlyWorksheet, text: str) -> Cell:
    """Return a bold cell."""
    cell = WriteOnlyCell(sheet, text)
    cell.font = Font(bold=True)
    return cell


def formatted(sheet: WriteOnlyWorksheet, value: Value, number_format: str) -> Cell:
    """Return a cell that is shown in an Excel number format."""
    cell = WriteOnlyCell(sheet)
    cell.value = value
    cell.number_format = number_format
    return cell


def table(
    sheet: WriteOnlyWorksheet, headings: Iterable[str], formats: Sequence[str], rows: Iterable[Sequence[Value]]
) -> None:
    """Append a bold row of headings and then rows, each column in its Excel number format."""
    sheet.append([heading(sheet, text) for text in headings])
    for row in rows:
        sheet.append([formatted(sheet, value, kind) for value, kind in zip(row, formats, strict=True)])


def workbook_bytes(book: Workbook, made_at: int, *, macros: bool = False) -> bytes:
    """Return a book as a file stamped with an instant (microseconds UTC); `macros` gives it the type of an XLSM."""
    raw, stamped = BytesIO(), BytesIO()
    book.save(raw)
    stamp = to_datetime(made_at).strftime("%Y-%m-%dT%H:%M:%SZ").encode()
    with ZipFile(raw) as parts, ZipFile(stamped, "w") as archive:
        for name in parts.namelist():
            content = parts.read(name)
            if name == "docProps/core.xml":
                content = _STAMPS.sub(rb"\g<1>" + stamp, content)
            elif macros and name == "[Content_Types].xml":
                content = content.replace(_PLAIN_PART, _MACRO_PART)
            archive.writestr(ZipInfo(name, _EARLIEST), content, ZIP_DEFLATED)
    return stamped.getvalue()


def csv_bytes(rows: Iterable[Sequence[object]], *, delimiter: str, mark: bool) -> bytes:
    """Return rows as UTF-8 text with quotes where needed; `mark` puts a byte order mark before them."""
    text = StringIO(BYTE_ORDER_MARK if mark else "", newline="")
    text.seek(0, 2)
    csv.writer(text, delimiter=delimiter).writerows(rows)
    return text.getvalue().encode()
