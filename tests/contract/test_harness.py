"""The harness itself, with a small description of a shop: what it must find, and what it must let pass."""

import json
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
import requests
from requests.structures import CaseInsensitiveDict

from tests.contract.contract import Contract
from tests.contract.differences import DIFFERENCES, on_purpose
from tests.contract.exchanges import Exchanges
from tests.contract.spec import SCHEMAS, checkable, operation_of, spec_path

MEDIA = "application/vnd.allegro.public.v1+json"
URL = "http://127.0.0.1:8001"
OFFER = {"id": "1", "price": "9.90", "status": "ACTIVE", "tags": {"a": "b"}, "limits": {"low": "1"}, "place": None}
PRICE_EVENT = {"id": "7", "type": "PRICE", "price": "1.00"}
STOCK_EVENT = {"id": "8", "type": "STOCK", "pieces": 3}


def content(schema: str) -> dict[str, Any]:
    return {"content": {MEDIA: {"schema": {"$ref": SCHEMAS + schema}}}, "description": "", "required": True}


def shape(**properties: Any) -> dict[str, Any]:
    """An object that needs the properties whose names end in an underscore."""
    required = [name.rstrip("_") for name in properties if name.endswith("_")]
    described = {name.rstrip("_"): each for name, each in properties.items()}
    return {"type": "object", "properties": described, **({"required": required} if required else {})}


TEXT = {"type": "string"}
EVENT = shape(id_=TEXT, type_=TEXT) | {
    "discriminator": {
        "propertyName": "type",
        "mapping": {"PRICE": SCHEMAS + "PriceEvent", "STOCK": SCHEMAS + "StockEvent"},
    }
}
SHOP: dict[str, Any] = {
    "openapi": "3.0.0",
    "info": {"title": "shop", "version": "1"},
    "paths": {
        "/offers/{offerId}": {
            "get": {
                "security": [{"token": ["offers:read"]}],
                "parameters": [
                    {"name": "offerId", "in": "path", "required": True, "schema": TEXT},
                    {"name": "limit", "in": "query", "schema": {"type": "integer", "maximum": 10}},
                ],
                "responses": {"200": content("Offer"), "422": {"description": ""}},
            },
            "patch": {
                "parameters": [{"name": "offerId", "in": "path", "required": True, "schema": TEXT}],
                "requestBody": content("Change"),
                "responses": {"200": content("Offer")},
            },
        },
        "/offers/events": {"get": {"responses": {"200": content("Events")}}},
    },
    "components": {
        "schemas": {
            "Offer": shape(
                id_=TEXT,
                price=TEXT,
                status={"type": "string", "enum": ["ACTIVE", "ENDED"]},
                tags={"type": "object", "additionalProperties": TEXT},
                limits=shape(low_=TEXT, high=TEXT),
                place=shape(city_=TEXT),
                number={"oneOf": [shape(whole=TEXT), shape(part=TEXT)]},
            ),
            "Change": shape(price_=TEXT, note=TEXT),
            "Event": EVENT,
            "PriceEvent": {"allOf": [{"$ref": SCHEMAS + "Event"}, shape(price_=TEXT)]},
            "StockEvent": {"allOf": [{"$ref": SCHEMAS + "Event"}, shape(pieces_={"type": "integer"}, left=TEXT)]},
            "Events": shape(events_={"type": "array", "items": {"$ref": SCHEMAS + "Event"}}),
            "ErrorsHolder": shape(errors_={"type": "array", "items": shape(code_=TEXT)}),
            "AuthError": shape(error_=TEXT),
        }
    },
}


@pytest.fixture(scope="module")
def shop() -> Contract:
    return Contract(checkable(deepcopy(SHOP)))


def exchange(answer: Any, path: str = "/offers/1", status: int = 200, body: Any = None) -> requests.Response:
    """A request to the shop, a PATCH if it has a body, with the answer to it."""
    request = requests.Request("GET" if body is None else "PATCH", URL + path, data=body and json.dumps(body))
    response = requests.Response()
    response.request = request.prepare()
    response.request.headers["Content-Type"] = MEDIA
    response.url, response.status_code = str(response.request.url), status
    response.headers = CaseInsensitiveDict({"Content-Type": f"{MEDIA};charset=UTF-8"})
    response._content = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
    return response


def faults(shop: Contract, *given: Any, **more: Any) -> list[str]:
    return [f"{each.place}: {each.problem}" for each in shop.deviations(exchange(*given, **more))]


def test_what_is_as_described_passes(shop: Contract) -> None:
    assert faults(shop, OFFER, path="/offers/1?limit=10") == []
    assert faults(shop, {"events": [PRICE_EVENT, STOCK_EVENT]}, path="/offers/events") == []


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ({"id": 1}, "200 id: 1 is not of type 'string'"),
        ({"tags": {"a": 1}}, "200 tags.a: 1 is not of type 'string'"),
        ({"status": "SOLD"}, "200 status: 'SOLD' is not one of ['ACTIVE', 'ENDED']"),
        ({"prize": "1"}, "200 prize: is not in the description"),
        ({"limits": {"low": "1", "hihg": "2"}}, "200 limits.hihg: is not in the description"),
        ({"limits": {"high": "2"}}, "200 limits.low: is missing"),
        ({"limits": {"low": None}}, "200 limits.low: is null and required"),
        ({"number": {"whole": "1", "part": "2"}}, "200 number: fits several of the shapes of which it must fit one"),
    ],
)
def test_a_wrong_answer_is_found(shop: Contract, change: dict[str, Any], found: str) -> None:
    assert faults(shop, OFFER | change) == [found]


def test_every_fault_of_an_answer_is_told_once(shop: Contract) -> None:
    wrong = {"events": [PRICE_EVENT | {"price": 1}, PRICE_EVENT | {"price": 1}, STOCK_EVENT | {"pieces": "3"}]}
    assert faults(shop, wrong, path="/offers/events") == [
        "200 events[].pieces: '3' is not of type 'integer'",
        "200 events[].price: 1 is not of type 'string'",
    ]


def test_a_wrong_row_among_rows_known_to_be_good_is_found(shop: Contract) -> None:
    good = [PRICE_EVENT | {"id": str(number)} for number in range(20)]
    assert faults(shop, {"events": good}, path="/offers/events") == []
    wrong = [*good[:5], good[5] | {"prise": "1"}, *good[6:], STOCK_EVENT | {"pieces": "3"}]
    assert faults(shop, {"events": wrong, "evnets": good}, path="/offers/events") == [
        "200 events[].pieces: '3' is not of type 'integer'",
        "200 events[].prise: is not in the description",
        "200 evnets: is not in the description",
    ]


@pytest.mark.parametrize(
    ("event", "found"),
    [
        (STOCK_EVENT | {"type": "PRICE"}, ["200 events[].price: is missing"]),
        ({"id": "8", "type": "STOCK"}, ["200 events[].pieces: is missing"]),
        (STOCK_EVENT | {"left": 1}, ["200 events[].left: 1 is not of type 'string'"]),
        (STOCK_EVENT | {"pieces": None}, ["200 events[].pieces: is null and required"]),
        (STOCK_EVENT | {"left": None}, []),
    ],
)
def test_an_event_is_held_against_the_shape_of_its_type(shop: Contract, event: Any, found: list[str]) -> None:
    assert faults(shop, {"events": [PRICE_EVENT, event]}, path="/offers/events") == found


def test_a_null_is_absent_where_nothing_has_to_be(shop: Contract) -> None:
    assert faults(shop, {"id": "1", "price": None, "status": None, "limits": None, "place": None}) == []
    assert faults(shop, {"id": None}) == ["200 id: is null and required"]
    assert faults(shop, {"events": [None]}, path="/offers/events") != []


def test_a_wrong_request_is_found_where_it_succeeded(shop: Contract) -> None:
    assert faults(shop, OFFER, path="/offers/1?limit=11&sort=id") == [
        "request ?sort: is not a parameter",
        "request limit: 11 is greater than the maximum of 10",
    ]
    assert faults(shop, OFFER, body={"price": 1, "nota": "x", "note": None}) == [
        "request nota: is not in the description",
        "request price: 1 is not of type 'string'",
    ]
    refused = {"errors": [{"code": "X"}]}
    assert faults(shop, refused, path="/offers/1?limit=11&sort=id", status=422) == []


def test_refusals_that_are_not_described_are_held_against_the_general_ones(shop: Contract) -> None:
    assert faults(shop, {"errors": [{"code": "X"}]}, status=429) == []
    assert faults(shop, {"error": "invalid_token"}, status=401) == []
    assert faults(shop, {"errors": [{}]}, status=403) == ["403 errors[].code: is missing"]
    assert faults(shop, {"errors": [{}]}, status=422) == ["422 errors[].code: is missing"]
    assert faults(shop, {"errors": []}, status=404) == ["404: Unknown response http status: 404"]
    assert faults(shop, {"errors": []}, status=400) == ["400: Unknown response http status: 400"]
    assert faults(shop, {"errors": []}, path="/offers/events", status=400) == []


def test_an_answer_that_is_no_json_is_found(shop: Contract) -> None:
    assert len(faults(shop, b'{"id": ')) == 1


def test_what_is_not_described_is_found_unless_refused(shop: Contract) -> None:
    [found] = shop.deviations(exchange({}, path="/buyers"))
    assert str(found) == "GET /buyers · path · is not in the description"
    assert faults(shop, {}, path="/buyers", status=404) == []


def test_a_literal_path_goes_before_a_parameter() -> None:
    assert operation_of(SHOP, "GET", "/offers/events") == ("/offers/events", SHOP["paths"]["/offers/events"]["get"])
    assert operation_of(SHOP, "POST", "/offers/events") is None


def test_scopes_and_media_types_are_read(shop: Contract) -> None:
    assert shop.scopes("GET", "/offers/{offerId}") == {"offers:read"}
    assert shop.scopes("GET", "/offers/events") == set()
    assert shop.media("GET", "/offers/events") == {MEDIA}


def test_a_difference_on_purpose_is_let_pass_and_remembered(shop: Contract) -> None:
    path = "/order/checkout-forms"
    spec = checkable(deepcopy(SHOP))
    spec["paths"] = {path: {"get": {"responses": {"200": content("Count")}}}}
    spec["components"]["schemas"]["Count"] = shape(count={"type": "number", "minimum": 1}, other={"minimum": 1})
    orders = Contract(spec)
    assert [str(each) for each in orders.deviations(exchange({"count": 0, "other": 0}, path=path))] == [
        "GET /order/checkout-forms · 200 other · 0 is less than the minimum of 1"
    ]
    assert orders.met == {on_purpose("GET /order/checkout-forms", "200 count", "0 is less than the minimum of 1")}


def test_every_difference_on_purpose_has_a_reason_of_its_own() -> None:
    assert all(each.reason for each in DIFFERENCES)
    assert len({each.reason for each in DIFFERENCES}) == len(DIFFERENCES)


def test_a_wrong_path_of_the_file_is_an_error(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("ALLEGRO_SPEC", str(tmp_path / "missing.yaml"))
    with pytest.raises(FileNotFoundError, match=r"missing\.yaml, which is no file: .*developer\.allegro\.pl"):
        spec_path()
    monkeypatch.setenv("ALLEGRO_SPEC", "")
    assert spec_path() is None


def test_only_operations_with_a_good_answer_as_described_count(
    description: Contract, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("CONTRACT_RECORD", str(tmp_path))
    exchanges = Exchanges()
    me = {"id": "7", "login": "seller"}
    for answer, path, status in ((me, "/me", 200), ({"id": 7}, "/sale/smart", 200), ({}, "/sale/offers", 503)):
        exchanges.keep(exchange(answer, path=path, status=status))
    assert len(exchanges.deviations()) > 1
    exchanges.record("client")
    [recorded] = tmp_path.iterdir()
    assert json.loads(recorded.read_text())["operations"] == ["GET /me"]


def test_answers_that_a_test_has_spoilt_are_not_judged(description: Contract) -> None:
    exchanges = Exchanges()
    exchanges.keep(exchange({"id": 7}, path="/me"))
    assert exchanges.deviations() != []
    exchanges.begin()
    assert exchanges.deviations() == []
    spoiling = requests.Response()
    spoiling.request, spoiling.url = (
        requests.Request("POST", f"{URL}/_simulator/faults").prepare(),
        f"{URL}/_simulator/faults",
    )
    exchanges.keep(spoiling)
    exchanges.keep(exchange({"id": 7}, path="/me"))
    assert exchanges.deviations() == []
