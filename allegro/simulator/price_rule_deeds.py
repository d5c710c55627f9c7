"""What a seller does with pricing rules: create, change, delete, and assign to offers by a command."""

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from allegro.simulator.body_checks import distinct, entries, positive, positive_money, shaped_body
from allegro.simulator.catalogue import BASE_MARKETPLACE, CURRENCIES
from allegro.simulator.documents import Json
from allegro.simulator.noting import note
from allegro.simulator.offer import Offer
from allegro.simulator.price_moves import PriceMove
from allegro.simulator.price_rules import EXCHANGE_RATE, TYPES, Assignment, PriceRules, Rule
from allegro.simulator.validation import Refusal
from allegro.simulator.world import World

CREATE_RULE, CHANGE_RULE, DELETE_RULE = "create price rule", "change price rule", "delete price rule"
ASSIGN_RULES = "assign price rules"
FIELD = "price_rule"
LONGEST_NAME = 33


def create_rule(world: World, seller_id: str, body: Json) -> Rule:
    """Create a rule from an AutomaticPricingRulePostRequest; raise Refusal for a name, type or change that is wrong."""
    with shaped_body():
        if body["type"] not in TYPES:
            raise Refusal("ConstraintViolationException", "type", f"type: one of {', '.join(TYPES)}.")
        name, configuration = _name(body["name"]), _configuration(body.get("configuration"))
        return world.of(PriceRules).add(seller_id, body["type"], name, configuration, world.now)


def change_rule(world: World, rule_id: str, body: Json) -> Rule:
    """Replace name and configuration of a rule; the offers that have it are noted as touched."""
    rules = world.of(PriceRules)
    with shaped_body():
        name, configuration = _name(body["name"]), _configuration(body.get("configuration"))
    rule, uses = rules.rules[rule_id], list(rules.uses(rule_id))
    before = [rules.terms(offer.id, marketplace) for offer, marketplace in uses]
    rule.name, rule.configuration, rule.updated_at = name, configuration, world.now
    for (offer, marketplace), old in zip(uses, before, strict=True):
        new = rules.terms(offer.id, marketplace)
        note(world, offer, FIELD, old, new, marketplace=marketplace, subject=(FIELD, rule_id))
    return rule


def delete_rule(world: World, rule_id: str, _: Json) -> None:
    """Delete a rule; the offers that have it lose it and keep their prices."""
    rules = world.of(PriceRules)
    for offer, marketplace in list(rules.uses(rule_id)):
        _assign(world, offer, marketplace, None)
    del rules.rules[rule_id]


def _name(name: Any) -> str:
    if not isinstance(name, str) or not 1 <= len(name.strip()) <= LONGEST_NAME:
        raise Refusal("ConstraintViolationException", "name", f"The name needs 1 to {LONGEST_NAME} characters.")
    return name


def _configuration(given: Json | None) -> Json | None:
    """Return a checked change by percentage or by amount (one of them), or None."""
    if not given:
        return None
    (kind, change), *more = given.items()
    if more or kind not in {"changeByPercentage", "changeByAmount"} or change["operation"] not in {"ADD", "SUBTRACT"}:
        raise Refusal("ConstraintViolationException", "configuration", "One change, with ADD or SUBTRACT.")
    if kind == "changeByPercentage":
        value = positive(change["value"], "configuration.changeByPercentage.value")
        if change["operation"] == "SUBTRACT" and value >= Decimal(100):
            raise Refusal("ConstraintViolationException", "configuration.changeByPercentage.value", "Below 100.")
        return {kind: {"operation": change["operation"], "value": change["value"]}}
    rows = entries(change["values"], "configuration.changeByAmount.values", 1, len(CURRENCIES))
    currencies = [row["currency"] for row in rows]
    distinct(currencies, "configuration.changeByAmount.values.currency")
    if not set(currencies) <= set(CURRENCIES.values()):
        raise Refusal("InvalidCurrency", "configuration.changeByAmount.values.currency", "No marketplace sells in it.")
    values = [positive_money(row, "configuration.changeByAmount.values", row["currency"]) for row in rows]
    return {kind: {"operation": change["operation"], "values": values}}


def _assign(world: World, offer: Offer, marketplace: str, assignment: Assignment | None) -> None:
    rules = world.of(PriceRules)
    old = rules.terms(offer.id, marketplace)
    rules.assign(offer, marketplace, assignment)
    new = rules.terms(offer.id, marketplace)
    rule_id = (new or old or {}).get("rule", {}).get("id", "")
    note(world, offer, FIELD, old, new, marketplace=marketplace, subject=(FIELD, rule_id))
    if assignment:
        PriceMove(world, offer, marketplace, assignment).plan()


@dataclass(frozen=True)
class PriceCommand:
    """A finished command: whose, when (microseconds UTC), and one task per offer and marketplace with its refusal."""

    id: str
    seller_id: str
    at: int
    tasks: list[tuple[str, str, Refusal | None]] = field(default_factory=list)


class PriceCommands:
    """The commands given so far, by id."""

    def __init__(self, _: World) -> None:
        self.given: dict[str, PriceCommand] = {}


def assign_rules(world: World, command_id: str, body: Json) -> PriceCommand:
    """Apply an OfferAutomaticPricingCommand, whose `seller` was put in; what an offer refuses is a failed task.

    Raises Refusal for a command that neither sets nor removes, or names no offer or more than 1000.
    """
    with shaped_body():
        ids = [str(row["id"]) for part in body["offerCriteria"] for row in entries(part["offers"], "offers", 0, 1_000)]
        (kind, parts), *more = body["modification"].items()
        rows = [(row["marketplace"]["id"], row) for row in entries(parts, f"modification.{kind}", 1, 100)]
    if more or kind not in {"set", "remove"}:
        raise Refusal("ConstraintViolationException", "modification", "Either set or remove.")
    if not 1 <= len(ids) <= 1_000:
        raise Refusal("ConstraintViolationException", "offerCriteria", "A command takes 1 to 1000 offers.")
    made = PriceCommand(command_id, body["seller"], world.now)
    for offer_id in dict.fromkeys(ids):
        for marketplace, row in rows:
            refusal = _attempt(world, made.seller_id, offer_id, marketplace, row if kind == "set" else None)
            made.tasks.append((offer_id, marketplace, refusal))
    world.of(PriceCommands).given[command_id] = made
    return made


def _attempt(world: World, seller_id: str, offer_id: str, marketplace: str, row: Json | None) -> Refusal | None:
    """Do one task; return why it failed, or None."""
    try:
        offer = world.offers.get(offer_id)
        if offer is None or offer.seller_id != seller_id:
            raise Refusal("OfferNotFoundException", "", "The offer does not exist.")
        if marketplace not in offer.marketplaces:
            raise Refusal("MarketplaceNotFoundException", "", f"The offer has no price on {marketplace}.")
        with shaped_body():
            _assign(world, offer, marketplace, _assignment(world, seller_id, marketplace, row) if row else None)
    except Refusal as refusal:
        return refusal
    return None


def _assignment(world: World, seller_id: str, marketplace: str, row: Json) -> Assignment:
    """Return the checked assignment of a rule that suits the marketplace."""
    rule = world.of(PriceRules).rules.get(row["rule"]["id"])
    if rule is None or rule.seller_id != seller_id:
        raise Refusal("RuleNotFoundException", "rule.id", "There is no such rule.")
    configuration = row.get("configuration")
    if rule.type == EXCHANGE_RATE:
        if marketplace == BASE_MARKETPLACE or configuration:
            raise Refusal("RuleNotAllowedException", "rule.id", "EXCHANGE_RATE: additional marketplaces, no range.")
        return Assignment(rule.id, None, world.now)
    _check_currency(rule, marketplace)
    if not configuration or not configuration.get("priceRange"):
        raise Refusal("PriceRangeMissingException", "configuration.priceRange", f"{rule.type} needs a price range.")
    return Assignment(rule.id, {"priceRange": _price_range(configuration["priceRange"], marketplace)}, world.now)


def _check_currency(rule: Rule, marketplace: str) -> None:
    """Raise Refusal if a rule changes by amount, none of it in the marketplace's currency (allegro-api issue 10789)."""
    change = (rule.configuration or {}).get("changeByAmount")
    if change and CURRENCIES[marketplace] not in {row["currency"] for row in change["values"]}:
        raise Refusal("RuleNotAllowedException", "rule.id", f"The rule has no amount in {CURRENCIES[marketplace]}.")


def _price_range(given: Json, marketplace: str) -> Json:
    kind = given["type"]
    allowed = {"MARKETPLACE_CURRENCY"} | (set() if marketplace == BASE_MARKETPLACE else {"BASE_MARKETPLACE_CURRENCY"})
    if kind not in allowed:
        raise Refusal("ConstraintViolationException", "configuration.priceRange.type", f"One of {sorted(allowed)}.")
    currency = CURRENCIES[marketplace if kind == "MARKETPLACE_CURRENCY" else BASE_MARKETPLACE]
    low, high = (
        positive_money(given[key], f"configuration.priceRange.{key}", currency) for key in ("minPrice", "maxPrice")
    )
    if Decimal(low["amount"]) > Decimal(high["amount"]):
        raise Refusal("ConstraintViolationException", "configuration.priceRange", "minPrice is above maxPrice.")
    return {"type": kind, "minPrice": low, "maxPrice": high}


DEEDS = {
    CREATE_RULE: create_rule,
    CHANGE_RULE: change_rule,
    DELETE_RULE: delete_rule,
    ASSIGN_RULES: assign_rules,
}
