"""Reading the JSON that is sent to the control interface."""

import math
from typing import Any

from flask import request

from allegro.simulator.answers import ApiError
from allegro.simulator.documents import Json


def control_body() -> Json:
    """Return the JSON object in the request's body, raise ApiError 400 for anything else."""
    body = request.get_json(force=True, silent=True)
    if not isinstance(body, dict):
        raise ApiError(400, "BadRequest", "The body must be a JSON object")
    return body


def number(body: Json, name: str, default: float, highest: float = 1e9) -> float:
    """Return a number from 0 to `highest`, or the default; raise ApiError 400 for anything else."""
    value: Any = body.get(name, default)
    try:
        found = float(value)
    except (TypeError, ValueError):
        found = math.nan
    if not 0 <= found <= highest:
        raise ApiError(400, "BadRequest", f"{name}: a number from 0 to {highest:g}", name)
    return found
