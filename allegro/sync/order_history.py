"""Stream 4 before it began: the orders of the year before the account was linked.

Sales of that time are what later ones are compared with. They are asked for by the moment of purchase, a week at a
time and the newest first, so that what matters most is there soon, over as many runs as it takes; each week counts
only once it is whole.
"""

from datetime import datetime, timedelta
from functools import partial
from operator import attrgetter

from allegro.api.client import AllegroClient
from allegro.api.orders import CheckoutForm
from allegro.api.paging import ORDERS, by_time
from allegro.api.values import Page
from allegro.sync.context import SyncContext
from offers.sales import begin_history, extend_history, record_orders

# Allegro keeps about a year of orders.
KEPT = timedelta(days=365)
WEEK = timedelta(days=7)


def run(context: SyncContext) -> None:
    """Go on reading backwards from where the last run stopped. Raises IncompleteRead where orders moved meanwhile."""
    now = context.clock()
    history = begin_history(context.account, now, (context.account.connected_at or now) - KEPT)
    while not history.is_whole:
        if context.is_time_up():
            context.continues = True
            return
        since = max(history.goal, history.since - WEEK)
        _read(context, since, history.since)
        extend_history(history, since)
        context.counts["weeks"] += 1


def _read(context: SyncContext, since: datetime, until: datetime) -> None:
    bought = partial(_bought, context.client)
    for forms in by_time(bought, since, until, ORDERS, attrgetter("id")):
        context.counts["lines"] += record_orders(context.account, forms, context.clock())
        context.counts["orders"] += len(forms)
        context.beat()


def _bought(client: AllegroClient, since: datetime, until: datetime, offset: int) -> Page[CheckoutForm]:
    return client.orders_bought(since, until, offset)
