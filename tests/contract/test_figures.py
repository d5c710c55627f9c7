"""The figures of `python -m tests.contract`."""

import json
from dataclasses import asdict
from pathlib import Path

from tests.contract.differences import DIFFERENCES
from tests.contract.figures import answered_by_simulator, read, report
from tests.contract.spec import Schema


def test_an_operation_is_answered_where_the_simulator_has_a_view_of_its_own() -> None:
    here = {
        "GET /me",
        "GET /sale/product-offers/{offerId}",
        "PATCH /sale/product-offers/{offerId}",
        "GET /after-sales-service-conditions/warranties",
        "GET /order/event-stats",
    }
    elsewhere = {
        "DELETE /me",
        "GET /charity/fundraising-campaigns",
        "GET /sale/product-offers/latest",
        "GET /after-sales-service-conditions/{kind}",
    }
    assert answered_by_simulator(here | elsewhere) == here


def test_what_all_processes_judged_is_told_by_side(tmp_path: Path) -> None:
    me, offers, events = "GET /me", "GET /sale/offers", "GET /sale/offer-events"
    rows = [("client", [me, offers], []), ("simulator", [me, events], [asdict(DIFFERENCES[0])]), ("client", [], [])]
    for number, (side, operations, met) in enumerate(rows):
        (tmp_path / f"{number}.json").write_text(json.dumps({"side": side, "operations": operations, "met": met}))
    paths: Schema = {
        operation.split(" ")[1]: {"get": {}} for operation in (me, offers, events, "GET /order/event-stats")
    }
    lines = list(report({"paths": {**paths, "/charity": {"get": {}}}}, read(tmp_path)))
    assert lines[0] == "Operations in the file: 5"
    assert lines[1].endswith("of which judged: 2")
    assert "  not judged: GET /order/event-stats" in lines
    assert "The simulator answers 4, of which judged: 3" in lines
    assert len([line for line in lines if line.endswith("(not met in this run)")]) == len(DIFFERENCES) - 1
