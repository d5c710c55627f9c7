"""Stream 4: orders. The journal tells which orders changed; their state is always read from the orders themselves.

Events repeat, arrive out of order and sometimes not at all (allegro-api issues 10716, 5900), so nothing is ever
counted from an event.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Min

from accounts.models import SellerAccount
from allegro.client import JOURNAL_PAGE, ORDER_PAGE, ORDER_WINDOW
from allegro.errors import Gone
from allegro.models import StreamCursor
from allegro.sync.context import SyncContext
from offers.models import OrderEvent, OrderLine
from offers.sales import OrderJournalRow, forget_pending, record_order_events, record_orders

STREAM = "orders"
# Up to so many orders are cheaper to read one by one than through the list.
FEW = 2
CLOCK_SLACK = timedelta(minutes=5)
CANCELLATIONS = ("BUYER_CANCELLED", "AUTO_CANCELLED")


def run(context: SyncContext) -> None:
    """Read the order journal to its end, then every order that it names in a state we do not hold."""
    cursor = StreamCursor.objects.filter(account=context.account, stream=STREAM).first()
    position = cursor.position if cursor else ""
    while True:
        asked_at = context.clock()
        rows = context.client.order_events(position)
        position = rows[-1].event_id if rows else position
        context.counts["order_events"] += _store_page(context.account, rows, position, asked_at)
        context.beat()
        if len(rows) < JOURNAL_PAGE:
            break
    _read_pending(context)


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
    offset = 0
    while offset + ORDER_PAGE <= ORDER_WINDOW:
        asked_at = context.clock()
        page = context.client.orders_updated_since(since, offset)
        context.counts["lines"] += record_orders(context.account, page.forms, asked_at)
        context.counts["orders"] += len(page.forms)
        context.beat()
        offset += len(page.forms)
        if len(page.forms) < ORDER_PAGE or not pending.exists():
            return
