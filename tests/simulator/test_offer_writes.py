"""Making, changing, ending and deleting offers as an application does it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from allegro.simulator import server
from allegro.simulator.answers import PUBLIC
from allegro.simulator.catalogue import ARTICLES
from allegro.simulator.server import RunningSimulator
from tests.simulator.conftest import COFFEE, GARDEN, SANTOS, START, Application

YERBA = ARTICLES[28].offer_id  # no story and no repricer knows it
PRICE = {"amount": "49.90", "currency": "PLN"}


@pytest.fixture
def fresh() -> Iterator[RunningSimulator]:
    simulator = server.start(seed=7, start=START, prehistory_days=2)
    yield simulator
    simulator.stop()


@pytest.fixture
def seller(fresh: RunningSimulator) -> Iterator[Application]:
    application = Application(fresh.url)
    application.connect()
    quirk(application, "processing", how="at_once")
    yield application
    application.session.close()


def quirk(application: Application, kind: str, **body: Any) -> None:
    answer = application.control("/quirks", {"kind": kind, **body})
    assert answer.status_code == 200, answer.text


def send(application: Application, method: str, path: str, body: Any = None) -> requests.Response:
    return application.session.request(
        method,
        application.url + path,
        json=body,
        headers={"Content-Type": PUBLIC},
        timeout=10,
        allow_redirects=False,
    )


def product_id(application: Application) -> str:
    return str(application.read(f"/sale/product-offers/{SANTOS}")["productSet"][0]["product"]["id"])


def whole_offer(application: Application, status: str = "INACTIVE", **more: Any) -> dict[str, Any]:
    return {
        "productSet": [{"product": {"id": product_id(application)}}],
        "sellingMode": {"price": PRICE},
        "stock": {"available": 5},
        "delivery": {"handlingTime": "PT24H", "shippingRates": {"name": "Standard"}},
        "publication": {"status": status},
        **more,
    }


def create(application: Application, status: str = "INACTIVE", **more: Any) -> dict[str, Any]:
    answer = send(application, "POST", "/sale/product-offers", whole_offer(application, status, **more))
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


def kinds(application: Application, offer_id: str) -> list[str]:
    events = application.read("/sale/offer-events", limit=1000)["offerEvents"]
    return [event["type"] for event in events if event["offer"]["id"] == offer_id]


def truth(application: Application, offer_id: str) -> list[tuple[Any, ...]]:
    actions = application.read("/_simulator/truth", offer_id=offer_id)["actions"]
    return [(row["field"], row["old"], row["new"], tuple(row["event_types"])) for row in actions]


def status_of(application: Application, offer_id: str) -> str:
    return str(application.read(f"/sale/product-offers/{offer_id}")["publication"]["status"])


def error_codes(answer: requests.Response) -> set[str]:
    return {error["code"] for error in answer.json()["errors"]}


def test_an_offer_from_a_product_takes_over_its_content_and_the_sellers_settings(seller: Application) -> None:
    offer = create(seller)
    known = seller.read(f"/sale/product-offers/{SANTOS}")
    assert offer["name"] == known["name"]
    assert offer["category"] == known["category"]
    assert offer["productSet"][0]["product"] == known["productSet"][0]["product"]
    assert offer["productSet"][0]["quantity"] == {"value": 1}
    assert offer["images"]
    assert offer["location"] == known["location"]
    assert offer["delivery"]["shippingRates"] == known["delivery"]["shippingRates"]
    assert offer["validation"]["errors"] == []
    assert "external" not in offer
    assert seller.read(f"/sale/product-offers/{offer['id']}")["name"] == offer["name"]


def test_a_draft_is_listed_without_statistics_and_emits_nothing(seller: Application) -> None:
    before = seller.read("/sale/offers")["totalCount"]
    offer = create(seller)
    seller.move_clock("2026-03-03T08:00:00Z")
    seller.connect()
    row = seller.read("/sale/offers", publication__status="INACTIVE")["offers"][0]
    assert (row["id"], row["stock"]["sold"], row["stats"]) == (offer["id"], 0, {"watchersCount": 0, "visitsCount": 0})
    assert seller.read("/sale/offers")["totalCount"] == before + 1
    assert kinds(seller, offer["id"]) == []
    assert truth(seller, offer["id"]) == [("status", None, "INACTIVE", ())]


def test_an_incomplete_draft_is_kept_with_its_errors_and_refused_as_active(seller: Application) -> None:
    body = {"name": "Kawa", "stock": {"available": 1}, "publication": {"status": "INACTIVE"}}
    draft = send(seller, "POST", "/sale/product-offers", body)
    assert draft.status_code == 201
    paths = {error["path"] for error in draft.json()["validation"]["errors"]}
    assert {"name", "sellingMode.price", "category.id", "productSet", "images", "delivery.handlingTime"} <= paths
    offer_id = draft.json()["id"]
    assert {row["id"] for row in seller.read("/sale/offers", publication__status="INACTIVE")["offers"]} == {offer_id}
    assert seller.read(f"/sale/product-offers/{offer_id}/parts", include="price")["sellingMode"] == {"price": None}
    body["publication"]["status"] = "ACTIVE"  # type: ignore[index]
    refused = send(seller, "POST", "/sale/product-offers", body)
    assert refused.status_code == 422
    assert len(refused.json()["errors"]) > 4
    activated = seller.patch(offer_id, {"publication": {"status": "ACTIVE"}})
    assert activated.status_code == 422
    assert status_of(seller, offer_id) == "INACTIVE"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"stock": None}, "RequiredFieldMissing"),
        ({"parametres": []}, "UnknownJSONProperty"),
        ({"sellingMode": {"price": PRICE, "netPrice": PRICE}}, "UnknownJSONProperty"),
        ({"productSet": [{"product": {"id": "0f2a7c52-9d0e-4b6a-8c11-5a2e90b7d401"}}]}, "ProductNotFoundException"),
        ({"productSet": [{"product": {"name": "Kawa"}}]}, "IncompleteProduct"),
        ({"productSet": "kawa"}, "JsonMappingException"),
        ({"external": "361"}, "JsonMappingException"),
        ({"images": {"url": "https://shop.example.org/1.jpg"}}, "JsonMappingException"),
        ({"stock": {"available": "many"}}, "InvalidStock"),
        ({"publication": {"status": "ENDED"}}, "InvalidPublicationStatus"),
        ({"publication": {"startingAt": "soon"}}, "JsonMappingException"),
        ({"delivery": {"shippingRates": {"name": "Gołębie"}}}, "ShippingRatesNotFoundException"),
        ({"additionalMarketplaces": {"allegro-us": {}}}, "UnsupportedAdditionalMarketplaceException"),
    ],
)
def test_what_cannot_be_read_is_refused_even_as_a_draft(young: RunningSimulator, change: Any, code: str) -> None:
    application = Application(young.url)
    application.connect()
    before = application.read("/sale/offers")["totalCount"]
    answer = send(application, "POST", "/sale/product-offers", whole_offer(application) | change)
    assert (answer.status_code, error_codes(answer)) == (422, {code})
    assert application.read("/sale/offers")["totalCount"] == before
    application.session.close()


def test_unknown_properties_are_named(seller: Application) -> None:
    answer = seller.patch(SANTOS, {"parametres": [], "sellingMode": {"netPrice": PRICE}})
    metadata = answer.json()["errors"][0]["metadata"]
    assert metadata == {"unknownProperties": "...parametres, sellingMode.netPrice"}


def test_a_product_of_its_own_is_proposed_and_found_again(seller: Application) -> None:
    product = {
        "name": "Łyżka drewniana do miodu",
        "category": {"id": "320145"},
        "parameters": [{"name": "Marka", "values": ["Dębina"]}],
        "images": ["https://shop.example.org/spoon.jpg"],
    }
    first = create(seller, productSet=[{"product": product}])
    shown = first["productSet"][0]["product"]
    assert shown["publication"] == {"status": "PROPOSED"}
    assert shown["parameters"][0]["id"] == "248811"
    assert first["images"][0].startswith(f"{seller.url}/original/")
    second = create(seller, productSet=[{"product": {"id": shown["id"]}}])
    assert second["name"] == first["name"]
    assert int(second["id"]) > int(first["id"])


def test_an_offer_is_activating_for_some_seconds_and_then_on_sale(seller: Application) -> None:
    offer = create(seller, "ACTIVE")
    assert offer["publication"]["status"] == "ACTIVATING"
    seller.move_clock("2026-03-02T08:01:00Z")
    assert status_of(seller, offer["id"]) == "ACTIVE"
    assert kinds(seller, offer["id"]) == ["OFFER_ACTIVATED"]
    assert truth(seller, offer["id"]) == [
        ("status", None, "ACTIVATING", ()),
        ("status", "ACTIVATING", "ACTIVE", ("OFFER_ACTIVATED",)),
    ]
    # An offer that was on sale is never a draft again, and cannot be deleted.
    assert seller.patch(offer["id"], {"publication": {"status": "INACTIVE"}}).status_code == 422
    deleted = send(seller, "DELETE", f"/sale/offers/{offer['id']}")
    assert (deleted.status_code, error_codes(deleted)) == (400, {"CannotDeleteOfferException"})


def test_a_planned_offer_waits_for_its_start_and_ends_after_its_duration(seller: Application) -> None:
    planned = {"status": "ACTIVE", "startingAt": "2026-03-03T10:00:00Z", "duration": "PT72H"}
    offer_id = create(seller, publication=planned)["id"]
    seller.move_clock("2026-03-03T09:59:00Z")
    seller.connect()
    assert status_of(seller, offer_id) == "ACTIVATING"
    seller.move_clock("2026-03-03T10:00:00Z")
    assert seller.read(f"/sale/product-offers/{offer_id}")["publication"]["endingAt"] == "2026-03-06T10:00:00.000Z"
    seller.move_clock("2026-03-06T10:00:00Z")
    seller.connect()
    publication = seller.read(f"/sale/product-offers/{offer_id}")["publication"]
    assert (publication["status"], publication["endedBy"]) == ("ENDED", "EXPIRATION")


def test_edits_of_a_draft_emit_nothing_and_activation_follows_by_patch(seller: Application) -> None:
    offer_id = create(seller)["id"]
    assert seller.patch(offer_id, {"name": "Kawa ziarnista z Kujaw", "stock": {"available": 9}}).status_code == 200
    assert seller.patch(offer_id, {"description": None}).json()["validation"]["errors"][0]["path"] == (
        "description.sections"
    )
    assert seller.patch(offer_id, {"publication": {"status": "ACTIVE"}}).status_code == 422
    text = {"sections": [{"items": [{"type": "TEXT", "content": "<p>Kawa.</p>"}]}]}
    answer = seller.patch(offer_id, {"description": text, "publication": {"status": "ACTIVE"}})
    assert answer.json()["publication"]["status"] == "ACTIVATING"
    seller.move_clock("2026-03-02T08:01:00Z")
    assert kinds(seller, offer_id) == ["OFFER_ACTIVATED"]
    assert [row[0] for row in truth(seller, offer_id)] == [
        "status", "title", "stock", "description", "description", "status", "status",
    ]  # fmt: skip


def test_empty_stock_ends_and_only_activation_brings_back(seller: Application) -> None:
    offer_id = create(seller, "ACTIVE")["id"]
    seller.move_clock("2026-03-02T08:01:00Z")
    ended = seller.patch(offer_id, {"stock": {"available": 0}}).json()["publication"]
    assert (ended["status"], ended["endedBy"]) == ("ENDED", "EMPTY_STOCK")
    assert seller.patch(offer_id, {"publication": {"status": "ACTIVE"}}).status_code == 422
    assert seller.patch(offer_id, {"stock": {"available": 3}}).json()["publication"]["status"] == "ENDED"
    assert seller.patch(offer_id, {"publication": {"status": "ACTIVE"}}).json()["publication"]["status"] == "ACTIVE"
    seller.move_clock("2026-03-02T08:02:00Z")
    assert sorted(kinds(seller, offer_id)) == sorted(
        ["OFFER_ACTIVATED", "OFFER_STOCK_CHANGED", "OFFER_ENDED", "OFFER_ACTIVATED", *["OFFER_STOCK_CHANGED"] * 2]
    )


def test_a_republished_offer_begins_anew_with_its_initial_stock(seller: Application) -> None:
    initial = seller.read(f"/sale/product-offers/{SANTOS}")["stock"]["available"]
    seller.patch(SANTOS, {"stock": {"available": 1}, "publication": {"republish": True}})
    seller.move_clock("2026-03-02T22:00:00Z")
    seller.connect()
    statuses = [(old, new, events) for field, old, new, events in truth(seller, SANTOS) if field == "status"]
    assert statuses[:2] == [("ACTIVE", "ENDED", ("OFFER_ENDED",)), ("ENDED", "ACTIVE", ("OFFER_ACTIVATED",))]
    actions = seller.read("/_simulator/truth", offer_id=SANTOS)["actions"]
    (pieces,) = {row["new"] for row in actions if row["actor"] == "allegro" and row["field"] == "stock"}
    assert pieces >= initial


def test_sixty_days_archive_what_was_ended_and_delete_untouched_drafts(seller: Application) -> None:
    seller.patch(YERBA, {"publication": {"status": "ENDED"}})
    left, touched = create(seller)["id"], create(seller)["id"]
    seller.move_clock("2026-03-20T08:00:00Z")
    seller.connect()
    seller.patch(touched, {"stock": {"available": 7}})
    seller.move_clock("2026-05-01T07:59:00Z")
    seller.connect()
    assert (status_of(seller, YERBA), status_of(seller, left)) == ("ENDED", "INACTIVE")
    before = seller.read("/sale/offers")["totalCount"]
    seller.move_clock("2026-05-01T08:00:30Z")
    for gone in (YERBA, left):
        answer = seller.get(f"/sale/product-offers/{gone}")
        assert (answer.status_code, error_codes(answer)) == (404, {"OfferNotFoundException"})
    assert seller.read("/sale/offers")["totalCount"] == before - 2
    assert status_of(seller, touched) == "INACTIVE"
    assert (kinds(seller, YERBA)[-1], kinds(seller, left)) == ("OFFER_ARCHIVED", [])
    assert truth(seller, YERBA)[-1] == ("status", "ENDED", "ARCHIVED", ("OFFER_ARCHIVED",))
    assert truth(seller, left)[-1] == ("status", "INACTIVE", None, ())


def test_a_draft_is_deleted_by_hand_without_an_event(seller: Application) -> None:
    offer_id = create(seller)["id"]
    assert send(seller, "DELETE", f"/sale/offers/{offer_id}").status_code == 204
    assert seller.get(f"/sale/product-offers/{offer_id}").status_code == 404
    assert send(seller, "DELETE", f"/sale/offers/{offer_id}").status_code == 404
    assert seller.control(f"/offers/{offer_id}", {"stock": 3}).status_code == 422
    seller.move_clock("2026-03-02T08:01:00Z")
    assert kinds(seller, offer_id) == []


def test_an_accepted_offer_is_a_draft_until_its_operation_is_done(seller: Application) -> None:
    quirk(seller, "processing", how="later", seconds=90)
    accepted = send(seller, "POST", "/sale/product-offers", whole_offer(seller, "ACTIVE"))
    offer_id, operation = accepted.json()["id"], accepted.headers["Location"].removeprefix(seller.url)
    assert (accepted.status_code, accepted.headers["Retry-After"]) == (202, "90")
    assert operation.startswith(f"/sale/product-offers/{offer_id}/operations/")
    assert status_of(seller, offer_id) == "INACTIVE"
    seller.move_clock("2026-03-02T08:01:00Z")
    running = send(seller, "GET", operation)
    assert (running.status_code, running.headers["Retry-After"]) == (202, "30")
    assert running.json()["operation"]["status"] == "IN_PROGRESS"
    seller.move_clock("2026-03-02T08:01:30Z")
    done = send(seller, "GET", operation)
    assert (done.status_code, done.headers["Location"]) == (303, f"{seller.url}/sale/product-offers/{offer_id}")
    assert status_of(seller, offer_id) == "ACTIVE"
    assert send(seller, "GET", f"/sale/product-offers/{offer_id}/operations/none").status_code == 404


def test_an_accepted_patch_shows_when_it_is_done_and_holds_back_others(seller: Application) -> None:
    quirk(seller, "processing", how="later", seconds=60)
    accepted = seller.patch(SANTOS, {"name": "Kawa ziarnista w nowym worku"})
    old = accepted.json()["name"]
    assert accepted.status_code == 202
    assert "title" not in {row[0] for row in truth(seller, SANTOS)}
    second = seller.patch(SANTOS, {"stock": {"available": 1}})
    assert (second.status_code, error_codes(second)) == (409, {"OfferConflictException"})
    assert seller.patch(SANTOS, {"name": "Kawa"}).status_code == 409
    seller.move_clock("2026-03-02T08:00:59Z")
    assert seller.read(f"/sale/product-offers/{SANTOS}")["name"] == old
    seller.move_clock("2026-03-02T08:01:00Z")
    action = next(
        row for row in seller.read("/_simulator/truth", offer_id=SANTOS)["actions"] if row["field"] == "title"
    )
    assert (action["at"], action["event_types"]) == ("2026-03-02T08:01:00.000000Z", ["OFFER_CHANGED"])
    assert seller.patch(SANTOS, {"name": "Kawa"}).status_code == 422


def test_an_operation_that_became_impossible_answers_422(seller: Application) -> None:
    offer_id = create(seller)["id"]
    quirk(seller, "processing", how="later", seconds=60)
    operation = seller.patch(offer_id, {"publication": {"status": "ACTIVE"}}).headers["Location"]
    assert seller.control(f"/offers/{offer_id}", {"stock": 0}).status_code == 200
    seller.move_clock("2026-03-02T08:01:00Z")
    failed = send(seller, "GET", operation.removeprefix(seller.url))
    assert (failed.status_code, error_codes(failed)) == (422, {"EmptyStock"})


def test_some_writes_are_only_accepted_by_the_seed(seller: Application) -> None:
    quirk(seller, "processing", on=False)
    statuses = [
        send(seller, "POST", "/sale/product-offers", whole_offer(seller, "ACTIVE")).status_code for _ in range(12)
    ]
    assert set(statuses) == {201, 202}


def test_strangers_may_not_write(seller: Application) -> None:
    offer_id = create(seller)["id"]
    seller.connect(GARDEN)
    assert seller.patch(offer_id, {"stock": {"available": 1}}).status_code == 403
    assert send(seller, "DELETE", f"/sale/offers/{offer_id}").status_code == 403
    seller.connect(COFFEE, scope="allegro:api:sale:offers:read")
    assert send(seller, "POST", "/sale/product-offers", {}).status_code == 403


def test_written_offers_survive_a_restart(tmp_path: Path) -> None:
    first = server.start(prehistory_days=2, start=START, state=tmp_path)
    application = Application(first.url)
    application.connect()
    offer_id = create(application)["id"]
    quirk(application, "processing", how="later", seconds=60)
    application.patch(offer_id, {"publication": {"status": "ACTIVE"}})
    application.move_clock("2026-03-02T08:02:00Z")
    bearer, shown = application.session.headers["Authorization"], truth(application, offer_id)
    application.session.close()
    first.stop()
    second = server.start(state=tmp_path)
    again = Application(second.url)
    again.session.headers["Authorization"] = bearer
    assert truth(again, offer_id) == shown
    assert status_of(again, offer_id) == "ACTIVE"
    again.session.close()
    second.stop()
