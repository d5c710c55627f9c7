"""The Allegro Prices side of the API: participation, commands to submit and exclude offers, and the query of offers."""

from typing import Any

from flask import Blueprint, Response

from allegro.simulator import allegro_prices
from allegro.simulator.allegro_prices import (
    ALLOWED,
    DENIED,
    STATUSES,
    AllegroPrices,
    Command,
    Entry,
    Item,
    offer_document,
)
from allegro.simulator.answers import ApiError, account_id, answer, simulation
from allegro.simulator.catalogue import CURRENCIES
from allegro.simulator.documents import Json
from allegro.simulator.gate import api
from allegro.simulator.instants import iso_millis
from allegro.simulator.parameters import sent
from allegro.simulator.request_fields import command_id, decimal_of, is_uuid, text_at, value_at

blueprint = Blueprint("allegro_prices", __name__)
SCOPE = "allegro:api:campaigns"
MOST_OFFERS = 1000
_SCOPES = ("WITH_DECLARATION", "DISCOUNTED", "EXCLUDED")
_SUBSTATUSES = ("DISCOUNT_OPPORTUNITY", "DISCOUNT_RECOMMENDATION")
_BAD, _MISSING, _INVALID = "BadRequestException", "ValidationException", "VALIDATION_ERROR"


@blueprint.get("/sale/allegro-prices/accounts/participations")
@api(SCOPE)
def participations() -> Response:
    """Answer on which marketplaces the account takes part."""
    statuses = _programme().participations[account_id()]
    return answer({"marketplaces": [{"id": name, "status": status} for name, status in statuses.items()]})


@blueprint.patch("/sale/allegro-prices/accounts/participations")
@api(SCOPE)
def participate() -> Response:
    """Take part on marketplaces, or no longer; answer the statuses of all of them."""
    rows = _rows(sent(), "marketplaces")
    wanted = {text_at(row, "id", _MISSING): text_at(row, "status", _MISSING) for row in rows}
    for marketplace, status in wanted.items():
        _check(marketplace in CURRENCIES, "Invalid marketplace ID")
        _check(status in {ALLOWED, DENIED}, "Invalid status")
    simulation().do(allegro_prices.PARTICIPATE, account_id(), {"statuses": wanted})
    return participations()


@blueprint.post("/sale/allegro-prices/offers/submit-offer-commands")
@api(SCOPE)
def submit_offers() -> Response:
    """Take a command to submit offers, each with or without a declaration."""
    return _take(allegro_prices.SUBMIT)


@blueprint.post("/sale/allegro-prices/offers/exclusion-commands")
@api(SCOPE)
def exclude_offers() -> Response:
    """Take a command to exclude offers."""
    return _take(allegro_prices.EXCLUDE)


@blueprint.get("/sale/allegro-prices/offers/submit-offer-commands/<found_id>")
@api(SCOPE)
def submit_command(found_id: str) -> Response:
    """Answer a submission with the outcome for each offer."""
    return answer(_command_document(_own_command(allegro_prices.SUBMIT, found_id)))


@blueprint.get("/sale/allegro-prices/offers/exclusion-commands/<found_id>")
@api(SCOPE)
def exclusion_command(found_id: str) -> Response:
    """Answer an exclusion with the outcome for each offer."""
    return answer(_command_document(_own_command(allegro_prices.EXCLUDE, found_id)))


@blueprint.post("/sale/allegro-prices/offers-queries")
@api(SCOPE)
def query_offers() -> Response:
    """Answer the programme's view of the offers whose ids are given, narrowed by scope and substatus.

    The specification lets the ids be left out; the live service answers such a request with 400.
    """
    body = sent()
    marketplace = _marketplace_of(body)
    wanted, limit, offset = _ids(body), _number(body, "limit", 20, 1, 1000), _number(body, "offset", 0, 0, 2**31 - 1)
    scope, substatus = _one_of(body, "offer.scope", _SCOPES), _one_of(body, "offer.substatus", _SUBSTATUSES)
    found = [entry for entry in _entries(marketplace, wanted) if _fits(entry, scope, substatus)]
    page = [offer_document(_programme(), entry) for entry in found[offset : offset + limit]]
    return answer({"offers": page, "totalCount": len(found), "count": len(page)})


def _programme() -> AllegroPrices:
    return simulation().world.of(AllegroPrices)


def _check(good: bool, message: str) -> None:
    if not good:
        raise ApiError(422, _INVALID, f"Validation failed: {message}")


def _rows(body: Json, name: str) -> list[Any]:
    """Return a compulsory list of objects; raise ApiError if it is missing, empty or something else."""
    rows = body.get(name)
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise ApiError(400, _MISSING, f"Missing required field: {name}", name)
    _check(1 <= len(rows) <= MOST_OFFERS, f"{name} size must be between 1 and 1,000")
    return rows


def _take(kind: str) -> Response:
    body = sent()
    chosen = command_id(body, _BAD)
    offers = [_item(row, declared=kind == allegro_prices.SUBMIT) for row in _rows(body, "offers")]
    keys = {(row["id"], row["marketplace"]) for row in offers}
    _check(len(keys) == len(offers), "offers must not contain duplicates")
    if chosen in _programme().commands:
        raise ApiError(409, "COMMAND_ALREADY_EXISTS", "Command with the same ID already exists.")
    command: Command = simulation().do(kind, account_id(), {"commandId": chosen, "offers": offers})
    body = {"commandId": command.id, "status": "IN_PROGRESS", "createdAt": iso_millis(command.created_at)}
    return answer(body, 201)


def _item(row: Json, *, declared: bool) -> Json:
    marketplace = text_at(row, "marketplace.id", _MISSING)
    item: Json = {"id": text_at(row, "id", _MISSING), "marketplace": marketplace}
    _check(marketplace in CURRENCIES, "Invalid marketplace ID")
    if declared and row.get("sellerDiscountDeclaration") is not None:
        item["declaration"] = text_at(row, "sellerDiscountDeclaration.maxContributionPercentage", _MISSING)
        percentage = decimal_of(item["declaration"])
        good = percentage is not None and 0 <= percentage <= 100 and percentage == round(percentage, 2)
        _check(good, "maxContributionPercentage must be a number between 0 and 100")
    return item


def _own_command(kind: str, found_id: str) -> Command:
    if not is_uuid(found_id):
        raise ApiError(400, _BAD, "commandId must be a UUID.", "commandId")
    command = _programme().commands.get(found_id.casefold())
    if command is None or command.kind != kind or command.seller_id != account_id():
        raise ApiError(404, "COMMAND_NOT_FOUND", "Command not found.")
    return command


def _command_document(command: Command) -> Json:
    return {
        "commandId": command.id,
        "createdAt": iso_millis(command.created_at),
        "offers": [_item_document(item) for item in command.items],
    }


def _item_document(item: Item) -> Json:
    document: Json = {"id": item.offer_id, "marketplace": {"id": item.marketplace}}
    if item.declaration is not None:
        document["sellerDiscountDeclaration"] = {"maxContributionPercentage": item.declaration}
    document["completedAt"] = None if item.completed_at is None else iso_millis(item.completed_at)
    document["status"] = item.status
    document["errors"] = [{"message": item.error}] if item.error else None
    return document


def _marketplace_of(body: Json) -> str:
    if not isinstance(body.get("marketplace"), dict):
        raise ApiError(400, _MISSING, "Missing required field: marketplace", "marketplace")
    marketplace = text_at(body, "marketplace.id", _MISSING)
    _check(marketplace in CURRENCIES, "Invalid marketplace ID")
    return marketplace


def _ids(body: Json) -> set[str]:
    ids = value_at(body, "offer.ids")
    if not isinstance(ids, list) or not all(isinstance(value, str) for value in ids):
        raise ApiError(400, _MISSING, "Missing required field: offer.ids", "offer.ids")
    _check(1 <= len(ids) <= MOST_OFFERS, "offer.ids size must be between 1 and 1,000")
    return set(ids)


def _number(body: Json, name: str, default: int, lowest: int, highest: int) -> int:
    value = body.get(name, default)
    if not isinstance(value, int) or isinstance(value, bool):
        raise ApiError(400, _BAD, f"{name} must be a number", name)
    _check(lowest <= value, f"{name} must be greater than or equal to {lowest:,}")
    _check(value <= highest, f"{name} must be less than or equal to {highest:,}")
    return value


def _one_of(body: Json, path: str, allowed: tuple[str, ...]) -> str | None:
    value = value_at(body, path)
    _check(value is None or value in allowed, f"The provided {path.removeprefix('offer.')} is invalid")
    return None if value is None else str(value)


def _entries(marketplace: str, ids: set[str]) -> list[Entry]:
    return [
        _programme().entry(offer, marketplace)
        for offer in simulation().world.offers_of(account_id())
        if offer.id in ids and offer.status in STATUSES and marketplace in offer.marketplaces
    ]


def _fits(entry: Entry, scope: str | None, substatus: str | None) -> bool:
    likely, recommended = _programme().outlook(entry)
    scopes = {
        "WITH_DECLARATION": entry.percentage is not None,
        "DISCOUNTED": entry.discount is not None,
        "EXCLUDED": entry.excluded_at is not None,
    }
    substatuses = {"DISCOUNT_OPPORTUNITY": likely, "DISCOUNT_RECOMMENDATION": recommended is not None}
    return (scope is None or scopes[scope]) and (substatus is None or substatuses[substatus])
