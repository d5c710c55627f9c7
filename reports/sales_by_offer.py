"""Read the rows of "Sales by offer": one row per offer, its figures added up over the whole period of the report."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Final, TypeVar

from reports.columns import Column, ColumnMapping
from reports.kinds import Concept
from reports.numbers import parse_count, parse_money, parse_offer_id, parse_percent, tidy
from reports.percents import PercentColumn, PercentScale, as_fraction
from reports.problems import CellRefused, Problem, RowProblem, cell_as_text

TITLE_LENGTH: Final = 250
# A file of another shape can fail in every cell. The first problems tell what is wrong; the rest are counted.
KEPT_PROBLEMS: Final = 5_000
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
COUNTS: Final = (Concept.UNITS, Concept.VISITS, Concept.ENDING_QUANTITY, Concept.TRANSACTIONS)

Parsed = TypeVar("Parsed")


@dataclass(frozen=True, slots=True)
class ReportRow:
    """One offer's figures over the whole period; None where the file did not say.

    `number` is the 1-based sheet row. Money is in the report's currency with two decimals; whether it includes VAT is
    not stated by the file. `sales_share` is a fraction of 1 of the account's sales value.
    """

    number: int
    allegro_offer_id: str
    title: str
    units: int | None
    revenue: Decimal | None
    visits: int | None
    sales_share: Decimal | None
    average_price: Decimal | None
    ending_quantity: int | None
    transactions: int | None


@dataclass(slots=True)
class RowReader:
    """Turns sheet rows into `ReportRow`s, one after another, and keeps what was wrong with them.

    `currency` starts as the one in the headings; where they name none, the first amount that names one sets it.
    """

    mapping: ColumnMapping
    currency: str | None = None
    shares: PercentColumn = field(default_factory=PercentColumn)
    rows: list[ReportRow] = field(default_factory=list)
    problems: list[RowProblem] = field(default_factory=list)
    problem_count: int = 0
    totals_skipped: int = 0
    blank_skipped: int = 0
    _columns: dict[Concept, Column] = field(init=False)
    _seen: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self._columns = {column.concept: column for column in self.mapping.columns}

    def read(self, number: int, cells: Sequence[object]) -> None:
        """Take the next row below the headings; `number` is its 1-based sheet row."""
        if all(cell is None or (isinstance(cell, str) and not tidy(cell)) for cell in cells):
            self.blank_skipped += 1
            return
        if _is_totals(cells, self._columns[Concept.OFFER_ID].index):
            self.totals_skipped += 1
            return
        offer_id = self._offer_id(number, cells)
        if offer_id is not None:
            self._seen.add(offer_id)
            self.rows.append(self._row(number, offer_id, cells))

    def finish(self) -> PercentScale | None:
        """Decide the scale of the share column over all rows and apply it; None where the file has no such column."""
        column = self._columns.get(Concept.SALES_SHARE)
        if column is None:
            return None
        scale = self.shares.scale()
        if scale is PercentScale.UNKNOWN:
            self._report(self.mapping.header_row, column, Problem.UNKNOWN_PERCENT_SCALE, column.heading)
        for position, row in enumerate(self.rows):
            if row.sales_share is not None:
                self.rows[position] = replace(row, sales_share=self._scaled(row, row.sales_share, scale, column))
        return scale

    def _offer_id(self, number: int, cells: Sequence[object]) -> str | None:
        column = self._columns[Concept.OFFER_ID]
        value = _cell(cells, column)
        try:
            offer_id = parse_offer_id(value)
        except CellRefused as refused:
            self._report(number, column, refused.code, value)
            return None
        if offer_id is None:
            self._report(number, column, Problem.MISSING_OFFER_ID, value)
        elif offer_id in self._seen:
            self._report(number, column, Problem.DUPLICATE_OFFER, value)
            return None
        return offer_id

    def _row(self, number: int, offer_id: str, cells: Sequence[object]) -> ReportRow:
        units, visits, quantity, transactions = (self._parse(number, cells, count, parse_count) for count in COUNTS)
        return ReportRow(
            number=number,
            allegro_offer_id=offer_id,
            title=self._title(cells),
            units=units,
            revenue=self._money(number, cells, Concept.REVENUE),
            visits=visits,
            sales_share=self._share(number, cells),
            average_price=self._money(number, cells, Concept.AVERAGE_PRICE),
            ending_quantity=quantity,
            transactions=transactions,
        )

    def _title(self, cells: Sequence[object]) -> str:
        column = self._columns.get(Concept.TITLE)
        value = None if column is None else _cell(cells, column)
        return "" if value is None else tidy(str(value))[:TITLE_LENGTH]

    def _money(self, number: int, cells: Sequence[object], concept: Concept) -> Decimal | None:
        amount = self._parse(number, cells, concept, parse_money)
        if amount is None:
            return None
        column = self._columns[concept]
        self.currency = self.currency or amount.currency
        if amount.currency not in (None, self.currency):
            self._report(number, column, Problem.OTHER_CURRENCY, _cell(cells, column))
            return None
        # A period's refunds may outweigh its sales, so revenue may be negative; a price may not.
        if amount.value < 0 and concept is Concept.AVERAGE_PRICE:
            self._report(number, column, Problem.NEGATIVE_NUMBER, _cell(cells, column))
            return None
        return amount.value

    def _share(self, number: int, cells: Sequence[object]) -> Decimal | None:
        """Read the share as written; `finish` brings it to a fraction."""
        percent = self._parse(number, cells, Concept.SALES_SHARE, parse_percent)
        if percent is None:
            return None
        self.shares.add(percent)
        return percent.value

    def _scaled(self, row: ReportRow, share: Decimal, scale: PercentScale, column: Column) -> Decimal | None:
        if scale is PercentScale.UNKNOWN:
            return None
        fraction = as_fraction(share, scale)
        if abs(fraction) > 1:
            self._report(row.number, column, Problem.OUT_OF_RANGE, share)
            return None
        return fraction

    def _parse(
        self, number: int, cells: Sequence[object], concept: Concept, parser: Callable[[object], Parsed | None]
    ) -> Parsed | None:
        column = self._columns.get(concept)
        if column is None:
            return None
        value = _cell(cells, column)
        try:
            return parser(value)
        except CellRefused as refused:
            self._report(number, column, refused.code, value)
            return None

    def _report(self, number: int, column: Column, code: Problem, value: object) -> None:
        self.problem_count += 1
        if len(self.problems) < KEPT_PROBLEMS:
            self.problems.append(RowProblem(number, column.heading, code, cell_as_text(value)))


def _cell(cells: Sequence[object], column: Column) -> object:
    # A row ends with its last filled cell.
    return cells[column.index] if column.index < len(cells) else None


def _is_totals(cells: Sequence[object], id_index: int) -> bool:
    """Tell a row of totals: "Razem (123)" where the offer id would be, or no offer id and a first text "Razem"."""
    in_id_column = cells[id_index] if id_index < len(cells) else None
    if in_id_column is not None and not isinstance(in_id_column, str):
        return False
    marker = _words(in_id_column or "")
    if marker:
        return marker in TOTALS or marker.partition(" ")[0] in TOTALS
    first = next((cell for cell in cells if isinstance(cell, str) and _words(cell)), "")
    return _words(first) in TOTALS


def _words(text: str) -> str:
    return re.sub(r"[^\w ]", "", tidy(text)).casefold().strip()
