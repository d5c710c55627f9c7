"""Figures made of two others, for one offer or a whole account: each is None where a part of it is not known.

Allegro does not publish how it makes its own ratios, so ours are made again from the counts beside them, which also
lets several rows be joined: a ratio of sums, never a mean of ratios.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Final, TypeVar

Number = TypeVar("Number", int, Decimal)

RATIO_STEP: Final = Decimal("0.0001")
MONEY_STEP: Final = Decimal("0.01")


def ratio(part: int | Decimal | None, base: int | Decimal | None, step: Decimal = RATIO_STEP) -> Decimal | None:
    """`part` for each one of `base`, rounded half up to `step`; None without a part or a positive base."""
    if part is None or not base or base < 0:
        return None
    return (Decimal(part) / Decimal(base)).quantize(step, ROUND_HALF_UP)


def total(values: Iterable[Number | None]) -> Number | None:
    """The sum, None as soon as one value is not known or there is none: a part of a sum would pass for the whole."""
    known: list[Number] = []
    for value in values:
        if value is None:
            return None
        known.append(value)
    return sum(known[1:], known[0]) if known else None


@dataclass(frozen=True, slots=True)
class AdsFigures:
    """What Allegro Ads reports of one offer over one period; money in one currency, net or gross as Allegro has it.

    `units` and `revenue` are what Allegro attributes to clicks on this offer: the buyer may have bought another one,
    so they are no part of the offer's own sales.
    """

    impressions: int | None
    clicks: int | None
    interest: int | None
    cost: Decimal | None
    units: int | None
    revenue: Decimal | None

    @property
    def click_rate(self) -> Decimal | None:
        """Clicks for each impression (CTR)."""
        return ratio(self.clicks, self.impressions)

    @property
    def cost_of_click(self) -> Decimal | None:
        """Money for each click (CPC)."""
        return ratio(self.cost, self.clicks, MONEY_STEP)

    @property
    def revenue_for_cost(self) -> Decimal | None:
        """Attributed sales for each unit of money spent (ROAS)."""
        return ratio(self.revenue, self.cost, MONEY_STEP)


def joined(figures: Iterable[AdsFigures]) -> AdsFigures:
    """The figures of several campaigns or groups together."""
    rows = list(figures)
    return AdsFigures(
        impressions=total(row.impressions for row in rows),
        clicks=total(row.clicks for row in rows),
        interest=total(row.interest for row in rows),
        cost=total(row.cost for row in rows),
        units=total(row.units for row in rows),
        revenue=total(row.revenue for row in rows),
    )
