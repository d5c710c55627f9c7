"""The truth beside the exports, and the discrepancies planted in them: each difference is told with its reason."""

from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from allegro.simulator import server
from allegro.simulator.exports.views import DISCREPANCIES
from tests.simulator.conftest import SANTOS, START, Application
from tests.simulator.exports import FEBRUARY, IN_FEBRUARY, download, first_sheet

LATE = "15205219538"


@pytest.fixture(scope="module")
def world() -> Iterator[Application]:
    """A world in whose last week a price changed twice and an offer ended; the clock stands a week later."""
    running = server.start(seed=7, start=START, prehistory_days=20)
    seller = Application(running.url)
    seller.control(f"/offers/{SANTOS}", {"price": "85.00"})
    seller.move_clock("2026-03-04T12:00:00Z")
    seller.control(f"/offers/{SANTOS}", {"price": "75.00"})
    seller.control(f"/offers/{LATE}", {"status": "ENDED"})
    seller.move_clock("2026-03-09T12:00:00Z")
    yield seller
    seller.session.close()
    running.stop()


PERIOD = {"from": "2026-02-20", "to": "2026-03-08"}


def truth(application: Application, **query: Any) -> dict[str, Any]:
    return application.read("/_simulator/exports/truth.json", **(PERIOD | query))


def test_truth_is_the_sales_truth_by_offer(application: Application) -> None:
    units: dict[str, int] = defaultdict(int)
    value: dict[str, Decimal] = defaultdict(Decimal)
    for row in application.read("/_simulator/sales", **IN_FEBRUARY)["sales"]:
        if row["status"] == "READY_FOR_PROCESSING" and row["marketplace"] == "allegro-pl":
            units[row["offer_id"]] += row["quantity"]
            value[row["offer_id"]] += row["quantity"] * Decimal(row["price"])
    found = application.read("/_simulator/exports/truth.json", **FEBRUARY)
    assert (found["currency"], found["from"], found["to"]) == ("PLN", "2026-02-01", "2026-02-28")
    assert found["discrepancies"] == []
    for row in found["offers"]:
        assert (row["units"], Decimal(row["value"])) == (units[row["offer_id"]], value[row["offer_id"]])
        assert row["exported"] == {key: row[key] for key in row["exported"]}


def test_truth_of_the_adverts_is_their_file(application: Application) -> None:
    found = application.read("/_simulator/exports/truth.json", **FEBRUARY)["ads"]
    known = {(row["campaign"], row["group"], row["offer_id"]): row for row in found}
    rows = first_sheet(download(application, "ads-oferty.xlsx")[1])[1:]
    assert len(rows) == len(known)
    for row in rows:
        true = known[row[0], row[1], str(row[3])]
        assert (true["impressions"], true["clicks"], true["interest"], true["units"]) == (*row[4:7], row[11])
        assert (Decimal(true["cost"]), Decimal(true["value"])) == (Decimal(str(row[9])), Decimal(str(row[12])))


@pytest.mark.parametrize("kind", list(DISCREPANCIES))
def test_what_the_file_says_differs_from_the_truth_as_told(world: Application, kind: str) -> None:
    found = truth(world, discrepancy=kind)
    assert {row["reason"] for row in found["discrepancies"]} == {kind}
    assert {row["text"] for row in found["discrepancies"]} == {DISCREPANCIES[kind]}
    rows = {
        str(row[0]): row for row in first_sheet(download(world, "sales-by-offer.xlsx", **PERIOD, discrepancy=kind)[1])
    }
    more_units: dict[str, int] = defaultdict(int)
    more_value: dict[str, Decimal] = defaultdict(Decimal)
    for row in found["discrepancies"]:
        more_units[row["offer_id"]] += row.get("units", 0)
        more_value[row["offer_id"]] += Decimal(row.get("value", 0))
    for row in found["offers"]:
        if row["exported"] is None:
            assert row["offer_id"] not in rows
            continue
        exported = rows[row["offer_id"]]
        assert exported[2] == row["exported"]["units"] == row["units"] + more_units[row["offer_id"]]
        assert Decimal(str(exported[3])) == Decimal(row["value"]) + more_value[row["offer_id"]]
        assert exported[4] == row["exported"]["visits"] <= row["visits"]


def test_every_difference_leads_in_its_direction(world: Application) -> None:
    signs = {
        kind: {row["units"] > 0 for row in truth(world, discrepancy=kind)["discrepancies"] if "units" in row}
        for kind in DISCREPANCIES
    }
    assert signs["cancelled_later"] == signs["unpaid"] == {True}
    assert signs["returns"] == {False}
    assert True in signs["utc_days"]
    assert False in signs["stale"]


def test_price_changed_after_the_export(world: Application) -> None:
    found = truth(world, discrepancy="price_change")
    assert found["made_at"] == "2026-03-04T12:00:00.000000Z"
    changed = {row["offer_id"]: row for row in found["discrepancies"] if "old" in row}
    assert (changed[SANTOS]["old"], changed[SANTOS]["new"]) == ("85.00", "75.00")
    santos = next(row for row in found["offers"] if row["offer_id"] == SANTOS)
    assert Decimal(santos["average_price"]) < Decimal(santos["exported"]["average_price"])


def test_ended_offer_is_missing(world: Application) -> None:
    found = truth(world, discrepancy="offer_ended")
    assert LATE in {row["offer_id"] for row in found["discrepancies"]}
    assert {row["offer_id"] for row in found["offers"] if row["exported"] is None} == {
        row["offer_id"] for row in found["discrepancies"]
    }


def test_discrepancies_can_be_combined(world: Application) -> None:
    found = truth(world, discrepancy=["unpaid", "utc_days"])
    assert {row["reason"] for row in found["discrepancies"]} == {"unpaid", "utc_days"}


def test_period_without_an_occasion_is_refused(world: Application) -> None:
    early = {"from": "2025-06-01", "to": "2025-06-02"}
    for kind in ("price_change", "offer_ended"):
        answer = world.get("/_simulator/exports/truth.json", **early, discrepancy=kind)
        assert answer.status_code == 409
    assert world.get("/_simulator/exports/truth.json", **PERIOD, discrepancy="nonsense").status_code == 400
