"""Stream: the categories that the account's offers stand in, and what they demand.

Allegro changes them under the seller (allegro-api issue 7522), which explains edits that nobody made.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from operator import attrgetter
from typing import Any

from allegro.api import paging
from allegro.api.categories import CategoryEvent
from allegro.errors import Gone
from allegro.models import StreamCursor
from allegro.sync.context import SyncContext
from allegro.sync.whole import observe_kind, observe_part, read_whole
from offers.models import Offer, SharedKind, SharedObject, SharedSnapshot, SnapshotPart
from offers.record import parts
from offers.record.observe import SharedContent, note_names

STREAM = "categories"
Document = dict[str, Any]


def run(context: SyncContext) -> None:
    """Read the journal of categories, then those of the account that it names or that are not known yet."""
    _unfilled(context)
    events, position = _events(context)
    planned = read_whole(
        context,
        paging.by_offset(
            context.client.scheduled_parameter_changes,
            paging.SCHEDULED_CHANGES,
            lambda change: (change.category_id, change.parameter_id, change.scheduled_for),
        ),
    )
    if planned is None:
        return
    demands: dict[str, list[Document]] = defaultdict(list)
    for change in planned:
        demands[change.category_id].append(dict(change.raw))
    known = _known(context)
    found = {
        category_id: content
        # The offers of a deleted category have left it by now, yet that it was replaced is what moved them.
        for category_id in sorted(_used(context) | (known.keys() & events.keys()))
        if (content := _content(context, category_id, events.get(category_id, ()), known, demands[category_id]))
    }
    observe_kind(context, SharedKind.CATEGORY, found, context.clock(), is_complete=False)
    StreamCursor.advance(context.account, STREAM, position, context.clock())
    _name_relatives(context, events.keys())


def _name_relatives(context: SyncContext, announced: Collection[str]) -> None:
    """Learn what the categories are called that those of the account stand below, or were replaced by."""
    known = _known(context)
    products = SharedSnapshot.objects.filter(shared__account=context.account, shared__kind=SharedKind.PRODUCT)
    relatives = {document.get(key) for document in known.values() for key in ("parent", "redirect")}
    relatives |= set(products.order_by().values_list("document__category", flat=True).distinct())
    wanted = {str(key) for key in relatives if key} - known.keys()
    objects = SharedObject.objects.filter(account=context.account, kind=SharedKind.CATEGORY, allegro_id__in=wanted)
    named = set(objects.values_list("allegro_id", flat=True)) - set(announced)
    names: dict[str, str] = {}
    for key in sorted(wanted - named):
        context.beat()
        with suppress(Gone):
            names[key] = parts.name_of(dict(context.client.category(key).raw))
    note_names(context.account, SharedKind.CATEGORY, names, context.clock())


def _unfilled(context: SyncContext) -> None:
    began_at = context.clock()
    pages = paging.by_offset(context.client.unfilled_parameters, paging.UNFILLED_PARAMETERS, attrgetter("offer_id"))
    rows = read_whole(context, pages)
    if rows is not None:
        found = parts.unfilled([dict(row.raw) for row in rows])
        observe_part(context, SnapshotPart.UNFILLED, found, (began_at, context.clock()))


def _events(context: SyncContext) -> tuple[dict[str, list[CategoryEvent]], str]:
    """What happened to each category since the last run, and the cursor behind it."""
    cursor = StreamCursor.objects.filter(account=context.account, stream=STREAM).first()
    position = cursor.position if cursor else ""
    found: dict[str, list[CategoryEvent]] = defaultdict(list)
    pages = paging.by_last_row(context.client.category_events, attrgetter("id"), paging.CATEGORY_JOURNAL, position)
    for rows in pages:
        context.beat()
        for event in rows:
            found[event.category_id].append(event)
            position = event.id
    return found, position


def _used(context: SyncContext) -> set[str]:
    """The categories of the account's offers."""
    offers = Offer.objects.filter(account=context.account, gone_at__isnull=True).exclude(category_id="")
    return set(offers.order_by().values_list("category_id", flat=True).distinct())


def _known(context: SyncContext) -> dict[str, Document]:
    """The newest content of each category that was read before."""
    rows = SharedSnapshot.objects.filter(shared__account=context.account, shared__kind=SharedKind.CATEGORY)
    newest = rows.order_by("shared_id", "-first_seen_at").distinct("shared_id")
    return dict(newest.values_list("shared__allegro_id", "document"))


def _content(
    context: SyncContext,
    category_id: str,
    events: Sequence[CategoryEvent],
    known: Mapping[str, Document],
    demands: Sequence[Document],
) -> SharedContent | None:
    """A category's content: as stored where nothing was announced, else read again; None for one never seen alive."""
    before = known.get(category_id)
    announced_at: datetime | None = events[-1].occurred_at if len(events) == 1 else None
    if before is not None and not events:
        return SharedContent(str(before.get("name", "")), parts.with_demands(before, demands))
    try:
        raw = dict(context.client.category(category_id).raw)
    except Gone:
        if before is None or not events:
            return None
        gone = parts.deleted_category(before, dict(events[-1].raw), demands)
        return SharedContent(str(before.get("name", "")), gone, announced_at=announced_at)
    return SharedContent(parts.name_of(raw), parts.category(raw, demands), announced_at=announced_at)
