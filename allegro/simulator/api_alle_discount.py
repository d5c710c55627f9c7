"""The AlleObniżka side of the API: campaigns, eligible and submitted offers, commands to submit and withdraw them."""

from typing import Any

from flask import Blueprint, Response, request

from allegro.simulator import alle_discount
from allegro.simulator.alle_discount import AlleDiscounts, Command, Participation, product_id, violations
from allegro.simulator.answers import ApiError, account_id, answer, now, simulation
from allegro.simulator.campaigns import Campaign, to_cents
from allegro.simulator.documents import Json, money
from allegro.simulator.gate import api
from allegro.simulator.instants import iso_millis
from allegro.simulator.offer import Offer
from allegro.simulator.parameters import chosen, sent
from allegro.simulator.request_fields import command_id, decimal_of, integer, is_uuid, text_at, value_at

blueprint = Blueprint("alle_discount", __name__)
SCOPE = "allegro:api:campaigns"
MOST_ROWS = 200


@blueprint.get("/sale/alle-discount/campaigns")
@api(SCOPE)
def campaigns() -> Response:
    """Answer the campaigns visible now, or the one that is asked for."""
    wanted = request.args.get("campaignId")
    if wanted:
        return answer({"alleDiscountCampaigns": [_campaign_document(_campaign(wanted))]})
    found = [campaign for campaign in _discounts().campaigns.values() if campaign.visibility.holds(now())]
    return answer({"alleDiscountCampaigns": [_campaign_document(campaign) for campaign in found]})


@blueprint.get("/sale/alle-discount/<campaign_id>/eligible-offers")
@api(SCOPE)
def eligible_offers(campaign_id: str) -> Response:
    """Answer the offers that can be submitted to a campaign, with the price that it asks for."""
    campaign, wanted = _campaign(campaign_id), _offer_id()
    only_good = chosen("meetsConditions", ("true", "false"), "false") == "true"
    found = [
        offer
        for offer in simulation().world.offers_of(account_id())
        if wanted in {None, offer.id} and _eligible(campaign, offer) and not (only_good and violations(offer))
    ]
    return _paged("eligibleOffers", [_eligible_document(campaign, offer) for offer in found])


@blueprint.get("/sale/alle-discount/<campaign_id>/submitted-offers")
@api(SCOPE)
def submitted_offers(campaign_id: str) -> Response:
    """Answer the seller's participations in a campaign: one for each offer, the latest."""
    campaign, wanted = _campaign(campaign_id), _offer_id()
    participation_id = request.args.get("participationId")
    found = [
        entered
        for entered in _discounts().participations.values()
        if entered.campaign is campaign
        and entered.offer.seller_id == account_id()
        and _discounts().of(campaign, entered.offer) is entered
        and wanted in {None, entered.offer.id}
        and participation_id in {None, "", entered.id}
    ]
    return _paged("submittedOffers", [_submitted_document(entered) for entered in found])


@blueprint.post("/sale/alle-discount/submit-offer-commands")
@api(SCOPE)
def submit_offer() -> Response:
    """Take the submission of an offer and answer 201 with the new command."""
    body = sent()
    given = {
        "offer": {"id": text_at(body, "input.offer.id", "InputOfferIdFieldMissing")},
        "campaign": {"id": text_at(body, "input.campaign.id", "InputCampaignIdFieldMissing")},
        "proposedPrice": _proposed_price(body),
    }
    return _take(alle_discount.SUBMIT, body, given)


@blueprint.post("/sale/alle-discount/withdraw-offer-commands")
@api(SCOPE)
def withdraw_offer() -> Response:
    """Take the withdrawal of a participation and answer 201 with the new command."""
    body, path = sent(), "input.participationId"
    participation_id = text_at(body, path, "InputParticipationIdFieldMissing")
    if not is_uuid(participation_id):
        raise ApiError(400, "ParticipationIdMustBeUuid", "Participation id must be a UUID.", path)
    entered = _discounts().participations.get(participation_id)
    if entered is None or entered.offer.seller_id != account_id():
        raise ApiError(400, "InputParticipationIdDoesNotExist", "Participation id does not exist.", path)
    return _take(alle_discount.WITHDRAW, body, {"participationId": entered.id})


@blueprint.get("/sale/alle-discount/submit-offer-commands/<found_id>")
@api(SCOPE)
def submit_command(found_id: str) -> Response:
    """Answer how far the submission is, with the new participation once it succeeded."""
    return _command(alle_discount.SUBMIT, found_id, "newOfferParticipation")


@blueprint.get("/sale/alle-discount/withdraw-offer-commands/<found_id>")
@api(SCOPE)
def withdraw_command(found_id: str) -> Response:
    """Answer how far the withdrawal is."""
    return _command(alle_discount.WITHDRAW, found_id, "withdrawnOfferParticipation")


def _discounts() -> AlleDiscounts:
    return simulation().world.of(AlleDiscounts)


def _campaign(campaign_id: str) -> Campaign:
    campaign = _discounts().campaigns.get(campaign_id)
    if campaign is None:
        raise ApiError(404, "CampaignNotFound", "Campaign doesn't exist or it isn't AlleDiscount campaign")
    return campaign


def _offer_id() -> str | None:
    wanted = request.args.get("offerId")
    if wanted and not (wanted.isascii() and wanted.isdecimal()):
        raise ApiError(400, "OfferIdInvalidFormat", "Url parameter offerId must be a number", "offerId")
    return wanted or None


def _paged(name: str, rows: list[Json]) -> Response:
    offset = integer("offset", 0, 0, 10**9, ("OffsetNegative", "OffsetAboveMax"))
    limit = integer("limit", 50, 1, MOST_ROWS, ("LimitBelowMin", "LimitAboveMax"))
    page = rows[offset : offset + limit]
    return answer({name: page, "count": len(page), "totalCount": len(rows)})


def _eligible(campaign: Campaign, offer: Offer) -> bool:
    on_sale = offer.status == "ACTIVE" and campaign.marketplace in offer.marketplaces
    entered = _discounts().of(campaign, offer)
    free = entered is None or entered.status not in alle_discount.LIVE
    return on_sale and free and _discounts().has_product_of(campaign, offer)


def _proposed_price(body: Json) -> Json:
    """Return the proposed price as sent; raise ApiError 400 with the specification's code for a bad one."""
    path = "input.proposedPrice.amount"
    sent_amount = value_at(body, path)
    if sent_amount is None:
        raise ApiError(400, "ProposedPriceAmountCannotBeNull", f"{path} cannot be null.", path)
    amount = decimal_of(sent_amount)
    if amount is None:
        raise ApiError(400, "ProposedPriceAmountInvalidNumberFormat", f"{path} has wrong number format.", path)
    if amount <= 0:
        raise ApiError(400, "ProposedPriceAmountNotPositive", f"{path} must be positive.", path)
    if amount != round(amount, 2):
        raise ApiError(400, "ProposedPriceAmountInvalidDecimalPlaces", f"{path} has too many decimals.", path)
    currency = text_at(body, "input.proposedPrice.currency", "ProposedPriceCurrencyCannotBeNull")
    return {"amount": str(sent_amount), "currency": currency}


def _take(kind: str, body: Json, given: Json) -> Response:
    wanted = command_id(body, "CommandIdNotValidUuid")
    if wanted in _discounts().commands:
        raise ApiError(409, "CommandIdAlreadyUsed", "Provided UUID is already being used.", "commandId")
    command: Command = simulation().do(kind, account_id(), {"commandId": wanted, "input": given})
    document = {"id": command.id, "input": command.input, "output": _output(command)}
    response = answer(document, 201)
    response.headers["Location"] = f"{simulation().image_base}{request.path}/{command.id}"
    return response


def _command(kind: str, found_id: str, outcome: str) -> Response:
    command = _discounts().commands.get(found_id.casefold())
    if command is None or command.kind != kind or command.seller_id != account_id():
        raise ApiError(404, "CommandNotFound", "Command doesn't exist.")
    made: Any = command.participation_id and {"participationId": command.participation_id}
    output = {**_output(command), outcome: made, "errors": [{"errors": [each]} for each in command.errors]}
    return answer({"id": command.id, "input": command.input, "output": output})


def _output(command: Command) -> Json:
    return {
        "status": command.status,
        "createdAt": iso_millis(command.created_at),
        "updatedAt": iso_millis(command.updated_at),
    }


def _campaign_document(campaign: Campaign) -> Json:
    return {
        "id": campaign.id,
        "name": campaign.name,
        "type": campaign.kind,
        "visibility": campaign.visibility.document(),
        "application": campaign.application.document(),
        "publication": campaign.publication.document(),
        "marketplace": {"id": campaign.marketplace},
    }


def _eligible_document(campaign: Campaign, offer: Offer) -> Json:
    found, discounts = violations(offer), _discounts()
    percentage = discounts.guaranteed_percentage(campaign, offer)
    return {
        "id": offer.id,
        "product": {"id": product_id(offer)},
        "basePrice": money(offer.price(campaign.marketplace), campaign.currency),
        "alleDiscount": {
            "campaignConditions": {
                "meetsConditions": not found,
                "violations": [{"code": code, "message": code} for code in found],
            },
            "requiredMerchantPrice": money(discounts.required_price(campaign, offer), campaign.currency),
            "minimumGuaranteedDiscount": {"percentage": str(percentage)},
        },
    }


def _submitted_document(entered: Participation) -> Json:
    campaign = entered.campaign
    percentage = _discounts().guaranteed_percentage(campaign, entered.offer)
    reduction = to_cents(entered.proposed * percentage / 100)
    return {
        "participationId": entered.id,
        "offer": {"id": entered.offer.id},
        "campaign": {"id": campaign.id},
        "prices": {
            "proposedPrice": money(entered.proposed, entered.currency),
            "minimalPriceReduction": money(reduction, campaign.currency),
            "maximumSellingPrice": money(entered.proposed - reduction, campaign.currency),
        },
        "process": {
            "status": entered.status,
            "errors": [{"code": code, "message": code} for code in entered.errors],
        },
        "purchaseLimit": _discounts().purchase_limit(campaign),
    }
