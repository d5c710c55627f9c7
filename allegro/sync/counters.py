"""The counters of the offer list, once a night: visitors and pieces sold of 30 days, and watchers, as Allegro shows.

Allegro counts the closed day during the night (allegro-api issue 13118). None of them is a daily value, and none can be
made from two nights: which day dropped out of the 30, and who came twice, nobody tells (issue 6177).
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction

from accounts.models import SellerAccount
from offers.calendar import WARSAW
from offers.models import CounterNight, Offer, OfferDay

Document = dict[str, Any]
Counters = tuple[int | None, int | None, int | None]
Observed = tuple[UUID, str, Counters, datetime]
STORED_AT_ONCE = 5000
# By six the new figures are there.
READY_HOUR = 6
# Visitors of 30 days who cannot all drop out of the count on one day.
SUDDEN_LOSS = 10


def counters_of(row: Mapping[str, Any]) -> Counters:
    """(visitors of 30 days, watchers, pieces sold in 30 days), each None where Allegro left it out.

    `row` is an offer of the list, or what it shows of another marketplace.
    """
    stats = row.get("stats") or {}
    return stats.get("visitsCount"), stats.get("watchersCount"), (row.get("stock") or {}).get("sold")


def begin_night(account: SellerAccount, now: datetime) -> "Night | None":
    """The night whose counters are to be kept, None before the refresh or once they are."""
    local = now.astimezone(WARSAW)
    day = local.date() - timedelta(days=1)
    if local.hour < READY_HOUR or CounterNight.objects.filter(account=account, day=day, is_faulty=False).exists():
        return None
    return Night(account, day)


class Night:
    """The counters of all offers on one night, judged together once all pages were read."""

    def __init__(self, account: SellerAccount, day: date) -> None:
        self._account = account
        self._day = day
        # Offer, marketplace, counters, when: little, because an account may have a hundred thousand offers.
        self._rows: list[Observed] = []
        self._offers = 0
        self._visitors_before = 0

    def add(self, pairs: Sequence[tuple[Offer, Document]], read_at: datetime) -> None:
        """Take the counters of a page, of every marketplace that has any; the offers still show those of before."""
        for offer, row in pairs:
            self._visitors_before += offer.visits_30d or 0
            self._offers += 1
            shown = {self._account.base_marketplace: row, **(row.get("additionalMarketplaces") or {})}
            self._rows += [
                (offer.pk, marketplace, counters_of(part or {}), read_at)
                for marketplace, part in shown.items()
                if marketplace == self._account.base_marketplace or (part or {}).get("stats")
            ]

    def _as_day(self, observed: Observed) -> OfferDay:
        offer_id, marketplace, (visits, watchers, sold), read_at = observed
        return OfferDay(
            account=self._account,
            offer_id=offer_id,
            marketplace=marketplace,
            day=self._day,
            visits_30d=visits,
            watchers=watchers,
            sold_30d=sold,
            observed_at=read_at,
        )

    @transaction.atomic
    def store(self, observed_at: datetime) -> int:
        """Keep the night. Returns of how many offers nothing was kept, because the feed had stood still."""
        if not self._rows:
            return 0
        is_faulty = self._is_empty and self._visitors_before >= SUDDEN_LOSS
        CounterNight.objects.update_or_create(
            account=self._account,
            day=self._day,
            defaults={
                "observed_at": observed_at,
                "offers": self._offers,
                "visits_30d": None if is_faulty else self._visits(),
                "is_faulty": is_faulty,
            },
        )
        if is_faulty:
            return self._offers
        for begin in range(0, len(self._rows), STORED_AT_ONCE):
            some = self._rows[begin : begin + STORED_AT_ONCE]
            OfferDay.objects.bulk_create(map(self._as_day, some), ignore_conflicts=True)
        return 0

    def _visits(self) -> int | None:
        """Visitors of all offers on the account's own marketplace, None where Allegro gave no figure of any."""
        own = [row[2][0] for row in self._rows if row[1] == self._account.base_marketplace]
        known = [visits for visits in own if visits is not None]
        return sum(known) if known else None

    @property
    def _is_empty(self) -> bool:
        return not any(visits or watchers for _offer, _marketplace, (visits, watchers, _sold), _at in self._rows)
