"""The pages about the reader: the signed-out home page, their workspace, their language."""

from typing import cast
from uuid import UUID

from allauth.account.views import confirm_email as allauth_confirm_email
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import BadRequest, PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django.views.i18n import set_language

from accounts.access import CURRENT_WORKSPACE, WorkspaceRequest, member_view, memberships_of, person_view
from accounts.forms import NewWorkspaceForm, WorkspaceForm
from accounts.models import Deletion, Role, User, record_audit
from accounts.preferences import PreferenceKey, UnusablePreference, remember_json
from accounts.workspaces import make_workspace_once


@require_safe
def landing(request: HttpRequest) -> HttpResponse:
    """What the product is, for people who are not signed in."""
    return render(request, "home.html")


def confirm_email(request: HttpRequest, key: str) -> HttpResponseBase:
    """As allauth's; a button that is pressed twice says what became of the link instead of "not found"."""
    try:
        return cast(HttpResponseBase, allauth_confirm_email(request, key=key))
    except Http404:
        return redirect("account_confirm_email", key=key)


@require_http_methods(["GET", "POST"])
@member_view(Role.VIEWER)
def workspace_settings(request: WorkspaceRequest) -> HttpResponse:
    """The workspace's name and members; only administrators and the owner may post a new name."""
    may_edit = request.membership.may(Role.ADMIN)
    if request.method == "POST" and not may_edit:
        raise PermissionDenied(_("Only an administrator or the owner can rename the workspace."))
    old_name = request.workspace.name
    form = WorkspaceForm(request.POST or None, instance=request.workspace) if may_edit else None
    if form is not None and request.method == "POST" and form.is_valid():
        _rename(request, form, old_name)
        return redirect("settings:workspace")
    request.workspace.name = old_name  # a refused name must not stand in the page's frame
    context = {"form": form, "is_owner": request.membership.role == Role.OWNER}
    return render(request, "settings/workspace.html", context)


def _rename(request: WorkspaceRequest, form: WorkspaceForm, old_name: str) -> None:
    if not form.has_changed():
        return
    workspace = form.save()
    record_audit(workspace, request.user, "workspace.renamed", workspace.name, old=old_name, new=workspace.name)
    messages.success(request, _("The workspace is now called “%(name)s”.") % {"name": workspace.name})


@require_POST
@person_view
def switch_workspace(request: HttpRequest) -> HttpResponse:
    """Make another of the person's workspaces the current one. 404 for one that is not theirs."""
    mine = memberships_of(cast(User, request.user))
    membership = mine.filter(workspace_id=_uuid(request.POST.get("workspace"))).first()
    if membership is None:
        raise Http404("no such workspace")
    request.session[CURRENT_WORKSPACE] = str(membership.workspace_id)
    # Pages of the old workspace would be 404 in the new one, so start from its dashboard, unless one of its own asks.
    back = request.POST.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(back, {request.get_host()}, require_https=request.is_secure())
    return redirect(back if is_ours else "home")


@require_http_methods(["GET", "POST"])
@person_view
def new_workspace(request: HttpRequest) -> HttpResponse:
    """Make another workspace and enter it; also where people land who are in none."""
    user = cast(User, request.user)
    form = NewWorkspaceForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        workspace = make_workspace_once(user, form.cleaned_data["name"])
        request.session[CURRENT_WORKSPACE] = str(workspace.pk)
        messages.success(request, _("The workspace %(name)s is ready.") % {"name": workspace.name})
        return redirect("dashboard")
    context = {
        "form": form,
        "has_workspace": memberships_of(user).exists(),
        "deletions": Deletion.objects.filter(asked_by=user, finished_at__isnull=True),
    }
    return render(request, "account/new_workspace.html", context, status=422 if form.errors else 200)


@require_POST
def choose_language(request: HttpRequest) -> HttpResponse:
    """Change the language of the pages; for a signed-in person also remember it in their profile, for e-mails."""
    response = set_language(request)
    language = request.POST.get("language", "")
    if request.user.is_authenticated and language in dict(settings.LANGUAGES):
        request.user.language = language
        request.user.save(update_fields=["language"])
    return response


@require_POST
@person_view
def remember_preference(request: HttpRequest, key: str) -> HttpResponse:
    """Remember the posted `value`, JSON, as the person's choice. 404 for an unknown key, 400 for another form."""
    if key not in set(PreferenceKey):
        raise Http404("no such preference")
    try:
        remember_json(cast(User, request.user), PreferenceKey(key), request.POST.get("value", ""))
    except UnusablePreference as error:
        raise BadRequest(_("This choice cannot be remembered.")) from error
    return HttpResponse(status=204)


def _uuid(text: str | None) -> UUID:
    """Raises Http404 for what is not a UUID."""
    try:
        return UUID(text or "")
    except ValueError as error:
        raise Http404("no such workspace") from error
