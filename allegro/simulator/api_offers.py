"""The offer side of the API: /me, the journal, the list, the full offer and its parts, and edits."""

from decimal import Decimal

from flask import Blueprint, Response, request

from allegro.simulator.answers import ApiError, account_id, answer, now, simulation
from allegro.simulator.catalogue import BASE_MARKETPLACE
from allegro.simulator.documents import Json
from allegro.simulator.edits import prices
from allegro.simulator.gate import api
from allegro.simulator.instants import iso_millis
from allegro.simulator.journal import OFFER_EVENT_TYPES, offer_event_document, offer_event_position
from allegro.simulator.offer import THIRTY_DAYS, Offer
from allegro.simulator.parameters import chosen, listed, own_offer, sent, whole_number

blueprint = Blueprint("offers", __name__)
READ = "allegro:api:sale:offers:read"
WRITE = "allegro:api:sale:offers:write"
_SORTS = (
    "",
    *(sign + key for key in ("sellingMode.price.amount", "stock.sold", "stock.available") for sign in ("", "-")),
)


@blueprint.get("/me")
@api("allegro:api:profile:read")
def me() -> Response:
    """Answer GET /me with the account of the token."""
    seller = simulation().world.seller(account_id())
    return answer(
        {
            "id": seller.id,
            "login": seller.login,
            "firstName": seller.first_name,
            "lastName": seller.last_name,
            "email": f"{seller.login}@poczta.example",
            "baseMarketplace": {"id": BASE_MARKETPLACE},
            "company": {"name": seller.company, "taxId": seller.tax_id},
            "features": ["SUPER_SELLER"],
        }
    )


@blueprint.get("/sale/offer-events")
@api(READ)
def offer_events() -> Response:
    """Answer the journal: events after `from` (exclusive) of the last 24 hours, in order of publication."""
    limit = whole_number("limit", 100, 1, 1000)
    types = listed("type", OFFER_EVENT_TYPES)
    cursor = request.args.get("from")
    if cursor and len(cursor) > 256:
        raise ApiError(400, "ConstraintViolationException", "from is longer than 256 characters", "from")
    events = simulation().world.offer_journals[account_id()].visible(offer_event_position(cursor), now())
    chosen_events = [event for event in events if not types or event.type in types][:limit]
    return answer({"offerEvents": [offer_event_document(event) for event in chosen_events]})


@blueprint.get("/sale/offers")
@api(READ)
def offer_list() -> Response:
    """Answer the list of the seller's offers with statistics, filtered, sorted and paged by limit and offset."""
    limit, offset = whole_number("limit", 20, 1, 1000), whole_number("offset", 0, 0, 9_999_999)
    found = _sorted(_filtered(simulation().world.offers_of(account_id())), chosen("sort", _SORTS, ""))
    page = found[offset : offset + limit]
    return answer({"offers": [_row(offer) for offer in page], "count": len(page), "totalCount": len(found)})


def _filtered(offers: list[Offer]) -> list[Offer]:
    ids, externals = listed("offer.id"), listed("external.id")
    statuses = listed("publication.status", ("INACTIVE", "ACTIVE", "ACTIVATING", "ENDED"))
    name = request.args.get("name", "").casefold()
    rates = request.args.get("delivery.shippingRates.id")
    marketplace = request.args.get("publication.marketplace")
    return [
        offer
        for offer in offers
        if (not ids or offer.id in ids)
        and (not externals or (offer.document.get("external") or {}).get("id") in externals)
        and (not statuses or offer.status in statuses)
        and name in offer.title.casefold()
        and (not rates or (offer.document["delivery"].get("shippingRates") or {}).get("id") == rates)
        and (not marketplace or marketplace in offer.marketplaces)
    ]


def _sorted(offers: list[Offer], order: str) -> list[Offer]:
    key = order.removeprefix("-")
    if not key:
        return offers
    return sorted(offers, key=lambda offer: _sort_value(offer, key), reverse=order.startswith("-"))


def _sort_value(offer: Offer, key: str) -> Decimal:
    if key == "sellingMode.price.amount":
        return offer.price()
    return Decimal(offer.stock if key == "stock.available" else _sold(offer, BASE_MARKETPLACE))


def _sold(offer: Offer, marketplace: str) -> int:
    return offer.units_since(marketplace, now() - THIRTY_DAYS)


def _stats(offer: Offer, marketplace: str) -> Json:
    statistics = offer.statistics[marketplace]
    return {"watchersCount": statistics.watchers, "visitsCount": statistics.visits}


def _row(offer: Offer) -> Json:
    document = offer.document
    return {
        "id": offer.id,
        "name": offer.title,
        "category": document.get("category"),
        "primaryImage": {"url": document["images"][0]},
        "sellingMode": {
            "format": "BUY_NOW",
            "price": document["sellingMode"]["price"],
            "priceAutomation": None,
            "minimalPrice": None,
            "startingPrice": None,
        },
        "saleInfo": {"currentPrice": None, "biddersCount": 0},
        "stock": {"available": offer.stock, "sold": _sold(offer, BASE_MARKETPLACE)},
        "stats": _stats(offer, BASE_MARKETPLACE),
        "publication": _publication_row(document["publication"]),
        "afterSalesServices": document.get("afterSalesServices"),
        "additionalServices": document.get("additionalServices"),
        "external": document.get("external"),
        "delivery": {"shippingRates": document["delivery"].get("shippingRates")},
        "b2b": document.get("b2b"),
        "fundraisingCampaign": document.get("fundraisingCampaign"),
        "isFulfillment": False,
        "additionalMarketplaces": {
            marketplace: _additional_row(offer, marketplace) for marketplace in offer.marketplaces[1:]
        },
    }


def _publication_row(publication: Json) -> Json:
    return {
        "status": publication["status"],
        "startingAt": publication.get("startingAt"),
        "startedAt": publication.get("startedAt"),
        "endingAt": None if publication["status"] == "ENDED" else publication.get("endingAt"),
        "endedAt": publication.get("endingAt") if publication["status"] == "ENDED" else None,
        "marketplaces": publication["marketplaces"],
    }


def _additional_row(offer: Offer, marketplace: str) -> Json:
    return {
        "publication": {"state": "APPROVED"},
        "sellingMode": {"price": prices(offer.document)[marketplace], "priceAutomation": None},
        "stats": _stats(offer, marketplace),
        "stock": {"sold": _sold(offer, marketplace)},
    }


def _full(offer: Offer) -> Json:
    publication = {key: value for key, value in offer.document["publication"].items() if key != "startedAt"}
    validation: Json = {"errors": [], "warnings": [], "validatedAt": iso_millis(now())}
    return {**offer.document, "publication": publication, "validation": validation, "warnings": []}


@blueprint.get("/sale/product-offers/<offer_id>")
@api(READ)
def product_offer(offer_id: str) -> Response:
    """Answer the full offer."""
    return answer(_full(own_offer(offer_id)))


@blueprint.get("/sale/product-offers/<offer_id>/parts")
@api(READ)
def product_offer_parts(offer_id: str) -> Response:
    """Answer only price and stock, whichever `include` names."""
    offer, include = own_offer(offer_id), listed("include", ("stock", "price"))
    if not include:
        raise ApiError(400, "ConstraintViolationException", "include is required: stock, price", "include")
    parts: Json = {"id": offer.id}
    if "stock" in include:
        parts["stock"] = {"available": offer.stock}
    if "price" in include:
        found = prices(offer.document)
        parts["sellingMode"] = {"price": found.pop(BASE_MARKETPLACE)}
        parts["additionalMarketplaces"] = {key: {"sellingMode": {"price": value}} for key, value in found.items()}
    return answer(parts)


@blueprint.patch("/sale/product-offers/<offer_id>")
@api(WRITE)
def edit_product_offer(offer_id: str) -> Response:
    """Apply an RFC 7396 merge patch to an offer and answer the full offer."""
    offer = own_offer(offer_id)
    simulation().edit(offer, sent())
    return answer(_full(offer))
