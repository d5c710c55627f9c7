"""The client of a linked account at a simulated Allegro, and Allegro's description where there is one."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import cast

import pytest
import requests
from django.test import override_settings
from pytest_django import Settings

from accounts.models import SellerAccount
from accounts.scoping import every_workspace, workspace_scope
from allegro import oauth
from allegro.api.client import AllegroClient
from allegro.grants import StoredGrant, store_tokens
from allegro.scopes import OPTIONAL_SCOPES, READ_SCOPES
from allegro.simulator.server import RunningSimulator
from tests.allegro.conftest import (  # two of them are fixtures
    COFFEE,
    REDIRECT,
    World,
    _no_backoff,  # noqa: F401
    _own_budget,  # noqa: F401
)
from tests.contract.contract import Contract, published
from tests.contract.exchanges import Exchanges, require_file
from tests.contract.seller import PRESENT, lived
from tests.contract.spec import WHERE
from tests.factories import SellerAccountFactory

EXCHANGES = Exchanges()


def pytest_configure() -> None:
    """Tell a wrong path in ALLEGRO_SPEC before any test runs into it."""
    require_file()


def pytest_sessionfinish() -> None:
    """For the figures of `python -m tests.contract`."""
    EXCHANGES.record("client")


@dataclass(frozen=True)
class Conversation:
    """A client, and what it has exchanged with Allegro in this test."""

    client: AllegroClient
    exchanges: Exchanges


@pytest.fixture(scope="session")
def description() -> Contract:
    """Allegro's own description; skips the test where there is none."""
    contract = published()
    if contract is None:
        pytest.skip(f"no OpenAPI file to hold anything against: {WHERE}")
    return contract


@pytest.fixture(scope="session")
def simulated() -> Iterator[RunningSimulator]:
    """A seller who has something to tell of every kind; nothing in these tests changes it."""
    running = lived()
    yield running
    running.stop()


@pytest.fixture(scope="session")
def tokens(simulated: RunningSimulator) -> oauth.Tokens:
    """What the seller's consent to every scope gives, also to those that are asked for on demand only."""
    with (
        override_settings(ALLEGRO_API_URL=simulated.url, ALLEGRO_AUTH_URL=simulated.url),
        requests.Session() as session,
    ):
        authorization = oauth.begin(REDIRECT, (*READ_SCOPES, *OPTIONAL_SCOPES))
        code = World(simulated, session).consent(authorization.url, COFFEE)["code"]
        return oauth.exchange(code, authorization.verifier, REDIRECT)


@pytest.fixture
def conversation(
    simulated: RunningSimulator, tokens: oauth.Tokens, settings: Settings, db: None
) -> Iterator[Conversation]:
    """The client of an account with this grant, its clock standing at the simulator's present."""
    settings.ALLEGRO_API_URL = settings.ALLEGRO_AUTH_URL = simulated.url
    with every_workspace():
        account = cast(SellerAccount, SellerAccountFactory(allegro_id=COFFEE))
        store_tokens(account, tokens, PRESENT)
    with workspace_scope(account.workspace):
        client = AllegroClient(StoredGrant(account, lambda: PRESENT), str(account.pk))
        client._transport._session.hooks["response"].append(EXCHANGES.keep)
        EXCHANGES.begin()
        yield Conversation(client, EXCHANGES)
        client.close()
