"""The way to Allegro: typed errors with trace ids, counted second attempts, headers, and tokens that stay with it."""

import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from pytest_django import Settings

from allegro.api.client import AllegroClient
from allegro.api.transport import FixedToken
from allegro.errors import (
    AllegroError,
    Forbidden,
    Gone,
    RateLimited,
    Rejected,
    Unauthorized,
    Unavailable,
    WrongEnvironment,
)
from allegro.ratelimit import RequestBudget, shared_budget
from tests.allegro.conftest import COFFEE, World
from tests.allegro.stub_server import Reply, Stub, stub_server

ME = {"id": "1", "login": "someone"}
ERRORS = {"errors": [{"code": "AccessDenied", "message": "Access is denied"}]}
FOREIGN = {"error": "invalid_token", "error_description": "Cannot convert access token to JSON"}
EXPIRED = {"error": "invalid_token", "error_description": "Access token expired"}


class Tokens:
    """Gives "old", then "new"; remembers what was renewed."""

    def __init__(self) -> None:
        self.renewed: list[str] = []

    def current(self) -> str:
        return "old"

    def renew(self, stale: str) -> str:
        self.renewed.append(stale)
        return "new"


class Spending(RequestBudget):
    """Writes down every request before it is counted."""

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings.REDIS_URL, settings.ALLEGRO_CLIENT_ID, 6000)
        self.spent: list[tuple[str, str]] = []

    def spend(self, account_key: str, limit: str = "") -> None:
        self.spent.append((account_key, limit))
        super().spend(account_key, limit)


# Errors --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("reply", "error"),
    [
        (Reply.json(ERRORS, 400), Rejected),
        (Reply.json(EXPIRED, 401), Unauthorized),
        (Reply.html(401), Unauthorized),
        (Reply.json(FOREIGN, 401), WrongEnvironment),
        (Reply.json(ERRORS, 403), Forbidden),
        (Reply.json({"error": "access_denied"}, 403), Forbidden),
        (Reply.html(403, "You have been blocked"), Unavailable),
        (Reply.json({}, 403), Unavailable),
        (Reply.json(ERRORS, 404), Gone),
        (Reply.json({"errors": []}, 404), Unavailable),
        (Reply.json(["errors"], 404), Unavailable),
        (Reply.html(404), Unavailable),
        (Reply.json(ERRORS, 406), Rejected),
        (Reply.json(ERRORS, 422), Rejected),
        (Reply.html(429), RateLimited),
        (Reply.json(ERRORS, 500), Unavailable),
        (Reply.json({}, 501), Unavailable),
        (Reply.html(503), Unavailable),
        (Reply.html(504), Unavailable),
        (Reply.json({}, 204), Unavailable),
        (Reply.html(200), Unavailable),
        (Reply(200, b'{"id": "1", "login": "som'), Unavailable),
        (Reply(200, b"[" * 100_000), Unavailable),
        (Reply(200, b"\xff\xfe{}"), Unavailable),
    ],
)
def test_each_failure_has_its_type_and_its_trace(
    stub: Stub, stub_client: AllegroClient, reply: Reply, error: type[AllegroError]
) -> None:
    stub.replies = [reply]
    with pytest.raises(error) as caught:
        stub_client.me()
    assert type(caught.value) is error
    assert (caught.value.status, caught.value.trace_id) == (reply.status, "trace-of-the-stub")


@pytest.mark.parametrize(("status", "body"), [(404, "html"), (504, "html"), (200, "html"), (200, "truncated")])
def test_failures_of_the_simulated_edge_say_nothing_about_the_offer(
    world: World, client: AllegroClient, status: int, body: str
) -> None:
    world.fault("/sale/offers", status, body=body, times=10)
    with pytest.raises(Unavailable) as caught:
        client.offers()
    assert caught.value.status == status
    assert caught.value.trace_id


def test_a_network_failure_is_unavailable(client: AllegroClient, settings: Settings) -> None:
    settings.ALLEGRO_API_URL = "http://127.0.0.1:9"
    with pytest.raises(Unavailable) as caught:
        client.me()
    assert caught.value.status is None


def test_an_answer_that_does_not_come_is_unavailable(
    world: World, client: AllegroClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("allegro.api.transport.TIMEOUT_SECONDS", (0.2, 0.05))
    world.fault("/me", 200, times=10, delay_seconds=0.2)
    with pytest.raises(Unavailable):
        client.me()


def test_an_error_never_carries_a_token_or_a_body(stub: Stub, stub_client: AllegroClient) -> None:
    stub.answer({"errors": [{"message": "jan.kowalczyk@example.com"}]}, status=403)
    with pytest.raises(Forbidden) as caught:
        stub_client.me()
    assert "token" not in str(caught.value)
    assert "kowalczyk" not in repr(caught.value)


@pytest.mark.parametrize("packed", [False, True])
def test_an_endless_answer_is_broken_off_and_not_asked_for_again(
    stub: Stub, stub_client: AllegroClient, monkeypatch: pytest.MonkeyPatch, packed: bool
) -> None:
    monkeypatch.setattr("allegro.api.transport.LARGEST_ANSWER", 200_000)
    body = b" " * 2_000_000
    stub.replies = [
        Reply(body=gzip.compress(body), headers={"Content-Encoding": "gzip"}) if packed else Reply(body=body)
    ]
    with pytest.raises(Unavailable, match="broken off"):
        stub_client.me()
    assert len(stub.asked) == 1


def test_an_answer_that_drips_in_is_broken_off(
    stub: Stub, stub_client: AllegroClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("allegro.api.transport.LONGEST_ANSWER_SECONDS", -1.0)
    stub.answer(ME)
    with pytest.raises(Unavailable, match="broken off"):
        stub_client.me()


# Tokens --------------------------------------------------------------------------------------------------------------


def test_a_refused_token_is_renewed_once(stub: Stub) -> None:
    tokens = Tokens()
    client = AllegroClient(tokens, "test")
    stub.replies = [Reply.json(EXPIRED, 401), Reply.json(ME)]
    assert client.me().id == "1"
    assert tokens.renewed == ["old"]
    assert [each.headers["authorization"] for each in stub.asked] == ["Bearer old", "Bearer new"]
    stub.replies = [Reply.json(EXPIRED, 401)]
    with pytest.raises(Unauthorized):
        client.me()
    assert tokens.renewed == ["old", "old"]
    client.close()


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_token_never_follows_a_redirect(stub: Stub, stub_client: AllegroClient, status: int) -> None:
    with stub_server() as stranger:
        stranger.answer(ME)
        stub.replies = [Reply(status, headers={"Location": f"{stranger.url}/me"})]
        with pytest.raises(Unavailable) as caught:
            stub_client.me()
        assert caught.value.status == status
        assert stranger.asked == []


def test_a_password_file_of_the_machine_does_not_replace_the_token(
    stub: Stub, stub_client: AllegroClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login operator password secret\n")
    monkeypatch.setenv("NETRC", str(tmp_path / ".netrc"))
    stub.answer(ME)
    stub_client.me()
    assert stub.asked[0].headers["authorization"] == "Bearer token"


# Budget and second attempts ------------------------------------------------------------------------------------------


def test_after_429_no_process_asks_allegro_for_the_penalty_minute(stub: Stub, settings: Settings) -> None:
    stub.answer({}, status=429)
    other_process = RequestBudget(settings.REDIS_URL, settings.ALLEGRO_CLIENT_ID, 1000)
    first, second = AllegroClient(FixedToken("a"), "one"), AllegroClient(FixedToken("b"), "two", other_process)
    with pytest.raises(RateLimited):
        first.me()
    assert len(stub.asked) == 1
    for client in (first, second):
        with pytest.raises(RateLimited):
            client.me()
        client.close()
    assert len(stub.asked) == 1
    shared_budget().forgive()


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_a_read_is_tried_again_after_a_server_error(world: World, client: AllegroClient, status: int) -> None:
    world.fault("/me", status, times=2)
    assert client.me().id == COFFEE


@pytest.mark.parametrize("broken", [Reply(0), Reply(body=b"{", announced=500), Reply.html(502), Reply.html(504)])
def test_a_question_with_a_body_is_asked_again_whole(stub: Stub, stub_client: AllegroClient, broken: Reply) -> None:
    stub.replies = [broken, Reply.json({"offers": [], "totalCount": 0, "count": 0})]
    assert stub_client.allegro_prices_offers("allegro-pl", ["17"]).rows == ()
    first, second = stub.asked
    assert (first.method, first.path, first.body) == (second.method, second.path, second.body)
    assert json.loads(second.body)["offer"] == {"ids": ["17"]}


@pytest.mark.parametrize("status", [400, 403, 404, 406, 422, 429, 302, 501])
def test_a_refusal_is_not_tried_again(stub: Stub, stub_client: AllegroClient, status: int) -> None:
    stub.answer(ERRORS, status=status)
    with pytest.raises(AllegroError):
        stub_client.me()
    assert len(stub.asked) == 1


def test_every_attempt_on_the_wire_is_counted_against_the_budget(stub: Stub, settings: Settings) -> None:
    budget = Spending(settings)
    client = AllegroClient(FixedToken("token"), "the-account", budget)
    stub.replies = [Reply.html(503)]
    with pytest.raises(Unavailable):
        client.offer_parts("17")
    stub.replies = [Reply(0), Reply.json(EXPIRED, 401), Reply.json(ME)]
    client.me()
    client.close()
    assert len(stub.asked) == 7
    assert budget.spent == [("the-account", "parts")] * 4 + [("the-account", "")] * 3
    assert client.requests == 7
    assert client.requests_by_endpoint == {"offer-parts": 4, "me": 3}


def test_the_pauses_between_attempts_grow_and_vary(
    stub: Stub, stub_client: AllegroClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    pauses: list[float] = []
    monkeypatch.setattr("allegro.api.transport.BACKOFF_SECONDS", 0.5)
    monkeypatch.setattr("allegro.api.transport.time.sleep", pauses.append)
    stub.replies = [Reply.html(502)]
    for _ in range(20):
        with pytest.raises(Unavailable):
            stub_client.me()
    assert len(set(pauses)) == len(pauses) == 60
    for attempt, longest in enumerate((0.5, 1.0, 2.0)):
        assert 0 <= min(pauses[attempt::3]) < longest / 2 < max(pauses[attempt::3]) <= longest


# What is sent --------------------------------------------------------------------------------------------------------


def test_requests_carry_the_headers_that_allegro_demands(stub: Stub, settings: Settings) -> None:
    settings.ALLEGRO_APP_NAME, settings.ALLEGRO_APP_URL = "Offer History", "https://history.example.com/about"
    stub.answer(ME)
    client = AllegroClient(FixedToken("the-token"), "test")
    client.me()
    client.close()
    [asked] = stub.asked
    assert asked.headers["user-agent"] == "Offer-History/1.0 (+https://history.example.com/about)"
    assert asked.headers["accept"] == "application/vnd.allegro.public.v1+json"
    assert asked.headers["accept-language"] == "pl-PL"
    assert asked.headers["authorization"] == "Bearer the-token"
    assert "content-type" not in asked.headers


def test_beta_resources_are_asked_for_with_their_own_media_type(stub: Stub, stub_client: AllegroClient) -> None:
    stub.answer({"count": 0, "customerReturns": []})
    stub_client.customer_returns()
    assert stub.asked[0].headers["accept"] == "application/vnd.allegro.beta.v1+json"


def test_a_body_goes_out_with_the_media_type_of_its_resource(stub: Stub, stub_client: AllegroClient) -> None:
    stub.answer({"offers": [], "totalCount": 0, "count": 0})
    stub_client.allegro_prices_offers("allegro-cz", ["17", "18"], offset=1000)
    [asked] = stub.asked
    assert (asked.method, asked.path) == ("POST", "/sale/allegro-prices/offers-queries")
    assert asked.headers["accept"] == asked.headers["content-type"] == "application/vnd.allegro.public.v1+json"
    wanted: dict[str, Any] = {"marketplace": {"id": "allegro-cz"}, "limit": 1000, "offset": 1000}
    assert json.loads(asked.body) == wanted | {"offer": {"ids": ["17", "18"]}}


def test_an_id_cannot_lead_to_another_path(stub: Stub, stub_client: AllegroClient) -> None:
    stub.answer({"id": "1"})
    stub_client.product_offer("../me?x=1#")
    assert stub.asked[0].path == "/sale/product-offers/..%2Fme%3Fx%3D1%23"
