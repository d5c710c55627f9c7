"""Payments over the API: the operations on a seller's wallets, and the refunds he ordered. Newest first."""

from collections.abc import Callable

from flask import Blueprint, Response, request

from allegro.simulator.answers import ApiError, account_id, answer, now, simulation
from allegro.simulator.books import Books
from allegro.simulator.catalogue import BASE_MARKETPLACE, CZECH_MARKETPLACE
from allegro.simulator.gate import api
from allegro.simulator.instants import MILLISECOND
from allegro.simulator.parameters import chosen, instant, listed, uuid_text, whole_number
from allegro.simulator.refunds import FILTER_STATUSES, Refund, refund_document
from allegro.simulator.wallets import AVAILABLE, GROUPS, OPERATORS, WALLETS, Operation, operation_document

blueprint = Blueprint("payments", __name__)
READ = "allegro:api:payments:read"
MOST = 10_000  # operations a search may find
_MARKETPLACES = ("", BASE_MARKETPLACE, CZECH_MARKETPLACE)


@blueprint.get("/payments/payment-operations")
@api(READ)
def payment_operations() -> Response:
    """Answer a page of one wallet's operations; 422 for a search that finds more than 10,000."""
    limit, offset = whole_number("limit", 50, 1, 50, 422), whole_number("offset", 0, 0, MOST, 422)
    found = _operations()[::-1]
    if len(found) > MOST:
        raise ApiError(422, "SearchLimitExceeded", f"The search found more than {MOST} operations; narrow it.")
    page = [operation_document(operation) for operation in found[offset : offset + limit]]
    return answer({"paymentOperations": page, "count": len(page), "totalCount": len(found)})


def _operations() -> list[Operation]:
    wallet = chosen("wallet.type", WALLETS, AVAILABLE, 422)
    operator = chosen("wallet.paymentOperator", ("", *OPERATORS), "", 422)
    groups, marketplace = listed("group", GROUPS, 422), chosen("marketplaceId", _MARKETPLACES, "", 422)
    payment_id, login = uuid_text("payment.id"), request.args.get("participant.login")
    currency, within = request.args.get("currency"), _period()
    return [
        row
        for row in simulation().world.of(Books).settle().operations[account_id()]
        if row.wallet == wallet
        and within(row.at)
        and (not operator or row.operator == operator)
        and (not groups or row.group in groups)
        and (not marketplace or (row.order is not None and row.order.marketplace == marketplace))
        and (not payment_id or (row.order is not None and row.order.payment_id == payment_id))
        and (not login or (row.order is not None and row.order.buyer.login == login))
        and (not currency or row.currency == currency)
    ]


def _period() -> Callable[[int], bool]:
    """Return the test for occurredAt.gte and occurredAt.lte, whose millisecond counts whole."""
    since, until = instant("occurredAt.gte"), instant("occurredAt.lte")
    return lambda at: (since is None or at >= since) and (until is None or at < until + MILLISECOND)


@blueprint.get("/payments/refunds")
@api(READ)
def payment_refunds() -> Response:
    """Answer a page of the seller's refunds with their present statuses."""
    limit, offset = whole_number("limit", 50, 1, 100, 422), whole_number("offset", 0, 0, 10**9, 422)
    found = _refunds()[::-1]
    page = [refund_document(refund, now()) for refund in found[offset : offset + limit]]
    return answer({"refunds": page, "count": len(page), "totalCount": len(found)})


def _refunds() -> list[Refund]:
    refund_id, payment_id, order_id = uuid_text("id"), uuid_text("payment.id"), uuid_text("order.id")
    wanted = {status for name in listed("status", tuple(FILTER_STATUSES), 422) for status in FILTER_STATUSES[name]}
    within = _period()
    return [
        refund
        for refund in simulation().world.of(Books).settle().refunds[account_id()]
        if within(refund.created_at)
        and (not refund_id or refund.id == refund_id)
        and (not payment_id or refund.order.payment_id == payment_id)
        and (not order_id or refund.order.id == order_id)
        and (not wanted or refund.status(now()) in wanted)
    ]
