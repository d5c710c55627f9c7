"""Translations of offers, the events that tell of them, and events that tell of nothing."""

from collections.abc import Iterator
from typing import Any

import pytest

from allegro.simulator.server import RunningSimulator
from tests.simulator.conftest import GARDEN, SANTOS, Application
from tests.simulator.seller import connected, send, truths

PATH = f"/sale/offers/{SANTOS}/translations"
FREE, BULKY = "7b92e0d4-1c3f-4e58-a6d7-0f8c4412be02", "c58d6e1f-40b7-4a92-9e35-d1760a9f3c03"


@pytest.fixture
def coffee(young: RunningSimulator) -> Iterator[Application]:
    """The coffee seller."""
    yield from connected(young)


def by_language(application: Application, **query: Any) -> dict[str, dict[str, Any]]:
    return {row["language"]: row for row in application.read(PATH, **query)["translations"]}


def events_of(application: Application, instant: str) -> list[dict[str, Any]]:
    """Return the events of the Santos offer up to a later instant."""
    application.move_clock(instant)
    events = application.read("/sale/offer-events", limit=1000)["offerEvents"]
    return [event for event in events if event["offer"]["id"] == SANTOS]


def test_an_offer_sold_abroad_has_its_base_and_an_automatic_translation(coffee: Application) -> None:
    found = by_language(coffee)
    assert set(found) == {"pl-PL", "cs-CZ"}
    assert found["pl-PL"]["title"]["type"] == "BASE"
    assert found["pl-PL"]["title"]["translation"] == coffee.read(f"/sale/product-offers/{SANTOS}")["name"]
    assert found["cs-CZ"]["title"]["type"] == found["cs-CZ"]["description"]["type"] == "AUTO"
    assert set(by_language(coffee, language="cs-CZ")) == {"cs-CZ"}


def test_a_translation_is_written_told_and_deleted(coffee: Application) -> None:
    title = {"title": {"translation": "Santos coffee beans 1 kg"}}
    assert send(coffee, "PATCH", f"{PATH}/en-US", title).status_code == 200
    sections = {"sections": [{"items": [{"type": "TEXT", "content": "<p>Good coffee.</p>"}]}]}
    assert send(coffee, "PATCH", f"{PATH}/en-US", {"description": {"translation": sections}}).status_code == 200
    assert by_language(coffee)["en-US"] == {
        "language": "en-US",
        "title": {"translation": "Santos coffee beans 1 kg", "type": "MANUAL"},
        "description": {"translation": sections, "type": "MANUAL"},
    }
    assert send(coffee, "PATCH", f"{PATH}/en-US", title).status_code == 200
    assert send(coffee, "DELETE", f"{PATH}/en-US?element=description").status_code == 200
    assert send(coffee, "DELETE", f"{PATH}/en-US").status_code == 200
    assert send(coffee, "DELETE", f"{PATH}/en-US").status_code == 204
    assert "en-US" not in by_language(coffee)
    actions = truths(coffee, "translation", SANTOS)
    assert [row["event_types"] for row in actions] == [["OFFER_TRANSLATION_UPDATED"]] * 4
    assert (actions[0]["old"], actions[-1]["new"]) == (None, None)
    told = [row for row in events_of(coffee, "2026-03-02T08:00:20Z") if row["type"] == "OFFER_TRANSLATION_UPDATED"]
    assert [row["translations"] for row in told] == [[{"language": "en-US"}]] * 4


def test_a_manual_translation_covers_the_automatic_one(coffee: Application) -> None:
    automatic = by_language(coffee)["cs-CZ"]
    send(coffee, "PATCH", f"{PATH}/cs-CZ", {"title": {"translation": "Zrnková káva Santos 1 kg"}})
    found = by_language(coffee)["cs-CZ"]
    assert (found["title"]["type"], found["description"]) == ("MANUAL", automatic["description"])
    send(coffee, "DELETE", f"{PATH}/cs-CZ?element=title")
    assert by_language(coffee)["cs-CZ"] == automatic


def test_safety_information_belongs_to_a_product_of_the_offer(coffee: Application) -> None:
    product = coffee.read(f"/sale/product-offers/{SANTOS}")["productSet"][0]["product"]["id"]
    row = {"id": product, "translation": "Keep dry."}
    assert send(coffee, "PATCH", f"{PATH}/hu-HU", {"safetyInformation": {"products": [row]}}).status_code == 200
    assert by_language(coffee)["hu-HU"]["safetyInformation"] == {"products": [row | {"type": "MANUAL"}]}
    foreign = {"safetyInformation": {"products": [row | {"id": SANTOS}]}}
    assert send(coffee, "PATCH", f"{PATH}/hu-HU", foreign).status_code == 422
    path = f"{PATH}/hu-HU?element=safety_information&products.id={product}"
    assert send(coffee, "DELETE", path).status_code == 200
    assert "hu-HU" not in by_language(coffee)


@pytest.mark.parametrize(
    ("language", "body"),
    [
        ("en-US", {}),
        ("en-US", {"title": {}}),
        ("en-US", {"title": {"translation": "x" * 76}}),
        ("en-US", {"description": {"translation": {"sections": "text"}}}),
        ("pl-PL", {"title": {"translation": "Kawa ziarnista"}}),
        ("de-DE", {"title": {"translation": "Kaffee Santos"}}),
    ],
)
def test_bad_translations_are_refused(coffee: Application, language: str, body: dict[str, Any]) -> None:
    before = by_language(coffee)
    assert send(coffee, "PATCH", f"{PATH}/{language}", body).status_code == 422
    assert by_language(coffee) == before


def test_a_translation_of_a_foreign_offer_is_refused(young: RunningSimulator) -> None:
    for garden in connected(young, GARDEN):
        assert garden.get(PATH).status_code == 403
        assert send(garden, "DELETE", f"{PATH}/cs-CZ").status_code == 403


def test_a_browser_edit_of_the_price_list_makes_events_of_other_types(coffee: Application) -> None:
    start = len(events_of(coffee, "2026-03-02T08:01:00Z"))
    before = by_language(coffee)
    body = {"kind": "noise_events", "offer_id": SANTOS, "shipping_rates": BULKY, "languages": ["en-US", "sk-SK"]}
    assert coffee.control("/quirks", body).status_code == 200
    new = events_of(coffee, "2026-03-02T08:01:20Z")[start:]
    assert sorted(row["type"] for row in new) == ["OFFER_STOCK_CHANGED", *["OFFER_TRANSLATION_UPDATED"] * 2]
    assert by_language(coffee) == before
    assert truths(coffee, "delivery_price_list", SANTOS)[-1]["new"] == BULKY
    assert coffee.control("/quirks", body | {"shipping_rates": "unknown"}).status_code == 422
    assert coffee.control("/quirks", body | {"languages": ["de-DE"], "shipping_rates": FREE}).status_code == 422
    assert truths(coffee, "delivery_price_list", SANTOS)[-1]["new"] == BULKY
