"""The truth log: every action in the world with its exact time, for tests that compare a record with what happened."""

from bisect import bisect_left
from dataclasses import dataclass
from typing import Any

from allegro.simulator.instants import iso_micros


@dataclass(frozen=True)
class Action:
    """One field of one offer changed (or, with equal values, was saved unchanged). `at` in microseconds UTC."""

    at: int
    actor: str
    offer_id: str
    field: str | None
    marketplace: str | None
    old: Any
    new: Any
    event_types: tuple[str, ...]
    title: str
    story: str | None = None
    details: dict[str, Any] | None = None

    def document(self) -> dict[str, Any]:
        """Return the action as JSON; `details` (units, order, line item of a purchase) join the other keys."""
        return {
            "at": iso_micros(self.at),
            "actor": self.actor,
            "offer_id": self.offer_id,
            "field": self.field,
            "marketplace": self.marketplace,
            "old": self.old,
            "new": self.new,
            "event_types": list(self.event_types),
            "story": self.story,
            "title": self.title,
            **(self.details or {}),
        }


class TruthLog:
    """Actions in the order in which they happened."""

    def __init__(self) -> None:
        self.actions: list[Action] = []

    def record(self, action: Action) -> Action:
        """Append an action; the world calls this in order of time."""
        self.actions.append(action)
        return action

    def between(self, since: int, until: int) -> list[Action]:
        """Return the actions with since <= at < until (microseconds UTC)."""
        first = bisect_left(self.actions, since, key=lambda action: action.at)
        last = bisect_left(self.actions, until, key=lambda action: action.at)
        return self.actions[first:last]
