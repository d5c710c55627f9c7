"""Writing what was read: snapshots, events and order lines as facts, each in one transaction with its bookkeeping."""

import uuid
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, cast

from django.db import models, transaction

from accounts.models import SellerAccount
from offers.fields import ACTIVATED, STOCK_CHANGED
from offers.models import (
    FactHorizon,
    Offer,
    OfferAbsence,
    OfferEvent,
    OfferSnapshot,
    OfferStatus,
    PartReading,
    SnapshotPart,
)
from offers.record import contents, documents
from offers.record.changes import PURCHASE_REACH

Document = dict[str, Any]
# So long before an offer was first heard of, its oldest journal row may have occurred (Allegro keeps a day; rows have
# come late).
JOURNAL_KEPT = timedelta(days=3)


@dataclass(frozen=True, slots=True)
class JournalRow:
    """One event of the offer journal as received."""

    event_id: str
    type: str
    allegro_offer_id: str
    occurred_at: datetime
    payload: Document


def derive_again(account: SellerAccount, earliest: Mapping[str, datetime]) -> None:
    """Mark offers (Allegro id -> time of the oldest new fact) so that their changes from then on are derived again."""
    if not earliest:
        return
    horizon = _horizon(account.pk)
    offers = list(
        Offer.objects.select_for_update()
        .filter(account=account, allegro_id__in=earliest)
        .order_by("pk")
        .only("account_id", "allegro_id", "derive_from")
    )
    for offer in offers:
        _mark(offer, max(horizon, earliest[offer.allegro_id]))
    Offer.objects.bulk_update(offers, ["derive_from"], batch_size=1000)


def _mark(offer: Offer, since: datetime) -> None:
    offer.derive_from = min(since, offer.derive_from or since)


def _horizon(account_id: uuid.UUID) -> datetime:
    """From when on the facts are complete: a fact from before cannot be told from those that were given up."""
    found = FactHorizon.objects.filter(account=account_id).values_list("since", flat=True).first()
    return found or datetime.min.replace(tzinfo=UTC)


def ensure_offers(account: SellerAccount, allegro_ids: Iterable[str], now: datetime) -> dict[str, Offer]:
    """The offers of these Allegro ids; ids not known yet become offers of unknown content, to be read later."""
    wanted = set(allegro_ids)
    if not wanted:
        return {}
    missing = wanted - set(_known_ids(account, wanted))
    Offer.objects.bulk_create(
        [Offer(account=account, allegro_id=allegro_id, first_seen_at=now) for allegro_id in sorted(missing)],
        ignore_conflicts=True,
    )
    return {offer.allegro_id: offer for offer in Offer.objects.filter(account=account, allegro_id__in=wanted)}


def _known_ids(account: SellerAccount, allegro_ids: set[str]) -> Iterable[str]:
    known: Iterable[str] = Offer.objects.filter(account=account, allegro_id__in=allegro_ids).values_list(
        "allegro_id", flat=True
    )
    return known


@transaction.atomic
def record_events(account: SellerAccount, rows: Sequence[JournalRow], received_at: datetime) -> int:
    """Store journal rows; those known already are left as they are. Returns how many were new."""
    known = set(
        OfferEvent.objects.filter(account=account, event_id__in=[row.event_id for row in rows]).values_list(
            "event_id", flat=True
        )
    )
    new = [row for row in rows if row.event_id not in known]
    OfferEvent.objects.bulk_create(
        [
            OfferEvent(
                account=account,
                event_id=row.event_id,
                allegro_offer_id=row.allegro_offer_id,
                type=fitting(OfferEvent, "type", row.type),
                occurred_at=row.occurred_at,
                received_at=received_at,
                payload=row.payload,
            )
            for row in new
        ],
        ignore_conflicts=True,
    )
    _derive_from_events(account, new, received_at)
    return len(new)


def _derive_from_events(account: SellerAccount, rows: Sequence[JournalRow], received_at: datetime) -> None:
    earliest: dict[str, datetime] = {}
    for row in rows:
        moment = min(row.occurred_at, received_at)
        if row.type in (ACTIVATED, STOCK_CHANGED):
            moment -= PURCHASE_REACH
        earliest[row.allegro_offer_id] = min(moment, earliest.get(row.allegro_offer_id, moment))
    ensure_offers(account, earliest, received_at)
    derive_again(account, earliest)


@dataclass(frozen=True, slots=True)
class OfferRead:
    """What one call said about one offer, cut into parts, and when the call was made."""

    offer: Offer
    parts: Mapping[SnapshotPart, Document]
    read_at: datetime


def detail_read(offer: Offer, document: Document, read_at: datetime) -> OfferRead:
    """From GET /sale/product-offers/{id}."""
    parts = documents.split_detail(document)
    return OfferRead(offer, {SnapshotPart.PRICE_STOCK: parts.price_stock, SnapshotPart.DETAIL: parts.detail}, read_at)


def price_stock_read(offer: Offer, document: Document, read_at: datetime) -> OfferRead:
    """From GET /sale/product-offers/{id}/parts."""
    return OfferRead(offer, {SnapshotPart.PRICE_STOCK: documents.price_stock(document)}, read_at)


def extras_read(offer: Offer, parts: Mapping[SnapshotPart, Document], read_at: datetime) -> OfferRead:
    """From the calls about a single offer besides its own; the documents have the forms of `offers.record.parts`."""
    return OfferRead(offer, {part: documents.canonical(document) for part, document in parts.items()}, read_at)


@transaction.atomic
def record_reads(reads: Sequence[OfferRead]) -> int:
    """Store what was read of different offers. Returns how many of them showed something new."""
    locked = {
        offer.pk: offer
        for offer in Offer.objects.select_for_update().filter(pk__in=[read.offer.pk for read in reads]).order_by("pk")
    }
    _end_absences({read.offer.pk: read.read_at for read in reads if _is_return(locked[read.offer.pk], read)})
    changed = _observe([(locked[read.offer.pk], read) for read in reads])
    unchanged = []
    for read in reads:
        offer = locked[read.offer.pk]
        if SnapshotPart.DETAIL in read.parts:
            offer.detail_seen_at = read.read_at
        if SnapshotPart.PRICE_STOCK not in read.parts:
            offer.extras_seen_at = read.read_at
            unchanged.append(offer)
        elif offer.pk in changed or offer.gone_at:
            offer.gone_at = None
            _project(offer, read.parts)
            offer.save(update_fields=PROJECTED_COLUMNS)
        else:
            unchanged.append(offer)
    Offer.objects.bulk_update(unchanged, ["detail_seen_at", "extras_seen_at", "derive_from"])
    return len(changed)


def _is_return(offer: Offer, read: OfferRead) -> bool:
    return offer.gone_at is not None and SnapshotPart.PRICE_STOCK in read.parts


def _end_absences(returned: Mapping[uuid.UUID, datetime]) -> None:
    open_ones = list(OfferAbsence.objects.filter(offer__in=list(returned), until__isnull=True))
    for absence in open_ones:
        absence.until = returned[absence.offer_id]
    OfferAbsence.objects.bulk_update(open_ones, ["until"])


def last_returns(offer_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, datetime]:
    """When each of these offers was last found again after an absence; content from before it ended with that."""
    found = OfferAbsence.objects.filter(offer__in=offer_ids, until__isnull=False)
    return dict(found.values_list("offer").order_by().annotate(models.Max("until")))


@transaction.atomic
def record_gone(offer: Offer, read_at: datetime) -> None:
    """Keep a tombstone: Allegro answers 404 for archived and deleted offers alike and never says which."""
    if offer.gone_at is None:
        _confirm_listed_parts(offer)
        offer.gone_at = read_at
    offer.gone_checked_at = read_at
    offer.status = OfferStatus.GONE
    offer.save(update_fields=["gone_at", "gone_checked_at", "status"])
    OfferAbsence.objects.update_or_create(
        account_id=offer.account_id,
        offer=offer,
        until=None,
        defaults={"checked_at": read_at},
        create_defaults={"checked_at": read_at, "since": offer.gone_at},
    )


def _confirm_listed_parts(offer: Offer) -> None:
    """Readings of the whole account confirm what they do not change, until the offer is no longer among them."""
    readings = dict(PartReading.objects.filter(account=offer.account_id).values_list("part", "last_read_at"))
    newest = newest_snapshots([offer.pk], readings.keys())
    for snapshot in newest.values():
        snapshot.last_seen_at = max(snapshot.last_seen_at, readings[snapshot.part])
    OfferSnapshot.objects.bulk_update(newest.values(), ["last_seen_at"])


def observe_listings(
    account: SellerAccount, pairs: Sequence[tuple[Offer, Document]], read_at: datetime
) -> set[uuid.UUID]:
    """Store the lasting content of list rows, all offers in four queries. Returns the offers whose content is new."""
    stored = OfferSnapshot.objects.filter(
        offer__in=[offer.pk for offer, _row in pairs], part=SnapshotPart.LISTING
    ).order_by("offer_id", "-first_seen_at")
    newest = {row.offer_id: row for row in stored.distinct("offer_id").only("pk", "offer_id", "digest", "last_seen_at")}
    same: list[int] = []
    fresh: list[OfferSnapshot] = []
    for offer, row in pairs:
        document = documents.listing(row)
        digest = documents.digest(document)
        before = newest.get(offer.pk)
        if before is not None and before.digest == digest:
            same.append(before.pk)
        else:
            fresh.append(new_snapshot(offer, SnapshotPart.LISTING, document, read_at))
    OfferSnapshot.objects.filter(pk__in=same, last_seen_at__lt=read_at).update(last_seen_at=read_at)
    store_snapshots(fresh, ignore_conflicts=True)
    return {snapshot.offer_id for snapshot in fresh}


def new_snapshot(offer: Offer, part: str, document: Document, read_at: datetime) -> OfferSnapshot:
    """A snapshot of a whole document, to be stored by `store_snapshots`."""
    return OfferSnapshot(
        account_id=offer.account_id,
        offer=offer,
        part=part,
        digest=documents.digest(document),
        document=document,
        first_seen_at=read_at,
        last_seen_at=read_at,
    )


def store_snapshots(snapshots: Sequence[OfferSnapshot], *, ignore_conflicts: bool = False) -> None:
    """Store new snapshots of one account, their large pieces once."""
    if not snapshots:
        return
    pieces: dict[str, Any] = {}
    for snapshot in snapshots:
        snapshot.document, own = contents.pack(snapshot.document)
        pieces |= own
    contents.store(snapshots[0].account_id, pieces)
    OfferSnapshot.objects.bulk_create(snapshots, batch_size=1000, ignore_conflicts=ignore_conflicts)


def _observe(reads: Sequence[tuple[Offer, OfferRead]]) -> set[uuid.UUID]:
    """Add a snapshot of each part whose content differs from its newest one; only stretch the others.

    Marks the offers with something new for derivation, without saving them, and returns their keys.
    """
    parts = {part for _offer, read in reads for part in read.parts}
    offer_ids = [offer.pk for offer, _read in reads]
    newest, returns = newest_snapshots(offer_ids, parts), last_returns(offer_ids)
    same: list[OfferSnapshot] = []
    fresh: list[OfferSnapshot] = []
    stretched: list[tuple[Offer, datetime]] = []
    for offer, read in reads:
        for part, document in read.parts.items():
            digest = documents.digest(document)
            before = newest.get((offer.pk, part))
            if before is not None and _is_late(before, digest, read.read_at):
                continue
            if before is not None and before.digest == digest and not is_cut_off(before, returns):
                stretched.append((offer, before.last_seen_at))
                before.last_seen_at = read.read_at
                same.append(before)
            else:
                fresh.append(new_snapshot(offer, part, document, read.read_at))
                _mark(offer, read.read_at)
    _mark_announced(stretched)
    OfferSnapshot.objects.bulk_update(same, ["last_seen_at"])
    store_snapshots(fresh)
    return {snapshot.offer_id for snapshot in fresh}


def is_cut_off(before: OfferSnapshot, returns: Mapping[uuid.UUID, datetime]) -> bool:
    """Whether an absence lies between a snapshot and now: nobody saw its content last through that time."""
    returned_at = returns.get(before.offer_id)
    return returned_at is not None and before.first_seen_at < returned_at


def _is_late(before: OfferSnapshot, digest: str, read_at: datetime) -> bool:
    """Whether what is stored is as new: an answer overtaken by another, or other content at the very same instant.

    One instant has one content; the next read tells which of the two lasted.
    """
    return read_at < before.last_seen_at or (read_at == before.last_seen_at and digest != before.digest)


def _mark_announced(stretched: Sequence[tuple[Offer, datetime]]) -> None:
    """Mark offers with events since the read before: seeing no difference answers what stands as "not read yet"."""
    if not stretched:
        return
    since: dict[str, tuple[Offer, datetime]] = {}
    for offer, seen_at in stretched:
        known = since.get(offer.allegro_id)
        since[offer.allegro_id] = (offer, min(seen_at, known[1]) if known else seen_at)
    events = OfferEvent.objects.filter(
        account_id=stretched[0][0].account_id,
        allegro_offer_id__in=since,
        occurred_at__gt=min(seen_at for _offer, seen_at in since.values()),
    )
    horizon = _horizon(stretched[0][0].account_id)
    for allegro_id, *instants in events.values_list("allegro_offer_id", "occurred_at", "received_at"):
        offer, seen_at = since[allegro_id]
        if min(instants) > seen_at:
            _mark(offer, max(horizon, min(instants)))


def newest_snapshots(
    offer_ids: Collection[uuid.UUID], parts: Collection[str]
) -> dict[tuple[uuid.UUID, str], OfferSnapshot]:
    """The newest snapshot of each of `parts` of each offer, without its document."""
    stored = (
        OfferSnapshot.objects.filter(offer__in=offer_ids, part__in=parts)
        .order_by("offer_id", "part", "-first_seen_at")
        .distinct("offer_id", "part")
        .only("pk", "account_id", "offer_id", "part", "digest", "last_seen_at")
    )
    return {(row.offer_id, row.part): row for row in stored}


PROJECTED_COLUMNS = [
    "price", "currency", "stock", "title", "external_id", "image_url", "category_id", "product_id", "status",
    "ended_by", "detail_seen_at", "gone_at", "derive_from",
]  # fmt: skip


def _project(offer: Offer, parts: Mapping[SnapshotPart, Document]) -> None:
    _project_price_stock(offer, parts[SnapshotPart.PRICE_STOCK])
    if SnapshotPart.DETAIL in parts:
        _project_detail(offer, parts[SnapshotPart.DETAIL])


def _project_price_stock(offer: Offer, part: Mapping[str, Any]) -> None:
    price = part["sellingMode"]["price"]
    offer.price = Decimal(price["amount"]) if price else None
    offer.currency = price["currency"] if price else ""
    offer.stock = part["stock"]["available"]


def _project_detail(offer: Offer, part: Mapping[str, Any]) -> None:
    publication = part.get("publication") or {}
    images = part.get("images") or []
    status = publication.get("status") or ""
    offer.title = fitting(Offer, "title", part.get("name") or "")
    offer.external_id = fitting(Offer, "external_id", (part.get("external") or {}).get("id") or "")
    offer.image_url = fitting(Offer, "image_url", images[0] if images else "")
    offer.category_id = fitting(Offer, "category_id", (part.get("category") or {}).get("id") or "")
    products = [(entry or {}).get("product") or {} for entry in part.get("productSet") or []]
    offer.product_id = fitting(Offer, "product_id", products[0].get("id") or "" if products else "")
    offer.status = status if status in OfferStatus.values else OfferStatus.UNKNOWN
    offer.ended_by = fitting(Offer, "ended_by", publication.get("endedBy") or "")


def fitting(model: type[models.Model], column: str, text: str) -> str:
    """`text` cut to what the column holds: a longer word of Allegro's in one offer must not stop the whole account."""
    return text[: cast("models.CharField[str, str]", model._meta.get_field(column)).max_length]


def derive_after_purchase(account: SellerAccount, bought: Mapping[str, datetime]) -> None:
    """A purchase explains a fall of the stock: derive each offer (Allegro id) again from shortly before it.

    One from before anything was known of the offer explains nothing.
    """
    known = Offer.objects.filter(account=account, allegro_id__in=bought).values_list("allegro_id", "first_seen_at")
    begins = {allegro_id: first_seen_at - JOURNAL_KEPT for allegro_id, first_seen_at in known}
    since = {
        allegro_id: bought_at - PURCHASE_REACH
        for allegro_id, bought_at in bought.items()
        if bought_at >= begins.get(allegro_id, bought_at)
    }
    derive_again(account, since)
