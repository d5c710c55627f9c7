"""Promotion packages of offers: validity, cycles, pending changes, commands."""

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest

from allegro.simulator import server
from allegro.simulator.server import RunningSimulator
from tests.simulator.conftest import GARDEN, SANTOS, START, Application
from tests.simulator.seller import connected, made, move_clock, refusal, send, truths

LIST = "/sale/offers/promo-options"
MUG, GROUND, PRESS = "15204920844", "15204934421", "15204988729"
GARDEN_OFFER = "16310440271"


@pytest.fixture
def seller(young: RunningSimulator) -> Iterator[Application]:
    yield from connected(young)


@pytest.fixture
def traveller() -> Iterator[Application]:
    """A seller at a simulator of his own, whose clock he may move."""
    running = server.start(seed=7, start=START, prehistory_days=0)
    yield from connected(running)
    running.stop()


def change(kind: str, package: str = "emphasized10d", base: str = "BASE") -> dict[str, str]:
    return {"modificationType": kind, "packageType": base, "packageId": package}


def modify(application: Application, offer_id: str, *changes: dict[str, str], **more: Any) -> dict[str, Any]:
    path = f"/sale/offers/{offer_id}/promo-options-modification"
    return made(application, "POST", path, {"modifications": list(changes), **more})


def options(application: Application, offer_id: str) -> dict[str, Any]:
    return application.read(f"/sale/offers/{offer_id}/promo-options")


def test_dictionary_has_packages_per_marketplace_without_the_withdrawn_one(seller: Application) -> None:
    packages = seller.read("/sale/offer-promotion-packages")
    cycles = {row["id"]: row["cycleDuration"] for row in packages["basePackages"]}
    assert cycles == {"emphasized10d": "PT240H", "emphasized1d": "PT24H"}
    assert packages["additionalMarketplaces"][0]["marketplaceId"] == "allegro-cz"


def test_list_has_every_offer_and_pages(seller: Application) -> None:
    whole = seller.read(LIST)
    assert whole["count"] == whole["totalCount"] == seller.read("/sale/offers")["totalCount"]
    page = seller.read(LIST, limit=5, offset=3)
    assert page["promoOptions"] == whole["promoOptions"][3:8]
    assert seller.get(LIST, limit=5001).status_code == 400
    bare = next(row for row in whole["promoOptions"] if row["offerId"] == PRESS)
    assert (bare["basePackage"], bare["extraPackages"], bare["pendingChanges"]) == (None, [], None)


def test_cycle_moves_on_with_the_clock(traveller: Application) -> None:
    before = options(traveller, SANTOS)["basePackage"]
    assert before["nextCycleDate"] == "2026-03-09T08:00:00.000Z"
    move_clock(traveller, "2026-03-09T07:59:59Z")
    assert options(traveller, SANTOS)["basePackage"] == before
    move_clock(traveller, "2026-03-09T08:00:00Z")
    assert options(traveller, SANTOS)["basePackage"] == {**before, "nextCycleDate": "2026-03-19T08:00:00.000Z"}


def test_new_base_package_waits_for_the_end_of_the_cycle(traveller: Application) -> None:
    first = modify(traveller, MUG, change("CHANGE"))
    assert first["basePackage"]["validTo"] is None
    assert first["basePackage"]["nextCycleDate"] == "2026-03-12T08:00:00.000Z"
    second = modify(traveller, MUG, change("CHANGE", "emphasized1d"))
    assert second["basePackage"] == {
        "id": "emphasized10d",
        "validFrom": "2026-03-02T08:00:00.000Z",
        "validTo": "2026-03-12T08:00:00.000Z",
        "nextCycleDate": None,
    }
    assert second["pendingChanges"]["basePackage"] == {
        "id": "emphasized1d",
        "validFrom": "2026-03-12T08:00:00.000Z",
        "validTo": None,
        "nextCycleDate": "2026-03-13T08:00:00.000Z",
    }
    move_clock(traveller, "2026-03-13T09:00:00Z")
    later = options(traveller, MUG)
    assert later["pendingChanges"] is None
    assert (later["basePackage"]["id"], later["basePackage"]["nextCycleDate"]) == (
        "emphasized1d",
        "2026-03-14T08:00:00.000Z",
    )
    noted = truths(traveller, "promo_package", MUG)
    assert [(row["actor"], row["at"]) for row in noted] == [
        ("seller", "2026-03-02T08:00:00.000000Z"),
        ("seller", "2026-03-02T08:00:00.000000Z"),
        ("allegro", "2026-03-12T08:00:00.000000Z"),
    ]
    assert noted[2]["new"]["basePackage"]["id"] == "emphasized1d"


def test_setting_the_present_package_again_takes_back_its_end(traveller: Application) -> None:
    modify(traveller, MUG, change("CHANGE"))
    modify(traveller, MUG, change("CHANGE", "emphasized1d"))
    kept = modify(traveller, MUG, change("CHANGE"))
    assert (kept["basePackage"]["validTo"], kept["pendingChanges"]) == (None, None)
    move_clock(traveller, "2026-03-12T09:00:00Z")
    assert options(traveller, MUG)["basePackage"]["id"] == "emphasized10d"
    assert {row["actor"] for row in truths(traveller, "promo_package", MUG)} == {"seller"}


def test_removal_now_or_with_the_cycle(traveller: Application) -> None:
    modify(traveller, MUG, change("CHANGE"), change("CHANGE", "departmentPage", "EXTRA"))
    ending = modify(traveller, MUG, change("REMOVE_WITH_END_OF_CYCLE"))
    assert ending["basePackage"]["validTo"] == "2026-03-12T08:00:00.000Z"
    gone = modify(traveller, MUG, change("REMOVE_NOW", "departmentPage", "EXTRA"))
    assert gone["extraPackages"] == []
    move_clock(traveller, "2026-03-12T08:00:00Z")
    assert options(traveller, MUG)["basePackage"] is None


def test_additional_marketplace_has_packages_of_its_own(seller: Application) -> None:
    czech = {"marketplaceId": "allegro-cz", "modifications": [change("CHANGE")]}
    changed = modify(seller, MUG, additionalMarketplaces=[czech])
    assert changed["basePackage"] is None
    assert changed["additionalMarketplaces"][0]["basePackage"]["id"] == "emphasized10d"
    assert truths(seller, "promo_package", MUG)[-1]["marketplace"] == "allegro-cz"


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"modifications": [change("CHANGE", "promoPackage")]}, 422, "unsupportedChangeType"),
        ({"modifications": [change("CHANGE", "")]}, 422, "unsupportedChangeType"),
        ({"modifications": [change("CHANGE", "emphasized10d", "EXTRA")]}, 422, "unsupportedChangeType"),
        ({"modifications": [change("REMOVE")]}, 422, "unsupportedChangeType"),
        ({"modifications": [change("CHANGE"), change("REMOVE_NOW", "emphasized1d")]}, 422, "unsupportedChangeType"),
        ({"modifications": [{"modificationType": "CHANGE", "packageType": "BASE"}]}, 400, "invalidDataFormat"),
        ({}, 400, "invalidDataFormat"),
        ({"modifications": 3}, 422, "JsonMappingException"),
        (
            {"additionalMarketplaces": [{"marketplaceId": "allegro-hu", "modifications": [change("CHANGE")]}]},
            422,
            "unsupportedChangeType",
        ),
    ],
)
def test_wrong_modification_changes_nothing(seller: Application, body: Any, status: int, code: str) -> None:
    answer = send(seller, "POST", f"/sale/offers/{PRESS}/promo-options-modification", body)
    assert refusal(answer) == (status, code)
    assert options(seller, PRESS)["basePackage"] is None


def test_command_changes_many_offers_and_reports_those_that_fail(seller: Application, young: RunningSimulator) -> None:
    path = f"{LIST}-commands/{uuid4()}"
    offers = [{"id": offer} for offer in (GROUND, PRESS, GARDEN_OFFER)]
    body = {
        "offerCriteria": [{"type": "CONTAINS_OFFERS", "offers": offers}],
        "modification": {"basePackage": {"id": "emphasized1d"}, "modificationTime": "NOW"},
    }
    counts = {"total": 3, "success": 2, "failed": 1}
    assert made(seller, "PUT", path, body)["taskCount"] == seller.read(path)["taskCount"] == counts
    assert send(seller, "PUT", path, body).status_code == 409
    report = seller.read(f"{path}/tasks")
    assert [row["status"] for row in report["tasks"]] == ["DONE", "DONE", "ERROR"]
    assert report["tasks"][2]["errors"][0]["code"] == "OfferNotFoundException"
    assert options(seller, PRESS)["basePackage"]["id"] == "emphasized1d"
    clear = {**body, "modification": {"basePackage": None, "modificationTime": "NOW"}}
    made(seller, "PUT", f"{LIST}-commands/{uuid4()}", clear)
    assert options(seller, PRESS)["basePackage"] is None
    for gardener in connected(young, GARDEN):
        assert gardener.get(path).status_code == 403
        assert gardener.get(f"/sale/offers/{PRESS}/promo-options").status_code == 403
    assert send(seller, "PUT", f"{LIST}-commands/1", body).status_code == 422
    assert send(seller, "PUT", f"{LIST}-commands/{uuid4()}", {**body, "offerCriteria": []}).status_code == 422
