"""Stream 2: the whole offer list. It brings the nightly counters and shows which offers must be read again.

Its prices and stocks may be three quarters of an hour old (allegro-api issue 10056), so a difference found here is
never recorded as a change: it only asks for a read of the offer itself.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction

from accounts.models import SellerAccount
from allegro.models import RefreshScope
from allegro.sync.context import SyncContext
from allegro.sync.refresh import request_refresh
from offers.calendar import WARSAW
from offers.models import Offer, OfferDay, OfferStatus
from offers.record import ensure_offers, observe_listings

Document = dict[str, Any]
# Visits are counted for the closed day during the night (allegro-api issue 13118); by six the new figures are there.
COUNTERS_READY_HOUR = 6


def run(context: SyncContext) -> None:
    """Read every page; offers missing from a provably complete list are asked for one by one."""
    started_at = context.clock()
    seen: set[str] = set()
    totals: set[int] = set()
    while True:
        read_at = context.clock()
        page = context.client.offers(offset=len(seen))
        new = [row for row in page.rows if str(row["id"]) not in seen]
        _store_page(context.account, new, read_at)
        seen.update(str(row["id"]) for row in new)
        totals.add(page.total)
        context.counts["listed"] = len(seen)
        context.beat()
        if not new or len(seen) >= page.total:
            break
    # Rows shift while paging: only an unchanging total that equals what was seen proves a complete read.
    if totals == {len(seen)}:
        _ask_for_missing(context, seen, started_at)


def _ask_for_missing(context: SyncContext, seen: set[str], started_at: datetime) -> None:
    """The list may omit live offers (allegro-api issue 11527): only the offer's own answer tells that it is gone."""
    missing = (
        Offer.objects.filter(account=context.account, gone_at__isnull=True, first_seen_at__lt=started_at)
        .exclude(allegro_id__in=seen)
        .values_list("allegro_id", flat=True)
    )
    wanted = dict.fromkeys(missing, RefreshScope.DETAIL)
    context.counts["missing"] += len(wanted)
    request_refresh(context.account, wanted, "missing_from_list", started_at)


@transaction.atomic
def _store_page(account: SellerAccount, rows: Sequence[Document], read_at: datetime) -> None:
    offers = ensure_offers(account, [str(row["id"]) for row in rows], read_at)
    pairs = [(offers[str(row["id"])], row) for row in rows]
    changed = observe_listings(account, pairs, read_at)
    wanted = {
        offer.allegro_id: RefreshScope.DETAIL
        for offer, row in pairs
        if offer.pk in changed or offer.detail_seen_at is None or _disagrees(offer, row)
    }
    request_refresh(account, wanted, "listing", read_at)
    _store_counters(account, pairs, read_at)


def _disagrees(offer: Offer, row: Document) -> bool:
    """Whether the row shows another price, stock or status than we hold."""
    price = (row.get("sellingMode") or {}).get("price") or {}
    status = (row.get("publication") or {}).get("status")
    stock = (row.get("stock") or {}).get("available")
    amount = Decimal(str(price["amount"])) if price.get("amount") else None
    return (amount, stock, status) != (offer.price, offer.stock, offer.status) or offer.status == OfferStatus.GONE


def _store_counters(account: SellerAccount, pairs: Sequence[tuple[Offer, Document]], read_at: datetime) -> None:
    changed = []
    for offer, row in pairs:
        counters = _counters(row)
        if counters != (offer.visits_30d, offer.watchers, offer.sold_30d):
            offer.visits_30d, offer.watchers, offer.sold_30d = counters
            changed.append(offer)
    Offer.objects.bulk_update(changed, ["visits_30d", "watchers", "sold_30d"], batch_size=1000)
    Offer.objects.filter(pk__in=[offer.pk for offer, _row in pairs]).update(listed_at=read_at)
    _store_day(account, pairs, read_at)


def _store_day(account: SellerAccount, pairs: Sequence[tuple[Offer, Document]], read_at: datetime) -> None:
    """Keep the first observation of each closed day; all zeros at once are a fault of the feed, not lost visitors."""
    local = read_at.astimezone(WARSAW)
    if local.hour < COUNTERS_READY_HOUR:
        return
    day = local.date() - timedelta(days=1)
    if OfferDay.objects.filter(account=account, day=day, offer__in=[offer.pk for offer, _row in pairs[:1]]).exists():
        return
    rows = [
        OfferDay(
            account=account,
            offer=offer,
            marketplace=account.base_marketplace,
            day=day,
            visits_30d=visits,
            watchers=watchers,
            sold_30d=sold,
            observed_at=read_at,
        )
        for offer, row in pairs
        for visits, watchers, sold in [_counters(row)]
    ]
    if any(row.visits_30d for row in rows):
        OfferDay.objects.bulk_create(rows, ignore_conflicts=True)


def _counters(row: Document) -> tuple[int | None, int | None, int | None]:
    """(visitors of 30 days, watchers, pieces sold in 30 days), each None where Allegro left it out."""
    stats = row.get("stats") or {}
    return stats.get("visitsCount"), stats.get("watchersCount"), (row.get("stock") or {}).get("sold")
