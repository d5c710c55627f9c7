"""From facts to changes: a pure function of one offer's snapshots, journal events and sales. No Django here.

Two neighbouring snapshots of a part that differ in a field enclose that field's change. Journal events between them
tell the moment: one event, that moment; several, one of them; none, only the interval. Nothing else is inferred, and
deriving again from the same facts gives the same changes.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

from offers.fields import (
    ACTIVATED,
    ARCHIVED,
    BY_KEY,
    CHANGED,
    COUNTRIES_BLOCKED,
    DETAIL_PART,
    ENDED,
    OFFER_PARTS,
    PRICE,
    PRICE_CHANGED,
    PRICE_STOCK_PART,
    STATUS,
    STOCK,
    STOCK_CHANGED,
    TRANSLATION_UPDATED,
    TRANSLATIONS_PART,
    VISIBILITY_CHANGED,
)
from offers.record.diff import Difference, differences

# A status event says itself which status it led to, so no read is needed to know the value.
STATUS_AFTER = {ACTIVATED: "ACTIVE", ENDED: "ENDED", ARCHIVED: "ARCHIVED"}
PART_OF_EVENT = {
    PRICE_CHANGED: PRICE_STOCK_PART,
    STOCK_CHANGED: PRICE_STOCK_PART,
    CHANGED: DETAIL_PART,
    VISIBILITY_CHANGED: DETAIL_PART,
    ACTIVATED: DETAIL_PART,
    ENDED: DETAIL_PART,
    ARCHIVED: DETAIL_PART,
    TRANSLATION_UPDATED: TRANSLATIONS_PART,
}
# What such an event announces it also tells: (field, the words of its payload).
TOLD_BY_EVENT = {COUNTRIES_BLOCKED: "blocked_deliveries"}
# The journal of categories tells of all else that becomes of one.
NEVER_TOLD = frozenset({"category.requirements"})
FIELD_OF_EVENT = {PRICE_CHANGED: PRICE.key, STOCK_CHANGED: STOCK.key}
# A purchase and the stock event it causes carry times a moment apart.
PURCHASE_TOLERANCE = timedelta(seconds=5)
# So long before an anchor, purchases and stock events still decide which of them belong together after it.
PURCHASE_MARGIN = timedelta(minutes=10)
# Allegro has published events dated weeks ahead (allegro-api issue 3854); clocks may differ by less than this.
CLOCK_TOLERANCE = timedelta(minutes=1)
# A purchase, a stock event or an activation that becomes known may free another stock event so long before it.
PURCHASE_REACH = CLOCK_TOLERANCE + 2 * PURCHASE_TOLERANCE


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One content of one part and the instants between which reads found it."""

    part: str
    document: Mapping[str, Any]
    first_seen_at: datetime
    last_seen_at: datetime
    announced_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Event:
    """One journal row; `scope` maps the marketplaces or languages that it names to MANUAL, AUTOMATIC or "".

    `told` is what the row itself says of a value, for the types that do.
    """

    id: str
    type: str
    occurred_at: datetime
    received_at: datetime
    scope: Mapping[str, str] = field(default_factory=dict)
    told: Any = None

    @property
    def is_future_dated(self) -> bool:
        """Whether it claims to have occurred after it was received: then its time proves nothing."""
        return self.occurred_at > self.received_at + CLOCK_TOLERANCE

    @property
    def moment(self) -> datetime:
        """The time to match it by."""
        return min(self.occurred_at, self.received_at)


@dataclass(frozen=True, slots=True)
class Sale:
    """Pieces bought at an instant; they left the stock then, whatever became of the order."""

    units: int
    bought_at: datetime


@dataclass(frozen=True, slots=True)
class Change:
    """One field's old -> new. `field` is empty where an event did not say and no read showed what changed."""

    field: str
    marketplace: str
    old: Any
    new: Any
    old_seen: bool
    new_seen: bool
    not_before: datetime
    not_after: datetime
    certainty: str
    event_id: str = ""
    event_type: str = ""
    change_type: str = ""
    units_sold: int = 0


@dataclass(frozen=True, slots=True)
class Facts:
    """All that is known of one offer, or what is needed to continue a record that is already derived.

    `cuts` maps a part ("" for events that belong to none) to the instant up to which its changes stand already. The
    part's first snapshot is then an anchor, seen before the cut, and only changes after the cut are given.
    """

    snapshots: Sequence[Snapshot]
    events: Sequence[Event]
    sales: Sequence[Sale] = ()
    base_marketplace: str = "allegro-pl"
    cuts: Mapping[str, datetime] = field(default_factory=dict)


def derive_changes(facts: Facts) -> list[Change]:
    """Every change that `facts` show, oldest first. Pure: the same facts give the same list."""
    events = _without_duplicates(facts.events)
    found: list[Change] = []
    for part in OFFER_PARTS:
        found.extend(_after_cut(facts, part, _PartTimeline(facts, part, events).changes()))
    others = (_by_itself(event) for event in events if event.type not in PART_OF_EVENT)
    found.extend(_after_cut(facts, "", others))
    return sorted(found, key=lambda change: (change.not_after, change.field, change.marketplace, change.event_id))


def derive_shared(kind: str, snapshots: Sequence[Snapshot]) -> list[Change]:
    """Every change of one shared object, oldest first. Pure.

    Each has an interval, except where Allegro said when the new content came to be.
    """
    found: list[Change] = []
    for before, after in pairwise(sorted(snapshots, key=lambda each: each.first_seen_at)):
        told = after.announced_at
        is_told = told is not None and before.last_seen_at < told <= after.first_seen_at
        for difference in differences(kind, dict(before.document), dict(after.document)):
            if told and is_told and difference.field.key not in NEVER_TOLD:
                found.append(replace(_interval(difference, told, told), certainty="exact"))
            else:
                found.append(_interval(difference, before.last_seen_at, after.first_seen_at))
    return found


def _without_duplicates(events: Iterable[Event]) -> list[Event]:
    """One of each (type, moment, what it names): Allegro repeats rows under new ids (allegro-api issue 6680)."""
    kept: dict[tuple[str, datetime, frozenset[str]], Event] = {}
    for event in sorted(events, key=lambda event: (event.moment, event.id)):
        kept.setdefault((event.type, event.occurred_at, frozenset(event.scope)), event)
    return list(kept.values())


def _after_cut(facts: Facts, part: str, changes: Iterable[Change]) -> Iterator[Change]:
    cut = facts.cuts.get(part)
    return (change for change in changes if cut is None or change.not_after > cut)


def _by_itself(event: Event) -> Change:
    """An event of a type that belongs to no part: what it tells, if anything."""
    if event.type not in TOLD_BY_EVENT:
        return _announcement(event, "not_followed")
    told = replace(_announcement(event, "exact"), field=TOLD_BY_EVENT[event.type])
    return replace(told, new=event.told, new_seen=True)


def _announcement(event: Event, certainty: str) -> Change:
    """An event shown for itself: something was announced, no value of it is known."""
    named = sorted(event.scope)
    return Change(
        field=FIELD_OF_EVENT.get(event.type, STATUS.key if event.type in STATUS_AFTER else ""),
        marketplace="",
        old=None,
        new=None,
        old_seen=False,
        new_seen=False,
        not_before=event.moment,
        not_after=event.moment,
        certainty=certainty,
        event_id=event.id,
        event_type=event.type,
        change_type=event.scope[named[0]] if len(named) == 1 else "",
    )


class _PartTimeline:
    """The changes of one part; remembers which events have found their difference."""

    def __init__(self, facts: Facts, part: str, events: Sequence[Event]) -> None:
        self.facts = facts
        self.part = part
        self.snapshots = sorted(
            (snapshot for snapshot in facts.snapshots if snapshot.part == part), key=lambda each: each.first_seen_at
        )
        self.is_anchored = part in facts.cuts
        self.announced = [event for event in events if PART_OF_EVENT.get(event.type) == part]
        self.events = [event for event in self.announced if self._is_wanted(event)]
        self.explained: set[str] = set()
        self.activations = [
            event.occurred_at for event in events if event.type == ACTIVATED and not event.is_future_dated
        ]

    def _is_wanted(self, event: Event) -> bool:
        return not self.is_anchored or event.moment > self.snapshots[0].first_seen_at

    def changes(self) -> Iterator[Change]:
        """The part's changes, in no particular order."""
        if self.part == DETAIL_PART:
            yield from self._status_changes()
        for before, after in pairwise(self.snapshots):
            for difference in differences(self.part, dict(before.document), dict(after.document)):
                yield from self._explain(difference, before, after)
        self._explain_purchases()
        yield from self._unexplained()

    # Fields ----------------------------------------------------------------------------------------------------------

    def _explain(self, difference: Difference, before: Snapshot, after: Snapshot) -> Iterator[Change]:
        if difference.field is STATUS:
            return
        window = [
            event
            for event in self.events
            if before.last_seen_at < event.moment <= after.first_seen_at and self._announces(event, difference)
        ]
        self.explained.update(event.id for event in window)
        silent = _interval(difference, before.last_seen_at, after.first_seen_at)
        if difference.field is STOCK:
            yield from self._explain_stock(difference, window, silent)
        elif not window:
            yield silent
        elif difference.field is PRICE or len(window) == 1:
            yield from self._chain(difference, window)
        else:
            yield self._one_of_several(difference, window)

    def _announces(self, event: Event, difference: Difference) -> bool:
        if event.type not in difference.field.events:
            return False
        if not event.scope or not difference.field.per_marketplace:
            return True
        return self._marketplace_id(difference) in event.scope

    def _marketplace_id(self, difference: Difference) -> str:
        return difference.marketplace or self.facts.base_marketplace

    def _chain(self, difference: Difference, window: Sequence[Event]) -> Iterator[Change]:
        """Each event changed this very field: the first left the old value, the last brought the new one."""
        last = len(window) - 1
        for position, event in enumerate(window):
            yield self._at_event(
                difference, event, old_seen=position == 0, new_seen=position == last,
                certainty="exact" if position == last else "overtaken",
            )  # fmt: skip

    def _at_event(
        self, difference: Difference, event: Event, *, old_seen: bool, new_seen: bool, certainty: str
    ) -> Change:
        return Change(
            field=difference.field.key,
            marketplace=difference.marketplace,
            old=difference.old if old_seen else None,
            new=difference.new if new_seen else None,
            old_seen=old_seen,
            new_seen=new_seen,
            not_before=event.moment,
            not_after=event.moment,
            certainty=certainty,
            event_id=event.id,
            event_type=event.type,
            change_type=event.scope.get(self._marketplace_id(difference), ""),
        )

    def _one_of_several(self, difference: Difference, window: Sequence[Event]) -> Change:
        """OFFER_CHANGED does not name its field, so any of the events may have been the one."""
        span = _interval(difference, window[0].moment, window[-1].moment)
        return replace(span, certainty="several", event_id=window[-1].id, event_type=window[-1].type)

    # Stock -----------------------------------------------------------------------------------------------------------

    def _explain_stock(self, difference: Difference, window: Sequence[Event], silent: Change) -> Iterator[Change]:
        sales = [sale for sale in self.facts.sales if silent.not_before < sale.bought_at <= silent.not_after]
        sold = sum(sale.units for sale in sales)
        if sold and difference.old is not None and difference.old - (difference.new or 0) == sold:
            yield self._sold(silent, sales, sold, window)
            return
        edits = _not_purchases(window, sales)
        told = [event for event in edits if not self._is_of_activation(event)]
        if not told:
            # While the offer was ended nothing told of an edit; by the time it was on sale again it was done.
            until = max((event.moment for event in edits), default=silent.not_after)
            yield replace(silent, units_sold=sold, not_after=until)
            return
        for change in self._chain(difference, told):
            yield replace(change, units_sold=sold) if change.new_seen else change

    def _is_of_activation(self, event: Event) -> bool:
        """Whether it came with the offer's activation: Allegro then tells of the stock whether or not it changed.

        It even does so twice (allegro-api issue 6680).
        """
        return any(_is_beside(event, moment) for moment in self.activations)

    def _sold(self, silent: Change, sales: Sequence[Sale], sold: int, window: Sequence[Event]) -> Change:
        moments = [sale.bought_at for sale in sales]
        return replace(
            silent,
            not_before=min(moments),
            not_after=max(moments),
            certainty="sold",
            units_sold=sold,
            event_id=window[-1].id if window else "",
            event_type=window[-1].type if window else "",
        )

    def _explain_purchases(self) -> None:
        """A stock event beside a purchase needs no other explanation, even where the stock read later is the same."""
        if self.part != PRICE_STOCK_PART:
            return
        # Those before the anchor too: a purchase just before it must not take an event just after it.
        stock_events = [event for event in self.announced if event.type == STOCK_CHANGED]
        edits = {event.id for event in _not_purchases(stock_events, self.facts.sales)}
        self.explained.update(event.id for event in stock_events if event.id not in edits)

    # Status ----------------------------------------------------------------------------------------------------------

    def _status_changes(self) -> Iterator[Change]:
        """Follow the status through events, which name it, and reads, which show it."""
        known, known_at = False, datetime.min.replace(tzinfo=UTC)
        status: Any = None
        for moment, event, seen in self._status_moments():
            self.explained.update({event.id} if event else set())
            if event is None and not known:
                pass
            elif seen != status or not known:
                yield _status_change(status, seen, old_seen=known, known_at=known_at, moment=moment, event=event)
            elif event is not None:
                yield _announcement(event, "no_difference")
            known, status, known_at = True, seen, moment

    def _status_moments(self) -> list[tuple[datetime, Event | None, Any]]:
        moments: list[tuple[datetime, Event | None, Any]] = []
        for event in self.events:
            if event.type in STATUS_AFTER and not event.is_future_dated:
                moments.append((event.moment, event, STATUS_AFTER[event.type]))
        for snapshot in self.snapshots:
            seen = (snapshot.document.get("publication") or {}).get("status")
            moments.extend([(snapshot.first_seen_at, None, seen), (snapshot.last_seen_at, None, seen)])
        # An event at the very instant of a read came before what the read saw.
        return sorted(moments, key=lambda each: (each[0], each[1] is None))

    # What remains ----------------------------------------------------------------------------------------------------

    def _unexplained(self) -> Iterator[Change]:
        for event in self.events:
            if event.id in self.explained:
                continue
            if not self.snapshots or event.moment > self.snapshots[-1].last_seen_at:
                yield _announcement(event, "unread")
            elif event.moment <= self.snapshots[0].first_seen_at:
                yield self._before_history(event)
            else:
                yield _announcement(event, "no_difference")

    def _before_history(self, event: Event) -> Change:
        """The last price event before the first read led to the price that was read; of others nothing is known."""
        change = _announcement(event, "before_history")
        first = self.snapshots[0]
        later = any(
            other.type == event.type and event.moment < other.moment <= first.first_seen_at for other in self.events
        )
        touches_base = not event.scope or self.facts.base_marketplace in event.scope
        if event.type != PRICE_CHANGED or later or not touches_base:
            return change
        price = (first.document.get("sellingMode") or {}).get("price")
        return replace(change, new=price, new_seen=True)


def _interval(difference: Difference, not_before: datetime, not_after: datetime) -> Change:
    return Change(
        field=difference.field.key,
        marketplace=difference.marketplace,
        old=difference.old,
        new=difference.new,
        old_seen=True,
        new_seen=True,
        not_before=not_before,
        not_after=not_after,
        certainty="interval",
    )


def _status_change(
    old: Any, new: Any, *, old_seen: bool, known_at: datetime, moment: datetime, event: Event | None
) -> Change:
    return Change(
        field=STATUS.key,
        marketplace="",
        old=old,
        new=new,
        old_seen=old_seen,
        new_seen=True,
        not_before=moment if event else known_at,
        not_after=moment,
        certainty="exact" if event else "interval",
        event_id=event.id if event else "",
        event_type=event.type if event else "",
    )


def _not_purchases(events: Sequence[Event], sales: Sequence[Sale]) -> list[Event]:
    """The stock events left when each purchase has taken the nearest event at its own moment."""
    left = list(events)
    for sale in sorted(sales, key=lambda sale: (sale.bought_at, sale.units)):
        near = [event for event in left if _is_beside(event, sale.bought_at)]
        if near:
            left.remove(min(near, key=lambda event: abs(event.occurred_at - sale.bought_at)))
    return left


def _is_beside(event: Event, moment: datetime) -> bool:
    """Whether an event can tell of what happened at `moment`; the time of a future-dated one proves nothing."""
    return not event.is_future_dated and abs(event.occurred_at - moment) <= PURCHASE_TOLERANCE


assert {*FIELD_OF_EVENT.values(), *TOLD_BY_EVENT.values(), *NEVER_TOLD} <= BY_KEY.keys()  # noqa: S101 - a wrong registry must not start
