"""Allegro's own campaigns: badges, Allegro Prices, AlleDiscount. All need the scope `allegro:api:campaigns`.

No single resource tells which campaigns an offer is in (allegro-api issue 12385), and AlleDiscount is not among the
badges (issue 7086).
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from allegro.api.paging import ALLE_DISCOUNT, ALLEGRO_PRICES, BADGES
from allegro.api.transport import Resource
from allegro.api.values import (
    Document,
    Money,
    Page,
    bare_page,
    document,
    flag,
    given,
    money,
    number,
    optional_instant,
    optional_money,
    optional_text,
    optional_whole,
    page,
    reference,
    rows,
    text,
)


@dataclass(frozen=True, slots=True)
class Period:
    """When something holds: Allegro's words ALWAYS, SINCE, WITHIN, UNTIL, NEVER, and the instants they need."""

    type: str
    since: datetime | None
    until: datetime | None


@dataclass(frozen=True, slots=True)
class Badge:
    """An offer in a badge campaign. Prices are there for campaigns that have them, the rest of them in `raw`."""

    offer_id: str
    campaign_id: str
    campaign_name: str
    status: str
    publication: Period | None
    bargain_price: Money | None
    rejections: tuple[str, ...]
    raw: Document = field(repr=False)


@dataclass(frozen=True, slots=True)
class BadgeCampaign:
    """A campaign with a badge, open to the seller or, by `refusals`, not."""

    id: str
    name: str
    marketplace: str
    type: str
    is_eligible: bool
    refusals: tuple[str, ...]
    application: Period
    visibility: Period
    publication: Period
    raw: Document = field(repr=False)


@dataclass(frozen=True, slots=True)
class Participation:
    """Whether the seller takes part in Allegro Prices on a marketplace; the status in Allegro's words."""

    marketplace: str
    status: str
    raw: Document = field(repr=False)


@dataclass(frozen=True, slots=True)
class PriceReduction:
    """What takes a price down at present, and who pays which part of it."""

    seller_max_percentage: Decimal
    seller_max_discount: Money
    seller_discount: Money
    allegro_discount: Money
    final_price: Money


@dataclass(frozen=True, slots=True)
class AllegroPricesOffer:
    """An offer in Allegro Prices. The offer itself keeps its own price (allegro-api issue 4345)."""

    offer_id: str
    marketplace: str
    base_price: Money | None
    is_opportunity: bool
    recommended_percentage: Decimal | None
    declared_percentage: Decimal | None
    reduction: PriceReduction | None
    discounted_at: datetime | None
    excluded_at: datetime | None
    raw: Document = field(repr=False)


@dataclass(frozen=True, slots=True)
class AlleDiscountCampaign:
    """A campaign of AlleDiscount and its periods."""

    id: str
    name: str
    marketplace: str
    type: str
    application: Period | None
    visibility: Period | None
    publication: Period | None
    raw: Document = field(repr=False)


@dataclass(frozen=True, slots=True)
class AlleDiscountOffer:
    """An offer submitted to an AlleDiscount campaign."""

    participation_id: str
    offer_id: str
    campaign_id: str
    status: str
    proposed_price: Money | None
    minimal_reduction: Money | None
    maximum_price: Money | None
    purchase_limit: int | None
    errors: tuple[str, ...]
    raw: Document = field(repr=False)


class CampaignsResource(Resource):
    """GET /sale/badges, /sale/badge-campaigns, /sale/allegro-prices, /sale/alle-discount."""

    def badges(self, marketplace: str, offset: int = 0, offer_id: str = "") -> Page[Badge]:
        """Up to 1000 badges on one marketplace, without a total. Raises Forbidden for accounts that are no business."""
        query = {"marketplace.id": marketplace, "limit": BADGES.limit, "offset": offset}
        return self._transport.read(
            "badges", lambda answer: bare_page(answer, "badges", _badge), query | given({"offer.id": offer_id})
        )

    def badge_campaigns(self, marketplace: str = "") -> tuple[BadgeCampaign, ...]:
        """All badge campaigns, on one marketplace or on all. Raises Forbidden for accounts that are no business."""
        return self._transport.read(
            "badge-campaigns",
            lambda answer: rows(answer["badgeCampaigns"], _badge_campaign),
            given({"marketplace.id": marketplace}),
        )

    def allegro_prices_participations(self) -> tuple[Participation, ...]:
        """Whether the seller takes part in Allegro Prices, by marketplace."""
        return self._transport.read(
            "allegro-prices-participations",
            lambda answer: rows(
                answer["marketplaces"], lambda each: Participation(text(each["id"]), text(each["status"]), each)
            ),
        )

    def allegro_prices_offers(
        self, marketplace: str, offer_ids: Sequence[str] = (), offset: int = 0, scope: str = ""
    ) -> Page[AllegroPricesOffer]:
        """Up to 1000 offers in Allegro Prices: those of `offer_ids` (at most 1000) or of a `scope` such as DISCOUNTED.

        The only place with the price that the buyer pays (allegro-api issue 13081). A question without ids has been
        refused with 400 on the sandbox, so ask by ids.
        """
        body: dict[str, Any] = {"marketplace": {"id": marketplace}, "limit": ALLEGRO_PRICES.limit, "offset": offset}
        wanted = given({"ids": list(offer_ids) or None, "scope": scope})
        return self._transport.read(
            "allegro-prices-offers",
            lambda answer: page(answer, "offers", _allegro_prices_offer),
            body=body | ({"offer": wanted} if wanted else {}),
        )

    def alle_discount_campaigns(self) -> tuple[AlleDiscountCampaign, ...]:
        """All AlleDiscount campaigns that Allegro shows to the seller."""
        return self._transport.read(
            "alle-discount-campaigns", lambda answer: rows(answer["alleDiscountCampaigns"], _alle_discount_campaign)
        )

    def alle_discount_offers(self, campaign_id: str, offset: int = 0) -> Page[AlleDiscountOffer]:
        """Up to 200 offers submitted to a campaign. Raises Gone for a campaign that is over."""
        query = {"limit": ALLE_DISCOUNT.limit, "offset": offset}
        return self._transport.read(
            "alle-discount-offers",
            lambda answer: page(answer, "submittedOffers", _alle_discount_offer),
            query,
            campaignId=campaign_id,
        )


def _period(period: Any) -> Period:
    return Period(text(period["type"]), optional_instant(period.get("from")), optional_instant(period.get("to")))


def _optional_period(period: Any) -> Period | None:
    return None if period is None else _period(period)


def _codes(reasons: Any) -> tuple[str, ...]:
    return rows(reasons, lambda reason: text(reason["code"]))


def _badge(badge: Document) -> Badge:
    return Badge(
        offer_id=reference(badge["offer"]),
        campaign_id=reference(badge["campaign"]),
        campaign_name=optional_text(badge["campaign"].get("name")),
        status=text(badge["process"]["status"]),
        publication=_optional_period(badge.get("publication")),
        bargain_price=optional_money((badge.get("prices") or {}).get("bargain")),
        rejections=_codes(badge["process"].get("rejectionReasons") or []),
        raw=badge,
    )


def _badge_campaign(campaign: Document) -> BadgeCampaign:
    return BadgeCampaign(
        id=text(campaign["id"]),
        name=text(campaign["name"]),
        marketplace=reference(campaign["marketplace"]),
        type=text(campaign["type"]),
        is_eligible=flag(campaign["eligibility"]["eligible"]),
        refusals=_codes(campaign["eligibility"].get("refusalReasons") or []),
        application=_period(campaign["application"]),
        visibility=_period(campaign["visibility"]),
        publication=_period(campaign["publication"]),
        raw=campaign,
    )


def _allegro_prices_offer(offer: Document) -> AllegroPricesOffer:
    return AllegroPricesOffer(
        offer_id=text(offer["id"]),
        marketplace=reference(offer["marketplace"]),
        base_price=optional_money(offer.get("basePrice")),
        is_opportunity=flag(offer["discount"]["opportunity"]),
        recommended_percentage=_max_percentage(offer.get("recommendedPriceReduction")),
        declared_percentage=_max_percentage(offer.get("declaredPriceReduction")),
        reduction=_reduction(offer.get("actualPriceReduction")),
        discounted_at=optional_instant(offer.get("discountedAt")),
        excluded_at=optional_instant(offer.get("excludedAt")),
        raw=offer,
    )


def _max_percentage(reduction: Any) -> Decimal | None:
    return None if reduction is None else number(reduction["sellerMaxDeclaredPercentage"])


def _reduction(reduction: Any) -> PriceReduction | None:
    if reduction is None:
        return None
    return PriceReduction(
        seller_max_percentage=number(reduction["sellerMaxDeclaredPercentage"]),
        seller_max_discount=money(reduction["sellerMaxDeclaredDiscount"]),
        seller_discount=money(reduction["sellerDiscount"]),
        allegro_discount=money(reduction["allegroDiscount"]),
        final_price=money(reduction["finalPriceForTheBuyer"]),
    )


def _alle_discount_campaign(campaign: Document) -> AlleDiscountCampaign:
    return AlleDiscountCampaign(
        id=text(campaign["id"]),
        name=text(campaign["name"]),
        marketplace=reference(campaign["marketplace"]),
        type=text(campaign["type"]),
        application=_optional_period(campaign.get("application")),
        visibility=_optional_period(campaign.get("visibility")),
        publication=_optional_period(campaign.get("publication")),
        raw=campaign,
    )


def _alle_discount_offer(offer: Document) -> AlleDiscountOffer:
    prices = document(offer.get("prices") or {})
    return AlleDiscountOffer(
        participation_id=text(offer["participationId"]),
        offer_id=reference(offer["offer"]),
        campaign_id=reference(offer["campaign"]),
        status=text(offer["process"]["status"]),
        proposed_price=optional_money(prices.get("proposedPrice")),
        minimal_reduction=optional_money(prices.get("minimalPriceReduction")),
        maximum_price=optional_money(prices.get("maximumSellingPrice")),
        purchase_limit=optional_whole(offer.get("purchaseLimit")),
        errors=_codes(offer["process"].get("errors") or []),
        raw=offer,
    )
