"""Whole seeded worlds: an undisturbed export agrees with our record, a planted discrepancy is found with its reason."""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal

import pytest
import requests
from pytest_django import Settings

from accounts.scoping import workspace_scope
from allegro.simulator import server
from reports.models import AccountTotal, Comparison, ComparisonStatus
from tests.allegro.conftest import COFFEE, GARDEN, Linked, World, link
from tests.reports.reconciliation.lives import PLANTABLE, days_with, imported, missed

START = "2026-09-20T00:00:00Z"
PREHISTORY_DAYS = 20
HISTORY = (date(2026, 9, 2), date(2026, 9, 19))
LIVED = (date(2026, 9, 21), date(2026, 9, 22))
OF_ORDERS = ("cancelled_later", "unpaid", "returns", "utc_days")


@pytest.fixture(
    params=[
        pytest.param((7, GARDEN), id="garden"),
        pytest.param((11, COFFEE), id="coffee", marks=pytest.mark.soak),
    ]
)
def lived(request: pytest.FixtureRequest, db: None, settings: Settings) -> Iterator[Linked]:
    """An account with the orders of three weeks, followed for four more days; a price changes, an offer ends."""
    seed, seller = request.param
    running = server.start(seed=seed, start=START, prehistory_days=PREHISTORY_DAYS)
    settings.ALLEGRO_API_URL = settings.ALLEGRO_AUTH_URL = running.url
    with requests.Session() as session:
        world = World(running, session)
        world.control("POST", "limits", requests_per_minute=0)
        linked = link(world, seller)
        with workspace_scope(linked.workspace):
            linked.sync()
            _live(linked)
            linked.account.refresh_from_db()
            yield linked
    running.stop()


def _live(linked: Linked) -> None:
    """Four days with a sync every half day."""
    for half_day in range(8):
        if half_day == 3:
            _edit(linked)
        linked.world.move(hours=12)
        linked.sync()


def _edit(linked: Linked) -> None:
    first, second = linked.account.offers.filter(status="ACTIVE").order_by("allegro_id")[:2]
    assert first.price
    linked.world.edit(first.allegro_id, price=str((first.price * Decimal("1.4")).quantize(Decimal("0.01"))))
    linked.world.edit(second.allegro_id, status="ENDED")


def test_an_undisturbed_export_agrees_and_what_is_planted_is_found_with_its_reason(lived: Linked) -> None:
    """One life for all of it: to live it takes longer than to look at it."""
    _assert_planted_is_found(lived)
    _assert_days_of_utc_are_told(lived)
    _assert_a_discarded_report_leaves_nothing(lived)


def _assert_planted_is_found(lived: Linked) -> None:
    found: set[str] = set()
    for days in (HISTORY, LIVED):
        with imported(lived.account, lived.world.url, days) as exported:
            assert exported
            _assert_agreement(exported.upload.pk)
        for kind in PLANTABLE if days == LIVED else OF_ORDERS:
            with imported(lived.account, lived.world.url, days, kind) as exported:
                if exported is None:
                    continue
                assert missed(exported) == []
                found |= {planted["reason"] for planted in exported.planted}
    assert found >= {"cancelled_later", "unpaid", "returns", "price_change", "stale", "offer_ended"}


def _assert_days_of_utc_are_told(lived: Linked) -> None:
    days = days_with(lived.account, lived.world.url, HISTORY, "utc_days")
    if lived.account.allegro_id == COFFEE:
        assert len(days) > 3
    for day in days[:3]:
        with imported(lived.account, lived.world.url, (day, day), "utc_days") as exported:
            assert exported
            assert missed(exported) == []
            reasons = Comparison.objects.filter(upload=exported.upload, measure="units").exclude(difference=0)
            assert {row.reason for row in reasons} == {"utc_days"}


def _assert_agreement(upload_id: object) -> None:
    """Every figure of an undisturbed export: pieces and money to the last one, price and stock where they are known."""
    rows = Comparison.objects.filter(upload=upload_id)
    sales = rows.filter(measure__in=["units", "revenue"])
    assert sales.count() > 10
    assert [(row.title, row.difference) for row in sales if row.difference != 0] == []
    assert not rows.filter(status=ComparisonStatus.DIFFERS).exists()
    total = AccountTotal.objects.get(upload=upload_id)
    assert (total.reported_units, total.reported_revenue) == (total.own_units, total.own_revenue)
    assert total.own_units


def _assert_a_discarded_report_leaves_nothing(lived: Linked) -> None:
    with imported(lived.account, lived.world.url, LIVED) as exported:
        assert exported
        assert exported.upload.period_to == LIVED[1]
        assert exported.upload.uploaded_at - timedelta(days=1) > lived.account.connected_at
    assert not Comparison.objects.exists()
    assert not AccountTotal.objects.exists()
