"""The busy life of promotions: rebates, bundles, promotion packages and pricing rules."""

from copy import deepcopy
from decimal import Decimal
from random import Random

from allegro.simulator.bundle_deeds import (
    CHANGE_BUNDLE,
    CREATE_BUNDLE,
    DELETE_BUNDLE,
    DELETE_OLD_BUNDLE,
    DISCOUNT_OLD_BUNDLE,
)
from allegro.simulator.bundles import Bundles, slot
from allegro.simulator.busy_doing import Act, attempt, change, on_sale, pick
from allegro.simulator.catalogue import BASE_MARKETPLACE
from allegro.simulator.documents import Json, money
from allegro.simulator.instants import DAY
from allegro.simulator.promotion_deeds import CHANGE_PROMOTION, CREATE_PROMOTION, DELETE_PROMOTION
from allegro.simulator.promotion_terms import (
    ABOVE_PERCENT,
    CROSS_MULTIPACK,
    LARGE_ORDER_DISCOUNT,
    MULTIPACK,
    WHOLESALE_PRICE_LIST,
    Terms,
    large_order_discount,
    multipack,
    wholesale_price_list,
)
from allegro.simulator.promotions import Promotion, Promotions, price_list_of
from allegro.simulator.world import World

OLD_BUNDLE_LIFE = 40 * DAY  # from the world's start; then the seller deletes it


def _body(terms: Terms) -> Json:
    return {"benefits": [{"specification": terms.specification}], "offerCriteria": [terms.criterion()]}


def _order_terms(rng: Random) -> Terms:
    low, first = rng.randint(3, 9) * 50, rng.randint(1, 4)
    return large_order_discount([(money(Decimal(low), "PLN"), first), (money(Decimal(low * 2), "PLN"), first + 3)])


def large_order(world: World, rng: Random, seller_id: str) -> bool:
    """Create the seller's only discount on large orders; if there is one, change or delete it."""
    present = world.of(Promotions).active(seller_id, LARGE_ORDER_DISCOUNT)
    if not present:
        return attempt(world, CREATE_PROMOTION, seller_id, _body(_order_terms(rng))) is not None
    if rng.random() < 0.4:
        return attempt(world, DELETE_PROMOTION, present[0].id, {}) is not None
    return attempt(world, CHANGE_PROMOTION, present[0].id, _body(_order_terms(rng))) is not None


def _wholesale_terms(rng: Random, name: str) -> Terms:
    pieces, first = rng.randint(4, 12), rng.randint(2, 6)
    return wholesale_price_list(name, [(pieces, first), (pieces * 3, first + rng.randint(1, 5))])


def wholesale_made(world: World, rng: Random, seller_id: str) -> bool:
    """Create a wholesale price list and give it to some offers."""
    number = len(world.of(Promotions).all) + 1
    made = attempt(world, CREATE_PROMOTION, seller_id, _body(_wholesale_terms(rng, f"Hurt {number}")))
    offers = on_sale(world, seller_id)
    chosen = rng.sample(offers, min(len(offers), rng.randint(2, 4)))
    patch = {"discounts": {"wholesalePriceList": made and {"id": made.id}}}
    given = [change(world, offer, patch) for offer in chosen] if made else []
    return any(given)


def _used_lists(world: World, seller_id: str) -> list[Promotion]:
    promotions = world.of(Promotions)
    return [row for row in promotions.active(seller_id, WHOLESALE_PRICE_LIST) if promotions.touched(row)]


def wholesale_changed(world: World, rng: Random, seller_id: str) -> bool:
    """Change the thresholds of a wholesale price list in use, now and then its name."""
    found = pick(rng, _used_lists(world, seller_id))
    if found is None:
        return False
    name = str(found.terms.specification["name"])
    name = f"{name.split(' nr', maxsplit=1)[0]} nr {rng.randint(2, 99)}" if rng.random() < 0.3 else name
    return attempt(world, CHANGE_PROMOTION, found.id, _body(_wholesale_terms(rng, name))) is not None


def wholesale_deleted(world: World, rng: Random, seller_id: str) -> bool:
    """Delete a wholesale price list that offers point at."""
    found = pick(rng, _used_lists(world, seller_id))
    return found is not None and attempt(world, DELETE_PROMOTION, found.id, {}) is not None


def wholesale_choice(world: World, rng: Random, seller_id: str) -> bool:
    """Let an offer point at another wholesale price list, or at none."""
    offer = pick(rng, on_sale(world, seller_id))
    if offer is None:
        return False
    present = price_list_of(offer.document)
    lists = [row.id for row in world.of(Promotions).active(seller_id, WHOLESALE_PRICE_LIST) if row.id != present]
    chosen = pick(rng, lists if present is None else [*lists, None])
    return change(world, offer, {"discounts": {"wholesalePriceList": chosen and {"id": chosen}}})


def _made_multipack(kind: str, fewest: int, most: int) -> Act:
    def act(world: World, rng: Random, seller_id: str) -> bool:
        present = world.of(Promotions).active(seller_id, kind)
        taken = {offer_id for row in present for offer_id in row.terms.offer_ids}
        offers = [offer.id for offer in on_sale(world, seller_id) if offer.id not in taken]
        if len(offers) < most:
            return False
        quantity = rng.randint(2, 5)
        percentage = rng.randint(ABOVE_PERCENT[quantity] + 1, 100)
        chosen = rng.sample(offers, rng.randint(fewest, most))
        terms = multipack(kind, chosen, quantity=quantity, percentage=percentage)
        return attempt(world, CREATE_PROMOTION, seller_id, _body(terms)) is not None

    return act


def _deleted_multipack(kind: str) -> Act:
    def act(world: World, rng: Random, seller_id: str) -> bool:
        found = pick(rng, world.of(Promotions).active(seller_id, kind))
        return found is not None and attempt(world, DELETE_PROMOTION, found.id, {}) is not None

    return act


def _multipack_again(world: World, rng: Random, seller_id: str) -> bool:
    """Change a multipack as Allegro allows it: delete it and create another for the same offers."""
    kind = rng.choice((MULTIPACK, CROSS_MULTIPACK))
    found = pick(rng, world.of(Promotions).active(seller_id, kind))
    if found is None or attempt(world, DELETE_PROMOTION, found.id, {}) is None:
        return False
    terms = multipack(kind, list(found.terms.offer_ids), quantity=3, percentage=rng.randint(40, 100))
    return attempt(world, CREATE_PROMOTION, seller_id, _body(terms)) is not None


def _bundle_discount(rng: Random, orders: list[int]) -> Json:
    percentages = [{"marketplaceId": BASE_MARKETPLACE, "percentage": rng.randint(3, 20)}]
    if rng.random() < 0.4:
        slots = [{"order": rng.choice(orders), "discounts": percentages}]
        return {"type": "SLOT_DISCOUNT", "slot": {"slots": slots}}
    return {"type": "WHOLE_BUNDLE_DISCOUNT", "bundle": {"minimumBoughtOffers": 2, "discounts": percentages}}


def bundle_made(world: World, rng: Random, seller_id: str) -> bool:
    """Create a flexible bundle of two or three offers."""
    offers = on_sale(world, seller_id)
    if len(offers) < 3:
        return False
    chosen = rng.sample(offers, rng.randint(2, 3))
    slots = [slot(number, [offer.id], entry_point=number == 0) for number, offer in enumerate(chosen)]
    body = {"slots": slots, "discount": _bundle_discount(rng, [0, 1])}
    return attempt(world, CREATE_BUNDLE, seller_id, body) is not None


def _flexible(world: World, rng: Random, seller_id: str) -> str | None:
    bundles = world.of(Bundles).flexible.values()
    return pick(rng, [row.id for row in bundles if row.seller_id == seller_id and not row.deleted])


def bundle_changed(world: World, rng: Random, seller_id: str) -> bool:
    """Change the discount of a flexible bundle, and now and then how many pieces a slot needs."""
    key = _flexible(world, rng, seller_id)
    if key is None:
        return False
    slots = deepcopy(world.of(Bundles).flexible[key].slots)
    if rng.random() < 0.4:
        slots[-1]["requiredQuantity"] = slots[-1]["requiredQuantity"] % 4 + 1
    body = {"slots": slots, "discount": _bundle_discount(rng, [row["order"] for row in slots])}
    return attempt(world, CHANGE_BUNDLE, key, body) is not None


def bundle_deleted(world: World, rng: Random, seller_id: str) -> bool:
    """Delete a flexible bundle."""
    key = _flexible(world, rng, seller_id)
    return key is not None and attempt(world, DELETE_BUNDLE, key, {}) is not None


def old_bundle(world: World, rng: Random, seller_id: str) -> bool:
    """Change the discount of a bundle of the old kind; after OLD_BUNDLE_LIFE delete it."""
    bundles = world.of(Bundles).old.values()
    found = next((row for row in bundles if row.seller_id == seller_id and not row.deleted), None)
    if found is None:
        return False
    if world.now > world.started_at + OLD_BUNDLE_LIFE:
        return attempt(world, DELETE_OLD_BUNDLE, found.id, {}) is not None
    row = {"marketplace": {"id": BASE_MARKETPLACE}, **money(Decimal(rng.randint(10, 90)) / 5, "PLN")}
    return attempt(world, DISCOUNT_OLD_BUNDLE, found.id, {"discounts": [row]}) is not None


PROMOTIONS: tuple[tuple[str, Act, int], ...] = (
    ("large_order", large_order, 2),
    ("wholesale_made", wholesale_made, 1),
    ("wholesale_changed", wholesale_changed, 1),
    ("wholesale_choice", wholesale_choice, 1),
    ("wholesale_deleted", wholesale_deleted, 1),
    ("multipack_made", _made_multipack(MULTIPACK, 1, 1), 1),
    ("cross_multipack_made", _made_multipack(CROSS_MULTIPACK, 2, 3), 1),
    ("multipack_deleted", _deleted_multipack(MULTIPACK), 1),
    ("cross_multipack_deleted", _deleted_multipack(CROSS_MULTIPACK), 1),
    ("multipack_again", _multipack_again, 1),
    ("bundle_made", bundle_made, 2),
    ("bundle_changed", bundle_changed, 1),
    ("bundle_deleted", bundle_deleted, 1),
    ("old_bundle", old_bundle, 1),
)
