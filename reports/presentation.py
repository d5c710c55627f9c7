"""What the page of one upload shows: how the file was understood, its sums, its first rows, its problems."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from django.core.paginator import Page, Paginator
from django.db.models import Count, Min, Q, QuerySet

from offers.calendar import warsaw_day
from reports.cover import EVENTS, TOTALS, covers_of, events_elsewhere, imported_uploads
from reports.details import CURRENCY, MARKETPLACE, PERIOD
from reports.figures import Cell, Figure, cell_of, columns_shown, figures_of, heading_of, kinds_of_rows, names_offers
from reports.mappings import REMEMBERED
from reports.messages import (
    Explanation,
    doubt_message,
    explain_refusal,
    meaning,
    problem_message,
    source_message,
)
from reports.models import Decision, RememberedMapping, RowProblem, Upload, UploadFile, UploadRow, UploadStatus
from reports.uploads import DEAD, REREADABLE, overlapping

ROWS_SHOWN: Final = 10
PROBLEMS_PER_PAGE: Final = 10
PROBLEM_KINDS_SHOWN: Final = 12
READ: Final = (
    UploadStatus.NEEDS_DETAILS,
    UploadStatus.PREVIEW,
    UploadStatus.IMPORTED,
    UploadStatus.REPLACED,
    UploadStatus.DISCARDED,
)


@dataclass(frozen=True, slots=True)
class ReadColumn:
    """One recognised column: its heading as written and what it was taken for."""

    heading: str
    meaning: str


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
    """One kind of problem in one column: how often, and first in which sheet row; `code` is what to filter by."""

    code: str
    column: str
    message: str
    times: int
    first_row: int
    is_chosen: bool


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
        is_gone = self.upload.decision == Decision.IDENTICAL
        return bool(self.upload.mapping) and self.upload.status in READ and not is_gone

    @property
    def can_be_imported(self) -> bool:
        """Whether Import is offered: an upload without a single row has nothing to import."""
        return self.upload.status == UploadStatus.PREVIEW and self.upload.good_rows > 0

    @property
    def may_say_details(self) -> bool:
        """Whether period, currency and marketplace can still be said; after the import they stand."""
        return self.upload.status in {UploadStatus.PREVIEW, UploadStatus.NEEDS_DETAILS}

    @property
    def asks_for_period(self) -> bool:
        """Whether the days are among what must be said."""
        return PERIOD in self.upload.questions

    @property
    def asks_for_currency(self) -> bool:
        """Whether the currency is among what must be said."""
        return CURRENCY in self.upload.questions

    @property
    def asks_for_marketplace(self) -> bool:
        """Whether the marketplace is among what must be said."""
        return MARKETPLACE in self.upload.questions

    @property
    def has_period(self) -> bool:
        """Whether the kind has a period of its own that somebody chose, rather than the days of its events."""
        return self.upload.kind not in EVENTS

    @cached_property
    def _kept(self) -> bool | None:
        """Whether buyers were taken out of the kept file; None where none is kept."""
        files = UploadFile.objects.filter(upload__account=self.upload.account_id, upload__sha256=self.upload.sha256)
        found: bool | None = files.order_by("pk").values_list("is_stripped", flat=True).first()
        return found

    @property
    def file_kept(self) -> bool:
        """Whether the original is there: not of files over the size limit, nor of those that could not be opened."""
        return self._kept is not None

    @property
    def is_stripped(self) -> bool:
        """Whether columns about buyers were taken out of it."""
        return bool(self._kept)

    @property
    def may_read_again(self) -> bool:
        """Whether reading the original anew is offered."""
        return self.upload.status in {*REREADABLE, UploadStatus.IMPORTED} and self.file_kept

    @property
    def may_change_mapping(self) -> bool:
        """Whether saying by hand what the columns hold is offered."""
        return self.may_say_details and self.file_kept

    @property
    def may_be_restored(self) -> bool:
        """Whether an undone upload can be brought back."""
        is_gone = self.upload.decision == Decision.IDENTICAL
        return self.upload.status == UploadStatus.DISCARDED and self.file_kept and not is_gone

    @property
    def was_identical(self) -> bool:
        """Whether a second reading found what the first had found."""
        return self.upload.decision == Decision.IDENTICAL

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
        return bool(last and last >= warsaw_day(self.upload.made_by)) and self.upload.kind in TOTALS

    @cached_property
    def overlaps(self) -> list[Upload]:
        """Imported uploads of the kind that share days with this one, apart from the one that it would replace."""
        found = overlapping(self.upload)
        return list(found.exclude(pk=self.upload.revises_id) if self.upload.revises_id else found)

    @cached_property
    def not_counted_beside(self) -> list[Upload]:
        """The counted uploads for whose sake no total counts this one (or would not, once imported)."""
        if self.upload.kind in EVENTS or self.upload.period_from is None or self.upload.status not in READ:
            return []
        if self.upload.status in {UploadStatus.DISCARDED, UploadStatus.REPLACED}:
            return []
        others = imported_uploads(self.upload.account, self.upload.kind)
        beside = [each for each in others if each.pk not in {self.upload.pk, self.upload.revises_id}]
        left_out = {
            left.key: over
            for cover in covers_of([*beside, self.upload]).values()
            for left, over in cover.left_out.items()
        }
        counted = {each.key for each in left_out.get(str(self.upload.pk), ())}
        return [each for each in beside if str(each.pk) in counted]

    @cached_property
    def events_elsewhere(self) -> int:
        """How many of its events stand in other imported files as well."""
        return events_elsewhere(self.upload) if self.upload.kind in EVENTS and self.overlaps else 0

    @cached_property
    def live_revisions(self) -> list[Upload]:
        """Later readings of the file that count or may come to count."""
        found = Upload.objects.filter(revises=self.upload).exclude(status__in=DEAD)
        return list(found.defer("mapping", "shape").order_by("uploaded_at"))

    @cached_property
    def remembered(self) -> RememberedMapping | None:
        """The mapping by which the file was read without asking."""
        key = self.upload.given_columns.get(REMEMBERED)
        found: RememberedMapping | None = (
            RememberedMapping.objects.filter(pk=key).select_related("created_by").first() if key else None
        )
        return found

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
    def figures(self) -> list[Figure]:
        """Sums over all rows, to compare with the Sales Center."""
        return figures_of(self.upload, self._rows)

    @cached_property
    def row_words(self) -> dict[str, int]:
        """How many rows of each kind there are in a file of several: orders and lines, entries and internal ones."""
        return kinds_of_rows(self._rows) if self.upload.kind in EVENTS else {}

    @cached_property
    def unknown_offers(self) -> int:
        """How many rows name an offer that was not read from Allegro (yet)."""
        unknown = Q(offer__isnull=True) & ~Q(allegro_offer_id="")
        return int(self._rows.filter(unknown).count()) if self.names_offers else 0

    @property
    def names_offers(self) -> bool:
        """Whether the file has a column of offer numbers."""
        return names_offers(self.upload)

    @property
    def preview_headings(self) -> list[Cell]:
        """What the file has, as headings."""
        return [heading_of(concept) for concept in columns_shown(self.upload)]

    @cached_property
    def preview(self) -> list[PreviewRow]:
        """The first rows as they were understood."""
        concepts = columns_shown(self.upload)
        rows = self._rows.select_related("offer").order_by("row_number")[:ROWS_SHOWN]
        return [PreviewRow(row, [cell_of(row, concept, self.upload) for concept in concepts]) for row in rows]

    @cached_property
    def gaps(self) -> int:
        """How many good rows have a value that stays empty because it could not be taken."""
        numbers = RowProblem.objects.filter(upload=self.upload).values("row_number")
        return int(self._rows.filter(row_number__in=numbers).count()) if self.upload.problems_found else 0

    def problems(self, number: str | None, code: str = "", column: str = "") -> Page[ShownProblem]:
        """One page of what could not be taken, in the order of the sheet, of one kind and column if these are given."""
        kept = RowProblem.objects.filter(upload=self.upload)
        if code:
            kept = kept.filter(code=code, column=column)
        page = Paginator(kept, PROBLEMS_PER_PAGE).get_page(number)
        page.object_list = [ShownProblem(problem, problem_message(problem.code)) for problem in page.object_list]
        return page

    def problem_kinds(self, code: str = "", column: str = "") -> list[ProblemKind]:
        """The kept problems by column and kind, commonest first: a whole column that failed is one line here."""
        kinds = RowProblem.objects.filter(upload=self.upload).order_by().values("column", "code")
        counted = kinds.annotate(times=Count("pk"), first_row=Min("row_number")).order_by("-times", "first_row", "code")
        return [
            ProblemKind(
                code=each["code"],
                column=each["column"],
                message=problem_message(each["code"]),
                times=each["times"],
                first_row=each["first_row"],
                is_chosen=(each["code"], each["column"]) == (code, column),
            )
            for each in counted[:PROBLEM_KINDS_SHOWN]
        ]

    @property
    def _rows(self) -> QuerySet[UploadRow]:
        rows: QuerySet[UploadRow] = UploadRow.objects.filter(upload=self.upload)
        return rows
