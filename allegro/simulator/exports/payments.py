"""Funds and operations history ("Środki i historia operacji", XLSX and CSV): the operations on one wallet.

Headings are in lower case, amounts are text with a currency behind a no-break space. Of the operations' names payment,
refund, taken fees and payout are known; the surcharge's, the order of the columns and the CSV's comma are likely.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from openpyxl import Workbook

from allegro.simulator.books import Books
from allegro.simulator.exports.files import CSV, XLSX, ExportFile, csv_bytes, table, workbook_bytes
from allegro.simulator.exports.scope import Scope
from allegro.simulator.instants import WARSAW, to_datetime
from allegro.simulator.wallets import AVAILABLE, Operation
from allegro.simulator.world import World

HEADINGS = ("data", "identyfikator", "operacja", "operator", "kupujący", "oferta", "kwota", "saldo")
SHEET = "operacje"
_OPERATIONS = {
    "CONTRIBUTION": "wpłata",
    "SURCHARGE": "dopłata",
    "REFUND_CHARGE": "zwrot",
    "PAYOUT": "wypłata środków",
    "DEDUCTION_CHARGE": "pobranie opłat z wpływów",
}
_SIGNS = {"PLN": "zł", "CZK": "Kč", "EUR": "€", "HUF": "Ft"}
_NO_BREAK_SPACE = "\u00a0"


@dataclass(frozen=True)
class PaymentsOddities:
    """Which wallet, whether amounts have a decimal comma, whether it is a CSV file."""

    wallet: str = AVAILABLE
    comma: bool = False
    text: bool = False


def payment_operations(world: World, scope: Scope, oddities: PaymentsOddities) -> ExportFile:
    """Return the operations in the marketplace's currency on the wallet in the period, newest first, in local time."""
    rows = [_row(row, comma=oddities.comma) for row in _operations(world, scope, oddities.wallet)]
    stem = f"{scope.first}_{scope.last}_{scope.seller_id}_operations_all"
    if oddities.text:
        return ExportFile(f"{stem}.csv", csv_bytes([HEADINGS, *rows], delimiter=",", mark=False), CSV)
    book = Workbook(write_only=True)
    table(book.create_sheet(SHEET), HEADINGS, ("@",) * len(HEADINGS), rows)
    return ExportFile(f"{stem}.xlsx", workbook_bytes(book, world.now), XLSX)


def _operations(world: World, scope: Scope, wallet: str) -> Iterator[Operation]:
    for row in reversed(world.of(Books).settle().operations[scope.seller_id]):
        if (row.wallet, row.currency) == (wallet, scope.currency) and scope.since <= row.at < scope.until:
            yield row


def _row(row: Operation, *, comma: bool) -> tuple[str, ...]:
    order = row.order
    buyer = order.buyer if order else None
    return (
        f"{to_datetime(row.at).astimezone(WARSAW):%d.%m.%Y %H:%M}",
        row.reference or (order.payment_id if order else ""),
        _OPERATIONS[row.type],
        row.operator,
        f"{buyer.login}; {buyer.first_name} {buyer.last_name}; {buyer.street}, {buyer.city}" if buyer else "",
        "; ".join(f"{line.title} ({line.offer_id})" for line in order.lines) if order else "",
        _amount(row.value, row.currency, comma=comma),
        _amount(row.balance, row.currency, comma=comma),
    )


def _amount(value: Decimal, currency: str, *, comma: bool) -> str:
    text = f"{value:,.2f}".replace(",", _NO_BREAK_SPACE)
    return (text.replace(".", ",") if comma else text) + _NO_BREAK_SPACE + _SIGNS[currency]
