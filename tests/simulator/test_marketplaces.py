"""The same offers sold abroad: prices, demand, orders and reports per marketplace and currency."""

from collections import Counter
from datetime import timedelta
from decimal import Decimal
from io import BytesIO
from typing import Any

import pytest
from openpyxl import load_workbook

from allegro.simulator.catalogue import CURRENCIES
from allegro.simulator.demand import home_of
from allegro.simulator.documents import converted
from allegro.simulator.exports.sales_by_offer import sales_by_offer
from allegro.simulator.exports.scope import Scope
from allegro.simulator.exports.views import true_view
from allegro.simulator.genesis import new_world
from allegro.simulator.instants import DAY, parse_instant
from allegro.simulator.orders import checkout_form
from allegro.simulator.sales import sold_lines
from allegro.simulator.server import RunningSimulator
from allegro.simulator.world import World
from tests.simulator.conftest import COFFEE, GARDEN, SANTOS, START, Application

LAMPS, SOIL = "16310521733", "16310467425"  # on all four marketplaces; on allegro-pl and allegro-sk only
ABROAD = ("allegro-cz", "allegro-sk", "allegro-hu")


@pytest.fixture(scope="module")
def running(young: RunningSimulator) -> RunningSimulator:
    """The tests over HTTP ask nothing of the past."""
    return young


@pytest.fixture
def gardener(stranger: Application) -> Application:
    """An application connected to the garden seller."""
    stranger.connect(GARDEN)
    return stranger


@pytest.fixture(scope="module")
def lived() -> World:
    """A world with seven weeks behind it."""
    world = new_world(7, parse_instant(START))
    world.advance(world.now + 14 * DAY)
    return world


def prices(application: Application, offer_id: str) -> dict[str, tuple[str, str]]:
    """Return amount and currency by additional marketplace."""
    parts = application.read(f"/sale/product-offers/{offer_id}/parts", include="price")["additionalMarketplaces"]
    found = {name: part["sellingMode"]["price"] for name, part in parts.items()}
    return {name: (price["amount"], price["currency"]) for name, price in found.items()}


def edit(application: Application, offer_id: str, short: dict[str, Any]) -> list[dict[str, Any]]:
    """Edit an offer over the control interface and return the truth actions."""
    answer = application.control(f"/offers/{offer_id}", short)
    assert answer.status_code == 200, answer.text
    return list(answer.json()["actions"])


@pytest.mark.parametrize(
    ("marketplace", "expected"), [("allegro-cz", "585"), ("allegro-sk", "23.50"), ("allegro-hu", "9140")]
)
def test_each_currency_is_rounded_its_own_way(marketplace: str, expected: str) -> None:
    assert converted(Decimal(100), marketplace) == Decimal(expected)
    odd = converted(Decimal("74.93"), marketplace)
    assert odd == odd.quantize(Decimal("0.01") if marketplace == "allegro-sk" else Decimal(1))
    assert converted(Decimal(100), marketplace, Decimal("0.01")) > Decimal(expected)


def test_prices_abroad_follow_the_base_price_by_the_converter(gardener: Application) -> None:
    actions = edit(gardener, LAMPS, {"price": "80"})
    assert prices(gardener, LAMPS) == {
        "allegro-cz": ("468.00", "CZK"),
        "allegro-sk": ("18.80", "EUR"),
        "allegro-hu": ("7312.00", "HUF"),
    }
    assert {row["marketplace"]: row["actor"] for row in actions} == {
        "allegro-pl": "seller",
        **dict.fromkeys(ABROAD, "allegro"),
    }
    gardener.move_clock("2026-03-02T08:00:30Z")
    events = gardener.read("/sale/offer-events", type="OFFER_PRICE_CHANGED", limit=1000)["offerEvents"]
    newest = next(event for event in reversed(events) if event["offer"]["id"] == LAMPS)
    assert newest["offer"]["marketplaces"] == [
        {"id": "allegro-pl", "changeType": "MANUAL"},
        *({"id": name, "changeType": "AUTOMATIC"} for name in ABROAD),
    ]


def test_price_named_in_the_edit_is_not_converted(gardener: Application) -> None:
    edit(gardener, LAMPS, {"price": "60"})
    actions = edit(gardener, LAMPS, {"prices": {"allegro-pl": "100", "allegro-sk": "21,99"}})
    assert prices(gardener, LAMPS) == {
        "allegro-cz": ("585.00", "CZK"),
        "allegro-sk": ("21.99", "EUR"),
        "allegro-hu": ("9140.00", "HUF"),
    }
    actors = {row["marketplace"]: row["actor"] for row in actions}
    assert (actors["allegro-sk"], actors["allegro-hu"]) == ("seller", "allegro")


def test_price_abroad_alone_leaves_the_others(gardener: Application) -> None:
    before = prices(gardener, LAMPS)
    actions = edit(gardener, LAMPS, {"prices": {"allegro-hu": 8_888}})
    assert [(row["marketplace"], row["new"]["amount"]) for row in actions] == [("allegro-hu", "8888.00")]
    assert prices(gardener, LAMPS) == before | {"allegro-hu": ("8888.00", "HUF")}
    assert [row["marketplace"] for row in edit(gardener, LAMPS, {"czech_price": "499"})] == ["allegro-cz"]


@pytest.mark.parametrize("wrong", [{"allegro-mars": "1"}, {"allegro-hu": "many"}, "12"])
def test_impossible_price_abroad_is_refused(gardener: Application, wrong: Any) -> None:
    before = prices(gardener, LAMPS)
    assert gardener.control(f"/offers/{LAMPS}", {"prices": wrong}).status_code == 422
    assert prices(gardener, LAMPS) == before


def test_list_has_statistics_per_marketplace(gardener: Application) -> None:
    rows = {row["id"]: row for row in gardener.read("/sale/offers")["offers"]}
    assert list(rows[SOIL]["additionalMarketplaces"]) == ["allegro-sk"]
    part = rows[LAMPS]["additionalMarketplaces"]["allegro-hu"]
    assert part["sellingMode"]["price"]["currency"] == "HUF"
    assert {"visitsCount", "watchersCount"} <= set(part["stats"])
    assert part["stock"]["sold"] >= 0
    hungarian = gardener.read("/sale/offers", publication__marketplace="allegro-hu")["offers"]
    assert LAMPS in {row["id"] for row in hungarian}
    assert SOIL not in {row["id"] for row in hungarian}


def test_panel_edits_the_price_of_every_marketplace(gardener: Application) -> None:
    page = gardener.get(f"/panel/{LAMPS}", lang="en").text
    assert "Price on allegro-hu (HUF)" in page
    saved = gardener.session.post(f"{gardener.url}/panel/{LAMPS}", data={"price_allegro-sk": "19,50"}, timeout=5)
    assert saved.status_code == 200
    assert prices(gardener, LAMPS)["allegro-sk"] == ("19.50", "EUR")
    saved = gardener.session.post(f"{gardener.url}/panel/{SANTOS}", data={"czech_price": "444"}, timeout=5)
    assert saved.status_code == 200
    assert "444" in gardener.get("/panel/", seller=COFFEE).text


def test_people_are_at_home_where_the_shares_say() -> None:
    homes = Counter(home_of((place + 0.5) / 1000) for place in range(1000))
    assert homes == {"allegro-pl": 760, "allegro-cz": 120, "allegro-hu": 70, "allegro-sk": 50}


def test_orders_and_visits_come_from_every_marketplace_in_its_currency(lived: World) -> None:
    orders = [order for order in lived.orders_by_time if order.seller_id == GARDEN]
    assert {order.marketplace for order in orders} == set(CURRENCIES)
    for order in orders:
        assert order.currency == CURRENCIES[order.marketplace]
        assert all(order.marketplace in lived.offers[line.offer_id].marketplaces for line in order.lines)
    visits = lived.offers[LAMPS].visits_between(lived.start_day, lived.start_day + timedelta(days=12), "allegro-hu")
    base = lived.offers[LAMPS].visits_between(lived.start_day, lived.start_day + timedelta(days=12), "allegro-pl")
    assert 0 < visits < base
    hungarian = next(order for order in orders if order.marketplace == "allegro-hu")
    assert hungarian.method[2] > 500  # a delivery costs about as much as ten zlotys


def test_buyers_abroad_speak_their_language(lived: World) -> None:
    spoken = {
        order.marketplace: checkout_form(order)["buyer"]["preferences"]["language"] for order in lived.orders_by_time
    }
    assert spoken == {"allegro-pl": "pl-PL", "allegro-cz": "cs-CZ", "allegro-sk": "sk-SK", "allegro-hu": "hu-HU"}


def test_coffee_seller_sells_at_home_and_in_bohemia_only(lived: World) -> None:
    orders = [order for order in lived.orders_by_time if order.seller_id == COFFEE]
    assert {order.marketplace for order in orders} == {"allegro-pl", "allegro-cz"}


@pytest.mark.parametrize("marketplace", list(CURRENCIES))
def test_export_is_of_one_marketplace_and_currency(lived: World, marketplace: str) -> None:
    first, last = lived.start_day - timedelta(days=30), lived.start_day + timedelta(days=13)
    content = sales_by_offer(lived, true_view(lived, Scope(GARDEN, marketplace, first, last)), "en").content
    head, *rows = load_workbook(BytesIO(content)).worksheets[0].iter_rows(values_only=True)
    assert head[3] == f"Sales value ({CURRENCIES[marketplace]})"
    sold = [offer for offer in lived.offers.values() if offer.seller_id == GARDEN and marketplace in offer.marketplaces]
    assert {str(row[0]) for row in rows} == {offer.id for offer in sold}
    bought = [
        line.quantity
        for order, line in sold_lines(lived, lived.now - 60 * DAY, lived.now)
        if (order.seller_id, order.marketplace, order.status) == (GARDEN, marketplace, "READY_FOR_PROCESSING")
    ]
    assert 0 < sum(int(str(row[2])) for row in rows) <= sum(bought)


def test_exchange_rates_move_the_prices_abroad_without_the_seller(lived: World) -> None:
    moved = [
        row
        for row in lived.truth.actions
        if row.offer_id == LAMPS and row.field == "price" and row.marketplace == "allegro-hu" and row.actor == "allegro"
    ]
    assert moved
    assert all(row.event_types == ("OFFER_PRICE_CHANGED",) for row in moved)
