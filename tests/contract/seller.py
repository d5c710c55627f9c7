"""A simulated seller with something to tell of every kind: what a young world lacks is done through the API."""

from datetime import UTC, datetime
from typing import Any

from allegro.simulator import server
from allegro.simulator.server import RunningSimulator
from allegro.simulator.stories import CERRADO
from tests.simulator.conftest import SANTOS, Application
from tests.simulator.seller import move_clock, send

BEGIN, START, NOW = "2026-08-28T08:00:00Z", "2026-08-28T09:00:00Z", "2026-08-29T00:00:00Z"
PRESENT = datetime.fromisoformat(NOW).astimezone(UTC)
COFFEE_CATEGORY = "74030"
PARAMETER = "249001"
RENAMED_CATEGORY, NEW_NAME, PLANNED = "74033", "Herbaty", "249002"
PRICE_RULES = "/sale/price-automation/rules"


def lived() -> RunningSimulator:
    """A simulator frozen at NOW, after five weeks and one eventful day of the coffee seller; the caller stops it."""
    running = server.start(seed=7, start=BEGIN)
    seller = Application(running.url)
    seller.connect()
    _sell_by(seller)
    _follow_prices(seller)
    move_clock(seller, START)
    _campaign(seller)
    seller.control("/quirks", {"kind": "category_parameter", "category": COFFEE_CATEGORY, "parameter": PARAMETER})
    _change_categories(seller)
    move_clock(seller, NOW)
    seller.session.close()
    return running


def _do(seller: Application, method: str, path: str, body: Any) -> None:
    answer = send(seller, method, path, body)
    assert answer.ok, answer.text


def _change_categories(seller: Application) -> None:
    """A category gets a new name, and plans to demand a parameter that no offer lacks."""
    renamed = {"kind": "category_event", "event": "renamed", "category": RENAMED_CATEGORY, "name": NEW_NAME}
    planned = {"kind": "category_parameter", "category": RENAMED_CATEGORY, "parameter": PLANNED}
    seller.control("/quirks", renamed)
    seller.control("/quirks", planned | {"offers": [], "in_days": 30})


def _sell_by(seller: Application) -> None:
    """A warranty, and a lower price."""
    body = {"name": "Gwarancja 24 miesiące", "type": "SELLER", "individual": {"period": "P24M"}}
    _do(seller, "POST", "/after-sales-service-conditions/warranties", body)
    price = {"sellingMode": {"price": {"amount": "74.90", "currency": "PLN"}}}
    assert seller.patch(SANTOS, price).ok


def _follow_prices(seller: Application) -> None:
    """A rule that keeps an offer's price within bounds."""
    rule = next(row for row in seller.read(PRICE_RULES)["rules"] if row["type"] == "FOLLOW_BY_ALLEGRO_MIN_PRICE")
    bounds = {"minPrice": {"amount": "40.00", "currency": "PLN"}, "maxPrice": {"amount": "49.00", "currency": "PLN"}}
    assignment = {
        "marketplace": {"id": "allegro-pl"},
        "rule": {"id": rule["id"]},
        "configuration": {"priceRange": {"type": "MARKETPLACE_CURRENCY", **bounds}},
    }
    body = {"modification": {"set": [assignment]}, "offerCriteria": _these(CERRADO)}
    _do(seller, "POST", "/sale/offer-price-automation-commands", body)


def _these(*offers: str) -> list[dict[str, Any]]:
    return [{"type": "CONTAINS_OFFERS", "offers": [{"id": offer} for offer in offers]}]


def _campaign(seller: Application) -> None:
    """An offer in a badge campaign, one in AlleDiscount, one in Allegro Prices."""
    prices = {"bargain": {"amount": "59.90", "currency": "PLN"}}
    badge = {"campaign": {"id": "BARGAIN"}, "offer": {"id": SANTOS}, "prices": prices}
    _do(seller, "POST", "/sale/badges", badge)
    campaign, offer = _eligible(seller)
    price = offer["alleDiscount"]["requiredMerchantPrice"]
    submitted = {"offer": {"id": offer["id"]}, "campaign": {"id": campaign}, "proposedPrice": price}
    _do(seller, "POST", "/sale/alle-discount/submit-offer-commands", {"input": submitted})
    contribution = {"maxContributionPercentage": "15.00"}
    declared = {
        "id": CERRADO,
        "marketplace": {"id": "allegro-pl"},
        "sellerDiscountDeclaration": contribution,
    }
    _do(seller, "POST", "/sale/allegro-prices/offers/submit-offer-commands", {"offers": [declared]})


def _eligible(seller: Application) -> tuple[str, dict[str, Any]]:
    """A Polish AlleDiscount campaign open for submissions and an offer that may enter it as it is."""
    for campaign in seller.read("/sale/alle-discount/campaigns")["alleDiscountCampaigns"]:
        path = f"/sale/alle-discount/{campaign['id']}/eligible-offers"
        if campaign["marketplace"]["id"] == "allegro-pl" and campaign["application"]["to"] > NOW:
            for offer in seller.read(path, meetsConditions="true")["eligibleOffers"]:
                return campaign["id"], offer
    raise AssertionError("no offer may enter AlleDiscount")
