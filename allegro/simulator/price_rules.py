"""Pricing rules of a seller and their assignment to offers, per marketplace.

Allegro gives every seller four default rules; he adds his own, which may add or take off an amount or a percentage.
"""

from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass
from itertools import count

from allegro.simulator.catalogue import COFFEE_SELLER, SELLERS
from allegro.simulator.chance import hexadecimal, stream
from allegro.simulator.documents import Json
from allegro.simulator.instants import DAY, iso_millis
from allegro.simulator.offer import Offer
from allegro.simulator.world import World

EXCHANGE_RATE = "EXCHANGE_RATE"
# Per rule type the name of the default rule, in English and in Polish.
DEFAULT_NAMES = {
    "FOLLOW_BY_ALLEGRO_MIN_PRICE": ("Lowest price on Allegro", "Najniższa cena na Allegro"),
    "FOLLOW_BY_MARKET_MIN_PRICE": ("Lowest price on market", "Najniższa cena na rynku"),
    EXCHANGE_RATE: ("Price Converter", "Przelicznik cen"),
    "FOLLOW_BY_TOP_OFFER_PRICE": ("Top offer", "Top Oferta"),
}
TYPES = tuple(DEFAULT_NAMES)


@dataclass
class Rule:
    """A pricing rule; `updated_at` in microseconds UTC. The configuration, if any, changes by amount or percentage."""

    id: str
    seller_id: str
    type: str
    name: str
    default: bool
    updated_at: int
    configuration: Json | None = None

    def document(self, *, polish: bool = False) -> Json:
        """Return the rule in the shape of AutomaticPricingRuleResponse; default rules have a name in each language."""
        row = {
            "id": self.id,
            "type": self.type,
            "name": DEFAULT_NAMES[self.type][polish] if self.default else self.name,
            "default": self.default,
            "updatedAt": iso_millis(self.updated_at),
        }
        return {**row, "configuration": deepcopy(self.configuration)} if self.configuration else row


@dataclass(frozen=True)
class Assignment:
    """A rule that sets an offer's price on a marketplace since an instant (microseconds UTC), maybe within a range."""

    rule_id: str
    configuration: Json | None
    since: int


class PriceRules:
    """The rules of all sellers, and which of them an offer has on which marketplace."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._numbers = count()
        self.rules: dict[str, Rule] = {}
        self.assigned: dict[str, dict[str, Assignment]] = {}
        self.changed_at: dict[str, int] = {}
        for seller_id in SELLERS:
            for kind, (name, _) in DEFAULT_NAMES.items():
                self.add(seller_id, kind, name, None, world.started_at - 900 * DAY, default=True)
        dearer: Json = {"changeByPercentage": {"operation": "ADD", "value": "5"}}
        self.add(COFFEE_SELLER.id, EXCHANGE_RATE, "Przelicznik cen plus 5%", dearer, world.started_at - 80 * DAY)

    def add(
        self, seller_id: str, kind: str, name: str, configuration: Json | None, at: int, *, default: bool = False
    ) -> Rule:
        """Create a rule at `at`; its id depends on the seed and on how many were created before."""
        rule_id = hexadecimal(stream(self._world.seed, "price rule", next(self._numbers)), 24)
        self.rules[rule_id] = Rule(rule_id, seller_id, kind, name, default, at, configuration)
        return self.rules[rule_id]

    def of_seller(self, seller_id: str) -> list[Rule]:
        """Return a seller's rules, oldest first."""
        return [rule for rule in self.rules.values() if rule.seller_id == seller_id]

    def of_offer(self, offer_id: str) -> dict[str, Assignment]:
        """Return an offer's assignments by marketplace."""
        return self.assigned.get(offer_id, {})

    def rule_id(self, offer_id: str, marketplace: str) -> str | None:
        """Return the id of the rule that an offer has on a marketplace."""
        found = self.of_offer(offer_id).get(marketplace)
        return found.rule_id if found else None

    def uses(self, rule_id: str) -> Iterator[tuple[Offer, str]]:
        """Yield each offer and marketplace that has a rule."""
        for offer_id, assignments in self.assigned.items():
            for marketplace, assignment in assignments.items():
                if assignment.rule_id == rule_id:
                    yield self._world.offers[offer_id], marketplace

    def assign(self, offer: Offer, marketplace: str, assignment: Assignment | None) -> None:
        """Give an offer a rule on a marketplace, or take it away with None."""
        held = self.assigned.setdefault(offer.id, {})
        held.pop(marketplace, None)
        if assignment:
            held[marketplace] = assignment
        self.changed_at[offer.id] = self._world.now

    def offer_document(self, offer: Offer) -> Json:
        """Return an offer's assignments in the shape of OfferRules."""
        rows = [
            {
                "marketplace": {"id": marketplace},
                "rule": {"id": assignment.rule_id},
                **({"configuration": deepcopy(assignment.configuration)} if assignment.configuration else {}),
                "updatedAt": iso_millis(assignment.since),
            }
            for marketplace, assignment in self.of_offer(offer.id).items()
        ]
        changed = self.changed_at.get(offer.id)
        return {"rules": rows, "updatedAt": iso_millis(changed) if changed else str(offer.document["createdAt"])}

    def terms(self, offer_id: str, marketplace: str) -> Json | None:
        """Return what the truth log keeps of an assignment: the rule as it stands, and the price range."""
        found = self.of_offer(offer_id).get(marketplace)
        if found is None:
            return None
        rule = self.rules[found.rule_id]
        return {
            "rule": {"id": rule.id, "type": rule.type, "name": rule.name, "configuration": rule.configuration},
            "configuration": found.configuration,
        }


def row_value(world: World, offer: Offer, marketplace: str) -> Json | None:
    """Return `sellingMode.priceAutomation` of a row of GET /sale/offers."""
    rule_id = world.of(PriceRules).rule_id(offer.id, marketplace)
    return {"rule": {"id": rule_id}} if rule_id else None


def fits(world: World, offer: Offer, rule_id: str | None, empty: str, marketplace: str | None) -> bool:
    """Return whether an offer passes the filters of GET /sale/offers by rule, on one marketplace or on any.

    `empty` is "true" for offers without a rule, "false" for offers with one, "" for both.
    """
    assigned = world.of(PriceRules).of_offer(offer.id)
    found = [row.rule_id for name, row in assigned.items() if not marketplace or name == marketplace]
    return (not rule_id or rule_id in found) and (not empty or (empty == "true") == (not found))
