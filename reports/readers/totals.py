"""Tell rows that sum up others from rows that say something of their own."""

import re
from collections.abc import Sequence
from typing import Final

from reports.readers.columns import Column, ColumnMapping
from reports.readers.concepts import FORMS, Form
from reports.readers.numbers import tidy

TOTALS: Final = frozenset(
    {
        "razem",
        "suma",
        "suma końcowa",
        "łącznie",
        "ogółem",
        "podsumowanie",
        "total",
        "totals",
        "grand total",
        "sum",
        "summary",
    }
)
SKIPPED_ORDERS: Final = "NumberOfSkippedOrders"


def is_totals(cells: Sequence[object], key: Column) -> bool:
    """Tell a row of totals: "Razem (123)" where the offer id would be, or no offer id and a first text "Razem".

    Where a name is the key, only the word alone counts: a campaign may be called "Total war".
    """
    in_key_column = cells[key.index] if key.index < len(cells) else None
    if in_key_column is not None and not isinstance(in_key_column, str):
        return False
    marker = _words(in_key_column or "")
    if marker:
        starts_so = FORMS[key.concept] is Form.ID and marker.partition(" ")[0] in TOTALS
        return marker in TOTALS or starts_so
    first = next((cell for cell in cells if isinstance(cell, str) and _words(cell)), "")
    return _words(first) in TOTALS


def is_summary(marker: object) -> bool:
    """Tell the row of totals in the file of orders by its type."""
    return isinstance(marker, str) and _words(marker) in TOTALS


def skipped_orders(table: ColumnMapping, cells: Sequence[object]) -> str:
    """How many orders the file says it left out, "" for none."""
    # Its table has no other unknown headings before it than the number of orders.
    if SKIPPED_ORDERS not in table.unknown:
        return ""
    index = len(table.columns) + table.unknown.index(SKIPPED_ORDERS)
    text = tidy(str(cells[index])) if index < len(cells) else ""
    return "" if text in ("", "0") else text


def _words(text: str) -> str:
    return re.sub(r"[^\w ]", "", tidy(text)).casefold().strip()
