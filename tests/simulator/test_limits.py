"""The limits of single resources and of new tokens, which all scale with the limit of the client id."""

import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from allegro.simulator.limits import FAILED_WEIGHT, RateLimit, Rule
from allegro.simulator.server import RunningSimulator
from tests.simulator.conftest import COFFEE, GARDEN, SANTOS, Application

ALLEGROS = 9_000
OFFER, PARTS = f"/sale/product-offers/{SANTOS}", f"/sale/product-offers/{SANTOS}/parts"


@pytest.fixture(scope="module")
def running(young: RunningSimulator) -> RunningSimulator:
    """These tests ask nothing of the past."""
    return young


@pytest.fixture
def limit(running: RunningSimulator) -> Iterator[RateLimit]:
    """The simulator's limits, off until a test sets them, and off again after it."""
    limit = running.simulation.rate_limit
    rules = limit.rules
    limit.forget()
    yield limit
    limit.per_minute, limit.patience, limit.rules = 0, 1.0, rules
    limit.forget()


class Watch:
    """A clock that a test moves, in seconds."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def watch() -> Watch:
    return Watch()


def admitted(ask: Callable[[], float | None], times: int = 10_000) -> int:
    """Return how many of so many requests get an answer."""
    return sum(ask() is not None for _ in range(times))


@pytest.mark.parametrize(
    ("method", "path", "most", "seconds"),
    [
        ("GET", OFFER, 3_500, 60),
        ("GET", PARTS, 7_000, 60),
        ("PATCH", OFFER, 2_490, 60),
        ("GET", f"/sale/price-automation/offers/{SANTOS}/rules", 5, 1),
        ("GET", "/order/customer-returns", 25, 1),
    ],
)
def test_resources_have_limits_per_seller(watch: Watch, method: str, path: str, most: int, seconds: float) -> None:
    limit = RateLimit(ALLEGROS, watch)
    assert admitted(lambda: limit.wait(method, path, "client", COFFEE)) == most
    assert limit.wait(method, path, "client", GARDEN) == 0
    assert limit.wait("GET", "/sale/offers", "client", COFFEE) == 0
    watch.now = seconds - 0.01
    assert limit.wait(method, path, "client", COFFEE) is None
    watch.now = seconds
    assert limit.wait(method, path, "client", COFFEE) == 0


def test_edits_have_a_limit_an_hour_too(watch: Watch) -> None:
    limit = RateLimit(ALLEGROS, watch)
    done = 0
    for minute in range(40):
        watch.now = minute * 60.0
        done += admitted(lambda: limit.wait("PATCH", OFFER, "client", COFFEE), 2_490)
    assert done == 74_700


def test_returns_have_a_limit_per_application_too(watch: Watch) -> None:
    limit = RateLimit(ALLEGROS, watch)
    sellers = iter(range(100))
    assert admitted(lambda: limit.wait("GET", "/order/customer-returns", "client", f"{next(sellers)}"), 100) == 50


def test_limits_scale_together_and_switch_off(watch: Watch) -> None:
    tenth, none = RateLimit(ALLEGROS // 10, watch), RateLimit(0, watch)
    assert admitted(lambda: tenth.wait("GET", OFFER, "client", COFFEE)) == 350
    assert admitted(lambda: none.wait("GET", OFFER, "client", COFFEE)) == 10_000
    assert none.admits("client")


def test_failed_requests_weigh_more(watch: Watch) -> None:
    limit = RateLimit(9, watch)
    assert limit.admits("client")
    limit.weigh_failure("GET", "/sale/offers", "client", COFFEE)
    assert sum(limit.admits("client") for _ in range(20)) == 9 - FAILED_WEIGHT


def test_leaky_bucket_slows_down_and_then_refuses(watch: Watch) -> None:
    limit = RateLimit(ALLEGROS, watch)
    waits = [limit.wait("GET", "/sale/products", "client", COFFEE) for _ in range(31)]
    assert waits[:3] == pytest.approx([0, 0.1, 0.2])
    assert waits[29] == pytest.approx(2.9)
    assert waits[30] is None
    watch.now = 1.0
    assert limit.wait("GET", "/sale/products", "client", COFFEE) == pytest.approx(2.0)
    limit.patience = 0.5
    assert limit.wait("GET", "/sale/products", "client", COFFEE) == pytest.approx(1.05)


def test_resource_limit_leaves_the_client_id_alone(application: Application, limit: RateLimit) -> None:
    limit.per_minute = 20  # 8 readings of offers a minute
    answers = [application.get(OFFER) for _ in range(9)]
    assert [answer.status_code for answer in answers] == [200] * 8 + [429]
    assert answers[-1].json()["errors"][0]["code"] == "TooManyRequests"
    assert application.get(PARTS, include="price").status_code == 200


def test_wrong_requests_use_up_the_limit_sooner(application: Application, limit: RateLimit) -> None:
    limit.per_minute = 10
    statuses = [application.get("/sale/offers", limit=0).status_code for _ in range(5)]
    assert statuses == [400, 400, 400, 400, 429]


def test_slowed_answer_holds_up_nobody_else(application: Application, limit: RateLimit) -> None:
    limit.per_minute = ALLEGROS
    limit.rules = (Rule(("GET",), re.compile("/me"), "seller", 1, 20, queue=3),)
    limit.patience = 0.05  # turns of twenty seconds, of which the queue waits for one each
    with ThreadPoolExecutor(6) as pool:
        slow = [pool.submit(application.get, "/me") for _ in range(6)]
        other = application.get("/sale/offers")
        answers = [future.result() for future in slow]
    statuses = [answer.status_code for answer in answers]
    assert set(statuses) == {200, 429}
    assert 3 <= statuses.count(200) <= 4  # a moment after the third a little has leaked out
    assert other.status_code == 200
    slowest = max(answer.elapsed for answer in answers)
    assert slowest.total_seconds() >= 2
    assert other.elapsed < slowest


def test_new_tokens_are_limited_per_account(stranger: Application, limit: RateLimit) -> None:
    pair = stranger.connect(GARDEN)
    other = stranger.connect(COFFEE)
    limit.per_minute = ALLEGROS
    for _ in range(30):
        answer = stranger.token(grant_type="refresh_token", refresh_token=pair["refresh_token"])
        pair = answer.json()
    refused = stranger.token(grant_type="refresh_token", refresh_token=pair["refresh_token"])
    assert (refused.status_code, refused.json()["error"]) == (429, "too_many_requests")
    assert stranger.token(grant_type="refresh_token", refresh_token=other["refresh_token"]).ok
    stranger.move_clock("2026-03-02T08:10:00Z")
    assert stranger.token(grant_type="refresh_token", refresh_token=pair["refresh_token"]).ok


def test_limits_are_set_over_the_control_interface(application: Application, limit: RateLimit) -> None:
    answer = application.control("/limits", {"requests_per_minute": 1, "patience": 0.1})
    assert answer.json() == {"requests_per_minute": 1, "patience": 0.1}
    assert [application.get("/me").status_code for _ in range(2)] == [200, 429]
    assert application.control("/limits", {"requests_per_minute": -1}).status_code == 400
    application.control("/limits", {"requests_per_minute": 0})
    assert application.get("/me").status_code == 200
    assert limit.per_minute == 0
