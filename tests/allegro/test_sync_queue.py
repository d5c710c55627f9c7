"""What a run reads first, when it stops, and how it goes on: long accounts take turns with the others."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from pytest_django import Settings

from accounts.models import SellerAccount
from allegro.models import RefreshRequest, RunKind, RunStatus, RunTrigger, StreamHealth, SyncRun
from allegro.sync.refresh import due_requests
from allegro.sync.rotation import BATCH
from allegro.sync.run import sync_account
from allegro.tasks import run_sync
from offers.models import Offer
from tests.allegro.conftest import SECATEURS, Linked

NO_TIME = timedelta(microseconds=1)


def waiting(linked: Linked) -> int:
    number: int = RefreshRequest.objects.filter(account=linked.account).count()
    return number


def test_a_run_whose_time_is_up_leaves_the_rest_to_the_next(coffee: Linked) -> None:
    run = sync_account(coffee.account, trigger=RunTrigger.SCHEDULE, at=coffee.world.now, time_slice=NO_TIME)
    assert (run.status, run.continues, waiting(coffee)) == (RunStatus.SUCCEEDED, True, 42)
    coffee.account.refresh_from_db()
    assert coffee.account.last_full_sync_at == coffee.world.now
    assert coffee.account.last_synced_at is None
    again = coffee.sync(RunKind.JOURNAL)
    assert (again.continues, waiting(coffee)) == (False, 0)
    coffee.account.refresh_from_db()
    assert coffee.account.last_synced_at == coffee.world.now
    assert not Offer.objects.filter(account=coffee.account, detail_seen_at__isnull=True).exists()


def test_an_account_with_more_to_read_joins_the_queue_again(
    garden: Linked, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    queued: list[tuple[Any, ...]] = []
    monkeypatch.setattr(run_sync, "delay", lambda *args: queued.append(args))
    settings.SYNC_TIME_SLICE = NO_TIME
    run_sync(str(garden.account.pk), RunTrigger.LINK)
    assert queued == [(str(garden.account.pk), RunTrigger.CONTINUATION)]
    settings.SYNC_TIME_SLICE = timedelta(minutes=4)
    run_sync(*queued.pop())
    assert (queued, waiting(garden)) == ([], 0)
    assert set(SyncRun.objects.values_list("trigger", "continues")) == {
        (RunTrigger.LINK, True),
        (RunTrigger.CONTINUATION, False),
    }


def test_what_the_journal_announces_is_read_before_the_rotation(coffee: Linked) -> None:
    offers = [row.allegro_id for row in _first_read(coffee)]
    coffee.world.move(hours=4)
    coffee.world.edit(offers[-1], price="51.90")
    coffee.world.move(minutes=1)
    RefreshRequest.objects.bulk_create(
        RefreshRequest(
            account=coffee.account,
            allegro_offer_id=offer,
            scope="detail",
            reason="rotation",
            requested_at=coffee.world.now - timedelta(hours=1),
            not_before=coffee.world.now - timedelta(hours=1),
        )
        for offer in offers
    )
    sync_account(
        coffee.account, trigger=RunTrigger.SCHEDULE, kind=RunKind.JOURNAL, at=coffee.world.now, time_slice=NO_TIME
    )
    first, *_others = due_requests(coffee.account, coffee.world.now, BATCH)
    announced = {
        request.allegro_offer_id
        for request in due_requests(coffee.account, coffee.world.now, 1000)
        if request.is_urgent
    }
    assert first.allegro_offer_id in announced
    assert offers[-1] in announced
    assert len(announced) < len(offers)


def _first_read(linked: Linked) -> list[Offer]:
    linked.sync()
    return list(Offer.objects.filter(account=linked.account).order_by("allegro_id"))


def test_a_listed_offer_without_details_is_asked_for_once_a_day(garden: Linked) -> None:
    """The list keeps such offers for long (allegro-api issue 10274)."""
    garden.world.edit(SECATEURS, status="ENDED")  # nobody buys it, so no event asks for it either
    garden.world.move(minutes=1)
    garden.world.quirk("ghost", offer_id=SECATEURS)

    def asked() -> int:
        return int({entry["stage"]: entry for entry in garden.sync().stages}["details"]["counts"].get("gone", 0))

    assert asked() == 1
    counts = []
    for _ in range(8):
        garden.world.move(hours=3)
        counts.append(asked())
    assert counts == [0, 0, 0, 0, 0, 0, 0, 1]
    garden.world.quirk("ghost", offer_id=SECATEURS, on=False)
    garden.world.move(hours=24)
    garden.sync()
    assert Offer.objects.get(account=garden.account, allegro_id=SECATEURS).gone_at is None


def test_the_run_log_names_what_could_not_be_read_with_the_trace_id(garden: Linked) -> None:
    garden.world.fault(f"/sale/product-offers/{SECATEURS}", 503, times=4)
    details = {entry["stage"]: entry for entry in garden.sync().stages}["details"]
    [failure] = details["failures"]
    assert (failure["subject"], failure["error"]) == (SECATEURS, "unavailable")
    assert len(failure["trace_id"]) == 36
    assert details["counts"]["postponed"] == 1


def test_health_keeps_the_first_failure_and_counts_them(garden: Linked) -> None:
    garden.first_sync()
    good = StreamHealth.objects.get(account=garden.account, stream="orders").succeeded_at
    garden.world.move(minutes=15)
    first = garden.world.now
    for _ in range(2):
        garden.world.fault("/order/events", 503, times=4)
        garden.sync(RunKind.JOURNAL)
        garden.world.move(minutes=15)
    health = StreamHealth.objects.get(account=garden.account, stream="orders")
    assert (health.succeeded_at, health.failed_at, health.failures_in_a_row) == (good, first, 2)
    garden.sync(RunKind.JOURNAL)
    health.refresh_from_db()
    assert (health.succeeded_at, health.failed_at, health.failures_in_a_row) == (garden.world.now, None, 0)


def test_a_continuing_account_is_due_again_even_if_the_queue_loses_it(garden: Linked) -> None:
    sync_account(garden.account, trigger=RunTrigger.SCHEDULE, time_slice=NO_TIME)
    planned = SellerAccount.objects.get(pk=garden.account.pk).next_sync_at
    assert planned is not None
    assert planned - timezone.now() < timedelta(hours=1)
