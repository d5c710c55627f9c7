"""Promotion packages over HTTP: the dictionary, the packages of offers, changes of one offer or of many."""

from flask import Blueprint, Response

from allegro.simulator.answers import ApiError, account_id, answer, now, simulation
from allegro.simulator.body_checks import shaped_body
from allegro.simulator.documents import Json
from allegro.simulator.gate import api
from allegro.simulator.instants import iso_millis
from allegro.simulator.parameters import own_offer, sent, whole_number
from allegro.simulator.promo_deeds import MODIFY_PROMO, PROMO_COMMAND, PromoCommand, PromoCommands
from allegro.simulator.promo_options import PromoOptions, dictionary
from allegro.simulator.request_fields import is_uuid
from allegro.simulator.validation import Refusal

blueprint = Blueprint("promo_options", __name__)
READ = "allegro:api:sale:offers:read"
WRITE = "allegro:api:sale:offers:write"
FURTHEST = 2**63 - 1


@blueprint.get("/sale/offer-promotion-packages")
@api(READ)
def packages() -> Response:
    """Answer the packages that can be set, per marketplace."""
    return answer(dictionary())


@blueprint.get("/sale/offers/promo-options")
@api(READ)
def options_list() -> Response:
    """Answer the packages of all the seller's offers, also of those without any (allegro-api issue 5602)."""
    limit, offset = whole_number("limit", 5_000, 1, 5_000), whole_number("offset", 0, 0, FURTHEST)
    offers = [offer for offer in simulation().world.offers_of(account_id()) if not offer.gone]
    rows = [_options().document(offer, now()) for offer in offers[offset : offset + limit]]
    return answer({"promoOptions": rows, "count": len(rows), "totalCount": len(offers)})


@blueprint.get("/sale/offers/<offer_id>/promo-options")
@api(READ)
def options(offer_id: str) -> Response:
    """Answer the packages of one offer."""
    return answer(_options().document(own_offer(offer_id), now()))


@blueprint.post("/sale/offers/<offer_id>/promo-options-modification")
@api(WRITE)
def modify(offer_id: str) -> Response:
    """Set or remove packages of an offer, also an ended one (allegro-api issue 3880); an unknown offer is 422 here."""
    if offer_id not in simulation().world.offers:
        raise ApiError(422, "OfferNotFoundException", f"Offer {offer_id} not found")
    offer, body = own_offer(offer_id), sent()
    _check_format(body)
    simulation().do(MODIFY_PROMO, offer.id, body)
    return answer(_options().document(offer, now()))


def _check_format(body: Json) -> None:
    """Raise ApiError 400 for a modification that lacks a field, as in allegro-api issue 13590."""
    with shaped_body():
        parts = [body, *(body.get("additionalMarketplaces") or [])]
        rows = [row for part in parts for row in part.get("modifications") or []]
    keys = ("modificationType", "packageType", "packageId")
    if not rows or not all(
        isinstance(row, dict) and all(isinstance(row.get(key), str) for key in keys) for row in rows
    ):
        raise ApiError(400, "invalidDataFormat", "Invalid or missing value.")


@blueprint.put("/sale/offers/promo-options-commands/<command_id>")
@api(WRITE)
def command(command_id: str) -> Response:
    """Change the packages of up to 1000 offers at once; the id is the caller's and can be used once."""
    if not is_uuid(command_id):
        raise ApiError(422, "ConstraintViolationException", "The command id must be a UUID.", "commandId")
    if command_id in simulation().world.of(PromoCommands).given:
        raise ApiError(409, "CommandAlreadyExists", f"Command {command_id} was already used")
    made: PromoCommand = simulation().do(PROMO_COMMAND, command_id, {**sent(), "seller": account_id()})
    return answer(_report(made), 201)


@blueprint.get("/sale/offers/promo-options-commands/<command_id>")
@api(READ)
def command_result(command_id: str) -> Response:
    """Answer how many offers a command changed."""
    return answer(_report(_own(command_id)))


@blueprint.get("/sale/offers/promo-options-commands/<command_id>/tasks")
@api(READ)
def command_tasks(command_id: str) -> Response:
    """Answer what became of each offer of a command."""
    found = _own(command_id)
    limit, offset = whole_number("limit", 100, 1, 1_000), whole_number("offset", 0, 0, FURTHEST)
    rows = [_task(found, *task) for task in found.tasks[offset : offset + limit]]
    extra = {key: found.body[key] for key in ("modification", "additionalMarketplaces") if found.body.get(key)}
    return answer({"tasks": rows, **extra})


def _own(command_id: str) -> PromoCommand:
    found = simulation().world.of(PromoCommands).given.get(command_id)
    if found is None:
        raise ApiError(404, "CommandNotFoundException", f"Command {command_id} not found")
    if found.seller_id != account_id():
        raise ApiError(403, "AccessDeniedException", f"Command {command_id} belongs to another seller")
    return found


def _report(found: PromoCommand) -> Json:
    failed = sum(refusal is not None for _, _, refusal in found.tasks)
    total = len(found.tasks)
    return {"id": found.id, "taskCount": {"total": total, "success": total - failed, "failed": failed}}


def _task(found: PromoCommand, offer_id: str, marketplace: str, refusal: Refusal | None) -> Json:
    return {
        "offer": {"id": offer_id},
        "marketplaceId": marketplace,
        "scheduledAt": iso_millis(found.at),
        "finishedAt": iso_millis(found.at),
        "status": "ERROR" if refusal else "DONE",
        "errors": [refusal.document()] if refusal else [],
    }


def _options() -> PromoOptions:
    return simulation().world.of(PromoOptions)
