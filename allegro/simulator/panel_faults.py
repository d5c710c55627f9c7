"""The panel's page on which a tester makes answers fail: single faults, a plan for a share of them, and the limits."""

from collections.abc import Callable

from flask import Blueprint, request

from allegro.simulator.answers import ApiError, simulation
from allegro.simulator.control_faults import clear_faults, fault_from, plan_from, set_limits_to, stop_plan
from allegro.simulator.documents import Json
from allegro.simulator.faults import KINDS, PLANNED_KINDS
from allegro.simulator.pages import page
from allegro.simulator.words import fault_words

blueprint = Blueprint("panel_faults", __name__, url_prefix="/panel/faults")
SHOWN_FAILURES = 20
PATHS = ("/", "/sale/offers", "/sale/offer-events", "/sale/product-offers", "/order", "/billing", "/auth/oauth/token")


@blueprint.get("/")
def faults() -> str:
    """Show the faults still to come, the plan with its newest failures, and the limits."""
    return _faults_page()


def _faults_page(**context: object) -> str:
    simulator = simulation()
    plan = simulator.faults.plan
    return page(
        "panel_faults.html",
        waiting=simulator.faults.waiting,
        plan=plan,
        failures=list(plan.newest)[: -SHOWN_FAILURES - 1 : -1] if plan else [],
        kinds={kind: fault_words()[kind] for kind in KINDS},
        planned=plan.kinds if plan else PLANNED_KINDS,
        paths=PATHS,
        limit=simulator.rate_limit,
        **context,
    )


@blueprint.post("/")
def change_faults() -> tuple[str, int]:
    """Do what the pressed button says (`action`: add, clear, plan, stop or limits) and show the page again."""
    try:
        _ACTIONS[request.form.get("action", "")](_filled())
    except KeyError:
        return _faults_page(refusal="action"), 422
    except ApiError as error:
        return _faults_page(refusal=error.message), 422
    return _faults_page(), 200


def _filled() -> Json:
    """Return the fields of the form that hold something; the kinds as a list."""
    filled: Json = {name: value for name, value in request.form.items() if value}
    return filled | {"kinds": request.form.getlist("kinds")}


def _add(body: Json) -> None:
    simulation().faults.waiting.append(fault_from(body))


def _plan(body: Json) -> None:
    simulation().faults.plan = plan_from(body)


_ACTIONS: dict[str, Callable[[Json], object]] = {
    "add": _add,
    "clear": lambda _: clear_faults(),
    "plan": _plan,
    "stop": lambda _: stop_plan(),
    "limits": set_limits_to,
}
