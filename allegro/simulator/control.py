"""The control interface of the simulator, under /_simulator/: clock, truth, edits. Not a part of Allegro."""

from typing import Any

from flask import Blueprint, Response, request

from allegro.simulator.answers import ApiError, inward, now, plain_json, simulation
from allegro.simulator.clock import ClockRefusal
from allegro.simulator.control_body import control_body, number
from allegro.simulator.documents import Json
from allegro.simulator.instants import iso_micros, parse_instant
from allegro.simulator.sales import line_document, sold_lines
from allegro.simulator.shorthand import patch_from
from allegro.simulator.stories import describe

blueprint = Blueprint("control", __name__, url_prefix="/_simulator")


def _instant(text: Any, name: str) -> int:
    try:
        return parse_instant(str(text))
    except ValueError as error:
        raise ApiError(400, "BadRequest", f"{name}: {error}", name) from error


def _clock_document() -> Json:
    clock = simulation().clock
    return {"now": iso_micros(clock.now()), "mode": clock.mode}


@blueprint.get("/healthz")
def healthz() -> Response:
    """Answer that the simulator is up."""
    return plain_json({"status": "ok"})


@blueprint.get("/clock")
def read_clock() -> Response:
    """Answer the virtual instant and whether it stands or runs."""
    return plain_json(_clock_document())


@blueprint.post("/clock")
def move_clock() -> Response:
    """Freeze the clock at {"now": instant} or let it follow real time with {"live": true}; 409 for a move backwards."""
    body, simulator = control_body(), simulation()
    try:
        if body.get("live"):
            simulator.clock.go_live()
        else:
            simulator.clock.freeze(_instant(body.get("now"), "now"))
    except ClockRefusal as refusal:
        raise ApiError(409, "ClockBackwards", str(refusal), "now") from refusal
    simulator.advance()
    simulator.save(lightly=True)
    return plain_json(_clock_document())


@blueprint.post("/reset")
def reset() -> Response:
    """Make a fresh world {"seed", "start"}, frozen at its start; without a start it is live from now on.

    "requests_per_minute" sets the rate limit anew; "keep_tokens" lets the tokens live on (off unless asked for).
    """
    body, simulator = control_body(), simulation()
    grants = simulator.grants
    start = _instant(body["start"], "start") if body.get("start") else None
    simulator.reset(int(body.get("seed", simulator.world.seed)), start)
    if body.get("keep_tokens"):
        simulator.grants = grants
    if "requests_per_minute" in body:
        simulator.rate_limit.per_minute = int(number(body, "requests_per_minute", 0))
    simulator.rate_limit.forget()
    simulator.save()
    return plain_json(_clock_document())


def _period() -> tuple[int, int]:
    since, until = request.args.get("since"), request.args.get("until")
    return _instant(since, "since") if since else 0, _instant(until, "until") if until else now() + 1


@blueprint.get("/truth")
def truth() -> Response:
    """Answer every action with since <= at < until (all by default), optionally of one `offer_id`."""
    offer_id = request.args.get("offer_id")
    actions = simulation().world.truth.between(*_period())
    return plain_json({"actions": [row.document() for row in actions if offer_id in {None, row.offer_id}]})


@blueprint.get("/sales")
def sales() -> Response:
    """Answer every order line bought in [since, until) with the present status of its order."""
    rows = [line_document(order, line) for order, line in sold_lines(simulation().world, *_period())]
    return plain_json({"sales": rows})


@blueprint.get("/visits")
def visits() -> Response:
    """Answer the true visits per offer, Warsaw day and marketplace of all closed days."""
    rows = [
        {"offer_id": offer.id, "day": day.isoformat(), "marketplace": marketplace, "visits": number}
        for offer in simulation().world.offers.values()
        for day, by_marketplace in offer.visits.items()
        for marketplace, number in by_marketplace.items()
    ]
    return plain_json({"visits": rows})


@blueprint.get("/stories")
def stories() -> Response:
    """Answer the planted stories: what, when, and on which offers."""
    world = simulation().world
    return plain_json({"stories": describe(world.start_day, world.offers)})


@blueprint.post("/quirks")
def make_quirk() -> Response:
    """Let a reported oddity happen now: {"kind": "storm", "offer_id": ..., "events": 300}; the kinds are in quirks."""
    body = control_body()
    simulation().make_odd(str(body.pop("kind", "")), body)
    return plain_json({"status": "ok"})


@blueprint.post("/offers/<offer_id>")
def edit_offer(offer_id: str) -> Response:
    """Edit an offer in the seller's name with a short body such as {"price": "49.90"}; answer the truth actions."""
    offer = simulation().world.offers.get(offer_id)
    if offer is None:
        raise ApiError(404, "OfferNotFoundException", f"Offer {offer_id} not found")
    actions = simulation().edit(offer, patch_from(offer, inward(control_body())))
    return plain_json({"actions": [action.document() for action in actions]})
