"""Forms from an old page: of another workspace, of a session that has ended; and the language that follows a person."""

from typing import Any, cast

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from accounts.access import CURRENT_WORKSPACE, PAGE_WORKSPACE
from accounts.models import Membership, Role, User, Workspace
from tests.conftest import Team
from tests.factories import MembershipFactory, UserFactory


@pytest.fixture
def second(team: Team) -> Workspace:
    """Another workspace of the same owner."""
    return cast(Membership, MembershipFactory(user=team.owner)).workspace


def choose(client: Client, workspace: Workspace) -> None:
    session = client.session
    session[CURRENT_WORKSPACE] = str(workspace.pk)
    session.save()


def rename(client: Client, page: Workspace) -> Any:
    fields = {"name": "Renamed", PAGE_WORKSPACE: str(page.pk)}
    return client.post(reverse("settings:workspace"), fields, headers={"accept-language": "en"})


def test_every_form_of_a_page_names_its_workspace(team: Team, owner_client: Client) -> None:
    html = owner_client.get(reverse("settings:workspace")).content.decode()
    field = f'<input type="hidden" name="{PAGE_WORKSPACE}" value="{team.workspace.pk}">'
    assert html.count("csrfmiddlewaretoken") == html.count(field) > 1
    assert f'"X-Workspace": "{team.workspace.pk}"' in html


def test_a_form_of_the_former_workspace_writes_into_neither(
    team: Team, owner_client: Client, second: Workspace
) -> None:
    choose(owner_client, second)
    answer = rename(owner_client, team.workspace)
    assert answer.status_code == 409
    assert "nothing was changed" in answer.content.decode()
    assert not Workspace.objects.filter(name="Renamed").exists()
    assert rename(owner_client, second).status_code == 302
    assert Workspace.objects.get(name="Renamed").pk == second.pk


def test_a_fragment_of_another_workspace_is_not_put_into_the_page(
    team: Team, owner_client: Client, second: Workspace
) -> None:
    choose(owner_client, second)
    stale = {"HX-Request": "true", "X-Workspace": str(team.workspace.pk)}
    assert owner_client.get(reverse("settings:first_run"), headers=stale).status_code == 409


def test_the_way_back_leads_to_the_page_in_its_own_workspace(
    team: Team, owner_client: Client, second: Workspace
) -> None:
    choose(owner_client, second)
    fields = {"workspace": str(team.workspace.pk), "next": "/settings/team/", PAGE_WORKSPACE: str(second.pk)}
    assert owner_client.post(reverse("accounts:switch"), fields)["Location"] == "/settings/team/"
    elsewhere = {**fields, "next": "https://evil.example.com/"}
    assert owner_client.post(reverse("accounts:switch"), elsewhere)["Location"] == "/"


def test_a_form_sent_after_the_session_ended_comes_back_to_its_page(team: Team, client: Client) -> None:
    answer = client.post(
        reverse("settings:invite"),
        {"email": "guest@example.com"},
        headers={"referer": "http://testserver/settings/team/?a=1", "accept-language": "en"},
        follow=True,
    )
    assert answer.redirect_chain[0][0] == "/accounts/login/?next=/settings/team/%3Fa%3D1"
    assert "Your session had ended" in answer.content.decode()
    foreign = client.post(reverse("settings:invite"), headers={"referer": "https://evil.example.com/x"})
    assert foreign["Location"] == "/accounts/login/?next=/"


def test_the_chosen_language_follows_a_person_into_every_browser(db: None) -> None:
    user = cast(User, UserFactory(language="pl"))
    MembershipFactory(user=user, role=Role.OWNER)
    browser = Client(headers={"accept-language": "en"})
    assert '<html lang="en">' in browser.get("/").content.decode()
    browser.force_login(user)
    page = browser.get("/dashboard/")
    assert '<html lang="pl">' in page.content.decode() and page["Content-Language"] == "pl"
    assert browser.cookies[settings.LANGUAGE_COOKIE_NAME].value == "pl"
    browser.post("/settings/language", {"language": "en", "next": "/dashboard/"})
    assert '<html lang="en">' in browser.get("/dashboard/").content.decode()
    assert browser.cookies[settings.LANGUAGE_COOKIE_NAME].value == "en"
    browser.logout()
