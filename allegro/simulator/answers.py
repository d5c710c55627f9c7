"""HTTP answers in Allegro's shapes: vendor media type, ErrorsHolder and AuthError bodies."""

import json
from typing import Any

from flask import Response, current_app, g

from allegro.simulator.documents import IMAGE_HOST, Json
from allegro.simulator.simulation import Simulation

PUBLIC = "application/vnd.allegro.public.v1+json"
BETA = "application/vnd.allegro.beta.v1+json"


class ApiError(Exception):
    """An error answer of the API: HTTP status, code, message and, where it fits, the path of the wrong field."""

    def __init__(self, status: int, code: str, message: str, path: str | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.path = path


def simulation() -> Simulation:
    """Return the simulation behind this request; its lock is held while a request is answered."""
    found: Simulation = current_app.extensions["simulation"]
    return found


def now() -> int:
    """Return the instant of this request in virtual microseconds UTC."""
    return int(g.now)


def account_id() -> str:
    """Return the seller account whose token this request carries."""
    return str(g.access.account_id)


def answer(body: Any, status: int = 200) -> Response:
    """Return an API answer; picture addresses in it lead to the simulator itself."""
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    text = text.replace(IMAGE_HOST, simulation().image_base)
    return Response(text, status, content_type=f"{g.get('media', PUBLIC)};charset=UTF-8")


def plain_json(body: Any, status: int = 200) -> Response:
    """Return JSON of the control interface."""
    response = answer(body, status)
    response.content_type = "application/json"
    return response


def inward(body: Any) -> Any:
    """Return a received document with the simulator's picture addresses turned back into the world's."""
    return json.loads(json.dumps(body).replace(simulation().image_base, IMAGE_HOST))


def errors(status: int, code: str, message: str, path: str | None = None) -> Response:
    """Return an ErrorsHolder answer."""
    error: Json = {
        "code": code,
        "message": message,
        "details": None,
        "path": path,
        "userMessage": message,
        "metadata": {},
    }
    return answer({"errors": [error]}, status)


def auth_error(status: int, error: str, description: str) -> Response:
    """Return an AuthError answer, as the authorization layer writes it."""
    response = answer({"error": error, "error_description": description}, status)
    response.content_type = "application/json;charset=UTF-8"
    return response
