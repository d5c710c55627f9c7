"""The world: offers, orders, journals, the truth, and a heap of scheduled happenings that time works off in order."""

import heapq
from bisect import bisect_left
from collections.abc import Callable
from datetime import date
from itertools import count
from typing import Protocol, TypeVar, cast

from allegro.simulator.catalogue import SELLERS, Seller
from allegro.simulator.instants import warsaw_day
from allegro.simulator.journal import Journal, offer_journal, order_journal
from allegro.simulator.offer import Offer
from allegro.simulator.orders import Order
from allegro.simulator.truth import Action, TruthLog

Happening = Callable[[], None]
EditWatcher = Callable[[list[Action]], None]


class Domain(Protocol):
    """The state of one part of the world, made from the world itself: its promotions, its delivery terms ..."""

    def __init__(self, world: "World") -> None: ...


Kind = TypeVar("Kind", bound=Domain)


class World:
    """A seeded world. All instants are microseconds UTC; `now` is how far it has been lived.

    What happens depends on the seed and on the edits from outside, not on the steps in which time advances: every
    happening stands in one heap, and random numbers come from streams named for their purpose. In a `busy` one more
    happens than in the default world: whatever sellers and Allegro can do besides the routine.
    """

    def __init__(self, seed: int, started_at: int, born_at: int, *, busy: bool = False) -> None:
        self.seed = seed
        self.busy = busy
        self.started_at = started_at
        self.now = born_at
        self.offers: dict[str, Offer] = {}
        self.orders: dict[str, Order] = {}
        self.orders_by_time: list[Order] = []
        self.offer_journals: dict[str, Journal] = {key: offer_journal(seed, key) for key in SELLERS}
        self.order_journals: dict[str, Journal] = {key: order_journal(seed, key) for key in SELLERS}
        self.truth = TruthLog()
        self.ghosts: set[str] = set()
        self.edit_watchers: dict[str, EditWatcher] = {}
        self._domains: dict[type, Domain] = {}
        self._heap: list[tuple[int, int, Happening]] = []
        self._order_of_scheduling = count()

    @property
    def start_day(self) -> date:
        """Return the Warsaw day of the world's start, to which the stories are anchored."""
        return warsaw_day(self.started_at)

    def of(self, kind: type[Kind]) -> Kind:
        """Return the state of one domain; it is made when first asked for, and may depend on the seed alone."""
        if kind not in self._domains:
            self._domains[kind] = kind(self)
        return cast(Kind, self._domains[kind])

    def notice_edit(self, actions: list[Action]) -> None:
        """Tell the domains that watch edits of offers, in the order of their names, so that reads do not matter."""
        for name in sorted(self.edit_watchers):
            self.edit_watchers[name](actions)

    def schedule(self, at: int, happening: Happening) -> None:
        """Let something happen at `at`; what is scheduled first for one instant happens first."""
        heapq.heappush(self._heap, (at, next(self._order_of_scheduling), happening))

    def advance(self, until: int) -> None:
        """Live up to and including `until`; an earlier instant changes nothing."""
        while self._heap and self._heap[0][0] <= until:
            at, _, happening = heapq.heappop(self._heap)
            self.now = max(self.now, at)
            happening()
        self.now = max(self.now, until)

    def offers_of(self, seller_id: str) -> list[Offer]:
        """Return a seller's offers that are not archived or deleted, newest id first, as Allegro's list is ordered."""
        mine = [offer for offer in self.offers.values() if offer.seller_id == seller_id and not offer.gone]
        return sorted(mine, key=lambda offer: int(offer.id), reverse=True)

    def sought_offers(self) -> list[Offer]:
        """Return the offers that buyers look for and the sellers' routine tends: those the world was born with."""
        return [offer for offer in self.offers.values() if offer.is_sought and not offer.gone]

    def orders_between(self, since: int, until: int) -> list[Order]:
        """Return all orders with since <= bought at < until."""
        first = bisect_left(self.orders_by_time, since, key=lambda order: order.bought_at)
        last = bisect_left(self.orders_by_time, until, key=lambda order: order.bought_at)
        return self.orders_by_time[first:last]

    def seller(self, seller_id: str) -> Seller:
        """Return an account by id; raise KeyError for a stranger."""
        return SELLERS[seller_id]
