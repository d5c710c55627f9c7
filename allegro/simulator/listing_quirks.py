"""Oddities around the making of offers: events without an offer, and offers whose events came too early."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from functools import partial

from allegro.simulator.creating import NewOffers, list_offer
from allegro.simulator.documents import Json
from allegro.simulator.editing import Editor, announce, edit, price_patch
from allegro.simulator.instants import MINUTE
from allegro.simulator.offer import Offer
from allegro.simulator.world import World

_COPIED = ("name", "images", "description", "parameters", "sellingMode", "stock", "delivery", "location", "payments")
UNANNOUNCED = Editor(silent=True)


@dataclass(frozen=True)
class Phantom:
    """An offer that does not exist, but that an event speaks of."""

    id: str
    title: str = ""


def _phantom(world: World, body: Json) -> None:
    """A stock event for an offer that was never made (allegro-api issue 6657)."""
    _announce_phantom(world, str(body["seller"]), str(body["offer_id"]))


def _announce_phantom(world: World, seller_id: str, offer_id: str) -> None:
    world.offer_journals[seller_id].append(world.now, "OFFER_STOCK_CHANGED", Phantom(offer_id))


def _draft_failed(world: World, body: Json) -> None:
    """A draft of `seller` fails while it is made: its id is used up, and a stock event tells of it (issue 6657)."""
    seller = world.seller(str(body["seller"]))
    _announce_phantom(world, seller.id, world.of(NewOffers).give())


def _create_similar(world: World, body: Json) -> None:
    """A copy of an offer is listed at once; what the seller edits `minutes` later emits nothing (issue 8390)."""
    source, minutes = world.offers[body["offer_id"]], int(body.get("minutes", 10))
    copied = {key: source.document[key] for key in _COPIED}
    copied["category"], copied["productSet"] = source.document["category"], [_product(source)]
    copied["publication"] = {"status": "ACTIVE"}
    offer = list_offer(world, source.seller_id, copied)
    announce(world, offer, "OFFER_STOCK_CHANGED")
    world.schedule(world.now + minutes * MINUTE, partial(_finish_editing, world, offer))


def _product(source: Offer) -> Json:
    return {"product": {"id": source.document["productSet"][0]["product"]["id"]}}


def _finish_editing(world: World, offer: Offer) -> None:
    """Give the copy a title and a price of its own, as its seller does in the form that listed it."""
    title = f"{offer.title} zestaw"
    patch: Json = {"name": title if len(title) <= 75 else f"{offer.title[:68].rstrip()} zestaw"}
    edit(world, offer, patch | price_patch(offer.price() + Decimal(5)), UNANNOUNCED)


QUIRKS: dict[str, Callable[[World, Json], None]] = {
    "phantom": _phantom,
    "draft_failed": _draft_failed,
    "create_similar": _create_similar,
}
