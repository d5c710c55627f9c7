"""The bill: every entry once, also those that come late, and the fees by day that follow from them."""

from collections import defaultdict
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from accounts.models import SellerAccount
from allegro.api.paging import Offsets
from allegro.models import RunKind, RunStatus, RunTrigger, StreamCursor
from allegro.scopes import BILLING, READ_SCOPES
from allegro.simulator.books import Books
from allegro.sync import billing
from allegro.sync.run import STAGES, sync_account
from offers.calendar import warsaw_day
from offers.models import BillingEntry, BillingHistory, FeeDay, FeeKind
from offers.sales.fees import INTERNAL, Fee, kind_of, rebuild_fees, record_fees
from tests.allegro.conftest import GARDEN, SECATEURS, Linked
from tests.allegro.record_rows import FEE_COLUMNS

ABOUT_FEES = {"orders", "order_history", "billing", "billing_history"}


@pytest.fixture
def seller(garden: Linked, monkeypatch: pytest.MonkeyPatch) -> Linked:
    """The garden seller some weeks later; of a run only what is about orders and fees."""
    for kind, stages in STAGES.items():
        monkeypatch.setitem(STAGES, kind, tuple(each for each in stages if each[0] in ABOUT_FEES))
    garden.world.move(days=8)
    return garden


def true_bill(linked: Linked) -> dict[str, tuple[str, Decimal, str]]:
    """The simulated seller's bill by now: type, amount and currency of each entry."""
    simulation = linked.world.running.simulation
    since = int((linked.world.now - timedelta(days=365)).timestamp() * 1e6)
    with simulation.lock:
        entries = simulation.world.of(Books).settle().entries[GARDEN]
        return {entry.id: (entry.type, entry.value, entry.currency) for entry in entries if entry.at >= since}


def bill() -> dict[str, tuple[str, Decimal, str]]:
    rows = BillingEntry.objects.values_list("entry_id", "type", "amount", "currency")
    return {entry_id: (kind, amount, currency) for entry_id, kind, amount, currency in rows}


def fee_days() -> list[tuple[Any, ...]]:
    return sorted(FeeDay.objects.values_list(*FEE_COLUMNS), key=repr)


def assert_rebuilding_changes_no_fee(account: SellerAccount) -> None:
    before = fee_days()
    assert rebuild_fees(account) == len(before) > 0
    assert fee_days() == before


def test_the_whole_bill_is_read_once_and_summed_to_the_grosz(seller: Linked) -> None:
    assert seller.sync().status == RunStatus.SUCCEEDED
    assert bill() == true_bill(seller) != {}
    assert BillingHistory.objects.get().is_whole
    told: dict[str, Decimal] = defaultdict(Decimal)
    for kind, amount, _currency in true_bill(seller).values():
        if kind not in INTERNAL:
            told[kind_of(kind, "") or ""] += amount
    summed: dict[str, Decimal] = defaultdict(Decimal)
    for row in FeeDay.objects.all():
        summed[row.kind] += row.amount
    assert {FeeKind.COMMISSION, FeeKind.ADS} <= set(summed)
    assert summed == told
    assert_rebuilding_changes_no_fee(seller.account)


def test_commission_is_of_its_offer_and_advertising_of_the_account(seller: Linked) -> None:
    seller.sync()
    assert not FeeDay.objects.filter(kind=FeeKind.COMMISSION, offer__isnull=True).exists()
    assert not FeeDay.objects.filter(kind=FeeKind.ADS, offer__isnull=False).exists()
    # Allegro does not say which day it charges for: the day is the one on which the fee was posted.
    ads = FeeDay.objects.filter(kind=FeeKind.ADS)
    assert set(ads.values_list("is_day_told", flat=True)) == {False}
    posted = BillingEntry.objects.filter(type="NSP").values_list("occurred_at", flat=True)
    assert {row.day for row in ads} == {warsaw_day(instant) for instant in posted}


def test_an_entry_that_comes_days_late_is_found_and_moves_its_day(seller: Linked) -> None:
    seller.sync()
    seller.world.move(days=1)
    seller.world.quirk("billing_entry", seller=GARDEN, type="HB4", amount="-9.99", offer_id=SECATEURS, days_late=8)
    seller.world.quirk("billing_entry", seller=GARDEN, type="PAD", amount="50.00")
    seller.sync()
    assert bill() == true_bill(seller)
    late = FeeDay.objects.get(kind=FeeKind.DELIVERY)
    assert (late.amount, late.day) == (Decimal("-9.99"), warsaw_day(seller.world.now - timedelta(days=8)))
    assert BillingEntry.objects.filter(type="PAD").exists()
    assert_rebuilding_changes_no_fee(seller.account)


def test_the_bill_of_a_year_is_read_back_over_many_runs(seller: Linked) -> None:
    def hurried(kind: RunKind) -> None:
        seller.account.refresh_from_db()
        at, slice_ = seller.world.now, timedelta(microseconds=1)
        sync_account(seller.account, trigger=RunTrigger.COMMAND, kind=kind, at=at, time_slice=slice_)

    hurried(RunKind.FULL)
    assert BillingHistory.objects.get().weeks_read == 1
    hurried(RunKind.JOURNAL)
    assert BillingHistory.objects.get().weeks_read == 2
    assert set(bill()) < set(true_bill(seller))
    seller.sync(RunKind.JOURNAL)
    assert bill() == true_bill(seller)
    assert_rebuilding_changes_no_fee(seller.account)


def test_a_marketplace_that_is_seen_later_gets_its_year_of_fees_too(
    seller: Linked, monkeypatch: pytest.MonkeyPatch
) -> None:
    everywhere = billing._marketplaces
    monkeypatch.setattr(billing, "_marketplaces", lambda _context: ["allegro-cz"])
    seller.sync()
    assert BillingHistory.objects.get().is_whole
    assert set(bill()) < set(true_bill(seller))
    monkeypatch.setattr(billing, "_marketplaces", everywhere)
    seller.account.refresh_from_db()
    at, slice_ = seller.world.now, timedelta(microseconds=1)
    sync_account(seller.account, trigger=RunTrigger.COMMAND, kind=RunKind.JOURNAL, at=at, time_slice=slice_)
    seller.sync()
    assert bill() == true_bill(seller)
    cursor = StreamCursor.objects.get(stream="billing:allegro-pl")
    assert cursor.position == billing.HAS_PART
    seller.sync()
    assert_rebuilding_changes_no_fee(seller.account)


def test_more_entries_than_can_be_paged_are_read_by_spans_of_time(
    seller: Linked, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in ("allegro.api.money", "allegro.sync.billing"):
        monkeypatch.setattr(f"{module}.BILLING", Offsets(7, 21))
    monkeypatch.setattr("allegro.simulator.api_billing.DEEPEST", 14)
    assert seller.sync().status == RunStatus.SUCCEEDED
    assert bill() == true_bill(seller)
    assert len(bill()) > 40


def test_without_the_permission_no_fee_is_read_and_the_seller_is_told(seller: Linked) -> None:
    seller.account.scopes = [scope for scope in READ_SCOPES if scope != BILLING]
    seller.account.save()
    stages = {entry["stage"]: entry for entry in seller.sync().stages}
    assert stages["billing"]["status"] == stages["billing_history"]["status"] == "switched_off"
    assert stages["billing"]["scope"] == BILLING
    assert not BillingEntry.objects.exists()


def test_advertising_counts_on_the_day_that_it_is_charged_for_where_that_is_told(seller: Linked) -> None:
    now = seller.world.now
    fee = Fee("a", "allegro-pl", now, "NSP", "", Decimal("-20.00"), "PLN", None, "", "", {"day": "07.09.2026"})
    unclear = {"day": "07.09.2026", "until": "08.09.2026"}
    other = Fee("b", "allegro-pl", now, "NSP", "", Decimal("-30.00"), "PLN", None, "", "", unclear)
    assert record_fees(seller.account, [fee, other], now) == 2
    assert record_fees(seller.account, [fee, other], now) == 0
    days = {(str(row.day), row.is_day_told): row.amount for row in FeeDay.objects.all()}
    assert days == {("2026-09-07", True): Decimal("-20.00"), (str(warsaw_day(now)), False): Decimal("-30.00")}


@pytest.mark.parametrize(
    ("type_id", "name", "kind"),
    [
        ("SUC", "Prowizja od sprzedaży", FeeKind.COMMISSION),
        ("XYZ", "Abonament profesjonalny", FeeKind.SUBSCRIPTION),
        ("XYZ", "Przesyłka Packeta - opłaty dodatkowe", FeeKind.DELIVERY),
        ("PS1", "Wyrównanie w programie Allegro Ceny", FeeKind.OTHER),
        ("PAD", "Pobranie opłat z wpływów", None),
        ("ZZZ", "Opłata, której jeszcze nie było", FeeKind.OTHER),
    ],
)
def test_a_type_is_what_its_id_or_its_name_says_and_else_something_of_its_own(
    type_id: str, name: str, kind: FeeKind | None
) -> None:
    assert kind_of(type_id, name) == kind
