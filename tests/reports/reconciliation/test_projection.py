"""Comparisons kept up to date are those made anew, whatever happens in between, and cost few queries."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from accounts.models import SellerAccount
from accounts.scoping import every_workspace
from offers.calendar import warsaw_day
from offers.models import Offer
from offers.state.loading import LISTED_FIELDS, load_timelines
from reports.models import AccountTotal, Comparison, ReconciledAccount, Upload
from reports.reading import read
from reports.reconciliation import facts
from reports.reconciliation.projection import rebuild, refresh
from reports.tasks import reconcile_account, reconcile_synced_accounts
from reports.uploads import discard, import_upload, receive
from tests.allegro.conftest import Linked
from tests.conftest import Team
from tests.offers.page_facts import NOW, add_sale, know_orders
from tests.reports import upload_samples as samples
from tests.reports.reconciliation.lives import export
from tests.reports.reconciliation.record import assert_rebuilding_changes_nothing, rows_of


def take(account: SellerAccount, url: str, first: date, last: date, uploaded_at: Any) -> Upload:
    """The simulator's export of some days, imported."""
    name, content = export(account, url, (first, last))
    upload, _is_new = receive(account, None, name, content, read_later=False)
    read(upload)
    Upload.objects.filter(pk=upload.pk).update(uploaded_at=uploaded_at)
    assert import_upload(upload, None)
    return upload


@pytest.mark.slow
def test_kept_up_to_date_is_the_same_as_made_anew(garden: Linked) -> None:
    account, world = garden.account, garden.world
    garden.sync()
    uploads: list[Upload] = []
    compared = 0
    for half_day in range(7):
        offers = list(Offer.objects.filter(status="ACTIVE").order_by("allegro_id"))
        if half_day == 1:
            world.edit(offers[0].allegro_id, price="99.00")
        if half_day == 3:
            world.edit(offers[1].allegro_id, status="ENDED")
            world.edit(offers[2].allegro_id, stock=offers[2].stock + 40)
        now = world.move(hours=12)
        garden.sync()
        account.refresh_from_db()
        if half_day in (1, 3, 5):
            today = warsaw_day(now)
            uploads.append(take(account, world.url, today - timedelta(days=1), today, now))
        if half_day == 4:
            assert discard(uploads[0], None)
        refresh(account)
        compared = max(compared, assert_rebuilding_changes_nothing(account))
    assert compared > 30
    call_command("rebuild_reconciliation", str(account.pk), verbosity=0)
    assert len(rows_of(account)) > 30


def test_many_offers_have_the_timelines_that_each_has_alone(garden: Linked) -> None:
    garden.first_sync()
    offers = list(Offer.objects.all())
    garden.world.edit(offers[0].allegro_id, price="77.00")
    since = garden.world.now - timedelta(hours=1)
    garden.world.move(hours=6)
    garden.sync()
    together = facts.load_timelines(garden.account, list(Offer.objects.all()), since)
    for offer in Offer.objects.all():
        alone = load_timelines(offer, since, garden.world.now)
        for each in LISTED_FIELDS:
            assert together[offer.pk, each.key].segments() == alone[each.key].segments()


@pytest.fixture
def with_report(in_workspace: Team) -> Team:
    """A lamp and a mug in an imported week, the lamp sold as the report says."""
    account = in_workspace.account
    know_orders(account, since=NOW - timedelta(days=60))
    Offer.objects.filter(pk=in_workspace.offer.pk).update(allegro_id="18000000001")
    in_workspace.offer.refresh_from_db()
    samples.imported(account)
    refresh(account)
    return in_workspace


def test_a_new_threshold_touches_every_comparison(with_report: Team, settings: Settings) -> None:
    account = with_report.account
    settings.RECONCILIATION_THRESHOLD_PERCENT = 25.0
    refresh(account)
    assert ReconciledAccount.objects.get(account=account).threshold == 25
    assert_rebuilding_changes_nothing(account)


def test_an_offer_read_after_the_import_is_compared_then(with_report: Team) -> None:
    account = with_report.account
    mug = Comparison.objects.filter(allegro_offer_id="18000000002")
    assert set(mug.values_list("reason", flat=True)) == {"unknown_offer"}
    Offer.objects.create(account=account, allegro_id="18000000002", title="Kubek", first_seen_at=NOW)
    refresh(account)
    assert "unknown_offer" not in set(mug.values_list("reason", flat=True))
    assert mug.filter(offer__isnull=False).count() == mug.count()


def test_more_offers_need_no_more_queries(with_report: Team) -> None:
    account = with_report.account

    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as captured:
            rebuild(account)
        return len(captured)

    few = queries()
    rows = [(18000001000 + number, f"Lampa {number}", 1, 50.0, 5, 0.001, 50.0, 3, 1) for number in range(60)]
    samples.imported(account, "sprzedaz_2026-08-10_2026-08-16.xlsx", samples.report(*rows))
    Offer.objects.bulk_create(
        Offer(account=account, allegro_id=str(row[0]), title=row[1], first_seen_at=NOW) for row in rows
    )
    # Four more for the sums of the second report and for what it holds.
    assert queries() <= few + 5


def test_accounts_are_compared_after_a_sync_and_only_then(with_report: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    monkeypatch.setattr(reconcile_account, "delay", asked.append)
    account = with_report.account
    assert reconcile_synced_accounts() == 0
    SellerAccount.objects.filter(pk=account.pk).update(last_synced_at=NOW + timedelta(hours=3))
    assert reconcile_synced_accounts() == 1
    assert asked == [str(account.pk)]
    with every_workspace():
        reconcile_account(str(account.pk))
    assert reconcile_synced_accounts() == 0


def test_a_report_of_several_days_is_one_total(with_report: Team) -> None:
    account, offer = with_report.account, with_report.offer
    add_sale(offer, date(2026, 8, 4), 3, "149.97")
    rebuild(account)
    [total] = AccountTotal.objects.all()
    assert (total.first_day, total.last_day) == (date(2026, 8, 3), date(2026, 8, 9))
    assert (total.reported_units, total.own_units) == (14, 3)
    assert total.units_status == "differs"
