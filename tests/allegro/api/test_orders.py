"""Orders and returns: exact money, and nothing about the buyer."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from allegro.api.client import AllegroClient
from allegro.api.orders import LatestOrderEvent
from allegro.api.paging import CUSTOMER_RETURNS, by_cursor
from allegro.api.values import Money
from allegro.errors import Rejected
from offers.sales.orders import BoughtService, Voucher
from tests.allegro.api.shapes import Reading, assert_needed, assert_optional
from tests.allegro.stub_server import Reply, Stub

SECRET = "kept-nowhere"
ADDRESS = {"firstName": SECRET, "lastName": SECRET, "street": SECRET, "city": SECRET, "zipCode": SECRET}
BUYER = {"id": SECRET, "email": SECRET, "login": SECRET, "phoneNumber": SECRET, "personalIdentity": SECRET}
PLN = {"currency": "PLN"}
ORDER: dict[str, Any] = {
    "id": "29738e61",
    "messageToSeller": SECRET,
    "buyer": BUYER | {"address": ADDRESS},
    "payment": {
        "id": "0f8f1d13",
        "type": "BEADS",
        "provider": "PAYU",
        "finishedAt": "2018-10-12T10:12:32.321Z",
        "paidAmount": {"amount": "246.90", **PLN},
    },
    "status": "PARTLY_TELEPORTED",
    "fulfillment": {"status": "SENT_BY_PIGEON", "shipmentSummary": {"lineItemsSent": "ALL"}},
    "delivery": {
        "address": ADDRESS | {"phoneNumber": SECRET},
        "pickupPoint": {"id": SECRET, "name": SECRET, "description": SECRET, "address": ADDRESS},
        "method": {"id": "1fa56f79", "name": "Allegro Paczkomaty InPost"},
        "cost": {"amount": "12.99", **PLN},
        "smart": True,
        "cancellation": {"date": "2018-10-13T11:00:00Z"},
    },
    "invoice": {"required": True, "address": ADDRESS | {"company": {"name": SECRET, "taxId": SECRET}}},
    "lineItems": [
        {
            "id": "62ae358b",
            "offer": {"id": "3213213", "name": "Lamp", "external": {"id": "AH-129834"}},
            "quantity": 2,
            "originalPrice": {"amount": "130.00", **PLN},
            "price": {"amount": "123.45", **PLN},
            "deposit": {"id": "d", "price": {"amount": "0.50", **PLN}},
            "reconciliation": {"value": {"amount": "6.55", **PLN}, "type": "WALLET", "quantity": 2},
            "tax": {"rate": "23.00", "subject": "GOODS", "exemption": None},
            "boughtAt": "2018-01-01T10:23:43.123Z",
            "discounts": [{"type": "BRAND_NEW"}, {"type": "COUPON"}],
            "serialNumbers": {"expected": True, "entries": [{"value": SECRET}]},
            "vouchers": [
                {
                    "code": SECRET,
                    "externalTransactionId": SECRET,
                    "type": "NOTEBOOKS_FOR_TEACHERS",
                    "status": "ACTIVE",
                    "value": {"amount": "20.00", **PLN},
                }
            ],
            "selectedAdditionalServices": [
                {"definitionId": "CARRY_IN", "name": SECRET, "price": {"amount": "9.99", **PLN}, "quantity": 1}
            ],
        }
    ],
    "surcharges": [],
    "note": {"text": SECRET},
    "marketplace": {"id": "allegro-mars"},
    "summary": {"totalToPay": {"amount": "259.89", **PLN}},
    "updatedAt": "2011-12-03T10:15:30.133Z",
    "revision": "819b5836",
}
ORDERS: dict[str, Any] = {"checkoutForms": [ORDER], "count": 1, "totalCount": 1}
EVENTS: dict[str, Any] = {
    "events": [
        {
            "id": "1532603898317497",
            "order": {
                "seller": {"id": "437848322"},
                "buyer": BUYER,
                "lineItems": [],
                "checkoutForm": {"id": "88ae369b", "revision": "819b5836"},
            },
            "type": "PAINTED_BLUE",
            "occurredAt": "2018-10-12T10:12:32.321Z",
        }
    ]
}
LATEST = {"latestEvent": {"id": "1532603898317497", "occurredAt": "2018-10-12T10:12:32.321Z"}}
RETURN: dict[str, Any] = {
    "id": "a3405c27",
    "isFulfillment": False,
    "createdAt": "2020-01-11T09:36:57.00Z",
    "referenceNumber": "1234/Z04A",
    "orderId": "b2345",
    "buyer": BUYER,
    "items": [
        {
            "offerId": "76788871",
            "quantity": 1,
            "name": "Product name",
            "price": {"amount": "123.45", **PLN},
            "url": "https://allegro.pl/oferta/item-name-76788871",
            "reason": {"type": "BRAND_NEW", "userComment": SECRET},
            "serialNumbers": [SECRET],
        }
    ],
    "refund": {"bankAccount": {"owner": SECRET, "accountNumber": SECRET, "iban": SECRET, "address": ADDRESS}},
    "parcels": [{"waybill": SECRET, "carrierId": "ALLEGRO", "sender": {"phoneNumber": SECRET}}],
    "rejection": {"code": "BRAND_NEW", "reason": SECRET, "createdAt": "2020-01-11T09:36:57.663+01:00"},
    "marketplaceId": "allegro-pl",
    "status": "ON_THE_MOON",
}
RETURNS: dict[str, Any] = {"count": 1, "customerReturns": [RETURN]}
BARE_ITEM = {
    "id": "line",
    "offer": {"id": 17, "external": None},
    "quantity": 3,
    "price": {"amount": "0.10", "currency": "PLN"},
    "boughtAt": "2026-09-01T08:00:00Z",
    "serialNumbers": None,
}


def test_an_order_is_read_with_exact_money(stub: Stub, stub_client: AllegroClient) -> None:
    stub.answer(ORDER)
    order = stub_client.order("29738e61")
    assert (order.status, order.fulfillment, order.marketplace) == (
        "PARTLY_TELEPORTED",
        "SENT_BY_PIGEON",
        "allegro-mars",
    )
    assert (order.payment_type, order.paid_amount) == ("BEADS", Money(Decimal("246.90"), "PLN"))
    assert order.paid_at == datetime(2018, 10, 12, 10, 12, 32, 321000, UTC)
    assert (order.delivery_cost, order.is_smart) == (Money(Decimal("12.99"), "PLN"), True)
    assert order.total_to_pay == Money(Decimal("259.89"), "PLN")
    [item] = order.items
    assert (item.unit_price, item.original_price, item.quantity) == (Decimal("123.45"), Decimal("130.00"), 2)
    assert (item.reconciliation, item.reconciliation_type, item.reconciled_quantity) == (Decimal("6.55"), "WALLET", 2)
    assert (item.deposit, item.tax_rate) == (Decimal("0.50"), "23.00")
    assert item.vouchers == (Voucher("NOTEBOOKS_FOR_TEACHERS", "ACTIVE", Decimal("20.00"), "PLN"),)
    assert item.services == (BoughtService("CARRY_IN", 1, Decimal("9.99"), "PLN"),)
    assert order.cancelled_at == datetime(2018, 10, 13, 11, tzinfo=UTC)
    assert (item.discounts, item.external_id) == (("BRAND_NEW", "COUPON"), "AH-129834")


def test_a_subsidy_in_another_currency_is_not_taken_for_one_of_the_line(stub: Stub, stub_client: AllegroClient) -> None:
    foreign = {"value": {"amount": "6.55", "currency": "CZK"}, "type": "BILLING", "quantity": 1}
    stub.answer(ORDER | {"lineItems": [BARE_ITEM | {"reconciliation": foreign}]})
    [item] = stub_client.order("29738e61").items
    assert (item.reconciliation, item.reconciliation_type) == (None, "BILLING")


def test_an_order_is_read_without_what_may_be_missing(stub: Stub, stub_client: AllegroClient) -> None:
    stub.answer({"id": "order", "status": "BOUGHT", "lineItems": [BARE_ITEM], "marketplace": None})
    order = stub_client.order("order")
    assert (order.marketplace, order.revision, order.updated_at, order.paid_at) == ("", "", None, None)
    assert (order.delivery_method, order.total_to_pay, order.is_smart) == ("", None, None)
    [item] = order.items
    assert (item.unit_price, item.original_price) == (Decimal("0.10"), None)
    assert (item.reconciliation, item.discounts, item.tax_rate) == (None, (), "")


def test_nothing_about_the_buyer_is_read(stub: Stub, stub_client: AllegroClient) -> None:
    for call, document in (
        (stub_client.order_events, EVENTS),
        (lambda: stub_client.order("1"), ORDER),
        (lambda: stub_client.orders_bought(datetime(2026, 9, 1, tzinfo=UTC)), ORDERS),
        (stub_client.customer_returns, RETURNS),
    ):
        stub.answer(document)
        assert SECRET not in repr(call())
        assert SECRET in repr(document)


def test_orders_are_asked_for_by_change_and_by_purchase(stub: Stub, stub_client: AllegroClient) -> None:
    stub.answer(ORDERS)
    since, until = datetime(2026, 9, 1, 8, tzinfo=UTC), datetime(2026, 9, 2, 8, 0, 0, 5000, tzinfo=UTC)
    stub_client.orders_updated_since(since, offset=100)
    stub_client.orders_updated_since(since, until=until)
    page = stub_client.orders_bought(since, until, 99)
    assert (page.total, len(page.rows)) == (1, 1)
    assert [each.path for each in stub.asked] == [
        "/order/checkout-forms?updatedAt.gte=2026-09-01T08%3A00%3A00Z&sort=updatedAt&limit=100&offset=100",
        "/order/checkout-forms?updatedAt.gte=2026-09-01T08%3A00%3A00Z&updatedAt.lte=2026-09-02T08%3A00%3A00.005000Z"
        "&sort=updatedAt&limit=100&offset=0",
        "/order/checkout-forms?lineItems.boughtAt.gte=2026-09-01T08%3A00%3A00Z"
        "&lineItems.boughtAt.lte=2026-09-02T08%3A00%3A00.005000Z&sort=lineItems.boughtAt&limit=100&offset=99",
    ]


def test_the_journal_is_read_with_unknown_kinds(stub: Stub, stub_client: AllegroClient) -> None:
    stub.answer(EVENTS)
    [row] = stub_client.order_events("1716984361111901")
    assert stub.asked[-1].path == "/order/events?from=1716984361111901&limit=1000"
    assert (row.event_id, row.type, row.order_id, row.revision) == (
        "1532603898317497",
        "PAINTED_BLUE",
        "88ae369b",
        "819b5836",
    )


@pytest.mark.parametrize("cursor", ["a1b2", "d7b9e0d4-1c3f-4e58-a6d7-0f8c4412be02", "12=", " 12", "١٢"])
def test_an_order_cursor_that_is_no_number_never_leaves(stub: Stub, stub_client: AllegroClient, cursor: str) -> None:
    with pytest.raises(Rejected):
        stub_client.order_events(cursor)
    assert stub.asked == []


def test_an_account_without_orders_has_no_latest_event(stub: Stub, stub_client: AllegroClient) -> None:
    stub.answer(LATEST)
    latest = LatestOrderEvent("1532603898317497", datetime(2018, 10, 12, 10, 12, 32, 321000, UTC))
    assert stub_client.latest_order_event() == latest
    stub.answer({"latestEvent": None})
    assert stub_client.latest_order_event() is None
    stub.answer({})
    assert stub_client.latest_order_event() is None


def test_returns_are_read_by_offer(stub: Stub, stub_client: AllegroClient) -> None:
    stub.answer(RETURNS)
    since = datetime(2020, 1, 1, tzinfo=UTC)
    page = stub_client.customer_returns("9999", since, datetime(2020, 2, 1, tzinfo=UTC))
    query = "from=9999&limit=1000&createdAt.gte=2020-01-01T00%3A00%3A00Z&createdAt.lte=2020-02-01T00%3A00%3A00Z"
    assert stub.asked[-1].path == f"/order/customer-returns?{query}"
    [entry] = page.rows
    assert (entry.order_id, entry.status, entry.rejection) == ("b2345", "ON_THE_MOON", "BRAND_NEW")
    assert entry.rejected_at == datetime(2020, 1, 11, 8, 36, 57, 663000, UTC)
    [item] = entry.items
    assert (item.allegro_offer_id, item.quantity, item.reason) == ("76788871", 1, "BRAND_NEW")
    assert item.price == Money(Decimal("123.45"), "PLN")


def test_returns_are_followed_by_the_last_one_of_each_full_page(stub: Stub, stub_client: AllegroClient) -> None:
    full = [RETURN | {"id": str(number)} for number in range(CUSTOMER_RETURNS)]
    stub.replies = [Reply.json({"count": 1, "customerReturns": full}), Reply.json(RETURNS)]
    found = [entry.id for page in by_cursor(stub_client.customer_returns) for entry in page]
    assert len(found) == CUSTOMER_RETURNS + 1
    assert stub.asked[-1].path == "/order/customer-returns?from=999&limit=1000"


FIRST_LINE = ("id", "offer", "quantity", "price", "price.currency", "boughtAt")


@pytest.mark.parametrize(
    "reading",
    [
        Reading(
            lambda client: client.order_events(),
            EVENTS,
            ["events", *(f"events.0.{each}" for each in ("id", "type", "occurredAt", "order.checkoutForm.id"))],
            ["events.0.order.checkoutForm.revision", "events.0.order.buyer"],
        ),
        Reading(lambda client: client.latest_order_event(), LATEST, ["latestEvent.id"], ["latestEvent"]),
        Reading(
            lambda client: client.order("1"),
            ORDER,
            ["id", "status", "lineItems", *(f"lineItems.0.{each}" for each in FIRST_LINE)],
            ["buyer", "payment", "delivery", "fulfillment", "summary", "updatedAt", "lineItems.0.reconciliation"],
        ),
        Reading(
            lambda client: client.orders_updated_since(datetime(2026, 9, 1, tzinfo=UTC)),
            ORDERS,
            ["checkoutForms", "totalCount", "checkoutForms.0.id"],
            ["count"],
        ),
        Reading(
            lambda client: client.customer_returns(),
            RETURNS,
            [
                "customerReturns",
                *(f"customerReturns.0.{each}" for each in ("id", "createdAt", "status", "items", "items.0.offerId")),
            ],
            ["count", *(f"customerReturns.0.{each}" for each in ("orderId", "rejection", "refund", "items.0.reason"))],
        ),
    ],
)
def test_readers_need_no_more_than_they_use(stub: Stub, stub_client: AllegroClient, reading: Reading) -> None:
    assert_needed(stub, stub_client, reading.call, reading.document, reading.needed)
    assert_optional(stub, stub_client, reading.call, reading.document, reading.optional)
