"""Allegro Prices: declarations by command, discounts that come and go, and prices that stay the seller's."""

from collections.abc import Iterator
from decimal import Decimal
from itertools import pairwise
from typing import Any
from uuid import uuid4

import pytest

from allegro.simulator.server import RunningSimulator
from allegro.simulator.stories import CERRADO, MUG
from tests.simulator.campaigns import PUBLIC_HEADERS, at, fresh, offer_price, post, truth_of
from tests.simulator.conftest import GARDEN, Application

SUBMIT = "/sale/allegro-prices/offers/submit-offer-commands"
EXCLUDE = "/sale/allegro-prices/offers/exclusion-commands"
PARTICIPATIONS = "/sale/allegro-prices/accounts/participations"
MONTH = [f"2026-03-{day:02d}T{hour:02d}:00:00Z" for day in range(3, 31) for hour in (6, 18)]


@pytest.fixture
def seller(young: RunningSimulator) -> Iterator[Application]:
    """The coffee seller in a fresh world."""
    yield from fresh(young)


def item(offer_id: str, percentage: str | None = None, marketplace: str = "allegro-pl") -> dict[str, Any]:
    found: dict[str, Any] = {"id": offer_id, "marketplace": {"id": marketplace}}
    if percentage:
        found["sellerDiscountDeclaration"] = {"maxContributionPercentage": percentage}
    return found


def query(seller: Application, ids: list[str] | None, marketplace: str = "allegro-pl", **more: Any) -> Any:
    offer: dict[str, Any] = {key: more.pop(key) for key in ("scope", "substatus") if key in more}
    if ids is not None:
        offer["ids"] = ids
    body = {"marketplace": {"id": marketplace}, "offer": offer, **more}
    return post(seller, "/sale/allegro-prices/offers-queries", body)


def one(seller: Application, offer_id: str, marketplace: str = "allegro-pl") -> dict[str, Any]:
    answer = query(seller, [offer_id], marketplace)
    assert answer.status_code == 200, answer.text
    (found,) = answer.json()["offers"]
    return dict(found)


def discounted(seller: Application, offer_id: str) -> dict[str, Any]:
    """Let time pass until the offer is discounted, and return its status."""
    for instant in MONTH:
        at(seller, instant)
        if found := one(seller, offer_id)["actualPriceReduction"] and one(seller, offer_id):
            return found
    raise AssertionError("no discount within a month")


def test_account_takes_part_everywhere_until_it_says_otherwise(seller: Application) -> None:
    marketplaces = seller.read(PARTICIPATIONS)["marketplaces"]
    assert {row["status"] for row in marketplaces} == {"ALLOWED"}
    assert [row["id"] for row in marketplaces] == ["allegro-pl", "allegro-cz", "allegro-sk", "allegro-hu"]

    def change(rows: Any) -> Any:
        body = {"marketplaces": rows}
        return seller.session.patch(seller.url + PARTICIPATIONS, json=body, headers=PUBLIC_HEADERS, timeout=10)

    answer = change([{"id": "allegro-cz", "status": "DENIED"}])
    assert answer.status_code == 200
    assert answer.json() == seller.read(PARTICIPATIONS)
    assert answer.json()["marketplaces"][1] == {"id": "allegro-cz", "status": "DENIED"}
    assert change([]).status_code == 422
    assert change([{"id": "amazon", "status": "DENIED"}]).status_code == 422
    assert change([{"id": "allegro-pl", "status": "MAYBE"}]).status_code == 422
    assert change([{"id": "allegro-pl", "status": None}]).status_code == 400
    command = post(seller, SUBMIT, {"offers": [item(MUG, "10", "allegro-cz")]}).json()["commandId"]
    at(seller, "2026-03-02T08:01:00Z")
    assert seller.read(f"{SUBMIT}/{command}")["offers"][0]["status"] == "FAILED"


def test_declaration_is_kept_once_the_command_is_done(seller: Application) -> None:
    before = one(seller, CERRADO)
    assert before["basePrice"] == {"amount": "44.90", "currency": "PLN"}
    assert before["declaredPriceReduction"] is None
    chosen = str(uuid4())
    body = {"commandId": chosen, "offers": [item(CERRADO, "15.50"), item("16310440271", "5"), item(MUG)]}
    answer = post(seller, SUBMIT, body)
    assert (answer.status_code, answer.json()["status"]) == (201, "IN_PROGRESS")
    assert {row["status"] for row in seller.read(f"{SUBMIT}/{chosen}")["offers"]} == {"IN_PROGRESS"}
    assert one(seller, CERRADO) == before
    assert post(seller, SUBMIT, body).status_code == 409
    at(seller, "2026-03-02T08:01:00Z")
    rows = seller.read(f"{SUBMIT}/{chosen}")["offers"]
    assert [row["status"] for row in rows] == ["SUCCESS", "FAILED", "SUCCESS"]
    assert rows[1]["errors"] == [{"message": "Offer not found"}]
    assert one(seller, CERRADO)["declaredPriceReduction"] == {
        "sellerMaxDeclaredPercentage": "15.5",
        "sellerMaxDeclaredDiscount": {"amount": "6.96", "currency": "PLN"},
    }
    (told,) = truth_of(seller, "allegro_price", CERRADO)
    assert (told["actor"], told["new"]["sellerMaxDeclaredPercentage"]) == ("seller", "15.5")
    assert truth_of(seller, "allegro_price", MUG) == []


def test_discount_adds_up_and_leaves_the_offer_alone(seller: Application) -> None:
    post(seller, SUBMIT, {"offers": [item(CERRADO, "12")]})
    found = discounted(seller, CERRADO)
    actual, base = found["actualPriceReduction"], Decimal(found["basePrice"]["amount"])
    seller_gives, allegro_gives = (Decimal(actual[key]["amount"]) for key in ("sellerDiscount", "allegroDiscount"))
    assert base - seller_gives - allegro_gives == Decimal(actual["finalPriceForTheBuyer"]["amount"])
    assert 0 < seller_gives <= Decimal(actual["sellerMaxDeclaredDiscount"]["amount"])
    assert allegro_gives > 0
    assert found["discountedAt"]
    assert offer_price(seller, CERRADO) == "44.90"
    assert truth_of(seller, "price", CERRADO) == []
    events = seller.read("/sale/offer-events", limit=1000, type="OFFER_PRICE_CHANGED")["offerEvents"]
    assert not [event for event in events if event["offer"]["id"] == CERRADO]
    switched = truth_of(seller, "allegro_price", CERRADO)[-1]
    assert (switched["actor"], switched["event_types"]) == ("allegro", [])
    assert switched["new"]["finalPriceForTheBuyer"] == actual["finalPriceForTheBuyer"]
    (badge,) = seller.read("/sale/badges", marketplace__id="allegro-pl", offer__id=CERRADO)["badges"]
    assert badge["campaign"]["id"] == "SUBSIDY"
    assert badge["prices"]["subsidy"] == {"targetPrice": actual["finalPriceForTheBuyer"]}


def test_discount_ends_with_the_price_it_was_reckoned_from(seller: Application) -> None:
    post(seller, SUBMIT, {"offers": [item(CERRADO, "12")]})
    final = discounted(seller, CERRADO)["actualPriceReduction"]["finalPriceForTheBuyer"]
    price = {"sellingMode": {"price": {"amount": "47.00", "currency": "PLN"}}}
    assert seller.patch(CERRADO, price).status_code == 200
    found = one(seller, CERRADO)
    assert (found["actualPriceReduction"], found["discountedAt"]) == (None, None)
    assert found["declaredPriceReduction"]["sellerMaxDeclaredDiscount"]["amount"] == "5.64"
    last = truth_of(seller, "allegro_price", CERRADO)[-1]
    assert (last["old"]["finalPriceForTheBuyer"], last["new"]["finalPriceForTheBuyer"]) == (final, None)


def test_discounts_come_and_go_by_themselves(seller: Application) -> None:
    post(seller, SUBMIT, {"offers": [item(CERRADO, "12")]})
    at(seller, MONTH[-1])
    finals = [row["new"]["finalPriceForTheBuyer"] for row in truth_of(seller, "allegro_price", CERRADO)]
    assert finals[0] is None
    assert len(finals) > 4
    assert all((one is None) != (next_one is None) for one, next_one in pairwise(finals))


def test_excluded_offer_loses_declaration_and_discount(seller: Application) -> None:
    post(seller, SUBMIT, {"offers": [item(CERRADO, "12")]})
    discounted(seller, CERRADO)
    command = post(seller, EXCLUDE, {"offers": [item(CERRADO)]}).json()["commandId"]
    now = seller.read("/_simulator/clock")["now"]
    at(seller, now[:14] + "01:00Z")
    assert seller.read(f"{EXCLUDE}/{command}")["offers"][0]["status"] == "SUCCESS"
    assert seller.get(f"{SUBMIT}/{command}").status_code == 404
    found = one(seller, CERRADO)
    assert found["excludedAt"] > now[:13]
    assert (found["declaredPriceReduction"], found["actualPriceReduction"]) == (None, None)
    assert found["discount"] == {"opportunity": False}
    assert query(seller, [CERRADO, MUG], scope="EXCLUDED").json()["totalCount"] == 1
    assert truth_of(seller, "allegro_price", CERRADO)[-1]["new"]["excluded"] is True


def test_query_needs_ids_and_pages(seller: Application) -> None:
    ids = [row["id"] for row in seller.read("/sale/offers", limit=100)["offers"]]
    whole = query(seller, ids, limit=1000).json()
    assert whole["count"] == whole["totalCount"] == len(ids)
    assert query(seller, ids).json()["count"] == 20
    assert query(seller, ids, limit=5, offset=3).json()["offers"] == whole["offers"][3:8]
    likely = query(seller, ids, limit=1000, substatus="DISCOUNT_OPPORTUNITY").json()["offers"]
    assert likely == [row for row in whole["offers"] if row["discount"]["opportunity"]]
    advised = query(seller, ids, limit=1000, substatus="DISCOUNT_RECOMMENDATION").json()["offers"]
    assert 0 < len(advised) < len(likely) < len(ids)
    czech = query(seller, ids, "allegro-cz", limit=1000).json()["offers"]
    assert 0 < len(czech) < len(ids)
    assert {row["basePrice"]["currency"] for row in czech} == {"CZK"}
    assert query(seller, ids, scope="WITH_DECLARATION").json()["offers"] == []


def test_wrong_queries_are_refused(seller: Application) -> None:
    assert query(seller, None).status_code == 400
    assert query(seller, None, scope="DISCOUNTED").status_code == 400
    assert post(seller, "/sale/allegro-prices/offers-queries", {"offer": {"ids": [MUG]}}).status_code == 400
    assert query(seller, []).status_code == 422
    assert query(seller, [MUG] * 1001).status_code == 422
    assert query(seller, [MUG], "amazon").status_code == 422
    assert query(seller, [MUG], limit=1001).status_code == 422
    assert query(seller, [MUG], limit=0).status_code == 422
    assert query(seller, [MUG], scope="ALL").status_code == 422
    assert query(seller, [MUG], substatus="ALL").status_code == 422


def test_wrong_commands_are_refused(seller: Application) -> None:
    for body, status in (
        ({}, 400),
        ({"offers": [item(MUG)], "commandId": "one"}, 400),
        ({"offers": [{"id": MUG}]}, 400),
        ({"offers": [{**item(MUG), "sellerDiscountDeclaration": {}}]}, 400),
        ({"offers": []}, 422),
        ({"offers": [item(MUG), item(MUG, "3")]}, 422),
        ({"offers": [item(MUG, "101")]}, 422),
        ({"offers": [item(MUG, "ten")]}, 422),
        ({"offers": [item(MUG, marketplace="amazon")]}, 422),
    ):
        assert post(seller, SUBMIT, body).status_code == status, body
    assert seller.get(f"{SUBMIT}/one").status_code == 400
    assert seller.get(f"{SUBMIT}/{uuid4()}").status_code == 404


def test_sellers_do_not_see_each_other(seller: Application) -> None:
    command = post(seller, SUBMIT, {"offers": [item(MUG, "12")]}).json()["commandId"]
    seller.connect(GARDEN)
    assert seller.get(f"{SUBMIT}/{command}").status_code == 404
    assert query(seller, [MUG]).json() == {"offers": [], "totalCount": 0, "count": 0}
