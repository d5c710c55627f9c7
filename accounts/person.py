"""A person's own account: its deletion, with the workspaces that nobody else is in."""

from django.db import transaction

from accounts import deletion, letters
from accounts.members import only_owner_with_others
from accounts.models import Deletion, Membership, User, Workspace


class StillNeeded(Exception):
    """The person is the only owner of workspaces with other members; `workspaces` are these."""

    def __init__(self, workspaces: list[Workspace]) -> None:
        super().__init__()
        self.workspaces = workspaces


def own_workspaces(user: User) -> list[Workspace]:
    """Those that nobody else is in: they go with their person."""
    mine = Membership.objects.filter(user=user, workspace__deletion_asked_at__isnull=True).select_related("workspace")
    return [each.workspace for each in mine if each.workspace.memberships.count() == 1]


def delete_person(user: User, language: str) -> list[Deletion]:
    """Delete the account and ask for the deletion of its workspaces, which are returned. Raises StillNeeded."""
    with transaction.atomic():
        User.objects.select_for_update().get(pk=user.pk)
        needed = only_owner_with_others(user)
        if needed:
            raise StillNeeded(needed)
        asked = [deletion.ask(workspace, user, language) for workspace in own_workspaces(user)]
        email = user.email
        user.delete()
    letters.send("email/account_deleted", {"email": email, "deletions": asked}, email, language)
    return asked
