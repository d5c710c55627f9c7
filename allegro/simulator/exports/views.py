"""How an export of sales came about: when it was made and what it counts, with discrepancies planted on demand.

Each discrepancy is a reason for which a seller's file and the API may rightly differ.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise

from allegro.simulator.exports.orders import returned_pieces
from allegro.simulator.exports.scope import Scope
from allegro.simulator.instants import DAY, from_datetime, warsaw_day
from allegro.simulator.offer import Offer
from allegro.simulator.orders import Line, Order
from allegro.simulator.world import World

PRICE_CHANGE, STALE, CANCELLED_LATER = "price_change", "stale", "cancelled_later"
UNPAID, RETURNS, OFFER_ENDED, UTC_DAYS = "unpaid", "returns", "offer_ended", "utc_days"
DISCREPANCIES = {
    PRICE_CHANGE: "The export was made just before the largest change of a price in the period.",
    STALE: "The export was made a day before the end of the period, or a day ago.",
    CANCELLED_LATER: "The order was cancelled after the export.",
    UNPAID: "The export counts an order that was never paid.",
    RETURNS: "The export leaves out pieces that the buyer sends back.",
    OFFER_ENDED: "The offer ended in the period and is not in the export.",
    UTC_DAYS: "The export cuts its days in UTC, not in Warsaw.",
}


class NothingToPlant(LookupError):
    """The period holds nothing on which a discrepancy could show."""


@dataclass(frozen=True)
class View:
    """What an export shows: the state before `made_at` (microseconds UTC), with the discrepancies of `kinds`."""

    scope: Scope
    made_at: int
    kinds: frozenset[str] = frozenset()
    ended: frozenset[str] = frozenset()
    returned: Counter[str] = field(default_factory=Counter)

    @property
    def since(self) -> int:
        """Return the instant from which purchases are counted."""
        return _utc_midnight(self.scope.first) if UTC_DAYS in self.kinds else self.scope.since

    @property
    def until(self) -> int:
        """Return the instant before which purchases are counted."""
        return _utc_midnight(self.scope.last + timedelta(days=1)) if UTC_DAYS in self.kinds else self.scope.until

    @property
    def last_visited(self) -> date:
        """Return the last Warsaw day whose visits were known."""
        return min(self.scope.last, warsaw_day(self.made_at - 1) - timedelta(days=1))

    def pieces(self, order: Order, line: Line) -> int:
        """Return how many pieces of a line the export counts as sold."""
        if not (self.since <= line.bought_at < min(self.until, self.made_at) and self._counts(order)):
            return 0
        return line.quantity - self.returned[line.id]

    def _counts(self, order: Order) -> bool:
        if order.seller_id != self.scope.seller_id or order.marketplace != self.scope.marketplace:
            return False
        if order.ready_at is None:
            return UNPAID in self.kinds
        cancelled = order.cancelled_at is not None and order.cancelled_at < self.made_at
        return order.ready_at < self.made_at and (not cancelled or CANCELLED_LATER in self.kinds)

    def reason(self, order: Order, line: Line) -> str:
        """Return which discrepancy makes this export count a line otherwise than the truth; the first that applies."""
        if not self.since <= line.bought_at < self.until or not self.scope.since <= line.bought_at < self.scope.until:
            return UTC_DAYS
        if order.ready_at is None:
            return UNPAID
        if CANCELLED_LATER in self.kinds and order.cancelled_at is not None:
            return CANCELLED_LATER
        if self.returned[line.id] and order.ready_at < self.made_at:
            return RETURNS
        return PRICE_CHANGE if PRICE_CHANGE in self.kinds else STALE


def true_view(world: World, scope: Scope) -> View:
    """Return the view of an export made now that differs in nothing."""
    return View(scope, world.now + 1)


def planted_view(world: World, scope: Scope, kinds: frozenset[str]) -> View:
    """Return the view of an export with discrepancies; raise NothingToPlant where the period offers no occasion."""
    made_at = world.now + 1
    for kind, find in ((STALE, _stale), (PRICE_CHANGE, _before_price_change)):
        if kind in kinds:
            made_at = min(made_at, find(world, scope))
    ended = frozenset(_ended(world, scope)) if OFFER_ENDED in kinds else frozenset()
    if OFFER_ENDED in kinds and not ended:
        raise NothingToPlant("No offer ended for good in this period")
    returned = returned_pieces(world, scope.seller_id, made_at) if RETURNS in kinds else Counter()
    return View(scope, made_at, kinds, ended, returned)


def _stale(world: World, scope: Scope) -> int:
    return min(world.now + 1, scope.until) - DAY


def _before_price_change(world: World, scope: Scope) -> int:
    changes = [change for offer in world.offers_of(scope.seller_id) for change in price_changes(offer, scope)]
    if not changes:
        raise NothingToPlant("No price changed in this period")
    return max(changes, key=lambda change: abs(change[2] / change[1] - 1))[0]


def price_changes(offer: Offer, scope: Scope) -> Iterator[tuple[int, Decimal, Decimal]]:
    """Yield when an offer's price on the marketplace changed in the period, from what and to what."""
    history = offer.price_history.get(scope.marketplace) or []
    for (_, old), (at, new) in pairwise(history):
        if scope.since <= at < scope.until:
            yield at, old, new


def _ended(world: World, scope: Scope) -> Iterator[str]:
    end = min(scope.until, world.now)
    for offer in world.offers_of(scope.seller_id):
        ended = any(status == "ENDED" and scope.since <= at < end for at, status in offer.status_history)
        if ended and offer.status_at(end) == "ENDED":
            yield offer.id


def _utc_midnight(day: date) -> int:
    return from_datetime(datetime(day.year, day.month, day.day, tzinfo=UTC))
