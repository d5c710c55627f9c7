"""What comes from outside and can be done again from the state file: every kind of deed with the function that does it.

A deed gets the world, the id of what it is about ("" if it makes something new) and a JSON body, and happens at the
world's present instant. It draws random numbers only from streams of the world's seed: done again, it gives the same.
"""

from collections.abc import Callable
from typing import Any

from allegro.simulator import (
    accounts,
    after_sales,
    alle_discount,
    allegro_prices,
    badges,
    bundle_deeds,
    delivery_terms,
    lifecycle,
    offer_commands,
    operations,
    price_rule_deeds,
    promo_deeds,
    promotion_deeds,
    translations,
)
from allegro.simulator.accounts import require_selling
from allegro.simulator.documents import Json
from allegro.simulator.quirks import make_odd
from allegro.simulator.truth import Action
from allegro.simulator.world import World

EDIT, QUIRK = "edit", "quirk"

Deed = Callable[[World, str, Json], Any]


def _edit(world: World, offer_id: str, patch: Json) -> list[Action]:
    offer = world.offers[offer_id]
    require_selling(world, offer.seller_id)
    return lifecycle.change(world, offer, patch)


DEEDS: dict[str, Deed] = {
    EDIT: _edit,
    QUIRK: make_odd,
    **operations.DEEDS,
    **offer_commands.DEEDS,
    **alle_discount.DEEDS,
    **allegro_prices.DEEDS,
    **badges.DEEDS,
    **accounts.DEEDS,
    **bundle_deeds.DEEDS,
    **price_rule_deeds.DEEDS,
    **promo_deeds.DEEDS,
    **promotion_deeds.DEEDS,
    **after_sales.DEEDS,
    **delivery_terms.DEEDS,
    **translations.DEEDS,
}
