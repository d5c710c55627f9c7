"""A busy seller's life: everything that a seller or Allegro can do besides the routine, on seeded days and instants.

Off by default. The acts come from a deck that is shuffled anew whenever it is used up, so that each of them happens in
every deck; they do what they do by the deeds that the API does, and so the truth tells of them in the same way.
"""

from collections import Counter
from datetime import date
from functools import partial
from random import Random

from allegro.simulator.busy_allegro import ALLEGRO
from allegro.simulator.busy_campaigns import CAMPAIGNS
from allegro.simulator.busy_doing import Act
from allegro.simulator.busy_edits import EDITS
from allegro.simulator.busy_listing import LISTING
from allegro.simulator.busy_pricing import PRICING
from allegro.simulator.busy_promotions import PROMOTIONS
from allegro.simulator.busy_terms import TERMS
from allegro.simulator.catalogue import COFFEE_SELLER, GARDEN_SELLER
from allegro.simulator.chance import stream
from allegro.simulator.instants import at_fraction
from allegro.simulator.world import World

# What is done | how | how often in a deck.
ACTS: tuple[tuple[str, Act, int], ...] = (
    *TERMS,
    *PROMOTIONS,
    *PRICING,
    *CAMPAIGNS,
    *ALLEGRO,
    *EDITS,
    *LISTING,
)
_BY_NAME = {name: act for name, act, _ in ACTS}
_CARDS = [name for name, _, times in ACTS for _ in range(times)]
_A_DAY = (8, 9, 10, 11, 12)
_SELLERS, _SHARES = (COFFEE_SELLER.id, GARDEN_SELLER.id), (60, 40)


class BusyLife:
    """How far the deck is used up, and how often each act was done, or came when there was nothing to do it with."""

    def __init__(self, world: World) -> None:
        self._seed = world.seed
        self._drawn = 0
        self.done: Counter[str] = Counter()
        self.idle: Counter[str] = Counter()

    def draw(self) -> str:
        """Return the next act."""
        number, place = divmod(self._drawn, len(_CARDS))
        self._drawn += 1
        deck = list(_CARDS)
        stream(self._seed, "busy", "deck", number).shuffle(deck)
        return deck[place]


def plan_busy_day(world: World, day: date) -> None:
    """Schedule the acts of a Warsaw day."""
    rng = stream(world.seed, "busy", "day", day)
    for _ in range(rng.choice(_A_DAY)):
        at = at_fraction(day, rng.uniform(6, 23.5) / 24)
        name, sub_seed = world.of(BusyLife).draw(), rng.getrandbits(64)
        if at >= world.now:
            world.schedule(at, partial(_act, world, name, sub_seed))


def _act(world: World, name: str, sub_seed: int) -> None:
    """Let one seller do it, or the other if the first has nothing to do it with."""
    rng, life = Random(sub_seed), world.of(BusyLife)
    first = rng.choices(_SELLERS, _SHARES)[0]
    sellers = sorted(_SELLERS, key=lambda seller_id: seller_id != first)
    is_done = any(_BY_NAME[name](world, rng, seller_id) for seller_id in sellers)
    (life.done if is_done else life.idle)[name] += 1
