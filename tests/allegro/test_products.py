"""The stream of products: what the catalogue makes of them, in turns, and what it costs when some cannot be read."""

from datetime import timedelta
from typing import Any

import pytest

from allegro.models import RunKind, RunStatus, RunTrigger, SyncRun
from allegro.sync import products
from allegro.sync.run import sync_account
from offers.models import Offer, OfferChange, OfferUse, SharedKind, SharedObject, SharedSnapshot
from offers.reading.day import SharedSheet, read_day
from offers.record.projection import derive_pending
from offers.record.touching import offers_touched
from tests.allegro.conftest import SECATEURS, Linked

FOREVER = 10_000
CODES = {400: "rejected", 403: "forbidden", 500: "unavailable"}


def product_of(linked: Linked, offer_id: str = SECATEURS) -> str:
    return str(linked.world.document(offer_id)["productSet"][0]["product"]["id"])


def used(linked: Linked) -> list[str]:
    """The products of the seller's offers in the simulated Allegro."""
    world = linked.world.running.simulation.world
    return sorted({product_of(linked, offer.id) for offer in world.offers_of(linked.account.allegro_id)})


def entry_of(run: SyncRun) -> dict[str, Any]:
    [entry] = [entry for entry in run.stages if entry["stage"] == "products"]
    return dict(entry)


def stored() -> dict[str, SharedObject]:
    return {row.allegro_id: row for row in SharedObject.objects.filter(kind=SharedKind.PRODUCT)}


def read() -> set[str]:
    """The products whose content was ever recorded."""
    rows = SharedSnapshot.objects.filter(shared__kind=SharedKind.PRODUCT)
    return set(rows.values_list("shared__allegro_id", flat=True))


def test_a_rewritten_product_is_one_change_that_touches_its_offers(garden: Linked) -> None:
    garden.first_sync()
    key, since = product_of(garden), garden.world.now
    assert stored()[key].name == str(stored()[key]) != ""
    garden.world.move(hours=23)
    garden.world.quirk("product_rewritten", product=key, name="Sekator Pro", status="PROPOSED", offers=False)
    garden.world.move(hours=1)
    assert garden.sync().status == RunStatus.SUCCEEDED
    changes = OfferChange.objects.filter(shared__kind=SharedKind.PRODUCT).order_by("field")
    assert [(change.field, change.new) for change in changes] == [
        ("product.name", "Sekator Pro"),
        ("product.status", "PROPOSED"),
    ]
    for change in changes:
        assert (change.certainty, change.not_before, change.not_after) == ("interval", since, garden.world.now)
        assert list(offers_touched(change).values_list("allegro_id", flat=True)) == [SECATEURS]
    assert stored()[key].name == "Sekator Pro"


def test_offers_use_the_products_that_they_are_made_from(garden: Linked) -> None:
    garden.first_sync()
    uses = OfferUse.objects.filter(kind=SharedKind.PRODUCT, until=None)
    assert dict(uses.values_list("offer__allegro_id", "allegro_id")) == dict(
        Offer.objects.values_list("allegro_id", "product_id")
    )


def test_uses_of_offers_known_before_products_were_read_come_with_their_newest_reading(garden: Linked) -> None:
    """What the migration asks for: an installation that has followed offers for long must not derive all again."""
    garden.first_sync()
    found = OfferUse.objects.filter(kind=SharedKind.PRODUCT)
    before = set(found.values_list("offer", "allegro_id"))
    found.delete()
    for offer in Offer.objects.all():
        Offer.objects.filter(pk=offer.pk).update(derive_from=offer.detail_seen_at)
    derive_pending(garden.account, lambda: None)
    assert set(found.all().values_list("offer", "allegro_id")) == before


def test_each_product_is_read_once_a_day_in_full_runs_only(garden: Linked) -> None:
    assert entry_of(garden.sync())["counts"]["products"] == len(used(garden))
    asked = 0
    for _ in range(8):
        garden.world.move(hours=3)
        asked += entry_of(garden.sync())["counts"].get("products", 0)
    assert {row.asked_at for row in stored().values() if row.asked_at} >= {garden.world.now}
    assert len(used(garden)) <= asked <= len(used(garden)) + 8
    assert all(row.asked_at and row.asked_at > garden.world.now - timedelta(hours=24) for row in stored().values())
    stages = {entry["stage"] for entry in garden.sync(RunKind.JOURNAL).stages}
    assert "products" not in stages


def test_a_product_that_allegro_no_longer_has_waits_for_its_turn(garden: Linked) -> None:
    garden.first_sync()
    key = product_of(garden)
    garden.world.fault(f"/sale/products/{key}", 404, times=FOREVER)
    garden.world.move(hours=24)
    run = garden.sync()
    gone_at = garden.world.now
    assert (run.status, entry_of(run)["counts"]["no_products"]) == (RunStatus.SUCCEEDED, 1)
    assert (stored()[key].gone_at, stored()[key].asked_at) == (gone_at, gone_at)
    garden.world.move(minutes=1)
    assert "no_products" not in entry_of(garden.sync())["counts"]
    garden.world.heal()
    garden.world.move(hours=24)
    garden.sync()
    assert stored()[key].gone_at is None
    assert not OfferChange.objects.filter(shared__allegro_id=key).exists()


def test_a_product_that_was_never_there_is_remembered(garden: Linked) -> None:
    key = product_of(garden)
    garden.world.fault(f"/sale/products/{key}", 404, times=FOREVER)
    garden.sync()
    assert stored()[key].gone_at == garden.world.now
    assert read() == set(used(garden)) - {key}
    garden.world.move(minutes=1)
    assert "no_products" not in entry_of(garden.sync())["counts"]


@pytest.mark.parametrize("status", CODES)
def test_products_that_cannot_be_read_cost_the_others_no_turn(garden: Linked, status: int) -> None:
    *spoilt, _last = used(garden)
    for key in spoilt:
        garden.world.fault(f"/sale/products/{key}", status, times=FOREVER)
    run = garden.sync()
    counts = entry_of(run)["counts"]
    assert (run.status, counts["products"], counts["postponed"]) == (RunStatus.SUCCEEDED, 1, len(spoilt))
    assert read() == set(used(garden)) - set(spoilt)
    garden.world.heal()
    garden.world.move(hours=products.PUT_OFF / timedelta(hours=1))
    garden.sync()
    assert read() == set(used(garden))


@pytest.mark.parametrize("status", CODES)
def test_products_that_nobody_gets_are_the_failure_of_the_stage(garden: Linked, status: int) -> None:
    garden.world.fault("/sale/products", status, times=FOREVER)
    run = garden.sync()
    entry = entry_of(run)
    assert (entry["status"], entry["error"], bool(entry["trace_id"])) == ("failed", CODES[status], True)
    assert (run.status, stored()) == (RunStatus.PARTIAL, {})
    garden.world.heal()
    assert garden.sync().status == RunStatus.SUCCEEDED
    assert read() == set(used(garden))


def test_the_stage_stops_when_the_runs_time_is_up(garden: Linked) -> None:
    run = sync_account(
        garden.account,
        trigger=RunTrigger.COMMAND,
        kind=RunKind.FULL,
        at=garden.world.now,
        time_slice=timedelta(microseconds=1),
    )
    assert (run.continues, read()) == (True, set())
    garden.world.move(minutes=15)
    assert not garden.sync().continues
    assert read() == set(used(garden))


def sheets(linked: Linked, offer_id: str) -> list[SharedSheet]:
    """What the page of the day shows of the offer's product."""
    day = read_day(Offer.objects.get(allegro_id=offer_id), linked.world.now)
    found = [sheet for chapter in day.chapters for sheet in chapter.shared]
    return [sheet for sheet in found if sheet.shared.kind == SharedKind.PRODUCT]


def test_the_page_of_a_day_shows_the_product_with_its_name(garden: Linked) -> None:
    garden.first_sync()
    [sheet] = sheets(garden, SECATEURS)
    rows = {row.state.field.key: row.text for row in sheet.rows}
    assert rows["product.name"] == sheet.shared.name
    assert rows["product.status"] in {"listed", "w katalogu"}
    [product] = [
        row
        for chapter in read_day(Offer.objects.get(allegro_id=SECATEURS), garden.world.now).chapters
        for row in chapter.rows
        if row.state.field.key == "product"
    ]
    assert sheet.shared.name in product.text


def test_the_page_of_a_day_leaves_out_a_product_that_was_never_there(garden: Linked) -> None:
    garden.world.fault(f"/sale/products/{product_of(garden)}", 404, times=FOREVER)
    garden.sync()
    assert sheets(garden, SECATEURS) == []
