"""Faults and limits of the simulator, set by tests: under /_simulator/, not a part of Allegro."""

from dataclasses import asdict

from flask import Blueprint, Response

from allegro.simulator.answers import ApiError, plain_json, simulation
from allegro.simulator.control_body import control_body, number
from allegro.simulator.documents import Json
from allegro.simulator.faults import FAULT_BODIES, KINDS, PLANNED_KINDS, Fault, FaultPlan, usual_status

blueprint = Blueprint("control_faults", __name__, url_prefix="/_simulator")


@blueprint.get("/faults")
def list_faults() -> Response:
    """Answer the faults still to come."""
    return plain_json({"faults": [asdict(fault) for fault in simulation().faults.waiting]})


@blueprint.post("/faults")
def add_fault() -> Response:
    """Make the next answers of a path fail: {"path", "kind", "times"}, or without a kind everything by itself.

    That is {"path", "status", "body", "times", "delay_seconds", "penalty_seconds"}.
    """
    simulation().faults.waiting.append(fault_from(control_body()))
    return list_faults()


def fault_from(body: Json) -> Fault:
    """Return the fault that a body describes; raise ApiError 400 for an unknown kind or a bad number."""
    kind = str(body.get("kind", ""))
    if kind and kind not in KINDS:
        raise ApiError(400, "BadRequest", f"kind: one of {', '.join(KINDS)}", "kind")
    usual = KINDS[kind] if kind else Fault("/", usual_status(str(body.get("body", "json"))))
    shape = str(body.get("body", usual.body))
    if shape not in FAULT_BODIES:
        raise ApiError(400, "BadRequest", f"body: one of {', '.join(FAULT_BODIES)}", "body")
    return Fault(
        str(body.get("path", "/")),
        int(number(body, "status", usual.status, 599)),
        shape,
        int(number(body, "times", 1)),
        number(body, "delay_seconds", usual.delay_seconds),
        number(body, "penalty_seconds", usual.penalty_seconds),
    )


@blueprint.delete("/faults")
def clear_faults() -> Response:
    """Forget all faults, and the penalties they brought."""
    simulation().faults.waiting.clear()
    simulation().rate_limit.forgive()
    return list_faults()


@blueprint.get("/fault-plan")
def show_plan() -> Response:
    """Answer the plan with the requests it saw and the newest thousand that it let fail, or null."""
    plan = simulation().faults.plan
    return plain_json({"plan": plan_document(plan) if plan else None})


def plan_document(plan: FaultPlan) -> Json:
    """Return a plan and what it did so far as JSON."""
    return {
        "seed": plan.seed,
        "share": plan.share,
        "kinds": list(plan.kinds),
        "scale": plan.scale,
        "path": plan.path,
        "requests": plan.requests,
        "failed": plan.failed,
        "failures": [asdict(failure) for failure in plan.newest],
    }


@blueprint.post("/fault-plan")
def start_plan() -> Response:
    """Let a share of the API's answers fail: {"seed", "share", "kinds", "scale", "path"}, each optional."""
    simulation().faults.plan = plan_from(control_body())
    return show_plan()


def plan_from(body: Json) -> FaultPlan:
    """Return the plan that a body describes; raise ApiError 400 for an unknown kind or a bad number."""
    kinds = body.get("kinds") or list(PLANNED_KINDS)
    if not isinstance(kinds, list) or not set(kinds) <= set(KINDS):
        raise ApiError(400, "BadRequest", f"kinds: some of {', '.join(KINDS)}", "kinds")
    return FaultPlan(
        seed=int(number(body, "seed", 1)),
        share=number(body, "share", 0.1, 1),
        kinds=tuple(kind for kind in KINDS if kind in kinds),
        scale=number(body, "scale", 1),
        path=str(body.get("path", "/")),
    )


@blueprint.delete("/fault-plan")
def stop_plan() -> Response:
    """Forget the plan, and the penalties it brought."""
    simulation().faults.plan = None
    simulation().rate_limit.forgive()
    return show_plan()


@blueprint.post("/limits")
def set_limits() -> Response:
    """Set the requests a minute of a client id, with which all other limits scale, and count afresh; 0: no limits.

    "patience" scales the seconds for which a leaky bucket holds answers back.
    """
    set_limits_to(control_body())
    limit = simulation().rate_limit
    return plain_json({"requests_per_minute": limit.per_minute, "patience": limit.patience})


def set_limits_to(body: Json) -> None:
    """Set the limits that a body names and count afresh; raise ApiError 400 for a bad number."""
    limit = simulation().rate_limit
    limit.per_minute = int(number(body, "requests_per_minute", limit.per_minute))
    limit.patience = number(body, "patience", limit.patience)
    limit.forget()
