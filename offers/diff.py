"""Which registered fields differ between two documents of one part. No Django here."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from offers.fields import DETAIL_PART, OTHER_PREFIX, PRICE, PRICE_STOCK_PART, Field, fields_of_part, get_field, value_at

Document = dict[str, Any]

# Allegro's own note about a status, which the status change itself carries: no change of its own.
DERIVED_PATHS = (("publication", "endedBy"),)


@dataclass(frozen=True, slots=True)
class Difference:
    """One field that differs; `marketplace` is empty for the base marketplace and for fields common to all."""

    field: Field
    marketplace: str
    old: Any
    new: Any


def differences(part: str, old: Document, new: Document) -> list[Difference]:
    """Every field of `part` that differs between two documents, in the registry's order, unregistered ones last."""
    found = [
        Difference(field, "", before, after)
        for field in fields_of_part(part)
        if (before := value_at(old, field.path)) != (after := value_at(new, field.path))
    ]
    if part == PRICE_STOCK_PART:
        found.extend(_foreign_prices(old, new))
    if part == DETAIL_PART:
        found.extend(_unregistered(old, new))
    return found


def _foreign_prices(old: Document, new: Document) -> Iterator[Difference]:
    before, after = old.get("additionalMarketplaces") or {}, new.get("additionalMarketplaces") or {}
    for marketplace in sorted(before.keys() | after.keys()):
        was = value_at(before, (marketplace, *PRICE.path))
        now = value_at(after, (marketplace, *PRICE.path))
        if was != now:
            yield Difference(PRICE, marketplace, was, now)


def _unregistered(old: Document, new: Document) -> Iterator[Difference]:
    """What remains different once every registered path is taken out: a field that nobody has listed yet."""
    before, after = _remainder(old), _remainder(new)
    for key in sorted(before.keys() | after.keys()):
        if before.get(key) != after.get(key):
            yield Difference(get_field(OTHER_PREFIX + key), "", before.get(key), after.get(key))


def _remainder(document: Document) -> Document:
    rest = document
    for path in (*(field.path for field in fields_of_part(DETAIL_PART)), *DERIVED_PATHS):
        rest = _without_path(rest, path)
    return {key: value for key, value in rest.items() if value not in ({}, None)}


def _without_path(document: Document, path: tuple[str, ...]) -> Document:
    head, *tail = path
    if head not in document:
        return document
    rest = {key: value for key, value in document.items() if key != head}
    if tail and isinstance(document[head], dict):
        inner = _without_path(document[head], tuple(tail))
        if inner:
            rest[head] = inner
    return rest
