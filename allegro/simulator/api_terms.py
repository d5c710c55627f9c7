"""The terms of sale in the API: delivery price lists, methods and settings, and after-sales service conditions."""

from flask import Blueprint, Response, request

from allegro.simulator.after_sales import AFTER_SALES_CONDITION, KINDS, RETURN_POLICIES, AfterSalesTerms
from allegro.simulator.answers import ApiError, account_id, answer, simulation
from allegro.simulator.catalogue import BASE_MARKETPLACE, CURRENCIES
from allegro.simulator.delivery_methods import DELIVERY_METHODS
from allegro.simulator.delivery_terms import (
    DELIVERY_SETTINGS,
    SHIPPING_RATES_SET,
    DeliveryTerms,
    marketplaces_of,
)
from allegro.simulator.documents import Json
from allegro.simulator.gate import ANY_TOKEN, api
from allegro.simulator.parameters import sent, whole_number
from allegro.simulator.terms import Versions

blueprint = Blueprint("terms", __name__)
READ = "allegro:api:sale:settings:read"
WRITE = "allegro:api:sale:settings:write"
_FEATURES = {"managedByAllegro": False, "isFulfillment": False}
_CONDITIONS = "/after-sales-service-conditions/<any('return-policies', 'warranties', 'implied-warranties'):kind>"


def _terms() -> DeliveryTerms:
    return simulation().world.of(DeliveryTerms)


@blueprint.get("/sale/shipping-rates")
@api(READ)
def shipping_rates_list() -> Response:
    """Answer the seller's delivery price lists, optionally those that qualify for one marketplace."""
    wanted = request.args.get("marketplace")
    rows = [_rates_row(versions.present) for versions in _terms().rates[account_id()].values()]
    found = [row for row in rows if not wanted or {"id": wanted} in row["marketplaces"]]
    return answer({"shippingRates": found})


def _rates_row(rates: Json) -> Json:
    marketplaces = [{"id": marketplace} for marketplace in marketplaces_of(rates)]
    return {"id": rates["id"], "name": rates["name"], "features": _FEATURES, "marketplaces": marketplaces}


@blueprint.post("/sale/shipping-rates")
@api(WRITE)
def make_shipping_rates() -> Response:
    """Make a delivery price list and answer it."""
    body = {"seller": account_id(), "set": sent()}
    return answer(simulation().do(SHIPPING_RATES_SET, "", body), 201)


def _own_rates(key: str) -> Versions:
    versions = _terms().set_of(account_id(), key)
    if versions is None:
        raise ApiError(404, "ShippingRatesNotFoundException", f"Shipping rates {key} not found")
    return versions


@blueprint.get("/sale/shipping-rates/<key>")
@api(READ)
def shipping_rates(key: str) -> Response:
    """Answer one delivery price list."""
    return answer({**_own_rates(key).present, "features": _FEATURES})


@blueprint.put("/sale/shipping-rates/<key>")
@api(WRITE)
def replace_shipping_rates(key: str) -> Response:
    """Replace a delivery price list and answer it."""
    _own_rates(key)
    return answer(simulation().do(SHIPPING_RATES_SET, key, {"seller": account_id(), "set": sent()}))


@blueprint.get("/sale/delivery-methods")
@api(ANY_TOKEN)
def delivery_methods() -> Response:
    """Answer the dictionary of delivery methods, optionally those of one marketplace."""
    wanted = request.args.get("marketplace")
    rows = [method.document() for method in DELIVERY_METHODS.values() if not wanted or method.marketplace == wanted]
    return answer({"deliveryMethods": rows})


@blueprint.get("/sale/delivery-settings")
@api(READ)
def delivery_settings() -> Response:
    """Answer the seller's delivery settings on one marketplace, the base one by default."""
    marketplace = request.args.get("marketplace.id") or BASE_MARKETPLACE
    if marketplace not in CURRENCIES:
        raise ApiError(422, "UnsupportedMarketplace", f"Marketplace {marketplace} is not supported", "marketplace.id")
    return answer(_terms().settings_of(account_id(), marketplace))


@blueprint.put("/sale/delivery-settings")
@api(WRITE)
def replace_delivery_settings() -> Response:
    """Replace the seller's delivery settings on one marketplace and answer them."""
    return answer(simulation().do(DELIVERY_SETTINGS, "", {"seller": account_id(), "settings": sent()}))


@blueprint.get(_CONDITIONS)
@api(READ)
def conditions(kind: str) -> Response:
    """Answer the seller's conditions of a kind, paged; warranties of both sorts with id and name only."""
    limit, offset = whole_number("limit", 60, 1, 60), whole_number("offset", 0, 0, 59)
    found = simulation().world.of(AfterSalesTerms).conditions[kind][account_id()].values()
    page = [_condition_row(kind, versions.present) for versions in list(found)[offset : offset + limit]]
    return answer({"count": len(page), KINDS[kind].listed_as: page})


def _condition_row(kind: str, condition: Json) -> Json:
    return condition if kind == RETURN_POLICIES else {"id": condition["id"], "name": condition["name"]}


@blueprint.post(_CONDITIONS)
@api(WRITE)
def make_condition(kind: str) -> Response:
    """Make a condition and answer it."""
    body = {"seller": account_id(), "kind": kind, "condition": sent()}
    return answer(simulation().do(AFTER_SALES_CONDITION, "", body), 201)


def _own_condition(kind: str, key: str) -> Versions:
    versions = simulation().world.of(AfterSalesTerms).condition_of(kind, account_id(), key)
    if versions is None:
        raise ApiError(404, "NotFoundException", f"Condition {key} not found")
    return versions


@blueprint.get(f"{_CONDITIONS}/<key>")
@api(READ)
def condition(kind: str, key: str) -> Response:
    """Answer one condition."""
    return answer(_own_condition(kind, key).present)


@blueprint.put(f"{_CONDITIONS}/<key>")
@api(WRITE)
def replace_condition(kind: str, key: str) -> Response:
    """Replace a condition and answer it."""
    _own_condition(kind, key)
    body = {"seller": account_id(), "kind": kind, "condition": sent()}
    return answer(simulation().do(AFTER_SALES_CONDITION, key, body))
