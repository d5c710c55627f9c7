"""One field through time, as plain values: its readings, its changes, the spans in which it was known. No Django here.

What follows from them, for an instant and for spans alike, is told by `offers.state.timeline.Timeline` alone.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

# Announcements without a difference move nothing: the reads around them show one and the same value.
WITHOUT_EFFECT = frozenset({"no_difference", "not_followed"})
OVERTAKEN, SOLD = "overtaken", "sold"
# The certainty of a stock edit beside purchases between the same two reads: they moved the stock at times of their own,
# so that the edit's moment does not part the old value from the new one.
MIXED = "mixed"
# What `Step.of_row` takes, as columns of `offers.models.OfferChange`.
STEP_COLUMNS = ("not_before", "not_after", "old", "new", "old_seen", "new_seen", "certainty", "units_sold")


@dataclass(frozen=True, slots=True)
class Step:
    """One change of the field, as in `offers.models.OfferChange`; its certainty may also be MIXED."""

    not_before: datetime
    not_after: datetime
    old: Any
    new: Any
    old_seen: bool
    new_seen: bool
    certainty: str

    @classmethod
    def of_row(cls, *row: Any) -> "Step":
        """From the values of STEP_COLUMNS, in their order."""
        *values, units_sold = row
        step = cls(*values)
        return replace(step, certainty=MIXED) if units_sold and step.certainty != SOLD else step


@dataclass(frozen=True, slots=True)
class Reading:
    """What the reads from `first` to `last` all showed of the field."""

    first: datetime
    last: datetime
    value: Any


@dataclass(frozen=True, slots=True)
class Segment:
    """The field was known to be `value` from `since` until just before `until`."""

    since: datetime
    until: datetime
    value: Any


def effective(steps: Iterable[Step]) -> list[Step]:
    """The steps that moved the value or may have, oldest first."""
    found = (step for step in steps if step.certainty not in WITHOUT_EFFECT)
    return sorted(found, key=lambda step: (step.not_after, step.not_before))


def without_mixed(steps: Sequence[Step], since: datetime | None, until: datetime | None) -> list[Step]:
    """`steps` between two readings with each mixed edit spread over all the time in which pieces may have been sold.

    That is up to the steps next to it or to the readings themselves, at `since` and `until` (None where there is no
    reading). Edits that it overtook are spread with it: the old value was last seen before all of them.
    """
    found: list[Step] = []
    chain: list[Step] = []
    for position, step in enumerate(steps):
        chain.append(step)
        if step.certainty == OVERTAKEN and not step.new_seen:
            continue
        if step.certainty == MIXED:
            lower = found[-1].not_after if found else since
            upper = steps[position + 1].not_before if position + 1 < len(steps) else until
            chain = [_spread(chain, lower, upper)]
        found += chain
        chain = []
    return found + chain


def _spread(chain: Sequence[Step], lower: datetime | None, upper: datetime | None) -> Step:
    """One step for a chain of edits; where an end is missing, nothing is known on that side of the other."""
    first, last = chain[0], chain[-1]
    begin, end = lower or upper or first.not_before, upper or lower or last.not_after
    return Step(
        not_before=begin,
        not_after=max(begin, end),
        old=first.old,
        new=last.new,
        old_seen=first.old_seen and lower is not None,
        new_seen=last.new_seen and upper is not None,
        certainty=MIXED,
    )


def joined(segments: Iterable[Segment]) -> list[Segment]:
    """Segments in order, equal neighbours that touch made one."""
    found: list[Segment] = []
    for segment in segments:
        if found and found[-1].until == segment.since and found[-1].value == segment.value:
            found[-1] = Segment(found[-1].since, segment.until, segment.value)
        else:
            found.append(segment)
    return found


def clip(segments: Iterable[Segment], since: datetime, until: datetime) -> list[Segment]:
    """The parts of `segments` that lie between `since` and `until`."""
    cut = (Segment(max(each.since, since), min(each.until, until), each.value) for each in segments)
    return [segment for segment in cut if segment.since < segment.until]
