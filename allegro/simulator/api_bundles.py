"""Bundles over HTTP: /sale/flexible-bundles, and /sale/bundles, which is deprecated and cannot create any more."""

from flask import Blueprint, Response, request

from allegro.simulator.answers import ApiError, account_id, answer, simulation
from allegro.simulator.bundle_deeds import (
    CHANGE_BUNDLE,
    CREATE_BUNDLE,
    DELETE_BUNDLE,
    DELETE_OLD_BUNDLE,
    DISCOUNT_OLD_BUNDLE,
)
from allegro.simulator.bundles import Bundles, Kind, page_of
from allegro.simulator.documents import Json
from allegro.simulator.gate import api
from allegro.simulator.parameters import sent, whole_number

blueprint = Blueprint("bundles", __name__)
READ = "allegro:api:sale:offers:read"
WRITE = "allegro:api:sale:offers:write"


@blueprint.get("/sale/flexible-bundles")
@api(READ)
def flexible_list() -> Response:
    """Answer a page of the seller's flexible bundles; `page.id` is the `nextPage.id` of the page before."""
    page, more = _page(_bundles().flexible, whole_number("limit", 20, 1, 1_000))
    return answer({"bundles": [_bundles().flexible_row(bundle) for bundle in page], **more})


@blueprint.post("/sale/flexible-bundles")
@api(WRITE)
def create() -> Response:
    """Create a flexible bundle."""
    return answer(_bundles().flexible_document(simulation().do(CREATE_BUNDLE, account_id(), sent())), 201)


@blueprint.get("/sale/flexible-bundles/<bundle_id>")
@api(READ)
def one_flexible(bundle_id: str) -> Response:
    """Answer a flexible bundle with each offer's availability on each marketplace."""
    return answer(_bundles().flexible_document(_own(_bundles().flexible, bundle_id)))


@blueprint.put("/sale/flexible-bundles/<bundle_id>")
@api(WRITE)
def change(bundle_id: str) -> Response:
    """Replace slots and discount of a flexible bundle."""
    bundle = _own(_bundles().flexible, bundle_id)
    return answer(_bundles().flexible_document(simulation().do(CHANGE_BUNDLE, bundle.id, sent())))


@blueprint.delete("/sale/flexible-bundles/<bundle_id>")
@api(WRITE)
def delete(bundle_id: str) -> Response:
    """Delete a flexible bundle."""
    simulation().do(DELETE_BUNDLE, _own(_bundles().flexible, bundle_id).id, {})
    return Response(status=204)


@blueprint.get("/sale/bundles")
@api(READ)
def old_list() -> Response:
    """Answer a page of the seller's bundles of the old kind."""
    page, more = _page(_bundles().old, whole_number("limit", 50, 1, 5_000))
    return answer({"bundles": [_bundles().old_document(bundle) for bundle in page], **more})


@blueprint.get("/sale/bundles/<bundle_id>")
@api(READ)
def one_old(bundle_id: str) -> Response:
    """Answer a bundle of the old kind."""
    return answer(_bundles().old_document(_own(_bundles().old, bundle_id)))


@blueprint.delete("/sale/bundles/<bundle_id>")
@api(WRITE)
def delete_old(bundle_id: str) -> Response:
    """Delete a bundle of the old kind."""
    simulation().do(DELETE_OLD_BUNDLE, _own(_bundles().old, bundle_id).id, {})
    return Response(status=204)


@blueprint.put("/sale/bundles/<bundle_id>/discount")
@api(WRITE)
def discount_old(bundle_id: str) -> Response:
    """Replace the discounts of a bundle of the old kind."""
    bundle = _own(_bundles().old, bundle_id)
    return answer(_bundles().old_document(simulation().do(DISCOUNT_OLD_BUNDLE, bundle.id, sent())))


def _bundles() -> Bundles:
    return simulation().world.of(Bundles)


def _page(bundles: dict[str, Kind], limit: int) -> tuple[list[Kind], Json]:
    """Return a page and the `nextPage` that goes with it, which the last page lacks."""
    try:
        page, cursor = page_of(bundles, account_id(), request.args.get("offer.id"), request.args.get("page.id"), limit)
    except ValueError as error:
        raise ApiError(400, "ConstraintViolationException", str(error), "page.id") from error
    return page, {"nextPage": {"id": cursor}} if cursor else {}


def _own(bundles: dict[str, Kind], bundle_id: str) -> Kind:
    found = bundles.get(bundle_id)
    if found is None or found.deleted or found.seller_id != account_id():
        raise ApiError(404, "BundleNotFoundException", f"Bundle {bundle_id} not found")
    return found
