"""What happens around a page: no network, an ended session, impatience, the back button, two tabs, a running sync."""

import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import cast
from uuid import uuid4

import pytest
from django.conf import settings as django_settings
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Browser, BrowserContext, Route, expect
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from accounts.models import Deletion, Invitation, Membership, Role, SellerAccount, User, Workspace
from accounts.scoping import every_workspace
from allegro.models import RunKind, RunTrigger, SyncRun
from tests.browser.conftest import Visitor, both, open_window
from tests.factories import PASSWORD, MembershipFactory, SellerAccountFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

Opener = Callable[..., Visitor]


@pytest.fixture
def owner(transactional_db: None) -> User:
    """The owner of two workspaces, the first with an account that was never synced."""
    first = cast(Membership, MembershipFactory(workspace__name="First firm"))
    MembershipFactory(workspace__name="Second firm", user=first.user)
    MembershipFactory(workspace=first.workspace, role=Role.ANALYST)
    with every_workspace():
        SellerAccountFactory(workspace=first.workspace)
    return first.user


@pytest.fixture
def open_as_owner(owner: User, chromium: Browser, live_server: LiveServer, settings: Settings) -> Iterator[Opener]:
    """Opens a window in which the owner is signed in; keywords go to the browser."""
    settings.BASE_URL = live_server.url
    contexts: list[BrowserContext] = []

    def open_it(**options: object) -> Visitor:
        client = Client()
        client.force_login(owner)
        cookie = client.cookies[django_settings.SESSION_COOKIE_NAME].value
        context = chromium.new_context(**{"locale": "en", **options})  # type: ignore[arg-type]
        context.add_cookies([{"name": django_settings.SESSION_COOKIE_NAME, "value": cookie, "url": live_server.url}])
        contexts.append(context)
        return open_window(context, live_server)

    yield open_it
    for context in contexts:
        with suppress(Exception):
            context.close()


def test_without_network_a_form_stays_as_it_was_typed(open_as_owner: Opener) -> None:
    visitor = open_as_owner()
    page = visitor.page
    visitor.go("/settings/team/")
    page.context.set_offline(True)
    expect(page.locator("[data-notice=offline]")).to_be_visible()
    page.fill("input[name=email]", "guest@example.com")
    page.click("form[action$='/invite/'] button")
    expect(page.locator("input[name=email]")).to_have_value("guest@example.com")
    page.context.set_offline(False)
    expect(page.locator("#notice")).to_be_hidden()
    page.click("form[action$='/invite/'] button")
    expect(page.locator("section[aria-labelledby=invitations]")).to_contain_text("guest@example.com")
    with every_workspace():
        assert Invitation.objects.count() == 1
    assert all("ERR_INTERNET_DISCONNECTED" in fault for fault in visitor.faults)


def test_an_ended_session_leads_through_sign_in_back_to_the_page(open_as_owner: Opener, owner: User) -> None:
    visitor = open_as_owner()
    page = visitor.page
    visitor.go("/settings/team/")
    Session.objects.all().delete()
    page.fill("input[name=email]", "guest@example.com")
    page.click("form[action$='/invite/'] button")
    expect(page.locator(".alert-warning")).to_contain_text("Your session had ended")
    page.fill("input[name=login]", owner.email)
    page.fill("input[name=password]", PASSWORD)
    page.click("main button[type=submit]")
    page.wait_for_url("**/settings/team/")
    with every_workspace():
        assert not Invitation.objects.exists()

    Session.objects.all().delete()
    page.evaluate("htmx.ajax('GET', '/settings/first-run/', '#content')")
    page.wait_for_url("**/accounts/login/?next=%2Fsettings%2Fteam%2F")
    expect(page.locator("h1")).to_have_count(1)
    assert visitor.faults == []


def test_a_double_click_sends_one_form_and_the_back_button_gives_it_back(open_as_owner: Opener) -> None:
    visitor = open_as_owner()
    page = visitor.page
    posts: list[str] = []
    page.on("request", lambda request: posts.append(request.url) if request.method == "POST" else None)
    visitor.go("/workspaces/new/")
    page.fill("input[name=name]", "Third firm")
    page.dblclick("main button[type=submit]")
    page.wait_for_url("**/dashboard/")
    assert len(posts) == 1
    page.go_back()
    expect(page.locator("input[name=name]")).to_be_visible()
    page.fill("input[name=name]", "Third firm")
    page.click("main button[type=submit]")
    page.wait_for_url("**/dashboard/")
    assert len(posts) == 2
    assert Workspace.objects.filter(name="Third firm").count() == 1
    assert visitor.faults == []


def test_a_double_click_in_the_background_asks_once(open_as_owner: Opener) -> None:
    with every_workspace():
        account = SellerAccount.objects.get()
    visitor = open_as_owner()
    page = visitor.page
    posts: list[str] = []

    def answer_slowly(route: Route) -> None:
        posts.append(route.request.url)
        time.sleep(0.4)
        route.fulfill(body="<p>asked</p>", content_type="text/html")

    page.route("**/sync/", answer_slowly)
    visitor.go(f"/settings/accounts/{account.pk}/")
    page.evaluate("document.querySelector('form[data-hx-post]').removeAttribute('data-hx-disabled-elt')")
    page.dblclick("form[data-hx-post] button")
    expect(page.locator("#run")).to_have_text("asked")
    page.wait_for_timeout(600)
    assert len(posts) == 1
    assert visitor.faults == []


def test_after_signing_out_the_back_button_shows_nothing(open_as_owner: Opener) -> None:
    visitor = open_as_owner()
    page = visitor.page
    visitor.go("/settings/team/")
    page.click("details.menu > summary")
    page.click("form[action$='/logout/'] button")
    page.wait_for_url(visitor.base_url + "/")
    page.go_back()
    page.wait_for_url("**/accounts/login/**")
    assert visitor.faults == []


def test_a_tab_of_the_former_workspace_writes_nothing(open_as_owner: Opener) -> None:
    visitor = open_as_owner()
    page = visitor.page
    visitor.go("/settings/workspace/")
    other = page.context.new_page()
    other.goto(visitor.base_url + "/settings/workspace/")
    other.locator(".address-row form button").first.click()
    other.wait_for_url("**/dashboard/")

    page.fill("input[name=name]", "Wrong place")
    page.click("section[aria-labelledby=name] button")
    expect(page.locator("h1")).to_have_text("Another workspace was chosen")
    assert not Workspace.objects.filter(name="Wrong place").exists()
    page.click("main form button")
    page.wait_for_url("**/settings/workspace/")
    expect(page.locator(".page-sub")).to_have_text("First firm")
    # The refusal itself is an error of the network for the console.
    assert all("409" in fault for fault in visitor.faults)

    other.goto(visitor.base_url + "/settings/workspace/")
    other.locator(".address-row form button").first.click()
    other.wait_for_url("**/dashboard/")
    page.evaluate("htmx.ajax('GET', '/settings/first-run/', '#content')")
    expect(page.locator("[data-notice=workspace]")).to_be_visible()
    expect(page.locator("section[aria-labelledby=name]")).to_be_visible()


def test_a_sync_that_runs_meanwhile_is_followed_and_then_the_page_is_new(open_as_owner: Opener) -> None:
    now = timezone.now()
    with every_workspace():
        account = SellerAccount.objects.get()
        entry = {"stage": "listing", "status": "running", "started_at": now.isoformat(), "counts": {}}
        run = SyncRun.objects.create(
            account=account, trigger=RunTrigger.LINK, kind=RunKind.FULL, started_at=now, heartbeat_at=now,
            stages=[entry],
        )  # fmt: skip
    visitor = open_as_owner()
    page = visitor.page
    visitor.go("/dashboard/")
    expect(page.locator("#first-run")).to_contain_text("Offer list")
    with every_workspace():
        run.stages = [{**entry, "status": "succeeded"}, {**entry, "stage": "orders"}]
        run.save()
    expect(page.locator("#first-run")).to_contain_text("Orders")
    with every_workspace():
        run.status = "succeeded"
        run.save()
        SellerAccount.objects.update(last_synced_at=now)
    expect(page.locator("#first-run progress")).to_have_count(0)
    expect(page.locator("#first-run .is-done")).to_have_count(2)
    assert visitor.faults == []


@pytest.mark.parametrize("look", both("pl-light", "en-dark"))
def test_the_pages_of_settings_are_for_everyone(open_as_owner: Opener, owner: User, look: str) -> None:
    language, scheme = look.split("-")
    width = 1280 if scheme == "dark" else 390
    visitor = open_as_owner(locale=language, color_scheme=scheme, viewport={"width": width, "height": 844})
    deletion = Deletion.objects.create(workspace_id=uuid4(), workspace_name="Gone", asked_by=owner, language=language)
    for path in (
        "/dashboard/", "/settings/team/", "/settings/workspace/", "/settings/data/", "/settings/audit/",
        "/settings/workspace/delete/", "/settings/me/delete/", "/workspaces/new/", f"/deletions/{deletion.pk}/",
    ):  # fmt: skip
        visitor.look(path)
    visitor.go("/settings/team/")
    visitor.page.locator(".member-menu summary").first.click()
    visitor.look_here()
    assert visitor.faults == []
