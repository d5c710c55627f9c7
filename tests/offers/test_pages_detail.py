"""The offer's page and the full diff of one change."""

import re
from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from offers.models import OfferDay
from offers.reading.notes import Written, add_note
from tests.conftest import Team
from tests.offers.page_facts import NOW, TODAY, add_change, add_reading, add_sale, know_orders, price_stock

ROW = re.compile(r'<tr class="change-row[^"]*" data-group="(\w+)"')


@pytest.fixture(autouse=True)
def _now() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


def read(client: Client, address: str, **headers: str) -> str:
    answer = client.get(address, headers={"accept-language": "en", **headers})
    assert answer.status_code == 200
    return answer.content.decode()


def words(page: str) -> str:
    return " ".join(re.sub(r"<[^>]*>", " ", page).replace("\xa0", " ").split())


def test_what_stopped_the_sales_is_named_above_the_chart(owner_client: Client, in_workspace: Team) -> None:
    offer = in_workspace.offer
    for days, until, stock in ((20, 10, 4), (8, 3, 0), (1, 0, 20)):
        span = NOW - timedelta(days=days), NOW - timedelta(days=until)
        add_reading(offer, "price_stock", *span, price_stock(stock=stock))
    sold: dict[str, Any] = {"certainty": "sold", "units_sold": 4}
    add_change(offer, "stock", old=4, new=0, at=NOW - timedelta(days=9), **sold)
    add_change(offer, "stock", old=0, new=20, at=NOW - timedelta(days=2))
    assert "Out of stock 19–26 Sep" in read(owner_client, f"/offers/{offer.pk}/")


def test_totals_are_kept_apart_by_currency(owner_client: Client, in_workspace: Team) -> None:
    know_orders(in_workspace.account, since=NOW - timedelta(days=50))
    add_sale(in_workspace.offer, TODAY - timedelta(days=1), 2, "99.80")
    add_sale(in_workspace.offer, TODAY - timedelta(days=1), 1, "12.00", "EUR")
    assert "3 sold, PLN 99.80, EUR 12.00" in words(read(owner_client, f"/offers/{in_workspace.offer.pk}/")).replace(
        " ,", ","
    )


def test_the_table_tells_what_the_chart_draws(owner_client: Client, in_workspace: Team) -> None:
    offer = in_workspace.offer
    know_orders(in_workspace.account, since=NOW - timedelta(days=1))
    add_reading(offer, "price_stock", NOW - timedelta(days=1), NOW - timedelta(hours=3), price_stock("49.90"))
    add_reading(offer, "price_stock", NOW - timedelta(hours=1), NOW, price_stock("44.90"))
    add_change(offer, at=NOW - timedelta(hours=2))
    add_sale(offer, date(2026, 9, 28), 2, "89.80")
    page = read(owner_client, f"/offers/{offer.pk}/?days=7&table=1")
    rows = [words(row) for row in re.findall(r'<tr>\s*<th scope="row">.*?</tr>', page, re.DOTALL)]
    assert rows[0].startswith("28 Sep 2026 2 PLN 89.80 PLN 49.90 → PLN 44.90 —")
    assert rows[1].startswith("27 Sep 2026 0 PLN 0.00 PLN 49.90 —")
    assert "Orders of this day have not been read" in rows[2]
    assert "No price was read on this day" in rows[2]
    assert len(rows) == 8


def test_the_table_comes_when_it_is_opened(owner_client: Client, in_workspace: Team) -> None:
    address = f"/offers/{in_workspace.offer.pk}/?days=365"
    assert '<th scope="row">' not in read(owner_client, address)
    for headers in ({}, {"hx-request": "true", "hx-target": "daily"}):
        page = read(owner_client, f"{address}&table=1", **headers)
        assert page.count('<th scope="row"><time') == 366
        assert ("<html" in page) == (not headers)


def test_the_list_is_of_the_period_without_sales(owner_client: Client, in_workspace: Team) -> None:
    offer = in_workspace.offer
    add_change(offer, at=NOW - timedelta(days=3))
    add_change(offer, "title", old="a", new="b", at=NOW - timedelta(days=10))
    add_change(offer, "stock", old=2, new=1, certainty="sold", units_sold=1)
    assert ROW.findall(read(owner_client, f"/offers/{offer.pk}/?days=7")) == ["price"]
    assert ROW.findall(read(owner_client, f"/offers/{offer.pk}/?days=28")) == ["price", "content"]


def test_kinds_are_switches_in_the_address(owner_client: Client, in_workspace: Team) -> None:
    offer = in_workspace.offer
    add_change(offer)
    add_change(offer, "title", old="a", new="b")
    page = read(owner_client, f"/offers/{offer.pk}/?group=price")
    assert ROW.findall(page) == ["price"]
    pressed = dict(re.findall(r'data-group-toggle="(\w+)"\s+aria-pressed="(\w+)"', page))
    assert pressed == {"price": "true", "content": "false"}
    fragment = read(owner_client, f"/offers/{offer.pk}/?group=price", **{"hx-request": "true", "hx-target": "changes"})
    assert fragment.strip().startswith("<section")


def test_older_changes_follow_page_by_page(owner_client: Client, in_workspace: Team) -> None:
    for number in range(15):
        add_change(in_workspace.offer, at=NOW - timedelta(hours=number))
    page = read(owner_client, f"/offers/{in_workspace.offer.pk}/")
    older = re.search(r'hx-get="(\?before=[^"]*)"', page)
    assert len(ROW.findall(page)) == 10
    assert older
    rest = read(
        owner_client, f"/offers/{in_workspace.offer.pk}/{older[1]}", **{"hx-request": "true", "hx-target": "older"}
    )
    assert len(ROW.findall(rest)) == 5


def test_the_number_of_queries_does_not_grow(
    owner_client: Client, in_workspace: Team, django_assert_max_num_queries: Any
) -> None:
    know_orders(in_workspace.account, since=NOW - timedelta(days=50))
    for number in range(40):
        add_change(in_workspace.offer, at=NOW - timedelta(hours=number))
        add_sale(in_workspace.offer, TODAY - timedelta(days=number), 1)
        add_note(in_workspace.offer, in_workspace.owner, Written("a", TODAY, TODAY))
        OfferDay.objects.create(
            account=in_workspace.account, offer=in_workspace.offer, marketplace="allegro-pl",
            day=TODAY - timedelta(days=number), visits_30d=number, observed_at=NOW,
        )  # fmt: skip
    with django_assert_max_num_queries(27):
        read(owner_client, f"/offers/{in_workspace.offer.pk}/")


def test_nothing_stands_inline(owner_client: Client, in_workspace: Team) -> None:
    change = add_change(in_workspace.offer)
    for address in ("", f"changes/{change.pk}/"):
        page = read(owner_client, f"/offers/{in_workspace.offer.pk}/{address}")
        assert not re.search(r"<script(?![^>]*\bsrc=)[^>]*>|\sstyle=|\son\w+=", page)


def test_a_change_is_a_panel_and_a_page(owner_client: Client, in_workspace: Team) -> None:
    change = add_change(in_workspace.offer, change_type="AUTOMATIC")
    address = f"/offers/{in_workspace.offer.pk}/changes/{change.pk}/"
    panel = read(owner_client, address, **{"hx-request": "true", "hx-target": "change-panel"})
    assert panel.strip().startswith("<article")
    page = read(owner_client, address)
    assert "<html" in page
    for text in ("PLN 49.90", "exact time from the journal", "Automatic"):
        assert text in words(panel)
        assert text in words(page)


def test_the_place_of_a_change_is_a_marketplace_or_a_language(owner_client: Client, in_workspace: Team) -> None:
    places = ("price", "allegro-cz", "Marketplace allegro-cz"), ("translated_title", "cs-CZ", "Language Czech")
    for field, place, named in places:
        change = add_change(in_workspace.offer, field=field, marketplace=place)
        assert named in words(read(owner_client, f"/offers/{in_workspace.offer.pk}/changes/{change.pk}/"))


def test_a_hostile_description_is_shown_without_its_scripts(owner_client: Client, in_workspace: Team) -> None:
    def description(text: str) -> dict[str, Any]:
        return {"sections": [{"items": [{"type": "TEXT", "content": text}]}]}

    change = add_change(
        in_workspace.offer, "description",
        old=description("<p>stary</p>"),
        new=description("<p onmouseover=alert(1)>nowy</p><script>alert(2)</script><iframe src=//x></iframe>"),
    )  # fmt: skip
    page = read(owner_client, f"/offers/{in_workspace.offer.pk}/changes/{change.pk}/")
    assert "<ins>nowy</ins>" in page
    for trace in ("alert(", "onmouseover", "<iframe"):
        assert trace not in page


def test_a_change_of_another_offer_is_not_found_here(owner_client: Client, in_workspace: Team) -> None:
    change = add_change(in_workspace.offer)
    assert owner_client.get(f"/offers/{change.pk}/changes/{change.pk}/").status_code == 404
