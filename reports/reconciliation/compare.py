"""A report's figures of one offer beside our own of the same days. No Django here.

Two values agree when they differ by no more than the threshold, in per cent of our own value. Small numbers have a
floor: whole pieces agree when they are the same or within the threshold, money when it differs by no more than the
rounding to hundredths. Beside an own value of zero there are no per cents: anything above the floor differs.
"""

from collections.abc import Iterator
from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal

from offers.state.timeline import FieldState
from reports.reconciliation import reasons
from reports.reconciliation.averages import CENT, needed_rest, time_weighted
from reports.reconciliation.counting import count
from reports.reconciliation.terms import (
    SALES,
    Code,
    Found,
    Measure,
    Period,
    Reason,
    Reported,
    Status,
    Surroundings,
)

# An average of less than this share of the period is no reference for the whole of it.
KNOWN_ENOUGH = Decimal("0.5")
# More than this many per cent are told as this many.
LARGEST = Decimal(10) ** 9
NOTHING, WHOLE = Decimal(0), Decimal(100)


def compare(reported: Reported, period: Period, around: Surroundings, threshold: Decimal) -> list[Found]:
    """Every measure that the report gives for one offer, compared; `threshold` in per cent.

    For an offer that the report does not name, its sales: there is nothing beside them.
    """
    if around.is_in_report:
        found = list(_compared(reported, period, around, threshold))
    else:
        found = [_not_named(measure, period, around) for measure in SALES]
    is_settled = reasons.is_settled(period, around)
    return [each if is_settled else replace(each, is_open=True) for each in found]


def _compared(reported: Reported, period: Period, around: Surroundings, threshold: Decimal) -> Iterator[Found]:
    for measure in Measure:
        value = reported.value(measure)
        if value is None:
            continue
        lacking = _general_lack(measure, around)
        if lacking:
            yield Found(measure, value, None, Status.NO_REFERENCE, reasons=[lacking])
        elif measure is Measure.PRICE:
            yield _price(value, period, around, threshold)
        elif measure is Measure.STOCK:
            yield _stock(value, period, around, threshold)
        else:
            yield _sales(measure, reported, period, around, threshold)


def _general_lack(measure: Measure, around: Surroundings) -> Reason | None:
    """What makes every comparison of the kind impossible."""
    if not around.is_known:
        return Reason(Code.UNKNOWN_OFFER)
    if around.other_marketplace and measure is Measure.PRICE:
        return Reason(Code.OTHER_MARKETPLACE, facts={"marketplace": around.other_marketplace})
    if around.other_currency and measure is Measure.PRICE:
        return Reason(Code.OTHER_CURRENCY, facts={"currency": around.other_currency})
    return None


def _not_named(measure: Measure, period: Period, around: Surroundings) -> Found:
    own = None
    if reasons.lack_of_sales(period, around) is None:
        total = count(around.lines, period)
        own = Decimal(total.units) if measure is Measure.UNITS else total.revenue
    found = Found(measure, None, own, Status.NO_REFERENCE)
    return replace(found, reasons=[*reasons.not_active(period, around), Reason(Code.NOT_IN_REPORT)])


# Price ----------------------------------------------------------------------------------------------------------------


def _price(value: Decimal, period: Period, around: Surroundings, threshold: Decimal) -> Found:
    own = time_weighted(around.prices, period.since, period.known_until)
    found = Found(Measure.PRICE, value, own.price, Status.NO_REFERENCE, now=around.price_now, known=own.known)
    if own.price is None or own.known < KNOWN_ENOUGH:
        return replace(found, own=None, reasons=reasons.lack_of_price(own, period, around))
    found = _judged(found, threshold, CENT)
    needed = needed_rest(value, own, around.prices, period)
    if found.status is Status.DIFFERS and needed is not None:
        lacking = [reasons.partly_known(own, needed), *reasons.of_price(found, own, period, around)]
        return replace(found, status=Status.NO_REFERENCE, reasons=reasons.each_once(lacking))
    if found.difference:
        found = replace(found, reasons=reasons.of_price(found, own, period, around))
    return _or_outdated(found, period, around, threshold, CENT)


# Stock ----------------------------------------------------------------------------------------------------------------


def _stock(value: Decimal, period: Period, around: Surroundings, threshold: Decimal) -> Found:
    state = around.stock_at_end
    now = None if around.stock_now is None else Decimal(around.stock_now)
    found = Found(Measure.STOCK, value, None, Status.NO_REFERENCE, now=now)
    if state is None or not state.is_known or not isinstance(state.value, int):
        return _within_bounds(found, state, period, around)
    found = _judged(replace(found, own=Decimal(state.value)), threshold, NOTHING)
    if found.difference:
        found = replace(found, reasons=reasons.of_stock(found, period, around))
    return _or_outdated(found, period, around, threshold, NOTHING)


def _within_bounds(found: Found, state: FieldState | None, period: Period, around: Surroundings) -> Found:
    """Beside a stock that moved somewhere between two readings: any value between the two is as right as another."""
    ends = [seen.value for seen in (state.before, state.after) if seen] if state else []
    if len(ends) == 2 and all(isinstance(end, int) for end in ends):
        low, high = min(ends), max(ends)
        found = replace(found, low=low, high=high)
        if found.reported is not None and low <= found.reported <= high:
            return replace(found, status=Status.AGREES)
    return replace(found, reasons=reasons.lack_of_stock(state, period, around))


# Units and revenue ----------------------------------------------------------------------------------------------------


def _sales(measure: Measure, reported: Reported, period: Period, around: Surroundings, threshold: Decimal) -> Found:
    value = reported.value(measure)
    lacking = reasons.lack_of_sales(period, around)
    if lacking:
        return Found(measure, value, None, Status.NO_REFERENCE, reasons=[lacking])
    total = count(around.lines, period)
    own = Decimal(total.units) if measure is Measure.UNITS else total.revenue
    found = Found(measure, value, own, Status.NO_REFERENCE)
    found = _judged(found, threshold, CENT if measure is Measure.REVENUE else NOTHING)
    if found.difference:
        found = replace(found, reasons=reasons.of_sales(found, reported, period, around))
    return found


# Both -----------------------------------------------------------------------------------------------------------------


def _judged(found: Found, threshold: Decimal, floor: Decimal) -> Found:
    """With the difference, its per cent of the own value, and whether the two agree."""
    assert found.reported is not None  # noqa: S101 - told before
    assert found.own is not None  # noqa: S101
    difference = found.reported - found.own
    agrees = is_near(found.reported, found.own, threshold, floor)
    return replace(
        found,
        difference=difference,
        percent=_percent(difference, found.own),
        status=Status.AGREES if agrees else Status.DIFFERS,
    )


def is_near(one: Decimal, own: Decimal, threshold: Decimal, floor: Decimal) -> bool:
    """Whether `one` agrees with `own`; see the module's docstring."""
    difference = abs(one - own)
    return difference <= floor or (own != 0 and difference * WHOLE <= threshold * abs(own))


def _percent(difference: Decimal, own: Decimal) -> Decimal | None:
    if not own:
        return None
    percent = (difference * WHOLE / abs(own)).quantize(Decimal("0.1"), ROUND_HALF_UP)
    return max(-LARGEST, min(percent, LARGEST))


def _or_outdated(found: Found, period: Period, around: Surroundings, threshold: Decimal, floor: Decimal) -> Found:
    """Right when it was made, but made before its days were over, and another report of these days would say more.

    A report of days that are over stays right for them, however the price or the stock moved on: there is nothing to
    upload anew. Only the newest report of an offer can be out of date.
    """
    if found.status is not Status.AGREES or found.now is None or not (around.is_newest and period.is_incomplete):
        return found
    if is_near(found.reported or NOTHING, found.now, threshold, floor):
        return found
    since = reasons.changed_since(found, period, around)
    return replace(found, status=Status.OUTDATED, reasons=[since, *found.reasons])
