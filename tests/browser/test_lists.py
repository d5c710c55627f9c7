"""The lists in a real browser: keyboard shortcuts, columns, saved views."""

import re
from collections.abc import Iterator

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, expect
from pytest_django.live_server_helper import LiveServer

from accounts.scoping import workspace_scope
from tests.browser.conftest import Visitor, both, open_window
from tests.conftest import Team
from tests.offers.page_facts import make_offers

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture(params=both("pl-390-dark", "en-1280-light"))
def member(request: pytest.FixtureRequest, chromium: Browser, team: Team, live_server: LiveServer) -> Iterator[Visitor]:
    """The owner of a few offers, signed in, once on a desktop and once on a phone."""
    language, width, theme = request.param.split("-")
    client = Client()
    client.force_login(team.owner)
    context = chromium.new_context(
        locale=language,
        viewport={"width": int(width), "height": 844},
        color_scheme="dark" if theme == "dark" else "light",
    )
    name = settings.SESSION_COOKIE_NAME
    context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": live_server.url}])
    with workspace_scope(team.workspace):
        make_offers(4, team.account)
        yield open_window(context, live_server)
    context.close()


def test_single_keys_lead_through_the_lists_until_they_are_switched_off(member: Visitor) -> None:
    page = member.page
    member.go("/offers/")
    page.keyboard.press("/")
    search = page.locator("#id_q")
    expect(search).to_be_focused()
    page.keyboard.type("j?g")
    expect(search).to_have_value("j?g")
    titles = page.locator("#results a.offer-title")
    expect(titles).to_have_count(0)
    search.fill("")
    expect(titles).to_have_count(5)
    search.evaluate("field => field.blur()")
    page.keyboard.press("j")
    expect(titles.nth(0)).to_be_focused()
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("k")
    expect(titles.nth(1)).to_be_focused()
    with page.expect_navigation(wait_until="load"):
        page.keyboard.press("Enter")
    expect(page.locator("#results")).to_have_count(0)
    page.keyboard.press("g")
    page.keyboard.press("c")
    page.wait_for_url("**/offer-events")
    page.keyboard.press("?")
    dialog = page.locator("#shortcuts")
    expect(dialog).to_be_visible()
    with page.expect_response("**/settings/preferences/shortcuts/") as answer:
        dialog.locator("[data-shortcuts-switch]").uncheck()
    assert answer.value.status == 204
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    member.reload()
    page.keyboard.press("/")
    expect(page.locator("#id_q")).not_to_be_focused()
    assert member.faults == []


def test_columns_and_views_are_chosen_in_menus(member: Visitor) -> None:
    page = member.page
    member.go("/offers/?status=ACTIVE")
    views, columns = page.locator("#results .tool-menu").nth(0), page.locator("#results .tool-menu").nth(1)
    columns.locator("summary").click()
    columns.locator("input[value=stock]").uncheck()
    columns.locator("button").first.click()
    page.wait_for_url("**/offers/?status=ACTIVE")
    expect(page.locator("#results td.num.text-bad")).to_have_count(0)
    assert page.evaluate("document.querySelectorAll('#results tbody tr:first-child td').length") == 8
    page.locator("#id_q").fill("Kawa")
    # The address changes before the results do; leaving the field asks for nothing more, and the menu stays open.
    expect(views.locator("input[name=query]").last).to_have_value("q=Kawa&status=ACTIVE&sort=-visits")
    views.locator("summary").first.click()
    views.locator("#view-name").fill("Kawy")
    views.locator(".view-form button").click()
    expect(page.locator("#results .tool-menu .menu-name").first).to_have_text("Kawy")
    member.go("/offers/")
    views.locator("summary").first.click()
    views.locator("a.menu-item").click()
    page.wait_for_url("**q=Kawa**")
    assert member.has_no_sideways_scroll()
    page.locator("#results a.offer-title").first.click()
    expect(page.locator("[data-back-to-list]")).to_have_attribute("href", re.compile("[?&]q=Kawa"))
    assert member.faults == []


def test_filters_work_without_javascript(member: Visitor, chromium: Browser, team: Team) -> None:
    context = chromium.new_context(java_script_enabled=False)
    context.add_cookies(member.page.context.cookies())  # type: ignore[arg-type]
    page = context.new_page()
    page.goto(f"{member.base_url}/offers/")
    page.fill("main input[name=q]", team.offer.allegro_id)
    page.keyboard.press("Enter")
    expect(page.locator("main tbody tr")).to_have_count(1)
    context.close()
