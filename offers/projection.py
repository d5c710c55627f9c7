"""Deriving changes of stored offers: load the facts, call the pure function, replace exactly what it replaces."""

import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q

from accounts.models import SellerAccount
from offers.changes import PART_OF_EVENT, Change, Facts, derive_changes
from offers.facts import PARTS, load_facts
from offers.fields import PRICE_STOCK_PART, fields_of_part
from offers.models import Offer, OfferChange
from offers.record import fitting

BATCH = 50


def derive_pending(account: SellerAccount, after_batch: Callable[[], None] = lambda: None) -> int:
    """Derive the changes of every offer of `account` that has new facts. Returns how many offers were derived.

    `after_batch` is called now and then, so that a caller can show that it is alive.

    Works in batches, each a transaction under its offers' row locks, so it can stop anywhere and be run twice.
    """
    pending = list(
        Offer.objects.filter(account=account, derive_from__isnull=False).order_by("pk").values_list("pk", flat=True)
    )
    derived = 0
    for start in range(0, len(pending), BATCH):
        derived += _derive_batch(account, pending[start : start + BATCH])
        after_batch()
    return derived


@transaction.atomic
def _derive_batch(account: SellerAccount, offer_ids: Sequence[uuid.UUID]) -> int:
    offers = list(Offer.objects.select_for_update().filter(pk__in=offer_ids, derive_from__isnull=False).order_by("pk"))
    _replace_changes(account, offers, {offer.pk: offer.derive_from for offer in offers})
    Offer.objects.filter(pk__in=[offer.pk for offer in offers]).update(derive_from=None)
    return len(offers)


@transaction.atomic
def rebuild_offer(account: SellerAccount, offer: Offer) -> int:
    """Delete and derive again the whole record of one offer. Returns the number of changes."""
    locked = Offer.objects.select_for_update().get(pk=offer.pk)
    written = _replace_changes(account, [locked], {})
    Offer.objects.filter(pk=locked.pk).update(derive_from=None)
    return written


def _replace_changes(account: SellerAccount, offers: Sequence[Offer], since: Mapping[uuid.UUID, datetime]) -> int:
    """Derive `offers`, each from its `since` on or from the beginning, and swap the stored rows for the derived."""
    rows: list[OfferChange] = []
    replaced = Q(pk__in=[])
    batch = load_facts(account, offers, since)
    for offer, facts in batch.facts:
        rows.extend(_as_row(offer, change, batch.event_keys) for change in derive_changes(facts))
        replaced |= Q(offer=offer) & _standing_after(facts)
    # Deleting first keeps the primary keys, which are made from the facts, free to return.
    OfferChange.objects.filter(replaced).delete()
    OfferChange.objects.bulk_create(rows, batch_size=500)
    return len(rows)


def _standing_after(facts: Facts) -> Q:
    """The stored changes that `facts` derives anew."""
    replaced = Q()
    for part in (*PARTS, ""):
        cut = facts.cuts.get(part)
        replaced |= _of_part(part) & (Q(not_after__gt=cut) if cut else Q())
    return replaced


def _of_part(part: str) -> Q:
    if part == "":
        return Q(certainty="not_followed")
    types = [name for name, owner in PART_OF_EVENT.items() if owner == part]
    price_stock_keys = [field.key for field in fields_of_part(PRICE_STOCK_PART)]
    of_event = Q(event_type__in=types)
    silent = Q(event_type="", field__in=price_stock_keys)
    return of_event | (silent if part == PRICE_STOCK_PART else Q(event_type="") & ~Q(field__in=price_stock_keys))


def _as_row(offer: Offer, change: Change, event_keys: Mapping[str, int]) -> OfferChange:
    return OfferChange(
        id=_identity(offer, change),
        account_id=offer.account_id,
        offer=offer,
        field=change.field,
        marketplace=change.marketplace,
        old=change.old,
        new=change.new,
        old_seen=change.old_seen,
        new_seen=change.new_seen,
        not_before=change.not_before,
        not_after=change.not_after,
        event_id=event_keys.get(change.event_id),
        event_type=change.event_type,
        change_type=fitting(OfferChange, "change_type", change.change_type),
        certainty=change.certainty,
        units_sold=change.units_sold,
    )


def _identity(offer: Offer, change: Change) -> uuid.UUID:
    """The same change always has the same id, so that a rebuild leaves every link to it intact."""
    moment = change.event_id or f"{change.not_before.isoformat()}/{change.not_after.isoformat()}"
    return uuid.uuid5(offer.pk, f"{change.field}|{change.marketplace}|{moment}")


def change_rows(account: SellerAccount) -> Iterator[tuple[Any, ...]]:
    """All columns of all changes of `account` in a fixed order, to compare two derivations."""
    columns = [column.attname for column in OfferChange._meta.concrete_fields]
    yield from OfferChange.objects.filter(account=account).order_by("pk").values_list(*columns)
