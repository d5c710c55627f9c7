"""Sessions, and what a seller or Allegro does to an account as a whole."""

from pathlib import Path

import pytest
import requests

from allegro.simulator import server
from allegro.simulator.server import RunningSimulator
from tests.simulator.conftest import COFFEE, GARDEN, SANTOS, START, Application


@pytest.fixture(scope="module")
def running(young: RunningSimulator) -> RunningSimulator:
    """These tests ask nothing of the past."""
    return young


def is_dead(application: Application, pair: dict[str, str]) -> bool:
    """Return whether both tokens of a pair are refused; a live refresh token is used up by asking."""
    application.session.headers["Authorization"] = f"Bearer {pair['access_token']}"
    read = application.get("/me")
    renewed = application.token(grant_type="refresh_token", refresh_token=pair["refresh_token"])
    return read.status_code == 401 and renewed.status_code == 400


def test_twenty_first_session_ends_the_oldest(stranger: Application) -> None:
    stranger.control("/tokens/revoke", {"account": GARDEN})
    other = stranger.connect(COFFEE)
    first, second, *_ = [stranger.connect(GARDEN) for _ in range(20)]
    assert not is_dead(stranger, first)
    stranger.connect(GARDEN)
    assert is_dead(stranger, first)
    assert not is_dead(stranger, second)
    assert not is_dead(stranger, other)
    garden = next(row for row in stranger.read("/_simulator/accounts")["accounts"] if row["id"] == GARDEN)
    assert len(garden["sessions"]) == 20


@pytest.mark.parametrize("change", ["unlink", "password", "email", "logout", "sales_block"])
def test_change_ends_every_session_of_the_account_only(stranger: Application, change: str) -> None:
    other = stranger.connect(COFFEE)
    pairs = [stranger.connect(GARDEN) for _ in range(2)]
    answer = stranger.control("/accounts", {"account": GARDEN, "change": change})
    assert answer.status_code == 200
    stranger.control("/accounts", {"account": GARDEN, "change": "sales_unblock"})
    assert [is_dead(stranger, pair) for pair in pairs] == [True, True]
    assert not is_dead(stranger, other)
    stranger.connect(GARDEN)
    assert stranger.get("/me").status_code == 200


def test_changed_mail_address_is_shown(stranger: Application) -> None:
    stranger.connect(COFFEE)
    before = stranger.read("/me")["email"]
    stranger.control("/accounts", {"account": COFFEE, "change": "email"})
    stranger.connect(COFFEE)
    assert stranger.read("/me")["email"] != before


def test_blocked_seller_can_connect_but_not_edit(stranger: Application) -> None:
    stranger.control("/accounts", {"account": COFFEE, "change": "sales_block"})
    stranger.connect(COFFEE)
    assert stranger.get("/sale/offers").status_code == 200
    title = {"name": "Kawa ziarnista mimo blokady"}
    assert stranger.patch(SANTOS, title).status_code == 403
    assert stranger.control(f"/offers/{SANTOS}", {"title": title["name"]}).status_code == 422
    stranger.control("/accounts", {"account": COFFEE, "change": "sales_unblock"})
    assert stranger.get("/me").status_code == 200
    assert stranger.patch(SANTOS, title).status_code == 200


@pytest.mark.parametrize("body", [{"account": COFFEE, "change": "haircut"}, {"account": "1", "change": "password"}])
def test_unknown_change_or_account_is_refused(stranger: Application, body: dict[str, str]) -> None:
    pair = stranger.connect(COFFEE)
    assert stranger.control("/accounts", body).status_code == 422
    assert not is_dead(stranger, pair)


def test_token_of_another_environment_cannot_be_converted(stranger: Application) -> None:
    elsewhere = server.start(seed=7, start=START, prehistory_days=1)
    other = Application(elsewhere.url)
    other.connect()
    stranger.session.headers["Authorization"] = other.session.headers["Authorization"]
    answer = stranger.get("/me")
    other.session.close()
    elsewhere.stop()
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_token")
    assert answer.json()["error_description"] == "Cannot convert access token to JSON"
    pair = stranger.connect()
    stranger.control("/tokens/other-environment", {})
    assert stranger.get("/me").json()["error_description"] == "Cannot convert access token to JSON"
    assert is_dead(stranger, pair)


def test_replaced_token_is_no_foreign_one(stranger: Application) -> None:
    first = stranger.connect()
    stranger.token(grant_type="refresh_token", refresh_token=first["refresh_token"])
    assert stranger.get("/me").json()["error_description"] == "Access token expired or was replaced"


def test_panel_buttons_change_accounts(stranger: Application) -> None:
    url = f"{stranger.url}/panel/accounts/?lang=en"
    pair = stranger.connect(GARDEN)
    assert "Change the password" in stranger.session.get(url, timeout=5).text
    blocked = stranger.session.post(url, data={"account": GARDEN, "change": "sales_block"}, timeout=5)
    assert "sales blocked" in blocked.text
    assert is_dead(stranger, pair)
    opened = stranger.session.post(url, data={"account": GARDEN, "change": "sales_unblock"}, timeout=5)
    assert "sales blocked" not in opened.text
    stranger.connect(GARDEN)
    assert stranger.session.post(url, data={"change": "other_environment"}, timeout=5).status_code == 200
    assert stranger.get("/me").json()["error_description"] == "Cannot convert access token to JSON"
    assert stranger.session.post(url, data={"change": "haircut"}, timeout=5).status_code == 422


def test_block_sessions_and_environment_survive_a_restart(tmp_path: Path) -> None:
    first = server.start(prehistory_days=2, start=START, state=tmp_path)
    before = Application(first.url)
    before.control("/accounts", {"account": COFFEE, "change": "sales_block"})
    before.control("/accounts", {"account": COFFEE, "change": "email"})
    pair = before.connect(COFFEE)
    accounts = before.read("/_simulator/accounts")
    before.session.close()
    first.stop()
    second = server.start(state=tmp_path)
    after = Application(second.url)
    after.session.headers["Authorization"] = f"Bearer {pair['access_token']}"
    assert after.read("/_simulator/accounts") == accounts
    assert after.patch(SANTOS, {"name": "Kawa ziarnista mimo blokady"}).status_code == 403
    requests.post(f"{after.url}/_simulator/tokens/revoke", json={"account": COFFEE}, timeout=5)
    assert after.get("/me").json()["error_description"] == "Access token expired or was replaced"
    after.session.close()
    second.stop()
