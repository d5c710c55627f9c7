"""How far back the next reading of a history reaches: a week, and further over times in which nothing was found."""

from datetime import datetime, timedelta

from offers.models.orders import WEEK

# A quarter: where something is found in it after all, it is as much as is read again after an interruption.
LONGEST = 13 * WEEK
# What is left after whole weeks is read with the last of them.
REMAINDER = timedelta(days=2)


def next_start(until: datetime, goal: datetime, span: timedelta) -> datetime:
    """Where a reading that ends at `until` begins: `span` earlier, or at `goal` where little would be left of it."""
    since = max(goal, until - span)
    return goal if since - goal < REMAINDER else since


def next_span(span: timedelta, *, was_empty: bool) -> timedelta:
    """The length of the next reading: twice that of an empty one, a week again where something was found.

    Most accounts are younger than the year that Allegro keeps, and each reading is a request.
    """
    return min(2 * span, LONGEST) if was_empty else WEEK


def whole_weeks(since: datetime, until: datetime) -> int:
    """How many weeks a reading counts for, one at least."""
    return max(1, round((until - since) / WEEK))
