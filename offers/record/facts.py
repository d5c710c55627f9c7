"""Loading the facts that changes are derived from: many offers at once, each from its anchor on."""

import uuid
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import F, Q

from accounts.models import SellerAccount
from offers import fields
from offers.fields import ACTIVATED, DETAIL_PART, OFFER_PARTS, PRICE_STOCK_PART
from offers.models import Offer, OfferEvent, OfferSnapshot, OrderLine
from offers.record import contents
from offers.record.changes import PART_OF_EVENT, PURCHASE_MARGIN, Event, Facts, Sale, Snapshot

INSTANT = timedelta(microseconds=1)
SNAPSHOT_COLUMNS = ("offer_id", "part", "document", "first_seen_at", "last_seen_at")
_Row = tuple[uuid.UUID, str, Any, datetime, datetime]
"""One snapshot's SNAPSHOT_COLUMNS."""


@dataclass(frozen=True)
class FactsBatch:
    """The facts of some offers, and the primary key of each journal row among them by its event id."""

    facts: list[tuple[Offer, Facts]]
    event_keys: dict[str, int]


@dataclass(frozen=True)
class _Anchors:
    """Where each offer's derivation starts: an anchor is a part's last snapshot first seen before `derive_from`.

    Up to it the changes stand already, so what came before need not be loaded.
    """

    offers: Sequence[Offer]
    snapshots: Mapping[tuple[uuid.UUID, str], _Row]

    def cuts(self, offer: Offer) -> dict[str, datetime]:
        """Up to which instant the changes of each part of `offer` stand."""
        if offer.derive_from is None:
            return {}
        before = offer.derive_from - INSTANT
        ends = {part: self.snapshots[offer.pk, part][-1] for part in OFFER_PARTS if (offer.pk, part) in self.snapshots}
        return {part: min(end, before) for part, end in ends.items()} | {"": before}

    def wanted(self, part: str, moment: str, margin: timedelta = timedelta(0)) -> Q:
        """Rows of an `allegro_offer_id` that matter for `part`: all of an offer without anchor, else those since then.

        `moment` names the column with the time.
        """
        complete = [offer.allegro_id for offer in self.offers if (offer.pk, part) not in self.snapshots]
        wanted = Q(allegro_offer_id__in=complete)
        for offer in self.offers:
            anchor = self.snapshots.get((offer.pk, part))
            if anchor:
                wanted |= Q(allegro_offer_id=offer.allegro_id, **{f"{moment}__gte": anchor[-2] - margin})
        return wanted


def load_facts(account: SellerAccount, offers: Sequence[Offer]) -> FactsBatch:
    """The facts of each offer: from the anchors of its (stored) `derive_from` on, or all of them where it has none."""
    anchors = _find_anchors(offers)
    snapshots = _load_snapshots(account, anchors)
    events, event_keys = _load_events(account, anchors)
    sales = _load_sales(account, anchors)
    facts = [
        (
            offer,
            Facts(
                snapshots[offer.pk],
                events[offer.allegro_id],
                sales[offer.allegro_id],
                account.base_marketplace,
                anchors.cuts(offer),
            ),
        )
        for offer in offers
    ]
    return FactsBatch(facts, event_keys)


def _find_anchors(offers: Sequence[Offer]) -> _Anchors:
    rows = (
        OfferSnapshot.objects.filter(offer__in=offers, part__in=OFFER_PARTS, first_seen_at__lt=F("offer__derive_from"))
        .order_by("offer_id", "part", "-first_seen_at")
        .distinct("offer_id", "part")
        .values_list(*SNAPSHOT_COLUMNS)
    )
    return _Anchors(offers, {(row[0], row[1]): row for row in rows})


def _load_snapshots(account: SellerAccount, anchors: _Anchors) -> dict[uuid.UUID, list[Snapshot]]:
    later = OfferSnapshot.objects.filter(
        Q(offer__derive_from__isnull=True) | Q(first_seen_at__gte=F("offer__derive_from")),
        offer__in=anchors.offers,
        part__in=OFFER_PARTS,
    )
    rows = [*anchors.snapshots.values(), *later.order_by("first_seen_at").values_list(*SNAPSHOT_COLUMNS)]
    pieces = contents.load(account, (document for _offer, _part, document, *_span in rows))
    found: dict[uuid.UUID, list[Snapshot]] = defaultdict(list)
    for offer_id, part, document, first_seen_at, last_seen_at in rows:
        found[offer_id].append(Snapshot(part, contents.unpack(document, pieces), first_seen_at, last_seen_at))
    return found


def _load_events(account: SellerAccount, anchors: _Anchors) -> tuple[dict[str, list[Event]], dict[str, int]]:
    # Activations explain stock events, so they are needed as far back as these.
    wanted = Q(type=ACTIVATED) & anchors.wanted(PRICE_STOCK_PART, "occurred_at", PURCHASE_MARGIN)
    for part in {*PART_OF_EVENT.values(), ""}:
        types = [name for name, owner in PART_OF_EVENT.items() if owner == part]
        of_part = Q(type__in=types) if part else ~Q(type__in=PART_OF_EVENT)
        margin = PURCHASE_MARGIN if part == PRICE_STOCK_PART else timedelta(0)
        # What belongs to no part is loaded with the details. A future-dated row counts from its receipt, which is
        # never before the start that it is loaded for.
        wanted |= of_part & anchors.wanted(part or DETAIL_PART, "occurred_at", margin)
    events: dict[str, list[Event]] = defaultdict(list)
    event_keys: dict[str, int] = {}
    for row in OfferEvent.objects.filter(wanted, account=account).order_by("occurred_at", "pk"):
        event_keys[row.event_id] = row.pk
        events[row.allegro_offer_id].append(
            Event(row.event_id, row.type, row.occurred_at, row.received_at, _scope(row), _told(row))
        )
    return events, event_keys


def _load_sales(account: SellerAccount, anchors: _Anchors) -> dict[str, list[Sale]]:
    wanted = anchors.wanted(PRICE_STOCK_PART, "bought_at", PURCHASE_MARGIN)
    lines = OrderLine.objects.filter(wanted, account=account, superseded_at__isnull=True).order_by("bought_at", "pk")
    sales: dict[str, list[Sale]] = defaultdict(list)
    for allegro_id, quantity, bought_at in lines.values_list("allegro_offer_id", "quantity", "bought_at"):
        sales[allegro_id].append(Sale(quantity, bought_at))
    return sales


def _scope(row: OfferEvent) -> dict[str, str]:
    """{"allegro-pl": "MANUAL"}: the marketplaces or languages that a row names; empty where it names none."""
    payload = row.payload
    offer = payload.get("offer") or {}
    match row.type:
        case fields.PRICE_CHANGED:
            named = offer.get("marketplaces") or []
            return {entry["id"]: entry.get("changeType") or "" for entry in named if entry.get("id")}
        case fields.VISIBILITY_CHANGED:
            # Either array may be empty (allegro-api issue 11675).
            return dict.fromkeys((offer.get("publication") or {}).get("updatedMarketplaces") or [], "")
        case fields.TRANSLATION_UPDATED:
            named = payload.get("translations") or []
            return {entry["language"]: "" for entry in named if entry.get("language")}
    return {}


def _told(row: OfferEvent) -> Any:
    return row.payload.get("blockedDeliveries") if row.type == fields.COUNTRIES_BLOCKED else None
