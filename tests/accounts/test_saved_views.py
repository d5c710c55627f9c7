"""Saved views: who may keep, see, share, rename and delete them, and what an address keeps."""

from typing import Any, cast

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Membership, Role, SavedView, User
from accounts.saved_views import MOST_VIEWS, query_of
from accounts.scoping import every_workspace
from tests.conftest import Team
from tests.factories import MembershipFactory


def client_of(user: User) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(user)
    return client


def save(user: User, name: str = "Ended", query: str = "status=ENDED", page: str = "offers", **values: str) -> Any:
    return client_of(user).post(reverse("accounts:save_view", args=[page]), {"name": name, "query": query, **values})


def views() -> list[tuple[str, str, str, bool]]:
    with every_workspace():
        return list(SavedView.objects.values_list("page", "name", "query", "is_shared"))


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("?q=kawa&page=3", "q=kawa"),
        ("group=price&group=stock&before=1_2&after=", "group=price&group=stock"),
        ("q=&status=", ""),
    ],
)
def test_a_view_keeps_the_filters_without_the_place_in_the_list(text: str, kept: str) -> None:
    assert query_of(text) == kept


def test_a_view_is_kept_and_leads_back_to_its_filters(team: Team) -> None:
    answer = save(team.owner, query="status=ENDED&sort=-units&page=2")
    assert answer["Location"] == "/offers/?status=ENDED&sort=-units"
    assert views() == [("offers", "Ended", "status=ENDED&sort=-units", False)]
    page = client_of(team.owner).get("/offers/").content.decode()
    assert 'href="/offers/?status=ENDED&amp;sort=-units"' in page
    chosen = client_of(team.owner).get("/offers/?status=ENDED&sort=-units").content.decode()
    assert 'aria-current="true"' in chosen
    assert "status=ENDED" not in client_of(team.owner).get("/offer-events").content.decode()


def test_the_same_name_replaces_ones_own_view(team: Team) -> None:
    save(team.owner)
    save(team.owner, query="status=ACTIVE")
    assert views() == [("offers", "Ended", "status=ACTIVE", False)]


@pytest.mark.parametrize("name", ["", "   ", "x" * 61])
def test_a_name_that_is_none_is_refused_with_a_reason(team: Team, name: str) -> None:
    answer = save(team.owner, name)
    page = client_of(team.owner)
    assert answer.status_code == 302
    assert views() == []
    assert (
        "Nothing was saved"
        in page.post(reverse("accounts:save_view", args=["offers"]), {"name": name}, follow=True).content.decode()
    )


def test_there_is_a_limit(team: Team) -> None:
    for number in range(MOST_VIEWS + 1):
        save(team.owner, f"View {number}")
    assert len(views()) == MOST_VIEWS
    save(team.owner, "View 1", query="q=other")
    assert ("offers", "View 1", "q=other", False) in views()


def test_an_unknown_list_has_no_views(team: Team) -> None:
    assert save(team.owner, page="nonsense").status_code == 404


def test_a_viewer_keeps_private_views_and_shares_none(team: Team) -> None:
    assert save(team.viewer, "Mine").status_code == 302
    assert save(team.viewer, "Ours", is_shared="1").status_code == 403
    assert views() == [("offers", "Mine", "status=ENDED", False)]
    assert 'name="is_shared"' not in client_of(team.viewer).get("/offers/").content.decode()


def test_a_private_view_is_nobody_elses(team: Team) -> None:
    save(team.owner, "Only mine")
    assert "Only mine" not in client_of(team.viewer).get("/offers/").content.decode()
    with every_workspace():
        view = SavedView.objects.get()
    for name in ("change_view", "delete_view"):
        assert client_of(team.viewer).post(reverse(f"accounts:{name}", args=[view.pk])).status_code == 404
        assert client_of(team.stranger).post(reverse(f"accounts:{name}", args=[view.pk])).status_code == 404


def test_a_shared_view_can_be_chosen_by_all_and_changed_by_its_author(team: Team) -> None:
    save(team.owner, "Ours", is_shared="1")
    assert "Ours" in client_of(team.viewer).get("/offers/").content.decode()
    assert "Ours" not in client_of(team.stranger).get("/offers/").content.decode()
    with every_workspace():
        view = SavedView.objects.get()
    change, delete = (reverse(f"accounts:{name}", args=[view.pk]) for name in ("change_view", "delete_view"))
    assert client_of(team.viewer).post(change, {"name": "Theirs"}).status_code == 403
    assert client_of(team.viewer).post(delete).status_code == 403
    assert client_of(team.owner).post(change, {"name": "Renamed"}).status_code == 302
    assert views() == [("offers", "Renamed", "status=ENDED", False)]


def test_an_administrator_deletes_a_shared_view_of_someone_else(team: Team) -> None:
    with every_workspace():
        analyst = cast(Membership, MembershipFactory(workspace=team.workspace, role=Role.ANALYST))
    save(analyst.user, "Shared", is_shared="1")
    with every_workspace():
        view = SavedView.objects.get()
    assert client_of(team.owner).post(reverse("accounts:delete_view", args=[view.pk])).status_code == 302
    assert views() == []


def test_a_name_that_one_has_already_is_refused_when_renaming(team: Team) -> None:
    save(team.owner, "One")
    save(team.owner, "Two")
    with every_workspace():
        two = SavedView.objects.get(name="Two")
    client_of(team.owner).post(reverse("accounts:change_view", args=[two.pk]), {"name": "One"})
    assert {name for _page, name, _query, _shared in views()} == {"One", "Two"}
