"""The queue of offers to read again: one row per offer, however many events ask."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from django.db import transaction

from accounts.models import SellerAccount
from allegro.models import RefreshRequest, RefreshScope
from offers.fields import PRICE_CHANGED, STOCK_CHANGED

FIRST_RETRY = timedelta(minutes=2)
LONGEST_RETRY = timedelta(hours=6)
# The reason that makes a request urgent.
EVENT = "event"
# Bids are not followed. A translation event does ask for a read: it has come with edits of other fields, some of them
# silent (allegro-api issue 6785).
EVENTS_WITHOUT_READ = frozenset({"OFFER_BID_PLACED", "OFFER_BID_CANCELED"})


def scope_for(event_type: str) -> RefreshScope | None:
    """How much to read after a journal event; None when nothing readable can have changed."""
    if event_type in EVENTS_WITHOUT_READ:
        return None
    return RefreshScope.PRICE_STOCK if event_type in {PRICE_CHANGED, STOCK_CHANGED} else RefreshScope.DETAIL


@transaction.atomic
def request_refresh(
    account: SellerAccount,
    wanted: Mapping[str, RefreshScope],
    reason: str,
    now: datetime,
    not_before: datetime | None = None,
) -> None:
    """Queue offers (Allegro id -> how much). An offer waiting already is read at least as fully as any request asks.

    With `not_before` only then, unless something asks for them earlier.
    """
    waiting = {
        request.allegro_offer_id: request
        for request in RefreshRequest.objects.select_for_update().filter(account=account, allegro_offer_id__in=wanted)
    }
    # A new `requested_at` tells a reader at work that what it read may be older than this request.
    RefreshRequest.objects.filter(pk__in=[request.pk for request in waiting.values()]).update(requested_at=now)
    if not_before is None:
        # Those that failed wait for their next attempt all the same.
        RefreshRequest.objects.filter(pk__in=[each.pk for each in waiting.values() if not each.attempts]).update(
            not_before=now
        )
    if reason == EVENT:
        RefreshRequest.objects.filter(pk__in=[request.pk for request in waiting.values()]).update(is_urgent=True)
    deeper = [request.pk for allegro_id, request in waiting.items() if wanted[allegro_id] == RefreshScope.DETAIL]
    RefreshRequest.objects.filter(pk__in=deeper).update(scope=RefreshScope.DETAIL)
    RefreshRequest.objects.bulk_create(
        [
            RefreshRequest(
                account=account,
                allegro_offer_id=allegro_id,
                scope=scope,
                reason=reason,
                is_urgent=reason == EVENT,
                requested_at=now,
                not_before=not_before or now,
            )
            for allegro_id, scope in wanted.items()
            if allegro_id not in waiting
        ],
        ignore_conflicts=True,
    )


def due_requests(account: SellerAccount, now: datetime, limit: int) -> list[RefreshRequest]:
    """Up to `limit` requests to serve now: what the journal announced first, then the oldest."""
    due = RefreshRequest.objects.filter(account=account, not_before__lte=now)
    return list(due.order_by("-is_urgent", "requested_at", "pk")[:limit])


def finish(served: Sequence[RefreshRequest]) -> None:
    """Take served requests off the queue, except those asked for again since they were loaded."""
    newest = max((request.requested_at for request in served), default=None)
    if newest is not None:
        RefreshRequest.objects.filter(pk__in=[request.pk for request in served], requested_at__lte=newest).delete()


def postpone(request: RefreshRequest, now: datetime) -> None:
    """Try a failed request again later, each time after twice as long."""
    delay = min(FIRST_RETRY * 2**request.attempts, LONGEST_RETRY)
    RefreshRequest.objects.filter(pk=request.pk).update(attempts=request.attempts + 1, not_before=now + delay)
