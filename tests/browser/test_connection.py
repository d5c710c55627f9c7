"""What becomes of a link, as its seller sees it: a permission left out and given after all, and access that ended."""

import pytest
from playwright.sync_api import expect

from allegro.scopes import ORDERS
from tests.browser.conftest import SimulatorButtons, Visitor, both
from tests.browser.test_story import SYNC_MILLISECONDS, sign_up, wait_for_sync

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

COFFEE, GARDEN = "44300112", "44300287"


def consent(visitor: Visitor, account: str, *, without: str = "") -> None:
    """Answer Allegro's page, leaving one permission out."""
    page = visitor.page
    page.check(f"input[name=account][value='{account}']")
    if without:
        page.uncheck(f"input[name=scope][value='{without}']")
    page.click("button[value=allow]")


@pytest.mark.parametrize("visitor", both("pl-phone-light", "en-desktop-dark"), indirect=True)
def test_a_permission_left_out_is_given_after_all_and_ended_access_is_renewed(
    visitor: Visitor, simulator: SimulatorButtons
) -> None:
    page = visitor.page
    sign_up(visitor)
    visitor.go("/settings/accounts/")
    page.click("form[action$='/connect/'] button")
    consent(visitor, GARDEN, without=ORDERS)
    page.wait_for_url("**/settings/accounts/*-*/")
    address = page.url
    wait_for_sync(1)
    visitor.reload()
    lacking = page.locator(".stream-lines li").filter(has_text=ORDERS)
    expect(lacking.first).to_be_visible()
    assert visitor.has_no_sideways_scroll()

    page.click("section[aria-labelledby=streams] form[action$='/connect/'] button")
    consent(visitor, GARDEN)
    page.wait_for_url("**/settings/accounts/*-*/")
    wait_for_sync(2)
    visitor.reload()
    expect(lacking).to_have_count(0)

    simulator.post("tokens/revoke", {"account": GARDEN})
    page.click("form[action$='/sync/'] button")
    expect(page.locator(".alert-danger")).to_be_visible(timeout=SYNC_MILLISECONDS)
    visitor.go("/offers/")
    expect(page.locator(".connection-banner")).to_contain_text("ogrod_24")
    assert visitor.has_no_sideways_scroll()
    page.click(".connection-banner a")
    page.wait_for_url(address)

    page.click(".page-actions form[action$='/connect/'] button")
    consent(visitor, COFFEE)
    page.wait_for_url("**/settings/accounts/other/")
    expect(page.locator("h2#choice")).to_contain_text("kawa_i_dom")
    assert visitor.has_no_sideways_scroll()
    page.locator(".choice-buttons form").first.get_by_role("button").click()
    consent(visitor, GARDEN)
    page.wait_for_url(address)
    wait_for_sync(4, failed=1)
    visitor.go("/offers/")
    expect(page.locator(".connection-banner")).to_have_count(0)
    assert visitor.faults == []
