"""Stream 5: customer returns. No journal tells of them or of their changes, so they are asked for again and again.

A return never changes its order (allegro-api issue 12460), and its status moves for weeks: full runs read the returns
of the last two months once more. The first run reads those of the whole year.
"""

from datetime import timedelta

from allegro.api.orders import CustomerReturn
from allegro.api.paging import by_cursor
from allegro.models import StreamCursor
from allegro.sync.context import SyncContext
from offers.sales.returns import DeclaredItem, DeclaredReturn, link_returned_lines, record_returns

STREAM = "returns"
# As far back as the orders that they are of can be read.
KEPT = timedelta(days=365)
# So long after its declaration the status of a return may still move; half a month to declare, weeks to settle.
UNSETTLED = timedelta(days=60)


def run(context: SyncContext) -> None:
    """Read the returns that are new or may have moved. Raises IncompleteRead."""
    now = context.clock()
    cursor = StreamCursor.objects.filter(account=context.account, stream=STREAM).first()
    since = cursor.advanced_at - UNSETTLED if cursor else now - KEPT
    for page in by_cursor(lambda after: context.client.customer_returns(after, since, now)):
        declared = [as_declared(each) for each in page]
        context.counts["return_states"] += record_returns(context.account, declared, context.clock())
        context.counts["returns"] += len(declared)
        context.beat()
    context.counts["returns_linked"] += link_returned_lines(context.account)
    StreamCursor.advance(context.account, STREAM, now.isoformat(), now)


def as_declared(found: CustomerReturn) -> DeclaredReturn:
    """A return of the API as it is recorded."""
    items = tuple(
        DeclaredItem(
            item.allegro_offer_id,
            item.quantity,
            item.price.amount if item.price else None,
            item.price.currency if item.price else "",
            item.reason,
        )
        for item in found.items
    )
    return DeclaredReturn(
        found.id,
        found.order_id,
        found.marketplace,
        found.status,
        found.created_at,
        found.is_fulfillment,
        found.rejection,
        found.rejected_at,
        items,
    )
