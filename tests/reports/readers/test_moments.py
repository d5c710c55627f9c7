"""Days and moments: which zone a text is in shows in how it is written."""

from datetime import UTC, date, datetime

import pytest

from reports.readers.moments import parse_day, parse_moment
from reports.readers.problems import CellRefused, Problem


@pytest.mark.parametrize(
    ("written", "moment"),
    [
        ("03.08.2026 10:00", datetime(2026, 8, 3, 8, 0, tzinfo=UTC)),
        ("3.01.2026 23:59:30", datetime(2026, 1, 3, 22, 59, 30, tzinfo=UTC)),
        ("2026-08-03T10:00:00.123Z", datetime(2026, 8, 3, 10, 0, 0, 123000, tzinfo=UTC)),
        ("2026-08-03 10:00", datetime(2026, 8, 3, 8, 0, tzinfo=UTC)),
        ("25.10.2026 02:30", datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),
        (datetime(2026, 8, 3, 10, 0), datetime(2026, 8, 3, 8, 0, tzinfo=UTC)),  # noqa: DTZ001 - Excel's have no zone
        (date(2026, 8, 3), datetime(2026, 8, 2, 22, 0, tzinfo=UTC)),
        ("-", None),
        (None, None),
    ],
)
def test_moments_become_utc(written: object, moment: datetime | None) -> None:
    assert parse_moment(written) == moment


@pytest.mark.parametrize("written", ["31.02.2026 10:00", "03/08/2026", "wczoraj", 46237.5, True, "0001-01-01", "24:00"])
def test_what_is_no_moment_is_refused(written: object) -> None:
    with pytest.raises(CellRefused) as caught:
        parse_moment(written)
    assert caught.value.code is Problem.INVALID_DATE


def test_a_moment_in_utc_is_a_day_in_poland() -> None:
    assert parse_day("2026-08-03T22:30:00Z") == date(2026, 8, 4)
