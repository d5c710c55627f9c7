"""Edits of single fields of an offer, as a busy seller makes them: each returns the PATCH body."""

from collections.abc import Callable
from copy import deepcopy
from decimal import Decimal
from random import Random
from typing import Any

from allegro.simulator.busy_doing import marketplaces, own_id, pick
from allegro.simulator.catalogue import (
    BASE_MARKETPLACE,
    CURRENCIES,
    CZECH_MARKETPLACE,
    HANDLING_TIMES,
    HUNGARIAN_MARKETPLACE,
    SLOVAK_MARKETPLACE,
)
from allegro.simulator.chance import uuid
from allegro.simulator.documents import Json, converted, description, image_url, money
from allegro.simulator.editing import price_patch, prices_patch
from allegro.simulator.instants import DAY, iso_millis
from allegro.simulator.offer import Offer
from allegro.simulator.translations import Translations
from allegro.simulator.world import World

# The body of a PATCH for an offer, {} if the field cannot be changed there.
Maker = Callable[[World, Random, Offer], Json]
_ENDINGS = ("gratis", "okazja", "bestseller", "nowa dostawa", "polecamy")
_TOWNS = (
    ("Poznań", "61-701", "WIELKOPOLSKIE"),
    ("Lublin", "20-001", "LUBELSKIE"),
    ("Łódź", "90-001", "LODZKIE"),
    ("Gdynia", "81-301", "POMORSKIE"),
)


def _other(rng: Random, present: Any, choices: tuple[Any, ...]) -> Any:
    return rng.choice([value for value in choices if value != present])


def _price(_: World, rng: Random, offer: Offer) -> Json:
    return price_patch(offer.price() * Decimal(rng.choice((95, 97, 98, 102, 103, 104))) / 100)


def _price_abroad(_: World, rng: Random, offer: Offer) -> Json:
    abroad = marketplaces(offer)[1:]
    if not abroad:
        return {}
    name = rng.choice(abroad)
    return prices_patch({name: offer.price(name) * Decimal(rng.choice((95, 97, 103, 105))) / 100})


def _title(_: World, rng: Random, offer: Offer) -> Json:
    return {"name": with_ending(offer, rng.choice(_ENDINGS))}


def with_ending(offer: Offer, ending: str) -> str:
    """Return the offer's first title with an ending, within Allegro's 75 characters."""
    return f"{offer.article.title[: 74 - len(ending)].rstrip()} {ending}"


def _description(_: World, rng: Random, offer: Offer) -> Json:
    text = f"{offer.article.title}. Marka {offer.article.brand or 'własna'}. Partia {rng.randint(1, 99_999)}."
    return {"description": description(offer.title, text, offer.primary_image or "")}


def _images(_: World, rng: Random, offer: Offer) -> Json:
    images = list(offer.document["images"])
    if len(images) > 2 and rng.random() < 0.5:
        return {"images": images[1:] + images[:1]}
    return {"images": [*images[:9], image_url(rng, offer.article.title)]}


def _parameters(_: World, rng: Random, offer: Offer) -> Json:
    rows = [row for row in deepcopy(offer.document["parameters"]) if row["id"] != "224017"]
    code = {"id": "224017", "name": "Kod producenta", "values": [f"BZ-{rng.randint(1000, 9999)}"]}
    return {"parameters": [*rows, code]}


def _stock(_: World, rng: Random, offer: Offer) -> Json:
    return {"stock": {"available": max(offer.stock + rng.choice((-3, 5, 20, 50)), 20)}}


def _unit(_: World, rng: Random, offer: Offer) -> Json:
    return {"stock": {"unit": _other(rng, offer.document["stock"].get("unit"), ("UNIT", "PAIR", "SET"))}}


def _handling(_: World, rng: Random, offer: Offer) -> Json:
    return {"delivery": {"handlingTime": _other(rng, offer.document["delivery"]["handlingTime"], HANDLING_TIMES[:4])}}


def _delivery_info(_: World, rng: Random, offer: Offer) -> Json:
    words = None if offer.document["delivery"].get("additionalInfo") else f"Paczka nr {rng.randint(1, 99)}."
    return {"delivery": {"additionalInfo": words}}


def _shipment_date(world: World, rng: Random, offer: Offer) -> Json:
    planned = iso_millis(world.now + rng.randint(5, 20) * DAY)
    return {"delivery": {"shipmentDate": None if offer.document["delivery"].get("shipmentDate") else planned}}


def _invoice(_: World, rng: Random, offer: Offer) -> Json:
    kinds = ("VAT", "VAT_MARGIN", "WITHOUT_VAT", "NO_INVOICE")
    return {"payments": {"invoice": _other(rng, offer.document["payments"]["invoice"], kinds)}}


def _tax(_: World, rng: Random, offer: Offer) -> Json:
    present = ((offer.document.get("taxSettings") or {}).get("rates") or [{}])[0].get("rate")
    rates = [{"rate": _other(rng, present, ("23.00", "8.00", "5.00")), "countryCode": "PL"}]
    return {"taxSettings": {"rates": rates, "subject": "GOODS", "exemption": None}}


def _location(_: World, rng: Random, offer: Offer) -> Json:
    city, post_code, province = rng.choice([row for row in _TOWNS if row[0] != offer.document["location"]["city"]])
    return {"location": {"city": city, "countryCode": "PL", "postCode": post_code, "province": province}}


def _external_id(_: World, rng: Random, offer: Offer) -> Json:
    return {"external": {"id": f"SKU-{offer.id[-4:]}-{rng.randint(100, 999)}"}}


def _b2b(_: World, __: Random, offer: Offer) -> Json:
    return {"b2b": {"buyableOnlyByBusiness": not (offer.document.get("b2b") or {}).get("buyableOnlyByBusiness")}}


def _attachments(_: World, rng: Random, offer: Offer) -> Json:
    return {"attachments": [] if offer.document.get("attachments") else [{"id": uuid(rng)}]}


def _referring(part: str) -> Maker:
    """Return the edit of a part that names something which the seller keeps at Allegro, or nothing."""

    def make(world: World, rng: Random, offer: Offer) -> Json:
        present = (offer.document.get(part) or {}).get("id")
        choices = tuple(own_id(world, offer.seller_id, part, number) for number in range(3))
        chosen = _other(rng, present, (None, *choices))
        return {part: chosen and {"id": chosen}}

    return make


def _message(_: World, rng: Random, offer: Offer) -> Json:
    present = (offer.document.get("messageToSellerSettings") or {}).get("mode")
    mode = _other(rng, present, ("OPTIONAL", "HIDDEN", "REQUIRED"))
    return {"messageToSellerSettings": {"mode": mode, "hint": None if mode == "HIDDEN" else "Podaj kolor."}}


def _compatibility(_: World, rng: Random, offer: Offer) -> Json:
    if offer.document.get("compatibilityList") and rng.random() < 0.5:
        return {"compatibilityList": None}
    return {"compatibilityList": {"items": [{"type": "TEXT", "text": f"Ekspres model {rng.randint(100, 999)}"}]}}


def _language(world: World, _: Random, offer: Offer) -> Json:
    """Change the language in which the offer is written, unless it has a translation to that one."""
    wanted = "en-US" if offer.document.get("language") == "pl-PL" else "pl-PL"
    return {} if world.of(Translations).in_language(offer, wanted) else {"language": wanted}


def _product(world: World, rng: Random, offer: Offer) -> Json:
    shown = offer.document["productSet"][0]
    parts: tuple[Json, ...] = (
        {"quantity": {"value": shown["quantity"]["value"] % 3 + 1}},
        {"marketedBeforeGPSRObligation": not shown["marketedBeforeGPSRObligation"]},
        {"safetyInformation": {"type": "TEXT", "description": f"Chronić przed dziećmi, {rng.randint(1, 99)}."}},
        {"responsiblePerson": {"id": own_id(world, offer.seller_id, "person", rng.randrange(3))}},
        {"deposits": [{"id": own_id(world, offer.seller_id, "deposit", 0), "quantity": rng.randint(1, 9)}]},
    )
    return {"productSet": [{"product": {"id": shown["product"]["id"]}, **rng.choice(parts)}]}


def _republish(_: World, __: Random, offer: Offer) -> Json:
    return {"publication": {"republish": not offer.document["publication"].get("republish")}}


def _marketplace(_: World, rng: Random, offer: Offer) -> Json:
    """Enter a marketplace on which the offer was not first listed, or leave one that was entered like that."""
    entered = [name for name in offer.marketplaces if name not in (BASE_MARKETPLACE, *offer.article.abroad)]
    if entered:
        return {"additionalMarketplaces": {entered[0]: None}}
    abroad = (CZECH_MARKETPLACE, SLOVAK_MARKETPLACE, HUNGARIAN_MARKETPLACE)
    name = pick(rng, [row for row in abroad if row not in offer.article.abroad])
    if name is None:
        return {}
    price = money(converted(offer.price(), name) * rng.randint(100, 112) / 100, CURRENCIES[name])
    return {"additionalMarketplaces": {name: {"sellingMode": {"price": price}}}}


# Name, maker, whether a story's offer may be edited like that.
FIELDS: dict[str, tuple[Maker, bool]] = {
    "price": (_price, False),
    "price_abroad": (_price_abroad, False),
    "title": (_title, False),
    "description": (_description, True),
    "images": (_images, True),
    "parameters": (_parameters, True),
    "stock": (_stock, False),
    "stock_unit": (_unit, True),
    "handling_time": (_handling, False),
    "delivery_info": (_delivery_info, True),
    "shipment_date": (_shipment_date, True),
    "invoice": (_invoice, True),
    "tax": (_tax, True),
    "location": (_location, True),
    "external_id": (_external_id, True),
    "b2b": (_b2b, True),
    "attachments": (_attachments, True),
    "additional_services": (_referring("additionalServices"), True),
    "size_table": (_referring("sizeTable"), True),
    "contact": (_referring("contact"), True),
    "fundraising": (_referring("fundraisingCampaign"), True),
    "message_settings": (_message, True),
    "compatibility": (_compatibility, True),
    "language": (_language, True),
    "product": (_product, True),
    "republish": (_republish, True),
    "marketplaces": (_marketplace, False),
}
