"""Plain values for the comparison: a report of the first week of September, our record around it."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from offers.fields import STOCK
from offers.state.segments import Segment
from offers.state.timeline import FieldState
from reports.reconciliation.compare import compare
from reports.reconciliation.terms import (
    Code,
    Found,
    Line,
    LineState,
    Measure,
    Period,
    Reported,
    Surroundings,
    Weight,
)

TEN = Decimal(10)
# 1 to 7 September; midnight in Warsaw is 22:00 UTC of the day before.
WEEK = Period(date(2026, 9, 1), date(2026, 9, 7), datetime(2026, 9, 10, 8, tzinfo=UTC))


def at(day: int, hour: int = 10, minute: int = 0) -> datetime:
    """An instant (UTC) in September; day 0 is 31 August."""
    return datetime(2026, 8, 31, hour, minute, tzinfo=UTC) + timedelta(days=day)


def span(since: datetime, until: datetime, value: Any) -> Segment:
    """A known span; figures as text become money."""
    is_money = isinstance(value, str) and value[0].isdigit()
    return Segment(since, until, Decimal(value) if is_money else value)


def line(day: int, pieces: int = 1, hour: int = 10, **more: Any) -> Line:
    """A paid line of a lamp for 50.00, bought on a day of September."""
    price = Decimal(more.pop("price", "50.00"))
    bought = at(day, hour)
    values: dict[str, Any] = {
        "counted_at": bought,
        "price": price,
        "list_price": price,
        "state": LineState.COUNTED,
    }
    return Line(bought, pieces=pieces, **(values | more))


def around(**more: Any) -> Surroundings:
    """An offer at 50.00 with 20 pieces all the time, whose orders are known for the year."""
    long = (datetime(2026, 8, 1, tzinfo=UTC), at(20))
    values: dict[str, Any] = {
        "prices": [span(*long, "50.00")],
        "stocks": [span(*long, 20)],
        "statuses": [span(*long, "ACTIVE")],
        "stock_at_end": FieldState(STOCK, "", value=20),
        "sales_since": date(2026, 1, 1),
        "sales_until": at(20),
        "price_now": Decimal("50.00"),
        "stock_now": 20,
    }
    return Surroundings(**(values | more))


def find(measure: Measure, reported: Any, period: Period = WEEK, /, **more: Any) -> Found:
    """One measure compared at 10 %."""
    value: Any = Decimal(reported) if measure in (Measure.PRICE, Measure.REVENUE) else int(reported)
    [found] = compare(Reported(**{str(measure): value}), period, around(**more), TEN)
    return found


def codes(found: Found) -> list[Code]:
    """The reasons in their order."""
    return [reason.code for reason in found.reasons]


def exact(found: Found) -> set[Code]:
    """The reasons that explain the whole difference."""
    return {reason.code for reason in found.reasons if reason.weight is Weight.EXACT}
