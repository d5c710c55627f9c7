"""The dashboard: this week against the week before, offers that fell, newest changes, freshness."""

import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from accounts.models import AccountStatus
from accounts.preferences import PreferenceKey, remember
from offers.models import CounterNight, CoverageGap, Offer
from offers.reading.falls import drop_day
from tests.conftest import Team
from tests.offers.feed_facts import add_batch
from tests.offers.page_facts import (
    NOW,
    TODAY,
    add_change,
    add_sale,
    know_orders,
    make_offer,
    make_offers,
    number_of_queries,
)


@pytest.fixture(autouse=True)
def _now() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


def read(client: Client) -> str:
    answer = client.get("/dashboard/", headers={"accept-language": "en"})
    assert answer.status_code == 200
    return answer.content.decode()


def words(page: str) -> str:
    return " ".join(re.sub(r"<[^>]*>", " ", page).replace("\xa0", " ").split())


def test_full_weeks_are_compared_and_currencies_kept_apart(owner_client: Client, in_workspace: Team) -> None:
    know_orders(in_workspace.account, since=NOW - timedelta(days=40))
    offer = in_workspace.offer
    add_sale(offer, TODAY, 100, "999.00")
    add_sale(offer, TODAY - timedelta(days=1), 6, "60.00")
    add_sale(offer, TODAY - timedelta(days=7), 2, "20.00")
    add_sale(offer, TODAY - timedelta(days=8), 10, "100.00")
    add_sale(offer, TODAY - timedelta(days=14), 6, "60.00")
    add_sale(offer, TODAY - timedelta(days=2), 1, "5.00", "EUR")
    add_sale(offer, TODAY - timedelta(days=15), 50, "500.00")
    text = words(read(owner_client))
    assert "Units sold 9 −43.8 % against 16 in the week before" in text
    assert "Revenue PLN PLN 80.00 −50.0 % against PLN 160.00 in the week before" in text
    assert "Revenue EUR EUR 5.00 against EUR 0.00 in the week before" in text


def test_a_week_that_is_not_fully_known_is_not_compared(owner_client: Client, in_workspace: Team) -> None:
    know_orders(in_workspace.account, since=NOW - timedelta(days=10))
    add_sale(in_workspace.offer, TODAY - timedelta(days=1), 6, "60.00")
    text = words(read(owner_client))
    assert "Units sold 6 the week before is not fully known" in text
    assert "Too little data: fourteen full days of orders are needed" in text


def test_a_stale_account_gives_no_total(owner_client: Client, in_workspace: Team) -> None:
    know_orders(in_workspace.account, since=NOW - timedelta(days=40), until=NOW - timedelta(days=3))
    assert "Not all orders of these days have been read" in read(owner_client)


def test_offers_that_fell_most_come_first_and_small_numbers_are_left_out(
    owner_client: Client, in_workspace: Team
) -> None:
    know_orders(in_workspace.account, since=NOW - timedelta(days=40))
    for title, before, now in (("Little", 12, 10), ("Much", 30, 3), ("Grew", 10, 20), ("Tiny", 9, 0)):
        offer = make_offer(in_workspace.account, title=title)
        add_sale(offer, TODAY - timedelta(days=9), before)
        if now:
            add_sale(offer, TODAY - timedelta(days=2), now)
    page = read(owner_client)
    assert re.findall(r'class="offer-title" href="[^"]*">([^<]*)<', page) == ["Much", "Little"]
    assert "12 in the week before, now 10" in words(page)
    assert "−90.0 %" in words(page)


def test_one_action_takes_one_line_of_the_newest_changes(owner_client: Client, in_workspace: Team) -> None:
    add_batch(in_workspace.account, 22, NOW - timedelta(hours=1))
    add_change(in_workspace.offer, "title", old="a", new="b", at=NOW - timedelta(days=1))
    page = read(owner_client)
    assert page.count("22 offers at once") == 1
    assert "Title" in page


def test_a_broken_connection_can_be_seen(owner_client: Client, in_workspace: Team) -> None:
    in_workspace.account.status = AccountStatus.RECONNECT_REQUIRED
    in_workspace.account.save()
    page = words(read(owner_client))
    assert "Reconnect required" in page
    assert "The first sync has not finished" in page


def test_before_the_first_sync(owner_client: Client, in_workspace: Team) -> None:
    Offer.objects.all().delete()
    assert "First steps" in read(owner_client)
    remember(in_workspace.owner, PreferenceKey.FIRST_RUN, {"hidden": True})
    assert "The first sync is running" in read(owner_client)


def test_without_an_account(team: Team) -> None:
    client = Client()
    client.force_login(team.stranger)
    assert "First steps" in read(client)
    remember(team.stranger, PreferenceKey.FIRST_RUN, {"hidden": True})
    assert "No Allegro account is connected" in read(client)


def test_the_number_of_queries_does_not_grow(owner_client: Client, in_workspace: Team) -> None:
    know_orders(in_workspace.account, since=NOW - timedelta(days=40))

    def fill(number: int) -> None:
        for offer in make_offers(number, in_workspace.account):
            add_change(offer, at=NOW - timedelta(days=8))
            add_sale(offer, TODAY - timedelta(days=9), 20)

    fill(5)
    few = number_of_queries(owner_client, "/dashboard/")
    fill(45)
    assert number_of_queries(owner_client, "/dashboard/") == few


def night(team: Team, age: int, visits: int | None, **values: Any) -> None:
    """A look at the visitors of all offers, so many days ago."""
    known = {"observed_at": NOW, "offers": 1, "visits_30d": visits, "is_faulty": False}
    CounterNight.objects.create(account=team.account, day=TODAY - timedelta(days=age), **{**known, **values})


def test_visitors_are_compared_with_a_week_before(owner_client: Client, in_workspace: Team) -> None:
    night(in_workspace, 1, 900)
    night(in_workspace, 8, 1000)
    assert "30-day visitors 900 −10.0 % against 1,000 in the week before" in words(read(owner_client))


def test_a_faulty_night_gives_no_visitors(owner_client: Client, in_workspace: Team) -> None:
    night(in_workspace, 1, None, is_faulty=True)
    assert "Allegro has given no figures of the last nights" in read(owner_client)


def test_the_biggest_fall_names_what_was_changed_before_it(owner_client: Client, in_workspace: Team) -> None:
    know_orders(in_workspace.account, since=NOW - timedelta(days=40))
    offer = make_offer(in_workspace.account, title="Fallen")
    for age in range(1, 15):
        add_sale(offer, TODAY - timedelta(days=age), 1 if age <= 5 else 8)
    drop = NOW - timedelta(days=5)
    add_change(offer, "title", old="Old words", new="New words", at=drop - timedelta(days=1))
    add_change(offer, "stock", old=9, new=8, certainty="sold", units_sold=1, at=drop - timedelta(days=1))
    add_change(offer, "handling_time", old="PT24H", new="PT72H", at=drop - timedelta(days=20))
    add_change(offer, "warranty", old="1", new="2", at=NOW - timedelta(days=1))
    text = words(read(owner_client))
    biggest = text[text.index("The biggest fall") : text.index("Look at sales and changes together")]
    assert "Fallen" in biggest
    assert "21 sold in the last 7 days against 56 in the week before" in biggest
    assert "sells less since 23 Sep 2026" in biggest
    assert "Changed within 7 days before the drop Title" in biggest
    assert "Warranty" not in biggest and "Stock" not in biggest and "Handling" not in biggest


def test_the_drop_is_the_day_that_parts_more_from_less() -> None:
    days = [TODAY + timedelta(days=number) for number in range(14)]
    assert drop_day([9] * 10 + [1] * 4, days) == days[10]
    assert drop_day([5] * 14, days) == days[7]


def test_what_stands_against_the_numbers_is_said(owner_client: Client, in_workspace: Team) -> None:
    know_orders(in_workspace.account, since=NOW - timedelta(days=40))
    assert "These numbers are complete" in read(owner_client)
    CoverageGap.objects.create(
        account=in_workspace.account,
        stream="journal",
        since=NOW - timedelta(days=3),
        until=NOW - timedelta(days=2),
        reason="journal_window_missed",
    )
    in_workspace.account.last_synced_at = NOW - timedelta(hours=5)
    in_workspace.account.save()
    text = words(read(owner_client))
    assert "These numbers are complete" not in text
    assert "newer orders and changes are missing" in text
    assert "Allegro's journal is not known for" in text.replace("&#x27;", "'")
