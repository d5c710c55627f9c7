"""The pages about offers. Each view loads, calls one function and renders; filters and paging stand in the address."""

import json
from collections.abc import Iterator
from typing import Any, cast
from uuid import UUID

from django.http import Http404, HttpResponse, HttpResponseBase, JsonResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import get_language
from django.views.decorators.http import require_GET

from accounts.access import WorkspaceRequest, member_view
from accounts.models import Role, SellerAccount
from accounts.preferences import PreferenceKey, preference
from offers.calendar import warsaw_day
from offers.catalogue import list_offers, sort_key, trend_window
from offers.charting import OfferHistory
from offers.daily import PERIODS, Window, sales_known_since, window_for
from offers.day_export import days_file
from offers.differences import full_diff
from offers.exports import XLSX, csv_file, in_language, workbook_file
from offers.feed import PAGE_SIZE, count_newer, read_feed, read_page, walk
from offers.filters import ChangeFilter, OfferFilter
from offers.funnel import Funnel
from offers.models import Offer, OfferChange
from offers.names import read_names
from offers.notes import kept_notes
from offers.overview import read_overview
from offers.presentation import ShownChange, groups, present
from offers.touching import number_touched

OFFER_CHANGES_SHOWN = 25
# The filters of the change events that stand folded away until one of them is in use.
FINE_FILTERS = ("field", "event", "source", "who", "marketplace", "account")


@require_GET
@member_view()
def dashboard(request: WorkspaceRequest) -> HttpResponse:
    """Is anything wrong today? Sales against last week, offers that fell, newest edits, freshness."""
    return render(request, "offers/dashboard.html", {"overview": read_overview(_accounts(), timezone.now())})


@require_GET
@member_view()
def catalogue(request: WorkspaceRequest) -> HttpResponse:
    """Every offer of the workspace, to search, filter and sort."""
    accounts = _accounts()
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
    }
    return render(request, _template(request, "offers/catalogue.html", "results"), context)


@require_GET
@member_view()
def events(request: WorkspaceRequest) -> HttpResponse:
    """Every change of every offer, newest first. htmx asks for pieces: older rows, rows of a batch, newer ones."""
    accounts = _accounts()
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
    }
    part = {"change-rows": "fresh"}.get(target, "older" if target.startswith(("older", "batch-")) else "results")
    return render(request, _template(request, "offers/events.html", part), context)


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
    return _download("csv", "text/csv; charset=utf-8", csv_file(_filtered_changes(request)))


@require_GET
@member_view()
def events_xlsx(request: WorkspaceRequest) -> HttpResponseBase:
    """What the filters leave of all changes, as a workbook."""
    return _download("xlsx", XLSX, workbook_file(_filtered_changes(request)))


def _download(extension: str, content_type: str, pieces: Iterator[bytes]) -> StreamingHttpResponse:
    response = StreamingHttpResponse(in_language(get_language(), pieces), content_type=content_type)
    name = f"offer-changes-{warsaw_day(timezone.now()).isoformat()}.{extension}"
    response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name) or "attachment"
    response["Cache-Control"] = "private, no-store"
    return response


def _filtered_changes(request: WorkspaceRequest) -> Iterator[ShownChange]:
    narrowed = ChangeFilter(request.GET, queryset=OfferChange.objects.all())
    return walk(narrowed.qs, list(SellerAccount.objects.select_related("workspace").order_by("login")))


@require_GET
@member_view()
def detail(request: WorkspaceRequest, offer_id: UUID) -> HttpResponse:
    """One offer: the chart, its changes, and the same data as a table."""
    offer = get_offer(offer_id)
    window = _window(request, offer)
    cursor = request.GET.get("before", "")
    history = OfferHistory(offer, window, timezone.now())
    narrowed = ChangeFilter(request.GET, queryset=history.edits)
    context = {
        "offer": offer,
        "window": window,
        "today": warsaw_day(history.now),
        "periods": [*(str(days) for days in PERIODS), "all"],
        "history": history,
        "funnel": Funnel(history),
        "changes": read_page(narrowed.qs, cursor, OFFER_CHANGES_SHOWN),
        "chosen_groups": request.GET.getlist("group"),
        "sales_since": sales_known_since(offer.account),
        "notes": kept_notes(offer),
        "may_write": request.membership.may(Role.ANALYST),
        "series": json.dumps(preference(request.user, PreferenceKey.CHART_SERIES, {})),
    }
    part = "older" if request.headers.get("HX-Target") == "older" else "changes"
    return render(request, _template(request, "offers/detail.html", part), context)


@require_GET
@member_view()
def chart(request: WorkspaceRequest, offer_id: UUID) -> JsonResponse:
    """The data of the offer's chart; its shape is told in `offers.charting`."""
    offer = get_offer(offer_id)
    history = OfferHistory(offer, _window(request, offer), timezone.now())
    return JsonResponse(history.document(request.GET.getlist("compare")))


@require_GET
@member_view()
def days_csv(request: WorkspaceRequest, offer_id: UUID) -> HttpResponse:
    """The days of the offer's chart as a CSV file."""
    offer = get_offer(offer_id)
    window = _window(request, offer)
    name = f"offer-{offer.allegro_id}-{window.first.isoformat()}-{window.last.isoformat()}.csv"
    headers = {
        "Content-Disposition": content_disposition_header(as_attachment=True, filename=name) or "attachment",
        "Cache-Control": "private, no-store",
    }
    file = days_file(OfferHistory(offer, window, timezone.now()))
    return HttpResponse(file, content_type="text/csv; charset=utf-8", headers=headers)


@require_GET
@member_view()
def change(request: WorkspaceRequest, change_id: UUID, offer_id: UUID | None = None) -> HttpResponse:
    """The full diff of one change of an offer, or of what offers share: a panel beside the chart, or its own page."""
    rows = OfferChange.objects.filter(pk=change_id, offer=offer_id).select_related("offer", "shared", "event", "batch")
    found = rows.annotate(touched=number_touched()).first()
    if found is None:
        raise Http404("no such change")
    names = read_names([found])
    context = {"offer": found.offer, "shown": present(found, names), "diff": full_diff(found, names)}
    return render(request, _template(request, "offers/change.html", "panel"), context)


def get_offer(offer_id: UUID) -> Offer:
    """The offer of the workspace in scope, with its account. Raises Http404 for an unknown or foreign id."""
    offer = Offer.objects.filter(pk=offer_id).select_related("account").first()
    if offer is None:
        raise Http404("no such offer")
    return cast(Offer, offer)


def _accounts() -> list[SellerAccount]:
    return list(SellerAccount.objects.order_by("login"))


def _window(request: WorkspaceRequest, offer: Offer) -> Window:
    earliest = min(filter(None, [warsaw_day(offer.first_seen_at), sales_known_since(offer.account)]))
    asked, until = request.GET.get("days", ""), request.GET.get("until", "")
    return window_for(asked, warsaw_day(timezone.now()), earliest, until)


def _is_narrowed(narrowed: Any) -> bool:
    """Whether an empty list may be the filters' doing."""
    return any(narrowed.form.cleaned_data.values()) if narrowed.form.is_valid() else True


def _template(request: WorkspaceRequest, name: str, part: str) -> str:
    """The whole page, or only its partial `part` when htmx asks for a piece of it."""
    htmx = getattr(request, "htmx", None)
    return f"{name}#{part}" if htmx and not htmx.boosted and not htmx.history_restore_request else name
