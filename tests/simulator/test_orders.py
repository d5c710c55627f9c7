"""Orders, their journal, and the report that must add up to them."""

from collections import Counter, defaultdict
from datetime import UTC, datetime
from decimal import Decimal
from io import BytesIO
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook

from allegro.simulator.exports.sales_by_offer import HEADINGS
from allegro.simulator.server import RunningSimulator
from tests.simulator.conftest import COFFEE, GARDEN, Application

LIFE = ["BOUGHT", "FILLED_IN", "READY_FOR_PROCESSING"]


@pytest.fixture(scope="module")
def journal(running: RunningSimulator) -> list[dict[str, Any]]:
    """Every order event of the seller, read page by page."""
    application = Application(running.url)
    application.connect()
    rows: list[dict[str, Any]] = []
    cursor = "0"
    while page := application.read("/order/events", limit=1000, **{"from": cursor})["events"]:
        rows += page
        cursor = page[-1]["id"]
    application.session.close()
    return rows


def test_order_journal_is_complete_and_its_newest_event_known(application: Application, journal: list[Any]) -> None:
    rows = journal
    ids = [int(row["id"]) for row in rows]
    assert ids == sorted(set(ids))
    assert application.read("/order/event-stats")["latestEvent"]["id"] == rows[-1]["id"]
    assert application.read("/order/events", limit=2, **{"from": "not-a-number"})["events"] == rows[:2]


def test_orders_live_from_bought_to_picked_up(journal: list[Any]) -> None:
    kinds: dict[str, list[str]] = defaultdict(list)
    for row in journal:
        kinds[row["order"]["checkoutForm"]["id"]].append(row["type"])
    lives = Counter(tuple(dict.fromkeys(life)) for life in kinds.values())
    assert lives[(*LIFE, "FULFILLMENT_STATUS_CHANGED")] > 0.85 * sum(lives.values())
    ends = {kind for life in lives for kind in life}
    assert {"BUYER_CANCELLED", "AUTO_CANCELLED"} <= ends


def test_order_journal_has_duplicates_under_other_ids(journal: list[Any]) -> None:
    same = Counter((row["type"], row["order"]["checkoutForm"]["revision"], row["occurredAt"]) for row in journal)
    assert any(number > 1 for number in same.values())


def test_checkout_forms_page_sort_and_filter(application: Application) -> None:
    page = application.read("/order/checkout-forms")
    assert page["count"] == 100
    bought = [form["lineItems"][0]["boughtAt"] for form in page["checkoutForms"]]
    assert bought == sorted(bought, reverse=True)
    day = {"lineItems__boughtAt__gte": "2026-02-20T00:00:00Z", "lineItems__boughtAt__lte": "2026-02-20T23:59:59Z"}
    forms = application.read("/order/checkout-forms", sort="lineItems.boughtAt", **day)["checkoutForms"]
    assert forms
    assert all(form["lineItems"][0]["boughtAt"].startswith("2026-02-20") for form in forms)
    cancelled = application.read("/order/checkout-forms", status="CANCELLED")["checkoutForms"]
    assert {form["status"] for form in cancelled} == {"CANCELLED"}
    updated = application.read("/order/checkout-forms", updatedAt__gte="2026-03-02T07:00:00Z", sort="updatedAt")
    assert all(form["updatedAt"] >= "2026-03-02T07:00:00" for form in updated["checkoutForms"])


def test_checkout_forms_have_limits(application: Application) -> None:
    assert application.get("/order/checkout-forms", limit=101).status_code == 422
    assert application.get("/order/checkout-forms", offset=9_901).status_code == 422
    assert application.get("/order/checkout-forms", offset=9_900).status_code == 200
    assert application.get("/order/checkout-forms", lineItems__boughtAt__gte="yesterday").status_code == 422


def test_one_checkout_form(application: Application, stranger: Application) -> None:
    form = application.read("/order/checkout-forms", limit=1)["checkoutForms"][0]
    assert application.read(f"/order/checkout-forms/{form['id']}") == form
    total = sum(Decimal(line["price"]["amount"]) * line["quantity"] for line in form["lineItems"])
    assert Decimal(form["summary"]["totalToPay"]["amount"]) == total + Decimal(form["delivery"]["cost"]["amount"])
    assert application.get("/order/checkout-forms/nonsense").status_code == 422
    assert application.get("/order/checkout-forms/29738e61-7f6a-11e8-ac45-09db60ede9d6").status_code == 404
    stranger.connect(GARDEN)
    assert stranger.get(f"/order/checkout-forms/{form['id']}").status_code == 404


def test_purchase_lowers_stock_in_the_truth(application: Application) -> None:
    actions = application.read("/_simulator/truth")["actions"]
    purchases = [row for row in actions if row["actor"] == "buyer"]
    assert all(row["old"] - row["new"] == row["units"] for row in purchases)
    sold = {row["line_item_id"]: row["quantity"] for row in application.read("/_simulator/sales")["sales"]}
    assert sold == {row["line_item_id"]: row["units"] for row in purchases}


@pytest.mark.parametrize("language", ["pl", "en"])
def test_report_adds_up_to_the_sales_truth(application: Application, language: str) -> None:
    period = {"from": "2026-02-01", "to": "2026-02-28", "language": language}
    answer = application.get("/_simulator/exports/sales-by-offer.xlsx", **period)
    assert "2026-02-01_2026-02-28.xlsx" in answer.headers["Content-Disposition"]
    book = load_workbook(BytesIO(answer.content))
    head, *rows = _cells(book)
    assert head == tuple(text.format(currency="PLN") for text in HEADINGS["usual"][language])
    counted = [row for row in _february(application) if row["marketplace"] == "allegro-pl"]
    assert sum(row[2] for row in rows) == sum(row["quantity"] for row in counted)
    value = sum((Decimal(row["price"]) * row["quantity"] for row in counted), Decimal(0))
    assert round(sum(float(row[3]) for row in rows), 2) == float(value)
    assert abs(sum(float(row[5]) for row in rows) - 1) < 0.01
    assert len(rows) == 42
    assert all(isinstance(number, int | float) for row in rows for number in row[2:])


def _cells(book: Workbook) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in book.worksheets[0].iter_rows(values_only=True)]


def _february(application: Application) -> list[dict[str, Any]]:
    since = datetime(2026, 1, 31, 23, tzinfo=UTC).isoformat()
    until = datetime(2026, 2, 28, 23, tzinfo=UTC).isoformat()
    rows = application.read("/_simulator/sales", since=since, until=until)["sales"]
    return [row for row in rows if row["seller_id"] == COFFEE and row["status"] == "READY_FOR_PROCESSING"]


def test_report_counts_the_true_visits(application: Application) -> None:
    answer = application.get("/_simulator/exports/sales-by-offer.xlsx", **{"from": "2026-02-10", "to": "2026-02-12"})
    book = load_workbook(BytesIO(answer.content))
    visits = {str(row[0]): row[4] for row in _cells(book)[1:]}
    true: Counter[str] = Counter()
    for row in application.read("/_simulator/visits")["visits"]:
        if "2026-02-10" <= row["day"] <= "2026-02-12" and row["marketplace"] == "allegro-pl":
            true[row["offer_id"]] += row["visits"]
    assert visits == {offer_id: number for offer_id, number in true.items() if offer_id in visits}
