"""Allegro Ads: what the sellers' sponsored offers are shown, clicked and charged a day, and what sells by them.

The cost of a seller's day is drawn first and then split over his adverts to the last grosz. Billing charges the very
sum three days later, so the statistics and the NSP entries agree (allegro-api issue 12096). What is attributed to an
advert are order lines that really were sold, each to one advert at most. Only the base marketplace has adverts.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from random import Random

from allegro.simulator.catalogue import ARTICLES, BASE_MARKETPLACE, COFFEE_SELLER, GARDEN_SELLER, Article
from allegro.simulator.chance import stream
from allegro.simulator.instants import day_start, warsaw_clock, warsaw_day
from allegro.simulator.orders import Line
from allegro.simulator.sales import sold_lines
from allegro.simulator.world import World

DELAY = timedelta(days=3)  # from the day of the clicks to the charge (allegro-api issue 12096)
EARLIER_DAYS = 35  # of charges before the world's start, whatever prehistory it has lived
_COST_PER_DAY = {COFFEE_SELLER.id: 42.0, GARDEN_SELLER.id: 6.0}  # PLN
_DAYS_WITHOUT = 1 / 7
_ANY_NUMBER = 10**9
_UNNOTICED = 0.5  # of an advert's days pass without a click
_BY_ADVERT = 0.4  # of the sales of an offer on the days on which its adverts were clicked
_BESTSELLING = {COFFEE_SELLER.id: 4.0, GARDEN_SELLER.id: 0.6}  # order lines a day
_GROUPS = {"74030": "Kawy", "320145": "Dom i kuchnia", "261405": "Ogród"}  # by category
_CHRISTMAS = ("kosz", "świeca", "filiżanki")


@dataclass(frozen=True)
class Advert:
    """A sponsored offer in a group of a campaign; `weight` is its part in the cost, 0 while its campaign is paused."""

    seller_id: str
    campaign: str
    group: str
    offer_id: str
    weight: float


@dataclass
class Figures:
    """What an advert did in a time: `cost` and `value` in the marketplace's currency, VAT included."""

    impressions: int = 0
    clicks: int = 0
    interest: int = 0
    cost: Decimal = Decimal(0)
    units: int = 0
    value: Decimal = Decimal(0)

    def add(self, other: "Figures") -> None:
        """Add another time's or another advert's figures."""
        self.impressions += other.impressions
        self.clicks += other.clicks
        self.interest += other.interest
        self.cost += other.cost
        self.units += other.units
        self.value += other.value


@cache
def adverts(seller_id: str) -> tuple[Advert, ...]:
    """Return a seller's adverts: bestsellers have a campaign besides that of the whole range; one is paused."""
    mine = [article for article in ARTICLES if article.seller.id == seller_id]
    return tuple(advert for article in mine for advert in _adverts_of(article))


def _adverts_of(article: Article) -> Iterator[Advert]:
    seller_id, group, lines = article.seller.id, _GROUPS[article.category], article.lines_per_day
    if lines > _BESTSELLING[seller_id]:
        yield Advert(seller_id, "Bestsellery", group, article.offer_id, 0.6 * lines)
    yield Advert(seller_id, "Cały asortyment", group, article.offer_id, 0.4 * lines)
    if article.keyword in _CHRISTMAS:
        yield Advert(seller_id, "Święta", "Prezenty", article.offer_id, 0.0)


def cost_of_day(seed: int, seller_id: str, day: date) -> Decimal:
    """Return what an account is ready to spend on a Warsaw day, in PLN: nothing on one day in seven."""
    rng = stream(seed, "ads", seller_id, day)
    cost = Decimal(str(round(_COST_PER_DAY[seller_id] * rng.lognormvariate(0, 0.25), 2)))
    return Decimal(0) if rng.random() < _DAYS_WITHOUT else cost


class Ads:
    """The adverts' closed days: they follow from the seed, the visits, and whether an offer was on sale at noon."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._days: dict[tuple[str, date], dict[Advert, Figures]] = {}

    def day(self, seller_id: str, day: date) -> dict[Advert, Figures]:
        """Return what the adverts did on a Warsaw day, without what they sold; nothing before it is over."""
        first = self._world.start_day - timedelta(days=EARLIER_DAYS) - DELAY
        if day < first or day_start(day + timedelta(days=1)) >= self._world.now:
            return {}
        if (seller_id, day) not in self._days:
            self._days[seller_id, day] = self._spent(seller_id, day)
        return self._days[seller_id, day]

    def cost(self, seller_id: str, day: date) -> Decimal:
        """Return the cost of all adverts of a closed Warsaw day."""
        return sum((figures.cost for figures in self.day(seller_id, day).values()), Decimal(0))

    def between(self, seller_id: str, marketplace: str, first: date, last: date) -> dict[Advert, Figures]:
        """Return the figures of the closed Warsaw days first..last (both included) of every advert, idle ones too."""
        found = {advert: Figures() for advert in adverts(seller_id) if self._is_sold_on(advert, marketplace)}
        if marketplace != BASE_MARKETPLACE:
            return found
        for number in range((last - first).days + 1):
            for advert, figures in self.day(seller_id, first + timedelta(days=number)).items():
                found[advert].add(figures)
        for advert, line in self._sales(seller_id, first, last):
            found[advert].add(Figures(units=line.quantity, value=line.price * line.quantity))
        return found

    def _is_sold_on(self, advert: Advert, marketplace: str) -> bool:
        return marketplace in self._world.offers[advert.offer_id].marketplaces

    def _spent(self, seller_id: str, day: date) -> dict[Advert, Figures]:
        cost, noon = cost_of_day(self._world.seed, seller_id, day), warsaw_clock(day, 12)
        most = {advert: self._most_clicks(advert, day) for advert in adverts(seller_id) if advert.weight}
        running = [advert for advert in most if most[advert] and self._on_sale(advert, noon)]
        if not cost or not running:
            return {}
        chances = [stream(self._world.seed, "advert", advert, day) for advert in running]
        weights = [_weight(rng, advert) for rng, advert in zip(chances, running, strict=True)]
        costs = split(cost, weights if any(weights) else [advert.weight for advert in running])
        return {
            advert: _clicked(rng, cost, most[advert]) for rng, advert, cost in zip(chances, running, costs, strict=True)
        }

    def _most_clicks(self, advert: Advert, day: date) -> int:
        """Return half of the offer's visits, as it has two adverts at most; any number before the world has visits."""
        visits = self._world.offers[advert.offer_id].visits.get(day)
        return _ANY_NUMBER if visits is None else visits[BASE_MARKETPLACE] // 2

    def _on_sale(self, advert: Advert, at: int) -> bool:
        offer = self._world.offers[advert.offer_id]
        return offer.status_at(at) == "ACTIVE" and offer.stock_at(at) > 0

    def _sales(self, seller_id: str, first: date, last: date) -> Iterator[tuple[Advert, Line]]:
        """Yield the counted order lines of a time that an advert brought, with that advert."""
        since, until = day_start(first), day_start(last + timedelta(days=1))
        for order, line in sold_lines(self._world, since, until):
            counted = order.status == "READY_FOR_PROCESSING" and order.marketplace == BASE_MARKETPLACE
            if counted and order.seller_id == seller_id:
                advert = self._brought_by(seller_id, line)
                if advert:
                    yield advert, line

    def _brought_by(self, seller_id: str, line: Line) -> Advert | None:
        figures = self.day(seller_id, warsaw_day(line.bought_at))
        clicked = [advert for advert in figures if advert.offer_id == line.offer_id and figures[advert].clicks]
        rng = stream(self._world.seed, "attribution", line.id)
        if not clicked or rng.random() >= _BY_ADVERT:
            return None
        return rng.choices(clicked, [figures[advert].clicks for advert in clicked])[0]


def _weight(rng: Random, advert: Advert) -> float:
    return 0.0 if rng.random() < _UNNOTICED else advert.weight * rng.lognormvariate(0, 0.3)


def split(amount: Decimal, weights: list[float]) -> list[Decimal]:
    """Return an amount split by weights, which are not all 0, into hundredths that add up to it."""
    total, before, parts, passed = sum(weights), Decimal(0), [], 0.0
    for weight in weights:
        passed += weight
        until = (amount * Decimal(passed / total)).quantize(Decimal("0.01"))
        parts.append(until - before)
        before = until
    return parts


def _clicked(rng: Random, cost: Decimal, most: int) -> Figures:
    """Return clicks for a cost, at 0.30 to 0.90 PLN each or dearer, and how often the advert was shown for them."""
    clicks = min(most, max(1, round(float(cost) / rng.uniform(0.3, 0.9)))) if cost else 0
    impressions = rng.randint(0, 40) + round(clicks * rng.uniform(50, 160))
    return Figures(impressions, clicks, rng.randint(0, clicks // 3), cost)


def by_offer(found: dict[Advert, Figures]) -> dict[str, Figures]:
    """Return the figures of adverts summed by offer id."""
    sums: dict[str, Figures] = defaultdict(Figures)
    for advert, figures in found.items():
        sums[advert.offer_id].add(figures)
    return sums
