"""How much of Allegro's OpenAPI file the client uses, the simulator answers, and the contract tests have judged."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from werkzeug.exceptions import HTTPException
from werkzeug.routing import Map

from allegro.api.endpoints import ENDPOINTS
from allegro.simulator.server import create_app
from allegro.simulator.simulation import Simulation
from tests.contract.differences import DIFFERENCES, RULES, Difference
from tests.contract.spec import Schema

# Stands for an id in a path; no literal part of one looks like this.
SOME_ID = "~1"


@dataclass(frozen=True)
class Judged:
    """What the tests of one run have judged: operations by side (client, simulator), differences on purpose met."""

    operations: dict[str, set[str]]
    met: set[Difference]


def read(directory: Path) -> Judged:
    """What every process of the run has left there."""
    judged = Judged({"client": set(), "simulator": set()}, set())
    for file in directory.glob("*.json"):
        found = json.loads(file.read_text())
        judged.operations[found["side"]] |= set(found["operations"])
        judged.met.update(Difference(**each) for each in found["met"])
    return judged


def report(spec: Schema, judged: Judged) -> Iterator[str]:
    """The lines of the report."""
    described = {f"{method.upper()} {path}" for path, operations in spec["paths"].items() for method in operations}
    used = {f"{each.method} {each.path}" for each in ENDPOINTS.values()}
    answered = answered_by_simulator(described)
    # What the simulator answered to the client was judged as much as what it answered to its own tests.
    seen = judged.operations["client"] | judged.operations["simulator"]
    yield f"Operations in the file: {len(described)}"
    yield from _side("The client uses", used, judged.operations["client"])
    yield from _side("The simulator answers", answered, seen)
    yield "Rules for all operations:"
    yield from (f"  {rule}" for rule in RULES)
    yield f"Differences on purpose: {len(DIFFERENCES)}"
    for each in DIFFERENCES:
        met = "" if each in judged.met else " (not met in this run)"
        yield f"  {each.operation} · {each.place} · {each.problem}{met}"
        yield f"      {each.reason}"


def _side(title: str, all_of_it: set[str], judged: set[str]) -> Iterator[str]:
    yield f"{title} {len(all_of_it)}, of which judged: {len(all_of_it & judged)}"
    yield from (f"  not judged: {each}" for each in sorted(all_of_it - judged))


def answered_by_simulator(described: set[str]) -> set[str]:
    """Those of the described operations for which the simulator has a view."""
    urls = create_app(Simulation(1, None, 0, prehistory_days=0)).url_map
    return {each for each in described if _has_view(urls, *each.split(" ", 1))}


def _has_view(urls: Map, method: str, path: str) -> bool:
    """Whether a view answers exactly this operation: no literal part of its path may pass for an id."""
    parts = [SOME_ID if part.startswith("{") else part for part in path.split("/")]
    try:
        rule, ids = urls.bind("simulator").match("/".join(parts), method, return_rule=True)
    except HTTPException:
        return False
    return "<any(" in rule.rule or all(value == SOME_ID for value in ids.values())
