"""The journal, the list, the full offer and edits."""

import base64
from typing import Any

import pytest

from tests.simulator.conftest import GARDEN, SANTOS, Application

WIDE = {"since": "2026-03-02T08:00:00Z"}


def events(application: Application, **query: Any) -> list[dict[str, Any]]:
    return list(application.read("/sale/offer-events", **query)["offerEvents"])


def all_events(application: Application) -> list[dict[str, Any]]:
    return events(application, limit=1000)


def later(application: Application, seconds: int) -> str:
    clock = application.read("/_simulator/clock")["now"]
    minutes = int(clock[14:16]) * 60 + int(clock[17:19]) + seconds
    return f"{clock[:14]}{minutes // 60:02d}:{minutes % 60:02d}Z"


def test_journal_pages_follow_the_last_id(application: Application) -> None:
    whole = all_events(application)
    assert len(whole) > 30
    first = events(application, limit=10)
    second = events(application, limit=10, **{"from": first[-1]["id"]})
    assert first + second == whole[:20]
    assert events(application, **{"from": whole[-1]["id"]}) == []


def test_journal_ids_hold_the_publication_time_and_lag_behind(application: Application) -> None:
    event = all_events(application)[0]
    published = int(base64.urlsafe_b64decode(event["id"] + "=="))
    assert published > 1_772_000_000_000_000
    assert event["occurredAt"].endswith("Z")


def test_journal_keeps_a_day_and_accepts_odd_cursors(application: Application) -> None:
    whole = all_events(application)
    assert all(event["occurredAt"] >= "2026-03-01T07:59" for event in whole)
    assert events(application, limit=1000, **{"from": "MA"}) == whole
    assert events(application, limit=1000, **{"from": "ż???"}) == whole


def test_journal_filters_repeated_types_and_refuses_unknown_ones(application: Application) -> None:
    wanted = ["OFFER_PRICE_CHANGED", "OFFER_CHANGED"]
    assert {event["type"] for event in events(application, type=wanted, limit=1000)} <= set(wanted)
    assert application.get("/sale/offer-events", type="OFFER_EATEN").status_code == 400
    assert application.get("/sale/offer-events", limit=1001).status_code == 400


def test_edit_appears_in_the_journal_after_its_lag(application: Application) -> None:
    before = all_events(application)
    price = {"sellingMode": {"price": {"amount": "70.00", "currency": "PLN"}}}
    answer = application.patch(SANTOS, price)
    assert answer.status_code == 200
    assert answer.json()["sellingMode"]["price"] == {"amount": "70.00", "currency": "PLN"}
    assert all_events(application) == before
    application.move_clock(later(application, 15))
    new = [event for event in events(application, **{"from": before[-1]["id"]}) if event["offer"]["id"] == SANTOS]
    changed = next(event for event in new if event["type"] == "OFFER_PRICE_CHANGED")
    assert changed["offer"]["marketplaces"] == [
        {"id": "allegro-pl", "changeType": "MANUAL"},
        {"id": "allegro-cz", "changeType": "AUTOMATIC"},
    ]


def test_edit_is_in_the_truth_with_old_and_new(application: Application) -> None:
    actions = application.control(f"/offers/{SANTOS}", {"title": "Kawa ziarnista po nowemu"}).json()["actions"]
    assert [(row["field"], row["new"], row["event_types"], row["actor"]) for row in actions] == [
        ("title", "Kawa ziarnista po nowemu", ["OFFER_CHANGED"], "seller")
    ]
    assert actions[0] in application.read("/_simulator/truth", **WIDE)["actions"]


@pytest.mark.parametrize(
    ("short", "field"),
    [
        ({"handling_time": "P3D"}, "handling_time"),
        ({"delivery_price_list": "c58d6e1f-40b7-4a92-9e35-d1760a9f3c03"}, "delivery_price_list"),
    ],
)
def test_silent_fields_emit_nothing(application: Application, short: dict[str, str], field: str) -> None:
    application.move_clock(later(application, 15))
    cursor = all_events(application)[-1]["id"]
    actions = application.control(f"/offers/{SANTOS}", short).json()["actions"]
    assert [(row["field"], row["event_types"]) for row in actions] == [(field, [])]
    application.move_clock(later(application, 15))
    kinds = {event["type"] for event in events(application, **{"from": cursor}) if event["offer"]["id"] == SANTOS}
    assert "OFFER_CHANGED" not in kinds


def test_saving_unchanged_emits_a_change_without_difference(application: Application) -> None:
    title = application.read(f"/sale/product-offers/{SANTOS}")["name"]
    actions = application.control(f"/offers/{SANTOS}", {"title": title}).json()["actions"]
    assert [(row["field"], row["event_types"]) for row in actions] == [(None, ["OFFER_CHANGED"])]


def test_patch_merges_objects_replaces_arrays_and_deletes_nulls(application: Application) -> None:
    before = application.read(f"/sale/product-offers/{SANTOS}")
    images = before["images"][::-1]
    after = application.patch(SANTOS, {"images": images, "external": None, "location": {"city": "Gniezno"}}).json()
    assert after["images"] == images
    assert "external" not in after
    assert after["location"] == before["location"] | {"city": "Gniezno"}
    assert after["description"] == before["description"]


@pytest.mark.parametrize(
    "patch",
    [
        {"name": "Kawa"},
        {"name": "Kawa ziarnista"},
        {"sellingMode": {"price": {"amount": "-1", "currency": "PLN"}}},
        {"sellingMode": None},
        {"stock": {"available": -3}},
        {"delivery": {"handlingTime": "P6D"}},
        {"images": []},
        {"description": {"sections": "text"}},
        {"publication": {"status": "INACTIVE"}},
        {"publication": "ACTIVE"},
        {"sellingMode": {"price": "12.00"}},
        {"sellingMode": {"price": {"amount": "12.00", "currency": "EUR"}}},
        {"additionalMarketplaces": ["allegro-cz"]},
        {"productSet": []},
        {"delivery": {"shippingRates": "none"}},
    ],
)
def test_patch_that_breaks_a_rule_changes_nothing(application: Application, patch: dict[str, Any]) -> None:
    before = application.read(f"/sale/product-offers/{SANTOS}")
    assert application.patch(SANTOS, patch).status_code == 422
    after = application.read(f"/sale/product-offers/{SANTOS}")
    assert after["updatedAt"] == before["updatedAt"]


def test_same_price_written_otherwise_is_no_change(application: Application) -> None:
    price = application.read(f"/sale/product-offers/{SANTOS}")["sellingMode"]["price"]
    bare = {"sellingMode": {"price": {"amount": float(price["amount"]), "currency": "PLN"}}}
    assert application.patch(SANTOS, bare).json()["sellingMode"]["price"] == price


def test_ending_and_resuming_doubles_the_stock_event(application: Application) -> None:
    mug = "15204920844"
    ended = application.control(f"/offers/{mug}", {"status": "ENDED"}).json()["actions"]
    assert ended[0]["event_types"] == ["OFFER_ENDED"]
    assert application.read(f"/sale/product-offers/{mug}")["publication"]["endedBy"] == "USER"
    edited = application.control(f"/offers/{mug}", {"title": "Kubek termiczny po przerwie"}).json()["actions"]
    assert edited[0]["event_types"] == []
    cursor = all_events(application)[-1]["id"]
    application.control(f"/offers/{mug}", {"status": "ACTIVE"})
    application.move_clock(later(application, 15))
    mine = [event for event in events(application, **{"from": cursor}) if event["offer"]["id"] == mug]
    resumed = [event for event in mine if event["type"] != "OFFER_ENDED"]
    assert sorted(event["type"] for event in resumed) == [
        "OFFER_ACTIVATED",
        "OFFER_STOCK_CHANGED",
        "OFFER_STOCK_CHANGED",
    ]
    assert len({event["occurredAt"] for event in resumed}) == 1


def test_stock_zero_ends_the_offer(application: Application) -> None:
    syrup = application.read("/sale/offers", name="syrop waniliowy")["offers"][0]["id"]
    actions = application.control(f"/offers/{syrup}", {"stock": 0}).json()["actions"]
    assert [(row["field"], row["actor"]) for row in actions] == [("stock", "seller"), ("status", "allegro")]
    assert application.read(f"/sale/product-offers/{syrup}")["publication"]["endedBy"] == "EMPTY_STOCK"
    assert application.control(f"/offers/{syrup}", {"status": "ACTIVE"}).status_code == 422


def test_list_pages_and_counts(application: Application) -> None:
    first = application.read("/sale/offers")
    assert (first["count"], first["totalCount"]) == (20, 42)
    rest = application.read("/sale/offers", limit=1000, offset=20)
    ids = [row["id"] for row in first["offers"] + rest["offers"]]
    assert ids == sorted(set(ids), key=int, reverse=True)
    assert len(ids) == 42


def test_list_filters_by_id_name_status_and_external(application: Application) -> None:
    row = application.read("/sale/offers", offer__id=SANTOS)["offers"][0]
    assert row["id"] == SANTOS
    assert row["additionalMarketplaces"]["allegro-cz"]["sellingMode"]["price"]["currency"] == "CZK"
    assert application.read("/sale/offers", name="SYROP")["totalCount"] == 2
    active = application.read("/sale/offers", publication__status=["ACTIVE", "ENDED"])["totalCount"]
    assert active == 42
    assert application.get("/sale/offers", limit=1001).status_code == 400


def test_statistics_change_only_at_night(application: Application) -> None:
    before = application.read("/sale/offers", offer__id=SANTOS)["offers"][0]["stats"]["visitsCount"]
    assert before > 1000
    application.move_clock("2026-03-03T02:59:00Z")
    application.connect()
    assert application.read("/sale/offers", offer__id=SANTOS)["offers"][0]["stats"]["visitsCount"] == before
    application.move_clock("2026-03-03T03:00:00Z")
    assert application.read("/sale/offers", offer__id=SANTOS)["offers"][0]["stats"]["visitsCount"] != before


def test_parts_hold_what_was_included(application: Application) -> None:
    path = f"/sale/product-offers/{SANTOS}/parts"
    assert set(application.read(path, include="stock")) == {"id", "stock"}
    assert set(application.read(path, include=["price", "stock"])) == {
        "id",
        "stock",
        "sellingMode",
        "additionalMarketplaces",
    }
    assert application.get(path).status_code == 400


def test_unknown_offer_is_404_and_foreign_offer_403(application: Application) -> None:
    unknown = application.get("/sale/product-offers/1")
    assert (unknown.status_code, unknown.json()["errors"][0]["code"]) == (404, "OfferNotFoundException")
    foreign = application.read("/_simulator/truth")["actions"]
    garden = next(row["offer_id"] for row in foreign if row["offer_id"].startswith("163"))
    assert application.get(f"/sale/product-offers/{garden}").status_code == 403


def test_sellers_see_only_their_own(stranger: Application) -> None:
    stranger.connect(GARDEN)
    assert stranger.read("/sale/offers")["totalCount"] == 8
    assert all(event["offer"]["id"].startswith("163") for event in all_events(stranger))


def test_pictures_are_served_by_the_simulator(application: Application) -> None:
    url = application.read(f"/sale/product-offers/{SANTOS}")["images"][0]
    assert url.startswith(f"{application.url}/original/")
    picture = application.session.get(url, timeout=10)
    assert picture.headers["Content-Type"].startswith("image/svg+xml")
