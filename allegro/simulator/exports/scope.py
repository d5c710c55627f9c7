"""What an export is about: one account on one marketplace in a span of whole Warsaw days."""

from dataclasses import dataclass
from datetime import date, timedelta

from allegro.simulator.catalogue import CURRENCIES
from allegro.simulator.instants import day_start


@dataclass(frozen=True)
class Scope:
    """A seller's account on a marketplace in the Warsaw days first..last, both included."""

    seller_id: str
    marketplace: str
    first: date
    last: date

    @property
    def since(self) -> int:
        """Return the instant at which the first day begins (microseconds UTC)."""
        return day_start(self.first)

    @property
    def until(self) -> int:
        """Return the instant at which the last day is over (microseconds UTC)."""
        return day_start(self.last + timedelta(days=1))

    @property
    def currency(self) -> str:
        """Return the marketplace's currency."""
        return CURRENCIES[self.marketplace]
