"""Who is in a workspace: roles, removal, leaving, passing on ownership. There is always an owner.

Each act locks the workspace's row first, so that two owners who leave at one moment do not leave it without any.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import transaction

from accounts.models import Membership, Role, User, Workspace, record_audit


class MemberRefused(Exception):
    """The act is not allowed; `code` is "last_owner", "rights" or "self"."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@contextmanager
def _locked(workspace: Workspace) -> Iterator[None]:
    with transaction.atomic():
        Workspace.objects.select_for_update().get(pk=workspace.pk)
        yield


def _require_rights(actor: Membership, member: Membership) -> None:
    """Administrators manage everyone but owners, owners everyone; nobody manages themselves here."""
    if actor.pk == member.pk:
        raise MemberRefused("self")
    if not actor.may(Role.ADMIN) or (member.role == Role.OWNER and actor.role != Role.OWNER):
        raise MemberRefused("rights")


def _require_another_owner(member: Membership) -> None:
    owners = Membership.objects.filter(workspace=member.workspace_id, role=Role.OWNER)
    if member.role == Role.OWNER and not owners.exclude(pk=member.pk).exists():
        raise MemberRefused("last_owner")


def change_role(actor: Membership, member: Membership, role: Role) -> None:
    """Give `member` another role, never ownership. Raises MemberRefused."""
    if role is Role.OWNER:
        raise MemberRefused("rights")
    with _locked(actor.workspace):
        member.refresh_from_db(fields=["role"])
        _require_rights(actor, member)
        _require_another_owner(member)
        old, member.role = member.role, role
        if old == role:
            return
        member.save(update_fields=["role"])
        record_audit(actor.workspace, actor.user, "member.role_changed", member.user.email, old=old, new=role.value)


def remove(actor: Membership, member: Membership) -> None:
    """Take someone out of the workspace. Raises MemberRefused."""
    with _locked(actor.workspace):
        member.refresh_from_db(fields=["role"])
        _require_rights(actor, member)
        _require_another_owner(member)
        email, role = member.user.email, member.role
        member.delete()
        record_audit(actor.workspace, actor.user, "member.removed", email, role=role)


def leave(member: Membership) -> None:
    """Go by one's own choice. Raises MemberRefused for the last owner."""
    with _locked(member.workspace):
        _require_another_owner(member)
        record_audit(member.workspace, member.user, "member.left", member.user.email, role=member.role)
        member.delete()


def pass_ownership(owner: Membership, member: Membership) -> None:
    """Make `member` the owner; the former one stays as administrator. Raises MemberRefused."""
    if owner.role != Role.OWNER:
        raise MemberRefused("rights")
    if owner.pk == member.pk:
        raise MemberRefused("self")
    with _locked(owner.workspace):
        member.role, owner.role = Role.OWNER, Role.ADMIN
        member.save(update_fields=["role"])
        owner.save(update_fields=["role"])
        record_audit(owner.workspace, owner.user, "ownership.passed", member.user.email)


def only_owner_with_others(user: User) -> list[Workspace]:
    """The workspaces that would be left to others without an owner if the person went."""
    owned = Membership.objects.filter(user=user, role=Role.OWNER, workspace__deletion_asked_at__isnull=True)
    found = []
    for membership in owned.select_related("workspace"):
        others = Membership.objects.filter(workspace=membership.workspace_id).exclude(user=user)
        if others.exists() and not others.filter(role=Role.OWNER).exists():
            found.append(membership.workspace)
    return found
