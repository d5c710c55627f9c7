"""How an account's connection stands, in words: a line per stream, its permissions, its share of the budget."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import Enum
from types import MappingProxyType

from django.conf import settings
from django.db.models import Sum
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import SellerAccount
from allegro.errors import AllegroError
from allegro.messages import message_for
from allegro.models import RefreshRequest, StreamHealth, SyncRun
from allegro.ratelimit import Usage, shared_budget
from allegro.scopes import (
    CAMPAIGNS,
    OPTIONAL_SCOPES,
    READ_SCOPES,
    STREAM_SCOPES,
    is_wanted,
    missing_scopes,
    scope_lacking,
)
from offers.models import BillingHistory, OrderHistory
from offers.models.orders import ReadBack

DAY = timedelta(hours=24)
# What every run reads, not only the full ones.
OFTEN_READ = frozenset({"journal", "details", "extras", "orders", "order_history", "billing_history"})

STREAM_LABELS: dict[str, str | Promise] = {
    "journal": _("Journal of changes"),
    "listing": _("Offer list"),
    "details": _("Offer details"),
    "promotions": _("Promotions and price rules"),
    "terms": _("Delivery and after-sales terms"),
    "campaigns": _("Campaigns"),
    "categories": _("Categories"),
    "extras": _("Translations, ratings and Smart!"),
    "products": _("Catalogue products"),
    "orders": _("Orders"),
    "order_history": _("Orders of the year before"),
    "returns": _("Customer returns"),
    "billing": _("Fees"),
    "billing_history": _("Fees of the year before"),
}
SCOPE_LABELS: dict[str, str | Promise] = {
    "allegro:api:profile:read": _("your login and account number"),
    "allegro:api:sale:offers:read": _("your offers, their journal of changes and their statistics"),
    "allegro:api:sale:settings:read": _("your delivery and after-sales settings"),
    "allegro:api:orders:read": _("your orders, without anything about the buyer"),
    "allegro:api:billing:read": _("your fees"),
    "allegro:api:payments:read": _("your payments"),
    CAMPAIGNS: _("your campaigns, badges and Allegro Prices"),
}


class State(Enum):
    """How a stream stands."""

    WELL = "well"
    READING = "reading"
    LATE = "late"
    FAILING = "failing"
    OFF = "off"
    STOPPED = "stopped"
    UNREAD = "unread"


# How a state is shown: tone of the badge, words, icon.
SHOWN: dict[State, tuple[str, str | Promise, str]] = {
    State.WELL: ("ok", _("Up to date"), "check"),
    State.READING: ("info", _("Being read"), "clock"),
    State.LATE: ("warn", _("Late"), "clock"),
    State.FAILING: ("bad", _("Not readable at present"), "alert-triangle"),
    State.OFF: ("warn", _("Switched off"), "alert-triangle"),
    State.STOPPED: ("neutral", _("Stopped"), "plug-connected-x"),
    State.UNREAD: ("info", _("Not read yet"), "clock"),
}


@dataclass(frozen=True, slots=True)
class StreamLine:
    """One stream: its state, when it was last read well, since when it fails and why, the permission it lacks.

    `back` is how far something is read back that takes many runs, None for other streams.
    """

    stream: str
    label: str
    state: State
    read_at: datetime | None
    failing_since: datetime | None = None
    message: str = ""
    trace_id: str = ""
    scope: str = ""
    back: ReadBack | None = None

    @property
    def tone(self) -> str:
        """The badge's tone."""
        return SHOWN[self.state][0]

    @property
    def status(self) -> str:
        """The state in words."""
        return str(SHOWN[self.state][1])

    @property
    def icon(self) -> str:
        """The badge's icon."""
        return SHOWN[self.state][2]


@dataclass(frozen=True, slots=True)
class ScopeLine:
    """One permission: what it lets us read, and whether it was granted; None where Allegro did not say."""

    scope: str
    label: str
    granted: bool | None
    optional: bool


def stream_lines(
    account: SellerAccount,
    health: Iterable[StreamHealth],
    now: datetime,
    back: Mapping[str, ReadBack | None] = MappingProxyType({}),
) -> list[StreamLine]:
    """A line for every stream that a sync reads; `health` and `back` (by stream) as stored for the account."""
    stored = {line.stream: line for line in health}
    return [
        _with_reach(_line(account, stream, stored.get(stream), now), back.get(stream))
        for stream in STREAM_SCOPES
        if is_wanted(stream, account.scopes)
    ]


def read_back(account: SellerAccount) -> dict[str, ReadBack | None]:
    """How far back the streams of `account` have been read that reach back over many runs."""
    return {
        "order_history": OrderHistory.objects.filter(account=account).first(),
        "billing_history": BillingHistory.objects.filter(account=account).first(),
    }


def _with_reach(line: StreamLine, back: ReadBack | None) -> StreamLine:
    """The line with how far back it reaches; while there is more to read that is its state."""
    if back is None:
        return line
    is_reading = line.state in {State.WELL, State.LATE} and not back.is_whole
    return replace(line, back=back, state=State.READING if is_reading else line.state)


def _line(account: SellerAccount, stream: str, health: StreamHealth | None, now: datetime) -> StreamLine:
    label = str(STREAM_LABELS[stream])
    read_at = health.succeeded_at if health else None
    if lacking := scope_lacking(stream, account.scopes):
        return StreamLine(stream, label, State.OFF, read_at, scope=lacking)
    if not account.is_connected or account.is_elsewhere:
        return StreamLine(stream, label, State.STOPPED, read_at)
    if health and health.failed_at:
        return StreamLine(
            stream, label, State.FAILING, read_at, health.failed_at, message_for(health.error), health.trace_id
        )
    if read_at is None:
        return StreamLine(stream, label, State.UNREAD, None)
    return StreamLine(stream, label, State.LATE if now - read_at > _patience(stream) else State.WELL, read_at)


def _patience(stream: str) -> timedelta:
    """How old the last good reading may be before it is called late: thrice the stream's rhythm."""
    return 3 * (settings.JOURNAL_INTERVAL if stream in OFTEN_READ else settings.FULL_SYNC_INTERVAL)


def scope_lines(account: SellerAccount) -> list[ScopeLine]:
    """Every permission that we ask for or could ask for, and whether the seller gave it."""
    granted = set(account.scopes)
    return [
        ScopeLine(scope, str(SCOPE_LABELS[scope]), scope in granted if granted else None, scope in OPTIONAL_SCOPES)
        for scope in (*READ_SCOPES, *OPTIONAL_SCOPES)
    ]


def must_grant_again(account: SellerAccount) -> list[str]:
    """The permissions, in words, without which something is not read."""
    return [str(SCOPE_LABELS[scope]) for scope in missing_scopes(account.scopes)]


@dataclass(frozen=True, slots=True)
class BudgetView:
    """Requests of this account: in the last minute (None: the counter does not answer), the last 24 hours."""

    usage: Usage | None
    last_day: int
    waiting: int
    put_off: int

    @property
    def percent(self) -> int:
        """The share of the installation's requests a minute that this account used, in per cent."""
        return round(100 * self.usage.account / self.usage.ceiling) if self.usage else 0


def budget_view(account: SellerAccount, now: datetime) -> BudgetView:
    """The account's use of the request budget and what still waits to be read."""
    runs = SyncRun.objects.filter(account=account, started_at__gt=now - DAY)
    waiting = RefreshRequest.objects.filter(account=account)
    return BudgetView(
        _usage(account),
        runs.aggregate(total=Sum("requests"))["total"] or 0,
        waiting.count(),
        waiting.filter(attempts__gt=0).count(),
    )


def _usage(account: SellerAccount) -> Usage | None:
    try:
        return shared_budget().used(str(account.pk))
    except AllegroError:
        return None
