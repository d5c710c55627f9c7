"""Every address of the product, walked signed out, as a stranger and as a viewer. A new address must be listed here.

A stranger has a workspace of their own and asks for objects of the team's: 404, as if they did not exist.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone

from accounts.invitations import digest
from accounts.models import Deletion, Export, Invitation, Membership, SavedView, User
from accounts.scoping import workspace_scope
from allegro.models import RunKind, RunTrigger, SyncRun
from offers.models import Note, OfferChange
from reports.models import Upload, UploadFile
from tests.conftest import Team
from tests.factories import START

SIGN_IN = "sign-in"
"""The answer is a redirect to the sign-in page."""


@dataclass(frozen=True)
class Rule:
    """The method to try and the answers: a status code, or SIGN_IN."""

    method: str
    signed_out: int | str
    stranger: int
    viewer: int


def page(stranger: int = 200, viewer: int = 200) -> Rule:
    """A page of the workspace; without an object in its address a stranger sees their own."""
    return Rule("get", SIGN_IN, stranger, viewer)


def action(stranger: int = 404, viewer: int = 403) -> Rule:
    """Something that changes state."""
    return Rule("post", SIGN_IN, stranger, viewer)


OPEN = Rule("get", 200, 302, 302)
"""A page for people who are not signed in; the others are sent on."""

RULES: dict[str, Rule] = {
    "home": Rule("get", 200, 302, 302),
    "favicon": Rule("get", 302, 302, 302),
    "robots": Rule("get", 200, 200, 200),
    "dashboard": page(),
    "accounts:switch": Rule("post", SIGN_IN, 404, 302),
    # The walk names no key that exists.
    "accounts:preference": Rule("post", SIGN_IN, 404, 404),
    "accounts:save_view": Rule("post", SIGN_IN, 302, 302),
    "accounts:change_view": action(viewer=404),
    "accounts:delete_view": action(viewer=404),
    "accounts:language": Rule("post", 302, 302, 302),
    "accounts:new_workspace": page(),
    "accounts:invitation": Rule("get", 200, 200, 200),
    "accounts:deletion": page(stranger=404, viewer=404),
    "accounts:delete_person": page(),
    "settings:workspace": page(),
    "settings:team": page(),
    # An invitation without an address is shown its form again.
    "settings:invite": Rule("post", SIGN_IN, 422, 403),
    "settings:invitation_again": action(),
    "settings:invitation_withdraw": action(),
    "settings:member_role": action(),
    "settings:member_remove": action(),
    "settings:pass_ownership": action(),
    # The last owner stays, with a word; everyone else may go.
    "settings:leave": Rule("post", SIGN_IN, 302, 302),
    "settings:audit": page(viewer=403),
    "settings:data": page(),
    "settings:export": Rule("post", SIGN_IN, 302, 403),
    # Only the one who asked for an export sees it, whatever the role of others.
    "settings:export_progress": page(stranger=404, viewer=404),
    "settings:export_file": page(stranger=404, viewer=404),
    "settings:delete_workspace": page(viewer=403),
    "settings:accounts": page(),
    "settings:connect": Rule("post", SIGN_IN, 302, 403),
    "settings:sample": Rule("post", SIGN_IN, 302, 403),
    "settings:first_run": page(stranger=302, viewer=302),
    "settings:callback": Rule("get", SIGN_IN, 302, 403),
    "settings:other_account": Rule("get", SIGN_IN, 302, 403),
    "settings:account": page(stranger=404),
    "settings:progress": page(stranger=404),
    "settings:run": page(stranger=404),
    # The role is asked before the object: a viewer elsewhere learns nothing either.
    "settings:sync_now": action(),
    "settings:disconnect": action(),
    "offers:catalogue": page(),
    "offers:catalogue_csv": page(),
    "offers:catalogue_xlsx": page(),
    "offers:columns": Rule("post", SIGN_IN, 302, 302),
    "offers:events": page(),
    "offers:events_csv": page(),
    "offers:events_xlsx": page(),
    "offers:detail": page(stranger=404),
    "offers:chart": page(stranger=404),
    "offers:chart_changes": page(stranger=404),
    "offers:days_csv": page(stranger=404),
    "offers:note": page(stranger=404),
    "offers:note_add": action(),
    "offers:note_edit": action(),
    "offers:note_remove": action(),
    "offers:note_restore": action(),
    "offers:day": page(stranger=404),
    "offers:compare": page(stranger=404),
    "offers:coverage": page(stranger=404),
    "offers:change": page(stranger=404),
    "offers:shared_change": page(stranger=404, viewer=404),
    "reports:reconciliation": page(),
    "reports:reconciliation_days": page(),
    "reports:reconciliation_days_chart": page(stranger=404),
    "reports:reconciliation_csv": page(),
    "reports:reconciliation_xlsx": page(),
    "reports:offer_states": page(),
    "reports:offer_card": page(stranger=404, viewer=302),
    "reports:dashboard_card": page(stranger=302, viewer=302),
    "reports:list": page(),
    "reports:totals": page(),
    "reports:totals_csv": page(),
    "reports:totals_xlsx": page(),
    "reports:upload": Rule("get", SIGN_IN, 200, 403),
    "reports:detail": page(stranger=404),
    "reports:progress": page(stranger=404),
    "reports:original": page(stranger=404),
    "reports:problems": page(stranger=404),
    "reports:offer_periods": page(stranger=404),
    "reports:problems_xlsx": page(stranger=404),
    # To name columns is to decide: viewers may not even look at the form.
    "reports:columns": page(stranger=404, viewer=403),
    "reports:offer_reports": page(stranger=404),
    "reports:import": action(),
    "reports:details": action(),
    "reports:discard": action(),
    "reports:restore": action(),
    "reports:read_again": action(),
    "reports:change_mapping": action(),
    "account_login": OPEN,
    "account_signup": OPEN,
    "account_logout": Rule("get", 302, 200, 200),
    "account_inactive": Rule("get", 200, 200, 200),
    "account_reauthenticate": Rule("get", SIGN_IN, 200, 200),
    "account_email": page(),
    "account_email_verification_sent": Rule("get", 200, 200, 200),
    "account_change_password": page(),
    "account_set_password": page(stranger=302, viewer=302),
    "account_reset_password": Rule("get", 200, 200, 200),
    "account_reset_password_done": Rule("get", 200, 200, 200),
    "account_reset_password_from_key": Rule("get", 200, 200, 200),
    "account_reset_password_from_key_done": Rule("get", 200, 200, 200),
    "account_confirm_email": Rule("get", 200, 200, 200),
    "account_confirm_login_code": Rule("get", SIGN_IN, 302, 302),
}


@dataclass(frozen=True)
class World:
    """The team with one object of each kind that an address can name."""

    team: Team
    arguments: dict[str, object]


@pytest.fixture
def world(team: Team) -> World:
    with workspace_scope(team.workspace):
        run = SyncRun.objects.create(
            account=team.account,
            trigger=RunTrigger.SCHEDULE,
            kind=RunKind.FULL,
            status="succeeded",
            started_at=START,
            heartbeat_at=START,
        )
        change = OfferChange.objects.create(
            id=uuid4(),
            account=team.account,
            offer=team.offer,
            field="title",
            old="a",
            new="b",
            old_seen=True,
            new_seen=True,
            not_before=START,
            not_after=START + timedelta(hours=1),
            certainty="interval",
        )
        note = Note.objects.create(
            account=team.account, offer=team.offer, first_day=START.date(), last_day=START.date(), text="a"
        )
        upload = Upload.objects.create(account=team.account, file_name="a.xlsx", size=1, sha256="0" * 64)
        UploadFile.objects.create(upload=upload, content=b"x")
        view = SavedView.objects.create(workspace=team.workspace, author=team.owner, page="offers", name="Ended")
        owner = Membership.objects.get(workspace=team.workspace, user=team.owner)
        invitation = Invitation.objects.create(
            workspace=team.workspace, email="invited@example.com", role="viewer", token_digest=digest("token"),
            language="en", expires_at=timezone.now() + timedelta(days=1),
        )  # fmt: skip
        export = Export.objects.create(workspace=team.workspace, asked_by=team.owner, language="en")
    deletion = Deletion.objects.create(workspace_id=uuid4(), workspace_name="Gone", asked_by=team.owner, language="en")
    arguments = {
        "invitation_id": invitation.pk,
        "token": "token",
        "member_id": owner.pk,
        "export_id": export.pk,
        "deletion_id": deletion.pk,
        "account_id": team.account.pk,
        "offer_id": team.offer.pk,
        "run_id": run.pk,
        "change_id": change.pk,
        "upload_id": upload.pk,
        "note_id": note.note_id,
        "key": "key",
        "page": "offers",
        "view_id": view.pk,
        "uidb36": "a",
    }
    return World(team, arguments)


def patterns(resolver: URLResolver, namespaces: tuple[str, ...] = ()) -> Iterator[tuple[str, URLPattern]]:
    """Every pattern outside the staff pages with its full name."""
    for entry in resolver.url_patterns:
        if isinstance(entry, URLPattern):
            yield ":".join([*namespaces, entry.name or str(entry.pattern)]), entry
        elif entry.app_name != "admin":
            inner = (*namespaces, entry.namespace) if entry.namespace else namespaces
            yield from patterns(entry, inner)


def test_every_address_is_listed() -> None:
    names = {name for name, _pattern in patterns(get_resolver())}
    assert names == RULES.keys()


@pytest.mark.parametrize("who", ["signed_out", "stranger", "viewer"])
@pytest.mark.parametrize("name", sorted(RULES))
def test_access(world: World, who: str, name: str) -> None:
    pattern = dict(patterns(get_resolver()))[name]
    arguments = {key: world.arguments[key] for key in pattern.pattern.regex.groupindex}
    people: dict[str, User | None] = {
        "signed_out": None,
        "stranger": world.team.stranger,
        "viewer": world.team.viewer,
    }
    client = Client()
    person = people[who]
    if person is not None:
        client.force_login(person)
    rule = RULES[name]
    data = {"workspace": str(world.team.workspace.pk)} if name == "accounts:switch" else {}
    response = getattr(client, rule.method)(reverse(name, kwargs=arguments), data)
    expected = getattr(rule, who)
    if expected == SIGN_IN:
        assert response.status_code == 302
        assert response["Location"].startswith(reverse("account_login"))
    else:
        assert response.status_code == expected


def admin_addresses() -> list[str]:
    """The staff pages that need no object."""
    admin = next(entry for entry in get_resolver().url_patterns if getattr(entry, "app_name", "") == "admin")
    assert isinstance(admin, URLResolver)
    found: list[str] = []
    for entry in admin.url_patterns:
        inner = entry.url_patterns if isinstance(entry, URLResolver) else [entry]
        prefix = str(entry.pattern) if isinstance(entry, URLResolver) else ""
        found.extend(
            f"/admin/{prefix}{pattern.pattern}"
            for pattern in inner
            if isinstance(pattern, URLPattern) and not pattern.pattern.regex.groupindex
        )
    return [address for address in found if not address.endswith(("logout/", "password_change/done/"))]


@pytest.mark.django_db
@pytest.mark.parametrize("address", admin_addresses())
def test_staff_pages_are_for_staff(team: Team, staff_client: Client, address: str) -> None:
    assert Client().get(address).status_code == 302
    member = Client()
    member.force_login(team.owner)
    assert member.get(address).status_code in {302, 403}
    assert staff_client.get(address, follow=True).status_code in {200, 403, 405}
