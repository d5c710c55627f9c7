"""What the pages of the reconciliation show: rows in words, cards of offer and dashboard, the catalogue's column."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any
from uuid import UUID

from django.db.models import Count, QuerySet
from django.utils.translation import gettext as _

from accounts.templatetags.ui import format_money
from offers.calendar import start_of_day
from offers.models import Offer
from offers.words.values import MINUS, format_count, format_percent, show_span
from reports.models import (
    AccountTotal,
    ComparedMeasure,
    Comparison,
    ComparisonStatus,
    Upload,
    UploadStatus,
)
from reports.reconciliation.words import Told, tell

MONEY = (ComparedMeasure.PRICE, ComparedMeasure.REVENUE)
# The first of them that any measure of an offer has is the offer's.
GRAVEST_FIRST = (
    ComparisonStatus.DIFFERS,
    ComparisonStatus.OUTDATED,
    ComparisonStatus.NO_REFERENCE,
    ComparisonStatus.AGREES,
)
MEASURES_IN_ORDER = tuple(ComparedMeasure.values)


@dataclass(frozen=True)
class Shown:
    """One comparison for people."""

    row: Comparison

    @property
    def measure(self) -> str:
        """What is compared."""
        return str(ComparedMeasure(self.row.measure).label)

    @property
    def measure_note(self) -> str:
        """Which of the possible values it is."""
        notes = {
            ComparedMeasure.PRICE: _("average"),
            ComparedMeasure.STOCK: _("at the end"),
        }
        return notes.get(ComparedMeasure(self.row.measure), "")

    @property
    def reported(self) -> str:
        """The report's value, "" where it gives none."""
        return self._value(self.row.reported)

    @property
    def own(self) -> str:
        """Our value of the same days, or the two between which it lay; "" where it is not known."""
        if self.row.own is None and self.row.low is not None and self.row.high is not None:
            return _("%(low)s to %(high)s") % {"low": format_count(self.row.low), "high": format_count(self.row.high)}
        return self._value(self.row.own)

    @property
    def days(self) -> str:
        """The report's days, as short as they can be."""
        first, last = self.row.upload.period_from, self.row.upload.period_to
        return show_days(first, last) if first and last else ""

    @property
    def now(self) -> str:
        """Our newest value of a price or stock."""
        return self._value(self.row.now)

    @property
    def is_now_different(self) -> bool:
        """Whether the newest value is another than that of the period."""
        return self.row.now is not None and self.row.now != self.row.own

    @property
    def known(self) -> str:
        """For how much of the period the price is known, "" for all of it."""
        share = self.row.known
        return format_percent(share, signed=False) if share is not None and 0 < share < 1 and self.row.own else ""

    @property
    def difference(self) -> str:
        """Reported minus own, with its sign."""
        if self.row.difference is None:
            return ""
        sign = MINUS if self.row.difference < 0 else "+" if self.row.difference else ""
        return f"{sign}{self._value(abs(self.row.difference))}"

    @property
    def percent(self) -> str:
        """The difference in per cent of our value."""
        return format_percent(self.row.percent / 100) if self.row.percent else ""

    @cached_property
    def told(self) -> list[Told]:
        """The reasons, what explains most first."""
        return [tell(reason, self.row.measure, self.row.currency) for reason in self.row.reasons]

    @property
    def reason(self) -> Told | None:
        """The first of the reasons."""
        return self.told[0] if self.told else None

    @property
    def further(self) -> Sequence[Told]:
        """The other reasons."""
        return self.told[1:]

    @property
    def lack(self) -> str:
        """Why a value is missing."""
        return self.told[0].text if self.told else _("no data")

    def _value(self, value: Decimal | None) -> str:
        if value is None:
            return ""
        return format_money(value, self.row.currency) if self.row.measure in MONEY else format_count(int(value))


def show_days(first: date, last: date) -> str:
    """Days, both included, with their year: "3–9 Aug 2026"."""
    return f"{show_span(start_of_day(first), start_of_day(last))} {last.year}"


def rows_of(keys: Iterable[int]) -> list[Comparison]:
    """The comparisons of a page with all that they show of others, in the order of `keys`. Two queries."""
    wanted = list(keys)
    found = (
        Comparison.objects.filter(pk__in=wanted)
        .select_related("upload", "offer")
        .defer("upload__mapping", "upload__shape", "upload__given_columns")
        .prefetch_related("account")
        .in_bulk()
    )
    return [found[key] for key in wanted if key in found]


def show_all(rows: Iterable[Comparison]) -> list[Shown]:
    """Rows in words."""
    return [Shown(row) for row in rows]


# One offer ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ReportOfOffer:
    """All measures of one offer in one report."""

    upload: Upload
    rows: Sequence[Shown]


def reports_of_offer(offer: Offer) -> list[ReportOfOffer]:
    """What each imported report says of the offer beside our own, newest period first. One query."""
    rows = (
        Comparison.objects.filter(account=offer.account_id, allegro_offer_id=offer.allegro_id)
        .select_related("upload")
        .order_by("-upload__period_to", "-upload__period_from", "-upload__uploaded_at", "upload_id")
    )
    found: dict[Any, list[Comparison]] = {}
    for row in rows:
        found.setdefault(row.upload_id, []).append(row)
    return [
        ReportOfOffer(
            of_report[0].upload,
            show_all(sorted(of_report, key=lambda row: MEASURES_IN_ORDER.index(row.measure))),
        )
        for of_report in found.values()
    ]


# The catalogue --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class OfferState:
    """How the newest report of an offer stands to our record; `status` "" where no report names it."""

    offer_id: UUID
    allegro_id: str
    status: str = ""
    measures: Sequence[str] = ()

    @property
    def label(self) -> str:
        """The status in words."""
        return str(ComparisonStatus(self.status).label)


def states_of(offer_ids: Sequence[UUID]) -> list[OfferState]:
    """The gravest status of each offer and the measures that have it. Two queries."""
    offers = Offer.objects.filter(pk__in=offer_ids).values_list("pk", "allegro_id")
    found: dict[UUID, dict[str, list[str]]] = {}
    rows = Comparison.objects.filter(offer__in=offer_ids, is_newest=True).values_list("offer_id", "status", "measure")
    for offer_id, status, measure in rows:
        found.setdefault(offer_id, {}).setdefault(status, []).append(measure)
    return [_state(pk, allegro_id, found.get(pk, {})) for pk, allegro_id in offers]


def _state(offer_id: UUID, allegro_id: str, found: Mapping[str, Sequence[str]]) -> OfferState:
    for status in GRAVEST_FIRST:
        if status in found:
            measures = sorted(found[status], key=MEASURES_IN_ORDER.index)
            return OfferState(
                offer_id, allegro_id, status, [str(ComparedMeasure(measure).label) for measure in measures]
            )
    return OfferState(offer_id, allegro_id)


# The account ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Summary:
    """How many measures of the newest reports have each status."""

    counts: Sequence[tuple[str, int]] = ()
    reasons: Sequence[tuple[str, int]] = field(default_factory=list)
    newest: Upload | None = None

    @property
    def total(self) -> int:
        """All of them."""
        return sum(number for _status, number in self.counts)


def read_summary(comparisons: QuerySet[Comparison]) -> Summary:
    """The counts of the newest comparisons among `comparisons`. Two queries."""
    newest = comparisons.filter(is_newest=True).order_by()
    counted = Counter(dict(newest.values_list("status").annotate(Count("pk"))))
    upload = Upload.objects.filter(status=UploadStatus.IMPORTED).defer("mapping")
    return Summary(
        [(status, counted[status]) for status in GRAVEST_FIRST],
        newest=upload.filter(kind="sales_by_offer").order_by("-period_to", "-uploaded_at").first(),
    )


@dataclass(frozen=True)
class ShownTotal:
    """The sums of one report for people."""

    row: AccountTotal

    @property
    def is_one_day(self) -> bool:
        """Whether it is the value of a day."""
        return self.row.first_day == self.row.last_day

    @property
    def units_difference(self) -> str:
        """Reported minus own pieces."""
        if self.row.reported_units is None or self.row.own_units is None:
            return ""
        return format_count(self.row.reported_units - self.row.own_units, signed=True)

    @property
    def revenue_difference(self) -> str:
        """Reported minus own money, and per cent of own."""
        if self.row.reported_revenue is None or self.row.own_revenue is None:
            return ""
        difference = self.row.reported_revenue - self.row.own_revenue
        sign = MINUS if difference < 0 else "+" if difference else ""
        text = f"{sign}{format_money(abs(difference), self.row.currency)}"
        return f"{text} ({format_percent(difference / self.row.own_revenue)})" if self.row.own_revenue else text
