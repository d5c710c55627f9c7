"""What the page of one upload shows: how the file was understood, its sums, its first rows, its problems."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any, Final

from django.core.paginator import Page, Paginator
from django.db.models import Count, Min, QuerySet, Sum

from offers.calendar import warsaw_day
from reports.messages import (
    Explanation,
    doubt_message,
    explain_refusal,
    meaning,
    problem_message,
    source_message,
)
from reports.models import RowProblem, Upload, UploadFile, UploadRow, UploadStatus
from reports.uploads import REREADABLE, overlapping

ROWS_SHOWN: Final = 20
PROBLEMS_PER_PAGE: Final = 10
PROBLEM_KINDS_SHOWN: Final = 12
SUMMED: Final = ("units", "revenue", "visits")
# The columns of the preview table; those that no row of the file has are left out.
MEASURES: Final = (
    ("units", "count"),
    ("revenue", "money"),
    ("visits", "count"),
    ("sales_share", "percent"),
    ("average_price", "money"),
    ("ending_quantity", "count"),
    ("transactions", "count"),
)


@dataclass(frozen=True, slots=True)
class ReadColumn:
    """One recognised column: its heading as written and what it was taken for."""

    heading: str
    meaning: str


@dataclass(frozen=True, slots=True)
class Cell:
    """One measure of one row; `kind` is count, money or percent, `value` None where the file did not say."""

    kind: str
    label: str
    value: Any


@dataclass(frozen=True, slots=True)
class PreviewRow:
    """One row of the preview table."""

    row: UploadRow
    cells: Sequence[Cell]


@dataclass(frozen=True, slots=True)
class ShownProblem:
    """One problem in words."""

    problem: RowProblem
    message: str


@dataclass(frozen=True, slots=True)
class ProblemKind:
    """One kind of problem in one column: how often, and first in which sheet row."""

    column: str
    message: str
    times: int
    first_row: int


@dataclass(frozen=True, slots=True)
class Sums:
    """Totals over the file's rows, to compare with the Sales Center; None where no row has the measure."""

    units: int | None
    revenue: Decimal | None
    visits: int | None


class UploadPage:
    """Everything the page of one upload shows, each part read once and only when asked for."""

    def __init__(self, upload: Upload) -> None:
        self.upload = upload

    @property
    def is_pending(self) -> bool:
        """Whether a worker still has to finish it."""
        return self.upload.status in {UploadStatus.WAITING, UploadStatus.READING}

    @property
    def is_read(self) -> bool:
        """Whether there are rows to look at."""
        return bool(self.upload.mapping) and self.upload.status != UploadStatus.REFUSED and not self.is_pending

    @property
    def can_be_imported(self) -> bool:
        """Whether Import is offered: an upload without a single row has nothing to import."""
        return self.upload.status == UploadStatus.PREVIEW and self.upload.rows_read > 0

    @property
    def may_set_period(self) -> bool:
        """Whether the period can still be changed; after the import it stands."""
        return self.upload.status in {UploadStatus.PREVIEW, UploadStatus.NEEDS_PERIOD}

    @cached_property
    def file_kept(self) -> bool:
        """Whether the original is there; files over the size limit are not kept."""
        return bool(UploadFile.objects.filter(upload=self.upload).exists())

    @property
    def may_read_again(self) -> bool:
        """Whether reading the original anew is offered."""
        return self.upload.status in REREADABLE and self.file_kept

    @cached_property
    def refusal(self) -> Explanation:
        """Why the file could not be read."""
        return explain_refusal(self.upload.refusal, file_kept=self.file_kept)

    @property
    def period_doubt(self) -> str:
        """Why no period was taken from the file."""
        return doubt_message(self.upload.mapping.get("period_doubt"))

    @property
    def period_statements(self) -> list[str]:
        """What the file says about its period, where that was not good enough."""
        found = self.upload.mapping.get("period_found", [])
        return list(dict.fromkeys(f"{each['text']} ({source_message(each['source'])})" for each in found))

    @property
    def period_source(self) -> str:
        """Where the period was found."""
        return source_message(self.upload.period_source)

    @property
    def ends_on_upload_day(self) -> bool:
        """Whether the last day was not over when the file was uploaded, so that its figures are incomplete."""
        last = self.upload.period_to
        return bool(last and last >= warsaw_day(self.upload.uploaded_at))

    @cached_property
    def overlaps(self) -> list[Upload]:
        """Imported uploads that share days with this one."""
        return list(overlapping(self.upload))

    @property
    def columns(self) -> list[ReadColumn]:
        """Each recognised heading and what it was taken for."""
        return [
            ReadColumn(column["heading"], meaning(column["concept"]))
            for column in self.upload.mapping.get("columns", [])
        ]

    @property
    def ignored_headings(self) -> list[str]:
        """Headings that nothing was read from."""
        mapping = self.upload.mapping
        return [*mapping.get("unknown", []), *mapping.get("repeated", [])]

    @cached_property
    def sums(self) -> Sums:
        """Totals over all rows."""
        return Sums(**{measure: self._totals[measure] for measure in SUMMED})

    @property
    def unknown_offers(self) -> int:
        """How many rows name an offer that was not read from Allegro (yet)."""
        return self.upload.rows_read - int(self._totals["known"])

    @property
    def preview_headings(self) -> list[Cell]:
        """The measures that the file has, as headings."""
        return [Cell(kind, meaning(measure), None) for measure, kind in self._measures]

    @cached_property
    def preview(self) -> list[PreviewRow]:
        """The first rows as they were understood."""
        return [PreviewRow(row, self._cells(row)) for row in self._rows.select_related("offer")[:ROWS_SHOWN]]

    def problems(self, number: str | None) -> Page[ShownProblem]:
        """One page of what could not be taken, in the order of the sheet."""
        kept = RowProblem.objects.filter(upload=self.upload)
        page = Paginator(kept, PROBLEMS_PER_PAGE).get_page(number)
        page.object_list = [ShownProblem(problem, problem_message(problem.code)) for problem in page.object_list]
        return page

    @property
    def problem_kinds(self) -> list[ProblemKind]:
        """The kept problems by column and kind, commonest first: a whole column that failed is one line here."""
        kinds = RowProblem.objects.filter(upload=self.upload).order_by().values("column", "code")
        counted = kinds.annotate(times=Count("pk"), first_row=Min("row_number")).order_by("-times", "first_row", "code")
        return [
            ProblemKind(each["column"], problem_message(each["code"]), each["times"], each["first_row"])
            for each in counted[:PROBLEM_KINDS_SHOWN]
        ]

    @property
    def _rows(self) -> QuerySet[UploadRow]:
        rows: QuerySet[UploadRow] = UploadRow.objects.filter(upload=self.upload)
        return rows

    @cached_property
    def _totals(self) -> dict[str, Any]:
        return self._rows.aggregate(known=Count("offer"), **{measure: Sum(measure) for measure in SUMMED})

    @property
    def _measures(self) -> list[tuple[str, str]]:
        present = {column["concept"] for column in self.upload.mapping.get("columns", [])}
        return [(measure, kind) for measure, kind in MEASURES if measure in present]

    def _cells(self, row: UploadRow) -> list[Cell]:
        return [Cell(kind, meaning(measure), getattr(row, measure)) for measure, kind in self._measures]
