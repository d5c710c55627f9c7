"""Allegro's decisions about an offer abroad: visibility and blocked countries."""

from collections.abc import Iterator
from typing import Any

import pytest

from allegro.simulator.server import RunningSimulator
from tests.simulator.conftest import SANTOS, Application
from tests.simulator.seller import connected, truths

GRINDER = "15204893690"


@pytest.fixture
def coffee(young: RunningSimulator) -> Iterator[Application]:
    """The coffee seller."""
    yield from connected(young)


def quirk(application: Application, kind: str, **body: Any) -> int:
    return application.control("/quirks", {"kind": kind, **body}).status_code


def events_of(application: Application, kind: str, offer_id: str) -> list[dict[str, Any]]:
    events = application.read("/sale/offer-events", limit=1000, type=kind)["offerEvents"]
    return [event for event in events if event["offer"]["id"] == offer_id]


def later(application: Application) -> None:
    clock = application.read("/_simulator/clock")["now"]
    application.move_clock(f"{clock[:14]}{int(clock[14:16]) + 1:02d}:00Z")


def test_a_refusal_stands_in_the_offer_the_list_the_event_and_the_truth(coffee: Application) -> None:
    body = {"offer_id": SANTOS, "marketplace": "allegro-cz", "status": "REFUSED", "refusal_code": "VQR001_IMAGE"}
    assert quirk(coffee, "visibility", **body, parameters={"limit": ["20"]}) == 200
    publication = coffee.read(f"/sale/product-offers/{SANTOS}")["additionalMarketplaces"]["allegro-cz"]["publication"]
    assert publication["state"] == "REFUSED"
    assert publication["refusalReasons"][0]["code"] == "VQR001_IMAGE"
    row = coffee.read("/sale/offers", offer__id=SANTOS)["offers"][0]["additionalMarketplaces"]["allegro-cz"]
    assert row["publication"] == {"state": "REFUSED"}
    later(coffee)
    event = events_of(coffee, "OFFER_VISIBILITY_CHANGED", SANTOS)[0]
    reason = {"code": "VQR001_IMAGE", "parameters": {"limit": ["20"]}, "relatedReasons": []}
    assert event["offer"]["publication"] == {
        "marketplaces": {
            "base": "allegro-pl",
            "additional": [{"id": "allegro-cz", "status": "REFUSED", "refusalReasons": [reason]}],
        },
        "updatedMarketplaces": ["allegro-cz"],
    }
    action = truths(coffee, "visibility", SANTOS)[0]
    assert (action["actor"], action["old"]["state"], action["new"]["state"]) == ("allegro", "APPROVED", "REFUSED")
    assert (action["marketplace"], action["event_types"]) == ("allegro-cz", ["OFFER_VISIBILITY_CHANGED"])


def test_a_visibility_event_may_be_empty(coffee: Application) -> None:
    body = {"offer_id": GRINDER, "marketplace": "allegro-cz", "status": "IN_PROGRESS", "empty": True}
    assert quirk(coffee, "visibility", **body) == 200
    later(coffee)
    assert events_of(coffee, "OFFER_VISIBILITY_CHANGED", GRINDER)[0]["offer"]["publication"] == {
        "marketplaces": {"base": "allegro-pl", "additional": []},
        "updatedMarketplaces": [],
    }


def test_visibility_of_a_marketplace_where_the_offer_is_not_sold_is_refused(coffee: Application) -> None:
    assert quirk(coffee, "visibility", offer_id=SANTOS, marketplace="allegro-hu", status="REFUSED") == 422
    assert quirk(coffee, "visibility", offer_id=SANTOS, marketplace="allegro-cz", status="LOST") == 422


def test_blocked_countries_are_told_beside_the_offer(coffee: Application) -> None:
    assert quirk(coffee, "countries_blocked", offer_id=SANTOS, countries=["DE", "FR"], reason="EPR") == 200
    assert quirk(coffee, "countries_blocked", offer_id=SANTOS) == 422
    later(coffee)
    blocked = {
        "marketplaceId": "allegro-pl",
        "blockades": [{"country": "DE", "reason": "EPR"}, {"country": "FR", "reason": "EPR"}],
        "shippingTo": ["DE", "FR"],
    }
    event = events_of(coffee, "OFFER_DELIVERY_COUNTRIES_BLOCKED", SANTOS)[0]
    assert event["blockedDeliveries"] == [blocked]
    assert truths(coffee, "blocked_deliveries", SANTOS)[0]["new"] == [blocked]


def test_nothing_is_told_of_an_ended_offer(coffee: Application) -> None:
    coffee.control(f"/offers/{GRINDER}", {"status": "ENDED"})
    before = len(events_of(coffee, "OFFER_VISIBILITY_CHANGED", GRINDER))
    assert quirk(coffee, "visibility", offer_id=GRINDER, marketplace="allegro-cz", status="REFUSED") == 200
    later(coffee)
    assert len(events_of(coffee, "OFFER_VISIBILITY_CHANGED", GRINDER)) == before
    assert truths(coffee, "visibility", GRINDER)[-1]["event_types"] == []
