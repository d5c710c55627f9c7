"""The change events page over millions of changes: the first page, deep pages, filters and full-text search.

`python -m tests.bench events [--rows 5000000] [--offers 10000]`
"""

import time
import uuid
from argparse import ArgumentParser, Namespace
from datetime import datetime
from statistics import median
from typing import Any, cast

from tests.bench.figures import say
from tests.bench.scratch import scratch_servers

STEP = 250_000
REPEATS = 7
# Two years of changes, of a few fields, in the proportions of a busy account.
FILL = """
INSERT INTO offers_offerchange (
    id, account_id, offer_id, field, marketplace, old, new, old_seen, new_seen, not_before, not_after,
    event_type, change_type, certainty, units_sold
)
SELECT gen_random_uuid(), %(account)s, offer.id,
    (ARRAY['price', 'price', 'price', 'stock', 'title', 'description', 'handling_time', 'delivery_price_list'])[kind],
    CASE WHEN kind = 3 THEN 'allegro-cz' ELSE '' END,
    CASE WHEN kind <= 3 THEN jsonb_build_object('amount', (n %% 900 + 10) || '.90', 'currency', 'PLN')
         ELSE to_jsonb('wartość ' || n %% 997) END,
    CASE WHEN kind <= 3 THEN jsonb_build_object('amount', (n %% 700 + 10) || '.90', 'currency', 'PLN')
         ELSE to_jsonb('nowa wartość ' || n %% 1009) END,
    true, true, moment, moment,
    CASE WHEN kind >= 7 THEN '' WHEN kind <= 3 THEN 'OFFER_PRICE_CHANGED' ELSE 'OFFER_CHANGED' END,
    CASE WHEN kind <= 2 THEN 'MANUAL' WHEN kind = 3 THEN 'AUTOMATIC' ELSE '' END,
    CASE WHEN kind >= 7 THEN 'interval' ELSE 'exact' END, 0
FROM (
    SELECT n, 1 + n * 7919 %% 8 AS kind, %(now)s - n * interval '12.6 seconds' AS moment
    FROM generate_series(%(first)s::bigint, %(last)s::bigint) AS n
) AS made
JOIN bench_offers AS offer ON offer.number = made.n * 104729 %% %(offers)s
"""


def add_options(parser: ArgumentParser) -> None:
    """The command's options."""
    parser.add_argument("--rows", type=int, default=5_000_000, help="changes in the table")
    parser.add_argument("--offers", type=int, default=10_000)


def run(options: Namespace) -> None:
    """Print the figures."""
    with scratch_servers(DEBUG="true", ALLOWED_HOSTS="testserver"):
        import django  # noqa: PLC0415 - the environment must be set first

        django.setup()
        client = _prepare(options)
        _measure(client, options)


def _prepare(options: Namespace) -> Any:
    from django.core.management import call_command  # noqa: PLC0415 - needs Django
    from django.db import connection  # noqa: PLC0415
    from django.test import Client  # noqa: PLC0415
    from django.utils import timezone  # noqa: PLC0415

    from accounts.models import Membership, SellerAccount  # noqa: PLC0415
    from accounts.scoping import every_workspace  # noqa: PLC0415
    from offers.models import Offer  # noqa: PLC0415
    from tests.factories import MembershipFactory, SellerAccountFactory  # noqa: PLC0415

    call_command("migrate", interactive=False, verbosity=0)
    now = timezone.now()
    with every_workspace():
        owner = cast(Membership, MembershipFactory())
        account = cast(SellerAccount, SellerAccountFactory(workspace=owner.workspace))
        Offer.objects.bulk_create(
            Offer(account=account, allegro_id=str(15_000_000_000 + n), title=f"Kawa {n}", first_seen_at=now)
            for n in range(options.offers)
        )
    _fill(connection, account.pk, now, options)
    client = Client()
    client.force_login(owner.user)
    return client


def _fill(connection: Any, account_id: uuid.UUID, now: datetime, options: Namespace) -> None:
    began = time.perf_counter()
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TABLE bench_offers AS SELECT id, row_number() OVER (ORDER BY allegro_id) - 1 AS number "
            "FROM offers_offer"
        )
        indexes = drop_indexes(cursor)
        for first in range(1, options.rows + 1, STEP):
            last = min(first + STEP - 1, options.rows)
            values = {"account": account_id, "now": now, "first": first, "last": last, "offers": options.offers}
            cursor.execute(FILL, values)
        for definition in indexes:
            cursor.execute(definition)
        cursor.execute("VACUUM ANALYZE offers_offerchange")
        cursor.execute(
            "SELECT pg_size_pretty(pg_relation_size('offers_offerchange')), "
            "pg_size_pretty(pg_indexes_size('offers_offerchange'))"
        )
        table, of_indexes = cursor.fetchone()
    say(f"events: {options.rows} changes of {options.offers} offers, filled in {time.perf_counter() - began:.0f} s")
    say(f"  table {table}, indexes {of_indexes}")


def drop_indexes(cursor: Any) -> list[str]:
    """Drop what can be built again faster over the filled table. Returns the statements that build it."""
    cursor.execute(
        "SELECT indexname, indexdef FROM pg_indexes WHERE tablename = 'offers_offerchange' AND indexname !~ '_pkey$'"
    )
    found = cursor.fetchall()
    for name, _definition in found:
        cursor.execute(f'DROP INDEX "{name}"')
    return [definition for _name, definition in found]


def _measure(client: Any, options: Namespace) -> None:
    deep = _cursor_at(options.rows // 2)
    pages = {
        "first page": {},
        "deep page (half-way)": {"before": deep},
        "one field": {"field": "handling_time"},
        "one field, deep": {"field": "handling_time", "before": deep},
        "field group and who, deep": {"group": "price", "who": "AUTOMATIC", "before": deep},
        "silent ones only, deep": {"source": "silent", "before": deep},
        "one offer by number, deep": {"q": "15000004711", "before": deep},
        "words in the values": {"words": "wartość 123"},
        "rare words in the values": {"words": "42.90"},
    }
    for name, query in pages.items():
        times = sorted(_timed(client, query) for _ in range(REPEATS))
        say(f"  {name:<28} median {median(times) * 1e3:.0f} ms, slowest {times[-1] * 1e3:.0f} ms")


def _timed(client: Any, query: dict[str, str]) -> float:
    began = time.perf_counter()
    answer = client.get("/offer-events", query)
    seconds = time.perf_counter() - began
    if answer.status_code != 200:
        raise SystemExit(f"/offer-events answered {answer.status_code}")
    return seconds


def _cursor_at(position: int) -> str:
    from accounts.scoping import every_workspace  # noqa: PLC0415 - needs Django
    from offers.models import OfferChange  # noqa: PLC0415
    from offers.reading.feed import cursor_at  # noqa: PLC0415

    with every_workspace():
        change = OfferChange.objects.order_by("-not_after", "-id")[position]
        return cursor_at(change)
