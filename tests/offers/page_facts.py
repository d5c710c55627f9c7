"""Makes the rows that the pages show, without a sync."""

import uuid
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any, cast

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import SellerAccount
from offers.models import NOT_EDITED, Offer, OfferChange, OfferSnapshot, OrderEvent, SalesDay
from tests.factories import OfferFactory

# A Monday at noon in Warsaw.
NOW = datetime(2026, 9, 28, 10, 0, tzinfo=UTC)
TODAY = date(2026, 9, 28)


def make_offer(account: SellerAccount, **values: Any) -> Offer:
    return cast(Offer, OfferFactory(account=account, **values))


def make_offers(number: int, account: SellerAccount) -> list[Offer]:
    return [make_offer(account) for _ in range(number)]


def money(amount: str, currency: str = "PLN") -> dict[str, str]:
    return {"amount": amount, "currency": currency}


def add_change(offer: Offer, field: str = "price", **values: Any) -> OfferChange:
    """A price change by hand an hour ago, unless `values` say otherwise; `silent` seconds make it an interval."""
    moment = values.pop("at", NOW - timedelta(hours=1))
    known: dict[str, Any] = {
        "old": money("49.90"),
        "new": money("44.90"),
        "old_seen": True,
        "new_seen": True,
        "not_before": moment,
        "not_after": moment,
        "certainty": "exact",
        "event_type": "OFFER_PRICE_CHANGED" if field == "price" else "OFFER_CHANGED",
    }
    change = OfferChange.objects.create(
        id=uuid.uuid4(), account_id=offer.account_id, offer=offer, field=field, **{**known, **values}
    )
    if not OfferChange.objects.filter(NOT_EDITED, pk=change.pk).exists():
        newest = max(filter(None, (offer.edited_at, change.not_after)))
        Offer.objects.filter(pk=offer.pk).update(edited_at=newest)
        offer.edited_at = newest
    return cast(OfferChange, change)


def price_stock(price: str = "49.90", stock: int = 7) -> dict[str, Any]:
    """A document of the part that moves with every sale."""
    return {"sellingMode": {"price": money(price)}, "stock": {"available": stock}, "additionalMarketplaces": {}}


def add_sale(offer: Offer, day: date, units: int, revenue: str = "0.00", currency: str = "PLN") -> SalesDay:
    sale = SalesDay.objects.create(
        account_id=offer.account_id,
        offer=offer,
        marketplace="allegro-pl",
        currency=currency,
        day=day,
        units=units,
        revenue=Decimal(revenue),
        orders=1,
    )
    return cast(SalesDay, sale)


def add_reading(
    offer: Offer, part: str, first: datetime, last: datetime, document: dict[str, Any] | None = None
) -> OfferSnapshot:
    """Reads of a part that all found `document`, or nothing of interest."""
    reading = OfferSnapshot.objects.create(
        account_id=offer.account_id,
        offer=offer,
        part=part,
        digest="0" * 64,
        document=document or {},
        first_seen_at=first,
        last_seen_at=last,
    )
    return cast(OfferSnapshot, reading)


def know_orders(account: SellerAccount, since: datetime, until: datetime = NOW) -> None:
    """Let the account's order history begin at `since` and its last sync end at `until`."""
    OrderEvent.objects.create(
        account=account, event_id="1", type="BOUGHT", order_id="1", occurred_at=since, received_at=since
    )
    account.last_synced_at = until
    account.save()


def number_of_queries(client: Client, address: str) -> int:
    """How many queries a page takes once the cache holds what it remembers."""
    assert client.get(address).status_code == 200
    with CaptureQueriesContext(connection) as queries:
        assert client.get(address).status_code == 200
    return len(queries)
