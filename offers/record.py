"""Writing what was read: snapshots, events and order lines as facts, each in one transaction with its bookkeeping."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import F, Value
from django.db.models.functions import Coalesce, Least

from accounts.models import SellerAccount
from offers import documents
from offers.changes import PURCHASE_TOLERANCE
from offers.models import Offer, OfferEvent, OfferSnapshot, OfferStatus, SnapshotPart

Document = dict[str, Any]


@dataclass(frozen=True, slots=True)
class JournalRow:
    """One event of the offer journal as received."""

    event_id: str
    type: str
    allegro_offer_id: str
    occurred_at: datetime
    payload: Document


def derive_again(offers: Any, since: datetime) -> None:
    """Mark `offers` (a queryset) so that their changes from `since` on are derived again."""
    offers.update(derive_from=Least(Coalesce(F("derive_from"), Value(since)), Value(since)))


def ensure_offers(account: SellerAccount, allegro_ids: Iterable[str], now: datetime) -> dict[str, Offer]:
    """The offers of these Allegro ids; ids not known yet become offers of unknown content, to be read later."""
    wanted = set(allegro_ids)
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
                type=row.type,
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
        earliest[row.allegro_offer_id] = min(moment, earliest.get(row.allegro_offer_id, moment))
    ensure_offers(account, earliest, received_at)
    for allegro_id, since in earliest.items():
        derive_again(Offer.objects.filter(account=account, allegro_id=allegro_id), since)


@transaction.atomic
def record_detail(offer: Offer, document: Document, read_at: datetime) -> bool:
    """Store a GET /sale/product-offers/{id} document, read at `read_at`. Returns whether anything was new."""
    parts = documents.split_detail(document)
    price_stock_is_new = _observe(offer, SnapshotPart.PRICE_STOCK, parts.price_stock, read_at)
    detail_is_new = _observe(offer, SnapshotPart.DETAIL, parts.detail, read_at)
    offer.detail_seen_at, offer.gone_at = read_at, None
    _project_price_stock(offer, parts.price_stock)
    _project_detail(offer, parts.detail)
    offer.save(update_fields=[*PRICE_STOCK_COLUMNS, *DETAIL_COLUMNS, "detail_seen_at", "gone_at"])
    return price_stock_is_new or detail_is_new


@transaction.atomic
def record_price_stock(offer: Offer, document: Document, read_at: datetime) -> bool:
    """Store a GET /sale/product-offers/{id}/parts document. Returns whether anything was new."""
    part = documents.price_stock(document)
    is_new = _observe(offer, SnapshotPart.PRICE_STOCK, part, read_at)
    if is_new:
        _project_price_stock(offer, part)
        offer.save(update_fields=PRICE_STOCK_COLUMNS)
    return is_new


def record_gone(offer: Offer, read_at: datetime) -> None:
    """Keep a tombstone: Allegro answers 404 for archived and deleted offers alike and never says which."""
    offer.gone_at = offer.gone_at or read_at
    offer.status = OfferStatus.GONE
    offer.save(update_fields=["gone_at", "status"])


def observe_listing(offer: Offer, row: Document, read_at: datetime) -> bool:
    """Store a list row's lasting content. Returns whether it was new."""
    return _observe(offer, SnapshotPart.LISTING, documents.listing(row), read_at)


def _observe(offer: Offer, part: SnapshotPart, document: Document, read_at: datetime) -> bool:
    """Add a snapshot when the content differs from the newest one, else only stretch that one to `read_at`."""
    digest = documents.digest(document)
    newest = (
        OfferSnapshot.objects.filter(offer=offer, part=part)
        .order_by("-first_seen_at")
        .only("pk", "digest", "last_seen_at")
        .first()
    )
    if newest is not None and read_at < newest.last_seen_at:
        return False  # an answer that came late: a newer one is stored already
    if newest is not None and newest.digest == digest:
        OfferSnapshot.objects.filter(pk=newest.pk).update(last_seen_at=read_at)
        return False
    OfferSnapshot.objects.create(
        account_id=offer.account_id,
        offer=offer,
        part=part,
        digest=digest,
        document=document,
        first_seen_at=read_at,
        last_seen_at=read_at,
    )
    if part != SnapshotPart.LISTING:
        derive_again(Offer.objects.filter(pk=offer.pk), read_at)
    return True


PRICE_STOCK_COLUMNS = ["price", "currency", "stock"]
DETAIL_COLUMNS = ["title", "external_id", "image_url", "category_id", "status", "ended_by"]


def _project_price_stock(offer: Offer, part: Mapping[str, Any]) -> None:
    price = part["sellingMode"]["price"]
    offer.price = Decimal(price["amount"]) if price else None
    offer.currency = price["currency"] if price else ""
    offer.stock = part["stock"]["available"]


def _project_detail(offer: Offer, part: Mapping[str, Any]) -> None:
    publication = part.get("publication") or {}
    images = part.get("images") or []
    offer.title = part.get("name") or ""
    offer.external_id = (part.get("external") or {}).get("id") or ""
    offer.image_url = images[0] if images else ""
    offer.category_id = (part.get("category") or {}).get("id") or ""
    offer.status = publication.get("status") or ""
    offer.ended_by = publication.get("endedBy") or ""


def derive_after_purchase(account: SellerAccount, bought: Mapping[str, datetime]) -> None:
    """A purchase explains a fall of the stock: derive each offer (Allegro id) again from shortly before it."""
    for allegro_id, bought_at in bought.items():
        derive_again(Offer.objects.filter(account=account, allegro_id=allegro_id), bought_at - PURCHASE_TOLERANCE)
