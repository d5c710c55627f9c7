"""Oddities of tokens, permissions, limits and answers, made to happen by the simulator."""

from datetime import timedelta

import pytest

from accounts.models import AccountStatus
from allegro.grants import StoredGrant
from allegro.models import RunKind, RunStatus, SyncRun
from offers.models import OfferSnapshot
from tests.allegro.conftest import GARDEN, SECATEURS, Linked, fetch_tokens
from tests.allegro.record_rows import changes_of, stored_rows


@pytest.fixture
def synced(garden: Linked) -> Linked:
    """The garden seller after its first sync."""
    garden.first_sync()
    return garden


def status(linked: Linked) -> str:
    linked.account.refresh_from_db()
    return str(linked.account.status)


@pytest.mark.parametrize("change", ["password", "email", "logout", "sales_block"])
def test_what_ends_all_sessions_asks_for_a_new_link_and_keeps_the_history(synced: Linked, change: str) -> None:
    """(allegro-api issue 6885)"""
    before = stored_rows(synced.account)
    synced.world.control("POST", "accounts", account=GARDEN, change=change)
    synced.world.move(minutes=15)
    run = synced.sync(RunKind.JOURNAL)
    assert (run.status, run.error) == (RunStatus.FAILED, "reconnect_required")
    assert status(synced) == AccountStatus.RECONNECT_REQUIRED
    assert stored_rows(synced.account) == before


def test_the_twenty_first_session_ends_the_oldest(synced: Linked) -> None:
    """More sessions of one user and application than twenty are not kept (allegro-api issue 6885)."""
    for _ in range(19):
        fetch_tokens(synced.world, GARDEN)
    assert synced.sync(RunKind.JOURNAL).status == RunStatus.SUCCEEDED
    fetch_tokens(synced.world, GARDEN)
    assert synced.sync(RunKind.JOURNAL).error == "reconnect_required"
    assert status(synced) == AccountStatus.RECONNECT_REQUIRED


def test_a_token_that_another_worker_replaced_is_replaced_here_too(synced: Linked) -> None:
    """A refresh kills the access token before it at once (allegro-api issue 7090)."""
    now = synced.world.now
    old = StoredGrant(synced.account, lambda: now)
    stale = old.current()
    client = synced.client()
    client.me()
    fresh = StoredGrant(synced.account, lambda: now).renew(stale)
    assert client.me().id == GARDEN
    assert client.requests == 3
    assert StoredGrant(synced.account, lambda: now).current() == fresh != stale
    client.close()


def test_two_days_of_runs_take_a_token_only_when_the_old_one_ends(
    synced: Linked, caplog: pytest.LogCaptureFixture
) -> None:
    """Tokens are limited in number, so each is used to its end (allegro-api issues 8321, 5117)."""
    for _ in range(8):
        synced.world.move(hours=6)
        assert synced.sync(RunKind.JOURNAL).status == RunStatus.SUCCEEDED
    refreshed = [record for record in caplog.records if "grant_refreshed" in str(record.msg)]
    assert 3 <= len(refreshed) <= 5


def test_a_token_of_another_environment_or_trouble_that_looks_so_keeps_the_grant(synced: Linked) -> None:
    """(allegro-api issue 1806)"""
    synced.world.fault("/", 401, times=200)
    run = synced.sync(RunKind.JOURNAL)
    assert run.status != RunStatus.SUCCEEDED
    assert status(synced) == AccountStatus.CONNECTED
    synced.world.heal()
    synced.world.move(minutes=15)
    assert synced.sync(RunKind.JOURNAL).status == RunStatus.SUCCEEDED


@pytest.mark.parametrize("kind", ["bot_403", "html_504", "json_503", "timeout_500", "login_redirect", "empty"])
def test_a_broken_edge_loses_neither_offers_nor_the_link(synced: Linked, kind: str) -> None:
    """Errors come in many shapes, and bot protection is one of them (allegro-api issues 11045, 3026, 4681)."""
    synced.world.move(minutes=1)
    edited_at = synced.world.edit(SECATEURS, price="61.50")
    synced.world.move(minutes=5)
    before = OfferSnapshot.objects.count()
    synced.world.control("POST", "faults", path="/", kind=kind, times=200)
    run = synced.sync()
    assert {entry["error"] for entry in run.stages if entry["status"] == "failed"} == {"unavailable"}
    assert (status(synced), OfferSnapshot.objects.count()) == (AccountStatus.CONNECTED, before)
    assert synced.account.offers.filter(gone_at__isnull=False).count() == 0
    synced.world.heal()
    synced.world.move(minutes=15)
    assert synced.sync().status == RunStatus.SUCCEEDED
    [change] = changes_of(synced.account, SECATEURS, field="price", marketplace="", certainty="exact")
    assert change.not_after == edited_at


def test_an_answer_that_a_leaky_bucket_holds_back_is_waited_for(synced: Linked) -> None:
    """Some resources slow down before they refuse (allegro-api issue 12356)."""
    synced.world.fault("/sale/offers", 200, delay_seconds=1.5)
    synced.world.move(hours=3)
    run = synced.sync()
    assert run.status == RunStatus.SUCCEEDED
    assert {entry["stage"]: entry["counts"] for entry in run.stages}["listing"]["listed"] == 8


def test_a_minute_of_silence_follows_too_many_requests(synced: Linked) -> None:
    """The whole client id is blocked for a minute, so nothing more is asked (allegro-api issue 9983)."""
    synced.world.move(minutes=15)
    synced.world.control("POST", "faults", path="/sale/offer-events", kind="limit_429")
    assert (synced.sync().error, synced.sync().error) == ("rate_limited", "rate_limited")
    assert [run.requests for run in SyncRun.objects.order_by("-heartbeat_at")[:2]] == [0, 1]
    assert status(synced) == AccountStatus.CONNECTED
    assert synced.account.next_sync_at == synced.world.now + timedelta(minutes=2)
