"""Which registered fields differ between two documents of one part. No Django here."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from offers.fields import (
    DETAIL_PART,
    OTHER_PREFIX,
    SHARED_KINDS,
    Document,
    Field,
    fields_of_part,
    get_field,
    values_of,
)

# Allegro's own note about a status, which the status change itself carries: no change of its own.
DERIVED_PATHS = (("publication", "endedBy"),)
# Parts that are kept as Allegro gives them, whatever it may add; of the others we take the registered fields only.
WHOLE_PARTS = frozenset({DETAIL_PART, *SHARED_KINDS})


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
        Difference(field, marketplace, before.get(marketplace), after.get(marketplace))
        for field in fields_of_part(part)
        for before, after in [(values_of(field, old), values_of(field, new))]
        for marketplace in sorted(before.keys() | after.keys())
        if before.get(marketplace) != after.get(marketplace)
    ]
    if part in WHOLE_PARTS:
        found.extend(_unregistered(part, old, new))
    return found


def _unregistered(part: str, old: Document, new: Document) -> Iterator[Difference]:
    """What remains different once every registered path is taken out: a field that nobody has listed yet."""
    before, after = _remainder(part, old), _remainder(part, new)
    for key in sorted(before.keys() | after.keys()):
        if before.get(key) != after.get(key):
            yield Difference(get_field(OTHER_PREFIX + key), "", before.get(key), after.get(key))


def _remainder(part: str, document: Document) -> Document:
    rest = document
    for field in fields_of_part(part):
        for path in filter(None, (field.path, field.per_marketplace)):
            rest = _without_path(rest, path)
    for path in DERIVED_PATHS:
        rest = _without_path(rest, path)
    return {key: value for key, value in rest.items() if value not in ({}, None)}


def _without_path(document: Document, path: tuple[str, ...]) -> Document:
    head, *tail = path
    rest = dict(document)
    for key in list(document) if head == "*" else [head]:
        inner = rest.pop(key, None)
        if tail and isinstance(inner, dict) and (kept := _without_path(inner, tuple(tail))):
            rest[key] = kept
    return rest
