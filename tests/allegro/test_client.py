"""The read-only client: typed errors with trace ids, one budget for all, headers as demanded, tolerant reading."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
import requests
from django.apps import apps
from django.db import connection, models
from pytest_django import Settings

from allegro.client import AllegroClient, FixedToken
from allegro.errors import (
    AllegroError,
    Forbidden,
    Gone,
    RateLimited,
    Rejected,
    Unauthorized,
    Unavailable,
)
from allegro.ratelimit import RequestBudget, shared_budget
from tests.allegro.conftest import COFFEE, Linked, World, fetch_tokens
from tests.allegro.stub_server import Stub, stub_server

Call = Callable[[AllegroClient], Any]


@pytest.fixture
def client(world: World) -> Iterator[AllegroClient]:
    """A client of the coffee seller with a token that is not stored."""
    client = AllegroClient(FixedToken(fetch_tokens(world, COFFEE).access), "test")
    yield client
    client.close()


@pytest.fixture
def stub(settings: Settings) -> Iterator[Stub]:
    """A server with prescribed answers in place of Allegro."""
    with stub_server() as stub:
        settings.ALLEGRO_API_URL = stub.url
        yield stub


@pytest.fixture
def stub_client(stub: Stub) -> Iterator[AllegroClient]:
    """A client of the stub."""
    client = AllegroClient(FixedToken("token"), "test")
    yield client
    client.close()


# Errors --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        (400, "json", Rejected),
        (401, "json", Unauthorized),
        (403, "json", Forbidden),
        (404, "json", Gone),
        (404, "html", Unavailable),
        (406, "json", Rejected),
        (422, "json", Rejected),
        (429, "json", RateLimited),
        (500, "json", Unavailable),
        (503, "html", Unavailable),
        (504, "json", Unavailable),
        (504, "html", Unavailable),
        (200, "html", Unavailable),
        (200, "truncated", Unavailable),
    ],
)
def test_each_failure_has_its_type_and_the_status(
    world: World, client: AllegroClient, status: int, body: str, error: type[AllegroError]
) -> None:
    world.fault("/sale/offers", status, body=body, times=10)
    with pytest.raises(error) as caught:
        client.offers()
    assert type(caught.value) is error
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
    monkeypatch.setattr("allegro.client.TIMEOUT_SECONDS", (0.2, 0.05))
    world.fault("/me", 200, times=10, delay_seconds=0.2)
    with pytest.raises(Unavailable):
        client.me()


@pytest.mark.parametrize(
    ("call", "document"),
    [
        (lambda client: client.me(), {"login": "nobody"}),
        (lambda client: client.me(), []),
        (lambda client: client.offer_events(), {}),
        (lambda client: client.offer_events(), {"offerEvents": [{"id": "a", "type": "OFFER_CHANGED"}]}),
        (
            lambda client: client.offer_events(),
            {"offerEvents": [{"id": "a", "type": "X", "occurredAt": "2026-09-01T08:00:00", "offer": {"id": "1"}}]},
        ),
        (lambda client: client.offers(), {"offers": []}),
        (lambda client: client.offers(), {"offers": None, "totalCount": 0}),
        (lambda client: client.offers(), {"offers": [{"name": "no id"}], "totalCount": 1}),
        (lambda client: client.offers(), {"offers": ["text"], "totalCount": 1}),
        (lambda client: client.product_offer("1"), {"name": "no id"}),
        (lambda client: client.product_offer("1"), ["text"]),
        (lambda client: client.offer_parts("1"), {}),
        (lambda client: client.order_events(), {"events": [{"id": "1"}]}),
        (lambda client: client.order("1"), {"id": "1", "status": "BOUGHT"}),
        (
            lambda client: client.order("1"),
            {"id": "1", "status": "BOUGHT", "lineItems": [{"id": "a", "offer": {"id": "1"}, "quantity": "many"}]},
        ),
        (lambda client: client.orders_updated_since(datetime(2026, 9, 1, tzinfo=UTC)), {"checkoutForms": [{}]}),
    ],
)
def test_an_answer_without_what_is_needed_is_unavailable_with_its_trace(
    stub: Stub, stub_client: AllegroClient, call: Call, document: Any
) -> None:
    stub.answer(document)
    with pytest.raises(Unavailable) as caught:
        call(stub_client)
    assert (caught.value.status, caught.value.trace_id) == (200, "trace-of-the-stub")


def test_an_error_never_carries_a_token_or_a_body(stub: Stub, stub_client: AllegroClient) -> None:
    stub.answer({"errors": [{"message": "jan.kowalczyk@example.com"}]}, status=403)
    with pytest.raises(Forbidden) as caught:
        stub_client.me()
    assert "token" not in str(caught.value)
    assert "kowalczyk" not in repr(caught.value)


# Budget and retries --------------------------------------------------------------------------------------------------


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


def test_the_penalty_ends_after_a_minute(settings: Settings) -> None:
    budget = shared_budget()
    budget.penalise()
    left = budget._redis.ttl(budget._penalty_key)
    assert 55 < left <= 60


def test_one_account_cannot_use_the_whole_budget(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("allegro.ratelimit.LONGEST_WAIT_SECONDS", 0.0)
    budget = RequestBudget(settings.REDIS_URL, f"client-{id(settings)}", 30)
    for _ in range(10):
        budget.spend(f"large-{id(settings)}")
    with pytest.raises(RateLimited):
        budget.spend(f"large-{id(settings)}")
    budget.spend(f"small-{id(settings)}")


def test_the_client_id_has_one_limit_for_all_accounts(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("allegro.ratelimit.LONGEST_WAIT_SECONDS", 0.0)
    budget = RequestBudget(settings.REDIS_URL, f"crowded-{id(settings)}", 3)
    for number in range(3):
        budget.spend(f"account-{number}-{id(settings)}")
    with pytest.raises(RateLimited):
        budget.spend(f"account-4-{id(settings)}")


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_a_read_is_tried_again_after_a_server_error(world: World, client: AllegroClient, status: int) -> None:
    world.fault("/me", status, times=2)
    assert client.me().id == COFFEE


@pytest.mark.parametrize("status", [400, 403, 404, 429])
def test_a_refusal_is_not_tried_again(stub: Stub, stub_client: AllegroClient, status: int) -> None:
    stub.answer({"errors": [{}]}, status=status)
    with pytest.raises(AllegroError):
        stub_client.me()
    assert len(stub.asked) == 1


@pytest.mark.parametrize("cursor", ["a1b2", "d7b9e0d4-1c3f-4e58-a6d7-0f8c4412be02", "12=", " 12"])
def test_an_order_cursor_that_is_no_number_never_leaves(stub: Stub, stub_client: AllegroClient, cursor: str) -> None:
    with pytest.raises(Rejected):
        stub_client.order_events(cursor)
    assert stub.asked == []


# What is sent --------------------------------------------------------------------------------------------------------


def test_requests_carry_the_headers_that_allegro_demands(stub: Stub, settings: Settings) -> None:
    settings.ALLEGRO_APP_NAME, settings.ALLEGRO_APP_URL = "Offer History", "https://history.example.com/about"
    stub.answer({"id": "1", "login": "someone"})
    client = AllegroClient(FixedToken("the-token"), "test")
    client.me()
    client.close()
    [(_path, headers)] = stub.asked
    assert headers["user-agent"] == "Offer-History/1.0 (+https://history.example.com/about)"
    assert headers["accept"] == "application/vnd.allegro.public.v1+json"
    assert headers["authorization"] == "Bearer the-token"


def test_parameters_stand_in_the_query_as_allegro_reads_them(stub: Stub, stub_client: AllegroClient) -> None:
    stub.answer({"events": [], "offerEvents": [], "checkoutForms": [], "totalCount": 0, "id": "1"})
    stub_client.order_events("1716984361111901")
    stub_client.offer_events("MTcx/+=")
    stub_client.offer_parts("1")
    stub_client.orders_updated_since(datetime(2026, 9, 1, 8, tzinfo=UTC), offset=100)
    assert [path for path, _headers in stub.asked] == [
        "/order/events?from=1716984361111901&limit=1000",
        "/sale/offer-events?from=MTcx%2F%2B%3D&limit=1000",
        "/sale/product-offers/1/parts?include=price&include=stock",
        "/order/checkout-forms?updatedAt.gte=2026-09-01T08%3A00%3A00Z&sort=updatedAt&limit=100&offset=100",
    ]


def test_the_simulator_accepts_every_call(client: AllegroClient) -> None:
    events = client.offer_events()
    offers = client.offers()
    offer_id = offers.rows[0]["id"]
    orders = client.order_events()
    assert client.me().login == "kawa_i_dom"
    assert client.offer_events(events[-1].event_id) == []
    assert client.order_events(orders[-1].event_id) == []
    assert client.product_offer(offer_id)["id"] == client.offer_parts(offer_id)["id"] == offer_id
    page = client.orders_updated_since(datetime(2026, 8, 20, tzinfo=UTC))
    assert client.order(page.forms[0].id) == page.forms[0]


# Tolerance -----------------------------------------------------------------------------------------------------------


def test_unknown_words_and_fields_are_tolerated(stub: Stub, stub_client: AllegroClient) -> None:
    event = {
        "id": "MQ",
        "type": "OFFER_TELEPORTED",
        "occurredAt": "2026-09-01T10:00:00.123+02:00",
        "offer": {"id": 17, "external": None, "marketplaces": [], "publication": None},
        "brandNew": {"a": 1},
    }
    stub.answer({"offerEvents": [event], "next": "?"})
    [row] = stub_client.offer_events()
    assert (row.type, row.allegro_offer_id) == ("OFFER_TELEPORTED", "17")
    assert row.occurred_at == datetime(2026, 9, 1, 8, 0, 0, 123000, tzinfo=UTC)


def test_an_order_is_read_with_exact_money_and_without_what_may_be_missing(
    stub: Stub, stub_client: AllegroClient
) -> None:
    item = {
        "id": "line",
        "offer": {"id": "17", "external": None},
        "quantity": 3,
        "price": {"amount": "0.10", "currency": "PLN"},
        "boughtAt": "2026-09-01T08:00:00Z",
        "serialNumbers": None,
    }
    stub.answer({"id": "order", "status": "PARTLY_TELEPORTED", "lineItems": [item], "marketplace": None})
    form = stub_client.order("order")
    assert (form.status, form.marketplace, form.revision, form.updated_at) == ("PARTLY_TELEPORTED", "", "", None)
    assert (form.items[0].unit_price, form.items[0].original_price) == (Decimal("0.10"), None)


# Buyers --------------------------------------------------------------------------------------------------------------


def test_nothing_about_buyers_is_stored(coffee: Linked) -> None:
    coffee.world.move(hours=12)
    coffee.sync()
    coffee.world.move(hours=6)
    coffee.sync()
    buyers = buyers_seen(coffee)
    assert len(buyers) > 500
    stored = everything_stored()
    assert "Kawa ziarnista" in stored
    assert [secret for secret in buyers if secret in stored] == []


def buyers_seen(linked: Linked) -> set[str]:
    """Every word about a buyer in what the order endpoints answer."""
    tokens = fetch_tokens(linked.world, linked.account.allegro_id)
    headers = {
        "Authorization": f"Bearer {tokens.access}",
        "Accept": "application/vnd.allegro.public.v1+json",
        "User-Agent": "Tests/1.0 (+https://example.org)",
    }
    found: set[str] = set()
    for path in ("/order/checkout-forms?limit=100", "/order/events?limit=1000"):
        answer = requests.get(linked.world.url + path, headers=headers, timeout=10).json()
        for each in answer.get("checkoutForms") or [event["order"] for event in answer["events"]]:
            buyer = each["buyer"]
            address = (each.get("delivery") or {}).get("address") or {}
            found |= {buyer["login"], buyer["email"], buyer["id"], buyer.get("phoneNumber") or ""}
            found |= {address.get("street") or "", address.get("phoneNumber") or ""}
            found |= {f"{address.get('firstName')} {address.get('lastName')}", address.get("lastName") or ""}
    return {word for word in found if len(word) > 3}


def everything_stored() -> str:
    """All text and JSON columns of every table."""
    kinds = (models.CharField, models.TextField, models.JSONField)
    found: list[str] = []
    with connection.cursor() as cursor:
        for model in apps.get_models():
            for column in model._meta.concrete_fields:
                if isinstance(column, kinds):
                    cursor.execute(f'SELECT "{column.column}"::text FROM "{model._meta.db_table}"')  # noqa: S608
                    found.extend(str(row[0]) for row in cursor.fetchall())
    return json.dumps(found, ensure_ascii=False)
