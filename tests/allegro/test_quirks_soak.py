"""A week in which Allegro fails at every turn: nothing is missed, nothing is invented."""

from datetime import timedelta

import pytest

from accounts.models import AccountStatus
from accounts.scoping import workspace_scope
from allegro.management.commands.measure_truth import compare_changes, compare_sales
from allegro.models import RunKind, RunStatus, StreamHealth, SyncRun
from allegro.simulator.faults import PLANNED_KINDS
from offers.models import CoverageGap, OfferEvent, OrderEvent
from offers.record.projection import change_rows
from tests.allegro.conftest import COFFEE, Linked, World, link
from tests.allegro.record_rows import assert_rebuilding_changes_nothing
from tests.allegro.test_truth import measure_tables

KINDS = [kind for kind in PLANNED_KINDS if kind != "limit_429"]
FULL_EVERY = timedelta(hours=12)
WEEK = timedelta(days=7)
RUNS_A_DAY = 2


@pytest.mark.soak
@pytest.mark.django_db
def test_a_week_of_failures_is_recorded_as_it_happened(world: World) -> None:
    linked = link(world, COFFEE)
    with workspace_scope(linked.workspace):
        linked.sync()
        world.control("POST", "fault-plan", seed=5, share=0.15, kinds=KINDS, scale=0.001)
        _live(linked)
        plan = world.control("GET", "fault-plan")["plan"]
        world.control("DELETE", "fault-plan")
        _settle(linked)
        assert plan["requests"] > 500
        assert plan["failed"] > 0.1 * plan["requests"]
        failed = SyncRun.objects.exclude(status=RunStatus.SUCCEEDED)
        assert failed.count() > 10
        assert set(failed.values_list("error", flat=True)) <= {"unavailable", "forbidden", "wrong_environment"}
        linked.account.refresh_from_db()
        assert linked.account.status == AccountStatus.CONNECTED
        _assert_true(linked)


def _live(linked: Linked) -> None:
    """A full run every twelve hours, and once a day a journal run between two of them."""
    for number in range(WEEK // FULL_EVERY):
        if number % RUNS_A_DAY == 0:
            linked.world.move(hours=1)
            linked.sync(RunKind.JOURNAL)
            linked.world.move(hours=11)
            measure_tables(0)
        else:
            linked.world.move(hours=12)
        linked.sync(RunKind.FULL)


def _settle(linked: Linked) -> None:
    """The faults are over; what was put off for up to six hours is read."""
    for _ in range(3):
        linked.world.move(hours=3)
        assert linked.sync(RunKind.FULL).status == RunStatus.SUCCEEDED


def _assert_true(linked: Linked) -> None:
    result = compare_changes(linked.account)
    assert (result.missed, result.invented, result.wrong_value, result.wrong_time) == ([], [], [], [])
    assert result.found == result.observable > 20
    assert result.not_read_yet == 0
    assert compare_sales(linked.account) == []
    assert len(list(change_rows(linked.account))) > 100
    assert not CoverageGap.objects.exists()
    assert not OrderEvent.objects.filter(pending=True).exists()
    assert set(StreamHealth.objects.values_list("error", flat=True)) == {""}
    world = linked.world.running.simulation.world
    published = [event for event in world.offer_journals[COFFEE].events if event.published_at <= world.now]
    assert OfferEvent.objects.count() >= len([event for event in published if event.occurred_at > _week_ago(linked)])
    assert_rebuilding_changes_nothing(linked.account)


def _week_ago(linked: Linked) -> int:
    return int((linked.world.now - WEEK).timestamp() * 1_000_000)
