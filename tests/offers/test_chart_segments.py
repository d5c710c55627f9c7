"""Spans of known value, made of changes."""

from datetime import UTC, datetime
from typing import Any

from offers.segments import Reading, Segment, Step, clip, known_segments


def at(day: int, hour: int = 12) -> datetime:
    return datetime(2026, 9, day, hour, tzinfo=UTC)


def step(day: int, old: Any, new: Any, until: int = 0, **values: Any) -> Step:
    known: dict[str, Any] = {"old_seen": True, "new_seen": True, "certainty": "interval" if until else "exact"}
    return Step(at(day), at(until or day), old, new, **{**known, **values})


READING = Reading(at(1), at(20), "now")


def test_without_changes_the_value_holds_between_first_and_last_reading() -> None:
    assert known_segments([], READING) == [Segment(at(1), at(20), "now")]


def test_without_any_reading_nothing_is_known() -> None:
    assert known_segments([], None) == []


def test_a_moment_divides_two_values() -> None:
    assert known_segments([step(5, "a", "b")], READING) == [Segment(at(1), at(5), "a"), Segment(at(5), at(20), "b")]


def test_inside_an_interval_the_value_is_not_known() -> None:
    assert known_segments([step(5, "a", "b", until=7)], READING) == [
        Segment(at(1), at(5), "a"), Segment(at(7), at(20), "b"),
    ]  # fmt: skip


def test_between_two_edits_of_which_only_the_last_was_read_the_value_is_not_known() -> None:
    steps = [step(5, "a", None, new_seen=False, certainty="overtaken"), step(6, None, "c", old_seen=False)]
    assert known_segments(steps, READING) == [Segment(at(1), at(5), "a"), Segment(at(6), at(20), "c")]


def test_after_an_unread_announcement_the_value_is_not_known() -> None:
    unread = step(9, None, None, old_seen=False, new_seen=False, certainty="unread")
    assert known_segments([step(5, "a", "b"), unread], READING) == [
        Segment(at(1), at(5), "a"), Segment(at(5), at(9), "b"),
    ]  # fmt: skip


def test_an_announcement_without_a_difference_divides_nothing() -> None:
    silent = step(9, None, None, old_seen=False, new_seen=False, certainty="no_difference")
    assert known_segments([silent], READING) == [Segment(at(1), at(20), "now")]


def test_a_price_from_before_the_history_holds_since_its_event() -> None:
    before = step(1, None, "a", old_seen=False, certainty="before_history")
    assert known_segments([before], Reading(at(3), at(20), "a")) == [Segment(at(1), at(20), "a")]


def test_clipping_keeps_what_lies_inside() -> None:
    segments = [Segment(at(1), at(4), "a"), Segment(at(4), at(9), "b"), Segment(at(9), at(20), "c")]
    assert clip(segments, at(5), at(9)) == [Segment(at(5), at(9), "b")]
