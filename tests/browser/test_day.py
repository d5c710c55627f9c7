"""The offer on any day and two moments compared, in a real browser: on a phone, in the dark, by keyboard."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from playwright.sync_api import expect

from accounts.scoping import workspace_scope
from offers.models import CoverageGap, SnapshotPart
from offers.record.storing import new_snapshot, store_snapshots
from tests.browser.conftest import Visitor
from tests.conftest import Team

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

TITLES = ("Kawa ziarnista Brazylia Santos 1 kg świeżo palona", "Kawa ziarnista Brazylia Cerrado 1 kg świeżo palona")
TEXT = "<h1>Świeżo palona</h1><p>Ziarna z Brazylii, palone na jasno.</p><ul><li>1 kg</li><li>100 % arabika</li></ul>"


def sign_in(visitor: Visitor, team: Team) -> None:
    client = Client()
    client.force_login(team.owner)
    visitor.page.context.add_cookies(
        [{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": visitor.base_url}]
    )


def record(team: Team) -> None:
    """Read twice, ten and five days ago: title, price and the delivery price list had changed meanwhile."""
    now = timezone.now()
    with workspace_scope(team.workspace):
        team.offer.first_seen_at = now - timedelta(days=14)
        team.offer.save()
        for title, price, rates, first, last in (
            (TITLES[0], "49.90", "list-1", 14, 10),
            (TITLES[1], "47.90", "list-2", 5, 0),
        ):
            documents: dict[SnapshotPart, dict[str, Any]] = {
                SnapshotPart.DETAIL: {
                    "name": title,
                    "description": {"sections": [{"items": [{"type": "TEXT", "content": TEXT + title}]}]},
                    "parameters": [{"id": "1", "name": "Stan", "values": ["Nowy"]}],
                    "delivery": {"shippingRates": {"id": rates}, "handlingTime": "PT24H"},
                    "publication": {"status": "ACTIVE"},
                },
                SnapshotPart.PRICE_STOCK: {
                    "sellingMode": {"price": {"amount": price, "currency": "PLN"}},
                    "stock": {"available": 7},
                    "additionalMarketplaces": {
                        "allegro-cz": {"sellingMode": {"price": {"amount": "312", "currency": "CZK"}}}
                    },
                },
            }
            for part, document in documents.items():
                snapshot = new_snapshot(team.offer, part, document, now - timedelta(days=first))
                snapshot.last_seen_at = now - timedelta(days=last)
                store_snapshots([snapshot])
        CoverageGap.objects.create(
            account=team.account, stream="journal", since=now - timedelta(days=9), until=now - timedelta(days=6),
            reason="journal_window_missed",
        )  # fmt: skip


def test_a_day_is_chosen_shown_and_compared(visitor: Visitor, team: Team) -> None:
    record(team)
    sign_in(visitor, team)
    page, offer = visitor.page, team.offer
    visitor.go(f"/offers/{offer.pk}/")
    page.click(f"a[href='/offers/{offer.pk}/on/']")
    expect(page.locator("h1")).to_be_visible()
    assert visitor.has_no_sideways_scroll()

    day = (timezone.localtime() - timedelta(days=8)).strftime("%Y-%m-%dT12:00")
    page.fill("#id_at", day)
    page.press("#id_at", "Enter")
    page.wait_for_url(re.compile(r"at="))
    expect(page.locator(".alert-warning")).to_be_visible()
    expect(page.locator(".day-figures")).to_contain_text("49")
    expect(page.locator(".day-figures")).to_contain_text("47")
    assert visitor.has_no_sideways_scroll()

    page.fill("#id_at", (timezone.localtime() - timedelta(days=12)).strftime("%Y-%m-%dT12:00"))
    page.press("#id_at", "Enter")
    expect(page.locator(".day-title")).to_have_text(re.compile("Santos"))
    page.click(f"a[href^='/offers/{offer.pk}/compare/']")
    expect(page.locator(".compared li").first).to_contain_text("47")
    page.locator(".compared summary").first.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".compared details[open]")).to_have_count(1)
    assert visitor.has_no_sideways_scroll()
    assert visitor.faults == []


def test_the_record_of_an_account_stands_on_its_settings_page(visitor: Visitor, team: Team) -> None:
    record(team)
    sign_in(visitor, team)
    visitor.go(f"/settings/accounts/{team.account.pk}/")
    expect(visitor.page.locator("#coverage .gap-list li")).to_have_count(1)
    assert visitor.has_no_sideways_scroll()
    visitor.go(f"/offers/coverage/{team.account.pk}/")
    assert visitor.has_no_sideways_scroll()
    visitor.go(f"/offers/{team.offer.pk}/")
    visitor.page.locator("details.coverage-line summary").focus()
    visitor.page.keyboard.press("Enter")
    expect(visitor.page.locator("details.coverage-line li").first).to_be_visible()
    assert visitor.has_no_sideways_scroll()
    assert visitor.faults == []
