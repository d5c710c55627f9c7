"""The exports follow from the seed: not from who read before, nor from the steps in which the time passed."""

from collections.abc import Iterator
from datetime import timedelta

from allegro.simulator.exports.ads import LEVELS, AdsOddities, ads_statistics
from allegro.simulator.exports.billing import billing_history
from allegro.simulator.exports.files import ExportFile
from allegro.simulator.exports.offer_list import offer_list
from allegro.simulator.exports.orders import OrdersOddities, orders_summary
from allegro.simulator.exports.payments import PaymentsOddities, payment_operations
from allegro.simulator.exports.sales_by_offer import sales_by_offer
from allegro.simulator.exports.scope import Scope
from allegro.simulator.exports.truth import truth_document
from allegro.simulator.exports.views import true_view
from allegro.simulator.genesis import new_world
from allegro.simulator.instants import DAY, HOUR, parse_instant
from allegro.simulator.world import World
from tests.simulator.conftest import COFFEE, START


def exports(world: World) -> Iterator[ExportFile]:
    """Yield every kind of export of the days around the start."""
    first = world.start_day - timedelta(days=4)
    scope = Scope(COFFEE, "allegro-pl", first, first + timedelta(days=7))
    yield sales_by_offer(world, true_view(world, scope), "pl")
    for level in LEVELS:
        yield ads_statistics(world, scope, level, "pl", AdsOddities())
    yield orders_summary(world, scope, OrdersOddities())
    yield billing_history(world, scope, mark=False)
    yield payment_operations(world, scope, PaymentsOddities())
    yield offer_list(world, COFFEE, layout="new", status="")


def test_exports_follow_from_the_seed_alone() -> None:
    start = parse_instant(START)
    at_once, in_steps, other = (new_world(seed, start, 6) for seed in (7, 7, 8))
    for world in (at_once, other):
        world.advance(start + 4 * DAY)
    for hours in (0, 31, 62, 96):
        in_steps.advance(start + hours * HOUR)
        assert list(exports(in_steps))
    assert list(exports(at_once)) == list(exports(in_steps))
    for one, another in zip(exports(at_once), exports(other), strict=True):
        assert one.name == another.name
        assert one.content != another.content


def test_truth_tells_only_of_days_that_are_over() -> None:
    world = new_world(7, parse_instant(START), 3)
    scope = Scope(COFFEE, "allegro-pl", world.start_day, world.start_day)
    found = truth_document(world, true_view(world, scope))
    assert sum(row["units"] for row in found["offers"]) > 0
    assert sum(row["visits"] for row in found["offers"]) == 0
    assert sum(row["clicks"] for row in found["ads"]) == 0
