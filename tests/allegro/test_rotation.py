"""Offers that cannot be read: theirs is the failure, not the stage's, and the others have their turn."""

from datetime import timedelta
from typing import Any

import pytest

from allegro.models import RefreshRequest, RunKind, RunStatus, SyncRun
from allegro.sync import details, extras
from offers.models import Offer, OfferSnapshot, SnapshotPart
from tests.allegro.conftest import SECATEURS, Linked

FOREVER = 10_000
CODES = {400: "rejected", 403: "forbidden", 500: "unavailable"}
EXTRAS, DETAILS = "/sale/offers/{}/rating", "/sale/product-offers/{}"


def ids_of(linked: Linked) -> list[str]:
    """The seller's offers in the simulated Allegro."""
    return sorted(offer.id for offer in linked.world.running.simulation.world.offers_of(linked.account.allegro_id))


def spoil(linked: Linked, path: str, offer_ids: list[str], status: int) -> None:
    for offer_id in offer_ids:
        linked.world.fault(path.format(offer_id), status, times=FOREVER)


def stage_of(run: SyncRun, name: str) -> dict[str, Any]:
    [entry] = [entry for entry in run.stages if entry["stage"] == name]
    return dict(entry)


def unread(linked: Linked) -> set[str]:
    """The offers of which no rating was ever recorded."""
    read = OfferSnapshot.objects.filter(part=SnapshotPart.RATING).values("offer")
    return set(linked.account.offers.exclude(pk__in=read).values_list("allegro_id", flat=True))


@pytest.mark.parametrize("status", CODES)
def test_offers_that_never_tell_their_extras_cost_the_others_no_turn(garden: Linked, status: int) -> None:
    *spoilt, one, two = ids_of(garden)
    spoil(garden, EXTRAS, spoilt, status)
    counts = []
    for _ in range(3):
        garden.world.move(hours=12)
        run = garden.sync()
        counts.append({name: stage_of(run, "extras")["counts"].get(name, 0) for name in ("extras", "postponed")})
        assert (run.status, unread(garden)) == (RunStatus.SUCCEEDED, set(spoilt))
        garden.account.refresh_from_db()
        assert garden.account.last_full_sync_at == garden.world.now
    # All are asked for at first, and then again in their turn or after some hours: last the two that answer.
    assert counts[0] == {"extras": 2, "postponed": 6}
    for offer in Offer.objects.filter(allegro_id__in=(one, two)):
        assert offer.extras_seen_at == garden.world.now
    garden.world.heal()
    garden.world.move(hours=extras.PUT_OFF / timedelta(hours=1))
    garden.sync()
    assert unread(garden) == set()


@pytest.mark.parametrize("status", CODES)
def test_extras_that_nobody_tells_are_the_failure_of_the_stage(garden: Linked, status: int) -> None:
    spoil(garden, EXTRAS, ids_of(garden), status)
    run = garden.sync()
    entry = stage_of(run, "extras")
    assert (entry["status"], entry["error"], bool(entry["trace_id"])) == ("failed", CODES[status], True)
    assert (run.status, run.error) == (RunStatus.PARTIAL, CODES[status])
    assert not garden.account.offers.exclude(extras_seen_at=None).exists()
    garden.world.heal()
    assert garden.sync().status == RunStatus.SUCCEEDED
    assert unread(garden) == set()


def test_an_offer_that_alone_is_asked_for_and_fails_is_no_outage(garden: Linked) -> None:
    garden.first_sync()
    garden.world.move(minutes=1)
    garden.world.edit(SECATEURS, price="61.50")
    garden.world.move(minutes=1)
    spoil(garden, DETAILS, [SECATEURS], 400)
    run = garden.sync(RunKind.JOURNAL)
    assert (run.status, stage_of(run, "details")["counts"]["postponed"]) == (RunStatus.SUCCEEDED, 1)
    assert [row.allegro_offer_id for row in RefreshRequest.objects.all()] == [SECATEURS]


def test_offers_that_cannot_be_read_cost_the_others_no_turn(garden: Linked) -> None:
    garden.first_sync()
    *spoilt, _one, _two = ids_of(garden)
    spoil(garden, DETAILS, spoilt, 500)
    garden.world.move(hours=24)
    run = garden.sync()
    counts = stage_of(run, "details")["counts"]
    assert (run.status, counts["details"], counts["postponed"]) == (RunStatus.SUCCEEDED, 2, 6)


def test_refusals_to_everybody_are_no_sign_of_foreign_offers(garden: Linked) -> None:
    garden.world.fault("/sale/product-offers", 403, times=FOREVER)
    for _ in range(details.REFUSALS + 1):
        run = garden.sync()
        assert stage_of(run, "details")["error"] == "forbidden"
        garden.world.move(hours=7)
    assert not Offer.objects.exclude(gone_at=None).exists()
