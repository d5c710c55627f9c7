"""Synthetic workbooks: sound ones made by openpyxl, broken and hostile ones put together part by part."""

import zipfile
from collections.abc import Mapping, Sequence
from datetime import date
from io import BytesIO
from typing import Any

import openpyxl

from reports.readers.concepts import Concept
from reports.readers.reader import ReportReading, read_report
from reports.readers.rows import ReportRow

TODAY = date(2026, 9, 1)
POLISH = (
    "ID oferty",
    "Tytuł oferty",
    "Liczba sprzedanych sztuk",
    "Wartość sprzedaży (PLN)",
    "Liczba wizyt",
    "Udział w wartości sprzedaży",
    "Śr. cena oferty (PLN)",
    "Liczba sztuk na koniec okresu",
    "Liczba transakcji",
)
LAMP = (18000000001, "Lampka nocna", 4, 199.96, 120, 0.6, 49.99, 12, 3)
MUG = (18000000002, "Kubek ceramiczny", 10, 299.9, 80, 0.4, 29.99, 0, 9)

MAIN_NS = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_CONTENT = "application/vnd.openxmlformats-officedocument.spreadsheetml"


def workbook(*rows: Sequence[Any], sheet: str = "Sprzedaż wg ofert") -> BytesIO:
    """A one-sheet workbook with these rows."""
    return workbook_of_sheets({sheet: rows})


def workbook_of_sheets(sheets: Mapping[str, Sequence[Sequence[Any]]]) -> BytesIO:
    """A workbook with several sheets, each a sequence of rows."""
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
    stream = BytesIO()
    book.save(stream)
    stream.seek(0)
    return stream


def read(source: BytesIO, *, file_name: str = "raport.xlsx") -> ReportReading:
    """Read a report as of the fixed day of these tests."""
    return read_report(source, file_name=file_name, today=TODAY)


def said(row: ReportRow, codes: str) -> tuple[Any, ...]:
    """What a row says of the concepts with these codes, None where it says nothing."""
    return tuple(row.values.get(Concept(code)) for code in codes.split())


def raw_parts(sheet_data: str = "", *, prologue: str = "", before_data: str = "") -> dict[str, str]:
    """The parts of a minimal workbook whose only sheet has this content; change them to break it."""
    return {
        "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types">'
        f'<Override PartName="/xl/workbook.xml" ContentType="{_CONTENT}.sheet.main+xml"/>'
        f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{_CONTENT}.worksheet+xml"/></Types>',
        "xl/workbook.xml": f'<workbook xmlns="{MAIN_NS}" xmlns:r="{_RELATIONS}">'
        '<sheets><sheet name="Dane" sheetId="1" r:id="rId1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">'
        f'<Relationship Id="rId1" Type="{_RELATIONS}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
        "xl/worksheets/sheet1.xml": f'{prologue}<worksheet xmlns="{MAIN_NS}">{before_data}'
        f"<sheetData>{sheet_data}</sheetData></worksheet>",
    }


def zipped(parts: Mapping[str, str | bytes]) -> BytesIO:
    """A zip archive of these parts."""
    stream = BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    stream.seek(0)
    return stream


def text_row(number: int, *texts: str) -> str:
    """A row of inline text cells, as markup."""
    cells = "".join(f'<c t="inlineStr"><is><t>{text}</t></is></c>' for text in texts)
    return f'<row r="{number}">{cells}</row>'
