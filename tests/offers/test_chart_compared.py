"""What the chart lays beside the offer's own sales, the days it can be asked for, and how the days did before."""

import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any, cast

import pytest
import time_machine
from django.test import Client

from accounts.models import SellerAccount
from accounts.preferences import PreferenceKey, remember
from offers.models import OfferDay
from offers.reading.charting import OfferHistory
from offers.reading.funnel import Funnel, average_price
from offers.reading.notes import Written, add_note
from offers.sales.daily import Window, window_for
from offers.state.segments import Segment
from reports.models import Upload, UploadKind, UploadRow, UploadStatus
from tests.conftest import Team
from tests.factories import SellerAccountFactory
from tests.offers.page_facts import (
    NOW,
    TODAY,
    add_change,
    add_reading,
    add_sale,
    know_orders,
    make_offer,
    money,
    price_stock,
)
from tests.offers.test_pages_detail import read, words

EARLIEST = date(2026, 1, 1)


@pytest.fixture(autouse=True)
def _now() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


def read_chart(client: Client, team: Team, query: str) -> dict[str, Any]:
    answer = client.get(f"/offers/{team.offer.pk}/chart.json?{query}")
    assert answer.status_code == 200
    document: dict[str, Any] = answer.json()
    return document


@pytest.mark.parametrize(
    ("choice", "until", "first", "last"),
    [
        ("28", "", date(2026, 8, 31), TODAY),
        ("weeks", "2026-09-27", date(2026, 9, 14), date(2026, 9, 27)),
        ("7", "2026-08-31", date(2026, 8, 25), date(2026, 8, 31)),
        ("30", "2026-09-30", date(2026, 8, 29), TODAY),
        ("all", "2026-08-31", EARLIEST, date(2026, 8, 31)),
        ("all", "2025-08-31", date(2025, 8, 31), date(2025, 8, 31)),
        ("nonsense", "31.08.2026", date(2026, 8, 31), TODAY),
        ("0", "0001-01-01", date(2026, 8, 31), TODAY),
        ("9999", "", date(2026, 8, 31), TODAY),
        ("٧", "", date(2026, 8, 31), TODAY),
    ],
)
def test_the_address_names_the_days(choice: str, until: str, first: date, last: date) -> None:
    window = window_for(choice, TODAY, EARLIEST, until)
    assert (window.first, window.last) == (first, last)


@pytest.mark.parametrize("choice", ["28", "weeks", "all"])
@pytest.mark.parametrize("until", ["", "2026-08-31"])
def test_a_link_shows_the_same_days_whenever_it_is_opened(
    owner_client: Client, team: Team, choice: str, until: str
) -> None:
    linked = window_for(choice, TODAY, EARLIEST, until).address
    shown = [read_chart(owner_client, team, linked)]
    page = re.search(r'data-url="([^"]*)"', read(owner_client, f"/offers/{team.offer.pk}/?{linked}"))
    with time_machine.travel(NOW + timedelta(days=9), tick=False):
        shown.append(read_chart(owner_client, team, linked))
        again = re.search(r'data-url="([^"]*)"', read(owner_client, f"/offers/{team.offer.pk}/?{linked}"))
    assert shown[0]["days"] == shown[1]["days"]
    assert page and again and page[1] == again[1]


def test_nothing_is_compared_that_nobody_asked_for(owner_client: Client, team: Team) -> None:
    assert read_chart(owner_client, team, "days=7&compare=nonsense")["compared"] == {}


def test_the_days_before_are_laid_over_day_by_day(owner_client: Client, in_workspace: Team) -> None:
    know_orders(in_workspace.account, since=datetime(2026, 9, 16, 6, tzinfo=UTC))
    add_sale(in_workspace.offer, date(2026, 9, 18), 4, "199.60")
    add_sale(in_workspace.offer, date(2026, 9, 20), 1, "10.00", "EUR")
    add_sale(in_workspace.offer, date(2026, 9, 22), 9, "449.10")
    assert read_chart(owner_client, in_workspace, "days=7&compare=previous")["compared"] == {
        "previous": {
            "days": [*(f"2026-09-{day}" for day in range(14, 21)), None],
            "units": [None, None, 0, 0, 4, 0, 1, None],
            "revenue": [
                {"currency": "PLN", "values": [None, None, "0.00", "0.00", "199.60", "0.00", "0.00", None]},
                {"currency": "EUR", "values": [None, None, "0.00", "0.00", "0.00", "0.00", "10.00", None]},
            ],
        }
    }


def test_the_rest_of_the_account_is_without_this_offer_and_other_accounts(
    owner_client: Client, in_workspace: Team
) -> None:
    know_orders(in_workspace.account, since=datetime(2026, 9, 24, 6, tzinfo=UTC))
    elsewhere = cast(SellerAccount, SellerAccountFactory(workspace=in_workspace.workspace))
    add_sale(in_workspace.offer, date(2026, 9, 26), 100)
    add_sale(make_offer(elsewhere), date(2026, 9, 26), 100)
    for units in (2, 3):
        add_sale(make_offer(in_workspace.account), date(2026, 9, 26), units)
    compared = read_chart(owner_client, in_workspace, "days=7&compare=account")["compared"]
    assert compared == {"account": {"units": [None, None, None, 0, 0, 5, 0, 0]}}


def test_comparing_takes_two_queries_more_however_much_was_sold(
    owner_client: Client, in_workspace: Team, django_assert_max_num_queries: Any
) -> None:
    know_orders(in_workspace.account, since=NOW - timedelta(days=80))
    for number in range(30):
        add_sale(make_offer(in_workspace.account), TODAY - timedelta(days=number), 1)
        add_sale(in_workspace.offer, TODAY - timedelta(days=number), 1)
    with django_assert_max_num_queries(20):
        read_chart(owner_client, in_workspace, "days=28&compare=previous&compare=account")


def test_choices_of_a_person_stand_in_the_page(owner_client: Client, in_workspace: Team) -> None:
    remember(in_workspace.owner, PreferenceKey.CHART_SERIES, {"price": False})
    page = read(owner_client, f"/offers/{in_workspace.offer.pk}/")
    assert 'data-remembered="{&quot;price&quot;: false}"' in page
    assert 'data-remember-url="/settings/preferences/chart-series/"' in page


def funnel(team: Team, first: date, last: date) -> Funnel:
    return Funnel(OfferHistory(team.offer, Window(first, last), NOW, with_before=True))


def test_the_average_price_weighs_each_amount_by_its_time() -> None:
    def at(hour: int) -> datetime:
        return datetime(2026, 9, 27, hour, tzinfo=UTC)

    segments = [Segment(at(0), at(3), money("50.00")), Segment(at(4), at(5), money("40.00"))]
    found = average_price(segments, at(0), at(8))
    assert found is not None
    assert (found.amount, found.currency, found.share) == (Decimal("47.50"), "PLN", Decimal("0.5"))
    assert average_price([*segments, Segment(at(5), at(6), money("9.00", "EUR"))], at(0), at(8)) is None
    assert average_price([], at(0), at(8)) is None


def test_days_before_that_are_not_all_known_are_not_compared(owner_client: Client, in_workspace: Team) -> None:
    know_orders(in_workspace.account, since=datetime(2026, 9, 20, 6, tzinfo=UTC))
    add_sale(in_workspace.offer, date(2026, 9, 21), 2, "99.80")
    add_sale(in_workspace.offer, date(2026, 9, 27), 3, "149.70")
    week = funnel(in_workspace, date(2026, 9, 22), TODAY)
    assert (week.units.now, week.units.is_whole, week.units.ratio) == (3, True, None)
    page = words(read(owner_client, f"/offers/{in_workspace.offer.pk}/?days=7"))
    assert "Orders; the days before are not all known" in page
    assert "Orders; 8 of 28 days are known" in words(read(owner_client, f"/offers/{in_workspace.offer.pk}/"))


def test_known_weeks_are_compared_by_currency(in_workspace: Team) -> None:
    know_orders(in_workspace.account, since=NOW - timedelta(days=50))
    for day, units, amount in ((date(2026, 9, 20), 4, "200.00"), (date(2026, 9, 27), 3, "150.00")):
        add_sale(in_workspace.offer, day, units, amount)
    add_sale(in_workspace.offer, TODAY, 1, "10.00", "EUR")
    week = funnel(in_workspace, date(2026, 9, 22), TODAY)
    assert (week.units.now, week.units.before, week.units.ratio) == (4, 4, Decimal(0))
    assert [(each.currency, each.now, each.before, each.ratio) for each in week.revenue] == [
        ("PLN", Decimal("150.00"), Decimal("200.00"), Decimal("-0.25")),
        ("EUR", Decimal("10.00"), Decimal(0), None),
    ]


def test_prices_are_compared_only_where_both_are_known_all_the_time(in_workspace: Team) -> None:
    offer = in_workspace.offer
    add_reading(offer, "price_stock", NOW - timedelta(days=20), NOW - timedelta(days=6, hours=11), price_stock("50.00"))
    add_reading(offer, "price_stock", NOW - timedelta(days=6, hours=10, minutes=59), NOW, price_stock("40.00"))
    week = funnel(in_workspace, date(2026, 9, 22), TODAY)
    assert week.price and week.price_before
    assert week.price_before.amount == Decimal("50.00")
    assert week.price_ratio is not None and week.price_ratio < Decimal("-0.18")
    assert funnel(in_workspace, date(2026, 9, 1), TODAY).price_ratio is None


def test_visitors_are_what_was_observed_last(in_workspace: Team) -> None:
    for day, visits in ((date(2026, 9, 20), 200), (date(2026, 9, 26), 150), (date(2026, 9, 27), None)):
        OfferDay.objects.create(
            account=in_workspace.account, offer=in_workspace.offer, marketplace="allegro-pl", day=day,
            visits_30d=visits, observed_at=NOW,
        )  # fmt: skip
    week = funnel(in_workspace, date(2026, 9, 22), TODAY)
    assert week.visitors and (week.visitors.visitors, week.visitors.day) == (150, date(2026, 9, 26))
    assert week.visitors_ratio == Decimal("-0.25")


def import_report(team: Team, first: date, last: date, visits: int, units: int) -> None:
    upload = Upload.objects.create(
        account=team.account, file_name=f"{first}.xlsx", size=1, sha256=f"{visits:064}", status=UploadStatus.IMPORTED,
        kind=UploadKind.SALES_BY_OFFER, period_from=first, period_to=last, currency="PLN", marketplace="allegro-pl",
        mapping={"visits": "Visits"},
    )  # fmt: skip
    UploadRow.objects.create(
        upload=upload, row_number=2, allegro_offer_id=team.offer.allegro_id, visits=visits, units=units
    )


def test_visits_stand_only_where_reports_cover_exactly_these_days(owner_client: Client, in_workspace: Team) -> None:
    import_report(in_workspace, date(2026, 9, 14), date(2026, 9, 20), 400, 20)
    import_report(in_workspace, date(2026, 9, 7), date(2026, 9, 13), 500, 20)
    address = f"/offers/{in_workspace.offer.pk}/"
    page = read(owner_client, f"{address}?days=7")
    assert "No report covers exactly these days" in page
    assert "?days=7&amp;until=2026-09-20" in page
    exact = words(read(owner_client, f"{address}?days=7&until=2026-09-20"))
    assert "Visits 400 −20.0 % against 500 Report “2026-09-14.xlsx”" in exact
    assert "Conversion 5.0 % +25.0 % against 4.0 %" in exact


def test_the_days_can_be_taken_along_as_a_file(owner_client: Client, in_workspace: Team) -> None:
    know_orders(in_workspace.account, since=datetime(2026, 9, 26, 6, tzinfo=UTC))
    add_sale(in_workspace.offer, date(2026, 9, 27), 2, "99.80")
    add_reading(
        in_workspace.offer, "price_stock", NOW - timedelta(days=1), NOW - timedelta(hours=1), price_stock("49.90")
    )
    for field, hour in (("price", 7), ("price", 9), ("title", 9)):
        add_change(in_workspace.offer, field=field, at=datetime(2026, 9, 27, hour, tzinfo=UTC))
    add_note(in_workspace.offer, in_workspace.owner, Written("Courier on strike", date(2026, 9, 27), date(2026, 9, 27)))
    answer = owner_client.get(f"/offers/{in_workspace.offer.pk}/days.csv?days=7", headers={"accept-language": "en"})
    lines = answer.content.decode("utf-8-sig").splitlines()
    assert lines[0] == (
        "Day,Units sold,Revenue PLN,Lowest price,Highest price,Currency of the price,Changes known by then,"
        "What changed,Notes,Why a value is missing"
    )
    assert len(lines) == 9
    assert lines[1].startswith("2026-09-21,,,,,,0,,,Orders of this day have not been read; No price")
    assert (
        lines[7]
        == '2026-09-27,2,99.80,44.90,49.90,PLN,3,"Price ×2, Content",Courier on strike,Not observed on this day'
    )
    page = owner_client.get(
        f"/offers/{in_workspace.offer.pk}/?days=7&table=1", headers={"accept-language": "en"}
    ).content.decode()
    row = words(next(row for row in page.split("<tr>") if 'datetime="2026-09-27' in row and "daily-edits" in row))
    assert "Price ×2, Content Courier on strike" in row
    assert f"?q={in_workspace.offer.allegro_id}&amp;since=2026-09-27&amp;until=2026-09-27" in page
    assert "offer-" in answer["Content-Disposition"]


def test_no_cell_of_the_file_runs_as_a_formula(owner_client: Client, in_workspace: Team) -> None:
    document = {"sellingMode": {"price": money("1.00", "=A1")}, "stock": {"available": 7}}
    add_reading(in_workspace.offer, "price_stock", NOW - timedelta(hours=5), NOW, document)
    content = owner_client.get(f"/offers/{in_workspace.offer.pk}/days.csv").content.decode()
    assert ",1.00,1.00,'=A1," in content
