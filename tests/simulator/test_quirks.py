"""Oddities from the official issue tracker, on demand."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from allegro.simulator import server
from tests.simulator.conftest import COFFEE, SANTOS, START, Application


def journal_after(application: Application, instant: str) -> list[dict[str, Any]]:
    cursor = application.read("/sale/offer-events", limit=1000)["offerEvents"][-1]["id"]
    application.move_clock(instant)
    return list(application.read("/sale/offer-events", limit=1000, **{"from": cursor})["offerEvents"])


def quirk(application: Application, kind: str, **body: Any) -> int:
    return application.control("/quirks", {"kind": kind, **body}).status_code


def test_storms_phantoms_and_future_events_reach_the_journal(application: Application) -> None:
    assert quirk(application, "storm", offer_id=SANTOS, events=300) == 200
    assert quirk(application, "future_ending", offer_id=SANTOS, days=30) == 200
    assert quirk(application, "phantom", offer_id="19999999999", seller=COFFEE) == 200
    events = journal_after(application, "2026-03-02T08:00:20Z")
    assert sum(event["type"] == "OFFER_CHANGED" and event["offer"]["id"] == SANTOS for event in events) == 300
    assert any(event["type"] == "OFFER_ENDED" and event["occurredAt"].startswith("2026-04-01") for event in events)
    assert any(event["offer"]["id"] == "19999999999" for event in events)
    assert application.get("/sale/product-offers/19999999999").status_code == 404
    assert application.get("/panel/").status_code == 200


def test_ghost_is_listed_but_has_no_details(application: Application) -> None:
    assert quirk(application, "ghost", offer_id=SANTOS) == 200
    assert application.get(f"/sale/product-offers/{SANTOS}").status_code == 404
    assert application.read("/sale/offers", offer__id=SANTOS)["count"] == 1
    assert quirk(application, "ghost", offer_id=SANTOS, on=False) == 200
    assert application.get(f"/sale/product-offers/{SANTOS}").status_code == 200


def test_merged_order_keeps_its_lines_under_a_new_id(application: Application) -> None:
    forms = application.read("/order/checkout-forms", status="FILLED_IN", marketplace__id="allegro-pl")["checkoutForms"]
    first, second = forms[0], forms[1]
    before = application.read("/_simulator/sales")["sales"]
    assert quirk(application, "merge_orders", orders=[first["id"], second["id"]]) == 200
    assert application.get(f"/order/checkout-forms/{first['id']}").status_code == 404
    after = application.read("/_simulator/sales")["sales"]
    assert {row["line_item_id"]: row["bought_at"] for row in after} == {
        row["line_item_id"]: row["bought_at"] for row in before
    }
    lines = {line["id"] for form in (first, second) for line in form["lineItems"]}
    merged = {row["order_id"] for row in after if row["line_item_id"] in lines}
    assert len(merged) == 1
    form = application.read(f"/order/checkout-forms/{merged.pop()}")
    assert {line["id"] for line in form["lineItems"]} == lines
    assert quirk(application, "merge_orders", orders=[first["id"], second["id"]]) == 422


def test_unknown_quirk_is_refused(application: Application) -> None:
    assert quirk(application, "earthquake") == 422


def test_quirks_survive_a_restart(tmp_path: Path) -> None:
    first = server.start(prehistory_days=2, start=START, state=tmp_path)
    application = Application(first.url)
    application.connect()
    quirk(application, "storm", offer_id=SANTOS, events=5)
    events = journal_after(application, "2026-03-02T08:00:20Z")
    bearer = application.session.headers["Authorization"]
    application.session.close()
    first.stop()
    second = server.start(state=tmp_path)
    again = Application(second.url)
    again.session.headers["Authorization"] = bearer
    whole = again.read("/sale/offer-events", limit=1000)["offerEvents"]
    again.session.close()
    second.stop()
    assert whole[-len(events) :] == events


def test_belated_event_stands_where_its_time_is(application: Application) -> None:
    start = datetime.fromisoformat(application.read("/_simulator/clock")["now"])

    def at(minutes: int) -> list[str]:
        application.move_clock((start + timedelta(minutes=minutes)).isoformat())
        rows = application.read("/sale/offer-events", limit=1000)["offerEvents"]
        return [f"{row['type']} {row['offer']['id']}" for row in rows if row["occurredAt"] >= start.isoformat()[:19]]

    assert quirk(application, "belated_event", offer_id=SANTOS, price="77.00", minutes=30) == 200
    assert application.read(f"/sale/product-offers/{SANTOS}")["sellingMode"]["price"]["amount"] == "77.00"
    at(1)
    assert quirk(application, "storm", offer_id=SANTOS, events=1) == 200
    edit, storm = f"OFFER_PRICE_CHANGED {SANTOS}", f"OFFER_CHANGED {SANTOS}"
    assert edit not in at(29)
    late = at(31)
    assert late.index(edit) < late.index(storm)
    assert quirk(application, "belated_event", offer_id=SANTOS, price="cheap") == 422
