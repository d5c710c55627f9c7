"""What was really sold: the truth about order lines, and which of them count as sales."""

from collections.abc import Iterator

from allegro.simulator.documents import Json
from allegro.simulator.instants import DAY, iso_micros
from allegro.simulator.orders import Line, Order
from allegro.simulator.world import World

MERGE_SPAN = 8 * DAY  # a merged order counts from its oldest line; unpaid ones are cancelled after 7 days


def sold_lines(world: World, since: int, until: int) -> Iterator[tuple[Order, Line]]:
    """Yield every order line with since <= bought at < until (microseconds UTC), whatever became of its order."""
    for order in world.orders_between(since - MERGE_SPAN, until):
        for line in order.lines:
            if since <= line.bought_at < until:
                yield order, line


def line_document(order: Order, line: Line) -> Json:
    """Return an order line of the truth as JSON; the price is per unit, in the currency of its marketplace."""
    return {
        "line_item_id": line.id,
        "order_id": order.id,
        "offer_id": line.offer_id,
        "seller_id": order.seller_id,
        "marketplace": order.marketplace,
        "quantity": line.quantity,
        "price": str(line.price),
        "currency": order.currency,
        "bought_at": iso_micros(line.bought_at),
        "status": order.status,
    }
