"""The days of one offer as a CSV file: what its chart draws, one row for each day.

A cell never runs as a formula, numbers stay numbers, an unknown value is empty and the last column says why.
"""

import csv
from collections.abc import Iterator, Sequence
from decimal import Decimal
from io import StringIO
from typing import Any

from django.utils.translation import gettext as _

from offers.files.changes import BYTE_ORDER_MARK, safe_cell
from offers.reading.charting import OfferHistory


def days_file(history: OfferHistory) -> bytes:
    """A CSV file (UTF-8 with a byte order mark, commas), oldest day first, in the active language."""
    text = StringIO(newline="")
    text.write(BYTE_ORDER_MARK)
    writer = csv.writer(text)
    for row in _rows(history):
        writer.writerow([safe_cell(cell) if isinstance(cell, str) else cell for cell in row])
    return text.getvalue().encode()


def _rows(history: OfferHistory) -> Iterator[list[Any]]:
    yield _headings(history)
    for position, row in enumerate(reversed(history.daily_rows())):
        yield [
            row["day"].isoformat(),
            row["units"],
            *(values[position] for values in history.sales.revenue.values()),
            *_prices(row["prices"]),
            *(values[position] for values in history.visitors.values()),
            None if row["edits"] is None else sum(number for _kind, number in row["edits"]),
            ", ".join(kind if number == 1 else f"{kind} ×{number}" for kind, number in row["edits"] or []),
            "; ".join(note.text for note in row["notes"]),
            _why_missing(row),
        ]


def _prices(known: Sequence[tuple[Decimal, str]]) -> tuple[Decimal | None, Decimal | None, str]:
    """The lowest and the highest price of a day and their currency; amounts of two currencies are not compared."""
    currencies = list(dict.fromkeys(currency for _amount, currency in known))
    amounts = [amount for amount, _currency in known] if len(currencies) == 1 else []
    return min(amounts, default=None), max(amounts, default=None), "/".join(currencies)


def _headings(history: OfferHistory) -> list[str]:
    return [
        _("Day"),
        _("Units sold"),
        *(f"{_('Revenue')} {currency}" for currency in history.sales.revenue),
        _("Lowest price"),
        _("Highest price"),
        _("Currency of the price"),
        *(f"{_('30-day visitors')} {marketplace}" for marketplace in history.visitors),
        _("Changes known by then"),
        _("What changed"),
        _("Notes"),
        _("Why a value is missing"),
    ]


def _why_missing(row: dict[str, Any]) -> str:
    reasons = [
        _("Orders of this day have not been read") if row["units"] is None else "",
        "" if row["prices"] else _("No price was read on this day"),
        "" if row["visitors"] else _("Not observed on this day"),
        _("The offer had not been read yet, so its changes are not known") if row["edits"] is None else "",
    ]
    return "; ".join(filter(None, reasons))
