"""Stream 3: the offers themselves: those that something asked for, and in full runs the ones read longest ago.

The rotation finds what no event announces (handling time, delivery price list …) within a day.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from math import ceil
from typing import Any

from django.db.models import QuerySet

from allegro.api.values import optional_instant
from allegro.errors import AllegroError, Forbidden, Gone, Unavailable
from allegro.models import RefreshRequest, RefreshScope
from allegro.sync.context import SyncContext
from allegro.sync.reading import SIDE_BY_SIDE, Answer, Content, read_side_by_side
from allegro.sync.refresh import due_requests, finish, postpone, request_refresh
from offers.models import Offer
from offers.record import OfferRead, ensure_offers, record_gone, record_reads

ROTATION = timedelta(hours=24)
BATCH = 20
# So many failures in a row are an outage, not a few bad offers: stop and let the next run go on.
GIVE_UP_AFTER = 5
# The sellers of new offers go on editing them, and the journal may stay silent about it (allegro-api issue 8390).
SECOND_LOOKS = (timedelta(minutes=15), timedelta(minutes=60))
# An offer refused so often before it was ever read is not this account's (allegro-api issue 5002).
REFUSALS = 3


def run(context: SyncContext) -> None:
    """Serve the refresh queue until it is empty or the run's time is up; in a full run, queue the rotation first.

    What was read is stored batch by batch: a killed run only reads a few offers a second time.
    """
    if context.is_full:
        _queue_rotation(context)
    while requests := due_requests(context.account, context.clock(), BATCH):
        if context.is_time_up():
            context.continues = True
            return
        _serve_batch(context, requests)


def _serve_batch(context: SyncContext, requests: Sequence[RefreshRequest]) -> None:
    """Read a batch, a few side by side, and store it; an error that ends the run is raised once all else is safe."""
    offers = ensure_offers(context.account, [request.allegro_offer_id for request in requests], context.clock())
    batch = Batch(context)
    for first in range(0, len(requests), SIDE_BY_SIDE):
        for answer in read_side_by_side(context, requests[first : first + SIDE_BY_SIDE], offers):
            batch.take(answer)
        context.beat()
        if batch.fatal or batch.failures_in_a_row >= GIVE_UP_AFTER:
            break
    batch.store()


class Batch:
    """What a batch has brought so far, to be stored together."""

    def __init__(self, context: SyncContext) -> None:
        self.fatal: AllegroError | None = None
        self.failures_in_a_row = 0
        self._context = context
        self._served: list[RefreshRequest] = []
        self._reads: list[OfferRead] = []
        self._looks: dict[str, datetime] = {}

    def take(self, answer: Answer) -> None:
        """Count one answer in."""
        match answer.error:
            case None:
                self._take_read(answer, answer.content)
            case Gone():
                record_gone(answer.offer, self._context.clock())
                self._context.counts["gone"] += 1
                self._served.append(answer.request)
            case Unavailable() | Forbidden():
                self._take_failure(answer, answer.error)
            case error:
                self.fatal = self.fatal or error

    def _take_read(self, answer: Answer, content: Content) -> None:
        self.failures_in_a_row = 0
        self._reads.append(content.read)
        self._served.append(answer.request)
        self._context.counts["details" if answer.is_whole else "parts"] += 1
        if answer.is_whole and (look := _next_look(content.document, content.read.read_at)):
            self._looks[answer.offer.allegro_id] = look

    def _take_failure(self, answer: Answer, error: AllegroError) -> None:
        now = self._context.clock()
        self._context.note_failure(answer.request.allegro_offer_id, error)
        self._context.counts["postponed"] += 1
        if isinstance(error, Forbidden) and _is_foreign(answer.offer, answer.request):
            record_gone(answer.offer, now)
            self._served.append(answer.request)
        else:
            postpone(answer.request, now)
            self.failures_in_a_row += 1

    def store(self) -> None:
        """Write everything down. Raises what ended the batch early, if anything."""
        now, account = self._context.clock(), self._context.account
        self._context.counts["changed"] += record_reads(self._reads)
        finish(self._served)
        for allegro_id, at in self._looks.items():
            request_refresh(account, {allegro_id: RefreshScope.DETAIL}, "new_offer", now, at)
        if self.fatal:
            raise self.fatal
        if self.failures_in_a_row >= GIVE_UP_AFTER:
            raise Unavailable("offer after offer could not be read")


def _queue_rotation(context: SyncContext) -> None:
    now = context.clock()
    offers: QuerySet[Offer] = Offer.objects.filter(account=context.account, gone_at__isnull=True)
    # Each full run reads the share of the time since the last one, and one more, so that a day reads everything: also
    # when all were read at one time, as the first sync does.
    elapsed = min(now - (context.account.last_full_sync_at or now), ROTATION)
    share = ceil(offers.count() * (elapsed / ROTATION)) + 1
    oldest = offers.filter(detail_seen_at__lt=now).order_by("detail_seen_at", "allegro_id")[:share]
    wanted = dict.fromkeys(oldest.values_list("allegro_id", flat=True), RefreshScope.DETAIL)
    request_refresh(context.account, wanted, "rotation", now)


def _is_foreign(offer: Offer, request: RefreshRequest) -> bool:
    """Whether a refused offer is one that the list shows of a linked account: never read, and refused once too often.

    One refusal proves nothing, Allegro has refused what was allowed (allegro-api issue 12760). The list goes on showing
    such offers; like everything that cannot be read they are asked for once a day.
    """
    return offer.detail_seen_at is None and (offer.gone_at is not None or request.attempts + 1 >= REFUSALS)


def _next_look(document: Mapping[str, Any], read_at: datetime) -> datetime | None:
    """When to read a new offer again, None once it is old enough or where Allegro does not say when it was made."""
    try:
        created_at = optional_instant(document.get("createdAt"))
    except (TypeError, ValueError):
        return None
    looks = [created_at + age for age in SECOND_LOOKS] if created_at else []
    return next((look for look in looks if look > read_at), None)
