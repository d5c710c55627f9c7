"""Stream, only where the seller granted it: badges, Allegro Prices, AlleDiscount.

No single resource tells which campaigns an offer is in (allegro-api issue 12385).
"""

from collections.abc import Container, Hashable, Sequence
from typing import Any

from allegro.api import paging
from allegro.api.campaigns import Badge
from allegro.errors import Forbidden, Gone
from allegro.sync.context import SyncContext
from allegro.sync.whole import observe_part, read_whole
from offers.models import Offer, OfferSnapshot, SnapshotPart
from offers.record import contents, parts

# In AlleDiscount nothing follows on these.
OVER = frozenset({"FINISHED", "DECLINED"})


def run(context: SyncContext) -> None:
    """Read each programme, on all marketplaces of the account's offers, as the list of this run showed them."""
    if not context.marketplaces:
        return
    _badges(context)
    _allegro_prices(context)
    _alle_discount(context)


def _badges(context: SyncContext) -> None:
    """Refused to accounts that are no business: then there are none to follow."""
    began_at = context.clock()
    found: dict[str, list[Any]] = {}
    for marketplace in sorted(context.marketplaces):
        try:
            rows = read_whole(context, paging.by_offset(_badges_on(context, marketplace), paging.BADGES, _badge_key))
        except Forbidden as error:
            context.note_failure(marketplace, error)
            return
        if rows is None:
            return
        found[marketplace] = [dict(row.raw) for row in rows]
    documents = parts.badges(found, context.account.base_marketplace)
    observe_part(context, SnapshotPart.BADGES, documents, (began_at, context.clock()))


def _badges_on(context: SyncContext, marketplace: str) -> Any:
    return lambda offset: context.client.badges(marketplace, offset)


def _badge_key(badge: Badge) -> Hashable:
    """An offer that entered a campaign again has a badge of each time."""
    return badge.offer_id, badge.campaign_id, badge.status, badge.publication


def _allegro_prices(context: SyncContext) -> None:
    began_at, groups = context.clock(), _groups_of_offers(context)
    known = {each.marketplace for each in context.client.allegro_prices_participations()}
    found: dict[str, list[Any]] = {}
    for marketplace in sorted(known & context.marketplaces):
        found[marketplace] = []
        for offer_ids in groups:
            rows = read_whole(
                context,
                paging.by_offset(_prices_of(context, marketplace, offer_ids), paging.ALLEGRO_PRICES, _price_key),
            )
            if rows is None:
                return
            found[marketplace] += [dict(row.raw) for row in rows]
    documents = parts.allegro_prices(found, context.account.base_marketplace)
    observe_part(context, SnapshotPart.ALLEGRO_PRICES, documents, (began_at, context.clock()))


def _groups_of_offers(context: SyncContext) -> list[Sequence[str]]:
    """All offers, as many as one question takes: also those of unknown status, for nothing is recorded without asking.

    Allegro answers with those that are on sale or ended, and passes over the others.
    """
    offers = Offer.objects.filter(account=context.account, gone_at__isnull=True)
    ids = list(offers.order_by("allegro_id").values_list("allegro_id", flat=True))
    size = paging.ALLEGRO_PRICES.limit
    return [ids[first : first + size] for first in range(0, len(ids), size)]


def _prices_of(context: SyncContext, marketplace: str, offer_ids: Sequence[str]) -> Any:
    return lambda offset: context.client.allegro_prices_offers(marketplace, offer_ids, offset)


def _price_key(offer: Any) -> str:
    return str(offer.offer_id)


def _alle_discount(context: SyncContext) -> None:
    began_at = context.clock()
    submitted: list[Any] = []
    marketplaces: dict[str, str] = {}
    for campaign in context.client.alle_discount_campaigns():
        marketplaces[campaign.id] = campaign.marketplace
        try:
            rows = read_whole(
                context, paging.by_offset(_submitted_to(context, campaign.id), paging.ALLE_DISCOUNT, _submission_key)
            )
        except Gone:
            # The campaign is over.
            del marketplaces[campaign.id]
            continue
        if rows is None:
            return
        submitted += [dict(row.raw) for row in rows]
    documents = parts.alle_discount(submitted, marketplaces, context.account.base_marketplace)
    _keep_what_is_over(context, documents, marketplaces)
    observe_part(context, SnapshotPart.ALLE_DISCOUNT, documents, (began_at, context.clock()))


def _keep_what_is_over(context: SyncContext, documents: parts.Documents, listed: Container[str]) -> None:
    """Leave entries of campaigns that Allegro lists no more as they ended: nothing happens to an offer by that."""
    account = context.account
    rows = OfferSnapshot.objects.filter(account=account, part=SnapshotPart.ALLE_DISCOUNT)
    newest = (
        rows.order_by("offer_id", "-first_seen_at").distinct("offer_id").values_list("offer__allegro_id", "document")
    )
    known = dict(newest)
    pieces = contents.load(account, known.values())
    for offer_id, packed in known.items():
        for place, entered in contents.unpack(packed, pieces).items():
            for campaign_id, entry in entered.items():
                if campaign_id not in listed and entry.get("status") in OVER:
                    documents.setdefault(offer_id, {}).setdefault(place, {}).setdefault(campaign_id, entry)


def _submitted_to(context: SyncContext, campaign_id: str) -> Any:
    return lambda offset: context.client.alle_discount_offers(campaign_id, offset)


def _submission_key(offer: Any) -> str:
    return str(offer.participation_id)
