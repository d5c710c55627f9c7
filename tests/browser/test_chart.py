"""The offer's chart in a real browser: by keyboard, from a link, with switches, notes and pictures."""

import re
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from django.utils.translation import override
from playwright.sync_api import Page, expect

from accounts.models import Preference
from accounts.scoping import workspace_scope
from accounts.templatetags.ui import format_money, plain_day
from offers.calendar import warsaw_day
from offers.models import OfferSnapshot
from offers.words.values import format_count
from tests.browser.accessibility import accessibility_faults
from tests.browser.conftest import Visitor
from tests.conftest import Team
from tests.offers.page_facts import add_change, add_sale, know_orders, price_stock
from tests.offers.test_chart_compared import import_report

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PNG = b"\x89PNG"


@pytest.fixture
def offer_page(visitor: Visitor, team: Team) -> Visitor:
    """The signed-in owner on the page of an offer with three weeks of sales and three changes, the chart drawn."""
    now = timezone.now()
    with workspace_scope(team.workspace):
        team.offer.first_seen_at = now - timedelta(days=40)
        team.offer.save()
        know_orders(team.account, since=now - timedelta(days=60), until=now)
        for number in range(50):
            add_sale(team.offer, warsaw_day(now) - timedelta(days=number), 1 + number % 5, "49.90")
        OfferSnapshot.objects.create(
            account=team.account, offer=team.offer, part="price_stock", digest="0" * 64, document=price_stock("44.90"),
            first_seen_at=now - timedelta(days=10), last_seen_at=now,
        )  # fmt: skip
        add_change(team.offer, at=now - timedelta(days=10))
        add_change(team.offer, "title", old="Kawa", new="Kawa ziarnista", at=now - timedelta(days=8))
        silent: dict[str, Any] = {"certainty": "interval", "event_type": ""}
        add_change(
            team.offer, "title", old="Kawa ziarnista", new="Kawa", not_before=now - timedelta(days=5),
            not_after=now - timedelta(days=2), **silent,
        )  # fmt: skip
    client = Client()
    client.force_login(team.owner)
    visitor.page.context.add_cookies(
        [{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": visitor.base_url}]
    )
    visitor.go(f"/offers/{team.offer.pk}/")
    wait_for_chart(visitor.page)
    return visitor


def in_chart(page: Page, call: str) -> str:
    """What the charts' own script makes of a value, in the language of the page."""
    shown: str = page.evaluate(f"window.readerFormats.make(document.documentElement.lang, '?').{call}")
    return shown


def wait_for_chart(page: Page) -> None:
    expect(page.locator("#offer-chart canvas")).to_be_visible()
    expect(page.locator(".chart-mark[tabindex='0']")).to_have_count(1)


def switch(page: Page, series: str) -> Any:
    return page.locator(f"[data-series='{series}']")


def pressed(page: Page) -> dict[str, str]:
    found: dict[str, str] = page.evaluate(
        "Object.fromEntries([...document.querySelectorAll('[data-series]')]"
        ".map((each) => [each.dataset.series, each.getAttribute('aria-pressed')]))"
    )
    return found


def test_a_mark_is_reached_and_opened_by_keyboard(offer_page: Visitor) -> None:
    page = offer_page.page
    page.locator(".chart-mark[tabindex='0']").focus()
    expect(page.locator("#chart-mark-tip")).to_contain_text("44")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("End")
    expect(page.locator("#chart-mark-tip")).to_contain_text("Kawa ziarnista → Kawa")
    page.keyboard.press("Home")
    expect(page.locator("#chart-mark-tip")).to_contain_text("Kawa → Kawa ziarnista")
    page.keyboard.press("Enter")
    expect(page.locator("#change-panel ins").first).to_have_text("Kawa ziarnista")
    expect(page.locator("#change-panel h2")).to_be_focused()
    assert accessibility_faults(page) == []
    page.keyboard.press("Escape")
    expect(page.locator("#change-panel")).to_be_empty()
    expect(page.locator(".chart-mark:focus")).to_have_attribute("aria-label", re.compile("Kawa → Kawa ziarnista"))
    assert offer_page.faults == []


def test_a_link_brings_the_same_view_in_another_window(offer_page: Visitor) -> None:
    page = offer_page.page
    switch(page, "price").click()
    switch(page, "previous").click()
    page.locator(".chart-mark[tabindex='0']").focus()
    page.keyboard.press("+")
    expect(page.locator("#chart-reset")).to_be_visible()
    page.locator(".chart-mark[tabindex='0']").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#change-panel [data-change]")).to_be_visible()
    page.locator("#chart-groups [data-group='price']").click()
    expect(page.locator("#chart-groups [data-group='price']")).to_have_attribute("aria-pressed", "true")
    page.wait_for_url(re.compile(r"group=price.*change="))
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.click("#chart-link")
    expect(page.locator("#chart-said")).not_to_be_empty()
    link = page.evaluate("navigator.clipboard.readText()")
    Preference.objects.all().delete()

    other = page.context.new_page()
    other.goto(link)
    wait_for_chart(other)
    expect(other.locator("#change-panel [data-change]")).to_be_visible()
    expect(other.locator("#chart-reset")).to_be_visible()
    assert pressed(other) == pressed(page)
    assert pressed(other)["price"] == "false"
    assert pressed(other)["previous"] == "true"
    assert other.locator(".chart-mark").count() == page.locator(".chart-mark").count()
    other.click("#chart-link")
    expect(other.locator("#chart-said")).not_to_be_empty()
    assert other.evaluate("navigator.clipboard.readText()") == link
    assert offer_page.faults == []


def test_many_changes_in_one_lane_are_counted_listed_and_spread(offer_page: Visitor, team: Team) -> None:
    with workspace_scope(team.workspace):
        for number in range(60):
            add_change(team.offer, at=timezone.now() - timedelta(days=9, hours=-3 * number))
    offer_page.reload()
    page = offer_page.page
    wait_for_chart(page)
    together = page.locator(".chart-mark[data-row='0']")
    counts = [len(ids.split()) for ids in together.evaluate_all("(all) => all.map((each) => each.dataset.ids)")]
    assert sum(counts) == 61
    assert len(counts) < 20
    together.last.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#chart-reset")).to_be_visible()
    for _ in range(6):
        page.keyboard.press("+")
    expect(page.locator(".chart-mark:focus")).to_have_attribute("data-ids", re.compile(r"^[0-9a-f-]{36}$"))
    assert offer_page.faults == []


def test_switches_are_remembered_and_a_day_speaks_before_its_report(offer_page: Visitor, team: Team) -> None:
    page = offer_page.page
    today = warsaw_day(timezone.now())
    with workspace_scope(team.workspace):
        import_report(team, today - timedelta(days=20), today - timedelta(days=8), 1400, 20)
    with page.expect_response(re.compile("/settings/preferences/chart-series/")) as answer:
        switch(page, "units").click()
    assert answer.value.status == 204
    with (
        page.expect_response(re.compile(r"chart\.json.*compare=account")),
        page.expect_response(re.compile("/settings/preferences/chart-series/")),
    ):
        switch(page, "account").click()
    page.goto(page.url.split("?")[0])
    wait_for_chart(page)
    expect(switch(page, "units")).to_have_attribute("aria-pressed", "false")
    expect(switch(page, "account")).to_have_attribute("aria-pressed", "true")
    expect(switch(page, "price")).to_have_attribute("aria-pressed", "true")
    chart = page.locator("#offer-chart")
    chart.hover(position={"x": chart.evaluate("box => box.clientWidth / 2"), "y": 150})
    said = page.locator(".chart-tip .tip")
    expect(said).to_contain_text(re.compile("49[.,]90.*allegro-pl.*1[,\xa0]400"))
    assert offer_page.faults == []


def test_a_note_appears_on_the_chart_and_goes_again(offer_page: Visitor) -> None:
    page = offer_page.page
    marks = page.locator(".chart-mark").count()
    page.click("#notes a.btn")
    expect(page.locator("#change-panel h2")).to_be_focused()
    assert accessibility_faults(page) == []
    page.fill("#change-panel textarea", "Kurier strajkował")
    page.click("#change-panel button.btn-primary")
    expect(page.locator("#notes .note-text")).to_have_text("Kurier strajkował")
    expect(page.locator("#notes-heading")).to_be_focused()
    expect(page.locator(".chart-mark")).to_have_count(marks + 1)
    page.locator(".chart-mark[aria-label*='Kurier']").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#change-panel .note-body")).to_have_text("Kurier strajkował")
    page.click("#change-panel form button")
    expect(page.locator(".chart-mark")).to_have_count(marks)
    expect(page.locator("#notes .note-removed")).to_have_count(1)
    assert offer_page.has_no_sideways_scroll()
    assert offer_page.faults == []


def test_the_picture_and_the_days_are_downloaded(offer_page: Visitor, tmp_path: Path) -> None:
    page = offer_page.page
    with page.expect_download() as picture:
        page.click("#chart-image")
    picture.value.save_as(tmp_path / "chart.png")
    assert (tmp_path / "chart.png").read_bytes().startswith(PNG)
    language = page.evaluate("document.documentElement.lang")
    with override(language):
        assert in_chart(page, "money('1071.00', 'PLN')") == format_money(Decimal("1071.00"), "PLN")
        assert in_chart(page, "money(696, 'CZK')") == format_money(Decimal(696), "CZK")
        assert in_chart(page, "money(1200, 'HUF')") == format_money(Decimal(1200), "HUF")
        assert in_chart(page, "count(2941)") == format_count(2941)
        assert in_chart(page, "day(Date.parse('2026-09-05'))").replace("\xa0", " ") == plain_day(date(2026, 9, 5))
    with page.expect_download() as days:
        page.click("a[download]")
    days.value.save_as(tmp_path / "days.csv")
    assert len((tmp_path / "days.csv").read_text("utf-8-sig").splitlines()) == 1 + 28 + 1  # headings, whole days, today
    assert offer_page.faults == []
