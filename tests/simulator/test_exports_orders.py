"""The sales summary in CSV: its tables, against the orders of the API; personal data is in it to be dropped."""

from decimal import Decimal
from typing import Any

import pytest

from allegro.simulator.answers import BETA
from tests.simulator.conftest import GARDEN, Application
from tests.simulator.exports import csv_rows, download

VARIANT_A = "Type,OrderId,OrderDate,SellerStatus,Marketplace,PaymentAmount,PaymentCurrency,FulfillmentProvider"
VARIANT_B = (
    "Type,OrderId,LineItemId,OfferId,Name,Quantity,Price,Currency,ReturnsQuantity,Deposit,DepositCurrency",
    "Type,NumberOfOrders,NumberOfSkippedOrders",
)
DAYS = {"from": "2026-02-10", "to": "2026-02-12"}
BOUGHT = {
    "lineItems__boughtAt__gte": "2026-02-09T23:00:00Z",
    "lineItems__boughtAt__lte": "2026-02-12T22:59:59.999Z",
    "marketplace__id": "allegro-pl",
    "limit": 100,
}


def tables(content: bytes) -> list[list[dict[str, str]]]:
    """Return the tables of a file, which empty lines part."""
    found: list[list[list[str]]] = [[]]
    for row in csv_rows(content):
        if row:
            found[-1].append(row)
        else:
            found.append([])
    return [[dict(zip(head, row, strict=True)) for row in rows] for head, *rows in found]


def forms(application: Application) -> dict[str, dict[str, Any]]:
    """Return the checkout forms of DAYS by id."""
    found: list[dict[str, Any]] = []
    while page := application.read("/order/checkout-forms", offset=len(found), **BOUGHT)["checkoutForms"]:
        found += page
    return {form["id"]: form for form in found}


def test_orders_and_lines_are_those_of_the_api(application: Application) -> None:
    name, content = download(application, "orders.csv", **DAYS)
    assert name == "2026-03-02-09_00_00.csv"
    orders, lines = tables(content)
    known = forms(application)
    assert {row["Type"] for row in orders} == {"order"}
    assert {row["Type"] for row in lines} == {"lineItem"}
    assert {row["OrderId"] for row in orders} == set(known)
    dates = [row["OrderDate"] for row in orders]
    assert dates == sorted(dates, reverse=True)
    for row in orders:
        form = known[row["OrderId"]]
        assert row["OrderDate"] == form["lineItems"][0]["boughtAt"]
        assert row["PaymentAmount"] in {form["summary"]["totalToPay"]["amount"], ""}
    sold = {
        (form["id"], line["id"], line["offer"]["id"], line["quantity"], line["price"]["amount"])
        for form in known.values()
        for line in form["lineItems"]
    }
    assert sold == {
        (row["OrderId"], row["LineItemId"], row["OfferId"], int(row["Quantity"]), row["Price"]) for row in lines
    }


def test_cancelled_orders_stay_mostly_with_their_amounts(application: Application) -> None:
    orders = tables(download(application, "orders.csv")[1])[0]
    cancelled = [row for row in orders if row["SellerStatus"] == "CANCELLED"]
    assert {row["PaymentAmount"] == "" for row in cancelled} == {True, False}
    assert all(Decimal(row["PaymentAmount"]) > 0 for row in orders if row["SellerStatus"] != "CANCELLED")


def test_returned_pieces_are_those_of_the_customer_returns(application: Application) -> None:
    lines = tables(download(application, "orders.csv")[1])[1]
    returned = {(row["OrderId"], row["OfferId"]): int(row["ReturnsQuantity"]) for row in lines}
    application.session.headers["Accept"] = BETA
    declared = application.read("/order/customer-returns", limit=100)["customerReturns"]
    checked = 0
    for row in declared:
        for item in row["items"]:
            key = row["orderId"], item["offerId"]
            if key in returned:
                assert returned[key] == item["quantity"]
                checked += 1
    assert checked == sum(1 for pieces in returned.values() if pieces) > 5


def test_personal_data_is_there_to_be_dropped(application: Application) -> None:
    orders = tables(download(application, "orders.csv", **DAYS)[1])[0]
    assert all(row["BuyerEmail"].endswith("@mail.allegro.example") for row in orders)
    assert all(row["DeliveryLastName"] and row["DeliveryStreet"] and row["BuyerPhoneNumber"] for row in orders)


@pytest.mark.parametrize(("columns", "joined"), [("a", False), ("b", True), ("all", True)])
def test_seller_picks_the_columns(application: Application, columns: str, joined: bool) -> None:
    orders, lines = tables(download(application, "orders.csv", columns=columns)[1])
    assert ("OfferId" in lines[0]) is joined
    assert ("PaymentStatus" in orders[0]) is joined
    assert ("BuyerEmail" in orders[0]) is (columns == "all")


def test_seen_selections_have_exactly_their_headings(application: Application) -> None:
    text = download(application, "orders.csv", columns="a", mark="1")[1].decode()
    assert text.startswith("\ufeff" + VARIANT_A + "\r\n")
    assert "\r\n\r\nType,LineItemId,ReturnsQuantity\r\n" in text
    text = download(application, "orders.csv", columns="b", summary="1")[1].decode()
    for head in VARIANT_B:
        assert f"\r\n\r\n{head}\r\n" in text
    assert text.splitlines()[-1] == f"summary,{len(tables(text.encode())[0])},0"


def test_other_accounts_and_marketplaces_have_their_own(application: Application) -> None:
    mine, theirs, czech = (
        {row["OrderId"] for row in tables(download(application, "orders.csv", **query)[1])[0]}
        for query in ({}, {"seller": GARDEN}, {"marketplace": "allegro-cz"})
    )
    assert mine
    assert theirs
    assert czech
    assert not mine & theirs
    assert not mine & czech
