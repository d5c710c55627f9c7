"""A workspace of many offers with two years of history, written to the database within minutes.

Rows are made where they are stored, by INSERT … SELECT: not what a sync would write byte for byte, but as many rows of
the same sizes, spread over the offers as sales are, a few offers having most of them.
"""

import time
from argparse import Namespace
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final, cast

from tests.bench.events import drop_indexes
from tests.bench.figures import say

if TYPE_CHECKING:
    from accounts.models import Membership, SellerAccount

OFFERS = """
INSERT INTO offers_offer (
    id, account_id, allegro_id, title, external_id, image_url, category_id, product_id, price, currency, stock, status,
    ended_by, visits_30d, watchers, sold_30d, first_seen_at, detail_seen_at, listed_at, confirmed_until
)
SELECT gen_random_uuid(), %(account)s, (15000000000 + n)::text,
    (ARRAY['Kawa ziarnista', 'Kawa mielona', 'Herbata zielona', 'Młynek żarnowy', 'Ekspres ciśnieniowy'])[1 + n %% 5]
        || ' ' || (ARRAY['Brazylia Santos', 'Etiopia Yirgacheffe', 'Kolumbia Supremo'])[1 + n %% 3] || ' ' || n || ' g',
    'SKU-' || n, 'https://a.allegroimg.com/original/11' || md5(n::text), '74030', md5((n / 3)::text),
    (n %% 400) + 9.90, 'PLN', n %% 120, CASE WHEN n %% 11 = 0 THEN 'ENDED' ELSE 'ACTIVE' END, '',
    (n * 7919) %% 3000, n %% 40, n %% 25, %(first)s, %(now)s, %(now)s, %(now)s
FROM generate_series(1, %(offers)s) AS n
"""
NUMBERED = """
CREATE TABLE bench_offers AS
SELECT id, allegro_id, title, row_number() OVER (ORDER BY allegro_id)::int AS n FROM offers_offer
"""
# Every third offer sells, on two days of five; the first fifty on every day.
SALES = """
INSERT INTO offers_salesday (account_id, offer_id, marketplace, currency, day, units, revenue, orders)
SELECT %(account)s, id, 'allegro-pl', 'PLN', %(today)s::date - age, units, units * 39.90, 1
FROM (
    SELECT id, age, CASE WHEN n <= 50 THEN 5 + (n + age) %% 20 ELSE 1 + (n + age) %% 4 END AS units
    FROM bench_offers, generate_series(0, %(days)s) AS age
    WHERE n <= 50 OR (n %% 3 = 0 AND (n * 31 + age * 17) %% 5 < 2)
) AS sold
ORDER BY id, age DESC
"""
# Of all offers for a quarter only, since these rows take the longest to write; of the first fifty for the whole time.
COUNTERS = """
INSERT INTO offers_offerday (account_id, offer_id, marketplace, day, visits_30d, watchers, sold_30d, observed_at)
SELECT %(account)s, id, 'allegro-pl', %(today)s::date - age, (n * 7919 + age) %% 3000, n %% 40, n %% 25, %(now)s
FROM bench_offers, generate_series(1, %(days)s) AS age
WHERE n <= 50 OR age <= 90
ORDER BY id, age DESC
"""
# Three of five are sales; now and then prices are changed in a batch over many offers; the first offer has a repricer.
CHANGES = """
INSERT INTO offers_offerchange (
    id, account_id, offer_id, field, marketplace, old, new, old_seen, new_seen, not_before, not_after,
    event_type, change_type, certainty, units_sold, batch_id
)
SELECT gen_random_uuid(), %(account)s, offer.id,
    (ARRAY['stock', 'stock', 'stock', 'price', 'price', 'title', 'description', 'handling_time'])[kind], '',
    CASE WHEN kind <= 3 THEN to_jsonb(made.n / 400 %% 50 + 1)
         WHEN kind <= 5 THEN jsonb_build_object('amount', (made.n %% 900 + 10) || '.90', 'currency', 'PLN')
         ELSE to_jsonb('wartość ' || made.n %% 997) END,
    CASE WHEN kind <= 3 THEN to_jsonb(made.n / 400 %% 50)
         WHEN kind <= 5 THEN jsonb_build_object('amount', (made.n %% 700 + 10) || '.90', 'currency', 'PLN')
         ELSE to_jsonb('nowa wartość ' || made.n %% 1009) END,
    true, true, moment, moment,
    CASE WHEN kind = 8 THEN '' WHEN kind <= 3 THEN 'OFFER_STOCK_CHANGED' WHEN kind <= 5 THEN 'OFFER_PRICE_CHANGED'
         ELSE 'OFFER_CHANGED' END,
    CASE WHEN kind = 4 THEN 'MANUAL' WHEN kind = 5 THEN 'AUTOMATIC' ELSE '' END,
    CASE WHEN kind <= 3 THEN 'sold' WHEN kind = 8 THEN 'interval' ELSE 'exact' END,
    CASE WHEN kind <= 3 THEN 1 ELSE 0 END,
    CASE WHEN kind = 4 THEN batch.id END
FROM (
    SELECT n, 1 + ((n / 400 + n) * 7919) %% 8 AS kind,
        %(now)s - n * (%(days)s * interval '1 day' / %(changes)s) AS moment,
        CASE WHEN n %% 400 = 0 THEN 1 ELSE 1 + (n * 104729) %% %(offers)s END AS number
    FROM generate_series(1, %(changes)s::bigint) AS n
) AS made
JOIN bench_offers AS offer ON offer.n = made.number
LEFT JOIN bench_batches AS batch ON batch.n = made.n / 2000 AND batch.n %% 4 = 0
"""
BATCHES = """
CREATE TABLE bench_batches AS
SELECT n, gen_random_uuid() AS id, %(now)s - (n + 1) * 2000 * (%(days)s * interval '1 day' / %(changes)s) AS since,
    %(now)s - n * 2000 * (%(days)s * interval '1 day' / %(changes)s) AS until
FROM generate_series(0, %(changes)s / 2000) AS n
"""
STORED_BATCHES = """
INSERT INTO offers_changebatch (id, account_id, field, since, until, offers)
SELECT id, %(account)s, 'price', since, until, 250 FROM bench_batches WHERE n %% 4 = 0
"""
LAST_EDITS = """
UPDATE offers_offer SET edited_at = newest.at
FROM (SELECT offer_id, max(not_after) AS at FROM offers_offerchange WHERE certainty <> 'sold' GROUP BY 1) AS newest
WHERE newest.offer_id = offers_offer.id
"""
SNAPSHOTS = """
INSERT INTO offers_offersnapshot (account_id, offer_id, part, digest, document, first_seen_at, last_seen_at)
SELECT %(account)s, id, 'price_stock', md5(n::text || '/' || age),
    jsonb_build_object('sellingMode', jsonb_build_object('price', jsonb_build_object(
        'amount', ((n + age) %% 700 + 10) || '.90', 'currency', 'PLN')),
        'stock', jsonb_build_object('available', (n + age) %% 50), 'additionalMarketplaces', '{}'::jsonb),
    %(now)s - age * interval '30 days', %(now)s - age * interval '30 days' + interval '29 days 23 hours'
FROM bench_offers, generate_series(1, %(days)s / 30) AS age
UNION ALL
SELECT %(account)s, id, 'detail', md5(n::text || '-' || age),
    jsonb_build_object('name', title, 'publication', jsonb_build_object('status', 'ACTIVE'),
        'description', jsonb_build_object('sections', jsonb_build_array(jsonb_build_object('items', jsonb_build_array(
            jsonb_build_object('type', 'TEXT', 'content', repeat('<p>Świeżo palona kawa.</p>', 20))))))),
    %(now)s - age * interval '200 days', %(now)s - (age - 1) * interval '200 days' - interval '1 hour'
FROM bench_offers, generate_series(1, 3) AS age
"""
UPLOADED = """
INSERT INTO reports_uploadrow (
    upload_id, offer_id, row_number, natural_key, allegro_offer_id, title, units, revenue, visits
)
SELECT upload.id, offer.id, offer.n + 1, upload.id || '-' || offer.n, allegro_id, title, n %% 40, n %% 40 * 39.90,
    n %% 900
FROM bench_offers AS offer, reports_upload AS upload
"""
COMPARED = """
INSERT INTO reports_comparison (
    account_id, upload_id, offer_id, allegro_offer_id, title, measure, currency, reported, own, difference, percent,
    size, status, reason, reasons, is_newest, is_open
)
SELECT %(account)s, upload.id, offer.id, allegro_id, title, measure, 'PLN', n %% 40 + off, n %% 40, off,
    CASE WHEN n %% 40 > 0 THEN round(100.0 * off / (n %% 40), 1) END,
    CASE WHEN n %% 40 > 0 THEN round(100.0 * off / (n %% 40), 1) ELSE 100 * off END,
    CASE WHEN off > 0 THEN 'differs' ELSE 'agrees' END, CASE WHEN off > 0 THEN 'unexplained' ELSE '' END,
    '[]'::jsonb, upload.period_to = newest.day, false
FROM bench_offers AS offer
CROSS JOIN reports_upload AS upload
CROSS JOIN (SELECT max(period_to) AS day FROM reports_upload) AS newest
CROSS JOIN unnest(ARRAY['price', 'stock', 'units', 'revenue']) AS measure
CROSS JOIN LATERAL (SELECT CASE WHEN n %% 6 = 0 THEN 1 + n %% 5 ELSE 0 END AS off) AS apart
"""
STEPS: Final[Mapping[str, str]] = {
    "offers": OFFERS,
    "numbered offers": NUMBERED,
    "days of sales": SALES,
    "nights of counters": COUNTERS,
    "batches": BATCHES,
    "stored batches": STORED_BATCHES,
    "changes": CHANGES,
    "last edits": LAST_EDITS,
    "snapshots": SNAPSHOTS,
}
OF_REPORTS: Final[Mapping[str, str]] = {"rows of reports": UPLOADED, "comparisons": COMPARED}
REPORTS = 10
DAYS_OF_REPORT = 7


@dataclass(frozen=True, slots=True)
class LargeWorkspace:
    """What the pages are asked about: its owner, its account, and an offer with a repricer."""

    owner: "Membership"
    account: "SellerAccount"
    busy_offer: str


def make_large_workspace(options: Namespace) -> LargeWorkspace:
    """Fill the empty database; `options` has the numbers of `offers`, `days` and `changes`."""
    from django.db import connection  # noqa: PLC0415 - needs Django
    from django.utils import timezone  # noqa: PLC0415

    from accounts.scoping import every_workspace  # noqa: PLC0415
    from offers.models import Offer  # noqa: PLC0415
    from tests.factories import MembershipFactory, SellerAccountFactory  # noqa: PLC0415

    now = timezone.now()
    with every_workspace():
        owner = cast("Membership", MembershipFactory())
        account = cast("SellerAccount", SellerAccountFactory(workspace=owner.workspace, last_synced_at=now))
        values = {
            **vars(options),
            "account": account.pk,
            "now": now,
            "today": now.date(),
            "first": now - timedelta(days=options.days),
        }
        with connection.cursor() as cursor:
            # References are right by construction; checking millions of them would take most of the time.
            cursor.execute("SET session_replication_role = replica")
            indexes = drop_indexes(cursor)
            for name, statement in STEPS.items():
                _step(cursor, name, statement, values)
            for definition in indexes:
                _step(cursor, "an index of changes", definition, {})
            _add_few(account, now, options.days)
            for name, statement in OF_REPORTS.items():
                _step(cursor, name, statement, values)
            cursor.execute("SET session_replication_role = DEFAULT")
            _step(cursor, "VACUUM ANALYZE", "VACUUM ANALYZE", {})
        return LargeWorkspace(owner, account, str(Offer.objects.get(allegro_id="15000000001").pk))


def _step(cursor: Any, name: str, statement: str, values: Mapping[str, Any]) -> None:
    began = time.perf_counter()
    cursor.execute(statement, values or None)
    say(f"  {name:<20} {max(0, cursor.rowcount):>9,} rows {time.perf_counter() - began:>6.1f} s")


def _add_few(account: "SellerAccount", now: datetime, days: int) -> None:
    """What there is little of: the history of orders, nights of counters, the uploads, runs of the sync."""
    from allegro.models import RunKind, RunTrigger, SyncRun  # noqa: PLC0415 - needs Django
    from offers.models import CounterNight, OrderHistory  # noqa: PLC0415
    from reports.models import AccountTotal, Upload  # noqa: PLC0415

    today, first = now.date(), now - timedelta(days=days)
    OrderHistory.objects.create(account=account, since=first, begun_at=now, goal=first)
    CounterNight.objects.bulk_create(
        CounterNight(
            account=account,
            day=today - timedelta(days=age),
            observed_at=now,
            offers=10_000,
            visits_30d=15_000_000 + age,
            is_faulty=False,
        )
        for age in range(1, days)
    )
    SyncRun.objects.bulk_create(
        SyncRun(
            account=account,
            trigger=RunTrigger.SCHEDULE,
            kind=RunKind.JOURNAL,
            status="succeeded",
            started_at=now - timedelta(hours=number),
            heartbeat_at=now - timedelta(hours=number),
            finished_at=now - timedelta(hours=number),
        )
        for number in range(1, 2_000)
    )
    uploads = [_upload(account, now, week) for week in range(REPORTS)]
    Upload.objects.bulk_create(uploads)
    AccountTotal.objects.bulk_create(
        AccountTotal(
            account=account,
            upload=upload,
            first_day=upload.period_from,
            last_day=upload.period_to,
            currency="PLN",
            marketplace="allegro-pl",
            reported_units=900,
            own_units=890,
            units_status="agrees",
            revenue_status="no_reference",
        )
        for upload in uploads
    )


def _upload(account: "SellerAccount", now: datetime, week: int) -> Any:
    from reports.models import Upload  # noqa: PLC0415 - needs Django

    last = now.date() - timedelta(days=1 + week * DAYS_OF_REPORT)
    return Upload(
        account=account,
        kind="sales_by_offer",
        status="imported",
        decision="everything",
        file_name=f"sales-{last}.xlsx",
        size=500_000,
        sha256=f"{week:064}",
        period_from=last - timedelta(days=DAYS_OF_REPORT - 1),
        period_to=last,
        marketplace="allegro-pl",
        currency="PLN",
        rows_read=10_000,
        good_rows=10_000,
        uploaded_at=now - timedelta(days=week),
        imported_at=now - timedelta(days=week),
    )
