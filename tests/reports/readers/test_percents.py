"""One scale for a whole column of shares, or none."""

from decimal import Decimal

import pytest

from reports.readers.numbers import Percent
from reports.readers.percents import PercentColumn, PercentScale, as_fraction


def column(*values: str, signed: bool = False, formatted: bool = False) -> PercentColumn:
    gathered = PercentColumn(formatted=formatted)
    for value in values:
        gathered.add(Percent(Decimal(value), signed))
    return gathered


@pytest.mark.parametrize(
    ("gathered", "scale"),
    [
        (column("0.4", "0.3", signed=True), PercentScale.POINTS),
        (column("0.004", "0.003", formatted=True), PercentScale.FRACTION),
        (column("40", "3", formatted=True), PercentScale.UNKNOWN),
        (column("0.4", "0.6"), PercentScale.FRACTION),
        (column("0.3333", "0.3333", "0.3335"), PercentScale.FRACTION),
        (column("40", "60"), PercentScale.POINTS),
        (column(*["0.5"] * 200), PercentScale.POINTS),
        (column("0.004", "0.003"), PercentScale.UNKNOWN),
        (column("0", "0"), PercentScale.FRACTION),
        (column(), PercentScale.FRACTION),
    ],
)
def test_the_scale_is_decided_by_the_whole_column(gathered: PercentColumn, scale: PercentScale) -> None:
    assert gathered.scale() is scale


def test_signs_on_some_cells_and_a_percent_format_on_others_contradict() -> None:
    gathered = column("0.2", formatted=True)
    gathered.add(Percent(Decimal(30), signed=True))
    assert gathered.scale() is PercentScale.UNKNOWN


def test_points_become_fractions_of_one() -> None:
    assert as_fraction(Decimal("12.34"), PercentScale.POINTS) == Decimal("0.123400")
    assert as_fraction(Decimal("0.1234"), PercentScale.FRACTION) == Decimal("0.123400")
