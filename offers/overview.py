"""The dashboard's figures: the last seven full days against the seven before, offers that fell, newest edits."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db.models import F, Q, QuerySet, Sum
from django.db.models.functions import Coalesce

from accounts.models import AccountStatus, SellerAccount
from offers.calendar import warsaw_day
from offers.daily import Window, sales_coverage
from offers.feed import Line, read_feed
from offers.models import NOT_EDITED, Offer, OfferChange, SalesDay

WEEK = 7
# Below this many pieces in the week before, a fall says nothing: chance alone halves such numbers.
ENOUGH_UNITS = 10
FALLEN_SHOWN = 8
NEWEST_SHOWN = 10


@dataclass(frozen=True, slots=True)
class Comparison:
    """A total of this week and of the week before; None where those days are not all known."""

    now: Decimal | int | None
    before: Decimal | int | None
    currency: str = ""

    @property
    def ratio(self) -> Decimal | None:
        """The relative change, None without a base."""
        if self.now is None or not self.before:
            return None
        return Decimal(self.now) / Decimal(self.before) - 1


@dataclass(frozen=True, slots=True)
class FallenOffer:
    """An offer that sold clearly less than in the week before."""

    offer: Offer
    now: int
    before: int

    @property
    def ratio(self) -> Decimal:
        """The relative change, negative."""
        return Decimal(self.now) / Decimal(self.before) - 1


@dataclass(frozen=True, slots=True)
class Overview:
    """Everything on the dashboard."""

    accounts: Sequence[SellerAccount]
    week: Window
    week_before: Window
    has_offers: bool = False
    units: Comparison = Comparison(None, None)
    revenue: Sequence[Comparison] = ()
    fallen: Sequence[FallenOffer] = ()
    newest: Sequence[Line] = field(default_factory=list)


def read_overview(accounts: Sequence[SellerAccount], now: datetime) -> Overview:
    """The dashboard of `accounts`, as of `now`."""
    yesterday = warsaw_day(now) - timedelta(days=1)
    week, week_before = _week_until(yesterday), _week_until(yesterday - timedelta(days=WEEK))
    if not Offer.objects.filter(account__in=[account.pk for account in accounts]).exists():
        return Overview(accounts, week, week_before)
    followed = [account for account in accounts if account.status != AccountStatus.DISCONNECTED]
    units, revenue = _totals(followed, week, week_before)
    edits = OfferChange.objects.exclude(NOT_EDITED)
    newest = read_feed(edits, accounts, size=NEWEST_SHOWN).lines
    is_known = units.now is not None and units.before is not None
    fallen = _fallen(followed, week, week_before) if is_known else []
    return Overview(accounts, week, week_before, True, units, revenue, fallen, newest)


def _week_until(last: date) -> Window:
    return Window(last - timedelta(days=WEEK - 1), last)


def _known(accounts: Sequence[SellerAccount], week: Window) -> bool:
    """Whether the sales of every account are known on every day of `week`."""
    found = [sales_coverage(account) for account in accounts]
    return bool(found) and all(
        each is not None and each.covers(week.first) and each.covers(week.last) for each in found
    )


def _sales(accounts: Sequence[SellerAccount], first: date, last: date) -> QuerySet[SalesDay]:
    sales: QuerySet[SalesDay] = SalesDay.objects.filter(
        account__in=[account.pk for account in accounts], day__range=(first, last)
    )
    return sales.order_by()


def _totals(
    accounts: Sequence[SellerAccount], week: Window, week_before: Window
) -> tuple[Comparison, list[Comparison]]:
    knows_now, knows_before = _known(accounts, week), _known(accounts, week_before)
    rows = list(
        _sales(accounts, week_before.first, week.last)
        .values("currency")
        .annotate(
            units_now=Sum("units", filter=_in(week)),
            units_before=Sum("units", filter=_in(week_before)),
            money_now=Sum("revenue", filter=_in(week)),
            money_before=Sum("revenue", filter=_in(week_before)),
        )
        .order_by(F("units_now").desc(nulls_last=True), "currency")
    )
    units = Comparison(
        sum(row["units_now"] or 0 for row in rows) if knows_now else None,
        sum(row["units_before"] or 0 for row in rows) if knows_before else None,
    )
    revenue = [
        Comparison(
            (row["money_now"] or Decimal()) if knows_now else None,
            (row["money_before"] or Decimal()) if knows_before else None,
            row["currency"],
        )
        for row in rows
    ]
    return units, revenue


def _in(week: Window) -> Q:
    return Q(day__range=(week.first, week.last))


def _fallen(accounts: Sequence[SellerAccount], week: Window, week_before: Window) -> list[FallenOffer]:
    """Offers with enough sales in the week before, by the number of pieces lost."""
    rows = (
        _sales(accounts, week_before.first, week.last)
        .values("offer_id")
        .annotate(
            now=Coalesce(Sum("units", filter=_in(week)), 0),
            before=Coalesce(Sum("units", filter=_in(week_before)), 0),
        )
        .filter(before__gte=ENOUGH_UNITS, now__lt=F("before"))
        .order_by(F("now") - F("before"), "offer_id")
    )[:FALLEN_SHOWN]
    found = list(rows)
    offers = Offer.objects.in_bulk([row["offer_id"] for row in found])
    return [FallenOffer(offers[row["offer_id"]], row["now"], row["before"]) for row in found]
