"""What happened to orders that money and goods follow from, noted as it happens: the source of returns and ledgers."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from allegro.simulator.orders import Order

if TYPE_CHECKING:
    from allegro.simulator.world import World

READY, CANCELLED, DELIVERED = "ready", "cancelled", "delivered"


@dataclass(frozen=True)
class Milestone:
    """Something happened to an order at `at` (microseconds UTC)."""

    at: int
    kind: str
    order: Order


class Milestones:
    """All milestones of a world in the order in which they happened. Noting one draws no random number."""

    def __init__(self, world: "World") -> None:
        self.rows: list[Milestone] = []


def note(world: "World", kind: str, order: Order) -> None:
    """Note that something happened at the world's present instant."""
    world.of(Milestones).rows.append(Milestone(world.now, kind, order))
