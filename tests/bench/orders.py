"""What reading back a year of orders costs: requests, seconds, orders a second and peak memory.

`python -m tests.bench orders [--orders 100000 --offers 1000]`

The real client reads them over HTTP into a new PostgreSQL, through the stage of the sync, from a light Allegro in a
process of its own that pages as Allegro does. A sixth of the orders fall into one week, more than a list can be paged.
"""

import asyncio
import json
import os
import resource
import time
from argparse import ArgumentParser, Namespace
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from multiprocessing import get_context
from multiprocessing.connection import Connection as Pipe
from random import Random
from typing import TYPE_CHECKING, cast
from urllib.parse import parse_qs, urlsplit

from tests.bench.figures import say
from tests.bench.scratch import scratch_servers
from tests.bench.server import Json, Sellers, offer_id, serve

if TYPE_CHECKING:
    from accounts.models import SellerAccount

LISTED = "/order/checkout-forms"
NOW = datetime(2026, 9, 1, 12, tzinfo=UTC)
YEAR = timedelta(days=364)
PEAK = timedelta(days=7)
PEAK_ENDS = NOW - timedelta(days=100)
# offset + limit (allegro-api issue 3500).
DEEPEST = 10_000
PLN = {"currency": "PLN"}


class YearOfOrders(Sellers):
    """A seller's orders of a year, made up when they are asked for, as long as real ones."""

    def __init__(self, number: int, offers: int) -> None:
        super().__init__([offers])
        chance = Random(7)
        in_peak = number // 6
        begin, peak = (NOW - YEAR).timestamp(), (PEAK_ENDS - PEAK).timestamp()
        usual = (begin + YEAR.total_seconds() * chance.random() for _ in range(number - in_peak))
        busy = (peak + PEAK.total_seconds() * chance.random() for _ in range(in_peak))
        self._moments = sorted([*usual, *busy])
        self._form = json.dumps(_form())

    def answer(self, seller: int, target: str) -> tuple[int, str]:
        """Status and JSON for a request of `seller`."""
        address = urlsplit(target)
        if address.path != LISTED:
            return super().answer(seller, target)
        query = {name: values[0] for name, values in parse_qs(address.query).items()}
        offset, limit = int(query["offset"]), int(query["limit"])
        if offset + limit > DEEPEST:
            return 422, '{"errors": []}'
        since, until = (datetime.fromisoformat(query[f"lineItems.boughtAt.{end}"]) for end in ("gte", "lte"))
        first, last = bisect_left(self._moments, since.timestamp()), bisect_right(self._moments, until.timestamp())
        page = range(first, last)[offset : offset + limit]
        forms = ",".join(self._order(number) for number in page)
        return 200, f'{{"checkoutForms":[{forms}],"count":{len(page)},"totalCount":{last - first}}}'

    def _order(self, number: int) -> str:
        bought_at = datetime.fromtimestamp(self._moments[number], UTC).isoformat()
        offers = self.sizes[0]
        form = self._form.replace("@order", f"29738e61-7f6a-11e8-ac45-{number:012d}").replace("@at", bought_at)
        form = form.replace("@one", offer_id(0, number % offers)).replace("@two", offer_id(0, number * 7 % offers))
        return form.replace("@line", f"{number:012d}")


def _form() -> Json:
    """One order of two lines, with everything about the buyer that a real one has, to be passed over."""
    price = {"amount": "79.90", **PLN}
    address = {"street": "Lipowa 1", "city": "Poznań", "zipCode": "60-166", "countryCode": "PL", "modifiedAt": None}
    person = {"firstName": "Jan", "lastName": "Nowak", "phoneNumber": "500000000", "companyName": None}
    lines: list[Json] = [
        {
            "id": f"62ae358b-8f65-{place}-9c77-@line",
            "offer": {"id": offer, "name": "Kawa ziarnista, która ma dość długi tytuł", "external": {"id": "AH-1"}},
            "quantity": 1,
            "originalPrice": price,
            "price": price,
            "reconciliation": None,
            "selectedAdditionalServices": [],
            "vouchers": [],
            "tax": {"rate": "23.00", "subject": "GOODS", "exemption": None},
            "boughtAt": "@at",
            "discounts": [],
            "serialNumbers": {"expected": False, "entries": []},
        }
        for place, offer in (("4fc1", "@one"), ("4fc2", "@two"))
    ]
    return {
        "id": "@order",
        "messageToSeller": None,
        "buyer": {"id": "1", "email": "a@mail.allegro.example", "login": "Client:1", **person, "address": address},
        "payment": {"id": "@order", "type": "ONLINE", "provider": "PAYU", "finishedAt": "@at", "paidAmount": price},
        "status": "READY_FOR_PROCESSING",
        "fulfillment": {"status": "SENT", "shipmentSummary": {"lineItemsSent": "ALL"}},
        "delivery": {"address": {**address, **person}, "method": {"id": "m", "name": "Paczkomat"}, "cost": price},
        "invoice": {"required": False},
        "lineItems": lines,
        "surcharges": [],
        "note": None,
        "marketplace": {"id": "allegro-pl"},
        "summary": {"totalToPay": price},
        "updatedAt": "@at",
        "revision": "819b5836",
    }


def add_options(parser: ArgumentParser) -> None:
    """The command's options."""
    parser.add_argument("--orders", type=int, default=100_000)
    parser.add_argument("--offers", type=int, default=1000)


def run(options: Namespace) -> None:
    """Print the figures."""
    with (
        scratch_servers(ALLEGRO_CLIENT_ID="bench", ALLEGRO_REQUESTS_PER_MINUTE="1000000"),
        _served(options.orders, options.offers),
    ):
        account = _account()
        before = _peak()
        begun = time.perf_counter()
        requests, held, days = _read_back(account)
        seconds = time.perf_counter() - begun
    say(f"orders: a year of {options.orders} orders of {options.offers} offers read back into an empty ledger")
    say(f"  {requests} requests, {seconds:.0f} s, {options.orders / seconds:.0f} orders/s")
    say(f"  {held} lines held, {days} days of sales")
    say(f"  peak memory {_peak():.0f} MB, {_peak() - before:.0f} MB of it while reading")
    if held != 2 * options.orders:
        raise SystemExit("lines are missing, or there are too many")


def _peak() -> float:
    """The most memory that this process has held, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


@contextmanager
def _served(orders: int, offers: int) -> Iterator[None]:
    """The light Allegro, in a process of its own so that its memory and time are not counted."""
    context = get_context("spawn")
    here, there = context.Pipe()
    process = context.Process(target=_serve, args=(orders, offers, there))
    process.start()
    try:
        os.environ["ALLEGRO_API_URL"] = os.environ["ALLEGRO_AUTH_URL"] = f"http://127.0.0.1:{here.recv()}"
        yield
    finally:
        process.terminate()
        process.join()


def _serve(orders: int, offers: int, pipe: Pipe) -> None:
    asyncio.run(serve(YearOfOrders(orders, offers), 0.0, pipe.send))


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
        account = cast("SellerAccount", SellerAccountFactory(allegro_id="0", next_sync_at=NOW))
        store_tokens(account, Tokens("seller-0", "never used", 48 * 3600, READ_SCOPES), NOW)
    return account


def _read_back(account: "SellerAccount") -> tuple[int, int, int]:
    """Run the stage to its end. Returns requests, the lines in the ledger and the days of sales."""
    from accounts.scoping import workspace_scope  # noqa: PLC0415 - needs Django
    from allegro.api.client import AllegroClient  # noqa: PLC0415
    from allegro.grants import StoredGrant  # noqa: PLC0415
    from allegro.sync import order_history, orders  # noqa: PLC0415
    from allegro.sync.context import SyncContext  # noqa: PLC0415
    from offers.models import OrderLine, SalesDay  # noqa: PLC0415

    with workspace_scope(account.workspace):
        client = AllegroClient(StoredGrant(account, lambda: NOW), str(account.pk))
        context = SyncContext(account, client, lambda: NOW, lambda: None, is_full=True)
        orders.run(context)
        order_history.run(context)
        client.close()
        return client.requests, OrderLine.objects.count(), SalesDay.objects.count()
