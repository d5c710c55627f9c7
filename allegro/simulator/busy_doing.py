"""How the busy life does things: by the deeds that the API does, on offers for which they make sense."""

from collections.abc import Callable, Sequence
from random import Random
from typing import Any, TypeVar

from allegro.simulator.catalogue import BASE_MARKETPLACE
from allegro.simulator.chance import stream, uuid
from allegro.simulator.deeds import DEEDS, QUIRK
from allegro.simulator.documents import Json
from allegro.simulator.offer import Offer
from allegro.simulator.operations import PATCH, Operations
from allegro.simulator.stories import STORY_OFFERS
from allegro.simulator.validation import Refusal
from allegro.simulator.world import World

# Something that happens to a seller's offers or terms now; returns whether there was anything to do.
Act = Callable[[World, Random, str], bool]
Value = TypeVar("Value")


def attempt(world: World, kind: str, subject: str, body: Json) -> Any:
    """Do a deed of DEEDS and return what it made, True where it returns nothing; None if Allegro refuses."""
    try:
        made = DEEDS[kind](world, subject, body)
    except Refusal:
        return None
    return True if made is None else made


def change(world: World, offer: Offer, patch: Json) -> bool:
    """Send a PATCH of an offer; return whether it was taken. One that is still being processed is left alone."""
    if offer.gone or world.of(Operations).running(offer.id, world.now):
        return False
    return attempt(world, PATCH, offer.id, patch) is not None


def odd(world: World, kind: str, body: Json) -> bool:
    """Let Allegro do something by itself; return whether it could."""
    return attempt(world, QUIRK, kind, body) is not None


def pick(rng: Random, values: Sequence[Value]) -> Value | None:
    """Return one of the values, None if there are none."""
    return rng.choice(values) if values else None


def on_sale(world: World, seller_id: str) -> list[Offer]:
    """Return a seller's active offers that buyers look for."""
    return [offer for offer in world.offers_of(seller_id) if offer.status == "ACTIVE" and offer.is_sought]


def free(world: World, seller_id: str) -> list[Offer]:
    """Return those on sale whose price, title and status no story needs undisturbed."""
    return [offer for offer in on_sale(world, seller_id) if offer.id not in STORY_OFFERS]


def marketplaces(offer: Offer) -> list[str]:
    """Return the marketplaces that an offer never leaves: the base one, and those on which it was first listed."""
    return [BASE_MARKETPLACE, *(name for name in offer.article.abroad if name in offer.marketplaces)]


def own_id(world: World, seller_id: str, kind: str, number: int) -> str:
    """Return the id of the `number`th thing of a kind that a seller keeps at Allegro: a contact, a size table ..."""
    return uuid(stream(world.seed, "busy", kind, seller_id, number))
