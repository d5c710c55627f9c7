"""What the seller, an assistant and a repricer do on ordinary days: three to six edits a day over all offers."""

from collections.abc import Callable
from copy import deepcopy
from datetime import date
from decimal import Decimal
from functools import partial
from random import Random

from allegro.simulator.badges import Badges
from allegro.simulator.catalogue import (
    BASE_MARKETPLACE,
    CZECH_MARKETPLACE,
    FREE_RATES,
    HANDLING_TIMES,
    STANDARD_RATES,
)
from allegro.simulator.chance import stream
from allegro.simulator.documents import Json, converted, description, image_url
from allegro.simulator.editing import CONVERTER, SELLER, TOOL, Editor, edit, price_patch, prices_patch
from allegro.simulator.instants import DAY, HOUR, MINUTE, SECOND, at_fraction, warsaw_clock
from allegro.simulator.offer import Offer
from allegro.simulator.price_rules import PriceRules
from allegro.simulator.stories import STORY_OFFERS
from allegro.simulator.world import World

_ENDINGS = ("nowość", "promocja", "hit", "na prezent", "polska marka", "szybka wysyłka", "oryginał")
_SENTENCES = (
    "Wysyłamy w dniu zakupu, jeśli zamówienie wpłynie do godziny 12.",
    "Do każdego zamówienia dołączamy krótką instrukcję po polsku.",
    "Opakowanie nadaje się w całości do recyklingu.",
    "Produkt objęty dwuletnią gwarancją sprzedawcy.",
)


def plan_routine(world: World, day: date) -> None:
    """Schedule the edits of a Warsaw day, the morning's stock check, a repricer's run and the exchange rate's wave."""
    rng = stream(world.seed, "routine", day)
    for _ in range(rng.choices((2, 3, 4, 5, 6), (10, 25, 30, 25, 10))[0]):
        at = at_fraction(day, rng.uniform(7.5, 21.5) / 24)
        _plan(world, at, partial(_act, world, rng.getrandbits(64)))
    if rng.random() < 0.18:
        _plan_repricer(world, at_fraction(day, rng.uniform(9, 20) / 24), rng.getrandbits(64))
    if day.weekday() == 1:
        # The European Central Bank's rate is applied from 00:00:01 (allegro-api issue 7513).
        _plan(world, warsaw_clock(day, 0, 0, 1), partial(_follow_rate, world, day))
    _plan(world, warsaw_clock(day, 8, 5), partial(_check_stock, world, rng.getrandbits(64)))


def _plan(world: World, at: int, happening: Callable[[], None]) -> None:
    if at >= world.now:
        world.schedule(at, happening)


def _free_offers(world: World) -> list[Offer]:
    """Return the offers whose numbers no story needs undisturbed."""
    return [offer for offer in world.sought_offers() if offer.id not in STORY_OFFERS]


def _act(world: World, sub_seed: int) -> None:
    rng = Random(sub_seed)
    patch_for, weight_sum = rng.choices([row[0] for row in _ACTIONS], [row[1] for row in _ACTIONS])[0], rng.random()
    harmless = patch_for in _HARMLESS
    offer = rng.choice(world.sought_offers() if harmless else _free_offers(world))
    if offer.kept_ended or (offer.status != "ACTIVE" and patch_for is not _reactivate_or_end):
        return
    edit(world, offer, patch_for(rng, offer), SELLER)
    if weight_sum < 0.12:
        again = partial(_edit_again, world, offer, patch_for, rng)
        world.schedule(world.now + rng.randint(20 * SECOND, 6 * MINUTE), again)


def _edit_again(world: World, offer: Offer, patch_for: Callable[[Random, Offer], Json], rng: Random) -> None:
    if offer.status == "ACTIVE":
        edit(world, offer, patch_for(rng, offer), SELLER)


def _new_price(rng: Random, offer: Offer) -> Json:
    first = offer.price_history[BASE_MARKETPLACE][0][1]
    return price_patch(_tidy(first * Decimal(str(round(rng.uniform(0.93, 1.07), 3)))))


def _tidy(amount: Decimal) -> Decimal:
    """Return a price as sellers write it, ending in 90 grosze or on a whole zloty."""
    whole = amount.to_integral_value()
    return whole - Decimal("0.10") if whole < 90 else whole


def _new_title(rng: Random, offer: Offer) -> Json:
    base = offer.article.title
    ending = rng.choice(_ENDINGS)
    longer = f"{base} {ending}"
    return {"name": longer if len(longer) <= 75 and longer != offer.title else base}


def _new_description(rng: Random, offer: Offer) -> Json:
    text = f"{offer.article.title}. Marka {offer.article.brand}. {' '.join(rng.sample(_SENTENCES, 2))}"
    return {"description": description(offer.title, text, offer.document["images"][0])}


def _reordered_images(rng: Random, offer: Offer) -> Json:
    images = list(offer.document["images"])
    return {"images": images[1:] + images[:1] if rng.random() < 0.6 else [*images[:-1], *reversed(images[-1:])]}


def _replaced_image(rng: Random, offer: Offer) -> Json:
    images = list(offer.document["images"])
    images[rng.randrange(len(images))] = image_url(rng, offer.article.title)
    return {"images": images}


def _more_stock(rng: Random, offer: Offer) -> Json:
    return {"stock": {"available": offer.stock + rng.randint(10, 60)}}


def _new_parameters(rng: Random, offer: Offer) -> Json:
    parameters = deepcopy(offer.document["parameters"])
    parameters[-1]["values"] = [f"{offer.article.brand[:2].upper()}-{rng.randint(1000, 9999)}"]
    return {"parameters": parameters}


def _other_delivery(_: Random, offer: Offer) -> Json:
    present = offer.document["delivery"]["shippingRates"]["id"]
    return {"delivery": {"shippingRates": {"id": FREE_RATES if present == STANDARD_RATES else STANDARD_RATES}}}


def _other_handling(_: Random, offer: Offer) -> Json:
    slower = offer.document["delivery"]["handlingTime"] == "PT24H"
    return {"delivery": {"handlingTime": HANDLING_TIMES[2] if slower else "PT24H"}}


def _several_fields(rng: Random, offer: Offer) -> Json:
    return _new_title(rng, offer) | _new_description(rng, offer) | _new_price(rng, offer)


def _nothing(_: Random, offer: Offer) -> Json:
    return {"name": offer.title}


def _reactivate_or_end(_: Random, offer: Offer) -> Json:
    ended = offer.status == "ENDED" and offer.stock > 0
    return {"publication": {"status": "ACTIVE" if ended else "ENDED"}}


# What | how often. The harmless ones also befall the offers of the stories.
_ACTIONS: list[tuple[Callable[[Random, Offer], Json], int]] = [
    (_new_price, 26),
    (_new_title, 10),
    (_new_description, 10),
    (_reordered_images, 8),
    (_replaced_image, 7),
    (_more_stock, 12),
    (_new_parameters, 6),
    (_other_delivery, 5),
    (_other_handling, 4),
    (_several_fields, 5),
    (_nothing, 4),
    (_reactivate_or_end, 3),
]
_HARMLESS = {_reordered_images, _replaced_image, _more_stock, _new_parameters, _nothing}


def _plan_repricer(world: World, at: int, sub_seed: int) -> None:
    rng = Random(sub_seed)
    chosen = rng.sample(_free_offers(world), rng.randint(5, 12))
    for offer in chosen:
        moment = at + rng.randint(0, 55 * SECOND)
        factor = Decimal(str(round(rng.uniform(0.96, 1.04), 3)))
        _plan(world, moment, partial(reprice, world, offer, factor, TOOL))


def reprice(world: World, offer: Offer, factor: Decimal, editor: Editor) -> None:
    """Let a tool set an active offer's price to its first price times a factor."""
    if offer.status == "ACTIVE":
        first = offer.price_history[BASE_MARKETPLACE][0][1]
        amount = (first * factor).quantize(Decimal("0.01"))
        if amount != offer.price():
            edit(world, offer, price_patch(amount), editor)


def _follow_rate(world: World, day: date) -> None:
    """Let Allegro's converter move the prices abroad with the exchange rates: one event per offer for all of them."""
    for offer in _free_offers(world):
        unruled = [name for name in offer.marketplaces[1:] if not world.of(PriceRules).rule_id(offer.id, name)]
        amounts = {name: converted(offer.price(), name, exchange_drift(world, day, name)) for name in unruled}
        moved = {name: amount for name, amount in amounts.items() if amount != offer.price(name)}
        if moved and offer.status == "ACTIVE" and not world.of(Badges).holds_price(offer):
            edit(world, offer, prices_patch(moved), CONVERTER)


def exchange_drift(world: World, day: date, marketplace: str) -> Decimal:
    """Return how far the exchange rate of a marketplace's currency stands from its mean that day."""
    purpose = "exchange rate" if marketplace == CZECH_MARKETPLACE else f"exchange rate {marketplace}"
    return Decimal(str(round(stream(world.seed, purpose, day).uniform(-0.02, 0.02), 4)))


def _check_stock(world: World, sub_seed: int) -> None:
    """Morning round of the seller: refill what runs low, plan a later refill for what is gone, resume ended offers."""
    rng = Random(sub_seed)
    for offer in world.sought_offers():
        if offer.out_of_stock_story or offer.restock_at or offer.kept_ended:
            continue
        if offer.status == "ENDED":
            offer.restock_at = world.now + rng.randint(2 * HOUR, 2 * DAY)
            world.schedule(offer.restock_at, partial(restock, world, offer, rng.randint(60, 140)))
        elif offer.stock < offer.article.lines_per_day * 4 and rng.random() < 0.7:
            minutes = rng.randint(1, 90)
            world.schedule(world.now + minutes * MINUTE, partial(restock, world, offer, rng.randint(60, 140)))


def restock(world: World, offer: Offer, pieces: int, editor: Editor = SELLER) -> None:
    """Set an offer's stock and, if it has ended, put it on sale again, unless it was ended from outside."""
    offer.restock_at = None
    if offer.kept_ended:
        return
    patch: Json = {"stock": {"available": offer.stock + pieces}}
    if offer.status == "ENDED":
        patch["publication"] = {"status": "ACTIVE"}
    edit(world, offer, patch, editor)
