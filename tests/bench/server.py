"""A light Allegro for any number of sellers: `python -m tests.bench.server SIZES LATENCY_MS LOG`.

Seller number n has as many offers as the n-th of SIZES (comma-separated). A bearer token `seller-n` says who asks. All
journals and all lists beside the offers are empty; what no sync asks for answers 403. It prints its port, and on
SIGTERM writes what it was asked to LOG: one line "time seller path-kind" for each request, Unix seconds.
"""

import asyncio
import json
import re
import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from time import time
from typing import Any
from urllib.parse import parse_qs, urlsplit

from allegro.simulator.catalogue import ARTICLES
from allegro.simulator.documents import first_document

Json = dict[str, Any]
FIRST_OFFER = 17_000_000_000
# Room for so many offers of each seller.
STEP = 1_000_000
SAMPLE_ID = "10000000001"
LISTED_AT = 1_780_000_000_000_000  # microseconds UTC, in 2026
BESIDE_PATH = re.compile(r"/sale/offers/(\d+)/(translations|rating|smart)")
CATEGORY_PATH = re.compile(r"/sale/categories/(\w+)")
PRODUCT_PATH = re.compile(r"/sale/products/([\w-]+)")
OFFER_PATH = re.compile(r"/sale/product-offers/(\d+)(/parts)?")
NO_ROWS: dict[str, Json] = {
    "/sale/offer-events": {"offerEvents": []},
    "/order/event-stats": {"latestEvent": None},
    "/order/events": {"events": []},
    "/order/customer-returns": {"customerReturns": [], "count": 0},
    "/billing/billing-entries": {"billingEntries": []},
    "/order/checkout-forms": {"checkoutForms": [], "count": 0, "totalCount": 0},
    "/sale/loyalty/promotions": {"promotions": [], "totalCount": 0},
    "/sale/bundles": {"bundles": []},
    "/sale/flexible-bundles": {"bundles": []},
    "/sale/offers/promo-options": {"promoOptions": [], "count": 0, "totalCount": 0},
    "/sale/price-automation/rules": {"rules": []},
    "/sale/shipping-rates": {"shippingRates": []},
    "/after-sales-service-conditions/return-policies": {"count": 0, "returnPolicies": []},
    "/after-sales-service-conditions/warranties": {"count": 0, "warranties": []},
    "/after-sales-service-conditions/implied-warranties": {"count": 0, "impliedWarranties": []},
    "/sale/offers/unfilled-parameters": {"offers": [], "count": 0, "totalCount": 0},
    "/sale/category-events": {"events": []},
    "/sale/category-parameters-scheduled-changes": {"scheduledChanges": []},
}
BESIDE: dict[str, Json] = {
    "translations": {"translations": []},
    "rating": {"averageScore": "5.00", "totalResponses": 4, "scoreDistribution": [], "sizeFeedback": []},
    "smart": {"classification": {"fulfilled": True, "lastChanged": "2026-08-01T10:00:00Z"}, "conditions": []},
}
REASONS = {200: "OK", 422: "Unprocessable", 403: "Forbidden", 404: "Not Found"}


def offer_id(seller: int, number: int) -> str:
    """The id of a seller's offer; both count from 0."""
    return str(FIRST_OFFER + seller * STEP + number)


@dataclass
class Sellers:
    """What is sold, and what was asked. All offers of a seller are made from one product, or each from its own."""

    sizes: list[int]
    has_own_products: bool = field(default=False, kw_only=True)
    asked: list[tuple[float, int, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        article = replace(ARTICLES[0], offer_id=SAMPLE_ID)
        document = first_document(7, article, LISTED_AT)
        del document["publication"]["startedAt"]
        if self.has_own_products:
            document["productSet"][0]["product"]["id"] = f"product-of-{SAMPLE_ID}"
        checks = {"errors": [], "warnings": [], "validatedAt": document["createdAt"]}
        self._sample = document
        self._detail = json.dumps({**document, "validation": checks, "warnings": []})
        self._parts = json.dumps(
            {
                "id": SAMPLE_ID,
                "stock": {"available": document["stock"]["available"]},
                "sellingMode": {"price": document["sellingMode"]["price"]},
                "additionalMarketplaces": {},
            }
        )
        self._row = json.dumps(self._listed())

    def answer(self, seller: int, target: str) -> tuple[int, str]:
        """Status and JSON for a request of `seller`."""
        address = urlsplit(target)
        offer = OFFER_PATH.fullmatch(address.path)
        beside = BESIDE_PATH.fullmatch(address.path)
        product = PRODUCT_PATH.fullmatch(address.path)
        kind = ("parts" if offer[2] else "detail") if offer else "beside" if beside else "other"
        self.asked.append((time(), seller, "product" if product else kind))
        if product:
            return 200, json.dumps({"id": product[1], "name": "Kawa", "category": {"id": "74030"}})
        if offer:
            return self._offer(seller, offer[1], self._parts if offer[2] else self._detail)
        if address.path == "/sale/offers":
            return 200, self._list(seller, parse_qs(address.query))
        return _answer_beside(address.path, BESIDE[beside[2]] if beside else NO_ROWS.get(address.path))

    def _offer(self, seller: int, wanted: str, sample: str) -> tuple[int, str]:
        if not 0 <= int(wanted) - FIRST_OFFER - seller * STEP < self.sizes[seller]:
            return 404, _error("OfferNotFoundException")
        return 200, sample.replace(SAMPLE_ID, wanted)

    def _list(self, seller: int, query: dict[str, list[str]]) -> str:
        offset, limit = int(query.get("offset", ["0"])[0]), int(query.get("limit", ["20"])[0])
        numbers = range(self.sizes[seller])[offset : offset + limit]
        rows = ",".join(self._row.replace(SAMPLE_ID, offer_id(seller, number)) for number in numbers)
        return f'{{"offers":[{rows}],"count":{len(numbers)},"totalCount":{self.sizes[seller]}}}'

    def _listed(self) -> Json:
        document = self._sample
        return {
            **{name: document[name] for name in ("id", "name", "category", "external", "b2b", "afterSalesServices")},
            "primaryImage": {"url": document["images"][0]},
            "sellingMode": document["sellingMode"] | {"priceAutomation": None},
            "saleInfo": {"currentPrice": None, "biddersCount": 0},
            "stock": {"available": document["stock"]["available"], "sold": 3},
            "stats": {"watchersCount": 2, "visitsCount": 40},
            "publication": document["publication"] | {"endedAt": None},
            "delivery": {"shippingRates": document["delivery"]["shippingRates"]},
            "isFulfillment": False,
            "additionalMarketplaces": {},
        }


def _answer_beside(path: str, found: Json | None) -> tuple[int, str]:
    """The answer to what does not depend on the seller; `found` where it is a fixed one."""
    if found is not None:
        return 200, json.dumps(found)
    if category := CATEGORY_PATH.fullmatch(path):
        return 200, json.dumps({"id": category[1], "name": "Kawa", "parent": None, "leaf": True, "options": {}})
    if path == "/sale/delivery-settings":
        return 404, _error("NotFoundException")
    return 403, _error("AccessDeniedException")


def _error(code: str) -> str:
    return json.dumps({"errors": [{"code": code, "message": code, "userMessage": code, "path": None, "details": None}]})


class Connection(asyncio.Protocol):
    """HTTP/1.1 with keep-alive and no bodies in requests: a GET ends with its empty line."""

    def __init__(self, sellers: Sellers, latency: float) -> None:
        self._sellers = sellers
        self._latency = latency
        self._received = b""
        self._transport: asyncio.WriteTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Remember where answers go."""
        assert isinstance(transport, asyncio.WriteTransport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Answer every complete request, each after the latency."""
        self._received += data
        while b"\r\n\r\n" in self._received:
            head, self._received = self._received.split(b"\r\n\r\n", 1)
            status, body = self._answer(head.decode("latin-1"))
            asyncio.get_running_loop().call_later(self._latency, self._send, status, body.encode())

    def _answer(self, head: str) -> tuple[int, str]:
        seller = re.search(r"Bearer seller-(\d+)", head)
        return self._sellers.answer(int(seller[1]), head.split(" ", 2)[1]) if seller else (403, _error("NoToken"))

    def _send(self, status: int, body: bytes) -> None:
        if self._transport is None or self._transport.is_closing():
            return
        head = (
            f"HTTP/1.1 {status} {REASONS[status]}\r\nContent-Type: application/vnd.allegro.public.v1+json\r\n"
            f"Content-Length: {len(body)}\r\ntrace-id: bench\r\n\r\n"
        )
        self._transport.write(head.encode() + body)


async def serve(sellers: Sellers, latency: float, announce: Callable[[int], None]) -> None:
    """Serve until SIGTERM; `announce` is told the port."""
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGTERM, stopped.set)
    server = await loop.create_server(lambda: Connection(sellers, latency), "127.0.0.1", 0)
    announce(server.sockets[0].getsockname()[1])
    await stopped.wait()
    server.close()


def main(arguments: list[str]) -> None:
    """See the module."""
    sizes, latency, log = arguments
    sellers = Sellers([int(size) for size in sizes.split(",")])
    asyncio.run(serve(sellers, float(latency) / 1000, lambda port: print(port, flush=True)))  # noqa: T201
    Path(log).write_text("".join(f"{at} {seller} {kind}\n" for at, seller, kind in sellers.asked))


if __name__ == "__main__":
    main(sys.argv[1:])
