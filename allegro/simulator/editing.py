"""Edits of an offer, whoever makes them: merge, check, events, truth, and the effect on demand."""

import re
from collections.abc import Collection
from copy import deepcopy
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from allegro.simulator import demand
from allegro.simulator.catalogue import BASE_MARKETPLACE, CURRENCIES
from allegro.simulator.documents import Json, converted, money
from allegro.simulator.edits import READ_ONLY, FieldChange, event_type, field_changes, merge_patch, prices
from allegro.simulator.instants import DAY, HOUR, iso_millis, parse_instant, warsaw_day
from allegro.simulator.offer import Offer
from allegro.simulator.price_rules import PriceRules
from allegro.simulator.promotions import Promotions
from allegro.simulator.references import check_references
from allegro.simulator.switches import Switches
from allegro.simulator.truth import Action
from allegro.simulator.validation import Refusal, check_document, check_required, problems, tidy_prices
from allegro.simulator.visible import visibility_publication
from allegro.simulator.world import World

DRAFT, LIVE = "INACTIVE", ("ACTIVE", "ACTIVATING")
# The status that may be asked for, by the present one: what was on sale once is never a draft again (issue 9054).
_ASKABLE = {
    "INACTIVE": ("INACTIVE", "ACTIVATING", "ACTIVE"),
    "ACTIVATING": ("ACTIVATING", "ACTIVE", "ENDED"),
    "ACTIVE": ("ACTIVE", "ENDED"),
    "ENDED": ("ACTIVE", "ENDED"),
}
_LONGEST_PUBLICATION = 30 * DAY


@dataclass(frozen=True)
class Editor:
    """Who edits: actor "seller", "tool" or "allegro", the story it belongs to, whether Allegro's converter did it.

    A `silent` edit emits no events, as some do that a seller makes right after listing (allegro-api issue 8390).
    """

    actor: str = "seller"
    story: str | None = None
    automatic: bool = False
    silent: bool = False


@dataclass(frozen=True)
class Edited:
    """A finished edit: the document before it, what changed, who did it, where the converter set the price."""

    offer: Offer
    old: Json
    changes: list[FieldChange]
    editor: Editor
    converted: frozenset[str]


SELLER = Editor()
TOOL = Editor("tool")
CONVERTER = Editor("allegro", automatic=True)


def edit(world: World, offer: Offer, patch: Json, editor: Editor = SELLER) -> list[Action]:
    """Apply an RFC 7396 patch at the world's present instant and return the truth actions it made.

    An archived or deleted offer is left alone: a story or a routine may still know it.
    Raises Refusal, with nothing changed, if Allegro would answer 422. An edit that changes nothing still emits
    OFFER_CHANGED on an active offer, as sellers report (allegro-api issue 12805).
    """
    if offer.gone:
        return []
    old = offer.document
    new, followed = revised(world, offer, patch)
    _count_exposure(world, offer)
    offer.document = new
    offer.kept_ended = offer.kept_ended and offer.status == "ENDED"
    offer.remember(world.now)
    if offer.is_sought:
        demand.steer(offer, world.now)
    made = Edited(offer, old, field_changes(old, new), editor, followed)
    actions = _record(world, made, _emit(world, made))
    world.notice_edit(actions)
    return actions


def _count_exposure(world: World, offer: Offer) -> None:
    if offer.is_sought:
        demand.count_exposure(offer, world.now, warsaw_day(world.now), visible=offer.buyable)


def revised(world: World, offer: Offer, patch: Json) -> tuple[Json, frozenset[str]]:
    """Return the checked new document, and the marketplaces whose price the converter set; raise Refusal for 422.

    Changes nothing, so that an edit can be checked before it is done.
    """
    old = offer.document
    try:
        new, followed = _merged(old, patch, world.of(PriceRules).of_offer(offer.id))
        if "discounts" in patch:
            world.of(Promotions).settle_price_list(offer.seller_id, old, new)
        if "delivery" in patch or "afterSalesServices" in patch:
            check_references(world, offer.seller_id, new)
        if new["publication"]["status"] == DRAFT:
            problems(new)
        else:
            check_document(new)
        _settle_status(world, old, new)
        field_changes(old, new)
    except (AttributeError, IndexError, KeyError, TypeError, ValueError) as error:
        raise Refusal("JsonMappingException", "", f"The body does not have the shape of an offer ({error}).") from error
    new["updatedAt"] = iso_millis(world.now)
    return new, followed


def _merged(old: Json, patch: Json, ruled: Collection[str]) -> tuple[Json, frozenset[str]]:
    new = merge_patch(old, patch)
    new.update({key: old[key] for key in READ_ONLY if key in old})
    check_required(new)
    new["publication"] = {**old["publication"], **new["publication"]}
    tidy_prices(new)
    return new, _convert_prices(old, new, {*ruled, *(patch.get("additionalMarketplaces") or {})})


def _convert_prices(old: Json, new: Json, besides: Collection[str]) -> frozenset[str]:
    """Let the prices abroad follow a changed PLN price that came without them, as the converter does.

    Not `besides`: those that came with it, and those whose price a pricing rule of the seller sets. Returns the
    marketplaces whose price it changed.
    """
    price, abroad = prices(new).get(BASE_MARKETPLACE), prices(new)
    if price is None or price == prices(old).get(BASE_MARKETPLACE):
        return frozenset()
    named = {BASE_MARKETPLACE, *besides}
    follows = {name: converted(Decimal(price["amount"]), name) for name in abroad if name not in named}
    new.update(merge_patch(new, prices_patch(follows)))
    return frozenset(name for name, found in prices(new).items() if found != abroad[name])


def _settle_status(world: World, old: Json, new: Json) -> None:
    """Fill in what follows from the new status and stock; raise Refusal for a status an edit cannot set."""
    publication = new["publication"]
    before, after = old["publication"]["status"], publication["status"]
    if after not in _ASKABLE[before]:
        message = f"Only {' or '.join(_ASKABLE[before])} can be set."
        raise Refusal("InvalidPublicationStatus", "publication.status", message)
    empty = new["stock"]["available"] == 0
    if after in LIVE and before not in LIVE and empty:
        raise Refusal("EmptyStock", "stock.available", "An offer without stock cannot be activated.")
    publication["status"] = _next_status(before, after, empty=empty)
    starting_at(publication)
    if publication["status"] == "ENDED" and before in LIVE:
        publication["endedBy"] = "EMPTY_STOCK" if after in LIVE else "USER"
        publication["endingAt"] = iso_millis(world.now)
    elif publication["status"] == "ACTIVE" and before != "ACTIVE":
        begin_publication(world, publication)


def _next_status(before: str, asked: str, *, empty: bool) -> str:
    """Return the status that follows at once: a draft is activated in a while, an empty offer on sale ends."""
    if asked not in LIVE:
        return asked
    if before in LIVE:
        return "ENDED" if empty else before
    return "ACTIVATING" if before == DRAFT else "ACTIVE"


def begin_publication(world: World, publication: Json) -> None:
    """Note in a document's `publication` that it is on sale from now on, for its duration if it has one."""
    publication["status"], publication["startedAt"] = "ACTIVE", iso_millis(world.now)
    publication["endedBy"], publication["endingAt"] = None, None
    if publication.get("duration"):
        publication["endingAt"] = iso_millis(world.now + duration(publication["duration"]))


def starting_at(publication: Json) -> int:
    """Return the instant (microseconds UTC) for which the start is planned, 0 for none; raise ValueError otherwise."""
    return parse_instant(str(publication["startingAt"])) if publication.get("startingAt") else 0


def duration(text: str) -> int:
    """Return the microseconds of PT72H or P3D, as durations of publications are written; raise Refusal for others."""
    found = re.fullmatch(r"PT?(\d{1,4})([HD])", str(text))
    if not found:
        raise Refusal("InvalidDuration", "publication.duration", f"{text!r} is not a number of hours or days.")
    length = int(found[1]) * (HOUR if found[2] == "H" else DAY)
    if not 0 < length <= _LONGEST_PUBLICATION:
        raise Refusal("InvalidDuration", "publication.duration", "A publication lasts up to 30 days.")
    return length


def _emit(world: World, made: Edited) -> dict[str, tuple[str, ...]]:
    """Emit the journal events of an edit and return, per field, the types it had."""
    was_live = made.old["publication"]["status"] in LIVE
    if made.editor.silent or not (was_live or made.offer.status == "ACTIVE"):
        return {}  # the journal covers offers on sale or about to be (allegro-api issue 2041)
    if not was_live:
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
    if kind == "OFFER_VISIBILITY_CHANGED":
        seen = [str(change.marketplace) for change in made.changes if change.field == "visibility"]
        return {"publication": visibility_publication(made.offer.document, seen)}
    if kind == "OFFER_PRICE_CHANGED":
        changed = [str(change.marketplace) for change in made.changes if change.field == "price"]
        return {"marketplaces": {name: _change_type(name, made) for name in changed}}
    return {}


def _change_type(marketplace: str, made: Edited) -> str:
    # A third-party tool acts for the seller: MANUAL. Only Allegro's own rules are AUTOMATIC (allegro-api issue 9129).
    automatic = made.editor.automatic or marketplace in made.converted
    return "AUTOMATIC" if automatic else "MANUAL"


def announce(world: World, offer: Offer, kind: str, **payload: Any) -> None:
    """Put an offer event into the seller's journal at the world's present instant."""
    external = deepcopy(offer.document.get("external"))
    for _ in range(1 + world.of(Switches).echoes(world, offer.seller_id, kind)):
        world.offer_journals[offer.seller_id].append(world.now, kind, offer, external=external, **payload)


def _record(world: World, made: Edited, types: dict[str, tuple[str, ...]]) -> list[Action]:
    changes = made.changes or [FieldChange("", None, None, None)]
    return [_action(world, made, change, types.get(change.field, ())) for change in changes]


def _author(made: Edited, change: FieldChange) -> str:
    """Return who made one change of an edit: the editor, or Allegro where it follows from the edit by itself."""
    converter = change.field == "price" and change.marketplace in made.converted
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
    """Return the patch that sets the base price (those abroad follow by the converter)."""
    return {"sellingMode": {"price": money(amount, currency)}}


def prices_patch(amounts: dict[str, Decimal]) -> Json:
    """Return the patch that sets prices on additional marketplaces, each in that marketplace's currency."""
    if not amounts:
        return {}
    parts = {name: {"sellingMode": {"price": money(amount, CURRENCIES[name])}} for name, amount in amounts.items()}
    return {"additionalMarketplaces": parts}
