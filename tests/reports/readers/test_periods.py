"""Which days a report covers, and when a person must say so."""

from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.readers.periods import Period, PeriodDoubt, PeriodFinding, PeriodSource, find_period

TODAY = date(2026, 9, 1)
WEEK = Period(date(2026, 8, 3), date(2026, 8, 9))


def finding(
    file_name: str = "", sheet: str = "Arkusz1", preamble: tuple[tuple[object, ...], ...] = ()
) -> PeriodFinding:
    return find_period(file_name=file_name, sheet_name=sheet, preamble=preamble, today=TODAY)


@pytest.mark.parametrize(
    "name",
    [
        "sprzedaz_wg_ofert_2026-08-03_2026-08-09.xlsx",
        "sprzedaz 03-08-2026_09-08-2026 (1).xlsx",
        "raport_03-08-2026_09-08-2026(2).xlsx",
        "2026-08-03_2026-08-09_1234_sales.xlsx",
        "raport 3.08.2026 - 9.08.2026.xlsx",
        "sales_20260803-20260809.xlsx",
        "sales 2026-08-03 to 2026-08-09.xlsx",
        "../../2026-08-03_2026-08-09\x00.xlsx",
    ],
)
def test_a_file_name_tells_the_period(name: str) -> None:
    found = finding(name)
    assert (found.period, found.source, found.doubt) == (WEEK, PeriodSource.FILE_NAME, None)


@pytest.mark.parametrize(
    "preamble",
    [
        (("Okres: 03.08.2026 - 09.08.2026",),),
        (("Okres:", "03.08.2026–09.08.2026"),),
        (("Dane od 03.08.2026 do 09.08.2026 r.",),),
        (("Period: 2026-08-03 to 2026-08-09",),),
        (("Data od:", "03.08.2026", None, "Data do:", "09.08.2026"),),
        (("Od", datetime(2026, 8, 3)), ("Do", datetime(2026, 8, 9))),  # noqa: DTZ001 - Excel dates have no zone
        (("Wygenerowano 10.08.2026 12:30",), ("Okres 03.08.2026 00:00 - 09.08.2026 23:59",)),
        (("Date from", date(2026, 8, 3)), ("Date to", date(2026, 8, 9)), ("Created", date(2026, 8, 10))),
    ],
)
def test_the_rows_above_the_table_tell_the_period(preamble: tuple[tuple[object, ...], ...]) -> None:
    found = finding(preamble=preamble)
    assert (found.period, found.source) == (WEEK, PeriodSource.PREAMBLE)


def test_a_sheet_name_tells_the_period() -> None:
    assert finding(sheet="Sprzedaż_2026-08-03_2026-08-09").source is PeriodSource.SHEET_NAME


def test_sources_that_agree_are_one_period() -> None:
    found = finding("03-08-2026_09-08-2026.xlsx", "S_2026-08-03_2026-08-09")
    assert (found.period, found.source, len(found.found)) == (WEEK, PeriodSource.FILE_NAME, 2)


def test_sources_that_disagree_give_no_period() -> None:
    found = finding("2026-08-03_2026-08-09.xlsx", preamble=(("Okres: 27.07.2026 - 02.08.2026",),))
    assert (found.period, found.doubt) == (None, PeriodDoubt.CONFLICT)
    assert [statement.source for statement in found.found] == [PeriodSource.FILE_NAME, PeriodSource.PREAMBLE]


@pytest.mark.parametrize(
    "name", ["raport.xlsx", "raport_2026-08-10.xlsx", "2026-08-03-22_30_09.xlsx", "18000000001.xlsx"]
)
def test_a_single_date_is_no_period(name: str) -> None:
    assert finding(name).doubt is PeriodDoubt.NOT_FOUND


@pytest.mark.parametrize(
    ("name", "doubt"),
    [
        ("2026-08-09_2026-08-03.xlsx", PeriodDoubt.REVERSED),
        ("2026-08-30_2026-09-02.xlsx", PeriodDoubt.IN_FUTURE),
        ("2006-01-01_2006-01-31.xlsx", PeriodDoubt.ABSURD),
        ("2020-01-01_2026-01-31.xlsx", PeriodDoubt.ABSURD),
        ("2026-02-01_2026-02-30.xlsx", PeriodDoubt.NO_SUCH_DATE),
        ("08-13-2026_08-19-2026.xlsx", PeriodDoubt.NO_SUCH_DATE),
    ],
)
def test_impossible_periods_are_rejected_by_name(name: str, doubt: PeriodDoubt) -> None:
    assert (finding(name).period, finding(name).doubt) == (None, doubt)


def test_a_period_may_be_one_day_and_may_end_today() -> None:
    assert finding("2026-09-01_2026-09-01.xlsx").period == Period(TODAY, TODAY)


def test_a_rejected_statement_does_not_hide_a_sound_one() -> None:
    found = finding("2026-08-09_2026-08-03.xlsx", preamble=(("Okres: 03.08.2026 - 09.08.2026",),))
    assert (found.period, found.source) == (WEEK, PeriodSource.PREAMBLE)


@given(st.text(alphabet="0123456789-._ doDO:T", max_size=60))
def test_any_name_gives_a_period_or_a_doubt(name: str) -> None:
    found = finding(name)
    assert (found.period is None) != (found.doubt is None)


@given(st.dates(date(2025, 1, 1), TODAY), st.integers(0, 300), st.sampled_from(["%Y-%m-%d", "%d-%m-%Y", "%d.%m.%Y"]))
def test_every_spelling_of_a_period_gives_the_period(last: date, days: int, spelling: str) -> None:
    first = date.fromordinal(last.toordinal() - days)
    name = f"raport_{first.strftime(spelling)}_{last.strftime(spelling)} (3).xlsx"
    assert finding(name).period == Period(first, last)
