"""The busy life of whole offers: ended, edited meanwhile, resumed, copied as drafts, published, deleted, archived."""

from copy import deepcopy
from dataclasses import replace
from functools import partial
from random import Random

from allegro.simulator import lifecycle
from allegro.simulator.busy_doing import Act, attempt, change, free, odd, pick
from allegro.simulator.busy_edits import patch_of_fields
from allegro.simulator.busy_fields import FIELDS, with_ending
from allegro.simulator.catalogue import ARTICLES, SELLERS, Article
from allegro.simulator.chance import uuid
from allegro.simulator.documents import Json, first_document
from allegro.simulator.editing import DRAFT, price_patch
from allegro.simulator.instants import DAY, HOUR, MINUTE, iso_millis
from allegro.simulator.offer import Offer
from allegro.simulator.offer_commands import PUBLICATION
from allegro.simulator.operations import CREATE, DELETE
from allegro.simulator.world import World

OLD_OFFERS = 2  # of each seller; they ended so long before the start that they are archived in the first weeks
_COPIED = ("name", "images", "description", "parameters", "sellingMode", "stock", "delivery", "location", "payments")
_WHILE_ENDED = ("price", "title", "description", "images", "parameters", "stock", "invoice", "handling_time", "contact")


def list_old_offers(world: World) -> None:
    """Give each seller some offers that ended before the world's start and will be archived in it."""
    for seller_id in SELLERS:
        sources = [article for article in ARTICLES if article.seller.id == seller_id]
        for number in range(OLD_OFFERS):
            _list_old(world, sources[-1 - number], world.started_at - (50 - 14 * number) * DAY)


def _list_old(world: World, source: Article, ended_at: int) -> None:
    article = replace(source, offer_id=str(int(source.offer_id) - 900_000_000), lines_per_day=0.0)
    offer = Offer(article, first_document(world.seed, article, ended_at - 300 * DAY))
    offer.document["productSet"] = deepcopy(world.offers[source.offer_id].document["productSet"])
    offer.document["publication"].update(status="ENDED", endedBy="USER", endingAt=iso_millis(ended_at))
    offer.kept_ended, offer.exposed_until = True, world.now
    offer.remember(world.now)
    world.offers[offer.id] = offer
    ending = offer.document["publication"]["endingAt"]
    world.schedule(ended_at + lifecycle.ARCHIVED_AFTER, partial(lifecycle.archive, world, offer, ending))


def ended(world: World, rng: Random, seller_id: str) -> bool:
    """End an offer by an edit or a command, mostly edit it meanwhile, and resume it hours or days later."""
    offer = pick(rng, free(world, seller_id))
    if offer is None or not _end(world, rng, offer):
        return False
    back = world.now + rng.randint(3 * HOUR, 4 * DAY)
    if rng.random() < 0.75:
        middle = rng.randint(world.now + 30 * MINUTE, back - 30 * MINUTE)
        world.schedule(middle, partial(_edit_ended, world, offer, rng.getrandbits(64)))
    world.schedule(back, partial(_resume, world, offer))
    return True


def _end(world: World, rng: Random, offer: Offer) -> bool:
    if rng.random() < 0.5:
        return change(world, offer, {"publication": {"status": "ENDED"}})
    criteria = [{"type": "CONTAINS_OFFERS", "offers": [{"id": offer.id}]}]
    command = {"offerCriteria": criteria, "publication": {"action": "END"}}
    body = {"id": uuid(rng), "command": command}
    return attempt(world, PUBLICATION, offer.seller_id, body) is not None


def _edit_ended(world: World, offer: Offer, sub_seed: int) -> None:
    rng = Random(sub_seed)
    if offer.status == "ENDED":
        change(world, offer, patch_of_fields(world, rng, offer, rng.sample(_WHILE_ENDED, rng.randint(1, 2))))


def _resume(world: World, offer: Offer) -> None:
    if offer.status == "ENDED":
        stock = {} if offer.stock else {"stock": {"available": 40}}
        change(world, offer, {"publication": {"status": "ACTIVE"}, **stock})


def edited_while_ended(world: World, rng: Random, seller_id: str) -> bool:
    """Edit an offer that is ended now: no event tells of it."""
    offers = [offer for offer in world.offers_of(seller_id) if offer.status == "ENDED"]
    offer, name = pick(rng, offers), rng.choice(_WHILE_ENDED)
    return offer is not None and change(world, offer, FIELDS[name][0](world, rng, offer))


def copied(world: World, rng: Random, seller_id: str) -> bool:
    """Make a draft from an offer ("create similar"); the seller finishes it 5 to 40 minutes later."""
    source = pick(rng, free(world, seller_id))
    if source is None:
        return False
    body = {key: deepcopy(source.document[key]) for key in _COPIED}
    body["category"] = source.document["category"]
    body["productSet"] = [{"product": {"id": source.document["productSet"][0]["product"]["id"]}}]
    body["delivery"] = {key: body["delivery"][key] for key in ("handlingTime", "shippingRates")}
    taken = attempt(world, CREATE, seller_id, {**body, "publication": {"status": DRAFT}})
    if taken is None:
        return False
    later = world.now + rng.randint(5 * MINUTE, 40 * MINUTE)
    world.schedule(later, partial(_finish, world, taken.offer, rng.getrandbits(64)))
    return True


def _finish(world: World, offer: Offer, sub_seed: int) -> None:
    """Give a copied draft a title and a price of its own, maybe a duration; then publish it, delete it or leave it."""
    rng = Random(sub_seed)
    patch: Json = {"name": with_ending(offer, f"zestaw {rng.randint(2, 99)}"), **price_patch(offer.price() + 5)}
    if rng.random() < 0.7:
        patch["publication"] = {"duration": rng.choice(("PT72H", "P5D", "P10D")), "republish": rng.random() < 0.3}
    change(world, offer, patch)
    fate = rng.random()
    later = world.now + rng.randint(10 * MINUTE, 3 * HOUR)
    if fate < 0.65:
        world.schedule(later, partial(_publish, world, offer))
    elif fate < 0.9:
        world.schedule(later, partial(_delete, world, offer))


def _publish(world: World, offer: Offer) -> None:
    if offer.status == DRAFT:
        change(world, offer, {"publication": {"status": "ACTIVE"}})


def _delete(world: World, offer: Offer) -> None:
    if offer.status == DRAFT:
        attempt(world, DELETE, offer.id, {})


def copied_at_once(world: World, rng: Random, seller_id: str) -> bool:
    """List a copy at once; what the seller edits afterwards emits nothing (allegro-api issue 8390)."""
    source = pick(rng, free(world, seller_id))
    return source is not None and odd(world, "create_similar", {"offer_id": source.id, "minutes": rng.randint(5, 40)})


LISTING: tuple[tuple[str, Act, int], ...] = (
    ("ended", ended, 2),
    ("edited_while_ended", edited_while_ended, 1),
    ("copied", copied, 2),
    ("copied_at_once", copied_at_once, 1),
)
