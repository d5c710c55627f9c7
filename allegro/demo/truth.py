"""Comparing what was recorded with what really happened in the simulator, action by action. No Django here.

An action could be observed when a read after it still found its value, or when its journal event names its field.
What was changed again before the next read is expected as "changed again", never as a value.
"""

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import zip_longest
from typing import Any

from offers.record.changes import Change
from offers.record.documents import canonical

Key = tuple[str, str, str]
"""(Allegro offer id or shared object, field, marketplace; "" for the base one).

A field whose value names several things is compared for each of them by itself: "promotions/<id>".
"""
Spans = Sequence[tuple[datetime, datetime]]
"""The first and last instant at which each content of a part was seen, in order."""

EDITS = frozenset({"exact", "interval", "several"})
CLOCK = timedelta(seconds=1)
HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Action:
    """One action of the truth log on one field."""

    key: Key
    at: datetime
    old: Any
    new: Any
    is_announced: bool = False


FIGURES = ("actions", "observable", "found", "overtaken", "reverted", "not_read_yet")
FAULTS = ("missed", "invented", "wrong_value", "wrong_time", "wrong_touch")


@dataclass
class Comparison:
    """The figures of comparisons by field, with examples of everything that is wrong.

    `silent_hours` are the lengths of the intervals that enclose changes which nothing announced, by field.
    """

    figures: dict[str, Counter[str]] = field(default_factory=lambda: {name: Counter() for name in FIGURES})
    silent_hours: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    missed: list[Action] = field(default_factory=list)
    invented: list[tuple[Key, Change]] = field(default_factory=list)
    wrong_value: list[tuple[Key, Change]] = field(default_factory=list)
    wrong_time: list[tuple[Key, Change]] = field(default_factory=list)
    wrong_touch: list[tuple[Key, Change, list[str]]] = field(default_factory=list)

    @property
    def is_honest(self) -> bool:
        """Whether nothing observable was missed and nothing was invented or wrong."""
        return not any(getattr(self, name) for name in FAULTS)

    @property
    def found(self) -> int:
        """Actions that the record tells."""
        return self.figures["found"].total()

    @property
    def observable(self) -> int:
        """Actions that the record must tell."""
        return self.figures["observable"].total()

    @property
    def not_read_yet(self) -> int:
        """Actions after which nothing was read."""
        return self.figures["not_read_yet"].total()

    def count(self, figure: str, key: Key, by: int = 1) -> None:
        """Count actions of a key."""
        self.figures[figure][key[1].partition("/")[0]] += by

    def add(self, other: "Comparison") -> None:
        """Count another account's comparison in."""
        for figure, counts in other.figures.items():
            self.figures[figure].update(counts)
        for name, hours in other.silent_hours.items():
            self.silent_hours[name] += hours
        for fault in FAULTS:
            getattr(self, fault).extend(getattr(other, fault))


def compare(
    actions: Iterable[Action],
    recorded: Mapping[Key, Sequence[Change]],
    reads: Mapping[Key, Spans],
) -> Comparison:
    """Match every action with the record; `reads` gives the spans of the part in which each key stands.

    What happened before the first read need not be recorded, but may be.
    """
    result = Comparison()
    by_key: dict[Key, list[Action]] = defaultdict(list)
    for action in sorted(actions, key=lambda action: action.at):
        by_key[action.key].append(action)
    for key, own in by_key.items():
        spans = reads.get(key, ())
        followed = [action for action in own if spans and action.at > spans[0][0]]
        result.count("actions", key, len(followed))
        _compare_key(result, followed, recorded.get(key, ()), spans)
    for key, changes in recorded.items():
        for change in changes:
            _check_change(result, key, change, by_key.get(key, ()), reads.get(key, ()))
    return result


def _compare_key(result: Comparison, actions: Sequence[Action], changes: Sequence[Change], spans: Spans) -> None:
    for action, following in zip_longest(actions, actions[1:]):
        after, before = _reads_around(spans, action.at)
        if before is None:
            result.count("not_read_yet", action.key)
        elif following is not None and following.at <= before:
            result.count("overtaken", action.key)
        elif _value_at(actions, after) == canonical(action.new):
            result.count("reverted", action.key)
        else:
            result.count("observable", action.key)
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
    telling = [change for change in changes if _tells(change, action)]
    if not telling:
        result.missed.append(action)
        return
    result.count("found", action.key)
    if action.is_announced and all(change.certainty == "interval" for change in telling):
        # Its event tells when it was.
        result.wrong_time.append((action.key, telling[0]))


def _tells(change: Change, action: Action) -> bool:
    is_then = change.not_before - CLOCK <= action.at <= change.not_after + CLOCK
    # The old value may be that of an earlier action which this one overtook: `_check_change` looks at it.
    return (
        change.certainty in EDITS
        and is_then
        and (bool(change.units_sold) or canonical(change.new) == canonical(action.new))
    )


def _is_value_right(change: Change, first: Action, last: Action, seen: Action) -> bool:
    """Whether the change goes from what `first` found to what `last` made; unseen sides cannot be wrong.

    What was read last may be older, what `seen` found, where nothing told of the actions since.

    With pieces sold between the two reads, the stock's own edit is the difference that the sales do not explain.
    """
    if change.units_sold and change.new_seen:
        if not change.old_seen:  # one of several edits: pieces may have been sold after it
            return bool(0 <= last.new - change.new <= change.units_sold)
        return bool(change.new - change.old + change.units_sold == last.new - first.old)
    is_new_right = not change.new_seen or canonical(change.new) == canonical(last.new)
    olds = [canonical(action.old) for action in (first, seen)]
    return is_new_right and (not change.old_seen or canonical(change.old) in olds)


def _first_untold(actions: Sequence[Action], first: Action, spans: Spans) -> Action:
    """The first of the actions right before `first` that no event told of and no read showed."""
    read_at, _next = _reads_around(spans, first.at)
    found = first
    for action in reversed(actions[: actions.index(first)]):
        if action.is_announced or (read_at and action.at <= read_at):
            break
        found = action
    return found


def _check_change(result: Comparison, key: Key, change: Change, actions: Sequence[Action], spans: Spans) -> None:
    if change.certainty not in EDITS:
        return
    then = [action for action in actions if change.not_before - CLOCK <= action.at <= change.not_after + CLOCK]
    if not then:
        near = [action for action in actions if canonical(action.new) == canonical(change.new)]
        (result.wrong_time if near else result.invented).append((key, change))
        return
    if change.certainty == "interval":
        result.silent_hours[key[1].partition("/")[0]].append((change.not_after - change.not_before) / HOUR)
    if not _is_value_right(change, then[0], then[-1], _first_untold(actions, then[0], spans)):
        result.wrong_value.append((key, change))
