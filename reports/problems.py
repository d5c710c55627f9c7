"""What can be wrong with one cell or one row of an otherwise readable report."""

from dataclasses import dataclass
from enum import StrEnum

VALUE_LENGTH = 200


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
