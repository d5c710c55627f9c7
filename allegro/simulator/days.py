"""The turn of a Warsaw day: visits of the closed day, would-be buyers of the new one, and the nightly counters."""

from datetime import date, timedelta
from functools import partial
from random import Random

from allegro.simulator import demand
from allegro.simulator.busy import plan_busy_day
from allegro.simulator.catalogue import BASE_MARKETPLACE
from allegro.simulator.chance import poisson, stream
from allegro.simulator.instants import DAY, at_fraction, day_start, warsaw_clock
from allegro.simulator.offer import Offer, Statistics, days_before
from allegro.simulator.routine import plan_routine
from allegro.simulator.selling import consider
from allegro.simulator.stories import market_factor
from allegro.simulator.world import World

UNIQUE_SHARE = 0.84  # of the visits of 30 days; the rest are people who came back
REFRESH_HOUR = 4  # counters are refreshed at night for the closed day (allegro-api issue 13118)


def begin_day(world: World, day: date) -> None:
    """Open a Warsaw day: plan its demand and routine, its counters' refresh, and the next midnight."""
    market = market_factor(world.start_day, day)
    for offer in world.sought_offers():
        _plan_candidates(world, offer, day, market)
    plan_routine(world, day)
    if world.busy and day >= world.start_day:
        plan_busy_day(world, day)
    world.schedule(warsaw_clock(day, REFRESH_HOUR), partial(refresh_statistics, world, day))
    world.schedule(day_start(day + timedelta(days=1)), partial(end_day, world, day))


def end_day(world: World, day: date) -> None:
    """Close a Warsaw day: count its visits, then begin the next."""
    market = market_factor(world.start_day, day)
    for offer in world.sought_offers():
        _close_visits(world, offer, day, market)
    begin_day(world, day + timedelta(days=1))


def _plan_candidates(world: World, offer: Offer, day: date, market: float) -> None:
    rng = stream(world.seed, "candidates", offer.id, day)
    mean = offer.article.lines_per_day * demand.day_factor(world.seed, offer.article, day) * market
    for whim in _whims(rng, poisson(rng, mean * demand.HIGHEST_FACTOR)):
        hour = rng.choices(range(24), cum_weights=demand.HOUR_WEIGHTS)[0]
        at = at_fraction(day, (hour + rng.random()) / 24)
        home = demand.home_of(rng.random())
        happening = partial(consider, world, offer, whim, home=home, sub_seed=rng.getrandbits(64))
        if at >= world.now:
            world.schedule(at, happening)


def _whims(rng: Random, number: int) -> list[float]:
    """Return numbers spread evenly over 0..1 in random order, so that effects on demand show through little noise."""
    whims = [(place + rng.random()) / number for place in range(number)]
    rng.shuffle(whims)
    return whims


def _close_visits(world: World, offer: Offer, day: date, market: float) -> None:
    midnight = day_start(day + timedelta(days=1))
    demand.count_exposure(offer, midnight, day, visible=offer.buyable)
    rng = stream(world.seed, "visits", offer.id, day)
    mean = demand.visits_per_day(offer.article) * demand.day_factor(world.seed, offer.article, day) * market
    mean *= offer.visit_ramp.at(midnight - DAY // 2) * offer.exposure
    offer.visits[day] = {
        marketplace: poisson(rng, mean * demand.marketplace_share(offer, marketplace))
        for marketplace in offer.marketplaces
    }
    offer.exposure = 0.0


def refresh_statistics(world: World, day: date) -> None:
    """Set every offer's counters to the 30 closed days before `day`: unique visitors, and people who watch it."""
    rng = stream(world.seed, "watchers", day.toordinal() // 5)
    for offer in world.sought_offers():
        for marketplace in offer.marketplaces:
            visits = offer.visits_between(days_before(day, 30), days_before(day, 1), marketplace)
            watchers = round(visits / 28 * rng.uniform(0.9, 1.1)) + (3 if marketplace == BASE_MARKETPLACE else 0)
            offer.statistics[marketplace] = Statistics(round(visits * UNIQUE_SHARE), watchers)
