"""The order side of the API: the order journal, its newest event, and checkout forms."""

from collections.abc import Callable
from uuid import UUID

from flask import Blueprint, Response, request

from allegro.simulator.answers import ApiError, account_id, answer, now, simulation
from allegro.simulator.gate import api
from allegro.simulator.instants import DAY, MILLISECOND, iso_millis
from allegro.simulator.journal import ORDER_EVENT_TYPES, order_event_position
from allegro.simulator.orders import Order, checkout_form, event_document
from allegro.simulator.parameters import chosen, instant, listed, whole_number

blueprint = Blueprint("orders", __name__)
READ = "allegro:api:orders:read"
DEEPEST = 10_000  # offset + limit (allegro-api issue 3500)
HISTORY = 365 * DAY  # allegro-api issue 9729
_SORTS = ("-lineItems.boughtAt", "lineItems.boughtAt", "-updatedAt", "updatedAt")
_MATCHES: dict[str, Callable[[Order], list[str]]] = {
    "fulfillment.status": lambda order: [order.fulfillment],
    "fulfillment.provider.id": lambda order: ["SELLER"],
    "fulfillment.shipmentSummary.lineItemsSent": lambda order: [order.lines_sent],
    "payment.id": lambda order: [order.payment_id],
    "surcharges.id": lambda order: [surcharge.id for surcharge in order.surcharges],
    "delivery.method.id": lambda order: [order.method[0]],
    "buyer.login": lambda order: [order.buyer.login],
    "marketplace.id": lambda order: [order.marketplace],
}
_STATUSES = ("BOUGHT", "FILLED_IN", "READY_FOR_PROCESSING", "CANCELLED")


@blueprint.get("/order/events")
@api(READ)
def order_events() -> Response:
    """Answer the order journal: events after `from` (exclusive) of the last 60 days, oldest first."""
    limit = whole_number("limit", 100, 1, 1000, 422)
    types = listed("type", ORDER_EVENT_TYPES)
    position = order_event_position(request.args.get("from"))
    events = simulation().world.order_journals[account_id()].visible(position, now())
    chosen_events = [event for event in events if not types or event.type in types][:limit]
    return answer({"events": [event_document(event) for event in chosen_events]})


@blueprint.get("/order/event-stats")
@api(READ)
def order_event_stats() -> Response:
    """Answer the newest order event's id and instant."""
    events = simulation().world.order_journals[account_id()].visible(0, now())
    if not events:
        return answer({"latestEvent": None})
    newest = events[-1]
    return answer({"latestEvent": {"id": str(newest.published_at), "occurredAt": iso_millis(newest.occurred_at)}})


@blueprint.get("/order/checkout-forms")
@api(READ)
def checkout_forms() -> Response:
    """Answer the seller's orders, filtered and sorted, paged by limit (at most 100) and offset."""
    limit, offset = whole_number("limit", 100, 1, 100, 422), whole_number("offset", 0, 0, 10**9, 422)
    if offset + limit > DEEPEST:
        raise ApiError(422, "ConstraintViolationException", "offset + limit must not exceed 10000", "offset")
    found = _sorted(_filtered(), chosen("sort", _SORTS, _SORTS[0]))
    page = found[offset : offset + limit]
    body = {"checkoutForms": [checkout_form(order) for order in page], "count": len(page), "totalCount": len(found)}
    return answer(body)


def _filtered() -> list[Order]:
    since, until = instant("lineItems.boughtAt.gte"), instant("lineItems.boughtAt.lte")
    updated_since, updated_until = instant("updatedAt.gte"), instant("updatedAt.lte")
    status = chosen("status", ("", *_STATUSES), "")
    wishes = [(values, request.args[name]) for name, values in _MATCHES.items() if request.args.get(name)]
    # Answers show milliseconds, so the last one counts whole; what was bought at this very instant counts too.
    before = now() + 1 if until is None else until + MILLISECOND
    orders = simulation().world.orders_between(since or now() - HISTORY, before)
    return [
        order
        for order in orders
        if order.seller_id == account_id()
        and (not status or order.status == status)
        and (updated_since is None or order.updated_at >= updated_since)
        and (updated_until is None or order.updated_at < updated_until + MILLISECOND)
        and all(wanted in values(order) for values, wanted in wishes)
    ]


def _sorted(orders: list[Order], order: str) -> list[Order]:
    if order.endswith("boughtAt"):
        return orders[::-1] if order.startswith("-") else orders
    return sorted(orders, key=lambda found: found.updated_at, reverse=order.startswith("-"))


@blueprint.get("/order/checkout-forms/<order_id>")
@api(READ)
def checkout_form_by_id(order_id: str) -> Response:
    """Answer one order; 422 for an id that is no UUID, 404 for one that is nobody's or another seller's."""
    try:
        UUID(order_id)
    except ValueError:
        raise ApiError(422, "ConstraintViolationException", f"{order_id} is not a UUID", "id") from None
    order = simulation().world.orders.get(order_id)
    if order is None or order.seller_id != account_id():
        raise ApiError(404, "CHECKOUT_FORM_NOT_FOUND", f"Checkout form {order_id} not found")
    return answer(checkout_form(order))
