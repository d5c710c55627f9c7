"""Totals from reports: one cover of the chosen days, our own orders of just those days, nothing summed over money."""

import csv
from datetime import date
from decimal import Decimal
from io import BytesIO, StringIO
from typing import Any

import openpyxl
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import SellerAccount
from accounts.scoping import workspace_scope
from offers.calendar import start_of_day
from offers.models import OrderHistory, SalesDay
from offers.sales.daily import Window
from reports.details import say
from reports.models import UploadKind
from reports.totals import Line, Scope, totals_of
from reports.uploads import import_upload
from tests.conftest import Team
from tests.reports import upload_samples as samples
from tests.reports.readers.workbook_samples import LAMP, MUG, POLISH, workbook
from tests.reports.upload_samples import in_scope, report, signed_in, text

AUGUST = Window(date(2026, 8, 1), date(2026, 8, 31))
FIRST_WEEK, SECOND_WEEK = "sprzedaz_2026-08-03_2026-08-09.xlsx", "sprzedaz_2026-08-10_2026-08-16.xlsx"
SUMMER = "sprzedaz_2026-07-01_2026-08-16.xlsx"
ADS = (
    "Nazwa kampanii",
    "Numer klikniętej oferty",
    "Wyświetlenia",
    "Kliknięcia",
    "Koszt(PLN)",
    "Wartość sprzedaży(PLN)",
)


def lines(account: SellerAccount, window: Window = AUGUST, **options: Any) -> list[Line]:
    return totals_of(Scope(account, window, **options))


def names(uploads: Any) -> list[str]:
    return [upload.file_name for upload in uploads]


def two_weeks(account: SellerAccount) -> None:
    samples.imported(account, FIRST_WEEK)
    samples.imported(account, SECOND_WEEK, report(LAMP))


def test_reports_within_the_days_are_added_and_the_other_days_are_named(in_workspace: Team) -> None:
    two_weeks(in_workspace.account)
    (line,) = lines(in_workspace.account)
    assert (line.kind, line.currency) == (UploadKind.SALES_BY_OFFER, "PLN")
    assert dict(line.figures) == {"units": 18, "revenue": Decimal("699.82"), "visits": 320, "transactions": 15}
    assert names(line.counted) == [FIRST_WEEK, SECOND_WEEK]
    assert list(line.uncovered) == [
        (date(2026, 8, 1), date(2026, 8, 2)),
        (date(2026, 8, 17), date(2026, 8, 31)),
    ]
    assert (len(line.covered), line.uncovered_days) == (14, 17)


def test_a_report_that_reaches_out_of_the_days_is_named_and_not_cut(in_workspace: Team) -> None:
    two_weeks(in_workspace.account)
    samples.imported(in_workspace.account, SUMMER, report(MUG))
    (august,) = lines(in_workspace.account)
    assert names(august.counted) == [FIRST_WEEK, SECOND_WEEK]
    assert [(left.upload.file_name, list(left.overlaps)) for left in august.left_out] == [(SUMMER, [])]
    (summer,) = lines(in_workspace.account, Window(date(2026, 7, 1), date(2026, 8, 31)))
    assert summer.figures["units"] == 10
    assert names(summer.counted) == [SUMMER]
    assert {left.upload.file_name: names(left.overlaps) for left in summer.left_out} == {
        FIRST_WEEK: [SUMMER],
        SECOND_WEEK: [SUMMER],
    }


def test_where_no_report_lies_within_nothing_is_said(in_workspace: Team) -> None:
    samples.imported(in_workspace.account, FIRST_WEEK)
    (line,) = lines(in_workspace.account, Window(date(2026, 8, 5), date(2026, 8, 7)))
    assert set(line.figures.values()) == {None}
    assert (list(line.counted), list(line.covered), line.own_units) == ([], [], None)


def test_our_own_orders_are_of_the_covered_days_alone(in_workspace: Team) -> None:
    account, offer = in_workspace.account, in_workspace.offer
    samples.imported(account, FIRST_WEEK)
    account.base_marketplace, account.last_synced_at = "allegro-pl", start_of_day(date(2026, 8, 20))
    account.save()
    day = {"account": account, "offer": offer, "marketplace": "allegro-pl", "orders": 1}
    for number, units in ((2, 100), (3, 4), (9, 1), (10, 100)):
        SalesDay.objects.create(**day, currency="PLN", day=date(2026, 8, number), units=units, revenue=units * 10)
    SalesDay.objects.create(**day, currency="EUR", day=date(2026, 8, 4), units=50, revenue=500)
    assert lines(account)[0].own_units is None
    since = start_of_day(date(2026, 7, 1))
    OrderHistory.objects.create(account=account, goal=since, since=since, begun_at=since)
    (line,) = lines(account)
    assert (line.own_units, line.own_revenue) == (5, Decimal(50))


def test_currencies_and_kinds_stand_apart(in_workspace: Team) -> None:
    account = in_workspace.account
    samples.imported(account, FIRST_WEEK)
    head = [heading.replace("PLN", "EUR") for heading in POLISH]
    slovak = samples.read_upload(account, "eur_2026-08-03_2026-08-09.xlsx", workbook(head, LAMP).getvalue())
    assert say(slovak, marketplace="allegro-sk")
    assert import_upload(slovak, None)
    ads = workbook(ADS, ("Lato", LAMP[0], 1000, 50, 12.5, 250), ("Zima", LAMP[0], 500, 10, None, 0)).getvalue()
    samples.imported(account, "statystyki_oferty_03-08-2026_09-08-2026.xlsx", ads)
    found = lines(account)
    assert [(line.kind, line.currency, line.figures["units"]) for line in found] == [
        ("sales_by_offer", "PLN", 14),
        ("sales_by_offer", "EUR", 4),
        ("ads_offers", "PLN", None),
    ]
    cost = found[2]
    assert (cost.figures["cost"], cost.figures["clicks"], cost.gaps["cost"]) == (Decimal("12.50"), 60, 1)
    assert cost.ads.revenue_for_cost == Decimal("20.00")
    assert [line.currency for line in lines(account, currency="EUR")] == ["EUR"]


def test_the_page_names_counted_and_left_out_reports(team: Team) -> None:
    in_scope(team, _all_three)
    browser = signed_in(team.owner)
    page = text(browser.get(reverse("reports:totals"), {"month": "2026-08"}))
    assert "Reports counted: 2, left out: 1" in page
    assert "reaches beyond the chosen days, and is not cut" in page
    assert "14 / 31" in page
    free = text(browser.get(reverse("reports:totals"), {"first": "2026-07-01", "last": "2026-08-31"}))
    assert "overlaps" in free and "Reports counted: 1, left out: 2" in free
    # The form sends both; what was changed on it counts.
    month = {"month": "2026-08", "first": "2026-07-01", "last": "2026-08-31"}
    assert "14 / 31" in text(browser.get(reverse("reports:totals"), month | {"shown": "2026-07"}))
    assert "47 / 62" in text(browser.get(reverse("reports:totals"), month | {"shown": "2026-08"}))
    # Without a choice, the month in which the newest report ends.
    assert "14 / 31" in text(browser.get(reverse("reports:totals")))


def _all_three(account: SellerAccount) -> Any:
    two_weeks(account)
    return samples.imported(account, SUMMER, report(MUG))


@pytest.mark.parametrize(
    "query", [{"month": "2026-99"}, {"first": "x", "last": "2026-08-01"}, {"account": "7"}, {"currency": "ZZZ"}]
)
def test_nonsense_in_the_address_is_ignored(team: Team, query: dict[str, str]) -> None:
    in_scope(team, samples.imported)
    page = signed_in(team.owner).get(reverse("reports:totals"), query)
    assert page.status_code == 200
    assert "Reports counted: 1" in text(page)


def test_without_reports_the_page_says_what_to_do(team: Team) -> None:
    page = text(signed_in(team.owner).get(reverse("reports:totals"), {"month": "2026-08"}))
    assert "No imported report of sales or of Allegro Ads covers a day" in page
    assert 'href="/reports/upload/"' in page


def test_the_files_hold_what_the_page_shows(team: Team) -> None:
    in_scope(team, _all_three)
    browser = signed_in(team.owner)
    answer = browser.get(reverse("reports:totals_csv"), {"month": "2026-08"})
    heading, row = csv.reader(StringIO(answer.content.decode("utf-8-sig")))
    told = dict(zip(heading, row, strict=True))
    assert (told["Units sold"], told["Revenue"], told["Days covered"], told["Files left out"]) == (
        "18",
        "699.82",
        "14",
        SUMMER,
    )
    book = browser.get(reverse("reports:totals_xlsx"), {"month": "2026-08"})
    cells = list(openpyxl.load_workbook(BytesIO(book.getvalue())).worksheets[0].values)
    assert dict(zip(*cells, strict=True))["Units sold"] == 18


def test_the_number_of_queries_is_fixed_and_small(team: Team) -> None:
    browser = signed_in(team.owner)
    address = reverse("reports:totals") + "?month=2026-08"
    in_scope(team, samples.imported)
    browser.get(address)
    with CaptureQueriesContext(connection) as few:
        browser.get(address)
    with workspace_scope(team.workspace):
        samples.imported(team.account, SECOND_WEEK, report(LAMP))
        samples.imported(team.account, SUMMER, report(MUG))
    with CaptureQueriesContext(connection) as many:
        browser.get(address)
    assert len(few) == len(many)
    assert len(many) < 14
