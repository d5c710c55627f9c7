"""Members, invitations, ownership and the audit trail, as people use them in the pages."""

import re
from datetime import timedelta
from typing import Any, cast

import pytest
from django.core import mail
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.access import CURRENT_WORKSPACE
from accounts.models import AuditEvent, Invitation, Membership, Role, User, Workspace
from accounts.scoping import every_workspace, workspace_scope
from tests.conftest import Team
from tests.factories import PASSWORD, MembershipFactory, UserFactory

GUEST = "guest@example.com"


def signed_in(user: User) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(user)
    return client


def invite(team: Team, email: str = GUEST, role: str = "analyst") -> str:
    """Invite as the owner; returns the path of the link in the letter."""
    answer = signed_in(team.owner).post(reverse("settings:invite"), {"email": email, "role": role})
    assert answer.status_code == 302
    return link_in(mail.outbox[-1])


def link_in(letter: Any) -> str:
    found = re.search(r"https?://testserver(/invitations/\S+)", str(letter.body))
    assert found is not None, letter.body
    return found.group(1)


def member(team: Team, role: Role) -> Membership:
    return cast(Membership, MembershipFactory(workspace=team.workspace, role=role))


def verbs(team: Team) -> list[str]:
    with workspace_scope(team.workspace):
        return list(AuditEvent.objects.order_by("pk").values_list("verb", flat=True))


def test_an_invited_newcomer_signs_up_without_a_second_letter_and_gets_no_workspace_besides(team: Team) -> None:
    link = invite(team)
    newcomer = Client(headers={"accept-language": "en"})
    assert GUEST in newcomer.get(link).content.decode()
    fields = {"email": GUEST, "password1": PASSWORD, "password2": PASSWORD, "next": link}
    assert newcomer.post("/accounts/signup/", fields)["Location"] == link
    assert len(mail.outbox) == 1
    assert newcomer.post(link)["Location"] == reverse("dashboard")
    joined = Membership.objects.get(user__email=GUEST)
    assert (joined.workspace, joined.role) == (team.workspace, Role.ANALYST)
    assert verbs(team) == ["invitation.sent", "invitation.accepted"]


def test_an_invited_person_accepts_after_signing_in(team: Team) -> None:
    guest = cast(User, UserFactory(email=GUEST))
    link = invite(team)
    client = signed_in(guest)
    assert "Accept and enter" in client.get(link).content.decode()
    client.post(link)
    assert client.session[CURRENT_WORKSPACE] == str(team.workspace.pk)
    assert Membership.objects.get(user=guest, workspace=team.workspace).role == Role.ANALYST


def test_the_link_works_once_and_its_token_is_stored_nowhere(team: Team) -> None:
    guest = cast(User, UserFactory(email=GUEST))
    link = invite(team)
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM accounts_invitation")
        assert link.split("/")[2] not in repr(cursor.fetchall())
    signed_in(guest).post(link)
    Membership.objects.filter(user=guest).delete()
    assert signed_in(guest).get(link).status_code == 410
    assert signed_in(guest).post(link).status_code == 410
    assert not Membership.objects.filter(user=guest).exists()


def test_the_invitation_is_for_the_confirmed_address_alone(team: Team) -> None:
    link = invite(team)
    unconfirmed = cast(User, UserFactory(email=GUEST, verified=False))
    for other in (team.stranger, unconfirmed):
        assert "Accept and enter" not in signed_in(other).get(link).content.decode()
        signed_in(other).post(link)
        assert not Membership.objects.filter(user=other, workspace=team.workspace).exists()


def test_an_expired_or_withdrawn_invitation_lets_nobody_in(team: Team) -> None:
    guest = cast(User, UserFactory(email=GUEST))
    link = invite(team)
    with every_workspace():
        Invitation.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert signed_in(guest).post(link).status_code == 410
    link = invite(team)
    with every_workspace():
        invitation = Invitation.objects.get(withdrawn_at=None)
    signed_in(team.owner).post(reverse("settings:invitation_withdraw", args=[invitation.pk]))
    assert signed_in(guest).post(link).status_code == 410
    assert not Membership.objects.filter(user=guest).exists()


def test_sending_again_makes_a_new_link_but_not_at_once(team: Team) -> None:
    old = invite(team)
    with every_workspace():
        invitation = Invitation.objects.get()
    again = reverse("settings:invitation_again", args=[invitation.pk])
    signed_in(team.owner).post(again)
    assert len(mail.outbox) == 1
    with every_workspace():
        Invitation.objects.update(sent_at=timezone.now() - timedelta(minutes=6))
    signed_in(team.owner).post(again)
    assert link_in(mail.outbox[1]) != old
    assert Client().get(old).status_code == 404
    assert Client().get(link_in(mail.outbox[1])).status_code == 200


def test_a_second_press_invites_once(team: Team) -> None:
    for _press in range(2):
        signed_in(team.owner).post(reverse("settings:invite"), {"email": GUEST, "role": "viewer"})
    assert len(mail.outbox) == 1
    with every_workspace():
        assert Invitation.objects.count() == 1


def test_letters_of_a_day_are_limited(team: Team) -> None:
    for number in range(31):
        signed_in(team.owner).post(reverse("settings:invite"), {"email": f"p{number}@example.com", "role": "viewer"})
    assert len(mail.outbox) == 30


def test_the_letter_is_in_the_senders_language(team: Team) -> None:
    User.objects.filter(pk=team.owner.pk).update(language="en")
    cast(User, UserFactory(email=GUEST, language="pl"))
    invite(team)
    assert "invites you to the workspace" in str(mail.outbox[0].body)


@pytest.mark.parametrize("role", ["owner", "boss", ""])
def test_nobody_invites_an_owner(team: Team, role: str) -> None:
    answer = signed_in(team.owner).post(reverse("settings:invite"), {"email": GUEST, "role": role})
    assert (answer.status_code, mail.outbox) == (422, [])


def test_an_administrator_changes_roles_and_removes_but_never_the_owner(team: Team) -> None:
    admin, analyst = member(team, Role.ADMIN), member(team, Role.ANALYST)
    owner = Membership.objects.get(workspace=team.workspace, user=team.owner)
    client = signed_in(admin.user)
    client.post(reverse("settings:member_role", args=[analyst.pk]), {"role": "viewer"})
    analyst.refresh_from_db()
    assert analyst.role == Role.VIEWER
    client.post(reverse("settings:member_role", args=[owner.pk]), {"role": "viewer"})
    client.post(reverse("settings:member_remove", args=[owner.pk]))
    owner.refresh_from_db()
    assert owner.role == Role.OWNER
    client.post(reverse("settings:member_remove", args=[analyst.pk]))
    assert not Membership.objects.filter(pk=analyst.pk).exists()
    assert signed_in(analyst.user).get(reverse("settings:team")).status_code == 404
    assert verbs(team) == ["member.role_changed", "member.removed"]


def test_members_of_another_workspace_are_not_found(team: Team) -> None:
    theirs = Membership.objects.get(user=team.stranger)
    for name in ("member_role", "member_remove", "pass_ownership"):
        assert signed_in(team.owner).post(reverse(f"settings:{name}", args=[theirs.pk])).status_code == 404


def test_the_last_owner_stays_until_ownership_is_passed_on(team: Team) -> None:
    client = signed_in(team.owner)
    client.post(reverse("settings:leave"))
    mine = Membership.objects.get(workspace=team.workspace, user=team.owner)
    heir = Membership.objects.get(workspace=team.workspace, user=team.viewer)
    client.post(reverse("settings:pass_ownership", args=[heir.pk]))
    heir.refresh_from_db()
    mine.refresh_from_db()
    assert (heir.role, mine.role) == (Role.OWNER, Role.ADMIN)
    assert client.post(reverse("settings:leave"))["Location"] == reverse("home")
    assert not Membership.objects.filter(workspace=team.workspace, user=team.owner).exists()
    assert verbs(team) == ["ownership.passed", "member.left"]
    assert client.get("/", follow=True).redirect_chain[-1][0] == reverse("accounts:new_workspace")


def test_administrators_read_who_did_what(team: Team) -> None:
    invite(team)
    text = signed_in(team.owner).get(reverse("settings:audit")).content.decode()
    assert "invited someone" in text and GUEST in text and "role: Analyst" in text


def test_another_workspace_is_made_once_however_often_the_button_is_pressed(team: Team) -> None:
    client = signed_in(team.owner)
    for _press in range(2):
        assert client.post(reverse("accounts:new_workspace"), {"name": "Second firm"}).status_code == 302
    made = Workspace.objects.get(name="Second firm")
    assert client.session[CURRENT_WORKSPACE] == str(made.pk)
    assert Membership.objects.get(workspace=made).role == Role.OWNER
