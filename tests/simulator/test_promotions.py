"""Rebates: multipacks, large order discounts, wholesale price lists."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from allegro.simulator import server
from allegro.simulator.server import RunningSimulator
from tests.simulator.conftest import GARDEN, SANTOS, START, Application
from tests.simulator.seller import connected, made, refusal, send, truths

PROMOTIONS = "/sale/loyalty/promotions"
MUG, GROUND, TEA = "15204920844", "15204934421", "15205233115"
GARDEN_OFFER = "16310440271"


@pytest.fixture
def seller(young: RunningSimulator) -> Iterator[Application]:
    yield from connected(young)


@pytest.fixture
def gardener(young: RunningSimulator) -> Iterator[Application]:
    yield from connected(young, GARDEN)


def pack(*offers: str, quantity: Any = 3, percentage: Any = 50) -> dict[str, Any]:
    trigger = {"forEachQuantity": quantity, "discountedNumber": 1}
    specification = {
        "type": "UNIT_PERCENTAGE_DISCOUNT",
        "configuration": {"percentage": percentage},
        "trigger": trigger,
    }
    criterion = {"type": "CONTAINS_OFFERS", "offers": [{"id": offer} for offer in offers]}
    return {"benefits": [{"specification": specification}], "offerCriteria": [criterion]}


def price_list(name: str, *thresholds: tuple[int, str]) -> dict[str, Any]:
    rows = [{"quantity": {"lowerBound": bound}, "discount": {"percentage": percent}} for bound, percent in thresholds]
    specification = {"type": "WHOLESALE_PRICE_LIST", "name": name, "thresholds": rows}
    return {
        "benefits": [{"specification": specification}],
        "offerCriteria": [{"type": "OFFERS_ASSIGNED_EXTERNALLY"}],
    }


def order_discount(*thresholds: tuple[str, str]) -> dict[str, Any]:
    rows = [
        {"orderValue": {"lowerBound": {"amount": amount, "currency": "PLN"}}, "discount": {"percentage": percent}}
        for amount, percent in thresholds
    ]
    specification = {"type": "LARGE_ORDER_DISCOUNT", "thresholds": rows}
    return {"benefits": [{"specification": specification}], "offerCriteria": [{"type": "ALL_OFFERS"}]}


def listed(application: Application, kind: str, **query: Any) -> list[str]:
    rows = application.read(PROMOTIONS, promotionType=kind, **query)["promotions"]
    return [row["id"] for row in rows]


def test_list_needs_a_kind_and_stays_within_fifty_thousand(seller: Application) -> None:
    assert seller.get(PROMOTIONS).status_code == 422
    assert seller.get(PROMOTIONS, promotionType="BUNDLE").status_code == 400
    assert seller.get(PROMOTIONS, promotionType="MULTIPACK", limit=5001).status_code == 422
    assert seller.get(PROMOTIONS, promotionType="MULTIPACK", offset=49_950, limit=51).status_code == 422
    page = seller.read(PROMOTIONS, promotionType="MULTIPACK", offset=49_950, limit=50)
    assert page["promotions"] == []
    assert page["totalCount"] >= 1


def test_multipack_is_created_listed_read_and_deleted(seller: Application) -> None:
    created = made(seller, "POST", PROMOTIONS, pack(MUG))
    assert created["status"] == "ACTIVE"
    assert created["offerCriteria"] == [{"type": "CONTAINS_OFFERS", "offers": [{"id": MUG}]}]
    assert seller.read(f"{PROMOTIONS}/{created['id']}") == created
    assert listed(seller, "MULTIPACK", offer__id=MUG) == [created["id"]]
    assert listed(seller, "MULTIPACK")[0] == created["id"]
    assert listed(seller, "MULTIPACK", limit=1, offset=1) == listed(seller, "MULTIPACK")[1:2]
    assert created["id"] not in listed(seller, "CROSS_MULTIPACK")
    assert send(seller, "DELETE", f"{PROMOTIONS}/{created['id']}").status_code == 204
    assert listed(seller, "MULTIPACK", offer__id=MUG) == []
    assert seller.read(f"{PROMOTIONS}/{created['id']}")["status"] == "INACTIVE"
    assert send(seller, "DELETE", f"{PROMOTIONS}/{created['id']}").status_code == 404
    noted = [
        (row["old"] and row["old"]["id"], row["new"] and row["new"]["id"]) for row in truths(seller, "promotion", MUG)
    ]
    assert noted == [(None, created["id"]), (created["id"], None)]


@pytest.mark.parametrize(
    ("quantity", "percentage"), [(2, 15), (3, 30), (4, 40), (5, 50), (2, 101), (6, 90), (1, 90), (3, 30.5), (3, "50")]
)
def test_multipack_outside_the_documented_discounts_is_refused(
    seller: Application, quantity: int, percentage: Any
) -> None:
    body = pack(TEA, quantity=quantity, percentage=percentage)
    assert send(seller, "POST", PROMOTIONS, body).status_code == 422
    assert listed(seller, "MULTIPACK", offer__id=TEA) == []


def test_offer_is_in_one_multipack_of_a_kind_at_a_time(seller: Application) -> None:
    first = made(seller, "POST", PROMOTIONS, pack(SANTOS, GROUND, quantity=2, percentage=16))
    assert listed(seller, "CROSS_MULTIPACK", offer__id=GROUND) == [first["id"]]
    again = send(seller, "POST", PROMOTIONS, pack(GROUND, TEA))
    assert refusal(again) == (422, "OfferAlreadyInPromotionException")
    assert send(seller, "PUT", f"{PROMOTIONS}/{first['id']}", pack(SANTOS, GROUND)).status_code == 422
    assert {row["offer_id"] for row in truths(seller, "promotion") if row["new"] == first} == {SANTOS, GROUND}
    send(seller, "DELETE", f"{PROMOTIONS}/{first['id']}")
    made(seller, "POST", PROMOTIONS, pack(GROUND, TEA))


def test_multipack_is_suspended_while_its_offer_has_ended(seller: Application) -> None:
    jar = "15205206961"
    created = made(seller, "POST", PROMOTIONS, pack(seller.read("/sale/offers", limit=1)["offers"][0]["id"]))
    offer_id = created["offerCriteria"][0]["offers"][0]["id"]
    assert offer_id != jar
    seller.patch(offer_id, {"publication": {"status": "ENDED"}})
    assert seller.read(f"{PROMOTIONS}/{created['id']}")["status"] == "SUSPENDED"


def test_offers_of_a_rebate_must_be_the_sellers_own(seller: Application, gardener: Application) -> None:
    assert send(seller, "POST", PROMOTIONS, pack("1")).status_code == 404
    assert send(seller, "POST", PROMOTIONS, pack(GARDEN_OFFER)).status_code == 403
    mine = listed(seller, "LARGE_ORDER_DISCOUNT")[0]
    for method in ("GET", "PUT", "DELETE"):
        assert send(gardener, method, f"{PROMOTIONS}/{mine}", order_discount(("100.00", "5"))).status_code == 404
    assert listed(gardener, "LARGE_ORDER_DISCOUNT") == []


def test_one_large_order_discount_at_a_time_holds_for_all_offers(seller: Application) -> None:
    held = listed(seller, "LARGE_ORDER_DISCOUNT")[0]
    assert listed(seller, "LARGE_ORDER_DISCOUNT", offer__id=SANTOS) == []
    second = send(seller, "POST", PROMOTIONS, order_discount(("300.00", "2")))
    assert refusal(second) == (422, "LargeOrderDiscountAlreadyExistsException")
    changed = made(seller, "PUT", f"{PROMOTIONS}/{held}", order_discount(("1000", "5.00"), ("2000.00", "10.00")))
    thresholds = changed["benefits"][0]["specification"]["thresholds"]
    assert thresholds[0] == {
        "orderValue": {"lowerBound": {"amount": "1000.00", "currency": "PLN"}},
        "discount": {"percentage": "5"},
    }
    touched = [row["offer_id"] for row in truths(seller, "promotion") if row["new"] == changed]
    assert len(touched) == len(set(touched)) == seller.read("/sale/offers")["totalCount"]


@pytest.mark.parametrize(
    "body",
    [
        order_discount(("1000.00", "5"), ("2000.00", "5")),
        order_discount(("1000.00", "5.5")),
        price_list("Zła lista", (1, "5")),
        price_list("Zła lista", (100_001, "5")),
        price_list("Zła lista", (10, "9"), (20, "8")),
        price_list("", (10, "5")),
        {**price_list("Zła lista", (10, "5")), "offerCriteria": [{"type": "ALL_OFFERS"}]},
        {"benefits": [], "offerCriteria": []},
        {"benefits": "none", "offerCriteria": [{"type": "ALL_OFFERS"}]},
    ],
)
def test_thresholds_that_break_the_rules_are_refused(gardener: Application, body: dict[str, Any]) -> None:
    assert send(gardener, "POST", PROMOTIONS, body).status_code == 422
    assert listed(gardener, "WHOLESALE_PRICE_LIST") == listed(gardener, "LARGE_ORDER_DISCOUNT") == []


def wholesale(application: Application, offer_id: str) -> Any:
    return application.read(f"/sale/product-offers/{offer_id}")["discounts"].get("wholesalePriceList")


def test_wholesale_price_list_is_assigned_on_the_offer_and_lost_with_the_list(seller: Application) -> None:
    created = made(seller, "POST", PROMOTIONS, price_list("Kartony", (5, "5"), (20, "9")))
    assert created["offerCriteria"] == [{"type": "OFFERS_ASSIGNED_EXTERNALLY"}]
    unknown = seller.patch(TEA, {"discounts": {"wholesalePriceList": {"id": "no-such-list"}}})
    assert refusal(unknown) == (422, "WholesalePriceListNotFound")
    seller.patch(TEA, {"discounts": {"wholesalePriceList": {"id": created["id"]}}})
    assert wholesale(seller, TEA) == {"id": created["id"]}
    changed = made(seller, "PUT", f"{PROMOTIONS}/{created['id']}", price_list("Kartony", (10, "7")))
    assert [row["new"] for row in truths(seller, "promotion", TEA)][-1] == changed
    send(seller, "DELETE", f"{PROMOTIONS}/{created['id']}")
    assert wholesale(seller, TEA) is None
    last = truths(seller, "wholesale_price_list", TEA)[-1]
    assert (last["old"], last["new"], last["event_types"]) == (created["id"], None, [])


def test_wholesale_price_list_can_be_named_and_taken_off_with_null(seller: Application) -> None:
    created = made(seller, "POST", PROMOTIONS, price_list("Dla biur", (5, "5")))
    seller.patch(TEA, {"discounts": {"wholesalePriceList": {"name": "Dla biur"}}})
    assert wholesale(seller, TEA) == {"id": created["id"]}
    seller.patch(TEA, {"discounts": {"wholesalePriceList": {"id": None}}})
    assert wholesale(seller, TEA) is None
    made(seller, "POST", PROMOTIONS, price_list("Dla biur", (5, "5")))
    named = seller.patch(TEA, {"discounts": {"wholesalePriceList": {"name": "Dla biur"}}})
    assert refusal(named) == (422, "NotUniqueWholesalePriceListException")


def test_rebates_survive_a_restart_with_their_ids(tmp_path: Path) -> None:
    first = server.start(seed=7, start=START, prehistory_days=2, state=tmp_path)
    for seller in connected(first):
        before = made(seller, "POST", PROMOTIONS, pack(MUG))
    first.stop()
    second = server.start(state=tmp_path)
    for seller in connected(second):
        assert seller.read(f"{PROMOTIONS}/{before['id']}") == before
    second.stop()
