"""What the tests of campaigns share: a fresh world for each, time that passes, posts, prices and the truth."""

from collections.abc import Iterator
from typing import Any

from allegro.simulator.answers import PUBLIC
from allegro.simulator.server import RunningSimulator
from tests.simulator.conftest import START, Application

PUBLIC_HEADERS = {"Content-Type": PUBLIC}


def fresh(running: RunningSimulator) -> Iterator[Application]:
    """Yield the coffee seller, connected, in a fresh world frozen at START."""
    seller = Application(running.url)
    assert seller.control("/reset", {"seed": 7, "start": START}).status_code == 200
    seller.connect()
    yield seller
    seller.session.close()


def at(seller: Application, instant: str) -> None:
    """Let time pass until an instant, and connect the coffee seller again: tokens live half a day."""
    seller.move_clock(instant)
    seller.connect()


def post(seller: Application, path: str, body: Any) -> Any:
    """Post to the API."""
    return seller.session.post(seller.url + path, json=body, headers=PUBLIC_HEADERS, timeout=10)


def offer_price(seller: Application, offer_id: str, marketplace: str = "allegro-pl") -> str:
    """Return the amount of an offer's own price."""
    parts = seller.read(f"/sale/product-offers/{offer_id}/parts", include="price")
    part = parts if marketplace == "allegro-pl" else parts["additionalMarketplaces"][marketplace]
    return str(part["sellingMode"]["price"]["amount"])


def truth_of(seller: Application, field: str, offer_id: str) -> list[dict[str, Any]]:
    """Return what truly happened to a field of an offer since START."""
    actions = seller.read("/_simulator/truth", since=START, offer_id=offer_id)["actions"]
    return [row for row in actions if row["field"] == field]
