"""The catalogue: what a row shows, how it is searched, filtered, sorted and paged."""

import re
from datetime import timedelta
from typing import Any, cast
from urllib.parse import urlencode

import pytest
import time_machine
from django.test import Client

from accounts.models import SellerAccount
from offers.models import Offer
from offers.reading.catalogue import sparkline
from tests.conftest import Team
from tests.factories import START, SellerAccountFactory
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

TITLE = re.compile(r'class="offer-title" href="[^"]*">([^<]*)<')


@pytest.fixture(autouse=True)
def _now() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


def read(client: Client, query: str = "", **headers: str) -> str:
    answer = client.get(f"/offers/{query}", headers={"accept-language": "en", **headers})
    assert answer.status_code == 200
    return answer.content.decode()


def titles(client: Client, query: str = "") -> list[str]:
    return TITLE.findall(read(client, query))


@pytest.fixture
def three(in_workspace: Team) -> Team:
    """Two more offers beside the team's, told apart by every column."""
    team = in_workspace
    Offer.objects.filter(pk=team.offer.pk).update(
        title="Beta", price="20.00", stock=5, visits_30d=10, allegro_id="170001", external_id="SKU-B"
    )
    make_offer(team.account, title="Alfa", price="30.00", stock=0, visits_30d=30, allegro_id="180002", status="ENDED")
    make_offer(team.account, title="Gamma", price=None, stock=None, visits_30d=None, status="", currency="")
    return team


def test_visitors_are_told_with_their_marketplace(owner_client: Client, three: Team) -> None:
    heads = re.findall(r"<th[^>]*>(.*?)</th>", read(owner_client), re.DOTALL)
    [visitors] = [head for head in heads if "30-day visitors" in head]
    assert "allegro-pl" in visitors
    answer = owner_client.get("/offers.csv", headers={"accept-language": "en"})
    headings, alfa, *_rest = cast(Any, answer).getvalue().decode().splitlines()
    assert headings.endswith(",Marketplace of the visitors")
    assert alfa.endswith(",allegro-pl")


def test_the_most_visited_come_first_and_unknown_visits_last(owner_client: Client, three: Team) -> None:
    assert titles(owner_client) == ["Alfa", "Beta", "Gamma"]


@pytest.mark.parametrize(
    ("sort", "order"),
    [
        ("title", "Alfa Beta Gamma"),
        ("-title", "Gamma Beta Alfa"),
        ("price", "Beta Alfa Gamma"),
        ("-price", "Alfa Beta Gamma"),
        ("stock", "Alfa Beta Gamma"),
        ("-stock", "Beta Alfa Gamma"),
        ("visits", "Beta Alfa Gamma"),
        ("-units", "Gamma Beta Alfa"),
        ("-changed", "Beta Gamma Alfa"),
        ("nonsense", "Alfa Beta Gamma"),
    ],
)
def test_every_column_sorts(owner_client: Client, three: Team, sort: str, order: str) -> None:
    beta, gamma = Offer.objects.get(title="Beta"), Offer.objects.get(title="Gamma")
    add_sale(gamma, TODAY - timedelta(days=1), 9)
    add_sale(beta, TODAY - timedelta(days=2), 4)
    add_change(gamma, at=NOW - timedelta(days=2))
    add_change(beta, at=NOW - timedelta(days=1))
    assert titles(owner_client, f"?sort={sort}") == order.split()


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("?q=lf", "Alfa"),
        ("?q=170001", "Beta"),
        ("?q=sku-b", "Beta"),
        ("?status=ENDED", "Alfa"),
        ("?status=nonsense", "Alfa Beta Gamma"),
        ("?q=%20beta%20", "Beta"),
    ],
)
def test_search_and_filters(owner_client: Client, three: Team, query: str, found: str) -> None:
    assert titles(owner_client, query) == found.split()


def test_accounts_can_be_told_apart_when_there_are_several(owner_client: Client, three: Team) -> None:
    assert 'name="account"' not in read(owner_client)
    other = cast(SellerAccount, SellerAccountFactory(workspace=three.workspace))
    make_offer(other, title="Delta")
    assert 'name="account"' in read(owner_client)
    assert titles(owner_client, f"?account={other.pk}") == ["Delta"]


def test_missing_values_are_dashes_with_a_reason(owner_client: Client, three: Team) -> None:
    page = read(owner_client, "?q=Gamma")
    assert page.count('title="Not read yet"') == 3
    assert 'title="Allegro gave no number of visitors"' in page
    assert 'title="Orders of these days have not been read"' in page
    assert 'title="No edit seen since the history began"' in page


def test_units_of_28_days_and_how_many_of_them_are_known(owner_client: Client, in_workspace: Team) -> None:
    know_orders(in_workspace.account, since=NOW - timedelta(days=10))
    add_sale(in_workspace.offer, TODAY - timedelta(days=1), 3)
    add_sale(in_workspace.offer, TODAY - timedelta(days=9), 4)
    add_sale(in_workspace.offer, TODAY, 50)
    cell = re.search(r'data-label="Sold in 28 days">(.*?)</td>', read(owner_client), re.DOTALL)
    assert cell and re.sub(r"<[^>]*>|\s+", " ", cell[1]).split() == ["7", "10", "days", "known"]


def test_the_last_edit_is_not_a_sale(owner_client: Client, in_workspace: Team) -> None:
    add_change(in_workspace.offer, "title", old="a", new="b", at=NOW - timedelta(days=3))
    add_change(in_workspace.offer, "stock", old=2, new=1, certainty="sold", units_sold=1)
    cell = re.search(r'data-label="Latest edit">(.*?)</td>', read(owner_client), re.DOTALL)
    assert cell and "Title" in cell[1]


def test_a_page_beyond_the_end_is_the_last_one(owner_client: Client, in_workspace: Team) -> None:
    make_offers(60, in_workspace.account)
    assert len(titles(owner_client, "?page=99")) == 11
    assert len(titles(owner_client, "?page=nonsense")) == 25


def test_a_page_holds_twenty_five(owner_client: Client, in_workspace: Team) -> None:
    make_offers(60, in_workspace.account)
    assert (len(titles(owner_client)), len(titles(owner_client, "?page=3"))) == (25, 11)
    assert "1–25 of 61" in read(owner_client)


@pytest.mark.parametrize(
    "text", ["mlynek", "MŁYNEK ŻAR", "zarnowy", "mly%C5%84ek", "do%20kawy%20(50%25)", "sku-%C5%82"]
)
def test_search_minds_neither_case_nor_the_marks_of_letters(owner_client: Client, three: Team, text: str) -> None:
    make_offer(three.account, title="Młynek żarnowy do kawy (50%)", external_id="SKU-L")
    assert titles(owner_client, f"?q={text}") == ["Młynek żarnowy do kawy (50%)"]


@pytest.mark.parametrize("text", [".", "[a-z", "(", "***=", "\\", "a|b", "^", "$", "(?i)", "ß", "{1,"])
def test_search_takes_every_character_for_itself(owner_client: Client, three: Team, text: str) -> None:
    assert titles(owner_client, f"?{urlencode({'q': text})}") == []


def test_htmx_gets_only_the_results(owner_client: Client, team: Team) -> None:
    fragment = read(owner_client, "", **{"hx-request": "true"})
    assert fragment.strip().startswith('<section class="card" id="results"')
    assert "<html" not in fragment


def test_a_title_with_markup_is_only_text(owner_client: Client, in_workspace: Team) -> None:
    Offer.objects.update(title="<script>alert(1)</script>")
    page = read(owner_client)
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "<script>alert" not in page


def test_the_number_of_queries_does_not_grow_with_the_page(owner_client: Client, in_workspace: Team) -> None:
    def fill(number: int) -> None:
        for offer in make_offers(number, in_workspace.account):
            add_change(offer)
            add_sale(offer, TODAY - timedelta(days=1), 1)

    know_orders(in_workspace.account, since=START)
    fill(4)
    few = {sort: number_of_queries(owner_client, f"/offers/?sort={sort}") for sort in ("title", "-units", "-changed")}
    fill(45)
    for sort, number in few.items():
        assert number_of_queries(owner_client, f"/offers/?sort={sort}") == number


def test_a_filter_that_finds_nothing_says_what_to_do(owner_client: Client, team: Team) -> None:
    page = read(owner_client, "?q=nothing-like-this")
    assert "No offer matches" in page
    assert "Show all offers" in page


def test_before_the_first_sync_the_page_says_what_happens(owner_client: Client, in_workspace: Team) -> None:
    Offer.objects.all().delete()
    assert "The first sync is running" in read(owner_client)


def test_without_an_account_the_page_leads_to_connecting_one(team: Team) -> None:
    client = Client()
    client.force_login(team.stranger)
    assert "No Allegro account is connected" in read(client)


def test_a_sparkline_leaves_unknown_days_out() -> None:
    assert sparkline([None, 0, 2]) == "48.0,22.0 95.0,2.0"
    assert sparkline([None, None, 2]) == ""
