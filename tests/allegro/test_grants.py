"""Tokens: renewed once however many ask, given up only when Allegro says so, never shown."""

import logging
from collections.abc import Callable, Iterator
from datetime import timedelta
from threading import Barrier, Lock, Thread
from typing import Any

import pytest
from django.db import connection
from pytest_django import Settings
from requests_oauthlib import OAuth2Session

from accounts.models import AccountStatus, OAuthGrant, SellerAccount
from accounts.scoping import every_workspace, workspace_scope
from allegro import grants, oauth
from allegro.api.client import AllegroClient
from allegro.errors import ReconnectRequired, Unauthorized, Unavailable
from allegro.grants import RENEW_AHEAD, StoredGrant, disconnect, store_tokens
from allegro.models import RunStatus, RunTrigger
from allegro.tasks import dispatch_due_accounts, run_sync
from tests.allegro.conftest import GARDEN, Linked, World, fetch_tokens, link

THREADS = 50
TOKEN_PATH = "/auth/oauth/token"


class Refreshes:
    """Counts the calls of the token endpoint with a refresh token."""

    def __init__(self) -> None:
        self.number = 0
        self._lock = Lock()
        self._refresh = oauth.refresh

    def __call__(self, refresh_token: str) -> oauth.Tokens:
        with self._lock:
            self.number += 1
        return self._refresh(refresh_token)


@pytest.fixture
def refreshes(monkeypatch: pytest.MonkeyPatch) -> Refreshes:
    counter = Refreshes()
    monkeypatch.setattr("allegro.oauth.refresh", counter)
    return counter


@pytest.fixture
def client(garden: Linked) -> Iterator[AllegroClient]:
    client = garden.client()
    yield client
    client.close()


def stored(linked: Linked) -> OAuthGrant:
    grant: OAuthGrant = OAuthGrant.objects.get(account=linked.account)
    return grant


# One refresh ---------------------------------------------------------------------------------------------------------


def in_threads(work: Callable[[], str]) -> list[str]:
    """Do the work in many threads at the same moment; gives what each returned, or the name of what it raised."""
    start, results = Barrier(THREADS), []

    def run() -> None:
        with every_workspace():
            start.wait(10)
            try:
                results.append(work())
            except Exception as error:
                results.append(type(error).__name__)
            finally:
                connection.close()

    threads = [Thread(target=run) for _ in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


@pytest.mark.django_db(transaction=True)
def test_many_workers_that_need_a_new_token_refresh_once(world: World, refreshes: Refreshes) -> None:
    linked = link(world)
    expired = world.move(hours=12)
    tokens = in_threads(lambda: StoredGrant(linked.account, lambda: expired).current())
    assert len(tokens) == THREADS
    assert refreshes.number == 1
    with every_workspace():
        assert set(tokens) == {stored(linked).access_token}


@pytest.mark.django_db(transaction=True)
def test_without_the_lock_they_would_refresh_many_times(
    world: World, refreshes: Refreshes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: the race that the test above excludes is real."""
    linked = link(world)
    expired = world.move(hours=12)
    monkeypatch.setattr("django.db.models.query.QuerySet.select_for_update", lambda queryset, **_: queryset.all())
    in_threads(lambda: StoredGrant(linked.account, lambda: expired).current())
    assert refreshes.number > 1


@pytest.mark.django_db(transaction=True)
def test_many_workers_refused_with_the_same_token_refresh_once(world: World, refreshes: Refreshes) -> None:
    linked = link(world)
    now = world.now
    with every_workspace():
        stale = stored(linked).access_token
    tokens = in_threads(lambda: StoredGrant(linked.account, lambda: now).renew(stale))
    assert refreshes.number == 1
    assert len(set(tokens)) == 1
    assert stale not in tokens


# When --------------------------------------------------------------------------------------------------------------


def test_a_living_token_is_used_as_it_is(garden: Linked, client: AllegroClient, refreshes: Refreshes) -> None:
    before = stored(garden).access_token
    assert client.me().id == GARDEN
    assert (refreshes.number, stored(garden).access_token) == (0, before)


def test_a_token_is_renewed_some_minutes_before_it_expires(garden: Linked, refreshes: Refreshes) -> None:
    expires_at = stored(garden).access_expires_at
    early = StoredGrant(garden.account, lambda: expires_at - RENEW_AHEAD - timedelta(seconds=1))
    early.current()
    assert refreshes.number == 0
    late = StoredGrant(garden.account, lambda: expires_at - RENEW_AHEAD)
    late.current()
    assert refreshes.number == 1


def test_401_renews_once_and_asks_again(garden: Linked, client: AllegroClient, refreshes: Refreshes) -> None:
    before = stored(garden)
    garden.world.running.simulation.grants.access.clear()
    assert client.me().id == GARDEN
    after = stored(garden)
    assert refreshes.number == 1
    assert client.requests == 2
    assert after.access_token != before.access_token
    assert after.refresh_token != before.refresh_token


def test_401_after_another_worker_refreshed_takes_its_token(
    garden: Linked, client: AllegroClient, refreshes: Refreshes
) -> None:
    client.me()
    now = garden.world.now
    StoredGrant(garden.account, lambda: now).renew(stored(garden).access_token)
    assert client.me().id == GARDEN
    assert refreshes.number == 1


def test_401_again_is_trouble_and_no_disconnect(garden: Linked, client: AllegroClient, refreshes: Refreshes) -> None:
    garden.world.fault("/me", 401, times=2)
    with pytest.raises(Unauthorized):
        client.me()
    garden.account.refresh_from_db()
    assert (refreshes.number, garden.account.status) == (1, AccountStatus.CONNECTED)


# Dead or only ill ----------------------------------------------------------------------------------------------------


def test_invalid_grant_requires_reconnecting_and_ends_the_schedule(
    garden: Linked, client: AllegroClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    garden.world.revoke(GARDEN)
    with pytest.raises(ReconnectRequired):
        client.me()
    garden.account.refresh_from_db()
    assert (garden.account.status, garden.account.next_sync_at) == (AccountStatus.RECONNECT_REQUIRED, None)
    monkeypatch.setattr(run_sync, "delay", lambda *_: pytest.fail("a broken account was dispatched"))
    assert dispatch_due_accounts() == 0


@pytest.mark.parametrize(
    ("status", "body"), [(500, "json"), (502, "html"), (504, "html"), (429, "json"), (401, "json"), (200, "html")]
)
def test_trouble_at_the_token_endpoint_keeps_the_grant(
    garden: Linked, client: AllegroClient, status: int, body: str
) -> None:
    before = stored(garden)
    garden.world.running.simulation.grants.access.clear()
    garden.world.fault(TOKEN_PATH, status, body=body)
    with pytest.raises(Unavailable):
        client.me()
    garden.account.refresh_from_db()
    assert garden.account.status == AccountStatus.CONNECTED
    assert stored(garden).refresh_token == before.refresh_token
    assert client.me().id == GARDEN


def test_a_token_endpoint_that_does_not_answer_keeps_the_grant(
    garden: Linked, client: AllegroClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("allegro.oauth.TOKEN_TIMEOUT_SECONDS", 0.05)
    garden.world.running.simulation.grants.access.clear()
    garden.world.fault(TOKEN_PATH, 200, times=2, delay_seconds=0.3)
    with pytest.raises(Unavailable):
        client.me()
    garden.account.refresh_from_db()
    assert garden.account.status == AccountStatus.CONNECTED


def test_a_lost_answer_is_asked_for_again_at_once_while_the_used_token_lives(
    garden: Linked, client: AllegroClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Allegro may have rotated already, and a used refresh token lives for a minute only: later is too late."""
    monkeypatch.setattr("allegro.oauth.TOKEN_TIMEOUT_SECONDS", 1.5)
    garden.world.running.simulation.grants.access.clear()
    garden.world.fault(TOKEN_PATH, 200, delay_seconds=3)
    assert client.me().id == GARDEN
    assert garden.sync().status == RunStatus.SUCCEEDED


@pytest.mark.parametrize("status", [400, 401, 429, 500, 503])
def test_an_answered_refusal_is_never_asked_again(
    garden: Linked, client: AllegroClient, monkeypatch: pytest.MonkeyPatch, status: int
) -> None:
    asked: list[str] = []
    ask = OAuth2Session.refresh_token

    def counted(session: OAuth2Session, *args: Any, **kwargs: Any) -> Any:
        asked.append("")
        return ask(session, *args, **kwargs)

    monkeypatch.setattr(OAuth2Session, "refresh_token", counted)
    garden.world.running.simulation.grants.access.clear()
    garden.world.fault(TOKEN_PATH, status, times=5)
    with pytest.raises((Unavailable, ReconnectRequired)):
        client.me()
    assert len(asked) == 1


def test_a_grant_linked_anew_while_the_old_one_was_refused_is_used(
    garden: Linked, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The seller presses "reconnect" while a sync is being refused: the stored pair is read once more."""
    stale, fresh = stored(garden).access_token, fetch_tokens(garden.world, GARDEN)
    read_again = grants._stored

    def refused(_token: str) -> oauth.Tokens:
        raise ReconnectRequired("invalid_grant")

    def linked_meanwhile(account: SellerAccount) -> OAuthGrant | None:
        store_tokens(account, fresh, garden.world.now)
        return read_again(account)

    monkeypatch.setattr("allegro.oauth.refresh", refused)
    monkeypatch.setattr("allegro.grants._stored", linked_meanwhile)
    assert StoredGrant(garden.account, lambda: garden.world.now).renew(stale) == fresh.access
    garden.account.refresh_from_db()
    assert garden.account.status == AccountStatus.CONNECTED


def test_a_cut_answer_of_the_token_endpoint_is_healed_by_the_next_try(garden: Linked, client: AllegroClient) -> None:
    """Allegro has rotated already, but the used refresh token lives on for a minute."""
    garden.world.running.simulation.grants.access.clear()
    garden.world.fault(TOKEN_PATH, 200, body="truncated")
    with pytest.raises(Unavailable):
        client.me()
    assert client.me().id == GARDEN


def test_without_a_grant_reconnecting_is_required_but_a_disconnected_account_stays_so(garden: Linked) -> None:
    disconnect(garden.account, garden.world.now)
    client = garden.client()
    with pytest.raises(ReconnectRequired):
        client.me()
    with pytest.raises(ReconnectRequired):
        StoredGrant(garden.account, lambda: garden.world.now).renew("stale")
    client.close()
    garden.account.refresh_from_db()
    assert garden.account.status == AccountStatus.DISCONNECTED


def test_a_long_sync_renews_its_token_on_the_way(garden: Linked, refreshes: Refreshes) -> None:
    garden.world.move(hours=13)
    assert garden.sync().status == RunStatus.SUCCEEDED
    assert refreshes.number == 1


# Secrecy -------------------------------------------------------------------------------------------------------------


def test_no_token_is_shown_or_logged_even_at_debug(garden: Linked, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    first = stored(garden)
    garden.sync()
    garden.world.move(hours=13)
    garden.sync()
    garden.world.fault(TOKEN_PATH, 500)
    garden.world.move(hours=13)
    garden.sync()
    garden.world.revoke(GARDEN)
    garden.sync()
    second = stored(garden)
    shown = caplog.text + repr([vars(record) for record in caplog.records]) + repr(first) + str(first)
    assert "grant_refreshed" in shown
    assert first.access_token != second.access_token
    for grant in (first, second):
        for token in (grant.access_token, grant.refresh_token):
            assert token not in shown
            assert token.split(".")[2] not in shown


def test_a_task_carries_no_secret(garden: Linked, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[Any] = []
    monkeypatch.setattr(run_sync, "apply_async", lambda args, *_, **__: sent.append(args))
    SellerAccount.objects.filter(pk=garden.account.pk).update(next_sync_at=garden.world.now - timedelta(days=400))
    with workspace_scope(garden.workspace):
        dispatch_due_accounts()
    assert sent == [(str(garden.account.pk), RunTrigger.SCHEDULE)]
