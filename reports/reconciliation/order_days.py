"""The files of orders beside our own orders, day by day: the only report that is exact to the day and to the order.

An order of a file and one of Allegro's API have the same id, so each difference of a day is told by the orders that
make it. Only days that a file covers wholly count: the day on which it was made is not over in it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Final, NamedTuple

from accounts.models import SellerAccount
from offers.calendar import ONE_DAY, end_of_day, start_of_day, warsaw_day
from offers.models import OrderLine, OrderStatus
from offers.sales.daily import Coverage
from reports.cover import event_rows, imported_uploads
from reports.models import ReportedDay, UploadKind, UploadRow
from reports.reconciliation.totals import status_of

CANCELLED: Final = "CANCELLED"
ORDER, LINE = "order", "lineitem"


class Because(StrEnum):
    """Why an order counts on one side only, or otherwise."""

    CANCELLED_SINCE = "cancelled_since"  # sold in the file, cancelled in our record
    NOT_READY = "not_ready"  # in the file, with us not paid yet
    NOT_HELD = "not_held"  # in the file, not in our record
    NOT_IN_FILE = "not_in_file"  # in our record, not in the file
    CANCELLED_IN_FILE = "cancelled_in_file"  # cancelled in the file, sold in our record
    OTHERWISE = "otherwise"  # on both sides, with other pieces or money, or bought on another day


class Place(NamedTuple):
    """What sums are never made over; `marketplace` is "" where the file names none."""

    day: date
    marketplace: str
    currency: str


class Sum(NamedTuple):
    """Pieces and money."""

    units: int = 0
    money: Decimal = Decimal()

    def plus(self, other: "Sum") -> "Sum":
        """Both together."""
        return Sum(self.units + other.units, self.money + other.money)


@dataclass(slots=True)
class _Order:
    """One order on one side. `counts` says whether it is sold there, `state` which status it has with us."""

    day: date
    marketplace: str
    counts: bool
    state: str = ""
    sums: dict[str, Sum] = field(default_factory=dict)

    def add(self, currency: str, units: int, money: Decimal) -> None:
        self.sums[currency] = self.sums.get(currency, Sum()).plus(Sum(units, money))


@dataclass(slots=True)
class _Day:
    """Both sides of one place, and by reason the orders that make the difference with what they add to it."""

    reported: Sum = field(default_factory=Sum)
    own: Sum = field(default_factory=Sum)
    reasons: dict[Because, tuple[int, Sum]] = field(default_factory=dict)

    def take(self, there: Sum, here: Sum, because: Because) -> None:
        self.reported, self.own = self.reported.plus(there), self.own.plus(here)
        if there != here:
            orders, so_far = self.reasons.get(because, (0, Sum()))
            more = Sum(there.units - here.units, there.money - here.money)
            self.reasons[because] = orders + 1, so_far.plus(more)

    def reasons_document(self) -> list[dict[str, object]]:
        """The reasons, the one with most money first: code, orders, pieces and money (text) that the file has more."""
        ordered = sorted(self.reasons.items(), key=lambda each: (-abs(each[1][1].money), each[0]))
        return [
            {"code": code, "orders": orders, "units": more.units, "revenue": f"{more.money:.2f}"}
            for code, (orders, more) in ordered
        ]


def make_order_days(account: SellerAccount, coverage: Coverage | None, threshold: Decimal) -> None:
    """Make the days of `account` anew from every imported file of orders and from the ledger."""
    ReportedDay.objects.filter(account=account).delete()
    covered = _covered(account)
    if not covered:
        return
    reported, own = _reported(account), _own(account, {day for day, _marketplace in covered})
    if any(not marketplace for _day, marketplace in covered):
        # Some files of orders do not name the marketplace: then all of them stand together.
        covered = {(day, "") for day, _marketplace in covered}
        for order in (*reported.values(), *own.values()):
            order.marketplace = ""
    compared = _compare(covered, reported, own)
    ReportedDay.objects.bulk_create(
        _row(account, place, found, coverage, threshold) for place, found in sorted(compared.items())
    )


def _covered(account: SellerAccount) -> set[tuple[date, str]]:
    """The Warsaw days that some imported file holds from midnight to midnight, with the marketplaces that it is of."""
    covered: set[tuple[date, str]] = set()
    for upload in imported_uploads(account, UploadKind.ORDERS):
        if upload.period_from and upload.period_to:
            last = min(upload.period_to, warsaw_day(upload.made_by) - ONE_DAY)
            days = [upload.period_from + ONE_DAY * number for number in range((last - upload.period_from).days + 1)]
            orders = UploadRow.objects.filter(upload=upload, occurred_at__isnull=False).order_by()
            named = set(orders.values_list("marketplace", flat=True).distinct())
            covered.update((day, marketplace) for day in days for marketplace in named)
    return covered


def _reported(account: SellerAccount) -> dict[str, _Order]:
    """The orders of the files by id, each with the lines that name it."""
    rows = event_rows(account, UploadKind.ORDERS).exclude(order_id="")
    orders: dict[str, _Order] = {}
    lines: list[UploadRow] = []
    for row in rows.iterator(chunk_size=5_000):
        kind = row.row_type.casefold()
        if kind == ORDER and row.occurred_at:
            is_sold = row.seller_status != CANCELLED
            orders[row.order_id] = _Order(warsaw_day(row.occurred_at), row.marketplace, is_sold)
        elif kind == LINE:
            lines.append(row)
    for line in lines:
        order = orders.get(line.order_id)
        if order and line.units is not None and line.unit_price is not None and line.currency:
            order.add(line.currency, line.units, line.units * line.unit_price)
    # An order whose lines the file does not name says nothing of pieces.
    return {order_id: order for order_id, order in orders.items() if order.sums}


def _own(account: SellerAccount, days: set[date]) -> dict[str, _Order]:
    """Our orders of these days by id; one that is not ready for processing does not count."""
    lines = OrderLine.objects.filter(
        account=account,
        superseded_at__isnull=True,
        # An order of a file may stand on the day beside it with us.
        bought_at__gte=start_of_day(min(days) - ONE_DAY),
        bought_at__lt=end_of_day(max(days) + ONE_DAY),
    )
    found: dict[str, _Order] = {}
    for line in lines.iterator(chunk_size=5_000):
        fresh = _Order(warsaw_day(line.bought_at), line.marketplace, line.status == OrderStatus.READY, line.status)
        order = found.setdefault(line.order_id, fresh)
        order.add(line.currency, line.quantity, line.quantity * line.unit_price)
    return found


def _compare(
    covered: set[tuple[date, str]], reported: Mapping[str, _Order], own: Mapping[str, _Order]
) -> dict[Place, _Day]:
    """Each covered day of each currency that a marketplace is sold in, with what makes its difference."""
    sides = (*reported.values(), *own.values())
    pairs = {(order.marketplace, currency) for order in sides for currency in order.sums}
    found = {
        Place(day, marketplace, currency): _Day()
        for day, marketplace in covered
        for place, currency in pairs
        if place == marketplace
    }
    for order_id in reported.keys() | own.keys():
        theirs, ours = reported.get(order_id), own.get(order_id)
        for place in {*_places(theirs), *_places(ours)} & found.keys():
            there, here = _sum_at(theirs, place), _sum_at(ours, place)
            found[place].take(there, here, _why(theirs, ours))
    return found


def _places(order: _Order | None) -> list[Place]:
    return [Place(order.day, order.marketplace, currency) for currency in order.sums] if order else []


def _sum_at(order: _Order | None, place: Place) -> Sum:
    """What an order adds to the sales of a place."""
    is_there = order and order.counts and (order.day, order.marketplace) == place[:2]
    return order.sums.get(place.currency, Sum()) if order and is_there else Sum()


def _why(theirs: _Order | None, ours: _Order | None) -> Because:
    """Why the two sides count an order differently, where they do."""
    if theirs is None:
        return Because.NOT_IN_FILE
    if ours is None:
        return Because.NOT_HELD
    if theirs.counts and not ours.counts:
        return Because.CANCELLED_SINCE if ours.state == OrderStatus.CANCELLED else Because.NOT_READY
    return Because.CANCELLED_IN_FILE if ours.counts and not theirs.counts else Because.OTHERWISE


def _row(
    account: SellerAccount, place: Place, found: _Day, coverage: Coverage | None, threshold: Decimal
) -> ReportedDay:
    is_known = coverage is not None and coverage.covers(place.day)
    own = found.own if is_known else None
    return ReportedDay(
        account=account,
        day=place.day,
        marketplace=place.marketplace,
        currency=place.currency,
        reported_units=found.reported.units,
        reported_revenue=found.reported.money,
        own_units=own.units if own else None,
        own_revenue=own.money if own else None,
        units_status=status_of(found.reported.units, own.units if own else None, threshold),
        revenue_status=status_of(found.reported.money, own.money if own else None, threshold),
        reasons=found.reasons_document() if own else [],
    )
