"""What the dashboard says of an offer and what the offer's own page says: the same days, the same numbers."""

import html
import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from offers.models import Offer, OfferDay
from tests.conftest import Team
from tests.offers.page_facts import NOW, TODAY, add_sale, know_orders, make_offer
from tests.offers.test_pages_detail import read
from tests.offers.test_pages_detail import words as spaced


@pytest.fixture(autouse=True)
def _now() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


def words(page: str) -> str:
    return re.sub(r" ([.,:;])", r"\1", spaced(page))


@pytest.fixture
def fallen(in_workspace: Team) -> Offer:
    """Eight pieces a day until 22 September, one a day from the 23rd on; none today."""
    know_orders(in_workspace.account, since=NOW - timedelta(days=40))
    offer = make_offer(in_workspace.account, title="Fallen", first_seen_at=NOW - timedelta(days=40))
    for age in range(1, 15):
        add_sale(offer, TODAY - timedelta(days=age), 1 if age <= 5 else 8)
    return offer


def way_there(client: Client) -> str:
    found = re.search(r'class="btn btn-primary" href="([^"]*)"', read(client, "/dashboard/"))
    assert found
    return html.unescape(found[1])


def test_the_offer_opens_on_the_weeks_that_were_compared_and_says_the_same(owner_client: Client, fallen: Offer) -> None:
    address = way_there(owner_client)
    assert address == f"/offers/{fallen.pk}/?days=weeks&until=2026-09-27"
    page = words(read(owner_client, address))
    assert "7 days against the 7 before 21 Sep 2026 – 27 Sep 2026 against 14 Sep 2026 – 20 Sep 2026" in page
    assert "Units sold 21 −62.5 % against 56" in page
    assert (
        "−62.5 % Sells less since 23 Sep 2026: 21 sold in the week 21 Sep 2026 – 27 Sep 2026, 56 in the week before."
    ) in page


def test_the_link_tells_the_same_fall_on_a_later_day(owner_client: Client, fallen: Offer) -> None:
    address = way_there(owner_client)
    with time_machine.travel(NOW + timedelta(days=3), tick=False):
        page = read(owner_client, address)
    assert "Sells less since 23 Sep 2026" in words(page)
    assert 'data-fall="2026-09-23" data-fall-text="Sells less since 23 Sep 2026"' in page


@pytest.mark.parametrize("query", ["days=7", "days=28", ""])
def test_every_period_up_to_now_names_the_fall(owner_client: Client, fallen: Offer, query: str) -> None:
    assert "Sells less since 23 Sep 2026" in words(read(owner_client, f"/offers/{fallen.pk}/?{query}"))


def test_nothing_is_called_a_fall_that_the_dashboard_leaves_out(owner_client: Client, in_workspace: Team) -> None:
    know_orders(in_workspace.account, since=NOW - timedelta(days=40))
    few, unknown = in_workspace.offer, make_offer(in_workspace.account)
    add_sale(few, TODAY - timedelta(days=9), 9)
    add_sale(unknown, TODAY - timedelta(days=9), 90)
    assert "Sells less" not in read(owner_client, f"/offers/{few.pk}/")
    assert "Sells less" not in read(owner_client, f"/offers/{unknown.pk}/?until={TODAY - timedelta(days=34)}")


def test_the_list_and_the_offer_count_the_same_28_days(owner_client: Client, in_workspace: Team) -> None:
    know_orders(in_workspace.account, since=NOW - timedelta(days=90))
    for age, units in ((0, 1), (1, 20), (28, 300), (29, 4000)):
        add_sale(in_workspace.offer, TODAY - timedelta(days=age), units)
    assert "320" in words(read(owner_client, "/offers/"))
    page = words(read(owner_client, f"/offers/{in_workspace.offer.pk}/"))
    assert "320 sold" in page and "31 Aug 2026 – 27 Sep 2026; today so far 1" in page
    assert "Units sold 320" in page


def test_all_begins_with_the_first_day_of_which_anything_is_known(owner_client: Client, in_workspace: Team) -> None:
    know_orders(in_workspace.account, since=NOW - timedelta(days=300))
    offer = make_offer(in_workspace.account, first_seen_at=NOW - timedelta(days=10))
    address = f"/offers/{offer.pk}/chart.json?days=all"
    assert owner_client.get(address).json()["from"] == "2026-09-18"
    add_sale(offer, TODAY - timedelta(days=40), 1)
    assert owner_client.get(address).json()["from"] == "2026-08-19"


def test_visitors_of_two_marketplaces_are_two_lines_with_their_names(owner_client: Client, in_workspace: Team) -> None:
    for marketplace, visits in (("allegro-cz", 342), ("allegro-pl", 2538)):
        OfferDay.objects.create(
            account=in_workspace.account, offer=in_workspace.offer, marketplace=marketplace,
            day=TODAY - timedelta(days=1), visits_30d=visits, observed_at=NOW,
        )  # fmt: skip
    page = words(read(owner_client, f"/offers/{in_workspace.offer.pk}/?days=7&table=1"))
    assert "allegro-cz 342 allegro-pl 2,538" in page
