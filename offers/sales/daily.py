"""Sales day by day, with zeros only where a day without a sale is known to be one.

The sales of an account are known from where its orders have been read back to; before it a day without a row is
unknown, and so is every day after the last finished sync.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from urllib.parse import urlencode
from uuid import UUID

from django.core.cache import cache
from django.db.models import Min, Sum

from accounts.models import SellerAccount
from offers.calendar import ONE_DAY, end_of_day, start_of_day, warsaw_day
from offers.models import Note, Offer, OrderEvent, OrderHistory, SalesDay
from offers.sales.orders import known_since_key

PERIODS = (7, 28, 84, 365)
USUAL_PERIOD = 28
# The choice that shows the two weeks of the dashboard: seven whole days, and the seven before.
WEEKS = "weeks"
WEEK = 7
# A link may name any number of days, as those of a report, up to this many.
LONGEST_PERIOD = 1_100
# The beginning of a history moves only when older orders arrive; finding it costs a walk over all order events.
CACHE_SECONDS = 600


@lru_cache(maxsize=200)
def _days(first: date, last: date) -> tuple[date, ...]:
    """A page asks for the days of its window again and again, and years of them take their time."""
    return tuple(first + ONE_DAY * number for number in range((last - first).days + 1))


@dataclass(frozen=True, slots=True)
class Window:
    """Some Warsaw days, `first` and `last` both included; `choice` is what the address says ("28", "all").

    So many days as `lead` and `tail` say are only shown, at the beginning and at the end: the week that is compared
    with, and today, which is not over.
    """

    first: date
    last: date
    choice: str = ""
    lead: int = 0
    tail: int = 0

    @property
    def address(self) -> str:
        """The query that brings exactly these days at any later time."""
        query = {"days": self.choice, "until": self.last.isoformat(), **({"open": 1} if self.tail else {})}
        return urlencode(query)

    @property
    def days(self) -> list[date]:
        """Every day, oldest first."""
        return list(_days(self.first, self.last))

    @property
    def counted(self) -> "Window":
        """The whole days that figures are of."""
        return Window(self.first + ONE_DAY * self.lead, self.last - ONE_DAY * self.tail)

    @property
    def previous(self) -> "Window":
        """As many days as are counted, right before them."""
        counted = self.counted
        return whole_days(len(counted.days), counted.first)

    @property
    def since(self) -> datetime:
        """The instant at which the first day begins."""
        return start_of_day(self.first)

    @property
    def until(self) -> datetime:
        """The instant at which the last day ends."""
        return end_of_day(self.last)


def whole_days(length: int, today: date) -> Window:
    """The last `length` whole days before `today`: what "the last 28 days" are on every page."""
    return Window(today - ONE_DAY * length, today - ONE_DAY)


def window_for(choice: str, today: date, earliest: date, until: str = "", *, is_open: bool = False) -> Window:
    """The days that `choice` asks for, up to the ISO day `until`, else whole days and today besides.

    "all" begins at `earliest`; nonsense is the usual period, and a day that is none, or is to come, is today. A link
    that was made on its last day is `is_open`: it shows the same days for ever, and that last one is still not counted.
    """
    last = _past_day(until, today)
    is_open = is_open or last == today
    if choice == "all":
        return Window(min(earliest, last), last, choice, tail=int(is_open and earliest < last))
    tail = int(is_open)
    if choice == WEEKS:
        return Window(last - ONE_DAY * (2 * WEEK - 1 + tail), last, choice, lead=WEEK, tail=tail)
    length = int(choice) if re.fullmatch(r"[0-9]{1,4}", choice) else 0
    length = length if 1 <= length <= LONGEST_PERIOD else USUAL_PERIOD
    return Window(last - ONE_DAY * (length - 1 + tail), last, str(length), tail=tail)


def _past_day(text: str, today: date) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return today
    # Before Allegro's own beginning there is nothing to show, and dates have an end of their own.
    return day if date(1999, 1, 1) <= day <= today else today


@dataclass(frozen=True, slots=True)
class Coverage:
    """The days whose sales are known: a day without a row between them is a true zero."""

    first: date
    last: date

    def covers(self, day: date) -> bool:
        """Whether no row on `day` means no sale."""
        return self.first <= day <= self.last


def sales_coverage(account: SellerAccount) -> Coverage | None:
    """The days of `account` whose sales are known, None while there is none."""
    if account.last_synced_at is None:
        return None
    begin, end = sales_known_since(account), warsaw_day(account.last_synced_at)
    return Coverage(begin, end) if begin and begin <= end else None


def sales_known_since(account: SellerAccount) -> date | None:
    """The first Warsaw day whose orders are all known, tomorrow right after the first look; None before it.

    That is the first whole day from where orders were read back to. An account that was linked before orders were read
    back has its journal alone, until its next sync.
    """
    key = known_since_key(account.pk)
    cached: date | None = cache.get(key)
    if cached is not None:
        return cached
    history = OrderHistory.objects.filter(account=account).first()
    if history:
        day = warsaw_day(history.since)
        # The day in whose middle the reading stands is not whole.
        day = day if start_of_day(day) == history.since else day + ONE_DAY
    else:
        event = OrderEvent.objects.filter(account=account).aggregate(first=Min("occurred_at"))["first"]
        if event is None:
            return None
        day = warsaw_day(event)
    cache.set(key, day, CACHE_SECONDS)
    return day


@dataclass(frozen=True, slots=True)
class DailySales:
    """One offer's units and revenue (per currency) for each day of a window; None where a day is unknown."""

    days: Sequence[date]
    units: Sequence[int | None]
    revenue: dict[str, list[Decimal | None]] = field(default_factory=dict)

    @property
    def known_days(self) -> int:
        """How many of the days are known."""
        return sum(units is not None for units in self.units)

    @property
    def total_units(self) -> int | None:
        """Pieces over the known days, None where no day is known."""
        known = [units for units in self.units if units is not None]
        return sum(known) if known else None

    @property
    def total_revenue(self) -> dict[str, Decimal]:
        """Money over the known days, by currency."""
        return {
            currency: sum((amount for amount in amounts if amount is not None), Decimal())
            for currency, amounts in self.revenue.items()
        }

    def within(self, window: Window) -> "DailySales":
        """Of those days that lie in `window` only."""
        wanted = [position for position, day in enumerate(self.days) if window.first <= day <= window.last]
        revenue = {code: [amounts[each] for each in wanted] for code, amounts in self.revenue.items()}
        # A currency that has sales on other days only says nothing here; the first is the offer's own.
        own = next(iter(revenue), "")
        revenue = {code: amounts for code, amounts in revenue.items() if code == own or any(amounts)}
        return DailySales([self.days[each] for each in wanted], [self.units[each] for each in wanted], revenue)


def daily_sales(offer: Offer, window: Window) -> DailySales:
    """Units and revenue of `offer` on each day of `window`, all marketplaces together, currencies apart."""
    coverage = sales_coverage(offer.account)
    rows = list(
        SalesDay.objects.filter(offer=offer, day__range=(window.first, window.last))
        .values("day", "currency")
        .annotate(pieces=Sum("units"), money=Sum("revenue"))
        .order_by("currency", "day")
    )
    units: dict[date, int] = {}
    money: dict[str, dict[date, Decimal]] = {}
    for row in rows:
        units[row["day"]] = units.get(row["day"], 0) + row["pieces"]
        money.setdefault(row["currency"], {})[row["day"]] = row["money"]
    # Without a sale in the window, the offer's own currency still has its zeros.
    own = [offer.currency] if offer.currency else []
    currencies = sorted(money, key=lambda code: (code != offer.currency, code)) or own
    return DailySales(
        window.days,
        spread(units, window.days, coverage),
        {currency: _spread_money(money.get(currency, {}), units, window.days, coverage) for currency in currencies},
    )


def spread(rows: dict[date, int], days: Iterable[date], coverage: Coverage | None) -> list[int | None]:
    """One number per day: the row's, 0 on a covered day without one, else None."""
    return [rows[day] if day in rows else 0 if coverage and coverage.covers(day) else None for day in days]


def _spread_money(
    rows: dict[date, Decimal], sold: dict[date, int], days: Iterable[date], coverage: Coverage | None
) -> list[Decimal | None]:
    """As `spread`; a day with sales in another currency is known too, with nothing in this one."""
    return [
        rows[day] if day in rows else Decimal() if day in sold or (coverage and coverage.covers(day)) else None
        for day in days
    ]


def first_day_of(offer: Offer) -> date:
    """The first Warsaw day of which anything is known of the offer: a reading, a sale or a note. One query."""
    sold = SalesDay.objects.filter(offer=offer).order_by("day").values_list("day")[:1]
    noted = Note.objects.filter(offer=offer).order_by("first_day").values_list("first_day")[:1]
    known: list[date] = [day for (day,) in sold.union(noted, all=True)]
    return min([warsaw_day(offer.first_seen_at), *known])


def units_of_others(offer: Offer, window: Window) -> list[int | None]:
    """Pieces that all other offers of the account sold on each day of `window`; None where a day is unknown."""
    rows = (
        SalesDay.objects.filter(account=offer.account_id, day__range=(window.first, window.last))
        .exclude(offer=offer)
        .values_list("day")
        .annotate(pieces=Sum("units"))
    )
    return spread(dict(rows), window.days, sales_coverage(offer.account))


def units_by_offer(offer_ids: Sequence[UUID], window: Window) -> dict[UUID, dict[date, int]]:
    """Pieces per offer and day, for the offers of one page."""
    found: dict[UUID, dict[date, int]] = {}
    rows = (
        SalesDay.objects.filter(offer__in=offer_ids, day__range=(window.first, window.last))
        .values_list("offer_id", "day")
        .annotate(pieces=Sum("units"))
    )
    for offer_id, day, pieces in rows:
        found.setdefault(offer_id, {})[day] = pieces
    return found
