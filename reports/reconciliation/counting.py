"""Orders of a period counted as a report may have counted them, until both come to the same. No Django here.

Ours counts pieces of paid orders that are not cancelled, bought on the period's Warsaw days on the marketplace of the
report. Each `Way` is a rule by which Allegro's own report may rightly count otherwise; what it really does is not
published, so a way is offered as the reason only where it gives the report's figures, or comes nearer to them.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import combinations

from offers.calendar import ONE_DAY
from reports.reconciliation.terms import Code, Line, LineState, Period

# A report made in the last two days of its period, or later, can lack what came after it was made.
LATE = timedelta(hours=48)
CENT = Decimal("0.01")
WAYS = (
    Code.CANCELLED,
    Code.UNPAID,
    Code.RETURNS,
    Code.RETURNS_REFUSED,
    Code.UTC_DAYS,
    Code.MARKETPLACES,
    Code.BEFORE_DISCOUNTS,
)
# More rules at once would fit anything.
MOST_AT_ONCE = 3
# What happens to single orders one by one, some before the report was made and some after it: a part of the lines may
# be counted otherwise. More lines than that have parts for any difference.
ONE_BY_ONE = ((Code.CANCELLED, Code.UNPAID), (Code.RETURNS, Code.RETURNS_REFUSED))
MOST_LINES = 8
Ways = frozenset[Code]
AS_OURS: Ways = frozenset()
Wanted = tuple[int | None, Decimal | None]
"""Pieces and money that a report says; None where it does not, or where that is not asked for."""


@dataclass(frozen=True, slots=True)
class Sum:
    """Pieces and money."""

    units: int = 0
    revenue: Decimal = Decimal(0)

    def minus(self, other: "Sum") -> "Sum":
        """The difference."""
        return Sum(self.units - other.units, self.revenue - other.revenue)

    @property
    def is_nothing(self) -> bool:
        """Whether it is neither pieces nor money."""
        return not self.units and not self.revenue


@dataclass(frozen=True, slots=True)
class Explained:
    """Rules under which the orders give the report's figure, with what each adds; `cutoff` of a report made early.

    `some` tells to how many order lines the rules apply, and `of` to how many they could, where that is not to all.
    """

    parts: tuple[tuple[Code, Sum], ...]
    cutoff: datetime | None = None
    some: int = 0
    of: int = 0


def count(lines: Iterable[Line], period: Period, ways: Ways = AS_OURS) -> Sum:
    """What the lines come to when they are counted by the rules `ways` besides ours."""
    return _total(_counted(lines, period, ways), ways)


def explain(
    lines: Sequence[Line],
    period: Period,
    wanted: Wanted,
    holds_until: datetime | None = None,
) -> tuple[list[Explained], list[tuple[Code, Sum]]]:
    """The shortest sets of rules that give exactly the `wanted` figures, and what each adds.

    Rules that add nothing are left out of both; the second is for a difference that nothing explains exactly. That the
    report was made early is no explanation where it holds purchases of other offers from after that: `holds_until`.
    """
    ours = count(lines, period)
    effects = [(way, count(lines, period, frozenset({way})).minus(ours)) for way in WAYS]
    effective = [(way, effect) for way, effect in effects if not effect.is_nothing]
    ways = [way for way, _effect in effective]
    for size in range(1, MOST_AT_ONCE + 1):
        found = list(_exact(lines, period, wanted, ways=ways, size=size, holds_until=holds_until))
        if size == 1:
            found += [each for group in ONE_BY_ONE for each in _some_of(lines, period, wanted, group)]
        if found:
            return found, effective
    return [], effective


def _exact(
    lines: Sequence[Line],
    period: Period,
    wanted: Wanted,
    *,
    ways: Sequence[Code],
    size: int,
    holds_until: datetime | None,
) -> Iterator[Explained]:
    """Sets of `size` rules that fit, the end of a report made early counting as one of them."""
    for chosen in combinations(ways, size):
        if _fits(count(lines, period, frozenset(chosen)), wanted):
            yield Explained(tuple(_parts(lines, period, chosen)))
    for chosen in combinations(ways, size - 1):
        counted = _counted(lines, period, frozenset(chosen))
        early = _fitting_cutoff(counted, period, frozenset(chosen), wanted)
        if early and (holds_until is None or early[0] > holds_until):
            cutoff, missing = early
            parts = [*_parts(lines, period, chosen), (Code.EXPORT_OLDER, Sum(-missing.units, -missing.revenue))]
            yield Explained(tuple(parts), cutoff)


def _some_of(lines: Sequence[Line], period: Period, wanted: Wanted, ways: Sequence[Code]) -> Iterator[Explained]:
    """The fewest lines that give the figures, pieces and money, where the rules `ways` hold for them alone.

    Lines of the same worth are told apart by nothing: each mixture of rules that does with as few is given. That one
    rule holds for all its lines is told elsewhere.
    """
    if None in wanted:
        return  # one figure alone is too easily met
    ours = count(lines, period)
    effects = [(way, effect) for way in ways for effect in _line_by_line(lines, period, way)]
    if len(effects) > MOST_LINES:
        return
    of_each = Counter(way for way, _effect in effects)
    for size in range(1, len(effects) + 1):
        found: dict[frozenset[Code], Explained] = {}
        for chosen in combinations(effects, size):
            parts = {way: _sum(effect for each, effect in chosen if each is way) for way, _effect in chosen}
            is_one_rule = len(parts) == 1 and of_each[chosen[0][0]] == size
            if not is_one_rule and _fits(_sum([ours, *parts.values()]), wanted):
                is_all = size == len(effects)
                some = Explained(tuple(parts.items()), some=0 if is_all else size, of=0 if is_all else len(effects))
                found.setdefault(frozenset(parts), some)
        yield from found.values()
        if found:
            return


def _line_by_line(lines: Iterable[Line], period: Period, way: Code) -> Iterator[Sum]:
    """What a rule adds for each line that it changes."""
    for line in lines:
        effect = count([line], period, frozenset({way})).minus(count([line], period))
        if not effect.is_nothing:
            yield effect


def _sum(sums: Iterable[Sum]) -> Sum:
    units, revenue = 0, Decimal(0)
    for each in sums:
        units, revenue = units + each.units, revenue + each.revenue
    return Sum(units, revenue)


def _parts(lines: Sequence[Line], period: Period, chosen: Sequence[Code]) -> Iterator[tuple[Code, Sum]]:
    """What each rule adds to those before it."""
    before = count(lines, period)
    for number, way in enumerate(chosen, start=1):
        after = count(lines, period, frozenset(chosen[:number]))
        yield way, after.minus(before)
        before = after


def _fitting_cutoff(counted: Sequence[Line], period: Period, ways: Ways, wanted: Wanted) -> tuple[datetime, Sum] | None:
    """Since when the counted lines must be missing from the report, and what they come to; None where no time fits."""
    late = sorted(counted, key=lambda line: line.counted_at)
    missing = Sum()
    while late and late[-1].counted_at >= period.known_until - LATE:
        cutoff = late[-1].counted_at
        gone = [late.pop()]
        while late and late[-1].counted_at == cutoff:
            gone.append(late.pop())
        taken = _total(gone, ways)
        missing = Sum(missing.units + taken.units, missing.revenue + taken.revenue)
        if _fits(_total(late, ways), wanted):
            return cutoff, missing
    return None


def _fits(found: Sum, wanted: Wanted) -> bool:
    units, revenue = wanted
    return (units is None or units == found.units) and (revenue is None or abs(revenue - found.revenue) < CENT)


def _counted(lines: Iterable[Line], period: Period, ways: Ways) -> list[Line]:
    since, until = period.since, period.until
    if Code.UTC_DAYS in ways:
        since, until = _utc_midnight(period.first), _utc_midnight(period.last + ONE_DAY)
    states = {LineState.COUNTED}
    states |= {LineState.CANCELLED} if Code.CANCELLED in ways else set()
    states |= {LineState.UNPAID} if Code.UNPAID in ways else set()
    return [
        line
        for line in lines
        if since <= line.bought_at < until
        and line.state in states
        and (line.is_own_marketplace or Code.MARKETPLACES in ways)
    ]


def _total(lines: Iterable[Line], ways: Ways) -> Sum:
    units, revenue = 0, Decimal(0)
    for line in lines:
        pieces = line.pieces - (line.returned if Code.RETURNS in ways else 0)
        pieces -= line.refused if Code.RETURNS_REFUSED in ways else 0
        units += pieces
        revenue += pieces * (line.list_price if Code.BEFORE_DISCOUNTS in ways else line.price)
    return Sum(units, revenue)


def _utc_midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)
