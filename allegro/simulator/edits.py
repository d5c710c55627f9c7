"""Editing an offer document: RFC 7396 merge, what changed field by field, and which journal events Allegro emits."""

from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from allegro.simulator.catalogue import BASE_MARKETPLACE
from allegro.simulator.documents import Json

# Allegro publishes no event for these (allegro-api issues 13523, 11675 and 5360).
SILENT_FIELDS = frozenset({"delivery_price_list", "handling_time", "wholesale_price_list"})

# Set by Allegro, never by an edit; a changed value in a PATCH is ignored.
READ_ONLY = ("id", "createdAt", "updatedAt", "validation", "warnings")


@dataclass(frozen=True)
class FieldChange:
    """One field's old and new value, each in the shape it has in the product-offer document."""

    field: str
    marketplace: str | None
    old: Any
    new: Any


def merge_patch(target: Any, patch: Any) -> Any:
    """Return the target with an RFC 7396 patch applied: objects merge, null deletes, arrays are replaced whole."""
    if not isinstance(patch, dict):
        return deepcopy(patch)
    merged = dict(target) if isinstance(target, dict) else {}
    for key, value in patch.items():
        if value is None:
            merged.pop(key, None)
        else:
            merged[key] = merge_patch(merged.get(key), value)
    return merged


def _shipping_rates(document: Json) -> Any:
    return ((document.get("delivery") or {}).get("shippingRates") or {}).get("id")


_READERS: dict[str, Callable[[Json], Any]] = {
    "title": lambda document: document.get("name"),
    "description": lambda document: document.get("description"),
    "images": lambda document: document.get("images"),
    "parameters": lambda document: document.get("parameters"),
    "stock": lambda document: (document.get("stock") or {}).get("available"),
    "handling_time": lambda document: (document.get("delivery") or {}).get("handlingTime"),
    "delivery_price_list": _shipping_rates,
    "wholesale_price_list": lambda document: (document.get("discounts") or {}).get("wholesalePriceList"),
    "status": lambda document: document["publication"]["status"],
    "product": lambda document: document.get("productSet"),
    "category": lambda document: document.get("category"),
    "external_id": lambda document: (document.get("external") or {}).get("id"),
    "invoice": lambda document: (document.get("payments") or {}).get("invoice"),
    "after_sales_services": lambda document: document.get("afterSalesServices"),
    "additional_services": lambda document: document.get("additionalServices"),
    "location": lambda document: document.get("location"),
    "tax_settings": lambda document: document.get("taxSettings"),
    "attachments": lambda document: document.get("attachments"),
    "b2b": lambda document: document.get("b2b"),
    "message_to_seller": lambda document: document.get("messageToSellerSettings"),
    "language": lambda document: document.get("language"),
    "contact": lambda document: document.get("contact"),
}


def prices(document: Json) -> dict[str, Json]:
    """Return the money object of each marketplace on which the document has a price; a draft may have none."""
    base = (document.get("sellingMode") or {}).get("price")
    found = {BASE_MARKETPLACE: base} if base else {}
    for marketplace, part in (document.get("additionalMarketplaces") or {}).items():
        price = (part.get("sellingMode") or {}).get("price")
        if price:
            found[marketplace] = price
    return found


def field_changes(old: Json, new: Json) -> list[FieldChange]:
    """Return every field that differs between two documents of the same offer, prices first, status last."""
    return [*_price_changes(prices(old), prices(new)), *_plain_changes(old, new)]


def _price_changes(old: dict[str, Json], new: dict[str, Json]) -> Iterator[FieldChange]:
    for marketplace in [*old, *(name for name in new if name not in old)]:
        if old.get(marketplace) != new.get(marketplace):
            yield FieldChange("price", marketplace, old.get(marketplace), new.get(marketplace))


def _plain_changes(old: Json, new: Json) -> Iterator[FieldChange]:
    for field, read in sorted(_READERS.items(), key=lambda item: item[0] == "status"):
        before, after = read(old), read(new)
        if before != after:
            yield FieldChange(field, None, deepcopy(before), deepcopy(after))


def event_type(change: FieldChange) -> str | None:
    """Return the journal event type of a change on an active offer, or None for a silent field."""
    if change.field in SILENT_FIELDS:
        return None
    if change.field == "price":
        return "OFFER_PRICE_CHANGED"
    if change.field == "stock":
        return "OFFER_STOCK_CHANGED"
    if change.field == "status":
        return "OFFER_ACTIVATED" if change.new == "ACTIVE" else "OFFER_ENDED"
    return "OFFER_CHANGED"
