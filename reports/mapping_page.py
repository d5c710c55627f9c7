"""The page on which a person says what the columns of an unknown file hold."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.access import WorkspaceRequest, member_view
from accounts.models import Role
from accounts.pieces import page_or_part
from accounts.templatetags.ui import quoted
from reports.mappings import faults, guess_columns, with_headings_in
from reports.marketplaces import CURRENCIES
from reports.messages import meaning
from reports.models import Upload, UploadKind, UploadStatus
from reports.readers.concepts import FORMS, Concept, Form
from reports.readers.given import GivenColumns
from reports.readers.kinds import KINDS
from reports.readers.personal import is_hidden, is_personal_heading
from reports.uploads import name_columns
from reports.views import get_upload

SAMPLES_SHOWN: Final = 3
TEXT_SHOWN: Final = 30
ROW_SHOWN: Final = 70


@dataclass(frozen=True, slots=True)
class ShownColumn:
    """One column of the file: its 0-based index, heading, sample cells, and what it is taken for ("" for nothing)."""

    index: int
    heading: str
    samples: Sequence[str]
    concept: str
    is_personal: bool

    @property
    def field(self) -> str:
        """The name of its select."""
        return f"column-{self.index}"


@dataclass(frozen=True, slots=True)
class HeadingRow:
    """A 1-based row that could hold the headings, with its first texts."""

    number: int
    texts: str
    is_guess: bool


def _first_texts(cells: Sequence[str]) -> str:
    return " · ".join(cell[:TEXT_SHOWN] for cell in cells if cell)[:ROW_SHOWN]


class MappingForm:
    """What the page shows and what a person said on it; nothing of it is trusted.

    `data` is the query of a page that is looked at, or the body of a form that is sent. A choice of another kind or
    sheet is met with our guess for it, unless the columns were chosen for exactly this kind and sheet (`chosen_for`).
    """

    def __init__(self, upload: Upload, data: QueryDict) -> None:
        self.upload = upload
        self._data = data

    @property
    def sheets(self) -> list[Mapping[str, Any]]:
        """The tables that were found in the file."""
        return list(self.upload.shape.get("sheets", []))

    @cached_property
    def sheet_number(self) -> int:
        """Which of the tables is looked at; the one with most known headings unless somebody chose."""
        chosen = self._data.get("sheet", "")
        if chosen.isascii() and chosen.isdigit() and int(chosen) < len(self.sheets):
            return int(chosen)
        return max(range(len(self.sheets)), key=lambda number: len(self.sheets[number]["guess"]), default=0)

    @cached_property
    def sheet(self) -> Mapping[str, Any]:
        """The table that is looked at, with its headings in the chosen row."""
        found = self.sheets[self.sheet_number]
        return found if self.header_row == found["header_row"] else with_headings_in(found, self.header_row)

    @property
    def row_field(self) -> str:
        """The name of the select of rows: a choice belongs to one table."""
        return f"row-{self.sheet_number}"

    @cached_property
    def header_row(self) -> int:
        """In which row (1-based) the headings stand: as chosen, as named before, else as guessed."""
        found, before = self.sheets[self.sheet_number], self.upload.given_columns
        named = before.get("header_row") if before.get("sheet") == found["name"] else None
        wanted = (self._data.get(self.row_field, ""), str(named or ""))
        return next((int(row) for row in wanted if row in found.get("digests", {})), int(found["header_row"]))

    @property
    def rows(self) -> list[HeadingRow]:
        """The rows that could hold the headings, each with its first texts."""
        found = self.sheets[self.sheet_number]
        return [
            HeadingRow(int(row), _first_texts(found["lines"][int(row) - 1]), int(row) == found["header_row"])
            for row in sorted(found.get("digests", {}), key=int)
        ]

    @cached_property
    def kind(self) -> str:
        """The kind of report: as chosen, as named before, as guessed, else the commonest."""
        known = (self._data.get("kind"), self.upload.given_columns.get("kind"), self.sheet["kind"])
        return next((str(code) for code in known if code in KINDS), UploadKind.SALES_BY_OFFER.value)

    @property
    def chosen_for(self) -> str:
        """To which kind, table and row of headings the choices of the columns belong."""
        is_guessed = self.header_row == self.sheets[self.sheet_number]["header_row"]
        return f"{self.kind}:{self.sheet_number}{'' if is_guessed else f':{self.header_row}'}"

    @cached_property
    def columns(self) -> list[ShownColumn]:
        """Every column with a heading or a sample."""
        return list(self._columns())

    @cached_property
    def named(self) -> dict[int, Concept]:
        """What each column was said to hold; columns that are not used are left out."""
        return {column.index: Concept(column.concept) for column in self.columns if column.concept}

    @property
    def currency(self) -> str:
        """The currency of amounts that name none, "" where nobody said."""
        chosen = self._data.get("currency", self.upload.given_columns.get("currency", ""))
        return chosen if chosen in self.currencies else ""

    @property
    def currencies(self) -> list[str]:
        """What amounts can be in."""
        return sorted(set(CURRENCIES.values()))

    @property
    def concepts(self) -> list[tuple[str, str]]:
        """What a column of this kind can hold, with its name; the required ones are marked."""
        required = frozenset().union(*KINDS[self.kind].required)
        return [
            (concept.value, f"{meaning(concept)} *" if concept in required else meaning(concept))
            for concept in KINDS[self.kind].aliases
        ]

    @property
    def faults(self) -> list[str]:
        """What keeps it from being used, in words; empty where nothing does."""
        missing, doubled = faults(self.kind, self.named, self.sheet["headings"])
        sentences = [
            _("No column is said to hold: %(concepts)s.")
            % {"concepts": f" {_('or')} ".join(meaning(concept) for concept in group)}
            for group in missing
        ]
        for concept in doubled:
            headings = [column.heading for column in self.columns if column.concept == concept]
            words = {"concept": meaning(concept), "headings": ", ".join(quoted(heading) for heading in headings)}
            sentences.append(_("More than one column is said to hold %(concept)s: %(headings)s. Keep one.") % words)
        return sentences

    @property
    def needs_currency(self) -> bool:
        """Whether a column of money is among what was named."""
        return any(FORMS[concept] is Form.MONEY for concept in self.named.values())

    @property
    def given(self) -> GivenColumns:
        """What was said, for the reader."""
        return GivenColumns(
            kind=self.kind,
            sheet=self.sheet["name"],
            header_row=self.sheet["header_row"],
            columns=self.named,
            currency=self.currency or None,
        )

    def _columns(self) -> Iterator[ShownColumn]:
        headings, rows = self.sheet["headings"], self.sheet["samples"]
        guess = self._guess()
        for index in range(max([len(headings), *map(len, rows)])):
            heading = headings[index] if index < len(headings) else ""
            cells = [row[index] for row in rows if index < len(row) and row[index]]
            if heading or cells:
                is_personal = is_personal_heading(heading) or is_hidden(cells)
                concept = "" if is_personal else self._concept(index, guess)
                yield ShownColumn(index, heading, cells[:SAMPLES_SHOWN], concept, is_personal)

    def _concept(self, index: int, guess: Mapping[int, str]) -> str:
        name = f"column-{index}"
        is_chosen = self._data.get("chosen_for") == self.chosen_for and name in self._data
        concept = self._data[name] if is_chosen else guess.get(index, "")
        return concept if concept in {each.value for each in KINDS[self.kind].aliases} else ""

    def _guess(self) -> dict[int, str]:
        """As named before for this file, else as far as we can tell for the kind that is looked at."""
        before = self.upload.given_columns
        if before.get("columns") and _place_of(before) == (self.kind, self.sheet["name"], self.header_row):
            return {int(index): concept for index, concept in before["columns"].items()}
        if self.kind == self.sheet["kind"]:
            return {int(index): concept for index, concept in self.sheet["guess"].items()}
        return {index: str(concept) for index, concept in guess_columns(self.kind, self.sheet).items()}


def _place_of(given: Mapping[str, Any]) -> tuple[str, str, int]:
    return given["kind"], given["sheet"], given["header_row"]


@require_http_methods(["GET", "POST"])
@member_view(Role.ANALYST)
def columns(request: WorkspaceRequest, upload_id: UUID) -> HttpResponse:
    """Show the columns of a file that waits for it, and take what a person says they hold."""
    found = get_upload(upload_id)
    if found.status != UploadStatus.NEEDS_MAPPING or not found.shape.get("sheets"):
        if request.method == "POST":
            messages.warning(request, _("The columns of this upload can no longer be changed; nothing was changed."))
        return redirect("reports:detail", found.pk)
    form = MappingForm(found, request.POST if request.method == "POST" else request.GET)
    if request.method == "POST" and not form.faults and name_columns(found, form.given, request.user):
        messages.success(
            request, _("Remembered for every file of this shape. The file is being read by it; then you see a preview.")
        )
        return redirect("reports:detail", found.pk)
    context = {"upload": found, "form": form, "kinds": UploadKind.choices, "was_sent": request.method == "POST"}
    return render(request, page_or_part(request, "reports/mapping.html", "mapping"), context)
