"""Writes of offers that Allegro does at once, or only accepts: 202 and an operation whose result shows when done."""

from dataclasses import dataclass
from functools import partial

from allegro.simulator import lifecycle
from allegro.simulator.accounts import require_selling
from allegro.simulator.chance import stream, uuid
from allegro.simulator.creating import check_new, list_offer
from allegro.simulator.documents import Json
from allegro.simulator.editing import LIVE, revised
from allegro.simulator.edits import merge_patch
from allegro.simulator.instants import SECOND
from allegro.simulator.offer import Offer
from allegro.simulator.offer_requests import patch_of
from allegro.simulator.products import Product, Products
from allegro.simulator.switches import Switches
from allegro.simulator.validation import Refusal
from allegro.simulator.world import World

CREATE, PATCH, DELETE = "create_offer", "patch_offer", "delete_offer"
# A price or a stock is changed at once; products and publication may need long-running work (allegro-api issue 6980).
_SLOW_PARTS = frozenset({"productSet", "publication"})
_SLOW_SHARE = 0.25
_SECONDS = (5, 120)


@dataclass
class Operation:
    """A write under way from `started_at` to `done_at` (microseconds UTC); `refusal` says why it came to nothing."""

    id: str
    offer_id: str
    started_at: int
    done_at: int
    refusal: Refusal | None = None

    def is_running(self, now: int) -> bool:
        """Return whether the result is still to come at an instant."""
        return now < self.done_at


@dataclass(frozen=True)
class Taken:
    """What became of a write: its offer, and the operation if it is not done yet."""

    offer: Offer
    operation: Operation | None


class Operations:
    """All operations by id, and how many writes came so far."""

    def __init__(self, _: World) -> None:
        self.by_id: dict[str, Operation] = {}
        self.writes = 0

    def begin(self, world: World, offer_id: str, body: Json) -> Operation | None:
        """Count a write and return its operation, or None if it is done at once: by the switch, else by the seed."""
        self.writes += 1
        rng = stream(world.seed, "operation", self.writes)
        is_slow, seconds = bool(_SLOW_PARTS & set(body)) and rng.random() < _SLOW_SHARE, rng.randint(*_SECONDS)
        switches = world.of(Switches)
        if switches.processing != "seeded":
            is_slow, seconds = switches.processing == "later", switches.processing_seconds
        if not is_slow:
            return None
        operation = Operation(uuid(rng), offer_id, world.now, world.now + seconds * SECOND)
        self.by_id[operation.id] = operation
        return operation

    def running(self, offer_id: str, now: int) -> Operation | None:
        """Return the operation of an offer that is still running, if there is one."""
        return next((row for row in self.by_id.values() if row.offer_id == offer_id and row.is_running(now)), None)


def _create(world: World, seller_id: str, body: Json) -> Taken:
    """Make an offer; if that takes long, there is a draft until the operation is done (allegro-api issue 11875)."""
    require_selling(world, seller_id)
    check_new(world, seller_id, body)
    asked = (body.get("publication") or {}).get("status")
    operation = world.of(Operations).begin(world, "", body)
    if operation is None:
        return Taken(list_offer(world, seller_id, body), None)
    offer = list_offer(world, seller_id, merge_patch(body, {"publication": {"status": "INACTIVE"}}))
    operation.offer_id = offer.id
    _plan(world, operation, {"publication": {"status": asked}} if asked in LIVE else {}, [])
    return Taken(offer, operation)


def _patch(world: World, offer_id: str, body: Json) -> Taken:
    """Change an offer by an RFC 7396 patch now, or when its operation is done; raise Refusal with nothing changed."""
    offer = world.offers[offer_id]
    require_selling(world, offer.seller_id)
    patch, products = patch_of(world, offer.seller_id, body, offer.document)
    revised(world, offer, patch)
    operation = world.of(Operations).begin(world, offer_id, body)
    if operation:
        _plan(world, operation, patch, products)
    else:
        _keep(world, products)
        lifecycle.change(world, offer, patch)
    return Taken(offer, operation)


def _plan(world: World, operation: Operation, patch: Json, products: list[Product]) -> None:
    world.schedule(operation.done_at, partial(_finish, world, operation, patch, products))


def _finish(world: World, operation: Operation, patch: Json, products: list[Product]) -> None:
    """Do what was accepted; what the offer has become meanwhile may make that impossible."""
    if not patch:
        return
    _keep(world, products)
    try:
        lifecycle.change(world, world.offers[operation.offer_id], patch, activate_at_once=True)
    except Refusal as refusal:
        operation.refusal = refusal


def _keep(world: World, products: list[Product]) -> None:
    for product in products:
        world.of(Products).keep(product)


def _delete(world: World, offer_id: str, _: Json) -> None:
    lifecycle.delete_draft(world, world.offers[offer_id], "seller")


DEEDS = {CREATE: _create, PATCH: _patch, DELETE: _delete}
