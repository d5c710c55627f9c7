"""Stream 6: the bill, each marketplace on its own, by spans of time because no list may be paged to its end.

Entries come late: advertising about three days after its day, corrections and delivery later still (allegro-api issues
12898, 13803), dated back. Each full run reads the newest days again; the year before the linking is read back like the
orders, a week at a time.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial
from operator import attrgetter

from allegro.api.money import BillingEntry
from allegro.api.paging import BILLING, by_time
from allegro.api.values import Page
from allegro.models import StreamCursor
from allegro.sync.backwards import next_span, next_start, whole_weeks
from allegro.sync.context import SyncContext
from offers.models import BillingHistory, SalesDay
from offers.models.orders import WEEK
from offers.sales.fees import Fee, begin_billing_history, record_fees

STREAM = "billing"
# Entries appear so long after the instant that they are dated.
LATE = timedelta(days=10)
# As far back as the orders that they are of.
KEPT = timedelta(days=365)
# Of a marketplace whose bill is read back together with the others'.
HAS_PART = "has part"


def run(context: SyncContext) -> None:
    """Read the newest days, and all since the last reading if that is longer ago. Raises IncompleteRead."""
    now = context.clock()
    cursor = StreamCursor.objects.filter(account=context.account, stream=STREAM).first()
    begin_billing_history(context.account, now, now - KEPT)
    since = (cursor.advanced_at if cursor else now) - LATE
    _read(context, since, now, _marketplaces(context))
    StreamCursor.advance(context.account, STREAM, now.isoformat(), now)


def run_history(context: SyncContext) -> None:
    """Go on reading the bill backwards, a week at least. Raises IncompleteRead; the next run reads the week again."""
    now = context.clock()
    history = begin_billing_history(context.account, now, now - KEPT)
    marketplaces = _marketplaces(context)
    _catch_up(context, history, marketplaces)
    span = WEEK
    while not history.is_whole:
        since = next_start(history.since, history.goal, span)
        span = next_span(span, was_empty=_read(context, since, history.since, marketplaces) == 0)
        context.counts["weeks"] += whole_weeks(since, history.since)
        history.since = since
        history.save(update_fields=["since"])
        context.progress = (history.weeks_read, history.weeks)
        context.beat()
        if context.is_time_up():
            context.continues = context.continues or not history.is_whole
            return


def _catch_up(context: SyncContext, history: BillingHistory, marketplaces: Sequence[str]) -> None:
    """Read back the bill of marketplaces that were first seen while that of the others was read, or after it.

    A cursor for each says that it has part in the common reading, or how far back it stands until then. A new one is
    read from now back to where the others are, a week at a time; entries that are there already stay as they are.
    """
    now = context.clock()
    cursors = StreamCursor.objects.filter(account=context.account, stream__startswith=f"{STREAM}:")
    stands = dict(cursors.values_list("stream", "position"))
    for marketplace in marketplaces:
        stream = f"{STREAM}:{marketplace}"
        position = stands.get(stream, "")
        since = datetime.fromisoformat(position) if position not in ("", HAS_PART) else now
        is_behind = position != HAS_PART and history.since < history.begun_at
        span = WEEK
        while is_behind and since > history.since:
            until, since = since, next_start(since, history.since, span)
            span = next_span(span, was_empty=_read(context, since, until, [marketplace]) == 0)
            StreamCursor.advance(context.account, stream, since.isoformat(), now)
            context.counts["weeks"] += whole_weeks(since, until)
            context.beat()
            if context.is_time_up():
                # The next run takes it up here, or sees that it is done.
                context.continues = True
                return
        if position != HAS_PART:
            StreamCursor.advance(context.account, stream, HAS_PART, now)


def _read(context: SyncContext, since: datetime, until: datetime, marketplaces: Sequence[str]) -> int:
    """Record what the bill tells of a span. Returns how many entries that were, known ones too."""
    before = context.counts["fees"]
    for marketplace in marketplaces:
        read = partial(_entries, context, marketplace)
        for entries in by_time(read, since, until, BILLING, attrgetter("id")):
            fees = [as_fee(entry, marketplace) for entry in entries]
            context.counts["fees"] += len(fees)
            context.counts["new_fees"] += record_fees(context.account, fees, context.clock())
            context.beat()
    return context.counts["fees"] - before


def _marketplaces(context: SyncContext) -> list[str]:
    """Where the account sells, as its offers and sales show; the business side of a country has no bill of its own."""
    sold = SalesDay.objects.filter(account=context.account).values_list("marketplace", flat=True).distinct()
    names = {context.account.base_marketplace, *context.marketplaces, *sold}
    return sorted({name.replace("allegro-business-", "allegro-") for name in names if name})


def _entries(
    context: SyncContext, marketplace: str, since: datetime, until: datetime, offset: int
) -> Page[BillingEntry]:
    return context.client.billing_entries(since, until, offset, marketplace)


def as_fee(entry: BillingEntry, marketplace: str) -> Fee:
    """An entry of the API as it is recorded."""
    return Fee(
        entry.id,
        marketplace,
        entry.occurred_at,
        entry.type,
        entry.type_name,
        entry.value.amount,
        entry.value.currency,
        entry.tax_percentage,
        entry.offer_id,
        entry.order_id,
        entry.info,
    )
