"""Reading query parameters the way Allegro does: repeated keys, checked ranges, ISO 8601 instants."""

from flask import request

from allegro.simulator.answers import ApiError
from allegro.simulator.instants import parse_instant


def whole_number(name: str, default: int, lowest: int, highest: int, status: int = 400) -> int:
    """Return an integer parameter; raise ApiError if it is no number or outside its range."""
    text = request.args.get(name)
    if text is None or text == "":
        return default
    if not text.isascii() or not text.isdecimal() or not lowest <= int(text) <= highest:
        raise ApiError(status, "ConstraintViolationException", f"{name} must be {lowest} to {highest}.", name)
    return int(text)


def listed(name: str, allowed: tuple[str, ...] | None = None) -> list[str]:
    """Return a repeatable parameter's values; raise ApiError for one that is not allowed."""
    values = [value for value in request.args.getlist(name) if value]
    for value in values:
        if allowed is not None and value not in allowed:
            raise ApiError(
                400, "ConstraintViolationException", f"{name}: {value} is not one of {', '.join(allowed)}.", name
            )
    return values


def instant(name: str) -> int | None:
    """Return an instant parameter in microseconds UTC, or None; raise ApiError if it is malformed."""
    text = request.args.get(name)
    if not text:
        return None
    try:
        return parse_instant(text)
    except ValueError as error:
        raise ApiError(422, "ConstraintViolationException", f"{name}: {error}", name) from error


def chosen(name: str, allowed: tuple[str, ...], default: str) -> str:
    """Return a parameter that must be one of the allowed values."""
    value = request.args.get(name, default)
    if value not in allowed:
        raise ApiError(400, "ConstraintViolationException", f"{name}: one of {', '.join(allowed)}.", name)
    return value
