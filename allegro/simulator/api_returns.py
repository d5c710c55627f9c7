"""Customer returns over the API: a list, oldest first, and one by id. A beta resource with a media type of its own."""

from collections.abc import Callable
from functools import partial

from flask import Blueprint, Response, request

from allegro.simulator.answers import BETA, ApiError, account_id, answer, now, simulation
from allegro.simulator.books import Books
from allegro.simulator.gate import api
from allegro.simulator.instants import MILLISECOND, parse_instant
from allegro.simulator.parameters import listed, whole_number
from allegro.simulator.returns import STATUSES, CustomerReturn, return_document

blueprint = Blueprint("returns", __name__)
READ = "allegro:api:orders:read"
_MATCHES: dict[str, Callable[[CustomerReturn], set[str]]] = {
    "customerReturnId": lambda found: {found.id},
    "orderId": lambda found: {found.order.id},
    "buyer.email": lambda found: {found.order.buyer.email},
    "buyer.login": lambda found: {found.order.buyer.login},
    "items.offerId": lambda found: {item.line.offer_id for item in found.items},
    "items.name": lambda found: {item.line.title for item in found.items},
    "parcels.waybill": lambda found: {found.waybill},
    "parcels.carrierId": lambda found: {found.carrier},
    "parcels.sender.phoneNumber": lambda found: {found.order.buyer.phone},
    "referenceNumber": lambda found: {found.reference},
    "marketplaceId": lambda found: {found.order.marketplace},
}


def _declared() -> list[CustomerReturn]:
    """Return the seller's returns up to now, oldest first."""
    return simulation().world.of(Books).settle().returns[account_id()]


@blueprint.get("/order/customer-returns")
@api(READ, BETA)
def customer_returns() -> Response:
    """Answer the returns that match every filter; `count` is the number of all of them, whatever the page.

    `from` is exclusive and names the last return seen; an id that is none starts from the oldest.
    """
    limit, offset = whole_number("limit", 100, 1, 1000), whole_number("offset", 0, 0, 10**9)
    filters = _filters()
    found = [row for row in _after(request.args.get("from")) if all(fits(row) for fits in filters)]
    page = [return_document(row, now()) for row in found[offset : offset + limit]]
    return answer({"count": len(found), "customerReturns": page})


def _after(last_seen: str | None) -> list[CustomerReturn]:
    rows = _declared()
    place = next((index for index, row in enumerate(rows) if row.id == last_seen), -1)
    return rows[place + 1 :]


def _filters() -> list[Callable[[CustomerReturn], bool]]:
    since, until = _instant("createdAt.gte"), _instant("createdAt.lte")
    filters: list[Callable[[CustomerReturn], bool]] = [
        lambda row: since is None or row.created_at >= since,
        lambda row: until is None or row.created_at < until + MILLISECOND,
    ]
    statuses = listed("status", STATUSES)
    if statuses:
        filters.append(lambda row: row.status(now()) in statuses)
    for name, values in _MATCHES.items():
        if wanted := listed(name):
            filters.append(partial(_matches, values, wanted))
    return filters


def _matches(values: Callable[[CustomerReturn], set[str]], wanted: list[str], row: CustomerReturn) -> bool:
    return not values(row).isdisjoint(wanted)


def _instant(name: str) -> int | None:
    """Return an instant parameter in microseconds UTC; raise ApiError 400, the only refusal this resource knows."""
    text = request.args.get(name)
    try:
        return parse_instant(text) if text else None
    except ValueError as error:
        raise ApiError(400, "BadRequest", f"{name}: {error}", name) from error


@blueprint.get("/order/customer-returns/<return_id>")
@api(READ, BETA)
def customer_return(return_id: str) -> Response:
    """Answer one return; 404 for an id that is nobody's or another seller's."""
    row = next((row for row in _declared() if row.id == return_id), None)
    if row is None:
        raise ApiError(404, "CustomerReturnNotFound", f"Customer return {return_id} not found")
    return answer(return_document(row, now()))
