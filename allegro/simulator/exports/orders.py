"""The sales summary ("Zestawienie sprzedaży", CSV): orders, then their lines, as tables of their own in one file.

Headings are English for every seller. The seller picks the columns, so files differ: `columns` "a" and "b" are two that
were seen, "all" holds theirs and the buyers' personal data, whose headings are not known but must exist.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from allegro.simulator.books import Books
from allegro.simulator.catalogue import SELLERS
from allegro.simulator.exports.files import CSV, ExportFile, csv_bytes
from allegro.simulator.exports.scope import Scope
from allegro.simulator.instants import WARSAW, iso_millis, to_datetime
from allegro.simulator.orders import Line, Order
from allegro.simulator.world import World

_TO_PAY = ("TotalToPayAmount", "TotalToPayCurrency", "TotalPaidAmount", "TotalPaidCurrency")
_BUYER = (
    "BuyerLogin",
    "BuyerEmail",
    "BuyerPhoneNumber",
    "DeliveryFirstName",
    "DeliveryLastName",
    "DeliveryStreet",
    "DeliveryPostCode",
    "DeliveryCity",
)
_LINE = ("Type", "OrderId", "LineItemId", "OfferId", "Name", "Quantity", "Price", "Currency", "ReturnsQuantity")
_DEPOSIT = ("Deposit", "DepositCurrency")
ORDER_COLUMNS = {
    "a": (
        "Type",
        "OrderId",
        "OrderDate",
        "SellerStatus",
        "Marketplace",
        "PaymentAmount",
        "PaymentCurrency",
        "FulfillmentProvider",
    ),
    "b": ("Type", "OrderId", "OrderDate", "SellerStatus", "PaymentStatus", *_TO_PAY),
    "all": (
        "Type",
        "OrderId",
        "OrderDate",
        "SellerId",
        "SellerLogin",
        "SellerStatus",
        "Marketplace",
        "PaymentStatus",
        "PaymentAmount",
        "PaymentCurrency",
        *_TO_PAY,
        "FulfillmentProvider",
        *_BUYER,
    ),
}
LINE_COLUMNS = {
    "a": ("Type", "LineItemId", "ReturnsQuantity"),
    "b": (*_LINE, *_DEPOSIT),
    "all": (*_LINE, *_DEPOSIT),
}
_SUMMARY = ("Type", "NumberOfOrders", "NumberOfSkippedOrders")


@dataclass(frozen=True)
class OrdersOddities:
    """Which columns (a key of ORDER_COLUMNS), whether with a byte order mark, whether with the table of totals."""

    columns: str = "all"
    mark: bool = False
    summary: bool = False


def orders_summary(world: World, scope: Scope, oddities: OrdersOddities) -> ExportFile:
    """Return the orders bought in the period and their lines, newest first; instants are UTC. Cancelled ones stay."""
    orders = exported_orders(world, scope)
    returned = returned_pieces(world, scope.seller_id)
    rows = [ORDER_COLUMNS[oddities.columns], *_chosen(ORDER_COLUMNS[oddities.columns], map(_order_cells, orders)), ()]
    lines = (_line_cells(order, line, returned) for order in orders for line in order.lines)
    rows += [LINE_COLUMNS[oddities.columns], *_chosen(LINE_COLUMNS[oddities.columns], lines)]
    if oddities.summary:
        rows += [(), _SUMMARY, ("summary", str(len(orders)), "0")]
    name = f"{to_datetime(world.now).astimezone(WARSAW):%Y-%m-%d-%H_%M_%S}.csv"
    return ExportFile(name, csv_bytes(rows, delimiter=",", mark=oddities.mark), CSV)


def exported_orders(world: World, scope: Scope) -> list[Order]:
    """Return the orders of the export, newest first."""
    found = world.orders_between(scope.since, scope.until)
    mine = [row for row in found if row.seller_id == scope.seller_id and row.marketplace == scope.marketplace]
    return mine[::-1]


def returned_pieces(world: World, seller_id: str, before: int | None = None) -> Counter[str]:
    """Return the pieces that buyers declared to send back (before an instant), by line item id."""
    pieces: Counter[str] = Counter()
    for found in world.of(Books).settle().returns[seller_id]:
        if before is None or found.created_at < before:
            pieces.update({item.line.id: item.quantity for item in found.items})
    return pieces


def _chosen(columns: tuple[str, ...], records: Iterator[dict[str, str]]) -> Iterator[tuple[str, ...]]:
    return (tuple(record[column] for column in columns) for record in records)


def _order_cells(order: Order) -> dict[str, str]:
    never_paid = order.status == "CANCELLED" and order.ready_at is None
    currency = "" if never_paid else order.currency  # some cancelled orders come without an amount
    total = "" if never_paid else f"{order.total:.2f}"
    return {
        "Type": "order",
        "OrderId": order.id,
        "OrderDate": iso_millis(order.bought_at),
        "SellerId": order.seller_id,
        "SellerLogin": SELLERS[order.seller_id].login,
        "SellerStatus": "CANCELLED" if order.status == "CANCELLED" else order.fulfillment,
        "Marketplace": order.marketplace,
        "PaymentStatus": "UNPAID" if order.paid_at is None else "PAID",
        "PaymentAmount": total,
        "PaymentCurrency": currency,
        "TotalToPayAmount": total,
        "TotalToPayCurrency": currency,
        "TotalPaidAmount": "0.00" if order.paid_at is None else f"{order.total:.2f}",
        "TotalPaidCurrency": order.currency,
        "FulfillmentProvider": "SELLER",
        **_buyer_cells(order),
    }


def _buyer_cells(order: Order) -> dict[str, str]:
    buyer = order.buyer
    personal = (
        buyer.login,
        buyer.email,
        buyer.phone,
        buyer.first_name,
        buyer.last_name,
        buyer.street,
        buyer.post_code,
        buyer.city,
    )
    return dict(zip(_BUYER, personal, strict=True))


def _line_cells(order: Order, line: Line, returned: Counter[str]) -> dict[str, str]:
    deposit = line.extras.deposit
    return {
        "Type": "lineItem",
        "OrderId": order.id,
        "LineItemId": line.id,
        "OfferId": line.offer_id,
        "Name": line.title,
        "Quantity": str(line.quantity),
        "Price": f"{line.price:.2f}",
        "Currency": order.currency,
        "ReturnsQuantity": str(returned[line.id]),
        "Deposit": "" if deposit is None else f"{deposit:.2f}",
        "DepositCurrency": "" if deposit is None else order.currency,
    }
