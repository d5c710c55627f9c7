"""The offer on any day against the world itself: what is said to be known then was so."""

import json
import random
from datetime import datetime
from typing import Any

import pytest

from accounts.scoping import workspace_scope
from allegro.models import RunKind
from allegro.sync.listing import LIST_AGE
from offers.fields import DETAIL_PART, PRICE_STOCK_PART, STOCK, values_of
from offers.models import Offer
from offers.record.documents import split_detail
from offers.state.loading import LISTED_FIELDS, load_record, load_timelines
from offers.state.segments import Segment
from offers.state.timeline import Timeline, state_at
from tests.allegro.conftest import COFFEE, SECATEURS, START, Linked, World, link

OFFERS = 8
MOMENTS = 12
# The simulator serves pictures from its own address.
PICTURE_HOST = "https://a.allegroimg.com"


def live(linked: Linked, ids: list[str]) -> list[tuple[datetime, dict[str, Any]]]:
    """Two days with reads now and then; what the world held at moments between them."""
    chance, seen = random.Random(7), []
    for _moment in range(MOMENTS):
        linked.world.move(minutes=chance.randint(20, 400))
        documents = json.dumps({each: linked.world.document(each) for each in ids})
        seen.append((linked.world.now, json.loads(documents.replace(PICTURE_HOST, linked.world.url))))
        if chance.random() < 0.5:
            linked.sync(RunKind.JOURNAL)
    linked.world.move(hours=1)
    linked.sync()
    return seen


@pytest.mark.django_db
def test_what_is_known_of_a_moment_was_so(world: World) -> None:
    world.control("POST", "reset", seed=7, start=START)
    linked = link(world, COFFEE)
    with workspace_scope(linked.workspace):
        linked.sync()
        offers = list(Offer.objects.select_related("account").order_by("allegro_id")[:OFFERS])
        seen = live(linked, [offer.allegro_id for offer in offers])
        known, wrong = 0, []
        for offer in offers:
            offer.refresh_from_db()
            for moment, documents in seen:
                parts = split_detail(documents[offer.allegro_id])
                truth = {PRICE_STOCK_PART: parts.price_stock, DETAIL_PART: parts.detail}
                for state in state_at(load_record(offer, [moment]), moment, truth):
                    if state.is_known:
                        known += 1
                        value = values_of(state.field, truth[state.field.part]).get(state.marketplace)
                        if value != state.value:
                            wrong.append((offer.allegro_id, moment, state.key, state.value, value))
        assert wrong == []
        assert known > OFFERS * MOMENTS * 30
        for offer in offers:
            assert_chart_says_the_same(offer, [moment for moment, _documents in seen])


@pytest.mark.django_db
def test_only_a_row_that_agrees_bears_out_what_was_read(garden: Linked) -> None:
    garden.first_sync()
    garden.world.move(hours=3)
    garden.world.edit(SECATEURS, price="61.50")
    garden.sync()
    offers = {offer.allegro_id: offer for offer in Offer.objects.filter(account=garden.account)}
    assert {offer.listed_at for offer in offers.values()} == {garden.world.now}
    assert offers.pop(SECATEURS).confirmed_until is None
    assert garden.world.now - LIST_AGE in {offer.confirmed_until for offer in offers.values()}


def assert_chart_says_the_same(offer: Offer, moments: list[datetime]) -> None:
    """What is drawn of a whole window is what the page of each moment in it says."""
    timelines = load_timelines(offer, moments[2], moments[-3])
    assert _empty(load_timelines(offer, moments[2], moments[-3], every_sale=False)) == _empty(timelines)
    for moment in moments[2:-2]:
        record = load_record(offer, [moment])
        told = {state.key: [state.value] for state in state_at(record, moment) if state.is_known}
        for each in LISTED_FIELDS:
            spans = timelines[each.key].segments()
            drawn = [span.value for span in spans if span.since <= moment < span.until]
            assert drawn == told.get((each.key, ""), [])


def _empty(timelines: dict[str, Timeline]) -> list[Segment]:
    return [segment for segment in timelines[STOCK.key].segments() if segment.value == 0]
