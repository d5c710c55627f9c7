"""The dispatcher: every due account to one worker, once, whoever else is broken or ticking at the same time."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from threading import Barrier, Lock, Thread

import pytest
from django.db import connection
from django.utils import timezone
from pytest_django import Settings

from accounts.models import AccountStatus, SellerAccount
from accounts.scoping import every_workspace
from allegro.models import SILENT_AFTER, RunKind, RunStatus, RunTrigger, SyncRun
from allegro.sync.run import claim
from allegro.tasks import LEASE, dispatch_due_accounts, reap_interrupted_runs, run_sync
from config.celery import HARD_LIMIT_SECONDS, app
from offers.sales.orders import OrderJournalRow, record_order_events
from tests.allegro.conftest import COFFEE, GARDEN, World, link
from tests.factories import SellerAccountFactory

ACCOUNTS = 20


@pytest.fixture
def dispatched(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The ids of the accounts that were handed out."""
    handed: list[str] = []
    lock = Lock()

    def take(account_id: str, trigger: RunTrigger) -> None:
        assert trigger == RunTrigger.SCHEDULE
        with lock:
            handed.append(account_id)

    monkeypatch.setattr(run_sync, "delay", take)
    return handed


@pytest.fixture
def eager_tasks() -> Iterator[None]:
    """Tasks run where they are queued; what they raise stays in their own result, as in a worker."""
    app.conf.update(task_always_eager=True, task_eager_propagates=False)
    yield
    app.conf.update(task_always_eager=False)


def due(**fields: object) -> SellerAccount:
    """An account whose time came a minute ago, unless the fields say otherwise."""
    with every_workspace():
        account: SellerAccount = SellerAccountFactory(
            **{"next_sync_at": timezone.now() - timedelta(minutes=1), **fields}  # type: ignore[assignment]
        )
    return account


@pytest.mark.django_db
def test_due_accounts_are_handed_out_longest_waiting_first(dispatched: list[str]) -> None:
    accounts = [due(next_sync_at=timezone.now() - timedelta(minutes=minutes)) for minutes in (1, 30, 5)]
    assert dispatch_due_accounts() == 3
    assert dispatched == [str(accounts[number].pk) for number in (1, 2, 0)]


@pytest.mark.parametrize(
    "fields",
    [
        {"status": AccountStatus.DISCONNECTED},
        {"status": AccountStatus.RECONNECT_REQUIRED},
        {"next_sync_at": None},
        {"next_sync_at": timezone.now() + timedelta(days=1)},
    ],
)
@pytest.mark.django_db
def test_accounts_that_are_not_due_are_left_alone(dispatched: list[str], fields: dict[str, object]) -> None:
    due(**fields)
    assert dispatch_due_accounts() == 0
    assert dispatched == []


@pytest.mark.django_db
def test_an_account_handed_out_is_leased_until_its_run_plans_the_next(dispatched: list[str]) -> None:
    account = due()
    assert [dispatch_due_accounts(), dispatch_due_accounts()] == [1, 0]
    with every_workspace():
        account.refresh_from_db()
    assert account.next_sync_at is not None
    assert timedelta(minutes=29) < account.next_sync_at - timezone.now() <= LEASE
    assert timedelta(seconds=HARD_LIMIT_SECONDS) <= LEASE


@pytest.mark.django_db(transaction=True)
def test_ticks_at_the_same_moment_hand_out_each_account_once(dispatched: list[str]) -> None:
    expected = sorted(str(due().pk) for _ in range(ACCOUNTS))
    start, counts = Barrier(4), []

    def tick() -> None:
        start.wait(10)
        counts.append(dispatch_due_accounts())
        connection.close()

    threads = [Thread(target=tick) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(dispatched) == expected
    assert sum(counts) == ACCOUNTS


@pytest.mark.django_db
@pytest.mark.usefixtures("eager_tasks")
def test_one_broken_account_does_not_stop_another(world: World) -> None:
    broken, sound = link(world, COFFEE), link(world, GARDEN)
    world.revoke(COFFEE)
    with every_workspace():
        SellerAccount.objects.update(next_sync_at=timezone.now() - timedelta(minutes=1))
    assert dispatch_due_accounts() == 2
    with every_workspace():
        runs = {run.account_id: run.status for run in SyncRun.objects.all()}
    assert runs == {broken.account.pk: RunStatus.FAILED, sound.account.pk: RunStatus.SUCCEEDED}


@pytest.mark.django_db
@pytest.mark.usefixtures("eager_tasks")
def test_a_fault_of_ours_in_one_account_does_not_stop_another(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    broken, sound = link(world, COFFEE), link(world, GARDEN)
    with every_workspace():
        SellerAccount.objects.filter(pk=broken.account.pk).update(next_sync_at=timezone.now() - timedelta(hours=1))
        SellerAccount.objects.filter(pk=sound.account.pk).update(next_sync_at=timezone.now() - timedelta(minutes=1))

    def fail(account: SellerAccount, rows: Sequence[OrderJournalRow], received_at: datetime) -> int:
        if account.pk == broken.account.pk:
            raise ZeroDivisionError
        return record_order_events(account, rows, received_at)

    monkeypatch.setattr("allegro.sync.orders.record_order_events", fail)
    assert dispatch_due_accounts() == 2
    with every_workspace():
        runs = {run.account_id: run.status for run in SyncRun.objects.all()}
    assert runs == {broken.account.pk: RunStatus.PARTIAL, sound.account.pk: RunStatus.SUCCEEDED}


@pytest.mark.django_db
def test_a_task_for_an_account_that_is_running_unknown_or_disconnected_does_nothing() -> None:
    running, gone = due(), due(status=AccountStatus.DISCONNECTED)
    with every_workspace():
        claim(running, RunTrigger.PERSON, RunKind.FULL, timezone.now())
    run_sync(str(running.pk), RunTrigger.SCHEDULE)
    run_sync(str(gone.pk), RunTrigger.SCHEDULE)
    run_sync("00000000-0000-0000-0000-000000000000", RunTrigger.SCHEDULE)
    with every_workspace():
        assert SyncRun.objects.count() == 1


@pytest.mark.django_db
def test_a_finished_run_plans_the_next_one(world: World, settings: Settings) -> None:
    linked = link(world, GARDEN)
    run_sync(str(linked.account.pk), RunTrigger.SCHEDULE)
    with every_workspace():
        linked.account.refresh_from_db()
    assert linked.account.next_sync_at is not None
    wait = linked.account.next_sync_at - timezone.now()
    assert settings.JOURNAL_INTERVAL - timedelta(minutes=1) < wait <= settings.JOURNAL_INTERVAL


@pytest.mark.django_db
def test_the_reaper_closes_runs_of_every_workspace_whose_worker_died() -> None:
    with every_workspace():
        runs = [claim(due(), RunTrigger.SCHEDULE, RunKind.FULL, timezone.now()) for _ in range(3)]
        SyncRun.objects.filter(pk__in=[run.pk for run in runs[:2]]).update(
            heartbeat_at=timezone.now() - SILENT_AFTER - timedelta(seconds=1)
        )
    assert reap_interrupted_runs() == 2
    with every_workspace():
        assert SyncRun.objects.filter(status=RunStatus.RUNNING).count() == 1


def test_the_beat_ticks_every_minute_and_a_killed_worker_returns_its_task() -> None:
    app.loader.import_default_modules()
    schedule = app.conf.beat_schedule
    assert schedule["dispatch-due-accounts"]["schedule"] == 60.0
    assert {entry["task"] for entry in schedule.values()} <= set(app.tasks)
    assert app.conf.task_acks_late
    assert app.conf.task_reject_on_worker_lost
    assert app.conf.broker_transport_options["visibility_timeout"] > HARD_LIMIT_SECONDS
