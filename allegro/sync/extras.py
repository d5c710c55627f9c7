"""Stream: what Allegro tells of single offers besides: translations, rating, Smart!, the price rules at work.

None of it can be asked for in bulk, so offers on sale take turns, a day for all of them. Only a translation has an
event; what it names is read at once.
"""

from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial
from math import ceil

from django.db.models import Max, QuerySet

from allegro.api.client import AllegroClient
from allegro.errors import AllegroError, Gone, Rejected, Unavailable
from allegro.sync.context import SyncContext
from allegro.sync.reading import SIDE_BY_SIDE, ask_side_by_side
from offers import parts
from offers.fields import TRANSLATION_UPDATED
from offers.models import Offer, OfferEvent, OfferStatus, SharedKind, SharedObject, SnapshotPart
from offers.record import Document, OfferRead, extras_read, record_reads

ROTATION = timedelta(hours=24)
BATCH = 20
GIVE_UP_AFTER = 5
# An event that could not be served for so long is left to the rotation.
EVENTS_REMEMBERED = timedelta(days=2)


def run(context: SyncContext) -> None:
    """Read the offers whose translations were announced and, in full runs, those whose turn it is."""
    ask = partial(_ask, base=context.account.base_marketplace, has_rules=_has_price_rules(context))
    failures = 0
    wanted = _due(context)
    for first in range(0, len(wanted), BATCH):
        if context.is_time_up():
            context.continues = True
            return
        failures = _read_batch(context, wanted[first : first + BATCH], ask, failures)


def _read_batch(
    context: SyncContext,
    offers: Sequence[Offer],
    ask: Callable[[AllegroClient, Offer], dict[SnapshotPart, Document]],
    failures: int,
) -> int:
    """Read and record a batch. Returns how many offers in a row could not be read by its end."""
    reads: list[OfferRead] = []
    fatal: AllegroError | None = None
    for first in range(0, len(offers), SIDE_BY_SIDE):
        asked_at, some = context.clock(), offers[first : first + SIDE_BY_SIDE]
        for offer, outcome in zip(some, ask_side_by_side(context, ask, some), strict=True):
            match outcome:
                case Gone():
                    # It is on its way out; the details stream finds that.
                    reads.append(extras_read(offer, {}, asked_at))
                case Unavailable():
                    context.note_failure(offer.allegro_id, outcome)
                    failures += 1
                case AllegroError():
                    fatal = fatal or outcome
                case _:
                    failures = 0
                    reads.append(extras_read(offer, outcome, asked_at))
        context.beat()
        if fatal or failures >= GIVE_UP_AFTER:
            break
    context.counts["moved"] += record_reads(reads)
    context.counts["extras"] += len(reads)
    if fatal:
        raise fatal
    if failures >= GIVE_UP_AFTER:
        raise Unavailable("offer after offer could not be read")
    return failures


def _due(context: SyncContext) -> list[Offer]:
    on_sale = Offer.objects.filter(
        account=context.account,
        gone_at__isnull=True,
        detail_seen_at__isnull=False,
        status__in=[OfferStatus.ACTIVE, OfferStatus.ACTIVATING],
    )
    received = _announced(context)
    announced = [
        offer
        for offer in on_sale.filter(allegro_id__in=received)
        if offer.extras_seen_at is None or offer.extras_seen_at <= received[offer.allegro_id]
    ]
    return announced + (_whose_turn_it_is(context, on_sale, announced) if context.is_full else [])


def _announced(context: SyncContext) -> dict[str, datetime]:
    """When the newest announced translation of each offer was received."""
    events = OfferEvent.objects.filter(
        account=context.account, type=TRANSLATION_UPDATED, received_at__gte=context.clock() - EVENTS_REMEMBERED
    )
    return dict(events.order_by().values_list("allegro_offer_id").annotate(Max("received_at")))


def _whose_turn_it_is(context: SyncContext, on_sale: QuerySet[Offer], announced: Sequence[Offer]) -> list[Offer]:
    """All that were never read, and of the others the share of the time that has passed since the last full run."""
    now = context.clock()
    elapsed = min(now - (context.account.last_full_sync_at or now), ROTATION)
    share = ceil(on_sale.count() * (elapsed / ROTATION)) + 1
    others = on_sale.exclude(pk__in=[offer.pk for offer in announced])
    unread = list(others.filter(extras_seen_at__isnull=True).order_by("pk"))
    return unread + list(others.filter(extras_seen_at__lt=now).order_by("extras_seen_at", "allegro_id")[:share])


def _has_price_rules(context: SyncContext) -> bool:
    rules = SharedObject.objects.filter(account=context.account, kind=SharedKind.PRICE_RULE, gone_at__isnull=True)
    return bool(rules.exists())


def _ask(client: AllegroClient, offer: Offer, *, base: str, has_rules: bool) -> dict[SnapshotPart, Document]:
    """All the parts of one offer; those that Allegro does not tell yet are left out."""
    found = {
        SnapshotPart.TRANSLATIONS: parts.translations([row.raw for row in client.offer_translations(offer.allegro_id)]),
        SnapshotPart.RATING: parts.rating(client.offer_rating(offer.allegro_id).raw),
    }
    # 422: a new offer is not classified yet.
    with suppress(Rejected):
        found[SnapshotPart.SMART] = parts.smart(client.offer_smart(offer.allegro_id).raw)
    if has_rules:
        rules = [row.raw for row in client.offer_price_rules(offer.allegro_id)]
        found[SnapshotPart.PRICE_RULES] = parts.price_rules(rules, base)
    return found
