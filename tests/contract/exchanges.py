"""The exchanges of the test that runs, kept until it has done its part and then judged together."""

import json
import os
from dataclasses import asdict
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from pytest import UsageError
from requests import Response

from allegro.simulator.faults import NO_API
from tests.contract.contract import Deviation, published
from tests.contract.spec import spec_path

RECORD = "CONTRACT_RECORD"
FAULTS = ("/_simulator/faults", "/_simulator/fault-plan")


def require_file() -> None:
    """Stop the run where ALLEGRO_SPEC names no file. Raises UsageError."""
    try:
        spec_path()
    except FileNotFoundError as error:
        raise UsageError(str(error)) from None


class Exchanges:
    """A response hook for sessions of requests. Without ALLEGRO_SPEC nothing is kept and nothing is found.

    It remembers the operations of which a good answer was judged and found as described.
    """

    def __init__(self) -> None:
        self._waiting: list[Response] = []
        self._spoilt = False
        self._good: set[str] = set()

    def keep(self, response: Response, *_args: Any, **_options: Any) -> None:
        """Remember an exchange with the API, unless the test has told the simulator to spoil its answers."""
        path = urlsplit(str(response.url)).path
        self._spoilt |= path in FAULTS and response.request.method == "POST"
        # The file is asked for last: reading it takes longer than a consent's code lives on a busy machine.
        if not self._spoilt and not path.startswith(NO_API) and published():
            self._waiting.append(response)
            response.content  # noqa: B018  # read and kept, so that both the client and the judge can have it

    def begin(self) -> None:
        """Forget what came before: a test begins, and its answers are not spoilt.

        The file is read now if it was not yet, so that no test takes longer for it.
        """
        published()
        self._waiting, self._spoilt = [], False

    def deviations(self) -> list[Deviation]:
        """What differs in the exchanges since the test began."""
        contract = published()
        if contract is None:
            return []
        found = {each: contract.deviations(each) for each in self._waiting}
        self._good |= {str(contract.operation(each.request)) for each in found if each.ok and not found[each]}
        return sorted({deviation for deviations in found.values() for deviation in deviations})

    def require_none(self) -> None:
        """Raise AssertionError where something differs."""
        found = self.deviations()
        assert not found, "\n".join(["differs from Allegro's OpenAPI file:", *map(str, found)])

    def record(self, side: str) -> None:
        """Leave what was judged in this process in the directory that CONTRACT_RECORD names, if it names one."""
        directory = os.environ.get(RECORD)
        if directory and (contract := published()):
            met = [asdict(each) for each in contract.met]
            found = {"side": side, "operations": sorted(self._good), "met": met}
            (Path(directory) / f"{side}-{os.getpid()}.json").write_text(json.dumps(found))
