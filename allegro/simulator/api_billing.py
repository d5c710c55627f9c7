"""Billing over the API: the entries of one marketplace's account, newest first, and the dictionary of their types."""

from flask import Blueprint, Response, request

from allegro.simulator.answers import ApiError, account_id, answer, now, simulation
from allegro.simulator.billing import LANGUAGES, TYPES, BillingEntry, entry_document, type_name
from allegro.simulator.books import Books
from allegro.simulator.catalogue import BASE_MARKETPLACE
from allegro.simulator.gate import api
from allegro.simulator.instants import MILLISECOND
from allegro.simulator.parameters import instant, listed, uuid_text, whole_number

blueprint = Blueprint("billing", __name__)
READ = "allegro:api:billing:read"
ANY_TOKEN = ""
DEEPEST = 10_000  # of the offset; entries beyond are reached by narrower times (allegro-api issue 12716)


@blueprint.get("/billing/billing-entries")
@api(READ)
def billing_entries() -> Response:
    """Answer a page of the entries on one marketplace, by default the one of registration; there is no total."""
    limit, offset = whole_number("limit", 100, 1, 100, 422), whole_number("offset", 0, 0, DEEPEST, 422)
    found = _filtered()[::-1][offset : offset + limit]
    language = _language()
    return answer({"billingEntries": [entry_document(entry, now(), language) for entry in found]})


def _filtered() -> list[BillingEntry]:
    since, until = instant("occurredAt.gte"), instant("occurredAt.lte")
    if since is not None and until is not None and since > until:
        raise ApiError(422, "ConstraintViolationException", "occurredAt.gte is later than occurredAt.lte", "occurredAt")
    # The business marketplace of a country has no billing of its own.
    marketplace = request.args.get("marketplaceId", BASE_MARKETPLACE).replace("allegro-business-", "allegro-")
    types, offer_id, order_id = listed("type.id"), request.args.get("offer.id"), uuid_text("order.id")
    return [
        entry
        for entry in simulation().world.of(Books).settle().entries[account_id()]
        if entry.marketplace == marketplace
        and (since is None or entry.at >= since)
        and (until is None or entry.at < until + MILLISECOND)
        and (not types or entry.type in types)
        and (not offer_id or entry.offer_id == offer_id)
        and (not order_id or entry.order_id == order_id)
    ]


def _language() -> str:
    return request.accept_languages.best_match(LANGUAGES) or LANGUAGES[0]


@blueprint.get("/billing/billing-types")
@api(ANY_TOKEN)
def billing_types() -> Response:
    """Answer all types as a bare array, their names in the language asked for (allegro-api issue 3298)."""
    language = _language()
    return answer([{"id": kind, "description": type_name(kind, language)} for kind in TYPES])
