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


def _at(*path: str) -> Callable[[Json], Any]:
    """Return the reader of what stands at a path; None where a part of it is absent or null."""

    def read(document: Json) -> Any:
        value: Any = document
        for step in path:
            value = value.get(step) if isinstance(value, dict) else None
        return value

    return read


_READERS: dict[str, Callable[[Json], Any]] = {
    "title": _at("name"),
    "description": _at("description"),
    "images": _at("images"),
    "parameters": _at("parameters"),
    "stock": _at("stock", "available"),
    "handling_time": _at("delivery", "handlingTime"),
    "delivery_price_list": _at("delivery", "shippingRates", "id"),
    "wholesale_price_list": _at("discounts", "wholesalePriceList", "id"),
    "status": lambda document: document["publication"]["status"],
    "product": _at("productSet"),
    "category": _at("category", "id"),
    "external_id": _at("external", "id"),
    "invoice": _at("payments", "invoice"),
    "return_policy": _at("afterSalesServices", "returnPolicy", "id"),
    "warranty": _at("afterSalesServices", "warranty", "id"),
    "implied_warranty": _at("afterSalesServices", "impliedWarranty", "id"),
    "additional_services": _at("additionalServices", "id"),
    "location": _at("location"),
    "tax": _at("taxSettings"),
    "attachments": _at("attachments"),
    "b2b": _at("b2b", "buyableOnlyByBusiness"),
    "message_settings": _at("messageToSellerSettings"),
    "language": _at("language"),
    "contact": _at("contact", "id"),
    "size_table": _at("sizeTable", "id"),
    "compatibility": _at("compatibilityList"),
    "fundraising": _at("fundraisingCampaign", "id"),
    "delivery_info": _at("delivery", "additionalInfo"),
    "shipment_date": _at("delivery", "shipmentDate"),
    "selling_format": _at("sellingMode", "format"),
    "duration": _at("publication", "duration"),
    "republish": _at("publication", "republish"),
    "marketplaces": _at("publication", "marketplaces"),
    "stock_unit": _at("stock", "unit"),
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
    """Return every field that differs between two documents of the same offer, prices first, status last.

    The fields have the names under which they are commonly recorded, and the values of the product-offer document.
    """
    return [*_price_changes(prices(old), prices(new)), *_visibility_changes(old, new), *_plain_changes(old, new)]


def _price_changes(old: dict[str, Json], new: dict[str, Json]) -> Iterator[FieldChange]:
    for marketplace in [*old, *(name for name in new if name not in old)]:
        if old.get(marketplace) != new.get(marketplace):
            yield FieldChange("price", marketplace, old.get(marketplace), new.get(marketplace))


def _visibility_changes(old: Json, new: Json) -> Iterator[FieldChange]:
    before, after = (document.get("additionalMarketplaces") or {} for document in (old, new))
    for marketplace in [*before, *(name for name in after if name not in before)]:
        shown = [(part.get(marketplace) or {}).get("publication") for part in (before, after)]
        if shown[0] != shown[1]:
            yield FieldChange("visibility", marketplace, deepcopy(shown[0]), deepcopy(shown[1]))


def _plain_changes(old: Json, new: Json) -> Iterator[FieldChange]:
    for field, read in sorted(_READERS.items(), key=lambda item: item[0] == "status"):
        before, after = read(old), read(new)
        if _filled(before) != _filled(after):
            yield FieldChange(field, None, deepcopy(before), deepcopy(after))


def _filled(value: Any) -> Any:
    """Return a value without the nulls in its objects: null and absent are one to a reader."""
    if isinstance(value, dict):
        return {key: _filled(part) for key, part in value.items() if part is not None}
    return value


def event_type(change: FieldChange) -> str | None:
    """Return the journal event type of a change on an active offer, or None for a silent field."""
    if change.field in SILENT_FIELDS:
        return None
    if change.field == "price":
        return "OFFER_PRICE_CHANGED"
    if change.field in {"marketplaces", "visibility"}:
        return "OFFER_VISIBILITY_CHANGED"
    if change.field == "stock":
        return "OFFER_STOCK_CHANGED"
    if change.field == "status":
        return "OFFER_ACTIVATED" if change.new == "ACTIVE" else "OFFER_ENDED"
    return "OFFER_CHANGED"
