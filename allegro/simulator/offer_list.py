"""The list of a seller's offers: which it shows, filtered and sorted, each with its statistics; oddities included."""

from dataclasses import dataclass
from decimal import Decimal

from flask import request

from allegro.simulator import price_rules
from allegro.simulator.answers import account_id, now, simulation
from allegro.simulator.catalogue import BASE_MARKETPLACE, CURRENCIES
from allegro.simulator.documents import Json, money
from allegro.simulator.edits import prices
from allegro.simulator.offer import THIRTY_DAYS, Offer
from allegro.simulator.parameters import chosen, listed
from allegro.simulator.switches import Switches

_SORTS = (
    "",
    *(sign + key for key in ("sellingMode.price.amount", "stock.sold", "stock.available") for sign in ("", "-")),
)
_STATUSES = ("INACTIVE", "ACTIVE", "ACTIVATING", "ENDED")


@dataclass(frozen=True)
class Listed:
    """An offer as the list knows it, which may be behind: money by marketplace, the base one first."""

    offer: Offer
    status: str
    stock: int
    prices: dict[str, Json]


def found_offers() -> list[Listed]:
    """Return what the list shows to the token's seller for the request's filters, in the order it asks for."""
    world = simulation().world
    switches = world.of(Switches)
    linked = [world.offers[offer_id] for offer_id in sorted(switches.linked.get(account_id(), ()), reverse=True)]
    shown = [offer for offer in world.offers_of(account_id()) if offer.id not in switches.omitted]
    rows = [_listed_at(offer, switches.list_instant(account_id(), now())) for offer in shown + linked]
    return _sorted(_filtered([row for row in rows if row]), chosen("sort", _SORTS, ""))


def _listed_at(offer: Offer, moment: int) -> Listed | None:
    if moment >= now():
        return Listed(offer, offer.status, offer.stock, prices(offer.document))
    if offer.status_history[0][0] > moment:
        return None
    at_moment = {name: offer.price_at(moment, name) for name in offer.marketplaces}
    shown = {name: money(price, CURRENCIES[name]) for name, price in at_moment.items() if price is not None}
    return Listed(offer, offer.status_at(moment), offer.stock_at(moment), shown)


def _filtered(rows: list[Listed]) -> list[Listed]:
    ids, externals = listed("offer.id"), listed("external.id")
    statuses = listed("publication.status", _STATUSES)
    name = request.args.get("name", "").casefold()
    rates = request.args.get("delivery.shippingRates.id")
    marketplace = request.args.get("publication.marketplace")
    rule = request.args.get("sellingMode.priceAutomation.rule.id")
    empty = chosen("sellingMode.priceAutomation.rule.id.empty", ("", "true", "false"), "")
    return [
        row
        for row in rows
        if (not ids or row.offer.id in ids)
        and (not externals or (row.offer.document.get("external") or {}).get("id") in externals)
        and (not statuses or row.status in statuses)
        and name in row.offer.title.casefold()
        and (not rates or (_shipping_rates(row.offer) or {}).get("id") == rates)
        and (not marketplace or marketplace in row.prices)
        and price_rules.fits(simulation().world, row.offer, rule, empty, marketplace)
    ]


def _shipping_rates(offer: Offer) -> Json | None:
    rates: Json | None = (offer.document.get("delivery") or {}).get("shippingRates")
    return rates


def _sorted(rows: list[Listed], order: str) -> list[Listed]:
    key = order.removeprefix("-")
    if not key:
        return rows
    return sorted(rows, key=lambda row: _sort_value(row, key), reverse=order.startswith("-"))


def _sort_value(row: Listed, key: str) -> Decimal:
    if key == "sellingMode.price.amount":
        return Decimal(row.prices[BASE_MARKETPLACE]["amount"]) if BASE_MARKETPLACE in row.prices else Decimal(0)
    return Decimal(row.stock if key == "stock.available" else _sold(row.offer, BASE_MARKETPLACE))


def _sold(offer: Offer, marketplace: str) -> int:
    return offer.units_since(marketplace, now() - THIRTY_DAYS)


def _stats(offer: Offer, marketplace: str) -> Json:
    if simulation().world.of(Switches).statistics_are_zero(now()):
        return {"watchersCount": 0, "visitsCount": 0}
    statistics = offer.statistics[marketplace]
    return {"watchersCount": statistics.watchers, "visitsCount": statistics.visits}


def row_document(row: Listed) -> Json:
    """Return one entry of `offers` in the answer of GET /sale/offers; a draft lacks what it has not got yet."""
    offer, document = row.offer, row.offer.document
    known: Json = {"name": offer.title or None, "category": document.get("category")}
    known["primaryImage"] = {"url": offer.primary_image} if offer.primary_image else None
    return {
        "id": offer.id,
        **{key: value for key, value in known.items() if value},
        "sellingMode": _selling_mode(row),
        "saleInfo": {"currentPrice": None, "biddersCount": 0},
        "stock": {"available": row.stock, "sold": _sold(offer, BASE_MARKETPLACE)},
        "stats": _stats(offer, BASE_MARKETPLACE),
        "publication": _publication(document["publication"], row.status),
        "afterSalesServices": document.get("afterSalesServices"),
        "additionalServices": document.get("additionalServices"),
        "external": document.get("external"),
        "delivery": {"shippingRates": _shipping_rates(offer)},
        "b2b": document.get("b2b"),
        "fundraisingCampaign": document.get("fundraisingCampaign"),
        "isFulfillment": False,
        "additionalMarketplaces": {
            marketplace: _additional(row, marketplace) for marketplace in row.prices if marketplace != BASE_MARKETPLACE
        },
    }


def _selling_mode(row: Listed) -> Json:
    return {
        "format": "BUY_NOW",
        "price": row.prices.get(BASE_MARKETPLACE),
        "priceAutomation": price_rules.row_value(simulation().world, row.offer, BASE_MARKETPLACE),
        "minimalPrice": None,
        "startingPrice": None,
    }


def _publication(publication: Json, status: str) -> Json:
    return {
        "status": status,
        "startingAt": publication.get("startingAt"),
        "startedAt": publication.get("startedAt"),
        "endingAt": None if status == "ENDED" else publication.get("endingAt"),
        "endedAt": publication.get("endingAt") if status == "ENDED" else None,
        "marketplaces": publication["marketplaces"],
    }


def _additional(row: Listed, marketplace: str) -> Json:
    return {
        "publication": {"state": _state(row.offer, marketplace)},
        "sellingMode": {
            "price": row.prices[marketplace],
            "priceAutomation": price_rules.row_value(simulation().world, row.offer, marketplace),
        },
        "stats": _stats(row.offer, marketplace),
        "stock": {"sold": _sold(row.offer, marketplace)},
    }


def _state(offer: Offer, marketplace: str) -> str:
    """Return whether Allegro shows the offer on an additional marketplace."""
    part = offer.document["additionalMarketplaces"].get(marketplace) or {}
    return str((part.get("publication") or {}).get("state", "APPROVED"))
