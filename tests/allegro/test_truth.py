"""Whole weeks against the simulator's own log: nothing missed, nothing invented, and a rebuild is identical."""

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import connection

from accounts.scoping import workspace_scope
from allegro.demo.replay import SimulatorControl, replay
from allegro.management.commands.measure_truth import compare_changes, compare_sales
from allegro.simulator import server
from offers.models import OfferChange, SalesDay
from offers.projection import change_rows
from tests.allegro.conftest import COFFEE, START, World, link

PREHISTORY_DAYS = 2


def measure_tables(_share: float) -> None:
    """Tell the planner how large the tables are: inside a test's transaction autovacuum cannot see them grow."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE offers_offersnapshot, offers_offerevent, offers_offerchange")
        cursor.execute("ANALYZE offers_offer, offers_orderline, offers_orderevent, offers_salesday")


@pytest.mark.slow
@pytest.mark.django_db
@pytest.mark.parametrize(("seed", "days", "hours"), [(7, 10, 6), (11, 5, 12)])
def test_a_replayed_life_is_recorded_as_it_happened(
    world: World, monkeypatch: pytest.MonkeyPatch, seed: int, days: int, hours: int
) -> None:
    monkeypatch.setattr("allegro.demo.replay.STEP", timedelta(hours=hours))
    world.control("POST", "reset", seed=seed, start=START)
    linked = link(world, COFFEE)
    with workspace_scope(linked.workspace):
        replay(linked.account, SimulatorControl(world.url), world.now + timedelta(days=days), measure_tables)
        result = compare_changes(linked.account)
        assert (result.missed, result.invented, result.wrong_value, result.wrong_time) == ([], [], [], [])
        assert result.is_honest
        assert result.found == result.observable > 20
        assert compare_sales(linked.account) == []
        changes = list(change_rows(linked.account))
        sales = sorted(SalesDay.objects.values_list("offer", "marketplace", "currency", "day", "units", "revenue"))
        assert len(changes) > 100
        assert len(sales) > 50
        call_command("rebuild_changes", str(linked.account.pk), verbosity=0)
        assert list(change_rows(linked.account)) == changes
        assert (
            sorted(SalesDay.objects.values_list("offer", "marketplace", "currency", "day", "units", "revenue")) == sales
        )


@pytest.mark.django_db
def test_the_measure_itself_notices_a_wrong_record(world: World) -> None:
    """The control: a comparison that cannot fail would prove nothing."""
    linked = link(world, COFFEE)
    with workspace_scope(linked.workspace):
        replay(linked.account, SimulatorControl(world.url), world.now + timedelta(days=2), measure_tables)
        edits = OfferChange.objects.filter(certainty="exact", old_seen=True, new_seen=True)
        edits = edits.exclude(field="status")
        first, second, third = (row.pk for row in edits.order_by("pk")[:3])
        assert compare_changes(linked.account).is_honest
        OfferChange.objects.filter(pk=first).delete()
        assert compare_changes(linked.account).missed
        OfferChange.objects.filter(pk=second).update(new="made up")
        assert compare_changes(linked.account).wrong_value
        moment = OfferChange.objects.get(pk=third).not_after + timedelta(hours=5)
        OfferChange.objects.filter(pk=third).update(not_before=moment, not_after=moment)
        result = compare_changes(linked.account)
        assert result.wrong_time or result.invented
        SalesDay.objects.filter(units__gt=0).update(units=99)
        assert compare_sales(linked.account)


def test_two_simulators_with_one_seed_live_the_same_life() -> None:
    worlds = [server.start(seed=11, start=START, prehistory_days=PREHISTORY_DAYS) for _ in range(2)]
    lives = []
    for running, steps in zip(worlds, (1, 24), strict=True):
        control = SimulatorControl(running.url)
        start = control.now()
        for step in range(steps):
            control.move_to(start + timedelta(days=1) * (step + 1) / steps)
        lives.append([(action.at, action.offer_id, action.field) for action in running.simulation.world.truth.actions])
        control._session.close()
        running.stop()
    assert lives[0] == lives[1]
