"""Stream: what Allegro tells of single offers besides: translations, rating, Smart!, the price rules at work.

None of it can be asked for in bulk, so offers on sale take turns, a day for all of them. Only a translation has an
event; what it names is read at once. An offer that cannot be read has had its turn, as `extras_seen_at` says, but
nothing is recorded of it: it is asked for again some hours later, after the others.
"""

from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial

from django.db.models import Exists, F, Max, OuterRef, QuerySet
from django.db.models.functions import Random

from allegro.api.client import AllegroClient
from allegro.errors import AllegroError, Gone, Rejected
from allegro.sync.context import SyncContext
from allegro.sync.reading import SIDE_BY_SIDE, ask_side_by_side
from allegro.sync.rotation import BATCH, Round, whose_turn_it_is
from offers.fields import TRANSLATION_UPDATED
from offers.models import Offer, OfferEvent, OfferSnapshot, OfferStatus, SharedKind, SharedObject, SnapshotPart
from offers.record import parts
from offers.record.storing import Document, OfferRead, extras_read, record_reads

# An event that could not be served for so long is left to the rotation.
EVENTS_REMEMBERED = timedelta(days=2)
PUT_OFF = timedelta(hours=6)

Ask = Callable[[AllegroClient, Offer], dict[SnapshotPart, Document]]


def run(context: SyncContext) -> None:
    """Read the offers whose translations were announced and, in full runs, those whose turn it is."""
    ask = partial(_ask, base=context.account.base_marketplace, has_rules=_has_price_rules(context))
    wanted = _due(context)
    for first in range(0, len(wanted), BATCH):
        if context.is_time_up():
            context.continues = True
            return
        _read_batch(context, wanted[first : first + BATCH], ask)


def _read_batch(context: SyncContext, offers: Sequence[Offer], ask: Ask) -> None:
    """Read and record a batch; an error that ends the stage is raised once all else is safe."""
    asked: Round[Offer, Offer] = Round(context, partial(_others, context), ask)
    reads: list[OfferRead] = []
    for first in range(0, len(offers), SIDE_BY_SIDE):
        asked_at, some = context.clock(), offers[first : first + SIDE_BY_SIDE]
        for offer, outcome in zip(some, ask_side_by_side(context, ask, some), strict=True):
            match outcome:
                case Gone():
                    # It is on its way out; the details stream finds that.
                    reads.append(extras_read(offer, {}, asked_at))
                case AllegroError():
                    asked.failed(offer, offer.allegro_id, outcome)
                case _:
                    asked.answered()
                    reads.append(extras_read(offer, outcome, asked_at))
        context.beat()
        if asked.is_over():
            break
    asked.close()
    context.counts["extras"] += len(reads)
    context.counts["postponed"] += len(asked.own)
    context.counts["moved"] += record_reads(reads + [extras_read(offer, {}, context.clock()) for offer in asked.own])
    if asked.error:
        raise asked.error


def _due(context: SyncContext) -> list[Offer]:
    on_sale = _on_sale(context)
    received = _announced(context)
    announced = [
        offer
        for offer in on_sale.filter(allegro_id__in=received)
        if offer.extras_seen_at is None or offer.extras_seen_at <= received[offer.allegro_id]
    ]
    return announced + (_in_turn(context, on_sale, announced) if context.is_full else [])


def _on_sale(context: SyncContext) -> QuerySet[Offer]:
    offers: QuerySet[Offer] = Offer.objects.filter(
        account=context.account,
        gone_at__isnull=True,
        detail_seen_at__isnull=False,
        status__in=[OfferStatus.ACTIVE, OfferStatus.ACTIVATING],
    )
    return offers


def _announced(context: SyncContext) -> dict[str, datetime]:
    """When the newest announced translation of each offer was received."""
    events = OfferEvent.objects.filter(
        account=context.account, type=TRANSLATION_UPDATED, received_at__gte=context.clock() - EVENTS_REMEMBERED
    )
    return dict(events.order_by().values_list("allegro_offer_id").annotate(Max("received_at")))


def _in_turn(context: SyncContext, on_sale: QuerySet[Offer], announced: Sequence[Offer]) -> list[Offer]:
    """All that were never asked for, those whose turn it is, and at last the ones put off that did not answer then."""
    others = on_sale.exclude(pk__in=[offer.pk for offer in announced])
    never = others.filter(extras_seen_at__isnull=True).order_by("pk")
    put_off = others.filter(~Exists(_answers()), extras_seen_at__lte=context.clock() - PUT_OFF).order_by(
        "extras_seen_at", "allegro_id"
    )
    return list(dict.fromkeys((*never, *whose_turn_it_is(context, others, "extras_seen_at"), *put_off)))


def _answers() -> QuerySet[OfferSnapshot]:
    """What an offer of an outer query answered when it was asked last, nothing where it did not."""
    answers: QuerySet[OfferSnapshot] = OfferSnapshot.objects.filter(
        offer=OuterRef("pk"), part=SnapshotPart.TRANSLATIONS, last_seen_at__gte=OuterRef("extras_seen_at")
    )
    return answers


def _others(context: SyncContext, failed: Collection[str]) -> QuerySet[Offer]:
    """Any but those: the ones that answered last, then any never asked for, and not the same few each time."""
    others = _on_sale(context).exclude(allegro_id__in=failed)
    return others.order_by(Exists(_answers()).desc(), F("extras_seen_at").desc(nulls_first=True), Random())


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
