"""Which reports a total counts: never two for one day, the most days, then the newer, then the finer."""

from datetime import UTC, date, datetime, timedelta
from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from reports.cover import Candidate, choose_cover

FIRST = date(2026, 8, 3)
NOON = datetime(2026, 9, 1, 12, tzinfo=UTC)


def exported(key: str, first: int, last: int, hours: int = 0) -> Candidate:
    """A report of the `first`-th to the `last`-th day, exported some hours after noon."""
    return Candidate(key, FIRST + timedelta(first), FIRST + timedelta(last), NOON + timedelta(hours=hours))


def keys(candidates: object) -> list[str]:
    return [candidate.key for candidate in candidates]  # type: ignore[attr-defined]


spans = st.tuples(st.integers(0, 20), st.integers(0, 10), st.integers(0, 4))
reports = st.lists(spans, max_size=9).map(
    lambda found: [
        exported(f"{number}", first, first + length, hours) for number, (first, length, hours) in enumerate(found)
    ]
)


@given(reports, st.randoms())
def test_no_day_counts_twice_and_the_order_of_the_reports_does_not_matter(
    candidates: list[Candidate], chance: object
) -> None:
    cover = choose_cover(candidates)
    assert not any(one.overlaps(other) for one, other in combinations(cover.counted, 2))
    shuffled = list(candidates)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    assert choose_cover(shuffled) == cover


@given(reports)
def test_every_report_is_either_counted_or_named_with_what_it_overlaps(candidates: list[Candidate]) -> None:
    cover = choose_cover(candidates)
    assert sorted(keys([*cover.counted, *cover.left_out])) == sorted(keys(candidates))
    for left, overlapped in cover.left_out.items():
        assert overlapped
        assert all(left.overlaps(each) and each in cover.counted for each in overlapped)


@given(reports)
def test_no_other_choice_is_better(candidates: list[Candidate]) -> None:
    order = sorted({each.exported_at for each in candidates})

    def worth(chosen: tuple[Candidate, ...]) -> tuple[int, int, int]:
        newness = sum(each.days * (order.index(each.exported_at) + 1) for each in chosen)
        return sum(each.days for each in chosen), newness, len(chosen)

    possible = [
        chosen
        for size in range(len(candidates) + 1)
        for chosen in combinations(candidates, size)
        if not any(one.overlaps(other) for one, other in combinations(chosen, 2))
    ]
    assert worth(choose_cover(candidates).counted) == max(map(worth, possible))


def test_a_month_beats_three_of_its_weeks_and_four_newer_weeks_beat_their_month() -> None:
    weeks = [exported(f"week {n}", 7 * n, 7 * n + 6, hours=1) for n in range(4)]
    month = exported("month", 0, 27)
    assert keys(choose_cover([month, *weeks[:3]]).counted) == ["month"]
    assert keys(choose_cover([month, *weeks]).counted) == ["week 0", "week 1", "week 2", "week 3"]


def test_of_equal_days_and_age_the_finer_periods_count() -> None:
    halves = [exported("a", 0, 6), exported("b", 7, 13)]
    cover = choose_cover([exported("whole", 0, 13), *halves])
    assert keys(cover.counted) == ["a", "b"]
    assert {left.key: keys(overlapped) for left, overlapped in cover.left_out.items()} == {"whole": ["a", "b"]}


def test_the_newer_export_of_the_same_days_counts() -> None:
    assert keys(choose_cover([exported("old", 0, 6), exported("new", 0, 6, hours=2)]).counted) == ["new"]


def test_nothing_to_count_is_no_error() -> None:
    cover = choose_cover([])
    assert (cover.counted, cover.left_out, cover.days) == ((), {}, 0)
