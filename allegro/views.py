"""Settings → Allegro accounts: link, look, sync now, disconnect."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.access import WorkspaceRequest, get_account, member_view
from accounts.models import Environment, OAuthGrant, Role, SellerAccount
from accounts.pieces import is_piece
from accounts.preferences import PreferenceKey, remember
from allegro import linking
from allegro.errors import AllegroError
from allegro.first_run import HIDDEN, StepState, is_shown, read_first_run
from allegro.health import budget_view, must_grant_again, read_back, scope_lines, stream_lines
from allegro.messages import message_for
from allegro.models import RunKind, RunStatus, RunTrigger, StreamHealth, SyncRun
from allegro.progress import run_view
from allegro.sample import link_sample
from allegro.scopes import CAMPAIGNS, OPTIONAL_SCOPES
from allegro.tasks import run_sync

RUNS_SHOWN = 12
OTHER_ACCOUNT = "allegro_other_account"


@require_GET
@member_view()
def accounts(request: WorkspaceRequest) -> HttpResponse:
    """All linked accounts of the workspace with their status."""
    linked = list(SellerAccount.objects.order_by("connected_at"))
    context = {
        "accounts": linked,
        "may_link": request.membership.may(Role.ADMIN),
        "has_sample": Environment.here() is Environment.SIMULATOR,
    }
    return render(request, "settings/accounts.html", context)


@require_POST
@member_view(Role.ADMIN)
def connect(request: WorkspaceRequest) -> HttpResponse:
    """Send the browser to Allegro's consent page; with `account`, to reconnect that one; `campaigns` asks for more."""
    reconnect = request.POST.get("account", "")
    if reconnect:
        get_account(_uuid(reconnect))
    optional = OPTIONAL_SCOPES if request.POST.get("campaigns") else ()
    try:
        return redirect(
            linking.begin_link(request.session, request.workspace, _redirect_uri(request), reconnect, optional)
        )
    except AllegroError as error:
        messages.error(request, message_for(error.code))
        return redirect("settings:accounts")


@require_POST
@member_view(Role.ADMIN)
def sample(request: WorkspaceRequest) -> HttpResponse:
    """Link the simulator's demo seller and show its first sync on the dashboard. 404 where there is no simulator."""
    if Environment.here() is not Environment.SIMULATOR:
        raise Http404("no sample data here")
    try:
        linked = link_sample(request.session, request.workspace, request.user, _redirect_uri(request))
    except AllegroError as error:
        messages.error(request, message_for(error.code))
        return redirect("settings:accounts")
    messages.success(request, _("%(login)s is linked. The first sync has started.") % {"login": linked.login})
    return redirect("dashboard")


@require_http_methods(["GET", "POST"])
@member_view()
def first_run(request: WorkspaceRequest) -> HttpResponse:
    """The newcomer's way: posted, `hidden` puts it away ("1") or takes it up again; asked for, the card alone."""
    if request.method == "POST":
        remember(request.user, PreferenceKey.FIRST_RUN, {HIDDEN: request.POST.get("hidden") == "1"})
        return redirect("dashboard")
    if not is_piece(request):
        return redirect("dashboard")  # the card stands there
    way = read_first_run(request.membership)
    shown = is_shown(request.membership, way, timezone.now())
    response = render(request, "settings/first_run.html", {"way": way if shown else None})
    if way.sync is StepState.DONE:
        response["HX-Refresh"] = "true"  # the dashboard around the card has its figures now
    return response


@require_GET
@member_view(Role.ADMIN)
def callback(request: WorkspaceRequest) -> HttpResponse:
    """Allegro sends the browser back here with a code, or with an error."""
    try:
        pending = linking.take_pending(request.session, request.GET.get("state", ""), request.workspace)
        refusal = request.GET.get("error")
        if refusal or not request.GET.get("code"):
            messages.warning(request, message_for("access_denied" if refusal == "access_denied" else "code_refused"))
            return redirect("settings:accounts")
        account = linking.complete_link(
            request.workspace, request.user, pending, request.GET["code"], _redirect_uri(request)
        )
    except linking.OtherAccount as other:
        request.session[OTHER_ACCOUNT] = {"account": pending.reconnect, "login": other.login}
        return redirect("settings:other_account")
    except AllegroError as error:
        messages.error(request, message_for(error.code))
        return redirect("settings:accounts")
    messages.success(request, _("%(login)s is linked. The first sync has started.") % {"login": account.login})
    return redirect("settings:account", account_id=account.pk)


@require_GET
@member_view(Role.ADMIN)
def other_account(request: WorkspaceRequest) -> HttpResponse:
    """The choice after signing in at Allegro as someone else than the account to be reconnected."""
    met = request.session.get(OTHER_ACCOUNT)
    if met is None:
        return redirect("settings:accounts")
    expected = get_account(_uuid(met["account"]))
    return render(request, "settings/other_account.html", {"expected": expected, "login": met["login"]})


@require_GET
@member_view()
def account(request: WorkspaceRequest, account_id: UUID) -> HttpResponse:
    """One account: status, streams, the run under way and the log of runs."""
    linked = get_account(account_id)
    now = timezone.now()
    runs = list(SyncRun.objects.filter(account=linked)[:RUNS_SHOWN])
    context = {
        "account": linked,
        "streams": stream_lines(linked, StreamHealth.objects.filter(account=linked), now, read_back(linked)),
        "scopes": scope_lines(linked),
        "lacking": must_grant_again(linked),
        "has_campaigns": CAMPAIGNS in linked.scopes,
        "grant": OAuthGrant.objects.filter(account=linked).only("access_expires_at", "refreshed_at").first(),
        "budget": budget_view(linked, now),
        "reconnect_message": message_for("reconnect_required"),
        "elsewhere_message": message_for("other_environment"),
        "may_link": request.membership.may(Role.ADMIN),
        "may_sync": request.membership.may(Role.ANALYST),
        "run": run_view(runs[0]) if runs else None,
        "runs": [run_view(run) for run in runs],
    }
    return render(request, "settings/account.html", context)


@require_POST
@member_view(Role.ANALYST)
def sync_now(request: WorkspaceRequest, account_id: UUID) -> HttpResponse:
    """Queue a full sync; pressing twice queues nothing harmful, for one account has one run."""
    linked = get_account(account_id)
    if not linked.is_connected or linked.is_elsewhere:
        messages.error(request, message_for("other_environment" if linked.is_elsewhere else "reconnect_required"))
        return redirect("settings:account", account_id=linked.pk)
    newest = SyncRun.objects.filter(account=linked).first()
    run_sync.delay(str(linked.pk), RunTrigger.PERSON, RunKind.FULL)
    if is_piece(request):
        return _progress(request, linked, newest if newest and newest.status == RunStatus.RUNNING else None, newest)
    messages.info(request, _("The sync has been started."))
    return redirect("settings:account", account_id=linked.pk)


@require_GET
@member_view()
def progress(request: WorkspaceRequest, account_id: UUID) -> HttpResponse:
    """The newest run, for polling while it runs; `after` is the run that was newest when "sync now" was pressed."""
    linked = get_account(account_id)
    newest = SyncRun.objects.filter(account=linked).first()
    is_new = newest is not None and str(newest.pk) != request.GET.get("after", "")
    response = _progress(request, linked, newest if is_new else None, newest)
    if newest is not None and is_new and newest.status != RunStatus.RUNNING:
        response["HX-Refresh"] = "true"  # the log, the status and the times around the fragment have changed too
    return response


def _progress(request: HttpRequest, linked: SellerAccount, run: SyncRun | None, before: SyncRun | None) -> HttpResponse:
    context = {
        "account": linked,
        "run": run_view(run) if run else None,
        "waiting_for_run": run is None,
        "after": before.pk if before and run is None else request.GET.get("after", ""),
    }
    return render(request, "settings/progress.html", context)


@require_GET
@member_view()
def run(request: WorkspaceRequest, account_id: UUID, run_id: UUID) -> HttpResponse:
    """The log of one run, stage by stage."""
    linked = get_account(account_id)
    found = SyncRun.objects.filter(account=linked, pk=run_id).first()
    if found is None:
        raise Http404("no such run")
    return render(request, "settings/run.html", {"account": linked, "run": run_view(found)})


@require_POST
@member_view(Role.ADMIN)
def disconnect(request: WorkspaceRequest, account_id: UUID) -> HttpResponse:
    """Forget the tokens; the history stays."""
    linked = get_account(account_id)
    linking.unlink(linked, request.user)
    messages.success(request, _("%(login)s is disconnected. Its history stays.") % {"login": linked.login})
    return redirect("settings:accounts")


def _redirect_uri(request: HttpRequest) -> str:
    return request.build_absolute_uri(reverse("settings:callback"))


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise Http404("no such account") from None
