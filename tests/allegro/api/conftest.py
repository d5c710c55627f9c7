"""A client of the simulated Allegro, and one of a server with prescribed answers."""

from collections.abc import Iterator

import pytest
from pytest_django import Settings

from allegro.api.client import AllegroClient
from allegro.api.transport import FixedToken
from tests.allegro.conftest import COFFEE, World, fetch_tokens
from tests.allegro.stub_server import Stub, stub_server


@pytest.fixture
def client(world: World) -> Iterator[AllegroClient]:
    """A client of the coffee seller with a token that is not stored."""
    client = AllegroClient(FixedToken(fetch_tokens(world, COFFEE).access), "test")
    yield client
    client.close()


@pytest.fixture
def stub(settings: Settings) -> Iterator[Stub]:
    """A server with prescribed answers in place of Allegro."""
    with stub_server() as stub:
        settings.ALLEGRO_API_URL = stub.url
        yield stub


@pytest.fixture
def stub_client(stub: Stub) -> Iterator[AllegroClient]:
    """A client of the stub."""
    client = AllegroClient(FixedToken("token"), "test")
    yield client
    client.close()
