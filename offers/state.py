"""The offer at one instant, field by field: a value that was seen, or the reason why nobody knows it. No Django here.

A value is known at an instant
- inside a snapshot's span, whose reads all found it;
- between two neighbouring snapshots that agree in the field, or where changes with known times lie between them: up to
  the first change the old value, from the last one on the new.
Everything else is unknown, with what was seen before and after. Later than the newest reading nothing is known either:
what that reading found is given as seen then, never as a value.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from offers.changes import Snapshot
from offers.diff import WHOLE_PARTS, differences
from offers.fields import OFFER_PARTS, OTHER_PREFIX, TOLD_PART, Field, fields_of_part, get_field, value_at, values_of
from offers.segments import WITHOUT_EFFECT, Step

# The certainty of a stock edit beside purchases between the same two reads: they moved the stock at times of their own,
# so that the edit's moment does not part the old value from the new one.
MIXED = "mixed"
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
    """Allegro no longer returned the offer."""
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
    was found again by readings that move no span. `gaps` are the times about which the journal is silent.
    """

    snapshots: Sequence[Snapshot]
    steps: Mapping[Key, Sequence[Step]] = field(default_factory=dict)
    confirmed: Mapping[str, datetime] = field(default_factory=dict)
    gaps: Sequence[tuple[datetime, datetime]] = ()
    gone_at: datetime | None = None


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
    """The snapshots of one part next to an instant; `last` is when the one before was last confirmed."""

    part: str
    moment: datetime
    before: Snapshot | None
    last: datetime | None
    after: Snapshot | None

    @classmethod
    def find(cls, record: Record, part: str, moment: datetime) -> "_Around":
        ordered = sorted((each for each in record.snapshots if each.part == part), key=lambda each: each.first_seen_at)
        begun = [each for each in ordered if each.first_seen_at <= moment]
        later = ordered[len(begun) :]
        before, after = (begun[-1] if begun else None), (later[0] if later else None)
        last = before.last_seen_at if before else None
        if last is not None and after is None and part in record.confirmed:
            confirmed = record.confirmed[part]
            last = max(last, min(confirmed, record.gone_at) if record.gone_at else confirmed)
        return cls(part, moment, before, last, after)

    def keys(self, record: Record) -> Iterator[tuple[Field, str]]:
        """The part's fields with each marketplace that a neighbouring document or a change names."""
        for each in self._fields(record):
            named = {marketplace for key, marketplace in record.steps if key == each.key}
            for snapshot in filter(None, (self.before, self.after)):
                named |= _values(each, snapshot).keys()
            # What an event told stands in no document: without an event there is nothing to say.
            usual = set() if self.part == TOLD_PART else {""}
            yield from ((each, marketplace) for marketplace in sorted(named or usual))

    def _fields(self, record: Record) -> list[Field]:
        listed = list(fields_of_part(self.part))
        if self.part not in WHOLE_PARTS:
            return listed
        neighbours = filter(None, (self.before, self.after))
        others = {key for snapshot in neighbours for key in _unregistered(self.part, snapshot.document)}
        return listed + [get_field(key) for key in sorted(others)]

    def state(self, record: Record, each: Field, marketplace: str) -> FieldState:
        """`each` at the instant."""
        if self.before and self.last and self.moment <= self.last:
            return self._covered(record, FieldState(each, marketplace), self.before, self.last)
        before = self._value(each, marketplace, self.before)
        state = FieldState(
            each,
            marketplace,
            before=Seen(before, self.last) if self.last else None,
            after=Seen(self._value(each, marketplace, self.after), self.after.first_seen_at) if self.after else None,
        )
        if record.gone_at and self.moment >= record.gone_at:
            return replace(state, lack=Lack.GONE, since=record.gone_at)
        steps = _steps(record, state.key, self.last, self.after.first_seen_at if self.after else None)
        found = _by_steps(state, steps, self.moment) if steps else _by_reads(state)
        return _with_gap(found, record, self.moment)

    def _covered(self, record: Record, state: FieldState, span: Snapshot, last: datetime) -> FieldState:
        """Inside a span. Only events that name the value, those of the status, tell of changes between its reads."""
        value = self._value(state.field, state.marketplace, span)
        steps = _steps(record, state.key, span.first_seen_at, last)
        if not steps:
            return _known(state, value, span.first_seen_at, last)
        ends = replace(state, before=Seen(value, span.first_seen_at), after=Seen(value, last))
        return _by_steps(ends, steps, self.moment)

    def _value(self, each: Field, marketplace: str, snapshot: Snapshot | None) -> Any:
        return _values(each, snapshot).get(marketplace) if snapshot else None


def _steps(record: Record, key: Key, since: datetime | None, until: datetime | None) -> list[Step]:
    """The changes of a field between two readings, oldest first."""
    within = [
        step
        for step in record.steps.get(key, ())
        if step.certainty not in WITHOUT_EFFECT
        and (since is None or step.not_after > since)
        and (until is None or step.not_before < until)
    ]
    if any(step.certainty == MIXED for step in within):
        return []
    return sorted(within, key=lambda step: (step.not_after, step.not_before))


def _values(each: Field, snapshot: Snapshot) -> dict[str, Any]:
    if each.key.startswith(OTHER_PREFIX):
        return {"": value_at(dict(snapshot.document), each.path)}
    return values_of(each, dict(snapshot.document))


def _unregistered(part: str, document: Mapping[str, Any]) -> list[str]:
    """The keys of what nobody has registered in a document."""
    found = (difference.field.key for difference in differences(part, {}, dict(document)))
    return [key for key in found if key.startswith(OTHER_PREFIX)]


def _known(state: FieldState, value: Any, since: datetime | None, until: datetime | None) -> FieldState:
    return replace(state, value=value, lack=None, since=since, until=until, before=None, after=None)


def _lacking(state: FieldState, lack: Lack, since: datetime | None, until: datetime | None = None) -> FieldState:
    return replace(state, lack=lack, since=since, until=until)


def _by_reads(state: FieldState) -> FieldState:
    """Outside every span, without a change in between: the two neighbours agree, differ, or are missing."""
    before, after = state.before, state.after
    if before and after:
        if before.value == after.value:
            return _known(state, before.value, before.at, after.at)
        return _lacking(state, Lack.BETWEEN, before.at, after.at)
    if before:
        return _lacking(state, Lack.UNREAD, before.at)
    return _lacking(state, Lack.BEFORE, None, after.at) if after else _lacking(state, Lack.NEVER_READ, None)


def _by_steps(state: FieldState, steps: Sequence[Step], moment: datetime) -> FieldState:
    """Outside every span, with changes in between."""
    done = [step for step in steps if step.not_after <= moment]
    coming = next((step for step in steps if step.not_after > moment), None)
    if coming and coming.not_before <= moment:
        return _inside(state, coming)
    if done:
        return _after_step(state, done[-1], coming, moment)
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


def _with_gap(state: FieldState, record: Record, moment: datetime) -> FieldState:
    """A change that the journal would have announced, in a time without it, says so."""
    is_announced = state.lack is Lack.BETWEEN and state.field.events
    is_lost = is_announced and any(since <= moment < until for since, until in record.gaps)
    return replace(state, lack=Lack.LOST) if is_lost else state
