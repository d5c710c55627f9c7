"""Delivery price lists, delivery settings, returns and warranties."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from allegro.api.client import AllegroClient
from allegro.api.paging import AFTER_SALES, by_offset
from allegro.api.terms import ShippingRate
from allegro.api.values import Money
from tests.allegro.api.shapes import Reading, assert_needed, assert_optional
from tests.allegro.stub_server import Reply, Stub

LIST: dict[str, Any] = {
    "shippingRates": [{"id": "5c7bbf8b", "name": "Courier", "features": {"managedByAllegro": False}, "new": 1}]
}
RATES: dict[str, Any] = {
    "id": "5c7bbf8b",
    "name": "Courier",
    "rates": [
        {
            "deliveryMethod": {"id": "1fa56f79"},
            "maxQuantityPerPackage": 10,
            "maxPackageWeight": {"value": "31.5", "unit": None},
            "firstItemRate": {"amount": "9.99", "currency": "PLN"},
            "nextItemRate": {"amount": "0.00", "currency": "PLN"},
            "shippingTime": {"from": "PT24H", "to": "PT72H"},
        }
    ],
    "lastModified": "2021-11-30T15:17:05.130Z",
    "type": "TELEPATHIC",
}
SETTINGS: dict[str, Any] = {
    "marketplace": {"id": "allegro-pl"},
    "freeDelivery": {"amount": "123.45", "currency": "PLN"},
    "abroadFreeDelivery": None,
    "joinPolicy": {"strategy": "BRAND_NEW"},
    "updatedAt": "2025-08-24T14:15:22Z",
}
METHODS: dict[str, Any] = {
    "deliveryMethods": [
        {
            "id": "1fa56f79",
            "name": "Paczkomaty",
            "marketplaces": ["allegro-pl", "allegro-moon"],
            "paymentPolicy": "BRAND_NEW",
            "dispatchCountry": None,
        }
    ]
}
TERMS = {"id": "09f0b4cc", "name": "Zwroty", "availability": {"range": "BRAND_NEW"}}
AFTER_SALES_CALLS: list[tuple[str, Any, Any]] = [
    ("returnPolicies", AllegroClient.return_policies, AllegroClient.return_policy),
    ("warranties", AllegroClient.warranties, AllegroClient.warranty),
    ("impliedWarranties", AllegroClient.implied_warranties, AllegroClient.implied_warranty),
]


def test_delivery_price_lists_are_read_by_id_and_name(stub: Stub, stub_client: AllegroClient) -> None:
    stub.answer(LIST)
    [rates] = stub_client.shipping_rates("allegro-pl")
    assert stub.asked[-1].path == "/sale/shipping-rates?marketplace=allegro-pl"
    assert (rates.id, rates.name, rates.raw) == ("5c7bbf8b", "Courier", LIST["shippingRates"][0])


def test_a_delivery_price_list_is_read_with_its_prices(stub: Stub, stub_client: AllegroClient) -> None:
    stub.answer(RATES)
    rates = stub_client.shipping_rates_set("5c7bbf8b")
    assert stub.asked[-1].path == "/sale/shipping-rates/5c7bbf8b"
    first, following = Money(Decimal("9.99"), "PLN"), Money(Decimal("0.00"), "PLN")
    assert rates.rates == (ShippingRate("1fa56f79", first, following, 10, Decimal("31.5")),)
    assert rates.modified_at == datetime(2021, 11, 30, 15, 17, 5, 130000, UTC)


def test_delivery_methods_are_read_by_id_and_name(stub: Stub, stub_client: AllegroClient) -> None:
    stub.answer(METHODS)
    [method] = stub_client.delivery_methods("allegro-pl")
    assert stub.asked[-1].path == "/sale/delivery-methods?marketplace=allegro-pl"
    assert (method.id, method.name, method.marketplaces) == ("1fa56f79", "Paczkomaty", ("allegro-pl", "allegro-moon"))
    assert method.raw == METHODS["deliveryMethods"][0]


def test_the_price_lists_of_the_simulator_name_delivery_methods_of_its_dictionary(client: AllegroClient) -> None:
    known = {method.id for method in client.delivery_methods()}
    rates = [rate for each in client.shipping_rates() for rate in client.shipping_rates_set(each.id).rates]
    assert rates and {rate.delivery_method for rate in rates} <= known


def test_free_delivery_may_be_unset(stub: Stub, stub_client: AllegroClient) -> None:
    stub.answer(SETTINGS)
    settings = stub_client.delivery_settings("allegro-pl")
    assert stub.asked[-1].path == "/sale/delivery-settings?marketplace.id=allegro-pl"
    assert (settings.free_from, settings.free_abroad_from) == (Money(Decimal("123.45"), "PLN"), None)
    assert settings.join_strategy == "BRAND_NEW"


@pytest.mark.parametrize(("key", "list_of", "one"), AFTER_SALES_CALLS)
def test_after_sales_terms_are_read_by_id_and_name(
    stub: Stub, stub_client: AllegroClient, key: str, list_of: Any, one: Any
) -> None:
    stub.answer({"count": 1, key: [TERMS]})
    [terms] = list_of(stub_client).rows
    stub.answer(TERMS)
    assert one(stub_client, "09f0b4cc") == terms
    assert (terms.id, terms.name, terms.raw) == ("09f0b4cc", "Zwroty", TERMS)
    assert_needed(stub, stub_client, list_of, {key: [TERMS]}, [key, f"{key}.0.id"])


def test_a_full_page_of_sixty_terms_is_proven_by_asking_on(stub: Stub, stub_client: AllegroClient) -> None:
    all_terms = [{"id": str(number), "name": "x"} for number in range(60)]
    stub.replies = [Reply.json({"warranties": all_terms}), Reply.json({"warranties": all_terms[59:]})]
    pages = list(by_offset(stub_client.warranties, AFTER_SALES, lambda terms: terms.id))
    assert [len(page) for page in pages] == [60, 0]
    assert stub.asked[-1].path.endswith("?limit=60&offset=59")


@pytest.mark.parametrize(
    "reading",
    [
        Reading(
            lambda client: client.shipping_rates(),
            LIST,
            ["shippingRates", "shippingRates.0.id", "shippingRates.0.name"],
            ["shippingRates.0.features"],
        ),
        Reading(
            lambda client: client.shipping_rates_set("1"),
            RATES,
            [
                "id",
                "name",
                "rates",
                *(f"rates.0.{each}" for each in ("deliveryMethod", "firstItemRate", "nextItemRate")),
            ],
            ["lastModified", "type", "rates.0.maxPackageWeight", "rates.0.shippingTime"],
        ),
        Reading(
            lambda client: client.delivery_methods(),
            METHODS,
            ["deliveryMethods", "deliveryMethods.0.id", "deliveryMethods.0.name"],
            ["deliveryMethods.0.marketplaces", "deliveryMethods.0.paymentPolicy"],
        ),
        Reading(
            lambda client: client.delivery_settings(),
            SETTINGS,
            ["marketplace", "joinPolicy", "joinPolicy.strategy", "updatedAt"],
            ["freeDelivery", "abroadFreeDelivery"],
        ),
    ],
)
def test_readers_need_no_more_than_they_use(stub: Stub, stub_client: AllegroClient, reading: Reading) -> None:
    assert_needed(stub, stub_client, reading.call, reading.document, reading.needed)
    assert_optional(stub, stub_client, reading.call, reading.document, reading.optional)
