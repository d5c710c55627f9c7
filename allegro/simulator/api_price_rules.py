"""Pricing rules over HTTP: /sale/price-automation, and /sale/offer-price-automation-commands that assign them."""

from typing import Any

from flask import Blueprint, Response, request

from allegro.simulator.answers import ApiError, account_id, answer, simulation
from allegro.simulator.catalogue import BASE_MARKETPLACE
from allegro.simulator.chance import stream, uuid
from allegro.simulator.documents import Json
from allegro.simulator.gate import api
from allegro.simulator.instants import iso_millis
from allegro.simulator.parameters import own_offer, sent, whole_number
from allegro.simulator.price_rule_deeds import (
    ASSIGN_RULES,
    CHANGE_RULE,
    CREATE_RULE,
    DELETE_RULE,
    PriceCommand,
    PriceCommands,
)
from allegro.simulator.price_rules import PriceRules, Rule
from allegro.simulator.request_fields import is_uuid
from allegro.simulator.validation import Refusal

blueprint = Blueprint("price_rules", __name__)
READ = "allegro:api:sale:offers:read"
WRITE = "allegro:api:sale:offers:write"


@blueprint.get("/sale/price-automation/rules")
@api(READ)
def rule_list() -> Response:
    """Answer the seller's rules, the default ones included."""
    return answer({"rules": [_document(rule) for rule in _rules().of_seller(account_id())]})


@blueprint.post("/sale/price-automation/rules")
@api(WRITE)
def create() -> Response:
    """Create a rule: 400 for a wrong body, 409 for a name that the seller has already used."""
    body = sent()
    _check_name_free(body)
    return answer(_document(_do(CREATE_RULE, account_id(), body)), 201)


@blueprint.get("/sale/price-automation/rules/<rule_id>")
@api(READ)
def one_rule(rule_id: str) -> Response:
    """Answer one rule."""
    return answer(_document(_own(rule_id)))


@blueprint.put("/sale/price-automation/rules/<rule_id>")
@api(WRITE)
def change(rule_id: str) -> Response:
    """Change name and configuration of a rule of the seller's own."""
    rule, body = _own_changeable(rule_id), sent()
    _check_name_free(body, besides=rule.id)
    return answer(_document(_do(CHANGE_RULE, rule.id, body)))


@blueprint.delete("/sale/price-automation/rules/<rule_id>")
@api(WRITE)
def delete(rule_id: str) -> Response:
    """Delete a rule of the seller's own."""
    simulation().do(DELETE_RULE, _own_changeable(rule_id).id, {})
    return Response(status=204)


@blueprint.get("/sale/price-automation/offers/<offer_id>/rules")
@api(READ)
def offer_rules(offer_id: str) -> Response:
    """Answer the rules assigned to an offer; without any, `updatedAt` is the offer's creation."""
    return answer(_rules().offer_document(own_offer(offer_id)))


@blueprint.post("/sale/offer-price-automation-commands")
@api(WRITE)
def command() -> Response:
    """Assign or remove rules; the answer is that of a command still under way, as in allegro-api issue 11356."""
    body, given = sent(), simulation().world.of(PriceCommands).given
    command_id = str(body.get("id") or uuid(stream(simulation().world.seed, "price command", len(given))))
    if not is_uuid(command_id):
        raise ApiError(400, "ConstraintViolationException", "id must be a UUID.", "id")
    if command_id in given:
        raise ApiError(409, "CommandAlreadyExists", f"Command {command_id} was already used", "id")
    made: PriceCommand = simulation().do(ASSIGN_RULES, command_id, {**body, "seller": account_id()})
    counts = {"total": 0, "success": 0, "failed": 0}
    return answer({"id": made.id, "createdAt": iso_millis(made.at), "completedAt": None, "taskCount": counts}, 201)


@blueprint.get("/sale/offer-price-automation-commands/<command_id>")
@api(READ)
def command_summary(command_id: str) -> Response:
    """Answer how many tasks of a command succeeded."""
    found = _own_command(command_id)
    failed = sum(refusal is not None for _, _, refusal in found.tasks)
    counts = {"total": len(found.tasks), "success": len(found.tasks) - failed, "failed": failed}
    at = iso_millis(found.at)
    return answer({"id": found.id, "createdAt": at, "completedAt": at, "taskCount": counts})


@blueprint.get("/sale/offer-price-automation-commands/<command_id>/tasks")
@api(READ)
def command_tasks(command_id: str) -> Response:
    """Answer what became of each offer and marketplace of a command."""
    limit, offset = whole_number("limit", 100, 1, 1_000), whole_number("offset", 0, 0, 999)
    return answer({"tasks": [_task(*task) for task in _own_command(command_id).tasks[offset : offset + limit]]})


def _task(offer_id: str, marketplace: str, refusal: Refusal | None) -> Json:
    path = "sellingMode.priceAutomation.rule.id"
    return {
        "offer": {"id": offer_id},
        "field": path if marketplace == BASE_MARKETPLACE else f"additionalMarketplaces.{marketplace}.{path}",
        "message": refusal.message if refusal else "",
        "status": "FAIL" if refusal else "SUCCESS",
        "errors": [refusal.document()] if refusal else [],
    }


def _rules() -> PriceRules:
    return simulation().world.of(PriceRules)


def _document(rule: Rule) -> Json:
    return rule.document(polish=request.headers.get("Accept-Language", "").startswith("pl"))


def _do(kind: str, subject: str, body: Json) -> Any:
    """Do a deed, whose refusals this resource answers with 400 instead of 422."""
    try:
        return simulation().do(kind, subject, body)
    except Refusal as refusal:
        raise ApiError(400, refusal.code, refusal.message, refusal.path or None) from refusal


def _check_name_free(body: Json, besides: str = "") -> None:
    taken = [rule.name for rule in _rules().of_seller(account_id()) if rule.id != besides]
    if body.get("name") in taken:
        raise ApiError(409, "RuleAlreadyExistsException", "A rule of that name already exists.", "name")


def _own(rule_id: str) -> Rule:
    found = _rules().rules.get(rule_id)
    if found is None or found.seller_id != account_id():
        raise ApiError(404, "RuleNotFoundException", f"Rule {rule_id} not found")
    return found


def _own_changeable(rule_id: str) -> Rule:
    found = _own(rule_id)
    if found.default:
        raise ApiError(403, "AccessDeniedException", "Default rules cannot be changed.")
    return found


def _own_command(command_id: str) -> PriceCommand:
    found = simulation().world.of(PriceCommands).given.get(command_id)
    if found is None:
        raise ApiError(404, "CommandNotFoundException", f"Command {command_id} not found")
    if found.seller_id != account_id():
        raise ApiError(403, "AccessDeniedException", f"Command {command_id} belongs to another seller")
    return found
