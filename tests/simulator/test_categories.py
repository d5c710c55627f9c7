"""The category tree, its changes, parameters that become required, and products."""

from collections.abc import Iterator
from typing import Any

import pytest

from allegro.simulator.server import RunningSimulator
from tests.simulator.conftest import GARDEN, SANTOS, Application
from tests.simulator.seller import connected, truths

COFFEE_CATEGORY, TEA_CATEGORY, GARDEN_CATEGORY = "74030", "74033", "261405"
TEAWARE_CATEGORY = "320145"


@pytest.fixture
def coffee(young: RunningSimulator) -> Iterator[Application]:
    """The coffee seller."""
    yield from connected(young)


def quirk(application: Application, kind: str, **body: Any) -> int:
    return application.control("/quirks", {"kind": kind, **body}).status_code


def lacking(application: Application, **query: Any) -> dict[str, list[str]]:
    rows = application.read("/sale/offers/unfilled-parameters", **query)["offers"]
    return {row["id"]: [parameter["id"] for parameter in row["parameters"]] for row in rows}


def test_every_offer_stands_in_a_leaf_with_a_path_to_a_main_category(coffee: Application) -> None:
    used = {row["category"]["id"] for row in coffee.read("/sale/offers", limit=1000)["offers"]}
    for key in used:
        node = coffee.read(f"/sale/categories/{key}")
        assert node["leaf"]
        while "parent" in node:
            node = coffee.read(f"/sale/categories/{node['parent']['id']}")
            assert not node["leaf"]
        assert node in coffee.read("/sale/categories")["categories"]
    assert coffee.get("/sale/categories/1").status_code == 404
    assert coffee.get("/sale/categories", parent__id="1").status_code == 404


def test_parameters_of_a_category_are_those_of_its_offers(coffee: Application) -> None:
    document = coffee.read(f"/sale/product-offers/{SANTOS}")
    listed = coffee.read(f"/sale/categories/{COFFEE_CATEGORY}/parameters")["parameters"]
    used = document["parameters"] + document["productSet"][0]["product"]["parameters"]
    assert {row["id"] for row in used} == {row["id"] for row in listed}
    assert coffee.get("/sale/categories/1/parameters").status_code == 404


def test_no_offer_lacks_a_parameter_until_a_category_requires_one(coffee: Application) -> None:
    assert lacking(coffee) == {}
    ids = [row["id"] for row in coffee.read("/sale/offers", limit=1000)["offers"] if "awa " in row["name"]][:4]
    home = {row["id"]: row["category"]["id"] for row in coffee.read("/sale/offers", limit=1000)["offers"]}
    mine = [key for key in ids if home[key] == COFFEE_CATEGORY]
    body = {"category": COFFEE_CATEGORY, "parameter": "249001", "name": "Stopień palenia", "offers": mine}
    assert quirk(coffee, "category_parameter", **body) == 200
    assert quirk(coffee, "category_parameter", **body) == 422
    assert lacking(coffee) == {key: ["249001"] for key in sorted(mine, key=int, reverse=True)}
    assert lacking(coffee, parameterType="REQUIREMENT_PLANNED") == {}
    assert lacking(coffee, offer__id=mine[0]) == {mine[0]: ["249001"]}
    page = coffee.read("/sale/offers/unfilled-parameters", limit=1, offset=1)
    assert (page["count"], page["totalCount"]) == (1, len(mine))
    assert {row["offer_id"] for row in truths(coffee, "unfilled_parameters")} == set(mine)
    required = coffee.read(f"/sale/categories/{COFFEE_CATEGORY}/parameters")["parameters"][-1]
    assert (required["name"], required["required"]) == ("Stopień palenia", True)
    filled = [*coffee.read(f"/sale/product-offers/{mine[0]}")["parameters"], {"id": "249001", "values": ["jasny"]}]
    assert coffee.patch(mine[0], {"parameters": filled}).status_code == 200
    assert mine[0] not in lacking(coffee)


def test_a_planned_requirement_takes_effect_on_its_day(young: RunningSimulator) -> None:
    for garden in connected(young, GARDEN):
        offers = {row["id"] for row in garden.read("/sale/offers")["offers"]}
        body = {"category": GARDEN_CATEGORY, "parameter": "249002", "in_days": 3}
        assert quirk(garden, "category_parameter", **body) == 200
        assert quirk(garden, "category_parameter", **body | {"category": "261409", "parameter": "249003"}) == 200
        planned = garden.read("/sale/category-parameters-scheduled-changes", limit=1)["scheduledChanges"]
        assert [(row["parameter"]["id"], row["category"]["id"]) for row in planned] == [("249002", GARDEN_CATEGORY)]
        soon = "2026-03-04T08:00:00Z"
        path = "/sale/category-parameters-scheduled-changes"
        assert garden.read(path, scheduledFor__lte=soon)["scheduledChanges"] == []
        assert set(lacking(garden, parameterType="REQUIREMENT_PLANNED")) == offers
        assert lacking(garden, parameterType="REQUIRED") == {}
        garden.move_clock("2026-03-05T09:00:00Z")
        garden.connect(GARDEN)
        assert set(lacking(garden, parameterType="REQUIRED")) == offers
        assert garden.read(path)["scheduledChanges"] == []
        actions = [row for row in truths(garden, "unfilled_parameters") if row["offer_id"] in offers]
        assert len(actions) == 2 * len(offers)
        assert {row["at"] for row in actions[len(offers) :]} == {"2026-03-05T08:00:00.000000Z"}
        assert actions[-1]["old"] == {"249002": "REQUIREMENT_PLANNED"}
        assert actions[-1]["new"] == {"249002": "REQUIRED"}


def test_changes_of_the_tree_are_told_in_order(coffee: Application) -> None:
    assert coffee.read("/sale/category-events") == {"events": []}
    users = truthful_users(coffee)
    assert quirk(coffee, "category_event", event="renamed", category=TEA_CATEGORY, name="Herbaty") == 200
    coffee.move_clock("2026-03-05T10:00:00Z")
    assert quirk(coffee, "category_event", event="moved", category=TEA_CATEGORY, parent="1536") == 200
    coffee.move_clock("2026-03-05T10:01:00Z")
    body = {"event": "deleted", "category": COFFEE_CATEGORY, "redirect": TEA_CATEGORY}
    assert quirk(coffee, "category_event", **body) == 200
    coffee.move_clock("2026-03-05T10:02:00Z")
    coffee.connect()
    events = coffee.read("/sale/category-events")["events"]
    assert [row["type"] for row in events] == ["CATEGORY_RENAMED", "CATEGORY_MOVED", "CATEGORY_DELETED"]
    assert events[0]["category"]["name"] == "Herbaty"
    assert events[1]["category"]["parent"] == {"id": "1536"}
    assert events[2]["redirectCategory"] == {"id": TEA_CATEGORY}
    rest = coffee.read("/sale/category-events", **{"from": events[0]["id"], "limit": 1})["events"]
    assert rest == [events[1]]
    assert coffee.read("/sale/category-events", type="CATEGORY_DELETED")["events"] == [events[2]]
    assert coffee.get(f"/sale/categories/{COFFEE_CATEGORY}").status_code == 404
    moved = {
        row["id"] for row in coffee.read("/sale/offers", limit=1000)["offers"] if row["category"]["id"] == TEA_CATEGORY
    }
    assert moved == users
    actions = truths(coffee, "category")
    assert {row["offer_id"] for row in actions} == users
    assert {(row["actor"], row["new"]) for row in actions} == {("allegro", TEA_CATEGORY)}


def truthful_users(application: Application) -> set[str]:
    """Return the offers of the coffee category."""
    rows = application.read("/sale/offers", limit=1000)["offers"]
    return {row["id"] for row in rows if row["category"]["id"] == COFFEE_CATEGORY}


@pytest.mark.parametrize(
    "body",
    [
        {"event": "renamed", "category": "1", "name": "x"},
        {"event": "moved", "category": "1536", "parent": GARDEN_CATEGORY},
        {"event": "deleted", "category": GARDEN_CATEGORY},
        {"event": "deleted", "category": GARDEN_CATEGORY, "redirect": GARDEN_CATEGORY},
        {"event": "created", "category": GARDEN_CATEGORY, "name": "x", "parent": "1536"},
        {"event": "eaten", "category": GARDEN_CATEGORY},
    ],
)
def test_impossible_changes_of_the_tree_are_refused(coffee: Application, body: dict[str, Any]) -> None:
    before = coffee.read(f"/sale/categories/{GARDEN_CATEGORY}")
    assert quirk(coffee, "category_event", **body) == 422
    assert coffee.read(f"/sale/categories/{GARDEN_CATEGORY}") == before


def test_a_product_has_the_parameters_that_its_offer_shows(coffee: Application) -> None:
    product = coffee.read(f"/sale/product-offers/{SANTOS}")["productSet"][0]["product"]
    found = coffee.read(f"/sale/products/{product['id']}")
    assert {row["id"]: row["values"] for row in found["parameters"]} == {
        row["id"]: row["values"] for row in product["parameters"]
    }
    assert found["category"]["path"][-1]["id"] == found["category"]["id"]
    assert all(image["url"].startswith(coffee.url) for image in found["images"])
    assert coffee.get("/sale/products/5901234567890").status_code == 404


def product_of(application: Application, offer_id: str = SANTOS) -> str:
    return str(application.read(f"/sale/product-offers/{offer_id}")["productSet"][0]["product"]["id"])


def test_the_catalogue_rewrites_a_product_and_with_it_its_offers(coffee: Application) -> None:
    key, before = product_of(coffee), coffee.read(f"/sale/product-offers/{SANTOS}")
    picture = before["images"][0]
    code = {"id": "224017", "name": "Kod producenta", "values": ["K-1"]}
    about = {"name": "Santos", "images": [picture], "parameters": [code], "status": "PROPOSED"}
    assert quirk(coffee, "product_rewritten", product=key, **about) == 200
    product, offer = coffee.read(f"/sale/products/{key}"), coffee.read(f"/sale/product-offers/{SANTOS}")
    assert (product["name"], product["images"], product["publication"]) == (
        "Santos",
        [{"url": picture}],
        {"status": "PROPOSED"},
    )
    assert [row["values"] for row in product["parameters"]] == [["K-1"]]
    assert (offer["name"], offer["images"]) == (before["name"], [picture])
    shown = offer["productSet"][0]["product"]
    assert ([row["values"] for row in shown["parameters"]], shown["publication"]["status"]) == ([["K-1"]], "PROPOSED")
    told = truths(coffee, "product_content", SANTOS)[-1]
    assert (told["actor"], told["new"]["name"]) == ("allegro", "Santos")
    assert told["subject"] == {"kind": "product", "id": key}
    assert {row["actor"] for row in (*truths(coffee, "images", SANTOS), *truths(coffee, "product", SANTOS))} == {
        "allegro"
    }


def test_a_rewrite_may_leave_the_offers_alone(coffee: Application) -> None:
    key, before = product_of(coffee), coffee.read(f"/sale/product-offers/{SANTOS}")
    assert quirk(coffee, "product_rewritten", product=key, images=[], name="Other", offers=False) == 200
    assert coffee.read(f"/sale/product-offers/{SANTOS}") == before
    assert coffee.read(f"/sale/products/{key}")["images"] == []


def test_a_product_of_a_deleted_category_stands_in_the_one_that_replaces_it(coffee: Application) -> None:
    key = product_of(coffee)
    category = coffee.read(f"/sale/products/{key}")["category"]["id"]
    assert quirk(coffee, "category_event", event="deleted", category=category, redirect=TEAWARE_CATEGORY) == 200
    assert coffee.read(f"/sale/products/{key}")["category"]["id"] == TEAWARE_CATEGORY
    told = truths(coffee, "product_content", SANTOS)[-1]
    assert (told["old"], told["new"]) == ({"category": {"id": category}}, {"category": {"id": TEAWARE_CATEGORY}})


def test_what_the_catalogue_does_not_have_cannot_be_rewritten(coffee: Application) -> None:
    assert quirk(coffee, "product_rewritten", product="c9e39cae", name="x") == 422


def test_what_a_category_planned_ends_with_it(coffee: Application) -> None:
    category = coffee.read(f"/sale/product-offers/{SANTOS}")["category"]["id"]
    assert quirk(coffee, "category_parameter", category=category, parameter="7099", in_days=30) == 200
    planned = coffee.read("/sale/category-parameters-scheduled-changes")["scheduledChanges"]
    assert category in {row["category"]["id"] for row in planned}
    assert quirk(coffee, "category_event", event="deleted", category=category, redirect=GARDEN_CATEGORY) == 200
    planned = coffee.read("/sale/category-parameters-scheduled-changes")["scheduledChanges"]
    assert category not in {row["category"]["id"] for row in planned}
    told = truths(coffee, "category_requirements", SANTOS)[-1]
    assert (told["subject"]["id"], told["new"]) == (category, [])
