"""What was really sold: the truth about order lines, and the seller's "sales by offer" report made from it."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from io import BytesIO

from openpyxl import Workbook
from openpyxl.cell import Cell, WriteOnlyCell
from openpyxl.styles import Font
from openpyxl.worksheet._write_only import WriteOnlyWorksheet

from allegro.simulator.catalogue import CURRENCIES
from allegro.simulator.documents import Json
from allegro.simulator.instants import DAY, day_start, iso_micros
from allegro.simulator.offer import Offer
from allegro.simulator.orders import Line, Order
from allegro.simulator.world import World

Value = int | str | Decimal | None

HEADINGS = {
    "pl": (
        "ID oferty",
        "Tytuł oferty",
        "Liczba sprzedanych sztuk",
        "Wartość sprzedaży ({currency})",
        "Wizyty",
        "Udział w wartości sprzedaży",
        "Śr. cena oferty",
        "Liczba sztuk na koniec okresu",
        "Liczba transakcji",
    ),
    "en": (
        "Offer ID",
        "Offer title",
        "Units sold",
        "Sales value ({currency})",
        "Visits",
        "Share of sales value",
        "Average offer price",
        "Ending quantity",
        "Number of transactions",
    ),
}
SHEETS = {"pl": "Sprzedaż wg ofert", "en": "Sales by offer"}
MERGE_SPAN = 8 * DAY  # a merged order counts from its oldest line; unpaid ones are cancelled after 7 days
FILES = {"pl": "sprzedaz-wg-ofert", "en": "sales-by-offer"}
_FORMATS = ("0", "@", "0", "0.00", "0", "0.00%", "0.00", "0", "0")


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


@dataclass
class Sum:
    """Units, value and orders of one offer in a period, in one currency."""

    units: int = 0
    value: Decimal = Decimal(0)
    orders: set[str] = field(default_factory=set)


def sums_by_offer(world: World, seller_id: str, marketplace: str, since: int, until: int) -> dict[str, Sum]:
    """Return what paid (or cash on delivery), not cancelled orders of a period hold, by offer id."""
    sums: dict[str, Sum] = defaultdict(Sum)
    for order, line in sold_lines(world, since, until):
        counted = order.status == "READY_FOR_PROCESSING" and order.marketplace == marketplace
        if counted and order.seller_id == seller_id:
            found = sums[line.offer_id]
            found.units += line.quantity
            found.value += line.price * line.quantity
            found.orders.add(order.id)
    return sums


def sales_by_offer(world: World, seller_id: str, marketplace: str, first: date, last: date, *, language: str) -> bytes:
    """Return the XLSX of Warsaw days first..last (both included): one row per offer, no totals."""
    since, until = day_start(first), day_start(last + timedelta(days=1))
    sums = sums_by_offer(world, seller_id, marketplace, since, until)
    total = sum((found.value for found in sums.values()), Decimal(0))
    book = Workbook(write_only=True)
    sheet = book.create_sheet(SHEETS[language])
    sheet.append([_bold(sheet, heading.format(currency=CURRENCIES[marketplace])) for heading in HEADINGS[language]])
    for offer in world.offers_of(seller_id):
        if marketplace in offer.marketplaces:
            found = sums.get(offer.id, Sum())
            visits = offer.visits_between(first, last, marketplace)
            average = offer.average_price(since, min(until, world.now), marketplace)
            row = (
                *_sold(offer, found),
                visits,
                _share(found, total),
                average,
                offer.stock_at(until),
                len(found.orders),
            )
            sheet.append([_cell(sheet, value, kind) for value, kind in zip(row, _FORMATS, strict=True)])
    file = BytesIO()
    book.save(file)
    return file.getvalue()


def _sold(offer: Offer, found: Sum) -> tuple[int, str, int, Decimal]:
    return int(offer.id), offer.title, found.units, found.value


def _share(found: Sum, total: Decimal) -> Decimal:
    return (found.value / total).quantize(Decimal("0.0001")) if total else Decimal(0)


def _bold(sheet: WriteOnlyWorksheet, text: str) -> Cell:
    cell = WriteOnlyCell(sheet, text)
    cell.font = Font(bold=True)
    return cell


def _cell(sheet: WriteOnlyWorksheet, value: Value, number_format: str) -> Cell:
    cell = WriteOnlyCell(sheet)
    cell.value = value
    cell.number_format = number_format
    return cell
