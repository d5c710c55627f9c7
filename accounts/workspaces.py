"""Making workspaces and counting who is in them."""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Membership, Role, User, Workspace, record_audit
from accounts.scoping import workspace_scope


@transaction.atomic
def create_workspace(owner: User, name: str = "") -> Workspace:
    """A new workspace whose owner is `owner`; unnamed, it is called after the owner's e-mail address."""
    workspace = Workspace.objects.create(name=name or _("Workspace of %(email)s") % {"email": owner.email})
    Membership.objects.create(workspace=workspace, user=owner, role=Role.OWNER)
    with workspace_scope(workspace):
        record_audit(workspace, owner, "workspace.created")
    return workspace


# Two presses of one button come within this time; two workspaces of one name made on purpose do not.
SAME_PRESS = timedelta(seconds=30)


@transaction.atomic
def make_workspace_once(owner: User, name: str) -> Workspace:
    """As `create_workspace`; a second press of the same button gets the workspace of the first."""
    User.objects.select_for_update().get(pk=owner.pk)
    just_made = Workspace.objects.filter(
        name=name,
        memberships__user=owner,
        memberships__role=Role.OWNER,
        created_at__gt=timezone.now() - SAME_PRESS,
        deletion_asked_at__isnull=True,
    )
    return just_made.first() or create_workspace(owner, name)
