"""What a report of each kind shows of itself: the columns of its preview, and the sums to compare with Allegro."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from django.db.models import Case, CharField, Count, F, QuerySet, Sum, Value, When
from django.db.models.functions import Lower
from django.utils.translation import gettext as _

from reports.messages import meaning
from reports.models import Upload, UploadKind, UploadRow
from reports.readers.concepts import FORMS, Concept, Form
from reports.readers.details import INTERNAL

# What is added up per kind. Averages, shares, balances and stock of different days are no sums.
SUMMED: Final[dict[str, tuple[Concept, ...]]] = {
    UploadKind.SALES_BY_OFFER: (Concept.UNITS, Concept.REVENUE, Concept.VISITS),
    UploadKind.ADS_OFFERS: (Concept.IMPRESSIONS, Concept.CLICKS, Concept.COST, Concept.UNITS, Concept.REVENUE),
    UploadKind.ADS_CAMPAIGNS: (Concept.IMPRESSIONS, Concept.CLICKS, Concept.COST, Concept.UNITS, Concept.REVENUE),
    UploadKind.OFFER_LIST: (Concept.QUANTITY,),
    UploadKind.ORDERS: (Concept.AMOUNT, Concept.UNITS, Concept.RETURNED_QUANTITY),
    UploadKind.BILLING: (Concept.CREDIT, Concept.DEBIT),
    UploadKind.PAYMENTS: (Concept.AMOUNT,),
}
# Shown in the cell of the offer rather than in columns of their own.
KNOWN: Final = frozenset(Concept)
IN_OFFER_CELL: Final = frozenset({Concept.OFFER_ID, Concept.TITLE})


@dataclass(frozen=True, slots=True)
class Cell:
    """One value of one row; `form` is the reader's (`reports.readers.concepts.Form`), `value` None where the file did
    not say. `currency` is the row's own, else the upload's, "" where neither is known."""

    form: str
    label: str
    value: Any
    currency: str = ""

    @property
    def is_text(self) -> bool:
        """Whether it is read from the left; numbers and times stand in line on the right."""
        return self.form in (Form.TEXT, Form.ID)


@dataclass(frozen=True, slots=True)
class Figure:
    """One sum of a report: per currency where it is money, else one cell; none where no row has the measure."""

    label: str
    cells: Sequence[Cell]


def columns_shown(upload: Upload) -> list[Concept]:
    """The concepts of the file in the order of its columns, each once, without those of the offer's own cell."""
    read = dict.fromkeys(column["concept"] for column in upload.mapping.get("columns", []))
    known = [Concept(concept) for concept in read if concept in KNOWN]
    elsewhere = IN_OFFER_CELL if names_offers(upload) else frozenset()
    return [concept for concept in known if concept not in elsewhere and concept is not Concept.DETAILS]


def names_offers(upload: Upload) -> bool:
    """Whether the file has a column of offer numbers."""
    return any(column["concept"] == Concept.OFFER_ID for column in upload.mapping.get("columns", []))


def cell_of(row: UploadRow, concept: Concept, upload: Upload) -> Cell:
    """One value of a row as it is shown."""
    value = row.allegro_offer_id if concept is Concept.OFFER_ID else getattr(row, concept)
    currency = row.currency or upload.currency
    return Cell(FORMS[concept], meaning(concept), None if value == "" else value, currency)


def heading_of(concept: Concept) -> Cell:
    """A column's heading; its form tells how it is aligned."""
    return Cell(FORMS[concept], meaning(concept), None)


def figures_of(upload: Upload, rows: QuerySet[UploadRow]) -> list[Figure]:
    """The sums of an upload, money apart by currency. A measure that no row has gives a figure without cells.

    Money that billing only moves between the account's own pockets is no cost, and not in the sums.
    """
    rows = rows.exclude(row_type=INTERNAL) if upload.kind == UploadKind.BILLING else rows
    concepts = SUMMED.get(upload.kind, ())
    currency = Case(
        When(currency="", then=Value(upload.currency)), default=F("currency"), output_field=CharField(max_length=3)
    )
    sums = {f"sum_{concept}": Sum(concept) for concept in concepts}
    by_currency: list[Any] = list(rows.order_by().values(paid_in=currency).annotate(**sums).order_by("paid_in"))
    return [_figure(concept, by_currency, _name_of_sum(upload.kind, concept)) for concept in concepts]


def _name_of_sum(kind: str, concept: Concept) -> str:
    """What a sum is called: of payments it is what came in less what went out."""
    if (kind, concept) == (UploadKind.PAYMENTS, Concept.AMOUNT):
        return _("Received less paid out")
    return meaning(concept)


def _figure(concept: Concept, by_currency: Sequence[dict[str, Any]], label: str) -> Figure:
    form = FORMS[concept]
    found = [(each["paid_in"], each[f"sum_{concept}"]) for each in by_currency]
    there = [(currency, value) for currency, value in found if value is not None]
    if form is Form.MONEY:
        return Figure(label, [Cell(form, label, value, currency) for currency, value in there])
    total = sum((Decimal(value) for _currency, value in there), Decimal(0))
    return Figure(label, [Cell(form, label, int(total))] if there else [])


def kinds_of_rows(rows: QuerySet[UploadRow]) -> dict[str, int]:
    """How many rows there are of each kind that the rows name ("order", "lineitem", "entry", "internal")."""
    counted = rows.exclude(row_type="").order_by().values(word=Lower("row_type")).annotate(times=Count("pk"))
    return {each["word"]: each["times"] for each in counted.order_by("word")}
