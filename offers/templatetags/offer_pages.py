"""Pieces of the pages about offers: a status badge, a change's values, percentages, sortable headings."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from django import template
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from accounts.templatetags.ui import dash, moment, status_badge
from offers.calendar import WARSAW
from offers.models import Offer, OfferStatus
from offers.words.values import format_count, format_percent, show_span, show_status

register = template.Library()

STATUS_TONES: Mapping[str, str] = {
    OfferStatus.ACTIVE: "ok",
    OfferStatus.ACTIVATING: "info",
    OfferStatus.INACTIVE: "neutral",
    OfferStatus.ENDED: "warn",
    OfferStatus.GONE: "bad",
}


@register.simple_tag
def offer_status(offer: Offer, reason: str = "") -> SafeString:
    """The offer's status as a badge, or a dash with `reason` while nobody has read it."""
    if not offer.status:
        return dash(reason)
    return status_badge(STATUS_TONES.get(offer.status, "neutral"), show_status(offer.status))


@register.simple_tag
def count(number: int | None, reason: str = "") -> str:
    """A whole number as the reader groups it, or a dash with `reason`."""
    return dash(reason) if number is None else format_count(number)


@register.filter
def percent(ratio: Decimal | None) -> str:
    """A ratio as a signed percentage, "" without one."""
    return "" if ratio is None else format_percent(ratio)


@register.filter
def share(ratio: Decimal | None) -> str:
    """A ratio as a percentage without a sign, "" without one."""
    return "" if ratio is None else format_percent(ratio, signed=False)


@register.filter
def whole_share(ratio: Decimal) -> str:
    """A part of a whole as a whole percentage that never rounds up to all of it."""
    return format_percent(Decimal(int(ratio * 100)) / 100, signed=False)


@register.simple_tag
def span(since: Any, until: Any) -> str:
    """The Warsaw days of a span in their shortest form."""
    return show_span(since, until)


@register.simple_tag
def times(since: datetime, until: datetime) -> SafeString:
    """From one instant to another to the minute, Warsaw time; what is the same of both is named once."""
    first, last = (instant.astimezone(WARSAW).replace(second=0, microsecond=0) for instant in (since, until))
    if first == last:
        return moment(since)
    end = date_format(last, "H:i") if first.date() == last.date() else moment(until)
    return format_html("<span>{}–{}</span>", moment(since), end)


@register.inclusion_tag("offers/_change.html")
def change_values(shown: Any) -> dict[str, Any]:
    """Old -> new of one change on one line."""
    return {"shown": shown}


@register.inclusion_tag("offers/_sort.html", takes_context=True)
def sort_heading(context: template.Context, column: str, label: str, first: str = "-") -> dict[str, Any]:
    """A column's heading that sorts by it, and turns the order round when chosen again; `first` is "-" or ""."""
    now = str(context["sort"])
    is_current = now.removeprefix("-") == column
    direction = ("" if now.startswith("-") else "-") if is_current else first
    request: HttpRequest = context["request"]
    query = request.GET.copy()
    query["sort"] = f"{direction}{column}"
    query.pop("page", None)
    return {
        "label": label,
        "address": f"?{query.urlencode()}",
        "is_current": is_current,
        "is_descending": now.startswith("-"),
    }


@register.simple_tag
def aria_sort(sort: str, column: str) -> SafeString:
    """The aria-sort attribute of a column that the table is sorted by."""
    if sort.removeprefix("-") != column:
        return mark_safe("")
    return mark_safe(f'aria-sort="{"descending" if sort.startswith("-") else "ascending"}"')  # noqa: S308 - two words


@register.simple_tag
def address_of(name: str, *arguments: Any) -> str:
    """The address called `name`, "" where no page of that name exists (yet)."""
    try:
        return reverse(name, args=arguments)
    except NoReverseMatch:
        return ""


@register.simple_tag(takes_context=True)
def toggled(context: template.Context, name: str, value: str) -> str:
    """The current query with `value` of `name` added, or taken out where it is there; paging starts anew."""
    request: HttpRequest = context["request"]
    query = request.GET.copy()
    chosen = query.getlist(name)
    query.setlist(name, [each for each in chosen if each != value] if value in chosen else [*chosen, value])
    query.pop("before", None)
    return f"?{query.urlencode()}"
