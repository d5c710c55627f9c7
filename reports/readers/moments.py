"""Read days and moments as Allegro's files write them.

"dd.mm.yyyy HH:MM" is Polish local time (a commission has the order's UTC time plus two hours in June), ISO 8601 with
"Z" is UTC, and a date cell of a workbook has no zone and is Polish local time as well. In the hour that the clock shows
twice in October the first one is taken: the day is the same.
"""

import re
from datetime import UTC, date, datetime
from typing import Final
from zoneinfo import ZoneInfo

from reports.readers.numbers import NO_VALUE, tidy
from reports.readers.problems import CellRefused, Problem

WARSAW: Final = ZoneInfo("Europe/Warsaw")
_POLISH: Final = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})(?:,?\s+(\d{1,2}):(\d{2})(?::(\d{2}))?)?")
_ISO: Final = re.compile(r"\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,6})?)?(?:Z|[+-]\d{2}:?\d{2})?)?")
EARLIEST: Final = datetime(2000, 1, 1, tzinfo=UTC)
LATEST: Final = datetime(2100, 1, 1, tzinfo=UTC)


def parse_moment(value: object) -> datetime | None:
    """Read a moment in UTC; a day alone is its first minute in Poland. Raises `CellRefused`."""
    found = _read(value)
    if found is None:
        return None
    local = found if found.tzinfo else found.replace(tzinfo=WARSAW)
    try:
        moment = local.astimezone(UTC)
    except OverflowError as error:
        raise CellRefused(Problem.INVALID_DATE) from error
    if not EARLIEST <= moment < LATEST:
        raise CellRefused(Problem.INVALID_DATE)
    return moment


def parse_day(value: object) -> date | None:
    """Read a day in Poland. Raises `CellRefused`."""
    moment = parse_moment(value)
    return None if moment is None else moment.astimezone(WARSAW).date()


def _read(value: object) -> datetime | None:
    if value is None or (isinstance(value, str) and tidy(value) in NO_VALUE):
        return None
    if isinstance(value, datetime):
        return value
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day, tzinfo=WARSAW)
    if not isinstance(value, str):
        raise CellRefused(Problem.INVALID_DATE)
    try:
        return _read_text(tidy(value))
    except ValueError as error:
        raise CellRefused(Problem.INVALID_DATE) from error


def _read_text(text: str) -> datetime:
    if match := _POLISH.fullmatch(text):
        day, month, year, hour, minute, second = (int(part or 0) for part in match.groups())
        return datetime(year, month, day, hour, minute, second, tzinfo=WARSAW)
    if not _ISO.fullmatch(text):
        raise ValueError(text)
    return datetime.fromisoformat(text)
