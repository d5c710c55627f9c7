"""The offer at one instant, field by field: a value that was seen, or the reason why nobody knows it. No Django here.

A value is known at an instant
- inside a snapshot's span, whose reads all found it;
- between two neighbouring snapshots that agree in the field, with no absence between them, or where changes with known
  times lie between them: up to the first change the old value, from the last one on the new;
- after the newest snapshot as far as other readings bore it out, and no further than to the first change since.
Everything else is unknown, with what was seen before and after. Later than the newest reading nothing is known either:
what that reading found is given as seen then, never as a value.

`Timeline` alone tells what follows from readings and changes: the page of a day asks it for one instant, the chart for
the spans of known value, which are made of the same answers.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import accumulate, pairwise
from typing import Any

from offers.fields import (
    OFFER_PARTS,
    OTHER_PREFIX,
    STATUS,
    TOLD_PART,
    Field,
    fields_of_part,
    get_field,
    value_at,
    values_of,
)
from offers.record.changes import Snapshot
from offers.record.diff import WHOLE_PARTS, differences
from offers.state.segments import Reading, Segment, Step, effective, joined, without_mixed

INSTANT = timedelta(microseconds=1)
Absence = tuple[datetime, datetime | None]
"""From when until when Allegro did not return what has the fields; None where it still does not."""
Key = tuple[str, str]
"""(key of the field, marketplace or language)."""


class Lack(StrEnum):
    """Why a value is not known."""

    BEFORE = "before"
    """The first reading came later."""
    BETWEEN = "between"
    """Somewhere between two reads that differ."""
    LOST = "lost"
    """As BETWEEN, at a time about which the journal, that would have told, is silent."""
    OVERTAKEN = "overtaken"
    """Changed, and changed again before it was read."""
    UNREAD = "unread"
    """Later than the newest reading."""
    ANNOUNCED = "announced"
    """Later than the newest reading, and Allegro has announced a change since."""
    GONE = "gone"
    """Allegro did not return the offer."""
    CUT_OFF = "cut_off"
    """Between two reads, with a time in which Allegro did not return the offer between them too."""
    NEVER_READ = "never_read"
    """No reading of this part exists."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What a reading or an exact event showed, and when."""

    value: Any
    at: datetime


@dataclass(frozen=True, slots=True)
class FieldState:
    """One field at the instant asked for.

    Known (`lack` is None): `value`, found by every reading from `since` to `until`. Not known: the reason, which holds
    from `since` to `until` (None where it has no such end), and what was seen last `before` and first `after`.
    """

    field: Field
    marketplace: str
    value: Any = None
    lack: Lack | None = None
    since: datetime | None = None
    until: datetime | None = None
    before: Seen | None = None
    after: Seen | None = None

    @property
    def key(self) -> Key:
        """What tells it from the other fields."""
        return self.field.key, self.marketplace

    @property
    def is_known(self) -> bool:
        """Whether `value` was the field's value at the instant."""
        return self.lack is None

    @property
    def latest(self) -> Seen | None:
        """What the newest reading found, where the instant lies after it and nothing speaks against it."""
        return self.before if self.lack is Lack.UNREAD else None


@dataclass(frozen=True, slots=True)
class Record:
    """What is known of one offer, or of one shared object.

    Around each instant that is asked for, `snapshots` must hold the last one begun before it and the first one after
    it, of every part, and `steps` the changes between those two. `confirmed` tells until when a part's newest snapshot
    was found again by readings that move no span, `confirmed_fields` the same of single fields. `gaps` are the times
    about which the journal is silent.
    """

    snapshots: Sequence[Snapshot]
    steps: Mapping[Key, Sequence[Step]] = field(default_factory=dict)
    confirmed: Mapping[str, datetime] = field(default_factory=dict)
    confirmed_fields: Mapping[Key, datetime] = field(default_factory=dict)
    gaps: Sequence[tuple[datetime, datetime]] = ()
    absences: Sequence[Absence] = ()


def state_at(record: Record, moment: datetime, parts: Iterable[str] = (*OFFER_PARTS, TOLD_PART)) -> list[FieldState]:
    """Every registered field of `parts` at `moment`, each marketplace by itself, in the registry's order. Pure."""
    found: list[FieldState] = []
    for part in parts:
        around = _Around.find(record, part, moment)
        keys = list(around.keys(record))
        found.extend(around.state(record, each, marketplace) for each, marketplace in keys)
    return found


@dataclass(frozen=True, slots=True)
class _Around:
    """The snapshots of one part next to an instant."""

    part: str
    moment: datetime
    before: Snapshot | None
    after: Snapshot | None

    @classmethod
    def find(cls, record: Record, part: str, moment: datetime) -> "_Around":
        ordered = sorted((each for each in record.snapshots if each.part == part), key=lambda each: each.first_seen_at)
        begun = bisect_right(ordered, moment, key=lambda each: each.first_seen_at)
        return cls(part, moment, ordered[begun - 1] if begun else None, ordered[begun] if ordered[begun:] else None)

    @property
    def both(self) -> list[Snapshot]:
        """Those of the two that exist."""
        return [snapshot for snapshot in (self.before, self.after) if snapshot]

    def keys(self, record: Record) -> Iterator[tuple[Field, str]]:
        """The part's fields with each marketplace that a neighbouring document or a change names."""
        for each in self._fields():
            named = {marketplace for key, marketplace in record.steps if key == each.key}
            for snapshot in self.both:
                named |= _values(each, snapshot).keys()
            # What an event told stands in no document: without an event there is nothing to say.
            usual = set() if self.part == TOLD_PART else {""}
            yield from ((each, marketplace) for marketplace in sorted(named or usual))

    def _fields(self) -> list[Field]:
        listed = list(fields_of_part(self.part))
        if self.part not in WHOLE_PARTS:
            return listed
        others = {key for snapshot in self.both for key in _unregistered(self.part, snapshot.document)}
        return listed + [get_field(key) for key in sorted(others)]

    def state(self, record: Record, each: Field, marketplace: str) -> FieldState:
        """`each` at the instant."""
        key = each.key, marketplace
        confirmed = [record.confirmed.get(self.part), record.confirmed_fields.get(key)]
        timeline = Timeline(
            each,
            marketplace,
            [Reading(row.first_seen_at, row.last_seen_at, _values(each, row).get(marketplace)) for row in self.both],
            record.steps.get(key, ()),
            confirmed=max(filter(None, confirmed), default=None),
            absences=record.absences,
        )
        return _with_gap(timeline.at(self.moment), record, self.moment)


def _values(each: Field, snapshot: Snapshot) -> dict[str, Any]:
    if each.key.startswith(OTHER_PREFIX):
        return {"": value_at(dict(snapshot.document), each.path)}
    return values_of(each, dict(snapshot.document))


def _unregistered(part: str, document: Mapping[str, Any]) -> list[str]:
    """The keys of what nobody has registered in a document."""
    found = (difference.field.key for difference in differences(part, {}, dict(document)))
    return [key for key in found if key.startswith(OTHER_PREFIX)]


def _with_gap(state: FieldState, record: Record, moment: datetime) -> FieldState:
    """A change that the journal would have announced, in a time without it, says so."""
    is_announced = state.lack is Lack.BETWEEN and state.field.events
    is_lost = is_announced and any(since <= moment < until for since, until in record.gaps)
    return replace(state, lack=Lack.LOST) if is_lost else state


# One field ------------------------------------------------------------------------------------------------------------


class Timeline:
    """One field through time, made of its readings and the changes between them.

    `readings` do not overlap. `confirmed` tells until when the newest of them was borne out by readings of another
    kind. What was seen on either side of an absence proves nothing of the time between. All instants are aware.
    """

    def __init__(
        self,
        field: Field,
        marketplace: str,
        readings: Iterable[Reading],
        steps: Iterable[Step],
        *,
        confirmed: datetime | None = None,
        absences: Sequence[Absence] = (),
    ) -> None:
        self.nothing = FieldState(field, marketplace)
        self.readings = sorted(readings, key=lambda reading: reading.first)
        self.steps = effective(steps)
        self.confirmed = confirmed
        self.absences = absences
        self._between: dict[int, list[Step]] = {}
        # From each step on, when the first of them began.
        self._begins = list(accumulate((step.not_before for step in reversed(self.steps)), min))[::-1]

    def at(self, moment: datetime) -> FieldState:
        """The field at `moment`: known, or the reason why not."""
        begun = bisect_right(self.readings, moment, key=lambda reading: reading.first)
        before = self.readings[begun - 1] if begun else None
        if before and moment <= before.last:
            return self._covered(before, moment)
        after = self.readings[begun] if begun < len(self.readings) else None
        steps = self._steps_after(begun)
        last = self._last(before, after, steps)
        state = replace(
            self.nothing,
            before=Seen(before.value, last) if before and last else None,
            after=Seen(after.value, after.first) if after else None,
        )
        absences = list(self._absences(before, after))
        for since, until in absences:
            if since <= moment and (until is None or moment < until):
                return _lacking(state, Lack.GONE, since, until)
        if before and last and moment <= last and not any(step.not_before <= moment for step in steps):
            return _known(state, before.value, before.first, last)
        return _by_steps(state, steps, moment) if steps else _by_reads(state, is_watched=not absences)

    def segments(self) -> list[Segment]:
        """The spans in which `at` knows the value, oldest first, without overlap; equal neighbours are joined.

        A single reading, or the moment of a change after the newest one, is known without lasting: it is no span.
        """
        found = []
        for since, until in pairwise(sorted(self._edges())):
            inside = since + INSTANT if until - since > INSTANT else since
            state = self.at(inside)
            if state.is_known:
                found.append(Segment(since, until, state.value))
        return joined(found)

    def _edges(self) -> set[datetime]:
        """The instants between which the answer of `at` stays the same."""
        edges = {edge for reading in self.readings for edge in (reading.first, reading.last)}
        edges |= {edge for step in self.steps for edge in (step.not_before, step.not_after)}
        edges |= {edge for absence in self.absences for edge in absence if edge}
        return edges | ({self.confirmed} if self.confirmed else set())

    def _absences(self, before: Reading | None, after: Reading | None) -> Iterator[Absence]:
        """Those that begin between two neighbouring readings."""
        for since, until in self.absences:
            if (before is None or since > before.first) and (after is None or since < after.first):
                yield since, until

    def _covered(self, span: Reading, moment: datetime) -> FieldState:
        """Inside a reading. Only events that name the value, those of the status, tell of changes between its reads."""
        steps = self._within(span.first, span.last) if self.nothing.field is STATUS else []
        if not steps:
            return _known(self.nothing, span.value, span.first, span.last)
        if moment in (span.first, span.last):
            return _known(self.nothing, span.value, moment, moment)
        ends = replace(self.nothing, before=Seen(span.value, span.first), after=Seen(span.value, span.last))
        return _by_steps(ends, steps, moment)

    def _steps_after(self, begun: int) -> list[Step]:
        """The changes between the reading before number `begun`, or ever, and that one, or now; oldest first."""
        if begun not in self._between:
            since = self.readings[begun - 1].last if begun else None
            until = self.readings[begun].first if begun < len(self.readings) else None
            self._between[begun] = without_mixed(self._within(since, until), since, until)
        return self._between[begun]

    def _within(self, since: datetime | None, until: datetime | None) -> list[Step]:
        """The changes that lie between two instants, in whole or in part, oldest first."""
        first = bisect_right(self.steps, since, key=lambda step: step.not_after) if since else 0
        last = bisect_left(self._begins, until) if until else len(self.steps)
        return [step for step in self.steps[first:last] if until is None or step.not_before < until]

    def _last(self, before: Reading | None, after: Reading | None, steps: Sequence[Step]) -> datetime | None:
        """Until when the reading `before` holds: what bears out the newest is no witness against a change since."""
        if before is None or after is not None or self.confirmed is None:
            return before.last if before else None
        absences = (since for since, _until in self._absences(before, None))
        ends = [self.confirmed, *(step.not_before for step in steps), *absences]
        return max(before.last, min(ends))


def _known(state: FieldState, value: Any, since: datetime | None, until: datetime | None) -> FieldState:
    return replace(state, value=value, lack=None, since=since, until=until, before=None, after=None)


def _lacking(state: FieldState, lack: Lack, since: datetime | None, until: datetime | None = None) -> FieldState:
    return replace(state, lack=lack, since=since, until=until)


def _by_reads(state: FieldState, *, is_watched: bool) -> FieldState:
    """Outside every span, without a change in between: the two neighbours agree, differ, or are missing."""
    before, after = state.before, state.after
    if before and after:
        if not is_watched:
            return _lacking(state, Lack.CUT_OFF, before.at, after.at)
        if before.value == after.value:
            return _known(state, before.value, before.at, after.at)
        return _lacking(state, Lack.BETWEEN, before.at, after.at)
    if before:
        return _lacking(state, Lack.UNREAD, before.at)
    return _lacking(state, Lack.BEFORE, None, after.at) if after else _lacking(state, Lack.NEVER_READ, None)


def _by_steps(state: FieldState, steps: Sequence[Step], moment: datetime) -> FieldState:
    """Where changes lie between two readings, or between those of one span."""
    number = bisect_right(steps, moment, key=lambda step: step.not_after)
    done, coming = (steps[number - 1] if number else None), (steps[number] if number < len(steps) else None)
    if coming and coming.not_before <= moment:
        return _inside(state, coming)
    if done:
        return _after_step(state, done, coming, moment)
    if coming and coming.old_seen and state.before:
        return _known(state, coming.old, state.before.at, coming.not_before)
    if state.before:
        lack = Lack.BETWEEN if state.after else Lack.UNREAD
        return _lacking(state, lack, state.before.at, coming.not_before if coming else None)
    # Before the first reading: what came to be known first is an event's value or that reading's.
    first = Seen(coming.new, coming.not_after) if coming and coming.new_seen else state.after
    return _lacking(replace(state, after=first), Lack.BEFORE, None, first.at if first else None)


def _inside(state: FieldState, step: Step) -> FieldState:
    """Within the interval of a change."""
    before = Seen(step.old, step.not_before) if step.old_seen else None
    after = Seen(step.new, step.not_after) if step.new_seen else None
    return _lacking(replace(state, before=before, after=after), Lack.BETWEEN, step.not_before, step.not_after)


def _after_step(state: FieldState, done: Step, coming: Step | None, moment: datetime) -> FieldState:
    """After one change and before the next, or before the next reading, or with neither."""
    until = coming.not_before if coming else state.after.at if state.after else None
    if done.new_seen:
        if until or moment == done.not_after:
            return _known(state, done.new, done.not_after, until or done.not_after)
        return _lacking(replace(state, before=Seen(done.new, done.not_after)), Lack.UNREAD, done.not_after)
    if coming and coming.old_seen:
        return _known(state, coming.old, done.not_after, coming.not_before)
    lack = Lack.ANNOUNCED if until is None else Lack.OVERTAKEN if state.before else Lack.BEFORE
    return _lacking(state, lack, done.not_after, until)
