"""The dashboard and the lists of all offers and all changes. Filters, order and paging stand in the address."""

from collections.abc import Iterator
from typing import Any

from django.http import Http404, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.access import WorkspaceRequest, member_view
from accounts.models import ListPage, SellerAccount
from accounts.pieces import page_or_part
from accounts.saved_views import address_of_list, query_of
from offers.calendar import warsaw_day
from offers.files import catalogue as catalogue_exports
from offers.files.changes import XLSX, csv_file, in_language, workbook_file
from offers.models import Offer, OfferChange
from offers.pages.columns import COLUMNS
from offers.pages.filters import ChangeFilter, OfferFilter
from offers.reading.catalogue import list_offers, sort_key, sorted_offers, trend_window
from offers.reading.falls import DAYS_BEFORE
from offers.reading.feed import PAGE_SIZE, count_newer, read_feed, walk
from offers.reading.overview import read_overview
from offers.words.presentation import ShownChange, groups

# The filters of the change events that stand folded away until one of them is in use.
FINE_FILTERS = ("field", "event", "source", "who", "marketplace", "account")


@require_GET
@member_view()
def dashboard(request: WorkspaceRequest) -> HttpResponse:
    """Is anything wrong today? Sales against last week, offers that fell, newest edits, freshness."""
    return render(
        request,
        "offers/dashboard.html",
        {"overview": read_overview(request.workspace.linked_accounts, timezone.now()), "days_before": DAYS_BEFORE},
    )


@require_GET
@member_view()
def catalogue(request: WorkspaceRequest) -> HttpResponse:
    """Every offer of the workspace, to search, filter and sort."""
    accounts = request.workspace.linked_accounts
    window = trend_window(warsaw_day(timezone.now()))
    narrowed = OfferFilter(request.GET, queryset=Offer.objects.all())
    sort = sort_key(request.GET.get("sort", ""))
    listing = list_offers(narrowed.qs, accounts, sort=sort, number=request.GET.get("page"), window=window)
    context = {
        "accounts": accounts,
        "filter": narrowed,
        "listing": listing,
        "sort": sort,
        "is_narrowed": _is_narrowed(narrowed),
        **_columns(request, ListPage.OFFERS),
    }
    return render(request, page_or_part(request, "offers/catalogue.html", "results"), context)


@require_GET
@member_view()
def catalogue_csv(request: WorkspaceRequest) -> HttpResponseBase:
    """What the filters leave of the catalogue, in the list's order, as a CSV file that is written while it is sent."""
    return _download("offers", "csv", "text/csv; charset=utf-8", catalogue_exports.csv_file(_filtered_offers(request)))


@require_GET
@member_view()
def catalogue_xlsx(request: WorkspaceRequest) -> HttpResponseBase:
    """The same as a workbook."""
    return _download("offers", "xlsx", XLSX, catalogue_exports.workbook_file(_filtered_offers(request)))


def _filtered_offers(request: WorkspaceRequest) -> Iterator[Any]:
    accounts = list(SellerAccount.objects.select_related("workspace").order_by("login"))
    window = trend_window(warsaw_day(timezone.now()))
    narrowed = OfferFilter(request.GET, queryset=Offer.objects.all())
    offers = sorted_offers(narrowed.qs, accounts, request.GET.get("sort", ""), window)
    return catalogue_exports.read_offers(offers, accounts, window)


@require_POST
@member_view()
def columns(request: WorkspaceRequest, page: str) -> HttpResponse:
    """Remember which columns of a list the person wants to see, or go back to the usual ones. 404 for another list."""
    if page not in COLUMNS:
        raise Http404("no such list")
    of_list = COLUMNS[page]
    chosen = list(of_list.usual) if request.POST.get("usual") else request.POST.getlist("column")
    of_list.choose(request.user, chosen)
    return redirect(address_of_list(ListPage(page), query_of(request.POST.get("query", ""))))


def _columns(request: WorkspaceRequest, page: ListPage) -> dict[str, Any]:
    """The columns that the person sees, and all that can be chosen."""
    of_list = COLUMNS[page.value]
    return {
        "columns": of_list.of(request.user),
        "choices": [(name, _(label)) for name, label in of_list.labels.items()],
    }


@require_GET
@member_view()
def events(request: WorkspaceRequest) -> HttpResponse:
    """Every change of every offer, newest first. htmx asks for pieces: older rows, rows of a batch, newer ones."""
    accounts = request.workspace.linked_accounts
    narrowed = ChangeFilter(request.GET, queryset=OfferChange.objects.all())
    target = request.headers.get("HX-Target", "")
    if target == "newer":
        return _number_of_newer(request, narrowed, accounts)
    cursor, after = request.GET.get("before", ""), request.GET.get("after", "")
    is_one_batch = bool(narrowed.qs is not None and narrowed.form.cleaned_data.get("batch"))
    context = {
        "accounts": accounts,
        "filter": narrowed,
        "groups": groups(),
        "changes": read_feed(narrowed.qs, accounts, cursor, after=after, with_batches=not is_one_batch),
        "is_narrowed": _is_narrowed(narrowed),
        "is_older_page": bool(cursor),
        "is_one_batch": is_one_batch,
        "is_finely_narrowed": any(request.GET.get(name) for name in FINE_FILTERS),
        **_columns(request, ListPage.EVENTS),
    }
    part = {"change-rows": "fresh"}.get(target, "older" if target.startswith(("older", "batch-")) else "results")
    return render(request, page_or_part(request, "offers/events.html", part), context)


def _number_of_newer(request: WorkspaceRequest, narrowed: Any, accounts: list[SellerAccount]) -> HttpResponse:
    """The button that brings what came since the newest line; no content while there is nothing."""
    newer = count_newer(narrowed.qs, accounts, request.GET.get("after", ""))
    if not newer:
        return HttpResponse(status=204)
    context = {"newer": newer, "is_too_much": newer >= PAGE_SIZE or not request.GET.get("after")}
    return render(request, "offers/events.html#newer", context)


@require_GET
@member_view()
def events_csv(request: WorkspaceRequest) -> HttpResponseBase:
    """What the filters leave of all changes, as a CSV file that is written while it is sent."""
    return _download("offer-changes", "csv", "text/csv; charset=utf-8", csv_file(_filtered_changes(request)))


@require_GET
@member_view()
def events_xlsx(request: WorkspaceRequest) -> HttpResponseBase:
    """What the filters leave of all changes, as a workbook."""
    return _download("offer-changes", "xlsx", XLSX, workbook_file(_filtered_changes(request)))


def _download(what: str, extension: str, content_type: str, pieces: Iterator[bytes]) -> StreamingHttpResponse:
    response = StreamingHttpResponse(in_language(get_language(), pieces), content_type=content_type)
    name = f"{what}-{warsaw_day(timezone.now()).isoformat()}.{extension}"
    response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name) or "attachment"
    response["Cache-Control"] = "private, no-store"
    return response


def _filtered_changes(request: WorkspaceRequest) -> Iterator[ShownChange]:
    narrowed = ChangeFilter(request.GET, queryset=OfferChange.objects.all())
    return walk(narrowed.qs, list(SellerAccount.objects.select_related("workspace").order_by("login")))


def _is_narrowed(narrowed: Any) -> bool:
    """Whether an empty list may be the filters' doing."""
    return any(narrowed.form.cleaned_data.values()) if narrowed.form.is_valid() else True
