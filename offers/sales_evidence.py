"""What our own orders say of some days, for comparing another source with them: sales, cancellations, returns, edges.

Every function takes Warsaw days, both included, and many offers at once (None: all of the account), asks the database
a fixed number of times, and leaves out offers that it has nothing to say of. Money is gross, what buyers pay for the
goods, each currency apart; what Allegro adds in Allegro Prices stands in `subsidies_of` alone. Whether the days are
known at all is for `offers.daily.sales_coverage` to say.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import NamedTuple

from django.db.models import Count, F, Q, QuerySet, Sum

from accounts.models import SellerAccount
from offers.calendar import ONE_DAY, end_of_day, start_of_day
from offers.models import CustomerReturn, OrderEvent, OrderLine, OrderStatus, ReturnedLine
from offers.models.orders import AUTO_CANCELLED, BECAME_READY, BUYER_CANCELLED, TELLING_EVENTS
from offers.returns import REJECTED

# The buyer pays the courier: such an order is ready as soon as its form is filled in, and is never paid online.
PAID_ON_DELIVERY = "CASH_ON_DELIVERY"
OfferIds = Collection[str] | None


class Sales(NamedTuple):
    """Pieces, money and distinct orders."""

    units: int
    revenue: Decimal
    orders: int


@dataclass(frozen=True, slots=True)
class Amount:
    """Pieces and money in one currency."""

    units: int = 0
    revenue: Decimal = Decimal()

    def __add__(self, other: "Amount") -> "Amount":
        return Amount(self.units + other.units, self.revenue + other.revenue)


@dataclass(frozen=True, slots=True)
class CancelledLine:
    """One bought line that does not count now.

    `at` is when it was cancelled as far as is told, else when we first saw it cancelled (`is_told` False then).
    `by` is "buyer", "allegro" (nobody paid in time) or "" where nothing tells.
    """

    order_id: str
    amount: Amount
    was_ready: bool
    at: datetime
    is_told: bool
    by: str


@dataclass(frozen=True, slots=True)
class Cancelled:
    """The cancelled lines of one offer and currency."""

    lines: tuple[CancelledLine, ...]

    @property
    def unpaid(self) -> Amount:
        """What was never ready: no source should ever have counted it as sold."""
        return _total(line.amount for line in self.lines if not line.was_ready)

    @property
    def after_ready(self) -> Amount:
        """What was sold and cancelled later: a source from before the cancellation counts it."""
        return _total(line.amount for line in self.lines if line.was_ready)

    def cancelled_after(self, instant: datetime) -> Amount:
        """What was sold and cancelled only after `instant`, say after a file was made."""
        return _total(line.amount for line in self.lines if line.was_ready and line.at > instant)


@dataclass(frozen=True, slots=True)
class Returned:
    """Pieces of one offer and currency that came back, or are on their way; `rejected` ones stay with the buyer.

    `unclear` pieces are of an order whose lines of this offer were bought partly on other days. `newest_at` is when the
    newest of these returns was declared.
    """

    units: int = 0
    rejected: int = 0
    unclear: int = 0
    newest_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Edge:
    """Sales that another cut of the days would move: `leaves` is in the Warsaw days only, `enters` in the UTC days."""

    leaves: Amount = field(default_factory=Amount)
    enters: Amount = field(default_factory=Amount)


@dataclass(frozen=True, slots=True)
class Subsidy:
    """What Allegro adds to lines in Allegro Prices: pieces it is said to be for, and the values as told, summed."""

    units: int
    value: Decimal


def sales_of(
    account: SellerAccount, allegro_ids: OfferIds, first_day: date, last_day: date, marketplace: str | None = None
) -> dict[str, dict[str, Sales]]:
    """What was sold in these days: lines bought in them whose orders are ready for processing now."""
    lines = _lines(account, allegro_ids, marketplace, *_span(first_day, last_day)).filter(status=OrderStatus.READY)
    sums = lines.values("allegro_offer_id", "currency").annotate(
        units=Sum("quantity"), money=Sum(F("quantity") * F("unit_price")), orders=Count("order_id", distinct=True)
    )
    found: dict[str, dict[str, Sales]] = defaultdict(dict)
    for row in sums.order_by("allegro_offer_id", "currency"):
        found[row["allegro_offer_id"]][row["currency"]] = Sales(row["units"], row["money"], row["orders"])
    return dict(found)


def cancelled_of(
    account: SellerAccount, allegro_ids: OfferIds, first_day: date, last_day: date, marketplace: str | None = None
) -> dict[str, dict[str, Cancelled]]:
    """What was bought in these days and is cancelled now: never paid, or cancelled after it was ready."""
    bought = _lines(account, allegro_ids, marketplace, *_span(first_day, last_day))
    lines = list(bought.filter(status=OrderStatus.CANCELLED).order_by("bought_at", "line_item_id"))
    told = _told(account, {line.order_id for line in lines})
    earlier = _earlier(account, {line.line_item_id for line in lines})
    found: dict[str, dict[str, list[CancelledLine]]] = defaultdict(lambda: defaultdict(list))
    for line in lines:
        shown = _cancelled_line(line, told[line.order_id], earlier[line.line_item_id])
        found[line.allegro_offer_id][line.currency].append(shown)
    return {
        allegro_id: {currency: Cancelled(tuple(rows)) for currency, rows in by_currency.items()}
        for allegro_id, by_currency in found.items()
    }


def returned_of(
    account: SellerAccount, allegro_ids: OfferIds, first_day: date, last_day: date, marketplace: str | None = None
) -> dict[str, dict[str, Returned]]:
    """What came back of lines bought in these days, by the newest state of each return.

    A return names order and offer only. Where lines of both were bought in these days and on others too, nobody can say
    which one came back: those pieces are `unclear`.
    """
    bought = _lines(account, allegro_ids, marketplace, *_span(first_day, last_day))
    inside: dict[tuple[str, str], OrderLine] = {(line.order_id, line.allegro_offer_id): line for line in bought}
    back = _returned(account, {order_id for order_id, _offer_id in inside})
    outside = _bought_outside(account, {line.order_id for line, _state in back}, first_day, last_day)
    found: dict[str, dict[str, Returned]] = defaultdict(dict)
    for line, state in back:
        key = (line.order_id, line.allegro_offer_id)
        if key not in inside:
            continue
        currency = inside[key].currency
        before = found[line.allegro_offer_id].get(currency, Returned())
        found[line.allegro_offer_id][currency] = _with(before, line, state, is_clear=key not in outside)
    return dict(found)


def edge_of(
    account: SellerAccount, allegro_ids: OfferIds, first_day: date, last_day: date, marketplace: str | None = None
) -> dict[str, dict[str, Edge]]:
    """What the same days would hold less and more if they were cut at midnight UTC: an hour or two later."""
    since, until = _span(first_day, last_day)
    utc_since, utc_until = _utc_midnight(first_day), _utc_midnight(last_day + ONE_DAY)
    leaves, enters = Q(bought_at__lt=utc_since), Q(bought_at__gte=until)
    lines = _lines(account, allegro_ids, marketplace, since, utc_until).filter(leaves | enters)
    money = F("quantity") * F("unit_price")
    sums = (
        lines.filter(status=OrderStatus.READY)
        .values("allegro_offer_id", "currency")
        .annotate(
            units_out=Sum("quantity", filter=leaves, default=0),
            money_out=Sum(money, filter=leaves, default=Decimal()),
            units_in=Sum("quantity", filter=enters, default=0),
            money_in=Sum(money, filter=enters, default=Decimal()),
        )
    )
    found: dict[str, dict[str, Edge]] = defaultdict(dict)
    for row in sums.order_by("allegro_offer_id", "currency"):
        found[row["allegro_offer_id"]][row["currency"]] = Edge(
            Amount(row["units_out"], row["money_out"]), Amount(row["units_in"], row["money_in"])
        )
    return dict(found)


def subsidies_of(
    account: SellerAccount, allegro_ids: OfferIds, first_day: date, last_day: date, marketplace: str | None = None
) -> dict[str, dict[str, Subsidy]]:
    """What Allegro adds to the sales of these days in Allegro Prices, which is no part of what `sales_of` gives."""
    lines = _lines(account, allegro_ids, marketplace, *_span(first_day, last_day))
    sums = (
        lines.filter(status=OrderStatus.READY, reconciliation__isnull=False)
        .values("allegro_offer_id", "currency")
        .annotate(units=Sum("reconciled_quantity", default=0), value=Sum("reconciliation"))
    )
    found: dict[str, dict[str, Subsidy]] = defaultdict(dict)
    for row in sums.order_by("allegro_offer_id", "currency"):
        found[row["allegro_offer_id"]][row["currency"]] = Subsidy(row["units"], row["value"])
    return dict(found)


def _span(first_day: date, last_day: date) -> tuple[datetime, datetime]:
    return start_of_day(first_day), end_of_day(last_day)


def _utc_midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, UTC)


def _lines(
    account: SellerAccount, allegro_ids: OfferIds, marketplace: str | None, since: datetime, until: datetime
) -> QuerySet[OrderLine]:
    """The current lines bought from `since` on and before `until`, whatever their status."""
    lines: QuerySet[OrderLine] = OrderLine.objects.filter(
        account=account, superseded_at__isnull=True, bought_at__gte=since, bought_at__lt=until
    )
    if allegro_ids is not None:
        lines = lines.filter(allegro_offer_id__in=list(allegro_ids))
    return lines if marketplace is None else lines.filter(marketplace=marketplace)


def _told(account: SellerAccount, order_ids: Collection[str]) -> Mapping[str, dict[str, datetime]]:
    """The last instant of each telling event, by order."""
    told: dict[str, dict[str, datetime]] = defaultdict(dict)
    rows = OrderEvent.objects.filter(account=account, order_id__in=list(order_ids), type__in=TELLING_EVENTS)
    for order_id, kind, occurred_at in rows.order_by("occurred_at").values_list("order_id", "type", "occurred_at"):
        told[order_id][kind] = occurred_at
    return told


def _earlier(account: SellerAccount, line_item_ids: Collection[str]) -> Mapping[str, list[tuple[str, datetime]]]:
    """The superseded states of lines with their instants, oldest first."""
    earlier: dict[str, list[tuple[str, datetime]]] = defaultdict(list)
    rows = OrderLine.objects.filter(
        account=account, superseded_at__isnull=False, line_item_id__in=list(line_item_ids)
    ).order_by("recorded_at", "pk")
    for line_item_id, status, recorded_at in rows.values_list("line_item_id", "status", "recorded_at"):
        earlier[line_item_id].append((status, recorded_at))
    return earlier


def _cancelled_line(
    line: OrderLine, told: Mapping[str, datetime], earlier: Iterable[tuple[str, datetime]]
) -> CancelledLine:
    states = list(earlier)
    by = "allegro" if AUTO_CANCELLED in told else "buyer" if BUYER_CANCELLED in told else ""
    told_at = line.cancelled_at or told.get(AUTO_CANCELLED) or told.get(BUYER_CANCELLED)
    seen_at = min((at for status, at in states if status == OrderStatus.CANCELLED), default=line.recorded_at)
    return CancelledLine(
        line.order_id,
        Amount(line.quantity, line.quantity * line.unit_price),
        _was_ready(line, told, states),
        told_at or seen_at,
        told_at is not None,
        by,
    )


def _was_ready(line: OrderLine, told: Mapping[str, datetime], states: Iterable[tuple[str, datetime]]) -> bool:
    """Whether the order was once to be sent: it was paid, or to be paid on delivery, or we saw or were told it."""
    if line.paid_at or BECAME_READY in told or any(status == OrderStatus.READY for status, _at in states):
        return True
    return line.payment_type == PAID_ON_DELIVERY and AUTO_CANCELLED not in told


def _returned(account: SellerAccount, order_ids: Collection[str]) -> list[tuple[ReturnedLine, CustomerReturn]]:
    """The returned pieces of orders, each with the current state of its return."""
    lines = list(ReturnedLine.objects.filter(account=account, order_id__in=list(order_ids)).order_by("pk"))
    states = CustomerReturn.objects.filter(
        account=account, superseded_at__isnull=True, return_id__in={line.return_id for line in lines}
    )
    by_id = {state.return_id: state for state in states}
    return [(line, by_id[line.return_id]) for line in lines]


def _bought_outside(
    account: SellerAccount, order_ids: Collection[str], first_day: date, last_day: date
) -> set[tuple[str, str]]:
    """The (order, offer) pairs that have a line bought on another day."""
    since, until = _span(first_day, last_day)
    lines = OrderLine.objects.filter(account=account, superseded_at__isnull=True, order_id__in=list(order_ids))
    others = lines.filter(Q(bought_at__lt=since) | Q(bought_at__gte=until))
    return set(others.values_list("order_id", "allegro_offer_id"))


def _with(before: Returned, line: ReturnedLine, state: CustomerReturn, *, is_clear: bool) -> Returned:
    newest_at = max(filter(None, (before.newest_at, state.declared_at)))
    if not is_clear:
        return replace(before, unclear=before.unclear + line.quantity, newest_at=newest_at)
    if state.status == REJECTED:
        return replace(before, rejected=before.rejected + line.quantity, newest_at=newest_at)
    return replace(before, units=before.units + line.quantity, newest_at=newest_at)


def _total(amounts: Iterable[Amount]) -> Amount:
    return sum(amounts, Amount())
