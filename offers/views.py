"""The pages about offers. Each view loads, calls one function and renders; filters and paging stand in the address."""

from typing import Any, cast
from uuid import UUID

from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from accounts.access import WorkspaceRequest, member_view
from accounts.models import SellerAccount
from offers.calendar import warsaw_day
from offers.catalogue import list_offers, sort_key, trend_window
from offers.charting import OfferHistory, edits_within
from offers.daily import PERIODS, Window, sales_known_since, window_for
from offers.feed import read_feed, read_page
from offers.filters import ChangeFilter, OfferFilter
from offers.models import Offer, OfferChange
from offers.overview import read_overview
from offers.presentation import full_diff, groups, present

OFFER_CHANGES_SHOWN = 25


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
    """Every change of every offer, newest first."""
    accounts = _accounts()
    narrowed = ChangeFilter(request.GET, queryset=OfferChange.objects.all())
    cursor = request.GET.get("before", "")
    context = {
        "accounts": accounts,
        "filter": narrowed,
        "groups": groups(),
        "changes": read_feed(narrowed.qs, accounts, cursor),
        "is_narrowed": _is_narrowed(narrowed),
        "is_older_page": bool(cursor),
    }
    part = "older" if request.headers.get("HX-Target") == "older" else "results"
    return render(request, _template(request, "offers/events.html", part), context)


@require_GET
@member_view()
def detail(request: WorkspaceRequest, offer_id: UUID) -> HttpResponse:
    """One offer: the chart, its changes, and the same data as a table."""
    offer = get_offer(offer_id)
    window = _window(request, offer)
    cursor = request.GET.get("before", "")
    narrowed = ChangeFilter(request.GET, queryset=edits_within(offer, window).select_related("offer", "event"))
    context = {
        "offer": offer,
        "window": window,
        "periods": [*(str(days) for days in PERIODS), "all"],
        "history": OfferHistory(offer, window, timezone.now()),
        "changes": read_page(narrowed.qs, cursor, OFFER_CHANGES_SHOWN),
        "chosen_groups": request.GET.getlist("group"),
        "sales_since": sales_known_since(offer.account),
    }
    part = "older" if request.headers.get("HX-Target") == "older" else "changes"
    return render(request, _template(request, "offers/detail.html", part), context)


@require_GET
@member_view()
def chart(request: WorkspaceRequest, offer_id: UUID) -> JsonResponse:
    """The data of the offer's chart; its shape is told in `offers.charting`."""
    offer = get_offer(offer_id)
    return JsonResponse(OfferHistory(offer, _window(request, offer), timezone.now()).document())


@require_GET
@member_view()
def change(request: WorkspaceRequest, offer_id: UUID, change_id: UUID) -> HttpResponse:
    """The full diff of one change: a panel beside the chart, or a page of its own."""
    found = OfferChange.objects.filter(pk=change_id, offer=offer_id).select_related("offer", "event").first()
    if found is None:
        raise Http404("no such change")
    context = {"offer": found.offer, "shown": present(found), "diff": full_diff(found)}
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
    return window_for(request.GET.get("days", ""), warsaw_day(timezone.now()), earliest)


def _is_narrowed(narrowed: Any) -> bool:
    """Whether an empty list may be the filters' doing."""
    return any(narrowed.form.cleaned_data.values()) if narrowed.form.is_valid() else True


def _template(request: WorkspaceRequest, name: str, part: str) -> str:
    """The whole page, or only its partial `part` when htmx asks for a piece of it."""
    htmx = getattr(request, "htmx", None)
    return f"{name}#{part}" if htmx and not htmx.boosted and not htmx.history_restore_request else name
