"""What a seller does with his rebates: create, change, delete. Each touched offer gets an action in the truth log."""

from allegro.simulator.documents import Json
from allegro.simulator.editing import edit
from allegro.simulator.noting import note
from allegro.simulator.promotion_terms import (
    CROSS_MULTIPACK,
    LARGE_ORDER_DISCOUNT,
    MULTIPACK,
    WHOLESALE_PRICE_LIST,
    Terms,
    read_terms,
)
from allegro.simulator.promotions import Promotion, Promotions
from allegro.simulator.validation import Refusal
from allegro.simulator.world import World

CREATE_PROMOTION, CHANGE_PROMOTION, DELETE_PROMOTION = "create promotion", "change promotion", "delete promotion"
FIELD = "promotion"


def create_promotion(world: World, seller_id: str, body: Json) -> Promotion:
    """Create a rebate of a seller from a SellerCreateRebateRequestDto; raise Refusal where Allegro would answer 422."""
    promotions, terms = world.of(Promotions), read_terms(body)
    _check_free(world, seller_id, terms)
    made = promotions.add(seller_id, terms, world.now)
    for offer in promotions.touched(made):
        note(world, offer, FIELD, None, promotions.document(made), subject=(FIELD, made.id))
    return made


def _check_free(world: World, seller_id: str, terms: Terms) -> None:
    """Raise Refusal for an unknown offer, one already in such a multipack, or a second large order discount."""
    promotions = world.of(Promotions)
    path = "offerCriteria[0].offers"
    for offer_id in terms.offer_ids:
        if offer_id not in world.offers or world.offers[offer_id].seller_id != seller_id:
            raise Refusal("OfferNotFoundException", path, f"Offer {offer_id} not found.")
    others = promotions.active(seller_id, terms.kind)
    if terms.kind == LARGE_ORDER_DISCOUNT and others:
        raise Refusal("LargeOrderDiscountAlreadyExistsException", "benefits", "Only one may be active at a time.")
    if terms.kind in {MULTIPACK, CROSS_MULTIPACK}:
        taken = {offer_id for other in others for offer_id in other.terms.offer_ids} & set(terms.offer_ids)
        if taken:
            raise Refusal("OfferAlreadyInPromotionException", path, f"Already in one: {', '.join(sorted(taken))}.")


def change_promotion(world: World, promotion_id: str, body: Json) -> Promotion:
    """Replace the thresholds (and name) of a large order discount or a wholesale price list.

    Raises Refusal for other kinds, which PUT does not support, and for a change of the kind.
    """
    promotions, terms = world.of(Promotions), read_terms(body)
    promotion = promotions.all[promotion_id]
    if promotion.terms.kind not in {LARGE_ORDER_DISCOUNT, WHOLESALE_PRICE_LIST} or terms.kind != promotion.terms.kind:
        raise Refusal("UnsupportedPromotionChange", "benefits", f"A {promotion.terms.kind} cannot become that.")
    old = promotions.document(promotion)
    promotion.terms = terms
    for offer in promotions.touched(promotion):
        note(world, offer, FIELD, old, promotions.document(promotion), subject=(FIELD, promotion_id))
    return promotion


def delete_promotion(world: World, promotion_id: str, _: Json) -> None:
    """End a rebate; offers that point at a wholesale price list lose it, silently (allegro-api issue 5360)."""
    promotions = world.of(Promotions)
    promotion = promotions.all[promotion_id]
    old, touched = promotions.document(promotion), promotions.touched(promotion)
    promotion.active = False
    for offer in touched:
        note(world, offer, FIELD, old, None, subject=(FIELD, promotion_id))
        if promotion.terms.kind == WHOLESALE_PRICE_LIST:
            edit(world, offer, {"discounts": {"wholesalePriceList": None}})


DEEDS = {
    CREATE_PROMOTION: create_promotion,
    CHANGE_PROMOTION: change_promotion,
    DELETE_PROMOTION: delete_promotion,
}
