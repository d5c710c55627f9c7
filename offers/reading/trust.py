"""Whether the dashboard's numbers can be trusted: what was read, how long ago, and what is missing in these days."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.conf import settings

from accounts.models import AccountStatus, SellerAccount
from offers.calendar import end_of_day, start_of_day
from offers.models import CounterNight, CoverageGap
from offers.sales.daily import Window

# A night's figures are Allegro's own; they may come a day or two late.
LATEST_NIGHT = timedelta(days=3)
WEEK = timedelta(days=7)
# Of the journal's usual interval, so many may pass before the numbers are called old; never less than an hour.
INTERVALS = 4
AT_LEAST = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Visits:
    """The 30-day visitors of all offers on the newest night and a week before; None where Allegro gave no figure."""

    day: date | None = None
    now: int | None = None
    before: int | None = None


@dataclass(frozen=True, slots=True)
class Trust:
    """What stands against the numbers; nothing where everything was read lately and without a gap."""

    oldest: datetime | None
    ended: Sequence[SellerAccount] = ()
    unread: Sequence[SellerAccount] = ()
    stale: Sequence[SellerAccount] = ()
    gaps: Sequence[CoverageGap] = field(default_factory=list)
    lacks_days: bool = False

    @property
    def is_whole(self) -> bool:
        """Whether nothing stands against them."""
        return not (self.ended or self.unread or self.stale or self.gaps or self.lacks_days)


def read_trust(accounts: Sequence[SellerAccount], days: Window, now: datetime, *, are_known: bool) -> Trust:
    """How the numbers of `days` stand; `are_known` tells whether all orders of both weeks have been read. One query."""
    followed = [account for account in accounts if account.status != AccountStatus.DISCONNECTED]
    limit = now - max(AT_LEAST, INTERVALS * settings.JOURNAL_INTERVAL)
    connected = [account for account in followed if account.status == AccountStatus.CONNECTED]
    read = [account.last_synced_at for account in followed if account.last_synced_at]
    gaps = CoverageGap.objects.filter(
        account__in=[account.pk for account in followed],
        since__lt=end_of_day(days.last),
        until__gt=start_of_day(days.first),
    ).select_related("account")
    return Trust(
        oldest=min(read) if read else None,
        ended=[account for account in followed if account.status == AccountStatus.RECONNECT_REQUIRED],
        unread=[account for account in connected if account.last_synced_at is None],
        stale=[account for account in connected if account.last_synced_at and account.last_synced_at < limit],
        gaps=list(gaps),
        lacks_days=not are_known,
    )


def read_visits(accounts: Sequence[SellerAccount], yesterday: date) -> Visits:
    """The visitors of all offers of `accounts` on the newest night that is known of every one of them. One query."""
    nights: dict[date, list[int]] = {}
    rows = CounterNight.objects.filter(
        account__in=[account.pk for account in accounts],
        day__range=(yesterday - LATEST_NIGHT - WEEK, yesterday),
        is_faulty=False,
        visits_30d__isnull=False,
    )
    for day, visits in rows.values_list("day", "visits_30d"):
        nights.setdefault(day, []).append(visits)
    whole = {day: sum(found) for day, found in nights.items() if len(found) == len(accounts)}
    newest = max((day for day in whole if day >= yesterday - LATEST_NIGHT), default=None)
    if newest is None:
        return Visits()
    return Visits(newest, whole[newest], whole.get(newest - WEEK))
