"""Which offers a change touches: its own one, or all that used the shared object while it may have happened."""

from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID

from django.db.models import Case, Count, Exists, IntegerField, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce

from offers.models import Offer, OfferChange, OfferUse, SharedObject


def changes_of(offer: Offer) -> QuerySet[OfferChange]:
    """Every change that touched `offer`: its own, and those of what it used at their time.

    What it used is read first (two small queries), so that the changes come from two indexes instead of a walk over
    all changes of the account.
    """
    touching = Q(offer=offer)
    # What changed after it was found gone did not touch it any more.
    alive = Q(not_before__lt=offer.gone_at) if offer.gone_at else Q()
    for since, until, shared in _spans(offer):
        ended = Q(not_before__lte=until) if until else Q()
        touching |= Q(shared__in=shared, not_after__gte=since) & ended & alive
    found: QuerySet[OfferChange] = OfferChange.objects.filter(touching)
    return found


def _spans(offer: Offer) -> Iterator[tuple[Any, Any, list[UUID]]]:
    """(since, until, shared objects) of all that `offer` used; what holds for all offers, since it was first seen."""
    mine = SharedObject.objects.filter(account=offer.account_id)
    uses = list(OfferUse.objects.filter(offer=offer).values_list("kind", "allegro_id", "since", "until"))
    named = {key for _kind, key, _since, _until in uses}
    known = mine.filter(Q(is_for_all=True) | Q(allegro_id__in=named))
    by_reference: dict[tuple[str, str], UUID] = {}
    for_all: list[UUID] = []
    for pk, kind, key, is_for_all in known.values_list("pk", "kind", "allegro_id", "is_for_all"):
        if is_for_all:
            for_all.append(pk)
        else:
            by_reference[kind, key] = pk
    if for_all:
        yield offer.first_seen_at, None, for_all
    for kind, key, since, until in uses:
        if (kind, key) in by_reference:
            yield since, until, [by_reference[kind, key]]


def offers_touched(change: OfferChange) -> QuerySet[Offer]:
    """The offers that `change` (with its `shared`) touched."""
    offers: QuerySet[Offer] = Offer.objects.filter(account=change.account_id)
    if change.shared is None:
        return offers.filter(changes=change.pk)
    if change.shared.is_for_all:
        return offers.filter(first_seen_at__lte=change.not_after).filter(
            Q(gone_at=None) | Q(gone_at__gt=change.not_before)
        )
    uses = OfferUse.objects.filter(
        account=change.account_id,
        kind=change.shared.kind,
        allegro_id=change.shared.allegro_id,
        since__lte=change.not_after,
    ).filter(Q(until=None) | Q(until__gte=change.not_before))
    return offers.filter(pk__in=uses.values("offer")).filter(Q(gone_at=None) | Q(gone_at__gt=change.not_before))


def number_touched() -> Case:
    """For an annotation of changes: how many offers each touches."""
    counted = {
        "used": _uses().order_by().values("kind").annotate(number=Count("offer", distinct=True)).values("number"),
        "all": _everything().order_by().values("account").annotate(number=Count("pk")).values("number"),
    }
    by_use, by_account = (Coalesce(Subquery(rows), 0) for rows in (counted["used"], counted["all"]))
    return Case(
        When(shared=None, then=Value(1)),
        When(shared__is_for_all=True, then=by_account),
        default=by_use,
        output_field=IntegerField(),
    )


def touches_offers(matching: Q, matching_of_use: Q) -> Q:
    """Changes of shared objects that touch an offer; `matching` narrows offers, `matching_of_use` those of uses."""
    through_use = Q(shared__is_for_all=False) & Exists(_uses().filter(matching_of_use))
    return Q(shared__isnull=False) & (through_use | Q(shared__is_for_all=True) & Exists(_everything().filter(matching)))


def touching_any_of(offers: Sequence[UUID]) -> Q:
    """Changes that touched any of these few offers; what they ever used is read at once (one query)."""
    if not offers:
        return Q(pk__in=[])
    ever_used = OfferUse.objects.filter(
        offer__in=offers, account=OuterRef("account"), kind=OuterRef("kind"), allegro_id=OuterRef("allegro_id")
    )
    shared = SharedObject.objects.filter(Q(is_for_all=True) | Exists(ever_used)).values_list("pk", flat=True)
    at_that_time = touches_offers(Q(pk__in=offers), Q(offer__in=offers))
    return Q(offer__in=offers) | Q(shared__in=list(shared)) & at_that_time


def _uses() -> QuerySet[OfferUse]:
    """The uses of an outer change's shared object at its time."""
    found: QuerySet[OfferUse] = OfferUse.objects.filter(
        account=OuterRef("account"),
        kind=OuterRef("shared__kind"),
        allegro_id=OuterRef("shared__allegro_id"),
        since__lte=OuterRef("not_after"),
    ).filter(
        Q(until=None) | Q(until__gte=OuterRef("not_before")),
        Q(offer__gone_at=None) | Q(offer__gone_at__gt=OuterRef("not_before")),
    )
    return found


def _everything() -> QuerySet[Offer]:
    """The offers that the account of an outer change had at its time."""
    found: QuerySet[Offer] = Offer.objects.filter(
        account=OuterRef("account"), first_seen_at__lte=OuterRef("not_after")
    ).filter(Q(gone_at=None) | Q(gone_at__gt=OuterRef("not_before")))
    return found
