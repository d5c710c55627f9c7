"""The pages about one offer. Each view loads, calls one function and renders; filters stand in the address."""

import json
from typing import cast
from uuid import UUID

from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET

from accounts.access import WorkspaceRequest, member_view
from accounts.models import Role
from accounts.pieces import page_or_part
from accounts.preferences import PreferenceKey, preference
from offers.calendar import warsaw_day
from offers.files.days import days_file
from offers.models import Offer, OfferChange
from offers.pages.filters import ChangeFilter
from offers.reading.charting import OfferHistory
from offers.reading.falls import fall_of
from offers.reading.feed import read_page
from offers.reading.funnel import Funnel
from offers.reading.notes import kept_notes
from offers.record.touching import number_touched
from offers.sales.daily import PERIODS, WEEKS, Window, first_day_of, sales_known_since, window_for
from offers.words.differences import full_diff
from offers.words.names import read_names
from offers.words.presentation import present

OFFER_CHANGES_SHOWN = 10


@require_GET
@member_view()
def detail(request: WorkspaceRequest, offer_id: UUID) -> HttpResponse:
    """One offer: the chart, its changes, and the same data as a table."""
    offer = get_offer(offer_id)
    window = _window(request, offer)
    cursor = request.GET.get("before", "")
    history = OfferHistory(offer, window, timezone.now(), with_before=True)
    notes = kept_notes(offer)
    history.notes = notes.within(window)
    narrowed = ChangeFilter(request.GET, queryset=history.edits)
    context = {
        "offer": offer,
        "window": window,
        "today": warsaw_day(history.now),
        "periods": [*([WEEKS] if window.choice == WEEKS else []), *(str(days) for days in PERIODS), "all"],
        "history": history,
        "counted": history.sales.within(window.counted),
        "fall": fall_of(history),
        "funnel": Funnel(history),
        "changes": read_page(narrowed.qs, offer.account, cursor, OFFER_CHANGES_SHOWN),
        "chosen_groups": request.GET.getlist("group"),
        "sales_since": sales_known_since(offer.account),
        "notes": notes,
        "may_write": request.membership.may(Role.ANALYST),
        "series": json.dumps(preference(request.user, PreferenceKey.CHART_SERIES, {})),
    }
    target = request.headers.get("HX-Target")
    part = {"older": "older", "daily": "daily", "daily-days": "daily"}.get(target or "", "changes")
    return render(request, page_or_part(request, "offers/detail.html", part), context)


@require_GET
@member_view()
def chart(request: WorkspaceRequest, offer_id: UUID) -> JsonResponse:
    """The data of the offer's chart; its shape is told in `offers.reading.charting`."""
    offer = get_offer(offer_id)
    history = OfferHistory(offer, _window(request, offer), timezone.now())
    return JsonResponse(history.document(request.GET.getlist("compare")))


@require_GET
@member_view()
def chart_changes(request: WorkspaceRequest, offer_id: UUID) -> JsonResponse:
    """The chart's changes that its document leaves out, older than the cursor `before`."""
    offer = get_offer(offer_id)
    history = OfferHistory(offer, _window(request, offer), timezone.now())
    return JsonResponse(history.changes_document(request.GET.get("before", "")))


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
    return render(request, page_or_part(request, "offers/change.html", "panel"), context)


def get_offer(offer_id: UUID) -> Offer:
    """The offer of the workspace in scope, with its account. Raises Http404 for an unknown or foreign id."""
    offer = Offer.objects.filter(pk=offer_id).select_related("account").first()
    if offer is None:
        raise Http404("no such offer")
    return cast(Offer, offer)


def _window(request: WorkspaceRequest, offer: Offer) -> Window:
    asked, until = request.GET.get("days", ""), request.GET.get("until", "")
    today = warsaw_day(timezone.now())
    earliest = first_day_of(offer) if asked == "all" else today
    return window_for(asked, today, earliest, until, is_open="open" in request.GET)
