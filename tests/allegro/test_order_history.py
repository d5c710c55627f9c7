"""The orders of the year before an account was linked: all of them, over as many runs as it takes."""

from collections.abc import Iterator

import pytest

from accounts.scoping import workspace_scope
from allegro.management.commands.measure_truth import compare_sales
from allegro.models import RunStatus
from allegro.sync import order_history
from allegro.sync.context import SyncContext
from offers.calendar import warsaw_day
from offers.daily import sales_known_since
from offers.models import OrderHistory, OrderLine
from tests.allegro.conftest import Linked
from tests.allegro.record_rows import assert_rebuilding_changes_nothing


def sold_before(linked: Linked) -> set[str]:
    """The line items that the simulated seller had sold by now."""
    lines = linked.world.control("GET", "sales")["sales"]
    return {line["line_item_id"] for line in lines if line["seller_id"] == linked.account.allegro_id}


@pytest.fixture
def begun(coffee: Linked) -> Iterator[Linked]:
    with workspace_scope(coffee.workspace):
        yield coffee


def test_the_first_sync_reads_all_orders_that_allegro_keeps(begun: Linked) -> None:
    assert begun.sync().status == RunStatus.SUCCEEDED
    assert set(OrderLine.objects.values_list("line_item_id", flat=True)) == sold_before(begun)
    history = OrderHistory.objects.get()
    assert history.is_whole
    assert sales_known_since(begun.account) == warsaw_day(history.goal) + order_history.WEEK / 7
    assert compare_sales(begun.account) == []
    assert_rebuilding_changes_nothing(begun.account)


def test_what_a_run_has_no_time_for_is_read_by_the_next(begun: Linked, monkeypatch: pytest.MonkeyPatch) -> None:
    weeks: list[int] = []

    def after_two_weeks(context: SyncContext) -> bool:
        weeks.append(context.counts["weeks"])
        return context.counts["weeks"] >= 2

    monkeypatch.setattr(SyncContext, "is_time_up", after_two_weeks)
    begun.sync()
    first = OrderHistory.objects.get().since
    assert begun.account.connected_at is not None
    assert begun.world.now - first == 2 * order_history.WEEK
    begun.world.move(minutes=20)
    begun.sync()
    assert OrderHistory.objects.get().since == first - 2 * order_history.WEEK
    monkeypatch.undo()
    begun.world.move(minutes=20)
    assert begun.sync().status == RunStatus.SUCCEEDED
    assert set(OrderLine.objects.values_list("line_item_id", flat=True)) == sold_before(begun)
