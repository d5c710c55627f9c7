"""Settlements with Allegro ("Historia opłat", CSV): the billing entries of the API in the form of the seller's file.

Semicolons, Polish headings, local times, credits and debits in columns of their own with a decimal comma; in the
details numbers have a point. A refund of a commission has the label of the commission and differs by its sign. A row at
23:59 on the last day of a month holds only the balance. There is no row id (allegro-api issue 1673).
"""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal

from allegro.simulator import ads
from allegro.simulator.billing import BillingEntry, type_name
from allegro.simulator.books import Books
from allegro.simulator.exports.files import CSV, ExportFile, csv_bytes
from allegro.simulator.exports.scope import Scope
from allegro.simulator.instants import MINUTE, WARSAW, day_start, to_datetime, warsaw_day
from allegro.simulator.world import World

HEADINGS = (
    "Data",
    "Nazwa oferty",
    "Identyfikator oferty",
    "Typ operacji",
    "Uznania",
    "Obciążenia",
    "Saldo",
    "Szczegóły operacji",
)
MONTH_END = "Podsumowanie miesiąca"
_LABELS = {
    "REF": "Prowizja od sprzedaży",
    "HB1": "Opłata za dostawę DPD Allegro Delivery",
    "HB4": "Opłata za dostawę InPost",
    "HB8": "Opłata za dostawę DHL Allegro Delivery",
}


def billing_history(world: World, scope: Scope, *, mark: bool) -> ExportFile:
    """Return the account's entries of the period, newest first; `mark` puts a byte order mark at the beginning."""
    entries = [row for row in world.of(Books).settle().entries[scope.seller_id] if row.marketplace == scope.marketplace]
    dated = [(row.at, _row(world, row)) for row in entries if scope.since <= row.at < scope.until]
    dated += _month_ends(world, scope, entries)
    rows = [row for _, row in sorted(dated, key=lambda item: item[0])][::-1]  # equal instants, too, newest first
    name = f"allegro-billing-{warsaw_day(world.now)}.csv"
    return ExportFile(name, csv_bytes([HEADINGS, *rows], delimiter=";", mark=mark), CSV)


def _row(world: World, entry: BillingEntry) -> tuple[str, ...]:
    named = world.now >= entry.named_at
    return (
        _local(entry.at),
        entry.offer_name if named else "",
        entry.offer_id or "",
        _LABELS.get(entry.type) or type_name(entry.type, "pl-PL"),
        _amount(entry.value) if entry.value > 0 else "",
        _amount(entry.value) if entry.value < 0 else "",
        _amount(entry.balance),
        ", ".join(f"{key}: {value}" for key, value in _details(world, entry)),
    )


def _details(world: World, entry: BillingEntry) -> Iterator[tuple[str, str]]:
    if entry.type == "NSP":
        yield "Opłata za dzień", f"{warsaw_day(entry.at) - ads.DELAY:%d.%m.%Y}"
    if entry.order_id:
        yield "Identyfikator zamówienia", entry.order_id
        order = world.orders.get(entry.order_id)
        if order:
            yield "Wartość zamówienia", f"{order.goods:.2f}"
            yield "Waluta zamówienia", order.currency
            yield "Zamówienie Smart!", "Nie"
    if entry.fee_id:
        yield "Identyfikator operacji", entry.fee_id


def _month_ends(world: World, scope: Scope, entries: list[BillingEntry]) -> Iterator[tuple[int, tuple[str, ...]]]:
    """Yield the rows that close a month, each with its instant; only of months that are over."""
    for number in range((scope.last - scope.first).days + 1):
        tomorrow: date = scope.first + timedelta(days=number + 1)
        midnight = day_start(tomorrow)
        if tomorrow.day == 1 and midnight <= world.now:
            balance = next((row.balance for row in reversed(entries) if row.at < midnight), Decimal(0))
            yield midnight - 1, (_local(midnight - MINUTE), "", "", MONTH_END, "", "", _amount(balance), "")


def _local(at: int) -> str:
    return f"{to_datetime(at).astimezone(WARSAW):%d.%m.%Y %H:%M}"


def _amount(value: Decimal) -> str:
    return f"{value:.2f}".replace(".", ",")
