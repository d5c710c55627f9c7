"""Oddities of the issue tracker that last until they are switched off, and what they do to reads and events."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from allegro.simulator.chance import stream
from allegro.simulator.instants import DAY, MINUTE

if TYPE_CHECKING:
    from allegro.simulator.documents import Json
    from allegro.simulator.world import World

PROCESSING_WAYS = ("seeded", "at_once", "later")


class Switches:
    """What is switched on. Everything is off in a new world; only quirks, which are deeds, change it.

    `stale_minutes` says by account how far the list is behind, `zero_until` (microseconds UTC) how long all statistics
    read 0, `omitted` holds ids the list leaves out, `linked` by account the ids of another seller it shows.
    """

    def __init__(self, world: "World") -> None:
        self.stale_minutes: dict[str, int] = {}
        self.zero_until = 0
        self.omitted: set[str] = set()
        self.linked: dict[str, set[str]] = {}
        self.catalogue_rewrite = False
        self.null_keys = False
        self.noisy: set[str] = set()
        self.processing = "seeded"
        self.processing_seconds = 60
        self._echoes = 0

    def list_instant(self, seller_id: str, now: int) -> int:
        """Return the instant (microseconds UTC) whose prices, stock and status a seller's list shows."""
        return now - self.stale_minutes.get(seller_id, 0) * MINUTE

    def statistics_are_zero(self, now: int) -> bool:
        """Return whether visits and watchers read 0 at an instant."""
        return now < self.zero_until

    def echoes(self, world: "World", seller_id: str, kind: str) -> int:
        """Return how many times an event comes again: a stock event of a noisy account one to four times."""
        if kind != "OFFER_STOCK_CHANGED" or seller_id not in self.noisy:
            return 0
        self._echoes += 1
        return stream(world.seed, "stock noise", self._echoes).randint(1, 4)


def _is_on(body: "Json") -> bool:
    return bool(body.get("on", True))


def _toggle(members: set[str], name: str, body: "Json") -> None:
    if _is_on(body):
        members.add(name)
    else:
        members.discard(name)


def _stale_list(world: "World", body: "Json") -> None:
    """The list is `minutes` behind in price, stock and status while details are right (allegro-api issue 10056)."""
    seller = world.seller(str(body["seller"])).id
    minutes = int(body.get("minutes", 45)) if _is_on(body) else 0
    if minutes < 0:
        raise ValueError("minutes cannot be negative")
    world.of(Switches).stale_minutes[seller] = minutes


def _omitted(world: "World", body: "Json") -> None:
    """The list leaves out a live offer, whose details can be read (allegro-api issue 11527)."""
    _toggle(world.of(Switches).omitted, world.offers[body["offer_id"]].id, body)


def _linked_account(world: "World", body: "Json") -> None:
    """The list of `seller` shows an offer of a linked account; its details are 403 (allegro-api issue 5002)."""
    seller, offer = world.seller(str(body["seller"])), world.offers[body["offer_id"]]
    if offer.seller_id == seller.id:
        raise ValueError("the offer must be another seller's")
    _toggle(world.of(Switches).linked.setdefault(seller.id, set()), offer.id, body)


def _stats_zero(world: "World", body: "Json") -> None:
    """All visits and watchers read 0 for some `days` (allegro-api issue 4407)."""
    days = int(body.get("days", 10)) if _is_on(body) else 0
    world.of(Switches).zero_until = world.now + days * DAY


def _null_external(world: "World", body: "Json") -> None:
    """Events carry the keys `external` and `publication` with null in them (allegro-api issue 9129)."""
    world.of(Switches).null_keys = _is_on(body)


def _stock_noise(world: "World", body: "Json") -> None:
    """Stock events of a seller come several times, and for new drafts too (allegro-api issue 6975)."""
    _toggle(world.of(Switches).noisy, world.seller(str(body["seller"])).id, body)


def _catalogue_rewrite(world: "World", body: "Json") -> None:
    """A PATCH that names a product takes its description, images and parameters (allegro-api issue 11980)."""
    world.of(Switches).catalogue_rewrite = _is_on(body)


def _processing(world: "World", body: "Json") -> None:
    """Writes of offers are answered `how`: "later" (202, done after `seconds`), "at_once" (200, 201) or "seeded"."""
    how, seconds = body.get("how", "later") if _is_on(body) else "seeded", int(body.get("seconds", 60))
    if how not in PROCESSING_WAYS or seconds < 1:
        raise ValueError(f"how: one of {', '.join(PROCESSING_WAYS)}; seconds: at least 1")
    switches = world.of(Switches)
    switches.processing, switches.processing_seconds = how, seconds


SWITCHES: dict[str, "Callable[[World, Json], None]"] = {
    "stale_list": _stale_list,
    "omitted": _omitted,
    "linked_account": _linked_account,
    "stats_zero": _stats_zero,
    "null_external": _null_external,
    "stock_noise": _stock_noise,
    "catalogue_rewrite": _catalogue_rewrite,
    "processing": _processing,
}
