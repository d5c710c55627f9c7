"""Decide whether a column of percentages is written as fractions (0.12) or as points (12 or "12 %").

No public sample of the report settles it, and one cell cannot: 0.5 is fifty percent or half of one. The column can: a
percent sign in text means points, a percent format on numbers means fractions. Without either, shares of one total
tell by their sum, which is about 1 or about 100. A column that stays in doubt is left out rather than guessed.
"""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Final

from reports.numbers import Percent

FRACTION_STEP: Final = Decimal("0.000001")
# Rounded shares of a whole may add up to a little over it.
LARGEST_WHOLE: Final = Decimal("1.05")
SMALLEST_WHOLE: Final = Decimal("0.5")


class PercentScale(StrEnum):
    """What 1 stands for: the whole (fraction), a hundredth of it (points), or nobody can tell."""

    FRACTION = "fraction"
    POINTS = "points"
    UNKNOWN = "unknown"


@dataclass(slots=True)
class PercentColumn:
    """Evidence gathered over one column of shares of one total. `formatted`: its numbers have a percent format."""

    formatted: bool = False
    signed: int = 0
    unsigned: int = 0
    largest: Decimal = Decimal(0)
    total: Decimal = Decimal(0)

    def add(self, percent: Percent) -> None:
        """Count one cell."""
        if percent.signed:
            self.signed += 1
        else:
            self.unsigned += 1
        self.largest = max(self.largest, abs(percent.value))
        self.total += percent.value

    def scale(self) -> PercentScale:
        """Tell the scale of the whole column."""
        if self.signed and self.unsigned and self.formatted:
            return PercentScale.UNKNOWN
        if self.signed:
            return PercentScale.POINTS
        if self.formatted:
            return PercentScale.FRACTION if self.largest <= 1 else PercentScale.UNKNOWN
        return self._scale_by_sum()

    def _scale_by_sum(self) -> PercentScale:
        if self.total > LARGEST_WHOLE or self.largest > 1:
            return PercentScale.POINTS
        # Nothing but zeros is zero on either scale.
        if self.total >= SMALLEST_WHOLE or not self.largest:
            return PercentScale.FRACTION
        return PercentScale.UNKNOWN


def as_fraction(value: Decimal, scale: PercentScale) -> Decimal:
    """Give a share as a fraction of 1, to six places."""
    fraction = value / 100 if scale is PercentScale.POINTS else value
    return fraction.quantize(FRACTION_STEP)
