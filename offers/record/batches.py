"""The same field changed on many offers within minutes: the fingerprint of a tool. A projection of the changes."""

import uuid
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet

from accounts.models import SellerAccount
from offers.fields import MINOR_KEYS
from offers.models import Certainty, ChangeBatch, OfferChange

# A tool works through its list without pauses as long as this, and touches at least so many offers.
PAUSE = timedelta(minutes=3)
# Spans that are looked at again are joined over quiet times as long as this, to ask the database less often.
JOINED = timedelta(hours=12)
SMALLEST = 5
# Nobody edits anything in these.
NO_EDITS = (Certainty.SOLD, Certainty.NO_DIFFERENCE, Certainty.UNREAD, Certainty.BEFORE_HISTORY)
Touched = Mapping[str, Collection[datetime]]
"""Fields and the instants (`not_after`) at which changes of theirs came or went."""


@dataclass(frozen=True, slots=True)
class Mark:
    """One change as far as batches go; `at` is its `not_after`: of silent changes, when the read found it."""

    change_id: uuid.UUID
    offer_id: uuid.UUID
    at: datetime
    batch_id: uuid.UUID | None


def clusters(marks: Iterable[Mark]) -> Iterator[list[Mark]]:
    """Runs of `marks` (in order of time) without a longer pause than PAUSE. Pure."""
    run: list[Mark] = []
    for mark in marks:
        if run and mark.at - run[-1].at > PAUSE:
            yield run
            run = []
        run.append(mark)
    if run:
        yield run


def is_batch(run: Sequence[Mark]) -> bool:
    """Whether so many offers were touched that a tool must have done it."""
    return len({mark.offer_id for mark in run}) >= SMALLEST


def find_batches(account: SellerAccount, touched: Touched) -> None:
    """Find the batches of `account` again around the changes that came or went, leaving all others as they are."""
    for field, instants in sorted(touched.items()):
        if field in MINOR_KEYS:
            continue
        for since, until in _spans(sorted(instants)):
            _find_between(account, field, since, until)


def _spans(instants: Sequence[datetime]) -> Iterator[tuple[datetime, datetime]]:
    since = until = instants[0]
    for at in instants[1:]:
        if at - until > JOINED:
            yield since, until
            since = at
        until = at
    yield since, until


@transaction.atomic
def _find_between(account: SellerAccount, field: str, since: datetime, until: datetime) -> None:
    """Mark the runs that reach into a span: they may begin before it and end after it."""
    since, until = _stretched(account, field, since, until)
    marks = _load(account, field, since, until)
    found: dict[uuid.UUID, list[Mark]] = {}
    for run in clusters(marks):
        if is_batch(run):
            # Named by its first change, so that a rebuild leaves every link to it intact.
            found[uuid.uuid5(run[0].change_id, field)] = run
    # Also those of which no change is left.
    there = ChangeBatch.objects.filter(account=account, field=field, since__lte=until, until__gte=since)
    there.exclude(pk__in=found).delete()
    ChangeBatch.objects.bulk_create(
        [_as_row(account, field, key, run) for key, run in found.items()],
        update_conflicts=True,
        unique_fields=["id"],
        update_fields=["since", "until", "offers"],
    )
    for key, run in found.items():
        moved = [mark.change_id for mark in run if mark.batch_id != key]
        OfferChange.objects.filter(account=account, pk__in=moved).update(batch=key)


def _as_row(account: SellerAccount, field: str, key: uuid.UUID, run: Sequence[Mark]) -> ChangeBatch:
    offers = len({mark.offer_id for mark in run})
    return ChangeBatch(id=key, account=account, field=field, since=run[0].at, until=run[-1].at, offers=offers)


def _edits(account: SellerAccount, field: str) -> QuerySet[OfferChange]:
    found: QuerySet[OfferChange] = OfferChange.objects.filter(
        account=account, field=field, offer__isnull=False
    ).exclude(certainty__in=NO_EDITS)
    return found


def _stretched(account: SellerAccount, field: str, since: datetime, until: datetime) -> tuple[datetime, datetime]:
    """The span widened to whole runs: a run ends where PAUSE passes without a change."""
    edits = _edits(account, field)
    while earlier := edits.filter(not_after__lt=since, not_after__gte=since - PAUSE).order_by("not_after").first():
        since = earlier.not_after
    while later := edits.filter(not_after__gt=until, not_after__lte=until + PAUSE).order_by("-not_after").first():
        until = later.not_after
    return since, until


def _load(account: SellerAccount, field: str, since: datetime, until: datetime) -> list[Mark]:
    rows = _edits(account, field).filter(not_after__range=(since, until)).order_by("not_after", "id")
    return [Mark(*row) for row in rows.values_list("pk", "offer_id", "not_after", "batch_id")]
