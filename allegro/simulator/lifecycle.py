"""What befalls an offer by itself after a deed: activation, the end of its time, a new round, the archive, deletion."""

from functools import partial
from typing import Any

from allegro.simulator.chance import stream
from allegro.simulator.documents import Json
from allegro.simulator.editing import DRAFT, SELLER, Editor, announce, begin_publication, edit, starting_at
from allegro.simulator.instants import DAY, SECOND, iso_millis, parse_instant
from allegro.simulator.offer import Offer
from allegro.simulator.truth import Action
from allegro.simulator.validation import Refusal
from allegro.simulator.world import World

ARCHIVED_AFTER = 60 * DAY  # of the last end (allegro-api issue 9883)
DRAFT_LIFE = 60 * DAY  # without an edit (allegro-api issue 11165)
ACTIVATION_SECONDS = (4, 25)
REPUBLISHER = Editor("allegro")


def change(
    world: World, offer: Offer, patch: Json, editor: Editor = SELLER, *, activate_at_once: bool = False
) -> list[Action]:
    """Edit an offer from outside and plan what follows from its new status.

    A draft that is to be on sale is ACTIVATING for some seconds, unless the waiting was done before.
    Raises Refusal as `edit` does, and for an offer that was archived or deleted.
    """
    if offer.gone:
        raise Refusal("OfferNotFoundException", "", f"Offer {offer.id} not found", {"offerId": offer.id})
    before = offer.status
    actions = edit(world, offer, patch, editor)
    if activate_at_once and offer.status == "ACTIVATING":
        _activate(world, offer)
    else:
        follow(world, offer, before)
    return actions


def follow(world: World, offer: Offer, before: str | None) -> None:
    """Plan what comes by itself, given the status before a change from outside (None for a new offer)."""
    if offer.status == DRAFT:
        world.schedule(world.now + DRAFT_LIFE, partial(_forget_draft, world, offer, offer.document["updatedAt"]))
    elif offer.status == before:
        return
    elif offer.status == "ACTIVATING":
        wait = stream(world.seed, "activation", offer.id).randint(*ACTIVATION_SECONDS) * SECOND
        at = max(world.now + wait, starting_at(offer.document["publication"]))
        world.schedule(at, partial(_activate, world, offer))
    elif offer.status == "ACTIVE":
        _plan_expiry(world, offer)
    else:
        _keep_ended(world, offer)


def _activate(world: World, offer: Offer) -> None:
    """Put an offer on sale whose activation was under way, unless it was ended or deleted meanwhile."""
    if offer.gone or offer.status != "ACTIVATING":
        return
    publication = dict(offer.document["publication"])
    begin_publication(world, publication)
    publication["startingAt"] = publication.get("startingAt") or publication["startedAt"]
    _publish(world, offer, publication)
    announce(world, offer, "OFFER_ACTIVATED")
    _record_status(world, offer, "ACTIVATING", "ACTIVE", "OFFER_ACTIVATED")
    _plan_expiry(world, offer)


def _publish(world: World, offer: Offer, publication: Json) -> None:
    offer.document = {**offer.document, "publication": publication, "updatedAt": iso_millis(world.now)}
    offer.remember(world.now)


def _record_status(world: World, offer: Offer, old: str | None, new: str | None, *types: str) -> None:
    action = Action(world.now, "allegro", offer.id, "status", None, old, new, types, offer.title)
    world.truth.record(action)
    world.notice_edit([action])


def _plan_expiry(world: World, offer: Offer) -> None:
    ending = offer.document["publication"]["endingAt"]
    if ending:
        world.schedule(max(world.now, parse_instant(ending)), partial(_expire, world, offer, ending))


def _expire(world: World, offer: Offer, ending: str) -> None:
    """End an offer whose duration is over, unless it was ended or begun anew before."""
    publication = offer.document["publication"]
    if offer.status != "ACTIVE" or publication["endingAt"] != ending:
        return
    _publish(world, offer, {**publication, "status": "ENDED", "endedBy": "EXPIRATION"})
    announce(world, offer, "OFFER_ENDED", ended_by="EXPIRATION")
    _record_status(world, offer, "ACTIVE", "ENDED", "OFFER_ENDED")
    if not _plan_new_round(world, offer):
        _keep_ended(world, offer)


def sold_out(world: World, offer: Offer) -> None:
    """Plan what follows when the last piece was bought: a new round if the offer is to be republished."""
    if not _plan_new_round(world, offer) and not offer.is_sought:
        _keep_ended(world, offer)


def _plan_new_round(world: World, offer: Offer) -> bool:
    publication = offer.document["publication"]
    if not publication.get("republish"):
        return False
    wait = stream(world.seed, "republish", offer.id, world.now).randint(*ACTIVATION_SECONDS) * SECOND
    pieces = offer.stock_when_activated()
    world.schedule(world.now + wait, partial(_republish, world, offer, publication["endingAt"], pieces))
    return True


def _republish(world: World, offer: Offer, ended_at: str, pieces: int) -> None:
    """Begin a new round with the initial stock, however much was sold, as `publication.republish` is documented."""
    if _still_ended(offer, ended_at) and pieces:
        patch: Json = {"stock": {"available": pieces}, "publication": {"status": "ACTIVE"}}
        change(world, offer, patch, REPUBLISHER)


def _keep_ended(world: World, offer: Offer) -> None:
    offer.kept_ended = True
    ended_at = offer.document["publication"]["endingAt"]
    world.schedule(world.now + ARCHIVED_AFTER, partial(archive, world, offer, ended_at))


def _still_ended(offer: Offer, ended_at: Any) -> bool:
    return offer.status == "ENDED" and offer.document["publication"]["endingAt"] == ended_at and not offer.gone


def archive(world: World, offer: Offer, ended_at: str) -> None:
    """Move an offer to the archive, where no application can read it (allegro-api issues 1335, 11165).

    Only one that is still ended since the text `ended_at`, its document's `endingAt`.
    """
    if _still_ended(offer, ended_at):
        offer.gone = True
        announce(world, offer, "OFFER_ARCHIVED")
        _record_status(world, offer, "ENDED", "ARCHIVED", "OFFER_ARCHIVED")


def _forget_draft(world: World, offer: Offer, updated_at: str) -> None:
    if offer.document["updatedAt"] == updated_at:
        delete_draft(world, offer)


def delete_draft(world: World, offer: Offer, actor: str = "allegro") -> None:
    """Delete a draft, without an event; anything else is left as it is."""
    if offer.status == DRAFT and not offer.gone:
        offer.gone = True
        world.truth.record(Action(world.now, actor, offer.id, "status", None, DRAFT, None, (), offer.title))
