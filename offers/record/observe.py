"""Writing what lists of the whole account said: parts of all offers at once, and the objects that offers share.

Such a reading is recorded only when it is provably complete: what it does not name is not there.
"""

import uuid
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from accounts.models import SellerAccount
from offers.models import Offer, OfferSnapshot, PartReading, SharedKind, SharedObject, SharedSnapshot, SnapshotPart
from offers.record import documents
from offers.record.projection import derive_shared_after
from offers.record.storing import (
    derive_again,
    fitting,
    is_cut_off,
    last_returns,
    new_snapshot,
    newest_snapshots,
    store_snapshots,
)

Document = dict[str, Any]


@transaction.atomic
def observe_everywhere(
    account: SellerAccount, part: SnapshotPart, found: Mapping[str, Document], span: tuple[datetime, datetime]
) -> int:
    """Record a complete reading of `part` (Allegro offer id -> document in the form of `offers.record.parts`).

    `span` tells when the reading began and ended: what was there before is confirmed until its beginning, what is new
    was seen at its end. Offers that it does not name had nothing; of one that came to be known since it began it says
    only what it names. Returns how many offers show something new. A reading that is not newer than the last one
    changes nothing.
    """
    began_at, read_at = span
    reading = PartReading.objects.select_for_update().filter(account=account, part=part).first()
    if reading is not None and reading.last_read_at >= began_at:
        return 0
    known = Offer.objects.filter(account=account, gone_at__isnull=True)
    offers = [
        offer
        for offer in known.only("account_id", "allegro_id", "first_seen_at")
        if offer.first_seen_at <= began_at or offer.allegro_id in found
    ]
    offer_ids = [offer.pk for offer in offers]
    newest, returns = newest_snapshots(offer_ids, [part]), last_returns(offer_ids)
    fresh: list[OfferSnapshot] = []
    ended: list[OfferSnapshot] = []
    for offer in offers:
        document = documents.canonical(found.get(offer.allegro_id, {}))
        before = newest.get((offer.pk, part))
        is_cut = before is not None and is_cut_off(before, returns)
        if before is not None and before.digest == documents.digest(document) and not is_cut:
            continue
        if before is not None and reading is not None and not is_cut:
            # It was last confirmed by the reading before this one.
            before.last_seen_at = max(before.last_seen_at, reading.last_read_at)
            ended.append(before)
        fresh.append(new_snapshot(offer, part, document, read_at))
    OfferSnapshot.objects.bulk_update(ended, ["last_seen_at"], batch_size=1000)
    store_snapshots(fresh)
    derive_again(account, {row.offer.allegro_id: read_at for row in fresh})
    _note_reading(account, part, reading, began_at)
    return len(fresh)


def _note_reading(account: SellerAccount, part: SnapshotPart, before: PartReading | None, read_at: datetime) -> None:
    if before is None:
        PartReading.objects.create(account=account, part=part, first_read_at=read_at, last_read_at=read_at)
    else:
        PartReading.objects.filter(pk=before.pk).update(last_read_at=read_at)


@dataclass(frozen=True, slots=True)
class SharedContent:
    """What was read of one shared object: its name for people and its content without noise."""

    name: str
    document: Document
    is_for_all: bool = False
    # When Allegro says that this content came to be, where it does: only its journal of categories tells.
    announced_at: datetime | None = None


@transaction.atomic
def observe_shared(
    account: SellerAccount,
    kind: SharedKind,
    found: Mapping[str, SharedContent],
    read_at: datetime,
    *,
    is_complete: bool,
) -> int:
    """Record the content of shared objects (Allegro id -> content); those missing from a complete reading are gone.

    Returns how many show something new. Their changes are derived at once: no event announces any.
    """
    rows = SharedObject.objects.select_for_update().filter(account=account, kind=kind).order_by("pk")
    known = {row.allegro_id: row for row in (rows if is_complete else rows.filter(allegro_id__in=found))}
    newest = _newest([row.pk for key, row in known.items() if key in found])
    changed = 0
    for key, content in found.items():
        shared = known.get(key) or SharedObject(account=account, kind=kind, allegro_id=key, first_seen_at=read_at)
        was_gone = shared.gone_at is not None
        _save(shared, content)
        changed += _observe(shared, content, newest.get(shared.pk), read_at, was_gone=was_gone)
    if is_complete:
        missing = [row.pk for key, row in known.items() if key not in found and row.gone_at is None]
        SharedObject.objects.filter(pk__in=missing).update(gone_at=read_at)
    return changed


@transaction.atomic
def note_turns(
    account: SellerAccount, kind: SharedKind, asked: Collection[str], gone: Collection[str], at: datetime
) -> None:
    """Remember that the objects `asked` (Allegro ids) had their turn, and which of them Allegro does not have.

    One that was never seen is kept too, so that it is known to be asked for later.
    """
    fresh = [
        SharedObject(
            account=account,
            kind=kind,
            allegro_id=key,
            first_seen_at=at,
            asked_at=at,
            gone_at=at if key in gone else None,
        )
        for key in sorted(asked)
    ]
    SharedObject.objects.bulk_create(fresh, ignore_conflicts=True)
    known = SharedObject.objects.filter(account=account, kind=kind)
    known.filter(allegro_id__in=asked).update(asked_at=at)
    known.filter(allegro_id__in=gone, gone_at=None).update(gone_at=at)


def note_names(account: SellerAccount, kind: SharedKind, names: Mapping[str, str], at: datetime) -> None:
    """Remember what objects are called (Allegro id -> name) that no offer uses but that others name."""
    for key, name in names.items():
        SharedObject.objects.update_or_create(
            account=account,
            kind=kind,
            allegro_id=key,
            defaults={"name": fitting(SharedObject, "name", name)},
            create_defaults={"name": fitting(SharedObject, "name", name), "first_seen_at": at},
        )


def _newest(shared_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, SharedSnapshot]:
    rows = SharedSnapshot.objects.filter(shared__in=list(shared_ids)).order_by("shared_id", "-first_seen_at")
    return {row.shared_id: row for row in rows.distinct("shared_id")}


def _save(shared: SharedObject, content: SharedContent) -> None:
    name = fitting(SharedObject, "name", content.name)
    as_stored = (shared.name, shared.is_for_all, shared.gone_at)
    shared.name, shared.is_for_all, shared.gone_at = name, content.is_for_all, None
    if shared._state.adding or as_stored != (name, content.is_for_all, None):
        shared.save()


def _observe(
    shared: SharedObject, content: SharedContent, before: SharedSnapshot | None, read_at: datetime, *, was_gone: bool
) -> bool:
    document = documents.canonical(content.document)
    digest = documents.digest(document)
    if before is not None and read_at <= before.last_seen_at:
        return False
    if before is not None and before.digest == digest and not was_gone:
        SharedSnapshot.objects.filter(pk=before.pk).update(last_seen_at=read_at)
        return False
    SharedSnapshot.objects.create(
        shared=shared,
        digest=digest,
        document=document,
        first_seen_at=read_at,
        last_seen_at=read_at,
        announced_at=content.announced_at,
    )
    if before is not None:
        derive_shared_after(before)
    return True
