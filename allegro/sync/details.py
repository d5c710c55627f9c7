"""Stream 3: the offers themselves: those that something asked for, and in full runs the ones read longest ago.

The rotation finds what no event announces (handling time, delivery price list …) within a day.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from math import ceil

from django.db.models import QuerySet

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


def run(context: SyncContext) -> None:
    """Serve the refresh queue; in a full run, queue the rotation first.

    What was read is stored batch by batch: a killed run only reads a few offers a second time.
    """
    if context.is_full:
        _queue_rotation(context)
    due = due_requests(context.account, context.clock())
    offers = ensure_offers(context.account, [request.allegro_offer_id for request in due], context.clock())
    for start in range(0, len(due), BATCH):
        _serve_batch(context, due[start : start + BATCH], offers)


def _serve_batch(context: SyncContext, requests: Sequence[RefreshRequest], offers: Mapping[str, Offer]) -> None:
    served, reads = [], []
    failures = 0
    for request in requests:
        offer = offers[request.allegro_offer_id]
        try:
            reads.append(_read(context, offer, request))
            served.append(request)
            failures = 0
        except Gone:
            record_gone(offer, context.clock())
            context.counts["gone"] += 1
            served.append(request)
        except (Unavailable, Forbidden):
            postpone(request, context.clock())
            context.counts["postponed"] += 1
            failures += 1
        context.beat()
        if failures >= GIVE_UP_AFTER:
            break
    context.counts["changed"] += record_reads(reads)
    finish(served)
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


def _read(context: SyncContext, offer: Offer, request: RefreshRequest) -> OfferRead:
    asked_at: datetime = context.clock()
    # An offer that comes back from being gone needs its status too.
    is_unknown = offer.detail_seen_at is None or offer.gone_at is not None
    needs_detail = request.scope == RefreshScope.DETAIL or is_unknown
    try:
        if needs_detail:
            read = detail_read(offer, context.client.product_offer(offer.allegro_id), asked_at)
        else:
            read = price_stock_read(offer, context.client.offer_parts(offer.allegro_id), asked_at)
    except (KeyError, TypeError, ArithmeticError, AttributeError) as error:
        raise Unavailable(f"unreadable offer document: {type(error).__name__}") from None
    context.counts["details" if needs_detail else "parts"] += 1
    return read
