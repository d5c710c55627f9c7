"""The rebates of a seller over HTTP: GET, POST, PUT and DELETE of /sale/loyalty/promotions."""

from flask import Blueprint, Response, request

from allegro.simulator.answers import ApiError, account_id, answer, simulation
from allegro.simulator.body_checks import shaped_body
from allegro.simulator.gate import api
from allegro.simulator.parameters import chosen, own_offer, sent, whole_number
from allegro.simulator.promotion_deeds import CHANGE_PROMOTION, CREATE_PROMOTION, DELETE_PROMOTION
from allegro.simulator.promotion_terms import KINDS
from allegro.simulator.promotions import Promotion, Promotions

blueprint = Blueprint("promotions", __name__)
READ = "allegro:api:sale:offers:read"
WRITE = "allegro:api:sale:offers:write"
REACHABLE = 50_000  # offset plus limit; promotions beyond cannot be read (allegro-api issue 1944)


@blueprint.get("/sale/loyalty/promotions")
@api(READ)
def promotion_list() -> Response:
    """Answer the seller's rebates of one kind, newest first; `promotionType` is compulsory (allegro-api issue 8998)."""
    limit = whole_number("limit", 50, 1, 5_000, status=422)
    offset = whole_number("offset", 0, 0, REACHABLE - 1, status=422)
    if not request.args.get("promotionType"):
        raise ApiError(422, "ConstraintViolationException", "promotionType is required.", "promotionType")
    if limit + offset > REACHABLE:
        raise ApiError(422, "ConstraintViolationException", f"offset + limit must be at most {REACHABLE}.", "offset")
    kind, offer_id = chosen("promotionType", KINDS, ""), request.args.get("offer.id")
    promotions = simulation().world.of(Promotions)
    found = [row for row in promotions.active(account_id(), kind) if not offer_id or offer_id in row.terms.offer_ids]
    page = [promotions.document(row) for row in found[offset : offset + limit]]
    return answer({"promotions": page, "totalCount": len(found)})


@blueprint.get("/sale/loyalty/promotions/<promotion_id>")
@api(READ)
def one_promotion(promotion_id: str) -> Response:
    """Answer one rebate, also a deleted one, which is INACTIVE."""
    return answer(simulation().world.of(Promotions).document(_own(promotion_id)))


@blueprint.post("/sale/loyalty/promotions")
@api(WRITE)
def create() -> Response:
    """Create a rebate; 404 for offers that are not the seller's, 422 for terms that Allegro refuses."""
    body = sent()
    with shaped_body():
        for criterion in body["offerCriteria"]:
            for offer in criterion.get("offers") or []:
                own_offer(offer["id"])
    made: Promotion = simulation().do(CREATE_PROMOTION, account_id(), body)
    return answer(simulation().world.of(Promotions).document(made), 201)


@blueprint.put("/sale/loyalty/promotions/<promotion_id>")
@api(WRITE)
def change(promotion_id: str) -> Response:
    """Change the thresholds of a large order discount or of a wholesale price list."""
    changed: Promotion = simulation().do(CHANGE_PROMOTION, _own_active(promotion_id).id, sent())
    return answer(simulation().world.of(Promotions).document(changed))


@blueprint.delete("/sale/loyalty/promotions/<promotion_id>")
@api(WRITE)
def delete(promotion_id: str) -> Response:
    """Deactivate a rebate."""
    simulation().do(DELETE_PROMOTION, _own_active(promotion_id).id, {})
    return Response(status=204)


def _own(promotion_id: str) -> Promotion:
    found = simulation().world.of(Promotions).all.get(promotion_id)
    if found is None or found.seller_id != account_id():
        raise ApiError(404, "PromotionNotFoundException", f"Promotion {promotion_id} not found")
    return found


def _own_active(promotion_id: str) -> Promotion:
    found = _own(promotion_id)
    if not found.active:
        raise ApiError(404, "PromotionNotFoundException", f"Promotion {promotion_id} is no longer active")
    return found
