"""Properties that a document has and its schema does not name: a misspelt one passes every JSON Schema check."""

from collections.abc import Iterator
from typing import Any

from tests.contract.spec import Schema, resolved


def unknown_properties(spec: Schema, schema: Schema, document: Any) -> set[str]:
    """The places (a.b[].c) of the properties that no part of the schema names; free-form objects name all."""
    return set(_unknown(spec, [schema], document, ""))


def _unknown(spec: Schema, schemas: list[Schema], document: Any, place: str) -> Iterator[str]:
    flat = [part for schema in schemas for part in _flattened(spec, schema)]
    if isinstance(document, list):
        items = [part["items"] for part in flat if "items" in part]
        for each in document if items else []:
            yield from _unknown(spec, items, each, f"{place}[]")
    elif isinstance(document, dict):
        yield from _unknown_keys(spec, flat, document, place)


def _unknown_keys(spec: Schema, flat: list[Schema], document: Schema, place: str) -> Iterator[str]:
    free = [part["additionalProperties"] for part in flat if part.get("additionalProperties")]
    if not any("properties" in part for part in flat) and not free:
        return
    for key, value in document.items():
        named = [part["properties"][key] for part in flat if key in part.get("properties", {})]
        below = f"{place}.{key}" if place else key
        if named:
            yield from _unknown(spec, named, value, below)
        elif not free:
            yield below
        else:
            yield from _unknown(spec, [each for each in free if isinstance(each, dict)], value, f"{place}.*")


def _flattened(spec: Schema, schema: Schema) -> Iterator[Schema]:
    """A schema and every part it is put together from."""
    schema = resolved(spec, schema)
    yield schema
    for kind in ("allOf", "anyOf", "oneOf"):
        for part in schema.get(kind, []):
            yield from _flattened(spec, part)
