"""Lists of changes, newest first, a page at a time by key: the hundredth page costs what the first one does.

On the pages of all offers a batch is one line, and fields of an offer that were edited together are one line.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.db.models.expressions import Combinable

from accounts.models import SellerAccount
from accounts.scoping import workspace_scope
from offers.fields import FIELDS, Kind
from offers.models import ChangeBatch, OfferChange
from offers.record.touching import changes_of, number_touched
from offers.words.presentation import ShownChange, present_all

__all__ = ["Line", "Page", "changes_of", "count_newer", "cursor_at", "older_than", "read_feed", "read_page", "walk"]

PAGE_SIZE = 20
# How many keys are walked over, one time after another, to fill a page with lines in spite of large batches.
STRIDES = (150, 600, 5_000)
WALKED_AT_ONCE = 500
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
# A number, a switch or a campaign comes back to an earlier state all the time; that says nothing.
_COMING_BACK = {Kind.NUMBER, Kind.STATUS, Kind.CAMPAIGNS}
# So far back an earlier value is looked for: a tool makes tens of thousands of changes of one offer's price.
LOOKED_BACK = timedelta(days=180)
RETURNING = frozenset(each.key for each in FIELDS if each.kind not in _COMING_BACK and not each.is_minor)


@dataclass(frozen=True, slots=True)
class Line:
    """One entry of a list: a change, `more` fields edited with it, or a whole `batch` whose newest change it is."""

    shown: ShownChange
    more: Sequence[ShownChange] = ()
    batch: ChangeBatch | None = None

    @property
    def change(self) -> OfferChange:
        """The row behind it."""
        return self.shown.change

    @property
    def all_shown(self) -> list[ShownChange]:
        """Every change of the line."""
        return [self.shown, *self.more]

    @property
    def cursor(self) -> str:
        """Its place in the order."""
        return cursor_at(self.change)


@dataclass(frozen=True, slots=True)
class Page:
    """Some lines, the cursor that leads to older ones ("" at the end), and that of the newest line."""

    lines: Sequence[Line] = field(default_factory=list)
    older: str = ""

    @property
    def newest(self) -> str:
        """Where the page begins, "" on an empty one."""
        return self.lines[0].cursor if self.lines else ""


class Key(NamedTuple):
    """What is needed of a change to walk over it."""

    change_id: UUID
    at: datetime
    batch_id: UUID | None


class Position(NamedTuple):
    """A place in the order, and the batches that were told before it and reach beyond it."""

    at: datetime
    change_id: UUID
    told: frozenset[UUID] = frozenset()


# Pages ----------------------------------------------------------------------------------------------------------------


def read_feed(
    changes: QuerySet[OfferChange],
    accounts: Sequence[SellerAccount],
    cursor: str = "",
    size: int = PAGE_SIZE,
    *,
    after: str = "",
    with_batches: bool = True,
) -> Page:
    """The newest of `changes` over all `accounts` that are older than `cursor` and newer than `after`.

    `with_batches` makes one line of each batch: its newest change. A page holds `size` lines at most; fewer where
    batches larger than the last stride lie one upon another. Fields edited together may make it shorter.
    """
    sources = [_newer_than(changes, after).filter(account=account.pk) for account in accounts]
    if not with_batches:
        return _single_page(sources, accounts, cursor, size)
    keys, reached = _without_rest_of_batches(sources, _parse_cursor(cursor), size)
    heads = {key.change_id for key in keys if key.batch_id}
    return Page(_as_lines(_rows(keys, accounts), heads), _write_cursor(reached))


def read_page(changes: QuerySet[OfferChange], account: SellerAccount, cursor: str = "", size: int = PAGE_SIZE) -> Page:
    """The `size` newest of `changes` (of one offer of `account`) that are older than `cursor`, batches not joined.

    A cursor that is none begins at the newest.
    """
    return _single_page([changes], [account], cursor, size)


def _single_page(
    sources: Sequence[QuerySet[OfferChange]], accounts: Sequence[SellerAccount], cursor: str, size: int
) -> Page:
    keys = _next_keys(sources, _parse_cursor(cursor), size + 1)
    rest = keys[size:]
    reached = Position(keys[size - 1].at, keys[size - 1].change_id) if rest else None
    return Page(_as_lines(_rows(keys[:size], accounts), set()), _write_cursor(reached))


def count_newer(changes: QuerySet[OfferChange], accounts: Sequence[SellerAccount], after: str) -> int:
    """How many lines (a page's at most) `read_feed` would show above the one at the cursor `after`."""
    sources = [_newer_than(changes, after).filter(account=account.pk) for account in accounts]
    keys, _reached = _without_rest_of_batches(sources, None, PAGE_SIZE)
    return len(keys)


def walk(changes: QuerySet[OfferChange], accounts: Sequence[SellerAccount]) -> Iterator[ShownChange]:
    """All of `changes`, newest first, in constant memory.

    By key and not by a database cursor: nothing is sorted beforehand, so that the first row comes at once, and no
    transaction stays open while somebody's line is slow. It may be consumed after the view has returned: the scope of
    the accounts' workspace is entered for each stretch.
    """
    if not accounts:
        return
    sources = [changes.filter(account=account.pk) for account in accounts]
    position: Position | None = None
    while True:
        with workspace_scope(accounts[0].workspace):
            keys = _next_keys(sources, position, WALKED_AT_ONCE)
            shown = present_all(_rows(keys, accounts))
        yield from shown
        if len(keys) < WALKED_AT_ONCE:
            return
        position = Position(keys[-1].at, keys[-1].change_id)


# Walking by key -------------------------------------------------------------------------------------------------------


def _without_rest_of_batches(
    sources: Sequence[QuerySet[OfferChange]], position: Position | None, size: int
) -> tuple[list[Key], Position | None]:
    """The first `size` keys, of each batch only its newest one, and where to go on (None at the end)."""
    told = set(position.told) if position else set()
    found: list[Key] = []
    for stride in (size + 1, *STRIDES):
        keys = _next_keys([source.exclude(batch__in=told) for source in sources], position, stride)
        for key in keys:
            if key.batch_id not in told:
                if len(found) == size:
                    return found, position
                found.append(key)
            told |= {key.batch_id} if key.batch_id else set()
            position = Position(key.at, key.change_id, frozenset(told))
        if len(keys) < stride:
            return found, None
    return found, position


def _next_keys(sources: Sequence[QuerySet[OfferChange]], position: Position | None, number: int) -> list[Key]:
    """The `number` newest keys beyond `position`: each source's come from its index, only those are then sorted."""
    if not sources:
        return []
    first, *others = (_keys(_older_than(source, position), number) for source in sources)
    merged = first.union(*others, all=True).order_by("-not_after", "-id")[:number] if others else first
    return [Key(*row) for row in merged]


def _keys(changes: QuerySet[OfferChange], number: int) -> QuerySet[OfferChange, Any]:
    return changes.order_by("-not_after", "-id").values_list("id", "not_after", "batch_id")[:number]


def older_than(changes: QuerySet[OfferChange], cursor: str) -> QuerySet[OfferChange]:
    """Those of `changes` that come after the cursor in the order of lists; all where it is none."""
    return _older_than(changes, _parse_cursor(cursor))


def _older_than(changes: QuerySet[OfferChange], position: Position | None) -> QuerySet[OfferChange]:
    if position is None:
        return changes
    # The first condition alone lets the index start at the right place.
    return changes.filter(not_after__lte=position.at).filter(
        Q(not_after__lt=position.at) | Q(pk__lt=position.change_id)
    )


def _newer_than(changes: QuerySet[OfferChange], cursor: str) -> QuerySet[OfferChange]:
    position = _parse_cursor(cursor)
    if position is None:
        return changes
    return changes.filter(not_after__gte=position.at).filter(
        Q(not_after__gt=position.at) | Q(pk__gt=position.change_id)
    )


# Cursors --------------------------------------------------------------------------------------------------------------


def cursor_at(change: OfferChange) -> str:
    """Where `change` stands in the order, for an address."""
    return _join(Position(change.not_after, change.pk))


def _join(position: Position) -> str:
    told = "".join(f"_{batch.hex}" for batch in sorted(position.told))
    return f"{(position.at - EPOCH) // MICROSECOND}_{position.change_id.hex}{told}"


def _write_cursor(position: Position | None) -> str:
    """For an address; of the batches told, those that have changes beyond the position."""
    if position is None:
        return ""
    if not position.told:
        return _join(position)
    reaching = ChangeBatch.objects.filter(pk__in=position.told, since__lte=position.at)
    return _join(position._replace(told=frozenset(reaching.values_list("pk", flat=True))))


def _parse_cursor(cursor: str) -> Position | None:
    micros, _, keys = cursor.partition("_")
    try:
        change, *told = (UUID(key) for key in keys.split("_"))
        return Position(EPOCH + int(micros) * MICROSECOND, change, frozenset(told))
    except (ValueError, OverflowError):
        return None


# From keys to lines ---------------------------------------------------------------------------------------------------


def _rows(keys: Iterable[Key], accounts: Sequence[SellerAccount]) -> list[OfferChange]:
    """The changes of `accounts` behind `keys`, in their order, with everything that a line shows of them."""
    ids = [key.change_id for key in keys]
    if not ids:
        return []
    rows = OfferChange.objects.filter(pk__in=ids).order_by("-not_after", "-id")
    found = list(rows.select_related("offer", "shared", "event", "batch"))
    by_key = {account.pk: account for account in accounts}
    for row in found:
        row.account = by_key[row.account_id]
    # What few rows have is asked for of those rows: as annotations of all they took longer than all the rest.
    for owner in ("offer", "shared"):
        owned = [row for row in found if row.field in RETURNING and getattr(row, f"{owner}_id")]
        _tell(owned, "returned_to", _last_held(owner))
    _tell([row for row in found if row.shared_id], "touched", number_touched())
    return found


def _tell(rows: Sequence[OfferChange], name: str, expression: Combinable) -> None:
    """Give each of `rows` the value of `expression` as its attribute `name`. One query, none without rows."""
    if rows:
        asked = OfferChange.objects.filter(pk__in=[row.pk for row in rows]).order_by()
        values = dict(asked.values_list("pk", expression))
        for row in rows:
            setattr(row, name, values[row.pk])


def _last_held(owner: str) -> Subquery:
    """Until when a change's new value had been there before, null where it was not: a return to an earlier value."""
    earlier = OfferChange.objects.filter(
        **{owner: OuterRef(owner)},
        field=OuterRef("field"),
        marketplace=OuterRef("marketplace"),
        not_after__lt=OuterRef("not_before"),
        not_after__gte=OuterRef("not_before") - LOOKED_BACK,
        old_seen=True,
        old=OuterRef("new"),
    )
    return Subquery(earlier.order_by("-not_after", "-id").values("not_before")[:1])


def _as_lines(rows: Sequence[OfferChange], heads: set[UUID]) -> list[Line]:
    """`heads` stand for their batches, each on a line; of the others, what was edited together shares one."""
    lines: list[list[ShownChange]] = []
    edits: dict[tuple[Any, ...], list[ShownChange]] = {}
    for shown in present_all(rows):
        change = shown.change
        if change.pk in heads:
            lines.append([shown])
            continue
        edit = change.offer_id, change.shared_id, change.not_before, change.not_after, change.event_id
        if edit not in edits:
            edits[edit] = []
            lines.append(edits[edit])
        edits[edit].append(shown)
    return [_as_line(each, heads) for each in lines]


def _as_line(shown: Sequence[ShownChange], heads: set[UUID]) -> Line:
    first, *more = shown
    return Line(first, more, first.change.batch if first.change.pk in heads else None)
