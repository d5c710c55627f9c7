"""Pricing rules, their assignment to offers, and the prices they move."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from allegro.simulator import server
from allegro.simulator.server import RunningSimulator
from tests.simulator.conftest import GARDEN, SANTOS, START, Application
from tests.simulator.seller import connected, made, move_clock, refusal, send, truths

RULES, COMMANDS = "/sale/price-automation/rules", "/sale/offer-price-automation-commands"
MUG, GROUND, POT = "15204920844", "15204934421", "15204975152"
GARDEN_OFFER = "16310440271"
PERCENT = {"changeByPercentage": {"operation": "ADD", "value": "10"}}


@pytest.fixture
def seller(young: RunningSimulator) -> Iterator[Application]:
    yield from connected(young)


@pytest.fixture
def traveller() -> Iterator[Application]:
    """A seller at a simulator of his own, whose clock he may move."""
    running = server.start(seed=7, start=START, prehistory_days=0)
    yield from connected(running)
    running.stop()


def default_rule(application: Application, kind: str) -> str:
    rules = application.read(RULES)["rules"]
    return str(next(row["id"] for row in rules if row["type"] == kind and row["default"]))


def price_range(low: str, high: str, currency: str = "PLN", kind: str = "MARKETPLACE_CURRENCY") -> dict[str, Any]:
    bounds = {"minPrice": {"amount": low, "currency": currency}, "maxPrice": {"amount": high, "currency": currency}}
    return {"priceRange": {"type": kind, **bounds}}


def assignment(rule: str, marketplace: str, configuration: dict[str, Any] | None = None) -> dict[str, Any]:
    row: dict[str, Any] = {"marketplace": {"id": marketplace}, "rule": {"id": rule}}
    return {**row, "configuration": configuration} if configuration else row


def command(application: Application, modification: dict[str, Any], *offers: str) -> list[dict[str, Any]]:
    criteria = [{"type": "CONTAINS_OFFERS", "offers": [{"id": offer} for offer in offers]}]
    answer = made(application, "POST", COMMANDS, {"modification": modification, "offerCriteria": criteria})
    assert answer["completedAt"] is None
    tasks: list[dict[str, Any]] = application.read(f"{COMMANDS}/{answer['id']}/tasks")["tasks"]
    counts = application.read(f"{COMMANDS}/{answer['id']}")["taskCount"]
    failed = len([row for row in tasks if row["status"] == "FAIL"])
    assert counts == {"total": len(tasks), "success": len(tasks) - failed, "failed": failed}
    return tasks


def assign(application: Application, offer: str, *rows: dict[str, Any]) -> list[tuple[str, str]]:
    tasks = command(application, {"set": list(rows)}, offer)
    return [(row["status"], (row["errors"] or [{"code": ""}])[0]["code"]) for row in tasks]


def test_default_rules_are_there_translated_and_fixed(seller: Application) -> None:
    rules = seller.read(RULES)["rules"]
    assert len([row for row in rules if row["default"]]) == 4
    own = default_rule(seller, "EXCHANGE_RATE")
    assert seller.read(f"{RULES}/{own}")["name"] == "Price Converter"
    seller.session.headers["Accept-Language"] = "pl-PL"
    assert seller.read(f"{RULES}/{own}")["name"] == "Przelicznik cen"
    assert send(seller, "PUT", f"{RULES}/{own}", {"name": "Mine"}).status_code == 403
    assert send(seller, "DELETE", f"{RULES}/{own}").status_code == 403


def test_own_rule_is_created_changed_and_deleted(seller: Application, young: RunningSimulator) -> None:
    body = {"name": "Taniej o 2 zł", "type": "FOLLOW_BY_ALLEGRO_MIN_PRICE"}
    amount = {"changeByAmount": {"operation": "SUBTRACT", "values": [{"amount": "2.00", "currency": "PLN"}]}}
    created = made(seller, "POST", RULES, {**body, "configuration": amount})
    assert created["configuration"] == amount
    assert seller.read(f"{RULES}/{created['id']}") == created
    assert send(seller, "POST", RULES, body).status_code == 409
    changed = made(seller, "PUT", f"{RULES}/{created['id']}", {"name": "Równo"})
    assert "configuration" not in changed
    assert changed["type"] == body["type"]
    for gardener in connected(young, GARDEN):
        assert gardener.get(f"{RULES}/{created['id']}").status_code == 404
    assert send(seller, "DELETE", f"{RULES}/{created['id']}").status_code == 204
    assert seller.get(f"{RULES}/{created['id']}").status_code == 404


@pytest.mark.parametrize(
    "body",
    [
        {"name": "x" * 34, "type": "EXCHANGE_RATE"},
        {"name": "", "type": "EXCHANGE_RATE"},
        {"name": "Reguła", "type": "RANDOM"},
        {"name": "Reguła"},
        {"name": "Reguła", "type": "EXCHANGE_RATE", "configuration": {**PERCENT, "changeByAmount": {}}},
        {"name": "Reguła", "type": "EXCHANGE_RATE", "configuration": {"changeByPercentage": {"operation": "DOUBLE"}}},
        {
            "name": "Reguła",
            "type": "EXCHANGE_RATE",
            "configuration": {"changeByPercentage": {"operation": "SUBTRACT", "value": "100"}},
        },
        {
            "name": "Reguła",
            "type": "EXCHANGE_RATE",
            "configuration": {
                "changeByAmount": {"operation": "ADD", "values": [{"amount": "1.00", "currency": "USD"}]}
            },
        },
    ],
)
def test_wrong_rule_is_a_bad_request(seller: Application, body: dict[str, Any]) -> None:
    before = seller.read(RULES)
    assert send(seller, "POST", RULES, body).status_code == 400
    assert seller.read(RULES) == before


def test_assignment_shows_on_the_offer_and_in_the_list(seller: Application) -> None:
    converter = default_rule(seller, "EXCHANGE_RATE")
    follow = default_rule(seller, "FOLLOW_BY_TOP_OFFER_PRICE")
    limits = price_range("10.00", "99.00")
    rows = [assignment(converter, "allegro-cz"), assignment(follow, "allegro-pl", limits)]
    assert assign(seller, MUG, *rows) == [("SUCCESS", ""), ("SUCCESS", "")]
    found = seller.read(f"/sale/price-automation/offers/{MUG}/rules")
    assert [(row["marketplace"]["id"], row["rule"]["id"]) for row in found["rules"]] == [
        ("allegro-cz", converter),
        ("allegro-pl", follow),
    ]
    assert found["rules"][1]["configuration"] == limits
    name = "sellingMode.priceAutomation.rule.id"
    listed = seller.read("/sale/offers", **{name: converter})["offers"]
    assert [row["id"] for row in listed] == [MUG]
    assert listed[0]["sellingMode"]["priceAutomation"] == {"rule": {"id": follow}}
    abroad = listed[0]["additionalMarketplaces"]["allegro-cz"]["sellingMode"]
    assert abroad["priceAutomation"] == {"rule": {"id": converter}}
    on_poland = {"publication.marketplace": "allegro-pl", name: converter}
    assert seller.read("/sale/offers", **on_poland)["totalCount"] == 0
    total = seller.read("/sale/offers")["totalCount"]
    assert seller.read("/sale/offers", **{f"{name}.empty": "false"})["totalCount"] == 1
    assert seller.read("/sale/offers", **{f"{name}.empty": "true"})["totalCount"] == total - 1
    assert [row["marketplace"] for row in truths(seller, "price_rule", MUG)] == ["allegro-cz", "allegro-pl"]


def test_assignment_that_does_not_suit_fails_as_a_task(seller: Application) -> None:
    converter = default_rule(seller, "EXCHANGE_RATE")
    follow = default_rule(seller, "FOLLOW_BY_ALLEGRO_MIN_PRICE")
    amount = {"changeByAmount": {"operation": "ADD", "values": [{"amount": "2.00", "currency": "PLN"}]}}
    body = {"name": "Tylko złote", "type": "FOLLOW_BY_MARKET_MIN_PRICE", "configuration": amount}
    zloty = made(seller, "POST", RULES, body)["id"]
    czech = price_range("100.00", "900.00", "CZK")
    base = price_range("1.00", "9.00", kind="BASE_MARKETPLACE_CURRENCY")
    wrong = [
        (assignment(converter, "allegro-pl"), "RuleNotAllowedException"),
        (assignment(converter, "allegro-cz", czech), "RuleNotAllowedException"),
        (assignment(zloty, "allegro-cz", czech), "RuleNotAllowedException"),
        (assignment(follow, "allegro-pl"), "PriceRangeMissingException"),
        (assignment(follow, "allegro-pl", czech), "InvalidCurrency"),
        (assignment(follow, "allegro-pl", price_range("9.00", "1.00")), "ConstraintViolationException"),
        (assignment(follow, "allegro-pl", base), "ConstraintViolationException"),
        (assignment(follow, "allegro-hu", czech), "MarketplaceNotFoundException"),
        (assignment("nowhere", "allegro-pl", czech), "RuleNotFoundException"),
    ]
    assert assign(seller, POT, *(row for row, _ in wrong)) == [("FAIL", code) for _, code in wrong]
    assert assign(seller, GARDEN_OFFER, assignment(converter, "allegro-cz")) == [("FAIL", "OfferNotFoundException")]
    assert seller.read(f"/sale/price-automation/offers/{POT}/rules")["rules"] == []


def test_command_id_is_used_once(seller: Application, young: RunningSimulator) -> None:
    criteria = [{"type": "CONTAINS_OFFERS", "offers": [{"id": MUG}]}]
    remove = {"remove": [{"marketplace": {"id": "allegro-pl"}}]}
    body = {"id": str(uuid4()), "modification": remove, "offerCriteria": criteria}
    assert made(seller, "POST", COMMANDS, body)["id"] == body["id"]
    assert send(seller, "POST", COMMANDS, body).status_code == 409
    assert send(seller, "POST", COMMANDS, {**body, "id": "one"}).status_code == 400
    empty = {"modification": remove, "offerCriteria": []}
    assert refusal(send(seller, "POST", COMMANDS, empty)) == (422, "ConstraintViolationException")
    for gardener in connected(young, GARDEN):
        assert gardener.get(f"{COMMANDS}/{body['id']}").status_code == 403


def automatic_moves(application: Application, offer_id: str, marketplace: str) -> list[dict[str, Any]]:
    moves = truths(application, "price", offer_id)
    return [row for row in moves if row["actor"] == "allegro" and row["marketplace"] == marketplace]


def test_converter_moves_the_price_at_the_start_of_business_days(traveller: Application) -> None:
    body = {"name": "Czechy plus 10%", "type": "EXCHANGE_RATE", "configuration": PERCENT}
    rule = made(traveller, "POST", RULES, body)["id"]
    move_clock(traveller, "2026-03-06T12:00:00Z")  # a Friday
    assign(traveller, MUG, assignment(rule, "allegro-cz"))
    before = len(automatic_moves(traveller, MUG, "allegro-cz"))
    move_clock(traveller, "2026-03-08T22:59:00Z")
    assert len(automatic_moves(traveller, MUG, "allegro-cz")) == before
    move_clock(traveller, "2026-03-08T23:00:20Z")
    move = automatic_moves(traveller, MUG, "allegro-cz")[-1]
    assert move["at"] == "2026-03-08T23:00:01.000000Z"
    base = float(traveller.read("/sale/offers", **{"offer.id": MUG})["offers"][0]["sellingMode"]["price"]["amount"])
    assert base * 5.85 * 1.1 * 0.97 < float(move["new"]["amount"]) < base * 5.85 * 1.1 * 1.03
    event = traveller.read("/sale/offer-events", type="OFFER_PRICE_CHANGED", limit=1000)["offerEvents"][-1]
    assert event["offer"]["id"] == MUG
    assert event["offer"]["marketplaces"] == [{"id": "allegro-cz", "changeType": "AUTOMATIC"}]


def test_price_abroad_with_a_rule_does_not_follow_an_edit_of_the_base_price(seller: Application) -> None:
    def czech() -> Any:
        abroad = seller.read(f"/sale/product-offers/{POT}")["additionalMarketplaces"]
        return abroad["allegro-cz"]["sellingMode"]["price"]

    def reprice(amount: str) -> None:
        seller.patch(POT, {"sellingMode": {"price": {"amount": amount, "currency": "PLN"}}})

    rule = made(seller, "POST", RULES, {"name": "Kawiarka za granicą", "type": "EXCHANGE_RATE"})["id"]
    assign(seller, POT, assignment(rule, "allegro-cz"))
    before = czech()
    reprice("77.00")
    assert czech() == before
    command(seller, {"remove": [{"marketplace": {"id": "allegro-cz"}}]}, POT)
    reprice("78.00")
    assert czech() != before


def test_followed_price_stays_in_its_range_until_the_rule_is_removed(traveller: Application) -> None:
    follow = default_rule(traveller, "FOLLOW_BY_ALLEGRO_MIN_PRICE")
    assign(traveller, GROUND, assignment(follow, "allegro-pl", price_range("43.00", "45.00")))
    move_clock(traveller, "2026-03-07T12:00:00Z")
    amounts = {row["new"]["amount"] for row in automatic_moves(traveller, GROUND, "allegro-pl")}
    assert amounts
    assert all(43 <= float(amount) <= 45 for amount in amounts)
    moved = len(automatic_moves(traveller, GROUND, "allegro-pl"))
    command(traveller, {"remove": [{"marketplace": {"id": "allegro-pl"}}]}, GROUND)
    assert traveller.read(f"/sale/price-automation/offers/{GROUND}/rules")["rules"] == []
    move_clock(traveller, "2026-03-11T12:00:00Z")
    assert len(automatic_moves(traveller, GROUND, "allegro-pl")) == moved


def test_deleted_rule_leaves_its_offers(seller: Application) -> None:
    rule = made(seller, "POST", RULES, {"name": "Na chwilę", "type": "EXCHANGE_RATE"})["id"]
    assign(seller, SANTOS, assignment(rule, "allegro-cz"))
    made(seller, "PUT", f"{RULES}/{rule}", {"name": "Na dłużej", "configuration": PERCENT})
    send(seller, "DELETE", f"{RULES}/{rule}")
    assert seller.read(f"/sale/price-automation/offers/{SANTOS}/rules")["rules"] == []
    seen = [row["new"] and row["new"]["rule"]["name"] for row in truths(seller, "price_rule", SANTOS)]
    assert seen == ["Na chwilę", "Na dłużej", None]


def test_moves_are_the_same_after_a_restart_and_in_other_steps(tmp_path: Path) -> None:
    first = server.start(seed=7, start=START, prehistory_days=0, state=tmp_path)
    for seller in connected(first):
        rule = default_rule(seller, "FOLLOW_BY_MARKET_MIN_PRICE")
        assign(seller, MUG, assignment(rule, "allegro-pl", price_range("1.00", "999.00")))
        move_clock(seller, "2026-03-03T12:00:00Z")
        move_clock(seller, "2026-03-04T12:00:00Z")
        moves = automatic_moves(seller, MUG, "allegro-pl")
    first.stop()
    second = server.start(state=tmp_path)
    for seller in connected(second):
        assert automatic_moves(seller, MUG, "allegro-pl") == moves
    second.stop()
    assert len(moves) == 2
