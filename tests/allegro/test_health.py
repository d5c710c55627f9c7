"""The lines that tell a seller, and support, how each stream stands."""

from datetime import UTC, datetime, timedelta

import pytest
from pytest_django import Settings

from accounts.models import AccountStatus, SellerAccount
from allegro.health import State, StreamLine, must_grant_again, scope_lines, stream_lines
from allegro.models import StreamHealth
from allegro.scopes import CAMPAIGNS, OFFERS, ORDERS, READ_SCOPES, STREAM_SCOPES, missing_scopes, scope_lacking

NOW = datetime(2026, 9, 1, 12, tzinfo=UTC)


@pytest.fixture
def account(settings: Settings) -> SellerAccount:
    settings.ALLEGRO_AUTH_URL = "http://127.0.0.1:8001"
    return SellerAccount(environment="simulator", status=AccountStatus.CONNECTED, scopes=list(READ_SCOPES))


def line(account: SellerAccount, stream: str = "orders", **health: object) -> StreamLine:
    stored = [StreamHealth(account=account, stream=stream, **health)] if health else []
    return {each.stream: each for each in stream_lines(account, stored, NOW)}[stream]


def test_there_is_a_line_for_every_stream_in_the_order_of_reading(account: SellerAccount) -> None:
    everybody = [stream for stream, scope in STREAM_SCOPES.items() if scope != CAMPAIGNS]
    assert [each.stream for each in stream_lines(account, [], NOW)] == everybody
    account.scopes = [*READ_SCOPES, CAMPAIGNS]
    assert [each.stream for each in stream_lines(account, [], NOW)] == list(STREAM_SCOPES)


@pytest.mark.parametrize(
    ("stream", "age", "state"),
    [
        ("orders", timedelta(minutes=40), State.WELL),
        ("orders", timedelta(minutes=50), State.LATE),
        ("journal", timedelta(hours=20), State.LATE),
        ("listing", timedelta(hours=8), State.WELL),
        ("listing", timedelta(hours=10), State.LATE),
    ],
)
def test_a_stream_is_late_after_three_of_its_turns(
    account: SellerAccount, stream: str, age: timedelta, state: State
) -> None:
    assert line(account, stream, succeeded_at=NOW - age).state == state


def test_a_failing_stream_says_since_when_and_why(account: SellerAccount) -> None:
    found = line(account, succeeded_at=NOW - timedelta(hours=2), failed_at=NOW, error="unavailable", trace_id="abc")
    assert (found.state, found.failing_since, found.trace_id) == (State.FAILING, NOW, "abc")
    assert found.read_at == NOW - timedelta(hours=2)
    assert found.message


def test_an_unread_stream_is_neither_well_nor_failing(account: SellerAccount) -> None:
    assert line(account).state == State.UNREAD


@pytest.mark.parametrize("status", [AccountStatus.RECONNECT_REQUIRED, AccountStatus.DISCONNECTED])
def test_without_access_everything_stands_still(account: SellerAccount, status: AccountStatus) -> None:
    account.status = status
    assert line(account, succeeded_at=NOW, failed_at=NOW, error="reconnect_required").state == State.STOPPED


def test_in_another_environment_everything_stands_still(account: SellerAccount) -> None:
    account.environment = "production"
    assert line(account, succeeded_at=NOW).state == State.STOPPED


def test_a_missing_permission_switches_its_streams_off(account: SellerAccount) -> None:
    account.scopes = [scope for scope in READ_SCOPES if scope != OFFERS]
    states = {each.stream: each.state for each in stream_lines(account, [], NOW)}
    needed = {stream for stream, scope in STREAM_SCOPES.items() if scope == OFFERS}
    assert {stream for stream, state in states.items() if state == State.OFF} == needed
    assert states["orders"] == State.UNREAD
    assert len(must_grant_again(account)) == 1


def test_an_unknown_grant_switches_nothing_off() -> None:
    assert missing_scopes([]) == []
    assert scope_lacking("orders", []) == ""
    assert scope_lacking("orders", [OFFERS]) == ORDERS
    assert scope_lacking("changes", [OFFERS]) == ""


def test_the_optional_permission_is_never_missing(account: SellerAccount) -> None:
    lines = {each.scope: each for each in scope_lines(account)}
    assert (lines[CAMPAIGNS].granted, lines[CAMPAIGNS].optional) == (False, True)
    assert must_grant_again(account) == []
    account.scopes = []
    assert {each.granted for each in scope_lines(account)} == {None}
