"""What reports say of one offer: conversion and Ads figures, each beside our own orders of exactly the same days."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from accounts.scoping import every_workspace
from offers.models import OrderEvent, SalesDay
from reports.models import Upload, UploadKind, UploadRow, UploadStatus
from reports.offer_periods import periods_of, reports_of
from tests.conftest import Team

FIRST, LAST = date(2026, 8, 3), date(2026, 8, 9)


@pytest.fixture
def known(in_workspace: Team) -> Iterator[Team]:
    """The offer sold two pieces on a Monday and three on the Sunday after; orders are known since July."""
    account, offer = in_workspace.account, in_workspace.offer
    account.last_synced_at = datetime(2026, 8, 12, 8, tzinfo=UTC)
    account.save()
    july = datetime(2026, 7, 1, tzinfo=UTC)
    OrderEvent.objects.create(account=account, event_id="1", type="BOUGHT", occurred_at=july, received_at=july)
    for day, units in ((FIRST, 2), (LAST, 3), (date(2026, 8, 10), 9)):
        SalesDay.objects.create(
            account=account,
            offer=offer,
            marketplace="allegro-pl",
            currency="PLN",
            day=day,
            units=units,
            revenue=Decimal("50.00") * units,
            orders=units,
        )
    yield in_workspace


def imported(team: Team, kind: str, *rows: dict[str, Any], **more: Any) -> Upload:
    stands = {"period_from": FIRST, "period_to": LAST, "currency": "PLN", "status": UploadStatus.IMPORTED} | more
    upload: Upload = Upload.objects.create(
        account=team.account, kind=kind, file_name="r.xlsx", size=1, sha256=f"{kind}{more}"[:64], **stands
    )
    for number, row in enumerate(rows, start=2):
        UploadRow.objects.create(
            upload=upload, row_number=number, allegro_offer_id=team.offer.allegro_id, offer=team.offer, **row
        )
    return upload


def test_conversion_is_made_of_the_report_and_of_our_orders(known: Team) -> None:
    imported(known, UploadKind.SALES_BY_OFFER, {"units": 4, "visits": 200})
    [period] = reports_of(known.offer).sales
    assert period.conversion == Decimal("0.0200")
    assert (period.own.units, period.own_conversion) == (5, Decimal("0.0250"))


def test_orders_that_are_not_all_known_give_no_figure(known: Team) -> None:
    imported(known, UploadKind.SALES_BY_OFFER, {"visits": 200}, period_to=date(2026, 8, 20))
    [period] = reports_of(known.offer).sales
    assert (period.conversion, period.own.units, period.own_conversion) == (None, None, None)


def test_campaigns_of_one_report_are_one_line_with_its_share_of_what_the_offer_earned(known: Team) -> None:
    imported(
        known,
        UploadKind.ADS_OFFERS,
        {"campaign": "Summer", "impressions": 900, "clicks": 9, "cost": "10.00", "units": 1, "revenue": "50.00"},
        {"campaign": "Brand", "impressions": 100, "clicks": 31, "cost": "15.00", "units": 3, "revenue": "150.00"},
    )
    [period] = reports_of(known.offer).ads
    assert period.campaigns == 2
    assert (period.figures.click_rate, period.figures.revenue_for_cost) == (Decimal("0.0400"), Decimal("8.00"))
    # 25.00 spent, and 250.00 earned in the same seven days.
    assert period.cost_share == Decimal("0.1000")


def test_a_report_of_another_marketplace_is_held_against_its_own_orders(known: Team) -> None:
    imported(known, UploadKind.SALES_BY_OFFER, {"visits": 200}, marketplace="allegro-cz", currency="CZK")
    [period] = reports_of(known.offer).sales
    assert (period.own.units, period.own.revenue) == (0, Decimal())
    assert [each["marketplace"] for each in periods_of(known.offer)] == ["allegro-cz"]


def test_the_chart_is_told_of_both_kinds(known: Team) -> None:
    imported(known, UploadKind.SALES_BY_OFFER, {"units": 4, "visits": 200})
    imported(known, UploadKind.ADS_OFFERS, {"campaign": "Summer", "clicks": 9, "cost": "10.00"})
    sales, ads = periods_of(known.offer)
    assert (sales["kind"], sales["conversion"], sales["revenue"]) == ("sales_by_offer", "0.0200", None)
    assert ads["ads"] == {"impressions": None, "clicks": 9, "cost": "10.0000", "units": None, "revenue": None}


def test_what_is_not_imported_is_not_told(known: Team) -> None:
    imported(known, UploadKind.ADS_OFFERS, {"clicks": 9}, status=UploadStatus.DISCARDED)
    found = reports_of(known.offer)
    assert (found.sales, found.ads) == ([], [])


def test_a_year_of_reports_is_read_at_once(known: Team, django_assert_max_num_queries: Any) -> None:
    for week in range(1, 20):
        day = date(2026, 7, week)
        imported(known, UploadKind.SALES_BY_OFFER, {"visits": 10}, period_from=day, period_to=day)
    with django_assert_max_num_queries(5):
        assert len(reports_of(known.offer).sales) == 19


def test_the_page_shows_both_and_says_what_is_missing(known: Team, owner_client: Client) -> None:
    address = reverse("reports:offer_reports", args=[known.offer.pk])
    owner_client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    empty = owner_client.get(address).content.decode()
    assert "No imported report names this offer" in empty
    with every_workspace():
        imported(known, UploadKind.SALES_BY_OFFER, {"units": 4, "visits": 200})
        imported(known, UploadKind.ADS_OFFERS, {"campaign": "Summer", "clicks": 9, "cost": "10.00"})
    page = owner_client.get(address, headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in page
    assert "2.00\u00a0%" in page and "2.50\u00a0%" in page and "10.00" in page
    assert "one of its two parts is not known" in page


def test_the_days_of_a_report_can_be_looked_at_without_a_report_of_the_days_before(
    known: Team, owner_client: Client
) -> None:
    imported(known, UploadKind.SALES_BY_OFFER, {"units": 4, "visits": 200})
    address = reverse("offers:detail", args=[known.offer.pk])
    page = owner_client.get(f"{address}?days=7&until={LAST}", headers={"accept-language": "en"})
    assert page.status_code == 200
    assert "2.0\u00a0%" in page.content.decode()
