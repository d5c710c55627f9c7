"""The pages that show an offer as it stood, on one day or on two, and since when the record is complete."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.html import strip_tags
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from accounts.access import WorkspaceRequest, get_account, member_view
from accounts.pieces import page_or_part
from accounts.templatetags.ui import moment as moment_tag
from offers.calendar import WARSAW, warsaw_day
from offers.pages.views import get_offer
from offers.reading.comparison import compare as compare_moments
from offers.reading.coverage import account_coverage
from offers.reading.day import neighbouring_changes, parse_moment, read_day
from offers.state.loading import absence_at, gaps_at

USUAL_COMPARISON = timedelta(days=7)
# What a date and time control of the browser holds.
CONTROL_FORMAT = "%Y-%m-%dT%H:%M"


@require_GET
@member_view()
def day(request: WorkspaceRequest, offer_id: UUID) -> HttpResponse:
    """The offer as it stood at `at` (a Warsaw day, a Warsaw time or an instant), else now."""
    offer = get_offer(offer_id)
    now = timezone.now()
    moment, warnings = _moment(request.GET, "at", now, now)
    earlier, later = neighbouring_changes(offer, moment)
    context = {
        "offer": offer,
        "moment": moment,
        "control": _control(moment),
        "latest": _control(now),
        "is_now": moment == now,
        "warnings": warnings,
        "day": read_day(offer, moment),
        "gaps": gaps_at(offer, moment),
        "absence": absence_at(offer, moment),
        "earlier": earlier,
        "later": later,
    }
    return render(request, "offers/day.html", context)


@require_GET
@member_view()
def compare(request: WorkspaceRequest, offer_id: UUID) -> HttpResponse:
    """The offer at `from` and at `to`, else a week ago and now: what differs."""
    offer = get_offer(offer_id)
    now = timezone.now()
    until, warnings = _moment(request.GET, "to", now, now)
    since, more = _moment(request.GET, "from", until - USUAL_COMPARISON, now)
    if since > until:
        since, until = until, since
        more = [*more, _("The first moment is the later one: they have changed places.")]
    if since < offer.first_seen_at:
        begin = strip_tags(moment_tag(offer.first_seen_at))
        more = [
            *more,
            _("The history of this offer begins on %(since)s; before it nothing is known.") % {"since": begin},
        ]
    context = {
        "offer": offer,
        "warnings": [*warnings, *more],
        "since_control": _control(since),
        "until_control": _control(until),
        "latest": _control(now),
        "comparison": compare_moments(offer, since, until),
    }
    return render(request, "offers/compare.html", context)


@require_GET
@member_view()
def coverage(request: WorkspaceRequest, account_id: UUID) -> HttpResponse:
    """Since when the record of one account is complete and with which gaps: a page, and a card on other pages."""
    account = get_account(account_id)
    name = page_or_part(request, "offers/coverage.html", "card")
    return render(request, name, {"account": account, "coverage": account_coverage(account)})


def _moment(query: Mapping[str, Any], name: str, default: datetime, now: datetime) -> tuple[datetime, list[str]]:
    """The instant that the address names, never later than now, and what is to be said about a strange one."""
    text = str(query.get(name, "")).strip()
    if not text:
        return default, []
    found = parse_moment(text)
    if found is None:
        return default, [_("“%(text)s” is not a date that can be read; write 2026-09-12.") % {"text": text[:40]}]
    if found > now:
        # The rest of today is no mistake: whoever asks for today means until now.
        is_today = warsaw_day(found) == warsaw_day(now)
        return now, [] if is_today else [_("That day is still to come; this is the offer as far as it is known now.")]
    return found, []


def _control(moment: datetime) -> str:
    return moment.astimezone(WARSAW).strftime(CONTROL_FORMAT)
