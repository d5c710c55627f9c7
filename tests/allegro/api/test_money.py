"""Billing entries and payment operations: exact, signed, in windows of time."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from allegro.api.client import AllegroClient
from allegro.api.money import BillingType
from allegro.api.paging import BILLING, PAYMENTS, by_time
from allegro.api.values import Money
from tests.allegro.api.shapes import Reading, assert_needed, assert_optional
from tests.allegro.stub_server import Reply, Stub

SECRET = "kept-nowhere"
SINCE, UNTIL = datetime(2019, 5, 8, tzinfo=UTC), datetime(2019, 5, 9, tzinfo=UTC)
WINDOW = "occurredAt.gte=2019-05-08T00%3A00%3A00Z&occurredAt.lte=2019-05-09T00%3A00%3A00Z"
ENTRIES: dict[str, Any] = {
    "billingEntries": [
        {
            "id": "09f0b4cc",
            "occurredAt": "2019-05-08T09:45:32.818Z",
            "type": {"id": "NEW", "name": "Opłata za nowość"},
            "offer": {"id": "12345678", "name": "Lamp"},
            "value": {"amount": "-100.00", "currency": "PLN"},
            "tax": {"percentage": "23", "annotation": None},
            "balance": {"amount": "-345.67", "currency": "PLN"},
            "order": {"id": "7880"},
            "additionalInfo": [
                {"type": "additional_service", "name": "x", "value": "55555555"},
                {"type": "waybill", "name": "x", "value": "620999800112"},
            ],
        },
        {
            "id": "09f0b4cd",
            "occurredAt": "2019-05-08T08:00:00Z",
            "type": {"id": "NSP"},
            "offer": None,
            "value": {"amount": "-1.5", "currency": "PLN"},
        },
    ]
}
OPERATIONS: dict[str, Any] = {
    "paymentOperations": [
        {
            "type": "BRAND_NEW",
            "group": "INCOME",
            "wallet": {"paymentOperator": "AF", "type": "WAITING", "balance": {"amount": "123.45", "currency": "PLN"}},
            "value": {"amount": "23.45", "currency": "PLN"},
            "occurredAt": "2019-05-08T09:45:00.818Z",
            "marketplaceId": None,
            "payment": {"id": "0f8f1d13"},
            "participant": {
                "id": SECRET,
                "companyName": SECRET,
                "login": SECRET,
                "firstName": SECRET,
                "lastName": SECRET,
                "address": {"street": SECRET, "city": SECRET},
            },
        }
    ],
    "count": 1,
    "totalCount": 123,
}


def test_billing_entries_are_exact_and_signed(stub: Stub, stub_client: AllegroClient) -> None:
    stub.answer(ENTRIES)
    page = stub_client.billing_entries(SINCE, UNTIL, 300, "allegro-cz")
    assert stub.asked[-1].path == f"/billing/billing-entries?{WINDOW}&limit=100&offset=300&marketplaceId=allegro-cz"
    assert page.total is None
    fee, ads = page.rows
    assert (fee.value, fee.balance) == (Money(Decimal("-100.00"), "PLN"), Money(Decimal("-345.67"), "PLN"))
    assert (fee.type, fee.offer_id, fee.order_id, fee.tax_percentage) == ("NEW", "12345678", "7880", Decimal(23))
    assert (ads.type, ads.type_name, ads.offer_id, ads.order_id, ads.balance) == ("NSP", "", "", "", None)
    assert fee.info == {"additional_service": "55555555"}


def test_billing_types_come_as_a_bare_list(stub: Stub, stub_client: AllegroClient) -> None:
    stub.answer([{"id": "SUC", "description": "Prowizja od sprzedaży", "new": 1}])
    assert stub_client.billing_types() == (BillingType("SUC", "Prowizja od sprzedaży"),)


def test_payment_operations_are_read_without_the_other_party(stub: Stub, stub_client: AllegroClient) -> None:
    stub.answer(OPERATIONS)
    page = stub_client.payment_operations("WAITING", SINCE, UNTIL, 50)
    assert stub.asked[-1].path == f"/payments/payment-operations?wallet.type=WAITING&{WINDOW}&limit=50&offset=50"
    assert page.total == 123
    [operation] = page.rows
    assert (operation.type, operation.group, operation.wallet) == ("BRAND_NEW", "INCOME", "WAITING")
    assert (operation.operator, operation.payment_id, operation.marketplace) == ("AF", "0f8f1d13", "")
    assert (operation.value, operation.balance) == (Money(Decimal("23.45"), "PLN"), Money(Decimal("123.45"), "PLN"))
    assert SECRET not in repr(page)


def test_a_day_of_billing_entries_is_one_request(stub: Stub, stub_client: AllegroClient) -> None:
    stub.answer(ENTRIES)
    pages = list(by_time(stub_client.billing_entries, SINCE, UNTIL, BILLING, lambda entry: entry.id))
    assert [entry.id for page in pages for entry in page] == ["09f0b4cc", "09f0b4cd"]
    assert len(stub.asked) == 1


def test_a_window_with_too_many_payments_is_halved(stub: Stub, stub_client: AllegroClient) -> None:
    too_many = Reply.json({"errors": [{"code": "TOO_MANY_RESULTS"}]}, 422)
    one = OPERATIONS | {"totalCount": 1}
    none = {"paymentOperations": [], "count": 0, "totalCount": 0}
    stub.replies = [too_many, Reply.json(one), Reply.json(none)]
    pages = by_time(
        lambda since, until, offset: stub_client.payment_operations("WAITING", since, until, offset),
        SINCE,
        UNTIL,
        PAYMENTS,
        lambda operation: operation,
    )
    assert sum(len(page) for page in pages) == 1
    middle = "2019-05-08T12%3A00%3A00Z"
    newer, older = (each.path for each in stub.asked[1:])
    assert f"occurredAt.gte={middle}" in newer and f"occurredAt.lte={middle}" in older


@pytest.mark.parametrize(
    "reading",
    [
        Reading(
            lambda client: client.billing_entries(SINCE, UNTIL),
            ENTRIES,
            [
                "billingEntries",
                *(f"billingEntries.0.{each}" for each in ("id", "occurredAt", "type", "type.id", "value")),
            ],
            [
                f"billingEntries.0.{each}"
                for each in ("offer", "order", "balance", "tax", "additionalInfo", "type.name")
            ],
        ),
        Reading(
            lambda client: client.billing_types(), [{"id": "SUC", "description": "x"}], ["0.id", "0.description"], []
        ),
        Reading(
            lambda client: client.payment_operations("AVAILABLE", SINCE, UNTIL),
            OPERATIONS,
            [
                "paymentOperations",
                "totalCount",
                *(f"paymentOperations.0.{each}" for each in ("type", "group", "wallet", "value", "occurredAt")),
                *(f"paymentOperations.0.wallet.{each}" for each in ("type", "balance", "paymentOperator")),
            ],
            ["count", *(f"paymentOperations.0.{each}" for each in ("payment", "participant", "marketplaceId"))],
        ),
    ],
)
def test_readers_need_no_more_than_they_use(stub: Stub, stub_client: AllegroClient, reading: Reading) -> None:
    assert_needed(stub, stub_client, reading.call, reading.document, reading.needed)
    assert_optional(stub, stub_client, reading.call, reading.document, reading.optional)
