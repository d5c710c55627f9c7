"""Makes batches, shared objects and their changes, without a sync."""

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, cast

from accounts.models import SellerAccount
from offers.models import ChangeBatch, Offer, OfferChange, OfferUse, SharedObject
from tests.factories import START
from tests.offers.page_facts import NOW, add_change, make_offers


def add_batch(account: SellerAccount, offers: int, at: datetime, field: str = "price", **values: Any) -> ChangeBatch:
    """The same field changed on so many new offers, a second apart, ending at `at`."""
    changes = [
        add_change(offer, field, at=at - timedelta(seconds=number), **values)
        for number, offer in enumerate(make_offers(offers, account))
    ]
    return batch_of(changes)


def batch_of(changes: Sequence[OfferChange]) -> ChangeBatch:
    """The batch that these changes make."""
    moments = [change.not_after for change in changes]
    batch = ChangeBatch.objects.create(
        id=uuid.uuid4(),
        account_id=changes[0].account_id,
        field=changes[0].field,
        since=min(moments),
        until=max(moments),
        offers=len(changes),
    )
    OfferChange.objects.filter(pk__in=[change.pk for change in changes]).update(batch=batch)
    return cast(ChangeBatch, batch)


def make_shared(account: SellerAccount, kind: str = "price_list", **values: Any) -> SharedObject:
    known = {"allegro_id": str(uuid.uuid4()), "name": "Standard", "first_seen_at": START, **values}
    return cast(SharedObject, SharedObject.objects.create(account=account, kind=kind, **known))


def use(offer: Offer, shared: SharedObject, since: datetime = START, until: datetime | None = None) -> None:
    """Let `offer` refer to `shared` in a span of time."""
    OfferUse.objects.create(
        account_id=offer.account_id,
        offer=offer,
        part="detail",
        kind=shared.kind,
        allegro_id=shared.allegro_id,
        since=since,
        until=until,
    )


def add_shared_change(shared: SharedObject, field: str = "price_list.name", **values: Any) -> OfferChange:
    """A new name of a price list, seen by comparing yesterday's read with one an hour ago."""
    known: dict[str, Any] = {
        "old": "Old name",
        "new": "New name",
        "old_seen": True,
        "new_seen": True,
        "not_before": NOW - timedelta(days=1),
        "not_after": NOW - timedelta(hours=1),
        "certainty": "interval",
    }
    change = OfferChange.objects.create(
        id=uuid.uuid4(), account_id=shared.account_id, shared=shared, field=field, **{**known, **values}
    )
    return cast(OfferChange, change)
