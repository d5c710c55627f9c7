"""What every API call must carry, and how answers fail when they are told to."""

import pytest
import requests

from allegro.simulator.limits import RateLimit
from allegro.simulator.server import RunningSimulator
from tests.simulator.conftest import SANTOS, Application


@pytest.fixture(scope="module")
def running(young: RunningSimulator) -> RunningSimulator:
    """These tests ask nothing of the past."""
    return young


def test_every_answer_has_a_trace_id(application: Application) -> None:
    assert application.get("/me").headers["trace-id"]
    assert application.get("/sale/nothing").headers["trace-id"]


def test_missing_token_is_an_auth_error(stranger: Application) -> None:
    answer = stranger.get("/me")
    assert answer.status_code == 401
    assert answer.json()["error"] == "unauthorized"


def test_library_user_agent_is_refused(application: Application) -> None:
    application.session.headers["User-Agent"] = "python-requests/2.34"
    answer = application.get("/me")
    assert answer.status_code == 403
    assert "User-Agent" in answer.json()["errors"][0]["message"]


def test_other_media_type_is_not_acceptable(application: Application) -> None:
    application.session.headers["Accept"] = "application/json"
    answer = application.get("/me")
    assert answer.status_code == 406
    assert answer.json()["errors"][0]["code"] == "NotAcceptableException"


def test_missing_scope_is_access_denied(stranger: Application) -> None:
    stranger.connect(scope="allegro:api:sale:offers:read")
    assert stranger.get("/sale/offers").status_code == 200
    refused = stranger.patch(SANTOS, {"name": "Kawa ziarnista w promocji"})
    assert refused.status_code == 403
    assert refused.json()["errors"][0]["code"] == "AccessDenied"


def test_rate_limit_refuses_for_a_minute() -> None:
    seconds = [0.0]
    limit = RateLimit(3, lambda: seconds[0])
    assert [limit.admits("client") for _ in range(4)] == [True, True, True, False]
    assert limit.admits("another")
    seconds[0] = 59.0
    assert not limit.admits("client")
    seconds[0] = 61.0
    assert limit.admits("client")


def test_rate_limit_answers_429(running: RunningSimulator, application: Application) -> None:
    limit = running.simulation.rate_limit
    limit.per_minute = 2
    statuses = [application.get("/me").status_code for _ in range(3)]
    limit.per_minute = 0
    limit.forget()
    assert statuses == [200, 200, 429]


def test_fault_fails_the_next_answers_only(application: Application) -> None:
    application.control("/faults", {"path": "/sale/offers", "status": 504, "body": "html", "times": 2})
    answers = [application.get("/sale/offers") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [504, 504, 200]
    assert answers[0].headers["Content-Type"].startswith("text/html")
    assert application.get("/me").status_code == 200


def test_truncated_answer_is_no_json(application: Application) -> None:
    application.control("/faults", {"path": "/sale/offers", "status": 200, "body": "truncated"})
    answer = application.get("/sale/offers")
    assert answer.status_code == 200
    assert not answer.text.endswith("}")


def test_token_endpoint_can_be_down(stranger: Application) -> None:
    stranger.control("/faults", {"path": "/auth/oauth/token", "status": 500})
    assert stranger.token(grant_type="refresh_token", refresh_token="x").status_code == 500
    assert stranger.token(grant_type="refresh_token", refresh_token="x").status_code == 400


def test_slow_answer_comes_late_and_faults_can_be_cleared(application: Application) -> None:
    application.control("/faults", {"path": "/me", "status": 200, "delay_seconds": 0.2, "times": 1})
    answer = application.get("/me")
    assert answer.status_code == 200
    assert answer.elapsed.total_seconds() >= 0.2
    application.control("/faults", {"path": "/me", "status": 500, "times": 9})
    requests.delete(f"{application.url}/_simulator/faults", timeout=10)
    assert application.get("/me").status_code == 200
