"""The busy life of offers on sale: edits one by one, several at once, twice, undone, and batches of a tool."""

from copy import deepcopy
from functools import partial
from random import Random
from typing import Any

from allegro.simulator.busy_doing import Act, attempt, change, free, on_sale, pick
from allegro.simulator.busy_fields import FIELDS, with_ending
from allegro.simulator.catalogue import BASE_MARKETPLACE, HANDLING_TIMES
from allegro.simulator.chance import uuid
from allegro.simulator.documents import Json
from allegro.simulator.instants import DAY, HOUR, MINUTE, SECOND
from allegro.simulator.offer import Offer
from allegro.simulator.offer_commands import PRICE, QUANTITY
from allegro.simulator.world import World

# What several fields at once, a second edit and a taken-back edit are made of: nothing that is derived or slow.
_PLAIN = (
    *("price", "title", "description", "images", "parameters", "handling_time", "invoice", "location"),
    *("external_id", "b2b", "contact", "size_table", "tax", "message_settings", "attachments"),
)


def _single(name: str) -> Act:
    maker, harmless = FIELDS[name]

    def act(world: World, rng: Random, seller_id: str) -> bool:
        offer = pick(rng, (on_sale if harmless else free)(world, seller_id))
        patch = maker(world, rng, offer) if offer else {}
        return offer is not None and bool(patch) and change(world, offer, patch)

    return act


def patch_of_fields(world: World, rng: Random, offer: Offer, names: list[str]) -> Json:
    """Return one PATCH body that changes several fields of an offer."""
    patch: Json = {}
    for name in names:
        for part, value in FIELDS[name][0](world, rng, offer).items():
            both = isinstance(value, dict) and isinstance(patch.get(part), dict)
            patch[part] = {**patch[part], **value} if both else value
    return patch


def several_fields(world: World, rng: Random, seller_id: str) -> bool:
    """Change two to five fields of an offer at once."""
    offer = pick(rng, free(world, seller_id))
    names = rng.sample(_PLAIN, rng.randint(2, 5))
    return offer is not None and change(world, offer, patch_of_fields(world, rng, offer, names))


def twice(world: World, rng: Random, seller_id: str) -> bool:
    """Change the same field twice within minutes."""
    offer, name = pick(rng, free(world, seller_id)), rng.choice(_PLAIN)
    if offer is None or not change(world, offer, FIELDS[name][0](world, rng, offer)):
        return False
    again = partial(_again, world, offer, name, rng.getrandbits(64))
    world.schedule(world.now + rng.randint(15 * SECOND, 9 * MINUTE), again)
    return True


def _again(world: World, offer: Offer, name: str, sub_seed: int) -> None:
    if not offer.gone:
        change(world, offer, FIELDS[name][0](world, Random(sub_seed), offer))


def undone(world: World, rng: Random, seller_id: str) -> bool:
    """Change an offer, and take that back an hour or a day later."""
    offer = pick(rng, free(world, seller_id))
    if offer is None:
        return False
    patch = patch_of_fields(world, rng, offer, rng.sample(_PLAIN, rng.randint(1, 2)))
    former = inverse(offer.document, patch)
    if not change(world, offer, patch):
        return False
    later = world.now + rng.choice((HOUR, DAY)) + rng.randint(0, 20 * MINUTE)
    world.schedule(later, partial(_patch, world, offer, former))
    return True


def _patch(world: World, offer: Offer, patch: Json) -> None:
    change(world, offer, patch)


def inverse(document: Any, patch: Json) -> Json:
    """Return the patch that takes another one back."""
    found = {}
    for key, value in patch.items():
        present = document.get(key)
        inner = isinstance(value, dict) and isinstance(present, dict)
        found[key] = inverse(present, value) if inner else deepcopy(present)
    return found


def _chosen(world: World, rng: Random, seller_id: str) -> list[Offer]:
    offers = free(world, seller_id)
    return rng.sample(offers, min(len(offers), rng.randint(5, 14)))


def _one_by_one(world: World, rng: Random, patches: list[tuple[Offer, Json]]) -> bool:
    """Let a tool send a PATCH for each offer, some seconds apart."""
    at = world.now
    for offer, patch in patches:
        world.schedule(at, partial(_send, world, offer, patch))
        at += rng.randint(2 * SECOND, 9 * SECOND)
    return bool(patches)


def _send(world: World, offer: Offer, patch: Json) -> None:
    if offer.status == "ACTIVE":
        change(world, offer, patch)


def batch_of_prices(world: World, rng: Random, seller_id: str) -> bool:
    """Change the prices of many offers by one command, by some percent."""
    modification = {
        "type": rng.choice(("INCREASE_PERCENTAGE", "DECREASE_PERCENTAGE")),
        "percentage": str(rng.randint(1, 4)),
        "marketplaceId": BASE_MARKETPLACE,
    }
    return _command(world, rng, PRICE, seller_id, {"modification": modification})


def batch_of_stocks(world: World, rng: Random, seller_id: str) -> bool:
    """Add pieces to the stocks of many offers by one command."""
    gain = {"changeType": "GAIN", "value": rng.randint(5, 25)}
    return _command(world, rng, QUANTITY, seller_id, {"modification": gain})


def _command(world: World, rng: Random, kind: str, seller_id: str, asked: Json) -> bool:
    offers = [{"id": offer.id} for offer in _chosen(world, rng, seller_id)]
    command = {"offerCriteria": [{"type": "CONTAINS_OFFERS", "offers": offers}], **asked}
    return bool(offers) and attempt(world, kind, seller_id, {"id": uuid(rng), "command": command}) is not None


def batch_of_handling_times(world: World, rng: Random, seller_id: str) -> bool:
    """Set the handling time of many offers, one after the other."""
    patch = {"delivery": {"handlingTime": rng.choice(HANDLING_TIMES[:4])}}
    return _one_by_one(world, rng, [(offer, patch) for offer in _chosen(world, rng, seller_id)])


def batch_of_titles(world: World, rng: Random, seller_id: str) -> bool:
    """Give the titles of many offers the same ending, one after the other."""
    ending = rng.choice(("do -10%", "24h", "święta", "gwarancja"))
    patches = [(offer, {"name": with_ending(offer, ending)}) for offer in _chosen(world, rng, seller_id)]
    return _one_by_one(world, rng, patches)


EDITS: tuple[tuple[str, Act, int], ...] = (
    *((f"field_{name}", _single(name), 1) for name in FIELDS),
    ("several_fields", several_fields, 3),
    ("twice", twice, 3),
    ("undone", undone, 3),
    ("batch_of_prices", batch_of_prices, 1),
    ("batch_of_stocks", batch_of_stocks, 1),
    ("batch_of_handling_times", batch_of_handling_times, 1),
    ("batch_of_titles", batch_of_titles, 1),
)
