"""Oddities of the offer journal, made to happen by the simulator: what the record says afterwards."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from allegro.models import SILENT_AFTER, RefreshRequest, RunKind, RunStatus, StreamCursor, SyncRun
from allegro.simulator.busy_doing import attempt
from allegro.simulator.deeds import EDIT
from allegro.simulator.journal import offer_event_id
from allegro.simulator.promotion_deeds import CHANGE_PROMOTION, CREATE_PROMOTION
from allegro.simulator.promotion_terms import Terms, multipack, wholesale_price_list
from allegro.sync import journal
from offers.models import CoverageGap, Offer, OfferChange, OfferEvent, SharedObject
from tests.allegro.conftest import GARDEN, SECATEURS, Linked
from tests.allegro.record_rows import assert_rebuilding_changes_nothing, changes_of

PRICE_LIST = "7b92e0d4-1c3f-4e58-a6d7-0f8c4412be02"


class Killed(BaseException):
    """The worker dies."""


@pytest.fixture
def synced(garden: Linked) -> Linked:
    """The garden seller after its first sync, a little later."""
    garden.first_sync()
    garden.world.move(minutes=1)
    return garden


def later(linked: Linked, kind: RunKind = RunKind.JOURNAL, **span: float) -> None:
    linked.world.move(**span)
    assert linked.sync(kind).status == RunStatus.SUCCEEDED


def sold_abroad(linked: Linked) -> str:
    offers = linked.world.running.simulation.world.offers_of(linked.account.allegro_id)
    return next(offer.id for offer in offers if len(offer.marketplaces) > 1)


def told(linked: Linked, field: str) -> list[tuple[str, str]]:
    return [(change.certainty, change.marketplace) for change in changes_of(linked.account, SECATEURS, field=field)]


# The cursor ----------------------------------------------------------------------------------------------------------


def test_the_first_reading_begins_at_the_oldest_row_that_is_kept(garden: Linked) -> None:
    """There is no newest event to begin at, unlike for orders (allegro-api issue 3167)."""
    garden.first_sync()
    world = garden.world.running.simulation.world
    kept = world.offer_journals[garden.account.allegro_id].visible(0, world.now)
    ids = [offer_event_id(event.published_at) for event in kept]
    assert len(ids) > 5
    assert list(OfferEvent.objects.order_by("pk").values_list("event_id", flat=True)) == ids
    assert StreamCursor.objects.get(stream="journal").position == ids[-1]


@pytest.mark.parametrize(
    ("event_id", "instant"),
    [
        ("MTcxNjk4NDM2MTExMTkwMQ", datetime(2024, 5, 29, 12, 6, 1, 111901, UTC)),
        ("MTEzMjQzODU3NA", None),  # of the tutorial: no time
        ("MA", None),
        ("", None),
        ("x", None),
        ("żółw", None),
        ("8f14e45f-ceea-467f-a8d2-9b1e7c3b0a11", None),
        ("OTk5OTk5OTk5OTk5OTk5OTk5OTk5OTk5OTk5OTk5OTk5OTk5OTk5OTk5", None),
    ],
)
def test_an_event_id_tells_when_its_row_came_out_or_nothing(event_id: str, instant: datetime | None) -> None:
    assert journal.published_at(event_id) == instant


def test_rows_forgotten_between_two_pages_are_a_gap(synced: Linked, monkeypatch: pytest.MonkeyPatch) -> None:
    """Allegro gives no error for a cursor that it has forgotten (allegro-api issue 3166)."""
    stormed_at = synced.world.now
    synced.world.quirk("storm", offer_id=SECATEURS, events=2500)
    synced.world.move(hours=20)
    store, pages = journal._store_page, iter(range(10))

    def die_at_the_second(*arguments: object) -> int:
        if next(pages):
            raise Killed
        return store(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(journal, "_store_page", die_at_the_second)
    with pytest.raises(Killed):
        synced.sync(RunKind.JOURNAL)
    monkeypatch.undo()
    SyncRun.objects.update(heartbeat_at=timezone.now() - 2 * SILENT_AFTER)
    later(synced, hours=5)
    gap = CoverageGap.objects.get()
    assert timedelta(0) < gap.since - stormed_at < timedelta(seconds=20)
    assert gap.until == synced.world.now - timedelta(hours=24)


@pytest.mark.parametrize("cursor", ["MA", "MA==", "odd"])
def test_an_odd_cursor_brings_everything_again_and_nothing_twice(synced: Linked, cursor: str) -> None:
    later(synced, minutes=5)
    before = set(OfferEvent.objects.values_list("event_id", flat=True))
    StreamCursor.objects.filter(stream="journal").update(position=cursor)
    assert synced.sync(RunKind.JOURNAL).status == RunStatus.SUCCEEDED
    assert set(OfferEvent.objects.values_list("event_id", flat=True)) == before
    assert OfferEvent.objects.count() == len(before)


def test_a_row_that_came_to_light_behind_the_cursor_is_found_by_the_next_full_run(synced: Linked) -> None:
    """An event that Allegro had published was missed by a poller (allegro-api issue 10815)."""
    later(synced, RunKind.FULL, hours=3)
    synced.world.move(minutes=10)
    edited_at = synced.world.now
    synced.world.quirk("belated_event", offer_id=SECATEURS, price="61.50", minutes=40)
    synced.world.move(minutes=5)
    synced.world.quirk("storm", offer_id=SECATEURS, events=1)
    later(synced, minutes=5)
    assert ("interval", "") in told(synced, "price")
    later(synced, minutes=60)
    assert ("exact", "") not in told(synced, "price")
    later(synced, RunKind.FULL, hours=2)
    [change] = changes_of(synced.account, SECATEURS, field="price", marketplace="", certainty="exact")
    assert change.not_after == edited_at
    assert change.new == {"amount": "61.50", "currency": "PLN"}
    assert_rebuilding_changes_nothing(synced.account)


def test_a_check_reads_a_storm_only_in_part(synced: Linked, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journal, "PAGES_CHECKED", 1)
    later(synced, RunKind.FULL, hours=3)
    synced.world.quirk("storm", offer_id=SECATEURS, events=2500)
    later(synced, RunKind.FULL, hours=3)
    run = SyncRun.objects.order_by("-started_at").first()
    assert run is not None
    assert run.stages[0]["counts"]["events"] >= 2500
    later(synced, RunKind.FULL, hours=3)
    assert OfferEvent.objects.filter(type="OFFER_CHANGED", allegro_offer_id=SECATEURS).count() >= 2500


# What events say -----------------------------------------------------------------------------------------------------


def test_events_published_hours_late_still_date_the_change(synced: Linked) -> None:
    """Incidents have held events back for hours (allegro-api issue 4872)."""
    synced.world.quirk("journal_delay", journal="offers", seller=synced.account.allegro_id, hours=5, lasting_hours=1)
    edited_at = synced.world.edit(SECATEURS, price="61.50")
    later(synced, RunKind.FULL, hours=3)
    assert told(synced, "price")[-1][0] == "interval"
    later(synced, hours=3)
    [change] = changes_of(synced.account, SECATEURS, field="price", marketplace="", not_after=edited_at)
    assert (change.certainty, change.new) == ("exact", {"amount": "61.50", "currency": "PLN"})
    assert change.event is not None
    assert change.event.received_at > change.event.occurred_at + timedelta(hours=5)
    assert ("interval", "") not in told(synced, "price")
    assert_rebuilding_changes_nothing(synced.account)


def test_repeated_stock_events_of_one_edit_are_one_change(synced: Linked) -> None:
    """Up to five events for one edit (allegro-api issues 6680, 6975)."""
    synced.world.quirk("stock_noise", seller=synced.account.allegro_id)
    edited_at = synced.world.edit(SECATEURS, stock=777)
    later(synced, minutes=5)
    events = OfferEvent.objects.filter(type="OFFER_STOCK_CHANGED", allegro_offer_id=SECATEURS, occurred_at=edited_at)
    assert 2 <= events.count() <= 5
    [change] = changes_of(synced.account, SECATEURS, field="stock", not_after=edited_at)
    assert (change.certainty, change.new) == ("exact", 777)


def test_the_event_of_a_draft_that_failed_leaves_a_tombstone(synced: Linked) -> None:
    """A stock event has been published for a draft that was never made (allegro-api issue 6657)."""
    before = set(Offer.objects.values_list("allegro_id", flat=True))
    synced.world.quirk("draft_failed", seller=synced.account.allegro_id)
    later(synced, minutes=5)
    [failed] = Offer.objects.exclude(allegro_id__in=before)
    assert (failed.status, failed.gone_at) == ("GONE", synced.world.now)
    assert not RefreshRequest.objects.exists()


def test_what_was_edited_while_the_offer_was_ended_is_found_when_it_comes_back(synced: Linked) -> None:
    """The journal covers offers on sale only (allegro-api issue 2041)."""
    synced.world.edit(SECATEURS, status="ENDED")
    later(synced, minutes=5)
    synced.world.move(minutes=1)
    edited_at = synced.world.edit(SECATEURS, title="Sekator ogrodowy dwuręczny stalowy")
    synced.world.move(minutes=5)
    activated_at = synced.world.edit(SECATEURS, status="ACTIVE")
    later(synced, minutes=5)
    [change] = changes_of(synced.account, SECATEURS, field="title")
    assert (change.certainty, change.new) == ("interval", "Sekator ogrodowy dwuręczny stalowy")
    assert change.not_before < edited_at < change.not_after
    assert [row.not_after for row in changes_of(synced.account, SECATEURS, field="status", new="ACTIVE")] == [
        activated_at
    ]


def test_a_new_offer_is_read_again_after_a_quarter_and_an_hour(synced: Linked) -> None:
    """What its seller edits after the first events is announced by none (allegro-api issue 8390)."""
    before = set(Offer.objects.values_list("allegro_id", flat=True))
    synced.world.quirk("create_similar", offer_id=SECATEURS, minutes=10)
    later(synced, minutes=5)
    [copy] = Offer.objects.exclude(allegro_id__in=before)
    title = copy.title
    assert changes_of(synced.account, copy.allegro_id, field="title") == []
    later(synced, minutes=15)
    [change] = changes_of(synced.account, copy.allegro_id, field="title")
    assert (change.certainty, change.old) == ("interval", title)
    assert changes_of(synced.account, copy.allegro_id, field="price")
    request = RefreshRequest.objects.get(allegro_offer_id=copy.allegro_id)
    assert (request.reason, request.not_before - request.requested_at) == ("new_offer", timedelta(minutes=40))
    later(synced, minutes=45)
    assert not RefreshRequest.objects.exists()


def test_an_event_does_not_wait_for_the_second_look_at_a_new_offer(synced: Linked) -> None:
    before = set(Offer.objects.values_list("allegro_id", flat=True))
    synced.world.quirk("create_similar", offer_id=SECATEURS, minutes=600)
    later(synced, minutes=5)
    [copy] = Offer.objects.exclude(allegro_id__in=before)
    synced.world.move(minutes=1)
    edited_at = synced.world.edit(copy.allegro_id, price="77.00")
    later(synced, minutes=2)
    [change] = changes_of(synced.account, copy.allegro_id, field="price", certainty="exact")
    assert (change.not_after, change.new) == (edited_at, {"amount": "77.00", "currency": "PLN"})
    assert RefreshRequest.objects.get().reason == "new_offer"


def test_one_price_event_is_told_for_each_marketplace_with_who_set_it(synced: Linked) -> None:
    """One event covers several marketplaces; keys beside them may be null (allegro-api issue 9129)."""
    synced.world.quirk("null_external")
    offer_id = sold_abroad(synced)
    edited_at = synced.world.edit(offer_id, price="61.50")
    later(synced, minutes=5)
    changes = changes_of(synced.account, offer_id, field="price", certainty="exact", not_after=edited_at)
    types = {change.marketplace: change.change_type for change in changes}
    assert len(types) == len(changes) > 1
    assert types.pop("") == "MANUAL"
    assert set(types.values()) == {"AUTOMATIC"}
    assert len({change.event_id for change in changes}) == 1
    assert OfferEvent.objects.get(pk=changes[0].event_id).payload["offer"]["publication"] is None


def test_unrelated_events_of_an_edit_are_no_edits(synced: Linked) -> None:
    """An edit in the browser has brought stock and translation events with it (allegro-api issue 6785)."""
    synced.world.quirk("noise_events", offer_id=SECATEURS, shipping_rates=PRICE_LIST)
    edited_at = synced.world.now
    later(synced, RunKind.FULL, hours=3)
    [change] = changes_of(synced.account, SECATEURS, field="delivery_price_list")
    assert change.not_before < edited_at < change.not_after
    noise = [change for change in changes_of(synced.account, SECATEURS) if change.not_after == edited_at]
    assert {change.event_type: change.certainty for change in noise} == {
        "OFFER_STOCK_CHANGED": "no_difference",
        "OFFER_TRANSLATION_UPDATED": "no_difference",
    }


@pytest.mark.parametrize("empty", [False, True])
def test_a_change_of_visibility_is_read_also_without_its_arrays(synced: Linked, empty: bool) -> None:
    """The event has come with empty arrays (allegro-api issues 6534, 11675)."""
    offer_id = sold_abroad(synced)
    synced.world.quirk("visibility", offer_id=offer_id, marketplace="allegro-cz", status="REFUSED", empty=empty)
    happened_at = synced.world.now
    later(synced, minutes=5)
    [change] = changes_of(synced.account, offer_id, field="visibility")
    assert (change.certainty, change.not_after) == ("exact", happened_at)
    assert change.new is not None
    assert (change.marketplace, change.new["state"]) == ("allegro-cz", "REFUSED")


def test_why_an_offer_ended_is_kept_from_its_event(synced: Linked) -> None:
    """The reason is in the event and in the details, and lost with them (allegro-api issue 8675)."""
    synced.world.quirk("ghost", offer_id=SECATEURS)
    ended_at = synced.world.edit(SECATEURS, stock=0)
    later(synced, minutes=5)
    assert Offer.objects.get(allegro_id=SECATEURS).status == "GONE"
    [change] = changes_of(synced.account, SECATEURS, field="status", new="ENDED")
    assert (change.certainty, change.not_after) == ("exact", ended_at)
    assert change.event is not None
    assert change.event.payload["offer"]["publication"]["endedBy"] == "EMPTY_STOCK"


# What it never tells --------------------------------------------------------------------------------------------------


def rebate(terms: Terms) -> dict[str, Any]:
    return {"benefits": [{"specification": terms.specification}], "offerCriteria": [terms.criterion()]}


def test_a_wholesale_price_list_is_found_by_comparing_its_choice_and_its_thresholds(synced: Linked) -> None:
    """Neither has an event (allegro-api issue 5360), and rebates are listed by kind only (issue 8998)."""
    simulation, world = synced.world.running.simulation, synced.world.running.simulation.world
    with simulation.lock:
        wholesale = attempt(world, CREATE_PROMOTION, GARDEN, rebate(wholesale_price_list("Hurt", [(10, 4)])))
        pack = rebate(multipack("MULTIPACK", [SECATEURS], quantity=3, percentage=50))
        others = attempt(world, CREATE_PROMOTION, GARDEN, pack)
    later(synced, RunKind.FULL, minutes=1)
    assert set(SharedObject.objects.filter(kind="promotion").values_list("allegro_id", flat=True)) == {
        wholesale.id,
        others.id,
    }
    since = synced.world.move(minutes=1)
    with simulation.lock:
        assert attempt(world, EDIT, SECATEURS, {"discounts": {"wholesalePriceList": {"id": wholesale.id}}})
        assert attempt(world, CHANGE_PROMOTION, wholesale.id, rebate(wholesale_price_list("Hurt", [(20, 4)])))
    later(synced, RunKind.FULL, hours=23)
    [choice] = changes_of(synced.account, SECATEURS, field="wholesale_price_list")
    thresholds = OfferChange.objects.get(field="promotion.benefits", shared__allegro_id=wholesale.id)
    assert (choice.old, choice.new, choice.event_id) == (None, wholesale.id, None)
    for change in (choice, thresholds):
        assert change.certainty == "interval"
        assert change.not_before <= since < change.not_after
    assert [_lowest(side) for side in (thresholds.old, thresholds.new)] == ["10", "20"]
    assert_rebuilding_changes_nothing(synced.account)


def _lowest(benefits: Any) -> str:
    return str(benefits[0]["specification"]["thresholds"][0]["quantity"]["lowerBound"])
