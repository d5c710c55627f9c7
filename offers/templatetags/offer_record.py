"""Pieces of pages that tell how far the record of an offer or an account reaches, and lead to the offer on a day."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django import template
from django.urls import reverse

from accounts.models import SellerAccount
from offers.models import Offer, OfferChange
from offers.reading.coverage import coverage_lines, offer_line
from offers.reading.products import SameProduct, same_product

register = template.Library()
INSTANT = timedelta(microseconds=1)


@register.inclusion_tag("offers/_coverage_line.html")
def coverage_line(accounts: Sequence[SellerAccount]) -> dict[str, Any]:
    """One line for several accounts: since when their record is complete, and how many gaps it has."""
    lines = coverage_lines(accounts)
    return {
        "lines": lines,
        "since": max((line.since for line in lines), default=None),
        "gaps": sum(len(line.gaps) for line in lines),
        "names_accounts": len(lines) > 1,
    }


@register.inclusion_tag("offers/_coverage_line.html")
def offer_coverage_line(offer: Offer) -> dict[str, Any]:
    """The same for one offer, from its own first reading on."""
    line = offer_line(offer)
    return {"lines": [line], "since": line.since, "gaps": len(line.gaps)}


@register.simple_tag
def offers_of_product(offer: Offer) -> SameProduct | None:
    """The other offers of the same catalogue product, None without any."""
    return same_product(offer)


@register.simple_tag
def day_before(change: OfferChange) -> str:
    """The address of the offer as it stood just before `change`."""
    return _day(change, change.not_before - INSTANT if change.is_moment else change.not_before)


@register.simple_tag
def day_after(change: OfferChange) -> str:
    """The address of the offer as it stood once `change` was there."""
    return _day(change, change.not_after)


@register.simple_tag
def across(change: OfferChange) -> str:
    """The address of the comparison of both."""
    before = change.not_before - INSTANT if change.is_moment else change.not_before
    query = urlencode({"from": as_address(before), "to": as_address(change.not_after)})
    return f"{reverse('offers:compare', args=[change.offer_id])}?{query}"


@register.filter
def as_address(instant: datetime) -> str:
    """An instant as the address of a day names it, exact to the microsecond."""
    return instant.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _day(change: OfferChange, moment: datetime) -> str:
    return f"{reverse('offers:day', args=[change.offer_id])}?{urlencode({'at': as_address(moment)})}"
