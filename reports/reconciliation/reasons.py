"""Why a report's figure and ours differ, or why there is nothing to compare: computed from facts alone. No Django here.

What explains a difference to the last piece comes first, then what explains a part, then what was so at the time.
Nothing is made up: where no fact speaks, the reason is that none was found.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from offers.calendar import ONE_DAY, start_of_day
from offers.state.segments import Segment, clip
from offers.state.timeline import FieldState
from reports.reconciliation.averages import CENT, Weighted, fitting_end, joined_values, sales_weighted
from reports.reconciliation.counting import Explained, Sum, count, explain
from reports.reconciliation.terms import (
    Code,
    Found,
    LineState,
    Measure,
    Period,
    Reason,
    Reported,
    Surroundings,
    Weight,
)

ACTIVE = "ACTIVE"
# So long before the end of a period, or after it, a file may have been made that gives an older stock.
STOCK_REACH = timedelta(hours=48)
# How long after the last day its figures may still be incomplete (a seller's word: allegro-api issue 11976).
SETTLING = timedelta(hours=24)


def is_settled(period: Period, around: Surroundings) -> bool:
    """Whether all is known that will ever be said of the period, but for what comes as a new fact.

    Up to then a reading that finds nothing new still makes the known spans longer.
    """
    if not around.is_known or around.sales_until is None:
        return False
    ends = [around.sales_until]
    if all(until is not None for _since, until in around.absences):
        kinds = (around.prices, around.stocks, around.statuses)
        ends += [max((span.until for span in spans), default=period.since) for spans in kinds]
    return min(ends) >= period.until + STOCK_REACH


def ranked(found: Iterable[Reason]) -> list[Reason]:
    """What explains most first; where nothing was found, that."""
    ordered = sorted(found, key=lambda reason: reason.weight)
    return ordered or [Reason(Code.NONE_FOUND)]


# Price ----------------------------------------------------------------------------------------------------------------


def of_price(found: Found, own: Weighted, period: Period, around: Surroundings) -> list[Reason]:
    """Why an average price differs from the one weighted by time."""
    return ranked(
        [
            *_price_moves(found, own, period),
            *_weighted_by_sales(found, period, around),
            *_partly(own),
            *_around(found, period, around),
        ]
    )


def _price_moves(found: Found, own: Weighted, period: Period) -> Iterator[Reason]:
    moves = joined_values(own.spans)
    if len(moves) < 2 or found.reported is None:
        return
    facts: dict[str, Any] = {
        "times": len(moves) - 1,
        "from": str(moves[0].value),
        "to": str(moves[-1].value),
        "first_at": _iso(moves[1].since),
        "last_at": _iso(moves[-1].since),
    }
    fits = fitting_end(own.spans, period.since, found.reported)
    if fits:
        facts["until"] = _iso(fits)
    yield Reason(Code.PRICE_CHANGED, Weight.EXACT if fits else Weight.AROUND, facts)


def _weighted_by_sales(found: Found, period: Period, around: Surroundings) -> Iterator[Reason]:
    """The report may weigh by sales instead of time; what it does is not published."""
    average = sales_weighted(around.lines, period.since, period.until)
    if average is not None and found.reported is not None and abs(average - found.reported) <= CENT:
        yield Reason(Code.SALES_WEIGHTED, Weight.EXACT, {"average": str(average)})


def _partly(own: Weighted) -> Iterator[Reason]:
    if own.known < 1:
        yield Reason(Code.PARTLY_KNOWN, facts={"share": _share(own.known)})


def partly_known(own: Weighted, needed: Decimal) -> Reason:
    """The report may be right: it is with the price `needed` in the time of which the price is not known."""
    return Reason(Code.PARTLY_KNOWN, facts={"share": _share(own.known), "needed": str(needed)})


def lack_of_price(own: Weighted, period: Period, around: Surroundings) -> list[Reason]:
    """Why there is no average of our own."""
    begins = min((span.since for span in around.prices), default=None)
    if begins is None or begins >= period.known_until:
        facts = {"since": _iso(begins)} if begins else {}
        return [Reason(Code.HISTORY_BEGINS, facts=facts)]
    ends = max(span.until for span in around.prices)
    if ends <= period.since:
        return [Reason(Code.NOT_READ_YET, facts={"until": _iso(ends)})]
    return [Reason(Code.PARTLY_KNOWN, facts={"share": _share(own.known)}), *_gaps(period, around)]


# Stock ----------------------------------------------------------------------------------------------------------------


def of_stock(found: Found, period: Period, around: Surroundings) -> list[Reason]:
    """Why an ending quantity differs from the stock at the end of the last day."""
    return ranked([*_stock_earlier(found, period, around), *_around(found, period, around)])


def _stock_earlier(found: Found, period: Period, around: Surroundings) -> Iterator[Reason]:
    """When the stock was what the report says: shortly before the end of the period, or after it until the upload."""
    reach = max(min(period.known_until + STOCK_REACH, _after_upload(period)), period.known_until)
    near = clip(around.stocks, period.known_until - STOCK_REACH, reach)
    matching = [span for span in near if Decimal(span.value or 0) == found.reported and span.value is not None]
    if matching:
        nearest = min(matching, key=lambda span: _distance(span, period.known_until))
        yield Reason(Code.STOCK_EARLIER, Weight.EXACT, {"since": _iso(nearest.since), "until": _iso(nearest.until)})


def _after_upload(period: Period) -> datetime:
    return max(period.made_by, period.since)


def _distance(span: Segment, moment: datetime) -> timedelta:
    return max(moment - span.until, span.since - moment, timedelta())


def lack_of_stock(state: FieldState | None, period: Period, around: Surroundings) -> list[Reason]:
    """Why the stock at the end of the last day is not known."""
    facts = {"at": _iso(period.known_until)}
    if state and state.before:
        facts |= {"before": str(state.before.value), "before_at": _iso(state.before.at)}
    if state and state.after:
        facts |= {"after": str(state.after.value), "after_at": _iso(state.after.at)}
    if state is None or (state.before is None and state.after):
        return [Reason(Code.HISTORY_BEGINS, facts={"since": facts["after_at"]} if "after_at" in facts else {})]
    if state.after is None:
        return [Reason(Code.NOT_READ_YET, facts={"until": facts["before_at"]} if "before_at" in facts else {})]
    return [Reason(Code.VALUE_UNKNOWN, facts=facts), *_gaps(period, around)]


# What has changed since -----------------------------------------------------------------------------------------------


def changed_since(found: Found, period: Period, around: Surroundings) -> Reason:
    """Since when the price or the stock is no longer what the report says."""
    spans = around.prices if found.measure is Measure.PRICE else around.stocks
    later = [span for span in joined_values(spans) if span.since > period.known_until]
    facts: dict[str, Any] = {"now": str(found.now), **_said(period)}
    if later:
        facts |= {"times": len(later), "first_at": _iso(later[0].since), "last_at": _iso(later[-1].since)}
    return Reason(Code.CHANGED_SINCE, facts=facts)


# Units and revenue ----------------------------------------------------------------------------------------------------


def lack_of_sales(period: Period, around: Surroundings) -> Reason | None:
    """Why there are no orders to count; None where all of the period are known."""
    if around.sales_since is None:
        return Reason(Code.HISTORY_BEGINS)
    if around.sales_since > period.first:
        return Reason(Code.HISTORY_BEGINS, facts={"since": _iso(start_of_day(around.sales_since))})
    if around.sales_until is None or around.sales_until < period.known_until:
        facts = {"until": _iso(around.sales_until)} if around.sales_until else {}
        return Reason(Code.NOT_READ_YET, facts=facts)
    return None


def of_sales(found: Found, reported: Reported, period: Period, around: Surroundings) -> list[Reason]:
    """Why pieces or money differ from the orders of the same days."""
    explained, effects = explain(around.lines, period, (reported.units, reported.revenue), around.holds_until)
    if not explained:
        explained, effects = _explain_one(found, period, around)
    exact = [reason for each in explained for reason in _exact(each, around)]
    parts = [] if exact else list(_parts(found, effects, around))
    return ranked([*each_once(exact), *parts, *_price_beside(found, period, around), *_around(found, period, around)])


def _explain_one(found: Found, period: Period, around: Surroundings) -> tuple[list[Explained], list[tuple[Code, Sum]]]:
    """As `explain`, for this measure alone."""
    assert found.reported is not None  # noqa: S101 - compared before
    if found.measure is Measure.UNITS:
        return explain(around.lines, period, (int(found.reported), None), around.holds_until)
    return explain(around.lines, period, (None, found.reported), around.holds_until)


def _exact(explained: Explained, around: Surroundings) -> Iterator[Reason]:
    for code, effect in explained.parts:
        facts = _effect(effect, together=len(explained.parts))
        if code is Code.EXPORT_OLDER and explained.cutoff:
            facts["cutoff"] = _iso(explained.cutoff)
        if explained.some:
            facts |= {"some": explained.some, "of": explained.of}
        yield Reason(code, Weight.EXACT, facts | _details(code, around))


def _parts(found: Found, effects: Iterable[tuple[Code, Sum]], around: Surroundings) -> Iterator[Reason]:
    """The ways of counting that bring the two values nearer, the one that leaves least first."""
    assert found.difference is not None  # noqa: S101 - compared before
    nearer = []
    for code, effect in effects:
        moved = Decimal(effect.units) if found.measure is Measure.UNITS else effect.revenue
        left = abs(found.difference - moved)
        if left < abs(found.difference):
            nearer.append((left, Reason(code, Weight.PART, _effect(effect) | _details(code, around))))
    yield from (reason for _left, reason in sorted(nearer, key=lambda each: each[0]))


def _effect(effect: Sum, together: int = 1) -> dict[str, Any]:
    facts: dict[str, Any] = {"units": effect.units, "revenue": str(effect.revenue)}
    return {**facts, "together": together} if together > 1 else facts


def _details(code: Code, around: Surroundings) -> dict[str, Any]:
    """How many order lines there are of the kind."""
    states = {Code.CANCELLED: LineState.CANCELLED, Code.UNPAID: LineState.UNPAID}
    if code in states:
        return {"lines": sum(line.state is states[code] for line in around.lines)}
    return {}


def each_once(found: Iterable[Reason]) -> list[Reason]:
    """The first of each kind, in their order."""
    kept: dict[Code, Reason] = {}
    for reason in found:
        kept.setdefault(reason.code, reason)
    return list(kept.values())


def _price_beside(found: Found, period: Period, around: Surroundings) -> Iterator[Reason]:
    """Changes of the price do not make the same orders worth something else, but they say where to look."""
    if found.measure is not Measure.REVENUE:
        return
    moves = joined_values(clip(around.prices, period.since, period.until))
    if len(moves) > 1:
        yield Reason(
            Code.PRICE_CHANGED,
            facts={
                "times": len(moves) - 1,
                "from": str(moves[0].value),
                "to": str(moves[-1].value),
                "first_at": _iso(moves[1].since),
                "last_at": _iso(moves[-1].since),
            },
        )


# What was going on ----------------------------------------------------------------------------------------------------


def _around(found: Found, period: Period, around: Surroundings) -> Iterator[Reason]:
    yield from _last_day(found, period, around)
    yield from not_active(period, around)
    yield from _other_reports(found, around)
    if found.measure in (Measure.PRICE, Measure.STOCK):
        yield from _gaps(period, around)


def _last_day(found: Found, period: Period, around: Surroundings) -> Iterator[Reason]:
    """The file was uploaded before its last day was over, or so soon after it that the day may be incomplete."""
    if period.is_incomplete:
        yield Reason(Code.LAST_DAY, facts={**_made(period), **_last_day_sales(period, around)})
    elif found.measure in (Measure.UNITS, Measure.REVENUE) and period.made_by < period.until + SETTLING:
        sold = _last_day_sales(period, around)
        if found.difference is not None and found.difference < 0 and sold["units"]:
            yield Reason(Code.LAST_DAY, facts={**_made(period), **sold, "soon": True})


def _made(period: Period) -> dict[str, Any]:
    """When the file was uploaded, and when it was made if it says so."""
    return {"uploaded_at": _iso(period.uploaded_at), **_said(period)}


def _said(period: Period) -> dict[str, Any]:
    """When the file says that it was made."""
    return {"exported_at": _iso(period.exported_at)} if period.exported_at else {}


def _last_day_sales(period: Period, around: Surroundings) -> dict[str, Any]:
    last = count(around.lines, replace(period, first=period.last))
    return {"units": last.units, "revenue": str(last.revenue)}


def not_active(period: Period, around: Surroundings) -> Iterator[Reason]:
    """When the offer could not be bought within the period, from its known status and its absences."""
    spans = [span for span in clip(around.statuses, period.since, period.until) if span.value not in (ACTIVE, None)]
    absent = [Segment(since, until or period.until, "GONE") for since, until in around.absences]
    spans += clip(absent, period.since, period.until)
    if spans:
        first = min(spans, key=lambda span: span.since)
        last = max(spans, key=lambda span: span.until)
        facts = {"since": _iso(first.since), "until": _iso(last.until), "status": str(first.value)}
        yield Reason(Code.NOT_ACTIVE, facts={**facts, "at_end": last.until >= period.until - ONE_DAY / 24})


def _other_reports(found: Found, around: Surroundings) -> Iterator[Reason]:
    for name, other in around.others:
        value = other.value(found.measure)
        if value is not None and value != found.reported:
            yield Reason(Code.OTHER_REPORT, facts={"file": name, "value": str(value), "agrees": value == found.own})


def _gaps(period: Period, around: Surroundings) -> Iterator[Reason]:
    touching = [(since, until) for since, until in around.gaps if since < period.until and until > period.since]
    if touching:
        first, last = min(since for since, _until in touching), max(until for _since, until in touching)
        yield Reason(Code.COVERAGE_GAP, facts={"times": len(touching), "since": _iso(first), "until": _iso(last)})


def _iso(instant: datetime) -> str:
    return instant.isoformat()


def _share(known: Decimal) -> str:
    return str((known * 100).quantize(Decimal(1)))
