"""A share of all answers fails, always the same ones for the same seed; and every way in which one can fail."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import requests

from allegro.simulator.faults import KINDS, PLANNED_KINDS, FaultPlan
from allegro.simulator.server import RunningSimulator
from tests.simulator.conftest import SANTOS, Application

Outcome = Callable[[requests.Response], bool]


@pytest.fixture(scope="module")
def running(young: RunningSimulator) -> RunningSimulator:
    """These tests ask nothing of the past."""
    return young


@pytest.fixture(autouse=True)
def _no_plan(running: RunningSimulator) -> Iterator[None]:
    """No plan and no fault outlives its test."""
    yield
    running.simulation.faults.plan = None
    running.simulation.faults.waiting.clear()
    running.simulation.rate_limit.forgive()


def outcome(application: Application, path: str) -> str:
    """Return what came of a request, in a word."""
    try:
        answer = application.session.get(application.url + path, timeout=5, allow_redirects=False)
    except requests.RequestException as error:
        return type(error).__name__
    return f"{answer.status_code} {len(answer.content)}"


def start(application: Application, **body: Any) -> dict[str, Any]:
    answer = application.control("/fault-plan", body)
    assert answer.status_code == 200, answer.text
    return dict(answer.json()["plan"])


def test_same_seed_fails_the_same_requests(application: Application) -> None:
    kinds = [kind for kind in PLANNED_KINDS if kind != "limit_429"]
    runs = []
    for seed in (3, 3, 4):
        start(application, seed=seed, share=0.5, scale=0.001, kinds=kinds)
        runs.append([outcome(application, path) for path in ("/sale/offers", "/me") * 12])
    assert runs[0] == runs[1]
    assert runs[0] != runs[2]


def test_requests_of_one_path_do_not_shift_those_of_another() -> None:
    alone, mixed = FaultPlan(5, 0.3), FaultPlan(5, 0.3)
    expected = [alone.take("GET", "/sale/offers") for _ in range(50)]
    found = []
    for number in range(50):
        mixed.take("GET", f"/sale/product-offers/{number}")
        found.append(mixed.take("GET", "/sale/offers"))
    assert found == expected


def test_share_holds_and_is_counted() -> None:
    plan = FaultPlan(1, 0.2)
    failed = sum(plan.take("GET", f"/sale/product-offers/{number % 40}") is not None for number in range(4_000))
    assert 0.18 < failed / 4_000 < 0.22
    assert (plan.requests, plan.failed) == (4_000, failed)
    assert len(plan.newest) == min(failed, 1000)
    assert {failure.kind for failure in plan.newest} == set(PLANNED_KINDS)


def test_plan_is_listed_and_removed(application: Application) -> None:
    plan = start(application, seed=2, share=1, kinds=["json_503"], path="/sale/offers")
    assert (plan["seed"], plan["share"], plan["kinds"], plan["failed"]) == (2, 1, ["json_503"], 0)
    assert application.get("/sale/offers").status_code == 503
    assert application.get("/me").status_code == 200
    shown = application.read("/_simulator/fault-plan")["plan"]
    assert (shown["requests"], shown["failed"]) == (1, 1)
    assert shown["failures"] == [{"request": "GET /sale/offers", "number": 1, "kind": "json_503"}]
    requests.delete(f"{application.url}/_simulator/fault-plan", timeout=5)
    assert application.read("/_simulator/fault-plan") == {"plan": None}
    assert application.get("/sale/offers").status_code == 200


def test_plan_leaves_the_panel_and_the_consent_alone(application: Application) -> None:
    start(application, share=1, kinds=["json_503"])
    assert application.get("/panel/").status_code == 200
    assert application.connect()["access_token"]


def test_slow_answers_are_scaled(application: Application) -> None:
    start(application, share=1, kinds=["slow"], scale=0.01)
    answer = application.get("/me")
    assert answer.status_code == 200
    assert 0.2 <= answer.elapsed.total_seconds() < 5


def test_penalty_refuses_what_follows(application: Application) -> None:
    start(application, share=1, kinds=["limit_429"], path="/sale/offers")
    assert application.get("/me").status_code == 200
    assert application.get("/sale/offers").status_code == 429
    assert application.get("/me").status_code == 429
    requests.delete(f"{application.url}/_simulator/fault-plan", timeout=5)
    assert application.get("/me").status_code == 200


@pytest.mark.parametrize(
    "body", [{"share": 2}, {"share": "much"}, {"kinds": ["hiccup"]}, {"kinds": "slow"}, {"scale": -1}, []]
)
def test_impossible_plan_is_refused(application: Application, body: Any) -> None:
    assert application.control("/fault-plan", body).status_code == 400
    assert application.read("/_simulator/fault-plan") == {"plan": None}


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("html_504", lambda answer: (answer.status_code, answer.headers["Content-Type"]) == (504, "text/html")),
        ("json_503", lambda answer: answer.json()["errors"][0]["code"] == "ServiceUnavailable"),
        ("timeout_500", lambda answer: answer.json()["errors"][0]["message"] == "Timeout to the backend service"),
        ("truncated", lambda answer: answer.status_code == 200 and not answer.text.endswith("}")),
        ("token_401", lambda answer: answer.json()["error"] == "invalid_token"),
        ("access_403", lambda answer: answer.json()["errors"][0]["code"] == "AccessDenied"),
        ("empty", lambda answer: (answer.status_code, answer.content) == (200, b"")),
        ("bot_403", lambda answer: answer.status_code == 403 and "blocked" in answer.text),
    ],
)
def test_single_fault_of_a_kind(application: Application, kind: str, expected: Outcome) -> None:
    added = application.control("/faults", {"path": "/sale/offers", "kind": kind}).json()["faults"]
    assert len(added) == 1
    assert expected(application.get("/sale/offers"))
    assert application.get("/sale/offers").status_code == 200


def test_redirect_leads_to_a_page_to_log_in(application: Application) -> None:
    application.control("/faults", {"path": "/sale/offers", "kind": "login_redirect"})
    answer = application.get("/sale/offers")
    assert [step.status_code for step in answer.history] == [302]
    assert answer.headers["Content-Type"].startswith("text/html")


@pytest.mark.parametrize("kind", ["drop_before", "drop_middle", "lost"])
def test_connection_breaks(application: Application, kind: str) -> None:
    application.control("/faults", {"path": "/sale/offers", "kind": kind})
    with pytest.raises((requests.ConnectionError, requests.exceptions.ChunkedEncodingError)):
        application.get("/sale/offers")
    assert application.get("/sale/offers").status_code == 200


@pytest.mark.parametrize(("kind", "done"), [("drop_before", False), ("lost", True)])
def test_lost_answer_is_of_a_deed_that_was_done(application: Application, kind: str, done: bool) -> None:
    title = f"Kawa ziarnista po awarii {kind}"
    application.control("/faults", {"path": "/sale/product-offers", "kind": kind})
    with pytest.raises(requests.ConnectionError):
        application.patch(SANTOS, {"name": title})
    assert (application.read(f"/sale/product-offers/{SANTOS}")["name"] == title) is done


def test_answer_of_the_token_endpoint_is_lost_after_the_rotation(stranger: Application) -> None:
    first = stranger.connect()
    fields = {"grant_type": "refresh_token", "refresh_token": first["refresh_token"]}
    stranger.control("/faults", {"path": "/auth/oauth/token", "body": "lost"})
    with pytest.raises(requests.ConnectionError):
        stranger.token(**fields)
    assert stranger.get("/me").status_code == 401  # the old pair is dead, the new one nobody has
    again = stranger.token(**fields)  # within the grace
    assert again.status_code == 200
    stranger.session.headers["Authorization"] = f"Bearer {again.json()['access_token']}"
    assert stranger.get("/me").status_code == 200


@pytest.mark.parametrize("body", [{"body": "hiccup"}, {"kind": "hiccup"}, {"times": "often"}, {"status": 1000}])
def test_impossible_fault_is_refused(application: Application, body: dict[str, Any]) -> None:
    assert application.control("/faults", body).status_code == 400


@pytest.mark.parametrize(("language", "word"), [("pl", "Plan awarii"), ("en", "Fault plan")])
def test_panel_page_sets_faults_plan_and_limits(
    running: RunningSimulator, stranger: Application, language: str, word: str
) -> None:
    url = f"{stranger.url}/panel/faults/?lang={language}"
    page = stranger.session.get(url, timeout=5).text
    assert word in page
    assert all(f'value="{kind}"' in page for kind in KINDS)
    fields = {"action": "add", "path": "/me", "kind": "bot_403", "times": "3", "delay_seconds": ""}
    assert stranger.session.post(url, data=fields, timeout=5).status_code == 200
    assert [vars(fault)["times"] for fault in running.simulation.faults.waiting] == [3]
    stranger.session.post(url, data={"action": "clear"}, timeout=5)
    assert running.simulation.faults.waiting == []
    planned = {"action": "plan", "seed": "9", "share": "0.5", "scale": "1", "path": "/", "kinds": ["slow", "empty"]}
    stranger.session.post(url, data=planned, timeout=5)
    plan = running.simulation.faults.plan
    assert plan is not None
    assert (plan.seed, plan.share, plan.kinds) == (9, 0.5, ("slow", "empty"))
    refused = stranger.session.post(url, data=planned | {"share": "7"}, timeout=5)
    assert refused.status_code == 422
    assert 'role="alert"' in refused.text
    stranger.session.post(url, data={"action": "stop"}, timeout=5)
    assert running.simulation.faults.plan is None
    stranger.session.post(url, data={"action": "limits", "requests_per_minute": "70", "patience": "1"}, timeout=5)
    assert running.simulation.rate_limit.per_minute == 70
    stranger.session.post(url, data={"action": "limits", "requests_per_minute": "0", "patience": "1"}, timeout=5)
    assert running.simulation.rate_limit.per_minute == 0
