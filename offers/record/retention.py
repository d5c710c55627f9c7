"""Giving up old raw facts: superseded snapshots and journal rows from before a horizon.

Changes are never given up. Those until the horizon stand as they are; everything after it can still be derived again,
because each part keeps the last snapshot before the horizon and the events since that was last seen.
"""

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.db.models import Max, Q, QuerySet

from accounts.models import SellerAccount
from offers.models import (
    Content,
    FactHorizon,
    Offer,
    OfferEvent,
    OfferSnapshot,
    SharedObject,
    SharedSnapshot,
)
from offers.record.changes import PART_OF_EVENT, PURCHASE_MARGIN, STATUS_AFTER

BATCH = 200
PARTS_WITH_EVENTS = frozenset(PART_OF_EVENT.values())


def give_up_before(account: SellerAccount, horizon: datetime) -> dict[str, int]:
    """Delete what `account` no longer needs from before `horizon`; counts of rows by table. Can stop anywhere.

    Offers whose changes are still to be derived from before the horizon are left for the next time.
    """
    with transaction.atomic():
        known, _created = FactHorizon.objects.select_for_update().get_or_create(
            account=account, defaults={"since": horizon}
        )
        # What an earlier run with another setting gave up does not come back.
        horizon = max(horizon, known.since)
        FactHorizon.objects.filter(pk=known.pk).update(since=horizon)
    counts = {"snapshots": 0, "events": 0, "shared": 0, "contents": 0}
    settled = Q(derive_from__isnull=True) | Q(derive_from__gte=horizon)
    offer_ids = list(Offer.objects.filter(settled, account=account).order_by("pk").values_list("pk", flat=True))
    for first in range(0, len(offer_ids), BATCH):
        snapshots, events = _give_up_offers(account, offer_ids[first : first + BATCH], horizon)
        counts["snapshots"] += snapshots
        counts["events"] += events
    counts["shared"] = _give_up_shared(account, horizon)
    counts["contents"] = _give_up_contents(account)
    return counts


@transaction.atomic
def _give_up_offers(account: SellerAccount, offer_ids: Sequence[uuid.UUID], horizon: datetime) -> tuple[int, int]:
    settled = Q(derive_from__isnull=True) | Q(derive_from__gte=horizon)
    offers = list(Offer.objects.select_for_update().filter(settled, pk__in=offer_ids).order_by("pk"))
    anchors = (
        OfferSnapshot.objects.filter(offer__in=offers, first_seen_at__lt=horizon)
        .order_by("offer_id", "part", "-first_seen_at")
        .distinct("offer_id", "part")
        .values_list("offer_id", "part", "first_seen_at", "last_seen_at")
    )
    superseded = Q(pk__in=[])
    seen: dict[tuple[uuid.UUID, str], datetime] = {}
    for offer_id, part, first_seen_at, last_seen_at in anchors:
        superseded |= Q(offer=offer_id, part=part, first_seen_at__lt=first_seen_at)
        seen[offer_id, part] = min(last_seen_at, horizon)
    snapshots = _delete(OfferSnapshot.objects.filter(superseded))
    needless = Q(pk__in=[])
    for offer in offers:
        needless |= Q(allegro_offer_id=offer.allegro_id) & _needless_events(
            {part: seen.get((offer.pk, part)) for part in PARTS_WITH_EVENTS}, horizon
        )
    return snapshots, _delete(OfferEvent.objects.filter(needless, account=account))


def _needless_events(seen: Mapping[str, datetime | None], horizon: datetime) -> Q:
    """Rows that no derivation after the horizon looks at; changes keep what they took from theirs.

    `seen` says when each part was last seen up to the horizon. Of a part that never was, nothing is given up.
    """
    floors = {part: last_seen_at for part, last_seen_at in seen.items() if last_seen_at}
    needless = ~Q(type__in=PART_OF_EVENT) & _before(horizon)
    for part, last_seen_at in floors.items():
        # Which status an offer had, and why it ended, is told by events alone (allegro-api issue 8675).
        types = [name for name, owner in PART_OF_EVENT.items() if owner == part and name not in STATUS_AFTER]
        needless |= Q(type__in=types) & _before(last_seen_at)
    return needless


def _before(floor: datetime) -> Q:
    until = floor - PURCHASE_MARGIN
    return Q(occurred_at__lt=until, received_at__lt=until)


@transaction.atomic
def _give_up_shared(account: SellerAccount, horizon: datetime) -> int:
    snapshots = SharedSnapshot.objects.filter(shared__account=account, first_seen_at__lt=horizon)
    superseded = Q(pk__in=[])
    for shared_id, newest in snapshots.values_list("shared_id").order_by().annotate(Max("first_seen_at")):
        superseded |= Q(shared=shared_id, first_seen_at__lt=newest)
    # The rows of one object are derived together: the lock keeps a reading from adding one meanwhile.
    list(SharedObject.objects.select_for_update().filter(account=account).values_list("pk"))
    return _delete(SharedSnapshot.objects.filter(superseded))


@transaction.atomic
def _give_up_contents(account: SellerAccount) -> int:
    """Pieces that no snapshot holds any more."""
    # A reading at this moment may be about to use a piece that nothing uses yet: it locks its offers first.
    list(Offer.objects.select_for_update().filter(account=account).values_list("pk"))
    with connection.cursor() as cursor:
        cursor.execute(USED_PIECES, [account.pk])
        used = {name for (name,) in cursor.fetchall()}
    unused = [
        key for key, name in Content.objects.filter(account=account).values_list("pk", "digest") if name not in used
    ]
    return _delete(Content.objects.filter(pk__in=unused))


def _delete(rows: QuerySet[Any]) -> int:
    deleted: int = rows.delete()[0]
    return deleted


USED_PIECES = """
SELECT DISTINCT piece.value ->> '$content'
FROM offers_offersnapshot AS snapshot, jsonb_each(snapshot.document) AS piece
WHERE snapshot.account_id = %s AND jsonb_typeof(piece.value) = 'object' AND piece.value ? '$content'
"""
