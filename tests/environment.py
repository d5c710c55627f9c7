"""Loaded before Django's settings (`-p tests.environment`): servers and a harmless environment for the tests.

Where DATABASE_URL and REDIS_URL are given, they are used; else the embedded servers run under `.data/test`, apart from
those of the trial. With xdist only the first process starts and stops them.
"""

import os
import warnings
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from config import embedded

DATA_DIR = Path(__file__).resolve().parent.parent / ".data" / "test"
STARTED_BY = "TEST_SERVERS_STARTED_BY"


def _start_servers() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        if not embedded.is_running(DATA_DIR):
            os.environ[STARTED_BY] = str(os.getpid())
        servers = embedded.ensure(DATA_DIR)
    os.environ["DATABASE_URL"], os.environ["REDIS_URL"] = servers.database_url, servers.redis_url


os.environ.update(
    DEBUG="true",
    DATA_DIR=str(DATA_DIR),
    BASE_URL="http://testserver",
    ALLOWED_HOSTS="*",
    ALLEGRO_CLIENT_ID="simulator-client",
    ALLEGRO_CLIENT_SECRET="simulator-secret",
    ALLEGRO_APP_NAME="Offer-History-Tests",
    ALLEGRO_APP_URL="https://history.example.com",
    ALLEGRO_API_URL="http://127.0.0.1:9",
    ALLEGRO_AUTH_URL="http://127.0.0.1:9",
    ALLEGRO_REQUESTS_PER_MINUTE="1000000",
    # Everything is on this machine: without it, each request searches the whole environment for a proxy.
    NO_PROXY="127.0.0.1,localhost",
    DJANGO_ALLOW_ASYNC_UNSAFE="true",  # Playwright's synchronous interface keeps an event loop running
)
if not (os.environ.get("DATABASE_URL") and os.environ.get("REDIS_URL")):
    _start_servers()


def _own_redis_database() -> None:
    """Clearing the cache flushes its whole database, so each parallel worker of the suite gets one of its own."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")
    server = urlsplit(os.environ["REDIS_URL"])
    os.environ["REDIS_URL"] = server._replace(path=f"/{int(worker) % 15 + 1}").geturl()


_own_redis_database()


@pytest.hookimpl(trylast=True)
def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop the servers that this process started."""
    if os.environ.get(STARTED_BY) == str(os.getpid()):
        embedded.stop(DATA_DIR)
