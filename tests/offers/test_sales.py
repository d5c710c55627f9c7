"""The sales ledger: keyed by line item, counted by Warsaw day, rebuilt to the same sums."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from accounts.models import SellerAccount
from offers.calendar import end_of_day, start_of_day, warsaw_day
from offers.models import Offer, OrderEvent, OrderLine, SalesDay
from offers.record.changes import PURCHASE_REACH
from offers.sales.orders import (
    OrderForm,
    OrderItem,
    OrderJournalRow,
    forget_pending,
    rebuild_sales,
    record_order_events,
    record_orders,
)
from tests.conftest import Team

NOON = datetime(2026, 9, 1, 10, tzinfo=UTC)
READY, CANCELLED = "READY_FOR_PROCESSING", "CANCELLED"


@pytest.fixture
def account(in_workspace: Team) -> Iterator[SellerAccount]:
    yield in_workspace.account


def item(
    name: str = "line",
    *,
    offer: str = "17",
    quantity: int = 1,
    price: str = "49.90",
    currency: str = "PLN",
    bought_at: datetime = NOON,
) -> OrderItem:
    return OrderItem(name, offer, "Kawa", quantity, Decimal(price), None, currency, bought_at)


def form(
    *items: OrderItem,
    order: str = "order",
    status: str = READY,
    updated_at: datetime | None = NOON,
    marketplace: str = "allegro-pl",
    revision: str = "r1",
) -> OrderForm:
    return OrderForm(order, revision, status, marketplace, updated_at, items or (item(),))


def days(account: SellerAccount) -> dict[tuple[str, str, str, date], tuple[int, Decimal, int]]:
    return {
        (row.offer.allegro_id, row.marketplace, row.currency, row.day): (row.units, row.revenue, row.orders)
        for row in SalesDay.objects.filter(account=account).select_related("offer")
    }


def pieces(account: SellerAccount) -> dict[date, int]:
    return {key[3]: units for key, (units, _revenue, _orders) in days(account).items()}


def test_a_day_sums_the_lines_of_an_offer(account: SellerAccount) -> None:
    forms = [
        form(item("a", quantity=2), item("b", offer="18", price="10.00"), order="one"),
        form(item("c", quantity=1, price="44.90"), order="two"),
    ]
    assert record_orders(account, forms, NOON) == 3
    assert days(account) == {
        ("17", "allegro-pl", "PLN", date(2026, 9, 1)): (3, Decimal("144.70"), 2),
        ("18", "allegro-pl", "PLN", date(2026, 9, 1)): (1, Decimal("10.00"), 1),
    }


def test_reading_an_order_again_changes_nothing(account: SellerAccount) -> None:
    record_orders(account, [form()], NOON)
    before = list(OrderLine.objects.values())
    assert record_orders(account, [form()], NOON + timedelta(hours=1)) == 0
    assert list(OrderLine.objects.values()) == before


def test_a_merged_cart_moves_its_line_and_sells_nothing_twice(account: SellerAccount) -> None:
    record_orders(account, [form(item("a"), order="one"), form(item("b"), order="two")], NOON)
    record_orders(account, [form(item("a"), item("b"), order="merged", updated_at=NOON + timedelta(hours=1))], NOON)
    current = OrderLine.objects.filter(superseded_at__isnull=True)
    assert set(current.values_list("line_item_id", "order_id")) == {("a", "merged"), ("b", "merged")}
    assert OrderLine.objects.count() == 4
    assert list(days(account).values()) == [(2, Decimal("99.80"), 1)]


def test_a_cancellation_takes_the_sale_out_of_its_day(account: SellerAccount) -> None:
    record_orders(account, [form(item("a"), order="one"), form(item("b"), order="two")], NOON)
    later = NOON + timedelta(days=3)
    record_orders(account, [form(item("a"), order="one", status=CANCELLED, updated_at=later)], later)
    assert list(days(account).values()) == [(1, Decimal("49.90"), 1)]
    record_orders(account, [form(item("b"), order="two", status=CANCELLED, updated_at=later)], later)
    assert days(account) == {}


def test_a_cancellation_that_did_not_move_the_time_of_change_counts_too(account: SellerAccount) -> None:
    record_orders(account, [form()], NOON)
    record_orders(account, [form(status=CANCELLED)], NOON + timedelta(hours=1))
    assert days(account) == {}


@pytest.mark.parametrize("status", ["BOUGHT", "FILLED_IN", CANCELLED, "SOMETHING_QUITE_NEW_AND_LONG"])
def test_only_orders_that_are_ready_count(account: SellerAccount, status: str) -> None:
    record_orders(account, [form(status=status)], NOON)
    assert days(account) == {}
    assert OrderLine.objects.count() == 1


def test_an_older_state_that_arrives_late_is_ignored(account: SellerAccount) -> None:
    record_orders(account, [form(updated_at=NOON)], NOON)
    assert record_orders(account, [form(status="BOUGHT", updated_at=NOON - timedelta(hours=1))], NOON) == 0
    assert OrderLine.objects.get().status == READY


def test_a_later_state_is_taken_even_when_it_goes_back(account: SellerAccount) -> None:
    record_orders(account, [form(status=CANCELLED, updated_at=NOON)], NOON)
    record_orders(account, [form(status=READY, updated_at=NOON + timedelta(hours=1))], NOON)
    assert list(pieces(account).values()) == [1]


def test_a_changed_quantity_replaces_the_old_one(account: SellerAccount) -> None:
    record_orders(account, [form(item(quantity=3))], NOON)
    record_orders(account, [form(item(quantity=1), updated_at=NOON + timedelta(hours=1))], NOON)
    assert list(pieces(account).values()) == [1]
    assert OrderLine.objects.count() == 2


@pytest.mark.parametrize(
    ("bought_at", "day"),
    [
        (datetime(2026, 7, 1, 21, 59, tzinfo=UTC), date(2026, 7, 1)),
        (datetime(2026, 7, 1, 22, 1, tzinfo=UTC), date(2026, 7, 2)),
        (datetime(2026, 12, 1, 22, 59, tzinfo=UTC), date(2026, 12, 1)),
        (datetime(2026, 12, 1, 23, 1, tzinfo=UTC), date(2026, 12, 2)),
        # 29 March 2026 has 23 hours, 25 October 25.
        (datetime(2026, 3, 28, 23, 0, tzinfo=UTC), date(2026, 3, 29)),
        (datetime(2026, 3, 29, 21, 59, tzinfo=UTC), date(2026, 3, 29)),
        (datetime(2026, 3, 29, 22, 0, tzinfo=UTC), date(2026, 3, 30)),
        (datetime(2026, 10, 24, 22, 0, tzinfo=UTC), date(2026, 10, 25)),
        (datetime(2026, 10, 25, 22, 59, tzinfo=UTC), date(2026, 10, 25)),
        (datetime(2026, 10, 25, 23, 0, tzinfo=UTC), date(2026, 10, 26)),
    ],
)
def test_a_sale_belongs_to_its_day_in_warsaw(account: SellerAccount, bought_at: datetime, day: date) -> None:
    record_orders(account, [form(item(bought_at=bought_at))], bought_at)
    assert list(pieces(account)) == [warsaw_day(bought_at)] == [day]
    rebuild_sales(account)
    assert list(pieces(account)) == [day]


def test_days_at_the_change_of_the_clocks_have_their_true_length() -> None:
    assert end_of_day(date(2026, 3, 29)) - start_of_day(date(2026, 3, 29)) == timedelta(hours=23)
    assert end_of_day(date(2026, 10, 25)) - start_of_day(date(2026, 10, 25)) == timedelta(hours=25)
    assert end_of_day(date(2026, 9, 1)) - start_of_day(date(2026, 9, 1)) == timedelta(hours=24)


def test_sales_either_side_of_midnight_stay_apart_when_one_of_them_changes(account: SellerAccount) -> None:
    before, after = datetime(2026, 7, 1, 21, 59, tzinfo=UTC), datetime(2026, 7, 1, 22, 1, tzinfo=UTC)
    record_orders(account, [form(item("a", bought_at=before), order="one")], NOON)
    record_orders(account, [form(item("b", bought_at=after, quantity=2), order="two")], NOON)
    assert pieces(account) == {date(2026, 7, 1): 1, date(2026, 7, 2): 2}
    record_orders(account, [form(item("b", bought_at=after), order="two", status=CANCELLED)], NOON)
    assert pieces(account) == {date(2026, 7, 1): 1}


def test_currencies_and_marketplaces_are_never_summed(account: SellerAccount) -> None:
    forms = [
        form(item("a"), order="one"),
        form(item("b", price="300.00", currency="CZK"), order="two", marketplace="allegro-cz"),
        form(item("c", price="11.00", currency="EUR"), order="three", marketplace="allegro-sk"),
    ]
    record_orders(account, forms, NOON)
    assert {key[1:3]: revenue for key, (_units, revenue, _orders) in days(account).items()} == {
        ("allegro-pl", "PLN"): Decimal("49.90"),
        ("allegro-cz", "CZK"): Decimal("300.00"),
        ("allegro-sk", "EUR"): Decimal("11.00"),
    }


def test_an_order_without_marketplace_counts_for_the_base_one(account: SellerAccount) -> None:
    record_orders(account, [form(marketplace="")], NOON)
    assert {key[1] for key in days(account)} == {"allegro-pl"}


def test_two_lines_of_one_order_are_one_order(account: SellerAccount) -> None:
    record_orders(account, [form(item("a"), item("b"))], NOON)
    assert list(days(account).values()) == [(2, Decimal("99.80"), 1)]


def test_an_offer_known_from_orders_only_has_the_name_of_the_order(account: SellerAccount) -> None:
    record_orders(account, [form(item(offer="99"))], NOON)
    offer = Offer.objects.get(account=account, allegro_id="99")
    assert (offer.title, offer.detail_seen_at) == ("Kawa", None)
    Offer.objects.filter(pk=offer.pk).update(title="Own title")
    record_orders(account, [form(replace(item("b", offer="99"), offer_name="Other"), order="two")], NOON)
    offer.refresh_from_db()
    assert offer.title == "Own title"


def test_a_purchase_asks_for_the_changes_from_shortly_before_it(account: SellerAccount, in_workspace: Team) -> None:
    record_orders(account, [form(item(offer=in_workspace.offer.allegro_id))], NOON)
    in_workspace.offer.refresh_from_db()
    assert in_workspace.offer.derive_from == NOON - PURCHASE_REACH


def test_rebuilding_gives_the_same_sums(account: SellerAccount) -> None:
    forms = [
        form(
            item(f"a{number}", offer=str(17 + number % 3), bought_at=NOON + timedelta(hours=7 * number)),
            item(f"b{number}", offer="17", price="12.30", bought_at=NOON + timedelta(hours=7 * number)),
            order=f"order-{number}",
            status=CANCELLED if number % 5 == 0 else READY,
            marketplace="allegro-cz" if number % 2 else "allegro-pl",
        )
        for number in range(20)
    ]
    for each in forms:
        record_orders(account, [each], NOON)
    before = days(account)
    assert rebuild_sales(account) == len(before) > 10
    assert days(account) == before


def journal_row(number: int = 1, order: str = "order") -> OrderJournalRow:
    return OrderJournalRow(str(number), "READY_FOR_PROCESSING", order, "r1", NOON)


def test_a_repeated_row_of_the_order_journal_is_stored_once(account: SellerAccount) -> None:
    assert record_order_events(account, [journal_row(1), journal_row(2)], NOON) == 2
    assert record_order_events(account, [journal_row(2), journal_row(3)], NOON) == 1
    assert OrderEvent.objects.filter(account=account).count() == 3


def test_an_order_event_waits_until_its_order_was_read(account: SellerAccount) -> None:
    record_order_events(account, [journal_row(1), journal_row(2, "vanished"), journal_row(3, "other")], NOON)
    record_orders(account, [form()], NOON)
    forget_pending(account, ["vanished"])
    assert list(OrderEvent.objects.filter(pending=True).values_list("order_id", flat=True)) == ["other"]
