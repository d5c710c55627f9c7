"""The client as a whole: what the simulated Allegro takes, every resource in the registry, and buyers left out."""

import json
from datetime import UTC, datetime

import pytest
import requests
from django.apps import apps
from django.db import connection, models

from allegro.api.client import AllegroClient
from allegro.api.endpoints import AFTER_SALES, ENDPOINTS
from allegro.errors import Forbidden
from tests.allegro.api.shapes import Call
from tests.allegro.conftest import Linked, fetch_tokens
from tests.allegro.stub_server import Stub

SINCE, SENT = datetime(2026, 9, 1, tzinfo=UTC), "2026-09-01T00%3A00%3A00Z"


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
    assert client.order(page.rows[0].id) == page.rows[0]


# One call for each entry of the registry, with the address that it must ask for.
CALLS: dict[str, tuple[Call, str]] = {
    "me": (lambda client: client.me(), "/me"),
    "quality": (lambda client: client.quality(), "/sale/quality"),
    "smart": (lambda client: client.smart(), "/sale/smart"),
    "offer-events": (lambda client: client.offer_events("MTcx/+="), "/sale/offer-events?from=MTcx%2F%2B%3D&limit=1000"),
    "offers": (lambda client: client.offers(), "/sale/offers?limit=1000&offset=0"),
    "product-offer": (lambda client: client.product_offer("1"), "/sale/product-offers/1"),
    "offer-parts": (
        lambda client: client.offer_parts("1"),
        "/sale/product-offers/1/parts?include=price&include=stock",
    ),
    "offer-translations": (lambda client: client.offer_translations("1"), "/sale/offers/1/translations"),
    "offer-rating": (lambda client: client.offer_rating("1"), "/sale/offers/1/rating"),
    "offer-smart": (
        lambda client: client.offer_smart("1", "allegro-cz"),
        "/sale/offers/1/smart?marketplaceId=allegro-cz",
    ),
    "unfilled-parameters": (
        lambda client: client.unfilled_parameters(),
        "/sale/offers/unfilled-parameters?offset=0&limit=1000",
    ),
    "loyalty-promotions": (
        lambda client: client.loyalty_promotions("MULTIPACK"),
        "/sale/loyalty/promotions?promotionType=MULTIPACK&limit=5000&offset=0",
    ),
    "bundles": (lambda client: client.bundles("a"), "/sale/bundles?limit=5000&page.id=a"),
    "flexible-bundles": (lambda client: client.flexible_bundles("a"), "/sale/flexible-bundles?limit=1000&page.id=a"),
    "flexible-bundle": (lambda client: client.flexible_bundle("a/b"), "/sale/flexible-bundles/a%2Fb"),
    "promo-options": (lambda client: client.promo_options(), "/sale/offers/promo-options?limit=5000&offset=0"),
    "offer-promo-options": (lambda client: client.offer_promo_options("1"), "/sale/offers/1/promo-options"),
    "promotion-packages": (lambda client: client.promotion_packages(), "/sale/offer-promotion-packages"),
    "price-rules": (lambda client: client.price_rules(), "/sale/price-automation/rules"),
    "offer-price-rules": (lambda client: client.offer_price_rules("1"), "/sale/price-automation/offers/1/rules"),
    "badges": (
        lambda client: client.badges("allegro-pl"),
        "/sale/badges?marketplace.id=allegro-pl&limit=1000&offset=0",
    ),
    "badge-campaigns": (lambda client: client.badge_campaigns(), "/sale/badge-campaigns"),
    "allegro-prices-participations": (
        lambda client: client.allegro_prices_participations(),
        "/sale/allegro-prices/accounts/participations",
    ),
    "allegro-prices-offers": (
        lambda client: client.allegro_prices_offers("allegro-pl"),
        "/sale/allegro-prices/offers-queries",
    ),
    "alle-discount-campaigns": (lambda client: client.alle_discount_campaigns(), "/sale/alle-discount/campaigns"),
    "alle-discount-offers": (
        lambda client: client.alle_discount_offers("A"),
        "/sale/alle-discount/A/submitted-offers?limit=200&offset=0",
    ),
    "shipping-rates": (lambda client: client.shipping_rates(), "/sale/shipping-rates"),
    "shipping-rates-set": (lambda client: client.shipping_rates_set("1"), "/sale/shipping-rates/1"),
    "delivery-settings": (lambda client: client.delivery_settings(), "/sale/delivery-settings"),
    "return-policies": (lambda client: client.return_policies(), f"{AFTER_SALES}/return-policies?limit=60&offset=0"),
    "return-policy": (lambda client: client.return_policy("1"), f"{AFTER_SALES}/return-policies/1"),
    "warranties": (lambda client: client.warranties(59), f"{AFTER_SALES}/warranties?limit=60&offset=59"),
    "warranty": (lambda client: client.warranty("1"), f"{AFTER_SALES}/warranties/1"),
    "implied-warranties": (
        lambda client: client.implied_warranties(),
        f"{AFTER_SALES}/implied-warranties?limit=60&offset=0",
    ),
    "implied-warranty": (lambda client: client.implied_warranty("1"), f"{AFTER_SALES}/implied-warranties/1"),
    "delivery-methods": (lambda client: client.delivery_methods(), "/sale/delivery-methods"),
    "category-events": (
        lambda client: client.category_events("MTcx/+="),
        "/sale/category-events?from=MTcx%2F%2B%3D&limit=1000",
    ),
    "category": (lambda client: client.category("1532f4a8-0b61"), "/sale/categories/1532f4a8-0b61"),
    "category-scheduled-changes": (
        lambda client: client.scheduled_parameter_changes(999),
        "/sale/category-parameters-scheduled-changes?limit=1000&offset=999",
    ),
    "product": (lambda client: client.product("c9e39cae-2b00"), "/sale/products/c9e39cae-2b00"),
    "order-events": (lambda client: client.order_events(), "/order/events?limit=1000"),
    "order-event-stats": (lambda client: client.latest_order_event(), "/order/event-stats"),
    "orders": (
        lambda client: client.orders_updated_since(SINCE),
        f"/order/checkout-forms?updatedAt.gte={SENT}&sort=updatedAt&limit=100&offset=0",
    ),
    "order": (lambda client: client.order("1"), "/order/checkout-forms/1"),
    "customer-returns": (lambda client: client.customer_returns(), "/order/customer-returns?limit=1000"),
    "billing-entries": (
        lambda client: client.billing_entries(SINCE, SINCE),
        f"/billing/billing-entries?occurredAt.gte={SENT}&occurredAt.lte={SENT}&limit=100&offset=0",
    ),
    "billing-types": (lambda client: client.billing_types(), "/billing/billing-types"),
    "payment-operations": (
        lambda client: client.payment_operations("AVAILABLE", SINCE, SINCE),
        f"/payments/payment-operations?wallet.type=AVAILABLE&occurredAt.gte={SENT}&occurredAt.lte={SENT}"
        "&limit=50&offset=0",
    ),
}


def test_every_entry_of_the_registry_is_read_by_a_method() -> None:
    assert set(CALLS) == set(ENDPOINTS)


@pytest.mark.parametrize("name", CALLS)
def test_each_method_asks_its_endpoint_as_the_specification_wants(
    stub: Stub, stub_client: AllegroClient, name: str
) -> None:
    call, address = CALLS[name]
    stub.answer({"errors": [{"code": "AccessDenied"}]}, 403)
    with pytest.raises(Forbidden):
        call(stub_client)
    [asked] = stub.asked
    assert (asked.method, asked.path) == (ENDPOINTS[name].method, address)
    assert asked.headers["accept"] == ENDPOINTS[name].media
    assert stub_client.requests_by_endpoint == {name: 1}


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
                    cursor.execute(f'SELECT "{column.column}"::text FROM "{model._meta.db_table}"')
                    found.extend(str(row[0]) for row in cursor.fetchall())
    return json.dumps(found, ensure_ascii=False)
