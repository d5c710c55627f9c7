"""Offers of the same catalogue product: they compete for the same buyers, a change of one may be felt by another."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import F

from offers.models import Offer

SHOWN = 10


@dataclass(frozen=True, slots=True)
class SameProduct:
    """Other offers of one catalogue product in the workspace; `is_more` where not all of them are here."""

    product_id: str
    offers: Sequence[Offer]
    is_more: bool


def same_product(offer: Offer) -> SameProduct | None:
    """The offers beside `offer`, best sellers first, gone ones last; None where there are none. One query at most."""
    if not offer.product_id:
        return None
    others = Offer.objects.filter(product_id=offer.product_id).exclude(pk=offer.pk).select_related("account")
    order = F("gone_at").asc(nulls_first=True), F("sold_30d").desc(nulls_last=True), "title", "pk"
    found = list(others.order_by(*order)[: SHOWN + 1])
    return SameProduct(offer.product_id, found[:SHOWN], len(found) > SHOWN) if found else None
