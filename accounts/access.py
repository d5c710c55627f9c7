"""How a view lets people in: sign-in, then membership (404 to strangers), then role (403 to those who may not)."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, cast
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponseBase
from django.utils.translation import gettext as _

from accounts.models import Membership, Role, SellerAccount, User, Workspace
from accounts.scoping import workspace_scope

CURRENT_WORKSPACE = "workspace_id"
Arguments = ParamSpec("Arguments")


class WorkspaceRequest(HttpRequest):
    """A request of a signed-in member; the workspace's scope is active while the view runs."""

    user: User
    membership: Membership
    workspace: Workspace


View = Callable[Concatenate[HttpRequest, Arguments], HttpResponseBase]
WorkspaceView = Callable[Concatenate[WorkspaceRequest, Arguments], HttpResponseBase]


def member_view(role: Role = Role.VIEWER) -> Callable[[WorkspaceView[Arguments]], View[Arguments]]:
    """Decorate a view that needs a member with at least `role` in their current workspace.

    Signed out: the sign-in page. No workspace: 404. Too small a role: 403. Inside, only the workspace's rows exist,
    so an id of anyone else's is simply not found.
    """

    def decorate(view: WorkspaceView[Arguments]) -> View[Arguments]:
        @login_required
        @wraps(view)
        def guarded(request: HttpRequest, *args: Arguments.args, **kwargs: Arguments.kwargs) -> HttpResponseBase:
            membership = current_membership(request)
            if membership is None:
                raise Http404("no workspace")
            if not membership.may(role):
                raise PermissionDenied(_("Your role in this workspace does not allow this."))
            member_request = cast(WorkspaceRequest, request)
            member_request.membership, member_request.workspace = membership, membership.workspace
            with workspace_scope(membership.workspace):
                return view(member_request, *args, **kwargs)

        return cast(View[Arguments], guarded)

    return decorate


def current_membership(request: HttpRequest) -> Membership | None:
    """The membership whose workspace the person last chose, else their oldest; None for strangers everywhere."""
    if not request.user.is_authenticated:
        return None
    memberships = memberships_of(request.user).order_by("created_at", "pk")
    chosen = request.session.get(CURRENT_WORKSPACE)
    found = memberships.filter(workspace_id=chosen).first() if chosen else None
    return found or memberships.first()


def memberships_of(user: User) -> QuerySet[Membership]:
    """The person's memberships with their workspaces, without those that are being deleted: nobody enters these."""
    return Membership.objects.filter(user=user, workspace__deletion_asked_at__isnull=True).select_related("workspace")


def get_account(account_id: UUID) -> SellerAccount:
    """The linked account of the workspace in scope. Raises Http404 for an unknown or foreign id."""
    account = SellerAccount.objects.filter(pk=account_id).first()
    if account is None:
        raise Http404("no such account")
    return cast(SellerAccount, account)
