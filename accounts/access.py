"""How a view lets people in: sign-in, then membership (404 to strangers), then role (403 to those who may not)."""

from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import Concatenate, ParamSpec, cast
from urllib.parse import urlsplit
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import render, resolve_url
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from accounts.models import Membership, Role, SellerAccount, User, Workspace
from accounts.scoping import workspace_scope

CURRENT_WORKSPACE = "workspace_id"
# How a page says which workspace it shows: in each of its forms, and with each request of htmx.
PAGE_WORKSPACE = "page_workspace"
PAGE_HEADER = "X-Workspace"
SAFE_METHODS = ("GET", "HEAD", "OPTIONS")
Arguments = ParamSpec("Arguments")


class WorkspaceRequest(HttpRequest):
    """A request of a signed-in member; the workspace's scope is active while the view runs."""

    user: User
    membership: Membership
    workspace: Workspace


View = Callable[Concatenate[HttpRequest, Arguments], HttpResponseBase]
WorkspaceView = Callable[Concatenate[WorkspaceRequest, Arguments], HttpResponseBase]


def person_view(view: View[Arguments]) -> View[Arguments]:
    """Decorate a view that needs someone who is signed in.

    Else the sign-in page comes first and then this one. What was sent as a form is not sent again: the person is told
    so, and comes back to the page with the form.
    """

    @wraps(view)
    def guarded(request: HttpRequest, *args: Arguments.args, **kwargs: Arguments.kwargs) -> HttpResponseBase:
        if request.user.is_authenticated:
            return view(request, *args, **kwargs)
        if request.method in SAFE_METHODS:
            return redirect_to_login(request.get_full_path())
        messages.warning(request, _("Your session had ended, so nothing was changed. Sign in and send it again."))
        return redirect_to_login(_page_of_form(request))

    return cast(View[Arguments], guarded)


def _page_of_form(request: HttpRequest) -> str:
    """The path of our page that the form stood on; the start page where the browser does not tell."""
    referer = request.headers.get("Referer", "")
    if not url_has_allowed_host_and_scheme(referer, {request.get_host()}, require_https=request.is_secure()):
        return resolve_url("home")
    parts = urlsplit(referer)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


def _page_workspace(request: HttpRequest) -> str:
    """The workspace of the page that asks: a form's hidden field or htmx's header; "" where the page does not tell."""
    field = request.POST.get(PAGE_WORKSPACE, "") if request.method not in SAFE_METHODS else ""
    return field or request.headers.get(PAGE_HEADER, "")


def _workspace_changed(request: HttpRequest, current: Membership, page: str) -> HttpResponseBase:
    """409: another tab has changed the workspace since the page was loaded. Nothing is done; the person chooses."""
    mine = {str(each.workspace_id): each.workspace for each in memberships_of(current.user)}
    context = {"current": current.workspace, "former": mine.get(page), "back": _page_of_form(request)}
    return render(request, "workspace_changed.html", context, status=HTTPStatus.CONFLICT)


def member_view(role: Role = Role.VIEWER) -> Callable[[WorkspaceView[Arguments]], View[Arguments]]:
    """Decorate a view that needs a member with at least `role` in their current workspace.

    Signed out: the sign-in page. No workspace: 404. A page of a workspace that is no longer the current one: 409. Too
    small a role: 403. Inside, only the workspace's rows exist,
    so an id of anyone else's is simply not found.
    """

    def decorate(view: WorkspaceView[Arguments]) -> View[Arguments]:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Arguments.args, **kwargs: Arguments.kwargs) -> HttpResponseBase:
            membership = current_membership(request)
            if membership is None:
                raise Http404("no workspace")
            if (page := _page_workspace(request)) and page != str(membership.workspace_id):
                return _workspace_changed(request, membership, page)
            if not membership.may(role):
                raise PermissionDenied(_("Your role in this workspace does not allow this."))
            member_request = cast(WorkspaceRequest, request)
            member_request.membership, member_request.workspace = membership, membership.workspace
            with workspace_scope(membership.workspace):
                return view(member_request, *args, **kwargs)

        return person_view(cast(View[Arguments], guarded))

    return decorate


def current_membership(request: HttpRequest) -> Membership | None:
    """The membership whose workspace the person last chose, else their oldest; None for strangers everywhere."""
    memberships = memberships_in(request)
    chosen = request.session.get(CURRENT_WORKSPACE) if memberships else None
    return next((each for each in memberships if str(each.workspace_id) == chosen), next(iter(memberships), None))


def memberships_in(request: HttpRequest) -> list[Membership]:
    """All memberships of the person who asks, the oldest first; read once for a request, empty for a stranger."""
    if not request.user.is_authenticated:
        return []
    known: list[Membership] | None = getattr(request, "_memberships", None)
    if known is None:
        known = list(memberships_of(request.user).order_by("created_at", "pk"))
        for membership in known:
            membership.user = request.user
        request._memberships = known  # type: ignore[attr-defined]
    return known


def memberships_of(user: User) -> QuerySet[Membership]:
    """The person's memberships with their workspaces, without those that are being deleted: nobody enters these."""
    return Membership.objects.filter(user=user, workspace__deletion_asked_at__isnull=True).select_related("workspace")


def get_account(account_id: UUID) -> SellerAccount:
    """The linked account of the workspace in scope. Raises Http404 for an unknown or foreign id."""
    account = SellerAccount.objects.filter(pk=account_id).first()
    if account is None:
        raise Http404("no such account")
    return cast(SellerAccount, account)
