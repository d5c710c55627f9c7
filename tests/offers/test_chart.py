"""The document behind the chart, value by value."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from offers.models import CoverageGap, OfferDay
from offers.reading import charting
from offers.record.storing import record_gone
from tests.conftest import Team
from tests.offers.page_facts import NOW, TODAY, add_change, add_reading, add_sale, know_orders, money, price_stock

NO_BREAK = "\N{NO-BREAK SPACE}"


@pytest.fixture(autouse=True)
def _now() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


def read_chart(client: Client, team: Team, days: str = "7") -> dict[str, Any]:
    answer = client.get(f"/offers/{team.offer.pk}/chart.json?days={days}", headers={"accept-language": "en"})
    assert answer.status_code == 200
    document: dict[str, Any] = answer.json()
    return document


def september(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 9, day, hour, minute, tzinfo=UTC)


def test_an_offer_without_data_has_nothing_but_unknowns(owner_client: Client, team: Team) -> None:
    assert read_chart(owner_client, team) == {
        "offer": str(team.offer.pk),
        "title": team.offer.title,
        "from": "2026-09-21",
        "to": "2026-09-28",
        "now": "2026-09-28T12:00:00+02:00",
        "days": [f"2026-09-{day}" for day in range(21, 29)],
        "units": [None] * 8,
        "revenue": [{"currency": "PLN", "values": [None] * 8}],
        "price": [],
        "visitors": [],
        "compared": {},
        "spans": [],
        "gaps": [],
        "groups": [],
        "changes": [],
        "older": "",
        "notes": [],
    }


def test_zeros_stand_only_where_a_day_without_sales_is_known(owner_client: Client, in_workspace: Team) -> None:
    know_orders(in_workspace.account, since=september(24, 6), until=september(27, 20))
    add_sale(in_workspace.offer, date(2026, 9, 25), 3, "149.70")
    add_sale(in_workspace.offer, date(2026, 9, 27), 1, "10.00", "EUR")
    chart = read_chart(owner_client, in_workspace)
    assert chart["units"] == [None, None, None, 0, 3, 0, 1, None]
    assert chart["revenue"] == [
        {"currency": "PLN", "values": [None, None, None, "0.00", "149.70", "0.00", "0.00", None]},
        {"currency": "EUR", "values": [None, None, None, "0.00", "0.00", "0.00", "10.00", None]},
    ]


def test_price_is_a_step_of_known_spans(owner_client: Client, in_workspace: Team) -> None:
    offer = in_workspace.offer
    add_reading(offer, "price_stock", september(23, 6), september(24, 8), price_stock("49.90"))
    add_reading(offer, "price_stock", september(24, 9), september(26, 1), price_stock("44.90"))
    add_reading(offer, "price_stock", september(26, 7), september(28, 8), price_stock("54.90"))
    add_change(offer, at=september(24, 8, 30))
    add_change(
        offer, old=money("44.90"), new=money("54.90"), not_before=september(26, 1), not_after=september(26, 7),
        certainty="interval", event_type="",
    )  # fmt: skip
    add_change(offer, marketplace="allegro-cz", old=money("300.00", "CZK"), new=money("310.00", "CZK"))
    assert read_chart(owner_client, in_workspace)["price"] == [
        {"from": "2026-09-23T08:00:00+02:00", "to": "2026-09-24T10:30:00+02:00", "amount": "49.90", "currency": "PLN"},
        {"from": "2026-09-24T10:30:00+02:00", "to": "2026-09-26T03:00:00+02:00", "amount": "44.90", "currency": "PLN"},
        {"from": "2026-09-26T09:00:00+02:00", "to": "2026-09-28T10:00:00+02:00", "amount": "54.90", "currency": "PLN"},
    ]


def test_being_out_of_stock_and_not_active_is_named(owner_client: Client, in_workspace: Team) -> None:
    offer = in_workspace.offer
    add_reading(offer, "price_stock", september(1, 6), september(24, 8), price_stock(stock=4))
    add_reading(offer, "price_stock", september(24, 10), september(26, 8), price_stock(stock=0))
    add_reading(offer, "price_stock", september(26, 10), september(28, 8), price_stock(stock=20))
    add_reading(offer, "detail", september(1, 6), september(28, 8), {"publication": {"status": "ACTIVE"}})
    sold: dict[str, Any] = {"certainty": "sold", "units_sold": 4, "event_type": "OFFER_STOCK_CHANGED"}
    add_change(offer, "stock", old=4, new=0, at=september(24, 9), **sold)
    add_change(offer, "stock", old=0, new=20, at=september(26, 9), event_type="OFFER_STOCK_CHANGED")
    add_change(offer, "status", old="ACTIVE", new="ENDED", at=september(24, 10), event_type="OFFER_ENDED")
    add_change(offer, "status", old="ENDED", new="ACTIVE", at=september(25, 10), event_type="OFFER_ACTIVATED")
    chart = read_chart(owner_client, in_workspace)
    assert chart["spans"] == [
        {
            "kind": "out_of_stock",
            "from": "2026-09-24T11:00:00+02:00",
            "to": "2026-09-26T11:00:00+02:00",
            "label": "Out of stock 24–26 Sep",
        },
        {
            "kind": "not_active",
            "from": "2026-09-24T12:00:00+02:00",
            "to": "2026-09-25T12:00:00+02:00",
            "label": "Ended 24–25 Sep",
        },
    ]
    assert chart["groups"] == [
        {"key": "stock", "label": "Stock", "count": 1},
        {"key": "status", "label": "Status", "count": 2},
    ]


def test_a_restock_beside_purchases_does_not_draw_an_empty_stock(owner_client: Client, in_workspace: Team) -> None:
    """None left, five added at some moment, those five bought: nobody knows how many were there when."""
    offer = in_workspace.offer
    add_reading(offer, "price_stock", september(23, 6), september(24, 8), price_stock(stock=3))
    add_reading(offer, "price_stock", september(26, 8), september(27, 8), price_stock(stock=0))
    add_change(offer, "stock", old=3, new=0, at=september(25, 9), units_sold=8, event_type="OFFER_STOCK_CHANGED")
    [span] = read_chart(owner_client, in_workspace)["spans"]
    assert (span["from"], span["to"]) == ("2026-09-26T10:00:00+02:00", "2026-09-27T10:00:00+02:00")


def test_the_price_lasts_as_far_as_the_list_bore_it_out(owner_client: Client, in_workspace: Team) -> None:
    """That a row of another price was listed later says nothing of this one."""
    offer = in_workspace.offer
    add_reading(offer, "price_stock", september(23, 6), september(24, 8), price_stock("49.90"))
    offer.listed_at, offer.confirmed_until = september(28, 8), september(26, 8)
    offer.save()
    [price] = read_chart(owner_client, in_workspace)["price"]
    assert (price["from"], price["to"]) == ("2026-09-23T08:00:00+02:00", "2026-09-26T10:00:00+02:00")


def test_an_offer_that_is_gone_has_neither_price_nor_stock(owner_client: Client, in_workspace: Team) -> None:
    offer = in_workspace.offer
    add_reading(offer, "price_stock", september(23, 6), september(24, 8), price_stock("49.90", 0))
    add_reading(offer, "detail", september(23, 6), september(24, 8), {"publication": {"status": "ACTIVE"}})
    offer.confirmed_until = september(25, 8)
    offer.save()
    record_gone(offer, september(24, 9))
    chart = read_chart(owner_client, in_workspace)
    assert [price["to"] for price in chart["price"]] == ["2026-09-24T11:00:00+02:00"]
    assert [(span["kind"], span["from"], span["to"]) for span in chart["spans"]] == [
        ("out_of_stock", "2026-09-23T08:00:00+02:00", "2026-09-24T11:00:00+02:00"),
        ("not_active", "2026-09-24T11:00:00+02:00", "2026-09-28T12:00:00+02:00"),
    ]


def test_a_window_inside_a_long_history_draws_what_reaches_into_it(owner_client: Client, in_workspace: Team) -> None:
    offer = in_workspace.offer
    for first, last, price in ((3, 5, "49.90"), (10, 21, "44.90"), (27, 27, "54.90")):
        add_reading(offer, "price_stock", september(first, 6), september(last, 8), price_stock(price))
    add_change(offer, old=money("44.90"), new=money("54.90"), at=september(25, 6))
    assert [
        (price["from"], price["to"], price["amount"]) for price in read_chart(owner_client, in_workspace)["price"]
    ] == [
        ("2026-09-21T00:00:00+02:00", "2026-09-25T08:00:00+02:00", "44.90"),
        ("2026-09-25T08:00:00+02:00", "2026-09-27T10:00:00+02:00", "54.90"),
    ]


def test_a_moment_and_an_interval_are_told_apart(owner_client: Client, in_workspace: Team) -> None:
    moment = add_change(in_workspace.offer, at=september(25, 9, 15))
    interval = add_change(
        in_workspace.offer, "handling_time", old="PT24H", new="P3D", not_before=september(23, 1),
        not_after=september(24, 1), certainty="interval", event_type="",
    )  # fmt: skip
    base = f"/offers/{in_workspace.offer.pk}/changes"
    assert read_chart(owner_client, in_workspace)["changes"] == [
        {
            "id": str(moment.pk),
            "group": "price",
            "label": "Price",
            "from": "2026-09-25T11:15:00+02:00",
            "to": "2026-09-25T11:15:00+02:00",
            "moment": True,
            "text": f"PLN{NO_BREAK}49.90 → PLN{NO_BREAK}44.90",
            "note": f"−PLN{NO_BREAK}5.00 (−10.0{NO_BREAK}%)",
            "how": "exact time from the journal",
            "minor": False,
            "url": f"{base}/{moment.pk}/",
        },
        {
            "id": str(interval.pk),
            "group": "delivery",
            "label": "Handling time",
            "from": "2026-09-23T03:00:00+02:00",
            "to": "2026-09-24T03:00:00+02:00",
            "moment": False,
            "text": "24 hours → 3 days",
            "note": "",
            "how": "seen by comparing two reads; Allegro announced nothing",
            "minor": False,
            "url": f"{base}/{interval.pk}/",
        },
    ]


def test_visitors_and_gaps(owner_client: Client, in_workspace: Team) -> None:
    OfferDay.objects.create(
        account=in_workspace.account, offer=in_workspace.offer, marketplace="allegro-pl", day=TODAY - timedelta(days=2),
        visits_30d=340, observed_at=NOW,
    )  # fmt: skip
    CoverageGap.objects.create(
        account=in_workspace.account, stream="journal", since=september(23, 1), until=september(24, 5), reason="missed"
    )
    chart = read_chart(owner_client, in_workspace)
    assert chart["visitors"] == [{"marketplace": "allegro-pl", "values": [*[None] * 5, 340, None, None]}]
    assert chart["gaps"] == [
        {
            "from": "2026-09-23T03:00:00+02:00",
            "to": "2026-09-24T07:00:00+02:00",
            "stream": "journal",
            "label": "Allegro's journal is not known for 23–24 Sep",
        }
    ]


@pytest.mark.parametrize(
    ("choice", "first"),
    [("28", "2026-08-31"), ("365", "2025-09-28"), ("all", "2026-09-01"), ("9999", "2026-08-31"), ("x", "2026-08-31")],
)
def test_the_period_comes_from_the_address(owner_client: Client, team: Team, choice: str, first: str) -> None:
    assert read_chart(owner_client, team, choice)["from"] == first


def test_a_day_in_autumn_lasts_25_hours(owner_client: Client, in_workspace: Team) -> None:
    with time_machine.travel(datetime(2026, 10, 27, 10, tzinfo=UTC), tick=False):
        owner_client.force_login(in_workspace.owner)
        add_change(in_workspace.offer, at=datetime(2026, 10, 25, 22, 30, tzinfo=UTC))
        chart = read_chart(owner_client, in_workspace)
    assert chart["changes"][0]["from"] == "2026-10-25T23:30:00+01:00"
    assert chart["days"][5:] == ["2026-10-25", "2026-10-26", "2026-10-27"]


def test_the_number_of_queries_does_not_grow(
    owner_client: Client, in_workspace: Team, django_assert_max_num_queries: Any
) -> None:
    know_orders(in_workspace.account, since=september(1, 6))
    for hour in range(20):
        add_change(in_workspace.offer, at=NOW - timedelta(hours=hour))
        add_change(in_workspace.offer, "stock", old=hour, new=hour + 1, at=NOW - timedelta(hours=hour))
    with django_assert_max_num_queries(18):
        assert len(read_chart(owner_client, in_workspace)["changes"]) == 40


def test_strangers_find_no_chart(team: Team) -> None:
    client = Client()
    client.force_login(team.stranger)
    assert client.get(f"/offers/{team.offer.pk}/chart.json").status_code == 404


def test_changes_come_in_stretches_where_there_are_many(
    owner_client: Client, in_workspace: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = [add_change(in_workspace.offer, at=NOW - timedelta(hours=hours)) for hours in range(1, 6)]
    monkeypatch.setattr(charting, "CHANGES_AT_ONCE", 2)
    chart = read_chart(owner_client, in_workspace)
    found, older = [each["id"] for each in chart["changes"]], chart["older"]
    while older:
        address = f"/offers/{in_workspace.offer.pk}/chart-changes.json?days=7&before={older}"
        answer = owner_client.get(address).json()
        assert len(answer["changes"]) <= 2
        found += [each["id"] for each in answer["changes"]]
        older = answer["older"]
    assert found == [str(change.pk) for change in made]


def test_a_year_tells_of_empty_stock_although_not_every_sale_is_read(owner_client: Client, in_workspace: Team) -> None:
    add_reading(in_workspace.offer, "price_stock", september(20, 8), september(20, 8), price_stock(stock=4))
    for hour, left in enumerate((3, 2, 1, 0), start=10):
        add_change(
            in_workspace.offer, "stock", old=left + 1, new=left, at=september(20, hour), certainty="sold", units_sold=1
        )
    add_change(in_workspace.offer, "stock", old=0, new=9, at=september(21, 12))
    add_reading(in_workspace.offer, "price_stock", september(22, 8), september(27, 8), price_stock(stock=9))
    week, year = (read_chart(owner_client, in_workspace, days)["spans"] for days in ("14", "365"))
    assert year == week
    assert [(span["kind"], span["from"], span["to"]) for span in year] == [
        ("out_of_stock", "2026-09-20T15:00:00+02:00", "2026-09-21T14:00:00+02:00")
    ]
