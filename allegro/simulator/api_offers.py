"""The offer side of the API: /me, the journal, the list, the full offer and its parts, and edits."""

from flask import Blueprint, Response, request

from allegro.simulator.accounts import Accounts
from allegro.simulator.answers import ApiError, account_id, answer, now, simulation
from allegro.simulator.catalogue import BASE_MARKETPLACE
from allegro.simulator.documents import Json
from allegro.simulator.editing import DRAFT
from allegro.simulator.edits import prices
from allegro.simulator.gate import api
from allegro.simulator.instants import SECOND, iso_millis
from allegro.simulator.journal import OFFER_EVENT_TYPES, JournalEvent, offer_event_document, offer_event_position
from allegro.simulator.offer import Offer
from allegro.simulator.offer_list import found_offers, row_document
from allegro.simulator.operations import CREATE, DELETE, PATCH, Operation, Operations, Taken
from allegro.simulator.parameters import listed, own_offer, sent, whole_number
from allegro.simulator.switches import Switches
from allegro.simulator.validation import problems

blueprint = Blueprint("offers", __name__)
READ = "allegro:api:sale:offers:read"
WRITE = "allegro:api:sale:offers:write"


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
            "email": simulation().world.of(Accounts).email(seller),
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
    return answer({"offerEvents": [_event(event) for event in chosen_events]})


def _event(event: JournalEvent) -> Json:
    document = offer_event_document(event)
    if simulation().world.of(Switches).null_keys:
        document["offer"] = {"publication": None, **document["offer"], "external": None}
    return document


@blueprint.get("/sale/offers")
@api(READ)
def offer_list() -> Response:
    """Answer the list of the seller's offers with statistics, filtered, sorted and paged by limit and offset."""
    limit, offset = whole_number("limit", 20, 1, 1000), whole_number("offset", 0, 0, 9_999_999)
    found = found_offers()
    page = found[offset : offset + limit]
    return answer({"offers": [row_document(row) for row in page], "count": len(page), "totalCount": len(found)})


def _full(offer: Offer) -> Json:
    """Return the full offer; only a draft may have errors (allegro-api issue 6980)."""
    publication = {key: value for key, value in offer.document["publication"].items() if key != "startedAt"}
    found = problems(offer.document) if offer.status == DRAFT else []
    errors = [problem.document() for problem in found]
    validation: Json = {"errors": errors, "warnings": [], "validatedAt": iso_millis(now())}
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
        parts["sellingMode"] = {"price": found.pop(BASE_MARKETPLACE, None)}
        parts["additionalMarketplaces"] = {key: {"sellingMode": {"price": value}} for key, value in found.items()}
    return answer(parts)


@blueprint.post("/sale/product-offers")
@api(WRITE)
def create_product_offer() -> Response:
    """Make an offer: 201 with the full offer, or 202 with the draft it is until its operation is done."""
    return _taken(simulation().do(CREATE, account_id(), sent()), 201)


@blueprint.patch("/sale/product-offers/<offer_id>")
@api(WRITE)
def edit_product_offer(offer_id: str) -> Response:
    """Apply an RFC 7396 merge patch: 200 with the full offer, or 202 with the offer as it is until that is done.

    409 while an earlier write of the offer is under way (allegro-api issue 9620).
    """
    offer, body = own_offer(offer_id), sent()
    if simulation().world.of(Operations).running(offer_id, now()):
        raise ApiError(409, "OfferConflictException", "The previous edition of the offer is still being processed.")
    return _taken(simulation().do(PATCH, offer.id, body), 200)


def _taken(taken: Taken, done: int) -> Response:
    if taken.operation is None:
        return answer(_full(taken.offer), done)
    return _accepted(taken.operation, _full(taken.offer))


def _accepted(operation: Operation, body: Json) -> Response:
    response = answer(body, 202)
    address = f"{request.host_url}sale/product-offers/{operation.offer_id}"
    response.headers["Location"] = f"{address}/operations/{operation.id}"
    response.headers["Retry-After"] = str(max(1, -(-(operation.done_at - now()) // SECOND)))
    return response


@blueprint.get("/sale/product-offers/<offer_id>/operations/<operation_id>")
@api(READ)
def product_offer_operation(offer_id: str, operation_id: str) -> Response:
    """Answer 202 while a write is under way, then 303 with the offer's address, or 422 if it came to nothing."""
    operation = simulation().world.of(Operations).by_id.get(operation_id)
    offer = own_offer(offer_id)
    if operation is None or operation.offer_id != offer.id:
        raise ApiError(404, "OperationNotFoundException", f"Operation {operation_id} not found")
    if operation.is_running(now()):
        started = iso_millis(operation.started_at)
        state = {"id": operation.id, "status": "IN_PROGRESS", "startedAt": started}
        return _accepted(operation, {"offer": {"id": offer.id}, "operation": state})
    if operation.refusal:
        raise operation.refusal
    response = answer({}, 303)
    response.headers["Location"] = f"{request.host_url}sale/product-offers/{offer.id}"
    return response


@blueprint.delete("/sale/offers/<offer_id>")
@api(WRITE)
def delete_offer(offer_id: str) -> Response:
    """Delete a draft; 400 for an offer that was ever on sale (allegro-api issue 12036)."""
    offer = own_offer(offer_id)
    if offer.status != DRAFT:
        raise ApiError(400, "CannotDeleteOfferException", "You can only remove the draft offer.")
    simulation().do(DELETE, offer.id, {})
    return Response(status=204)
