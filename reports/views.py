"""The pages about uploaded reports. Each view loads, calls one function and renders."""

from typing import Any, cast
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.html import strip_tags
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.access import WorkspaceRequest, get_account, member_view
from accounts.models import Role, SellerAccount
from accounts.templatetags.ui import moment
from offers.models import Offer
from offers.values import format_count
from reports import uploads as domain
from reports.downloads import original_file, problems_file
from reports.forms import PeriodForm
from reports.intake import Intake, take_files
from reports.models import Upload, UploadFile, UploadStatus
from reports.offer_periods import periods_of
from reports.presentation import UploadPage

UPLOADS_PER_PAGE = 25
MOST_FILES = 20


@require_GET
@member_view()
def uploads(request: WorkspaceRequest) -> HttpResponse:
    """Every upload of the workspace, newest first."""
    everything = Upload.objects.select_related("account", "uploaded_by").defer("mapping").order_by("-uploaded_at", "pk")
    page = Paginator(everything, UPLOADS_PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "is_pending": any(UploadPage(upload).is_pending for upload in page),
        "accounts": list(SellerAccount.objects.order_by("login")),
        "may_edit": _may_edit(request),
    }
    return render(request, _template(request, "reports/list.html", "results"), context)


@require_http_methods(["GET", "POST"])
@member_view(Role.ANALYST)
def upload(request: WorkspaceRequest) -> HttpResponse:
    """Take report files: one leads to its page, several to the list."""
    accounts = list(SellerAccount.objects.order_by("login"))
    if request.method == "GET":
        chosen = request.GET.get("account", "")
        context = {"accounts": accounts, "chosen": chosen, "limit": settings.MAX_UPLOAD_BYTES, "most": MOST_FILES}
        return render(request, "reports/upload.html", context)
    account = _chosen_account(request, accounts)
    files = request.FILES.getlist("file")
    refusal = _form_refusal(account, len(files))
    if account is None or refusal:
        messages.error(request, refusal)
        return redirect("reports:upload")
    intake = take_files(account, request.user, files)
    _tell(request, intake)
    taken = intake.everything
    return redirect("reports:detail", taken[0].pk) if len(taken) == 1 else redirect("reports:list")


@require_GET
@member_view()
def detail(request: WorkspaceRequest, upload_id: UUID) -> HttpResponse:
    """One upload: how far it is, how it was understood, what was wrong with it, what can be done."""
    return _detail(request, get_upload(upload_id))


@require_GET
@member_view()
def progress(request: WorkspaceRequest, upload_id: UUID) -> HttpResponse:
    """How far the reading is, for polling; when it is over, the whole page is asked for again."""
    shown = UploadPage(get_upload(upload_id))
    response = render(request, "reports/detail.html#progress", {"upload": shown.upload, "shown": shown})
    if not shown.is_pending:
        response["HX-Refresh"] = "true"
    return response


@require_POST
@member_view(Role.ANALYST)
def import_(request: WorkspaceRequest, upload_id: UUID) -> HttpResponse:
    """Let the figures count; a second click finds it done."""
    found = get_upload(upload_id)
    if domain.import_upload(found, request.user):
        text = ngettext("%(count)s offer imported.", "%(count)s offers imported.", found.rows_read)
        messages.success(request, text % {"count": format_count(found.rows_read)})
    elif found.status != UploadStatus.IMPORTED:
        messages.warning(request, _("This upload cannot be imported as it stands; nothing was changed."))
    return redirect("reports:detail", found.pk)


@require_POST
@member_view(Role.ANALYST)
def period(request: WorkspaceRequest, upload_id: UUID) -> HttpResponse:
    """Say which days the report covers."""
    found = get_upload(upload_id)
    form = PeriodForm(request.POST)
    if not form.is_valid():
        return _detail(request, found, form)
    if domain.set_period(found, form.cleaned_data["first"], form.cleaned_data["last"]):
        messages.success(request, _("The period is set."))
    else:
        messages.warning(request, _("The period of this upload can no longer be changed; nothing was changed."))
    return redirect("reports:detail", found.pk)


@require_POST
@member_view(Role.ANALYST)
def discard(request: WorkspaceRequest, upload_id: UUID) -> HttpResponse:
    """Stop the figures from counting."""
    found = get_upload(upload_id)
    if domain.discard(found, request.user):
        messages.success(request, _("“%(name)s” is discarded: its figures count nowhere.") % {"name": found.file_name})
    return redirect("reports:detail", found.pk)


@require_POST
@member_view(Role.ANALYST)
def read_again(request: WorkspaceRequest, upload_id: UUID) -> HttpResponse:
    """Have the kept original read anew."""
    found = get_upload(upload_id)
    try:
        domain.read_again(found)
    except domain.AlreadyLive as live:
        messages.info(request, _("The same file has been uploaded again since; here it is."))
        found = live.upload
    return redirect("reports:detail", found.pk)


@require_GET
@member_view()
def original(request: WorkspaceRequest, upload_id: UUID) -> HttpResponse:
    """The file as it was uploaded."""
    kept = UploadFile.objects.select_related("upload").filter(upload=upload_id).first()
    if kept is None:
        raise Http404("no such file")
    return original_file(kept)


@require_GET
@member_view()
def problems(request: WorkspaceRequest, upload_id: UUID) -> HttpResponse:
    """Everything that could not be taken, as CSV."""
    return problems_file(get_upload(upload_id))


@require_GET
@member_view()
def offer_periods(request: WorkspaceRequest, offer_id: UUID) -> JsonResponse:
    """The periods of imported reports that name the offer; the shape is told in `reports.offer_periods`."""
    offer = Offer.objects.filter(pk=offer_id).first()
    if offer is None:
        raise Http404("no such offer")
    return JsonResponse({"periods": periods_of(offer)})


def get_upload(upload_id: UUID) -> Upload:
    """The upload of the workspace in scope, with its account. Raises Http404 for an unknown or foreign id."""
    found = Upload.objects.filter(pk=upload_id).select_related("account__workspace", "uploaded_by").first()
    if found is None:
        raise Http404("no such upload")
    return cast(Upload, found)


def _detail(request: WorkspaceRequest, found: Upload, form: PeriodForm | None = None) -> HttpResponse:
    shown = UploadPage(found)
    context: dict[str, Any] = {"upload": found, "shown": shown, "may_edit": _may_edit(request)}
    if shown.is_read:
        context["problems"] = shown.problems(request.GET.get("page"))
    if shown.may_set_period:
        known = {"first": found.period_from, "last": found.period_to}
        context["form"] = form or PeriodForm(initial=known)
    return render(request, "reports/detail.html", context)


def _may_edit(request: WorkspaceRequest) -> bool:
    return request.membership.may(Role.ANALYST)


def _chosen_account(request: WorkspaceRequest, accounts: list[SellerAccount]) -> SellerAccount | None:
    """The account that the form names, or the only one there is. Raises Http404 for a foreign one."""
    chosen = request.POST.get("account", "")
    if not chosen:
        return accounts[0] if len(accounts) == 1 else None
    try:
        return get_account(UUID(chosen))
    except ValueError:
        raise Http404("no such account") from None


def _form_refusal(account: SellerAccount | None, files: int) -> str:
    if account is None:
        return _("Choose the Allegro account that the report is from. Nothing was uploaded.")
    if not files:
        return _("Choose a file first. Nothing was uploaded.")
    if files > MOST_FILES:
        return _("At most %(most)d files can be uploaded at once. Nothing was uploaded.") % {"most": MOST_FILES}
    return ""


def _tell(request: WorkspaceRequest, intake: Intake) -> None:
    """Say what became of the files, where the next page does not say it anyway."""
    for known in intake.known:
        when = {"name": known.file_name, "when": strip_tags(moment(known.uploaded_at))}
        messages.info(request, _("Already uploaded on %(when)s as “%(name)s”; it was not added again.") % when)
    if len(intake.everything) == 1:
        return
    if intake.new:
        text = ngettext("%(count)d file uploaded.", "%(count)d files uploaded.", len(intake.new))
        messages.success(request, text % {"count": len(intake.new)})
    for refused in intake.refused:
        reason = UploadPage(refused).refusal.happened
        messages.error(
            request, _("“%(name)s” cannot be read. %(reason)s") % {"name": refused.file_name, "reason": reason}
        )


def _template(request: WorkspaceRequest, name: str, part: str) -> str:
    """The whole page, or only its partial `part` when htmx asks for a piece of it."""
    htmx = getattr(request, "htmx", None)
    return f"{name}#{part}" if htmx and not htmx.boosted and not htmx.history_restore_request else name
