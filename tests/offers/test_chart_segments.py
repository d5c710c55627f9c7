"""Spans of known value, made of readings and changes; what they say is what the state says of every instant."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import accumulate, pairwise
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from offers.fields import DETAIL_PART, PRICE, PRICE_STOCK_PART, STATUS, STOCK, Field, value_at
from offers.record.changes import Event, Facts, Sale, Snapshot, derive_changes
from offers.state.segments import STEP_COLUMNS, Reading, Segment, Step, clip
from offers.state.timeline import Record, Timeline, state_at


def at(day: float, hour: float = 12) -> datetime:
    return datetime(2026, 9, 1, tzinfo=UTC) + timedelta(days=day - 1, hours=hour)


def step(day: float, old: Any, new: Any, until: float = 0, **values: Any) -> Step:
    known: dict[str, Any] = {"old_seen": True, "new_seen": True, "certainty": "interval" if until else "exact"}
    return Step(at(day), at(until or day), old, new, **{**known, **values})


def known(*found: tuple[float, float, Any]) -> list[Segment]:
    return [Segment(at(since), at(until), value) for since, until, value in found]


def segments(
    readings: list[tuple[float, float, Any]], *steps: Step, field: Field = STOCK, **more: Any
) -> list[Segment]:
    """What is known of a field that was read in spans of (first day, last day, value)."""
    read = [Reading(at(first), at(last), value) for first, last, value in readings]
    return Timeline(field, "", read, steps, **more).segments()


TWO = [(1.0, 4.0, "a"), (8.0, 20.0, "b")]


def test_without_changes_the_value_holds_between_first_and_last_reading() -> None:
    assert segments([(1, 5, "a"), (9, 20, "a")]) == known((1, 20, "a"))


def test_without_any_reading_nothing_is_known() -> None:
    assert segments([]) == []


def test_a_moment_divides_two_values() -> None:
    assert segments(TWO, step(5, "a", "b")) == known((1, 5, "a"), (5, 20, "b"))


def test_inside_an_interval_the_value_is_not_known() -> None:
    assert segments(TWO, step(5, "a", "b", until=7)) == known((1, 5, "a"), (7, 20, "b"))


def test_between_two_edits_of_which_only_the_last_was_read_the_value_is_not_known() -> None:
    steps = [step(5, "a", None, new_seen=False, certainty="overtaken"), step(6, None, "b", old_seen=False)]
    assert segments(TWO, *steps) == known((1, 5, "a"), (6, 20, "b"))


def test_an_announcement_without_a_difference_divides_nothing() -> None:
    silent = step(9, None, None, old_seen=False, new_seen=False, certainty="no_difference")
    assert segments([(1, 8, "a"), (10, 20, "a")], silent) == known((1, 20, "a"))


def test_a_price_from_before_the_history_holds_since_its_event() -> None:
    before = step(1, None, "a", old_seen=False, certainty="before_history")
    assert segments([(3, 20, "a")], before, field=PRICE) == known((1, 20, "a"))


def test_changes_whose_readings_were_given_up_still_tell_their_values() -> None:
    steps = [step(2, "x", "y"), step(3, "y", "a", until=4)]
    assert segments([(5, 20, "a")], *steps) == known((2, 3, "y"), (4, 20, "a"))


def test_clipping_keeps_what_lies_inside() -> None:
    assert clip(known((1, 4, "a"), (4, 9, "b"), (9, 20, "c")), at(5), at(9)) == known((5, 9, "b"))


# Purchases beside edits -----------------------------------------------------------------------------------------------


def stored(day: float, old: Any, new: Any, sold: int, **values: Any) -> Step:
    """A change as the table of changes holds it."""
    columns = {
        "not_before": at(day), "not_after": at(day), "old": old, "new": new, "old_seen": True, "new_seen": True,
        "certainty": "exact", "units_sold": sold,
    }  # fmt: skip
    return Step.of_row(*(({**columns, **values})[name] for name in STEP_COLUMNS))


def test_a_restock_beside_purchases_asserts_neither_value_around_it() -> None:
    """Three at first, five added on the second, eight bought by the ninth: the stock was not empty since the second."""
    assert segments([(1, 1.5, 3), (9, 10, 0)], stored(2, 3, 0, sold=8)) == known((1, 1.5, 3), (9, 10, 0))


def test_what_was_sold_without_an_edit_keeps_its_moments() -> None:
    sold = stored(2, 3, 0, sold=3, certainty="sold")
    assert segments([(1, 1.5, 3), (9, 10, 0)], sold) == known((1, 2, 3), (2, 10, 0))


def test_of_several_edits_beside_purchases_the_first_does_not_bound_the_old_value() -> None:
    steps = [
        stored(3, 3, None, sold=0, new_seen=False, certainty="overtaken"),
        stored(5, None, 9, sold=2, old_seen=False),
    ]
    assert segments([(1, 2, 3), (7, 8, 9)], *steps) == known((1, 2, 3), (7, 8, 9))


def test_beside_a_mixed_edit_other_changes_keep_their_values() -> None:
    """Also where the readings between them were given up."""
    steps = [stored(2, 4, 7, sold=0), stored(4, 6, 5, sold=3), stored(6, 5, 8, sold=0), stored(7, 8, 9, sold=0)]
    assert segments([(8, 10, 9)], *steps) == known((6, 7, 8), (7, 10, 9))


def test_a_mixed_edit_without_readings_leaves_everything_unknown() -> None:
    assert segments([], stored(4, 6, 5, sold=3)) == []


# Borne out by the list ------------------------------------------------------------------------------------------------


def test_a_row_that_agrees_bears_out_the_newest_reading() -> None:
    assert segments([(1, 4, "a")], confirmed=at(9)) == known((1, 9, "a"))


def test_a_row_is_no_witness_against_a_change_announced_since() -> None:
    unread = step(6, None, None, old_seen=False, new_seen=False, certainty="unread")
    assert segments([(1, 4, "a")], unread, confirmed=at(9)) == known((1, 6, "a"))
    ended = step(6, "ACTIVE", "ENDED")
    assert segments([(1, 4, "ACTIVE")], ended, field=STATUS, confirmed=at(9)) == known((1, 6, "ACTIVE"))


def test_a_row_of_long_ago_bears_out_no_earlier_reading() -> None:
    assert segments([(1, 4, "a"), (8, 9, "b")], confirmed=at(6)) == known((1, 4, "a"), (8, 9, "b"))


def test_what_is_gone_is_borne_out_no_more() -> None:
    assert segments([(1, 4, "a")], confirmed=at(9), absences=[(at(6), None)]) == known((1, 6, "a"))


# Properties -----------------------------------------------------------------------------------------------------------

KEYS = (PRICE, STOCK, STATUS)
EVENTS = ("OFFER_PRICE_CHANGED", "OFFER_STOCK_CHANGED", "OFFER_ENDED", "OFFER_ACTIVATED", "OFFER_CHANGED")


def price_stock(price: str, stock: int) -> dict[str, Any]:
    return {"sellingMode": {"price": {"amount": price, "currency": "PLN"}}, "stock": {"available": stock}}


def steps_of(facts: Facts) -> dict[tuple[str, str], list[Step]]:
    """The changes as they come out of the table."""
    found: dict[tuple[str, str], list[Step]] = {}
    for change in derive_changes(facts):
        row = (getattr(change, name) for name in STEP_COLUMNS)
        found.setdefault((change.field, change.marketplace), []).append(Step.of_row(*row))
    return found


@st.composite
def spans(draw: st.DrawFn) -> list[tuple[float, float]]:
    """Spans of reads without overlap, some of a single instant."""
    edges = sorted(draw(st.lists(st.integers(1, 40), min_size=1, max_size=12, unique=True)))
    lasting = draw(st.lists(st.booleans(), min_size=len(edges), max_size=len(edges)))
    return [
        (begin, begin + (following - begin) / 2 if lasts else begin)
        for begin, following, lasts in zip(edges, [*edges[1:], 41], lasting, strict=True)
    ]


@st.composite
def any_steps(draw: st.DrawFn) -> list[Step]:
    """Changes that no facts need explain."""
    found = []
    for begin, end in draw(st.lists(st.tuples(st.integers(-2, 44), st.sampled_from([0, 0, 0.5, 3, 20])), max_size=8)):
        certainty = draw(st.sampled_from(["exact", "overtaken", "unread", "sold", "mixed", "no_difference"]))
        old, new = draw(st.sampled_from(["a", "b"])), draw(st.sampled_from(["a", "b"]))
        found.append(Step(at(begin), at(begin + end), old, new, draw(st.booleans()), draw(st.booleans()), certainty))
    return found


@st.composite
def records(draw: st.DrawFn, strange: bool = False) -> Record:
    """Readings of both parts, journal rows and purchases, in any order; the list and the end of the offer.

    In a strange one the changes have nothing to do with the readings.
    """
    read = [
        Snapshot(
            PRICE_STOCK_PART,
            price_stock(draw(st.sampled_from(["49.90", "47.90"])), draw(st.integers(0, 3))),
            at(first),
            at(last),
        )
        for first, last in draw(spans())
    ]
    read += [
        Snapshot(
            DETAIL_PART, {"publication": {"status": draw(st.sampled_from(["ACTIVE", "ENDED"]))}}, at(first), at(last)
        )
        for first, last in draw(spans())
    ]
    days = st.floats(-2, 44).map(lambda day: round(day, 2))
    moments = draw(st.lists(days, max_size=10, unique=True))
    events = [Event(str(number), draw(st.sampled_from(EVENTS)), at(day), at(day)) for number, day in enumerate(moments)]
    sales = [Sale(draw(st.integers(1, 3)), at(day)) for day in draw(st.lists(days, max_size=5, unique=True))]
    confirmed, gone = draw(st.none() | days), draw(st.none() | st.floats(41, 45))
    away = sorted(draw(st.lists(days, min_size=2, max_size=2, unique=True) | st.just([])))
    any_of_each = {(each.key, ""): draw(any_steps()) for each in KEYS} if strange else {}
    return Record(
        read,
        any_of_each or steps_of(Facts(read, events, sales)),
        confirmed_fields={(each.key, ""): at(confirmed) for each in KEYS if confirmed is not None},
        absences=[(at(day), at(away[1])) for day in away[:1]] + ([(at(gone), None)] if gone else []),
    )


def drawn(record: Record, each: Field) -> list[Segment]:
    """What the chart draws of one field."""
    read = [
        Reading(row.first_seen_at, row.last_seen_at, value_at(dict(row.document), each.path))
        for row in record.snapshots
        if row.part == each.part
    ]
    key = each.key, ""
    return Timeline(
        each, "", read, record.steps.get(key, ()), confirmed=record.confirmed_fields.get(key), absences=record.absences
    ).segments()


def told(record: Record, each: Field, moment: datetime) -> list[Any]:
    """What the page of a day says of the field, from what it loads: the two snapshots next to the instant."""
    ordered = sorted((row for row in record.snapshots if row.part == each.part), key=lambda row: row.first_seen_at)
    begun = [row for row in ordered if row.first_seen_at <= moment]
    near = begun[-1:] + ordered[len(begun) : len(begun) + 1]
    [state] = [
        state for state in state_at(replace(record, snapshots=near), moment, [each.part]) if state.key == (each.key, "")
    ]
    return [state.value] if state.is_known else []


def edges(record: Record) -> set[datetime]:
    found = {edge for row in record.snapshots for edge in (row.first_seen_at, row.last_seen_at)}
    found |= {edge for steps in record.steps.values() for each in steps for edge in (each.not_before, each.not_after)}
    return found | {
        *record.confirmed_fields.values(),
        *(edge for absence in record.absences for edge in absence if edge),
    }


def inside(found: list[Segment], moment: datetime) -> list[Any]:
    return [segment.value for segment in found if segment.since <= moment < segment.until]


@settings(max_examples=60, deadline=None)
@given(records() | records(strange=True), st.lists(st.floats(-4, 48), min_size=6, max_size=6))
@pytest.mark.parametrize("each", KEYS, ids=lambda each: each.key)
def test_what_the_chart_draws_is_what_the_state_says_is_known(each: Field, record: Record, days: list[float]) -> None:
    found, bounds = drawn(record, each), edges(record)
    for moment in [at(day) for day in days]:
        if moment not in bounds:
            assert inside(found, moment) == told(record, each, moment)


@settings(max_examples=20, deadline=None)
@given(records())
@pytest.mark.parametrize("each", KEYS, ids=lambda each: each.key)
def test_where_a_drawn_span_begins_its_value_is_known(each: Field, record: Record) -> None:
    """The other way round an instant may be known that no span holds: a single reading."""
    found = drawn(record, each)
    for moment in edges(record):
        assert inside(found, moment) in ([], told(record, each, moment))


MINUTES = 600
BETWEEN_READS = 100
at_any_time = st.tuples(st.integers(1, MINUTES), st.integers(1, 4))
once_between_reads = st.tuples(st.integers(0, MINUTES // BETWEEN_READS - 1), st.integers(1, BETWEEN_READS))


@settings(max_examples=80, deadline=None)
@given(
    st.lists(at_any_time, max_size=8, unique_by=lambda each: each[0]),
    st.lists(once_between_reads, max_size=4, unique_by=lambda each: each[0]),
    st.integers(1, 9),
)
def test_the_stock_that_is_drawn_was_the_stock(
    bought: list[tuple[int, int]], restocked: list[tuple[int, int]], added: int
) -> None:
    """Pieces bought at any time, some added now and then; wherever two reads differ."""
    moves = {number * BETWEEN_READS + minute: added for number, minute in restocked}
    assume(not moves.keys() & {minute for minute, _units in bought})
    moves |= {minute: -units for minute, units in bought}
    stock = list(accumulate((moves.get(minute, 0) for minute in range(MINUTES + 1)), initial=20))[1:]
    times = [at(1) + timedelta(minutes=minute) for minute in range(MINUTES + 1)]
    reads = range(0, MINUTES + 1, BETWEEN_READS)
    read = [Snapshot(PRICE_STOCK_PART, price_stock("49.90", stock[each]), times[each], times[each]) for each in reads]
    events = [Event(str(minute), "OFFER_STOCK_CHANGED", times[minute], times[minute]) for minute in moves]
    sales = [Sale(units, times[minute]) for minute, units in bought]
    found = drawn(Record(read, steps_of(Facts(read, events, sales))), STOCK)
    for before, after in pairwise(reads):
        for minute in range(before, after) if stock[before] != stock[after] else ():
            assert inside(found, times[minute]) in ([], [stock[minute]])
