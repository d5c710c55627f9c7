"""Stream 2: the whole offer list. It brings the nightly counters and shows which offers must be read again.

Its prices and stocks may be three quarters of an hour old (allegro-api issue 10056), so a difference found here is
never recorded as a change: it only asks for a read of the offer itself. For the same reason a row that agrees with
what was read last bears it out only until three quarters of an hour before the row.
"""

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from decimal import Decimal
from operator import itemgetter
from typing import Any

from django.db import transaction
from django.db.models import Q

from accounts.models import SellerAccount
from allegro.api import paging
from allegro.errors import IncompleteRead
from allegro.models import RefreshScope
from allegro.sync.context import SyncContext
from allegro.sync.counters import SUDDEN_LOSS, Night, begin_night, counters_of
from allegro.sync.refresh import request_refresh
from allegro.sync.whole import dated_pages
from offers.models import Offer
from offers.record.storing import ensure_offers, observe_listings

Document = dict[str, Any]
GHOST_PATIENCE = timedelta(hours=24)
# So old may be what the list shows (allegro-api issue 10056).
LIST_AGE = timedelta(minutes=45)


def run(context: SyncContext) -> None:
    """Read every page; offers missing from a provably complete list are asked for one by one."""
    started_at = context.clock()
    seen: set[str] = set()
    marketplaces = {context.account.base_marketplace}
    night = begin_night(context.account, started_at)
    with suppress(IncompleteRead):
        for read_at, rows in dated_pages(context, context.client.offers, paging.LISTING, itemgetter("id")):
            _store_page(context.account, rows, read_at, night)
            seen.update(row["id"] for row in rows)
            marketplaces.update(*(row.get("additionalMarketplaces") or {} for row in rows))
            context.counts["listed"] = len(seen)
            context.beat()
        # Only a whole list tells where the offers are sold: what nobody asked for must not seem not to be there.
        context.marketplaces.update(marketplaces)
        _ask_for_missing(context, seen, started_at)
    if night is not None:
        context.counts["counters_faulty"] += night.store(started_at)


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
def _store_page(account: SellerAccount, rows: Sequence[Document], read_at: datetime, night: Night | None) -> None:
    offers = ensure_offers(account, [str(row["id"]) for row in rows], read_at)
    pairs = [(offers[str(row["id"])], row) for row in rows]
    changed = observe_listings(account, pairs, read_at)
    wanted = {
        offer.allegro_id: RefreshScope.DETAIL
        for offer, row in pairs
        if offer.pk in changed or _is_worth_reading(offer, row, read_at)
    }
    request_refresh(account, wanted, "listing", read_at)
    _confirm([offer for offer, row in pairs if not _disagrees(offer, row)], read_at - LIST_AGE)
    if night is not None:
        night.add(pairs, read_at)
    _store_counters(pairs, read_at)


def _confirm(offers: Sequence[Offer], until: datetime) -> None:
    """Note that the list bears out what was read of these offers."""
    earlier = Q(confirmed_until=None) | Q(confirmed_until__lt=until)
    Offer.objects.filter(earlier, pk__in=[offer.pk for offer in offers]).update(confirmed_until=until)


def _is_worth_reading(offer: Offer, row: Document, read_at: datetime) -> bool:
    if offer.gone_checked_at is not None and offer.gone_at is not None:
        # The list keeps showing some offers whose details are 404 (allegro-api issue 10274): ask once a day.
        return bool(read_at - offer.gone_checked_at >= GHOST_PATIENCE)
    return offer.detail_seen_at is None or _disagrees(offer, row)


def _disagrees(offer: Offer, row: Document) -> bool:
    """Whether the row shows another price, stock or status than we hold."""
    price = (row.get("sellingMode") or {}).get("price") or {}
    currency = price.get("currency") or ""
    status = (row.get("publication") or {}).get("status")
    stock = (row.get("stock") or {}).get("available")
    amount = Decimal(str(price["amount"])) if price.get("amount") else None
    return (amount, currency, stock, status) != (offer.price, offer.currency, offer.stock, offer.status)


def _store_counters(pairs: Sequence[tuple[Offer, Document]], read_at: datetime) -> None:
    is_outage = _is_outage(pairs)
    changed = []
    for offer, row in pairs:
        counters = counters_of(row)
        if is_outage:
            counters = (offer.visits_30d, offer.watchers, counters[2])
        if counters != (offer.visits_30d, offer.watchers, offer.sold_30d):
            offer.visits_30d, offer.watchers, offer.sold_30d = counters
            changed.append(offer)
    Offer.objects.bulk_update(changed, ["visits_30d", "watchers", "sold_30d"], batch_size=1000)
    Offer.objects.filter(pk__in=[offer.pk for offer, _row in pairs]).update(listed_at=read_at)


def _is_outage(pairs: Sequence[tuple[Offer, Document]]) -> bool:
    """Whether nobody seems to visit or watch any offer, at once: the feed has stood still so (allegro-api issue 4407).

    The last figures are kept then. Where there were hardly any before, nothing may be the truth.
    """
    counted = [counters_of(row) for _offer, row in pairs]
    return not any(visits or watchers for visits, watchers, _sold in counted) and (
        sum(offer.visits_30d or 0 for offer, _row in pairs) >= SUDDEN_LOSS
    )
