"""How the offer did in a window against as many days right before: observed visitors, average price, units, revenue.

Visits and conversion of exactly these days stand in reports only; `reports` adds them to the page.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property

from offers.reading.charting import OfferHistory
from offers.sales.daily import DailySales, Window
from offers.state.segments import Segment, clip
from offers.words.values import as_money

# Below this share of the time a price is named with how much of the time it is known for.
NEARLY_ALL = Decimal("0.995")


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure of the window and of the one before; None where it is not known. `known` and `of` count the days."""

    now: Decimal | int | None
    before: Decimal | int | None
    currency: str = ""
    known: int = 0
    known_before: int = 0
    of: int = 0

    @property
    def is_whole(self) -> bool:
        """Whether every day of the window is known."""
        return self.known == self.of

    @property
    def is_comparable(self) -> bool:
        """Whether every day of both windows is known: part of a period says nothing against a whole one."""
        return self.is_whole and self.known_before == self.of and self.now is not None and self.before is not None

    @property
    def ratio(self) -> Decimal | None:
        """The relative change, None without a base or without comparable windows."""
        return change_of(self.now, self.before) if self.is_comparable else None


@dataclass(frozen=True, slots=True)
class AveragePrice:
    """The price weighted by the time it was known to hold, and the share of the time for which it is known (0 to 1)."""

    amount: Decimal
    currency: str
    share: Decimal

    @property
    def is_nearly_all(self) -> bool:
        """Whether the price is known practically all the time."""
        return self.share >= NEARLY_ALL


@dataclass(frozen=True, slots=True)
class Observed:
    """Unique visitors of the 30 days that end with `day`, on the account's own marketplace."""

    visitors: int
    day: date


class Funnel:
    """The figures of one window, each worked out when asked for."""

    def __init__(self, history: OfferHistory) -> None:
        self.history = history
        self.window = history.window.counted
        self.before = history.window.previous

    @cached_property
    def units(self) -> Figure:
        """Pieces sold on the known days."""
        now, before = self._sales
        return self._figure(now.total_units, before.total_units, "")

    @cached_property
    def revenue(self) -> Sequence[Figure]:
        """Money of the known days, one figure for each currency."""
        now, before = self._sales
        if now.total_units is None:
            return []
        return [
            self._figure(amount, before.total_revenue.get(code, Decimal()), code)
            for code, amount in now.total_revenue.items()
        ]

    @cached_property
    def price(self) -> AveragePrice | None:
        """The average price, None where none is known or its currency changed."""
        return self._average_price(self.history, self.window)

    @cached_property
    def price_before(self) -> AveragePrice | None:
        """The average price of the days before, in the same currency."""
        found = self._average_price(self.history.before, self.before)
        return found if found and self.price and found.currency == self.price.currency else None

    @property
    def price_ratio(self) -> Decimal | None:
        """The relative change of the average price, None unless both are known practically all the time."""
        now, before = self.price, self.price_before
        if now is None or before is None or not (now.is_nearly_all and before.is_nearly_all):
            return None
        return change_of(now.amount, before.amount)

    @cached_property
    def visitors(self) -> Observed | None:
        """The last observation in the window."""
        return self._last_observed(self.history)

    @cached_property
    def visitors_before(self) -> Observed | None:
        """The last observation in the days before."""
        return self._last_observed(self.history.before)

    @property
    def visitors_ratio(self) -> Decimal | None:
        """The relative change between both observations."""
        now, before = self.visitors, self.visitors_before
        return change_of(now.visitors, before.visitors) if now and before else None

    @cached_property
    def _sales(self) -> tuple[DailySales, DailySales]:
        return self.history.sales.within(self.window), self.history.before.sales

    @staticmethod
    def _average_price(history: OfferHistory, days: Window) -> AveragePrice | None:
        since, until = days.since, min(days.until, history.now)
        return average_price(clip(history.price, since, until), since, until)

    def _figure(self, now: Decimal | int | None, before: Decimal | int | None, currency: str) -> Figure:
        days, days_before = self._sales
        return Figure(now, before, currency, days.known_days, days_before.known_days, len(self.window.days))

    @staticmethod
    def _last_observed(history: OfferHistory) -> Observed | None:
        values = history.visitors.get(history.offer.account.base_marketplace, [])
        observed = [
            Observed(visitors, day)
            for day, visitors in zip(history.window.days, values, strict=False)
            if visitors is not None
        ]
        return observed[-1] if observed else None


def average_price(segments: Sequence[Segment], since: datetime, until: datetime) -> AveragePrice | None:
    """The mean of the known price from `since` to `until`, each amount weighing as long as it held."""
    known = [
        (money, Decimal(str((segment.until - segment.since).total_seconds())))
        for segment in segments
        if (money := as_money(segment.value)) is not None and segment.until > segment.since
    ]
    currencies = {currency for (_amount, currency), _seconds in known}
    whole = Decimal(str((until - since).total_seconds()))
    if len(currencies) != 1 or whole <= 0:
        return None
    seconds = sum((held for _money, held in known), Decimal())
    total = sum((amount * held for (amount, _currency), held in known), Decimal())
    return AveragePrice((total / seconds).quantize(Decimal("0.01")), currencies.pop(), min(seconds / whole, Decimal(1)))


def change_of(now: Decimal | int | None, before: Decimal | int | None) -> Decimal | None:
    """The relative change, None without a base."""
    if now is None or not before:
        return None
    return Decimal(now) / Decimal(before) - 1
