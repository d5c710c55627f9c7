"""How many people look at an offer and how many buy: season, trend, and what price, title and service do to it."""

import math
from datetime import date
from functools import lru_cache
from itertools import accumulate

from allegro.simulator.catalogue import (
    BASE_MARKETPLACE,
    BULKY_RATES,
    CZECH_MARKETPLACE,
    FREE_RATES,
    HUNGARIAN_MARKETPLACE,
    SLOVAK_MARKETPLACE,
    Article,
)
from allegro.simulator.chance import stream
from allegro.simulator.instants import DAY, fraction_of_day
from allegro.simulator.offer import Offer

# Monday to Sunday, and the hours of a Warsaw day; each averages about one.
_WEEKDAYS = (1.08, 1.05, 1.02, 1.0, 0.92, 0.86, 1.07)
_HOURS = (3, 2, 1, 1, 1, 2, 5, 9, 13, 16, 18, 18, 17, 17, 17, 18, 19, 21, 25, 30, 33, 29, 18, 8)
HOUR_WEIGHTS = tuple(accumulate(_HOURS))
_HANDLING = {"PT0S": 1.05, "PT24H": 1.0, "P2D": 0.93, "P3D": 0.85, "P4D": 0.75, "P5D": 0.65, "P7D": 0.42}
_SHIPPING = {FREE_RATES: 1.08, BULKY_RATES: 0.85}

# Which part of an offer's demand comes from abroad, where it is sold there.
SHARES_ABROAD = {CZECH_MARKETPLACE: 0.12, SLOVAK_MARKETPLACE: 0.05, HUNGARIAN_MARKETPLACE: 0.07}
MISSING_KEYWORD = 0.55  # visits left once the title lacks the word people search for
HIGHEST_FACTOR = 2.5  # of conversion times visits; candidates are drawn for this and then thinned
VISIT_RAMP = 2 * DAY
CONVERSION_RAMP = DAY // 2


def elasticity(article: Article) -> float:
    """Return how strongly demand follows price; at 4.2 a price 18 % higher halves it."""
    return 4.6 if article.lines_per_day > 4 else 2.6


def passed_share(fraction: float) -> float:
    """Return which share of a day's visits falls before a fraction of the day."""
    hour, rest = divmod(min(fraction, 1.0) * 24, 1)
    before = HOUR_WEIGHTS[int(hour) - 1] if hour else 0
    within = _HOURS[int(hour)] * rest if hour < 24 else 0
    return (before + within) / HOUR_WEIGHTS[-1]


@lru_cache(maxsize=1024)
def _mood(seed: int, day: date) -> float:
    return stream(seed, "mood", day).lognormvariate(0, 0.05)


def day_factor(seed: int, article: Article, day: date) -> float:
    """Return weekday season times slow trend times the market's mood of a Warsaw day."""
    phase = int(article.offer_id) % 97
    trend = 1 + 0.06 * math.sin(2 * math.pi * (day.toordinal() + phase) / 97)
    mood = _mood(seed, day)
    return _WEEKDAYS[day.weekday()] * trend * mood


def visits_per_day(article: Article) -> float:
    """Return the mean daily visits of the offer on its base marketplace: cheap things convert better."""
    conversion = 0.055 if article.price < 60 else 0.038 if article.price < 150 else 0.018
    return article.lines_per_day / conversion


def marketplace_share(offer: Offer, marketplace: str) -> float:
    """Return which part of the demand comes from a marketplace on which the offer is sold."""
    if marketplace == BASE_MARKETPLACE:
        return 1 - sum(SHARES_ABROAD[name] for name in offer.marketplaces[1:])
    return SHARES_ABROAD[marketplace]


def home_of(whim: float) -> str:
    """Return the marketplace of a person drawn evenly from 0..1, were the offer sold on all of them."""
    for marketplace, share in SHARES_ABROAD.items():
        if whim < share:
            return marketplace
        whim -= share
    return BASE_MARKETPLACE


def visit_target(offer: Offer) -> float:
    """Return the visits factor of the present title."""
    return 1.0 if offer.article.keyword in offer.title.casefold() else MISSING_KEYWORD


def conversion_target(offer: Offer, marketplace: str) -> float:
    """Return the conversion factor of the present price, handling time, delivery, description and pictures."""
    first_price = offer.price_history[marketplace][0][1]
    ratio = float(offer.price(marketplace) / first_price)
    delivery = offer.document["delivery"]
    service = _HANDLING.get(delivery["handlingTime"], 0.35)
    service *= _SHIPPING.get(str((delivery.get("shippingRates") or {}).get("id")), 1.0)
    shown = 0.8 if len(offer.document["images"]) < 2 else 1.0
    written = 0.8 if len(str(offer.document["description"])) < 200 else 1.0
    return float(ratio ** -elasticity(offer.article)) * service * shown * written


def steer(offer: Offer, at: int) -> None:
    """After an edit at `at`, let visits and conversion head for what the offer's new state deserves."""
    offer.visit_ramp.turn(at, visit_target(offer), VISIT_RAMP)
    for marketplace in offer.marketplaces:
        offer.conversion_ramps[marketplace].turn(at, conversion_target(offer, marketplace), CONVERSION_RAMP)


def count_exposure(offer: Offer, at: int, day: date, *, visible: bool) -> None:
    """Add the visits share between the last call and `at`; an offer that could not be bought gets few of them."""
    share = passed_share(fraction_of_day(at, day)) - passed_share(fraction_of_day(offer.exposed_until, day))
    offer.exposure += share * (1.0 if visible else 0.06)
    offer.exposed_until = at
