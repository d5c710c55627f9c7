"""What a person can take away from an upload: the original file, and its problems as CSV."""

import csv
from io import StringIO

from django.http import HttpResponse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _

from offers.exports import safe_cell
from reports.messages import problem_message
from reports.models import RowProblem, Upload, UploadFile

# Excel takes a CSV file for UTF-8 only when it starts with this mark.
BYTE_ORDER_MARK = "\ufeff"


def original_file(original: UploadFile) -> HttpResponse:
    """The file as it was uploaded, never to be opened by the browser itself: what it really is, nobody knows."""
    return _attachment(bytes(original.content), "application/octet-stream", original.upload.file_name)


def problems_file(upload: Upload) -> HttpResponse:
    """Everything that could not be taken, one problem per line."""
    text = StringIO()
    writer = csv.writer(text)
    writer.writerow([_("Row"), _("Column"), _("Value"), _("Problem")])
    for problem in RowProblem.objects.filter(upload=upload).iterator():
        cells = (str(problem.row_number), problem.column, problem.value, problem_message(problem.code))
        writer.writerow([safe_cell(cell) for cell in cells])
    content = (BYTE_ORDER_MARK + text.getvalue()).encode()
    return _attachment(content, "text/csv; charset=utf-8", f"{_stem(upload.file_name)}-problems.csv")


def _attachment(content: bytes, content_type: str, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type=content_type)
    response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name) or "attachment"
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response


def _stem(name: str) -> str:
    return name.rpartition(".")[0] or name
