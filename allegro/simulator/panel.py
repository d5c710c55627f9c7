"""The seller panel: a list of offers, a form to edit one, and the newest journal events."""

import re

from flask import Blueprint, render_template, request

from allegro.simulator.answers import ApiError, inward, now, simulation
from allegro.simulator.catalogue import (
    BASE_MARKETPLACE,
    COFFEE_SELLER,
    CZECH_MARKETPLACE,
    HANDLING_TIMES,
    SELLERS,
    SHIPPING_RATES,
)
from allegro.simulator.documents import IMAGE_HOST, Json
from allegro.simulator.instants import WARSAW, to_datetime
from allegro.simulator.journal import JournalEvent
from allegro.simulator.offer import THIRTY_DAYS, Offer
from allegro.simulator.shorthand import patch_from
from allegro.simulator.validation import Refusal
from allegro.simulator.words import language, words

blueprint = Blueprint("panel", __name__, url_prefix="/panel")


@blueprint.get("/")
def offers() -> str:
    """Show a seller's offers (`seller`: account id)."""
    seller = SELLERS.get(request.args.get("seller", COFFEE_SELLER.id), COFFEE_SELLER)
    rows = [_row(offer) for offer in simulation().world.offers_of(seller.id)]
    return _page("panel_offers.html", rows=rows, seller=seller, sellers=SELLERS.values(), events=_newest(seller.id))


@blueprint.get("/<offer_id>")
def offer_form(offer_id: str) -> str:
    """Show the form of one offer."""
    return _form(_offer(offer_id))


@blueprint.post("/<offer_id>")
def save_offer(offer_id: str) -> tuple[str, int]:
    """Save the fields of the form that differ, or end or activate the offer, and show which events that emitted."""
    offer = _offer(offer_id)
    journal = simulation().world.offer_journals[offer.seller_id]
    known = {id(event) for event in journal.events[-200:]}
    try:
        actions = simulation().edit(offer, patch_from(offer, _wanted(offer)))
    except Refusal as refusal:
        return _form(offer, refusal=refusal.message), 422
    emitted = [_event(event) for event in journal.events[-200:] if id(event) not in known]
    return _form(offer, emitted=emitted, changed=[action.field for action in actions if action.field], saved=True), 200


def _page(template: str, **context: object) -> str:
    clock = simulation().clock
    return render_template(
        template, words=words(), language=language(), now=_local(now()), mode=words()[clock.mode], **context
    )


def _offer(offer_id: str) -> Offer:
    offer = simulation().world.offers.get(offer_id)
    if offer is None:
        raise ApiError(404, "OfferNotFoundException", f"Offer {offer_id} not found")
    return offer


def _form(offer: Offer, **context: object) -> str:
    return _page(
        "panel_offer.html",
        offer=_row(offer),
        values=_values(offer),
        rates=SHIPPING_RATES,
        handling_times=HANDLING_TIMES,
        events=_newest(offer.seller_id),
        **context,
    )


def _local(at: int) -> str:
    return f"{to_datetime(at).astimezone(WARSAW):%Y-%m-%d %H:%M:%S}"


def _row(offer: Offer) -> Json:
    return {
        "id": offer.id,
        "title": offer.title,
        "image": _shown(offer.document["images"][0]),
        "price": offer.price(),
        "czech_price": offer.price(CZECH_MARKETPLACE) if CZECH_MARKETPLACE in offer.marketplaces else None,
        "stock": offer.stock,
        "status": offer.status,
        "visits": offer.statistics[BASE_MARKETPLACE].visits,
        "sold": offer.units_since(BASE_MARKETPLACE, now() - THIRTY_DAYS),
    }


def _shown(url: str) -> str:
    return url.replace(IMAGE_HOST, simulation().image_base)


def _values(offer: Offer) -> dict[str, str]:
    """Return the form's values as text, under the names of the short edits."""
    delivery = offer.document["delivery"]
    values = {
        "title": offer.title,
        "price": str(offer.price()),
        "stock": str(offer.stock),
        "description_text": _description_text(offer),
        "images": "\n".join(_shown(url) for url in offer.document["images"]),
        "delivery_price_list": (delivery.get("shippingRates") or {}).get("id", ""),
        "handling_time": delivery["handlingTime"],
    }
    if CZECH_MARKETPLACE in offer.marketplaces:
        values["czech_price"] = str(offer.price(CZECH_MARKETPLACE))
    return values


def _description_text(offer: Offer) -> str:
    sections = offer.document["description"]["sections"]
    texts = [item.get("content", "") for section in sections for item in section["items"] if item["type"] == "TEXT"]
    return re.sub(r"<[^>]+>", "", texts[-1]) if texts else ""


def _wanted(offer: Offer) -> Json:
    """Return the short edit the form asks for: only what differs, or the status button that was pressed."""
    if request.form.get("status"):
        return {"status": request.form["status"]}
    wanted: Json = {}
    for key, present in _values(offer).items():
        asked = request.form.get(key, present).replace("\r\n", "\n").strip()
        if asked != present.strip():
            wanted[key] = inward(asked.split()) if key == "images" else asked
    return wanted


def _event(event: JournalEvent) -> dict[str, str]:
    return {
        "type": event.type,
        "offer_id": event.subject.id,
        "title": event.subject.title,
        "occurred": _local(event.occurred_at),
        "published": _local(event.published_at),
    }


def _newest(seller_id: str) -> list[dict[str, str]]:
    visible = simulation().world.offer_journals[seller_id].visible(0, now())
    return [_event(event) for event in visible[-15:][::-1]]
