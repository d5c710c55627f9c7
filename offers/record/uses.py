"""Which shared objects an offer uses, and since when: a projection of its snapshots."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from accounts.models import SellerAccount
from offers.fields import DELIVERY_SETTINGS, DETAIL_PART, FIELDS, OFFER_PARTS, SHARED_KINDS, Field, named, values_of
from offers.models import Offer, OfferUse
from offers.record.changes import Facts, Snapshot

REFERRING: tuple[Field, ...] = tuple(
    field for field in FIELDS if field.refers in SHARED_KINDS and field.part in OFFER_PARTS
)
REFERRING_PARTS = frozenset({DETAIL_PART, *(field.part for field in REFERRING)})
Reference = tuple[str, str]
"""(kind of shared object, Allegro's id)."""


def references(part: str, document: Mapping[str, Any], base_marketplace: str) -> frozenset[Reference]:
    """What the document of an offer's part refers to."""
    found = {
        (field.refers, key)
        for field in REFERRING
        if field.part == part
        for value in values_of(field, dict(document)).values()
        for key in named(field, value)
    }
    if part == DETAIL_PART:
        # Delivery settings hold for every offer on their marketplace; offers do not name them.
        found |= {(DELIVERY_SETTINGS, name) for name in _marketplaces(document, base_marketplace)}
    return frozenset(found)


def _marketplaces(document: Mapping[str, Any], base_marketplace: str) -> Iterable[str]:
    named = (document.get("publication") or {}).get("marketplaces") or {}
    yield (named.get("base") or {}).get("id") or base_marketplace
    yield from (entry["id"] for entry in named.get("additional") or [] if entry.get("id"))


def replace_uses(account: SellerAccount, facts: Sequence[tuple[Offer, Facts]]) -> None:
    """Bring the uses of these offers up to what their `facts` show; what lies before the facts stands."""
    stored: dict[tuple[Any, str], list[OfferUse]] = {}
    for row in OfferUse.objects.filter(offer__in=[offer.pk for offer, _facts in facts]).order_by("since"):
        stored.setdefault((row.offer_id, row.part), []).append(row)
    gone: list[int] = []
    fresh: list[OfferUse] = []
    for offer, known in facts:
        for part in REFERRING_PARTS:
            snapshots = sorted(
                (each for each in known.snapshots if each.part == part), key=lambda each: each.first_seen_at
            )
            if not snapshots:
                continue
            before = stored.get((offer.pk, part), [])
            wanted = _spans(snapshots, part, account.base_marketplace, _held(before, snapshots[0].first_seen_at))
            later = [row for row in before if row.until is None or row.until >= snapshots[0].first_seen_at]
            if {(row.kind, row.allegro_id, row.since, row.until) for row in later} == set(wanted):
                continue
            gone += [row.pk for row in later]
            fresh += [
                OfferUse(account=account, offer=offer, part=part, kind=kind, allegro_id=key, since=since, until=until)
                for kind, key, since, until in wanted
            ]
    OfferUse.objects.filter(pk__in=gone).delete()
    OfferUse.objects.bulk_create(fresh, batch_size=1000)


def _held(stored: Sequence[OfferUse], at: datetime) -> dict[Reference, datetime]:
    """Since when the references that were in use at an instant have been."""
    return {
        (row.kind, row.allegro_id): row.since
        for row in stored
        if row.since <= at and (row.until is None or row.until >= at)
    }


def _spans(
    snapshots: Sequence[Snapshot], part: str, base_marketplace: str, held: Mapping[Reference, datetime]
) -> list[tuple[str, str, datetime, datetime | None]]:
    """(kind, id, since, until) of every use in consecutive snapshots; open where the last one still has it."""
    closed: list[tuple[str, str, datetime, datetime | None]] = []
    present: dict[Reference, datetime] = {}
    last_seen_at = snapshots[0].first_seen_at
    for position, snapshot in enumerate(snapshots):
        now = references(part, snapshot.document, base_marketplace)
        closed += [(*each, since, last_seen_at) for each, since in present.items() if each not in now]
        starts = held if position == 0 else {}
        present = {each: present.get(each) or starts.get(each) or snapshot.first_seen_at for each in now}
        last_seen_at = snapshot.last_seen_at
    return closed + [(*each, since, None) for each, since in present.items()]
