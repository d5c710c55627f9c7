"""Payments: what comes into the wallets and leaves them, and refunds."""

import itertools
from collections import Counter
from decimal import Decimal
from typing import Any

import pytest

from tests.simulator.conftest import GARDEN, Application

OPERATIONS, REFUNDS = "/payments/payment-operations", "/payments/refunds"


def read_all(application: Application, path: str, key: str, **query: Any) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    while page := application.read(path, offset=len(rows), **query)[key]:
        rows += page
    return rows


def operations(application: Application, **query: Any) -> list[dict[str, Any]]:
    return read_all(application, OPERATIONS, "paymentOperations", **query)


def refunds(application: Application, **query: Any) -> list[dict[str, Any]]:
    return read_all(application, REFUNDS, "refunds", limit=100, **query)


def test_operations_page_and_refuse(application: Application) -> None:
    page = application.read(OPERATIONS)
    assert page["count"] == len(page["paymentOperations"]) == 50
    assert page["totalCount"] > 500
    assert application.read(OPERATIONS, limit=5, offset=10)["paymentOperations"] == page["paymentOperations"][10:15]
    for query in (
        {"limit": 51},
        {"offset": 10_001},
        {"wallet__type": "EMPTY"},
        {"group": "LOSSES"},
        {"wallet__paymentOperator": "BANK"},
        {"marketplaceId": "allegro-hu"},
        {"payment__id": "nonsense"},
    ):
        assert application.get(OPERATIONS, **query).status_code == 422, query


def test_too_large_a_result_is_refused(application: Application, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("allegro.simulator.api_payments.MOST", 400)
    assert application.get(OPERATIONS).status_code == 422
    assert application.get(OPERATIONS, occurredAt__gte="2026-03-01T00:00:00Z").status_code == 200


def test_balance_follows_from_the_values(application: Application) -> None:
    rows = operations(application, currency="PLN")
    for row, earlier in itertools.pairwise(rows):
        balance, before = (Decimal(other["wallet"]["balance"]["amount"]) for other in (row, earlier))
        assert balance == before + Decimal(row["value"]["amount"])
        assert balance >= 0


def test_kinds_of_operations(application: Application) -> None:
    rows = operations(application)
    kinds = Counter((row["group"], row["type"]) for row in rows)
    assert set(kinds) == {
        ("INCOME", "CONTRIBUTION"),
        ("REFUND", "REFUND_CHARGE"),
        ("OUTCOME", "PAYOUT"),
        ("OUTCOME", "DEDUCTION_CHARGE"),
    }
    for row in rows:
        assert (Decimal(row["value"]["amount"]) > 0) == (row["type"] == "CONTRIBUTION")
        assert ("payment" in row) == ("participant" in row) == (row["group"] != "OUTCOME")
        assert row["type"] != "PAYOUT" or row["payout"]["id"]
        assert row["type"] != "DEDUCTION_CHARGE" or row["deduction"]["id"]
    assert rows[0]["wallet"]["type"] == "AVAILABLE"
    assert {row["group"] for row in operations(application, group="OUTCOME")} == {"OUTCOME"}


def test_contribution_is_what_the_buyer_paid(application: Application) -> None:
    forms = application.read("/order/checkout-forms", status="READY_FOR_PROCESSING")["checkoutForms"]
    paid = next(
        form for form in forms if form["payment"]["finishedAt"] and form["payment"]["finishedAt"] < "2026-03-01"
    )
    query = {"payment__id": paid["payment"]["id"]}
    rows = operations(application, **query) + operations(application, wallet__type="WAITING", **query)
    assert [row["value"] for row in rows] == [paid["payment"]["paidAmount"]]
    assert rows[0]["participant"]["lastName"] == paid["buyer"]["lastName"]
    assert rows == [
        row
        for wallet in ("AVAILABLE", "WAITING")
        for row in operations(application, wallet__type=wallet, participant__login=paid["buyer"]["login"])
    ]


def test_waiting_money_becomes_available(application: Application) -> None:
    waiting = operations(application, wallet__type="WAITING")
    assert waiting
    assert all(row["occurredAt"] > "2026-02-27T08:00" for row in waiting)
    available = {row["payment"]["id"] for row in operations(application, group="INCOME")}
    assert not available & {row["payment"]["id"] for row in waiting}


def test_deductions_are_credited_in_billing(application: Application) -> None:
    deducted = sum(
        Decimal(row["value"]["amount"])
        for row in operations(application, group="OUTCOME", currency="PLN")
        if row["type"] == "DEDUCTION_CHARGE"
    )
    credits_of_page = read_all(application, "/billing/billing-entries", "billingEntries", type__id="PAD")
    assert -deducted == sum(Decimal(row["value"]["amount"]) for row in credits_of_page) > 0


def test_refunds_name_their_lines_and_total(application: Application) -> None:
    rows = refunds(application)
    reasons = {row["reason"] for row in rows}
    assert reasons == {"REFUND", "CANCELLED_BY_BUYER", "COMPLAINT"}
    for row in rows[:25]:
        form = application.read(f"/order/checkout-forms/{row['order']['id']}")
        prices = {line["id"]: Decimal(line["price"]["amount"]) for line in form["lineItems"]}
        assert row["payment"]["id"] == form["payment"]["id"]
        goods = sum(
            prices[part["id"]] * part["quantity"] if part["type"] == "QUANTITY" else Decimal(part["value"]["amount"])
            for part in row["lineItems"]
        )
        delivery = Decimal(row["delivery"]["value"]["amount"]) if "delivery" in row else 0
        assert Decimal(row["totalValue"]["amount"]) == goods + delivery
        assert (form["status"] == "CANCELLED") == (row["reason"] == "CANCELLED_BY_BUYER")


def test_successful_refunds_leave_the_wallet(application: Application) -> None:
    done = refunds(application, status="SUCCESS")
    assert {row["status"] for row in done} == {"SUCCESS"}
    charges = [row for row in operations(application, group="REFUND") if row["type"] == "REFUND_CHARGE"]
    assert Counter((row["payment"]["id"], row["totalValue"]["amount"]) for row in done) == Counter(
        (row["payment"]["id"], row["value"]["amount"].removeprefix("-")) for row in charges
    )


def test_refunds_are_filtered_and_refused(application: Application, stranger: Application) -> None:
    row = refunds(application)[3]
    assert refunds(application, id=row["id"]) == [row]
    assert row in refunds(application, order__id=row["order"]["id"])
    assert row in refunds(application, payment__id=row["payment"]["id"])
    assert all(
        other["createdAt"] >= row["createdAt"] for other in refunds(application, occurredAt__gte=row["createdAt"])
    )
    assert application.get(REFUNDS, limit=101).status_code == 422
    assert application.get(REFUNDS, status="LOST").status_code == 422
    stranger.connect(GARDEN)
    assert refunds(stranger, id=row["id"]) == []
    stranger.connect(scope="allegro:api:orders:read")
    assert stranger.get(REFUNDS).status_code == 403
