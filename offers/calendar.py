"""Days are calendar days in Europe/Warsaw, the marketplace's time; instants are UTC. No Django here."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

WARSAW = ZoneInfo("Europe/Warsaw")
ONE_DAY = timedelta(days=1)


def warsaw_day(instant: datetime) -> date:
    """The Warsaw calendar day on which `instant` falls."""
    return instant.astimezone(WARSAW).date()


def start_of_day(day: date) -> datetime:
    """The instant (UTC) at which the Warsaw day begins."""
    return datetime.combine(day, time.min, WARSAW).astimezone(UTC)


def end_of_day(day: date) -> datetime:
    """The instant (UTC) at which the Warsaw day ends: 23, 24 or 25 hours after its start."""
    return start_of_day(day + ONE_DAY)
