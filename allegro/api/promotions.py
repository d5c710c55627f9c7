"""What the seller promotes with: rebates, bundles, promotion packages, pricing rules. None of it emits events."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

from allegro.api.paging import BUNDLES, FLEXIBLE_BUNDLES, LOYALTY_PROMOTIONS, PROMO_OPTIONS
from allegro.api.transport import Resource
from allegro.api.values import (
    CursorPage,
    Document,
    Money,
    Page,
    document,
    flag,
    given,
    instant,
    money,
    optional_instant,
    optional_money,
    optional_reference,
    optional_rows,
    optional_text,
    page,
    reference,
    rows,
    text,
    whole,
)

Row = TypeVar("Row")
# The compulsory filter of /sale/loyalty/promotions (allegro-api issue 8998).
PROMOTION_TYPES = ("MULTIPACK", "CROSS_MULTIPACK", "LARGE_ORDER_DISCOUNT", "WHOLESALE_PRICE_LIST")


@dataclass(frozen=True, slots=True)
class LoyaltyPromotion:
    """A rebate: kinds of benefit and of offer criteria in Allegro's words; thresholds stay in `raw`.

    The documents hold more than the specification says (allegro-api issue 8602).
    """

    id: str
    status: str
    created_at: datetime | None
    benefits: tuple[str, ...]
    criteria: tuple[str, ...]
    offer_ids: tuple[str, ...]
    raw: Document = field(repr=False)


@dataclass(frozen=True, slots=True)
class BundleOffer:
    """An offer in a bundle, and how many pieces of it."""

    offer_id: str
    quantity: int
    is_entry_point: bool


@dataclass(frozen=True, slots=True)
class Bundle:
    """A bundle of the old kind; `statuses` and `discounts` by marketplace."""

    id: str
    created_at: datetime
    created_by: str
    offers: tuple[BundleOffer, ...]
    statuses: tuple[tuple[str, str], ...]
    discounts: tuple[tuple[str, Money], ...]
    raw: Document = field(repr=False)


@dataclass(frozen=True, slots=True)
class FlexibleBundle:
    """A bundle with slots; `discount_type` is "" without a discount.

    The list tells one offer that stands for each slot, a single bundle all offers of all slots.
    """

    id: str
    created_at: datetime
    created_by: str
    offer_ids: tuple[str, ...]
    discount_type: str
    raw: Document = field(repr=False)


@dataclass(frozen=True, slots=True)
class PromotionPackage:
    """A package that an offer has; without `valid_to` it is open-ended and billed again at `next_cycle_at`."""

    id: str
    valid_from: datetime | None
    valid_to: datetime | None
    next_cycle_at: datetime | None


@dataclass(frozen=True, slots=True)
class MarketplacePromotion:
    """An offer's packages on one marketplace; `pending` replaces the base package once its time has come."""

    marketplace: str
    base: PromotionPackage | None
    extra: tuple[PromotionPackage, ...]
    pending: PromotionPackage | None


@dataclass(frozen=True, slots=True)
class PromoOptions:
    """All packages of one offer, its own marketplace first."""

    offer_id: str
    marketplaces: tuple[MarketplacePromotion, ...]
    raw: Document = field(repr=False)


@dataclass(frozen=True, slots=True)
class PackageForSale:
    """A package of the dictionary: `cycle` is an ISO 8601 duration such as PT24H."""

    marketplace: str
    id: str
    name: str
    cycle: str
    is_extra: bool


@dataclass(frozen=True, slots=True)
class PriceRule:
    """A rule that sets prices by itself; its type in Allegro's words, its amounts in `raw`."""

    id: str
    type: str
    name: str
    is_default: bool
    updated_at: datetime
    raw: Document = field(repr=False)


@dataclass(frozen=True, slots=True)
class PriceRuleAssignment:
    """A rule at work for an offer on one marketplace, between two prices where they are set."""

    marketplace: str
    rule_id: str
    lowest: Money | None
    highest: Money | None
    updated_at: datetime
    raw: Document = field(repr=False)


class PromotionsResource(Resource):
    """GET /sale/loyalty/promotions, bundles, promo options and price automation."""

    def loyalty_promotions(self, promotion_type: str, offset: int = 0, offer_id: str = "") -> Page[LoyaltyPromotion]:
        """Up to 5000 rebates of one of PROMOTION_TYPES; only 50,000 can be reached (allegro-api issue 1944).

        With `offer_id` those for all offers, or assigned from elsewhere, are left out.
        """
        query = {"promotionType": promotion_type, "limit": LOYALTY_PROMOTIONS.limit, "offset": offset}
        return self._transport.read(
            "loyalty-promotions",
            lambda answer: page(answer, "promotions", _promotion),
            query | given({"offer.id": offer_id}),
        )

    def bundles(self, page_id: str = "", offer_id: str = "") -> CursorPage[Bundle]:
        """Up to 5000 bundles of the old kind; Allegro has marked the resource as deprecated."""
        query = given({"limit": BUNDLES, "page.id": page_id, "offer.id": offer_id})
        return self._transport.read("bundles", lambda answer: _bundle_page(answer, _bundle), query)

    def flexible_bundles(self, page_id: str = "", offer_id: str = "") -> CursorPage[FlexibleBundle]:
        """Up to 1000 flexible bundles, each slot told by one offer; the others are told by `flexible_bundle`."""
        query = given({"limit": FLEXIBLE_BUNDLES, "page.id": page_id, "offer.id": offer_id})
        return self._transport.read("flexible-bundles", lambda answer: _bundle_page(answer, _flexible_bundle), query)

    def flexible_bundle(self, bundle_id: str) -> FlexibleBundle:
        """One flexible bundle with all its offers. Raises Gone."""
        return self._transport.read("flexible-bundle", _whole_flexible_bundle, bundleId=bundle_id)

    def promo_options(self, offset: int = 0) -> Page[PromoOptions]:
        """The packages of up to 5000 offers."""
        query = {"limit": PROMO_OPTIONS.limit, "offset": offset}
        return self._transport.read("promo-options", lambda answer: page(answer, "promoOptions", _promo_options), query)

    def offer_promo_options(self, offer_id: str) -> PromoOptions:
        """The packages of one offer."""
        return self._transport.read("offer-promo-options", _promo_options, offerId=offer_id)

    def promotion_packages(self) -> tuple[PackageForSale, ...]:
        """The dictionary of packages on all marketplaces; their names in the language asked for."""
        return self._transport.read("promotion-packages", _packages_for_sale)

    def price_rules(self) -> tuple[PriceRule, ...]:
        """All pricing rules of the seller; five requests a second."""
        return self._transport.read("price-rules", lambda answer: rows(answer["rules"], _price_rule))

    def offer_price_rules(self, offer_id: str) -> tuple[PriceRuleAssignment, ...]:
        """The rules at work for one offer; five requests a second. Raises Gone.

        Why a rule acted, or did not, is told nowhere (allegro-api issue 13571).
        """
        return self._transport.read(
            "offer-price-rules", lambda answer: rows(answer["rules"], _assignment), offerId=offer_id
        )


def _promotion(promotion: Document) -> LoyaltyPromotion:
    criteria = rows(promotion["offerCriteria"], document)
    return LoyaltyPromotion(
        id=text(promotion["id"]),
        status=text(promotion["status"]),
        created_at=optional_instant(promotion.get("createdAt")),
        benefits=rows(promotion["benefits"], lambda benefit: text(benefit["specification"]["type"])),
        criteria=tuple(text(each["type"]) for each in criteria),
        offer_ids=tuple(offer for each in criteria for offer in optional_rows(each.get("offers"), reference)),
        raw=promotion,
    )


def _bundle_page(answer: Any, read: Callable[[Document], Row]) -> CursorPage[Row]:
    return CursorPage(rows(answer["bundles"], read), optional_reference(answer.get("nextPage")))


def _bundle(bundle: Document) -> Bundle:
    return Bundle(
        id=text(bundle["id"]),
        created_at=instant(bundle["createdAt"]),
        created_by=text(bundle["createdBy"]),
        offers=rows(bundle["offers"], _bundle_offer),
        statuses=rows(bundle["publication"], lambda each: (reference(each["marketplace"]), text(each["status"]))),
        discounts=optional_rows(bundle.get("discounts"), lambda each: (reference(each["marketplace"]), money(each))),
        raw=bundle,
    )


def _bundle_offer(offer: Document) -> BundleOffer:
    return BundleOffer(text(offer["id"]), whole(offer["requiredQuantity"]), flag(offer["entryPoint"]))


def _flexible_bundle(bundle: Document) -> FlexibleBundle:
    return _bundle_of(bundle, tuple(text(each) for each in bundle["slotsRepresentatives"]))


def _whole_flexible_bundle(bundle: Any) -> FlexibleBundle:
    slots = rows(bundle["slots"], lambda slot: rows(slot["offers"], reference))
    return _bundle_of(document(bundle), tuple(offer for slot in slots for offer in slot))


def _bundle_of(bundle: Document, offer_ids: tuple[str, ...]) -> FlexibleBundle:
    return FlexibleBundle(
        id=text(bundle["id"]),
        created_at=instant(bundle["createdAt"]),
        created_by=text(bundle["createdBy"]),
        offer_ids=offer_ids,
        discount_type=optional_text((bundle.get("discount") or {}).get("type")),
        raw=bundle,
    )


def _promo_options(options: Any) -> PromoOptions:
    others = optional_rows(options.get("additionalMarketplaces"), _marketplace_promotion)
    return PromoOptions(text(options["offerId"]), (_marketplace_promotion(options), *others), document(options))


def _marketplace_promotion(options: Document) -> MarketplacePromotion:
    return MarketplacePromotion(
        marketplace=text(options["marketplaceId"]),
        base=_package(options.get("basePackage")),
        extra=tuple(found for each in options.get("extraPackages") or () if (found := _package(each))),
        pending=_package((options.get("pendingChanges") or {}).get("basePackage")),
    )


def _package(package: Any) -> PromotionPackage | None:
    if package is None:
        return None
    return PromotionPackage(
        id=text(package["id"]),
        valid_from=optional_instant(package.get("validFrom")),
        valid_to=optional_instant(package.get("validTo")),
        next_cycle_at=optional_instant(package.get("nextCycleDate")),
    )


def _packages_for_sale(answer: Any) -> tuple[PackageForSale, ...]:
    marketplaces = (answer, *(answer.get("additionalMarketplaces") or ()))
    return tuple(
        PackageForSale(
            text(each["marketplaceId"]),
            text(package["id"]),
            text(package["name"]),
            text(package["cycleDuration"]),
            extra,
        )
        for each in marketplaces
        for key, extra in (("basePackages", False), ("extraPackages", True))
        for package in each.get(key) or ()
    )


def _price_rule(rule: Document) -> PriceRule:
    return PriceRule(
        id=text(rule["id"]),
        type=text(rule["type"]),
        name=text(rule["name"]),
        is_default=flag(rule["default"]),
        updated_at=instant(rule["updatedAt"]),
        raw=rule,
    )


def _assignment(assignment: Document) -> PriceRuleAssignment:
    limits = (assignment.get("configuration") or {}).get("priceRange") or {}
    return PriceRuleAssignment(
        marketplace=reference(assignment["marketplace"]),
        rule_id=reference(assignment["rule"]),
        lowest=optional_money(limits.get("minPrice")),
        highest=optional_money(limits.get("maxPrice")),
        updated_at=instant(assignment["updatedAt"]),
        raw=assignment,
    )
