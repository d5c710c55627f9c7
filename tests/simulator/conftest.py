"""A simulator in a thread, shared by the tests of a file, and a client that speaks to it as an application would.

With ALLEGRO_SPEC set, a test fails whose exchanges differ from Allegro's OpenAPI file.
"""

from collections.abc import Generator, Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from allegro.simulator import server
from allegro.simulator.answers import PUBLIC
from allegro.simulator.server import RunningSimulator
from tests.contract.exchanges import Exchanges, require_file

START = "2026-03-02T08:00:00Z"
REDIRECT = "http://127.0.0.1:9/callback"
BASIC = ("simulator-client", "simulator-secret")
COFFEE, GARDEN = "44300112", "44300287"
SANTOS = "15204880113"
EXCHANGES = Exchanges()


def pytest_configure() -> None:
    """Tell a wrong path in ALLEGRO_SPEC before any test runs into it."""
    require_file()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_setup() -> Generator[None]:
    """A test's exchanges are its own and those of its fixtures."""
    EXCHANGES.begin()
    return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call() -> Generator[None]:
    """Judge a test that has passed by what it exchanged."""
    yield
    EXCHANGES.require_none()


def pytest_sessionfinish() -> None:
    """For the figures of `python -m tests.contract`."""
    EXCHANGES.record("simulator")


class Application:
    """An application registered at the simulator, with one seller's token once `connect` was called."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.session = requests.Session()
        self.session.hooks["response"].append(EXCHANGES.keep)
        self.session.headers.update({"Accept": PUBLIC, "User-Agent": "Tests/1.0 (+https://example.org/tests)"})

    def ask_consent(self, account: str = COFFEE, decision: str = "allow", **query: str) -> dict[str, str]:
        """Go through the consent page and return the parameters with which the browser comes back."""
        parameters = {"response_type": "code", "client_id": BASIC[0], "redirect_uri": REDIRECT, "state": "s"} | query
        answer = self.session.post(
            f"{self.url}/auth/oauth/authorize",
            params=parameters,
            data={"account": account, "decision": decision},
            allow_redirects=False,
        )
        assert answer.status_code == 302, answer.text
        return {key: values[0] for key, values in parse_qs(urlsplit(answer.headers["Location"]).query).items()}

    def token(self, *, secret: str | None = BASIC[1], **fields: str) -> requests.Response:
        """Call the token endpoint; without a secret there is no Basic header."""
        auth = None if secret is None else (BASIC[0], secret)
        return requests.post(f"{self.url}/auth/oauth/token", data=fields, auth=auth, timeout=10)

    def connect(self, account: str = COFFEE, scope: str = "") -> dict[str, Any]:
        """Obtain a token pair and use it from now on."""
        code = self.ask_consent(account, scope=scope)["code"]
        pair = self.token(grant_type="authorization_code", code=code, redirect_uri=REDIRECT).json()
        self.session.headers["Authorization"] = f"Bearer {pair['access_token']}"
        return dict(pair)

    def get(self, path: str, **query: Any) -> requests.Response:
        """Read; underscores in parameter names stand for points."""
        parameters = {name.replace("__", "."): value for name, value in query.items()}
        return self.session.get(self.url + path, params=parameters, timeout=10)

    def read(self, path: str, **query: Any) -> dict[str, Any]:
        """Read and return the JSON of a good answer."""
        answer = self.get(path, **query)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    def patch(self, offer_id: str, body: Any) -> requests.Response:
        """Edit an offer."""
        url = f"{self.url}/sale/product-offers/{offer_id}"
        return self.session.patch(url, json=body, headers={"Content-Type": PUBLIC}, timeout=10)

    def control(self, path: str, body: Any) -> requests.Response:
        """Post to the control interface."""
        return self.session.post(f"{self.url}/_simulator{path}", json=body, timeout=10)

    def move_clock(self, instant: str) -> None:
        """Freeze the clock at an instant."""
        answer = self.control("/clock", {"now": instant})
        assert answer.status_code == 200, answer.text


@pytest.fixture(scope="module")
def running() -> Iterator[RunningSimulator]:
    """A simulator frozen at START, without a rate limit, for all tests of a file: they may move its clock forwards."""
    simulator = server.start(seed=7, start=START)
    yield simulator
    simulator.stop()


@pytest.fixture(scope="module")
def young() -> Iterator[RunningSimulator]:
    """The same with two days behind it only, for files that ask nothing of its past."""
    simulator = server.start(seed=7, start=START, prehistory_days=2)
    yield simulator
    simulator.stop()


@pytest.fixture
def stranger(running: RunningSimulator) -> Iterator[Application]:
    """An application without a token."""
    application = Application(running.url)
    yield application
    application.session.close()


@pytest.fixture
def application(stranger: Application) -> Application:
    """An application connected to the coffee seller with every scope."""
    stranger.connect()
    return stranger
