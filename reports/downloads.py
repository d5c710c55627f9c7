"""What a person can take away from an upload: the original file, and its problems as CSV or XLSX."""

import csv
from collections.abc import Iterator
from io import StringIO

from django.http import HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.http import content_disposition_header
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from offers.files.changes import BYTE_ORDER_MARK, XLSX, in_language, safe_cell
from offers.files.workbook import Cell, stream_workbook
from offers.words.values import format_count
from reports.messages import problem_message
from reports.models import RowProblem, Upload

COLUMN_WIDTHS = (8, 32, 40, 80)


def original_file(content: bytes, upload: Upload) -> HttpResponseBase:
    """The file as it was uploaded, never to be opened by the browser itself: what it really is, nobody knows."""
    response = HttpResponse(content, content_type="application/octet-stream")
    return _attachment(response, upload.file_name)


def problems_csv(upload: Upload) -> HttpResponseBase:
    """Everything that could not be taken, one problem per line."""
    text = StringIO()
    writer = csv.writer(text)
    writer.writerow(_headings())
    writer.writerows(_lines(upload))
    content = (BYTE_ORDER_MARK + text.getvalue()).encode()
    response = HttpResponse(content, content_type="text/csv; charset=utf-8")
    return _attachment(response, f"{_stem(upload.file_name)}-problems.csv")


def problems_xlsx(upload: Upload) -> HttpResponseBase:
    """Everything that could not be taken, one problem per row of a worksheet."""
    columns = list(zip(_headings(), COLUMN_WIDTHS, strict=True))
    # Read at once: they are few, and the answer is sent when the workspace's scope is gone.
    lines = list(_lines(upload))
    pieces = stream_workbook(_("Problems"), columns, lines, lambda: _("A worksheet holds no more rows."))
    response = StreamingHttpResponse(in_language(get_language(), pieces), content_type=XLSX)
    return _attachment(response, f"{_stem(upload.file_name)}-problems.xlsx")


def _headings() -> list[str]:
    return [_("Row"), _("Column"), _("Value"), _("Problem")]


def _lines(upload: Upload) -> Iterator[list[Cell]]:
    """The kept problems; where not all were kept, a last line says so."""
    problems = RowProblem.objects.filter(upload=upload)
    for problem in problems.iterator():
        cells = (problem.column, problem.value, problem_message(problem.code))
        yield [problem.row_number, *map(safe_cell, cells)]
    kept = problems.count()
    if kept < upload.problems_found:
        counts = {"kept": format_count(kept), "found": format_count(upload.problems_found)}
        yield ["", "", "", _("Only the first %(kept)s of %(found)s problems are listed.") % counts]


def _attachment(response: HttpResponseBase, name: str) -> HttpResponseBase:
    response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name) or "attachment"
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response


def _stem(name: str) -> str:
    return name.rpartition(".")[0] or name
