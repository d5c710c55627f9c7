"""What can be wrong with one cell or one row of an otherwise readable report."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

VALUE_LENGTH: Final = 200
# A file of another shape can fail in every cell. The first problems tell what is wrong; the rest are counted.
KEPT_PROBLEMS: Final = 5_000


class Problem(StrEnum):
    """Stable codes; the pages translate them."""

    MISSING_OFFER_ID = "missing_offer_id"  # row skipped
    INVALID_OFFER_ID = "invalid_offer_id"  # row skipped: not 8 to 12 digits
    ROUNDED_OFFER_ID = "rounded_offer_id"  # row skipped: 1.84E+10 has lost its last digits
    DUPLICATE_OFFER = "duplicate_offer"  # row skipped: the first row of the offer stands
    NOT_A_NUMBER = "not_a_number"
    AMBIGUOUS_NUMBER = "ambiguous_number"  # 1.234 in a money column
    NOT_A_WHOLE_NUMBER = "not_a_whole_number"
    NEGATIVE_NUMBER = "negative_number"
    OUT_OF_RANGE = "out_of_range"
    EXCEL_ERROR = "excel_error"  # #N/A, #DIV/0!
    BOOLEAN_VALUE = "boolean_value"
    DATE_VALUE = "date_value"
    OTHER_CURRENCY = "other_currency"  # the cell names another currency than its column or the cells above
    MISSING_NAME = "missing_name"  # row skipped: neither campaign nor ad group
    MISSING_ID = "missing_id"  # row skipped: neither order nor line
    MISSING_DATE = "missing_date"  # row skipped: it does not say when
    INVALID_DATE = "invalid_date"  # row skipped where the date is what names it
    SHIFTED_ROW = "shifted_row"  # row skipped: more or fewer cells than headings
    FORMULA_WITHOUT_VALUE = "formula_without_value"
    LINES_NOT_JOINED = "lines_not_joined"  # the whole table: its lines name no order or no offer
    ORDERS_SKIPPED = "orders_skipped"  # the file says that it does not hold all orders
    UNKNOWN_PERCENT_SCALE = "unknown_percent_scale"  # the whole column is left out, reported on the heading row


class CellRefused(Exception):
    """The cell's value cannot be taken; `code` says why."""

    def __init__(self, code: Problem) -> None:
        super().__init__(str(code))
        self.code = code


@dataclass(frozen=True, slots=True)
class RowProblem:
    """What was left out: 1-based sheet row, heading as written, and the cell as text of at most 200 characters."""

    row: int
    column_heading: str
    code: Problem
    value: str


def cell_as_text(value: object) -> str:
    """Show a cell's raw value, cut to what a problem may hold."""
    return "" if value is None else str(value)[:VALUE_LENGTH]


@dataclass(slots=True)
class ProblemList:
    """The first `KEPT_PROBLEMS` problems, and how many there were."""

    kept: list[RowProblem] = field(default_factory=list)
    count: int = 0

    def add(self, row: int, heading: str, code: Problem, value: object) -> None:
        """Note what was wrong with a cell, whose raw `value` is shown."""
        self.count += 1
        if len(self.kept) < KEPT_PROBLEMS:
            self.kept.append(RowProblem(row, heading, code, cell_as_text(value)))
