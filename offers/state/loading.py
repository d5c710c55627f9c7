"""Loading what `timeline` needs: readings near an instant or a window, the changes between them, shared objects."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from typing import Any
from uuid import UUID

from django.db.models import BooleanField, ExpressionWrapper, F, Q, QuerySet, Window
from django.db.models.functions import Lag, Lead

from offers.fields import (
    DETAIL_PART,
    OFFER_PARTS,
    OTHER_PREFIX,
    PRICE,
    STATUS,
    STOCK,
    TOLD_PART,
    Field,
    fields_of_part,
    value_at,
)
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
from offers.record import contents
from offers.record.changes import PART_OF_EVENT, Snapshot
from offers.state.segments import STEP_COLUMNS, Reading, Step
from offers.state.timeline import Absence, FieldState, Key, Record, Timeline, state_at

# Only of these parts does an event tell a time between two reads.
ANNOUNCED_PARTS = frozenset(PART_OF_EVENT.values())
# What a row of the offer list shows too, for the account's own marketplace.
LISTED_FIELDS = (PRICE, STOCK, STATUS)


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
        confirmed_fields={(each.key, ""): offer.confirmed_until for each in LISTED_FIELDS if offer.confirmed_until},
        gaps=list(_gaps(offer, moments).values_list("since", "until")),
        absences=_absences(offer),
    )


def absence_at(offer: Offer, moment: datetime) -> Absence | None:
    """The time in which Allegro did not return `offer` that `moment` lies in."""
    around = (absence for absence in _absences(offer) if absence[0] <= moment)
    return next((absence for absence in around if absence[1] is None or moment < absence[1]), None)


def _absences(offer: Offer) -> list[Absence]:
    return list(offer.absences.order_by("since").values_list("since", "until"))


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
    return _read_steps(OfferChange.objects.filter(wanted, offer=offer))


def _read_steps(changes: QuerySet[OfferChange]) -> dict[Key, list[Step]]:
    """The changes of one subject as steps of its fields, oldest first. One query."""
    steps: dict[Key, list[Step]] = {}
    rows = changes.order_by("not_after", "id").values_list("field", "marketplace", *STEP_COLUMNS)
    for key, marketplace, *row in rows:
        steps.setdefault((key, marketplace), []).append(Step.of_row(*row))
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


# The listed fields through time ---------------------------------------------------------------------------------------


def load_timelines(offer: Offer, since: datetime, until: datetime, *, every_sale: bool = True) -> dict[str, Timeline]:
    """Price, stock and status of the account's own marketplace, by key; right for all instants of a window.

    Without `every_sale` (for long windows) the timeline of the stock is right only where there was none: of sales one
    after another that left something on the shelf the first and the last are read. Four queries, a fifth where a
    document has large pieces.
    """
    parts = {each.part for each in LISTED_FIELDS}
    documents = _documents_within(offer, parts, since, until)
    readings = {
        each.key: [
            Reading(first, last, value_at(document, each.path))
            for part, first, last, document in documents
            if part == each.part
        ]
        for each in LISTED_FIELDS
    }
    wanted = Q(pk__in=[])
    for each in LISTED_FIELDS:
        wanted |= _steps_near(each, readings[each.key], since, until)
    changes = OfferChange.objects.filter(wanted, offer=offer, marketplace="")
    steps = _read_steps(changes if every_sale else _without_inner_sales(changes))
    absences = _absences(offer)
    return {
        each.key: Timeline(
            each,
            "",
            readings[each.key],
            steps.get((each.key, ""), ()),
            confirmed=offer.confirmed_until,
            absences=absences,
        )
        for each in LISTED_FIELDS
    }


def _documents_within(
    offer: Offer, parts: Collection[str], since: datetime, until: datetime
) -> list[tuple[str, datetime, datetime, dict[str, Any]]]:
    """What the snapshots of a window, and those next to it, say of the listed fields: (part, first, last, document)."""
    stored = OfferSnapshot.objects.filter(offer=offer, part__in=parts)
    begun = stored.filter(first_seen_at__lte=since).order_by("part", "-first_seen_at").distinct("part").values("pk")
    later = stored.filter(first_seen_at__gt=until).order_by("part", "first_seen_at").distinct("part").values("pk")
    near = stored.filter(Q(first_seen_at__gt=since, first_seen_at__lte=until) | Q(pk__in=begun) | Q(pk__in=later))
    branches = sorted({each.path[0] for each in LISTED_FIELDS})
    columns = near.values_list("part", "first_seen_at", "last_seen_at", *(f"document__{name}" for name in branches))
    rows = [(part, first, last, dict(zip(branches, values, strict=True))) for part, first, last, *values in columns]
    pieces = contents.load(offer.account, (document for *_span, document in rows))
    return [(part, first, last, contents.unpack(document, pieces)) for part, first, last, document in rows]


def _steps_near(each: Field, readings: Sequence[Reading], since: datetime, until: datetime) -> Q:
    """The changes of a field from the reading next to a window until the one after it."""
    begun = max((reading.first for reading in readings if reading.first <= since), default=None)
    later = min((reading.first for reading in readings if reading.first > until), default=None)
    wanted = Q(field=each.key)
    if begun:
        wanted &= Q(not_after__gt=begun)
    return wanted & Q(not_before__lt=later) if later else wanted


def _without_inner_sales(changes: QuerySet[OfferChange]) -> QuerySet[OfferChange]:
    """`changes` of one offer without sales between two others that, like themselves, left pieces and found some."""
    is_plain = Q(certainty=Certainty.SOLD, old_seen=True, new_seen=True) & ~Q(old=0) & ~Q(new=0)
    plain = ExpressionWrapper(is_plain, BooleanField())
    around = {
        f"{name}_plain": Window(neighbour(plain), partition_by=["field"], order_by=["not_after", "id"])
        for name, neighbour in (("after", Lag), ("before", Lead))
    }
    plain_among_plain = dict.fromkeys(("is_plain", *around), True)
    found: QuerySet[OfferChange] = changes.alias(is_plain=plain, **around).exclude(**plain_among_plain)
    return found


# Shared objects -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class SharedState:
    """One shared object that the offer used at an instant, and its content then."""

    shared: SharedObject
    states: Sequence[FieldState]


Reference = tuple[str, str]


def load_shared(offer: Offer, moment: datetime) -> dict[Reference, SharedState]:
    """What `offer` used at `moment`, by (kind, Allegro's id), with its content at that instant. Five queries.

    What Allegro never let us read (a product that its catalogue does not have) is left out.
    """
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
                Record(
                    snapshots.get(each.pk, []),
                    steps.get(each.pk, {}),
                    absences=[(each.gone_at, None)] if each.gone_at else [],
                ),
                moment,
                [each.kind],
            ),
        )
        for each in objects
        if each.pk in snapshots
    }


def _shared_steps(objects: Sequence[SharedObject]) -> dict[UUID, dict[Key, list[Step]]]:
    """The changes of shared objects whose time was announced; there are few."""
    found: dict[UUID, dict[Key, list[Step]]] = {}
    rows = OfferChange.objects.filter(shared__in=objects, not_before=F("not_after")).order_by("not_after", "id")
    for shared_id, key, marketplace, *values in rows.values_list("shared_id", "field", "marketplace", *STEP_COLUMNS):
        found.setdefault(shared_id, {}).setdefault((key, marketplace), []).append(Step.of_row(*values))
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
