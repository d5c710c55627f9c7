"""Taking official examples apart, to see which fields a reader cannot do without."""

import copy
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import pytest

from allegro.api.client import AllegroClient
from allegro.errors import Unavailable
from tests.allegro.stub_server import Stub

Call = Callable[[AllegroClient], Any]
ABSENT = object()


@dataclass(frozen=True)
class Reading:
    """A call, an answer that it can read, and which fields of it must and which may be missing."""

    call: Call
    document: Any
    needed: Sequence[str]
    optional: Sequence[str]


def spoilt(document: Any, path: str, value: Any) -> Any:
    """A copy of `document` with another value at a path such as "rules.0.id", or without it for ABSENT."""
    changed = copy.deepcopy(document)
    *way, last = [int(step) if step.isdecimal() else step for step in path.split(".")]
    inner = changed
    for step in way:
        inner = inner[step]
    if value is ABSENT:
        del inner[last]
    else:
        inner[last] = value
    return changed


def assert_needed(stub: Stub, client: AllegroClient, call: Call, document: Any, paths: Iterable[str]) -> None:
    """Without any of these, or with something else there, the answer is no answer; with all of them it is one."""
    stub.answer(document)
    call(client)
    for path in paths:
        for value in (ABSENT, None, [[]]):
            stub.answer(spoilt(document, path, value))
            with pytest.raises(Unavailable) as caught:
                pytest.fail(f"read without {path}: {call(client)}")
            assert caught.value.trace_id == "trace-of-the-stub"


def assert_optional(stub: Stub, client: AllegroClient, call: Call, document: Any, paths: Iterable[str]) -> None:
    """Without any of these, absent or null, the answer is still one."""
    for path in paths:
        for value in (ABSENT, None):
            stub.answer(spoilt(document, path, value))
            call(client)
