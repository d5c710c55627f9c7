"""Rebates, bundles, promotion packages and pricing rules."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from allegro.api.client import AllegroClient
from allegro.api.paging import by_cursor
from allegro.api.values import Money
from tests.allegro.api.shapes import Reading, assert_needed, assert_optional
from tests.allegro.stub_server import Reply, Stub

PROMOTIONS: dict[str, Any] = {
    "promotions": [
        {
            "id": "7c9a76d3",
            "status": "DREAMING",
            "createdAt": "2019-05-01T10:12:32.321Z",
            "benefits": [
                {"specification": {"type": "WHOLESALE_PRICE_LIST", "name": "Boxes", "thresholds": []}},
                {"specification": {"type": "BRAND_NEW"}},
            ],
            "offerCriteria": [
                {"type": "CONTAINS_OFFERS", "offers": [{"id": "1233432", "quantity": 2}, {"id": "17"}]},
                {"type": "ALL_OFFERS"},
            ],
            "new": [],
        }
    ],
    "totalCount": 1,
}
BUNDLES: dict[str, Any] = {
    "bundles": [
        {
            "id": "a42d09c2",
            "offers": [{"id": "123456789", "requiredQuantity": 2, "entryPoint": True, "new": 1}],
            "publication": [{"marketplace": {"id": "allegro-pl"}, "status": "DREAMING"}],
            "discounts": [{"marketplace": {"id": "allegro-pl"}, "amount": "10.15", "currency": "PLN"}],
            "createdAt": "2023-05-01T10:12:32.321Z",
            "createdBy": "ROBOT",
        }
    ],
    "nextPage": {"id": "next"},
}
FLEXIBLE: dict[str, Any] = {
    "bundles": [
        {
            "id": "bac2128a",
            "createdAt": "2025-09-21T10:22:02.999Z",
            "createdBy": "USER",
            "slotsRepresentatives": ["17500520231", "17500520232"],
            "discount": {"type": "BRAND_NEW", "bundle": {"minimumBoughtOffers": 2}},
        },
        {
            "id": "bac2128b",
            "createdAt": "2025-09-21T10:22:02.999Z",
            "createdBy": "ALLEGRO",
            "slotsRepresentatives": [],
            "discount": None,
        },
    ]
}
PACKAGE = {
    "id": "emphasized1d",
    "validFrom": "2020-01-01T00:00:00Z",
    "validTo": None,
    "nextCycleDate": "2020-01-02T00:00:00Z",
}
WHOLE_FLEXIBLE: dict[str, Any] = {
    "id": "bac2128a",
    "createdAt": "2025-09-21T10:22:02.999Z",
    "createdBy": "ROBOT",
    "discount": None,
    "slots": [
        {"id": "1", "order": 0, "offers": [{"id": "17500520231", "marketplaces": []}, {"id": "17500520233"}]},
        {"id": "2", "order": 1, "offers": [{"id": "17500520232"}]},
    ],
}
OPTIONS: dict[str, Any] = {
    "offerId": "9991337999",
    "marketplaceId": "allegro-pl",
    "basePackage": PACKAGE,
    "extraPackages": [{"id": "departmentPage"}],
    "pendingChanges": {"basePackage": {"id": "emphasized30d"}},
    "additionalMarketplaces": [{"marketplaceId": "allegro-cz", "basePackage": None, "extraPackages": None, "new": 1}],
}
PACKAGES: dict[str, Any] = {
    "marketplaceId": "allegro-pl",
    "basePackages": [{"id": "emphasized1d", "name": "Flexible Feature", "cycleDuration": "PT24H", "new": 1}],
    "extraPackages": [{"id": "departmentPage", "name": "Department page", "cycleDuration": "P10D"}],
    "additionalMarketplaces": [
        {"marketplaceId": "allegro-cz", "basePackages": [{"id": "x", "name": "X", "cycleDuration": "PT24H"}]}
    ],
}
RULES: dict[str, Any] = {
    "rules": [
        {
            "id": "641c73fe",
            "type": "FOLLOW_THE_MOON",
            "name": "Lowest price on Allegro plus 10%",
            "default": False,
            "updatedAt": "2023-03-23T15:45:02Z",
            "configuration": {"changeByPercentage": {"operation": "ADD", "value": "10"}},
        }
    ]
}
ASSIGNED: dict[str, Any] = {
    "rules": [
        {
            "marketplace": {"id": "allegro-pl"},
            "rule": {"id": "641c73fe"},
            "configuration": {
                "priceRange": {
                    "type": "BRAND_NEW",
                    "minPrice": {"amount": "123.45", "currency": "PLN"},
                    "maxPrice": {"amount": "200.00", "currency": "PLN"},
                }
            },
            "updatedAt": "2023-03-23T15:45:02Z",
        },
        {"marketplace": {"id": "allegro-cz"}, "rule": {"id": "x"}, "updatedAt": "2023-03-23T15:45:02Z"},
    ],
    "updatedAt": "2023-03-23T15:45:02Z",
}


def test_rebates_are_read_with_their_offers_and_kinds(stub: Stub, stub_client: AllegroClient) -> None:
    stub.answer(PROMOTIONS)
    page = stub_client.loyalty_promotions("WHOLESALE_PRICE_LIST", offset=5000, offer_id="17")
    query = "promotionType=WHOLESALE_PRICE_LIST&limit=5000&offset=5000&offer.id=17"
    assert stub.asked[-1].path == f"/sale/loyalty/promotions?{query}"
    [promotion] = page.rows
    assert (page.total, promotion.id, promotion.status) == (1, "7c9a76d3", "DREAMING")
    assert promotion.benefits == ("WHOLESALE_PRICE_LIST", "BRAND_NEW")
    assert promotion.criteria == ("CONTAINS_OFFERS", "ALL_OFFERS")
    assert promotion.offer_ids == ("1233432", "17")
    assert promotion.created_at == datetime(2019, 5, 1, 10, 12, 32, 321000, UTC)
    assert promotion.raw == PROMOTIONS["promotions"][0]


def test_bundles_are_followed_from_page_to_page(stub: Stub, stub_client: AllegroClient) -> None:
    stub.replies = [Reply.json(BUNDLES), Reply.json({"bundles": []})]
    [bundle], nothing = by_cursor(stub_client.bundles)
    assert [each.path for each in stub.asked] == ["/sale/bundles?limit=5000", "/sale/bundles?limit=5000&page.id=next"]
    assert nothing == ()
    assert (bundle.offers[0].offer_id, bundle.offers[0].quantity, bundle.offers[0].is_entry_point) == (
        "123456789",
        2,
        True,
    )
    assert bundle.statuses == (("allegro-pl", "DREAMING"),)
    assert bundle.discounts == (("allegro-pl", Money(Decimal("10.15"), "PLN")),)
    assert bundle.created_by == "ROBOT"


def test_flexible_bundles_may_have_no_discount(stub: Stub, stub_client: AllegroClient) -> None:
    stub.answer(FLEXIBLE)
    page = stub_client.flexible_bundles(offer_id="17500520231")
    assert stub.asked[-1].path == "/sale/flexible-bundles?limit=1000&offer.id=17500520231"
    assert [(each.offer_ids, each.discount_type) for each in page.rows] == [
        (("17500520231", "17500520232"), "BRAND_NEW"),
        ((), ""),
    ]
    assert page.next == ""


def test_a_single_flexible_bundle_tells_all_offers_of_its_slots(stub: Stub, stub_client: AllegroClient) -> None:
    stub.answer(WHOLE_FLEXIBLE)
    bundle = stub_client.flexible_bundle("bac2128a")
    assert stub.asked[-1].path == "/sale/flexible-bundles/bac2128a"
    assert bundle.offer_ids == ("17500520231", "17500520233", "17500520232")
    assert (bundle.discount_type, bundle.raw) == ("", WHOLE_FLEXIBLE)


def test_packages_of_an_offer_are_read_by_marketplace(stub: Stub, stub_client: AllegroClient) -> None:
    stub.answer(OPTIONS)
    options = stub_client.offer_promo_options("9991337999")
    assert stub.asked[-1].path == "/sale/offers/9991337999/promo-options"
    poland, czechia = options.marketplaces
    assert poland.base is not None and poland.pending is not None
    assert (poland.base.id, poland.base.valid_to, poland.base.next_cycle_at) == (
        "emphasized1d",
        None,
        datetime(2020, 1, 2, tzinfo=UTC),
    )
    assert ([each.id for each in poland.extra], poland.pending.id) == (["departmentPage"], "emphasized30d")
    assert (czechia.marketplace, czechia.base, czechia.extra, czechia.pending) == ("allegro-cz", None, (), None)
    stub.answer({"promoOptions": [OPTIONS], "count": 1, "totalCount": 256})
    page = stub_client.promo_options(5000)
    assert stub.asked[-1].path == "/sale/offers/promo-options?limit=5000&offset=5000"
    assert (page.rows, page.total) == ((options,), 256)


def test_the_dictionary_of_packages_covers_all_marketplaces(stub: Stub, stub_client: AllegroClient) -> None:
    stub.answer(PACKAGES)
    found = stub_client.promotion_packages()
    assert [(each.marketplace, each.id, each.cycle, each.is_extra) for each in found] == [
        ("allegro-pl", "emphasized1d", "PT24H", False),
        ("allegro-pl", "departmentPage", "P10D", True),
        ("allegro-cz", "x", "PT24H", False),
    ]


def test_pricing_rules_are_read_with_unknown_kinds(stub: Stub, stub_client: AllegroClient) -> None:
    stub.answer(RULES)
    [rule] = stub_client.price_rules()
    assert (rule.id, rule.type, rule.is_default) == ("641c73fe", "FOLLOW_THE_MOON", False)
    assert rule.updated_at == datetime(2023, 3, 23, 15, 45, 2, tzinfo=UTC)
    assert rule.raw["configuration"]["changeByPercentage"]["value"] == "10"


def test_rules_at_work_may_have_no_price_range(stub: Stub, stub_client: AllegroClient) -> None:
    stub.answer(ASSIGNED)
    first, second = stub_client.offer_price_rules("17")
    assert stub.asked[-1].path == "/sale/price-automation/offers/17/rules"
    assert (first.lowest, first.highest) == (Money(Decimal("123.45"), "PLN"), Money(Decimal("200.00"), "PLN"))
    assert (second.marketplace, second.rule_id, second.lowest, second.highest) == ("allegro-cz", "x", None, None)


@pytest.mark.parametrize(
    "reading",
    [
        Reading(
            lambda client: client.loyalty_promotions("MULTIPACK"),
            PROMOTIONS,
            [
                "promotions",
                "totalCount",
                *(f"promotions.0.{each}" for each in ("id", "status", "benefits", "offerCriteria")),
                "promotions.0.benefits.0.specification.type",
                "promotions.0.offerCriteria.0.offers.0.id",
            ],
            ["promotions.0.createdAt", "promotions.0.offerCriteria.0.offers"],
        ),
        Reading(
            lambda client: client.bundles(),
            BUNDLES,
            ["bundles", *(f"bundles.0.{each}" for each in ("id", "offers", "publication", "createdAt"))],
            ["nextPage", "bundles.0.discounts"],
        ),
        Reading(
            lambda client: client.flexible_bundles(),
            FLEXIBLE,
            ["bundles", *(f"bundles.0.{each}" for each in ("id", "createdAt", "createdBy", "slotsRepresentatives"))],
            ["bundles.0.discount"],
        ),
        Reading(
            lambda client: client.flexible_bundle("1"),
            WHOLE_FLEXIBLE,
            ["id", "createdAt", "createdBy", "slots", "slots.0.offers", "slots.0.offers.0.id"],
            ["discount", "slots.0.order", "slots.0.offers.0.marketplaces"],
        ),
        Reading(
            lambda client: client.offer_promo_options("1"),
            OPTIONS,
            ["offerId", "marketplaceId", "basePackage.id", "additionalMarketplaces.0.marketplaceId"],
            ["basePackage", "extraPackages", "pendingChanges", "additionalMarketplaces", "basePackage.validFrom"],
        ),
        Reading(
            lambda client: client.promotion_packages(),
            PACKAGES,
            ["marketplaceId", "basePackages.0.id", "basePackages.0.name", "extraPackages.0.cycleDuration"],
            ["basePackages", "extraPackages", "additionalMarketplaces"],
        ),
    ],
)
def test_readers_need_no_more_than_they_use(stub: Stub, stub_client: AllegroClient, reading: Reading) -> None:
    assert_needed(stub, stub_client, reading.call, reading.document, reading.needed)
    assert_optional(stub, stub_client, reading.call, reading.document, reading.optional)


def test_rules_are_read_whole_or_not_at_all(stub: Stub, stub_client: AllegroClient) -> None:
    """Asked for sparingly: five requests a second."""
    assert_needed(stub, stub_client, lambda client: client.price_rules(), RULES, ["rules.0.updatedAt"])
    assert_needed(stub, stub_client, lambda client: client.offer_price_rules("1"), ASSIGNED, ["rules.0.rule"])
