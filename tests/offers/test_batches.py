"""Batches: the same field changed on many offers within minutes."""

import itertools
import uuid
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from offers.models import ChangeBatch, Offer, OfferChange
from offers.record.batches import PAUSE, SMALLEST, Mark, clusters, find_batches
from tests.conftest import Team
from tests.offers.page_facts import NOW, add_change, make_offers

SECOND = timedelta(seconds=1)


@pytest.fixture
def offers(in_workspace: Team) -> list[Offer]:
    return make_offers(8, in_workspace.account)


def find(team: Team, *instants: datetime, field: str = "price") -> list[ChangeBatch]:
    find_batches(team.account, {field: instants or list(OfferChange.objects.values_list("not_after", flat=True))})
    return list(ChangeBatch.objects.order_by("since"))


def run_of(offers: list[Offer], start: datetime = NOW, step: timedelta = 20 * SECOND, **values: str) -> None:
    for number, offer in enumerate(offers):
        add_change(offer, at=start + number * step, **values)


def test_a_tool_at_work_leaves_one_batch(in_workspace: Team, offers: list[Offer]) -> None:
    run_of(offers)
    [batch] = find(in_workspace)
    assert (batch.offers, batch.since, batch.until) == (8, NOW, NOW + 140 * SECOND)
    assert set(OfferChange.objects.values_list("batch", flat=True)) == {batch.pk}


def test_few_offers_are_no_batch_however_often_they_change(in_workspace: Team, offers: list[Offer]) -> None:
    run_of(offers[: SMALLEST - 1])
    run_of(offers[: SMALLEST - 1], NOW + 2 * SECOND)
    assert find(in_workspace) == []


def test_a_pause_ends_a_batch(in_workspace: Team, offers: list[Offer]) -> None:
    run_of(offers, NOW, PAUSE + SECOND)
    assert find(in_workspace) == []


def test_what_was_found_by_comparing_can_be_a_batch_too(in_workspace: Team, offers: list[Offer]) -> None:
    for number, offer in enumerate(offers):
        add_change(
            offer,
            "handling_time",
            not_before=NOW - timedelta(hours=20),
            not_after=NOW + number * SECOND,
            certainty="interval",
            event_type="",
        )
    assert [batch.offers for batch in find(in_workspace, NOW, field="handling_time")] == [8]


def test_sales_make_no_batch(in_workspace: Team, offers: list[Offer]) -> None:
    for offer in offers:
        add_change(offer, "stock", certainty="sold")
    assert find(in_workspace, NOW - timedelta(hours=1), field="stock") == []


def test_looking_at_one_change_finds_the_whole_run(in_workspace: Team, offers: list[Offer]) -> None:
    run_of(offers, NOW, PAUSE - SECOND)
    [batch] = find(in_workspace, NOW + 3 * (PAUSE - SECOND))
    assert (batch.offers, batch.since) == (8, NOW)


def test_a_change_that_came_late_joins_two_runs_into_one(in_workspace: Team, offers: list[Offer]) -> None:
    run_of(offers[:5])
    run_of(offers[:5], NOW + 5 * timedelta(minutes=1))
    assert [batch.offers for batch in find(in_workspace)] == [5, 5]
    late = NOW + timedelta(minutes=3)
    add_change(offers[7], at=late)
    [batch] = find(in_workspace, late)
    assert batch.offers == 6
    assert OfferChange.objects.filter(batch=batch).count() == 11


def test_a_change_that_went_away_dissolves_its_batch(in_workspace: Team, offers: list[Offer]) -> None:
    run_of(offers[:SMALLEST])
    find(in_workspace)
    gone = OfferChange.objects.order_by("not_after")[2]
    gone.delete()
    assert find(in_workspace, gone.not_after) == []
    assert not OfferChange.objects.filter(batch__isnull=False).exists()


def test_nothing_is_left_of_a_batch_whose_changes_all_went_away(in_workspace: Team, offers: list[Offer]) -> None:
    run_of(offers)
    instants = list(OfferChange.objects.values_list("not_after", flat=True))
    assert len(find(in_workspace)) == 1
    OfferChange.objects.all().delete()
    assert find(in_workspace, *instants) == []


@given(st.lists(st.integers(0, 5_000), max_size=40))
def test_clusters_keep_every_mark_and_split_at_pauses_only(offsets: list[int]) -> None:
    marks = [Mark(*_ids(), NOW + offset * SECOND, None) for offset in sorted(offsets)]
    runs = list(clusters(marks))
    assert [mark for run in runs for mark in run] == marks
    for run in runs:
        assert all(later.at - earlier.at <= PAUSE for earlier, later in itertools.pairwise(run))
    for before, after in itertools.pairwise(runs):
        assert after[0].at - before[-1].at > PAUSE


def _ids() -> tuple[uuid.UUID, uuid.UUID]:
    return uuid.uuid4(), uuid.uuid4()
