"""The streams of campaigns and Allegro Prices: what an offer was in, and what its buyer paid meanwhile."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from random import Random

import pytest

from accounts.scoping import workspace_scope
from allegro.api.client import AllegroClient
from allegro.api.values import Page
from allegro.models import RunKind, RunStatus, RunTrigger
from allegro.simulator import allegro_prices, badges
from allegro.simulator.allegro_prices import AllegroPrices
from allegro.simulator.busy_campaigns import alle_discount_submitted
from allegro.simulator.busy_doing import attempt
from allegro.sync.run import sync_account
from offers.models import ChangeBatch, Offer, OfferChange, OfferSnapshot, SnapshotPart
from tests.allegro.conftest import COFFEE, GARDEN, SANTOS, SECATEURS, Linked, World
from tests.allegro.record_rows import changes_of
from tests.allegro.test_truth import link_with_campaigns

BARGAIN = "51.90"


@pytest.fixture
def synced(world: World, db: None) -> Iterator[Linked]:
    """The garden seller, who granted campaigns too, after the first sync."""
    linked = link_with_campaigns(world, GARDEN)
    with workspace_scope(linked.workspace):
        linked.first_sync()
        yield linked


def discounted(linked: Linked) -> dict[str, str]:
    """Submit an offer to Allegro Prices and wait for its reduction; returns what the buyer pays from then on."""
    simulation = linked.world.running.simulation
    row = {"id": SECATEURS, "marketplace": "allegro-pl", "declaration": "10"}
    with simulation.lock:
        assert attempt(simulation.world, allegro_prices.SUBMIT, GARDEN, {"commandId": None, "offers": [row]})
    for _ in range(20):
        linked.world.move(hours=2)
        with simulation.lock:
            entry = simulation.world.of(AllegroPrices).entries[SECATEURS, "allegro-pl"]
            if reduction := entry.actual():
                return dict(reduction["finalPriceForTheBuyer"])
    raise AssertionError("no reduction within 40 hours")


def test_what_the_buyer_pays_in_allegro_prices_is_kept_beside_the_offers_own_price(synced: Linked) -> None:
    """It is told by no event, and by one resource only, which wants ids (allegro-api issues 4345, 13081)."""
    own, since = Offer.objects.get(allegro_id=SECATEURS).price, synced.world.now
    final = discounted(synced)
    assert synced.sync().status == RunStatus.SUCCEEDED
    [change] = changes_of(synced.account, SECATEURS, field="allegro_price")
    assert (change.certainty, change.old, change.new) == ("interval", None, final)
    assert Offer.objects.get(allegro_id=SECATEURS).price == own != Decimal(final["amount"])
    assert not [each for each in changes_of(synced.account, SECATEURS, field="price") if each.not_after > since]


@pytest.mark.django_db
def test_an_offer_that_no_stage_had_time_to_read_is_asked_for_all_the_same(world: World) -> None:
    """Else its price in Allegro Prices would seem to come up with the next full run."""
    linked = link_with_campaigns(world, GARDEN)
    with workspace_scope(linked.workspace):
        discounted(linked)
        linked.account.refresh_from_db()
        sync_account(
            linked.account,
            trigger=RunTrigger.LINK,
            kind=RunKind.FULL,
            at=world.now,
            time_slice=timedelta(microseconds=1),
        )
        assert set(Offer.objects.values_list("status", flat=True)) == {""}
        world.move(minutes=1)
        assert linked.sync().status == RunStatus.SUCCEEDED
        assert not OfferChange.objects.filter(field__in=("allegro_price", "allegro_prices")).exists()
        assert not ChangeBatch.objects.exists()
        prices = OfferSnapshot.objects.filter(part=SnapshotPart.ALLEGRO_PRICES, offer__allegro_id=SECATEURS)
        assert [bool(snapshot.document) for snapshot in prices] == [True]


@pytest.mark.django_db
def test_a_list_that_moved_while_it_was_read_does_not_end_a_campaign(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its pages name other marketplaces, but not all that must be asked about."""
    linked, simulation = link_with_campaigns(world, COFFEE), world.running.simulation
    wish = {"campaign": "BARGAIN", "bargain": BARGAIN, "limits": {}}
    with simulation.lock:
        assert attempt(simulation.world, badges.APPLY, SANTOS, wish)
    world.move(minutes=70)
    with workspace_scope(linked.workspace):
        linked.sync()
        badge = OfferSnapshot.objects.filter(part=SnapshotPart.BADGES, offer__allegro_id=SANTOS)
        assert badge.get().document
        read = AllegroClient.offers

        def moved(client: AllegroClient, *args: int) -> Page[dict[str, object]]:
            page = read(client, *args)
            return replace(page, total=(page.total or 0) + 1)

        monkeypatch.setattr(AllegroClient, "offers", moved)
        world.move(minutes=1)
        assert linked.sync().status == RunStatus.SUCCEEDED
        assert badge.count() == 1


def test_a_campaign_that_sets_the_offers_price_stands_beside_the_change_of_price(synced: Linked) -> None:
    """At its start, and nobody but the campaign has edited the offer (allegro-api issue 4677)."""
    simulation = synced.world.running.simulation
    wish = {"campaign": "BARGAIN", "bargain": BARGAIN, "limits": {}}
    with simulation.lock:
        assert attempt(simulation.world, badges.APPLY, SECATEURS, wish)
    synced.world.move(minutes=70)
    assert synced.sync().status == RunStatus.SUCCEEDED
    money = {"amount": BARGAIN, "currency": "PLN"}
    price = changes_of(synced.account, SECATEURS, field="price", marketplace="")[-1]
    assert (price.certainty, price.change_type, price.new) == ("exact", "AUTOMATIC", money)
    [badge] = changes_of(synced.account, SECATEURS, field="badges")
    assert (badge.certainty, badge.old) == ("interval", None)
    bargain = (badge.new or {})["BARGAIN"]
    assert (bargain["status"], bargain["prices"]["bargain"]) == ("ACTIVE", money)
    assert badge.not_before < price.not_after < badge.not_after


def test_participations_on_other_marketplaces_or_in_other_words_are_no_trouble(synced: Linked) -> None:
    """Four marketplaces are named whatever the offers are sold on; more may come."""
    simulation = synced.world.running.simulation
    with simulation.lock:
        simulation.world.of(AllegroPrices).participations[GARDEN] |= {"allegro-pl": "PAUSED", "allegro-ro": "ALLOWED"}
    run = synced.sync()
    assert [stage["status"] for stage in run.stages if stage["stage"] == "campaigns"] == ["succeeded"]


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
        assert not OfferChange.objects.filter(field="badges").exists()
        assert {entry["status"] for entry in before[-1].values()} <= {"FINISHED", "DECLINED"}
        world.move(days=20)
        linked.sync()
        assert OfferChange.objects.filter(field="alle_discount").count() == len(before)
