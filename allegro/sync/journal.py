"""Stream 1: Allegro's offer journal, read forward from the stored cursor."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction

from accounts.models import SellerAccount
from allegro.client import JOURNAL_PAGE
from allegro.models import RefreshScope, StreamCursor
from allegro.sync.context import SyncContext
from allegro.sync.refresh import request_refresh, scope_for
from offers.models import CoverageGap, Offer
from offers.record import JournalRow, record_events

STREAM = "journal"
# Allegro forgets journal rows after a day (allegro-api issue 2519).
RETENTION = timedelta(hours=24)


def run(context: SyncContext) -> None:
    """Read the journal to its end. A page and its cursor are stored together, so a killed run loses nothing."""
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
        if len(rows) < JOURNAL_PAGE:
            return


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
    new = record_events(account, rows, asked_at)
    wanted: dict[str, RefreshScope] = {}
    for row in rows:
        scope = scope_for(row.type)
        if scope and wanted.get(row.allegro_offer_id) != RefreshScope.DETAIL:
            wanted[row.allegro_offer_id] = scope
    request_refresh(account, wanted, "event", asked_at)
    StreamCursor.advance(account, STREAM, position, asked_at)
    return new
