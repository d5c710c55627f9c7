"""The change events page in a real browser: what comes while it is open, batches, the keyboard."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from accounts.scoping import workspace_scope
from tests.browser.conftest import Visitor, both, open_window
from tests.conftest import Team
from tests.offers.feed_facts import add_batch, add_shared_change, make_shared, use
from tests.offers.page_facts import add_change

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture(params=both("en-1280-dark", "pl-390-light"))
def member(
    request: pytest.FixtureRequest, chromium: Browser, team: Team, live_server: LiveServer
) -> Iterator[tuple[Visitor, Team]]:
    """The owner, signed in, once on a desktop and once on a phone, with some changes of every sort."""
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
    visitor = open_window(context, live_server)
    with workspace_scope(team.workspace):
        make_changes(team)
        yield visitor, team
    context.close()


def make_changes(team: Team) -> None:
    now = timezone.now()
    add_batch(team.account, 7, now - timedelta(hours=2))
    for field in ("title", "external_id"):
        add_change(team.offer, field, old="Kawa mocna 1 kg", new="Kawa łagodna 1 kg", at=now - timedelta(hours=3))
    shared = make_shared(team.account)
    use(team.offer, shared)
    add_shared_change(shared, not_before=now - timedelta(hours=9), not_after=now - timedelta(hours=8))


def rows(page: Page) -> Any:
    return page.locator("#change-rows tr.change-row:visible")


def test_a_batch_opens_and_closes_by_keyboard(member: tuple[Visitor, Team]) -> None:
    visitor, _team = member
    visitor.go("/offer-events")
    page = visitor.page
    expect(rows(page)).to_have_count(3)
    opener = page.locator("[data-batch]")
    opener.focus()
    for expected, state in ((9, "true"), (3, "false"), (9, "true")):
        page.keyboard.press("Enter")
        expect(rows(page)).to_have_count(expected)
        expect(opener).to_have_attribute("aria-expanded", state)
    for width in (390, 768, 900, 1280):  # the values keep room for words on tablets too
        page.set_viewport_size({"width": width, "height": 844})
        assert page.locator("td.value-cell:visible").first.bounding_box()["width"] > 150  # type: ignore[index]
        assert visitor.has_no_sideways_scroll()
    assert visitor.faults == []


def test_new_changes_come_in_above_what_is_read(member: tuple[Visitor, Team]) -> None:
    visitor, team = member
    page = visitor.page
    page.clock.install()
    visitor.go("/offer-events")
    add_change(team.offer, at=timezone.now() - timedelta(minutes=2))
    page.clock.run_for(25_000)
    button = page.locator("#newer a")
    expect(button).to_contain_text("1 ")
    expect(rows(page)).to_have_count(3)
    button.click()
    expect(rows(page)).to_have_count(4)
    expect(page.locator("#change-rows tr").first).to_have_attribute("data-group", "price")
    expect(page.locator("#newer a")).to_have_count(0)
    add_change(team.offer, at=timezone.now() - timedelta(minutes=1))
    page.clock.run_for(25_000)
    expect(page.locator("#newer a")).to_contain_text("1 ")
    assert visitor.faults == []


def test_filters_and_downloads_go_together(member: tuple[Visitor, Team]) -> None:
    visitor, _team = member
    page = visitor.page
    visitor.go("/offer-events")
    page.fill("#id_words", "łagodna")
    expect(rows(page)).to_have_count(1)
    assert "words=%C5%82agodna" in page.url
    with page.expect_download() as download:
        page.locator(".downloads a").first.click()
    content = download.value.path().read_text("utf-8-sig")
    assert content.count("\n") == 3
    assert visitor.faults == []
