"""Reading long lists while they move: a read that ends without an error has seen every row that was there all along."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from allegro.api.paging import Offsets, by_cursor, by_last_row, by_offset, by_time
from allegro.api.values import CursorPage, Page
from allegro.errors import IncompleteRead, Rejected

START = datetime(2026, 8, 1, tzinfo=UTC)
# What happens before a read: (True, where) puts a new row in, (False, where) takes one out; `where` in thousandths.
Move = tuple[bool, int]
Moves = list[list[Move]]
moves = st.lists(st.lists(st.tuples(st.booleans(), st.integers(0, 999)), max_size=3), max_size=12)


@dataclass
class Row:
    """A row at an instant; two rows are the same by number."""

    number: int
    at: datetime


def number_of(row: Row) -> int:
    return row.number


@dataclass
class MovingList:
    """A list that keeps the order of its rows, newest first, and changes before every read as `moves` say."""

    rows: list[Row]
    moves: Moves
    numbers: Iterator[int] = field(default_factory=lambda: count(1000))
    lost: set[int] = field(default_factory=set)
    reads: int = 0

    @classmethod
    def of(cls, milliseconds: Sequence[int], moves: Moves) -> "MovingList":
        rows = [Row(number, at(each)) for number, each in enumerate(sorted(milliseconds, reverse=True))]
        return cls(rows, list(moves))

    def move(self) -> None:
        self.reads += 1
        for comes, where in self.moves.pop(0) if self.moves else ():
            position = where * len(self.rows) // 1000
            if comes:
                neighbour = self.rows[position].at if self.rows else START
                self.rows.insert(position, Row(next(self.numbers), neighbour))
            elif self.rows:
                self.lost.add(self.rows.pop(position).number)

    def always_there(self, at_first: set[int]) -> set[int]:
        return at_first - self.lost


def at(milliseconds: int) -> datetime:
    return START + timedelta(milliseconds=milliseconds)


def read_all(pages: Iterator[tuple[Row, ...]]) -> tuple[list[int], bool]:
    """The numbers of all rows given, and whether the read was complete."""
    found: list[int] = []
    try:
        for rows in pages:
            found += [row.number for row in rows]
    except IncompleteRead:
        return found, False
    return found, True


def by_offset_from(moving: MovingList, limit: int, reach: int | None, total: bool) -> Callable[[int], Page[Row]]:
    def read(offset: int) -> Page[Row]:
        assert reach is None or offset + limit <= reach
        if moving.reads:
            moving.move()
        moving.reads += 1
        return Page(tuple(moving.rows[offset : offset + limit]), len(moving.rows) if total else None)

    return read


# By offset -----------------------------------------------------------------------------------------------------------


@given(size=st.integers(0, 40), limit=st.integers(2, 7), moves=moves, total=st.booleans())
@settings(max_examples=200, deadline=None)
def test_a_complete_read_has_every_row_that_was_there_all_the_time(
    size: int, limit: int, moves: Moves, total: bool
) -> None:
    moving = MovingList.of(range(size), moves)
    at_first = {row.number for row in moving.rows}
    pages = by_offset(by_offset_from(moving, limit, None, total), Offsets(limit), number_of)
    found, is_complete = read_all(pages)
    assert len(found) == len(set(found))
    if is_complete:
        assert moving.always_there(at_first) <= set(found)


@given(size=st.integers(0, 40), limit=st.integers(2, 7), total=st.booleans(), slack=st.integers(0, 9))
@settings(deadline=None)
def test_a_list_at_rest_is_read_in_order_and_completely(size: int, limit: int, total: bool, slack: int) -> None:
    moving = MovingList.of(range(size), [])
    reach = max(limit, size + slack + (0 if total else limit))
    pages = by_offset(by_offset_from(moving, limit, reach, total), Offsets(limit, reach), number_of)
    assert read_all(pages) == (list(range(size)), True)


@pytest.mark.parametrize("total", [True, False])
@pytest.mark.parametrize("is_new", [True, False], ids=["row-comes", "row-goes"])
def test_a_row_that_comes_or_goes_before_the_boundary_loses_no_other(total: bool, is_new: bool) -> None:
    moving = MovingList.of(range(10), [[(is_new, 0)]])
    found, is_complete = read_all(by_offset(by_offset_from(moving, 4, None, total), Offsets(4), number_of))
    # Taken out, it pulled an unseen row to where had been read already: then nothing is proven.
    assert is_complete is (is_new and not total)
    if is_new:
        assert set(found) >= set(range(10))


def test_new_rows_above_the_boundary_do_not_hide_where_it_is() -> None:
    moving = MovingList.of(range(9), [[(True, 0), (True, 0)], [(True, 0)]])
    found, is_complete = read_all(by_offset(by_offset_from(moving, 4, None, False), Offsets(4), number_of))
    assert is_complete
    assert set(found) == set(range(9))


def test_a_server_that_gives_the_same_page_for_ever_is_asked_no_more() -> None:
    rows = (Row(1, START), Row(2, START), Row(3, START))
    assert read_all(by_offset(lambda _: Page(rows), Offsets(3), number_of)) == ([1, 2, 3], False)


def test_a_moved_total_proves_nothing_although_every_row_was_seen() -> None:
    pages = iter([Page((Row(1, START), Row(2, START)), 4), Page((Row(2, START), Row(3, START)), 3)])
    assert read_all(by_offset(lambda _: next(pages), Offsets(2), number_of)) == ([1, 2, 3], False)


def test_a_total_larger_than_what_comes_ends_the_read_as_incomplete() -> None:
    rows = (Row(1, START), Row(2, START))
    assert read_all(by_offset(lambda offset: Page(rows[offset:], 5), Offsets(2), number_of)) == ([1, 2], False)


def test_a_row_given_twice_in_one_page_proves_nothing() -> None:
    rows = (Row(1, START), Row(2, START), Row(1, START))
    assert read_all(by_offset(lambda _: Page(rows, 2), Offsets(5), number_of)) == ([1, 2], False)


@pytest.mark.parametrize("total", [True, False])
def test_what_lies_out_of_reach_is_never_asked_for_and_never_called_complete(total: bool) -> None:
    moving = MovingList.of(range(30), [])
    found, is_complete = read_all(by_offset(by_offset_from(moving, 4, 18, total), Offsets(4, 18), number_of))
    assert (found, is_complete) == (list(range(18)), False)


# By time -------------------------------------------------------------------------------------------------------------

LIMIT, REACH = 3, 9


def by_time_from(moving: MovingList, total: str) -> Callable[[datetime, datetime, int], Page[Row]]:
    """`total` is "given", "absent", or "refused": then a window with more than REACH rows is a 422."""

    def read(since: datetime, until: datetime, offset: int) -> Page[Row]:
        assert since <= until
        if offset + LIMIT > REACH:
            raise Rejected("out of reach", status=422)
        if moving.reads:
            moving.move()
        moving.reads += 1
        rows = [row for row in moving.rows if since <= row.at <= until]
        if total == "refused" and len(rows) > REACH:
            raise Rejected("too many results", status=422)
        return Page(tuple(rows[offset : offset + LIMIT]), None if total == "absent" else len(rows))

    return read


TOTALS = ("given", "absent", "refused")


@given(instants=st.lists(st.integers(0, 5000), max_size=60), moves=moves, total=st.sampled_from(TOTALS))
@settings(max_examples=150, deadline=None)
def test_windows_together_have_every_row_that_was_there_all_the_time(
    instants: list[int], moves: Moves, total: str
) -> None:
    moving = MovingList.of(instants, moves)
    at_first = {row.number for row in moving.rows}
    pages = by_time(by_time_from(moving, total), START, at(5000), Offsets(LIMIT, REACH), number_of)
    found, is_complete = read_all(pages)
    assert len(found) == len(set(found))
    if is_complete:
        assert moving.always_there(at_first) <= set(found)


@given(instants=st.lists(st.integers(0, 5000), max_size=60, unique=True), total=st.sampled_from(TOTALS))
@settings(deadline=None)
def test_a_long_span_at_rest_is_read_completely_window_by_window(instants: list[int], total: str) -> None:
    moving = MovingList.of(instants, [])
    pages = by_time(by_time_from(moving, total), START, at(5000), Offsets(LIMIT, REACH), number_of)
    found, is_complete = read_all(pages)
    assert is_complete
    assert sorted(found) == list(range(len(instants)))


@pytest.mark.parametrize("total", TOTALS)
def test_more_rows_on_one_instant_than_can_be_read_are_no_complete_read(total: str) -> None:
    moving = MovingList.of([10, 20, *[3000] * 12, 4000], [])
    pages = by_time(by_time_from(moving, total), START, at(5000), Offsets(LIMIT, REACH), number_of)
    found, is_complete = read_all(pages)
    assert not is_complete
    assert {0, 13, 14} <= set(found)
    assert moving.reads < 200


def test_newer_windows_are_read_first() -> None:
    moving = MovingList.of(range(0, 5000, 100), [])
    pages = by_time(by_time_from(moving, "given"), START, at(5000), Offsets(LIMIT, REACH), number_of)
    found, _is_complete = read_all(pages)
    assert found[:3] == [0, 1, 2]
    assert found.index(49) > found.index(25) > found.index(10)


def test_a_refusal_other_than_of_the_window_is_passed_on() -> None:
    def refuse(*_: object) -> Page[Row]:
        raise Rejected("wrong media type", status=406)

    with pytest.raises(Rejected):
        next(by_time(refuse, START, at(5000), Offsets(LIMIT, REACH), number_of))


# By cursor -----------------------------------------------------------------------------------------------------------


def test_cursors_are_followed_to_the_last_page() -> None:
    pages = {"": CursorPage((1, 2), "b"), "b": CursorPage((3,), "c"), "c": CursorPage((), "")}
    assert list(by_cursor(pages.__getitem__)) == [(1, 2), (3,), ()]
    assert list(by_cursor(pages.__getitem__, "b")) == [(3,), ()]


@pytest.mark.parametrize("cursors", [{"": "a", "a": "a"}, {"": "a", "a": "b", "b": "a"}, {"": "a", "a": ""}])
def test_a_cursor_that_leads_back_ends_the_read(cursors: dict[str, str]) -> None:
    pages = by_cursor(lambda cursor: CursorPage((cursor,), cursors[cursor]))
    if cursors["a"] == "":
        assert len(list(pages)) == 2
    else:
        with pytest.raises(IncompleteRead):
            list(pages)


@given(size=st.integers(0, 30), limit=st.integers(1, 6))
@settings(deadline=None)
def test_a_journal_is_read_from_the_last_row_of_each_full_page(size: int, limit: int) -> None:
    rows = [f"{number:03}" for number in range(size)]

    def read(after: str) -> list[str]:
        return [row for row in rows if row > after][:limit]

    assert [row for page in by_last_row(read, str, limit) for row in page] == rows
    assert [row for page in by_last_row(read, str, limit, "004") for row in page] == rows[5:]
