"""Who may see the pages about offers."""

import uuid

import pytest
from django.test import Client

from tests.conftest import Team
from tests.offers.page_facts import add_change


def addresses(team: Team) -> list[str]:
    change = add_change(team.offer)
    offer = f"/offers/{team.offer.pk}/"
    return ["/dashboard/", "/offers/", "/offer-events", offer, f"{offer}chart.json", f"{offer}changes/{change.pk}/"]


def test_members_see_every_page(in_workspace: Team) -> None:
    for person in (in_workspace.owner, in_workspace.viewer):
        client = Client()
        client.force_login(person)
        for address in addresses(in_workspace):
            assert client.get(address).status_code == 200, address


def test_signed_out_people_are_sent_to_sign_in(in_workspace: Team) -> None:
    for address in addresses(in_workspace):
        answer = Client().get(address)
        assert (answer.status_code, answer.headers["location"].split("?")[0]) == (302, "/accounts/login/")


def test_strangers_find_nothing_of_the_offer(in_workspace: Team) -> None:
    client = Client()
    client.force_login(in_workspace.stranger)
    for address in addresses(in_workspace)[3:]:
        assert client.get(address).status_code == 404


@pytest.mark.parametrize("address", ["/dashboard/", "/offers/", "/offer-events"])
def test_strangers_see_their_own_empty_lists(in_workspace: Team, address: str) -> None:
    add_change(in_workspace.offer)
    client = Client()
    client.force_login(in_workspace.stranger)
    answer = client.get(address)
    assert answer.status_code == 200
    assert in_workspace.offer.title not in answer.content.decode()


def test_a_foreign_account_in_the_filter_is_ignored(in_workspace: Team) -> None:
    client = Client()
    client.force_login(in_workspace.stranger)
    for address in ("/offers/", "/offer-events"):
        answer = client.get(f"{address}?account={in_workspace.account.pk}")
        assert in_workspace.account.login not in answer.content.decode()


def test_an_unknown_change_is_not_found(owner_client: Client, team: Team) -> None:
    assert owner_client.get(f"/offers/{team.offer.pk}/changes/{uuid.uuid4()}/").status_code == 404
    assert owner_client.get(f"/offers/{uuid.uuid4()}/").status_code == 404


def test_pages_are_only_read(owner_client: Client, in_workspace: Team) -> None:
    for address in addresses(in_workspace):
        assert owner_client.post(address).status_code == 405
