"""Making workspaces and counting who is in them."""

from django.db import transaction
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
