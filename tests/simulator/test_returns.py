"""Customer returns: which orders come back, their way through the statuses, their filters and their refusals."""

from collections import Counter
from typing import Any

import pytest
import requests

from allegro.simulator.answers import BETA, PUBLIC
from allegro.simulator.books import Books
from allegro.simulator.genesis import new_world
from allegro.simulator.instants import DAY, HOUR, parse_instant
from allegro.simulator.returns import STATUSES, return_document
from allegro.simulator.wallets import operation_document
from allegro.simulator.world import World
from tests.simulator.conftest import COFFEE, GARDEN, START, Application

WAY = ["CREATED", "DISPATCHED", "IN_TRANSIT", "DELIVERED", "FINISHED", "COMMISSION_REFUND_CLAIMED"]


@pytest.fixture
def returns(stranger: Application) -> Application:
    """An application that reads beta resources as the coffee seller."""
    stranger.connect()
    stranger.session.headers["Accept"] = BETA
    return stranger


def get(returns: Application, **query: Any) -> requests.Response:
    return returns.get("/order/customer-returns", **query)


def found(returns: Application, **query: Any) -> list[dict[str, Any]]:
    return list(returns.read("/order/customer-returns", **query)["customerReturns"])


def test_returns_want_the_beta_media_type(returns: Application) -> None:
    returns.session.headers["Accept"] = PUBLIC
    assert get(returns).status_code == 406
    returns.session.headers["Accept"] = BETA
    assert get(returns).headers["Content-Type"].startswith(BETA)


def test_returns_come_oldest_first_and_page(returns: Application) -> None:
    answer = returns.read("/order/customer-returns", limit=1000)
    rows = answer["customerReturns"]
    assert answer["count"] == len(rows) > 10
    assert [row["createdAt"] for row in rows] == sorted(row["createdAt"] for row in rows)
    assert found(returns, limit=3, offset=2) == rows[2:5]
    assert returns.read("/order/customer-returns", limit=3)["count"] == len(rows)
    assert found(returns, limit=4, **{"from": rows[2]["id"]}) == rows[3:7]
    assert found(returns, **{"from": rows[-1]["id"]}) == []


def test_returns_are_filtered(returns: Application) -> None:
    rows = found(returns, limit=1000)
    third = rows[2]
    for name, value in (
        ("customerReturnId", third["id"]),
        ("orderId", third["orderId"]),
        ("createdAt__lte", rows[0]["createdAt"]),
    ):
        assert found(returns, **{name: value}) == [third if "created" not in name else rows[0]]
    assert found(returns, createdAt__gte=third["createdAt"], limit=1000) == rows[2:]
    offer_id = third["items"][0]["offerId"]
    by_offer = found(returns, items__offerId=offer_id, limit=1000)
    assert by_offer == [row for row in rows if offer_id in {item["offerId"] for item in row["items"]}]
    status = third["status"]
    assert found(returns, status=status, limit=1000) == [row for row in rows if row["status"] == status]
    assert found(returns, marketplaceId="allegro-hu") == []


def test_returns_refuse_what_allegro_refuses(returns: Application) -> None:
    assert get(returns, limit=1001).status_code == 400
    assert get(returns, offset=-1).status_code == 400
    assert get(returns, createdAt__gte="yesterday").status_code == 400
    assert get(returns, status="LOST").status_code == 400
    assert returns.get("/order/customer-returns/29738e61-7f6a-11e8-ac45-09db60ede9d6").status_code == 404


def test_one_return_is_seen_by_its_seller_only(returns: Application) -> None:
    row = found(returns, limit=1)[0]
    assert returns.read(f"/order/customer-returns/{row['id']}") == row
    returns.connect(GARDEN)
    assert returns.get(f"/order/customer-returns/{row['id']}").status_code == 404
    assert row["id"] not in {other["id"] for other in found(returns, limit=1000)}


def test_returns_follow_delivered_orders_and_leave_them_as_they_are(returns: Application) -> None:
    rows = found(returns, limit=1000)
    returns.session.headers["Accept"] = PUBLIC
    for row in rows[:8]:
        form = returns.read(f"/order/checkout-forms/{row['orderId']}")
        assert (form["status"], form["fulfillment"]["status"]) == ("READY_FOR_PROCESSING", "PICKED_UP")
        bought = {line["offer"]["id"]: line["quantity"] for line in form["lineItems"]}
        assert all(0 < item["quantity"] <= bought[item["offerId"]] for item in row["items"])
        assert row["createdAt"] > form["updatedAt"]
        assert row["buyer"]["login"] == form["buyer"]["login"]


@pytest.fixture(scope="module")
def lived() -> World:
    """A world six weeks on."""
    world = new_world(7, parse_instant(START))
    world.advance(parse_instant(START) + 42 * DAY)
    return world


def documents(world: World) -> list[dict[str, Any]]:
    books = world.of(Books).settle()
    return [return_document(row, world.now) for rows in books.returns.values() for row in rows]


def test_returns_go_their_way_in_virtual_time(lived: World) -> None:
    rows = [row for rows in lived.of(Books).settle().returns.values() for row in rows]
    delivered = sum(order.delivered_at is not None for order in lived.orders.values())
    assert 0.02 < len(rows) / delivered < 0.07
    whole = next(row for row in rows if row.timeline[-1][1] == "COMMISSION_REFUNDED")
    assert [row for _, row in whole.timeline] == [*WAY, "COMMISSION_REFUNDED"]
    for at, status in whole.timeline:
        assert whole.status(at) == status
    reached = Counter(row["status"] for row in documents(lived))
    assert {"CREATED", "REJECTED", "FINISHED", "FINISHED_APT", "COMMISSION_REFUNDED"} <= set(reached) <= set(STATUSES)
    assert any(item.quantity < item.line.quantity for row in rows for item in row.items)


def test_returns_carry_personal_data(lived: World) -> None:
    rows = documents(lived)
    accounts = [row["refund"]["bankAccount"] for row in rows if "refund" in row]
    assert accounts
    assert all(account["iban"].startswith("PL00") and account["owner"] for account in accounts)
    assert any(row["parcels"] and row["parcels"][0]["sender"]["phoneNumber"] for row in rows)
    assert any(item["reason"]["userComment"] for row in rows for item in row["items"])
    rejected = [row for row in rows if row["status"] == "REJECTED"]
    assert all(row["rejection"]["code"] and row["rejection"]["createdAt"] > row["createdAt"] for row in rejected)
    assert all("rejection" not in row for row in rows if row["status"] != "REJECTED")


def test_refund_that_the_wallet_cannot_pay_is_cancelled_and_ordered_again(lived: World) -> None:
    refunds = [row for rows in lived.of(Books).settle().refunds.values() for row in rows]
    # A refund is ordered again after at most two days: what was cancelled later may still wait for it.
    ripe = lived.now - 2 * DAY
    failed = [row for row in refunds if row.status(lived.now) == "CANCELED" and row.history[-1][0] < ripe]
    assert failed
    for row in failed:
        again = [other for other in refunds if other.order is row.order and other.attempt == row.attempt + 1]
        assert [other.total for other in again] == [row.total]
        assert again[0].created_at > row.history[-1][0]


def test_books_do_not_depend_on_when_they_were_read() -> None:
    start = parse_instant(START)
    once, often = new_world(7, start, 12), new_world(7, start, 12)
    for at in range(start, start + 12 * DAY, 7 * HOUR):
        often.advance(at)
        often.of(Books).settle()
    for world in (once, often):
        world.advance(start + 12 * DAY)
    assert documents(once) == documents(often) != []
    ours, theirs = once.of(Books).settle(), often.of(Books).settle()
    for seller in (COFFEE, GARDEN):
        assert ours.entries[seller] == theirs.entries[seller]
        assert [operation_document(row) for row in ours.operations[seller]] == [
            operation_document(row) for row in theirs.operations[seller]
        ]
        assert [(row.id, row.history) for row in ours.refunds[seller]] == [
            (row.id, row.history) for row in theirs.refunds[seller]
        ]
