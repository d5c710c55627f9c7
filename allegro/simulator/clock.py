"""The virtual clock: frozen at an instant, or following real time."""

from dataclasses import dataclass

from allegro.simulator.instants import iso_micros, real_now


class ClockRefusal(Exception):
    """The clock was asked to move backwards."""


@dataclass
class Clock:
    """`frozen_at` in microseconds since the epoch, or None while the clock follows real time."""

    frozen_at: int | None

    @property
    def mode(self) -> str:
        """Return "frozen" or "live"."""
        return "live" if self.frozen_at is None else "frozen"

    def now(self) -> int:
        """Return the virtual instant in microseconds since the epoch."""
        return real_now() if self.frozen_at is None else self.frozen_at

    def freeze(self, at: int) -> None:
        """Stop the clock at an instant; raise ClockRefusal if that lies in its past."""
        self._refuse_backwards(at)
        self.frozen_at = at

    def go_live(self) -> None:
        """Follow real time; raise ClockRefusal if virtual time is ahead of it."""
        self._refuse_backwards(real_now())
        self.frozen_at = None

    def _refuse_backwards(self, at: int) -> None:
        if at < self.now():
            raise ClockRefusal(f"the clock stands at {iso_micros(self.now())} and cannot go back to {iso_micros(at)}")
