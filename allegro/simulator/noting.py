"""Writing to the truth log what a seller set beside the offer itself: promotions, packages, pricing rules, bundles."""

from copy import deepcopy
from typing import Any

from allegro.simulator.offer import Offer
from allegro.simulator.truth import Action
from allegro.simulator.world import World


def note(
    world: World,
    offer: Offer,
    field: str,
    old: Any,
    new: Any,
    *,
    marketplace: str | None = None,
    actor: str = "seller",
    subject: tuple[str, str] | None = None,
) -> None:
    """Record that a field changed for an offer now; equal values record nothing.

    `subject` is the kind and id of what the field belongs to where that is not the offer: a price list, a campaign ...

    There are no journal events to name: no documented type covers these things.
    """
    if old == new:
        return
    world.truth.record(
        Action(
            at=world.now,
            actor=actor,
            offer_id=offer.id,
            field=field,
            marketplace=marketplace,
            old=deepcopy(old),
            new=deepcopy(new),
            event_types=(),
            title=offer.title,
            details={"subject": dict(zip(("kind", "id"), subject, strict=True))} if subject else None,
        )
    )
