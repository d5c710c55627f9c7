"""Counting over spans of time, and printing."""

import sys
from collections.abc import Sequence


def most_within(times: Sequence[float], seconds: float) -> int:
    """The most of `times` (sorted, in seconds) that any span of `seconds` holds; its end does not belong to it."""
    first = most = 0
    for last, at in enumerate(times):
        while times[first] <= at - seconds:
            first += 1
        most = max(most, last - first + 1)
    return most


def percentile(values: Sequence[float], percent: int) -> float:
    """The smallest of `values` (sorted, not empty) that at least `percent` of them do not exceed."""
    return values[max(0, -(-len(values) * percent // 100) - 1)]


def say(text: str) -> None:
    """Print one line at once."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()
