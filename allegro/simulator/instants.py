"""Instants are whole microseconds since 1970 (UTC); days are calendar days in Europe/Warsaw."""

import time
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

WARSAW = ZoneInfo("Europe/Warsaw")
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
MILLISECOND = 1_000
SECOND = 1_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR


def real_now() -> int:
    """Return the computer's own time in microseconds since the epoch (UTC)."""
    return time.time_ns() // 1_000


def from_datetime(moment: datetime) -> int:
    """Return microseconds since the epoch of an aware datetime."""
    return (moment - EPOCH) // MICROSECOND


def to_datetime(at: int) -> datetime:
    """Return the UTC datetime of microseconds since the epoch."""
    return EPOCH + timedelta(microseconds=at)


def parse_instant(text: str) -> int:
    """Return the microseconds of an ISO 8601 instant; raise ValueError if it is malformed or has no offset."""
    moment = datetime.fromisoformat(text.replace(" ", "+"))
    if moment.tzinfo is None:
        raise ValueError(f"{text!r} has no time zone; write it as 2026-03-01T08:00:00Z")
    return from_datetime(moment)


def iso_millis(at: int) -> str:
    """Return UTC text with milliseconds, as Allegro writes instants: 2026-03-01T08:00:00.123Z."""
    return to_datetime(at).strftime("%Y-%m-%dT%H:%M:%S.") + f"{at // MILLISECOND % 1000:03d}Z"


def iso_micros(at: int) -> str:
    """Return UTC text with microseconds: 2026-03-01T08:00:00.123456Z."""
    return to_datetime(at).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def warsaw_day(at: int) -> date:
    """Return the calendar day in Warsaw on which the instant falls."""
    return to_datetime(at).astimezone(WARSAW).date()


@lru_cache(maxsize=4096)
def day_start(day: date) -> int:
    """Return the instant at which a Warsaw calendar day begins."""
    return from_datetime(datetime(day.year, day.month, day.day, tzinfo=WARSAW))


def warsaw_clock(day: date, hour: int, minute: int = 0, second: int = 0) -> int:
    """Return the instant of a Warsaw wall-clock time on a day."""
    return from_datetime(datetime(day.year, day.month, day.day, hour, minute, second, tzinfo=WARSAW))


def at_fraction(day: date, fraction: float) -> int:
    """Return the instant at a fraction (0 to 1) of a Warsaw day, also on the two days a year that lack 24 hours."""
    start = day_start(day)
    return start + int(fraction * (day_start(day + timedelta(days=1)) - start))


def fraction_of_day(at: int, day: date) -> float:
    """Return how much of the Warsaw day has passed at the instant, limited to 0..1."""
    start = day_start(day)
    return min(1.0, max(0.0, (at - start) / (day_start(day + timedelta(days=1)) - start)))
