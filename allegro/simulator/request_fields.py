"""Reading fields deep inside a request's body, command ids, and pages with a resource's own error codes."""

from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import UUID

from flask import request

from allegro.simulator.answers import ApiError
from allegro.simulator.documents import Json


def value_at(body: Any, path: str) -> Any:
    """Return what stands at a dotted path of nested objects, or None if there is nothing."""
    for key in path.split("."):
        body = body.get(key) if isinstance(body, dict) else None
    return body


def text_at(body: Json, path: str, code: str = "ConstraintViolationException") -> str:
    """Return the non-empty text at a dotted path; raise ApiError 400 with `code` if there is none."""
    value = value_at(body, path)
    if not isinstance(value, str) or not value:
        raise ApiError(400, code, f"Missing required field: {path}", path)
    return value


def decimal_of(value: Any) -> Decimal | None:
    """Return a JSON text or number as a finite Decimal, or None if it is neither."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def is_uuid(text: object) -> bool:
    """Return whether a value is a UUID in its usual text form."""
    try:
        return isinstance(text, str) and str(UUID(text)) == text.casefold()
    except ValueError:
        return False


def command_id(body: Json, code: str) -> str | None:
    """Return the command id that was sent, None if that is left to Allegro; raise ApiError 400 if it is no UUID."""
    chosen = body.get("commandId")
    if chosen in (None, ""):
        return None
    if not is_uuid(chosen):
        raise ApiError(400, code, "commandId must be a UUID.", "commandId")
    return str(chosen).casefold()


def integer(name: str, default: int, lowest: int, highest: int, codes: tuple[str, str]) -> int:
    """Return an integer parameter; raise ApiError 400 with the first code below its range, the second above it."""
    text = request.args.get(name)
    if not text:
        return default
    try:
        value = int(text)
    except ValueError:
        value = lowest - 1
    if not lowest <= value <= highest:
        code = codes[0] if value < lowest else codes[1]
        raise ApiError(400, code, f"Invalid [{name}] parameter value.", name)
    return value
