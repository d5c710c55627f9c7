"""Batch commands: publication, prices and quantities of many offers."""

from collections.abc import Iterator
from typing import Any

import pytest

from allegro.simulator import server
from allegro.simulator.catalogue import ARTICLES
from tests.simulator.conftest import GARDEN, SANTOS, START, Application
from tests.simulator.test_offer_writes import create, kinds, quirk, send, status_of

GRINDER, SECATEURS = ARTICLES[1].offer_id, ARTICLES[42].offer_id
COMMAND = "3d4c7c52-9d0e-4b6a-8c11-5a2e90b7d4{:02d}"
PUBLICATION, PRICE, QUANTITY = (
    f"/sale/offer-{name}-commands" for name in ("publication", "price-change", "quantity-change")
)


@pytest.fixture
def seller() -> Iterator[Application]:
    simulator = server.start(seed=7, start=START, prehistory_days=2)
    application = Application(simulator.url)
    application.connect()
    quirk(application, "processing", how="at_once")
    yield application
    application.session.close()
    simulator.stop()


def command(number: int, *offers: str, **body: Any) -> tuple[str, dict[str, Any]]:
    criteria = [{"type": "CONTAINS_OFFERS", "offers": [{"id": offer} for offer in offers]}]
    return COMMAND.format(number), {"offerCriteria": criteria, **body}


def put(application: Application, path: str, key: str, body: Any) -> int:
    return send(application, "PUT", f"{path}/{key}", body).status_code


def assert_done(application: Application, path: str, offer: str) -> None:
    assert application.read(path)["taskCount"] == {"total": 1, "success": 1, "failed": 0}
    tasks = application.read(f"{path}/tasks")["tasks"]
    assert [(task["offer"]["id"], task["status"]) for task in tasks] == [(offer, "SUCCESS")]


def test_offers_are_ended_and_published_in_a_while_and_failures_are_told(seller: Application) -> None:
    draft = create(seller)["id"]
    empty = create(seller, stock={"available": 0})["id"]
    key, body = command(1, SANTOS, SECATEURS, publication={"action": "END"})
    assert put(seller, PUBLICATION, key, body) == 201
    assert put(seller, PUBLICATION, key, body) == 409
    report = seller.read(f"{PUBLICATION}/{key}")
    assert (report["completedAt"], report["taskCount"]) == (None, {"total": 2, "success": 0, "failed": 0})
    second, body = command(2, draft, empty, publication={"action": "ACTIVATE"})
    assert put(seller, PUBLICATION, second, body) == 201
    seller.move_clock("2026-03-02T08:02:00Z")
    assert seller.read(f"{PUBLICATION}/{key}")["taskCount"] == {"total": 2, "success": 1, "failed": 1}
    tasks = seller.read(f"{PUBLICATION}/{key}/tasks")["tasks"]
    assert [(task["offer"]["id"], task["status"]) for task in tasks] == [(SANTOS, "SUCCESS"), (SECATEURS, "FAIL")]
    assert tasks[1]["errors"][0]["code"] == "OfferNotFoundException"
    assert [task["status"] for task in seller.read(f"{PUBLICATION}/{second}/tasks")["tasks"]] == ["SUCCESS", "FAIL"]
    assert (status_of(seller, SANTOS), status_of(seller, draft)) == ("ENDED", "ACTIVE")
    assert kinds(seller, SANTOS)[-1] == "OFFER_ENDED"


@pytest.mark.parametrize(
    ("modification", "amount"),
    [
        ({"type": "FIXED_PRICE", "price": {"amount": "60.00", "currency": "PLN"}}, "60.00"),
        ({"type": "DECREASE_PRICE", "value": {"amount": "9.90", "currency": "PLN"}}, "109.10"),
        ({"type": "INCREASE_PERCENTAGE", "percentage": "10"}, "130.90"),
    ],
)
def test_prices_are_set_or_shifted(seller: Application, modification: Any, amount: str) -> None:
    seller.control(f"/offers/{GRINDER}", {"price": "119.00"})
    key, body = command(3, GRINDER, modification=modification)
    assert put(seller, PRICE, key, body) == 201
    seller.move_clock("2026-03-02T08:01:00Z")
    assert_done(seller, f"{PRICE}/{key}", GRINDER)
    assert seller.read(f"/sale/product-offers/{GRINDER}")["sellingMode"]["price"]["amount"] == amount


def test_quantities_are_set_or_gained(seller: Application) -> None:
    for number, (kind, value) in enumerate((("FIXED", 500), ("GAIN", -100))):
        key, body = command(number, GRINDER, modification={"changeType": kind, "value": value})
        assert put(seller, QUANTITY, key, body) == 201
        seller.move_clock(f"2026-03-02T08:0{number + 1}:00Z")
        assert_done(seller, f"{QUANTITY}/{key}", GRINDER)
    assert 350 < seller.read(f"/sale/product-offers/{GRINDER}")["stock"]["available"] <= 400
    key, body = command(9, GRINDER, modification={"changeType": "FIXED", "value": 0})
    assert put(seller, QUANTITY, key, body) == 422
    assert send(seller, "GET", f"{QUANTITY}/{key}").status_code == 404


def test_a_command_is_its_sellers_own(seller: Application) -> None:
    key, body = command(5, SANTOS, publication={"action": "END"})
    put(seller, PUBLICATION, key, body)
    assert send(seller, "GET", f"{PRICE}/{key}").status_code == 404
    seller.connect(GARDEN)
    assert send(seller, "GET", f"{PUBLICATION}/{key}").status_code == 404
    assert put(seller, PUBLICATION, COMMAND.format(6), {"offerCriteria": []}) == 422
