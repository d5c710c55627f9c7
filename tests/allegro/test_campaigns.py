"""The stream of campaigns: what an offer was in stays as it ended."""

from random import Random

import pytest

from accounts.scoping import workspace_scope
from allegro.simulator.busy_campaigns import alle_discount_submitted
from offers.models import OfferChange
from tests.allegro.conftest import GARDEN, World
from tests.allegro.test_truth import link_with_campaigns


@pytest.mark.django_db
def test_a_campaign_that_is_listed_no_more_changes_nothing(world: World) -> None:
    linked, simulation = link_with_campaigns(world, GARDEN), world.running.simulation
    with workspace_scope(linked.workspace):
        linked.sync()
        with simulation.lock:
            assert alle_discount_submitted(simulation.world, Random(1), GARDEN)
        for days in (1, 23):
            world.move(days=days)
            linked.sync()
        before = [change.new for change in OfferChange.objects.filter(field="alle_discount").order_by("not_after")]
        assert before
        assert {entry["status"] for entry in before[-1].values()} <= {"FINISHED", "DECLINED"}
        world.move(days=20)
        linked.sync()
        assert OfferChange.objects.filter(field="alle_discount").count() == len(before)
