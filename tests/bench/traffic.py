"""How many requests an account of 1,000 offers costs: on connect, in three quiet hours, and in three busy ones.

`python -m tests.bench traffic [--offers 1000 --edits 300 --sold 200]`

The real sync runs against a light Allegro in this process, at the instants at which the dispatcher would run it: every
15 minutes journal and orders, every 3 hours everything; connecting reads orders and bill of the year before by weeks.
The least possible is what no program could do without that learns of every change within the same time: a look at each
journal each time, one page of the list, one read of every offer that an event names, one read a day of every offer
(some edits have no event), of its translations, rating and Smart! status and of the catalogue product that it is made
from (here each from one of its own), one look at each list of what stands beside the offers in every full run, and one
page of orders where some moved.
"""

import asyncio
import json
import os
import random
from argparse import ArgumentParser, Namespace
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from threading import Thread
from typing import TYPE_CHECKING, cast
from urllib.parse import parse_qs, urlsplit

from tests.bench.figures import say
from tests.bench.scratch import scratch_servers
from tests.bench.server import Connection, Json, Sellers, offer_id

if TYPE_CHECKING:
    from accounts.models import SellerAccount

ORDERS = "/order/checkout-forms"
START = datetime(2026, 9, 1, 12, tzinfo=UTC)
TURN = timedelta(minutes=15)
TURNS = 12
# Rebates of four kinds, two of bundles, packages, price rules; price lists, settings, three kinds of conditions;
# missing parameters, the categories' journal and what they plan; returns and the bill.
LISTS = 8 + 5 + 3 + 2
# One look at the orders and one at the bill of each week of the year before.
WEEKS = 2 * 52
# Translations, rating, Smart!; and the product.
BESIDE = 3 + 1


class BusySellers(Sellers):
    """As `Sellers`, with journals and orders: what has happened by `now` is shown."""

    def __init__(self, sizes: list[int], *, has_own_products: bool = False) -> None:
        super().__init__(sizes, has_own_products=has_own_products)
        self.now = START
        self.events: list[tuple[datetime, Json]] = []
        self.order_events: list[tuple[datetime, Json]] = []
        self.orders: dict[str, Json] = {}

    def answer(self, seller: int, target: str) -> tuple[int, str]:
        """Status and JSON for a request of `seller`."""
        address = urlsplit(target)
        query = {name: values[0] for name, values in parse_qs(address.query).items()}
        found = self._happened(address.path, query)
        if found is None:
            return super().answer(seller, target)
        self.asked.append((0.0, seller, address.path.split("/")[2]))
        return 200, json.dumps(found)

    def _happened(self, path: str, query: dict[str, str]) -> Json | None:
        if path == "/sale/offer-events":
            return {"offerEvents": self._after(self.events, query)}
        if path == "/order/event-stats":
            return {"latestEvent": self._latest()}
        if path == "/order/events":
            return {"events": self._after(self.order_events, query)}
        if path == ORDERS:
            return self._changed_orders(query)
        return self.orders.get(path.removeprefix(f"{ORDERS}/"))

    def _after(self, rows: list[tuple[datetime, Json]], query: dict[str, str]) -> list[Json]:
        seen = query.get("from", "")
        return [row for moment, row in rows if moment <= self.now and row["id"] > seen]

    def _latest(self) -> Json | None:
        past = [(moment, row) for moment, row in self.order_events if moment <= self.now]
        return {"id": past[-1][1]["id"], "occurredAt": past[-1][0].isoformat()} if past else None

    def _changed_orders(self, query: dict[str, str]) -> Json:
        """Orders by when they changed, or by when they were bought; here every one is paid at once."""
        field = "updatedAt" if "updatedAt.gte" in query else "lineItems.boughtAt"
        since, offset = datetime.fromisoformat(query[f"{field}.gte"]), int(query.get("offset", "0"))
        until = datetime.fromisoformat(query.get(f"{field}.lte", self.now.isoformat()))
        moments = {order: datetime.fromisoformat(form["updatedAt"]) for order, form in self.orders.items()}
        found = sorted(order for order, moment in moments.items() if since <= moment <= min(until, self.now))
        page = [self.orders[order] for order in found[offset : offset + 100]]
        return {"checkoutForms": page, "count": len(page), "totalCount": len(found)}


def add_options(parser: ArgumentParser) -> None:
    """The command's options."""
    parser.add_argument("--offers", type=int, default=1000)
    parser.add_argument("--edits", type=int, default=300, help="edits in the busy three hours, half of them of prices")
    parser.add_argument("--sold", type=int, default=200, help="purchases in the busy three hours")


def run(options: Namespace) -> None:
    """Print the figures."""
    with scratch_servers(ALLEGRO_CLIENT_ID="bench", ALLEGRO_REQUESTS_PER_MINUTE="1000000"):
        sellers = BusySellers([options.offers], has_own_products=True)
        with _served(sellers):
            account = _account()
            say(f"traffic: one account of {options.offers} offers; requests by resource")
            _sync(account, sellers, "full")
            _tell("connect", sellers, least=4 + WEEKS + LISTS + _pages(options.offers) + (1 + BESIDE) * options.offers)
            quiet = 2 * TURNS + LISTS + _pages(options.offers) + -(-(1 + BESIDE) * options.offers // 8)
            _three_hours(account, sellers)
            _tell("three quiet hours", sellers, least=quiet)
            named = _make_busy(sellers, options)
            _three_hours(account, sellers)
            _tell("three busy hours", sellers, least=quiet + named)


@contextmanager
def _served(sellers: BusySellers) -> Iterator[None]:
    """The light Allegro in a thread of this process, so that the journals can be filled on the way."""
    loop = asyncio.new_event_loop()
    server = loop.run_until_complete(loop.create_server(lambda: Connection(sellers, 0.0), "127.0.0.1", 0))
    for name in ("ALLEGRO_API_URL", "ALLEGRO_AUTH_URL"):
        os.environ[name] = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    thread = Thread(target=loop.run_forever)
    thread.start()
    try:
        yield
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        server.close()


def _account() -> "SellerAccount":
    import django  # noqa: PLC0415 - the environment must be set first

    django.setup()
    from django.core.management import call_command  # noqa: PLC0415

    from accounts.scoping import every_workspace  # noqa: PLC0415
    from allegro.grants import store_tokens  # noqa: PLC0415
    from allegro.oauth import Tokens  # noqa: PLC0415
    from allegro.scopes import READ_SCOPES  # noqa: PLC0415
    from tests.factories import SellerAccountFactory  # noqa: PLC0415

    call_command("migrate", interactive=False, verbosity=0)
    with every_workspace():
        account = cast("SellerAccount", SellerAccountFactory(allegro_id="0", next_sync_at=START))
        store_tokens(account, Tokens("seller-0", "never used", 48 * 3600, READ_SCOPES), START)
    return account


def _sync(account: "SellerAccount", sellers: BusySellers, kind: str) -> None:
    from accounts.scoping import workspace_scope  # noqa: PLC0415 - needs Django
    from allegro.models import RunKind, RunStatus, RunTrigger  # noqa: PLC0415
    from allegro.sync.run import sync_account  # noqa: PLC0415

    with workspace_scope(account.workspace):
        account.refresh_from_db()
        run = sync_account(account, trigger=RunTrigger.COMMAND, kind=RunKind(kind), at=sellers.now)
    if run.status != RunStatus.SUCCEEDED:
        raise SystemExit(f"the sync ended as {run.status}: {run.stages}")


def _three_hours(account: "SellerAccount", sellers: BusySellers) -> None:
    """Eleven runs of journal and orders, then a full one."""
    for kind in ["journal"] * (TURNS - 1) + ["full"]:
        sellers.now += TURN
        _sync(account, sellers, kind)


def _make_busy(sellers: BusySellers, options: Namespace) -> int:
    """Fill both journals with what happens in the next three hours. Returns the least number of reads it asks for."""
    since = sellers.now
    chance = random.Random(7)
    span = TURNS * TURN
    named: set[tuple[int, str]] = set()
    pages: set[int] = set()
    moments = sorted(since + span * chance.random() for _ in range(options.edits + options.sold))
    sales = set(chance.sample(range(len(moments)), options.sold))
    for number, moment in enumerate(moments):
        offer = offer_id(0, chance.randrange(options.offers))
        turn = int((moment - since) / TURN)
        named.add((turn, offer))
        kind = "OFFER_STOCK_CHANGED" if number in sales else ("OFFER_PRICE_CHANGED", "OFFER_CHANGED")[number % 2]
        sellers.events.append((moment, _event(number, kind, offer, moment)))
        if number in sales:
            _add_order(sellers, number, offer, moment)
            pages.add(turn)
    return len(named) + len(pages)


def _event(number: int, kind: str, offer: str, moment: datetime) -> Json:
    return {"id": f"{number:08d}", "type": kind, "occurredAt": moment.isoformat(), "offer": {"id": offer}}


def _add_order(sellers: BusySellers, number: int, offer: str, moment: datetime) -> None:
    """A purchase that is paid at once: two events, one order of one line."""
    order = f"29738e61-7f6a-11e8-ac45-{number:012d}"
    price = {"amount": "79.90", "currency": "PLN"}
    line: Json = {"id": f"62ae358b-8f65-4fc4-9c77-{number:012d}", "offer": {"id": offer, "name": "An offer"}}
    line |= {"quantity": 1, "originalPrice": price, "price": price, "boughtAt": moment.isoformat()}
    form: Json = {"id": order, "revision": "a", "status": "READY_FOR_PROCESSING", "marketplace": {"id": "allegro-pl"}}
    sellers.orders[order] = form | {"updatedAt": moment.isoformat(), "lineItems": [line]}
    for step, kind in enumerate(("BOUGHT", "READY_FOR_PROCESSING")):
        event: Json = {"id": str(10**15 + 10 * number + step), "type": kind, "occurredAt": moment.isoformat()}
        event["order"] = {"checkoutForm": {"id": order, "revision": "a"}, "lineItems": [line]}
        sellers.order_events.append((moment, event))


def _pages(offers: int) -> int:
    return -(-offers // 1000)


def _tell(name: str, sellers: BusySellers, least: int) -> None:
    counts = Counter(kind for _at, _seller, kind in sellers.asked)
    used = counts.total()
    sellers.asked.clear()
    parts = ", ".join(f"{kind} {count}" for kind, count in sorted(counts.items()))
    say(f"  {name:<18} {used} requests ({parts}); least possible {least}; ratio {used / least:.2f}")
