"""What the streams that read whole lists share: reading to a provable end, and recording what was read."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, TypeVar

from allegro.api.paging import Key, Offsets, by_offset
from allegro.api.values import Page
from allegro.errors import IncompleteRead
from allegro.sync.context import SyncContext
from offers.models import SharedKind, SnapshotPart
from offers.record.observe import SharedContent, observe_everywhere, observe_shared

Row = TypeVar("Row")


def dated_pages(
    context: SyncContext, read: Callable[[int], Page[Row]], paging: Offsets, key: Key[Row]
) -> Iterator[tuple[datetime, tuple[Row, ...]]]:
    """When each page was asked for, and its rows, by `by_offset`. Raises IncompleteRead after the last page."""
    asked_at = context.clock()

    def read_now(offset: int) -> Page[Row]:
        nonlocal asked_at
        asked_at = context.clock()
        return read(offset)

    for rows in by_offset(read_now, paging, key):
        yield asked_at, rows


def read_whole(context: SyncContext, pages: Iterable[Sequence[Row]]) -> list[Row] | None:
    """All rows of `pages` (of `allegro.api.paging`), None where the list moved while it was read: the next run reads
    it again. Raises every other error of Allegro's."""
    rows: list[Row] = []
    try:
        for page in pages:
            rows.extend(page)
            context.beat()
    except IncompleteRead:
        context.counts["incomplete"] += 1
        return None
    return rows


def observe_part(
    context: SyncContext,
    part: SnapshotPart,
    found: Mapping[str, dict[str, Any]],
    span: tuple[datetime, datetime],
) -> None:
    """Record a part of all offers, read completely within `span`."""
    context.counts["moved"] += observe_everywhere(context.account, part, found, span)
    context.beat()


def observe_kind(
    context: SyncContext,
    kind: SharedKind,
    found: Mapping[str, SharedContent],
    read_at: datetime,
    *,
    is_complete: bool = True,
) -> None:
    """Record the shared objects of one kind."""
    changed = observe_shared(context.account, kind, found, read_at, is_complete=is_complete)
    context.counts["shared"] += len(found)
    context.counts["shared_changed"] += changed
    context.beat()
