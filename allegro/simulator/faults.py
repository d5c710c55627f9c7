"""Faults on demand: the next answers of a path fail the way a test asks for, and the rate limit of a client id."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

FAULT_BODIES = ("json", "html", "truncated")
PENALTY_SECONDS = 60.0


@dataclass
class Fault:
    """Make the next `times` answers under a path prefix fail: status, kind of body, real seconds to wait first."""

    path: str
    status: int = 500
    body: str = "json"
    times: int = 1
    delay_seconds: float = 0.0


@dataclass
class Faults:
    """The faults still to come, in the order in which they were asked for."""

    waiting: list[Fault] = field(default_factory=list)

    def take(self, path: str) -> Fault | None:
        """Return the first fault that fits the path, counted down, or None."""
        for fault in self.waiting:
            if path.startswith(fault.path):
                fault.times -= 1
                self.waiting = [other for other in self.waiting if other.times > 0]
                return fault
        return None


class RateLimit:
    """Requests per real minute and client id; over it, the client id is refused for one minute. 0 switches it off."""

    def __init__(self, per_minute: int, clock: Callable[[], float] = time.monotonic) -> None:
        self.per_minute = per_minute
        self._clock = clock
        self._windows: dict[str, tuple[float, int]] = {}
        self._refused_until: dict[str, float] = {}

    def admits(self, client_id: str) -> bool:
        """Count a request; return whether Allegro would answer it."""
        if not self.per_minute:
            return True
        now = self._clock()
        if now < self._refused_until.get(client_id, 0.0):
            return False
        began, requests = self._windows.get(client_id, (now, 0))
        began, requests = (now, 0) if now - began >= 60 else (began, requests)
        self._windows[client_id] = (began, requests + 1)
        if requests + 1 > self.per_minute:
            self._refused_until[client_id] = now + PENALTY_SECONDS
            return False
        return True

    def forget(self) -> None:
        """Start counting afresh."""
        self._windows.clear()
        self._refused_until.clear()
