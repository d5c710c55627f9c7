"""Deriving changes of stored offers: load the facts, call the pure function, replace exactly what it replaces."""

import uuid
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

import structlog
from django.db import transaction
from django.db.models import Count, OuterRef, Q, QuerySet, Subquery

from accounts.models import SellerAccount
from config.faults import ENDS_THE_WORK
from offers.fields import DETAIL_PART, FIELDS, TOLD_PART, fields_of_part
from offers.models import NOT_EDITED, FactHorizon, Offer, OfferChange, SharedObject, SharedSnapshot
from offers.record.batches import find_batches
from offers.record.changes import PART_OF_EVENT, Change, Facts, Snapshot, derive_changes, derive_shared
from offers.record.facts import load_facts
from offers.record.storing import fitting
from offers.record.uses import replace_uses

log = structlog.get_logger(__name__)
BATCH = 50
# Rebuilding holds the whole record of so many offers at once.
REBUILD_BATCH = 10
# Batches are found afterwards, over all offers.
DERIVED_COLUMNS = [column.attname for column in OfferChange._meta.concrete_fields if column.name != "batch"]


def derive_pending(account: SellerAccount, after_batch: Callable[[], None] = lambda: None) -> int:
    """Derive the changes of every offer of `account` that has new facts. Returns how many offers were derived.

    `after_batch` is called now and then, so that a caller can show that it is alive.

    Works in batches, each a transaction under its offers' row locks, so it can stop anywhere and be run twice. Raises
    what an offer's facts cannot be derived for only after all others are done; that offer waits for the next time.
    """
    pending = list(
        Offer.objects.filter(account=account, derive_from__isnull=False).order_by("pk").values_list("pk", flat=True)
    )
    derived = 0
    faults: list[Exception] = []
    for start in range(0, len(pending), BATCH):
        batch = pending[start : start + BATCH]
        try:
            derived += _derive_batch(account, batch)
        except ENDS_THE_WORK:
            raise
        except Exception:
            derived += _derive_one_by_one(account, batch, faults)
        after_batch()
    if faults:
        raise faults[0]
    return derived


def _derive_one_by_one(account: SellerAccount, offer_ids: Sequence[uuid.UUID], faults: list[Exception]) -> int:
    derived = 0
    for offer_id in offer_ids:
        try:
            derived += _derive_batch(account, [offer_id])
        except ENDS_THE_WORK:
            raise
        except Exception as fault:
            log.exception("offer_not_derived", account=str(account.pk), offer=str(offer_id))
            faults.append(fault)
    return derived


@transaction.atomic
def _derive_batch(account: SellerAccount, offer_ids: Sequence[uuid.UUID]) -> int:
    offers = list(Offer.objects.select_for_update().filter(pk__in=offer_ids, derive_from__isnull=False).order_by("pk"))
    _replace_changes(account, offers)
    Offer.objects.filter(pk__in=[offer.pk for offer in offers]).update(derive_from=None)
    return len(offers)


def rebuild_changes(account: SellerAccount, after_batch: Callable[[], None] = lambda: None) -> int:
    """Derive the whole record of `account` again, as far back as its facts reach. Returns how many changes it has.

    Only rows that come out differently are written: of a record that is right, none. In batches like `derive_pending`.
    """
    offer_ids = list(Offer.objects.filter(account=account).order_by("pk").values_list("pk", flat=True))
    derived = 0
    for start in range(0, len(offer_ids), REBUILD_BATCH):
        derived += _rebuild_batch(account, offer_ids[start : start + REBUILD_BATCH])
        after_batch()
    changed = SharedObject.objects.filter(account=account).annotate(contents=Count("snapshots")).filter(contents__gt=1)
    return derived + sum(rebuild_shared(each) for each in changed.order_by("pk").select_related("account"))


@transaction.atomic
def _rebuild_batch(account: SellerAccount, offer_ids: Sequence[uuid.UUID]) -> int:
    offers = list(Offer.objects.select_for_update().filter(pk__in=offer_ids).order_by("pk"))
    horizon = FactHorizon.objects.filter(account=account).values_list("since", flat=True).first()
    # Without a horizon, everything; else from there on, as after a new fact of that time.
    for offer in offers:
        offer.derive_from = horizon and min(horizon, offer.derive_from or horizon)
    Offer.objects.bulk_update(offers, ["derive_from"])
    derived = _replace_changes(account, offers)
    Offer.objects.filter(pk__in=offer_ids).update(derive_from=None)
    return derived


def _replace_changes(account: SellerAccount, offers: Sequence[Offer]) -> int:
    """Derive `offers`, each from its `derive_from` on or from the beginning, and swap the stored rows for these."""
    rows: list[OfferChange] = []
    replaced = Q(pk__in=[])
    batch = load_facts(account, offers)
    for offer, facts in batch.facts:
        rows.extend(_as_row(offer, change, batch.event_keys) for change in derive_changes(facts))
        replaced |= Q(offer=offer) & _standing_after(facts)
    _swap(account, OfferChange.objects.filter(replaced), rows)
    replace_uses(account, batch.facts)
    return len(rows)


def _swap(account: SellerAccount, stored: QuerySet[OfferChange], derived: Sequence[OfferChange]) -> None:
    """Make `stored` equal to `derived`, touching only what differs, and find the batches around that again."""
    wanted = {row.pk: row for row in derived}
    before = list(stored)
    stale = [row for row in before if row.pk not in wanted or not _is_same(row, wanted[row.pk])]
    kept = {row.pk for row in before} - {row.pk for row in stale}
    fresh = [row for row in derived if row.pk not in kept]
    # Deleting first keeps the primary keys, which are made from the facts, free to return.
    OfferChange.objects.filter(pk__in=[row.pk for row in stale]).delete()
    OfferChange.objects.bulk_create(fresh, batch_size=500)
    _note_last_edits({row.offer_id for row in (*stale, *fresh) if row.offer_id})
    touched: dict[str, set[datetime]] = {}
    for row in (*stale, *fresh):
        if row.offer_id:
            touched.setdefault(row.field, set()).add(row.not_after)
    find_batches(account, touched)


def _note_last_edits(offer_ids: Collection[uuid.UUID]) -> None:
    """Bring `Offer.edited_at` of these offers to the state of their changes; by it the catalogue is sorted."""
    if not offer_ids:
        return
    edits = OfferChange.objects.filter(offer=OuterRef("pk")).exclude(NOT_EDITED).order_by("-not_after", "-id")
    Offer.objects.filter(pk__in=offer_ids).update(edited_at=Subquery(edits.values("not_after")[:1]))


def _is_same(one: OfferChange, other: OfferChange) -> bool:
    return all(getattr(one, name) == getattr(other, name) for name in DERIVED_COLUMNS)


def _standing_after(facts: Facts) -> Q:
    """The stored changes that `facts` derives anew."""
    cut = facts.cuts.get(TOLD_PART)
    if cut is None:
        return Q()
    replaced = Q(not_after__gt=cut)
    read = {*PART_OF_EVENT.values(), *(snapshot.part for snapshot in facts.snapshots)}
    for part in read:
        # A part's changes reach further back where it was last seen before the new fact, or never.
        own = facts.cuts.get(part)
        if own is None:
            replaced |= _of_part(part)
        elif own < cut:
            replaced |= _of_part(part) & Q(not_after__gt=own)
    return replaced


def _of_part(part: str) -> Q:
    """The changes that the derivation of one part gives; what names no part's field or event is of the details."""
    keys = [field.key for field in fields_of_part(part)]
    if part == TOLD_PART:
        return Q(certainty="not_followed") | Q(field__in=keys)
    types = [name for name, owner in PART_OF_EVENT.items() if owner == part]
    if part == DETAIL_PART:
        elsewhere = [field.key for field in FIELDS if field.part != DETAIL_PART]
        return Q(event_type__in=types) | (Q(event_type="") & ~Q(field__in=elsewhere))
    return Q(event_type__in=types) | Q(event_type="", field__in=keys)


def _as_row(subject: Offer | SharedObject, change: Change, event_keys: Mapping[str, int]) -> OfferChange:
    return OfferChange(
        id=_identity(subject, change),
        account_id=subject.account_id,
        offer=subject if isinstance(subject, Offer) else None,
        shared=subject if isinstance(subject, SharedObject) else None,
        field=fitting(OfferChange, "field", change.field),
        marketplace=fitting(OfferChange, "marketplace", change.marketplace),
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


def _identity(subject: Offer | SharedObject, change: Change) -> uuid.UUID:
    """The same change always has the same id, so that a rebuild leaves every link to it intact."""
    moment = change.event_id or f"{change.not_before.isoformat()}/{change.not_after.isoformat()}"
    return uuid.uuid5(subject.pk, f"{change.field}|{change.marketplace}|{moment}")


def derive_shared_after(snapshot: SharedSnapshot) -> int:
    """Derive the changes of a shared object from one of its snapshots on. Returns how many there are."""
    later = SharedSnapshot.objects.filter(shared=snapshot.shared_id, first_seen_at__gte=snapshot.first_seen_at)
    stored = OfferChange.objects.filter(shared=snapshot.shared_id, not_after__gt=snapshot.last_seen_at)
    return _replace_shared(snapshot.shared, later, stored)


@transaction.atomic
def rebuild_shared(shared: SharedObject) -> int:
    """Derive the record of one shared object again, as far back as its snapshots reach. Returns its changes' number."""
    locked = SharedObject.objects.select_for_update().get(pk=shared.pk)
    first = SharedSnapshot.objects.filter(shared=locked).order_by("first_seen_at").first()
    return derive_shared_after(first) if first else 0


def _replace_shared(shared: SharedObject, snapshots: QuerySet[SharedSnapshot], stored: QuerySet[OfferChange]) -> int:
    columns = ("document", "first_seen_at", "last_seen_at", "announced_at")
    changes = derive_shared(shared.kind, [Snapshot("", *row) for row in snapshots.values_list(*columns)])
    _swap(shared.account, stored, [_as_row(shared, change, {}) for change in changes])
    return len(changes)


def change_rows(account: SellerAccount) -> Iterator[tuple[Any, ...]]:
    """All columns of all changes of `account` in a fixed order, to compare two derivations."""
    columns = [column.attname for column in OfferChange._meta.concrete_fields]
    yield from OfferChange.objects.filter(account=account).order_by("pk").values_list(*columns)
