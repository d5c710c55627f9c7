"""Readings of the whole account: parts of all offers at once, shared objects, and which offers used them when."""

from datetime import datetime, timedelta
from typing import Any, cast

import pytest

from offers.models import (
    Offer,
    OfferChange,
    OfferSnapshot,
    OfferUse,
    PartReading,
    SharedKind,
    SharedObject,
    SnapshotPart,
)
from offers.record.observe import SharedContent, observe_everywhere, observe_shared
from offers.record.projection import derive_pending, rebuild_changes
from offers.record.storing import detail_read, record_gone, record_reads
from tests.conftest import Team
from tests.factories import START, OfferFactory
from tests.offers.test_record import document

HOUR = timedelta(hours=1)
SECOND = timedelta(seconds=1)


def at(hours: float) -> datetime:
    return START + hours * HOUR


def everywhere(team: Team, hours: float, **promotions: list[str]) -> int:
    """A reading of the promotions of all offers that began at an hour and took ten seconds."""
    found = {team.offer.allegro_id: {"promotions": promotions["own"]}} if promotions.get("own") else {}
    span = (at(hours), at(hours) + 10 * SECOND)
    return observe_everywhere(team.account, SnapshotPart.PROMOTIONS, found, span)


def changes(field: str) -> list[OfferChange]:
    return list(OfferChange.objects.filter(field=field).order_by("not_after"))


# Parts of all offers -------------------------------------------------------------------------------------------------


def test_a_reading_of_all_offers_writes_only_what_is_new(in_workspace: Team) -> None:
    OfferFactory.create_batch(3, account=in_workspace.account)
    assert [everywhere(in_workspace, hours) for hours in (0, 3, 6)] == [4, 0, 0]
    assert everywhere(in_workspace, 9, own=["rebate"]) == 1
    assert OfferSnapshot.objects.filter(part=SnapshotPart.PROMOTIONS).count() == 5


def test_its_change_lies_between_the_beginning_of_one_reading_and_the_end_of_the_next(in_workspace: Team) -> None:
    for hours in (0, 3):
        everywhere(in_workspace, hours)
    everywhere(in_workspace, 6, own=["rebate"])
    derive_pending(in_workspace.account)
    [change] = changes("promotions")
    assert (change.old, change.new, change.certainty) == (None, ["rebate"], "interval")
    assert (change.not_before, change.not_after) == (at(3), at(6) + 10 * SECOND)


def test_an_offer_that_a_complete_list_no_longer_names_has_nothing(in_workspace: Team) -> None:
    everywhere(in_workspace, 0, own=["rebate"])
    everywhere(in_workspace, 3)
    derive_pending(in_workspace.account)
    [change] = changes("promotions")
    assert (change.old, change.new, change.new_seen) == (["rebate"], None, True)


def test_a_reading_that_was_overtaken_changes_nothing(in_workspace: Team) -> None:
    everywhere(in_workspace, 3)
    assert everywhere(in_workspace, 2, own=["rebate"]) == 0
    assert PartReading.objects.get().last_read_at == at(3)


def test_nothing_is_concluded_about_an_offer_that_is_gone(in_workspace: Team) -> None:
    everywhere(in_workspace, 0, own=["rebate"])
    record_gone(in_workspace.offer, at(1))
    assert everywhere(in_workspace, 3) == 0


def test_nothing_is_concluded_about_an_offer_that_the_reading_came_too_early_for(in_workspace: Team) -> None:
    late = cast(Offer, OfferFactory(account=in_workspace.account, first_seen_at=at(3) + SECOND))
    assert everywhere(in_workspace, 3) == 1
    assert not OfferSnapshot.objects.filter(offer=late).exists()
    named = {late.allegro_id: {"promotions": ["rebate"]}}
    observe_everywhere(in_workspace.account, SnapshotPart.PROMO_OPTIONS, named, (at(3), at(3) + 10 * SECOND))
    assert OfferSnapshot.objects.filter(offer=late).count() == 1


# Shared objects ------------------------------------------------------------------------------------------------------


def price_list(team: Team, hours: float, amount: str, *, name: str = "Standard", **more: Any) -> int:
    rates = [{"deliveryMethod": {"id": "locker"}, "firstItemRate": {"amount": amount, "currency": "PLN"}}]
    content = SharedContent(name, {"name": name, "rates": rates}, **more)
    return observe_shared(team.account, SharedKind.PRICE_LIST, {"list-1": content}, at(hours), is_complete=True)


def test_a_change_of_shared_content_is_one_row_with_its_interval(in_workspace: Team) -> None:
    assert [price_list(in_workspace, hours, "9.99") for hours in (0, 3)] == [1, 0]
    assert price_list(in_workspace, 6, "12.99") == 1
    [change] = changes("price_list.rates")
    assert change.shared is not None
    assert (str(change.shared), change.offer) == ("Standard", None)
    assert (change.not_before, change.not_after) == (at(3), at(6))


def test_a_rename_keeps_the_object_and_shows_the_new_name(in_workspace: Team) -> None:
    price_list(in_workspace, 0, "9.99")
    price_list(in_workspace, 3, "9.99", name="Paczkomat")
    assert SharedObject.objects.get().name == "Paczkomat"
    assert [(change.old, change.new) for change in changes("price_list.name")] == [("Standard", "Paczkomat")]


def test_what_a_complete_list_no_longer_names_is_gone_and_may_come_back(in_workspace: Team) -> None:
    price_list(in_workspace, 0, "9.99")
    observe_shared(in_workspace.account, SharedKind.PRICE_LIST, {}, at(3), is_complete=False)
    assert SharedObject.objects.get().gone_at is None
    observe_shared(in_workspace.account, SharedKind.PRICE_LIST, {}, at(3), is_complete=True)
    assert SharedObject.objects.get().gone_at == at(3)
    price_list(in_workspace, 6, "9.99")
    assert SharedObject.objects.get().gone_at is None


def test_a_late_answer_about_a_shared_object_changes_nothing(in_workspace: Team) -> None:
    price_list(in_workspace, 3, "9.99")
    assert price_list(in_workspace, 2, "12.99") == 0


def test_a_moment_that_allegro_tells_is_kept_and_comes_out_of_a_rebuild(in_workspace: Team) -> None:
    price_list(in_workspace, 0, "9.99")
    price_list(in_workspace, 6, "12.99", announced_at=at(4))
    for _ in range(2):
        [change] = changes("price_list.rates")
        assert (change.certainty, change.not_before, change.not_after) == ("exact", at(4), at(4))
        OfferChange.objects.all().delete()
        rebuild_changes(in_workspace.account)


def test_derivation_goes_on_from_the_newest_snapshot(in_workspace: Team) -> None:
    for hours, amount in enumerate(("9.99", "12.99", "9.99", "9.99", "15.99")):
        price_list(in_workspace, hours, amount)
    found = [(change.pk, change.not_before, change.not_after) for change in changes("price_list.rates")]
    assert [span[1:] for span in found] == [(at(0), at(1)), (at(1), at(2)), (at(3), at(4))]
    OfferChange.objects.all().delete()
    rebuild_changes(in_workspace.account)
    assert [(change.pk, change.not_before, change.not_after) for change in changes("price_list.rates")] == found


# Uses ----------------------------------------------------------------------------------------------------------------


def read_with(team: Team, hours: float, rates: str, **more: Any) -> None:
    delivery = {"shippingRates": {"id": rates}}
    record_reads([detail_read(team.offer, document(delivery=delivery, **more), at(hours))])
    derive_pending(team.account)


def uses(kind: str = "price_list") -> list[tuple[str, float, float | None]]:
    rows = OfferUse.objects.filter(kind=kind).order_by("since", "allegro_id")
    return [(row.allegro_id, (row.since - START) / HOUR, row.until and (row.until - START) / HOUR) for row in rows]


def test_a_use_spans_the_reads_that_found_it(in_workspace: Team) -> None:
    read_with(in_workspace, 0, "list-1")
    read_with(in_workspace, 3, "list-1", name="Kawa palona")
    assert uses() == [("list-1", 0, None)]
    read_with(in_workspace, 6, "list-2")
    assert uses() == [("list-1", 0, 3), ("list-2", 6, None)]
    read_with(in_workspace, 9, "list-1")
    assert uses() == [("list-1", 0, 3), ("list-2", 6, 6), ("list-1", 9, None)]


def test_uses_come_out_of_a_rebuild_as_they_were(in_workspace: Team) -> None:
    for hours, rates in enumerate(("list-1", "list-1", "list-2", "list-1", "list-1")):
        read_with(in_workspace, hours, rates, name=f"Kawa {hours // 2}")
    before = uses()
    OfferUse.objects.all().delete()
    rebuild_changes(in_workspace.account)
    assert uses() == before != []


@pytest.mark.parametrize(
    ("marketplaces", "expected"),
    [({}, ["allegro-pl"]), ({"additional": [{"id": "allegro-cz"}]}, ["allegro-cz", "allegro-pl"])],
)
def test_delivery_settings_hold_where_an_offer_is_sold(
    in_workspace: Team, marketplaces: dict[str, Any], expected: list[str]
) -> None:
    read_with(in_workspace, 0, "list-1", publication={"status": "ACTIVE", "marketplaces": marketplaces})
    assert [key for key, _since, _until in uses("delivery_settings")] == expected


def test_an_offer_uses_the_promotions_that_name_it(in_workspace: Team) -> None:
    everywhere(in_workspace, 0, own=["rebate", "other"])
    everywhere(in_workspace, 3, own=["rebate"])
    derive_pending(in_workspace.account)
    assert uses("promotion") == [("other", 0 + 10 / 3600, 0 + 10 / 3600), ("rebate", 0 + 10 / 3600, None)]
