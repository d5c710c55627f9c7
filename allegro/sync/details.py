"""Stream 3: the offers themselves: those that something asked for, and in full runs the ones read longest ago.

The rotation finds what no event announces (handling time, delivery price list …) within a day.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.db.models import F, QuerySet

from allegro.api.client import AllegroClient
from allegro.api.values import optional_instant
from allegro.errors import Forbidden, Gone
from allegro.models import RefreshRequest, RefreshScope
from allegro.sync.context import SyncContext
from allegro.sync.reading import SIDE_BY_SIDE, Answer, Content, read_side_by_side
from allegro.sync.refresh import due_requests, finish, postpone, request_refresh
from allegro.sync.rotation import BATCH, Round, whose_turn_it_is
from offers.models import Offer
from offers.record.storing import OfferRead, ensure_offers, record_gone, record_reads

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
        if batch.is_over():
            break
    batch.store()


class Batch:
    """What a batch has brought so far, to be stored together."""

    def __init__(self, context: SyncContext) -> None:
        self._context = context
        self._round: Round[Answer, Offer] = Round(context, partial(_others, context), _ask_whole)
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
            case error:
                self._round.failed(answer, answer.offer.allegro_id, error)

    def _take_read(self, answer: Answer, content: Content) -> None:
        self._round.answered()
        self._reads.append(content.read)
        self._served.append(answer.request)
        self._context.counts["details" if answer.is_whole else "parts"] += 1
        if answer.is_whole and (look := _next_look(content.document, content.read.read_at)):
            self._looks[answer.offer.allegro_id] = look

    def is_over(self) -> bool:
        """Whether to ask no more; to be called after every few answers."""
        return self._round.is_over()

    def store(self) -> None:
        """Write everything down. Raises what ended the batch early, if anything."""
        now, account = self._context.clock(), self._context.account
        self._round.close()
        self._put_off(now)
        self._context.counts["changed"] += record_reads(self._reads)
        finish(self._served)
        for allegro_id, at in self._looks.items():
            request_refresh(account, {allegro_id: RefreshScope.DETAIL}, "new_offer", now, at)
        if self._round.error:
            raise self._round.error

    def _put_off(self, now: datetime) -> None:
        failed = [*self._round.own, *self._round.undecided]
        self._context.counts["postponed"] += len(failed)
        for answer in failed:
            if answer in self._round.own and _is_foreign(answer):
                record_gone(answer.offer, now)
                self._served.append(answer.request)
            else:
                postpone(answer.request, now)


def _others(context: SyncContext, failed: Collection[str]) -> QuerySet[Offer]:
    """Any but those, the ones that were read last first."""
    offers: QuerySet[Offer] = Offer.objects.filter(account=context.account, gone_at__isnull=True)
    return offers.exclude(allegro_id__in=failed).order_by(F("detail_seen_at").desc(nulls_last=True), "allegro_id")


def _ask_whole(client: AllegroClient, offer: Offer) -> object:
    return client.product_offer(offer.allegro_id)


def _queue_rotation(context: SyncContext) -> None:
    offers: QuerySet[Offer] = Offer.objects.filter(account=context.account, gone_at__isnull=True)
    oldest = whose_turn_it_is(context, offers, "detail_seen_at")
    wanted = dict.fromkeys(oldest.values_list("allegro_id", flat=True), RefreshScope.DETAIL)
    request_refresh(context.account, wanted, "rotation", context.clock())


def _is_foreign(answer: Answer) -> bool:
    """Whether a refused offer is one that the list shows of a linked account: never read, and refused once too often.

    One refusal proves nothing, Allegro has refused what was allowed (allegro-api issue 12760). The list goes on showing
    such offers; like everything that cannot be read they are asked for once a day.
    """
    offer, attempts = answer.offer, answer.request.attempts + 1
    never_read = offer.detail_seen_at is None and (offer.gone_at is not None or attempts >= REFUSALS)
    return isinstance(answer.error, Forbidden) and never_read


def _next_look(document: Mapping[str, Any], read_at: datetime) -> datetime | None:
    """When to read a new offer again, None once it is old enough or where Allegro does not say when it was made."""
    try:
        created_at = optional_instant(document.get("createdAt"))
    except (TypeError, ValueError):
        return None
    looks = [created_at + age for age in SECOND_LOOKS] if created_at else []
    return next((look for look in looks if look > read_at), None)
