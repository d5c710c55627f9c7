"""Averages of a price over a time, and which time a report's average fits. No Django here."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal

from offers.state.segments import Segment, clip, joined
from reports.reconciliation.terms import Line, LineState, Period

CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Weighted:
    """The price weighted by time over the spans in which it is known; `known` is their share of the time asked for."""

    price: Decimal | None
    known: Decimal
    spans: Sequence[Segment] = ()

    @property
    def values(self) -> list[Decimal]:
        """The prices one after the other."""
        return [span.value for span in joined_values(self.spans)]


def time_weighted(prices: Iterable[Segment], since: datetime, until: datetime) -> Weighted:
    """The average of `prices` (values are amounts) over [since, until), rounded to hundredths as the reports are."""
    spans = clip(prices, since, until)
    total, known = Decimal(0), Decimal(0)
    for span in spans:
        length = _seconds(span.until - span.since)
        total, known = total + span.value * length, known + length
    asked = _seconds(until - since)
    if not known or not asked:
        return Weighted(None, Decimal(0))
    return Weighted((total / known).quantize(CENT, ROUND_HALF_UP), known / asked, spans)


def sales_weighted(lines: Iterable[Line], since: datetime, until: datetime) -> Decimal | None:
    """What was paid per piece on average in [since, until); None without a sale."""
    sold = [line for line in lines if line.state is LineState.COUNTED and since <= line.bought_at < until]
    pieces = sum(line.pieces for line in sold)
    if not pieces:
        return None
    paid = sum((line.price * line.pieces for line in sold), Decimal(0))
    return (paid / pieces).quantize(CENT, ROUND_HALF_UP)


def fitting_end(spans: Sequence[Segment], since: datetime, average: Decimal) -> datetime | None:
    """The change of the price up to which the average is `average`, to the hundredth; None where none fits."""
    for span in joined_values(spans)[1:]:
        until = time_weighted(spans, since, span.since)
        if until.price is not None and abs(until.price - average) <= CENT:
            return span.since
    return None


def needed_rest(average: Decimal, own: Weighted, prices: Sequence[Segment], period: Period) -> Decimal | None:
    """The price in the unknown rest of the period with which `average` is right; None where no such price was near.

    Near are the prices known in the period and the ones next to it on either side.
    """
    if own.price is None or own.known >= 1:
        return None
    needed = ((average - own.price * own.known) / (1 - own.known)).quantize(CENT, ROUND_HALF_UP)
    before = [span.value for span in prices if span.until <= period.since][-1:]
    after = [span.value for span in prices if span.since >= period.known_until][:1]
    near = [*(span.value for span in own.spans), *before, *after]
    # Both averages are rounded, the rest of the time may be short.
    slack = max(CENT / (1 - own.known), CENT)
    return needed if min(near) - slack <= needed <= max(near) + slack else None


def joined_values(spans: Sequence[Segment]) -> list[Segment]:
    """Neighbours of the same value made one, whatever is unknown between them."""
    found: list[Segment] = []
    for span in joined(spans):
        if found and found[-1].value == span.value:
            found[-1] = Segment(found[-1].since, span.until, span.value)
        else:
            found.append(span)
    return found


def _seconds(length: timedelta) -> Decimal:
    return Decimal(length // timedelta(microseconds=1)) / 1_000_000
