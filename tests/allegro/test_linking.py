"""Linking over HTTP, as a browser does it: our button, Allegro's consent page, our callback."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any, cast
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from cryptography.fernet import Fernet
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from accounts.fields import DecryptionError
from accounts.models import AccountStatus, AuditEvent, Environment, Membership, OAuthGrant, Role, SellerAccount, User
from accounts.scoping import every_workspace
from allegro import linking, oauth
from allegro.grants import require_reconnect
from allegro.messages import message_for
from allegro.models import RunTrigger, SyncRun
from allegro.scopes import READ_SCOPES
from allegro.tasks import run_sync
from offers.models import Offer
from tests.allegro.conftest import COFFEE, GARDEN, World, link
from tests.conftest import Team
from tests.factories import MembershipFactory

CALLBACK = "/settings/accounts/callback/"


class Browser:
    """A signed-in person whose browser goes to Allegro and comes back."""

    def __init__(self, world: World, user: User) -> None:
        self.world = world
        self.client = Client(headers={"accept-language": "en"})
        self.client.force_login(user)

    def connect(self, **fields: str) -> str:
        """Press the button; returns the consent page's address."""
        answer = self.client.post(reverse("settings:connect"), fields)
        assert answer.status_code == 302, answer.content
        return str(answer["Location"])

    def back(self, parameters: dict[str, str]) -> Any:
        """Come back from Allegro and follow our redirect to the page it ends on."""
        return self.client.get(f"{CALLBACK}?{urlencode(parameters)}", follow=True)

    def link(self, allegro_id: str = GARDEN, decision: str = "allow", **fields: str) -> Any:
        """The whole way."""
        return self.back(self.world.consent(self.connect(**fields), allegro_id, decision))


@pytest.fixture
def browser(world: World, team: Team) -> Iterator[Browser]:
    """The owner's browser; the guard is off, for these tests look at every workspace."""
    with every_workspace():
        SellerAccount.objects.all().delete()
        yield Browser(world, team.owner)


def shows(page: Any, code: str) -> bool:
    """Whether the page says what a failure code means."""
    assert page.status_code == 200
    return message_for(code) in [str(message) for message in page.context["messages"]]


def assert_nothing_is_stored() -> None:
    assert not SellerAccount.objects.exists()
    assert not OAuthGrant.objects.exists()
    assert not AuditEvent.objects.exists()


# The good way --------------------------------------------------------------------------------------------------------


def test_linking_stores_whose_account_it_is(browser: Browser, team: Team) -> None:
    page = browser.link()
    account = SellerAccount.objects.get()
    assert page.redirect_chain[-1][0] == reverse("settings:account", args=[account.pk])
    assert "ogrod_24" in page.content.decode()
    assert (account.workspace, account.environment) == (team.workspace, Environment.SIMULATOR)
    assert (account.allegro_id, account.login, account.base_marketplace) == (GARDEN, "ogrod_24", "allegro-pl")
    assert account.status == AccountStatus.CONNECTED
    assert account.scopes == sorted(READ_SCOPES)
    assert account.next_sync_at is not None


def test_linking_is_written_to_the_audit_trail_without_secrets(browser: Browser, team: Team) -> None:
    browser.link()
    [event] = AuditEvent.objects.all()
    assert (event.actor, event.verb, event.target) == (team.owner, "account.linked", "ogrod_24")
    assert event.data == {"allegro_id": GARDEN}


def test_the_first_sync_is_queued_once_the_link_is_committed(
    browser: Browser,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    queued: list[tuple[object, ...]] = []
    monkeypatch.setattr(run_sync, "apply_async", lambda args, *_, **__: queued.append(tuple(args)))
    with django_capture_on_commit_callbacks(execute=True):
        browser.link()
        assert queued == []
    assert queued == [(str(SellerAccount.objects.get().pk), RunTrigger.LINK)]


def test_the_first_sync_after_linking_reads_everything(browser: Browser) -> None:
    browser.link()
    account = SellerAccount.objects.get()
    run_sync(str(account.pk), RunTrigger.LINK)
    assert SyncRun.objects.get(account=account).status == "succeeded"
    assert Offer.objects.filter(account=account).count() == 8


def test_tokens_are_unreadable_in_the_database(browser: Browser, settings: Settings) -> None:
    browser.link()
    grant = OAuthGrant.objects.get()
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM accounts_oauthgrant")
        stored = repr(cursor.fetchall())
    assert grant.access_token.count(".") == 2
    for secret in (grant.access_token, grant.refresh_token, grant.access_token.split(".")[1]):
        assert secret not in stored
    settings.FIELD_ENCRYPTION_KEYS = [Fernet.generate_key().decode()]
    with pytest.raises(DecryptionError):
        OAuthGrant.objects.get()


def test_an_older_key_still_opens_tokens_after_a_change_of_keys(browser: Browser, settings: Settings) -> None:
    browser.link()
    token = OAuthGrant.objects.get().access_token
    settings.FIELD_ENCRYPTION_KEYS = [Fernet.generate_key().decode(), *settings.FIELD_ENCRYPTION_KEYS]
    assert OAuthGrant.objects.get().access_token == token


def test_the_consent_page_is_asked_for_read_scopes_with_a_challenge(browser: Browser) -> None:
    query = {name: values[0] for name, values in parse_qs(urlsplit(browser.connect()).query).items()}
    scopes = query["scope"].split()
    assert all(scope.endswith(":read") for scope in scopes)
    assert {"allegro:api:profile:read", "allegro:api:sale:offers:read", "allegro:api:orders:read"} <= set(scopes)
    assert (query["response_type"], query["code_challenge_method"], query["prompt"]) == ("code", "S256", "confirm")
    assert len(query["code_challenge"]) == 43
    assert len(query["state"]) >= 20
    assert query["redirect_uri"] == f"http://testserver{CALLBACK}"
    assert "simulator-secret" not in str(query)


def test_a_workspace_may_follow_several_accounts(browser: Browser, team: Team) -> None:
    browser.link(GARDEN)
    browser.link(COFFEE)
    linked = SellerAccount.objects.filter(workspace=team.workspace)
    assert set(linked.values_list("allegro_id", flat=True)) == {GARDEN, COFFEE}
    assert OAuthGrant.objects.count() == 2


def test_an_account_may_be_followed_by_two_workspaces_with_grants_of_their_own(browser: Browser, team: Team) -> None:
    browser.link()
    Browser(browser.world, team.stranger).link()
    accounts = SellerAccount.objects.filter(allegro_id=GARDEN)
    assert accounts.values("workspace").distinct().count() == 2
    assert len({grant.access_token for grant in OAuthGrant.objects.all()}) == 2


def test_two_tabs_may_link_at_once(browser: Browser) -> None:
    first, second = browser.connect(), browser.connect()
    browser.back(browser.world.consent(first, GARDEN))
    browser.back(browser.world.consent(second, COFFEE))
    assert SellerAccount.objects.count() == 2


# States that do not fit ----------------------------------------------------------------------------------------------


def test_an_unknown_state_is_refused(browser: Browser) -> None:
    parameters = browser.world.consent(browser.connect())
    assert shows(browser.back({**parameters, "state": "made-up"}), "state_mismatch")
    assert_nothing_is_stored()


def test_a_missing_state_is_refused(browser: Browser) -> None:
    parameters = browser.world.consent(browser.connect())
    assert shows(browser.back({"code": parameters["code"]}), "state_mismatch")
    assert_nothing_is_stored()


def test_a_state_works_once(browser: Browser) -> None:
    parameters = browser.world.consent(browser.connect())
    browser.back(parameters)
    assert shows(browser.back(parameters), "state_mismatch")
    assert SellerAccount.objects.count() == 1


def test_the_state_of_another_session_is_refused(browser: Browser, team: Team) -> None:
    parameters = browser.world.consent(browser.connect())
    for user in (team.owner, team.stranger):
        assert shows(Browser(browser.world, user).back(parameters), "state_mismatch")
    assert_nothing_is_stored()


def test_the_state_of_another_workspace_is_refused_and_used_up(browser: Browser, team: Team) -> None:
    parameters = browser.world.consent(browser.connect())
    other = cast(Membership, MembershipFactory(user=team.owner, role=Role.OWNER))
    session = browser.client.session
    session["workspace_id"] = str(other.workspace.pk)
    session.save()
    assert shows(browser.back(parameters), "state_mismatch")
    session = browser.client.session
    session["workspace_id"] = str(team.workspace.pk)
    session.save()
    assert shows(browser.back(parameters), "state_mismatch")
    assert_nothing_is_stored()


def test_a_state_expires(browser: Browser) -> None:
    parameters = browser.world.consent(browser.connect())
    session = browser.client.session
    links = session[linking.SESSION_KEY]
    links[parameters["state"]]["started"] -= linking.LINK_SECONDS + 1
    session[linking.SESSION_KEY] = links
    session.save()
    assert shows(browser.back(parameters), "state_mismatch")
    assert_nothing_is_stored()


# Allegro says no -----------------------------------------------------------------------------------------------------


def test_a_denied_consent_is_said_so(browser: Browser) -> None:
    assert shows(browser.link(decision="deny"), "access_denied")
    assert_nothing_is_stored()


def test_another_error_of_the_consent_page_is_no_denial(browser: Browser) -> None:
    state = browser.world.consent(browser.connect())["state"]
    assert shows(browser.back({"error": "server_error", "state": state}), "code_refused")
    assert_nothing_is_stored()


def test_coming_back_without_a_code_links_nothing(browser: Browser) -> None:
    state = browser.world.consent(browser.connect())["state"]
    assert shows(browser.back({"state": state}), "code_refused")
    assert_nothing_is_stored()


def test_a_made_up_code_is_refused(browser: Browser) -> None:
    parameters = browser.world.consent(browser.connect())
    assert shows(browser.back({**parameters, "code": "made-up"}), "code_refused")
    assert_nothing_is_stored()


def test_an_expired_code_is_refused(browser: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    parameters = browser.world.consent(browser.connect())
    monkeypatch.setattr("allegro.simulator.oauth.CODE_SECONDS", -1)
    assert shows(browser.back(parameters), "code_refused")
    assert_nothing_is_stored()


def test_a_code_of_another_link_request_is_refused(browser: Browser) -> None:
    """Its challenge belongs to another verifier: a stolen code is worth nothing."""
    first = browser.world.consent(browser.connect())
    second = browser.world.consent(browser.connect())
    assert shows(browser.back({"state": second["state"], "code": first["code"]}), "code_refused")
    assert_nothing_is_stored()


@pytest.mark.parametrize(
    ("status", "body"), [(500, "json"), (503, "html"), (504, "html"), (429, "json"), (200, "html"), (200, "truncated")]
)
def test_trouble_at_the_token_endpoint_is_not_taken_for_a_refusal(browser: Browser, status: int, body: str) -> None:
    parameters = browser.world.consent(browser.connect())
    browser.world.fault("/auth/oauth/token", status, body=body)
    assert shows(browser.back(parameters), "unavailable")
    assert_nothing_is_stored()


def test_a_token_endpoint_that_cannot_be_reached_is_trouble_too(browser: Browser, settings: Settings) -> None:
    parameters = browser.world.consent(browser.connect())
    settings.ALLEGRO_AUTH_URL = "http://127.0.0.1:9"
    assert shows(browser.back(parameters), "unavailable")
    assert_nothing_is_stored()


@pytest.mark.parametrize(
    ("status", "body", "code"),
    [
        (403, "json", "forbidden"),
        (500, "json", "unavailable"),
        (504, "html", "unavailable"),
        (200, "truncated", "unavailable"),
        (401, "json", "wrong_environment"),
        (429, "json", "rate_limited"),
    ],
)
def test_an_account_that_cannot_be_asked_for_is_not_linked(browser: Browser, status: int, body: str, code: str) -> None:
    browser.world.fault("/me", status, body=body, times=10)
    assert shows(browser.link(), code)
    assert_nothing_is_stored()


def test_an_installation_without_an_application_says_so(browser: Browser, settings: Settings) -> None:
    settings.ALLEGRO_CLIENT_ID = ""
    page = browser.client.post(reverse("settings:connect"), follow=True)
    assert shows(page, "not_configured")


# Linking again and leaving -------------------------------------------------------------------------------------------


def test_reconnecting_brings_a_new_grant_and_the_schedule_back(browser: Browser) -> None:
    browser.link()
    account = SellerAccount.objects.get()
    old = OAuthGrant.objects.get().access_token
    require_reconnect(account, timezone.now())
    browser.link(account=str(account.pk))
    account.refresh_from_db()
    assert (account.status, SellerAccount.objects.count()) == (AccountStatus.CONNECTED, 1)
    assert account.next_sync_at is not None
    assert OAuthGrant.objects.get().access_token != old
    assert AuditEvent.objects.filter(verb="account.relinked").count() == 1


def test_reconnecting_as_someone_else_changes_nothing(browser: Browser) -> None:
    browser.link(GARDEN)
    account = SellerAccount.objects.get()
    require_reconnect(account, timezone.now())
    before = SellerAccount.objects.values().get()
    token = OAuthGrant.objects.get().access_token
    page = browser.link(COFFEE, account=str(account.pk))
    assert page.redirect_chain[-1][0] == reverse("settings:other_account")
    assert "signed in at Allegro as kawa_i_dom" in page.content.decode()
    assert SellerAccount.objects.values().get() == before
    assert OAuthGrant.objects.get().access_token == token
    assert AuditEvent.objects.filter(verb="account.relinked").count() == 0


def test_the_refusal_of_an_old_grant_does_not_undo_a_newer_link(browser: Browser) -> None:
    browser.link()
    loaded_before = SellerAccount.objects.get()
    browser.link()
    require_reconnect(loaded_before, timezone.now())
    account = SellerAccount.objects.get()
    assert account.status == AccountStatus.CONNECTED
    assert account.next_sync_at is not None


def test_disconnecting_forgets_the_tokens_and_keeps_the_history(browser: Browser, team: Team) -> None:
    browser.link()
    account = SellerAccount.objects.get()
    run_sync(str(account.pk), RunTrigger.LINK)
    offers = Offer.objects.filter(account=account).count()
    page = browser.client.post(reverse("settings:disconnect", args=[account.pk]), follow=True)
    assert page.status_code == 200
    account.refresh_from_db()
    assert (account.status, account.next_sync_at) == (AccountStatus.DISCONNECTED, None)
    assert not OAuthGrant.objects.exists()
    assert Offer.objects.filter(account=account).count() == offers == 8
    assert AuditEvent.objects.filter(verb="account.disconnected", actor=team.owner).count() == 1


def test_a_disconnected_account_can_be_linked_again_with_its_history(browser: Browser) -> None:
    browser.link()
    account = SellerAccount.objects.get()
    browser.client.post(reverse("settings:disconnect", args=[account.pk]))
    browser.link()
    assert SellerAccount.objects.get().pk == account.pk
    assert SellerAccount.objects.get().is_connected


# Who may -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("role", "status"), [(Role.OWNER, 302), (Role.ADMIN, 302), (Role.ANALYST, 403), (Role.VIEWER, 403)]
)
def test_only_administrators_link_and_disconnect(browser: Browser, team: Team, role: Role, status: int) -> None:
    account = link(browser.world, workspace=team.workspace).account
    user = cast(Membership, MembershipFactory(workspace=team.workspace, role=role)).user
    client = Browser(browser.world, user).client
    assert client.post(reverse("settings:connect")).status_code == status
    assert client.get(f"{CALLBACK}?state=x&code=y").status_code == status
    assert client.post(reverse("settings:disconnect", args=[account.pk])).status_code == status
    assert OAuthGrant.objects.filter(account=account).exists() == (status == 403)


def test_a_stranger_finds_nothing(browser: Browser, team: Team) -> None:
    account = link(browser.world, workspace=team.workspace).account
    stranger = Browser(browser.world, team.stranger).client
    assert stranger.post(reverse("settings:connect"), {"account": str(account.pk)}).status_code == 404
    assert stranger.post(reverse("settings:connect"), {"account": "nonsense"}).status_code == 404
    assert stranger.get(reverse("settings:account", args=[account.pk])).status_code == 404
    assert stranger.post(reverse("settings:disconnect", args=[account.pk])).status_code == 404
    assert stranger.post(reverse("settings:sync_now", args=[account.pk])).status_code == 404


def test_a_person_without_a_workspace_finds_nothing(browser: Browser, team: Team) -> None:
    Membership.objects.filter(user=team.stranger).delete()
    stranger = Browser(browser.world, team.stranger).client
    assert stranger.post(reverse("settings:connect")).status_code == 404
    assert stranger.get(reverse("settings:accounts")).status_code == 404


def test_signed_out_the_sign_in_page_comes_first(browser: Browser) -> None:
    answer = Client().post(reverse("settings:connect"))
    assert answer.status_code == 302
    assert answer["Location"].startswith("/accounts/login/")


def test_a_link_is_started_by_a_form_only(browser: Browser) -> None:
    assert browser.client.get(reverse("settings:connect")).status_code == 405


@pytest.mark.parametrize(
    ("address", "environment"),
    [
        ("https://allegro.pl", Environment.PRODUCTION),
        ("https://allegro.pl.allegrosandbox.pl", Environment.SANDBOX),
        ("http://127.0.0.1:8001", Environment.SIMULATOR),
    ],
)
def test_the_environment_is_told_by_the_address(settings: Settings, address: str, environment: Environment) -> None:
    settings.ALLEGRO_AUTH_URL = address
    assert Environment.here() == environment


def test_a_link_request_hides_its_verifier() -> None:
    pending = linking.PendingLink("workspace", "very-secret", "", 0.0)
    assert "very-secret" not in repr(pending)
    assert "very-secret" not in repr(oauth.Tokens("very-secret", "very-secret", 1, ()))


def test_the_first_sync_is_due_within_the_journal_interval_even_if_the_queue_loses_it(
    browser: Browser, settings: Settings
) -> None:
    browser.link()
    account = SellerAccount.objects.get()
    assert account.next_sync_at is not None
    assert account.next_sync_at - account.connected_at == settings.JOURNAL_INTERVAL
    assert account.next_sync_at - account.connected_at < timedelta(hours=1)
