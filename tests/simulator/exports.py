"""Reading the simulator's downloads back as an importer would."""

import csv
from io import BytesIO, StringIO
from typing import Any

from openpyxl import load_workbook

from tests.simulator.conftest import Application

FEBRUARY = {"from": "2026-02-01", "to": "2026-02-28"}
IN_FEBRUARY = {"since": "2026-01-31T23:00:00Z", "until": "2026-02-28T23:00:00Z"}


def download(application: Application, name: str, **query: str) -> tuple[str, bytes]:
    """Return file name and content of an export, by default of February."""
    answer = application.get(f"/_simulator/exports/{name}", **(FEBRUARY | query))
    assert answer.status_code == 200, answer.text
    return answer.headers["Content-Disposition"].split("filename=")[1].strip('"'), answer.content


def sheets(content: bytes) -> dict[str, list[tuple[Any, ...]]]:
    """Return the rows of a workbook's sheets by name."""
    book = load_workbook(BytesIO(content))
    return {sheet.title: [tuple(row) for row in sheet.iter_rows(values_only=True)] for sheet in book.worksheets}


def first_sheet(content: bytes) -> list[tuple[Any, ...]]:
    """Return the rows of the first sheet."""
    return next(iter(sheets(content).values()))


def csv_rows(content: bytes, delimiter: str = ",") -> list[list[str]]:
    """Return the rows of a CSV file, empty ones included."""
    return list(csv.reader(StringIO(content.decode("utf-8-sig"), newline=""), delimiter=delimiter))
