"""What every page's frame needs."""

from typing import Any

from django.http import HttpRequest

from accounts.access import memberships_in
from accounts.models import Membership


def workspace(request: HttpRequest) -> dict[str, Any]:
    """The member's current workspace and all their workspaces, for the navigation bar; empty when signed out."""
    membership: Membership | None = getattr(request, "membership", None)
    if membership is None:
        return {}
    return {
        "membership": membership,
        "workspace": membership.workspace,
        "all_memberships": memberships_in(request),
    }
