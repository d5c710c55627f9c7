"""The list of comparisons: its orders, searches, queries and saved views."""

import re
from datetime import date
from decimal import Decimal

import pytest
from django.test import Client

from reports.models import Comparison, Upload
from tests.conftest import Team
from tests.offers.page_facts import make_offer, number_of_queries

TITLE = re.compile(r'class="offer-title"\s+href="[^"]*">([^<]*)<')


def compared(team: Team, upload: Upload, number: int, **values: object) -> None:
    offer = make_offer(team.account, title=f"Kawa {number:02}", external_id=f"SKU-{number}")
    Comparison.objects.create(
        account=team.account,
        upload=upload,
        offer=offer,
        allegro_offer_id=offer.allegro_id,
        title=offer.title,
        measure="units",
        reported=Decimal(number),
        own=Decimal(10),
        size=Decimal(number),
        status="differs" if number % 2 else "agrees",
        is_newest=True,
        is_open=False,
        **values,
    )


@pytest.fixture
def upload(in_workspace: Team) -> Upload:
    day = date(2026, 9, 20)
    found: Upload = Upload.objects.create(
        account=in_workspace.account,
        kind="sales_by_offer",
        status="imported",
        file_name="a.xlsx",
        size=1,
        sha256="0" * 64,
        period_from=day,
        period_to=day,
    )
    return found


def titles(client: Client, query: str = "") -> list[str]:
    answer = client.get(f"/reconciliation/{query}", headers={"accept-language": "en"})
    assert answer.status_code == 200
    return TITLE.findall(answer.content.decode())


def test_every_order_and_search(owner_client: Client, in_workspace: Team, upload: Upload) -> None:
    for number in (1, 2, 3):
        compared(in_workspace, upload, number)
    assert titles(owner_client) == ["Kawa 03", "Kawa 02", "Kawa 01"]
    assert titles(owner_client, "?sort=offer") == ["Kawa 01", "Kawa 02", "Kawa 03"]
    assert titles(owner_client, "?sort=-offer") == ["Kawa 03", "Kawa 02", "Kawa 01"]
    assert titles(owner_client, "?sort=measure") == ["Kawa 01", "Kawa 02", "Kawa 03"]
    assert titles(owner_client, "?sort=status") == ["Kawa 02", "Kawa 01", "Kawa 03"]
    assert titles(owner_client, "?q=kawa+02") == ["Kawa 02"]
    assert titles(owner_client, "?q=sku-3") == ["Kawa 03"]


def test_the_number_of_queries_does_not_grow(owner_client: Client, in_workspace: Team, upload: Upload) -> None:
    for number in range(5):
        compared(in_workspace, upload, number)
    few = number_of_queries(owner_client, "/reconciliation/")
    for number in range(5, 50):
        compared(in_workspace, upload, number)
    assert len(titles(owner_client)) == 20
    assert number_of_queries(owner_client, "/reconciliation/") == few


def test_its_filters_can_be_kept(owner_client: Client, in_workspace: Team, upload: Upload) -> None:
    compared(in_workspace, upload, 1)
    posted = {"name": "To check", "query": "status=differs&page=2"}
    answer = owner_client.post("/settings/views/reconciliation/", posted)
    assert answer["Location"] == "/reconciliation/?status=differs"
    assert 'href="/reconciliation/?status=differs"' in owner_client.get("/reconciliation/").content.decode()
