"""Columns that a person chooses, and the catalogue as a file."""

import csv
from datetime import timedelta
from io import BytesIO, StringIO
from typing import Any

import pytest
import time_machine
from django.test import Client
from openpyxl import load_workbook

from offers.models import Offer
from tests.conftest import Team
from tests.factories import START
from tests.offers.page_facts import NOW, TODAY, add_change, add_sale, know_orders, make_offer, make_offers


@pytest.fixture(autouse=True)
def _now() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


def read(client: Client, address: str) -> str:
    answer = client.get(address, headers={"accept-language": "en"})
    assert answer.status_code == 200
    return answer.content.decode()


def test_only_chosen_columns_are_shown_beside_the_offer(owner_client: Client, team: Team) -> None:
    answer = owner_client.post(
        "/lists/offers/columns/", {"column": ["watchers", "price", "nonsense"], "query": "q=kawa"}
    )
    assert answer["Location"] == "/offers/?q=kawa"
    page = read(owner_client, "/offers/")
    assert 'data-label="Price"' in page
    assert 'data-label="Watchers"' in page
    assert 'data-label="Stock"' not in page
    assert "offer-title" in page
    owner_client.post("/lists/offers/columns/", {"usual": "1"})
    page = read(owner_client, "/offers/")
    assert 'data-label="Stock"' in page
    assert 'data-label="Watchers"' not in page


def test_without_any_column_the_offers_remain(owner_client: Client, team: Team) -> None:
    owner_client.post("/lists/offers/columns/", {})
    page = read(owner_client, "/offers/")
    assert "offer-title" in page
    assert 'data-label="Price"' not in page


def test_columns_of_the_changes(owner_client: Client, in_workspace: Team) -> None:
    Offer.objects.update(external_id="KD-1")
    add_change(in_workspace.offer, at=NOW - timedelta(hours=1))
    assert 'data-label="Who"' in read(owner_client, "/offer-events")
    owner_client.post("/lists/events/columns/", {"column": ["source", "sku"]})
    page = read(owner_client, "/offer-events")
    assert 'data-label="Who"' not in page
    assert "value-cell" not in page
    assert ">Announced by Allegro</td>" in page
    assert "KD-1" in page


def test_a_choice_is_the_persons_own(owner_client: Client, team: Team) -> None:
    owner_client.post("/lists/offers/columns/", {"column": ["price"]})
    viewer = Client()
    viewer.force_login(team.viewer)
    assert 'data-label="Stock"' in read(viewer, "/offers/")


@pytest.mark.parametrize("page", ["reconciliation", "nonsense"])
def test_a_list_without_columns_is_not_found(owner_client: Client, page: str) -> None:
    assert owner_client.post(f"/lists/{page}/columns/", {}).status_code == 404


def rows_of_csv(client: Client, query: str = "") -> list[list[str]]:
    answer = client.get(f"/offers.csv{query}", headers={"accept-language": "en"})
    assert answer["Content-Disposition"] == 'attachment; filename="offers-2026-09-28.csv"'
    text = answer.getvalue().decode("utf-8-sig")
    return list(csv.reader(StringIO(text)))


def test_the_file_has_what_the_filters_leave_in_the_lists_order(owner_client: Client, in_workspace: Team) -> None:
    know_orders(in_workspace.account, since=START - timedelta(days=60))
    Offer.objects.update(title="Team's own", status="ENDED")
    cheap = make_offer(in_workspace.account, title="Cheap", price="5.00", watchers=3)
    make_offer(in_workspace.account, title="Dear", price="500.00", stock=None)
    add_sale(cheap, TODAY - timedelta(days=1), 4)
    add_change(cheap, at=NOW - timedelta(hours=1))
    head, *rows = rows_of_csv(owner_client, "?status=ACTIVE&sort=-price")
    assert head[:3] == ["Offer number", "SKU", "Title"]
    assert [row[2] for row in rows] == ["Dear", "Cheap"]
    assert rows[0][6] == ""
    assert rows[1][4:6] == ["5.00", "PLN"]
    assert rows[1][9:] == ["3", "4", "28", "Price", "2026-09-28T11:00:00+02:00", ""]


def test_no_cell_runs_as_a_formula(owner_client: Client, in_workspace: Team) -> None:
    Offer.objects.update(title="=HYPERLINK(1)", external_id="+1")
    (_head, row) = rows_of_csv(owner_client)
    assert row[1:3] == ["'+1", "'=HYPERLINK(1)"]


def test_all_offers_are_in_the_workbook(owner_client: Client, in_workspace: Team) -> None:
    make_offers(230, in_workspace.account)
    answer = owner_client.get("/offers.xlsx", headers={"accept-language": "en"})
    sheet = load_workbook(BytesIO(answer.getvalue())).worksheets[0]
    assert sheet.max_row == 232
    assert sheet.title == "Offers"


def test_the_download_keeps_filters_and_order(owner_client: Client, team: Team) -> None:
    page = read(owner_client, "/offers/?q=Kawa&sort=-price&page=1")
    assert 'href="/offers.csv?q=Kawa&amp;sort=-price"' in page
