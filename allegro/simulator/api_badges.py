"""The badge side of the API: campaigns, applications, badges, and the operations that change or end a badge."""

from typing import Any

from flask import Blueprint, Response, request

from allegro.simulator import badges
from allegro.simulator.allegro_prices import AllegroPrices
from allegro.simulator.answers import ApiError, account_id, answer, now, simulation
from allegro.simulator.badges import Application, Badge, Badges, Operation
from allegro.simulator.campaigns import Campaign, Period, optional_money
from allegro.simulator.catalogue import CURRENCIES
from allegro.simulator.documents import Json
from allegro.simulator.gate import api
from allegro.simulator.instants import DAY, iso_millis
from allegro.simulator.offer import Offer
from allegro.simulator.parameters import sent
from allegro.simulator.request_fields import decimal_of, integer, text_at, value_at
from allegro.simulator.validation import Refusal

blueprint = Blueprint("badges", __name__)
SCOPE = "allegro:api:campaigns"
KEPT = 30 * DAY  # an application is forgotten that long after its decision
_PAGE_CODES = {"limit": ("BB9", "BB9"), "offset": ("BB10", "BB10")}


@blueprint.get("/sale/badge-campaigns")
@api(SCOPE)
def badge_campaigns() -> Response:
    """Answer the campaigns visible now, of one marketplace or of all."""
    marketplace = _marketplace()
    found = [
        _campaign(campaign)
        for campaign in _badges().campaigns.values()
        if campaign.visibility.holds(now()) and marketplace in {None, campaign.marketplace}
    ]
    return answer({"badgeCampaigns": found})


@blueprint.get("/sale/badges")
@api(SCOPE)
def badge_list() -> Response:
    """Answer the badges of the seller's offers on one marketplace, those of Allegro Prices among them."""
    marketplace = _marketplace()
    if marketplace is None:
        raise ApiError(400, "BB35", "Invalid [marketplace.id] parameter value.", "marketplace.id")
    found = [_badge(badge) for badge in _badges().badges.values() if _asked(badge.offer, badge.campaign, marketplace)]
    page = (*found, *_price_badges(marketplace))
    return answer({"badges": _page(page)})


@blueprint.post("/sale/badges")
@api(SCOPE)
def apply_for_badge() -> Response:
    """Take an application for a badge and answer 202 with it."""
    body = sent()
    campaign_id, offer_id = text_at(body, "campaign.id"), text_at(body, "offer.id")
    offer = _own(offer_id)
    if offer is None:
        raise Refusal("BA4", "offer.id", "This offer does not exist.")
    campaign = _badges().campaigns.get(campaign_id)
    if campaign is None:
        raise Refusal("BA10", "campaign.id", "This campaign does not exist.")
    limits = {
        "purchase": _count(body, "purchaseConstraints.limit.perUser.maxItems"),
        "quantity": _declared_stock(body, campaign),
    }
    wish = {"campaign": campaign.id, "bargain": _bargain(body, "prices.bargain", campaign), "limits": limits}
    application: Application = simulation().do(badges.APPLY, offer.id, wish)
    return _accepted(_application(application), "badge-applications", application.id)


@blueprint.get("/sale/badge-applications")
@api(SCOPE)
def badge_applications() -> Response:
    """Answer the seller's applications of the last thirty days, oldest first."""
    offer_id, campaign_id = request.args.get("offer.id"), request.args.get("campaign.id")
    found = [
        _application(row)
        for row in _badges().applications.values()
        if _remembered(row) and offer_id in {None, "", row.offer.id} and campaign_id in {None, "", row.campaign.id}
    ]
    return answer({"badgeApplications": _page(found)})


@blueprint.get("/sale/badge-applications/<application_id>")
@api(SCOPE)
def badge_application(application_id: str) -> Response:
    """Answer one application; 404 once it is forgotten."""
    application = _badges().applications.get(application_id)
    if application is None or not _remembered(application):
        raise ApiError(404, "BB8", "Submission does not exist.")
    return answer(_application(application))


@blueprint.patch("/sale/badges/offers/<offer_id>/campaigns/<campaign_id>")
@api(SCOPE)
def patch_badge(offer_id: str, campaign_id: str) -> Response:
    """Take the wish to change a badge's price, or to end it, and answer 202 with the operation's id."""
    body, offer, campaign = sent(), _own(offer_id), _badges().campaigns.get(campaign_id)
    if offer is None:
        raise ApiError(404, "BA4", "This offer does not exist.")
    if campaign is None:
        raise ApiError(404, "BA10", "This campaign does not exist.")
    finish = value_at(body, "process.status") == "FINISHED"
    if not finish and value_at(body, "prices.bargain.value") is None:
        raise ApiError(400, "ConstraintViolationException", "Send prices.bargain.value or process.status FINISHED.")
    bargain = None if finish else _bargain(body, "prices.bargain.value", campaign)
    if _badges().requested_operation(offer.id):
        message = "The operation already exists and has a REQUESTED status. Please wait until the status changes."
        raise ApiError(409, "BB12", message)
    wish = {"kind": "FINISH" if finish else "UPDATE", "campaign": campaign.id, "bargain": bargain}
    operation: Operation = simulation().do(badges.OPERATE, offer.id, wish)
    return _accepted({"id": operation.id}, "badge-operations", operation.id)


@blueprint.get("/sale/badge-operations/<operation_id>")
@api(SCOPE)
def badge_operation(operation_id: str) -> Response:
    """Answer one operation with its outcome."""
    operation = _badges().operations.get(operation_id)
    if operation is None or operation.offer.seller_id != account_id():
        raise ApiError(404, "BB14", "Operation does not exist.")
    return answer(_operation(operation))


def _badges() -> Badges:
    return simulation().world.of(Badges)


def _own(offer_id: str) -> Offer | None:
    offer = simulation().world.offers.get(offer_id)
    return offer if offer and offer.seller_id == account_id() else None


def _marketplace() -> str | None:
    marketplace = request.args.get("marketplace.id")
    if marketplace and marketplace not in CURRENCIES:
        raise ApiError(400, "BB35", "Invalid [marketplace.id] parameter value.", "marketplace.id")
    return marketplace or None


def _page(found: Any) -> list[Json]:
    offset = integer("offset", 0, 0, 10**9, _PAGE_CODES["offset"])
    return list(found[offset : offset + integer("limit", 50, 1, 1000, _PAGE_CODES["limit"])])


def _asked(offer: Offer, campaign: Campaign, marketplace: str) -> bool:
    wanted = request.args.get("offer.id")
    mine = offer.seller_id == account_id() and campaign.marketplace == marketplace
    return mine and wanted in {None, "", offer.id}


def _remembered(application: Application) -> bool:
    fresh = application.status == "REQUESTED" or now() < application.updated_at + KEPT
    return fresh and application.offer.seller_id == account_id()


def _accepted(body: Json, resource: str, found_id: str) -> Response:
    response = answer(body, 202)
    response.headers["Location"] = f"{simulation().image_base}/sale/{resource}/{found_id}"
    return response


def _bargain(body: Json, path: str, campaign: Campaign) -> str | None:
    """Return the amount of a price in the body, or None; raise Refusal for another currency or a wrong number."""
    price = value_at(body, path)
    if price is None:
        return None
    if value_at(price, "currency") != campaign.currency:
        raise Refusal("BB5", f"{path}.currency", "Currency not supported.")
    amount = decimal_of(value_at(price, "amount"))
    if amount is None or amount <= 0 or amount != round(amount, 2):
        raise Refusal("BB6", f"{path}.amount", "One of the numerical values is not a number.")
    return str(amount)


def _count(body: Json, path: str) -> int | None:
    value = value_at(body, path)
    if value is not None and (not isinstance(value, int) or isinstance(value, bool) or value < 1):
        raise Refusal("BB6", path, "One of the numerical values is not a number.")
    return value


def _declared_stock(body: Json, campaign: Campaign) -> int | None:
    """Return the stock declared for a campaign; raise Refusal where it lacks, or stands without being asked for."""
    path = "declaredStock.quantity"
    quantity = _count(body, path)
    if campaign.stock_required and quantity is None:
        raise Refusal("BA107", path, "This Campaign requires you to declare quantity.")
    if not campaign.stock_required and quantity is not None:
        message = "The declared stock quantity is defined for a Campaign that does not require it."
        raise Refusal("BB39", path, message)
    return quantity


def _campaign(campaign: Campaign) -> Json:
    refusals = [badges.reason("BB1", "The account does not meet the quality criteria")]
    eligible = not campaign.application.never
    return {
        "id": campaign.id,
        "name": campaign.name,
        "marketplace": {"id": campaign.marketplace},
        "type": campaign.kind,
        "eligibility": {"eligible": eligible, "refusalReasons": [] if eligible else refusals},
        "application": campaign.application.document(),
        "visibility": campaign.visibility.document(),
        "publication": campaign.publication.document(),
        "regulationsLink": f"https://na.allegro.pl/regulamin-kampania-{campaign.id}",
        "stockReservationIsRequired": campaign.stock_required,
    }


def _badge(badge: Badge) -> Json:
    currency = badge.campaign.currency
    prices: Json = {
        "market": optional_money(badge.market, currency),
        "bargain": optional_money(badge.bargain, currency),
    }
    return {
        "offer": {"id": badge.offer.id},
        "campaign": {"id": badge.campaign.id, "name": badge.campaign.name},
        "publication": badge.publication and {"to": None, **badge.publication.document()},
        "prices": prices if badge.campaign.priced else None,
        "process": {"status": badge.status, "rejectionReasons": badge.reasons},
        "campaignStock": badge.quantity and {"quantity": badge.quantity},
    }


def _price_badges(marketplace: str) -> list[Json]:
    """Return the badges of the discounts that run in Allegro Prices (allegro-api issues 4345 and 12441)."""
    found: list[Json] = []
    wanted = request.args.get("offer.id")
    for entry in simulation().world.of(AllegroPrices).entries.values():
        actual = entry.actual()
        mine = entry.offer.seller_id == account_id() and wanted in {None, "", entry.offer.id}
        if actual is None or entry.discount is None or entry.marketplace != marketplace or not mine:
            continue
        found.append(
            {
                "offer": {"id": entry.offer.id},
                "campaign": {"id": "SUBSIDY", "name": "Allegro Ceny"},
                "publication": {"to": None, **Period(since=entry.discount.since).document()},
                "prices": {"subsidy": {"targetPrice": actual["finalPriceForTheBuyer"]}},
                "process": {"status": "ACTIVE", "rejectionReasons": []},
                "campaignStock": None,
            }
        )
    return found


def _application(application: Application) -> Json:
    document = _traced(application)
    if application.campaign.priced:
        document["prices"] = {"bargain": optional_money(application.bargain, application.campaign.currency)}
    else:
        document["prices"] = None
    document["campaignStock"] = application.quantity and {"quantity": application.quantity}
    if application.purchase_limit is not None:
        document["purchaseConstraints"] = {"limit": {"perUser": {"maxItems": application.purchase_limit}}}
    return document


def _operation(operation: Operation) -> Json:
    return {**_traced(operation), "type": operation.kind}


def _traced(row: Application | Operation) -> Json:
    """Return what applications and operations have in common."""
    return {
        "id": row.id,
        "createdAt": iso_millis(row.created_at),
        "updatedAt": iso_millis(row.updated_at),
        "campaign": {"id": row.campaign.id},
        "offer": {"id": row.offer.id},
        "process": {"status": row.status, "rejectionReasons": row.reasons},
    }
