"""The dashboard's figures: the last seven full days against the seven before, offers that fell, newest edits."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from django.db.models import F, Sum

from accounts.models import AccountStatus, SellerAccount
from offers.calendar import warsaw_day
from offers.models import NOT_EDITED, Offer, OfferChange
from offers.reading.falls import FallenOffer, fallen_offers, sales_of, within
from offers.reading.feed import Line, read_feed
from offers.reading.trust import Trust, read_trust, read_visits
from offers.sales.daily import WEEK, Window, sales_coverage, whole_days

NEWEST_SHOWN = 8


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
class Overview:
    """Everything on the dashboard."""

    accounts: Sequence[SellerAccount]
    week: Window
    week_before: Window
    has_offers: bool = False
    units: Comparison = Comparison(None, None)
    revenue: Sequence[Comparison] = ()
    visits: Comparison = Comparison(None, None)
    visits_day: date | None = None
    trust: Trust | None = None
    fallen: Sequence[FallenOffer] = ()
    newest: Sequence[Line] = field(default_factory=list)

    @property
    def are_comparable(self) -> bool:
        """Whether all orders of both weeks are known."""
        return self.units.now is not None and self.units.before is not None


def read_overview(accounts: Sequence[SellerAccount], now: datetime) -> Overview:
    """The dashboard of `accounts`, as of `now`."""
    week = whole_days(WEEK, warsaw_day(now))
    week_before = week.previous
    if not Offer.objects.filter(account__in=[account.pk for account in accounts]).exists():
        return Overview(accounts, week, week_before)
    followed = [account for account in accounts if account.status != AccountStatus.DISCONNECTED]
    units, revenue = _totals(followed, week, week_before)
    edits = OfferChange.objects.exclude(NOT_EDITED)
    newest = read_feed(edits, accounts, size=NEWEST_SHOWN).lines
    are_known = units.now is not None and units.before is not None
    visits = read_visits(followed, week.last)
    return Overview(
        accounts,
        week,
        week_before,
        has_offers=True,
        units=units,
        revenue=revenue,
        visits=Comparison(visits.now, visits.before),
        visits_day=visits.day,
        trust=read_trust(accounts, Window(week_before.first, week.last), now, are_known=are_known),
        fallen=fallen_offers(followed, week, week_before, now) if are_known else [],
        newest=newest,
    )


def _known(accounts: Sequence[SellerAccount], week: Window) -> bool:
    """Whether the sales of every account are known on every day of `week`."""
    found = [sales_coverage(account) for account in accounts]
    return bool(found) and all(
        each is not None and each.covers(week.first) and each.covers(week.last) for each in found
    )


def _totals(
    accounts: Sequence[SellerAccount], week: Window, week_before: Window
) -> tuple[Comparison, list[Comparison]]:
    knows_now, knows_before = _known(accounts, week), _known(accounts, week_before)
    rows = list(
        sales_of(accounts, week_before.first, week.last)
        .values("currency")
        .annotate(
            units_now=Sum("units", filter=within(week)),
            units_before=Sum("units", filter=within(week_before)),
            money_now=Sum("revenue", filter=within(week)),
            money_before=Sum("revenue", filter=within(week_before)),
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
