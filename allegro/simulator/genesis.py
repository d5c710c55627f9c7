"""A new world: its offers as first listed, its stories, and the days it lives before the start."""

from datetime import timedelta

from allegro.simulator.busy_listing import list_old_offers
from allegro.simulator.catalogue import ARTICLES, Article
from allegro.simulator.days import begin_day
from allegro.simulator.documents import first_document
from allegro.simulator.instants import DAY, day_start, warsaw_day
from allegro.simulator.offer import Offer
from allegro.simulator.stories import plan_stories
from allegro.simulator.world import World

PREHISTORY_DAYS = 35


def new_world(seed: int, started_at: int, prehistory_days: int = PREHISTORY_DAYS, *, busy: bool = False) -> World:
    """Return a world lived up to `started_at` (microseconds UTC), with that many days of visits and orders in it.

    A busy one leads a busy life from its start on.
    """
    first_day = warsaw_day(started_at) - timedelta(days=prehistory_days)
    born_at = day_start(first_day)
    world = World(seed, started_at, born_at, busy=busy)
    for number, article in enumerate(ARTICLES):
        world.offers[article.offer_id] = _list_offer(seed, article, born_at, number)
    plan_stories(world)
    if busy:
        list_old_offers(world)
    begin_day(world, first_day)
    world.advance(started_at)
    return world


def _list_offer(seed: int, article: Article, born_at: int, number: int) -> Offer:
    listed_at = born_at - (400 - 3 * number) * DAY
    offer = Offer(article, first_document(seed, article, listed_at))
    offer.exposed_until = born_at
    offer.remember(born_at)
    return offer
