"""From single changes of one field to the spans in which its value is known. No Django here.

What lies between "last seen old" and "first seen new" belongs to no span: there the value is not known.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Any

# Announcements without a difference move nothing: the reads around them show one and the same value.
WITHOUT_EFFECT = frozenset({"no_difference", "not_followed"})


@dataclass(frozen=True, slots=True)
class Step:
    """One change of the field, as in `offers.models.OfferChange`."""

    not_before: datetime
    not_after: datetime
    old: Any
    new: Any
    old_seen: bool
    new_seen: bool
    certainty: str


@dataclass(frozen=True, slots=True)
class Segment:
    """The field was known to be `value` from `since` to `until`."""

    since: datetime
    until: datetime
    value: Any


@dataclass(frozen=True, slots=True)
class Reading:
    """When the field was first and last read, and what the last read showed."""

    first: datetime
    last: datetime
    value: Any


def known_segments(steps: Iterable[Step], reading: Reading | None) -> list[Segment]:
    """The spans of known value, oldest first, without overlap; equal neighbours that touch are joined."""
    ordered = sorted(
        (step for step in steps if step.certainty not in WITHOUT_EFFECT),
        key=lambda step: (step.not_after, step.not_before),
    )
    if not ordered:
        return [Segment(reading.first, reading.last, reading.value)] if reading and reading.first < reading.last else []
    found = [*_before_first(ordered[0], reading), *_between(ordered), *_after_last(ordered[-1], reading)]
    return _joined([segment for segment in found if segment.since < segment.until])


def _before_first(step: Step, reading: Reading | None) -> list[Segment]:
    if reading is None or not step.old_seen:
        return []
    return [Segment(reading.first, step.not_before, step.old)]


def _between(steps: Sequence[Step]) -> list[Segment]:
    segments = []
    for step, following in pairwise(steps):
        if step.new_seen:
            segments.append(Segment(step.not_after, following.not_before, step.new))
        elif following.old_seen:
            segments.append(Segment(step.not_after, following.not_before, following.old))
    return segments


def _after_last(step: Step, reading: Reading | None) -> list[Segment]:
    """After the last change its value holds as far as reads confirm it, be it only for the moment itself."""
    if reading is None or not step.new_seen:
        return []
    return [Segment(step.not_after, reading.last, step.new)]


def _joined(segments: Sequence[Segment]) -> list[Segment]:
    joined: list[Segment] = []
    for segment in segments:
        if joined and joined[-1].until == segment.since and joined[-1].value == segment.value:
            joined[-1] = Segment(joined[-1].since, segment.until, segment.value)
        else:
            joined.append(segment)
    return joined


def clip(segments: Iterable[Segment], since: datetime, until: datetime) -> list[Segment]:
    """The parts of `segments` that lie between `since` and `until`."""
    cut = (Segment(max(each.since, since), min(each.until, until), each.value) for each in segments)
    return [segment for segment in cut if segment.since < segment.until]
