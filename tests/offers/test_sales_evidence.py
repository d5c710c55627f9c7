"""What our own orders say of some days: sold, cancelled, at the edge of the days."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from accounts.models import SellerAccount
from offers.models import OrderLine, SalesDay
from offers.sales import OrderForm, OrderItem, OrderJournalRow, record_order_events, record_orders
from offers.sales_evidence import Amount, Edge, Sales, Subsidy, cancelled_of, edge_of, sales_of, subsidies_of
from tests.conftest import Team

NOON = datetime(2026, 9, 1, 10, tzinfo=UTC)
DAY = date(2026, 9, 1)
LATER = NOON + timedelta(days=2)
READY, CANCELLED, BOUGHT = "READY_FOR_PROCESSING", "CANCELLED", "BOUGHT"


@pytest.fixture
def account(in_workspace: Team) -> SellerAccount:
    return in_workspace.account


def item(name: str, *, offer: str = "17", quantity: int = 1, price: str = "10.00", at: datetime = NOON) -> OrderItem:
    return OrderItem(name, offer, "Kawa", quantity, Decimal(price), None, "PLN", at)


def form(order: str, *items: OrderItem, status: str = READY, marketplace: str = "allegro-pl") -> OrderForm:
    return OrderForm(order, "r1", status, marketplace, NOON, items)


def event(order: str, kind: str, at: datetime) -> OrderJournalRow:
    return OrderJournalRow(f"{order}{kind}", kind, order, "r2", at)


def test_sales_are_those_of_exactly_the_days_and_the_marketplace_asked_for(account: SellerAccount) -> None:
    czech = replace(item("c", quantity=3, price="100.00"), currency="CZK")
    record_orders(
        account,
        [
            form("one", item("a", quantity=2), item("b", offer="18", price="5.00")),
            form("two", item("a2")),
            form("three", czech, marketplace="allegro-cz"),
            form("four", item("d", at=NOON + timedelta(days=1))),
            form("five", item("e"), status=BOUGHT),
        ],
        NOON,
    )
    assert sales_of(account, ["17", "18", "19"], DAY, DAY) == {
        "17": {"CZK": Sales(3, Decimal("300.00"), 1), "PLN": Sales(3, Decimal("30.00"), 2)},
        "18": {"PLN": Sales(1, Decimal("5.00"), 1)},
    }
    assert sales_of(account, ["17"], DAY, DAY, "allegro-cz") == {"17": {"CZK": Sales(3, Decimal("300.00"), 1)}}
    both = sales_of(account, None, DAY, DAY + timedelta(days=1))
    assert both["17"]["PLN"] == Sales(4, Decimal("40.00"), 3)


def test_sales_by_evidence_are_those_of_the_daily_series(account: SellerAccount) -> None:
    forms = [form(f"o{number}", item(f"l{number}", at=NOON + timedelta(hours=7 * number))) for number in range(9)]
    record_orders(account, forms, NOON)
    for row in SalesDay.objects.all():
        assert sales_of(account, ["17"], row.day, row.day)["17"]["PLN"] == (row.units, row.revenue, row.orders)
    assert SalesDay.objects.count() == 3


def test_an_order_that_nobody_paid_is_told_from_one_that_was_sold_and_cancelled(account: SellerAccount) -> None:
    unpaid, sold = form("unpaid", item("a"), status=BOUGHT), form("sold", item("b", quantity=2))
    record_orders(account, [unpaid, sold], NOON)
    record_order_events(
        account, [event("unpaid", "AUTO_CANCELLED", LATER), event("sold", "BUYER_CANCELLED", LATER)], LATER
    )
    seen = LATER + timedelta(hours=1)
    record_orders(account, [replace(unpaid, status=CANCELLED), replace(sold, status=CANCELLED)], seen)
    found = cancelled_of(account, ["17"], DAY, DAY)["17"]["PLN"]
    assert (found.unpaid, found.after_ready) == (Amount(1, Decimal("10.00")), Amount(2, Decimal("20.00")))
    assert [(line.order_id, line.by, line.at, line.is_told) for line in found.lines] == [
        ("unpaid", "allegro", LATER, True),
        ("sold", "buyer", LATER, True),
    ]
    assert found.cancelled_after(LATER - timedelta(minutes=1)) == Amount(2, Decimal("20.00"))
    assert found.cancelled_after(LATER) == Amount()


def test_an_order_only_read_when_it_was_cancelled_tells_by_its_payment_whether_it_was_sold(
    account: SellerAccount,
) -> None:
    paid = replace(form("paid", item("a"), status=CANCELLED), paid_at=NOON, cancelled_at=LATER)
    on_delivery = replace(form("cod", item("b"), status=CANCELLED), payment_type="CASH_ON_DELIVERY")
    never = replace(form("never", item("c"), status=CANCELLED), payment_type="ONLINE")
    record_orders(account, [paid, on_delivery, never], LATER + timedelta(days=9))
    found = {line.order_id: line for line in cancelled_of(account, None, DAY, DAY)["17"]["PLN"].lines}
    assert {order: line.was_ready for order, line in found.items()} == {"paid": True, "cod": True, "never": False}
    assert (found["paid"].at, found["paid"].is_told, found["paid"].by) == (LATER, True, "")
    # Nothing says when: it is known from the reading on.
    assert (found["never"].at, found["never"].is_told) == (LATER + timedelta(days=9), False)


def test_sales_around_midnight_are_named_that_days_cut_in_utc_would_move(account: SellerAccount) -> None:
    # In summer the Warsaw day begins at 22:00 UTC of the day before.
    first, last = datetime(2026, 8, 31, 22, tzinfo=UTC), datetime(2026, 9, 1, 22, tzinfo=UTC)
    minute = timedelta(minutes=1)
    moments = [
        first - minute,
        first,
        first + 119 * minute,
        first + 120 * minute,
        last - minute,
        last,
        last + 119 * minute,
    ]
    forms = [form(f"o{number}", item(f"l{number}", at=at)) for number, at in enumerate([*moments, last + 120 * minute])]
    record_orders(account, forms, LATER)
    assert sales_of(account, ["17"], DAY, DAY)["17"]["PLN"].units == 4
    two = Amount(2, Decimal("20.00"))
    assert edge_of(account, ["17"], DAY, DAY) == {"17": {"PLN": Edge(leaves=two, enters=two)}}
    assert edge_of(account, ["18"], DAY, DAY) == {}


def test_what_allegro_adds_stands_apart_from_the_sales(account: SellerAccount) -> None:
    subsidised = replace(
        item("a", quantity=2, price="45.00"),
        reconciliation=Decimal("6.55"),
        reconciliation_type="WALLET",
        reconciled_quantity=1,
        discounts=("CAMPAIGN",),
    )
    record_orders(account, [form("one", subsidised), form("two", item("b"))], NOON)
    assert subsidies_of(account, None, DAY, DAY) == {"17": {"PLN": Subsidy(1, Decimal("6.55"))}}
    assert sales_of(account, None, DAY, DAY)["17"]["PLN"].revenue == Decimal("100.00")
    line = OrderLine.objects.get(line_item_id="a")
    assert (line.reconciliation_type, line.discounts, line.vouchers) == ("WALLET", ["CAMPAIGN"], [])


def test_a_new_fact_of_an_order_adds_a_state_and_sells_nothing_more(account: SellerAccount) -> None:
    record_orders(account, [form("one", item("a"))], NOON)
    sent = replace(form("one", item("a")), fulfillment="SENT")
    assert record_orders(account, [sent], LATER) == 1
    assert record_orders(account, [sent], LATER) == 0
    assert sales_of(account, None, DAY, DAY) == {"17": {"PLN": Sales(1, Decimal("10.00"), 1)}}
    assert OrderLine.objects.count() == 2
