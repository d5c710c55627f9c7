"""The pages of the reconciliation: the list with its filters and files, the account by day, the cards."""

import csv
import re
from datetime import date, timedelta
from io import BytesIO, StringIO
from typing import Any

import openpyxl
import pytest
import time_machine
from django.test import Client

from accounts.scoping import workspace_scope
from offers.models import Offer
from reports.models import Comparison
from reports.reconciliation.projection import refresh
from tests.conftest import Team
from tests.offers.page_facts import NOW, add_sale, know_orders, make_offer
from tests.reports import upload_samples as samples
from tests.reports.upload_samples import report, signed_in

LAMP = (18000000001, "=HYPERLINK(1)", 4, 199.96, 120, 0.6, 49.99, 12, 3)
MUG = (18000000002, "Kubek ceramiczny", 10, 299.9, 80, 0.4, 29.99, 0, 9)
HTMX = {"HX-Request": "true"}


@pytest.fixture(autouse=True)
def _now() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def lamp(team: Team) -> Offer:
    """A lamp and an unknown mug in the imported week of 3 to 9 August and in the single day after it."""
    with workspace_scope(team.workspace):
        know_orders(team.account, since=NOW - timedelta(days=80))
        offer = make_offer(team.account, allegro_id="18000000001", title="=HYPERLINK(1)")
        add_sale(offer, date(2026, 8, 10), 4, "199.96")
        samples.imported(team.account, content=report(LAMP, MUG))
        samples.imported(team.account, "sprzedaz_2026-08-10_2026-08-10.xlsx", report(LAMP))
        refresh(team.account)
    return offer


@pytest.fixture
def pages(team: Team) -> Client:
    return signed_in(team.owner)


def words(answer: Any) -> str:
    """A page's text."""
    return " ".join(re.sub(r"<[^>]*>", " ", answer.content.decode()).replace("\xa0", " ").split())


def shown(client: Client, query: str = "") -> int:
    """How many rows the list has."""
    page = client.get(f"/reconciliation/{query}").content.decode()
    return page.count('class="beside-why"')


def test_without_a_report_every_page_says_what_to_do(team: Team, pages: Client) -> None:
    for path in ("/reconciliation/", "/reconciliation/days/", "/reconciliation/dashboard/"):
        text = pages.get(path, headers=HTMX if "dashboard" in path else {}).content.decode()
        assert "/reports/upload/" in text, path
    assert "/reports/upload/" not in signed_in(team.viewer).get("/reconciliation/").content.decode()


def test_a_row_has_both_values_their_days_the_reason_and_the_next_step(lamp: Offer, pages: Client) -> None:
    text = words(pages.get("/reconciliation/?q=18000000001&measure=units"))
    # No order line was stored, so that our own figure is zero.
    assert "Units sold 4 10 Aug 2026 uploaded 28 Sep 2026 0" in text
    assert "Differs We found no reason in what we know." in text
    assert "Check the report's period and filters in the Sales Center" in text.replace("&#x27;", "'")
    assert f'href="/offers/{lamp.pk}/"' in pages.get("/reconciliation/?q=18000000001").content.decode()


def test_the_list_shows_the_newest_report_of_each_offer_unless_asked_for_more(lamp: Offer, pages: Client) -> None:
    assert shown(pages) == 8
    assert shown(pages, "?period=all") == 12
    assert shown(pages, "?period=2026-08-03_2026-08-09") == 8
    assert shown(pages, "?period=nonsense") == 8


@pytest.mark.parametrize(
    ("query", "rows"),
    [
        ("?status=no_reference", 6),
        ("?status=differs", 2),
        ("?measure=price", 2),
        ("?reason=unknown_offer", 4),
        ("?q=kubek", 4),
        ("?q=KÚBEK+cęramićzny", 4),
        ("?q=nobody", 0),
        ("?status=nonsense", 8),
        ("?page=99", 8),
    ],
)
def test_filters_stand_in_the_address(lamp: Offer, pages: Client, query: str, rows: int) -> None:
    assert shown(pages, query) == rows


def test_the_largest_difference_comes_first(lamp: Offer, pages: Client) -> None:
    page = words(pages.get("/reconciliation/"))
    assert page.index("Differs We found no reason") < page.index("No reference We have not read this offer")


def test_files_hold_what_the_filters_leave_and_run_in_no_spreadsheet(lamp: Offer, pages: Client) -> None:
    answer = pages.get("/reconciliation.csv?measure=units&period=all")
    rows = list(csv.reader(StringIO(b"".join(answer).decode("utf-8-sig"))))
    assert [row[0] for row in rows[1:]].count("18000000001") == 2
    assert {row[2] for row in rows[1:]} == {"'=HYPERLINK(1)", "Kubek ceramiczny"}
    workbook = openpyxl.load_workbook(BytesIO(b"".join(pages.get("/reconciliation.xlsx?measure=units"))))
    sheet = workbook.worksheets[0]
    assert (sheet.max_row, sheet.cell(1, 1).value) == (3, "Offer number")
    assert "'=HYPERLINK(1)" in {cell.value for cell in sheet["C"]}


def test_a_single_day_is_a_value_of_that_day_and_a_week_is_one_total(lamp: Offer, pages: Client) -> None:
    with time_machine.travel(NOW - timedelta(days=40), tick=False):
        document = pages.get("/reconciliation/days.json").json()
    day = document["days"].index("2026-08-10")
    assert (document["reported"][day], document["own"][day]) == ("199.96", "199.96")
    assert [value for value in document["reported"] if value] == ["199.96"]
    assert [(each["from"], each["to"]) for each in document["periods"]] == [("2026-08-03", "2026-08-09")]
    text = words(pages.get("/reconciliation/days/"))
    assert "one total, not spread over its days" in text
    assert "10 Aug 2026 one day · allegro-pl 4 4 PLN 199.96 PLN 199.96" in text


def test_the_catalogue_asks_once_for_all_its_rows(lamp: Offer, pages: Client, team: Team) -> None:
    catalogue = pages.get("/offers/").content.decode()
    [address] = re.findall(r'hx-get="(/reconciliation/offers/\?[^"]*)"', catalogue)
    assert address.count("offer=") == 2
    answer = pages.get(address.replace("&amp;", "&")).content.decode()
    assert f'id="beside-{lamp.pk}" data-hx-swap-oob="true"' in answer
    assert "Differs" in answer.split(f'id="beside-{lamp.pk}"')[1].split("hx-swap-oob")[1]
    assert "No imported report names this offer" in answer.split(f"beside-{team.offer.pk}")[1]
    stranger = signed_in(team.stranger).get(address.replace("&amp;", "&")).content.decode()
    assert str(lamp.pk) not in stranger


def test_the_offers_card_has_the_newest_report_open_and_the_earlier_one_folded(lamp: Offer, pages: Client) -> None:
    page = pages.get(f"/offers/{lamp.pk}/").content.decode()
    assert f'hx-get="/reconciliation/offers/{lamp.pk}/"' in page
    card = pages.get(f"/reconciliation/offers/{lamp.pk}/", headers=HTMX).content.decode()
    newest, earlier = card.split('<details class="beside-earlier">')
    assert "10 Aug 2026" in newest
    assert "3 Aug 2026" in earlier
    assert pages.get(f"/reconciliation/offers/{lamp.pk}/")["Location"] == f"/offers/{lamp.pk}/"


def test_the_dashboards_card_counts_the_newest_values(lamp: Offer, pages: Client) -> None:
    assert 'hx-get="/reconciliation/dashboard/"' in pages.get("/dashboard/").content.decode()
    card = words(pages.get("/reconciliation/dashboard/", headers=HTMX))
    assert "Differs 2 Outdated 0 No reference 6 Agrees 0" in card


def test_every_reason_has_its_words(lamp: Offer, pages: Client) -> None:
    everything = {
        "cancelled": {"units": 2, "revenue": "99.98", "lines": 1},
        "unpaid": {"units": 1, "revenue": "49.99", "together": 2},
        "returns": {"units": -1, "revenue": "-49.99"},
        "returns_refused": {"units": -1, "revenue": "-49.99"},
        "utc_days": {"units": 1, "revenue": "49.99"},
        "marketplaces": {"units": 1, "revenue": "49.99"},
        "before_discounts": {"units": 0, "revenue": "10.00"},
        "export_older": {"units": -1, "revenue": "-49.99", "cutoff": NOW.isoformat()},
        "price_changed": {
            "times": 2, "from": "49.99", "to": "39.99", "first_at": NOW.isoformat(), "last_at": NOW.isoformat(),
            "until": NOW.isoformat(),
        },
        "sales_weighted": {"average": "45.00"},
        "stock_earlier": {"since": NOW.isoformat(), "until": NOW.isoformat()},
        "changed_since": {"now": "3", "last_at": NOW.isoformat()},
        "last_day": {"uploaded_at": NOW.isoformat(), "soon": True},
        "not_active": {"since": NOW.isoformat(), "until": NOW.isoformat(), "status": "ENDED"},
        "coverage_gap": {"times": 1, "since": NOW.isoformat(), "until": NOW.isoformat()},
        "other_report": {"file": "older.xlsx", "value": "5", "agrees": False},
        "partly_known": {"share": "60"},
        "not_in_report": {},
        "history_begins": {"since": NOW.isoformat()},
        "not_read_yet": {"until": NOW.isoformat()},
        "value_unknown": {"before": "3", "before_at": NOW.isoformat(), "after": "1", "after_at": NOW.isoformat()},
        "unknown_offer": {},
        "other_currency": {"currency": "CZK"},
        "other_marketplace": {"marketplace": "allegro-cz"},
        "none_found": {},
    }  # fmt: skip
    reasons = [
        {"code": code, "weight": number % 3, "facts": facts} for number, (code, facts) in enumerate(everything.items())
    ]
    with workspace_scope(lamp.account.workspace):
        Comparison.objects.filter(allegro_offer_id="18000000001").update(reasons=reasons, reason="cancelled")
    text = words(pages.get("/reconciliation/?q=18000000001&measure=units"))
    assert "Orders that were cancelled later: 2 pieces, PLN 99.98." in text
    assert "The price changed 2 times in the period, from PLN 49.99 to PLN 39.99" in text
    assert "24 more facts of that time" in text
    polish = pages.get("/reconciliation/?q=18000000001&measure=units", headers={"accept-language": "pl"})
    assert polish.status_code == 200
