"""The offer at one instant: what is known then, and why the rest is not."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from offers.fields import DETAIL_PART, OFFER_PARTS, PRICE_STOCK_PART, fields_of_part, values_of
from offers.record.changes import Event, Facts, Snapshot, derive_changes
from offers.state.segments import MIXED, Step
from offers.state.timeline import FieldState, Lack, Record, Seen, state_at

START = datetime(2026, 9, 1, 8, 0, tzinfo=UTC)


def at(hours: float) -> datetime:
    return START + timedelta(hours=hours)


def price_stock(price: str, stock: int = 5, abroad: str = "") -> dict[str, Any]:
    additional = {"allegro-cz": {"sellingMode": {"price": money(abroad, "CZK")}}} if abroad else {}
    return {
        "sellingMode": {"price": money(price)},
        "stock": {"available": stock},
        "additionalMarketplaces": additional,
    }


def money(amount: str, currency: str = "PLN") -> dict[str, str]:
    return {"amount": amount, "currency": currency}


def prices(first: float, last: float, price: str, stock: int = 5, abroad: str = "") -> Snapshot:
    return Snapshot(PRICE_STOCK_PART, price_stock(price, stock, abroad), at(first), at(last))


def detail(first: float, last: float, status: str = "ACTIVE", title: str = "Kawa", **more: Any) -> Snapshot:
    return Snapshot(DETAIL_PART, {"name": title, "publication": {"status": status}, **more}, at(first), at(last))


def step(not_before: float, not_after: float, old: Any, new: Any, **values: Any) -> Step:
    known = {"old_seen": True, "new_seen": True, "certainty": "exact"}
    return Step(at(not_before), at(not_after), old, new, **{**known, **values})


def one(record: Record, hours: float, key: str = "price", marketplace: str = "") -> FieldState:
    [state] = [each for each in state_at(record, at(hours)) if each.key == (key, marketplace)]
    return state


def record(*snapshots: Snapshot, **more: Any) -> Record:
    return Record(snapshots, **more)


TWO_PRICES = (prices(0, 4, "49.90"), prices(6, 9, "47.90"))


def test_inside_a_span_the_value_is_known_with_its_readings() -> None:
    state = one(record(*TWO_PRICES), 3)
    assert (state.is_known, state.value, state.since, state.until) == (True, money("49.90"), at(0), at(4))


def test_between_two_differing_reads_both_candidates_are_named() -> None:
    state = one(record(*TWO_PRICES), 5)
    assert (state.lack, state.value, state.since, state.until) == (Lack.BETWEEN, None, at(4), at(6))
    assert (state.before, state.after) == (Seen(money("49.90"), at(4)), Seen(money("47.90"), at(6)))


def test_a_field_in_which_two_reads_agree_is_known_between_them() -> None:
    state = one(record(*TWO_PRICES), 5, "stock")
    assert (state.value, state.since, state.until) == (5, at(4), at(6))


@pytest.mark.parametrize(("hours", "price"), [(4.5, "49.90"), (4.999, "49.90"), (5, "47.90"), (5.5, "47.90")])
def test_an_exact_change_parts_the_time_between_two_reads(hours: float, price: str) -> None:
    steps = {("price", ""): [step(5, 5, money("49.90"), money("47.90"))]}
    assert one(record(*TWO_PRICES, steps=steps), hours).value == money(price)


def test_between_two_announced_changes_nothing_is_known() -> None:
    steps = {
        ("price", ""): [
            step(4.5, 4.5, money("49.90"), None, new_seen=False, certainty="overtaken"),
            step(5.5, 5.5, None, money("47.90"), old_seen=False),
        ]
    }
    known = record(*TWO_PRICES, steps=steps)
    assert one(known, 4.2).value == money("49.90")
    assert (one(known, 5).lack, one(known, 5).since, one(known, 5).until) == (Lack.OVERTAKEN, at(4.5), at(5.5))
    assert one(known, 5.7).value == money("47.90")


def test_before_the_first_reading_it_is_said_since_when_it_is_known() -> None:
    state = one(record(*TWO_PRICES), -1)
    assert (state.lack, state.until, state.after) == (Lack.BEFORE, at(0), Seen(money("49.90"), at(0)))


def test_an_announcement_before_the_first_reading_tells_the_price_from_then_on() -> None:
    steps = {("price", ""): [step(-2, -2, None, money("49.90"), old_seen=False, certainty="before_history")]}
    known = record(*TWO_PRICES, steps=steps)
    assert one(known, -1).value == money("49.90")
    assert (one(known, -3).lack, one(known, -3).until) == (Lack.BEFORE, at(-2))


def test_after_the_newest_reading_its_value_is_offered_as_seen_then() -> None:
    state = one(record(*TWO_PRICES), 10)
    assert (state.lack, state.value, state.latest) == (Lack.UNREAD, None, Seen(money("47.90"), at(9)))


def test_a_change_announced_since_the_newest_reading_makes_its_value_doubtful() -> None:
    unread = step(10, 10, None, None, old_seen=False, new_seen=False, certainty="unread")
    known = record(*TWO_PRICES, steps={("price", ""): [unread]})
    assert one(known, 9.5).lack is Lack.UNREAD
    assert (one(known, 11).lack, one(known, 11).since, one(known, 11).latest) == (Lack.ANNOUNCED, at(10), None)


def test_a_part_of_the_whole_account_is_confirmed_by_its_readings() -> None:
    badge = Snapshot("badges", {"allegro-pl": [{"name": "Okazja"}]}, at(0), at(0))
    known = record(badge, confirmed={"badges": at(8)})
    assert one(known, 7, "badges", "allegro-pl").value == [{"name": "Okazja"}]
    assert one(known, 9, "badges", "allegro-pl").lack is Lack.UNREAD
    gone = record(badge, confirmed={"badges": at(8)}, absences=[(at(3), None)])
    assert one(gone, 7, "badges", "allegro-pl").lack is Lack.GONE


def test_a_field_that_the_list_bore_out_is_known_until_then() -> None:
    known = record(*TWO_PRICES, confirmed_fields={("price", ""): at(20)})
    state = one(known, 15)
    assert (state.value, state.since, state.until) == (money("47.90"), at(6), at(20))
    assert (one(known, 21).latest, one(known, 15, "stock").lack) == (Seen(money("47.90"), at(20)), Lack.UNREAD)


def test_the_list_bears_out_nothing_from_an_announced_change_on() -> None:
    unread = step(12, 12, None, None, old_seen=False, new_seen=False, certainty="unread")
    known = record(*TWO_PRICES, steps={("price", ""): [unread]}, confirmed_fields={("price", ""): at(20)})
    assert (one(known, 11).value, one(known, 11).until) == (money("47.90"), at(12))
    assert (one(known, 12).lack, one(known, 12).before) == (Lack.ANNOUNCED, Seen(money("47.90"), at(12)))


def test_an_offer_that_is_gone_has_no_values_but_its_last_ones() -> None:
    state = one(record(*TWO_PRICES, absences=[(at(10), None)]), 12)
    assert (state.lack, state.since, state.before) == (Lack.GONE, at(10), Seen(money("47.90"), at(9)))


def test_the_same_value_before_and_after_an_absence_says_nothing_of_the_time_between() -> None:
    known = record(prices(0, 4, "49.90"), prices(8, 9, "49.90"), absences=[(at(5), at(7))])
    states = [one(known, hours) for hours in (4, 4.5, 5, 6.5, 7, 8)]
    assert [state.lack for state in states] == [None, Lack.CUT_OFF, Lack.GONE, Lack.GONE, Lack.CUT_OFF, None]
    assert (states[2].since, states[2].until) == (at(5), at(7))


def test_what_the_whole_account_was_asked_confirms_nothing_across_an_absence() -> None:
    badge = Snapshot("badges", {"allegro-pl": [{"name": "Okazja"}]}, at(0), at(0))
    known = record(badge, confirmed={"badges": at(20)}, absences=[(at(3), at(6))])
    states = [one(known, hours, "badges", "allegro-pl") for hours in (2, 4, 8)]
    assert [state.lack for state in states] == [None, Lack.GONE, Lack.UNREAD]


def test_a_change_in_a_time_without_journal_says_so() -> None:
    known = record(*TWO_PRICES, gaps=[(at(4.5), at(5.5))])
    assert [one(known, hours).lack for hours in (4.2, 5, 5.7)] == [Lack.BETWEEN, Lack.LOST, Lack.BETWEEN]
    assert one(known, 5, "stock").is_known


def test_what_the_journal_never_announces_is_not_lost_with_it() -> None:
    ratings = [
        Snapshot("rating", {"average": value}, at(first), at(first)) for value, first in (("4.5", 4), ("4.6", 6))
    ]
    assert one(record(*ratings, gaps=[(at(4.5), at(5.5))]), 5, "rating").lack is Lack.BETWEEN


def test_the_status_follows_events_inside_a_span_too() -> None:
    steps = {
        ("status", ""): [step(2, 2, "ACTIVE", "ENDED"), step(3, 3, "ENDED", "ACTIVE")],
    }
    known = record(detail(0, 8), steps=steps)
    assert [one(known, hours, "status").value for hours in (1, 2.5, 4)] == ["ACTIVE", "ENDED", "ACTIVE"]
    assert one(known, 2.5, "title").value == "Kawa"


def test_a_status_that_only_an_event_told_is_known_at_its_moment() -> None:
    known = record(detail(0, 8), steps={("status", ""): [step(9, 9, "ACTIVE", "ENDED")]})
    assert one(known, 8.5, "status").value == "ACTIVE"
    assert one(known, 9, "status").value == "ENDED"
    assert one(known, 11, "status").latest == Seen("ENDED", at(9))


def test_a_stock_edit_beside_purchases_does_not_part_the_time() -> None:
    """Two bought at some time, eight added at five o'clock: before and after it the stock may have been anything."""
    steps = {("stock", ""): [step(5, 5, 4, 10, certainty=MIXED)]}
    known = record(prices(0, 4, "49.90", stock=4), prices(6, 9, "49.90", stock=10), steps=steps)
    assert [one(known, hours, "stock").lack for hours in (4.5, 5.5)] == [Lack.BETWEEN, Lack.BETWEEN]


def test_each_marketplace_stands_by_itself() -> None:
    known = record(prices(0, 4, "49.90", abroad="310.00"), prices(6, 9, "49.90", abroad="299.00"))
    assert one(known, 5).value == money("49.90")
    assert one(known, 5, marketplace="allegro-cz").lack is Lack.BETWEEN
    assert one(known, 7, marketplace="allegro-cz").value == money("299.00", "CZK")


def test_a_field_nobody_registered_is_there_too() -> None:
    known = record(detail(0, 4, novelty={"a": 1}), detail(6, 8, novelty={"a": 2}))
    assert one(known, 3, "other.novelty").value == {"a": 1}
    assert one(known, 5, "other.novelty").lack is Lack.BETWEEN


def test_a_part_that_was_never_read_is_named_as_that() -> None:
    assert one(record(*TWO_PRICES), 3, "rating").lack is Lack.NEVER_READ


def test_what_an_event_told_is_not_taken_to_last() -> None:
    told = step(2, 2, None, ["CZ"], old_seen=False)
    known = record(*TWO_PRICES, steps={("blocked_deliveries", ""): [told]})
    assert one(known, 2, "blocked_deliveries").value == ["CZ"]
    assert one(known, 5, "blocked_deliveries").latest == Seen(["CZ"], at(2))
    assert not [each for each in state_at(record(*TWO_PRICES), at(2)) if each.field.key == "blocked_deliveries"]


# Properties ----------------------------------------------------------------------------------------------------------

PRICES = st.sampled_from(["49.90", "47.90", "52.00"])
STATUSES = st.sampled_from(["ACTIVE", "ENDED", "INACTIVE"])
EVENTS = st.sampled_from(
    ["OFFER_PRICE_CHANGED", "OFFER_STOCK_CHANGED", "OFFER_CHANGED", "OFFER_ENDED", "OFFER_ACTIVATED"]
)


def spans(times: Sequence[int], last: int) -> list[tuple[float, float]]:
    """Spans without overlap that begin at the sorted `times` and last at most `last` hours."""
    ordered = sorted(set(times))
    return [
        (begin, min(begin + last, following - 0.5))
        for begin, following in zip(ordered, [*ordered[1:], 10_000], strict=True)
    ]


@st.composite
def histories(draw: st.DrawFn) -> Facts:
    """Readings of both parts and journal rows, in any order and at any time."""
    times = st.lists(st.integers(0, 60), min_size=1, max_size=8)
    read = [
        prices(begin, end, draw(PRICES), draw(st.integers(0, 3)))
        for begin, end in spans(draw(times), draw(st.integers(0, 6)))
    ]
    read += [
        detail(begin, end, draw(STATUSES), draw(st.sampled_from(["Kawa", "Herbata"])))
        for begin, end in spans(draw(times), draw(st.integers(0, 6)))
    ]
    moments = draw(st.lists(st.floats(-5, 70), max_size=8, unique=True))
    events = [Event(str(number), draw(EVENTS), at(hours), at(hours + 0.01)) for number, hours in enumerate(moments)]
    return Facts(read, events)


def as_record(facts: Facts) -> Record:
    steps: dict[tuple[str, str], list[Step]] = {}
    for change in derive_changes(facts):
        steps.setdefault((change.field, change.marketplace), []).append(
            Step(
                change.not_before, change.not_after, change.old, change.new,
                change.old_seen, change.new_seen, change.certainty,
            )
        )  # fmt: skip
    return Record(facts.snapshots, steps)


def document_values(snapshot: Snapshot) -> dict[tuple[str, str], Any]:
    return {
        (each.key, marketplace): value
        for each in fields_of_part(snapshot.part)
        for marketplace, value in values_of(each, dict(snapshot.document)).items()
    }


@settings(max_examples=60, deadline=None)
@given(histories())
def test_at_each_reading_the_state_is_what_was_read(facts: Facts) -> None:
    known = as_record(facts)
    for snapshot in facts.snapshots:
        states = state_at(known, snapshot.first_seen_at, [snapshot.part])
        assert all(each.is_known for each in states)
        assert {each.key: each.value for each in states if each.value is not None} == {
            key: value for key, value in document_values(snapshot).items() if value is not None
        }


@settings(max_examples=60, deadline=None)
@given(histories(), st.floats(-6, 80))
def test_no_value_is_given_that_no_reading_and_no_exact_event_shows(facts: Facts, hours: float) -> None:
    known, moment = as_record(facts), at(hours)
    for state in state_at(known, moment):
        if not state.is_known:
            assert state.value is None
            continue
        assert state.since is not None and state.until is not None
        assert state.since <= moment <= state.until
        covering = [
            document_values(each).get(state.key)
            for each in facts.snapshots
            if each.part == state.field.part and state.since <= each.last_seen_at and each.first_seen_at <= state.until
        ]
        told = [
            value
            for each in known.steps.get(state.key, ())
            for value, seen, end in (
                (each.new, each.new_seen, each.not_after),
                (each.old, each.old_seen, each.not_before),
            )
            if seen and end in (state.since, state.until)
        ]
        assert state.value in covering + told


@settings(max_examples=60, deadline=None)
@given(histories(), st.floats(-6, 80))
def test_every_registered_field_has_one_state(facts: Facts, hours: float) -> None:
    states = state_at(as_record(facts), at(hours), OFFER_PARTS)
    keys = [each.key for each in states]
    assert len(keys) == len(set(keys))
    assert {each.field.key for each in states} == {each.key for part in OFFER_PARTS for each in fields_of_part(part)}


@settings(max_examples=60, deadline=None)
@given(histories(), st.floats(-6, 80))
def test_only_the_neighbouring_readings_matter(facts: Facts, hours: float) -> None:
    """So that not all of a long history must be loaded."""
    known, moment = as_record(facts), at(hours)
    near: list[Snapshot] = []
    for part in (PRICE_STOCK_PART, DETAIL_PART):
        ordered = sorted((each for each in facts.snapshots if each.part == part), key=lambda each: each.first_seen_at)
        near += [each for each in ordered if each.first_seen_at <= moment][-1:]
        near += [each for each in ordered if each.first_seen_at > moment][:1]
    assert state_at(Record(near, known.steps), moment) == state_at(known, moment)
