"""Turn the rows below the headings into values by concept, one after another, and keep what was wrong with them."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any, Final, cast

from reports.readers.cells import PARSERS
from reports.readers.columns import Column, ColumnMapping, map_row
from reports.readers.concepts import FORMS, NEVER_NEGATIVE, Concept, Form, Value
from reports.readers.details import billing_values
from reports.readers.kinds import KINDS
from reports.readers.numbers import NO_VALUE, Amount, Percent, tidy
from reports.readers.percents import PercentColumn, PercentScale, as_fraction
from reports.readers.problems import CellRefused, Problem, ProblemList
from reports.readers.report_kind import ReportKind
from reports.readers.totals import is_summary, is_totals, skipped_orders

# What a rate is made of: the first two concepts that a row has tell the fraction that its cell ought to hold.
RATES: Final[Mapping[Concept, tuple[tuple[Concept, Concept], ...]]] = {
    Concept.CTR: ((Concept.CLICKS, Concept.IMPRESSIONS),),
    Concept.CONVERSION: ((Concept.TRANSACTIONS, Concept.VISITS), (Concept.UNITS, Concept.VISITS)),
}
MISSING: Final = {
    Concept.OFFER_ID: Problem.MISSING_OFFER_ID,
    Concept.CAMPAIGN: Problem.MISSING_NAME,
    Concept.AD_GROUP: Problem.MISSING_NAME,
    Concept.ORDER_ID: Problem.MISSING_ID,
    Concept.LINE_ITEM_ID: Problem.MISSING_ID,
    Concept.OCCURRED_AT: Problem.MISSING_DATE,
}


@dataclass(frozen=True, slots=True)
class ReportRow:
    """What one line of a file says; a concept that it says nothing of has no value.

    `number` is the 1-based line of the sheet or file. A line that states the prices of several marketplaces gives
    several rows of the same number, told apart by `part` (1, 2, ...). `ordinal` counts lines that are the same in every
    cell (1, 2, ...): files without row ids repeat them for things that happened twice in a minute.
    """

    number: int
    values: Mapping[Concept, Value]
    part: int = 1
    ordinal: int = 1


@dataclass(slots=True)
class RowReader:
    """Gives each row to `take` and keeps problems and counts.

    `currency` starts as the one of the headings; in a report of one currency, the first amount that names one sets it
    otherwise. `width`: how many cells a row must have, None where rows may end early. `empty_formulas`: (row, 0-based
    column) of cells with a formula whose result was not saved. Percentages are given as written; `finish` tells the
    scales by which `scale_row` brings them to fractions.
    """

    mapping: ColumnMapping
    take: Callable[[ReportRow], None]
    currency: str | None = None
    width: int | None = None
    empty_formulas: frozenset[tuple[int, int]] = frozenset()
    percents: dict[Concept, PercentColumn] = field(default_factory=dict)
    problems: ProblemList = field(default_factory=ProblemList)
    totals_skipped: int = 0
    blank_skipped: int = 0
    first: datetime | None = None
    last: datetime | None = None
    tables: list[ColumnMapping] = field(default_factory=list)
    currencies: set[str] = field(default_factory=set)
    _kind: ReportKind = field(init=False)
    _keys: tuple[Column, ...] = field(init=False)
    _others: tuple[Column, ...] = field(init=False)
    _rates: list[tuple[Concept, tuple[tuple[Concept, Concept], ...]]] = field(init=False)
    _seen: set[Value] = field(default_factory=set)
    _alike: dict[int, int] = field(default_factory=dict)
    _row_currency: str | None = None

    def __post_init__(self) -> None:
        self._kind = KINDS[self.mapping.kind]
        self._start_table(self.mapping)
        for column in self.mapping.columns:
            if FORMS[column.concept] is Form.PERCENT:
                self.percents[column.concept] = PercentColumn(of_whole=column.concept is Concept.SALES_SHARE)
        self._rates = [(concept, pairs) for concept, pairs in RATES.items() if concept in self.percents]

    def read(self, number: int, cells: Sequence[object]) -> None:
        """Take the next row below the headings; `number` is its 1-based row."""
        if _is_blank(cells):
            self.blank_skipped += 1
        elif self._kind.tables and (table := self._headings(number, cells)):
            self.width = None if self.width is None else len(cells)
            self._start_table(table)
        elif self._skipped(number, cells):
            self.totals_skipped += 1
        elif self.width is not None and not _fits(cells, self.width):
            self.problems.add(number, "", Problem.SHIFTED_ROW, len(cells))
        else:
            self._read_row(number, cells)

    def finish(self) -> dict[Concept, PercentScale]:
        """Decide the scale of each column of percentages over all rows; one that stays unknown is a problem."""
        scales = {concept: gathered.scale() for concept, gathered in self.percents.items()}
        for concept, scale in scales.items():
            column = self.mapping.column(concept)
            if scale is PercentScale.UNKNOWN and column:
                self._report(self.mapping.header_row, column, Problem.UNKNOWN_PERCENT_SCALE, column.heading)
        if self.currency is None and len(self.currencies) == 1 and self._kind.code != "billing":
            (self.currency,) = self.currencies
        return scales

    def _headings(self, number: int, cells: Sequence[object]) -> ColumnMapping | None:
        marker = self.mapping.column(Concept.ROW_TYPE)
        if marker is None or _cell(cells, marker) != marker.heading:
            return None
        return map_row(self._kind, self.mapping.sheet_index, self.mapping.sheet, number, cells)

    def _start_table(self, table: ColumnMapping) -> None:
        self.tables.append(table)
        self._keys = tuple(column for column in table.columns if column.concept in self._kind.key)
        self._others = tuple(column for column in table.columns if column.concept not in self._kind.key)
        if self._kind.tables and table.column(Concept.LINE_ITEM_ID):
            lacking = [name for name in (Concept.ORDER_ID, Concept.OFFER_ID) if not table.column(name)]
            if lacking:
                wanted = ", ".join({Concept.ORDER_ID: "OrderId", Concept.OFFER_ID: "OfferId"}[name] for name in lacking)
                self.problems.add(table.header_row, wanted, Problem.LINES_NOT_JOINED, wanted)

    def _skipped(self, number: int, cells: Sequence[object]) -> bool:
        if self._kind.tables:
            marker = self.mapping.column(Concept.ROW_TYPE)
            if not is_summary(_cell(cells, marker) if marker else None):
                return False
            if skipped := skipped_orders(self.tables[-1], cells):
                self.problems.add(number, "NumberOfSkippedOrders", Problem.ORDERS_SKIPPED, skipped)
            return True
        key = self._keys[0]
        return FORMS[key.concept] in (Form.ID, Form.TEXT) and is_totals(cells, key)

    def _read_row(self, number: int, cells: Sequence[object]) -> None:
        self._row_currency = None
        values, _ = self._values(number, cells, self._keys)
        if not self._names(number, values, cells):
            return
        others, prices = self._values(number, cells, self._others)
        values |= others
        if self._kind.tables and isinstance(moment := values.get(Concept.OCCURRED_AT), datetime):
            self._widen(moment)
        self._gather_rates(values)
        self._state_currency(values)
        if self._kind.code == "billing":
            billing_values(number, values, self.problems)
        for part, stated in enumerate(_parts(values, prices), start=1):
            self.take(ReportRow(number, stated, part, self._ordinal(cells, part)))

    def _values(
        self, number: int, cells: Sequence[object], columns: Sequence[Column]
    ) -> tuple[dict[Concept, Value], list[tuple[Column, Value]]]:
        """Read some columns; values of columns that each stand for a marketplace come apart."""
        values: dict[Concept, Value] = {}
        local: list[tuple[Column, Value]] = []
        width = len(cells)
        for column in columns:
            raw = cells[column.index] if column.index < width else None
            if raw is None:
                if self.empty_formulas and (number, column.index) in self.empty_formulas:
                    self._report(number, column, Problem.FORMULA_WITHOUT_VALUE, "")
                continue
            try:
                value = self._value(column, raw)
            except CellRefused as refused:
                self._report(number, column, refused.code, raw)
                continue
            if value is None:
                continue
            if column.marketplace:
                local.append((column, value))
            else:
                values[column.concept] = value
        return values, local

    def _value(self, column: Column, raw: object) -> Value | None:
        parsed = PARSERS[column.concept](raw)
        if type(parsed) is Amount:
            return self._money(parsed, column)
        if type(parsed) is Percent:
            self.percents[column.concept].add(parsed)
            return parsed.value
        return cast("Value | None", parsed)

    def _money(self, amount: Amount, column: Column) -> Decimal:
        if amount.currency and not self._accepts(amount.currency, column.currency):
            raise CellRefused(Problem.OTHER_CURRENCY)
        if amount.value < 0 and column.concept in NEVER_NEGATIVE:
            raise CellRefused(Problem.NEGATIVE_NUMBER)
        return amount.value

    def _accepts(self, written: str, of_column: str | None) -> bool:
        """Hold the currency beside an amount against its column's, its row's or the file's."""
        if of_column:
            return written == of_column
        if self._kind.row_currency:
            self._row_currency = self._row_currency or written
            return written == self._row_currency
        self.currency = self.currency or written
        return written == self.currency

    def _state_currency(self, values: dict[Concept, Value]) -> None:
        if not self._kind.row_currency:
            return
        currency = values.get(Concept.CURRENCY) or self._row_currency or self.currency
        if currency and any(FORMS[concept] is Form.MONEY for concept in values):
            values[Concept.CURRENCY] = currency
            self.currencies.add(str(currency))

    def _gather_rates(self, values: Mapping[Concept, Value]) -> None:
        """Hold a rate against the columns it is made of; the cell itself was counted when it was read."""
        for concept, pairs in self._rates:
            percent = values.get(concept)
            if not isinstance(percent, Decimal):
                continue
            for part, whole in pairs:
                counted, of = values.get(part), values.get(whole)
                if isinstance(counted, int) and isinstance(of, int) and of:
                    self.percents[concept].compare(percent, Decimal(counted) / of)
                    break

    def _names(self, number: int, values: Mapping[Concept, Value], cells: Sequence[object]) -> bool:
        """Whether the row says what it is about, and is the first to do so where that must be unique."""
        concept = next((concept for concept in self._kind.key if concept in values), None)
        if not self._keys:
            self.problems.add(number, "", MISSING[self._kind.key[0]], "")
            return False
        column = self._keys[0]
        if concept is None:
            if _says_nothing(_cell(cells, column)):
                self._report(number, column, MISSING[column.concept], _cell(cells, column))
            return False
        value = values[concept]
        if self._kind.unique:
            if value in self._seen:
                self._report(number, column, Problem.DUPLICATE_OFFER, _cell(cells, column))
                return False
            self._seen.add(value)
        if isinstance(value, datetime):
            self._widen(value)
        return True

    def _widen(self, moment: datetime) -> None:
        self.first = moment if self.first is None else min(self.first, moment)
        self.last = moment if self.last is None else max(self.last, moment)

    def _ordinal(self, cells: Sequence[object], part: int) -> int:
        if Concept.OCCURRED_AT not in self._kind.key:
            return 1
        if part == 1:
            alike = hash(tuple(cells))
            self._alike[alike] = self._alike.get(alike, 0) + 1
        return self._alike[hash(tuple(cells))]

    def _report(self, number: int, column: Column, code: Problem, value: object) -> None:
        self.problems.add(number, column.heading, code, value)


def scale_row(
    row: ReportRow, scales: Mapping[Concept, PercentScale], mapping: ColumnMapping, problems: ProblemList
) -> None:
    """Bring the percentages of a row, in place, from how they were written to fractions of 1."""
    values = cast("dict[Concept, Any]", row.values)  # as `RowReader` makes them
    for concept, scale in scales.items():
        written = values.pop(concept, None)
        if written is None or scale is PercentScale.UNKNOWN:
            continue
        fraction = as_fraction(written, scale)
        if abs(fraction) <= (100 if concept is Concept.CONVERSION else 1):
            values[concept] = fraction
        elif column := mapping.column(concept):
            problems.add(row.number, column.heading, Problem.OUT_OF_RANGE, written)


def _parts(values: dict[Concept, Value], prices: Sequence[tuple[Column, Value]]) -> Iterable[dict[Concept, Value]]:
    """One row per marketplace that has a price, each with its currency; one without a price where none has."""
    if not prices:
        yield values
    for column, price in prices:
        place: dict[Concept, Value] = {Concept.MARKETPLACE: str(column.marketplace), Concept.PRICE: price}
        if column.currency:
            place[Concept.CURRENCY] = column.currency
        yield {**values, **place}


def _cell(cells: Sequence[object], column: Column) -> object:
    # A row ends with its last filled cell.
    return cells[column.index] if column.index < len(cells) else None


def _is_blank(cells: Sequence[object]) -> bool:
    filled = next((cell for cell in cells if cell is not None and not (isinstance(cell, str) and not tidy(cell))), None)
    return filled is None


def _says_nothing(cell: object) -> bool:
    """What stands there but cannot be read is a problem of its own."""
    return cell is None or (isinstance(cell, str) and tidy(cell) in NO_VALUE)


def _fits(cells: Sequence[object], width: int) -> bool:
    """Whether a line of text has the cells it must have, and no quote that nobody closed has swallowed a line end."""
    if len(cells) != width and (len(cells) < width or any(cells[width:])):
        return False
    return not any(isinstance(cell, str) and "\n" in cell for cell in cells)
