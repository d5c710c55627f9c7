"""Reading a request the way Allegro does: the seller's own offer, repeated keys, checked ranges, ISO 8601 instants."""

from uuid import UUID

from flask import g, request

from allegro.simulator.answers import ApiError, account_id, inward, simulation
from allegro.simulator.documents import Json
from allegro.simulator.instants import parse_instant
from allegro.simulator.offer import Offer


def own_offer(offer_id: str) -> Offer:
    """Return an offer of the token's seller; raise ApiError 404 if there is none, 403 if it is another seller's."""
    offer = simulation().world.offers.get(offer_id)
    if offer is None or offer.gone or offer_id in simulation().world.ghosts:
        raise ApiError(404, "OfferNotFoundException", f"Offer {offer_id} not found")
    if offer.seller_id != account_id():
        raise ApiError(403, "AccessDeniedException", f"Offer {offer_id} belongs to another seller")
    return offer


def sent() -> Json:
    """Return the JSON object in the request's body; raise ApiError for another media type or another shape."""
    if request.mimetype != g.media:
        raise ApiError(415, "UnsupportedMediaType", f"Content-Type must be {g.media}")
    body = request.get_json(force=True, silent=True)
    if not isinstance(body, dict):
        raise ApiError(400, "JsonProcessingException", "The body must be a JSON object")
    document: Json = inward(body)
    return document


def whole_number(name: str, default: int, lowest: int, highest: int, status: int = 400) -> int:
    """Return an integer parameter; raise ApiError if it is no number or outside its range."""
    text = request.args.get(name)
    if text is None or text == "":
        return default
    if not text.isascii() or not text.isdecimal() or not lowest <= int(text) <= highest:
        raise ApiError(status, "ConstraintViolationException", f"{name} must be {lowest} to {highest}.", name)
    return int(text)


def listed(name: str, allowed: tuple[str, ...] | None = None, status: int = 400) -> list[str]:
    """Return a repeatable parameter's values; raise ApiError for one that is not allowed."""
    values = [value for value in request.args.getlist(name) if value]
    for value in values:
        if allowed is not None and value not in allowed:
            message = f"{name}: {value} is not one of {', '.join(allowed)}."
            raise ApiError(status, "ConstraintViolationException", message, name)
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


def uuid_text(name: str) -> str | None:
    """Return a parameter that must be a UUID, in lower case, or None; raise ApiError 422 for another text."""
    text = request.args.get(name)
    try:
        return str(UUID(text)) if text else None
    except ValueError as error:
        raise ApiError(422, "ConstraintViolationException", f"{name}: {text} is not a UUID", name) from error


def chosen(name: str, allowed: tuple[str, ...], default: str, status: int = 400) -> str:
    """Return a parameter that must be one of the allowed values."""
    value = request.args.get(name, default)
    if value not in allowed:
        raise ApiError(status, "ConstraintViolationException", f"{name}: one of {', '.join(allowed)}.", name)
    return value
