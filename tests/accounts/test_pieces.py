"""Pieces of pages have the address of their page: no browser may keep one and show it in the page's place."""

import pytest
from django.test import Client
from django.urls import reverse

from tests.conftest import Team

LISTS = ("/offers/", "/offer-events", "/reconciliation/", "/reports/")
PIECE = {"hx-request": "true", "hx-target": "results"}


@pytest.mark.parametrize("address", LISTS)
def test_a_piece_is_kept_nowhere_and_never_taken_for_its_page(owner_client: Client, team: Team, address: str) -> None:
    piece, page = owner_client.get(address, headers=PIECE), owner_client.get(address)
    assert "<html" not in piece.content.decode() and "<html" in page.content.decode()
    assert "no-store" in piece["Cache-Control"]
    assert "no-store" not in page.get("Cache-Control", "")
    for answer in (piece, page):
        assert {"HX-Request", "HX-Target", "HX-History-Restore-Request"} <= set(answer["Vary"].split(", "))


@pytest.mark.parametrize("address", LISTS)
def test_going_back_by_htmx_brings_the_whole_page(owner_client: Client, team: Team, address: str) -> None:
    restored = owner_client.get(address, headers={**PIECE, "hx-history-restore-request": "true"})
    assert "<html" in restored.content.decode()


def test_the_card_of_coverage_is_a_whole_page_to_the_back_button(owner_client: Client, team: Team) -> None:
    address = reverse("offers:coverage", args=[team.account.pk])
    restored = owner_client.get(address, headers={"hx-request": "true", "hx-history-restore-request": "true"})
    assert restored.status_code == 200
    assert "<html" in restored.content.decode()
