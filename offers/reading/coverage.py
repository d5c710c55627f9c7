"""Since when the record of an account is complete, per stream and part, how fresh it is, and with which gaps."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, cast
from uuid import UUID

from django.core.cache import cache
from django.db.models import Count, Max, Min, Q
from django.utils.formats import date_format
from django.utils.html import strip_tags
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, ngettext

from accounts.models import SellerAccount
from accounts.templatetags.ui import moment
from offers.calendar import start_of_day
from offers.models import (
    CounterNight,
    CoverageGap,
    FactHorizon,
    Offer,
    OfferEvent,
    OfferSnapshot,
    PartReading,
    SharedKind,
    SharedSnapshot,
    SnapshotPart,
)
from offers.sales.daily import sales_known_since

# The beginning of a history never moves once there is one.
CACHE_SECONDS = 600
# So many gaps are shown one by one; an account that has more has lost its connection for good.
GAPS_SHOWN = 20
# So many nights without figures are named, the newest first.
NIGHTS_NAMED = 5
# The first journal row is looked for in so long a time after the first reading: a block-range index finds it there.
FIRST_EVENT_WITHIN = timedelta(days=14)
# Parts that are read offer by offer besides price, stock and details.
EXTRA_PARTS = (SnapshotPart.TRANSLATIONS, SnapshotPart.RATING, SnapshotPart.SMART)

REASONS: Mapping[str, str] = {
    "journal_window_missed": gettext_noop(
        "Allegro's journal could not be read for more than 24 hours, and it keeps no more than that."
    ),
}


@dataclass(frozen=True, slots=True)
class Gap:
    """A time without journal; `unread` offers have not been read in full since it ended."""

    since: datetime
    until: datetime
    stream: str
    code: str
    unread: int = 0

    @property
    def reason(self) -> str:
        """Why it is there."""
        return _(REASONS[self.code]) if self.code in REASONS else self.code

    @property
    def remedy(self) -> str:
        """What was done about it, and what that brings."""
        if not self.unread:
            return _("Every offer was read in full since: what changed is recorded, without its exact time.")
        waiting = ngettext(
            "%(count)d offer is still to be read.", "%(count)d offers are still to be read.", self.unread
        )
        return f"{_('All offers are being read in full.')} {waiting % {'count': self.unread}}"


@dataclass(frozen=True, slots=True)
class StreamCoverage:
    """One kind of data: known since when, confirmed until when; None while it was never read."""

    label: str
    since: datetime | None
    until: datetime | None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """The coverage of one account (or of one offer of it) in short."""

    account: SellerAccount
    since: datetime
    gaps: Sequence[Gap] = ()


@dataclass(frozen=True, slots=True)
class AccountCoverage:
    """The coverage of one account in full."""

    since: datetime | None
    streams: Sequence[StreamCoverage] = ()
    gaps: Sequence[Gap] = field(default_factory=list)


def histories_since(accounts: Iterable[SellerAccount]) -> dict[UUID, datetime]:
    """When the first reading of each account was; those without one are left out. One query, or none."""
    keys = {f"history-since:{account.pk}": account.pk for account in accounts}
    found = {keys[key]: since for key, since in cache.get_many(keys).items()}
    missing = [pk for pk in keys.values() if pk not in found]
    if missing:
        rows = Offer.objects.filter(account__in=missing).order_by().values("account")
        fresh = dict(rows.annotate(first=Min("first_seen_at")).values_list("account", "first"))
        cache.set_many({f"history-since:{pk}": since for pk, since in fresh.items()}, CACHE_SECONDS)
        found |= fresh
    return found


def coverage_lines(accounts: Sequence[SellerAccount]) -> list[Line]:
    """One line for each account that has been read. Two queries at most."""
    since = histories_since(accounts)
    gaps: dict[UUID, list[Gap]] = {}
    for row in CoverageGap.objects.filter(account__in=list(since)):
        gaps.setdefault(row.account_id, []).append(_gap(row))
    return [Line(account, since[account.pk], gaps.get(account.pk, [])) for account in accounts if account.pk in since]


def offer_line(offer: Offer) -> Line:
    """The coverage of one offer: from its first reading on, with the gaps since then. One query."""
    rows = CoverageGap.objects.filter(account=offer.account_id, until__gt=offer.first_seen_at)
    return Line(offer.account, offer.first_seen_at, [_gap(row) for row in rows])


def _gap(row: CoverageGap, unread: int = 0) -> Gap:
    return Gap(row.since, row.until, row.stream, row.reason, unread)


def account_coverage(account: SellerAccount) -> AccountCoverage:
    """Every stream and part of `account`. A fixed number of queries."""
    since = histories_since([account]).get(account.pk)
    if since is None:
        return AccountCoverage(None)
    return AccountCoverage(since, list(_streams(account, since)), _gaps(account))


def _gaps(account: SellerAccount) -> list[Gap]:
    """The newest gaps with the number of offers that have not been read since each. Two queries."""
    rows = list(CoverageGap.objects.filter(account=account)[:GAPS_SHOWN])
    if not rows:
        return []
    unread = Offer.objects.filter(account=account, gone_at__isnull=True).aggregate(
        **{f"gap_{number}": Count("pk", filter=_unread_since(row)) for number, row in enumerate(rows)}
    )
    return [_gap(row, unread[f"gap_{number}"]) for number, row in enumerate(rows)]


def _unread_since(gap: CoverageGap) -> Q:
    return Q(first_seen_at__lt=gap.until) & (Q(detail_seen_at__lt=gap.until) | Q(detail_seen_at__isnull=True))


def _streams(account: SellerAccount, since: datetime) -> Iterable[StreamCoverage]:
    read = Offer.objects.filter(account=account).aggregate(
        listed=Max("listed_at"),
        detail=Max("detail_seen_at"),
        oldest=Min("detail_seen_at", filter=Q(gone_at__isnull=True)),
        unread=Count("pk", filter=Q(detail_seen_at__isnull=True, gone_at__isnull=True)),
        extras=Max("extras_seen_at"),
    )
    first = _first_snapshots(account)
    yield StreamCoverage(_("Announced changes (journal)"), _journal_since(account, since), account.last_synced_at)
    yield StreamCoverage(_("List of offers"), since, read["listed"], _counters_note(account))
    yield StreamCoverage(
        _("Price, stock and details"), first.get(SnapshotPart.DETAIL), read["detail"], _detail_note(read)
    )
    for part in EXTRA_PARTS:
        if part in first:
            yield StreamCoverage(str(part.label), first[part], read["extras"])
    for name, first_read_at, last_read_at in _readings(account):
        yield StreamCoverage(str(SnapshotPart(name).label), first_read_at, last_read_at)
    for kind, first_seen_at, last_seen_at in _shared(account):
        yield StreamCoverage(str(SharedKind(kind).label), first_seen_at, last_seen_at)
    sales = sales_known_since(account)
    yield StreamCoverage(_("Sales"), start_of_day(sales) if sales else None, account.last_synced_at)


def _counters_note(account: SellerAccount) -> str:
    """Which of the last nights Allegro showed no visitor of any offer in, so that nothing was kept of them."""
    faulty = CounterNight.objects.filter(account=account, is_faulty=True).order_by("-day")
    days = list(faulty.values_list("day", flat=True)[:NIGHTS_NAMED])
    if not days:
        return ""
    named = ", ".join(date_format(day, "SHORT_DATE_FORMAT") for day in days)
    return _(
        "On %(days)s Allegro showed no visitors and no watchers of any offer. That is a fault of its figures: those"
        " days are shown as unknown, and the last good figures are kept."
    ) % {"days": named}


def _detail_note(read: Mapping[str, Any]) -> str:
    """How complete the readings of the single offers are."""
    if read["unread"]:
        waiting = ngettext(
            "%(count)d offer has not been read in full yet", "%(count)d offers have not been read in full yet",
            read["unread"],
        )  # fmt: skip
        return waiting % {"count": read["unread"]}
    return _("each offer since %(oldest)s") % {"oldest": strip_tags(moment(read["oldest"]))} if read["oldest"] else ""


def _journal_since(account: SellerAccount, since: datetime) -> datetime | None:
    """When the first announcement arrived, None before any. Where old rows were given up, the first reading."""
    if FactHorizon.objects.filter(account=account).exists():
        return since
    key = f"journal-since:{account.pk}"
    cached: datetime | None = cache.get(key)
    if cached is not None:
        return cached
    events = OfferEvent.objects.filter(account=account)
    early = events.filter(received_at__lt=since + FIRST_EVENT_WITHIN)
    first = early.aggregate(first=Min("received_at"))["first"] or events.aggregate(first=Min("received_at"))["first"]
    cache.set(key, first, CACHE_SECONDS)
    return cast(datetime | None, first)


def _first_snapshots(account: SellerAccount) -> dict[str, datetime]:
    """When each part that is read offer by offer was first read; a walk over all snapshots, so it is remembered."""
    key = f"parts-since:{account.pk}"
    cached: dict[str, datetime] | None = cache.get(key)
    if cached is not None:
        return cached
    rows = OfferSnapshot.objects.filter(account=account, part__in=[SnapshotPart.DETAIL, *EXTRA_PARTS])
    found = dict(rows.order_by().values("part").annotate(first=Min("first_seen_at")).values_list("part", "first"))
    cache.set(key, found, CACHE_SECONDS)
    return found


def _readings(account: SellerAccount) -> list[tuple[str, datetime, datetime]]:
    order = list(SnapshotPart.values)
    rows = PartReading.objects.filter(account=account).values_list("part", "first_read_at", "last_read_at")
    return sorted(rows, key=lambda row: order.index(row[0]))


def _shared(account: SellerAccount) -> list[tuple[str, datetime, datetime]]:
    """When the shared objects of each kind were first and last read."""
    order = list(SharedKind.values)
    rows = (
        SharedSnapshot.objects.filter(shared__account=account)
        .order_by()
        .values("shared__kind")
        .annotate(first=Min("first_seen_at"), last=Max("last_seen_at"))
        .values_list("shared__kind", "first", "last")
    )
    return sorted(rows, key=lambda row: order.index(row[0]))
