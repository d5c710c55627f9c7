"""Oddities of orders and their journal, made to happen by the simulator: every sale is counted once and no more."""

from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from allegro.models import RunKind, RunStatus, StreamHealth
from offers.models import OrderEvent, OrderLine, SalesDay
from tests.allegro.conftest import SECATEURS, Linked
from tests.allegro.record_rows import assert_rebuilding_changes_nothing, outcome

PRICE = "64.90"


@pytest.fixture
def synced(garden: Linked) -> Linked:
    """The garden seller after its first sync, a little later, with no other buyers of the secateurs in sight."""
    garden.world.edit(SECATEURS, stock=500)
    garden.first_sync()
    garden.world.move(minutes=1)
    return garden


def later(linked: Linked, kind: RunKind = RunKind.JOURNAL, **span: float) -> dict[str, dict[str, int]]:
    linked.world.move(**span)
    run = linked.sync(kind)
    assert run.status == RunStatus.SUCCEEDED
    return {entry["stage"]: entry["counts"] for entry in run.stages}


def special_order(linked: Linked, until: str = "READY_FOR_PROCESSING", **line: Any) -> str:
    """An order of three secateurs; returns its id."""
    lines = [{"offer_id": SECATEURS, "quantity": 3, "price": PRICE, **line}]
    linked.world.quirk("special_order", lines=lines, until=until)
    return str(linked.world.running.simulation.world.orders_by_time[-1].id)


def states(order_id: str) -> list[str]:
    return list(OrderLine.objects.filter(order_id=order_id).order_by("pk").values_list("status", flat=True))


def units(order_id: str) -> int:
    """How many pieces of the order the daily sums hold: those of its day less all others."""
    own = OrderLine.objects.get(order_id=order_id, superseded_at__isnull=True)
    others = OrderLine.objects.filter(
        allegro_offer_id=own.allegro_offer_id, superseded_at__isnull=True, status="READY_FOR_PROCESSING"
    ).exclude(order_id=order_id)
    total: int = sum(day.units for day in SalesDay.objects.filter(offer__allegro_id=own.allegro_offer_id))
    return total - sum(int(line.quantity) for line in others)


def test_an_order_event_that_comes_again_is_read_once_and_counted_once(synced: Linked) -> None:
    """Duplicates are expected (allegro-api issue 10716), and a stored revision needs no second read (issue 3187)."""
    order_id = special_order(synced)
    later(synced, minutes=1)
    before = outcome(synced.account)["sales"]
    assert units(order_id) == 3
    synced.world.quirk("duplicate_order_events", order_id=order_id, times=3)
    counts = later(synced, seconds=40)["orders"]
    assert counts["order_events"] >= 3
    events = OrderEvent.objects.filter(order_id=order_id, type="READY_FOR_PROCESSING")
    assert events.count() >= 4
    assert len(set(events.values_list("revision", "occurred_at"))) == 1
    assert not OrderEvent.objects.filter(pending=True).exists()
    assert counts.get("orders", 0) == 0
    assert outcome(synced.account)["sales"] == before


def test_a_paid_order_without_its_event_is_found_by_the_next_full_run(synced: Linked) -> None:
    """READY_FOR_PROCESSING has been missing for hours (allegro-api issue 8623)."""
    order_id = special_order(synced, until="FILLED_IN")
    later(synced, minutes=1)
    assert states(order_id)[-1] == "FILLED_IN"
    synced.world.quirk("missing_ready", order_id=order_id, hours=20)
    later(synced, minutes=5)
    assert (states(order_id)[-1], units(order_id)) == ("FILLED_IN", 0)
    later(synced, RunKind.FULL, minutes=20)
    assert (states(order_id)[-1], units(order_id)) == ("READY_FOR_PROCESSING", 3)
    later(synced, RunKind.FULL, hours=22)
    assert units(order_id) == 3
    assert_rebuilding_changes_nothing(synced.account)


def test_what_changed_while_orders_could_not_be_read_is_asked_for_afterwards(synced: Linked) -> None:
    order_id = special_order(synced, until="FILLED_IN")
    later(synced, minutes=1)
    good = StreamHealth.objects.get(stream="orders").succeeded_at
    synced.world.quirk("missing_ready", order_id=order_id, hours=40)
    for _ in range(3):
        synced.world.move(hours=3)
        synced.world.fault("/order/", 403)
        assert synced.sync().status == RunStatus.PARTIAL
    assert StreamHealth.objects.get(stream="orders").succeeded_at == good
    synced.account.refresh_from_db()
    assert synced.account.last_full_sync_at == synced.world.now
    later(synced, RunKind.FULL, hours=3)
    assert (states(order_id)[-1], units(order_id)) == ("READY_FOR_PROCESSING", 3)


def test_an_order_cancelled_before_it_was_ready_is_cancelled(synced: Linked) -> None:
    """BUYER_CANCELLED has come before READY_FOR_PROCESSING (allegro-api issue 5900)."""
    order_id = special_order(synced, until="FILLED_IN")
    later(synced, minutes=1)
    synced.world.quirk("cancel_before_ready", order_id=order_id, minutes=30)
    later(synced, minutes=5)
    assert (states(order_id)[-1], units(order_id)) == ("CANCELLED", 0)
    later(synced, minutes=40)
    kinds = OrderEvent.objects.filter(order_id=order_id).order_by("pk").values_list("type", flat=True)
    assert list(dict.fromkeys(kinds))[-2:] == ["BUYER_CANCELLED", "READY_FOR_PROCESSING"]
    assert (states(order_id)[-1], units(order_id)) == ("CANCELLED", 0)


def test_an_order_that_nobody_pays_never_counts_and_is_cancelled_after_a_week(synced: Linked) -> None:
    """(allegro-api issue 4646)"""
    order_id = special_order(synced, until="FILLED_IN")
    later(synced, minutes=1)
    assert (states(order_id)[-1], units(order_id)) == ("FILLED_IN", 0)
    later(synced, days=7, hours=2)
    assert OrderEvent.objects.filter(order_id=order_id, type="AUTO_CANCELLED").exists()
    assert (states(order_id)[-1], units(order_id)) == ("CANCELLED", 0)


def test_a_cancellation_that_is_no_change_by_its_time_takes_the_sale_back(synced: Linked) -> None:
    """updatedAt did not move on a cancellation (allegro-api issue 8419)."""
    order_id = special_order(synced)
    later(synced, minutes=1)
    assert units(order_id) == 3
    synced.world.quirk("silent_cancellation", order_id=order_id)
    later(synced, minutes=5)
    first, last = OrderLine.objects.filter(order_id=order_id, status__in=["READY_FOR_PROCESSING", "CANCELLED"])
    assert {first.status, last.status} == {"READY_FOR_PROCESSING", "CANCELLED"}
    assert first.order_updated_at == last.order_updated_at
    assert units(order_id) == 0


def test_a_surcharge_makes_an_order_ready_twice_and_sells_nothing_more(synced: Linked) -> None:
    """(allegro-api issue 2235)"""
    order_id = special_order(synced)
    later(synced, minutes=1)
    synced.world.quirk("surcharge", order_id=order_id, amount="12.50")
    later(synced, minutes=5)
    revisions = OrderEvent.objects.filter(order_id=order_id, type="READY_FOR_PROCESSING").values_list("revision")
    assert len(set(revisions)) == 2
    assert units(order_id) == 3


def test_orders_whose_events_come_hours_late_count_on_the_day_they_were_bought(synced: Linked) -> None:
    """Incidents have held events back for hours (allegro-api issue 5134)."""
    synced.world.quirk("journal_delay", journal="orders", seller=synced.account.allegro_id, hours=6, lasting_hours=1)
    order_id = special_order(synced)
    bought_at = synced.world.now
    later(synced, minutes=30)
    assert states(order_id) == []
    later(synced, hours=7)
    line = OrderLine.objects.get(order_id=order_id, superseded_at__isnull=True)
    assert (line.bought_at, line.status) == (bought_at, "READY_FOR_PROCESSING")
    event = OrderEvent.objects.filter(order_id=order_id).earliest("pk")
    assert event.received_at - event.occurred_at > timedelta(hours=6)
    assert units(order_id) == 3


def test_the_sellers_own_cancellation_of_a_paid_order_is_no_cancellation(synced: Linked) -> None:
    """Only the order's status counts, not the seller's workflow (allegro-api issues 11244, 3356)."""
    order_id = special_order(synced)
    with synced.world.running.simulation.lock:
        synced.world.running.simulation.world.orders[order_id].fulfillment = "CANCELLED"
    later(synced, minutes=1)
    with closing(synced.client()) as client:
        assert client.order(order_id).fulfillment == "CANCELLED"
    assert (states(order_id)[-1], units(order_id)) == ("READY_FOR_PROCESSING", 3)


def test_revenue_is_what_the_buyer_pays_whatever_the_discounts(synced: Linked) -> None:
    """`price` is per piece and final; discounts stand at the lines (allegro-api issues 2650, 11428)."""
    order_id = special_order(synced, price="50.00", original_price="64.90", discounts=["COUPON", "CAMPAIGN"])
    later(synced, minutes=1)
    line = OrderLine.objects.get(order_id=order_id, superseded_at__isnull=True)
    assert (str(line.unit_price), str(line.original_price), line.quantity) == ("50.00", "64.90", 3)


def test_times_of_orders_are_those_of_allegro_in_utc(synced: Linked) -> None:
    """Hours of difference have been mistakes of time zones (allegro-api issue 5859)."""
    order_id = special_order(synced)
    later(synced, minutes=1)
    event = OrderEvent.objects.filter(order_id=order_id, type="BOUGHT").earliest("pk")
    line = OrderLine.objects.get(order_id=order_id, superseded_at__isnull=True)
    assert event.occurred_at == line.bought_at == datetime(2026, 8, 29, 0, 1, tzinfo=UTC)
    assert timedelta(0) < event.received_at - event.occurred_at <= timedelta(minutes=1)
