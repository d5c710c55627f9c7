"""The list of comparisons as CSV and XLSX: every row that the filters leave, written while it is sent."""

import csv
from collections.abc import Iterable, Iterator
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from offers.calendar import WARSAW
from offers.files.changes import BYTE_ORDER_MARK, LINES_AT_ONCE, safe_cell
from offers.files.workbook import EXCEL_ROWS, Cell, stream_workbook
from reports.models import Comparison
from reports.reconciliation.pages import Shown

ROWS_AT_ONCE = 1_000
COLUMN_WIDTHS = (16, 16, 48, 16, 12, 12, 12, 14, 14, 14, 14, 14, 12, 16, 28, 80, 60, 36, 26)


def headings() -> list[str]:
    """The names of the columns, in the active language."""
    return [
        _("Offer number"), _("SKU"), _("Title"), _("Account"), _("From"), _("To"), _("Measure"), _("Report (XLSX)"),
        _("Our record (API)"), _("Our record now"), _("Currency"), _("Difference"), _("Difference in %"), _("Status"),
        _("Reason"), _("Reason in words"), _("Next step"), _("File"), _("Uploaded"),
    ]  # fmt: skip


def read_rows(comparisons: QuerySet[Comparison]) -> Iterator[Shown]:
    """The rows in their order, few in memory at a time."""
    rows = comparisons.select_related("account", "upload", "offer").defer("upload__mapping")
    return (Shown(row) for row in rows.iterator(chunk_size=ROWS_AT_ONCE))


def row_of(shown: Shown) -> list[Cell]:
    """The cells of one comparison, in the order of the headings."""
    row = shown.row
    return [
        row.allegro_offer_id,
        row.offer.external_id if row.offer else "",
        row.title,
        row.account.login,
        row.upload.period_from.isoformat() if row.upload.period_from else "",
        row.upload.period_to.isoformat() if row.upload.period_to else "",
        shown.measure,
        row.reported,
        row.own if row.own is not None else shown.own,
        row.now,
        row.currency if row.measure in ("price", "revenue") else "",
        row.difference,
        row.percent,
        str(row.get_status_display()),
        shown.reason.label if shown.reason else "",
        " / ".join(told.text for told in shown.told),
        shown.reason.step if shown.reason else "",
        row.upload.file_name,
        row.upload.uploaded_at.astimezone(WARSAW).isoformat(timespec="minutes"),
    ]


def csv_file(rows: Iterable[Shown]) -> Iterator[bytes]:
    """A CSV file (UTF-8 with a byte order mark, commas) piece by piece."""
    writer = csv.writer(_Passing())
    yield f"{BYTE_ORDER_MARK}{writer.writerow(headings())}".encode()
    lines: list[str] = []
    for shown in rows:
        lines.append(writer.writerow(_safe(row_of(shown))))
        if len(lines) == LINES_AT_ONCE:
            yield "".join(lines).encode()
            lines.clear()
    yield "".join(lines).encode()


def workbook_file(rows: Iterable[Shown], row_limit: int = EXCEL_ROWS) -> Iterator[bytes]:
    """An XLSX file piece by piece."""
    return stream_workbook(
        _("Reconciliation"),
        list(zip(headings(), COLUMN_WIDTHS, strict=True)),
        (_safe(row_of(shown)) for shown in rows),
        lambda: _("A worksheet holds no more rows. Narrow the filters, or take the CSV file: it has all."),
        row_limit,
    )


def _safe(cells: Iterable[Cell]) -> list[Any]:
    return [safe_cell(cell) if isinstance(cell, str) else cell for cell in cells]


class _Passing:
    """A file that hands back what is written, so that no line is kept."""

    def write(self, text: str) -> str:
        return text
