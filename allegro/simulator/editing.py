"""Edits of an offer, whoever makes them: merge, check, events, truth, and the effect on demand."""

from copy import deepcopy
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from allegro.simulator import demand
from allegro.simulator.catalogue import BASE_MARKETPLACE, CURRENCIES, CZECH_MARKETPLACE
from allegro.simulator.documents import Json, czech_price, money
from allegro.simulator.edits import READ_ONLY, FieldChange, event_type, field_changes, merge_patch
from allegro.simulator.instants import iso_millis, warsaw_day
from allegro.simulator.offer import Offer
from allegro.simulator.truth import Action
from allegro.simulator.validation import Refusal, check_document, check_required, tidy_prices
from allegro.simulator.world import World

STATUSES = ("ACTIVE", "ENDED")


@dataclass(frozen=True)
class Editor:
    """Who edits: actor "seller", "tool" or "allegro", the story it belongs to, whether Allegro's converter did it."""

    actor: str = "seller"
    story: str | None = None
    automatic: bool = False


@dataclass(frozen=True)
class Edited:
    """A finished edit: the document before it, what changed, who did it, whether the converter set the Czech price."""

    offer: Offer
    old: Json
    changes: list[FieldChange]
    editor: Editor
    converted: bool


SELLER = Editor()
TOOL = Editor("tool")
CONVERTER = Editor("allegro", automatic=True)


def edit(world: World, offer: Offer, patch: Json, editor: Editor = SELLER) -> list[Action]:
    """Apply an RFC 7396 patch at the world's present instant and return the truth actions it made.

    Raises Refusal, with nothing changed, if Allegro would answer 422. An edit that changes nothing still emits
    OFFER_CHANGED on an active offer, as sellers report (allegro-api issue 12805).
    """
    old = offer.document
    try:
        new, converted = _revised(world, old, patch)
        changes = field_changes(old, new)
    except (AttributeError, IndexError, KeyError, TypeError) as error:
        raise Refusal("JsonMappingException", "", f"The body does not have the shape of an offer ({error}).") from error
    demand.count_exposure(offer, world.now, warsaw_day(world.now), visible=offer.buyable)
    offer.document = new
    offer.remember(world.now)
    demand.steer(offer, world.now)
    made = Edited(offer, old, changes, editor, converted)
    return _record(world, made, _emit(world, made))


def _revised(world: World, old: Json, patch: Json) -> tuple[Json, bool]:
    """Return the checked new document, and whether the converter set its Czech price."""
    new = merge_patch(old, patch)
    new.update({key: old[key] for key in READ_ONLY if key in old})
    check_required(new)
    new["publication"] = {**old["publication"], **new["publication"]}
    tidy_prices(new)
    converted = _convert_price(old, new, patch)
    check_document(new)
    _settle_status(world, old, new)
    new["updatedAt"] = iso_millis(world.now)
    return new, converted


def _convert_price(old: Json, new: Json, patch: Json) -> bool:
    """Let the Czech price follow a changed PLN price that came without a Czech one, as the converter does."""
    czech = (new.get("additionalMarketplaces") or {}).get(CZECH_MARKETPLACE)
    price = new["sellingMode"]["price"]
    if not czech or price == old["sellingMode"]["price"] or patch.get("additionalMarketplaces"):
        return False
    converted = money(czech_price(Decimal(price["amount"])), CURRENCIES[CZECH_MARKETPLACE])
    changed = bool(czech["sellingMode"]["price"] != converted)
    new.update(merge_patch(new, {"additionalMarketplaces": {CZECH_MARKETPLACE: {"sellingMode": {"price": converted}}}}))
    return changed


def _settle_status(world: World, old: Json, new: Json) -> None:
    """Fill in what follows from the new status and stock; raise Refusal for a status an edit cannot set."""
    publication = new["publication"]
    before, after = old["publication"]["status"], publication["status"]
    if after not in STATUSES:
        raise Refusal("InvalidPublicationStatus", "publication.status", "Only ACTIVE or ENDED can be set.")
    empty = new["stock"]["available"] == 0
    if after == "ACTIVE" and before != "ACTIVE" and empty:
        raise Refusal("EmptyStock", "stock.available", "An offer without stock cannot be activated.")
    if after == "ACTIVE" and empty:
        after = "ENDED"
        publication["endedBy"] = "EMPTY_STOCK"
    elif before == "ACTIVE" and after == "ENDED":
        publication["endedBy"] = "USER"
    publication["status"] = after
    if after == "ACTIVE":
        publication["endedBy"], publication["endingAt"] = None, None
        if before != "ACTIVE":
            publication["startedAt"] = iso_millis(world.now)
    elif before == "ACTIVE":
        publication["endingAt"] = iso_millis(world.now)


def _emit(world: World, made: Edited) -> dict[str, tuple[str, ...]]:
    """Emit the journal events of an edit and return, per field, the types it had."""
    was_active = made.old["publication"]["status"] == "ACTIVE"
    if not was_active and made.offer.status != "ACTIVE":
        return {}  # the journal covers active offers only (allegro-api issue 2041)
    if not was_active:
        return _emit_activation(world, made.offer)
    types = {change.field: kind for change in made.changes if (kind := event_type(change))}
    if not made.changes:
        types = {"": "OFFER_CHANGED"}
    for kind in dict.fromkeys(types.values()):
        announce(world, made.offer, kind, **_payload(kind, made))
    return {name: (kind,) for name, kind in types.items()}


def _emit_activation(world: World, offer: Offer) -> dict[str, tuple[str, ...]]:
    # Re-activation comes with two equal stock events (allegro-api issue 6680).
    for kind in ("OFFER_ACTIVATED", "OFFER_STOCK_CHANGED", "OFFER_STOCK_CHANGED"):
        announce(world, offer, kind)
    stock = ("OFFER_STOCK_CHANGED", "OFFER_STOCK_CHANGED")
    return {"status": ("OFFER_ACTIVATED",), "stock": stock}


def _payload(kind: str, made: Edited) -> dict[str, Any]:
    if kind == "OFFER_ENDED":
        return {"ended_by": made.offer.document["publication"]["endedBy"]}
    if kind == "OFFER_PRICE_CHANGED":
        changed = [str(change.marketplace) for change in made.changes if change.field == "price"]
        return {"marketplaces": {name: _change_type(name, made) for name in changed}}
    return {}


def _change_type(marketplace: str, made: Edited) -> str:
    # A third-party tool acts for the seller: MANUAL. Only Allegro's own rules are AUTOMATIC (allegro-api issue 9129).
    automatic = made.editor.automatic or (made.converted and marketplace != BASE_MARKETPLACE)
    return "AUTOMATIC" if automatic else "MANUAL"


def announce(world: World, offer: Offer, kind: str, **payload: Any) -> None:
    """Put an offer event into the seller's journal at the world's present instant."""
    external = deepcopy(offer.document.get("external"))
    world.offer_journals[offer.seller_id].append(world.now, kind, offer, external=external, **payload)


def _record(world: World, made: Edited, types: dict[str, tuple[str, ...]]) -> list[Action]:
    changes = made.changes or [FieldChange("", None, None, None)]
    return [_action(world, made, change, types.get(change.field, ())) for change in changes]


def _author(made: Edited, change: FieldChange) -> str:
    """Return who made one change of an edit: the editor, or Allegro where it follows from the edit by itself."""
    converter = made.converted and change.field == "price" and change.marketplace != BASE_MARKETPLACE
    ended = change.field == "status" and made.offer.document["publication"]["endedBy"] == "EMPTY_STOCK"
    return "allegro" if converter or ended else made.editor.actor


def _action(world: World, made: Edited, change: FieldChange, types: tuple[str, ...]) -> Action:
    return world.truth.record(
        Action(
            at=world.now,
            actor=_author(made, change),
            offer_id=made.offer.id,
            field=change.field or None,
            marketplace=change.marketplace,
            old=change.old,
            new=change.new,
            event_types=types,
            title=made.offer.title,
            story=made.editor.story,
        )
    )


def price_patch(amount: Decimal, currency: str = "PLN") -> Json:
    """Return the patch that sets the base price (the Czech one follows by the converter)."""
    return {"sellingMode": {"price": money(amount, currency)}}


def czech_price_patch(amount: Decimal) -> Json:
    """Return the patch that sets the price on allegro-cz, in CZK."""
    price = money(amount, CURRENCIES[CZECH_MARKETPLACE])
    return {"additionalMarketplaces": {CZECH_MARKETPLACE: {"sellingMode": {"price": price}}}}
