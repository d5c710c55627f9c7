"""What a seller does with his bundles, with the rules in the description of POST /sale/flexible-bundles."""

from itertools import chain
from typing import Any

from allegro.simulator.body_checks import distinct, entries, positive_money, shaped_body, truth_value, whole
from allegro.simulator.bundles import Bundle, Bundles, FlexibleBundle, OldBundle
from allegro.simulator.catalogue import CURRENCIES
from allegro.simulator.chance import stream, uuid
from allegro.simulator.documents import Json
from allegro.simulator.noting import note
from allegro.simulator.offer import Offer
from allegro.simulator.validation import Refusal
from allegro.simulator.world import World

CREATE_BUNDLE, CHANGE_BUNDLE, DELETE_BUNDLE = "create bundle", "change bundle", "delete bundle"
DELETE_OLD_BUNDLE, DISCOUNT_OLD_BUNDLE = "delete old bundle", "discount old bundle"
FIELD = "bundle"


def create_bundle(world: World, seller_id: str, body: Json) -> FlexibleBundle:
    """Create a flexible bundle from a FlexibleBundleCreateDTO; raise Refusal where a requirement is not met."""
    slots, discount = _read(world, seller_id, body)
    made = world.of(Bundles).add_flexible(seller_id, slots, discount, world.now)
    _note(world, made, made.offer_ids, None, _content(made))
    return made


def change_bundle(world: World, bundle_id: str, body: Json) -> FlexibleBundle:
    """Replace slots and discount of a flexible bundle; a slot keeps its id if the body names it."""
    bundle = world.of(Bundles).flexible[bundle_id]
    slots, discount = _read(world, bundle.seller_id, body)
    old, before = _content(bundle), bundle.offer_ids
    ids, rng = _kept_ids(bundle, body), stream(world.seed, "slots", bundle_id, world.now)
    bundle.slots = [{**row, "id": ids.get(row["order"]) or uuid(rng)} for row in slots]
    bundle.discount = discount
    _note(world, bundle, [*before, *bundle.offer_ids], old, _content(bundle))
    return bundle


def _kept_ids(bundle: FlexibleBundle, body: Json) -> dict[int, str]:
    """Return, per order in the body, the id of the bundle's slot that it names."""
    known = {row["id"] for row in bundle.slots}
    kept = {row["order"]: row["id"] for row in body["slots"] if row.get("id") in known}
    distinct(kept.values(), "slots.id")
    return kept


def delete_bundle(world: World, bundle_id: str, _: Json) -> None:
    """Delete a flexible bundle."""
    _delete(world, world.of(Bundles).flexible[bundle_id])


def delete_old_bundle(world: World, bundle_id: str, _: Json) -> None:
    """Delete a bundle of the old kind."""
    _delete(world, world.of(Bundles).old[bundle_id])


def discount_old_bundle(world: World, bundle_id: str, body: Json) -> OldBundle:
    """Replace the discounts of a bundle of the old kind; a marketplace that is not named loses its discount."""
    bundle = world.of(Bundles).old[bundle_id]
    with shaped_body():
        rows = entries(body.get("discounts") or [], "discounts", 0, len(CURRENCIES))
        names = [row["marketplace"]["id"] for row in rows]
        distinct(names, "discounts.marketplace.id")
        sums = [positive_money(row, "discounts", CURRENCIES[name]) for name, row in zip(names, rows, strict=True)]
    old = _content(bundle)
    bundle.discounts = dict(zip(names, sums, strict=True))
    _note(world, bundle, bundle.offer_ids, old, _content(bundle))
    return bundle


def _delete(world: World, bundle: Bundle) -> None:
    old, bundle.deleted = _content(bundle), True
    _note(world, bundle, bundle.offer_ids, old, None)


def _content(bundle: Bundle) -> Json:
    """Return what the truth log keeps of a bundle."""
    return {key: value for key, value in vars(bundle).items() if key not in {"created_at", "deleted", "seller_id"}}


def _note(world: World, bundle: Bundle, offer_ids: list[str], old: Json | None, new: Json | None) -> None:
    for offer_id in dict.fromkeys(offer_ids):
        note(world, world.offers[offer_id], FIELD, old, new, subject=(FIELD, bundle.id))


def _read(world: World, seller_id: str, body: Json) -> tuple[list[Json], Json | None]:
    """Return the checked slots in their order, without ids, and the discount."""
    with shaped_body():
        rows = sorted(entries(body["slots"], "slots", 2, 6), key=lambda row: int(row["order"]))
        slots = [_slot(row) for row in rows]
        distinct([row["order"] for row in slots], "slots.order")
        offers = [[_offer(world, seller_id, given["id"]) for given in row["offers"]] for row in slots]
        _check_offers(slots, offers)
        return slots, _discount(body.get("discount"), [row["order"] for row in slots])


def _slot(row: Json) -> Json:
    offers = entries(row["offers"], "slots.offers", 1, 30)
    return {
        "order": whole(row["order"], "slots.order", 0, 5),
        "entryPoint": truth_value(row["entryPoint"], "slots.entryPoint"),
        "requiredQuantity": whole(row["requiredQuantity"], "slots.requiredQuantity", 1, 99_999),
        "offers": [
            {
                "id": str(offer["id"]),
                "excludedFromDiscount": truth_value(offer["excludedFromDiscount"], "slots.offers.excludedFromDiscount"),
            }
            for offer in offers
        ],
    }


def _offer(world: World, seller_id: str, offer_id: str) -> Offer:
    offer = world.offers.get(offer_id)
    if offer is None or offer.seller_id != seller_id:
        raise Refusal("OfferNotFoundException", "slots.offers.id", f"Offer {offer_id} not found.")
    if offer.status != "ACTIVE":
        raise Refusal("OfferNotActiveException", "slots.offers.id", f"Offer {offer_id} is not active.")
    if (offer.document.get("b2b") or {}).get("buyableOnlyByBusiness"):
        raise Refusal("BusinessOfferException", "slots.offers.id", f"Offer {offer_id} is for companies only.")
    return offer


def _check_offers(slots: list[Json], offers: list[list[Offer]]) -> None:
    everything = list(chain.from_iterable(offers))
    distinct([offer.id for offer in everything], "slots.offers.id")
    distinct([offer.document["productSet"][0]["product"]["id"] for offer in everything], "slots.offers (their product)")
    if not any(row["entryPoint"] for row in slots):
        raise Refusal("EntryPointMissingException", "slots.entryPoint", "At least one slot must be an entry point.")
    for row in offers:
        if len({offer.document["category"]["id"] for offer in row}) > 1:
            raise Refusal("DifferentCategoriesException", "slots.offers", "A slot holds offers of one category.")


def _discount(given: Any, orders: list[int]) -> Json | None:
    """Return a checked FlexibleBundleDiscountDTO, or None."""
    if given is None:
        return None
    if given["type"] == "WHOLE_BUNDLE_DISCOUNT":
        bundle = given["bundle"]
        lowest = whole(bundle["minimumBoughtOffers"], "discount.bundle.minimumBoughtOffers", 2, 6)
        content = {"minimumBoughtOffers": lowest, "discounts": _percentages(bundle["discounts"])}
        return {"type": "WHOLE_BUNDLE_DISCOUNT", "bundle": content}
    if given["type"] != "SLOT_DISCOUNT":
        raise Refusal("ConstraintViolationException", "discount.type", "WHOLE_BUNDLE_DISCOUNT or SLOT_DISCOUNT.")
    rows = entries(given["slot"]["slots"], "discount.slot.slots", 1, 6)
    distinct([row["order"] for row in rows], "discount.slot.slots.order")
    if not {row["order"] for row in rows} <= set(orders):
        raise Refusal("ConstraintViolationException", "discount.slot.slots.order", "There is no slot of that order.")
    slots = [{"order": row["order"], "discounts": _percentages(row["discounts"])} for row in rows]
    return {"type": "SLOT_DISCOUNT", "slot": {"slots": slots}}


def _percentages(given: Any) -> list[Json]:
    rows = entries(given, "discount.discounts", 1, len(CURRENCIES))
    distinct([row["marketplaceId"] for row in rows], "discount.discounts.marketplaceId")
    if not {row["marketplaceId"] for row in rows} <= set(CURRENCIES):
        raise Refusal("ConstraintViolationException", "discount.discounts.marketplaceId", "No such marketplace.")
    return [
        {
            "marketplaceId": row["marketplaceId"],
            "percentage": whole(row["percentage"], "discount.discounts.percentage", 1, 100),
        }
        for row in rows
    ]


DEEDS = {
    CREATE_BUNDLE: create_bundle,
    CHANGE_BUNDLE: change_bundle,
    DELETE_BUNDLE: delete_bundle,
    DELETE_OLD_BUNDLE: delete_old_bundle,
    DISCOUNT_OLD_BUNDLE: discount_old_bundle,
}
