"""The frame of the product: home page, sign-up and sign-in, workspace settings, language, error pages, staff pages."""

import re
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, cast

import pytest
from django.core import mail
from django.template import Context, Template
from django.template.loader import get_template
from django.test import Client
from django.utils import translation

from accounts.access import CURRENT_WORKSPACE
from accounts.models import AuditEvent, Membership, Role, User, Workspace
from accounts.scoping import workspace_scope
from tests.conftest import Team
from tests.factories import PASSWORD, MembershipFactory, UserFactory

SIGNED_OUT_PAGES = [
    "/",
    "/accounts/login/",
    "/accounts/signup/",
    "/accounts/confirm-email/",
    "/accounts/confirm-email/wrong-key/",
    "/accounts/password/reset/",
    "/accounts/password/reset/done/",
    "/accounts/password/reset/key/1-wrong/",
    "/accounts/password/reset/key/done/",
    "/accounts/inactive/",
]
SIGNED_IN_PAGES = [
    "/settings/workspace/",
    "/accounts/email/",
    "/accounts/password/change/",
    "/accounts/logout/",
    "/accounts/reauthenticate/",
]
LANGUAGES = ["pl", "en"]


def assert_whole_page(html: str, language: str) -> None:
    """A complete page of ours in `language`, with nothing that the content security policy would refuse."""
    assert f'<html lang="{language}">' in html
    assert html.count("<h1") == 1
    assert 'id="content"' in html
    assert not re.search(r"<style|\sstyle=|\son[a-z]+=\"", html)
    assert all("src=" in opening for opening in re.findall(r"<script[^>]*>", html))
    assert not re.search(r"<title>\s*· Offer History", html)


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["/accounts/login/", "/accounts/signup/", "/accounts/password/reset/"])
def test_an_e_mail_address_is_called_so_on_every_form(client: Client, address: str) -> None:
    html = client.get(address, headers={"accept-language": "en"}).content.decode()
    assert ">E-mail address</label>" in html and ">Email<" not in html


@pytest.mark.django_db
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("address", SIGNED_OUT_PAGES)
def test_signed_out_page_renders(client: Client, address: str, language: str) -> None:
    response = client.get(address, headers={"accept-language": language})
    assert response.status_code == 200
    assert_whole_page(response.content.decode(), language)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("address", SIGNED_IN_PAGES)
def test_signed_in_page_renders(owner_client: Client, address: str, language: str) -> None:
    response = owner_client.get(address, headers={"accept-language": language})
    assert response.status_code == 200
    assert_whole_page(response.content.decode(), language)


@pytest.mark.django_db
def test_home_page_speaks_both_languages(client: Client) -> None:
    assert "Create an account" in client.get("/", headers={"accept-language": "en"}).content.decode()
    assert "Załóż konto" in client.get("/", headers={"accept-language": "pl"}).content.decode()


@pytest.mark.django_db
def test_unknown_language_falls_back_to_polish(client: Client) -> None:
    assert '<html lang="pl">' in client.get("/", headers={"accept-language": "de"}).content.decode()


# Sign-up and sign-in -------------------------------------------------------------------------------------------------


def sign_up(client: Client, email: str = "seller@example.com", language: str = "en") -> None:
    response = client.post(
        "/accounts/signup/",
        {"email": email, "password1": PASSWORD, "password2": PASSWORD},
        headers={"accept-language": language},
    )
    assert response.status_code == 302, response.content.decode()
    assert response["Location"] == "/accounts/confirm-email/"


def link_in(message: mail.EmailMessage) -> str:
    found = re.search(r"https?://testserver(/\S+)", str(message.body))
    assert found is not None, message.body
    return found.group(1)


@pytest.mark.django_db
def test_sign_up_makes_a_workspace_with_its_owner(client: Client) -> None:
    sign_up(client)
    membership = Membership.objects.get(user__email="seller@example.com")
    assert membership.role == Role.OWNER
    assert "seller@example.com" in membership.workspace.name
    with workspace_scope(membership.workspace):
        assert AuditEvent.objects.get().verb == "workspace.created"


@pytest.mark.django_db
def test_sign_up_confirmation_and_sign_in(client: Client) -> None:
    sign_up(client)
    refused = client.post("/accounts/login/", {"login": "seller@example.com", "password": PASSWORD})
    assert refused["Location"] == "/accounts/confirm-email/"
    assert "_auth_user_id" not in client.session

    address = link_in(mail.outbox[0])
    page = client.get(address, headers={"accept-language": "en"})
    assert "Yes, confirm" in page.content.decode()
    client.post(address)
    assert client.session["_auth_user_id"]
    again = client.post(address, follow=True, headers={"accept-language": "en"})
    assert "your address is confirmed and you are signed in" in again.content.decode()

    client.post("/accounts/logout/")
    assert "_auth_user_id" not in client.session
    response = client.post("/accounts/login/", {"login": "seller@example.com", "password": PASSWORD})
    assert response["Location"] == "/"
    assert client.session["_auth_user_id"]


@pytest.mark.django_db
@pytest.mark.parametrize(("language", "words"), [("en", "Open this link"), ("pl", "Otwórz ten link")])
def test_confirmation_mail_is_in_the_readers_language(client: Client, language: str, words: str) -> None:
    sign_up(client, language=language)
    assert words in str(mail.outbox[0].body)
    assert "example.com!" not in str(mail.outbox[0].body)
    assert User.objects.get(email="seller@example.com").language == language


@pytest.mark.django_db
def test_second_sign_up_with_an_address_tells_only_its_owner(client: Client) -> None:
    UserFactory(email="seller@example.com")
    sign_up(client)
    assert "already" in mail.outbox[0].subject
    assert User.objects.filter(email="seller@example.com").count() == 1


@pytest.mark.django_db
def test_password_reset_by_mail(client: Client) -> None:
    user = cast(User, UserFactory(email="seller@example.com"))
    client.post("/accounts/password/reset/", {"email": user.email}, headers={"accept-language": "en"})
    page = client.get(link_in(mail.outbox[0]), follow=True)
    new = "another long password"
    client.post(page.redirect_chain[-1][0], {"password1": new, "password2": new})
    user.refresh_from_db()
    assert user.check_password(new)


@pytest.mark.django_db
def test_wrong_password_is_said_beside_the_form(client: Client) -> None:
    UserFactory(email="seller@example.com")
    form = {"login": "seller@example.com", "password": "wrong"}
    response = client.post("/accounts/login/", form, headers={"accept-language": "en"})
    assert response.status_code == 200
    assert 'role="alert"' in response.content.decode()


@pytest.mark.django_db
def test_field_error_is_tied_to_its_field(client: Client) -> None:
    response = client.post("/accounts/signup/", {"email": "not an address", "password1": "x", "password2": "x"})
    html = response.content.decode()
    assert 'aria-invalid="true"' in html
    assert 'id="id_email_error"' in html
    assert re.search(r'<input[^>]*aria-describedby="id_email_error"', html)


@pytest.mark.django_db
def test_too_many_wrong_passwords_are_refused(client: Client) -> None:
    UserFactory(email="seller@example.com")
    form = {"login": "seller@example.com", "password": "wrong"}
    for _ in range(12):
        response = client.post("/accounts/login/", form, headers={"accept-language": "en"})
    assert "oo many" in response.content.decode()


# Workspace settings --------------------------------------------------------------------------------------------------


def signed_in(user: User) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(user)
    return client


def test_owner_renames_the_workspace_and_it_is_audited(team: Team) -> None:
    response = signed_in(team.owner).post("/settings/workspace/", {"name": "Coffee Ltd"}, follow=True)
    assert "Coffee Ltd" in response.content.decode()
    with workspace_scope(team.workspace):
        line = AuditEvent.objects.get(verb="workspace.renamed")
    assert line.actor == team.owner
    assert line.data["new"] == "Coffee Ltd"


def test_empty_name_is_refused(team: Team) -> None:
    response = signed_in(team.owner).post("/settings/workspace/", {"name": " "})
    assert 'id="id_name_error"' in response.content.decode()
    assert Workspace.objects.get(pk=team.workspace.pk).name == team.workspace.name


def test_viewer_sees_the_members_and_may_not_rename(team: Team) -> None:
    client = signed_in(team.viewer)
    html = client.get("/settings/team/").content.decode()
    assert team.owner.email in html
    assert team.stranger.email not in html
    assert 'name="name"' not in html
    assert client.post("/settings/workspace/", {"name": "Mine"}).status_code == 403


def test_signed_out_person_is_sent_to_sign_in(client: Client, team: Team) -> None:
    assert client.get("/settings/workspace/")["Location"] == "/accounts/login/?next=/settings/workspace/"


def test_person_without_a_workspace_finds_nothing(team: Team) -> None:
    assert signed_in(cast(User, UserFactory())).get("/settings/workspace/").status_code == 404


def test_member_of_two_workspaces_switches(team: Team) -> None:
    second = cast(Membership, MembershipFactory(user=team.owner, role=Role.ANALYST))
    client = signed_in(team.owner)
    assert second.workspace.name in client.get("/settings/workspace/").content.decode()
    client.post("/settings/workspace/switch/", {"workspace": str(second.workspace_id)})
    assert client.session[CURRENT_WORKSPACE] == str(second.workspace_id)
    assert f'<div class="page-sub">{second.workspace.name}</div>' in client.get("/settings/workspace/").content.decode()


@pytest.mark.parametrize("wanted", ["", "not-a-uuid", "foreign"])
def test_foreign_workspace_cannot_be_entered(team: Team, wanted: str) -> None:
    if wanted == "foreign":
        wanted = str(Membership.objects.get(user=team.stranger).workspace_id)
    response = signed_in(team.owner).post("/settings/workspace/switch/", {"workspace": wanted})
    assert response.status_code == 404


# Language ------------------------------------------------------------------------------------------------------------


def test_chosen_language_is_remembered_in_cookie_and_profile(team: Team) -> None:
    client = signed_in(team.owner)
    response = client.post("/settings/language", {"language": "pl", "next": "/settings/workspace/"}, follow=True)
    assert '<html lang="pl">' in response.content.decode()
    team.owner.refresh_from_db()
    assert team.owner.language == "pl"


@pytest.mark.django_db
def test_language_form_leads_nowhere_else(client: Client) -> None:
    response = client.post("/settings/language", {"language": "en", "next": "https://evil.example.com/"})
    assert response["Location"] == "/"


# Error pages ---------------------------------------------------------------------------------------------------------


def test_unknown_address_shows_our_page(owner_client: Client) -> None:
    response = owner_client.get("/no/such/page/", headers={"accept-language": "en"})
    assert response.status_code == 404
    assert_whole_page(response.content.decode(), "en")


@pytest.mark.django_db
def test_an_unknown_address_tells_nobody_signed_out_of_workspaces(client: Client) -> None:
    html = client.get("/no/such/page/", headers={"accept-language": "en"}).content.decode()
    assert "no longer there" in html and "workspace you are in" not in html
    assert_whole_page(html, "en")


def test_forbidden_page_says_why(team: Team) -> None:
    response = signed_in(team.viewer).post("/settings/workspace/", {"name": "Mine"})
    assert "Only an administrator or the owner" in response.content.decode()
    assert_whole_page(response.content.decode(), "en")


@pytest.mark.django_db
def test_old_form_shows_our_page() -> None:
    client = Client(enforce_csrf_checks=True, headers={"accept-language": "en"})
    response = client.post("/settings/language", {"language": "en"})
    assert response.status_code == 403
    assert "The page was open too long" in response.content.decode()


@pytest.mark.parametrize("template", ["400.html", "500.html"])
def test_error_page_needs_no_context(template: str) -> None:
    with translation.override("pl"):
        assert '<html lang="pl">' in get_template(template).render()


# Staff pages ---------------------------------------------------------------------------------------------------------

STAFF_LISTS = ["user", "workspace", "membership", "selleraccount", "auditevent"]


@pytest.mark.parametrize("name", STAFF_LISTS)
def test_staff_see_the_rows_of_every_workspace(staff_client: Client, team: Team, name: str) -> None:
    response = staff_client.get(f"/admin/accounts/{name}/")
    assert response.status_code == 200


def test_staff_page_of_an_account_shows_no_token_and_changes_nothing(staff_client: Client, team: Team) -> None:
    address = f"/admin/accounts/selleraccount/{team.account.pk}/change/"
    html = staff_client.get(address).content.decode()
    assert team.account.login in html
    assert "token" not in html.replace("csrfmiddlewaretoken", "")
    assert 'name="_save"' not in html
    assert staff_client.post(address, {"login": "other"}).status_code == 403


def test_staff_page_of_a_workspace_shows_its_members(staff_client: Client, team: Team) -> None:
    html = staff_client.get(f"/admin/accounts/workspace/{team.workspace.pk}/change/").content.decode()
    assert team.viewer.email in html


def test_owner_is_not_staff(owner_client: Client) -> None:
    response = owner_client.get("/admin/", follow=True)
    assert response.status_code == 403


@pytest.mark.django_db
def test_staff_sign_in_on_the_products_own_page(client: Client) -> None:
    response = client.get("/admin/", follow=True)
    assert response.redirect_chain[-1][0].startswith("/accounts/login/?next=")


# Small pieces of every page ------------------------------------------------------------------------------------------


def rendered(source: str, **context: Any) -> str:
    return Template("{% load ui %}" + source).render(Context(context))


@pytest.mark.parametrize(
    ("language", "amount", "currency", "shown"),
    [
        ("pl", "1129.9", "PLN", "1 129,90 zł"),
        ("en", "1129.9", "PLN", "PLN 1,129.90"),
        ("pl", "129", "CZK", "129,00 Kč"),
        ("pl", "4990", "HUF", "4 990 Ft"),
    ],
)
def test_money_is_written_as_the_reader_writes_it(language: str, amount: str, currency: str, shown: str) -> None:
    with translation.override(language):
        html = rendered("{% money amount currency %}", amount=Decimal(amount), currency=currency)
    assert shown in html.replace("\N{NO-BREAK SPACE}", " ")


def test_missing_money_is_a_dash_with_its_reason() -> None:
    html = rendered('{% money None "PLN" reason="not read yet" %}')
    assert "—" in html
    assert 'title="not read yet"' in html
    assert '<span class="visually-hidden">not read yet</span>' in html


def test_moment_is_shown_in_warsaw_time_and_marked_in_utc() -> None:
    when = datetime(2026, 7, 1, 22, 30, tzinfo=UTC)
    with translation.override("pl"):
        html = rendered("{% moment when %}", when=when)
    assert 'datetime="2026-07-01T22:30:00Z"' in html
    assert "02.07.2026, 00:30" in html


def test_icon_is_decoration_unless_it_has_a_label() -> None:
    assert 'aria-hidden="true"' in rendered('{% icon "history" %}')
    assert 'aria-label="Changes"' in rendered('{% icon "history" label="Changes" %}')


@pytest.mark.parametrize(("language", "picture"), [("pl", "social-pl"), ("en", "social-en")])
def test_a_link_to_the_product_shows_its_picture_in_the_reader_s_language(
    client: Client, db: None, settings: Any, language: str, picture: str
) -> None:
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
    page = client.get("/").content.decode()
    found = re.search(r'property="og:image" content="([^"]+)"', page)
    assert found
    assert found[1].startswith(settings.BASE_URL)
    assert picture in found[1]
