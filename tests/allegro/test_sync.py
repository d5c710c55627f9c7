"""A sync run against the simulated Allegro: what it records, and what it never does."""

from datetime import timedelta
from threading import Barrier, Thread

import pytest
from django.db import connection
from django.utils import timezone

from accounts.models import AccountStatus
from accounts.scoping import workspace_scope
from allegro.models import SILENT_AFTER, RefreshRequest, RunKind, RunStatus, RunTrigger, StreamCursor, SyncRun
from allegro.sync import rotation
from allegro.sync.run import AlreadyRunning, NotConnected, claim, reap, sync_account
from offers.models import (
    CoverageGap,
    Offer,
    OfferChange,
    OfferDay,
    OfferEvent,
    OfferSnapshot,
    OrderEvent,
    OrderLine,
    SharedObject,
    SnapshotPart,
)
from tests.allegro.conftest import SANTOS, SECATEURS, Linked, World, link
from tests.allegro.record_rows import assert_rebuilding_changes_nothing, changes_of, outcome, stored_rows


@pytest.fixture
def synced(garden: Linked) -> Linked:
    """The garden seller after its first sync."""
    garden.first_sync()
    return garden


def offer_of(linked: Linked, allegro_id: str = SECATEURS) -> Offer:
    offer: Offer = Offer.objects.get(account=linked.account, allegro_id=allegro_id)
    return offer


# What is recorded ----------------------------------------------------------------------------------------------------


def test_the_first_sync_brings_offers_snapshots_orders_and_cursors(coffee: Linked) -> None:
    run = coffee.sync()
    assert (run.status, run.error) == (RunStatus.SUCCEEDED, "")
    offers = list(Offer.objects.filter(account=coffee.account))
    assert len(offers) == 42
    assert all(offer.title and offer.price and offer.detail_seen_at and offer.listed_at for offer in offers)
    parts = OfferSnapshot.objects.filter(account=coffee.account)
    # Campaigns were not granted, and there are no price rules to ask single offers about.
    unread = {SnapshotPart.BADGES, SnapshotPart.ALLEGRO_PRICES, SnapshotPart.ALLE_DISCOUNT}
    assert {part: parts.filter(part=part).count() for part in SnapshotPart} == {
        part: 0 if part in unread else 42 for part in SnapshotPart
    }
    kinds = SharedObject.objects.filter(account=coffee.account).values_list("kind", flat=True)
    assert {"price_list", "delivery_settings", "return_policy", "implied_warranty", "category"} <= set(kinds)
    assert OrderLine.objects.filter(account=coffee.account).count() > 50
    cursors = {cursor.stream: cursor for cursor in StreamCursor.objects.filter(account=coffee.account)}
    fees = {f"billing:{marketplace}" for marketplace in ("allegro-pl", "allegro-cz")}
    assert set(cursors) == {"journal", "orders", "categories", "returns", "billing"} | fees
    assert all(
        (cursor.position or cursor.stream == "categories") and cursor.advanced_at == coffee.world.now
        for cursor in cursors.values()
    )
    coffee.account.refresh_from_db()
    assert coffee.account.last_full_sync_at == coffee.account.last_synced_at == coffee.world.now


def test_an_announced_edit_becomes_an_exact_change_with_both_values(synced: Linked) -> None:
    old = offer_of(synced)
    synced.world.move(hours=1)
    edited_at = synced.world.edit(SECATEURS, price="61.50")
    synced.world.move(minutes=10)
    synced.sync(RunKind.JOURNAL)
    [change] = changes_of(synced.account, SECATEURS, field="price", certainty="exact")
    assert change.old == {"amount": str(old.price), "currency": "PLN"}
    assert change.new == {"amount": "61.50", "currency": "PLN"}
    assert change.not_before == change.not_after == edited_at
    assert (change.event_type, change.change_type) == ("OFFER_PRICE_CHANGED", "MANUAL")
    assert str(offer_of(synced).price) == "61.50"
    assert_rebuilding_changes_nothing(synced.account)


def test_a_price_on_another_marketplace_is_a_change_of_its_own(coffee: Linked) -> None:
    coffee.first_sync()
    coffee.world.move(minutes=1)
    edited_at = coffee.world.edit(SANTOS, czech_price="499.00")
    coffee.world.move(minutes=10)
    coffee.sync(RunKind.JOURNAL)
    changes = changes_of(coffee.account, SANTOS, field="price", certainty="exact", not_after=edited_at)
    assert [(change.marketplace, change.new) for change in changes] == [
        ("allegro-cz", {"amount": "499.00", "currency": "CZK"})
    ]


@pytest.mark.parametrize(
    ("edit", "field"),
    [({"delivery_price_list": "7b92e0d4-1c3f-4e58-a6d7-0f8c4412be02"}, "delivery_price_list"),
     pytest.param({"handling_time": "P14D"}, "handling_time", marks=pytest.mark.soak)],
)  # fmt: skip
def test_a_silent_edit_is_found_within_a_day_with_its_interval(
    synced: Linked, edit: dict[str, str], field: str
) -> None:
    synced.world.move(hours=1)
    edited_at = synced.world.edit(SECATEURS, **edit)
    for _ in range(8):
        synced.world.move(hours=3)
        assert synced.sync().status == RunStatus.SUCCEEDED
    [change] = changes_of(synced.account, SECATEURS, field=field)
    assert (change.certainty, change.event_id) == ("interval", None)
    assert change.not_before < edited_at < change.not_after
    assert change.new == next(iter(edit.values()))
    assert_rebuilding_changes_nothing(synced.account)


def test_every_offer_is_read_whole_within_a_day(coffee: Linked) -> None:
    coffee.first_sync()
    for _ in range(5):
        coffee.world.move(hours=6)
        coffee.sync()
        oldest = Offer.objects.filter(account=coffee.account).order_by("detail_seen_at").first()
        assert oldest is not None
        assert oldest.detail_seen_at is not None
        assert coffee.world.now - oldest.detail_seen_at <= rotation.ROTATION


def test_sales_are_recorded_from_orders_and_explain_the_stock(coffee: Linked) -> None:
    coffee.first_sync()
    coffee.world.move(hours=12)
    coffee.sync()
    sold = list(OfferChange.objects.filter(certainty="sold").values_list("units_sold", "old", "new"))
    assert sold
    assert all(units == old - new for units, old, new in sold)
    assert_rebuilding_changes_nothing(coffee.account)


def test_running_again_changes_no_row(coffee: Linked) -> None:
    coffee.first_sync()
    coffee.world.edit(SANTOS, title="Kawa ziarnista Santos 1 kg")
    coffee.world.move(hours=6)
    coffee.sync()
    before = stored_rows(coffee.account)
    for _ in range(2):
        assert coffee.sync().status == RunStatus.SUCCEEDED
    assert stored_rows(coffee.account) == before


def test_the_nightly_counters_are_kept_once_a_day(synced: Linked) -> None:
    synced.world.move(hours=10)
    synced.sync()
    days = list(OfferDay.objects.filter(account=synced.account))
    assert len([day for day in days if day.marketplace == "allegro-pl"]) == 8
    assert {day.day.isoformat() for day in days} == {"2026-08-28"}
    # Of other marketplaces as far as Allegro counts there, each on its own.
    abroad = {day.marketplace for day in days} - {"allegro-pl"}
    assert abroad == {
        marketplace
        for row in synced.client().offers(0).rows
        for marketplace, part in (row.get("additionalMarketplaces") or {}).items()
        if part.get("stats")
    }
    synced.world.move(hours=3)
    synced.sync()
    assert OfferDay.objects.filter(account=synced.account).count() == len(days)


# Allegro's oddities --------------------------------------------------------------------------------------------------


def test_a_storm_of_events_asks_for_one_read_and_counts_every_event(synced: Linked) -> None:
    synced.world.quirk("storm", offer_id=SECATEURS, events=2500)
    synced.world.move(minutes=5)
    run = synced.sync(RunKind.JOURNAL)
    counts = {stage["stage"]: stage["counts"] for stage in run.stages}
    assert counts["journal"]["events"] >= 2500
    assert counts["details"]["details"] == 1
    assert not RefreshRequest.objects.filter(account=synced.account).exists()


def test_a_storm_leaves_one_waiting_request_while_the_offer_cannot_be_read(synced: Linked) -> None:
    synced.world.quirk("storm", offer_id=SECATEURS, events=300)
    synced.world.move(minutes=5)
    synced.world.fault("/sale/product-offers", 503, times=100)
    synced.sync(RunKind.JOURNAL)
    waiting = RefreshRequest.objects.get(account=synced.account, allegro_offer_id=SECATEURS)
    assert (waiting.attempts, waiting.reason) == (1, "event")
    assert waiting.not_before > synced.world.now


def test_an_event_derived_while_its_offer_was_unreadable_is_answered_by_the_next_read(synced: Linked) -> None:
    synced.world.move(minutes=1)
    synced.world.quirk("storm", offer_id=SECATEURS, events=1)
    synced.world.move(minutes=5)
    synced.world.fault("/sale/product-offers", 503, times=100)
    synced.sync(RunKind.JOURNAL)
    assert [change.certainty for change in changes_of(synced.account, SECATEURS, certainty="unread")] == ["unread"]
    synced.world.heal()
    synced.world.move(minutes=15)
    synced.sync(RunKind.JOURNAL)
    assert changes_of(synced.account, SECATEURS, certainty="unread") == []
    assert_rebuilding_changes_nothing(synced.account)


def test_an_event_of_an_offer_that_never_was_leaves_a_tombstone(synced: Linked) -> None:
    synced.world.quirk("phantom", seller=synced.account.allegro_id, offer_id="99900000001")
    synced.world.move(minutes=5)
    run = synced.sync(RunKind.JOURNAL)
    assert run.status == RunStatus.SUCCEEDED
    phantom = offer_of(synced, "99900000001")
    assert (phantom.status, phantom.gone_at, phantom.title) == ("GONE", synced.world.now, "")
    assert not RefreshRequest.objects.filter(account=synced.account).exists()


def test_a_listed_offer_whose_details_are_gone_becomes_a_tombstone_with_its_history(synced: Linked) -> None:
    title = offer_of(synced).title
    synced.world.quirk("ghost", offer_id=SECATEURS)
    synced.world.edit(SECATEURS, price="61.50")
    synced.world.move(hours=3)
    assert synced.sync().status == RunStatus.SUCCEEDED
    ghost = offer_of(synced)
    assert (ghost.status, ghost.gone_at, ghost.title) == ("GONE", synced.world.now, title)
    assert OfferSnapshot.objects.filter(offer=ghost, part=SnapshotPart.DETAIL).count() == 1


@pytest.mark.parametrize("kind", list(RunKind))
def test_a_tombstone_that_comes_back_is_an_offer_again(synced: Linked, kind: RunKind) -> None:
    synced.world.quirk("ghost", offer_id=SECATEURS)
    synced.world.edit(SECATEURS, stock=77)
    synced.world.move(hours=3)
    synced.sync()
    synced.world.quirk("ghost", offer_id=SECATEURS, on=False)
    synced.world.edit(SECATEURS, stock=78)
    synced.world.move(minutes=15)
    synced.sync(kind)
    offer = offer_of(synced)
    assert (offer.status, offer.gone_at, offer.stock) == ("ACTIVE", None, 78)
    assert_rebuilding_changes_nothing(synced.account)


def test_a_web_page_in_place_of_not_found_makes_no_tombstone(synced: Linked) -> None:
    synced.world.edit(SECATEURS, price="61.50")
    synced.world.move(minutes=5)
    synced.world.fault("/sale/product-offers", 404, body="html", times=4)
    synced.sync(RunKind.JOURNAL)
    assert offer_of(synced).gone_at is None
    assert RefreshRequest.objects.filter(account=synced.account, allegro_offer_id=SECATEURS).exists()


def test_an_ending_dated_weeks_ahead_ends_nothing(synced: Linked) -> None:
    synced.world.quirk("future_ending", offer_id=SECATEURS, days=20)
    synced.world.move(minutes=5)
    synced.sync(RunKind.JOURNAL)
    assert offer_of(synced).status == "ACTIVE"
    [change] = changes_of(synced.account, SECATEURS, event_type="OFFER_ENDED")
    assert (change.certainty, change.not_after) == ("no_difference", synced.world.now)
    assert_rebuilding_changes_nothing(synced.account)


def test_an_offer_missing_from_the_list_stays_while_its_own_answer_is_there(
    synced: Linked, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced.world.move(hours=3)
    whole = synced.world.running.simulation.world.offers_of
    monkeypatch.setattr(
        synced.world.running.simulation.world,
        "offers_of",
        lambda seller: [offer for offer in whole(seller) if offer.id != SECATEURS],
    )
    run = synced.sync()
    counts = {stage["stage"]: stage["counts"] for stage in run.stages}
    assert counts["listing"]["missing"] == 1
    offer = offer_of(synced)
    assert (offer.status, offer.gone_at, offer.detail_seen_at) == ("ACTIVE", None, synced.world.now)


def test_merged_orders_keep_every_sale_single(coffee: Linked) -> None:
    world = coffee.world.running.simulation.world
    first, second = [order for order in world.orders.values() if order.seller_id == coffee.account.allegro_id][:2]
    first.status = second.status = "BOUGHT"
    second.marketplace, second.currency = first.marketplace, first.currency
    coffee.sync()
    lines = {line.id for order in (first, second) for line in order.lines}
    coffee.world.quirk("merge_orders", orders=[first.id, second.id])
    coffee.world.move(minutes=1)
    coffee.sync()
    current = OrderLine.objects.filter(account=coffee.account, line_item_id__in=lines, superseded_at__isnull=True)
    assert current.count() == len(lines)
    assert len(set(current.values_list("order_id", flat=True))) == 1
    assert not {first.id, second.id} & set(current.values_list("order_id", flat=True))
    assert not OrderEvent.objects.filter(account=coffee.account, pending=True).exists()
    assert_rebuilding_changes_nothing(coffee.account)


def test_values_that_allegro_adds_one_day_do_not_stop_the_sync(synced: Linked) -> None:
    document = synced.world.document(SECATEURS)
    document["publication"]["status"] = "TEMPORARILY_SUSPENDED"
    document["somethingNew"] = {"deeply": ["nested"]}
    synced.world.move(hours=3)
    run = synced.sync()
    assert (run.status, run.error) == (RunStatus.SUCCEEDED, "")
    assert [change.new for change in changes_of(synced.account, SECATEURS, field="status")] == ["TEMPORARILY_SUSPENDED"]
    assert changes_of(synced.account, SECATEURS, field="other.somethingNew")


def test_repeated_rows_of_the_order_journal_count_once(coffee: Linked) -> None:
    coffee.first_sync()
    before = outcome(coffee.account)
    StreamCursor.objects.filter(account=coffee.account, stream="orders").update(position="")
    StreamCursor.objects.filter(account=coffee.account, stream="journal").update(position="")
    coffee.sync()
    assert outcome(coffee.account) == before


# Faults --------------------------------------------------------------------------------------------------------------


# What other stages ask below the same path.
BELOW = {"/sale/offers": {"promotions", "categories", "extras"}, "/order/": {"returns"}}


@pytest.mark.parametrize(("status", "body"), [(403, "json"), (500, "json"), (504, "html"), (200, "truncated")])
@pytest.mark.parametrize(
    ("path", "stage"),
    [
        ("/sale/offers", "listing"),
        ("/order/", "orders"),
        ("/sale/offer-events", "journal"),
        ("/sale/loyalty/promotions", "promotions"),
        ("/sale/shipping-rates", "terms"),
        ("/sale/category-events", "categories"),
    ],
)
def test_a_failing_stage_stops_no_other_and_leaves_what_is_stored(
    synced: Linked, path: str, stage: str, status: int, body: str
) -> None:
    before = {name: len(rows) for name, rows in stored_rows(synced.account).items()}
    synced.world.edit(SECATEURS, delivery_price_list="7b92e0d4-1c3f-4e58-a6d7-0f8c4412be02")
    synced.world.move(hours=3)
    synced.world.fault(path, status, body=body, times=50)
    run = synced.sync()
    entries = {entry["stage"]: entry for entry in run.stages}
    code = "forbidden" if status == 403 else "unavailable"
    assert entries[stage]["status"] == "failed"
    assert entries[stage]["error"] == run.error == code
    assert entries[stage]["trace_id"] or body == "html"
    assert {name for name, entry in entries.items() if entry["status"] != "succeeded"} - {stage} <= BELOW.get(
        path, set()
    )
    assert run.status == RunStatus.PARTIAL
    assert all(len(rows) >= before[name] for name, rows in stored_rows(synced.account).items())
    synced.account.refresh_from_db()
    assert synced.account.status == AccountStatus.CONNECTED
    assert synced.account.next_sync_at is not None
    assert synced.account.next_sync_at > synced.world.now


def test_the_log_names_the_error_of_a_failed_stage(synced: Linked, caplog: pytest.LogCaptureFixture) -> None:
    synced.world.fault("/order/events", 403, times=50)
    synced.sync()
    [line] = [record.msg for record in caplog.records if "stage_failed" in str(record.msg)]
    assert "forbidden" in str(line)


def test_the_failed_stage_is_made_up_for_by_the_next_run(synced: Linked) -> None:
    synced.world.move(minutes=1)
    edited_at = synced.world.edit(SECATEURS, price="61.50")
    synced.world.move(minutes=15)
    synced.world.fault("/sale/offer-events", 500, times=50)
    synced.sync(RunKind.JOURNAL)
    assert changes_of(synced.account, SECATEURS, field="price", certainty="exact") == []
    synced.world.heal()
    synced.world.move(minutes=15)
    synced.sync(RunKind.JOURNAL)
    [change] = changes_of(synced.account, SECATEURS, field="price", certainty="exact")
    assert change.not_after == edited_at


def test_one_unreadable_offer_is_put_off_and_the_others_are_read(garden: Linked) -> None:
    garden.world.fault(f"/sale/product-offers/{SECATEURS}", 500, times=50)
    run = garden.sync()
    assert run.status == RunStatus.SUCCEEDED
    unread = Offer.objects.filter(account=garden.account, detail_seen_at__isnull=True)
    assert [offer.allegro_id for offer in unread] == [SECATEURS]
    assert RefreshRequest.objects.get(account=garden.account).allegro_offer_id == SECATEURS


def test_an_outage_of_details_is_noticed_after_a_few_offers(coffee: Linked) -> None:
    coffee.world.fault("/sale/product-offers", 500, times=10_000)
    run = coffee.sync()
    assert [entry["stage"] for entry in run.stages if entry["status"] == "failed"] == ["details"]
    # Five offers, each tried four times, what the other stages read, and a year of orders and bills week by week.
    assert run.requests < 60 + 4 * 52


def test_too_many_requests_stop_the_run_and_it_goes_on_soon(synced: Linked) -> None:
    synced.world.move(minutes=15)
    synced.world.fault("/sale/offer-events", 429)
    run = synced.sync()
    assert (run.status, run.error) == (RunStatus.FAILED, "rate_limited")
    assert [entry["stage"] for entry in run.stages] == ["journal"]
    synced.account.refresh_from_db()
    assert synced.account.next_sync_at == synced.world.now + timedelta(minutes=2)


def test_a_dead_grant_stops_the_run_and_the_schedule(synced: Linked) -> None:
    before = stored_rows(synced.account)
    synced.world.revoke(synced.account.allegro_id)
    run = synced.sync()
    assert (run.status, run.error) == (RunStatus.FAILED, "reconnect_required")
    synced.account.refresh_from_db()
    assert (synced.account.status, synced.account.next_sync_at) == (AccountStatus.RECONNECT_REQUIRED, None)
    assert stored_rows(synced.account) == before
    with pytest.raises(NotConnected):
        synced.sync()


def test_a_fault_of_ours_is_recorded_reported_and_tried_again(synced: Linked, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise ZeroDivisionError("ours")

    monkeypatch.setattr("allegro.sync.orders.record_order_events", fail)
    with pytest.raises(ZeroDivisionError):
        synced.sync()
    run = SyncRun.objects.filter(account=synced.account).order_by("-started_at", "-heartbeat_at").first()
    assert run is not None
    assert (run.status, run.error) == (RunStatus.PARTIAL, "internal")
    monkeypatch.undo()


# Gaps ----------------------------------------------------------------------------------------------------------------


def test_a_missed_window_is_noted_as_a_gap_and_everything_is_read(synced: Linked) -> None:
    read_until = synced.world.now
    synced.world.edit(SECATEURS, handling_time="P14D")
    synced.world.move(hours=30)
    run = synced.sync(RunKind.JOURNAL)
    gap = CoverageGap.objects.get(account=synced.account)
    assert (gap.stream, gap.since, gap.until) == ("journal", read_until, synced.world.now - timedelta(hours=24))
    assert gap.reason == "journal_window_missed"
    counts = {stage["stage"]: stage["counts"] for stage in run.stages}
    assert counts["details"]["details"] == 8
    [change] = changes_of(synced.account, SECATEURS, field="handling_time")
    assert change.certainty == "interval"


def test_no_gap_is_noted_within_the_window(synced: Linked) -> None:
    synced.world.move(hours=23)
    synced.sync(RunKind.JOURNAL)
    assert not CoverageGap.objects.filter(account=synced.account).exists()


def test_a_gap_grows_until_the_journal_is_read_again(synced: Linked) -> None:
    read_until = synced.world.now
    synced.world.move(hours=30)
    synced.world.fault("/sale/offer-events", 503, times=50)
    synced.sync(RunKind.JOURNAL)
    synced.world.heal()
    synced.world.move(hours=3)
    synced.sync(RunKind.JOURNAL)
    gap = CoverageGap.objects.get(account=synced.account)
    assert (gap.since, gap.until) == (read_until, synced.world.now - timedelta(hours=24))


def test_the_full_read_after_a_gap_survives_a_killed_run(synced: Linked, monkeypatch: pytest.MonkeyPatch) -> None:
    class Killed(BaseException):
        pass

    def kill(*_: object) -> None:
        raise Killed

    synced.world.edit(SECATEURS, handling_time="P14D")
    synced.world.move(hours=30)
    monkeypatch.setattr("allegro.sync.listing.ensure_offers", kill)
    with pytest.raises(Killed):
        synced.sync()
    monkeypatch.undo()
    SyncRun.objects.filter(account=synced.account).update(heartbeat_at=timezone.now() - 2 * SILENT_AFTER)
    synced.sync(RunKind.JOURNAL)
    assert changes_of(synced.account, SECATEURS, field="handling_time")


# Runs ----------------------------------------------------------------------------------------------------------------


def test_a_second_run_of_an_account_is_refused_while_one_is_alive(garden: Linked) -> None:
    claim(garden.account, RunTrigger.PERSON, RunKind.FULL, timezone.now())
    with pytest.raises(AlreadyRunning):
        garden.sync()
    assert SyncRun.objects.filter(account=garden.account).count() == 1


def test_a_silent_run_is_reaped_and_the_next_one_starts(garden: Linked) -> None:
    silent = claim(garden.account, RunTrigger.SCHEDULE, RunKind.FULL, timezone.now())
    SyncRun.objects.filter(pk=silent.pk).update(heartbeat_at=timezone.now() - SILENT_AFTER - timedelta(seconds=1))
    assert garden.sync().status == RunStatus.SUCCEEDED
    silent.refresh_from_db()
    assert (silent.status, silent.error) == (RunStatus.INTERRUPTED, "interrupted")
    assert silent.finished_at is not None


def test_a_run_that_shows_life_is_not_reaped(garden: Linked) -> None:
    claim(garden.account, RunTrigger.SCHEDULE, RunKind.FULL, timezone.now())
    assert reap(SyncRun.objects.all()) == 0


@pytest.mark.django_db(transaction=True)
def test_of_two_threads_that_start_together_one_runs(world: World) -> None:
    linked = link(world)
    start, outcomes = Barrier(2), []

    def run() -> None:
        with workspace_scope(linked.workspace):
            start.wait(10)
            try:
                claim(linked.account, RunTrigger.SCHEDULE, RunKind.FULL, timezone.now())
                outcomes.append("claimed")
            except AlreadyRunning:
                outcomes.append("refused")
            finally:
                connection.close()

    threads = [Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["claimed", "refused"]


def test_a_full_run_is_due_when_the_last_one_is_three_hours_old(synced: Linked) -> None:
    for hours, kind in ((1, RunKind.JOURNAL), (1, RunKind.JOURNAL), (1, RunKind.FULL), (1, RunKind.JOURNAL)):
        synced.world.move(hours=hours)
        synced.account.refresh_from_db()
        run = sync_account(synced.account, trigger=RunTrigger.SCHEDULE, at=synced.world.now)
        assert run.kind == kind


def test_the_journal_is_stored_once_whatever_arrives_again(synced: Linked) -> None:
    synced.world.edit(SECATEURS, price="61.50")
    synced.world.move(minutes=5)
    synced.sync(RunKind.JOURNAL)
    events = OfferEvent.objects.filter(account=synced.account).count()
    StreamCursor.objects.filter(account=synced.account, stream="journal").update(position="")
    synced.sync(RunKind.JOURNAL)
    assert OfferEvent.objects.filter(account=synced.account).count() == events
