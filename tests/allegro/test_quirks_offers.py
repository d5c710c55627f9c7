"""Oddities of the offer list, the details and the statistics, made to happen by the simulator."""

import pytest
from django.utils.formats import date_format

from allegro.models import RefreshRequest, RunKind
from allegro.sync import details
from offers.models import CounterNight, Offer, OfferDay
from offers.reading.coverage import account_coverage
from tests.allegro.conftest import COFFEE, GARDEN, SANTOS, SECATEURS, Linked
from tests.allegro.record_rows import assert_rebuilding_changes_nothing, changes_of
from tests.simulator.conftest import Application


@pytest.fixture
def synced(garden: Linked) -> Linked:
    """The garden seller after its first sync."""
    garden.first_sync()
    return garden


def offer_of(linked: Linked, allegro_id: str = SECATEURS) -> Offer:
    offer: Offer = Offer.objects.get(account=linked.account, allegro_id=allegro_id)
    return offer


def later(linked: Linked, kind: RunKind = RunKind.FULL, **span: float) -> dict[str, dict[str, int]]:
    linked.world.move(**span)
    return {entry["stage"]: entry["counts"] for entry in linked.sync(kind).stages}


def test_a_stale_list_makes_no_change(synced: Linked) -> None:
    """Its prices have been 45 minutes old while the details were right (allegro-api issue 10056)."""
    old = str(offer_of(synced).price)
    synced.world.move(minutes=1)
    synced.world.edit(SECATEURS, price="61.50")
    later(synced, RunKind.JOURNAL, minutes=5)
    synced.world.quirk("stale_list", seller=GARDEN, minutes=45)
    for _ in range(2):
        later(synced, minutes=10)
        assert str(offer_of(synced).price) == "61.50"
    prices = changes_of(synced.account, SECATEURS, field="price", marketplace="")
    edits = [change for change in prices if change.certainty != "before_history"]
    values = [{"amount": amount, "currency": "PLN"} for amount in (old, "61.50")]
    assert [(change.certainty, change.old, change.new) for change in edits] == [("exact", *values)]
    assert_rebuilding_changes_nothing(synced.account)


def test_an_offer_that_the_list_omits_stays_while_it_can_be_read(synced: Linked) -> None:
    """The list has left out live offers (allegro-api issue 11527)."""
    synced.world.quirk("omitted", offer_id=SECATEURS)
    counts = later(synced, hours=3)
    assert (counts["listing"]["listed"], counts["listing"]["missing"]) == (7, 1)
    offer = offer_of(synced)
    assert (offer.status, offer.gone_at, offer.detail_seen_at) == ("ACTIVE", None, synced.world.now)


def test_offers_of_a_linked_account_are_asked_for_once_a_day(synced: Linked) -> None:
    """The list has shown offers of linked accounts, which this token cannot read (allegro-api issue 5002)."""
    foreign = [offer.id for offer in synced.world.running.simulation.world.offers_of(COFFEE)[:7]]
    for offer_id in foreign:
        synced.world.quirk("linked_account", seller=GARDEN, offer_id=offer_id)
    later(synced, minutes=1)
    for _ in range(7):
        later(synced, RunKind.JOURNAL, minutes=15)
    assert set(Offer.objects.filter(allegro_id__in=foreign).values_list("status", flat=True)) == {"GONE"}
    assert not RefreshRequest.objects.exists()
    asked = [later(synced, hours=3)["details"].get("postponed", 0) for _ in range(8)]
    assert asked == [0, 0, 0, 0, 0, 0, 0, 7]
    assert synced.account.offers.filter(status="ACTIVE").count() == 8


def test_one_refusal_of_a_known_offer_is_no_end_of_it(synced: Linked) -> None:
    """Allegro has refused what was allowed (allegro-api issue 12760)."""
    synced.world.move(minutes=1)
    synced.world.edit(SECATEURS, price="61.50")
    synced.world.fault(f"/sale/product-offers/{SECATEURS}", 403, times=details.REFUSALS + 1)
    for _ in range(6):
        later(synced, RunKind.JOURNAL, minutes=15)
    offer = offer_of(synced)
    assert (offer.gone_at, str(offer.price)) == (None, "61.50")


def test_figures_that_all_fall_to_nothing_are_no_lost_visitors(synced: Linked) -> None:
    """All statistics have read 0 for ten days (allegro-api issue 4407)."""
    before = {offer.allegro_id: (offer.visits_30d, offer.watchers) for offer in Offer.objects.all()}
    assert sum(visits or 0 for visits, _watchers in before.values()) > 10
    synced.world.quirk("stats_zero", days=2)
    for _ in range(2):
        later(synced, hours=20)
        assert {offer.allegro_id: (offer.visits_30d, offer.watchers) for offer in Offer.objects.all()} == before
    assert not OfferDay.objects.exists()
    faulty = CounterNight.objects.filter(is_faulty=True)
    assert set(faulty.values_list("visits_30d", flat=True)) == {None}
    assert set(CounterNight.objects.values_list("is_faulty", flat=True)) == {True}
    note = account_coverage(synced.account).streams[1].note
    assert all(date_format(night.day, "SHORT_DATE_FORMAT") in note for night in faulty)
    later(synced, hours=24)
    assert OfferDay.objects.filter(visits_30d__gt=0).count() > 4
    good = CounterNight.objects.filter(is_faulty=False).latest("day")
    own = OfferDay.objects.filter(day=good.day, marketplace=synced.account.base_marketplace)
    assert good.visits_30d == sum(visits or 0 for visits in own.values_list("visits_30d", flat=True))
    assert {offer.allegro_id: (offer.visits_30d, offer.watchers) for offer in Offer.objects.all()} != before


def test_a_few_last_visitors_may_really_leave(synced: Linked) -> None:
    Offer.objects.update(visits_30d=1, watchers=2)
    synced.world.quirk("stats_zero", days=2)
    later(synced, hours=3)
    assert set(Offer.objects.values_list("visits_30d", "watchers")) == {(0, 0)}


def test_an_ended_offer_that_is_resumed_has_two_lives_under_one_id(synced: Linked) -> None:
    """(allegro-api issues 303, 1335)"""
    moments = []
    for status in ("ENDED", "ACTIVE", "ENDED"):
        synced.world.move(hours=1)
        moments.append((status, synced.world.edit(SECATEURS, status=status)))
        later(synced, RunKind.JOURNAL, minutes=5)
    statuses = changes_of(synced.account, SECATEURS, field="status", certainty="exact")
    assert [(change.new, change.not_after) for change in statuses] == moments
    assert Offer.objects.filter(allegro_id=SECATEURS).count() == 1
    assert (offer_of(synced).status, offer_of(synced).ended_by) == ("ENDED", "USER")


def test_what_the_catalogue_rewrites_is_one_moment_of_several_fields(coffee: Linked) -> None:
    """A tool that names the product gets its content too (allegro-api issue 11980)."""
    coffee.first_sync()
    coffee.world.move(minutes=1)
    coffee.world.quirk("catalogue_rewrite")
    coffee.world.quirk("processing", how="at_once")
    tool = Application(coffee.world.url)
    tool.connect(COFFEE)
    product = {"id": coffee.world.document(SANTOS)["productSet"][0]["product"]["id"]}
    assert tool.patch(SANTOS, {"productSet": [{"product": product}]}).status_code == 200
    tool.session.close()
    edited_at = coffee.world.now
    later(coffee, RunKind.JOURNAL, minutes=5)
    changes = changes_of(coffee.account, SANTOS, event_type="OFFER_CHANGED", not_after=edited_at)
    assert {"description", "images", "parameters"} <= {change.field for change in changes}
    assert {change.certainty for change in changes} == {"exact"}
    assert len({change.event_id for change in changes}) == 1


def test_details_are_read_from_the_offer_even_when_its_page_is_not_found(synced: Linked) -> None:
    """A 404 without Allegro's own words says nothing about the offer (allegro-api issue 10804)."""
    synced.world.move(minutes=1)
    synced.world.edit(SECATEURS, price="61.50")
    synced.world.fault(f"/sale/product-offers/{SECATEURS}", 404, body="html")
    later(synced, RunKind.JOURNAL, minutes=5)
    assert offer_of(synced).gone_at is None
    later(synced, RunKind.JOURNAL, minutes=15)
    assert str(offer_of(synced).price) == "61.50"


def test_an_archived_offer_keeps_its_history_and_its_sales(synced: Linked) -> None:
    """Archived offers are 404 for ever, and Allegro does not say that they are archived (allegro-api issue 11165)."""
    title = offer_of(synced).title
    synced.world.edit(SECATEURS, status="ENDED")
    later(synced, RunKind.JOURNAL, minutes=5)
    synced.world.quirk("ghost", offer_id=SECATEURS)
    synced.world.quirk("omitted", offer_id=SECATEURS)
    later(synced, hours=3)
    offer = offer_of(synced)
    assert (offer.status, offer.title, offer.gone_at) == ("GONE", title, synced.world.now)
    assert [change.new for change in changes_of(synced.account, SECATEURS, field="status")][-1] == "ENDED"
    asked = [later(synced, hours=3)["details"].get("gone", 0) for _ in range(9)]
    assert asked == [0] * 9
