"""Stream: the products of Allegro's catalogue that the account's offers are made from.

The catalogue rewrites a product, and with it the offers (allegro-api issue 11980), which explains edits that nobody
made. No event announces it and products can be asked for one by one only, so they take turns, a day for all of them.
When a product was asked for last stands in `asked_at`: one that cannot be read has had its turn and comes again some
hours later; one that Allegro no longer has waits for its next turn like all others.
"""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from functools import partial

from django.db import transaction
from django.db.models import Exists, F, Max, OuterRef, Q, QuerySet
from django.db.models.functions import Random

from allegro.api.client import AllegroClient
from allegro.api.products import Product
from allegro.errors import AllegroError, Gone
from allegro.sync.context import SyncContext
from allegro.sync.reading import SIDE_BY_SIDE, ask_side_by_side
from allegro.sync.rotation import BATCH, Round, turns
from offers.models import Offer, OfferStatus, OfferUse, SharedKind, SharedObject
from offers.record import parts
from offers.record.observe import SharedContent, note_turns, observe_shared

PUT_OFF = timedelta(hours=6)


def run(context: SyncContext) -> None:
    """Read the products never asked for, then those whose turn it is."""
    wanted = _due(context)
    for first in range(0, len(wanted), BATCH):
        if context.is_time_up():
            context.continues = True
            return
        _read_batch(context, wanted[first : first + BATCH])


def _read_batch(context: SyncContext, product_ids: Sequence[str]) -> None:
    """Read and record a batch; an error that ends the stage is raised once all else is safe."""
    asked: Round[str, str] = Round(context, partial(_others, context), AllegroClient.product)
    found: dict[str, SharedContent] = {}
    gone: set[str] = set()
    for first in range(0, len(product_ids), SIDE_BY_SIDE):
        some = product_ids[first : first + SIDE_BY_SIDE]
        for key, outcome in zip(some, ask_side_by_side(context, AllegroClient.product, some), strict=True):
            match outcome:
                case Gone():
                    gone.add(key)
                case AllegroError():
                    asked.failed(key, key, outcome)
                case Product():
                    asked.answered()
                    found[key] = SharedContent(outcome.name, parts.product(outcome.raw))
        context.beat()
        if asked.is_over():
            break
    asked.close()
    context.counts["products"] += len(found)
    context.counts["no_products"] += len(gone)
    context.counts["postponed"] += len(asked.own)
    _record(context, found, gone, asked.own)
    if asked.error:
        raise asked.error


@transaction.atomic
def _record(context: SyncContext, found: dict[str, SharedContent], gone: set[str], failed: Sequence[str]) -> None:
    """What was read and that all of them had their turn."""
    account, now = context.account, context.clock()
    changed = observe_shared(account, SharedKind.PRODUCT, found, now, is_complete=False)
    context.counts["shared_changed"] += changed
    note_turns(account, SharedKind.PRODUCT, {*found, *gone, *failed}, gone, now)


def _due(context: SyncContext) -> list[str]:
    """Never asked for, then whose turn it is, and at last the ones put off that did not answer then."""
    asked_at, put_off = _asked(context)
    used = _used(context)
    known = sorted((moment, key) for key, moment in asked_at.items() if key in used and moment < context.clock())
    in_turn = [key for _moment, key in known[: turns(context, len(used & asked_at.keys()))]]
    late = [key for moment, key in known if key in put_off and moment <= context.clock() - PUT_OFF]
    return list(dict.fromkeys((*sorted(used - asked_at.keys()), *in_turn, *late)))


def _asked(context: SyncContext) -> tuple[dict[str, datetime], set[str]]:
    """When each product had its turn last, and which ones did not answer then."""
    rows = _products(context).filter(asked_at__isnull=False).annotate(read_at=Max("snapshots__last_seen_at"))
    asked_at: dict[str, datetime] = {}
    silent: set[str] = set()
    for row in rows.only("allegro_id", "asked_at", "gone_at"):
        if row.asked_at is None:
            continue
        asked_at[row.allegro_id] = row.asked_at
        if row.gone_at is None and (row.read_at is None or row.read_at < row.asked_at):
            silent.add(row.allegro_id)
    return asked_at, silent


def _products(context: SyncContext) -> QuerySet[SharedObject]:
    products: QuerySet[SharedObject] = SharedObject.objects.filter(account=context.account, kind=SharedKind.PRODUCT)
    return products


def _living(context: SyncContext) -> QuerySet[Offer]:
    """The offers that are on sale or may still be."""
    offers: QuerySet[Offer] = Offer.objects.filter(account=context.account, gone_at__isnull=True)
    return offers.exclude(status=OfferStatus.ENDED)


def _used(context: SyncContext) -> set[str]:
    """The products of living offers; of a set those beside its first one are known once its changes are derived."""
    firsts = _living(context).exclude(product_id="").order_by().values_list("product_id", flat=True)
    uses = OfferUse.objects.filter(
        account=context.account, kind=SharedKind.PRODUCT, until__isnull=True, offer__in=_living(context).values("pk")
    )
    return {*firsts.distinct(), *uses.order_by().values_list("allegro_id", flat=True).distinct()}


def _others(context: SyncContext, failed: Collection[str]) -> QuerySet[Offer, str]:
    """Any but those: first products that answered last, then any never asked for, and not the same few each time."""
    answered = _products(context).filter(
        Q(snapshots__last_seen_at__gte=F("asked_at")), allegro_id=OuterRef("product_id")
    )
    offers = _living(context).exclude(product_id__in=["", *failed])
    return offers.order_by(Exists(answered).desc(), Random()).values_list("product_id", flat=True)
