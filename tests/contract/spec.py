"""Allegro's published OpenAPI file, made checkable: its path comes from ALLEGRO_SPEC.

The file says which event type has which shape by a `discriminator` on a base schema only, which JSON Schema does not
look at. Here the base becomes "any of the shapes, each with its own type", so that every answer is checked to the end.
"""

import os
from functools import lru_cache
from pathlib import Path
from typing import Any, cast

import yaml

Schema = dict[str, Any]
WHERE = "set ALLEGRO_SPEC to Allegro's OpenAPI file, which developer.allegro.pl/swagger.yaml publishes"
SCHEMAS = "#/components/schemas/"
PLAIN = "__plain"
# The scopes that an operation asks of a user's token; empty where any token will do.
SCOPES = "x-scopes"
# Where every exchange is taken to have been: the simulators of the tests have an address each.
HOST = "https://api.allegro.pl"


def spec_path() -> Path | None:
    """The file that ALLEGRO_SPEC names, or None where it names none. Raises FileNotFoundError for a wrong name."""
    given = os.environ.get("ALLEGRO_SPEC", "")
    if not given:
        return None
    path = Path(given)
    if not path.is_file():
        raise FileNotFoundError(f"ALLEGRO_SPEC names {given}, which is no file: {WHERE}")
    return path


@lru_cache(maxsize=1)
def load_spec(path: Path) -> Schema:
    """The description, made checkable."""
    return checkable(cast(Schema, yaml.load(path.read_bytes(), Loader=yaml.CSafeLoader)))


def checkable(spec: Schema) -> Schema:
    """The description with its discriminators spelled out, on HOST; changes `spec` itself."""
    spell_out_discriminators(spec["components"]["schemas"])
    return {**spec, "servers": [{"url": HOST}], "security": [], "paths": _unguarded(spec["paths"])}


def spell_out_discriminators(schemas: dict[str, Schema]) -> None:
    """Make every base schema with a mapping a choice between its shapes."""
    for name in [name for name, schema in schemas.items() if _is_bare_base(schema)]:
        base = schemas[name]
        discriminator = base["discriminator"]
        schemas[name + PLAIN] = {key: value for key, value in base.items() if key != "discriminator"}
        for shape in {reference.removeprefix(SCHEMAS) for reference in discriminator["mapping"].values()}:
            _point_elsewhere(schemas[shape], SCHEMAS + name, SCHEMAS + name + PLAIN)
        schemas[name] = {
            "anyOf": [
                {"allOf": [{"$ref": reference}, _typed(discriminator["propertyName"], value)]}
                for value, reference in discriminator["mapping"].items()
            ]
        }


def _is_bare_base(schema: Schema) -> bool:
    return "mapping" in schema.get("discriminator", {}) and not {"oneOf", "anyOf"} & schema.keys()


def _typed(name: str, value: str) -> Schema:
    return {"type": "object", "properties": {name: {"type": "string", "enum": [value]}}}


def _point_elsewhere(schema: Any, old: str, new: str) -> None:
    """Let the references in a shape's `allOf` that mean the base's own properties name the plain base."""
    for part in schema.get("allOf", []):
        if part.get("$ref") == old:
            part["$ref"] = new


def _unguarded(paths: Schema) -> Schema:
    """The paths with the scopes of each operation under a name of their own: they are compared apart."""
    return {
        path: {
            method: {**operation, "security": [], SCOPES: _scopes(operation.get("security", []))}
            for method, operation in operations.items()
        }
        for path, operations in paths.items()
    }


def _scopes(ways: list[Schema]) -> set[str]:
    return {scope for way in ways for scopes in way.values() for scope in scopes}


def operation_of(spec: Schema, method: str, path: str) -> tuple[str, Schema] | None:
    """The path template and the operation that a request's method and path belong to; literal parts go first."""
    parts = path.strip("/").split("/")
    found = [
        (sum(part.startswith("{") for part in template), name)
        for name in spec["paths"]
        if len(template := name.strip("/").split("/")) == len(parts)
        and all(mine.startswith("{") or mine == theirs for mine, theirs in zip(template, parts, strict=True))
        and method.lower() in spec["paths"][name]
    ]
    if not found:
        return None
    name = min(found)[1]
    return name, spec["paths"][name][method.lower()]


def resolved(spec: Schema, schema: Schema) -> Schema:
    """What a schema refers to, or itself."""
    while "$ref" in schema:
        found: Any = spec
        for part in schema["$ref"].removeprefix("#/").split("/"):
            found = found[part]
        schema = found
    return schema
