"""The catalogue's rows: the offers of one page with their sales, trend and last edit, in a fixed number of queries."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.core.paginator import Page, Paginator
from django.db.models import F, OuterRef, QuerySet, Subquery, Sum

from accounts.models import SellerAccount
from offers.daily import Coverage, Window, sales_coverage, spread, units_by_offer
from offers.models import NOT_EDITED, Offer, OfferChange, SalesDay
from offers.presentation import label_of

PAGE_SIZE = 50
TREND_DAYS = 28
SORTS = ("title", "price", "stock", "status", "visits", "units", "changed")
USUAL_SORT = "-visits"
_COLUMNS = {"title": "title", "price": "price", "stock": "stock", "status": "status", "visits": "visits_30d"}

SPARK_WIDTH, SPARK_HEIGHT = 96, 24


@dataclass(frozen=True, slots=True)
class Edit:
    """The newest edit of an offer: which field, and when it was done at the latest."""

    change_id: UUID
    label: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Row:
    """One offer of the catalogue; `units` is None where no day of the last 28 is known."""

    offer: Offer
    units: int | None
    known_days: int
    spark: str
    edit: Edit | None


@dataclass(frozen=True, slots=True)
class Listing:
    """One page of the catalogue."""

    page: Page[Offer]
    rows: Sequence[Row] = field(default_factory=list)


def trend_window(today: date) -> Window:
    """The last 28 full days."""
    return Window(today - timedelta(days=TREND_DAYS), today - timedelta(days=1))


def sort_key(wanted: str) -> str:
    """`wanted` where it is a column, with "-" for descending, else the usual order."""
    return wanted if wanted.removeprefix("-") in SORTS else USUAL_SORT


def sorted_offers(offers: QuerySet[Offer], wanted: str, window: Window) -> QuerySet[Offer]:
    """`offers` by the column `wanted`; offers without a value come last in both directions."""
    key = sort_key(wanted)
    column = key.removeprefix("-")
    if column == "units":
        offers = offers.annotate(sort_value=_units(window))
    elif column == "changed":
        offers = offers.annotate(sort_value=_last_changed())
    value = F(_COLUMNS.get(column, "sort_value"))
    order = value.desc(nulls_last=True) if key.startswith("-") else value.asc(nulls_last=True)
    return offers.order_by(order, "title", "allegro_id", "pk")


def _units(window: Window) -> Subquery:
    days = SalesDay.objects.filter(offer=OuterRef("pk"), day__range=(window.first, window.last))
    return Subquery(days.order_by().values("offer").annotate(total=Sum("units")).values("total"))


def _last_changed() -> Subquery:
    changes = OfferChange.objects.filter(offer=OuterRef("pk")).exclude(NOT_EDITED)
    return Subquery(changes.order_by("-not_after", "-id").values("not_after")[:1])


def list_offers(
    offers: QuerySet[Offer], accounts: Sequence[SellerAccount], *, sort: str, number: Any, window: Window
) -> Listing:
    """Page `number` of `offers` with what each row shows. Seven queries at most, whatever the page."""
    page = Paginator(sorted_offers(offers, sort, window), PAGE_SIZE).get_page(number)
    shown = list(page.object_list)
    ids = [offer.pk for offer in shown]
    units, edits = units_by_offer(ids, window), last_edits(ids)
    by_id = {account.pk: account for account in accounts}
    coverage = {pk: sales_coverage(by_id[pk]) for pk in {offer.account_id for offer in shown}}
    for offer in shown:
        offer.account = by_id[offer.account_id]
    rows = [_row(offer, units.get(offer.pk, {}), coverage[offer.account_id], edits, window) for offer in shown]
    return Listing(page, rows)


def last_edits(offer_ids: Sequence[UUID]) -> dict[UUID, Edit]:
    """The newest edit of each offer; sales are no edits."""
    newest = (
        OfferChange.objects.filter(offer__in=offer_ids)
        .exclude(NOT_EDITED)
        .order_by("offer_id", "-not_after", "-id")
        .distinct("offer_id")
        # Old and new may be whole descriptions; a row of the list shows neither.
        .only("id", "offer_id", "field", "event_type", "not_after")
    )
    return {change.offer_id: Edit(change.pk, label_of(change), change.not_after) for change in newest}


def _row(
    offer: Offer, units: dict[date, int], coverage: Coverage | None, edits: dict[UUID, Edit], window: Window
) -> Row:
    series = spread(units, window.days, coverage)
    known = [value for value in series if value is not None]
    return Row(offer, sum(known) if known else None, len(known), sparkline(series), edits.get(offer.pk))


def sparkline(series: Sequence[int | None]) -> str:
    """The points of an SVG polyline in a 96 x 24 box, a point per known day; "" with fewer than two known days."""
    known = [(position, value) for position, value in enumerate(series) if value is not None]
    if len(known) < 2:
        return ""
    highest = max(value for _position, value in known) or 1
    step = (SPARK_WIDTH - 2) / (len(series) - 1)
    return " ".join(
        f"{1 + position * step:.1f},{SPARK_HEIGHT - 2 - value * (SPARK_HEIGHT - 4) / highest:.1f}"
        for position, value in known
    )
