"""The world itself: the same for the same seed however time advances, full of effects that can be found."""

import itertools
from datetime import timedelta

import pytest

from allegro.simulator.catalogue import BASE_MARKETPLACE
from allegro.simulator.editing import edit, price_patch
from allegro.simulator.genesis import new_world
from allegro.simulator.instants import DAY, HOUR, day_start, parse_instant, warsaw_day
from allegro.simulator.stories import CERRADO, FILTERS, GRINDER, MUG, REPRICED, SANTOS, STORIES, begins_at
from allegro.simulator.world import World

START = parse_instant("2026-03-02T08:00:00Z")
STORY_DAYS = {story.key: story.day for story in STORIES}


@pytest.fixture(scope="module")
def lived() -> World:
    """A world that has lived twelve weeks."""
    world = new_world(7, START)
    world.advance(START + 84 * DAY)
    return world


def truth(world: World) -> list[object]:
    return [action.document() for action in world.truth.actions]


def units(world: World, offer_id: str, first: int, days: int) -> float:
    """Return pieces a day of an offer, from a day counted from the start."""
    since = day_start(world.start_day + timedelta(days=first))
    sold = world.offers[offer_id].sold.values()
    return sum(number for sales in sold for at, number in sales if since <= at < since + days * DAY) / days


def visits(world: World, offer_id: str, first: int, days: int) -> float:
    """Return visits a day of an offer, from a day counted from the start."""
    day = world.start_day + timedelta(days=first)
    offer = world.offers[offer_id]
    return offer.visits_between(day, day + timedelta(days=days - 1), BASE_MARKETPLACE) / days


def test_steps_of_time_do_not_matter() -> None:
    small, large = new_world(11, START), new_world(11, START)
    for world, step in ((small, 7 * HOUR), (large, 5 * DAY)):
        for at in range(START, START + 8 * DAY, step):
            world.advance(at)
        world.advance(START + 8 * DAY)
        edit(world, world.offers[SANTOS], price_patch(world.offers[SANTOS].price() - 5))
        world.advance(START + 11 * DAY)
    assert truth(small) == truth(large)
    for seller in small.offer_journals:
        published = [event.published_at for event in small.offer_journals[seller].events]
        assert published == [event.published_at for event in large.offer_journals[seller].events]
    assert list(small.orders) == list(large.orders)


def test_seeds_make_different_worlds(lived: World) -> None:
    other = new_world(8, START)
    assert truth(other) != truth(lived)[: len(other.truth.actions)]


def test_size_of_the_business(lived: World) -> None:
    assert 40 < len(lived.orders) / 119 < 70
    routine = [action for action in lived.truth.actions if action.actor == "seller" and action.field != "stock"]
    assert 2 < len(routine) / 119 < 7
    actors = {action.actor for action in lived.truth.actions}
    assert actors == {"seller", "tool", "buyer", "allegro"}


def test_truth_is_in_order_of_time(lived: World) -> None:
    times = [action.at for action in lived.truth.actions]
    assert times == sorted(times)


def test_stock_never_falls_below_zero_and_follows_the_truth(lived: World) -> None:
    for offer in lived.offers.values():
        assert all(pieces >= 0 for _, pieces in offer.stock_history)
        changes = [row for row in lived.truth.actions if row.offer_id == offer.id and row.field == "stock"]
        assert all(before.new == after.old for before, after in itertools.pairwise(changes))
        assert not changes or changes[-1].new == offer.stock


def test_price_rise_halves_sales(lived: World) -> None:
    day = STORY_DAYS["price_rise"]
    assert units(lived, SANTOS, day + 2, 28) < 0.65 * units(lived, SANTOS, day - 28, 28)


def test_title_edit_costs_visits(lived: World) -> None:
    day = STORY_DAYS["title_edit"]
    ratio = visits(lived, GRINDER, day + 3, 14) / visits(lived, GRINDER, day - 14, 14)
    assert 0.45 < ratio < 0.65


def test_out_of_stock_lasts_nine_days(lived: World) -> None:
    day = STORY_DAYS["out_of_stock"]
    assert units(lived, FILTERS, day + 2, 6) == 0
    assert visits(lived, FILTERS, day + 2, 6) < 0.15 * visits(lived, FILTERS, day - 14, 14)
    assert units(lived, FILTERS, day + 10, 14) > 3


def test_bad_week_hits_everything_without_an_edit(lived: World) -> None:
    day = STORY_DAYS["bad_week"]
    before = sum(visits(lived, offer_id, day - 7, 7) for offer_id in lived.offers)
    during = sum(visits(lived, offer_id, day, 7) for offer_id in lived.offers)
    assert 0.5 < during / before < 0.7
    assert not [action for action in lived.truth.actions if action.story == "bad_week"]


def test_new_description_changes_nothing(lived: World) -> None:
    day = STORY_DAYS["edit_without_effect"]
    ratio = units(lived, MUG, day, 21) / units(lived, MUG, day - 21, 21)
    assert 0.75 < ratio < 1.35


def test_slow_handling_is_silent_and_costs_sales(lived: World) -> None:
    day = STORY_DAYS["silent_handling_time"]
    assert units(lived, CERRADO, day + 1, 10) < 0.65 * units(lived, CERRADO, day - 14, 14)
    assert [row.event_types for row in lived.truth.actions if row.story == "silent_handling_time"] == [()]


def test_repricer_lowers_fourteen_prices_within_a_minute(lived: World) -> None:
    lowered = [
        row
        for row in lived.truth.actions
        if row.story == "repricer_batch" and row.field == "price" and row.marketplace == BASE_MARKETPLACE
    ]
    assert {row.offer_id for row in lowered} == set(REPRICED)
    assert {row.actor for row in lowered} == {"tool"}
    assert lowered[-1].at - lowered[0].at < 60 * 1_000_000


def test_two_stories_begin_within_ten_days() -> None:
    assert sum(begins_at(story, warsaw_day(START)) < START + 10 * DAY for story in STORIES) >= 2


def test_batches_of_the_repricer_and_double_edits_happen(lived: World) -> None:
    by_tool = [row.at for row in lived.truth.actions if row.actor == "tool"]
    assert sum(later - earlier < 60_000_000 for earlier, later in itertools.pairwise(by_tool)) > 20
    assert any(row.field is None for row in lived.truth.actions)
