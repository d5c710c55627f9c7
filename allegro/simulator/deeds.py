"""What comes from outside and can be done again from the state file: every kind of deed with the function that does it.

A deed gets the world, the id of what it is about ("" if it makes something new) and a JSON body, and happens at the
world's present instant. It draws random numbers only from streams of the world's seed: done again, it gives the same.
"""

from collections.abc import Callable
from typing import Any

from allegro.simulator.documents import Json
from allegro.simulator.editing import edit
from allegro.simulator.quirks import make_odd
from allegro.simulator.truth import Action
from allegro.simulator.world import World

EDIT, QUIRK = "edit", "quirk"

Deed = Callable[[World, str, Json], Any]


def _edit(world: World, offer_id: str, patch: Json) -> list[Action]:
    return edit(world, world.offers[offer_id], patch)


DEEDS: dict[str, Deed] = {
    EDIT: _edit,
    QUIRK: make_odd,
}
