"""Whether an offer may be seen and sent abroad, as Allegro decides it: oddities made to happen on demand."""

from collections.abc import Callable
from copy import deepcopy

from allegro.simulator.catalogue import BASE_MARKETPLACE, CURRENCIES
from allegro.simulator.documents import Json
from allegro.simulator.editing import announce
from allegro.simulator.edits import FieldChange, merge_patch
from allegro.simulator.offer import Offer
from allegro.simulator.terms import one_of
from allegro.simulator.truth import Action
from allegro.simulator.visible import STATUSES, visibility_publication
from allegro.simulator.world import World

CHANGED, BLOCKED = "OFFER_VISIBILITY_CHANGED", "OFFER_DELIVERY_COUNTRIES_BLOCKED"


def _visibility(world: World, body: Json) -> None:
    """Allegro qualifies or refuses an offer on an additional marketplace (allegro-api issue 6534).

    {"offer_id", "marketplace", "status": one of STATUSES, "refusal_code", "parameters": {name: [values]}}; with
    "empty": true the event's arrays are empty, as seen in allegro-api issue 11675.
    """
    offer, status = world.offers[body["offer_id"]], one_of(body["status"], "status", STATUSES)
    old = offer.document["additionalMarketplaces"][body["marketplace"]].get("publication")
    new = {"state": status, "refusalReasons": _reasons(body, status)}
    patch = {"additionalMarketplaces": {body["marketplace"]: {"publication": new}}}
    offer.document = merge_patch(offer.document, patch)
    event = visibility_publication(offer.document, [body["marketplace"]], empty=bool(body.get("empty")))
    change = FieldChange("visibility", str(body["marketplace"]), old, new)
    _happen(world, offer, CHANGED, {"publication": event}, change)


def _reasons(body: Json, status: str) -> list[Json]:
    code = body.get("refusal_code", "VQR009_PRICE_IN_ADDITIONAL_MARKETPLACE_MISMATCH")
    if status != "REFUSED":
        return []
    message = "The offer does not meet the conditions of this marketplace."
    return [{"code": str(code), "parameters": body.get("parameters", {}), "userMessage": message}]


def _countries_blocked(world: World, body: Json) -> None:
    """Allegro blocks delivery of an offer to countries: {"offer_id", "marketplace", "countries": [...], "reason"}."""
    offer = world.offers[body["offer_id"]]
    marketplace = one_of(body.get("marketplace", BASE_MARKETPLACE), "marketplace", tuple(CURRENCIES))
    countries, reason = [str(country) for country in body["countries"]], str(body.get("reason", "EXPORT_BLOCKADE"))
    blockades = [{"country": country, "reason": reason} for country in countries]
    blocked = [{"marketplaceId": marketplace, "blockades": blockades, "shippingTo": countries}]
    change = FieldChange("blocked_deliveries", marketplace, None, blocked)
    _happen(world, offer, BLOCKED, {"blockedDeliveries": blocked}, change)


def _happen(world: World, offer: Offer, kind: str, payload: Json, change: FieldChange) -> None:
    """Tell the journal, which covers active offers only (allegro-api issue 2041), and the truth."""
    active = offer.status == "ACTIVE"
    if active:
        announce(world, offer, kind, **payload)
    world.truth.record(
        Action(
            at=world.now,
            actor="allegro",
            offer_id=offer.id,
            field=change.field,
            marketplace=change.marketplace,
            old=deepcopy(change.old),
            new=deepcopy(change.new),
            event_types=(kind,) if active else (),
            title=offer.title,
        )
    )


QUIRKS: dict[str, Callable[[World, Json], None]] = {
    "visibility": _visibility,
    "countries_blocked": _countries_blocked,
}
