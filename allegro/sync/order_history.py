"""Stream 4 before it began: the orders of the year before the account was linked.

Sales of that time are what later ones are compared with. They are asked for by the moment of purchase, a week at a
time (more where nothing was bought) and the newest first, so that what matters most is there soon, over as many runs as
it takes; each week counts only once it is whole.

The history and the order journal meet at one instant and leave nothing out between them (`begin`): the journal is
followed from its newest entry on, and the history covers everything bought until after that entry was told. What
happens to an order later has a later entry; what had happened before is in the order when the history reads it. Both
write the same ledger, keyed by line item, so what both bring is there once. A purchase that the list of orders shows
only later is found by the next full run, which reads what has changed since shortly before this instant.
"""

from datetime import datetime, timedelta
from functools import partial
from operator import attrgetter

from django.db import transaction

from allegro.api.client import AllegroClient
from allegro.api.orders import CheckoutForm
from allegro.api.paging import ORDERS, by_time
from allegro.api.values import Page
from allegro.errors import AllegroError, IncompleteRead
from allegro.models import StreamCursor
from allegro.sync.backwards import next_span, next_start, whole_weeks
from allegro.sync.context import SyncContext
from offers.models.orders import WEEK
from offers.sales.orders import begin_history, extend_history, record_orders

# Allegro keeps twelve months of orders (allegro-api issues 9729, 11876).
KEPT = timedelta(days=365)
# So often a week is read again in one run when its orders move while they are read: carts are merged.
TRIES = 3
# Several pages in one go: neighbours are of the same days, whose sums are then made once.
RECORDED_AT_ONCE = 500


def begin(context: SyncContext, stream: str) -> str:
    """Let the journal `stream` begin at its newest entry and the history end there. Returns the journal's position.

    "" where the journal has no entry: then all that will stand in it is new.
    """
    latest = context.client.latest_order_event()
    now = context.clock()
    # Allegro's clock may be ahead of ours.
    begun_at = max(now, latest.occurred_at) if latest else now
    position = latest.event_id if latest else ""
    with transaction.atomic():
        begin_history(context.account, begun_at, now - KEPT)
        StreamCursor.advance(context.account, stream, position, now)
    return position


def run(context: SyncContext) -> None:
    """Go on reading backwards from where the last run stopped, a week at least.

    Raises IncompleteRead where the orders of a week moved each time they were read; the next run reads them again.
    """
    history = begin_history(context.account, context.clock(), context.clock() - KEPT)
    span = WEEK
    while not history.is_whole:
        # What has grown older than Allegro keeps is given up.
        goal = min(history.since, max(history.goal, context.clock() - KEPT))
        since, orders = next_start(history.since, goal, span), context.counts["orders"]
        _read_weeks(context, since, history.since)
        span = next_span(span, was_empty=context.counts["orders"] == orders)
        context.counts["weeks"] += whole_weeks(since, history.since)
        extend_history(history, since, goal)
        context.progress = (history.weeks_read, history.weeks)
        context.beat()
        if context.is_time_up():
            context.continues = context.continues or not history.is_whole
            return


def _read_weeks(context: SyncContext, since: datetime, until: datetime) -> None:
    for attempt in range(1, TRIES + 1):
        try:
            _read(context, since, until)
            return
        except IncompleteRead:
            context.counts["weeks_again"] += 1
            if attempt == TRIES:
                raise


def _read(context: SyncContext, since: datetime, until: datetime) -> None:
    waiting: list[CheckoutForm] = []
    try:
        for forms in by_time(partial(_bought, context.client), since, until, ORDERS, attrgetter("id")):
            waiting += forms
            context.beat()
            if len(waiting) >= RECORDED_AT_ONCE:
                _record(context, waiting)
    except AllegroError:
        # What was read counts also where the rest of its week could not be.
        _record(context, waiting)
        raise
    _record(context, waiting)


def _record(context: SyncContext, forms: list[CheckoutForm]) -> None:
    """Store what waits, and empty it."""
    context.counts["lines"] += record_orders(context.account, forms, context.clock())
    context.counts["orders"] += len(forms)
    forms.clear()
    context.beat()


def _bought(client: AllegroClient, since: datetime, until: datetime, offset: int) -> Page[CheckoutForm]:
    return client.orders_bought(since, until, offset)
