"""Files of orders beside our own orders, day by day: each difference is told by the orders that make it."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
import requests
from django.conf import settings
from django.test import Client
from django.urls import reverse

from accounts.models import SellerAccount
from offers.models import OrderEvent, OrderLine
from reports.models import ReportedDay, Upload, UploadKind, UploadRow, UploadStatus
from reports.reading import read
from reports.reconciliation.projection import rebuild
from reports.uploads import discard, import_upload, receive
from tests.allegro.conftest import Linked
from tests.conftest import Team

DAY = date(2026, 8, 4)
NOON = datetime(2026, 8, 4, 10, tzinfo=UTC)


@pytest.fixture
def known(in_workspace: Team) -> Iterator[Team]:
    """An account whose orders are known from July on."""
    account = in_workspace.account
    account.last_synced_at = datetime(2026, 8, 12, 8, tzinfo=UTC)
    account.save()
    since = datetime(2026, 7, 1, tzinfo=UTC)
    OrderEvent.objects.create(account=account, event_id="1", type="BOUGHT", occurred_at=since, received_at=since)
    yield in_workspace


def hold(team: Team, order_id: str, units: int = 1, **more: Any) -> None:
    """An order of ours with one line of 10.00 a piece."""
    stands = {"status": "READY_FOR_PROCESSING", "marketplace": "allegro-pl", "bought_at": NOON} | more
    OrderLine.objects.create(
        account=team.account,
        line_item_id=f"line-{order_id}",
        order_id=order_id,
        allegro_offer_id=team.offer.allegro_id,
        quantity=units,
        unit_price=Decimal("10.00"),
        currency="PLN",
        recorded_at=NOON,
        **stands,
    )


def imported(team: Team, *orders: tuple[str, int, dict[str, Any]], **more: Any) -> Upload:
    """A file of the fourth of August with these orders: id, pieces of 10.00, what else their row says."""
    stands = {"period_from": DAY, "period_to": DAY, "status": UploadStatus.IMPORTED, "uploaded_at": NOON + timedelta(3)}
    upload: Upload = Upload.objects.create(
        account=team.account, kind=UploadKind.ORDERS, file_name="o.csv", size=1, **{"sha256": "file"} | stands | more
    )
    for number, (order_id, units, says) in enumerate(orders):
        order = {"occurred_at": NOON, "marketplace": "allegro-pl", "seller_status": "NEW"} | says
        add(upload, 2 * number, natural_key=order_id, row_type="order", order_id=order_id, **order)
        line = {"units": units, "unit_price": Decimal("10.00"), "currency": "PLN"}
        key = f"line-{order_id}"
        add(upload, 2 * number + 1, natural_key=key, row_type="lineItem", order_id=order_id, line_item_id=key, **line)
    return upload


def add(upload: Upload, number: int, **cells: Any) -> None:
    UploadRow.objects.create(upload=upload, row_number=number, **cells)


def day_of(team: Team) -> ReportedDay:
    rebuild(team.account)
    found: ReportedDay = ReportedDay.objects.get(account=team.account, day=DAY)
    return found


def reasons(day: ReportedDay) -> list[tuple[str, int, int, str]]:
    return [(each["code"], each["orders"], each["units"], each["revenue"]) for each in day.reasons]


def test_the_same_orders_agree(known: Team) -> None:
    for order_id in ("a", "b"):
        hold(known, order_id, 3)
    imported(known, ("a", 3, {}), ("b", 3, {}))
    day = day_of(known)
    assert (day.reported_units, day.own_units, day.reported_revenue, day.own_revenue) == (
        6,
        6,
        Decimal(60),
        Decimal(60),
    )
    assert (day.units_status, day.revenue_status, day.reasons) == ("agrees", "agrees", [])


@pytest.mark.parametrize(
    ("ours", "theirs", "expected"),
    [
        ({"status": "CANCELLED"}, {}, ("cancelled_since", 1, 2, "20.00")),
        ({"status": "BOUGHT"}, {}, ("not_ready", 1, 2, "20.00")),
        (None, {}, ("not_held", 1, 2, "20.00")),
        ({}, None, ("not_in_file", 1, -2, "-20.00")),
        ({}, {"seller_status": "CANCELLED"}, ("cancelled_in_file", 1, -2, "-20.00")),
        ({"units": 5}, {}, ("otherwise", 1, -3, "-30.00")),
    ],
)
def test_each_difference_names_its_orders(known: Team, ours: Any, theirs: Any, expected: tuple[Any, ...]) -> None:
    hold(known, "same")
    orders: list[tuple[str, int, dict[str, Any]]] = [("same", 1, {})]
    if ours is not None:
        hold(known, "odd", **{"units": 2} | ours)
    if theirs is not None:
        orders.append(("odd", 2, theirs))
    imported(known, *orders)
    day = day_of(known)
    assert reasons(day) == [expected]
    assert day.units_status == "differs"


def test_an_order_cancelled_on_both_sides_counts_on_neither(known: Team) -> None:
    hold(known, "same")
    hold(known, "gone", 7, status="CANCELLED")
    imported(known, ("same", 1, {}), ("gone", 7, {"seller_status": "CANCELLED"}))
    assert day_of(known).reasons == []


def test_the_day_on_which_a_file_was_made_is_left_out(known: Team) -> None:
    imported(known, ("a", 1, {}), uploaded_at=NOON + timedelta(hours=2))
    rebuild(known.account)
    assert not ReportedDay.objects.exists()


def test_days_before_our_orders_are_known_have_no_reference(known: Team) -> None:
    OrderEvent.objects.update(occurred_at=datetime(2026, 8, 10, tzinfo=UTC))
    imported(known, ("a", 1, {}))
    day = day_of(known)
    assert (day.own_units, day.units_status, day.reasons) == (None, "no_reference", [])


def test_a_file_without_marketplaces_stands_beside_all_of_them(known: Team) -> None:
    hold(known, "a")
    hold(known, "b", marketplace="allegro-business-pl")
    imported(known, ("a", 1, {"marketplace": ""}), ("b", 1, {"marketplace": ""}))
    day = day_of(known)
    assert (day.marketplace, day.own_units, day.units_status) == ("", 2, "agrees")


def test_the_newest_file_tells_how_an_order_stands(known: Team) -> None:
    hold(known, "a", status="CANCELLED")
    imported(known, ("a", 1, {}), sha256="old")
    imported(known, ("a", 1, {"seller_status": "CANCELLED"}), sha256="new", uploaded_at=NOON + timedelta(5))
    assert day_of(known).reasons == []


def test_a_discarded_file_counts_no_more(known: Team) -> None:
    upload = imported(known, ("a", 1, {}))
    assert day_of(known).reported_units == 1
    discard(upload, None)
    rebuild(known.account)
    assert not ReportedDay.objects.exists()


def test_the_page_says_why(known: Team, owner_client: Client) -> None:
    hold(known, "odd", 2, status="CANCELLED")
    imported(known, ("odd", 2, {}))
    rebuild(known.account)
    owner_client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    page = owner_client.get(reverse("reports:reconciliation_days")).content.decode()
    assert "1 order of the file is cancelled by now. That makes +2 pieces" in page


@pytest.mark.slow
def test_what_the_simulator_exports_is_what_we_hold(garden: Linked) -> None:
    garden.first_sync()
    garden.world.move(days=6)
    garden.sync()
    account: SellerAccount = garden.account
    account.refresh_from_db()
    now = garden.world.now
    first, last = now.date() - timedelta(days=5), now.date() - timedelta(days=1)
    query = f"from={first}&to={last}&seller={account.allegro_id}"
    file = requests.get(f"{garden.world.url}/_simulator/exports/orders.csv?{query}", timeout=30)
    upload, _new = receive(account, None, f"{now:%Y-%m-%d-%H_%M_%S}.csv", file.content, read_later=False)
    assert read(upload)
    assert import_upload(upload, None, leave_out=upload.bad_rows)
    Upload.objects.filter(pk=upload.pk).update(uploaded_at=now, period_from=first, period_to=last)
    rebuild(account)
    days = ReportedDay.objects.filter(account=account, own_units__isnull=False)
    assert sum(day.reported_units for day in days) > 5
    wrong = [(day.day, day.reasons) for day in days if day.reported_units != day.own_units]
    assert [(day, each["code"]) for day, told in wrong for each in told if each["code"] != "not_ready"] == []
