"""The seller panel: a list of offers, a form to edit one, and the newest journal events."""

import re

from flask import Blueprint, request

from allegro.simulator.answers import ApiError, inward, now, simulation
from allegro.simulator.catalogue import (
    BASE_MARKETPLACE,
    COFFEE_SELLER,
    CURRENCIES,
    CZECH_MARKETPLACE,
    HANDLING_TIMES,
    SELLERS,
)
from allegro.simulator.delivery_terms import DeliveryTerms
from allegro.simulator.documents import IMAGE_HOST, Json
from allegro.simulator.journal import JournalEvent
from allegro.simulator.offer import THIRTY_DAYS, Offer
from allegro.simulator.pages import local, page
from allegro.simulator.shorthand import patch_from
from allegro.simulator.validation import Refusal

blueprint = Blueprint("panel", __name__, url_prefix="/panel")


@blueprint.get("/")
def offers() -> str:
    """Show a seller's offers (`seller`: account id)."""
    seller = SELLERS.get(request.args.get("seller", COFFEE_SELLER.id), COFFEE_SELLER)
    rows = [_row(offer) for offer in simulation().world.offers_of(seller.id)]
    return page("panel_offers.html", rows=rows, seller=seller, sellers=SELLERS.values(), events=_newest(seller.id))


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


def _offer(offer_id: str) -> Offer:
    offer = simulation().world.offers.get(offer_id)
    if offer is None:
        raise ApiError(404, "OfferNotFoundException", f"Offer {offer_id} not found")
    return offer


def _form(offer: Offer, **context: object) -> str:
    return page(
        "panel_offer.html",
        offer=_row(offer),
        values=_values(offer),
        abroad=[(name, place, CURRENCIES[place]) for name, place in _fields_abroad(offer).items()],
        rates=simulation().world.of(DeliveryTerms).names(offer.seller_id),
        handling_times=HANDLING_TIMES,
        events=_newest(offer.seller_id),
        **context,
    )


def _row(offer: Offer) -> Json:
    return {
        "id": offer.id,
        "title": offer.title,
        "image": _shown(offer.primary_image or ""),
        "price": offer.price() if offer.marketplaces else "",
        "abroad": [_row_abroad(offer, marketplace) for marketplace in offer.marketplaces[1:]],
        "stock": offer.stock,
        "status": offer.status,
        "visits": offer.statistics[BASE_MARKETPLACE].visits,
        "sold": offer.units_since(BASE_MARKETPLACE, now() - THIRTY_DAYS),
    }


def _row_abroad(offer: Offer, marketplace: str) -> Json:
    return {
        "marketplace": marketplace,
        "price": offer.price(marketplace),
        "currency": CURRENCIES[marketplace],
        "visits": offer.statistics[marketplace].visits,
        "sold": offer.units_since(marketplace, now() - THIRTY_DAYS),
    }


def _shown(url: str) -> str:
    return url.replace(IMAGE_HOST, simulation().image_base)


def _values(offer: Offer) -> dict[str, str]:
    """Return the form's values as text, under the names of the short edits."""
    delivery = offer.document.get("delivery") or {}
    values = {
        "title": offer.title,
        "price": str(offer.price()) if offer.marketplaces else "",
        "stock": str(offer.stock),
        "description_text": _description_text(offer),
        "images": "\n".join(_shown(url) for url in offer.document.get("images") or []),
        "delivery_price_list": (delivery.get("shippingRates") or {}).get("id", ""),
        "handling_time": delivery.get("handlingTime", ""),
    }
    return values | {name: str(offer.price(marketplace)) for name, marketplace in _fields_abroad(offer).items()}


def _fields_abroad(offer: Offer) -> dict[str, str]:
    """Return the marketplace of each price field beside that of the base price."""
    return {
        "czech_price" if marketplace == CZECH_MARKETPLACE else f"price_{marketplace}": marketplace
        for marketplace in offer.marketplaces[1:]
    }


def _description_text(offer: Offer) -> str:
    sections = (offer.document.get("description") or {}).get("sections", [])
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
    prices = {place: wanted.pop(key) for key, place in _fields_abroad(offer).items() if key in wanted}
    return wanted | ({"prices": prices} if prices else {})


def _event(event: JournalEvent) -> dict[str, str]:
    return {
        "type": event.type,
        "offer_id": event.subject.id,
        "title": event.subject.title,
        "occurred": local(event.occurred_at),
        "published": local(event.published_at),
    }


def _newest(seller_id: str) -> list[dict[str, str]]:
    visible = simulation().world.offer_journals[seller_id].visible(0, now())
    return [_event(event) for event in visible[-15:][::-1]]
