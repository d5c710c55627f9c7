"""Stream 4: orders. The journal tells which orders changed; their state is always read from the orders themselves.

Events repeat, arrive out of order and sometimes not at all (allegro-api issues 10716, 5900), so nothing is ever
counted from an event.
"""

from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial
from operator import attrgetter

from django.db import transaction
from django.db.models import Min

from accounts.models import SellerAccount
from allegro.api.orders import CheckoutForm
from allegro.api.paging import ORDER_JOURNAL, ORDERS, by_time
from allegro.api.values import Page
from allegro.errors import Gone, IncompleteRead
from allegro.models import StreamCursor, StreamHealth
from allegro.sync import order_history
from allegro.sync.context import SyncContext
from allegro.sync.whole import dated_pages
from offers.models import OrderEvent, OrderLine
from offers.sales.orders import OrderJournalRow, forget_pending, record_order_events, record_orders

STREAM = "orders"
# Up to so many orders are cheaper to read one by one than through the list.
FEW = 2
CLOCK_SLACK = timedelta(minutes=5)
# A run goes on for a while after it has asked for the orders.
RECONCILE_SLACK = timedelta(hours=1)
CANCELLATIONS = ("BUYER_CANCELLED", "AUTO_CANCELLED")


def run(context: SyncContext) -> None:
    """Read the order journal to its end, then every order that it names in a state we do not hold.

    The first run only finds out where the journal ends: what is older, `order_history` reads.

    Full runs ask besides which orders have changed, because events have been missing (allegro-api issue 8623).
    """
    cursor = StreamCursor.objects.filter(account=context.account, stream=STREAM).first()
    position = cursor.position if cursor else order_history.begin(context, STREAM)
    while True:
        asked_at = context.clock()
        rows = context.client.order_events(position)
        position = rows[-1].event_id if rows else position
        context.counts["order_events"] += _store_page(context.account, rows, position, asked_at)
        context.beat()
        if len(rows) < ORDER_JOURNAL:
            break
    _read_pending(context)
    if context.is_full and context.account.last_full_sync_at is not None:
        _reconcile(context, context.account.last_full_sync_at)


def _reconcile(context: SyncContext, last_full_sync_at: datetime) -> None:
    """Read every order changed since the last full run, or since orders could last be read if that is longer ago."""
    health = StreamHealth.objects.filter(account=context.account, stream=STREAM).first()
    read_at = health.succeeded_at if health else None
    since = min(last_full_sync_at, read_at or last_full_sync_at) - RECONCILE_SLACK
    # An order that changes while the list is read has an event of its own.
    with suppress(IncompleteRead):
        for forms in by_time(_updated_between(context), since, context.clock(), ORDERS, attrgetter("id", "updated_at")):
            context.counts["lines"] += record_orders(context.account, forms, context.clock())
            context.beat()


def _updated_between(context: SyncContext) -> Callable[[datetime, datetime, int], Page[CheckoutForm]]:
    return lambda since, until, offset: context.client.orders_updated_since(since, offset, until)


@transaction.atomic
def _store_page(account: SellerAccount, rows: Sequence[OrderJournalRow], position: str, asked_at: datetime) -> int:
    new = record_order_events(account, rows, asked_at)
    StreamCursor.advance(account, STREAM, position, asked_at)
    return new


def _read_pending(context: SyncContext) -> None:
    _skip_known_revisions(context.account)
    if len(_pending(context.account)) > FEW:
        _read_list(context)
    for order_id in _pending(context.account):
        asked_at = context.clock()
        try:
            context.counts["lines"] += record_orders(context.account, [context.client.order(order_id)], asked_at)
            context.counts["orders"] += 1
        except Gone:
            # Merged into another order, whose own events bring its lines, or older than Allegro keeps.
            forget_pending(context.account, [order_id])
        context.beat()


def _pending(account: SellerAccount) -> list[str]:
    events = OrderEvent.objects.filter(account=account, pending=True)
    return list(events.order_by("order_id").values_list("order_id", flat=True).distinct())


def _skip_known_revisions(account: SellerAccount) -> None:
    """A revision that is stored needs no second read (allegro-api issue 3187).

    Cancellations are read all the same: other marks have failed to move with them (allegro-api issue 8419).
    """
    waiting = list(
        OrderEvent.objects.filter(account=account, pending=True)
        .exclude(revision="")
        .exclude(type__in=CANCELLATIONS)
        .values_list("pk", "order_id", "revision")
    )
    held = set(
        OrderLine.objects.filter(
            account=account, superseded_at__isnull=True, order_id__in={order_id for _pk, order_id, _revision in waiting}
        ).values_list("order_id", "revision")
    )
    known = [pk for pk, order_id, revision in waiting if (order_id, revision) in held]
    OrderEvent.objects.filter(pk__in=known).update(pending=False)


def _read_list(context: SyncContext) -> None:
    """Read what changed since the oldest pending event, a hundred orders a call; what it leaves is read by id."""
    pending = OrderEvent.objects.filter(account=context.account, pending=True)
    since = pending.aggregate(oldest=Min("occurred_at"))["oldest"] - CLOCK_SLACK
    read = partial(context.client.orders_updated_since, since)
    # The list moves while it is read; whatever it does not bring stays pending and is read by its id.
    with suppress(IncompleteRead):
        for asked_at, forms in dated_pages(context, read, ORDERS, attrgetter("id", "updated_at")):
            context.counts["lines"] += record_orders(context.account, forms, asked_at)
            context.counts["orders"] += len(forms)
            context.beat()
            if not pending.exists():
                return
