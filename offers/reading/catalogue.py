"""The catalogue's rows: the offers of one page with their sales, trend and last edit, in a fixed number of queries."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.core.paginator import Page, Paginator
from django.db.models import Count, F, FilteredRelation, Q, QuerySet, Sum, Window

from accounts.models import SellerAccount
from offers.models import NOT_EDITED, Offer, OfferChange
from offers.sales.daily import Coverage, sales_coverage, spread, units_by_offer, whole_days
from offers.sales.daily import Window as Days
from offers.words.presentation import label_of

PAGE_SIZE = 25
TREND_DAYS = 28
SORTS = ("title", "price", "stock", "status", "visits", "units", "changed")
USUAL_SORT = "-visits"
_COLUMNS = {
    "title": "title", "price": "price", "stock": "stock", "status": "status", "visits": "visits_30d",
    "units": "units_sold", "changed": "edited_at",
}  # fmt: skip

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


def trend_window(today: date) -> Days:
    """The last 28 full days."""
    return whole_days(TREND_DAYS, today)


def sort_key(wanted: str) -> str:
    """`wanted` where it is a column, with "-" for descending, else the usual order."""
    return wanted if wanted.removeprefix("-") in SORTS else USUAL_SORT


def sorted_offers(
    offers: QuerySet[Offer], accounts: Sequence[SellerAccount], wanted: str, window: Days
) -> QuerySet[Offer]:
    """`offers` by the column `wanted`; offers without a value come last in both directions."""
    key = sort_key(wanted)
    column = key.removeprefix("-")
    if column == "units":
        offers = _with_units(offers, accounts, window)
    value = F(_COLUMNS[column])
    order = value.desc(nulls_last=True) if key.startswith("-") else value.asc(nulls_last=True)
    return offers.order_by(order, "title", "allegro_id", "pk")


def _with_units(offers: QuerySet[Offer], accounts: Sequence[SellerAccount], window: Days) -> QuerySet[Offer]:
    """With the pieces that each sold in `window`: of all offers at once, by the index of the accounts' days."""
    sold = Q(sales_days__account__in=list(accounts), sales_days__day__range=(window.first, window.last))
    found: QuerySet[Offer] = offers.annotate(sold=FilteredRelation("sales_days", condition=sold))
    return found.annotate(units_sold=Sum("sold__units"))


def list_offers(
    offers: QuerySet[Offer], accounts: Sequence[SellerAccount], *, sort: str, number: Any, window: Days
) -> Listing:
    """Page `number` of `offers` with what each row shows. Six queries at most, whatever the page."""
    page = read_page(sorted_offers(offers, accounts, sort, window), number)
    return Listing(page, list_rows([offer.pk for offer in page.object_list], accounts, window))


def read_page(offers: QuerySet[Offer], number: Any) -> Page[Offer]:
    """Page `number` of `offers`, whose rows hold their keys only: counted while they are found, in one query.

    As Django's paginator, nonsense leads to the first page and a number beyond the end to the last one.
    """
    wanted = max(1, int(number)) if str(number or "").isdecimal() else 1
    counted = offers.only("pk").annotate(counted=Window(Count("*")))
    found: list[Any] = list(counted[(wanted - 1) * PAGE_SIZE : wanted * PAGE_SIZE])
    if not found:
        return Paginator(offers.only("pk"), PAGE_SIZE).get_page(number)
    paginator: Paginator[Offer] = Paginator(found, PAGE_SIZE)
    paginator.count = found[0].counted
    return Page(found, wanted, paginator)


def list_rows(offer_ids: Sequence[UUID], accounts: Sequence[SellerAccount], window: Days) -> list[Row]:
    """What the list shows of some offers, in this order. Four queries at most, however many they are."""
    found = Offer.objects.in_bulk(list(offer_ids))
    units, edits = units_by_offer(offer_ids, window), last_edits(offer_ids)
    by_id = {account.pk: account for account in accounts}
    coverage = {pk: sales_coverage(by_id[pk]) for pk in {offer.account_id for offer in found.values()}}
    rows = []
    for offer in (found[pk] for pk in offer_ids if pk in found):
        offer.account = by_id[offer.account_id]
        rows.append(_row(offer, units.get(offer.pk, {}), coverage[offer.account_id], edits, window))
    return rows


def last_edits(offer_ids: Sequence[UUID]) -> dict[UUID, Edit]:
    """The newest edit of each offer; sales are no edits."""
    newest = (
        # By its time, which the offer knows, each is found in the index at once, however many changes there are.
        OfferChange.objects.filter(offer__in=offer_ids, not_after=F("offer__edited_at"))
        .exclude(NOT_EDITED)
        .order_by("offer_id", "-id")
        .distinct("offer_id")
        # Old and new may be whole descriptions; a row of the list shows neither.
        .only("id", "offer_id", "field", "event_type", "not_after")
    )
    return {change.offer_id: Edit(change.pk, label_of(change), change.not_after) for change in newest}


def _row(offer: Offer, units: dict[date, int], coverage: Coverage | None, edits: dict[UUID, Edit], window: Days) -> Row:
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
