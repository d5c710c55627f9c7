"""Writing facts: one snapshot for one content, events once, tombstones that heal, nothing left underived."""

from dataclasses import replace
from datetime import timedelta
from typing import Any, cast

import pytest
from django.core.exceptions import FieldDoesNotExist

from offers.models import Offer, OfferAbsence, OfferChange, OfferEvent, OfferSnapshot, SnapshotPart
from offers.record.projection import change_rows, derive_pending, rebuild_changes
from offers.record.storing import (
    JournalRow,
    detail_read,
    ensure_offers,
    fitting,
    observe_listings,
    price_stock_read,
    record_events,
    record_gone,
    record_reads,
)
from tests.conftest import Team
from tests.factories import START, OfferFactory

MINUTE = timedelta(minutes=1)


def document(**changes: Any) -> dict[str, Any]:
    return {
        "id": "17",
        "name": "Kawa",
        "sellingMode": {"price": {"amount": "49.90", "currency": "PLN"}},
        "stock": {"available": 20},
        "publication": {"status": "ACTIVE"},
        **changes,
    }


def row(team: Team, number: int = 1, *, kind: str = "OFFER_CHANGED", minutes: float = 0) -> JournalRow:
    at = START + minutes * MINUTE
    return JournalRow(f"event-{number}", kind, team.offer.allegro_id, at, {"offer": {"id": team.offer.allegro_id}})


def read(team: Team, minutes: float, **changes: Any) -> int:
    return record_reads([detail_read(team.offer, document(**changes), START + minutes * MINUTE)])


def spans(team: Team, part: SnapshotPart = SnapshotPart.DETAIL) -> list[tuple[float, float]]:
    rows = OfferSnapshot.objects.filter(offer=team.offer, part=part).order_by("first_seen_at")
    return [((row.first_seen_at - START) / MINUTE, (row.last_seen_at - START) / MINUTE) for row in rows]


def test_the_same_content_only_stretches_its_snapshot(in_workspace: Team) -> None:
    assert [read(in_workspace, minutes) for minutes in (0, 5, 9)] == [1, 0, 0]
    assert spans(in_workspace) == [(0, 9)]


def test_another_content_begins_a_snapshot_and_leaves_the_old_one(in_workspace: Team) -> None:
    read(in_workspace, 0)
    read(in_workspace, 5)
    assert read(in_workspace, 9, name="Kawa palona") == 1
    assert spans(in_workspace) == [(0, 5), (9, 9)]
    assert spans(in_workspace, SnapshotPart.PRICE_STOCK) == [(0, 9)]
    in_workspace.offer.refresh_from_db()
    assert in_workspace.offer.title == "Kawa palona"


def test_an_answer_that_came_late_changes_nothing(in_workspace: Team) -> None:
    read(in_workspace, 9)
    assert read(in_workspace, 5, name="Older") == 0
    assert spans(in_workspace) == [(9, 9)]


def test_a_read_of_price_and_stock_leaves_the_details(in_workspace: Team) -> None:
    read(in_workspace, 0)
    offer = in_workspace.offer
    record_reads([price_stock_read(offer, document(stock={"available": 3}), START + 5 * MINUTE)])
    offer.refresh_from_db()
    assert (offer.stock, offer.title, offer.detail_seen_at) == (3, "Kawa", START)


def test_events_are_stored_once_and_never_overwritten(in_workspace: Team) -> None:
    account = in_workspace.account
    assert record_events(account, [row(in_workspace, 1), row(in_workspace, 2)], START) == 2
    again = JournalRow("event-1", "OTHER", "1", START, {})
    assert record_events(account, [again, row(in_workspace, 3)], START + MINUTE) == 1
    assert OfferEvent.objects.get(event_id="event-1").type == "OFFER_CHANGED"


def test_an_event_of_an_unknown_offer_makes_one_of_unknown_content(in_workspace: Team) -> None:
    record_events(in_workspace.account, [JournalRow("e", "OFFER_STOCK_CHANGED", "999", START, {})], START)
    offer = Offer.objects.get(allegro_id="999")
    assert (offer.title, offer.price, offer.detail_seen_at) == ("", None, None)


def test_an_event_asks_for_changes_from_its_own_time_even_when_it_comes_late(in_workspace: Team) -> None:
    record_events(in_workspace.account, [row(in_workspace, minutes=-200)], START)
    in_workspace.offer.refresh_from_db()
    assert in_workspace.offer.derive_from == START - 200 * MINUTE


def test_an_event_dated_ahead_counts_from_its_receipt(in_workspace: Team) -> None:
    record_events(in_workspace.account, [row(in_workspace, minutes=50_000)], START)
    in_workspace.offer.refresh_from_db()
    assert in_workspace.offer.derive_from == START


@pytest.mark.parametrize("kind", ["OFFER_CHANGED", "OFFER_PRICE_CHANGED", "OFFER_ENDED"])
def test_a_read_without_difference_answers_an_event_that_waited_for_it(in_workspace: Team, kind: str) -> None:
    account = in_workspace.account
    read(in_workspace, 0)
    record_events(account, [row(in_workspace, kind=kind, minutes=5)], START + 6 * MINUTE)
    derive_pending(account)
    read(in_workspace, 30)
    derive_pending(account)
    assert not OfferChange.objects.filter(certainty="unread").exists()
    stored = list(change_rows(account))
    OfferChange.objects.all().delete()
    rebuild_changes(account)
    assert list(change_rows(account)) == stored != []


def test_the_offer_knows_when_it_was_edited_last(in_workspace: Team) -> None:
    read(in_workspace, 0)
    read(in_workspace, 60, name="Kawa mocna")
    derive_pending(in_workspace.account)
    assert Offer.objects.get(pk=in_workspace.offer.pk).edited_at == START + 60 * MINUTE
    record_events(in_workspace.account, [row(in_workspace, minutes=30)], START + 61 * MINUTE)
    derive_pending(in_workspace.account)
    # The announcement makes the silent change exact, and so earlier.
    assert Offer.objects.get(pk=in_workspace.offer.pk).edited_at == START + 30 * MINUTE


def test_a_read_without_difference_and_without_events_asks_for_nothing(in_workspace: Team) -> None:
    read(in_workspace, 0)
    derive_pending(in_workspace.account)
    read(in_workspace, 30)
    assert derive_pending(in_workspace.account) == 0


def test_a_late_event_makes_a_silent_change_exact(in_workspace: Team) -> None:
    account = in_workspace.account
    read(in_workspace, 0)
    read(in_workspace, 10, name="Kawa palona")
    derive_pending(account)
    assert [change.certainty for change in OfferChange.objects.all()] == ["interval"]
    record_events(account, [row(in_workspace, minutes=5)], START + 200 * MINUTE)
    derive_pending(account)
    [change] = OfferChange.objects.all()
    assert (change.certainty, change.not_after) == ("exact", START + 5 * MINUTE)
    stored = list(change_rows(account))
    OfferChange.objects.all().delete()
    rebuild_changes(account)
    assert list(change_rows(account)) == stored


def test_a_tombstone_keeps_what_was_known_and_the_time_of_the_first_miss(in_workspace: Team) -> None:
    read(in_workspace, 0)
    in_workspace.offer.refresh_from_db()
    for minutes in (5, 9):
        record_gone(in_workspace.offer, START + minutes * MINUTE)
    in_workspace.offer.refresh_from_db()
    offer = in_workspace.offer
    assert (offer.status, offer.gone_at, offer.title) == ("GONE", START + 5 * MINUTE, "Kawa")


def test_a_tombstone_is_lifted_by_a_read_of_the_same_content(in_workspace: Team) -> None:
    read(in_workspace, 0)
    record_gone(in_workspace.offer, START + 5 * MINUTE)
    read(in_workspace, 9)
    in_workspace.offer.refresh_from_db()
    assert (in_workspace.offer.status, in_workspace.offer.gone_at) == ("ACTIVE", None)


def test_no_snapshot_spans_a_time_in_which_nobody_saw_the_offer(in_workspace: Team) -> None:
    read(in_workspace, 0)
    read(in_workspace, 3)
    for minutes in (5, 7):
        record_gone(in_workspace.offer, START + minutes * MINUTE)
    for minutes in (9, 12):
        read(in_workspace, minutes)
    assert spans(in_workspace) == spans(in_workspace, SnapshotPart.PRICE_STOCK) == [(0, 3), (9, 12)]
    absence = OfferAbsence.objects.get()
    times = [(each - START) / MINUTE for each in (absence.since, absence.checked_at, absence.until) if each]
    assert times == [5, 7, 9]
    derive_pending(in_workspace.account)
    assert not OfferChange.objects.exists()


@pytest.mark.parametrize(
    "long",
    [
        {"name": "K" * 300},
        {"external": {"id": "S" * 300}},
        {"images": ["https://example.com/" + "p" * 600]},
        {"publication": {"status": "TEMPORARILY_SUSPENDED", "endedBy": "E" * 60}},
        {"category": {"id": "1" * 60}},
    ],
)
def test_a_value_longer_than_its_column_does_not_stop_the_others(in_workspace: Team, long: dict[str, Any]) -> None:
    assert read(in_workspace, 0, **long) == 1
    assert OfferSnapshot.objects.filter(offer=in_workspace.offer, part=SnapshotPart.DETAIL).count() == 1


def test_a_status_that_nobody_knows_is_shown_as_unknown_and_kept_as_it_came(in_workspace: Team) -> None:
    read(in_workspace, 0, publication={"status": "TEMPORARILY_SUSPENDED"})
    in_workspace.offer.refresh_from_db()
    assert in_workspace.offer.status == ""
    snapshot = OfferSnapshot.objects.get(offer=in_workspace.offer, part=SnapshotPart.DETAIL)
    assert snapshot.document["publication"]["status"] == "TEMPORARILY_SUSPENDED"


def test_fitting_knows_columns_only() -> None:
    assert fitting(OfferEvent, "type", "T" * 99) == "T" * 40
    with pytest.raises(FieldDoesNotExist):
        fitting(OfferEvent, "nonsense", "")


def test_known_offers_are_not_made_twice(in_workspace: Team) -> None:
    first = ensure_offers(in_workspace.account, ["1", "2"], START)
    second = ensure_offers(in_workspace.account, ["2", "3", "2"], START + MINUTE)
    assert second["2"].pk == first["2"].pk
    assert second["2"].first_seen_at == START


def test_a_list_row_with_the_same_content_makes_no_new_snapshot(in_workspace: Team) -> None:
    listed = document(stats={"visitsCount": 1})
    assert observe_listings(in_workspace.account, [(in_workspace.offer, listed)], START) == {in_workspace.offer.pk}
    listed["stats"] = {"visitsCount": 2}
    assert observe_listings(in_workspace.account, [(in_workspace.offer, listed)], START + MINUTE) == set()
    assert spans(in_workspace, SnapshotPart.LISTING) == [(0, 1)]


def test_other_content_at_the_very_instant_of_a_read_waits_for_the_next(in_workspace: Team) -> None:
    read(in_workspace, 0)
    before = OfferSnapshot.objects.count()
    read(in_workspace, 0, name="Another title of this offer")
    assert OfferSnapshot.objects.count() == before
    read(in_workspace, 30, name="Another title of this offer")
    assert OfferSnapshot.objects.count() == before + 1


def test_an_offer_that_cannot_be_derived_stands_in_nobodys_way(in_workspace: Team) -> None:
    broken = replace(in_workspace, offer=cast(Offer, OfferFactory(account=in_workspace.account)))
    for team in (broken, in_workspace):
        for minutes, name in ((0, "Kawa"), (9, "Kawa palona")):
            read(team, minutes, name=name)
    OfferSnapshot.objects.filter(offer=broken.offer, part=SnapshotPart.DETAIL).update(document=["of no known shape"])
    for _attempt in range(2):
        with pytest.raises(AttributeError):
            derive_pending(in_workspace.account)
    assert OfferChange.objects.get(field="title").offer == in_workspace.offer
    assert Offer.objects.get(derive_from__isnull=False) == broken.offer
