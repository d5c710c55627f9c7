"""Deriving changes of stored offers: load the facts, call the pure function, replace exactly what it replaces."""

import uuid
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet

from accounts.models import SellerAccount
from offers.changes import (
    PART_OF_EVENT,
    PURCHASE_TOLERANCE,
    Change,
    Event,
    Facts,
    Sale,
    Snapshot,
    derive_changes,
)
from offers.fields import DETAIL_PART, PRICE_STOCK_PART, fields_of_part
from offers.models import Offer, OfferChange, OfferEvent, OfferSnapshot, OrderLine

INSTANT = timedelta(microseconds=1)
PARTS = (PRICE_STOCK_PART, DETAIL_PART)


def derive_pending(account: SellerAccount) -> int:
    """Derive the changes of every offer of `account` that has new facts. Returns how many offers were derived.

    Each offer is its own transaction under its row lock, so the work can stop anywhere and be run twice.
    """
    pending = Offer.objects.filter(account=account, derive_from__isnull=False).values_list("pk", flat=True)
    derived = 0
    for offer_id in list(pending):
        derived += _derive_one(account, offer_id)
    return derived


@transaction.atomic
def _derive_one(account: SellerAccount, offer_id: uuid.UUID) -> bool:
    offer = Offer.objects.select_for_update().filter(pk=offer_id, derive_from__isnull=False).first()
    if offer is None:
        return False
    _replace_changes(account, offer, offer.derive_from)
    Offer.objects.filter(pk=offer.pk).update(derive_from=None)
    return True


@transaction.atomic
def rebuild_offer(account: SellerAccount, offer: Offer) -> int:
    """Delete and derive again the whole record of one offer. Returns the number of changes."""
    locked = Offer.objects.select_for_update().get(pk=offer.pk)
    written = _replace_changes(account, locked, None)
    Offer.objects.filter(pk=locked.pk).update(derive_from=None)
    return written


def _replace_changes(account: SellerAccount, offer: Offer, since: datetime | None) -> int:
    facts, event_keys = _load_facts(account, offer, since)
    rows = [_as_row(offer, change, event_keys) for change in derive_changes(facts)]
    # The order of deletion before insertion keeps primary keys, which are made from the facts, free to return.
    _standing_after(offer, facts).delete()
    OfferChange.objects.bulk_create(rows)
    return len(rows)


def _standing_after(offer: Offer, facts: Facts) -> QuerySet[OfferChange]:
    """The stored changes that `facts` derives anew."""
    changes = OfferChange.objects.filter(offer=offer)
    replaced = Q(pk__in=[])
    for part in (*PARTS, ""):
        cut = facts.cuts.get(part)
        replaced |= _of_part(part) & (Q(not_after__gt=cut) if cut else Q())
    return changes.filter(replaced)


def _of_part(part: str) -> Q:
    if part == "":
        return Q(certainty="not_followed")
    types = [name for name, owner in PART_OF_EVENT.items() if owner == part]
    price_stock_keys = [field.key for field in fields_of_part(PRICE_STOCK_PART)]
    of_event = Q(event_type__in=types)
    silent = Q(event_type="", field__in=price_stock_keys)
    return of_event | (silent if part == PRICE_STOCK_PART else Q(event_type="") & ~Q(field__in=price_stock_keys))


def _load_facts(account: SellerAccount, offer: Offer, since: datetime | None) -> tuple[Facts, dict[str, int]]:
    snapshots: list[Snapshot] = []
    cuts: dict[str, datetime] = {}
    for part in PARTS:
        stored = OfferSnapshot.objects.filter(offer=offer, part=part).order_by("first_seen_at")
        anchor = stored.filter(first_seen_at__lt=since).last() if since else None
        if anchor is not None and since is not None:
            cuts[part] = min(anchor.last_seen_at, since - INSTANT)
            stored = stored.filter(first_seen_at__gte=anchor.first_seen_at)
        snapshots.extend(
            Snapshot(row.part, row.document, row.first_seen_at, row.last_seen_at) for row in stored.iterator()
        )
    if since is not None:
        cuts[""] = since - INSTANT
    start = _earliest_needed(snapshots, cuts)
    events, event_keys = _load_events(account, offer, start)
    facts = Facts(snapshots, events, _load_sales(account, offer, start), account.base_marketplace, cuts)
    return facts, event_keys


def _earliest_needed(snapshots: Sequence[Snapshot], cuts: dict[str, datetime]) -> datetime | None:
    """Since when events matter: from the older of the two anchors, or from the beginning where a part has none."""
    if not all(part in cuts for part in PARTS):
        return None
    return min(snapshot.first_seen_at for snapshot in snapshots) - PURCHASE_TOLERANCE


def _load_events(account: SellerAccount, offer: Offer, start: datetime | None) -> tuple[list[Event], dict[str, int]]:
    stored = OfferEvent.objects.filter(account=account, allegro_offer_id=offer.allegro_id)
    if start is not None:
        # A future-dated row counts from when it was received, which is never before the start it is loaded for.
        stored = stored.filter(occurred_at__gt=start)
    rows = list(stored.order_by("occurred_at", "pk"))
    events = [
        Event(row.event_id, row.type, row.occurred_at, row.received_at, _change_types(row.payload)) for row in rows
    ]
    return events, {row.event_id: row.pk for row in rows}


def _change_types(payload: dict[str, Any]) -> dict[str, str]:
    """{"allegro-pl": "MANUAL"} of a price event; empty for other types and where Allegro left it out."""
    marketplaces = (payload.get("offer") or {}).get("marketplaces") or []
    return {entry["id"]: entry.get("changeType") or "" for entry in marketplaces if entry.get("id")}


def _load_sales(account: SellerAccount, offer: Offer, start: datetime | None) -> list[Sale]:
    lines = OrderLine.objects.filter(
        account=account, allegro_offer_id=offer.allegro_id, superseded_at__isnull=True
    ).order_by("bought_at", "pk")
    if start is not None:
        lines = lines.filter(bought_at__gt=start - PURCHASE_TOLERANCE)
    return [Sale(quantity, bought_at) for quantity, bought_at in lines.values_list("quantity", "bought_at")]


def _as_row(offer: Offer, change: Change, event_keys: dict[str, int]) -> OfferChange:
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
        change_type=change.change_type,
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
