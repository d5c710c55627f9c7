"""Find the days a report covers: in the file's name, in the sheet's name, or in the rows above the table.

The table itself holds one figure per offer for the whole period, so a wrong period makes every figure wrong. Therefore
a single date is never taken (it may be the day of download), an impossible range is rejected by name, and where two
sources disagree none is taken and the person uploading is asked.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Final, NamedTuple

from reports.readers.moments import WARSAW
from reports.readers.numbers import tidy

EARLIEST: Final = date(2010, 1, 1)
# Allegro's panel looks back two years at most.
LONGEST_DAYS: Final = 2 * 366
SEARCHED_LENGTH: Final = 5_000

_ISO: Final = r"(?<!\d)\d{4}[-./]\d{1,2}[-./]\d{1,2}(?!\d)"
_POLISH: Final = r"(?<!\d)\d{1,2}[-.]\d{1,2}[-.]\d{4}(?!\d)"
_COMPACT: Final = r"(?<!\d)20\d{6}(?!\d)"
_TIME: Final = r"(?:[ T]\d{1,2}:\d{2}(?::\d{2})?)?"
_DATE: Final = rf"({_ISO}|{_POLISH}|{_COMPACT}){_TIME}"
# "_", "-", "–", "do", "to", "Data do:"; the words may stand in a neighbouring cell, so blanks and colons are free.
_BETWEEN: Final = r"[\s,;|]*(?:_+|[-–—]|(?:(?:data|date|dnia)\s+)?(?:do|to|until|till)\b)[\s:_]*(?:dnia\s+)?"
_RANGE: Final = re.compile(_DATE + _BETWEEN + _DATE, re.IGNORECASE)


class PeriodSource(StrEnum):
    """Where a period was found."""

    FILE_NAME = "file_name"
    SHEET_NAME = "sheet_name"
    PREAMBLE = "preamble"
    ROWS = "rows"  # from the first row's day to the last one's


class PeriodDoubt(StrEnum):
    """Why no period was taken, or why one that was found was rejected."""

    NOT_FOUND = "period_not_found"
    CONFLICT = "period_conflict"
    NO_SUCH_DATE = "period_no_such_date"
    REVERSED = "period_reversed"
    IN_FUTURE = "period_in_future"
    ABSURD = "period_absurd"  # before 2010, or longer than two years


class Period(NamedTuple):
    """Calendar days in Europe/Warsaw, both inclusive."""

    first: date
    last: date


@dataclass(frozen=True, slots=True)
class FoundPeriod:
    """One statement of a period; `doubt` says why it is rejected, None if it is sound."""

    source: PeriodSource
    text: str
    period: Period | None
    doubt: PeriodDoubt | None


@dataclass(frozen=True, slots=True)
class PeriodFinding:
    """The period that all sound statements agree on, and every statement found; of period and doubt one is None."""

    period: Period | None
    source: PeriodSource | None
    doubt: PeriodDoubt | None
    found: tuple[FoundPeriod, ...]


def find_period(*, file_name: str, sheet_name: str, preamble: Sequence[Sequence[object]], today: date) -> PeriodFinding:
    """Find the period a report states. `preamble` are the cells above the headings, `today` is the day in Warsaw.

    A period may end today (the day is then incomplete), not later.
    """
    texts = {
        PeriodSource.FILE_NAME: file_name,
        PeriodSource.SHEET_NAME: sheet_name,
        PeriodSource.PREAMBLE: preamble_text(preamble),
    }
    found = tuple(_find_all(texts, today))
    sound = {statement.period for statement in found if statement.doubt is None}
    if len(sound) == 1:
        first = next(statement for statement in found if statement.doubt is None)
        return PeriodFinding(first.period, first.source, None, found)
    return PeriodFinding(None, None, _why_none(found, sound), found)


def period_of_rows(stated: PeriodFinding, first: datetime | None, last: datetime | None) -> PeriodFinding:
    """The period of rows that each have a moment: what the file states if every row lies within, else their own days.

    A stated period is longer than the rows' where nothing happened on its first or last days.
    """
    if first is None or last is None:
        return stated
    own = Period(first.astimezone(WARSAW).date(), last.astimezone(WARSAW).date())
    if stated.period and stated.period.first <= own.first and own.last <= stated.period.last:
        return stated
    return PeriodFinding(own, PeriodSource.ROWS, None, stated.found)


def find_snapshot_day(file_name: str, today: date) -> PeriodFinding:
    """The day of the one date in the name of a file that shows a state: there it is the day of the download."""
    days = {_as_date(match) for match in re.findall(f"{_ISO}|{_POLISH}|{_COMPACT}", file_name[:SEARCHED_LENGTH])}
    if len(days) != 1 or (day := days.pop()) is None:
        return PeriodFinding(None, None, PeriodDoubt.NOT_FOUND if not days else PeriodDoubt.CONFLICT, ())
    doubt = doubt_about(day, day, today=today)
    statement = FoundPeriod(PeriodSource.FILE_NAME, day.isoformat(), Period(day, day), doubt)
    if doubt:
        return PeriodFinding(None, None, doubt, (statement,))
    return PeriodFinding(statement.period, PeriodSource.FILE_NAME, None, (statement,))


def preamble_text(rows: Iterable[Sequence[object]]) -> str:
    """Join the cells above a table into one line, dates in ISO order, so that a range over two cells reads as one."""
    return " ".join(_cell_text(cell) for row in rows for cell in row if cell is not None)[:SEARCHED_LENGTH]


def _cell_text(cell: object) -> str:
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    return cell.isoformat() if isinstance(cell, date) else tidy(str(cell)[:SEARCHED_LENGTH])


def _find_all(texts: Mapping[PeriodSource, str], today: date) -> Iterable[FoundPeriod]:
    for source, text in texts.items():
        for match in _RANGE.finditer(text[:SEARCHED_LENGTH]):
            yield _judge(source, match, today)


def _judge(source: PeriodSource, match: re.Match[str], today: date) -> FoundPeriod:
    first, last = _as_date(match.group(1)), _as_date(match.group(2))
    text = match.group(0)[:100]
    if first is None or last is None:
        return FoundPeriod(source, text, None, PeriodDoubt.NO_SUCH_DATE)
    return FoundPeriod(source, text, Period(first, last), doubt_about(first, last, today=today))


def doubt_about(first: date, last: date, *, today: date) -> PeriodDoubt | None:
    """Say what is wrong with a range of days, None if nothing is; for ranges typed by a person as well."""
    if last < first:
        return PeriodDoubt.REVERSED
    if last > today:
        return PeriodDoubt.IN_FUTURE
    if first < EARLIEST or (last - first).days >= LONGEST_DAYS:
        return PeriodDoubt.ABSURD
    return None


def _as_date(text: str) -> date | None:
    """Read 2026-08-03, 03.08.2026 or 20260803; the four-digit group is the year, the middle one the month."""
    parts = re.split(r"[-./]", text) if not text.isdigit() else [text[:4], text[4:6], text[6:]]
    if len(parts[0]) != 4:
        parts.reverse()
    try:
        return date(*map(int, parts))
    except ValueError:
        return None


def _why_none(found: tuple[FoundPeriod, ...], sound: set[Period | None]) -> PeriodDoubt:
    if sound:
        return PeriodDoubt.CONFLICT
    return next((statement.doubt for statement in found if statement.doubt), PeriodDoubt.NOT_FOUND)
