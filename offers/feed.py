"""Lists of changes, newest first, a page at a time by key: the hundredth page costs what the first one does."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Count, Q, QuerySet
from django.db.models.functions import TruncMinute

from accounts.models import SellerAccount
from offers.models import OfferChange
from offers.presentation import ShownChange, present

PAGE_SIZE = 50
# As many offers with the same field changed in one minute are one action of a tool, not as many decisions.
BATCH_FROM = 5
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
ONE_MINUTE = timedelta(minutes=1)

BatchKey = tuple[UUID, str, datetime]


@dataclass(frozen=True, slots=True)
class Batch:
    """How many offers had the same field changed in the same clock minute."""

    offers: int
    minute: str


@dataclass(frozen=True, slots=True)
class Line:
    """One row of a list of changes."""

    shown: ShownChange
    batch: Batch | None = None

    @property
    def change(self) -> OfferChange:
        """The row behind it."""
        return self.shown.change


@dataclass(frozen=True, slots=True)
class Page:
    """Some lines, and the cursor that leads to older ones ("" at the end)."""

    lines: Sequence[Line] = field(default_factory=list)
    older: str = ""


def read_feed(
    changes: QuerySet[OfferChange], accounts: Sequence[SellerAccount], cursor: str = "", size: int = PAGE_SIZE
) -> Page:
    """As `read_page`, over all `accounts`: each one's newest come from its index, only those are then sorted."""
    if not accounts:
        return Page()
    older = _older_than(changes, cursor)
    first, *others = [
        older.filter(account=account.pk).order_by("-not_after", "-id").values_list("pk", "not_after")[: size + 1]
        for account in accounts
    ]
    newest = first.union(*others, all=True) if others else first
    keys = [key for key, _moment in newest]
    return read_page(OfferChange.objects.filter(pk__in=keys).select_related("offer", "account", "event"), "", size)


def read_page(changes: QuerySet[OfferChange], cursor: str = "", size: int = PAGE_SIZE) -> Page:
    """The `size` newest of `changes` that are older than `cursor`. A cursor that is none begins at the newest."""
    rows = list(_older_than(changes, cursor).order_by("-not_after", "-id")[: size + 1])
    shown = [present(change) for change in rows[:size]]
    batches = find_batches(rows[:size])
    lines = [Line(each, batches.get(_batch_key(each.change))) for each in shown]
    return Page(lines, cursor_at(rows[size - 1]) if len(rows) > size else "")


def cursor_at(change: OfferChange) -> str:
    """Where `change` stands in the order, for an address."""
    return f"{(change.not_after - EPOCH) // MICROSECOND}_{change.pk.hex}"


def _older_than(changes: QuerySet[OfferChange], cursor: str) -> QuerySet[OfferChange]:
    position = _parse_cursor(cursor)
    if position is None:
        return changes
    moment, key = position
    # The first condition alone lets the index start at the right place.
    return changes.filter(not_after__lte=moment).filter(Q(not_after__lt=moment) | Q(pk__lt=key))


def _parse_cursor(cursor: str) -> tuple[datetime, UUID] | None:
    micros, _, key = cursor.partition("_")
    try:
        return EPOCH + int(micros) * MICROSECOND, UUID(key)
    except (ValueError, OverflowError):
        return None


def _minute_of(instant: datetime) -> datetime:
    return instant.astimezone(UTC).replace(second=0, microsecond=0)


def _batch_key(change: OfferChange) -> BatchKey:
    return change.account_id, change.field or change.event_type, _minute_of(change.not_after)


def collapse(lines: Sequence[Line], size: int) -> list[Line]:
    """The first `size` of `lines`, of each batch only its newest line."""
    kept: list[Line] = []
    seen: set[BatchKey] = set()
    for line in lines:
        key = _batch_key(line.change)
        if line.batch is None or key not in seen:
            kept.append(line)
        seen.add(key)
    return kept[:size]


def rest_of_batch(line: Line) -> Q:
    """The changes that belong to the batch of `line`, itself left out."""
    change, minute = line.change, _minute_of(line.change.not_after)
    same = Q(account=change.account_id, field=change.field, not_after__gte=minute, not_after__lt=minute + ONE_MINUTE)
    return same & ~Q(event_type="") & ~Q(pk=change.pk)


def find_batches(changes: Sequence[OfferChange]) -> dict[BatchKey, Batch]:
    """For announced `changes`: in which of their minutes did the same field change on many offers? One query."""
    announced = [change for change in changes if change.event_type and change.is_moment]
    minutes = {(change.account_id, _minute_of(change.not_after)) for change in announced}
    if not minutes:
        return {}
    wanted = Q()
    for account_id, minute in minutes:
        wanted |= Q(account_id=account_id, not_after__gte=minute, not_after__lt=minute + ONE_MINUTE)
    counted = (
        OfferChange.objects.filter(wanted)
        .exclude(event_type="")
        .order_by()
        .annotate(minute=TruncMinute("not_after", tzinfo=UTC))
        .values("account_id", "field", "event_type", "minute")
        .annotate(offers=Count("offer_id", distinct=True))
    )
    return _large_ones(counted)


def _large_ones(counted: QuerySet[Any, dict[str, Any]]) -> dict[BatchKey, Batch]:
    return {
        (row["account_id"], row["field"] or row["event_type"], row["minute"]): Batch(
            row["offers"], row["minute"].strftime("%Y-%m-%dT%H:%MZ")
        )
        for row in counted
        if row["offers"] >= BATCH_FROM
    }
