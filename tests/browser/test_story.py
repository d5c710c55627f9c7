"""The seller's story in a real browser: from sign-up to "what changed"."""

import time
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit
from zipfile import ZipFile

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from accounts.models import SellerAccount, Workspace
from accounts.scoping import every_workspace
from offers.models import Offer, OfferChange
from reports.models import Upload
from tests.browser.conftest import SimulatorButtons, Visitor, both
from tests.factories import PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

BEST_SELLER = "15204880113"
SYNC_MILLISECONDS = 180_000
# Allegro publishes a journal row ten to fourteen seconds after it happened.
JOURNAL_LAG_SECONDS = 15


def sign_up(visitor: Visitor) -> None:
    page = visitor.page
    visitor.go("/accounts/signup/")
    page.fill("input[name=email]", "newcomer@example.com")
    page.fill("input[name=password1]", PASSWORD)
    page.fill("input[name=password2]", PASSWORD)
    page.click("main button[type=submit]")
    page.wait_for_url("**/accounts/confirm-email/")
    visitor.go("/" + visitor.confirmation_link())
    page.click("main button[type=submit]")
    page.wait_for_url("**/dashboard/")


def link_account(visitor: Visitor) -> None:
    page = visitor.page
    visitor.go("/settings/accounts/")
    page.click("form[action$='/connect/'] button")
    page.click("button[value=allow]")
    page.wait_for_url("**/settings/accounts/*-*/")
    wait_for_sync(1)


def wait_for_sync(runs: int, failed: int = 0) -> None:
    """Wait until the account's run number `runs` has ended; all but `failed` of them must have ended well."""
    deadline = time.monotonic() + SYNC_MILLISECONDS / 1000
    while time.monotonic() < deadline:
        with every_workspace():
            account = SellerAccount.objects.get()
            if account.runs.exclude(status="running").count() >= runs:
                assert account.runs.exclude(status="succeeded").count() == failed
                return
        time.sleep(0.2)
    pytest.fail("the sync did not end in time")


@pytest.mark.parametrize("visitor", both("pl-phone-light", "en-desktop-dark"), indirect=True)
def test_from_sign_up_to_what_changed(visitor: Visitor, simulator: SimulatorButtons, tmp_path: Path) -> None:
    page = visitor.page
    for path in ("/", "/accounts/login/", "/accounts/signup/", "/accounts/password/reset/"):
        visitor.look(path)
    sign_up(visitor)
    link_account(visitor)

    account_page = page.url

    simulator.post(f"offers/{BEST_SELLER}", {"price": "99.90"})
    published = time.monotonic() + JOURNAL_LAG_SECONDS
    upload_report(visitor, simulator, tmp_path)
    name_the_columns(visitor, tmp_path)
    for path in ("/settings/workspace/", "/settings/team/", "/settings/data/", "/settings/audit/"):
        visitor.look(path)
    time.sleep(max(0.0, published - time.monotonic()))
    visitor.go(urlsplit(account_page).path)
    page.click("form[action$='/sync/'] button")
    wait_for_sync(2)
    expect(page.locator("#run .stages")).to_be_visible(timeout=SYNC_MILLISECONDS)
    page.wait_for_load_state("networkidle")

    visitor.go(f"/offer-events?q={BEST_SELLER}")
    assert "99" in page.locator("main").inner_text()
    with every_workspace():
        offer = Offer.objects.get(allegro_id=BEST_SELLER)
        change = OfferChange.objects.get(offer=offer, field="price", marketplace="", certainty="exact")
    assert (change.new["amount"], change.is_moment) == ("99.90", True)

    visitor.go(f"/offers/{offer.pk}/?days=28")
    expect(page.locator("canvas").first).to_be_visible()
    expect(page.locator("main")).to_contain_text("99")
    visitor.look_here()

    expect(page.locator("#offer-reports tbody tr")).to_have_count(2)
    for path in (
        "/dashboard/",
        "/offers/",
        "/offer-events",
        "/reports/",
        "/reports/upload/",
        "/reconciliation/",
        "/reconciliation/days/",
        "/totals/",
        "/settings/accounts/",
        f"/offers/{offer.pk}/on/",
        f"/offers/{offer.pk}/compare/",
    ):
        visitor.look(path)
    take_everything_along(visitor, tmp_path)
    leave(visitor, offer)
    assert visitor.faults == []


def take_everything_along(visitor: Visitor, folder: Path) -> None:
    """Export the whole history and look into the archive."""
    page = visitor.page
    visitor.go("/settings/data/")
    page.click("form[action$='/data/export/'] button")
    with page.expect_download(timeout=SYNC_MILLISECONDS) as download:
        page.click("#export a[href$='/file/']", timeout=SYNC_MILLISECONDS)
    archive = folder / "everything.zip"
    download.value.save_as(archive)
    with ZipFile(archive) as files:
        changes = next(name for name in files.namelist() if "changes" in name)
        assert "99.90" in files.read(changes).decode()


def leave(visitor: Visitor, offer: Offer) -> None:
    """Disconnect the account, whose history stays; then delete the workspace, and nothing stays."""
    page = visitor.page
    visitor.go(f"/settings/accounts/{offer.account_id}/")
    page.click("#disconnect >> xpath=ancestor::section >> summary")
    page.click("form[action$='/disconnect/'] button")
    page.wait_for_load_state("networkidle")
    visitor.look(f"/offers/{offer.pk}/")
    visitor.look("/settings/workspace/delete/")
    with every_workspace():
        name = Workspace.objects.get().name
    page.fill("input[name=typed]", name)
    page.click("main form button.btn-danger")
    if page.locator("main input[type=password]").count():
        page.fill("main input[type=password]", PASSWORD)
        page.click("main button[type=submit]")
    page.wait_for_url("**/deletions/**")
    deadline = time.monotonic() + SYNC_MILLISECONDS / 1000
    while Workspace.objects.exists() and time.monotonic() < deadline:
        time.sleep(0.2)
    with every_workspace():
        assert (Workspace.objects.count(), Offer.objects.count(), Upload.objects.count()) == (0, 0, 0)
    visitor.reload()
    visitor.look_here()


def upload_report(visitor: Visitor, simulator: SimulatorButtons, folder: Path) -> None:
    """Upload last week's report, look at the preview, import it."""
    page = visitor.page
    today = timezone.localdate()
    sunday = today - timedelta(days=today.weekday() + 1)
    monday = sunday - timedelta(days=6)
    file = folder / f"sprzedaz-wg-ofert_{monday}_{sunday}.xlsx"
    file.write_bytes(simulator.report(monday, sunday))
    visitor.go("/reports/upload/")
    page.set_input_files("input[type=file]", str(file))
    page.click("main form[enctype] button[type=submit]")
    page.wait_for_selector("form[action$='/import/'] button", timeout=SYNC_MILLISECONDS)
    page.click("form[action$='/import/'] button")
    page.wait_for_selector("[data-upload-status=imported]")
    with every_workspace():
        upload = Upload.objects.get()
    assert (upload.status, upload.period_from, upload.problems_found) == ("imported", monday, 0)
    assert upload.rows_read > 40


def name_the_columns(visitor: Visitor, folder: Path) -> None:
    """A table of the seller's own: what its columns hold is said once, then it is read and imported like the rest."""
    page = visitor.page
    sunday = timezone.localdate() - timedelta(days=timezone.localdate().weekday() + 8)
    file = folder / f"moje_{sunday - timedelta(days=6)}_{sunday}.csv"
    file.write_text(f"Nr;Ile poszło;Za ile razem;Telefon klienta\n{BEST_SELLER};4;199,96;600 700 800\n")
    visitor.go("/reports/upload/")
    page.set_input_files("input[type=file]", str(file))
    page.click("main form[enctype] button[type=submit]")
    page.click("main a[href$='/columns/']", timeout=SYNC_MILLISECONDS)
    page.select_option("#id_kind", "sales_by_offer")
    # Locked until the guess for this kind is there.
    page.select_option("#id_currency", "PLN")
    assert visitor.has_no_sideways_scroll()
    assert "600 700 800" not in page.locator("main").inner_text()
    for column, concept in enumerate(("offer_id", "units", "revenue")):
        page.select_option(f"select[aria-labelledby=heading-{column}]", concept)
    page.click("#mapping button.btn-primary")
    page.click("form[action$='/import/'] button", timeout=SYNC_MILLISECONDS)
    page.wait_for_selector("[data-upload-status=imported]")
