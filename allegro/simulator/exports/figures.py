"""The figures of the report "Sales by offer": per offer what was sold, for how much, how often it was visited."""

from collections import defaultdict
from dataclasses import dataclass, field
from decimal import Decimal

from allegro.simulator.exports.views import View
from allegro.simulator.offer import Offer
from allegro.simulator.sales import sold_lines
from allegro.simulator.world import World


@dataclass
class Sum:
    """Units, value and orders of one offer in a period, in one currency."""

    units: int = 0
    value: Decimal = Decimal(0)
    orders: set[str] = field(default_factory=set)


@dataclass(frozen=True)
class Row:
    """One offer of the report; money in the currency of the marketplace, the share from 0 to 1."""

    offer_id: str
    title: str
    units: int
    value: Decimal
    visits: int
    share: Decimal
    average_price: Decimal | None
    ending_quantity: int
    transactions: int


def sums_by_offer(world: World, view: View) -> dict[str, Sum]:
    """Return what an export counts as sold, by offer id."""
    sums: dict[str, Sum] = defaultdict(Sum)
    for order, line in sold_lines(world, view.since, view.until):
        pieces = view.pieces(order, line)
        if pieces:
            found = sums[line.offer_id]
            found.units += pieces
            found.value += line.price * pieces
            found.orders.add(order.id)
    return sums


def sales_rows(world: World, view: View) -> list[Row]:
    """Return one row per offer that has a price on the marketplace, sold or not, newest id first."""
    sums = sums_by_offer(world, view)
    shown = [
        offer
        for offer in world.offers_of(view.scope.seller_id)
        if view.scope.marketplace in offer.marketplaces and offer.id not in view.ended
    ]
    total = sum((found.value for found in sums.values()), Decimal(0))
    return [_row(offer, sums.get(offer.id, Sum()), total, view) for offer in shown]


def _row(offer: Offer, found: Sum, total: Decimal, view: View) -> Row:
    scope, end = view.scope, min(view.scope.until, view.made_at)
    return Row(
        offer_id=offer.id,
        title=offer.title,
        units=found.units,
        value=found.value,
        visits=offer.visits_between(scope.first, view.last_visited, scope.marketplace),
        share=(found.value / total).quantize(Decimal("0.0001")) if total else Decimal(0),
        average_price=offer.average_price(scope.since, end, scope.marketplace),
        ending_quantity=offer.stock_at(end - 1),
        transactions=len(found.orders),
    )
