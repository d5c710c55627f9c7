"""What pricing rules make of prices: once a day, at 00:00:01 in Warsaw from Monday to Friday (allegro-api issue 7513).

Only offers to which a deed assigned a rule are touched, so a world without assignments never draws from this. While a
campaign holds an offer's price, no rule moves it (allegro-api issue 9578).
"""

from dataclasses import dataclass
from datetime import timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from allegro.simulator.badges import Badges
from allegro.simulator.catalogue import BASE_MARKETPLACE, CURRENCIES
from allegro.simulator.chance import stream
from allegro.simulator.documents import Json, converted, money
from allegro.simulator.editing import CONVERTER, edit
from allegro.simulator.instants import warsaw_clock, warsaw_day
from allegro.simulator.offer import Offer
from allegro.simulator.price_rules import EXCHANGE_RATE, Assignment, PriceRules
from allegro.simulator.routine import exchange_drift
from allegro.simulator.world import World

CENT = Decimal("0.01")
FRIDAY = 4
# The price that a rule follows lies between these shares of the price the offer was first listed at.
LOWEST_SHARE, HIGHEST_SHARE = 0.90, 1.06


def next_move(after: int) -> int:
    """Return the first instant after `after` at which rules move prices (microseconds UTC)."""
    day = warsaw_day(after)
    while warsaw_clock(day, 0, 0, 1) <= after or day.weekday() > FRIDAY:
        day += timedelta(days=1)
    return warsaw_clock(day, 0, 0, 1)


@dataclass(frozen=True)
class PriceMove:
    """The daily move of one assignment; it comes again until another assignment takes its place."""

    world: World
    offer: Offer
    marketplace: str
    assignment: Assignment

    def __call__(self) -> None:
        rules = self.world.of(PriceRules)
        if rules.of_offer(self.offer.id).get(self.marketplace) is not self.assignment:
            return
        self.plan()
        held = self.offer.gone or self.world.of(Badges).holds_price(self.offer)
        if self.offer.status == "ACTIVE" and self.marketplace in self.offer.marketplaces and not held:
            self._move(target_price(self.world, self.offer, self.marketplace, self.assignment))

    def plan(self) -> None:
        """Schedule the next move."""
        self.world.schedule(next_move(self.world.now), self)

    def _move(self, price: Decimal) -> None:
        if price == self.offer.price(self.marketplace):
            return
        part: Json = {"sellingMode": {"price": money(price, CURRENCIES[self.marketplace])}}
        base = self.marketplace == BASE_MARKETPLACE
        edit(self.world, self.offer, part if base else {"additionalMarketplaces": {self.marketplace: part}}, CONVERTER)


def target_price(world: World, offer: Offer, marketplace: str, assignment: Assignment) -> Decimal:
    """Return the price that a rule sets today, in the marketplace's currency, within the price range."""
    rule, today = world.of(PriceRules).rules[assignment.rule_id], warsaw_day(world.now)
    rng = stream(world.seed, "followed price", rule.type, offer.id, marketplace, today)
    followed = offer.article.price * Decimal(rng.uniform(LOWEST_SHARE, HIGHEST_SHARE))
    change = rule.configuration or {}
    plain = (offer.price() if rule.type == EXCHANGE_RATE else followed) * _factor(change.get("changeByPercentage"))
    price = _abroad(world, plain, marketplace) + _addition(change.get("changeByAmount"), CURRENCIES[marketplace])
    return max(CENT, _within(world, price, marketplace, assignment))


def _abroad(world: World, price: Decimal, marketplace: str) -> Decimal:
    """Return a PLN price in a marketplace's currency at today's rate, rounded."""
    if marketplace == BASE_MARKETPLACE:
        return price.quantize(CENT, ROUND_HALF_UP)
    return converted(price, marketplace, exchange_drift(world, warsaw_day(world.now), marketplace))


def _factor(change: Any) -> Decimal:
    share = Decimal(change["value"]) / 100 if change else Decimal(0)
    return 1 - share if change and change["operation"] == "SUBTRACT" else 1 + share


def _addition(change: Any, currency: str) -> Decimal:
    if not change:
        return Decimal(0)
    amount = next((Decimal(row["amount"]) for row in change["values"] if row["currency"] == currency), Decimal(0))
    return -amount if change["operation"] == "SUBTRACT" else amount


def _within(world: World, price: Decimal, marketplace: str, assignment: Assignment) -> Decimal:
    prices = (assignment.configuration or {}).get("priceRange")
    if not prices:
        return price
    lowest, highest = (Decimal(prices[key]["amount"]) for key in ("minPrice", "maxPrice"))
    if prices["type"] == "BASE_MARKETPLACE_CURRENCY":
        lowest, highest = (_abroad(world, bound, marketplace) for bound in (lowest, highest))
    return min(max(price, lowest), highest)
