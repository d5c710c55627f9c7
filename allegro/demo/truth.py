"""Comparing what was recorded with what really happened in the simulator, action by action. No Django here.

An action could be observed when a read after it still found its value, or when its journal event names its field.
What was changed again before the next read is expected as "changed again", never as a value.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from offers.changes import Change
from offers.documents import canonical

Key = tuple[str, str, str]
"""(Allegro offer id, field, marketplace; "" for the base one)."""
Spans = Sequence[tuple[datetime, datetime]]
"""The first and last instant at which each content of a part was seen, in order."""

EDITS = frozenset({"exact", "interval", "several"})
CLOCK = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Action:
    """One action of the truth log on one field."""

    key: Key
    at: datetime
    old: Any
    new: Any


@dataclass
class Comparison:
    """The figures of one comparison, with examples of everything that is wrong."""

    actions: int = 0
    observable: int = 0
    found: int = 0
    overtaken: int = 0
    reverted: int = 0
    not_read_yet: int = 0
    missed: list[Action] = field(default_factory=list)
    invented: list[tuple[Key, Change]] = field(default_factory=list)
    wrong_value: list[tuple[Key, Change]] = field(default_factory=list)
    wrong_time: list[tuple[Key, Change]] = field(default_factory=list)

    @property
    def is_honest(self) -> bool:
        """Whether nothing observable was missed and nothing was invented or wrong."""
        return not (self.missed or self.invented or self.wrong_value or self.wrong_time)


def compare(
    actions: Iterable[Action],
    recorded: Mapping[Key, Sequence[Change]],
    reads: Mapping[Key, Spans],
) -> Comparison:
    """Match every action with the record; `reads` gives the spans of the part in which each key stands."""
    result = Comparison()
    by_key: dict[Key, list[Action]] = defaultdict(list)
    for action in sorted(actions, key=lambda action: action.at):
        by_key[action.key].append(action)
    for key, own in by_key.items():
        result.actions += len(own)
        _compare_key(result, own, recorded.get(key, ()), reads.get(key, ()))
    for key, changes in recorded.items():
        for change in changes:
            _check_change(result, key, change, by_key.get(key, ()))
    return result


def _compare_key(result: Comparison, actions: Sequence[Action], changes: Sequence[Change], spans: Spans) -> None:
    for action, following in zip(actions, [*actions[1:], None], strict=True):
        after, before = _reads_around(spans, action.at)
        if before is None:
            result.not_read_yet += 1
        elif following is not None and following.at <= before:
            result.overtaken += 1
        elif _value_at(actions, after) == canonical(action.new):
            result.reverted += 1
        else:
            result.observable += 1
            _note(result, action, changes)


def _reads_around(spans: Spans, at: datetime) -> tuple[datetime | None, datetime | None]:
    """The last read known to lie before `at` and the first known to lie at or after it."""
    moments = [moment for span in spans for moment in span]
    place = bisect_left(moments, at)
    return moments[place - 1] if place else None, moments[place] if place < len(moments) else None


def _value_at(actions: Sequence[Action], moment: datetime | None) -> Any:
    """The true value at `moment`: what the last action before it made, or what the first one after it found."""
    before = [action for action in actions if moment is not None and action.at <= moment]
    return canonical(before[-1].new if before else actions[0].old)


def _note(result: Comparison, action: Action, changes: Sequence[Change]) -> None:
    if any(_tells(change, action) for change in changes):
        result.found += 1
    else:
        result.missed.append(action)


def _tells(change: Change, action: Action) -> bool:
    is_then = change.not_before - CLOCK <= action.at <= change.not_after + CLOCK
    # The old value may be that of an earlier action which this one overtook: `_check_change` looks at it.
    return (
        change.certainty in EDITS
        and is_then
        and (bool(change.units_sold) or canonical(change.new) == canonical(action.new))
    )


def _is_value_right(change: Change, first: Action, last: Action) -> bool:
    """Whether the change goes from what `first` found to what `last` made; unseen sides cannot be wrong.

    With pieces sold between the two reads, the stock's own edit is the difference that the sales do not explain.
    """
    if change.units_sold and change.new_seen:
        if not change.old_seen:  # one of several edits: pieces may have been sold after it
            return bool(0 <= last.new - change.new <= change.units_sold)
        return bool(change.new - change.old + change.units_sold == last.new - first.old)
    is_new_right = not change.new_seen or canonical(change.new) == canonical(last.new)
    return is_new_right and (not change.old_seen or canonical(change.old) == canonical(first.old))


def _check_change(result: Comparison, key: Key, change: Change, actions: Sequence[Action]) -> None:
    if change.certainty not in EDITS:
        return
    then = [action for action in actions if change.not_before - CLOCK <= action.at <= change.not_after + CLOCK]
    if not then:
        near = [action for action in actions if canonical(action.new) == canonical(change.new)]
        (result.wrong_time if near else result.invented).append((key, change))
        return
    if not _is_value_right(change, then[0], then[-1]):
        result.wrong_value.append((key, change))
