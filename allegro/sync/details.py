"""Stream 3: the offers themselves: those that something asked for, and in full runs the ones read longest ago.

The rotation finds what no event announces (handling time, delivery price list …) within a day.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from math import ceil
from typing import Any

from django.db.models import QuerySet

from allegro.api.values import optional_instant
from allegro.errors import Forbidden, Gone, Unavailable
from allegro.models import RefreshRequest, RefreshScope
from allegro.sync.context import SyncContext
from allegro.sync.refresh import due_requests, finish, postpone, request_refresh
from offers.models import Offer
from offers.record import OfferRead, detail_read, ensure_offers, price_stock_read, record_gone, record_reads

ROTATION = timedelta(hours=24)
BATCH = 20
# So many failures in a row are an outage, not a few bad offers: stop and let the next run go on.
GIVE_UP_AFTER = 5
# The sellers of new offers go on editing them, and the journal may stay silent about it (allegro-api issue 8390).
SECOND_LOOKS = (timedelta(minutes=15), timedelta(minutes=60))
# An offer refused so often before it was ever read is not this account's (allegro-api issue 5002).
REFUSALS = 3


def run(context: SyncContext) -> None:
    """Serve the refresh queue until it is empty or the run's time is up; in a full run, queue the rotation first.

    What was read is stored batch by batch: a killed run only reads a few offers a second time.
    """
    if context.is_full:
        _queue_rotation(context)
    while requests := due_requests(context.account, context.clock(), BATCH):
        if context.is_time_up():
            context.continues = True
            return
        _serve_batch(context, requests)


def _serve_batch(context: SyncContext, requests: Sequence[RefreshRequest]) -> None:
    offers = ensure_offers(context.account, [request.allegro_offer_id for request in requests], context.clock())
    served, reads = [], []
    looks: dict[str, datetime] = {}
    failures = 0
    for request in requests:
        offer = offers[request.allegro_offer_id]
        try:
            reads.append(_read(context, offer, request, looks))
            served.append(request)
            failures = 0
        except Gone:
            record_gone(offer, context.clock())
            context.counts["gone"] += 1
            served.append(request)
        except (Unavailable, Forbidden) as error:
            context.note_failure(request.allegro_offer_id, error)
            context.counts["postponed"] += 1
            if isinstance(error, Forbidden) and _is_foreign(offer, request):
                record_gone(offer, context.clock())
                served.append(request)
            else:
                postpone(request, context.clock())
                failures += 1
        context.beat()
        if failures >= GIVE_UP_AFTER:
            break
    context.counts["changed"] += record_reads(reads)
    finish(served)
    for allegro_id, at in looks.items():
        request_refresh(context.account, {allegro_id: RefreshScope.DETAIL}, "new_offer", context.clock(), at)
    if failures >= GIVE_UP_AFTER:
        raise Unavailable("offer after offer could not be read")


def _queue_rotation(context: SyncContext) -> None:
    now = context.clock()
    offers: QuerySet[Offer] = Offer.objects.filter(account=context.account, gone_at__isnull=True)
    # Each full run reads the share of the time since the last one, and one more, so that a day reads everything: also
    # when all were read at one time, as the first sync does.
    elapsed = min(now - (context.account.last_full_sync_at or now), ROTATION)
    share = ceil(offers.count() * (elapsed / ROTATION)) + 1
    oldest = offers.filter(detail_seen_at__lt=now).order_by("detail_seen_at", "pk")[:share]
    wanted = dict.fromkeys(oldest.values_list("allegro_id", flat=True), RefreshScope.DETAIL)
    request_refresh(context.account, wanted, "rotation", now)


def _is_foreign(offer: Offer, request: RefreshRequest) -> bool:
    """Whether a refused offer is one that the list shows of a linked account: never read, and refused once too often.

    One refusal proves nothing, Allegro has refused what was allowed (allegro-api issue 12760). The list goes on showing
    such offers; like everything that cannot be read they are asked for once a day.
    """
    return offer.detail_seen_at is None and (offer.gone_at is not None or request.attempts + 1 >= REFUSALS)


def _read(context: SyncContext, offer: Offer, request: RefreshRequest, looks: dict[str, datetime]) -> OfferRead:
    """Read an offer as fully as asked; a new one is noted in `looks` with the time of its next look."""
    asked_at: datetime = context.clock()
    # An offer that comes back from being gone needs its status too.
    is_unknown = offer.detail_seen_at is None or offer.gone_at is not None
    needs_detail = request.scope == RefreshScope.DETAIL or is_unknown
    try:
        if needs_detail:
            document = context.client.product_offer(offer.allegro_id)
            read = detail_read(offer, document, asked_at)
            if next_look := _next_look(document, asked_at):
                looks[offer.allegro_id] = next_look
        else:
            read = price_stock_read(offer, context.client.offer_parts(offer.allegro_id), asked_at)
    except (KeyError, TypeError, ArithmeticError, AttributeError) as error:
        raise Unavailable(f"unreadable offer document: {type(error).__name__}") from None
    context.counts["details" if needs_detail else "parts"] += 1
    return read


def _next_look(document: Mapping[str, Any], read_at: datetime) -> datetime | None:
    """When to read a new offer again, None once it is old enough or where Allegro does not say when it was made."""
    try:
        created_at = optional_instant(document.get("createdAt"))
    except (TypeError, ValueError):
        return None
    looks = [created_at + age for age in SECOND_LOOKS] if created_at else []
    return next((look for look in looks if look > read_at), None)
