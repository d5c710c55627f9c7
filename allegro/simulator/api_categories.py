"""Categories in the API: the tree, its parameters, events and planned changes, what offers lack, and products."""

from flask import Blueprint, Response, request

from allegro.simulator.answers import ApiError, account_id, answer, now, simulation
from allegro.simulator.categories import (
    EVENT_TYPES,
    PLANNED,
    REQUIRED,
    ROOT,
    Categories,
    Category,
    Requirement,
    category_event_document,
)
from allegro.simulator.category_parameters import parameters_of
from allegro.simulator.documents import Json
from allegro.simulator.gate import ANY_TOKEN, api
from allegro.simulator.instants import iso_millis
from allegro.simulator.journal import offer_event_position
from allegro.simulator.offer import Offer
from allegro.simulator.parameters import chosen, instant, listed, whole_number
from allegro.simulator.product_documents import product_document
from allegro.simulator.products import Products

blueprint = Blueprint("categories", __name__)
READ = "allegro:api:sale:offers:read"


def _categories() -> Categories:
    return simulation().world.of(Categories)


def _category(key: str) -> Category:
    found = _categories().tree.get(key)
    if found is None:
        raise ApiError(404, "CategoryNotFoundException", f"Category {key} not found")
    return found


@blueprint.get("/sale/categories")
@api(ANY_TOKEN)
def categories() -> Response:
    """Answer the categories below `parent.id`, the main ones by default."""
    parent = request.args.get("parent.id") or ROOT
    if parent != ROOT:
        _category(parent)
    found = _categories().children(parent)
    return answer({"categories": [_categories().document(category) for category in found]})


@blueprint.get("/sale/categories/<key>")
@api(ANY_TOKEN)
def category(key: str) -> Response:
    """Answer one category."""
    return answer(_categories().document(_category(key)))


@blueprint.get("/sale/categories/<key>/parameters")
@api(ANY_TOKEN)
def category_parameters(key: str) -> Response:
    """Answer the parameters of one category."""
    return answer({"parameters": parameters_of(simulation().world, _category(key), now())})


@blueprint.get("/sale/category-events")
@api(ANY_TOKEN)
def category_events() -> Response:
    """Answer the changes of the tree after `from` (exclusive) of the last three months, oldest first."""
    limit, types, cursor = whole_number("limit", 100, 1, 1000), listed("type", EVENT_TYPES), request.args.get("from")
    if cursor and len(cursor) > 256:
        raise ApiError(400, "ConstraintViolationException", "from is longer than 256 characters", "from")
    events = _categories().journal.visible(offer_event_position(cursor), now())
    found = [event for event in events if not types or event.type in types][:limit]
    return answer({"events": [category_event_document(event) for event in found]})


@blueprint.get("/sale/category-parameters-scheduled-changes")
@api(ANY_TOKEN)
def scheduled_changes() -> Response:
    """Answer the requirements that categories plan, the first to take effect first."""
    limit, offset = whole_number("limit", 100, 1, 1000), whole_number("offset", 0, 0, 9_999_999)
    listed("type", ("REQUIREMENT_CHANGE",))
    planned = _categories().scheduled(now())
    found = [row for row in planned if _between("scheduledFor", row.required_from)]
    found = [row for row in found if _between("scheduledAt", row.scheduled_at)]
    page = sorted(found, key=lambda row: row.required_from)[offset : offset + limit]
    return answer({"scheduledChanges": [_scheduled_change(row) for row in page]})


def _between(name: str, moment: int) -> bool:
    first, last = instant(f"{name}.gte"), instant(f"{name}.lte")
    return (first is None or moment >= first) and (last is None or moment <= last)


def _scheduled_change(row: Requirement) -> Json:
    return {
        "type": "REQUIREMENT_CHANGE",
        "scheduledAt": iso_millis(row.scheduled_at),
        "scheduledFor": iso_millis(row.required_from),
        "category": {"id": row.category},
        "parameter": {"id": row.parameter},
    }


@blueprint.get("/sale/offers/unfilled-parameters")
@api(READ)
def unfilled_parameters() -> Response:
    """Answer the seller's offers that lack a parameter which is required, or will be, paged by limit and offset."""
    limit, offset = whole_number("limit", 100, 1, 1000), whole_number("offset", 0, 0, 9_999_999)
    ids, kind = listed("offer.id"), chosen("parameterType", ("", REQUIRED, PLANNED), "")
    offers = [offer for offer in simulation().world.offers_of(account_id()) if not ids or offer.id in ids]
    found = [row for offer in offers if (row := _unfilled_row(offer, kind))["parameters"]]
    page = found[offset : offset + limit]
    return answer({"offers": page, "count": len(page), "totalCount": len(found)})


def _unfilled_row(offer: Offer, kind: str) -> Json:
    lacking = _categories().unfilled(offer, now())
    parameters = [{"id": key} for key, found in lacking.items() if kind in {"", found}]
    return {"id": offer.id, "parameters": parameters, "category": offer.document.get("category")}


@blueprint.get("/sale/products/<product_id>")
@api(READ)
def product(product_id: str) -> Response:
    """Answer a product of the catalogue."""
    world = simulation().world
    found = world.of(Products).find(product_id)
    if found is None or found.id != product_id:  # a GTIN finds products elsewhere, but not here
        raise ApiError(404, "ProductNotFoundException", f"Product {product_id} not found")
    return answer(product_document(world, found))
