"""Requests and answers held against the published description, by openapi-core."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

from jsonschema import ValidationError
from openapi_core import Config, OpenAPI
from openapi_core.contrib.requests import RequestsOpenAPIRequest
from requests import PreparedRequest, Response

from tests.contract.differences import Difference, on_purpose
from tests.contract.refusals import MEDIA, fill_in_refusals
from tests.contract.spec import HOST, SCOPES, Schema, load_spec, operation_of, resolved, spec_path
from tests.contract.unknown import unknown_properties

Place = tuple[str | int, ...]
SEVERAL = "fits several of the shapes of which it must fit one"


@dataclass(frozen=True, order=True)
class Deviation:
    """One thing that differs from the description: the operation, where in the exchange, and what is wrong."""

    operation: str
    place: str
    problem: str

    def __str__(self) -> str:
        return f"{self.operation} · {self.place} · {self.problem}"


class Sent(RequestsOpenAPIRequest):
    """A request as openapi-core reads it, sent to HOST wherever it went, with a body that may be another."""

    def __init__(self, request: PreparedRequest, body: bytes) -> None:
        super().__init__(request)
        self._body = body

    @property
    def body(self) -> bytes | None:
        """The body, None where there is none."""
        return self._body or None

    @property
    def host_url(self) -> str:
        """HOST."""
        return HOST


@dataclass(frozen=True)
class Answer:
    """An answer as openapi-core reads it."""

    status_code: int
    headers: Mapping[str, str]
    data: bytes

    @property
    def content_type(self) -> str:
        """Its media type with parameters, in lower case."""
        return self.headers.get("Content-Type", "").lower()


@dataclass(frozen=True)
class Fault:
    """What JSON Schema says of one place of a document."""

    place: Place
    problem: str
    is_null: bool


def read_json(content: bytes, **_parameters: str) -> Any:
    """A body of one of Allegro's own media types; their parameters (charset) say nothing new."""
    return json.loads(content)


class Contract:
    """The description. `met` collects the differences on purpose that were met."""

    def __init__(self, spec: Schema) -> None:
        fill_in_refusals(spec)
        self._spec = spec
        self._api = OpenAPI.from_dict(
            spec,
            config=Config(
                spec_validator_cls=None,  # type: ignore[arg-type]  # None skips that, which the stub does not know
                extra_media_type_deserializers=dict.fromkeys(MEDIA, read_json),
            ),
        )
        self._faultless: set[int] = set()
        self._faultless_rows: set[int] = set()
        self.met: set[Difference] = set()

    def deviations(self, response: Response) -> list[Deviation]:
        """What differs in an exchange, deviations on purpose left out; the request is judged only if it succeeded."""
        request = response.request
        operation = self.operation(request)
        if operation is None:
            place = f"{request.method} {urlsplit(str(request.url)).path}"
            return [Deviation(place, "path", "is not in the description")] if response.ok else []
        seen = hash((request.method, request.path_url, request.body, response.status_code, response.content))
        if seen in self._faultless:
            return []
        found = [*self._in_response(operation, response)]
        if response.ok:
            found += self._in_request(operation, request)
        found = self._unexpected(found)
        if not found:
            self._faultless.add(seen)
            self._faultless_rows.update(_row_hashes(operation, document_of(response.content)))
        return found

    def scopes(self, method: str, path: str) -> set[str]:
        """The scopes that an operation asks of a user's token; none where any token will do."""
        scopes: set[str] = self._described(f"{method} {path}")[SCOPES]
        return scopes

    def media(self, method: str, path: str) -> set[str]:
        """The media types in which an operation answers."""
        return set(self._described(f"{method} {path}")["responses"]["200"]["content"])

    def _unexpected(self, found: Iterable[Deviation]) -> list[Deviation]:
        known = {each: on_purpose(each.operation, each.place, each.problem) for each in found}
        self.met |= {difference for difference in known.values() if difference}
        return sorted(each for each, difference in known.items() if difference is None)

    def operation(self, request: PreparedRequest) -> str | None:
        """The operation that a request is one of, as method and path template; None for one that is not described."""
        found = operation_of(self._spec, str(request.method), urlsplit(str(request.url)).path)
        return f"{request.method} {found[0]}" if found else None

    def _described(self, operation: str) -> Schema:
        method, path = operation.split(" ", 1)
        described: Schema = self._spec["paths"][path][method.lower()]
        return described

    def _in_request(self, operation: str, request: PreparedRequest) -> Iterator[Deviation]:
        def errors(body: bytes) -> list[Exception]:
            return list(self._api.iter_request_errors(Sent(request, body)))

        yield from _explained(operation, "request", *_but_for_nulls(body_of(request), errors))
        yield from self._unknown_parameters(operation, request)
        described = self._described(operation).get("requestBody", {})
        yield from self._unknown(operation, "request", described, request.headers, body_of(request))

    def _unknown_parameters(self, operation: str, request: PreparedRequest) -> Iterator[Deviation]:
        described = self._described(operation).get("parameters", [])
        names = {resolved(self._spec, each)["name"] for each in described}
        query = urlsplit(str(request.url)).query
        for name in {pair.partition("=")[0] for pair in query.split("&") if pair}:
            if name not in names:
                yield Deviation(operation, f"request ?{name}", "is not a parameter")

    def _in_response(self, operation: str, response: Response) -> Iterator[Deviation]:
        asked = Sent(response.request, body_of(response.request))

        def errors(body: bytes) -> list[Exception]:
            answer = Answer(response.status_code, response.headers, body)
            return list(self._api.iter_response_errors(asked, answer))

        place, body = str(response.status_code), self._news(operation, response.content)
        yield from _explained(operation, place, *_but_for_nulls(body, errors))
        described = self._described(operation)["responses"].get(place, {})
        yield from self._unknown(operation, place, described, response.headers, body)

    def _news(self, operation: str, body: bytes) -> bytes:
        """An answer without the rows that were found faultless before: journals and lists are read again and again.

        One row always stays, so that a list does not become empty.
        """
        document = document_of(body)
        hashes = _row_hashes(operation, document)
        if not hashes & self._faultless_rows:
            return body
        for name, rows in _lists(document):
            new = [row for row in rows if _row_hash(operation, name, row) not in self._faultless_rows]
            document[name] = new or rows[:1]
        return json.dumps(document).encode()

    def _unknown(
        self, operation: str, where: str, described: Schema, headers: Mapping[str, str], body: bytes
    ) -> Iterator[Deviation]:
        media = headers.get("Content-Type", "").partition(";")[0]
        schema = resolved(self._spec, described).get("content", {}).get(media, {}).get("schema")
        document = document_of(body)
        if schema is not None and document is not None:
            for place in unknown_properties(self._spec, schema, document):
                yield Deviation(operation, f"{where} {place}", "is not in the description")


@lru_cache(maxsize=1)
def published() -> Contract | None:
    """Allegro's own description, read once in a process; None where ALLEGRO_SPEC names none."""
    path = spec_path()
    return Contract(load_spec(path)) if path else None


def body_of(request: PreparedRequest) -> bytes:
    """A request's body, empty where it has none."""
    body = request.body or b""
    return body.encode() if isinstance(body, str) else bytes(body)


def document_of(body: bytes) -> Any:
    """A body as JSON, None where it is none: that is judged elsewhere."""
    try:
        return json.loads(body)
    except ValueError:
        return None


def _lists(document: Any) -> list[tuple[str, list[Any]]]:
    """The lists in the top level of a document, by name."""
    found = document.items() if isinstance(document, dict) else ()
    return [(name, value) for name, value in found if isinstance(value, list)]


def _row_hashes(operation: str, document: Any) -> set[int]:
    return {_row_hash(operation, name, row) for name, rows in _lists(document) for row in rows}


def _row_hash(operation: str, name: str, row: Any) -> int:
    return hash((operation, name, json.dumps(row)))


def without(document: Any, places: Iterable[Place]) -> Any:
    """A copy of a document without the properties at these places."""
    copied = deepcopy(document)
    for *way, last in places:
        inner = copied
        for step in way:
            inner = inner[step]
        del inner[last]
    return copied


def _but_for_nulls(body: bytes, errors: Callable[[bytes], list[Exception]]) -> tuple[list[Exception], set[Place]]:
    """What is wrong with a body once the nulls that are wrong have been taken out, and their places: see NULLS."""
    absent: set[Place] = set()
    found = errors(body)
    while nulls := {fault.place for error in found for fault in _faults(error) if fault.is_null}:
        absent |= nulls
        found = errors(json.dumps(without(json.loads(body), absent)).encode())
    return found, absent


def _explained(operation: str, where: str, errors: Iterable[Exception], absent: set[Place]) -> Iterator[Deviation]:
    """The single faults behind what openapi-core says; `absent` are the properties that were taken out as null."""
    for error in errors:
        name = f" {error.name}" if hasattr(error, "name") else ""
        faults = _faults(error)
        for fault in faults:
            place = "".join("[]" if isinstance(step, int) else f".{step}" for step in fault.place).removeprefix(".")
            problem = "is null and required" if fault.place in absent else fault.problem
            yield Deviation(operation, f"{where}{name} {place}".strip(), problem)
        if not faults:
            yield Deviation(operation, f"{where}{name}", f"{error}"[:300])


def _faults(error: Exception) -> list[Fault]:
    details: Iterable[ValidationError] = getattr(error.__cause__, "schema_errors", ())
    return [_fault(leaf) for detail in details for leaf in _leaves(detail)]


def _fault(leaf: ValidationError) -> Fault:
    place: Place = tuple(leaf.absolute_path)
    if leaf.validator == "required":
        missing = next(name for name in _listed(leaf) if leaf.message.startswith(repr(name)))
        return Fault((*place, missing), "is missing", is_null=False)
    is_null = leaf.instance is None and bool(place) and isinstance(place[-1], str)
    return Fault(place, SEVERAL if leaf.validator == "oneOf" else leaf.message[:200], is_null)


def _listed(fault: ValidationError) -> list[str]:
    """What a keyword such as required or enum lists."""
    return fault.validator_value if isinstance(fault.validator_value, list) else []


def _leaves(error: ValidationError) -> list[ValidationError]:
    """What is really wrong below a "matches none of these": the faults of the shape that fits best."""
    if not error.context:
        return [error]
    by_shape: dict[Any, list[ValidationError]] = {}
    for inner in error.context:
        by_shape.setdefault(inner.schema_path[0], []).append(inner)
    return [leaf for fault in min(by_shape.values(), key=_misfit) for leaf in _leaves(fault)]


def _misfit(faults: list[ValidationError]) -> tuple[bool, int, int]:
    """How badly a shape fits: whether it is that of another type, its faults that are no nulls, all its faults."""
    is_other = any(fault.validator == "enum" and len(_listed(fault)) == 1 for fault in faults)
    return is_other, sum(fault.instance is not None for fault in faults), len(faults)
