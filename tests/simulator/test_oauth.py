"""Codes, tokens, PKCE and rotation at the simulated Allegro."""

import base64
import hashlib
import json
import re
from typing import Any

import pytest
import requests

from allegro.simulator.server import RunningSimulator
from tests.simulator.conftest import BASIC, COFFEE, GARDEN, REDIRECT, Application


@pytest.fixture(scope="module")
def running(young: RunningSimulator) -> RunningSimulator:
    """These tests ask nothing of the past."""
    return young


VERIFIER = "v" * 50
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).decode().rstrip("=")


def claims(token: str) -> dict[str, object]:
    payload = token.split(".")[1]
    return dict(json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4))))


def test_consent_page_names_accounts_and_scopes(stranger: Application) -> None:
    query = {
        "response_type": "code",
        "client_id": BASIC[0],
        "redirect_uri": REDIRECT,
        "scope": "allegro:api:orders:read",
    }
    page = stranger.get("/auth/oauth/authorize", **query).text
    assert "kawa_i_dom" in page
    assert "ogrod_24" in page
    assert "allegro:api:orders:read" in page
    assert "allegro:api:billing:read" not in page


@pytest.mark.parametrize(("lang", "meaning"), [("pl", "danych kupujących"), ("en", "Read orders")])
def test_consent_page_says_in_plain_words_what_is_asked(stranger: Application, lang: str, meaning: str) -> None:
    query = {
        "response_type": "code",
        "client_id": BASIC[0],
        "redirect_uri": REDIRECT,
        "scope": "allegro:api:orders:read",
        "lang": lang,
    }
    page = stranger.get("/auth/oauth/authorize", **query).text
    assert meaning in page


def consent(stranger: Application, **fields: Any) -> requests.Response:
    """Press the button of the consent page with some boxes ticked."""
    query = {"response_type": "code", "client_id": BASIC[0], "redirect_uri": REDIRECT}
    form = {"account": COFFEE, "decision": "allow", "narrowed": "1"} | fields
    url = f"{stranger.url}/auth/oauth/authorize"
    return stranger.session.post(url, params=query, data=form, allow_redirects=False, timeout=5)


def test_seller_can_narrow_the_scopes(stranger: Application) -> None:
    ticked = ["allegro:api:profile:read", "allegro:api:orders:read", "allegro:api:unheard:of"]
    code = consent(stranger, scope=ticked).headers["Location"].partition("code=")[2]
    pair = stranger.token(grant_type="authorization_code", code=code, redirect_uri=REDIRECT).json()
    assert pair["scope"].split() == ticked[:2]
    renewed = stranger.token(grant_type="refresh_token", refresh_token=pair["refresh_token"]).json()
    assert renewed["scope"] == pair["scope"]


def test_seller_who_leaves_no_scope_is_asked_again(stranger: Application) -> None:
    answer = consent(stranger)
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text


def ask(stranger: Application, **query: str) -> requests.Response:
    """Open the consent page in the browser of this session."""
    parameters = {"response_type": "code", "client_id": BASIC[0], "redirect_uri": REDIRECT} | query
    url = f"{stranger.url}/auth/oauth/authorize"
    return stranger.session.get(url, params=parameters, allow_redirects=False, timeout=5)


def test_logged_in_seller_who_agreed_before_is_not_asked_unless_prompted(stranger: Application) -> None:
    stranger.control("/tokens/revoke", {"account": GARDEN})
    narrow = "allegro:api:orders:read"
    assert ask(stranger, scope=narrow).status_code == 200
    stranger.ask_consent(GARDEN, scope=narrow)
    back = ask(stranger, scope=narrow, state="abc")
    assert back.status_code == 302
    assert back.headers["Location"].endswith("&state=abc")
    code = back.headers["Location"].partition("code=")[2].partition("&")[0]
    pair = stranger.token(grant_type="authorization_code", code=code, redirect_uri=REDIRECT).json()
    assert claims(pair["access_token"])["user_name"] == GARDEN
    prompted = ask(stranger, scope=narrow, prompt="confirm")
    assert prompted.status_code == 200
    assert re.search(rf'value="{GARDEN}"\s+checked', prompted.text)
    assert ask(stranger, scope=f"{narrow} allegro:api:billing:read").status_code == 200
    stranger.control("/tokens/revoke", {"account": GARDEN})
    assert ask(stranger, scope=narrow).status_code == 200


def test_foreign_redirect_is_refused(stranger: Application) -> None:
    query = {"response_type": "code", "client_id": BASIC[0], "redirect_uri": "https://evil.example/"}
    assert stranger.get("/auth/oauth/authorize", **query).status_code == 400


def test_allowing_brings_a_code_and_the_state_back(stranger: Application) -> None:
    back = stranger.ask_consent(state="abc")
    assert back["state"] == "abc"
    assert back["code"]


def test_denying_brings_access_denied_back(stranger: Application) -> None:
    assert stranger.ask_consent(decision="deny")["error"] == "access_denied"


def test_token_tells_account_scopes_and_life(stranger: Application) -> None:
    pair = stranger.connect(GARDEN, "allegro:api:profile:read allegro:api:unheard:of")
    assert pair["expires_in"] == 43199
    assert pair["scope"] == "allegro:api:profile:read"
    assert claims(pair["access_token"])["user_name"] == GARDEN
    assert stranger.read("/me")["login"] == "ogrod_24"
    assert stranger.get("/sale/offers").status_code == 403


def test_no_requested_scope_means_all(stranger: Application) -> None:
    assert "allegro:api:sale:offers:write" in stranger.connect()["scope"].split()


def test_code_is_used_once(stranger: Application) -> None:
    code = stranger.ask_consent()["code"]
    fields = {"grant_type": "authorization_code", "code": code, "redirect_uri": REDIRECT}
    assert stranger.token(**fields).status_code == 200
    again = stranger.token(**fields)
    assert again.status_code == 400
    assert again.json()["error"] == "invalid_grant"


def test_code_is_bound_to_its_redirect(stranger: Application) -> None:
    code = stranger.ask_consent()["code"]
    answer = stranger.token(grant_type="authorization_code", code=code, redirect_uri="http://localhost/other")
    assert answer.json()["error"] == "invalid_grant"


def test_pkce_verifier_replaces_the_secret(stranger: Application) -> None:
    code = stranger.ask_consent(code_challenge=CHALLENGE, code_challenge_method="S256")["code"]
    answer = stranger.token(
        secret=None,
        grant_type="authorization_code",
        code=code,
        redirect_uri=REDIRECT,
        client_id=BASIC[0],
        code_verifier=VERIFIER,
    )
    assert answer.status_code == 200


def test_pkce_mismatch_is_refused(stranger: Application) -> None:
    code = stranger.ask_consent(code_challenge=CHALLENGE, code_challenge_method="S256")["code"]
    fields = {"grant_type": "authorization_code", "code": code, "redirect_uri": REDIRECT, "code_verifier": "w" * 50}
    answer = stranger.token(**fields)
    assert answer.status_code == 400
    assert answer.json()["error"] == "invalid_grant"


def test_wrong_secret_is_unauthorized(stranger: Application) -> None:
    assert stranger.token(secret="wrong", grant_type="refresh_token", refresh_token="x").status_code == 401


def test_refresh_rotates_and_kills_the_old_access_token(stranger: Application) -> None:
    first = stranger.connect()
    second = stranger.token(grant_type="refresh_token", refresh_token=first["refresh_token"]).json()
    assert second["refresh_token"] != first["refresh_token"]
    assert stranger.get("/me").status_code == 401
    stranger.session.headers["Authorization"] = f"Bearer {second['access_token']}"
    assert stranger.read("/me")["id"] == COFFEE


def test_used_refresh_token_works_for_sixty_seconds(stranger: Application) -> None:
    first = stranger.connect()
    fields = {"grant_type": "refresh_token", "refresh_token": first["refresh_token"]}
    assert stranger.token(**fields).status_code == 200
    stranger.move_clock("2026-03-02T08:01:00Z")
    assert stranger.token(**fields).status_code == 200
    stranger.move_clock("2026-03-02T08:01:01Z")
    late = stranger.token(**fields)
    assert late.status_code == 400
    assert late.json()["error_description"].startswith("Invalid refresh token")


def test_each_use_within_the_grace_replaces_the_pair_before(stranger: Application) -> None:
    first = stranger.connect()
    fields = {"grant_type": "refresh_token", "refresh_token": first["refresh_token"]}
    second, third = (stranger.token(**fields).json() for _ in range(2))
    assert len({first["refresh_token"], second["refresh_token"], third["refresh_token"]}) == 3
    for pair, status in ((first, 401), (second, 401), (third, 200)):
        stranger.session.headers["Authorization"] = f"Bearer {pair['access_token']}"
        assert stranger.get("/me").status_code == status


def test_access_token_expires_after_twelve_virtual_hours(stranger: Application) -> None:
    pair = stranger.connect()
    stranger.move_clock("2026-03-02T20:01:00Z")
    answer = stranger.get("/me")
    assert answer.status_code == 401
    assert answer.json()["error"] == "invalid_token"
    assert stranger.token(grant_type="refresh_token", refresh_token=pair["refresh_token"]).status_code == 200


def test_revoked_grant_answers_invalid_grant(stranger: Application) -> None:
    pair = stranger.connect()
    assert requests.post(f"{stranger.url}/_simulator/tokens/revoke", json={"account": COFFEE}, timeout=10).ok
    answer = stranger.token(grant_type="refresh_token", refresh_token=pair["refresh_token"])
    assert answer.json()["error"] == "invalid_grant"
