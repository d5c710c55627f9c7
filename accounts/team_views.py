"""Settings → Team: members and their roles, invitations, the audit trail; and the page of an invitation's letter."""

from typing import cast
from uuid import UUID

from allauth.account.adapter import get_adapter
from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts import invitations, members
from accounts.access import CURRENT_WORKSPACE, WorkspaceRequest, member_view
from accounts.audit import audit_line
from accounts.forms import InvitationForm
from accounts.invitations import InvitationRefused
from accounts.members import MemberRefused
from accounts.models import AuditEvent, Invitation, Membership, Role, User

EVENTS_ON_A_PAGE = 50

REFUSALS: dict[str, str | Promise] = {
    "member": gettext_lazy("This person is a member already. Nothing was sent."),
    "invited": gettext_lazy("This address is invited already. You can send the e-mail again below."),
    "too_many": gettext_lazy("This workspace has sent its 30 invitations of one day. Try again tomorrow."),
    "too_soon": gettext_lazy(
        "The e-mail was sent a moment ago, or five times already. Wait five minutes, or withdraw the invitation and "
        "invite anew."
    ),
    "closed": gettext_lazy("This invitation has been used, withdrawn or has expired. Ask for a new one."),
    "other": gettext_lazy("This invitation is for another e-mail address. Nothing was changed."),
    "last_owner": gettext_lazy("A workspace needs an owner. Pass on ownership first. Nothing was changed."),
    "rights": gettext_lazy("Your role does not allow this for that member. Nothing was changed."),
    "self": gettext_lazy("You cannot do this to yourself; you can leave the workspace instead."),
}


@require_GET
@member_view()
def team(request: WorkspaceRequest) -> HttpResponse:
    """Members, invitations, and what each role may do."""
    return _page(request, InvitationForm(giver=request.membership))


def _page(request: WorkspaceRequest, form: InvitationForm, status: int = 200) -> HttpResponse:
    may_manage = request.membership.may(Role.ADMIN)
    context = {
        "form": form if may_manage else None,
        "members": request.workspace.memberships.select_related("user").order_by("created_at", "pk"),
        "invitations": invitations.open_invitations() if may_manage else [],
        "may_manage": may_manage,
        "is_owner": request.membership.role == Role.OWNER,
        "roles": form.fields["role"].choices,  # type: ignore[attr-defined]  # a ChoiceField
    }
    return render(request, "settings/team.html", context, status=status)


@require_http_methods(["GET", "POST"])
@member_view(Role.ADMIN)
def invite(request: WorkspaceRequest) -> HttpResponse:
    """Send an invitation, in the language of its sender; asked for again (a reload, say), the team page."""
    if request.method == "GET":
        return redirect("settings:team")
    form = InvitationForm(request.POST, giver=request.membership)
    if not form.is_valid():
        return _page(request, form, status=422)
    email, role = form.cleaned_data["email"], Role(form.cleaned_data["role"])
    language = request.user.language or get_language() or ""
    try:
        invitations.invite(request.workspace, request.user, email, role, language)
    except InvitationRefused as refusal:
        messages.warning(request, str(REFUSALS[refusal.code]))
    else:
        messages.success(request, _("The invitation to %(email)s has been sent.") % {"email": email})
    return redirect("settings:team")


@require_POST
@member_view(Role.ADMIN)
def send_again(request: WorkspaceRequest, invitation_id: UUID) -> HttpResponse:
    """Send an invitation's letter again, with a new link."""
    invitation = _invitation(invitation_id)
    try:
        invitations.send_again(invitation, request.user)
    except InvitationRefused as refusal:
        messages.warning(request, str(REFUSALS[refusal.code]))
    else:
        text = _("A new e-mail went to %(email)s; the link in the old one no longer works.")
        messages.success(request, text % {"email": invitation.email})
    return redirect("settings:team")


@require_POST
@member_view(Role.ADMIN)
def withdraw(request: WorkspaceRequest, invitation_id: UUID) -> HttpResponse:
    """Make an invitation's link worthless."""
    invitation = _invitation(invitation_id)
    if invitations.withdraw(invitation, request.user):
        messages.success(request, _("The invitation to %(email)s is withdrawn.") % {"email": invitation.email})
    return redirect("settings:team")


@require_POST
@member_view(Role.ADMIN)
def change_role(request: WorkspaceRequest, member_id: int) -> HttpResponse:
    """Give a member another role."""
    member = _member(request, member_id)
    role = request.POST.get("role", "")
    if role not in Role.values or not invitations.may_give(request.membership, Role(role)):
        raise Http404("no such role")
    try:
        members.change_role(request.membership, member, Role(role))
    except MemberRefused as refusal:
        messages.error(request, str(REFUSALS[refusal.code]))
    else:
        words = {"email": member.user.email, "role": Role(role).label}
        messages.success(request, _("%(email)s is now: %(role)s.") % words)
    return redirect("settings:team")


@require_POST
@member_view(Role.ADMIN)
def remove(request: WorkspaceRequest, member_id: int) -> HttpResponse:
    """Take a member out of the workspace."""
    member = _member(request, member_id)
    try:
        members.remove(request.membership, member)
    except MemberRefused as refusal:
        messages.error(request, str(REFUSALS[refusal.code]))
    else:
        text = _("%(email)s is no longer a member. What they did stays in the audit trail.")
        messages.success(request, text % {"email": member.user.email})
    return redirect("settings:team")


@require_POST
@member_view(Role.OWNER)
def pass_ownership(request: WorkspaceRequest, member_id: int) -> HttpResponse:
    """Make another member the owner."""
    member = _member(request, member_id)
    try:
        members.pass_ownership(request.membership, member)
    except MemberRefused as refusal:
        messages.error(request, str(REFUSALS[refusal.code]))
    else:
        text = _("%(email)s owns the workspace now; you are an administrator.")
        messages.success(request, text % {"email": member.user.email})
    return redirect("settings:team")


@require_POST
@member_view()
def leave(request: WorkspaceRequest) -> HttpResponse:
    """Go by one's own choice; the dashboard of another workspace comes next, or the offer to make one."""
    try:
        members.leave(request.membership)
    except MemberRefused as refusal:
        messages.error(request, str(REFUSALS[refusal.code]))
        return redirect("settings:team")
    request.session.pop(CURRENT_WORKSPACE, None)
    messages.success(request, _("You have left the workspace %(name)s.") % {"name": request.workspace.name})
    return redirect("home")


@require_GET
@member_view(Role.ADMIN)
def audit(request: WorkspaceRequest) -> HttpResponse:
    """Who did what in the workspace, the newest first."""
    events = AuditEvent.objects.select_related("actor").order_by("-at", "-pk")
    page = Paginator(events, EVENTS_ON_A_PAGE).get_page(request.GET.get("page"))
    return render(request, "settings/audit.html", {"page": page, "lines": [audit_line(event) for event in page]})


@require_http_methods(["GET", "POST"])
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """What an invitation's letter links to: look first, accept by a button. 404 for an unknown token, 410 for a
    closed one."""
    found = invitations.find(token)
    if found is None:
        raise Http404("no such invitation")
    if request.method == "POST" and not request.user.is_authenticated:
        return redirect_to_login(request.path)
    if not invitations.is_open(found):
        return render(request, "account/invitation.html", {"invitation": found, "is_open": False}, status=410)
    if request.method == "POST":
        return _accept(request, found)
    if not request.user.is_authenticated:
        # The letter reached its reader, so signing up with this address needs no second one.
        get_adapter(request).stash_verified_email(request, found.email)
        request.session[invitations.SESSION_KEY] = token
    user = request.user
    context = {
        "invitation": found,
        "is_open": True,
        "is_for_reader": user.is_authenticated and invitations.is_for(found, user),
    }
    return render(request, "account/invitation.html", context)


def _accept(request: HttpRequest, found: Invitation) -> HttpResponse:
    try:
        membership = invitations.accept(found, cast(User, request.user))
    except InvitationRefused as refusal:
        messages.error(request, str(REFUSALS[refusal.code]))
        return redirect(request.path)
    request.session[CURRENT_WORKSPACE] = str(membership.workspace_id)
    request.session.pop(invitations.SESSION_KEY, None)
    messages.success(request, _("Welcome to %(name)s.") % {"name": found.workspace.name})
    return redirect("dashboard")


def _member(request: WorkspaceRequest, member_id: int) -> Membership:
    """Raises Http404 for someone who is not in this workspace."""
    found = Membership.objects.select_related("user").filter(workspace=request.workspace, pk=member_id).first()
    if found is None:
        raise Http404("no such member")
    return found


def _invitation(invitation_id: UUID) -> Invitation:
    """Raises Http404 for an invitation of another workspace."""
    found = Invitation.objects.select_related("workspace").filter(pk=invitation_id).first()
    if found is None:
        raise Http404("no such invitation")
    return cast(Invitation, found)
