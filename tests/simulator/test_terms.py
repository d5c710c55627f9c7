"""Delivery price lists and settings, return policies and warranties: what they hold, and how a seller changes them."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from allegro.simulator import server
from allegro.simulator.server import RunningSimulator
from tests.simulator.conftest import COFFEE, GARDEN, SANTOS, START, Application
from tests.simulator.seller import connected, made, refusal, send, truths

STANDARD, FREE, BULKY = (
    "3f1a7c52-9d0e-4b6a-8c11-5a2e90b7d401",
    "7b92e0d4-1c3f-4e58-a6d7-0f8c4412be02",
    "c58d6e1f-40b7-4a92-9e35-d1760a9f3c03",
)
LOCKER = "1fa56f79-4b6a-4821-a6f2-ca9c16d5c925"
CONDITIONS = "/after-sales-service-conditions"
ADDRESS = {"name": "Sklep", "street": "Polna 1", "postCode": "61-701", "city": "Poznań", "countryCode": "PL"}
OPTIONS = (
    "cashOnDeliveryNotAllowed",
    "freeAccessoriesReturnRequired",
    "refundLoweredByReceivedDiscount",
    "businessReturnAllowed",
    "collectBySellerOnly",
)
POLICY: dict[str, Any] = {
    "name": "Zwroty 30 dni",
    "isFulfillment": False,
    "availability": {"range": "FULL"},
    "withdrawalPeriod": "P30D",
    "returnCost": {"coveredBy": "SELLER"},
    "address": ADDRESS,
    "options": dict.fromkeys(OPTIONS, False),
}


QUIRKS: dict[str, dict[str, Any]] = {
    "visibility": {"offer_id": SANTOS, "marketplace": "allegro-cz", "status": "REFUSED"},
    "countries_blocked": {"offer_id": SANTOS, "countries": ["DE"]},
    "noise_events": {"offer_id": SANTOS, "shipping_rates": FREE},
    "category_parameter": {"category": "74030", "parameter": "249009", "in_days": 3},
    "category_event": {"event": "renamed", "category": "74033", "name": "Herbaty"},
}


@pytest.fixture
def coffee(young: RunningSimulator) -> Iterator[Application]:
    """The coffee seller."""
    yield from connected(young)


@pytest.fixture
def garden(young: RunningSimulator) -> Iterator[Application]:
    """The garden seller."""
    yield from connected(young, GARDEN)


def rates(price: str = "9.99", **changes: Any) -> dict[str, Any]:
    rate = {
        "deliveryMethod": {"id": LOCKER},
        "maxQuantityPerPackage": 3,
        "firstItemRate": {"amount": price, "currency": "PLN"},
        "nextItemRate": {"amount": "0.00", "currency": "PLN"},
    }
    return {"name": "Nowy cennik", "rates": [rate | changes]}


def test_price_lists_are_those_that_offers_refer_to(coffee: Application) -> None:
    rows = coffee.read("/sale/shipping-rates")["shippingRates"]
    used = {row["delivery"]["shippingRates"]["id"] for row in coffee.read("/sale/offers", limit=1000)["offers"]}
    assert used <= {row["id"] for row in rows} >= {STANDARD, FREE, BULKY}
    czech = coffee.read("/sale/shipping-rates", marketplace="allegro-cz")["shippingRates"]
    assert BULKY not in {row["id"] for row in czech} >= {STANDARD, FREE}
    assert all({"id": "allegro-cz"} in row["marketplaces"] for row in czech)


def test_methods_of_orders_and_price_lists_are_in_the_dictionary(coffee: Application) -> None:
    known = {row["id"]: row for row in coffee.read("/sale/delivery-methods")["deliveryMethods"]}
    forms = coffee.read("/order/checkout-forms", limit=100)["checkoutForms"]
    listed = {row["deliveryMethod"]["id"] for row in coffee.read(f"/sale/shipping-rates/{STANDARD}")["rates"]}
    assert {form["delivery"]["method"]["id"] for form in forms} | listed <= set(known)
    czech = coffee.read("/sale/delivery-methods", marketplace="allegro-cz")["deliveryMethods"]
    assert {row["destinationCountry"] for row in czech} == {"CZ"}


def test_a_new_price_list_can_be_given_to_an_offer_of_its_seller_only(coffee: Application, garden: Application) -> None:
    new = made(coffee, "POST", "/sale/shipping-rates", rates())
    assert coffee.read(f"/sale/shipping-rates/{new['id']}")["rates"] == new["rates"]
    answer = coffee.patch(SANTOS, {"delivery": {"shippingRates": {"id": new["id"]}}})
    assert answer.json()["delivery"]["shippingRates"]["id"] == new["id"]
    assert coffee.patch(SANTOS, {"delivery": {"shippingRates": {"id": STANDARD}}}).status_code == 200
    assert garden.get(f"/sale/shipping-rates/{new['id']}").status_code == 404
    assert send(garden, "PUT", f"/sale/shipping-rates/{new['id']}", rates()).status_code == 404
    mine = garden.read("/sale/offers")["offers"][0]["id"]
    wrong = garden.patch(mine, {"delivery": {"shippingRates": {"id": new["id"]}}})
    assert refusal(wrong) == (422, "ShippingRatesNotFound")


def test_changing_a_price_list_is_silent_and_touches_every_offer_that_uses_it(
    coffee: Application, garden: Application
) -> None:
    path = f"/sale/shipping-rates/{STANDARD}"
    before, of_garden = coffee.read(path), garden.read(path)
    users = coffee.read("/sale/offers", limit=1000, delivery__shippingRates__id=STANDARD)["offers"]
    cheaper = [row | {"firstItemRate": {"amount": "5.00", "currency": "PLN"}} for row in before["rates"]]
    after = made(coffee, "PUT", path, {"id": STANDARD, "name": before["name"], "rates": cheaper})
    assert after["lastModified"] > before["lastModified"]
    actions = truths(coffee, "delivery_rates_content")
    assert {row["offer_id"] for row in actions} == {row["id"] for row in users}
    assert all(row["event_types"] == [] for row in actions)
    assert (actions[0]["old"]["rates"], actions[0]["new"]["rates"]) == (before["rates"], after["rates"])
    made(coffee, "PUT", path, {"id": STANDARD, "name": before["name"], "rates": cheaper})
    assert truths(coffee, "delivery_rates_content") == actions
    assert garden.read(path) == of_garden


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"name": "Cennik", "rates": []},
        {"name": "Cennik", "rates": "all"},
        {**rates(), "name": "Cennik / 2"},
        {**rates(), "type": "PHYSICAL"},
        rates(price="1000.00"),
        rates(price="-1"),
        rates(price="free"),
        rates(maxQuantityPerPackage=0),
        rates(deliveryMethod={"id": "unknown"}),
        rates(shippingTime={"from": "P1D", "to": "P2D"}),
        {**rates(), "rates": rates()["rates"] * 2},
    ],
)
def test_a_bad_price_list_changes_nothing(coffee: Application, body: dict[str, Any]) -> None:
    before = coffee.read("/sale/shipping-rates")
    assert send(coffee, "POST", "/sale/shipping-rates", body).status_code == 422
    assert send(coffee, "PUT", f"/sale/shipping-rates/{FREE}", body).status_code == 422
    assert coffee.read("/sale/shipping-rates") == before


def test_delivery_settings_are_kept_by_marketplace(coffee: Application) -> None:
    before = coffee.read("/sale/delivery-settings")
    assert before["marketplace"] == {"id": "allegro-pl"}
    wanted = {
        "marketplace": {"id": "allegro-cz"},
        "freeDelivery": {"amount": "999", "currency": "CZK"},
        "joinPolicy": {"strategy": "SUM"},
    }
    after = made(coffee, "PUT", "/sale/delivery-settings", wanted)
    assert after == coffee.read("/sale/delivery-settings", marketplace__id="allegro-cz")
    assert (after["freeDelivery"]["amount"], after["updatedAt"] > before["updatedAt"]) == ("999.00", True)
    assert coffee.read("/sale/delivery-settings") == before
    czech = {row["id"] for row in coffee.read("/sale/offers", limit=1000)["offers"] if row["additionalMarketplaces"]}
    actions = truths(coffee, "delivery_settings")
    assert {row["offer_id"] for row in actions} == czech
    assert {row["marketplace"] for row in actions} == {"allegro-cz"}


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"joinPolicy": {"strategy": "MEAN"}},
        {"marketplace": {"id": "allegro-xx"}, "joinPolicy": {"strategy": "MAX"}},
        {"freeDelivery": {"amount": "10", "currency": "CZK"}, "joinPolicy": {"strategy": "MAX"}},
    ],
)
def test_bad_delivery_settings_are_refused(coffee: Application, body: dict[str, Any]) -> None:
    assert send(coffee, "PUT", "/sale/delivery-settings", body).status_code == 422
    assert coffee.get("/sale/delivery-settings", marketplace__id="allegro-xx").status_code == 422


def test_conditions_are_those_that_offers_refer_to(coffee: Application, garden: Application) -> None:
    for seller, offer_id in ((coffee, SANTOS), (garden, garden.read("/sale/offers")["offers"][0]["id"])):
        services = seller.read(f"/sale/product-offers/{offer_id}")["afterSalesServices"]
        policies = seller.read(f"{CONDITIONS}/return-policies")
        assert policies["returnPolicies"][0]["id"] == services["returnPolicy"]["id"]
        path = f"{CONDITIONS}/implied-warranties/{services['impliedWarranty']['id']}"
        assert seller.read(path)["individual"] == {"period": "P2Y"}
        assert seller.read(f"{CONDITIONS}/warranties") == {"count": 0, "warranties": []}
    assert coffee.get(path).status_code == 404


def test_changing_a_return_policy_touches_the_offers_that_use_it(coffee: Application) -> None:
    old = coffee.read(f"{CONDITIONS}/return-policies")["returnPolicies"][0]
    new = made(coffee, "PUT", f"{CONDITIONS}/return-policies/{old['id']}", POLICY)
    assert (new["id"], new["name"], new["withdrawalPeriod"]) == (old["id"], "Zwroty 30 dni", "P30D")
    actions = truths(coffee, "return_policy_content")
    assert len({row["offer_id"] for row in actions}) == coffee.read("/sale/offers")["totalCount"]
    assert (actions[0]["old"], actions[0]["new"], actions[0]["event_types"]) == (old, new, [])


def test_new_conditions_are_listed_by_pages(coffee: Application) -> None:
    bodies = [{"name": f"Gwarancja {number}", "type": "SELLER", "individual": {"period": "P24M"}} for number in "123"]
    new = [made(coffee, "POST", f"{CONDITIONS}/warranties", body) for body in bodies]
    page = coffee.read(f"{CONDITIONS}/warranties", limit=1, offset=1)
    assert page == {"count": 1, "warranties": [{"id": new[1]["id"], "name": "Gwarancja 2"}]}
    assert coffee.read(f"{CONDITIONS}/warranties/{new[0]['id']}") == new[0]
    assert coffee.get(f"{CONDITIONS}/warranties", limit=61).status_code == 400
    answer = coffee.patch(SANTOS, {"afterSalesServices": {"warranty": {"id": new[0]["id"]}}})
    assert answer.json()["afterSalesServices"]["warranty"] == {"id": new[0]["id"]}
    unknown = {"afterSalesServices": {"warranty": {"id": COFFEE}}}
    assert refusal(coffee.patch(SANTOS, unknown)) == (422, "AfterSalesConditionNotFound")


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("return-policies", {}),
        ("return-policies", POLICY | {"withdrawalPeriod": "P13D"}),
        ("return-policies", POLICY | {"availability": {"range": "RESTRICTED"}}),
        ("return-policies", POLICY | {"returnCost": {"coveredBy": "NOBODY"}}),
        ("warranties", {"name": "x", "type": "FRIEND", "individual": {"period": "P24M"}}),
        ("implied-warranties", {"name": "x", "individual": {"period": "P24M"}, "address": ADDRESS}),
        ("implied-warranties", {"name": "", "individual": {"period": "P2Y"}, "address": ADDRESS}),
    ],
)
def test_bad_conditions_are_refused(coffee: Application, kind: str, body: dict[str, Any]) -> None:
    assert send(coffee, "POST", f"{CONDITIONS}/{kind}", body).status_code == 422


@pytest.mark.parametrize(
    ("kind", "body", "change"),
    [
        ("warranties", {"name": "Dwa lata", "type": "SELLER", "individual": {"period": "P24M"}}, {"name": "Rok"}),
        (
            "implied-warranties",
            {"name": "Reklamacje", "individual": {"period": "P2Y"}, "address": ADDRESS},
            {"corporate": {"period": "P1Y"}},
        ),
    ],
)
def test_warranties_of_both_kinds_are_written_and_changed(
    coffee: Application, kind: str, body: dict[str, Any], change: dict[str, Any]
) -> None:
    new = made(coffee, "POST", f"{CONDITIONS}/{kind}", body)
    path = f"{CONDITIONS}/{kind}/{new['id']}"
    made(coffee, "PUT", path, body | change)
    assert coffee.read(path) == new | change


def test_a_disabled_return_policy_needs_a_cause_only(coffee: Application) -> None:
    body = {
        "name": "Bez zwrotów",
        "isFulfillment": False,
        "availability": {"range": "DISABLED", "restrictionCause": {"name": "CUSTOM_ITEM"}},
    }
    assert made(coffee, "POST", f"{CONDITIONS}/return-policies", body)["withdrawalPeriod"] is None


def test_writing_terms_needs_its_own_scope(young: RunningSimulator) -> None:
    reader = Application(young.url)
    reader.connect(scope="allegro:api:sale:settings:read")
    assert reader.get("/sale/shipping-rates").status_code == 200
    assert refusal(send(reader, "POST", "/sale/shipping-rates", rates())) == (403, "AccessDenied")
    assert refusal(reader.get("/sale/offers")) == (403, "AccessDenied")
    assert reader.get("/sale/delivery-methods").status_code == 200
    reader.session.close()


def change_terms(seller: Application) -> list[str]:
    """Make and change terms of several kinds, and return all that is answered afterwards."""
    new = made(seller, "POST", "/sale/shipping-rates", rates())
    made(seller, "PUT", f"/sale/shipping-rates/{new['id']}", rates("7.50"))
    made(seller, "PUT", "/sale/delivery-settings", {"joinPolicy": {"strategy": "MIN"}})
    policy = made(seller, "POST", f"{CONDITIONS}/return-policies", POLICY)
    seller.patch(SANTOS, {"afterSalesServices": {"returnPolicy": {"id": policy["id"]}}})
    send(seller, "PATCH", f"/sale/offers/{SANTOS}/translations/en-US", {"title": {"translation": "Santos coffee"}})
    for kind, body in QUIRKS.items():
        assert seller.control("/quirks", {"kind": kind, **body}).status_code == 200
    return all_terms(seller)


def all_terms(seller: Application) -> list[str]:
    lists = seller.read("/sale/shipping-rates")["shippingRates"]
    found: list[Any] = [seller.read(f"/sale/shipping-rates/{row['id']}") for row in lists]
    found += [seller.read("/sale/delivery-settings"), seller.read(f"{CONDITIONS}/return-policies")]
    found += [seller.read(f"/sale/offers/{SANTOS}/translations"), seller.read("/sale/offers/unfilled-parameters")]
    found += [seller.read("/sale/category-parameters-scheduled-changes"), seller.read("/sale/categories/74033")]
    found.append(seller.read("/_simulator/truth", since=START, offer_id=SANTOS))
    return [json.dumps(row).replace(seller.url, "") for row in found]  # pictures lie at the simulator's own address


def test_changed_terms_survive_a_restart_and_come_out_the_same_in_another_world(
    tmp_path: Path, young: RunningSimulator
) -> None:
    first = server.start(prehistory_days=2, start=START, state=tmp_path)
    seller = Application(first.url)
    seller.connect()
    before = change_terms(seller)
    bearer = seller.session.headers["Authorization"]
    seller.session.close()
    first.stop()
    second = server.start(state=tmp_path)
    again = Application(second.url)
    again.session.headers["Authorization"] = bearer
    assert all_terms(again) == before
    assert again.control("/reset", {"start": START}).status_code == 200
    again.connect()
    assert all_terms(again) != before
    assert change_terms(again) == before
    again.session.close()
    second.stop()
