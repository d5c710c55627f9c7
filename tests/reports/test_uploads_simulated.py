"""Every kind of file that the simulator can give, from the bytes to the totals."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest
from django.db.models import Sum

from allegro.simulator.exports.ads import CAMPAIGNS, OFFERS, AdsOddities, ads_statistics
from allegro.simulator.exports.billing import billing_history
from allegro.simulator.exports.files import ExportFile
from allegro.simulator.exports.offer_list import offer_list
from allegro.simulator.exports.orders import OrdersOddities, exported_orders, orders_summary
from allegro.simulator.exports.payments import PaymentsOddities, payment_operations
from allegro.simulator.exports.sales_by_offer import sales_by_offer
from allegro.simulator.exports.scope import Scope
from allegro.simulator.exports.views import true_view
from allegro.simulator.genesis import new_world
from allegro.simulator.instants import parse_instant
from allegro.simulator.world import World
from reports.cover import event_rows
from reports.details import say
from reports.models import Upload, UploadRow, UploadStatus
from reports.reading import read
from reports.uploads import import_upload, receive
from tests.conftest import Team

SELLER = "44300112"
WEEK = Scope(SELLER, "allegro-pl", date(2026, 2, 20), date(2026, 2, 26))
NEXT = Scope(SELLER, "allegro-pl", date(2026, 2, 24), date(2026, 3, 1))
ALL = Scope(SELLER, "allegro-pl", date(2026, 2, 20), date(2026, 3, 1))
Make = Callable[[World], ExportFile]

FILES: dict[str, tuple[str, Make]] = {
    "sales pl": ("sales_by_offer", lambda world: sales_by_offer(world, true_view(world, WEEK), "pl")),
    "sales en": ("sales_by_offer", lambda world: sales_by_offer(world, true_view(world, WEEK), "en")),
    "ads offers pl": ("ads_offers", lambda world: ads_statistics(world, WEEK, OFFERS, "pl", AdsOddities())),
    "ads offers en": ("ads_offers", lambda world: ads_statistics(world, WEEK, OFFERS, "en", AdsOddities())),
    "ads campaigns": ("ads_campaigns", lambda world: ads_statistics(world, WEEK, CAMPAIGNS, "pl", AdsOddities())),
    "offers": ("offer_list", lambda world: offer_list(world, SELLER, layout="current", status="ACTIVE")),
    "orders a": ("orders", lambda world: orders_summary(world, WEEK, OrdersOddities("a"))),
    "orders b": ("orders", lambda world: orders_summary(world, WEEK, OrdersOddities("b", mark=True, summary=True))),
    "orders": ("orders", lambda world: orders_summary(world, WEEK, OrdersOddities("all", summary=True))),
    "billing": ("billing", lambda world: billing_history(world, WEEK, mark=True)),
    "payments": ("payments", lambda world: payment_operations(world, WEEK, PaymentsOddities())),
    "payments csv": ("payments", lambda world: payment_operations(world, WEEK, PaymentsOddities(text=True))),
}


@pytest.fixture(scope="module")
def world() -> World:
    """A world with two weeks behind it."""
    return new_world(7, parse_instant("2026-03-02T08:00:00Z"), 14)


def taken(team: Team, file: ExportFile) -> Upload:
    """The file, read."""
    upload, _created = receive(team.account, None, file.name, file.content, read_later=False)
    read(upload)
    return upload


def imported(team: Team, file: ExportFile) -> Upload:
    """The file, with what it leaves open said, imported."""
    upload = taken(team, file)
    if upload.questions:
        period = (WEEK.first, WEEK.last) if "period" in upload.questions else None
        say(upload, period=period, currency="PLN" if "currency" in upload.questions else "")
    assert import_upload(upload, None), (upload.status, upload.questions, upload.bad_rows, upload.refusal)
    return upload


@pytest.mark.parametrize("name", FILES)
def test_every_kind_of_file_is_recognised_and_imported_without_a_bad_row(
    in_workspace: Team, world: World, name: str
) -> None:
    kind, make = FILES[name]
    upload = imported(in_workspace, make(world))
    assert (upload.kind, upload.status, upload.bad_rows) == (kind, UploadStatus.IMPORTED, 0)
    assert upload.good_rows == UploadRow.objects.filter(upload=upload).count() > 0


def test_orders_in_two_overlapping_files_count_once(in_workspace: Team, world: World) -> None:
    for scope in (WEEK, NEXT):
        imported(in_workspace, orders_summary(world, scope, OrdersOddities("all")))
    truth = exported_orders(world, ALL)
    rows = event_rows(in_workspace.account, "orders")
    assert rows.filter(row_type="order").count() == len(truth)
    pieces = sum(line.quantity for order in truth for line in order.lines)
    assert rows.filter(row_type="lineItem").aggregate(Sum("units"))["units__sum"] == pieces


def test_charges_in_two_overlapping_files_count_once(in_workspace: Team, world: World) -> None:
    whole = imported(in_workspace, billing_history(world, ALL, mark=False))
    expected = UploadRow.objects.filter(upload=whole).aggregate(Sum("debit"))["debit__sum"]
    for scope in (WEEK, NEXT):
        imported(in_workspace, billing_history(world, scope, mark=True))
    rows = event_rows(in_workspace.account, "billing")
    assert rows.count() == whole.good_rows
    assert rows.aggregate(Sum("debit"))["debit__sum"] == expected < Decimal(0)


def test_nothing_of_a_buyer_reaches_the_rows(in_workspace: Team, world: World) -> None:
    imported(in_workspace, orders_summary(world, WEEK, OrdersOddities("all")))
    imported(in_workspace, payment_operations(world, WEEK, PaymentsOddities()))
    stored = str(list(UploadRow.objects.values_list()))
    buyers = [order.buyer for order in exported_orders(world, WEEK)]
    assert buyers
    for buyer in buyers:
        for word in (buyer.login, buyer.street, f"{buyer.first_name} {buyer.last_name}"):
            assert word not in stored
