"""Inviting people into a workspace by e-mail: a token in a letter, stored as a digest, good once and for a week."""

import hashlib
import secrets
from datetime import datetime, timedelta
from typing import Any

from allauth.account.models import EmailAddress
from django.conf import settings
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from accounts import letters
from accounts.models import Invitation, Membership, Role, User, Workspace, record_audit
from accounts.scoping import every_workspace, workspace_scope

VALID_FOR = timedelta(days=7)
TOKEN_BYTES = 32
# Letters go to people who did not ask for them, so their number is held down.
RESEND_AFTER = timedelta(minutes=5)
TIMES_SENT = 5
LETTERS_PER_DAY = 30
SESSION_KEY = "invitation"


class InvitationRefused(Exception):
    """An invitation cannot be made, sent or accepted; `code` names why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def may_give(giver: Membership, role: Role) -> bool:
    """Whether a member may invite to `role` or set it: administrators and owners, never ownership, never above them."""
    return giver.may(Role.ADMIN) and role is not Role.OWNER and giver.may(role)


def digest(token: str) -> str:
    """What is stored of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def invite(workspace: Workspace, inviter: User, email: str, role: Role, language: str) -> Invitation:
    """Write to `email`. Raises InvitationRefused: "member", "invited" or "too_many"; then nobody is written to."""
    now, address = timezone.now(), email.strip().lower()
    if Membership.objects.filter(workspace=workspace, user__email__iexact=address).exists():
        raise InvitationRefused("member")
    _close_expired(workspace, address, now)
    token = secrets.token_urlsafe(TOKEN_BYTES)
    try:
        with transaction.atomic():
            _hold_down(workspace, now)
            invitation: Invitation = Invitation.objects.create(
                workspace=workspace,
                email=address,
                role=role,
                token_digest=digest(token),
                language=language,
                invited_by=inviter,
                expires_at=now + VALID_FOR,
            )
            record_audit(workspace, inviter, "invitation.sent", address, role=role.value)
    except IntegrityError:
        raise InvitationRefused("invited") from None
    _send(invitation, token)
    return invitation


def send_again(invitation: Invitation, sender: User) -> None:
    """A new token for the same invitation; the old letter stops working. Raises InvitationRefused: "too_soon"."""
    now, token = timezone.now(), secrets.token_urlsafe(TOKEN_BYTES)
    with transaction.atomic():
        _hold_down(invitation.workspace, now)
        mine = _open().filter(pk=invitation.pk, sent_at__lte=now - RESEND_AFTER, times_sent__lt=TIMES_SENT)
        changed = mine.update(
            token_digest=digest(token),
            sent_at=now,
            times_sent=invitation.times_sent + 1,
            expires_at=now + VALID_FOR,
            invited_by=sender,
        )
        if not changed:
            raise InvitationRefused("too_soon")
        record_audit(invitation.workspace, sender, "invitation.sent_again", invitation.email)
    invitation.refresh_from_db()
    _send(invitation, token)


def withdraw(invitation: Invitation, person: User) -> bool:
    """Make the letter worthless; whether it was still open."""
    with transaction.atomic():
        if not _open().filter(pk=invitation.pk).update(withdrawn_at=timezone.now()):
            return False
        record_audit(invitation.workspace, person, "invitation.withdrawn", invitation.email)
    return True


def find(token: str) -> Invitation | None:
    """The invitation of a letter's token, open or not; None for an unknown one or a workspace being deleted."""
    with every_workspace():
        found: Invitation | None = (
            Invitation.objects.select_related("workspace", "invited_by")
            .filter(token_digest=digest(token), workspace__deletion_asked_at__isnull=True)
            .first()
        )
    return found


def is_open(invitation: Invitation) -> bool:
    """Whether it can still be accepted."""
    return invitation.accepted_at is None and invitation.withdrawn_at is None and not invitation.is_expired


def is_for(invitation: Invitation, user: User) -> bool:
    """Whether the person has confirmed the address that was invited."""
    return bool(EmailAddress.objects.filter(user=user, verified=True, email__iexact=invitation.email).exists())


def accept(invitation: Invitation, user: User) -> Membership:
    """Make the invited person a member; a member stays what they are. Raises InvitationRefused: "closed", "other"."""
    if not is_for(invitation, user):
        raise InvitationRefused("other")
    now = timezone.now()
    with workspace_scope(invitation.workspace), transaction.atomic():
        mine = _open().filter(pk=invitation.pk, expires_at__gt=now, token_digest=invitation.token_digest)
        if not mine.update(accepted_at=now):
            raise InvitationRefused("closed")
        membership, _created = Membership.objects.get_or_create(
            workspace=invitation.workspace, user=user, defaults={"role": invitation.role}
        )
        record_audit(invitation.workspace, user, "invitation.accepted", invitation.email, role=membership.role)
    return membership


def open_invitations() -> list[Invitation]:
    """Those of the workspace in scope that wait for an answer, also the expired: they can be sent again."""
    return list(_open().select_related("invited_by"))


def _open() -> Any:
    return Invitation.objects.filter(accepted_at__isnull=True, withdrawn_at__isnull=True)


def _close_expired(workspace: Workspace, address: str, now: datetime) -> None:
    _open().filter(workspace=workspace, email=address, expires_at__lte=now).update(withdrawn_at=now)


def _hold_down(workspace: Workspace, now: datetime) -> None:
    """Raises InvitationRefused when the workspace has sent its letters of a day."""
    Workspace.objects.select_for_update().get(pk=workspace.pk)
    recent = Invitation.objects.filter(sent_at__gt=now - timedelta(days=1))
    if sum(recent.values_list("times_sent", flat=True)) >= LETTERS_PER_DAY:
        raise InvitationRefused("too_many")


def _send(invitation: Invitation, token: str) -> None:
    context = {
        "invitation": invitation,
        "inviter": invitation.invited_by,
        "address": settings.BASE_URL + reverse("accounts:invitation", args=[token]),
    }
    letters.send("email/invitation", context, invitation.email, invitation.language)
