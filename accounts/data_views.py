"""Settings → Data: the export of a workspace, its deletion, and the deletion of one's own account."""

from typing import cast
from uuid import UUID

from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.contrib.auth import logout
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts import deletion, exports, person, tasks
from accounts.access import CURRENT_WORKSPACE, WorkspaceRequest, member_view, person_view
from accounts.forms import DeletePersonForm, DeleteWorkspaceForm
from accounts.members import only_owner_with_others
from accounts.models import Deletion, Export, JobStatus, Role, User, record_audit
from accounts.pieces import is_piece


@require_GET
@member_view()
def data(request: WorkspaceRequest) -> HttpResponse:
    """The export and where deletion begins."""
    context = {
        "export": _newest(request),
        "may_export": request.membership.may(Role.ANALYST),
        "is_owner": request.membership.role == Role.OWNER,
    }
    return render(request, "settings/data.html", context)


@require_POST
@member_view(Role.ANALYST)
def export(request: WorkspaceRequest) -> HttpResponse:
    """Ask for an export; pressed twice, it is the same one."""
    wanted, is_new = exports.ask(request.workspace, request.user, get_language() or "")
    if is_new:
        tasks.build_export.delay_on_commit(str(wanted.pk))  # type: ignore[attr-defined]  # celery-types lacks it
    return redirect("settings:data")


@require_GET
@member_view()
def export_progress(request: WorkspaceRequest, export_id: UUID) -> HttpResponse:
    """How far an export is, for polling."""
    return render(request, "settings/_export.html", {"export": _export(request, export_id), "may_export": True})


@require_GET
@member_view()
def export_file(request: WorkspaceRequest, export_id: UUID) -> HttpResponseBase:
    """The archive, for the one who asked for it, until it expires."""
    wanted = _export(request, export_id)
    if wanted.status != JobStatus.DONE or wanted.expires_at is None or wanted.expires_at <= timezone.now():
        raise Http404("no such archive")
    record_audit(request.workspace, request.user, "export.downloaded")
    response = StreamingHttpResponse(exports.read_parts(wanted), content_type="application/zip")
    name = f"offer-history-{timezone.localtime(wanted.created_at).date().isoformat()}.zip"
    response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name) or "attachment"
    response["Content-Length"] = str(wanted.size)
    response["Cache-Control"] = "private, no-store"
    return response


@require_http_methods(["GET", "POST"])
@member_view(Role.OWNER)
@reauthentication_required(allow_get=True)  # type: ignore[untyped-decorator]
def delete_workspace(request: WorkspaceRequest) -> HttpResponse:
    """Delete the workspace: its name must be typed, and the password given again."""
    form = DeleteWorkspaceForm(request.POST or None, name=request.workspace.name)
    if request.method == "POST" and form.is_valid():
        asked = deletion.ask(request.workspace, request.user, request.user.language or get_language() or "")
        tasks.delete_workspace.delay_on_commit(str(asked.pk))  # type: ignore[attr-defined]  # celery-types lacks it
        request.session.pop(CURRENT_WORKSPACE, None)
        return redirect("accounts:deletion", deletion_id=asked.pk)
    context = {
        "form": form,
        "accounts": request.workspace.linked_accounts,
        "others": request.workspace.memberships.exclude(user=request.user).count(),
    }
    return render(request, "settings/delete_workspace.html", context, status=422 if form.errors else 200)


@require_GET
@person_view
def deletion_state(request: HttpRequest, deletion_id: UUID) -> HttpResponse:
    """How far the deletion is, for the one who asked for it; 404 for everyone else."""
    found = Deletion.objects.filter(pk=deletion_id, asked_by=cast(User, request.user)).first()
    if found is None:
        raise Http404("no such deletion")
    template = "account/_deletion.html" if is_piece(request) else "account/deletion.html"
    return render(request, template, {"deletion": found})


@require_http_methods(["GET", "POST"])
@person_view
@reauthentication_required(allow_get=True)  # type: ignore[untyped-decorator]
def delete_person(request: HttpRequest) -> HttpResponse:
    """Delete one's own account; refused while others would be left without an owner."""
    user = cast(User, request.user)
    form = DeletePersonForm(request.POST or None, email=user.email)
    if request.method == "POST" and form.is_valid() and not only_owner_with_others(user):
        asked = person.delete_person(user, user.language or get_language() or "")
        for each in asked:
            tasks.delete_workspace.delay_on_commit(str(each.pk))  # type: ignore[attr-defined]  # celery-types lacks it
        logout(request)
        messages.success(request, _("Your account is deleted. An e-mail confirms it."))
        return redirect("home")
    context = {"form": form, "needed": only_owner_with_others(user), "own": person.own_workspaces(user)}
    return render(request, "account/delete.html", context, status=422 if form.errors else 200)


def _newest(request: WorkspaceRequest) -> Export | None:
    found: Export | None = Export.objects.filter(asked_by=request.user).first()
    return found


def _export(request: WorkspaceRequest, export_id: UUID) -> Export:
    """Raises Http404 for an export that someone else asked for."""
    found = Export.objects.select_related("workspace").filter(pk=export_id, asked_by=request.user).first()
    if found is None:
        raise Http404("no such export")
    return cast(Export, found)
