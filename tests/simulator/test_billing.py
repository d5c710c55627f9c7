"""Billing entries: what a sale costs, what comes back, and how the list pages, filters and refuses."""

import itertools
from collections import defaultdict
from decimal import Decimal
from typing import Any

from tests.simulator.conftest import COFFEE, GARDEN, SANTOS, Application

ENTRIES = "/billing/billing-entries"


def read_all(application: Application, **query: Any) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    while page := application.read(ENTRIES, offset=len(rows), **query)["billingEntries"]:
        rows += page
    return rows


def of_type(rows: list[dict[str, Any]], kind: str) -> list[dict[str, Any]]:
    return [row for row in rows if row["type"]["id"] == kind]


def amount(row: dict[str, Any]) -> Decimal:
    return Decimal(row["value"]["amount"])


def test_entries_come_newest_first_and_without_a_total(application: Application) -> None:
    page = application.read(ENTRIES)
    assert set(page) == {"billingEntries"}
    assert len(page["billingEntries"]) == 100
    dates = [row["occurredAt"] for row in page["billingEntries"]]
    assert dates == sorted(dates, reverse=True)
    assert application.read(ENTRIES, limit=5, offset=20)["billingEntries"] == page["billingEntries"][20:25]


def test_entries_refuse_what_allegro_refuses(application: Application) -> None:
    assert application.get(ENTRIES, limit=101).status_code == 422
    assert application.get(ENTRIES, offset=10_001).status_code == 422
    assert application.read(ENTRIES, offset=10_000)["billingEntries"] == []
    assert application.get(ENTRIES, order__id="nonsense").status_code == 422
    assert application.get(ENTRIES, occurredAt__gte="yesterday").status_code == 422
    turned = {"occurredAt__gte": "2026-03-01T00:00:00Z", "occurredAt__lte": "2026-02-01T00:00:00Z"}
    assert application.get(ENTRIES, **turned).status_code == 422


def test_billing_has_a_scope_of_its_own_but_the_types_have_none(stranger: Application) -> None:
    stranger.connect(scope="allegro:api:orders:read")
    assert stranger.get(ENTRIES).status_code == 403
    assert stranger.get("/billing/billing-types").status_code == 200


def test_every_line_ready_for_processing_is_charged_once(application: Application) -> None:
    sold: dict[str, list[Decimal]] = defaultdict(list)
    for row in application.read("/_simulator/sales")["sales"]:
        if row["marketplace"] == "allegro-pl" and row["seller_id"] == COFFEE and row["status"] != "CANCELLED":
            sold[row["order_id"]].append(Decimal(row["price"]) * row["quantity"])
    charged: dict[str, list[Decimal]] = defaultdict(list)
    for row in of_type(read_all(application, type__id="SUC"), "SUC"):
        charged[row["order"]["id"]].append(amount(row))
    forms = application.read("/order/checkout-forms", status="READY_FOR_PROCESSING", marketplace__id="allegro-pl")
    for form in forms["checkoutForms"]:
        order_id = form["id"]
        assert len(charged[order_id]) == len(sold[order_id]) == len(form["lineItems"])
        assert Decimal("0.07") < -sum(charged[order_id]) / sum(sold[order_id]) < Decimal("0.13")
    unpaid = application.read("/order/checkout-forms", status="FILLED_IN")["checkoutForms"]
    assert unpaid
    assert not any(form["id"] in charged for form in unpaid)


def test_balance_is_the_sum_of_charges_and_credits(application: Application) -> None:
    rows = read_all(application)
    assert Decimal(rows[0]["balance"]["amount"]) == sum(map(amount, rows))
    for row, earlier in itertools.pairwise(rows):
        assert Decimal(row["balance"]["amount"]) == Decimal(earlier["balance"]["amount"]) + amount(row)
    signs = {kind: {amount(row) > 0 for row in of_type(rows, kind)} for kind in ("SUC", "NSP", "REF", "PAD")}
    assert signs == {"SUC": {False}, "NSP": {False}, "REF": {True}, "PAD": {True}}


def test_commission_comes_back_for_returns_and_cancellations(application: Application) -> None:
    rows = read_all(application)
    charged: dict[tuple[str, str], Decimal] = {
        (row["order"]["id"], row["offer"]["id"]): -amount(row) for row in of_type(rows, "SUC")
    }
    refunds = of_type(rows, "REF")
    assert len(refunds) > 10
    for row in refunds:
        assert 0 < amount(row) <= charged[row["order"]["id"], row["offer"]["id"]]
        assert row["additionalInfo"][0]["type"] == "feeId"


def test_advertising_is_charged_per_account_and_day(application: Application) -> None:
    rows = application.read(ENTRIES, type__id="NSP")["billingEntries"]
    assert all("offer" not in row and "order" not in row for row in rows)
    days = [row["occurredAt"][:10] for row in rows]
    assert len(days) == len(set(days)) > 20


def test_each_marketplace_has_an_account_and_a_currency(application: Application) -> None:
    base = application.read(ENTRIES)["billingEntries"]
    czech = application.read(ENTRIES, marketplaceId="allegro-cz")["billingEntries"]
    assert application.read(ENTRIES, marketplaceId="allegro-pl")["billingEntries"] == base
    assert application.read(ENTRIES, marketplaceId="allegro-business-pl")["billingEntries"] == base
    assert {row["value"]["currency"] for row in base} == {"PLN"}
    assert {row["balance"]["currency"] for row in czech} == {"CZK"}
    assert not {row["id"] for row in base} & {row["id"] for row in czech}


def test_entries_are_filtered_and_belong_to_their_seller(application: Application, stranger: Application) -> None:
    row = of_type(application.read(ENTRIES, type__id=["SUC", "REF"])["billingEntries"], "SUC")[0]
    by_order = application.read(ENTRIES, order__id=row["order"]["id"])["billingEntries"]
    assert row in by_order
    by_offer = application.read(ENTRIES, offer__id=row["offer"]["id"])["billingEntries"]
    assert {other["offer"]["id"] for other in by_offer} == {row["offer"]["id"]}
    day = {"occurredAt__gte": "2026-02-20T00:00:00Z", "occurredAt__lte": "2026-02-20T23:59:59Z"}
    rows = application.read(ENTRIES, **day)["billingEntries"]
    assert rows
    assert {other["occurredAt"][:10] for other in rows} == {"2026-02-20"}
    stranger.connect(GARDEN)
    assert stranger.read(ENTRIES, order__id=row["order"]["id"])["billingEntries"] == []


def test_names_of_types_follow_the_language(application: Application) -> None:
    names = {}
    for language in ("pl-PL", "en-US", "hu-HU", None):
        application.session.headers["Accept-Language"] = language or "*"
        types = application.get("/billing/billing-types").json()
        assert isinstance(types, list)
        names[language] = {row["id"]: row["description"] for row in types}["SUC"]
    assert names["pl-PL"] == "Prowizja od sprzedaży"
    assert names["en-US"] == names["hu-HU"] == names[None] == "Sales commission"
    application.session.headers["Accept-Language"] = "pl-PL"
    row = application.read(ENTRIES, type__id="SUC", limit=1)["billingEntries"][0]
    assert row["type"]["name"] == names["pl-PL"]


def test_name_of_the_offer_is_filled_in_later(application: Application) -> None:
    body = {"kind": "billing_entry", "seller": COFFEE, "type": "LIS", "amount": "-1.00", "offer_id": SANTOS}
    assert application.control("/quirks", body).status_code == 200
    row = application.read(ENTRIES, type__id="LIS")["billingEntries"][0]
    assert (row["offer"], row["value"]["amount"]) == ({"id": SANTOS}, "-1.00")
    application.move_clock("2026-03-02T09:30:00Z")
    later = application.read(ENTRIES, type__id="LIS")["billingEntries"][0]
    assert later["offer"]["name"]
    assert later["id"] == row["id"]


def test_entry_can_appear_with_an_old_date(application: Application) -> None:
    before = application.read(ENTRIES, limit=1)["billingEntries"][0]
    body = {"kind": "billing_entry", "seller": COFFEE, "type": "HB4", "amount": "-3.19", "days_late": 3}
    assert application.control("/quirks", body).status_code == 200
    assert application.read(ENTRIES, limit=1)["billingEntries"][0] == before
    late = application.read(ENTRIES, type__id="HB4")["billingEntries"]
    assert [row["occurredAt"][:10] for row in late] == ["2026-02-27"]
