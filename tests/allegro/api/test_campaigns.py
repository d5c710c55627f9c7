"""Badges, Allegro Prices and AlleDiscount."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from allegro.api.campaigns import Participation, Period
from allegro.api.client import AllegroClient
from allegro.api.values import Money
from tests.allegro.api.shapes import Reading, assert_needed, assert_optional
from tests.allegro.stub_server import Stub

ALWAYS = {"type": "ALWAYS"}
WITHIN = {"type": "WITHIN", "from": "2020-08-26T12:52:04Z", "to": "2020-09-26T12:52:04Z"}
BADGES: dict[str, Any] = {
    "badges": [
        {
            "offer": {"id": "4814482399"},
            "campaign": {"id": "BARGAIN", "name": "Strefa okazji"},
            "publication": None,
            "prices": {
                "market": {"amount": "20.00", "currency": "PLN"},
                "bargain": {"amount": "15", "currency": "PLN"},
            },
            "process": {"status": "DREAMING", "rejectionReasons": [{"code": "BB1", "messages": []}]},
            "campaignStock": {"quantity": 10},
        },
        {
            "offer": {"id": "2091846836"},
            "campaign": {"id": "SUBSIDY"},
            "publication": {"type": "SINCE", "from": "2019-05-08T05:54:46.966Z", "to": None},
            "prices": None,
            "process": {"status": "ACTIVE", "rejectionReasons": []},
        },
    ]
}
CAMPAIGNS: dict[str, Any] = {
    "badgeCampaigns": [
        {
            "id": "BARGAIN",
            "name": "Strefa Okazji",
            "marketplace": {"id": "allegro-mars"},
            "type": "BRAND_NEW",
            "eligibility": {"eligible": False, "refusalReasons": [{"code": "BB5", "messages": []}]},
            "application": {"type": "NEVER"},
            "visibility": ALWAYS,
            "publication": WITHIN,
            "regulationsLink": "https://na.allegro.pl/regulations",
        }
    ]
}
PARTICIPATIONS = {"marketplaces": [{"id": "allegro-pl", "status": "MAYBE", "new": 1}]}
REDUCTION = {
    "sellerMaxDeclaredPercentage": "15.0",
    "sellerMaxDeclaredDiscount": {"amount": "449.85", "currency": "PLN"},
    "sellerDiscount": {"amount": "269.91", "currency": "PLN"},
    "allegroDiscount": {"amount": "629.79", "currency": "PLN"},
    "finalPriceForTheBuyer": {"amount": "2099.30", "currency": "PLN"},
}
PRICES: dict[str, Any] = {
    "offers": [
        {
            "id": "10000000001",
            "name": "Smartphone XYZ",
            "marketplace": {"id": "allegro-pl"},
            "basePrice": {"amount": "2999.00", "currency": "PLN"},
            "discount": {"opportunity": True, "new": 1},
            "recommendedPriceReduction": {"sellerMaxDeclaredPercentage": "18.0"},
            "declaredPriceReduction": {"sellerMaxDeclaredPercentage": "15.0"},
            "actualPriceReduction": REDUCTION,
            "discountedAt": "2024-01-15T10:30:00.000Z",
            "excludedAt": None,
        },
        {
            "id": "10000000002",
            "name": "Case",
            "marketplace": {"id": "allegro-pl"},
            "basePrice": None,
            "discount": {"opportunity": False},
            "recommendedPriceReduction": None,
            "declaredPriceReduction": None,
            "actualPriceReduction": None,
            "discountedAt": None,
            "excludedAt": "2024-01-20T14:45:00.000Z",
        },
    ],
    "totalCount": 150,
    "count": 2,
}
ALLE_CAMPAIGNS: dict[str, Any] = {
    "alleDiscountCampaigns": [
        {
            "id": "ALLEOBNIZKA_20240827_PL",
            "name": "AlleObniżka 27.08-10.09.2024",
            "type": "BRAND_NEW",
            "visibility": WITHIN,
            "application": WITHIN,
            "publication": WITHIN,
            "marketplace": {"id": "allegro-pl"},
        }
    ]
}
SUBMITTED: dict[str, Any] = {
    "submittedOffers": [
        {
            "participationId": "f9a4a70c",
            "offer": {"id": "10394822344"},
            "campaign": {"id": "ALLEOBNIZKA_20240827_PL"},
            "prices": {
                "proposedPrice": {"amount": "18.22", "currency": "PLN"},
                "minimalPriceReduction": {"amount": "1.00", "currency": "PLN"},
                "maximumSellingPrice": {"amount": "21.37", "currency": "PLN"},
            },
            "process": {"status": "DREAMING", "errors": [{"code": "BB13", "message": "Too many requests"}]},
            "purchaseLimit": 1,
        }
    ],
    "count": 1,
    "totalCount": 1,
}


def test_badges_are_read_with_and_without_prices_and_dates(stub: Stub, stub_client: AllegroClient) -> None:
    stub.answer(BADGES)
    page = stub_client.badges("allegro-pl", offset=1000, offer_id="17")
    assert stub.asked[-1].path == "/sale/badges?marketplace.id=allegro-pl&limit=1000&offset=1000&offer.id=17"
    assert page.total is None
    bargain, subsidy = page.rows
    assert (bargain.campaign_name, bargain.status, bargain.rejections) == ("Strefa okazji", "DREAMING", ("BB1",))
    assert (bargain.publication, bargain.bargain_price) == (None, Money(Decimal(15), "PLN"))
    assert subsidy.publication == Period("SINCE", datetime(2019, 5, 8, 5, 54, 46, 966000, UTC), None)
    assert (subsidy.campaign_name, subsidy.bargain_price) == ("", None)
    assert bargain.raw["prices"]["market"]["amount"] == "20.00"


def test_badge_campaigns_tell_whether_the_seller_may_take_part(stub: Stub, stub_client: AllegroClient) -> None:
    stub.answer(CAMPAIGNS)
    [campaign] = stub_client.badge_campaigns("allegro-mars")
    assert stub.asked[-1].path == "/sale/badge-campaigns?marketplace.id=allegro-mars"
    assert (campaign.is_eligible, campaign.refusals, campaign.type) == (False, ("BB5",), "BRAND_NEW")
    assert campaign.application == Period("NEVER", None, None)


def test_participations_keep_words_not_known_yet(stub: Stub, stub_client: AllegroClient) -> None:
    stub.answer(PARTICIPATIONS)
    assert stub_client.allegro_prices_participations() == (
        Participation("allegro-pl", "MAYBE", PARTICIPATIONS["marketplaces"][0]),
    )


def test_the_price_that_the_buyer_pays_is_read(stub: Stub, stub_client: AllegroClient) -> None:
    stub.answer(PRICES)
    page = stub_client.allegro_prices_offers("allegro-pl", ["10000000001", "10000000002"])
    first, second = page.rows
    assert page.total == 150
    assert first.reduction is not None
    assert first.reduction.final_price == Money(Decimal("2099.30"), "PLN")
    assert first.reduction.allegro_discount == Money(Decimal("629.79"), "PLN")
    assert (first.recommended_percentage, first.declared_percentage) == (Decimal("18.0"), Decimal("15.0"))
    assert first.discounted_at == datetime(2024, 1, 15, 10, 30, tzinfo=UTC)
    assert (second.base_price, second.reduction, second.declared_percentage) == (None, None, None)
    assert second.excluded_at == datetime(2024, 1, 20, 14, 45, tzinfo=UTC)


def test_alle_discount_is_read_by_campaign(stub: Stub, stub_client: AllegroClient) -> None:
    stub.answer(ALLE_CAMPAIGNS)
    [campaign] = stub_client.alle_discount_campaigns()
    assert campaign.publication == Period(
        "WITHIN", datetime(2020, 8, 26, 12, 52, 4, tzinfo=UTC), datetime(2020, 9, 26, 12, 52, 4, tzinfo=UTC)
    )
    stub.answer(SUBMITTED)
    page = stub_client.alle_discount_offers(campaign.id, 200)
    path = "/sale/alle-discount/ALLEOBNIZKA_20240827_PL/submitted-offers?limit=200&offset=200"
    assert stub.asked[-1].path == path
    [offer] = page.rows
    assert (offer.offer_id, offer.status, offer.errors, offer.purchase_limit) == (
        "10394822344",
        "DREAMING",
        ("BB13",),
        1,
    )
    assert offer.proposed_price == Money(Decimal("18.22"), "PLN")


@pytest.mark.parametrize(
    "reading",
    [
        Reading(
            lambda client: client.badges("allegro-pl"),
            BADGES,
            [
                "badges",
                "badges.0.offer",
                "badges.0.campaign.id",
                "badges.0.process.status",
                "badges.1.publication.type",
            ],
            ["badges.1.publication", "badges.0.prices", "badges.0.process.rejectionReasons", "badges.0.campaign.name"],
        ),
        Reading(
            lambda client: client.badge_campaigns(),
            CAMPAIGNS,
            [
                "badgeCampaigns",
                *(f"badgeCampaigns.0.{each}" for each in ("id", "marketplace", "eligibility.eligible", "application")),
            ],
            ["badgeCampaigns.0.eligibility.refusalReasons", "badgeCampaigns.0.regulationsLink"],
        ),
        Reading(
            lambda client: client.allegro_prices_participations(),
            PARTICIPATIONS,
            ["marketplaces", "marketplaces.0.id", "marketplaces.0.status"],
            ["marketplaces.0.new"],
        ),
        Reading(
            lambda client: client.allegro_prices_offers("allegro-pl"),
            PRICES,
            [
                "offers",
                "totalCount",
                "offers.0.id",
                "offers.0.marketplace",
                "offers.0.discount.opportunity",
                "offers.0.actualPriceReduction.finalPriceForTheBuyer",
                "offers.0.declaredPriceReduction.sellerMaxDeclaredPercentage",
            ],
            ["offers.0.basePrice", "offers.0.actualPriceReduction", "offers.0.discountedAt", "count"],
        ),
        Reading(
            lambda client: client.alle_discount_campaigns(),
            ALLE_CAMPAIGNS,
            ["alleDiscountCampaigns", "alleDiscountCampaigns.0.id", "alleDiscountCampaigns.0.marketplace"],
            ["alleDiscountCampaigns.0.visibility", "alleDiscountCampaigns.0.publication"],
        ),
        Reading(
            lambda client: client.alle_discount_offers("1"),
            SUBMITTED,
            [
                "submittedOffers",
                "totalCount",
                *(f"submittedOffers.0.{each}" for each in ("participationId", "offer", "campaign", "process.status")),
            ],
            ["submittedOffers.0.prices", "submittedOffers.0.purchaseLimit", "submittedOffers.0.process.errors"],
        ),
    ],
)
def test_readers_need_no_more_than_they_use(stub: Stub, stub_client: AllegroClient, reading: Reading) -> None:
    assert_needed(stub, stub_client, reading.call, reading.document, reading.needed)
    assert_optional(stub, stub_client, reading.call, reading.document, reading.optional)
