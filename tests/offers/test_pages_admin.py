"""Staff may look at the facts, and change none of them."""

import pytest
from django.test import Client

from tests.conftest import Team
from tests.offers.page_facts import add_change

MODELS = [
    "offer", "offerevent", "offersnapshot", "offerchange", "orderevent", "orderline", "salesday", "offerday",
    "coveragegap",
]  # fmt: skip


@pytest.mark.parametrize("model", MODELS)
def test_staff_can_list_and_search_but_not_add(staff_client: Client, team: Team, model: str) -> None:
    assert staff_client.get(f"/admin/offers/{model}/?q=123").status_code in {200, 302}
    assert staff_client.get(f"/admin/offers/{model}/").status_code == 200
    assert staff_client.get(f"/admin/offers/{model}/add/").status_code == 403


def test_a_change_is_shown_without_a_save_button(staff_client: Client, in_workspace: Team) -> None:
    change = add_change(in_workspace.offer)
    page = staff_client.get(f"/admin/offers/offerchange/{change.pk}/change/").content.decode()
    assert "PLN" in page
    assert 'name="_save"' not in page
