"""The pages about uploaded reports. Each view loads, calls one function and renders."""

from typing import Any, cast
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Page, Paginator
from django.http import Http404, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.html import strip_tags
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods

from accounts.access import WorkspaceRequest, get_account, member_view
from accounts.models import Role, SellerAccount
from accounts.pieces import page_or_part
from accounts.templatetags.ui import moment
from offers.models import Offer
from reports.cover import not_counted
from reports.downloads import original_file, problems_csv, problems_xlsx
from reports.forms import DetailsForm
from reports.guides import GUIDES
from reports.intake import Intake, take_files
from reports.models import Upload, UploadFile, UploadKind, UploadStatus
from reports.offer_periods import periods_of, reports_of
from reports.presentation import UploadPage
from reports.reading import kept_content

UPLOADS_PER_PAGE = 25
MOST_FILES = 20


@require_GET
@member_view()
def uploads(request: WorkspaceRequest) -> HttpResponse:
    """Every upload of the workspace, newest first, of one kind and status if the address says so."""
    kind, status = request.GET.get("kind", ""), request.GET.get("status", "")
    everything = Upload.objects.select_related("uploaded_by").prefetch_related("account").defer("mapping", "shape")
    if kind in UploadKind.values:
        everything = everything.filter(kind=kind)
    if status in UploadStatus.values:
        everything = everything.filter(status=status)
    page = Paginator(everything.order_by("-uploaded_at", "pk"), UPLOADS_PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "lines": _with_cover(page),
        "kind": kind,
        "status": status,
        "kinds": UploadKind.choices,
        "statuses": UploadStatus.choices,
        "is_narrowed": bool(kind or status),
        "is_pending": any(UploadPage(upload).is_pending for upload in page),
        "accounts": request.workspace.linked_accounts,
        "guides": GUIDES,
        "may_edit": may_edit(request),
    }
    return render(request, page_or_part(request, "reports/list.html", "results"), context)


@require_http_methods(["GET", "POST"])
@member_view(Role.ANALYST)
def upload(request: WorkspaceRequest) -> HttpResponse:
    """Take report files: one leads to its page, several to the list."""
    accounts = request.workspace.linked_accounts
    if request.method == "GET":
        context = {
            "accounts": accounts,
            "chosen": request.GET.get("account", ""),
            "limit": settings.MAX_UPLOAD_BYTES,
            "most": MOST_FILES,
            "guides": GUIDES,
        }
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
    return show_upload(request, get_upload(upload_id))


@require_GET
@member_view()
def progress(request: WorkspaceRequest, upload_id: UUID) -> HttpResponse:
    """How far the reading is, for polling; when it is over, the whole page is asked for again."""
    shown = UploadPage(get_upload(upload_id))
    response = render(request, "reports/detail.html#progress", {"upload": shown.upload, "shown": shown})
    if not shown.is_pending:
        response["HX-Refresh"] = "true"
    return response


@require_GET
@member_view()
def original(request: WorkspaceRequest, upload_id: UUID) -> HttpResponseBase:
    """The file as it was uploaded."""
    found = get_upload(upload_id)
    try:
        return original_file(kept_content(found), found)
    except UploadFile.DoesNotExist:
        raise Http404("no such file") from None


@require_GET
@member_view()
def problems(request: WorkspaceRequest, upload_id: UUID) -> HttpResponseBase:
    """Everything that could not be taken, as CSV."""
    return problems_csv(get_upload(upload_id))


@require_GET
@member_view()
def problems_workbook(request: WorkspaceRequest, upload_id: UUID) -> HttpResponseBase:
    """Everything that could not be taken, as XLSX."""
    return problems_xlsx(get_upload(upload_id))


@require_GET
@member_view()
def offer_periods(request: WorkspaceRequest, offer_id: UUID) -> JsonResponse:
    """The periods of imported reports that name the offer; the shape is told in `reports.offer_periods`."""
    return JsonResponse({"periods": periods_of(_get_offer(offer_id))})


@require_GET
@member_view()
def offer_reports(request: WorkspaceRequest, offer_id: UUID) -> HttpResponse:
    """What imported reports say of one offer, each period beside our own orders of the same days."""
    offer = _get_offer(offer_id)
    context = {"offer": offer, "found": reports_of(offer), "may_edit": may_edit(request)}
    return render(request, page_or_part(request, "reports/offer.html", "card"), context)


def _get_offer(offer_id: UUID) -> Offer:
    offer: Offer | None = Offer.objects.filter(pk=offer_id).select_related("account").first()
    if offer is None:
        raise Http404("no such offer")
    return offer


def get_upload(upload_id: UUID) -> Upload:
    """The upload of the workspace in scope, with its account. Raises Http404 for an unknown or foreign id."""
    related = ("account__workspace", "uploaded_by", "revises")
    found = Upload.objects.filter(pk=upload_id).select_related(*related).first()
    if found is None:
        raise Http404("no such upload")
    return cast(Upload, found)


def show_upload(request: WorkspaceRequest, found: Upload, form: DetailsForm | None = None) -> HttpResponse:
    """The page of an upload; with `form` where what was said in it is to be corrected."""
    shown = UploadPage(found)
    context: dict[str, Any] = {"upload": found, "shown": shown, "may_edit": may_edit(request)}
    if shown.is_read:
        code, column = request.GET.get("problem", ""), request.GET.get("column", "")
        context["problems"] = shown.problems(request.GET.get("page"), code, column)
        context["problem_kinds"] = shown.problem_kinds(code, column)
        context["is_filtered"] = bool(code)
    if shown.may_say_details:
        context["form"] = form or DetailsForm(found)
    return render(request, "reports/detail.html", context)


def may_edit(request: WorkspaceRequest) -> bool:
    """Whether the person may upload, import, undo and name columns."""
    return request.membership.may(Role.ANALYST)


def _with_cover(page: Page[Upload]) -> list[dict[str, Any]]:
    """Each upload of the page with the counted ones, if any, for whose sake no total counts it."""
    left_out = not_counted()
    needed = {key for each in page for key in left_out.get(str(each.pk), ())}
    names = {str(each.pk): each for each in Upload.objects.filter(pk__in=needed)} if needed else {}
    return [
        {"upload": each, "beside": [names[key] for key in left_out.get(str(each.pk), ()) if key in names]}
        for each in page
    ]


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
