"""Batch commands on offers in the API: publication, prices, quantities, with their summaries and task lists."""

from flask import Blueprint, Response

from allegro.simulator.answers import ApiError, account_id, answer, simulation
from allegro.simulator.gate import api
from allegro.simulator.offer_commands import PRICE, PUBLICATION, QUANTITY, Command, Commands
from allegro.simulator.parameters import sent, whole_number

blueprint = Blueprint("offer_commands", __name__)
WRITE = "allegro:api:sale:offers:write"
_PATHS = {
    "offer-publication-commands": PUBLICATION,
    "offer-price-change-commands": PRICE,
    "offer-quantity-change-commands": QUANTITY,
}
_RESOURCE = f"/sale/<any({', '.join(repr(path) for path in _PATHS)}):path>/<command_id>"


@blueprint.put(_RESOURCE)
@api(WRITE)
def take_command(path: str, command_id: str) -> Response:
    """Register a command under the id the application chose: 201, or 409 if that id was used."""
    if command_id in simulation().world.of(Commands).by_id:
        raise ApiError(409, "CommandAlreadyExists", f"Command id {command_id} was already used")
    body = {"id": command_id, "command": sent()}
    return answer(simulation().do(_PATHS[path], account_id(), body).report(), 201)


@blueprint.get(_RESOURCE)
@api(WRITE)
def command_report(path: str, command_id: str) -> Response:
    """Answer how many offers a command has changed so far."""
    return answer(_command(path, command_id).report())


@blueprint.get(f"{_RESOURCE}/tasks")
@api(WRITE)
def command_tasks(path: str, command_id: str) -> Response:
    """Answer what became of each offer of a command, paged by limit and offset."""
    command = _command(path, command_id)
    limit, offset = whole_number("limit", 100, 1, 1000), whole_number("offset", 0, 0, 999)
    return answer({"tasks": [command.task_document(task) for task in command.tasks[offset : offset + limit]]})


def _command(path: str, command_id: str) -> Command:
    command = simulation().world.of(Commands).by_id.get(command_id)
    if command is None or command.kind != _PATHS[path] or command.seller_id != account_id():
        raise ApiError(404, "CommandNotFound", f"Command {command_id} not found")
    return command
