"""The busy life of promotion packages and pricing rules."""

from decimal import Decimal
from random import Random

from allegro.simulator.busy_doing import Act, attempt, free, marketplaces, on_sale, pick
from allegro.simulator.catalogue import BASE_MARKETPLACE, CURRENCIES
from allegro.simulator.chance import uuid
from allegro.simulator.documents import Json, money
from allegro.simulator.offer import Offer
from allegro.simulator.price_rule_deeds import ASSIGN_RULES, CHANGE_RULE, CREATE_RULE, DELETE_RULE
from allegro.simulator.price_rules import EXCHANGE_RATE, TYPES, PriceRules, Rule
from allegro.simulator.promo_deeds import MODIFY_PROMO, PROMO_COMMAND
from allegro.simulator.promo_options import AT_END_OF_CYCLE, CHANGE, NOW, PACKAGES, PromoOptions
from allegro.simulator.world import World

_BASE = [package.id for package in PACKAGES.values() if package.base]
_EXTRA = [package.id for package in PACKAGES.values() if not package.base]


def _modify(world: World, offer: Offer, marketplace: str, kind: str, package_id: str) -> bool:
    package_type = "BASE" if package_id in _BASE else "EXTRA"
    row = {"modificationType": kind, "packageType": package_type, "packageId": package_id}
    if marketplace == BASE_MARKETPLACE:
        body: Json = {"modifications": [row]}
    else:
        body = {"additionalMarketplaces": [{"marketplaceId": marketplace, "modifications": [row]}]}
    return attempt(world, MODIFY_PROMO, offer.id, body) is not None


def package_set(world: World, rng: Random, seller_id: str) -> bool:
    """Set another base package on an offer, somewhere it is sold."""
    offer = pick(rng, on_sale(world, seller_id))
    if offer is None:
        return False
    marketplace = rng.choice(marketplaces(offer))
    held = world.of(PromoOptions).copy_of(offer).get(marketplace)
    current = held.current(world.now) if held else None
    others = [key for key in _BASE if current is None or key != current.package.id]
    return _modify(world, offer, marketplace, CHANGE, rng.choice(others))


def package_added(world: World, rng: Random, seller_id: str) -> bool:
    """Add an extra package to an offer."""
    offer = pick(rng, on_sale(world, seller_id))
    return offer is not None and _modify(world, offer, BASE_MARKETPLACE, CHANGE, rng.choice(_EXTRA))


def package_cancelled(world: World, rng: Random, seller_id: str) -> bool:
    """Cancel a package that holds, at once or with its cycle."""
    options, at = world.of(PromoOptions), world.now
    held = [
        (offer, marketplace, span.package.id)
        for offer in on_sale(world, seller_id)
        for marketplace, packages in options.copy_of(offer).items()
        for span in (*packages.base, *packages.extra)
        if span.holds(at) and span.until is None and marketplace in marketplaces(offer)
    ]
    found = pick(rng, held)
    return found is not None and _modify(world, found[0], found[1], rng.choice((AT_END_OF_CYCLE, NOW)), found[2])


def package_command(world: World, rng: Random, seller_id: str) -> bool:
    """Set the packages of several offers by one command."""
    offers = on_sale(world, seller_id)
    chosen = rng.sample(offers, min(len(offers), rng.randint(2, 5)))
    extra = [{"id": rng.choice(_EXTRA)}] if rng.random() < 0.5 else []
    wanted = {"basePackage": {"id": rng.choice(_BASE)}, "extraPackages": extra, "modificationTime": "NOW"}
    body = {"seller": seller_id, "offerCriteria": _criteria(chosen), "modification": wanted}
    return attempt(world, PROMO_COMMAND, uuid(rng), body) is not None


def _criteria(offers: list[Offer]) -> list[Json]:
    return [{"type": "CONTAINS_OFFERS", "offers": [{"id": offer.id} for offer in offers]}]


def _change_of_price(rng: Random) -> Json:
    operation = rng.choice(("ADD", "SUBTRACT"))
    if rng.random() < 0.6:
        return {"changeByPercentage": {"operation": operation, "value": str(rng.randint(1, 9))}}
    values = [money(Decimal(rng.randint(1, 6)) / 2, currency) for currency in CURRENCIES.values()]
    return {"changeByAmount": {"operation": operation, "values": values}}


def rule_made(world: World, rng: Random, seller_id: str) -> bool:
    """Create a pricing rule and give it to some offers."""
    kind = rng.choice([row for row in TYPES if row != EXCHANGE_RATE])
    name = f"Reguła {len(world.of(PriceRules).rules) + rng.randint(1, 9_999)}"
    body = {"type": kind, "name": name, "configuration": _change_of_price(rng)}
    made = attempt(world, CREATE_RULE, seller_id, body)
    return made is not None and _assign(world, rng, seller_id, made)


def _assign(world: World, rng: Random, seller_id: str, rule: Rule) -> bool:
    offers = free(world, seller_id)
    chosen = rng.sample(offers, min(len(offers), rng.randint(1, 2)))
    done = []
    for offer in chosen:
        abroad = marketplaces(offer)[1:]
        marketplace = pick(rng, abroad if rule.type == EXCHANGE_RATE else marketplaces(offer))
        if marketplace:
            done.append(_command(world, rng, offer, {"set": [_assignment(rng, offer, marketplace, rule)]}))
    return any(done)


def _assignment(rng: Random, offer: Offer, marketplace: str, rule: Rule) -> Json:
    row: Json = {"marketplace": {"id": marketplace}, "rule": {"id": rule.id}}
    if rule.type == EXCHANGE_RATE:
        return row
    shares = {"minPrice": rng.randint(80, 92), "maxPrice": rng.randint(108, 125)}
    price, currency = offer.price(marketplace), CURRENCIES[marketplace]
    bounds = {key: money(price * share / 100, currency) for key, share in shares.items()}
    return {**row, "configuration": {"priceRange": {"type": "MARKETPLACE_CURRENCY", **bounds}}}


def _command(world: World, rng: Random, offer: Offer, modification: Json) -> bool:
    body = {"seller": offer.seller_id, "offerCriteria": _criteria([offer]), "modification": modification}
    made = attempt(world, ASSIGN_RULES, uuid(rng), body)
    return made is not None and all(refusal is None for _, _, refusal in made.tasks)


def rule_assigned(world: World, rng: Random, seller_id: str) -> bool:
    """Give one of the rules that are there already, Allegro's own too, to some offers."""
    rule = pick(rng, world.of(PriceRules).of_seller(seller_id))
    return rule is not None and _assign(world, rng, seller_id, rule)


def _used(world: World, seller_id: str) -> list[tuple[Offer, str, Rule]]:
    rules = world.of(PriceRules)
    return [
        (offer, marketplace, rule)
        for rule in rules.of_seller(seller_id)
        for offer, marketplace in rules.uses(rule.id)
        if not offer.gone
    ]


def rule_unassigned(world: World, rng: Random, seller_id: str) -> bool:
    """Take a rule from an offer."""
    found = pick(rng, _used(world, seller_id))
    return found is not None and _command(world, rng, found[0], {"remove": [{"marketplace": {"id": found[1]}}]})


def rule_changed(world: World, rng: Random, seller_id: str) -> bool:
    """Change what one of the seller's own rules in use does, or its name."""
    found = pick(rng, [row for row in _used(world, seller_id) if not row[2].default])
    if found is None:
        return False
    name = f"{found[2].name.split(' v')[0]} v{rng.randint(2, 99)}"[:33]
    wanted = {"name": name, "configuration": found[2].configuration}
    if rng.random() < 0.75:
        wanted = {"name": found[2].name, "configuration": _change_of_price(rng)}
    return attempt(world, CHANGE_RULE, found[2].id, wanted) is not None


def rule_deleted(world: World, rng: Random, seller_id: str) -> bool:
    """Delete one of the seller's own rules that offers have."""
    found = pick(rng, [row for row in _used(world, seller_id) if not row[2].default])
    return found is not None and attempt(world, DELETE_RULE, found[2].id, {}) is not None


PRICING: tuple[tuple[str, Act, int], ...] = (
    ("package_set", package_set, 2),
    ("package_added", package_added, 1),
    ("package_cancelled", package_cancelled, 1),
    ("package_command", package_command, 1),
    ("rule_made", rule_made, 2),
    ("rule_assigned", rule_assigned, 1),
    ("rule_changed", rule_changed, 1),
    ("rule_unassigned", rule_unassigned, 1),
    ("rule_deleted", rule_deleted, 1),
)
