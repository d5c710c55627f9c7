"""Allegro's offer documents made comparable: split into parts, noise removed, content digested. No Django here."""

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

Document = dict[str, Any]

# Read-only or derived by Allegro; they move without anybody having edited the offer.
DETAIL_NOISE = frozenset({"validation", "warnings", "updatedAt", "createdAt", "aiCoCreatedContent", "id"})
PUBLICATION_NOISE = frozenset({"endingAt", "startingAt", "startedAt", "endedAt"})
LISTING_NOISE = frozenset({"stats", "stock", "saleInfo", "id"})
# Lists whose order Allegro does not keep; a new order of pictures, though, is the seller's doing.
UNORDERED = frozenset({"parameters", "additional", "deposits", "rates", "valuesIds"})


@dataclass(frozen=True, slots=True)
class DetailParts:
    """A product-offer document cut in two: what moves with every sale, and the rest."""

    price_stock: Document
    detail: Document


def split_detail(document: Document) -> DetailParts:
    """Cut GET /sale/product-offers/{id} into its price-and-stock part and the rest, both without noise."""
    detail = {key: value for key, value in document.items() if key not in DETAIL_NOISE | {"stock"}}
    detail["publication"] = _without(document.get("publication") or {}, PUBLICATION_NOISE)
    detail["sellingMode"] = _without(document.get("sellingMode") or {}, frozenset({"price"}))
    detail["additionalMarketplaces"] = {
        marketplace: _without(values or {}, frozenset({"sellingMode"}))
        for marketplace, values in (document.get("additionalMarketplaces") or {}).items()
    }
    unit = (document.get("stock") or {}).get("unit")
    if unit:
        detail["stockUnit"] = unit
    return DetailParts(price_stock(document), canonical(detail))


def price_stock(document: Document) -> Document:
    """The price-and-stock part of a product-offer or of its /parts: {"sellingMode", "stock", "additionalMarketplaces"}.

    Prices are kept per marketplace, as Allegro gives them.
    """
    additional = {
        marketplace: {"sellingMode": {"price": price}}
        for marketplace, values in (document.get("additionalMarketplaces") or {}).items()
        if (price := _price(values or {}))
    }
    return {
        "sellingMode": {"price": _price(document)},
        "stock": {"available": (document.get("stock") or {}).get("available")},
        "additionalMarketplaces": additional,
    }


def _price(document: Document) -> Document | None:
    """{"amount": "19.90", "currency": "PLN"}, always with two decimals: 19.9 and 19.90 are one price."""
    price = (document.get("sellingMode") or {}).get("price")
    if not price:
        return None
    return {"amount": f"{Decimal(str(price['amount'])):.2f}", "currency": price["currency"]}


def listing(row: Document) -> Document:
    """A row of GET /sale/offers without counters, price and stock: kept for offers whose details cannot be read."""
    kept = _without(row, LISTING_NOISE)
    kept["sellingMode"] = _without(row.get("sellingMode") or {}, frozenset({"price"}))
    kept["additionalMarketplaces"] = {
        marketplace: {"publication": (values or {}).get("publication")}
        for marketplace, values in (row.get("additionalMarketplaces") or {}).items()
    }
    compact: Document = canonical(kept)
    return compact


def canonical(value: Any, key: str = "") -> Any:
    """The same content always in the same form: lists without order sorted, absent and null made alike."""
    if isinstance(value, dict):
        return {name: canonical(item, name) for name, item in sorted(value.items()) if item is not None}
    if isinstance(value, list):
        items = [canonical(item) for item in value]
        return sorted(items, key=_dump) if key in UNORDERED else items
    return value


def digest(value: Any) -> str:
    """SHA-256 of the canonical JSON, in hexadecimal."""
    return hashlib.sha256(_dump(value).encode()).hexdigest()


def size(value: Any) -> int:
    """Characters of the canonical JSON."""
    return len(_dump(value))


def _dump(value: Any) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def _without(document: Document, keys: frozenset[str]) -> Document:
    return {key: value for key, value in document.items() if key not in keys}


def parse_instant(text: str) -> datetime:
    """An ISO 8601 instant of Allegro's as an aware datetime. Raises ValueError, also where the offset is missing."""
    instant = datetime.fromisoformat(text)
    if instant.tzinfo is None:
        raise ValueError(f"no time zone in {text!r}")
    return instant
