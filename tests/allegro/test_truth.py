"""Whole weeks against the simulator's own log: nothing missed, nothing invented, and a rebuild is identical."""

from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from io import StringIO
from random import Random

import pytest
import requests
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone
from pytest_django import Settings

from accounts.models import SellerAccount, Workspace
from accounts.scoping import every_workspace, workspace_scope
from allegro import oauth
from allegro.demo.replay import SimulatorControl, replay
from allegro.demo.truth_life import FAILURES, Life, moments
from allegro.grants import store_tokens
from allegro.management.commands.measure_truth import compare_changes, compare_sales
from allegro.models import SILENT_AFTER, RunKind, RunStatus, SyncRun
from allegro.scopes import OPTIONAL_SCOPES, READ_SCOPES
from allegro.simulator import server
from offers.models import OfferChange, SalesDay, SharedObject
from offers.record.projection import change_rows
from tests.allegro.conftest import COFFEE, GARDEN, REDIRECT, START, Linked, World, link
from tests.allegro.record_rows import assert_rebuilding_changes_nothing
from tests.allegro.test_interruption import Fuse, Killed, at_requests, at_writes

PREHISTORY_DAYS = 2
SETTLING = timedelta(hours=4)


def measure_tables(_share: float) -> None:
    """Tell the planner how large the tables are: inside a test's transaction autovacuum cannot see them grow."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE offers_offersnapshot, offers_offerevent, offers_offerchange")
        cursor.execute("ANALYZE offers_offer, offers_orderline, offers_orderevent, offers_salesday")


@pytest.mark.slow
@pytest.mark.django_db
@pytest.mark.parametrize(("seed", "days", "hours"), [(7, 4, 6), pytest.param(11, 4, 12, marks=pytest.mark.soak)])
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


@pytest.fixture
def busy_world(settings: Settings) -> Iterator[World]:
    """A world in which everything happens that can, with the application pointed at it."""
    running = server.start(seed=3, start=START, prehistory_days=PREHISTORY_DAYS, busy=True)
    settings.ALLEGRO_API_URL = settings.ALLEGRO_AUTH_URL = running.url
    with requests.Session() as session:
        yield World(running, session)
    running.stop()


def link_with_campaigns(world: World, allegro_id: str) -> Linked:
    """An account whose seller also granted what is asked for on demand."""
    linked = link(world, allegro_id)
    authorization = oauth.begin(REDIRECT, (*READ_SCOPES, *OPTIONAL_SCOPES))
    code = world.consent(authorization.url, allegro_id)["code"]
    tokens = oauth.exchange(code, authorization.verifier, REDIRECT)
    with workspace_scope(linked.workspace):
        store_tokens(linked.account, tokens, world.now)
        SellerAccount.objects.update(scopes=list(tokens.scopes))
    return linked


def assert_true(account: SellerAccount) -> None:
    """Nothing missed, nothing invented, nothing wrong; and the same comes out of the facts again."""
    result = compare_changes(account)
    found = (result.missed, result.invented, result.wrong_value, result.wrong_time, result.wrong_touch)
    assert found == ([], [], [], [], [])
    assert result.found == result.observable > 25
    assert compare_sales(account) == []
    assert_rebuilding_changes_nothing(account)


def settle(linked: Linked) -> None:
    """What failed is put off for up to six hours."""
    for _ in range(3):
        linked.world.move(hours=SETTLING / timedelta(hours=1))
        assert linked.sync().status == RunStatus.SUCCEEDED


@pytest.mark.soak
@pytest.mark.django_db
def test_a_busy_week_of_failures_is_recorded_as_it_happened(busy_world: World) -> None:
    linked = link_with_campaigns(busy_world, GARDEN)
    with workspace_scope(linked.workspace):
        linked.sync()
        busy_world.control("POST", "fault-plan", seed=3, share=0.04, kinds=list(FAILURES), scale=0.001)
        for instant, kind in moments(Life(seed=3, weeks=1, hours=24), busy_world.now):
            busy_world.control("POST", "clock", now=instant.isoformat())
            linked.sync(kind)
        busy_world.control("DELETE", "fault-plan")
        settle(linked)
        assert SyncRun.objects.exclude(status=RunStatus.SUCCEEDED).exists()
        assert set(SharedObject.objects.values_list("kind", flat=True)) >= {"price_list", "category", "price_rule"}
        assert_true(linked.account)


def sync_killed(linked: Linked, kind: RunKind, rng: Random) -> int:
    """Sync, killed now and then before it comes to its end. Returns how often."""
    killed = 0
    for _ in range(rng.choice((0, 0, 1, 2))):
        fuse = Fuse(rng.randint(1, 120))
        with rng.choice((at_requests, at_writes))(fuse), suppress(Killed):
            linked.sync(kind)
            return killed
        killed += 1
        # The database itself has seen no error; only the transaction around the test was marked.
        connection.set_rollback(False)
        SyncRun.objects.filter(account=linked.account).update(heartbeat_at=timezone.now() - 2 * SILENT_AFTER)
    assert linked.sync(kind).status == RunStatus.SUCCEEDED
    return killed


@pytest.mark.soak
@pytest.mark.django_db
def test_a_busy_week_of_killed_runs_is_recorded_as_it_happened(busy_world: World) -> None:
    linked, rng = link_with_campaigns(busy_world, GARDEN), Random(8)
    with workspace_scope(linked.workspace):
        killed = sync_killed(linked, RunKind.FULL, rng)
        for instant, kind in moments(Life(seed=8, weeks=0.6), busy_world.now):
            busy_world.control("POST", "clock", now=instant.isoformat())
            killed += sync_killed(linked, kind, rng)
        assert killed > 5
        assert_true(linked.account)


@pytest.mark.slow
@pytest.mark.django_db
def test_a_life_lived_for_the_measure_leaves_nothing_behind() -> None:
    out = StringIO()
    call_command("measure_truth", seeds=1, weeks=0.05, one_seller=True, stdout=out, stderr=out)
    assert "full runs 2," in out.getvalue()
    with every_workspace():
        assert not Workspace.objects.exists()
        assert not SellerAccount.objects.exists()


@pytest.mark.django_db
def test_the_measure_wants_an_account_or_seeds() -> None:
    with pytest.raises(CommandError, match="either"):
        call_command("measure_truth")


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
