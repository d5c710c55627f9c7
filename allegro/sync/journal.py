"""Stream 1: Allegro's offer journal, read forward from the stored cursor."""

import base64
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import islice
from operator import attrgetter

from django.db import transaction

from accounts.models import SellerAccount
from allegro.api.paging import OFFER_JOURNAL, by_last_row
from allegro.models import RefreshScope, StreamCursor
from allegro.sync.context import SyncContext
from allegro.sync.refresh import EVENT, request_refresh, scope_for
from offers.models import CoverageGap, Offer, OfferEvent
from offers.record.storing import JournalRow, record_events

STREAM = "journal"
# From where the next full run reads the journal a second time.
CHECKED = "journal_checked"
# Allegro forgets journal rows after a day (allegro-api issue 2519).
RETENTION = timedelta(hours=24)
# The second reading is a check: a storm of events must not be read twice.
PAGES_CHECKED = 10
# No event id of the journal is older; a smaller number in an id is something else than a time.
FIRST_EVENT = datetime(2019, 1, 1, tzinfo=UTC)


def run(context: SyncContext) -> None:
    """Read the journal to its end. A page and its cursor are stored together, so a killed run loses nothing.

    Full runs then read again what was read since the full run before.
    """
    cursor = StreamCursor.objects.filter(account=context.account, stream=STREAM).first()
    position = cursor.position if cursor else ""
    if cursor is not None:
        _note_lost_time(context, cursor.advanced_at)
    while True:
        asked_at = context.clock()
        rows = context.client.offer_events(position)
        position = rows[-1].event_id if rows else position
        context.counts["events"] += _store_page(context.account, rows, position, asked_at)
        context.beat()
        if len(rows) < OFFER_JOURNAL:
            break
    if context.is_full and cursor is not None:
        _check(context, cursor.position)


def _check(context: SyncContext, began_at: str) -> None:
    """Look for rows that came to light behind the cursor, as has happened (allegro-api issue 10815).

    The next full run will start its check at `began_at`, the event id after which this one began to read.
    """
    checked = StreamCursor.objects.filter(account=context.account, stream=CHECKED).first()
    if checked is not None:
        pages = by_last_row(context.client.offer_events, attrgetter("event_id"), OFFER_JOURNAL, checked.position)
        for rows in islice(pages, PAGES_CHECKED):
            context.counts["events"] += _store(context.account, _unknown(context.account, rows), context.clock())
            context.beat()
    StreamCursor.advance(context.account, CHECKED, began_at, context.clock())


def _unknown(account: SellerAccount, rows: Sequence[JournalRow]) -> list[JournalRow]:
    stored = OfferEvent.objects.filter(account=account, event_id__in=[row.event_id for row in rows])
    known = set(stored.values_list("event_id", flat=True))
    return [row for row in rows if row.event_id not in known]


def _note_lost_time(context: SyncContext, read_until: datetime) -> None:
    """Where the last read is older than the journal's memory, the time between is lost: say so and read everything.

    Only a comparison can still show what happened then.
    """
    window_start = context.clock() - RETENTION
    if read_until >= window_start:
        return
    offers = Offer.objects.filter(account=context.account, gone_at__isnull=True)
    with transaction.atomic():
        # The gap grows until the journal can be read again; the reads are queued with it, so that no kill loses them.
        CoverageGap.objects.update_or_create(
            account=context.account,
            stream=STREAM,
            since=read_until,
            defaults={"until": window_start, "reason": "journal_window_missed"},
        )
        everything = dict.fromkeys(offers.values_list("allegro_id", flat=True), RefreshScope.DETAIL)
        request_refresh(context.account, everything, "journal_window_missed", context.clock())
    context.counts["gaps"] += 1


@transaction.atomic
def _store_page(account: SellerAccount, rows: Sequence[JournalRow], position: str, asked_at: datetime) -> int:
    new = _store(account, rows, asked_at)
    StreamCursor.advance(account, STREAM, position, _read_until(rows, asked_at))
    return new


@transaction.atomic
def _store(account: SellerAccount, rows: Sequence[JournalRow], asked_at: datetime) -> int:
    new = record_events(account, rows, asked_at)
    wanted: dict[str, RefreshScope] = {}
    for row in rows:
        scope = scope_for(row.type)
        if scope and wanted.get(row.allegro_offer_id) != RefreshScope.DETAIL:
            wanted[row.allegro_offer_id] = scope
    request_refresh(account, wanted, EVENT, asked_at)
    return new


def _read_until(rows: Sequence[JournalRow], asked_at: datetime) -> datetime:
    """Up to when the journal is known after a page: until now after the last one, else until its last row came out.

    A run that stops between two pages may go on when the rows in between are forgotten, and no error would tell.
    """
    if len(rows) < OFFER_JOURNAL:
        return asked_at
    return min(asked_at, published_at(rows[-1].event_id) or rows[-1].occurred_at)


def published_at(event_id: str) -> datetime | None:
    """When a journal row came out, None where its id does not tell.

    The ids seen are base64url of the decimal microseconds since 1970 (allegro-api issue 9129), which Allegro nowhere
    promises: shorter ones have been seen too, and anything is accepted as a cursor (issue 3166).
    """
    try:
        digits = base64.b64decode(event_id + "=" * (-len(event_id) % 4), altchars=b"-_", validate=True).decode("ascii")
        instant = datetime.fromtimestamp(int(digits) / 1_000_000, UTC)
    except (ValueError, OverflowError, OSError):
        return None
    return instant if instant >= FIRST_EVENT else None
