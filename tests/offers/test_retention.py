"""Giving up old facts leaves every change, and everything after the horizon can still be derived."""

from datetime import timedelta
from typing import Any

import pytest
from pytest_django.fixtures import Settings

from offers.models import Content, FactHorizon, OfferChange, OfferEvent, OfferSnapshot, SharedSnapshot
from offers.record.projection import change_rows, derive_pending, rebuild_changes
from offers.record.retention import give_up_before
from offers.record.storing import derive_after_purchase, record_events
from offers.tasks import give_up_facts_of, give_up_old_facts
from tests.conftest import Team
from tests.factories import START, SellerAccountFactory
from tests.offers.test_contents import LONG
from tests.offers.test_observe import HOUR, at, everywhere, price_list
from tests.offers.test_record import read, row

MINUTE = timedelta(minutes=1)
TOLD = [column.attname for column in OfferChange._meta.concrete_fields if column.name != "event"]


def live(team: Team, first: int, last: int) -> None:
    """An hour each: an announced edit, a silent one, a price, a promotion on and off, a dearer price list."""
    for hour in range(first, last):
        minutes = 60 * hour
        record_events(team.account, [row(team, hour, minutes=minutes - 20)], START + minutes * MINUTE)
        if hour % 5 == 0:
            echo = row(team, 1000 + hour, kind="OFFER_STOCK_CHANGED", minutes=minutes - 10)
            record_events(team.account, [echo], START + minutes * MINUTE)
        read(
            team,
            minutes,
            name=f"Kawa {hour}",
            description={"sections": LONG["sections"] * (1 + hour // 3)},
            delivery={"handlingTime": f"PT{24 * (1 + hour // 2)}H"},
            sellingMode={"price": {"amount": f"{40 + hour % 4}.00", "currency": "PLN"}},
        )
        everywhere(team, hour, own=["rebate"] if hour % 2 else [])
        price_list(team, hour, f"{10 + hour // 4}.00")
        derive_pending(team.account)


@pytest.fixture
def lived(in_workspace: Team) -> Team:
    live(in_workspace, 0, 12)
    return in_workspace


def told(team: Team) -> list[dict[str, Any]]:
    """Everything that a change tells, without the raw row that it came from."""
    return list(OfferChange.objects.filter(account=team.account).order_by("not_after", "field", "pk").values(*TOLD))


def test_old_facts_go_and_no_change_does(lived: Team) -> None:
    before = told(lived)
    counts = give_up_before(lived.account, at(7.5))
    assert all(counts.values()), counts
    assert told(lived) == before
    assert OfferSnapshot.objects.filter(part="detail").count() == 5
    assert SharedSnapshot.objects.count() == 2
    assert not OfferEvent.objects.filter(occurred_at__lt=at(6)).exists()
    assert FactHorizon.objects.get().since == at(7.5)


def test_a_rebuild_afterwards_changes_nothing(lived: Team) -> None:
    give_up_before(lived.account, at(7.5))
    before = list(change_rows(lived.account))
    OfferChange.objects.filter(not_after__gt=at(7.5)).delete()
    rebuild_changes(lived.account)
    assert list(change_rows(lived.account)) == before != []


def test_the_record_goes_on_as_if_nothing_had_been_given_up(in_workspace: Team) -> None:
    live(in_workspace, 0, 6)
    give_up_before(in_workspace.account, at(4.5))
    live(in_workspace, 6, 12)
    kept = list(change_rows(in_workspace.account))
    OfferChange.objects.filter(not_after__gt=at(4.5)).delete()
    rebuild_changes(in_workspace.account)
    assert list(change_rows(in_workspace.account)) == kept


def test_why_an_offer_ended_stays(in_workspace: Team) -> None:
    read(in_workspace, 0)
    ended = row(in_workspace, 1, kind="OFFER_ENDED", minutes=60)
    record_events(in_workspace.account, [ended], at(1))
    for hours in (1, 9):
        read(in_workspace, 60 * hours, publication={"status": "ENDED"})
    derive_pending(in_workspace.account)
    give_up_before(in_workspace.account, at(9.5))
    assert OfferChange.objects.get(field="status", new="ENDED").event is not None


def test_a_status_that_came_back_between_two_reads_stays(in_workspace: Team) -> None:
    read(in_workspace, 0)
    for number, kind in enumerate(("OFFER_ENDED", "OFFER_ACTIVATED")):
        record_events(in_workspace.account, [row(in_workspace, number, kind=kind, minutes=20 + number)], at(1))
    read(in_workspace, 60 * 9)
    derive_pending(in_workspace.account)
    before = told(in_workspace)
    give_up_before(in_workspace.account, at(8))
    rebuild_changes(in_workspace.account)
    assert told(in_workspace) == before
    assert [each["new"] for each in before if each["field"] == "status"] == ["ENDED", "ACTIVE"]


def test_a_purchase_from_before_the_horizon_takes_nothing_away(lived: Team) -> None:
    give_up_before(lived.account, at(7.5))
    before = told(lived)
    derive_after_purchase(lived.account, {lived.offer.allegro_id: at(2)})
    derive_pending(lived.account)
    assert told(lived) == before


def test_what_is_still_to_derive_is_derived_by_a_rebuild_too(lived: Team) -> None:
    late = row(lived, 99, kind="OFFER_BID_PLACED", minutes=30)
    record_events(lived.account, [late], START + 12 * HOUR)
    give_up_before(lived.account, at(7.5))
    rebuild_changes(lived.account)
    assert OfferChange.objects.filter(event__event_id="event-99").exists()


def test_an_announcement_of_what_was_never_read_stays(in_workspace: Team) -> None:
    kind = "OFFER_TRANSLATION_UPDATED"
    record_events(in_workspace.account, [row(in_workspace, 1, kind=kind, minutes=60)], at(1))
    live(in_workspace, 1, 12)
    give_up_before(in_workspace.account, at(9.5))
    rebuild_changes(in_workspace.account)
    live(in_workspace, 12, 13)
    assert OfferChange.objects.filter(event_type=kind, certainty="unread").exists()


def test_pieces_still_in_use_stay(lived: Team) -> None:
    give_up_before(lived.account, at(11.5))
    assert Content.objects.count() == 1
    live(lived, 12, 13)


def test_an_offer_with_facts_still_to_derive_is_left_alone(lived: Team) -> None:
    record_events(lived.account, [row(lived, 99, minutes=30)], START + 12 * HOUR)
    assert give_up_before(lived.account, at(7.5))["snapshots"] == 0
    derive_pending(lived.account)
    assert give_up_before(lived.account, at(7.5))["snapshots"] > 0


def test_a_horizon_never_moves_back(lived: Team) -> None:
    give_up_before(lived.account, at(7.5))
    give_up_before(lived.account, at(2))
    assert FactHorizon.objects.get().since == at(7.5)


def test_nothing_of_another_account_is_touched(lived: Team, other: Any) -> None:
    give_up_before(other, START + 1000 * HOUR)
    assert OfferSnapshot.objects.filter(account=lived.account, part="detail").count() == 12


@pytest.fixture
def other(lived: Team) -> Any:
    return SellerAccountFactory(workspace=lived.workspace)


@pytest.mark.parametrize(("days", "kept"), [(0, 12), (10_000, 12), (1, 1)])
def test_the_nightly_task_follows_the_setting(
    lived: Team, settings: Settings, monkeypatch: pytest.MonkeyPatch, days: int, kept: int
) -> None:
    settings.RAW_FACTS_KEPT = timedelta(days=days)
    monkeypatch.setattr(give_up_facts_of, "delay", give_up_facts_of)
    give_up_old_facts()
    assert OfferSnapshot.objects.filter(account=lived.account, part="detail").count() == kept
