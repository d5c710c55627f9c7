"""The pages of the reconciliation. Each view loads, calls one function and renders; filters stand in the address."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.core.paginator import Paginator
from django.db.models import Case, Q, QuerySet, Value, When
from django.http import Http404, HttpResponse, HttpResponseBase, JsonResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import get_language
from django.views.decorators.http import require_GET

from accounts.access import WorkspaceRequest, member_view
from accounts.models import Role, SellerAccount
from accounts.pieces import is_piece, page_or_part
from offers.calendar import warsaw_day
from offers.files.changes import XLSX, in_language
from offers.models import Offer
from reports.models import AccountTotal, Comparison, ComparisonStatus, ReportedDay
from reports.reconciliation.day_words import ShownDay
from reports.reconciliation.days import Trend, read_trend
from reports.reconciliation.exports import csv_file, read_rows, workbook_file
from reports.reconciliation.filters import ComparisonFilter, sort_key, sorted_comparisons
from reports.reconciliation.pages import ShownTotal, read_summary, reports_of_offer, rows_of, show_all, states_of
from reports.reconciliation.projection import threshold

ROWS_PER_PAGE = 20
TOTALS_PER_PAGE = 31
DAYS_LISTED = 31
# The catalogue shows no more offers on a page.
MOST_OFFERS = 200


@require_GET
@member_view()
def reconciliation(request: WorkspaceRequest) -> HttpResponse:
    """Do the reports and our record agree? Every measure of every offer, largest difference first."""
    narrowed = _narrowed(request)
    sort = sort_key(request.GET.get("sort", ""))
    # Keys first: what a row shows besides is joined to the rows of the page only.
    keys = sorted_comparisons(narrowed.qs, sort).values_list("pk", flat=True)
    page = Paginator(keys, ROWS_PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "accounts": request.workspace.linked_accounts,
        "filter": narrowed,
        "page": page,
        "rows": show_all(rows_of(page.object_list)),
        "sort": sort,
        "summary": read_summary(Comparison.objects.all()),
        "threshold": threshold(),
        "may_edit": _may_edit(request),
    }
    return render(request, page_or_part(request, "reports/reconciliation/offers.html", "results"), context)


@require_GET
@member_view()
def days(request: WorkspaceRequest) -> HttpResponse:
    """The account as a whole: its sums in each report, and day by day."""
    accounts = request.workspace.linked_accounts
    account = _chosen(request, accounts)
    totals = AccountTotal.objects.filter(account=account).select_related("upload").defer("upload__mapping")
    page = Paginator(totals, TOTALS_PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "accounts": accounts,
        "account": account,
        "page": page,
        "totals": [ShownTotal(total) for total in page.object_list],
        "order_days": [ShownDay(day) for day in _newest_days(account)],
        "trend": _trend(account),
        "may_edit": _may_edit(request),
    }
    return render(request, "reports/reconciliation/days.html", context)


def _newest_days(account: SellerAccount | None) -> QuerySet[ReportedDay]:
    """Of the files of orders the days that differ, and then the newest others."""
    days: QuerySet[ReportedDay] = ReportedDay.objects.filter(account=account)
    agreeing = Q(units_status=ComparisonStatus.AGREES, revenue_status=ComparisonStatus.AGREES)
    agrees = Case(When(agreeing, then=Value(1)), default=Value(0))
    return days.annotate(agrees=agrees).order_by("agrees", "-day", "marketplace", "currency")[:DAYS_LISTED]


@require_GET
@member_view()
def days_chart(request: WorkspaceRequest) -> JsonResponse:
    """The data of the chart by day; its shape is told in `reports.reconciliation.days`."""
    trend = _trend(_chosen(request, request.workspace.linked_accounts))
    if trend is None:
        raise Http404("no such account")
    return JsonResponse(trend.document())


@require_GET
@member_view()
def comparisons_csv(request: WorkspaceRequest) -> HttpResponseBase:
    """What the filters leave, as a CSV file that is written while it is sent."""
    return _download("csv", "text/csv; charset=utf-8", csv_file(read_rows(_filtered(request))))


@require_GET
@member_view()
def comparisons_xlsx(request: WorkspaceRequest) -> HttpResponseBase:
    """What the filters leave, as a workbook."""
    return _download("xlsx", XLSX, workbook_file(read_rows(_filtered(request))))


@require_GET
@member_view()
def offer_states(request: WorkspaceRequest) -> HttpResponse:
    """The catalogue's column: the state of each offer that the address names, to be put into its row."""
    wanted = [_uuid(text) for text in request.GET.getlist("offer")[:MOST_OFFERS]]
    states = states_of([offer_id for offer_id in wanted if offer_id])
    return render(request, "reports/reconciliation/offer_states.html", {"states": states})


@require_GET
@member_view()
def offer_card(request: WorkspaceRequest, offer_id: UUID) -> HttpResponse:
    """API and XLSX side by side for one offer: a card of its page."""
    offer = Offer.objects.filter(pk=offer_id).select_related("account").first()
    if offer is None:
        raise Http404("no such offer")
    if not is_piece(request):
        return redirect("offers:detail", offer.pk)
    context = {"offer": offer, "reports": reports_of_offer(offer), "may_edit": _may_edit(request)}
    return render(request, "reports/reconciliation/offer_card.html", context)


@require_GET
@member_view()
def dashboard_card(request: WorkspaceRequest) -> HttpResponse:
    """The dashboard's card: how many values agree, and the revenue day by day."""
    if not is_piece(request):
        return redirect("reports:reconciliation")
    today = warsaw_day(timezone.now())
    context = {
        "summary": read_summary(Comparison.objects.all()),
        "trends": [read_trend(account, today) for account in request.workspace.linked_accounts],
        "may_edit": _may_edit(request),
    }
    return render(request, "reports/reconciliation/dashboard_card.html", context)


def _narrowed(request: WorkspaceRequest) -> ComparisonFilter:
    """The comparisons that the address asks for; of a single account by its key, so that an index gives their order."""
    accounts = request.workspace.linked_accounts
    everything = Comparison.objects.all()
    if len(accounts) == 1:
        everything = everything.filter(account=accounts[0])
    return ComparisonFilter(request.GET, queryset=everything)


def _filtered(request: WorkspaceRequest) -> Any:
    return sorted_comparisons(_narrowed(request).qs, request.GET.get("sort", ""))


def _download(extension: str, content_type: str, pieces: Iterator[bytes]) -> StreamingHttpResponse:
    response = StreamingHttpResponse(in_language(get_language(), pieces), content_type=content_type)
    name = f"reconciliation-{warsaw_day(timezone.now()).isoformat()}.{extension}"
    response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name) or "attachment"
    response["Cache-Control"] = "private, no-store"
    return response


def _chosen(request: WorkspaceRequest, accounts: list[SellerAccount]) -> SellerAccount | None:
    """The account that the address names, else the first one."""
    wanted = _uuid(request.GET.get("account", ""))
    return next((each for each in accounts if each.pk == wanted), accounts[0] if accounts else None)


def _trend(account: SellerAccount | None) -> Trend | None:
    return read_trend(account, warsaw_day(timezone.now())) if account else None


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _may_edit(request: WorkspaceRequest) -> bool:
    return request.membership.may(Role.ANALYST)
