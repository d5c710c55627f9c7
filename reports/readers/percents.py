"""Decide whether a column of percentages is written as fractions (0.12) or as points (12 or "12 %").

No public sample of the report settles it, and one cell cannot: 0.5 is fifty percent or half of one. The column can: a
percent sign in text means points, a percent format on numbers means fractions. Without either, shares of one total
tell by their sum, which is about 1 or about 100, and a rate (clicks by impressions) tells by the columns it is made of.
A column that stays in doubt is left out rather than guessed.
"""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Final

from reports.readers.numbers import Percent

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
    """Evidence gathered over one column.

    `formatted`: its numbers have a percent format. `of_whole`: its cells are shares of one total.
    """

    formatted: bool = False
    of_whole: bool = True
    signed: int = 0
    unsigned: int = 0
    largest: Decimal = Decimal(0)
    total: Decimal = Decimal(0)
    as_fractions: int = 0
    as_points: int = 0

    def add(self, percent: Percent) -> None:
        """Count one cell."""
        if percent.signed:
            self.signed += 1
        else:
            self.unsigned += 1
        self.largest = max(self.largest, abs(percent.value))
        self.total += percent.value

    def compare(self, written: Decimal, expected: Decimal) -> None:
        """Hold a cell against the fraction of 1 that other columns of its row make it."""
        if written and expected:
            # The scales are a hundredfold apart, so ten parts them whatever was rounded.
            if written < expected * 10:
                self.as_fractions += 1
            else:
                self.as_points += 1

    def scale(self) -> PercentScale:
        """Tell the scale of the whole column."""
        if self.signed and self.unsigned and self.formatted:
            return PercentScale.UNKNOWN
        if self.signed:
            return PercentScale.POINTS
        told = self._scale_by_comparison()
        if self.formatted:
            doubtful = told is PercentScale.POINTS or self.largest > 1
            return PercentScale.UNKNOWN if doubtful else PercentScale.FRACTION
        return told or self._scale_by_size()

    def _scale_by_comparison(self) -> PercentScale | None:
        if not self.as_fractions and not self.as_points:
            return None
        if self.as_fractions and self.as_points:
            return PercentScale.UNKNOWN
        return PercentScale.FRACTION if self.as_fractions else PercentScale.POINTS

    def _scale_by_size(self) -> PercentScale:
        if self.largest > 1 or (self.of_whole and self.total > LARGEST_WHOLE):
            return PercentScale.POINTS
        # Nothing but zeros is zero on either scale.
        if not self.largest or (self.of_whole and self.total >= SMALLEST_WHOLE):
            return PercentScale.FRACTION
        return PercentScale.UNKNOWN


def as_fraction(value: Decimal, scale: PercentScale) -> Decimal:
    """Give a share as a fraction of 1, to six places."""
    fraction = value / 100 if scale is PercentScale.POINTS else value
    return fraction.quantize(FRACTION_STEP)
