"""Bundles of offers: flexible ones and those of the old kind."""

from collections.abc import Iterator
from typing import Any

import pytest

from allegro.simulator.server import RunningSimulator
from tests.simulator.conftest import GARDEN, SANTOS, Application
from tests.simulator.seller import connected, made, refusal, send, truths

FLEXIBLE, OLD = "/sale/flexible-bundles", "/sale/bundles"
MUG, GROUND, PRESS = "15204920844", "15204934421", "15204988729"
GARDEN_OFFER = "16310440271"


@pytest.fixture
def seller(young: RunningSimulator) -> Iterator[Application]:
    yield from connected(young)


@pytest.fixture
def gardener(young: RunningSimulator) -> Iterator[Application]:
    yield from connected(young, GARDEN)


def slot(order: int, *offers: str, entry_point: bool = True, pieces: int = 1) -> dict[str, Any]:
    rows = [{"id": offer, "excludedFromDiscount": False} for offer in offers]
    return {"order": order, "entryPoint": entry_point, "requiredQuantity": pieces, "offers": rows}


def whole_discount(lowest: int = 2, marketplace: str = "allegro-pl", percentage: int = 10) -> dict[str, Any]:
    discounts = [{"marketplaceId": marketplace, "percentage": percentage}]
    return {"type": "WHOLE_BUNDLE_DISCOUNT", "bundle": {"minimumBoughtOffers": lowest, "discounts": discounts}}


def test_flexible_bundle_is_created_read_changed_and_deleted(seller: Application) -> None:
    body = {"slots": [slot(1, GROUND, entry_point=False), slot(0, MUG, pieces=9_999)], "discount": whole_discount()}
    created = made(seller, "POST", FLEXIBLE, body)
    assert [row["order"] for row in created["slots"]] == [0, 1]
    assert created["discount"] == whole_discount()
    mug = created["slots"][0]["offers"][0]
    assert (mug["id"], mug["entryPoint"], mug["excludedFromDiscount"]) == (MUG, True, False)
    availability = {row["id"]: row["availability"] for row in mug["marketplaces"]}
    assert availability["allegro-pl"] == {"available": False, "reasons": ["STOCK_NOT_SUFFICIENT"]}
    assert availability["allegro-sk"] == {"available": False, "reasons": ["NOT_AVAILABLE_TO_PURCHASE"]}
    assert seller.read(f"{FLEXIBLE}/{created['id']}") == created

    kept = {**slot(0, MUG), "id": created["slots"][0]["id"]}
    changed = made(seller, "PUT", f"{FLEXIBLE}/{created['id']}", {"slots": [kept, slot(1, PRESS)], "discount": None})
    assert changed["slots"][0]["id"] == created["slots"][0]["id"]
    assert changed["slots"][1]["id"] != created["slots"][1]["id"]
    assert changed["discount"] is None
    assert [row["offer_id"] for row in truths(seller, "bundle")[-3:]] == [MUG, GROUND, PRESS]

    assert send(seller, "DELETE", f"{FLEXIBLE}/{created['id']}").status_code == 204
    assert seller.get(f"{FLEXIBLE}/{created['id']}").status_code == 404
    assert truths(seller, "bundle", PRESS)[-1]["new"] is None


def test_pages_follow_the_cursor_even_behind_a_deleted_bundle(seller: Application) -> None:
    ids = [made(seller, "POST", FLEXIBLE, {"slots": [slot(0, MUG), slot(1, PRESS)]})["id"] for _ in range(3)]
    first = seller.read(FLEXIBLE, limit=2, offer__id=PRESS)
    assert [row["id"] for row in first["bundles"]] == ids[:2]
    assert first["bundles"][0]["slotsRepresentatives"] == [MUG, PRESS]
    send(seller, "DELETE", f"{FLEXIBLE}/{ids[1]}")
    second = seller.read(FLEXIBLE, limit=2, offer__id=PRESS, page__id=first["nextPage"]["id"])
    assert [row["id"] for row in second["bundles"]] == ids[2:]
    assert "nextPage" not in second
    assert seller.get(FLEXIBLE, page__id="nonsense").status_code == 400
    assert seller.get(FLEXIBLE, limit=1001).status_code == 400


@pytest.mark.parametrize(
    "body",
    [
        {"slots": [slot(0, MUG)]},
        {"slots": [slot(order, MUG) for order in range(7)]},
        {"slots": [slot(0, MUG), slot(0, PRESS)]},
        {"slots": [slot(0, MUG), slot(6, PRESS)]},
        {"slots": [slot(0, MUG), slot(1, MUG)]},
        {"slots": [slot(0, MUG, PRESS), slot(1, GROUND)]},
        {"slots": [slot(0, MUG, entry_point=False), slot(1, PRESS, entry_point=False)]},
        {"slots": [slot(0, MUG), slot(1, "1")]},
        {"slots": [slot(0, MUG), slot(1, GARDEN_OFFER)]},
        {"slots": [slot(0, MUG), slot(1)]},
        {"slots": [slot(0, MUG), slot(1, PRESS)], "discount": whole_discount(lowest=1)},
        {"slots": [slot(0, MUG), slot(1, PRESS)], "discount": whole_discount(marketplace="allegro-xx")},
        {"slots": [slot(0, MUG), slot(1, PRESS)], "discount": {"type": "SLOT_DISCOUNT", "slot": {"slots": []}}},
        {"slots": "none"},
        {},
    ],
)
def test_flexible_bundle_that_breaks_a_requirement_is_refused(seller: Application, body: dict[str, Any]) -> None:
    before = seller.read(FLEXIBLE)
    assert send(seller, "POST", FLEXIBLE, body).status_code == 422
    assert seller.read(FLEXIBLE) == before


def test_slot_discount_names_slots_of_the_bundle(seller: Application) -> None:
    rows = [{"order": 1, "discounts": [{"marketplaceId": "allegro-cz", "percentage": 5}]}]
    discount = {"type": "SLOT_DISCOUNT", "slot": {"slots": rows}}
    slots = [slot(0, MUG), slot(1, SANTOS)]
    assert made(seller, "POST", FLEXIBLE, {"slots": slots, "discount": discount})["discount"] == discount
    rows[0]["order"] = 2
    answer = send(seller, "POST", FLEXIBLE, {"slots": slots, "discount": discount})
    assert refusal(answer) == (422, "ConstraintViolationException")


def test_old_bundle_can_be_discounted_and_deleted_but_not_created(seller: Application, gardener: Application) -> None:
    bundle = seller.read(OLD)["bundles"][0]
    assert {row["marketplace"]["id"]: row["status"] for row in bundle["publication"]}["allegro-pl"] == "ACTIVE"
    assert gardener.read(OLD)["bundles"] == gardener.read(FLEXIBLE)["bundles"] == []
    assert seller.read(f"{OLD}/{bundle['id']}") == bundle
    assert gardener.get(f"{OLD}/{bundle['id']}").status_code == 404
    assert send(seller, "POST", OLD, {}).status_code == 405
    discount = {"marketplace": {"id": "allegro-pl"}, "amount": "12.50", "currency": "PLN"}
    wrong = send(seller, "PUT", f"{OLD}/{bundle['id']}/discount", {"discounts": [{**discount, "currency": "CZK"}]})
    assert refusal(wrong) == (422, "InvalidCurrency")
    changed = made(seller, "PUT", f"{OLD}/{bundle['id']}/discount", {"discounts": [discount]})
    assert changed["discounts"] == [discount]
    assert made(seller, "PUT", f"{OLD}/{bundle['id']}/discount", {"discounts": None})["discounts"] == []
    assert send(seller, "DELETE", f"{OLD}/{bundle['id']}").status_code == 204
    assert seller.read(OLD) == {"bundles": []}
