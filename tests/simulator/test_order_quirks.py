"""Oddities of orders and their money, on demand: what the official issue tracker reports."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from allegro.simulator import server
from allegro.simulator.answers import BETA
from allegro.simulator.server import RunningSimulator
from tests.simulator.conftest import COFFEE, SANTOS, START, Application

GRINDER = "15204893690"
Json = dict[str, Any]


@pytest.fixture
def seller(young: RunningSimulator) -> Iterator[Application]:
    """The coffee seller in a young world, with a token of the present instant."""
    application = Application(young.url)
    application.connect()
    yield application
    application.session.close()


def quirk(application: Application, kind: str, **body: Any) -> int:
    return application.control("/quirks", {"kind": kind, **body}).status_code


def special_order(application: Application, *lines: Json, **body: Any) -> Json:
    """Make an order and return its form."""
    rows = list(lines) or [{"offer_id": SANTOS}]
    assert quirk(application, "special_order", lines=rows, **body) == 200
    form: Json = application.read("/order/checkout-forms", limit=1)["checkoutForms"][0]
    return form


def form_of(application: Application, order_id: str) -> Json:
    return application.read(f"/order/checkout-forms/{order_id}")


def later(application: Application, **passed: int) -> None:
    """Move the clock on, and take a token that is good there."""
    now = datetime.fromisoformat(application.read("/_simulator/clock")["now"])
    application.move_clock((now + timedelta(**passed)).isoformat())
    application.connect()


def events(application: Application, order_id: str) -> list[Json]:
    """Return the journal's events of one order, in the journal's order."""
    rows: list[Json] = []
    cursor = "0"
    while page := application.read("/order/events", limit=1000, **{"from": cursor})["events"]:
        rows += page
        cursor = page[-1]["id"]
    return [row for row in rows if row["order"]["checkoutForm"]["id"] == order_id]


def kinds(application: Application, order_id: str) -> list[str]:
    return list(dict.fromkeys(row["type"] for row in events(application, order_id)))


def test_missing_ready_event_comes_hours_later(seller: Application) -> None:
    order_id = special_order(seller, until="FILLED_IN")["id"]
    later(seller, minutes=1)
    assert quirk(seller, "missing_ready", order_id=order_id, hours=5) == 200
    later(seller, minutes=5)
    assert form_of(seller, order_id)["status"] == "READY_FOR_PROCESSING"
    assert kinds(seller, order_id) == ["BOUGHT", "FILLED_IN"]
    later(seller, hours=5)
    ready = [row for row in events(seller, order_id) if row["type"] == "READY_FOR_PROCESSING"]
    assert [row["occurredAt"] for row in ready][:1] == [form_of(seller, order_id)["payment"]["finishedAt"]]
    assert quirk(seller, "missing_ready", order_id=order_id) == 422


def test_cancellation_comes_before_ready(seller: Application) -> None:
    order_id = special_order(seller, until="FILLED_IN")["id"]
    later(seller, minutes=1)
    assert quirk(seller, "cancel_before_ready", order_id=order_id, minutes=30) == 200
    later(seller, hours=1)
    assert kinds(seller, order_id) == ["BOUGHT", "FILLED_IN", "BUYER_CANCELLED", "READY_FOR_PROCESSING"]
    assert form_of(seller, order_id)["status"] == "CANCELLED"
    later(seller, days=5)
    assert form_of(seller, order_id)["status"] == "CANCELLED"
    refund = seller.read("/payments/refunds", order__id=order_id)["refunds"][0]
    assert (refund["reason"], refund["status"]) == ("CANCELLED_BY_BUYER", "SUCCESS")
    fees = seller.read("/billing/billing-entries", order__id=order_id)["billingEntries"]
    assert sum(Decimal(row["value"]["amount"]) for row in fees) == 0


def test_order_event_comes_again_under_other_ids(seller: Application) -> None:
    order_id = special_order(seller)["id"]
    assert quirk(seller, "duplicate_order_events", order_id=order_id, times=3) == 200
    later(seller, minutes=5)
    again = [row for row in events(seller, order_id) if row["type"] == "READY_FOR_PROCESSING"]
    assert len(again) >= 4
    assert len({row["id"] for row in again}) == len(again)
    assert len({(row["occurredAt"], row["order"]["checkoutForm"]["revision"]) for row in again}) == 1


def test_surcharge_makes_an_order_ready_again(seller: Application) -> None:
    form = special_order(seller)
    later(seller, minutes=10)
    assert quirk(seller, "surcharge", order_id=form["id"], amount="12.50") == 200
    later(seller, minutes=1)
    ready = [row for row in events(seller, form["id"]) if row["type"] == "READY_FOR_PROCESSING"]
    assert len({row["order"]["checkoutForm"]["revision"] for row in ready}) == 2
    paid = form_of(seller, form["id"])["surcharges"]
    assert [row["paidAmount"]["amount"] for row in paid] == ["12.50"]
    found = seller.read("/order/checkout-forms", surcharges__id=paid[0]["id"])["checkoutForms"]
    assert [row["id"] for row in found] == [form["id"]]
    operations = seller.read("/payments/payment-operations", payment__id=form["payment"]["id"])["paymentOperations"]
    assert operations[0]["type"] == "SURCHARGE"
    assert operations[0]["surcharge"]["id"] == paid[0]["id"]
    charged = seller.read("/billing/billing-entries", order__id=form["id"])["billingEntries"]
    assert [row["type"]["id"] for row in charged] == ["SUC"]


def test_silent_cancellation_does_not_move_updated_at(seller: Application) -> None:
    form = special_order(seller)
    later(seller, minutes=10)
    assert quirk(seller, "silent_cancellation", order_id=form["id"]) == 200
    cancelled = form_of(seller, form["id"])
    assert (cancelled["status"], cancelled["updatedAt"]) == ("CANCELLED", form["updatedAt"])
    assert cancelled["revision"] != form["revision"]
    assert cancelled["delivery"]["cancellation"]["date"] > form["updatedAt"]
    later(seller, minutes=5)
    assert kinds(seller, form["id"])[-1] == "BUYER_CANCELLED"


def test_incident_publishes_events_hours_late(seller: Application) -> None:
    assert quirk(seller, "journal_delay", journal="orders", seller=COFFEE, hours=4, lasting_hours=1) == 200
    late = special_order(seller)["id"]
    later(seller, hours=2)
    punctual = special_order(seller)["id"]
    later(seller, minutes=1)
    assert "BOUGHT" not in kinds(seller, late)
    assert "BOUGHT" in kinds(seller, punctual)
    later(seller, hours=3)
    bought = {row["type"]: row for row in events(seller, late)}["BOUGHT"]
    assert bought["id"] > events(seller, punctual)[0]["id"]
    assert bought["occurredAt"] < events(seller, punctual)[0]["occurredAt"]
    assert quirk(seller, "journal_delay", journal="stars", seller=COFFEE) == 422


def test_incident_of_the_offer_journal(seller: Application) -> None:
    assert quirk(seller, "journal_delay", journal="offers", seller=COFFEE, hours=2, lasting_hours=1) == 200
    cursor = seller.read("/sale/offer-events", limit=1000)["offerEvents"][-1]["id"]
    special_order(seller, {"offer_id": GRINDER})
    later(seller, minutes=1)
    assert seller.read("/sale/offer-events", **{"from": cursor})["offerEvents"] == []
    later(seller, hours=2)
    rows = seller.read("/sale/offer-events", **{"from": cursor}, limit=1000)["offerEvents"]
    assert ("OFFER_STOCK_CHANGED", GRINDER) in {(row["type"], row["offer"]["id"]) for row in rows}


def test_special_order_has_discounts_subsidies_and_deposits(seller: Application) -> None:
    first = {
        "offer_id": SANTOS,
        "quantity": 3,
        "price": "70.00",
        "original_price": "80.00",
        "discounts": ["COUPON", "LARGE_ORDER_DISCOUNT"],
        "deposit": "0.50",
    }
    second = {"offer_id": GRINDER, "price": "100.00", "reconciliation": {"value": "9.00", "type": "WALLET"}}
    form = special_order(seller, first, second)
    santos, grinder = form["lineItems"]
    assert [row["type"] for row in santos["discounts"]] == ["COUPON", "LARGE_ORDER_DISCOUNT"]
    assert (santos["originalPrice"]["amount"], santos["price"]["amount"]) == ("80.00", "70.00")
    assert santos["deposit"] == {"price": {"amount": "0.50", "currency": "PLN"}}
    assert grinder["reconciliation"] == {
        "value": {"amount": "9.00", "currency": "PLN"},
        "type": "WALLET",
        "quantity": 1,
    }
    assert grinder["originalPrice"] == grinder["price"]
    assert form["payment"]["reconciliation"]["amount"] == "9.00"
    total = Decimal("311.50") + Decimal(form["delivery"]["cost"]["amount"])
    assert Decimal(form["summary"]["totalToPay"]["amount"]) == total
    later(seller, minutes=1)
    query = {"payment__id": form["payment"]["id"]}
    operations = [
        *seller.read("/payments/payment-operations", **query)["paymentOperations"],
        *seller.read("/payments/payment-operations", wallet__type="WAITING", **query)["paymentOperations"],
    ]
    assert [Decimal(row["value"]["amount"]) for row in operations] == [total + 9]


def test_subsidy_by_billing_is_a_credit(seller: Application) -> None:
    form = special_order(seller, {"offer_id": SANTOS, "reconciliation": {"value": "4.20"}})
    assert form["payment"]["reconciliation"] is None
    later(seller, minutes=1)
    rows = seller.read("/billing/billing-entries", order__id=form["id"], type__id="PS1")["billingEntries"]
    assert [row["value"]["amount"] for row in rows] == ["4.20"]


def test_special_order_is_a_purchase_in_the_truth(seller: Application) -> None:
    stock = seller.read(f"/sale/product-offers/{SANTOS}")["stock"]["available"]
    form = special_order(seller, {"offer_id": SANTOS, "quantity": 2}, payment="CASH_ON_DELIVERY")
    assert seller.read(f"/sale/product-offers/{SANTOS}")["stock"]["available"] == stock - 2
    action = seller.read("/_simulator/truth", offer_id=SANTOS)["actions"][-1]
    assert (action["order_id"], action["units"], action["actor"]) == (form["id"], 2, "buyer")
    assert form["payment"]["type"] == "CASH_ON_DELIVERY"
    assert form["payment"]["paidAmount"] is None


def test_impossible_wishes_change_nothing(seller: Application) -> None:
    before = seller.read("/_simulator/sales")["sales"]
    for lines, body in (
        ([], {}),
        ([{"offer_id": SANTOS, "quantity": 100_000}], {}),
        ([{"offer_id": SANTOS, "quantity": 0}], {}),
        ([{"offer_id": SANTOS, "price": "cheap"}], {}),
        ([{"offer_id": SANTOS, "discounts": ["GIFT"]}], {}),
        ([{"offer_id": SANTOS}, {"offer_id": SANTOS}], {}),
        ([{"offer_id": SANTOS}, {"offer_id": "16310440271"}], {}),
        ([{"offer_id": SANTOS}], {"marketplace": "allegro-hu"}),
        ([{"offer_id": SANTOS}], {"until": "HEAVEN"}),
    ):
        assert quirk(seller, "special_order", lines=lines, **body) == 422, lines
    assert seller.read("/_simulator/sales")["sales"] == before
    for kind in ("surcharge", "silent_cancellation", "duplicate_order_events", "customer_return"):
        assert quirk(seller, kind, order_id="29738e61-7f6a-11e8-ac45-09db60ede9d6") == 422
    assert quirk(seller, "billing_entry", seller=COFFEE, type="XXX", amount="1") == 422


def test_unpaid_order_is_cancelled_after_seven_days(seller: Application) -> None:
    order_id = special_order(seller, until="FILLED_IN")["id"]
    later(seller, days=6, hours=23)
    assert form_of(seller, order_id)["status"] == "FILLED_IN"
    later(seller, hours=3)
    assert kinds(seller, order_id) == ["BOUGHT", "FILLED_IN", "AUTO_CANCELLED"]
    assert seller.read("/billing/billing-entries", order__id=order_id)["billingEntries"] == []


def test_part_of_an_order_is_returned_on_demand(seller: Application) -> None:
    form = special_order(seller, {"offer_id": SANTOS, "quantity": 3}, {"offer_id": GRINDER})
    line_id = form["lineItems"][0]["id"]
    wish = {"order_id": form["id"], "quantities": {line_id: 2}}
    assert quirk(seller, "customer_return", **wish) == 422
    later(seller, days=6)
    assert quirk(seller, "customer_return", order_id=form["id"], quantities={line_id: 4}) == 422
    assert quirk(seller, "customer_return", **wish) == 200
    assert quirk(seller, "customer_return", **wish) == 422
    revision = form_of(seller, form["id"])["revision"]
    seller.session.headers["Accept"] = BETA
    row = seller.read("/order/customer-returns", orderId=form["id"])["customerReturns"][0]
    assert [(item["offerId"], item["quantity"]) for item in row["items"]] == [(SANTOS, 2)]
    assert row["status"] == "CREATED"
    seller.session.headers["Accept"] = "application/vnd.allegro.public.v1+json"
    assert form_of(seller, form["id"])["revision"] == revision


def test_orders_and_money_survive_a_restart(tmp_path: Path) -> None:
    first = server.start(prehistory_days=2, start=START, state=tmp_path)
    before = Application(first.url)
    before.connect()
    order_id = special_order(before, {"offer_id": SANTOS, "discounts": ["COUPON"]})["id"]
    quirk(before, "surcharge", order_id=order_id)
    quirk(before, "journal_delay", journal="orders", seller=COFFEE)
    quirk(before, "billing_entry", seller=COFFEE, type="LIS", amount="-2.00")
    later(before, hours=9)
    seen = _everything(before)
    bearer = before.session.headers["Authorization"]
    before.session.close()
    first.stop()
    second = server.start(state=tmp_path)
    after = Application(second.url)
    after.session.headers["Authorization"] = bearer
    again = _everything(after)
    after.session.close()
    second.stop()
    assert again == seen


def _everything(application: Application) -> list[Json]:
    paths = (
        "/order/checkout-forms",
        "/order/events",
        "/order/event-stats",
        "/billing/billing-entries",
        "/payments/payment-operations",
        "/payments/refunds",
    )
    return [application.read(path) for path in paths]


def test_account_without_orders_has_no_latest_event() -> None:
    fresh = server.start(prehistory_days=0, start="2026-03-01T23:00:00Z")
    application = Application(fresh.url)
    application.connect()
    assert application.read("/order/event-stats") == {"latestEvent": None}
    application.session.close()
    fresh.stop()
