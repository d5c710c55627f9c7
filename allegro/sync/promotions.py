"""Stream: rebates, bundles, promotion packages and price rules. Allegro announces none of it, so it is read whole.

A list that could not be read to its provable end is not recorded at all: what it does not name might still be there.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from typing import Any

from allegro.api import paging
from allegro.api.promotions import PROMOTION_TYPES, FlexibleBundle
from allegro.errors import Gone
from allegro.sync.context import SyncContext
from allegro.sync.whole import observe_kind, observe_part, read_whole
from offers.models import Offer, SharedKind, SnapshotPart
from offers.record import parts
from offers.record.observe import SharedContent

Documents = list[dict[str, Any]]


def run(context: SyncContext) -> None:
    """Read every list, and record each that is complete."""
    _promotions(context)
    _packages(context)
    _price_rules(context)


def _promotions(context: SyncContext) -> None:
    began_at = context.clock()
    rebates = read_whole(context, _rebates(context))
    old = read_whole(context, paging.by_cursor(context.client.bundles))
    flexible = read_whole(context, paging.by_cursor(context.client.flexible_bundles))
    if rebates is None or old is None or flexible is None:
        return
    raw_rebates, raw_old, raw_flexible = _raw(rebates), _raw(old), list(_whole_bundles(context, flexible))
    span = (began_at, context.clock())
    observe_part(context, SnapshotPart.PROMOTIONS, parts.promotions(raw_rebates, raw_old, raw_flexible), span)
    observe_kind(
        context,
        SharedKind.PROMOTION,
        {raw["id"]: SharedContent(_name(raw), parts.promotion(raw), parts.is_for_all(raw)) for raw in raw_rebates},
        span[1],
    )
    raw_bundles = raw_old + raw_flexible
    titles = _titles(context, raw_bundles)
    bundles = {raw["id"]: SharedContent(parts.content_of_bundle(raw, titles), parts.bundle(raw)) for raw in raw_bundles}
    observe_kind(context, SharedKind.BUNDLE, bundles, span[1])


def _titles(context: SyncContext, bundles: Documents) -> dict[str, str]:
    """The titles of the offers in bundles, by Allegro's id: a bundle has no name of its own."""
    ids = {offer for raw in bundles for offer in parts.offers_of_bundle(raw)}
    rows = Offer.objects.filter(account=context.account, allegro_id__in=ids).exclude(title="")
    return dict(rows.values_list("allegro_id", "title"))


def _name(raw: dict[str, Any]) -> str:
    """Its own name, or the kind of its benefit."""
    kinds = [benefit["specification"]["type"] for benefit in raw["benefits"]]
    return parts.name_of(raw) or (str(kinds[0]) if kinds else "")


def _whole_bundles(context: SyncContext, listed: Iterable[FlexibleBundle]) -> Iterator[dict[str, Any]]:
    """The bundles one by one: the list names only one offer of each slot."""
    for each in listed:
        # One that went meanwhile is gone.
        with suppress(Gone):
            yield dict(context.client.flexible_bundle(each.id).raw)
        context.beat()


def _rebates(context: SyncContext) -> Iterable[Sequence[Any]]:
    for promotion_type in PROMOTION_TYPES:
        yield from paging.by_offset(
            _of_type(context, promotion_type), paging.LOYALTY_PROMOTIONS, lambda promotion: promotion.id
        )


def _of_type(context: SyncContext, promotion_type: str) -> Callable[[int], Any]:
    return lambda offset: context.client.loyalty_promotions(promotion_type, offset)


def _packages(context: SyncContext) -> None:
    began_at, base = context.clock(), context.account.base_marketplace
    pages = paging.by_offset(context.client.promo_options, paging.PROMO_OPTIONS, lambda options: options.offer_id)
    options = read_whole(context, pages)
    if options is None:
        return
    found = {each.offer_id: parts.promo_options(each.raw, base) for each in options}
    observe_part(context, SnapshotPart.PROMO_OPTIONS, found, (began_at, context.clock()))


def _price_rules(context: SyncContext) -> None:
    """The rules; which offers they are at work for is told per offer, and asked for only where there are any."""
    began_at = context.clock()
    rules = _raw(context.client.price_rules())
    now = context.clock()
    contents = {raw["id"]: SharedContent(parts.name_of(raw), parts.price_rule(raw)) for raw in rules}
    observe_kind(context, SharedKind.PRICE_RULE, contents, now)
    if not rules:
        observe_part(context, SnapshotPart.PRICE_RULES, {}, (began_at, now))


def _raw(rows: Iterable[Any]) -> Documents:
    return [dict(row.raw) for row in rows]
