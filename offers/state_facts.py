"""Loading what `offers.state` needs: the readings next to some instants, the changes between them, shared objects."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import chain
from uuid import UUID

from django.db.models import F, Q, QuerySet

from offers import contents
from offers.changes import PART_OF_EVENT, Snapshot
from offers.fields import DETAIL_PART, OFFER_PARTS, OTHER_PREFIX, STATUS, TOLD_PART, fields_of_part
from offers.models import (
    Certainty,
    CoverageGap,
    Offer,
    OfferChange,
    OfferSnapshot,
    OfferUse,
    PartReading,
    SharedObject,
    SharedSnapshot,
)
from offers.segments import Step
from offers.state import MIXED, FieldState, Key, Record, state_at

# Only of these parts does an event tell a time between two reads.
ANNOUNCED_PARTS = frozenset(PART_OF_EVENT.values())
STEP_COLUMNS = ("not_before", "not_after", "old", "new", "old_seen", "new_seen", "certainty")


def load_record(offer: Offer, moments: Sequence[datetime]) -> Record:
    """What `state_at` needs for `offer` at each of `moments`. A fixed number of queries for each moment."""
    rows = {row.pk: row for moment in moments for row in _neighbours(offer, moment)}
    pieces = contents.load(offer.account, (row.document for row in rows.values()))
    snapshots = [
        Snapshot(row.part, contents.unpack(row.document, pieces), row.first_seen_at, row.last_seen_at)
        for row in rows.values()
    ]
    return Record(
        snapshots=snapshots,
        steps=_load_steps(offer, snapshots, moments),
        confirmed=_confirmations(offer),
        gaps=list(_gaps(offer, moments).values_list("since", "until")),
        gone_at=offer.gone_at,
    )


def _neighbours(offer: Offer, moment: datetime) -> list[OfferSnapshot]:
    """Of each part the last snapshot begun by `moment` and the first one after it."""
    stored = OfferSnapshot.objects.filter(offer=offer, part__in=OFFER_PARTS)
    begun = stored.filter(first_seen_at__lte=moment).order_by("part", "-first_seen_at").distinct("part")
    later = stored.filter(first_seen_at__gt=moment).order_by("part", "first_seen_at").distinct("part")
    return [*begun, *later]


def _confirmations(offer: Offer) -> dict[str, datetime]:
    rows = PartReading.objects.filter(account=offer.account_id, last_read_at__gte=offer.first_seen_at)
    return dict(rows.values_list("part", "last_read_at"))


def _gaps(offer: Offer, moments: Sequence[datetime]) -> QuerySet[CoverageGap]:
    touching = Q(pk__in=[])
    for moment in moments:
        touching |= Q(since__lte=moment, until__gt=moment)
    found: QuerySet[CoverageGap] = CoverageGap.objects.filter(touching, account=offer.account_id)
    return found


def gaps_at(offer: Offer, moment: datetime) -> list[CoverageGap]:
    """The times without journal that `moment` lies in."""
    return list(_gaps(offer, [moment]))


def _load_steps(offer: Offer, snapshots: Sequence[Snapshot], moments: Sequence[datetime]) -> dict[Key, list[Step]]:
    wanted = Q(field__in=[each.key for each in fields_of_part(TOLD_PART)])
    for part in ANNOUNCED_PARTS:
        of_part = [each for each in snapshots if each.part == part]
        for moment in moments:
            wanted |= _between(part, of_part, moment)
    steps: dict[Key, list[Step]] = {}
    rows = OfferChange.objects.filter(wanted, offer=offer).order_by("not_after", "id")
    for key, marketplace, sold, *values in rows.values_list("field", "marketplace", "units_sold", *STEP_COLUMNS):
        step = Step(*values)
        is_mixed = sold and step.certainty != Certainty.SOLD
        steps.setdefault((key, marketplace), []).append(replace(step, certainty=MIXED) if is_mixed else step)
    return steps


def _between(part: str, snapshots: Sequence[Snapshot], moment: datetime) -> Q:
    """The changes of `part` between the two snapshots next to `moment`; inside a span those of the status only."""
    begun = max((each for each in snapshots if each.first_seen_at <= moment), key=_begin, default=None)
    later = min((each for each in snapshots if each.first_seen_at > moment), key=_begin, default=None)
    if begun and moment <= begun.last_seen_at:
        if part != DETAIL_PART:
            return Q(pk__in=[])
        return Q(field=STATUS.key, not_after__gt=begun.first_seen_at, not_before__lt=begun.last_seen_at)
    keys = Q(field__in=[each.key for each in fields_of_part(part)])
    if part == DETAIL_PART:
        keys |= Q(field__startswith=OTHER_PREFIX)
    since = Q(not_after__gt=begun.last_seen_at) if begun else Q()
    return keys & since & (Q(not_before__lt=later.first_seen_at) if later else Q())


def _begin(snapshot: Snapshot) -> datetime:
    return snapshot.first_seen_at


@dataclass(frozen=True, slots=True)
class SharedState:
    """One shared object that the offer used at an instant, and its content then."""

    shared: SharedObject
    states: Sequence[FieldState]


Reference = tuple[str, str]


def load_shared(offer: Offer, moment: datetime) -> dict[Reference, SharedState]:
    """What `offer` used at `moment`, by (kind, Allegro's id), with its content at that instant. Five queries."""
    used = OfferUse.objects.filter(Q(until=None) | Q(until__gte=moment), offer=offer, since__lte=moment)
    wanted = Q(is_for_all=True, first_seen_at__lte=moment)
    for kind, allegro_id in used.values_list("kind", "allegro_id"):
        wanted |= Q(kind=kind, allegro_id=allegro_id)
    objects = list(SharedObject.objects.filter(wanted, account=offer.account_id).order_by("kind", "name", "pk"))
    snapshots, steps = _shared_snapshots(objects, moment), _shared_steps(objects)
    return {
        (each.kind, each.allegro_id): SharedState(
            each,
            state_at(
                Record(snapshots.get(each.pk, []), steps.get(each.pk, {}), gone_at=each.gone_at), moment, [each.kind]
            ),
        )
        for each in objects
    }


def _shared_steps(objects: Sequence[SharedObject]) -> dict[UUID, dict[Key, list[Step]]]:
    """The changes of shared objects whose time was announced; there are few."""
    found: dict[UUID, dict[Key, list[Step]]] = {}
    rows = OfferChange.objects.filter(shared__in=objects, not_before=F("not_after")).order_by("not_after", "id")
    for shared_id, key, marketplace, *values in rows.values_list("shared_id", "field", "marketplace", *STEP_COLUMNS):
        found.setdefault(shared_id, {}).setdefault((key, marketplace), []).append(Step(*values))
    return found


def _shared_snapshots(objects: Sequence[SharedObject], moment: datetime) -> dict[UUID, list[Snapshot]]:
    kinds = {each.pk: each.kind for each in objects}
    stored = SharedSnapshot.objects.filter(shared__in=list(kinds))
    begun = stored.filter(first_seen_at__lte=moment).order_by("shared_id", "-first_seen_at").distinct("shared_id")
    later = stored.filter(first_seen_at__gt=moment).order_by("shared_id", "first_seen_at").distinct("shared_id")
    found: dict[UUID, list[Snapshot]] = {}
    for row in chain(begun, later):
        snapshot = Snapshot(kinds[row.shared_id], row.document, row.first_seen_at, row.last_seen_at)
        found.setdefault(row.shared_id, []).append(snapshot)
    return found
