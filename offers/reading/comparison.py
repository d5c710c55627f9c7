"""The offer at two instants: what differs, shown as any other change, and what nobody knows on one side."""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from offers.models import Certainty, Offer, OfferChange, SharedObject
from offers.reading.day import NamesOf, by_reason, common_note, compared_value, note_of, read_state_names, row_of
from offers.state.loading import load_record, load_shared
from offers.state.timeline import FieldState, Key, state_at
from offers.words.differences import LINE_LENGTH, FullDiff, full_diff
from offers.words.names import Names, read_names
from offers.words.presentation import ShownChange, present


@dataclass(frozen=True, slots=True)
class ComparedField:
    """One field at two instants, shown as any other change; `of` names the shared object whose field it is."""

    shown: ShownChange
    diff: FullDiff
    notes: Sequence[str] = ()
    of: str = ""

    @property
    def has_diff(self) -> bool:
        """Whether the full difference says more than the line."""
        return bool(self.diff.html or self.diff.pictures or self.diff.rows or self._is_cut)

    @property
    def _is_cut(self) -> bool:
        return bool(self.diff.runs) and sum(len(run.text) for run in self.diff.runs) > 2 * LINE_LENGTH


@dataclass(frozen=True, slots=True)
class Comparison:
    """What differs between two instants, what nobody knows on one side, and how many fields are the same."""

    since: datetime
    until: datetime
    different: Sequence[ComparedField]
    unknown: Sequence[ComparedField]
    same: int
    collected: Sequence[tuple[str, Sequence[str]]] = ()

    @property
    def note(self) -> str:
        """What most of the fields that differ have in common."""
        return common_note(note for each in self.different for note in each.notes)


@dataclass(frozen=True, slots=True)
class _Pair:
    """One field at both instants, of the offer or of a shared object."""

    subject: Offer | SharedObject
    old: FieldState
    new: FieldState

    @property
    def seen(self) -> int:
        """At how many of the two instants there is a value to compare."""
        return sum(compared_value(each) is not None for each in (self.old, self.new))

    @property
    def differs(self) -> bool:
        """Whether the two values, if both are there, are not the same."""
        old, new = compared_value(self.old), compared_value(self.new)
        return old is not None and new is not None and old.value != new.value


def compare(offer: Offer, since: datetime, until: datetime) -> Comparison:
    """`offer` at two instants, in the active language. A fixed number of queries."""
    record = load_record(offer, [since, until])
    before, after = load_shared(offer, since), load_shared(offer, until)
    pairs = list(_pairs(offer, state_at(record, since), state_at(record, until)))
    for reference in [each for each in before if each in after]:
        pairs += _pairs(after[reference].shared, before[reference].states, after[reference].states)
    names = read_state_names(offer, [state for pair in pairs for state in (pair.old, pair.new)])
    both = [pair for pair in pairs if pair.seen == 2]
    different = [pair for pair in both if pair.differs]
    changes = [_as_change(pair, since, until) for pair in different]
    known_names = read_names(changes)
    return Comparison(
        since,
        until,
        [_compared(*each, known_names, names) for each in zip(different, changes, strict=True)],
        [_compared(pair, _as_change(pair, since, until), known_names, names) for pair in pairs if pair.seen == 1],
        len(both) - len(different),
        by_reason([row_of(pair.new, names) for pair in pairs if not pair.seen]),
    )


def _pairs(subject: Offer | SharedObject, old: Sequence[FieldState], new: Sequence[FieldState]) -> Iterable[_Pair]:
    before, after = {each.key: each for each in old}, {each.key: each for each in new}
    for key in [*after, *(key for key in before if key not in after)]:
        found = before.get(key) or _absent(key, old), after.get(key) or _absent(key, new)
        if found[0] and found[1]:
            yield _Pair(subject, found[0], found[1])


def _absent(key: Key, states: Sequence[FieldState]) -> FieldState | None:
    """A marketplace that nothing names then: as well known as the field is elsewhere, and empty."""
    sibling = next((each for each in states if each.field.key == key[0]), None)
    if sibling is None:
        return None
    before = replace(sibling.before, value=None) if sibling.before else None
    return replace(sibling, marketplace=key[1], value=None, before=before, after=None)


def _as_change(pair: _Pair, since: datetime, until: datetime) -> OfferChange:
    """The difference as an unsaved change, so that it is shown as all others are."""
    old, new = compared_value(pair.old), compared_value(pair.new)
    return OfferChange(
        id=uuid.uuid4(),
        account=pair.subject.account,
        offer=pair.subject if isinstance(pair.subject, Offer) else None,
        shared=pair.subject if isinstance(pair.subject, SharedObject) else None,
        field=pair.new.field.key,
        marketplace=pair.new.marketplace,
        old=old.value if old else None,
        new=new.value if new else None,
        old_seen=old is not None,
        new_seen=new is not None,
        not_before=since,
        not_after=until,
        certainty=Certainty.INTERVAL,
    )


def _compared(pair: _Pair, change: OfferChange, known: Names, names: NamesOf) -> ComparedField:
    shown = present(change, known)
    shown = replace(
        shown,
        old=shown.old if change.old_seen else replace(shown.old, reason=note_of(pair.old, names)),
        new=shown.new if change.new_seen else replace(shown.new, reason=note_of(pair.new, names)),
    )
    notes = [note_of(each, names) for each in (pair.old, pair.new) if not each.is_known]
    of = str(pair.subject) if isinstance(pair.subject, SharedObject) else ""
    return ComparedField(shown, full_diff(change, known), notes, of)
