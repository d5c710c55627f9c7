"""A simulated Allegro in a thread for the whole session, made afresh for each test, and accounts linked to it."""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, cast
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from pytest_django import Settings

from accounts.models import Membership, SellerAccount, User, Workspace
from accounts.scoping import every_workspace, workspace_scope
from allegro import oauth
from allegro.api.client import AllegroClient
from allegro.grants import StoredGrant, store_tokens
from allegro.models import RunKind, RunStatus, RunTrigger, SyncRun
from allegro.ratelimit import shared_budget
from allegro.simulator import server
from allegro.simulator.server import RunningSimulator
from allegro.sync.run import sync_account
from tests.allegro.first_sync import remember_first_sync
from tests.factories import MembershipFactory, SellerAccountFactory

START = "2026-08-29T00:00:00Z"
COFFEE, GARDEN = "44300112", "44300287"
SECATEURS = "16310440271"  # the garden seller's first offer
SANTOS = "15204880113"  # the coffee seller's first offer, also sold on allegro-cz
REDIRECT = "http://testserver/settings/accounts/callback/"
TIMEOUT_SECONDS = 10
FIRST_TEST_DATABASE = 8


@dataclass(frozen=True)
class World:
    """The simulated Allegro of one test: its clock stands until the test moves it."""

    running: RunningSimulator
    session: requests.Session
    # What the test has done to it since it was made: the same deeds make the same world.
    deeds: list[object] = field(default_factory=list)

    @property
    def url(self) -> str:
        return self.running.url

    @property
    def now(self) -> datetime:
        return datetime.fromisoformat(self.control("GET", "clock")["now"])

    def control(self, method: str, path: str, /, **body: Any) -> Any:
        """Use the simulator's control interface; anything but success fails the test."""
        if path == "reset":
            self.deeds.clear()
        elif method != "GET":
            self.deeds.append((method, path, repr(sorted(body.items()))))
        answer = self.session.request(
            method, f"{self.url}/_simulator/{path}", json=body or None, timeout=TIMEOUT_SECONDS
        )
        assert answer.ok, answer.text
        return answer.json()

    def move(self, **span: float) -> datetime:
        """Live for a while; returns the new instant."""
        self.control("POST", "clock", now=(self.now + timedelta(**span)).isoformat())
        return self.now

    def edit(self, offer_id: str, /, **short: Any) -> datetime:
        """Edit an offer as its seller; returns when."""
        self.control("POST", f"offers/{offer_id}", **short)
        return self.now

    def fault(self, path: str, status: int = 500, body: str = "json", times: int = 1, delay_seconds: float = 0) -> None:
        """Let the next answers under a path fail."""
        self.control("POST", "faults", path=path, status=status, body=body, times=times, delay_seconds=delay_seconds)

    def heal(self) -> None:
        """Forget the faults still to come."""
        self.control("DELETE", "faults")

    def quirk(self, kind: str, **body: Any) -> None:
        """Let a reported oddity happen now."""
        self.control("POST", "quirks", kind=kind, **body)

    def revoke(self, allegro_id: str) -> None:
        """Kill every token of an account, as when its seller changes the password."""
        self.control("POST", "tokens/revoke", account=allegro_id)

    def consent(self, url: str, allegro_id: str = GARDEN, decision: str = "allow") -> dict[str, str]:
        """Answer the consent page at `url`; returns the parameters with which the browser is sent back."""
        answer = self.session.post(
            url,
            data={"account": allegro_id, "decision": decision},
            allow_redirects=False,
            timeout=TIMEOUT_SECONDS,
        )
        assert answer.status_code == 302, answer.text
        return {name: values[0] for name, values in parse_qs(urlsplit(answer.headers["Location"]).query).items()}

    def document(self, offer_id: str) -> dict[str, Any]:
        """The offer's document in the world itself, for oddities that no edit can make."""
        self.deeds.append(object())
        with self.running.simulation.lock:
            return self.running.simulation.world.offers[offer_id].document


@dataclass(frozen=True)
class Linked:
    """A linked account, its workspace and its owner; `sync` runs at the world's present instant."""

    world: World
    workspace: Workspace
    owner: User
    account: SellerAccount

    def sync(self, kind: RunKind = RunKind.FULL) -> SyncRun:
        self.account.refresh_from_db()
        return sync_account(self.account, trigger=RunTrigger.COMMAND, kind=kind, at=self.world.now)

    def first_sync(self) -> SyncRun:
        """The full first sync, remembered where this process has done the same in the same world before."""
        remember_first_sync(self.account, tuple(self.world.deeds), self._succeed)
        run: SyncRun = SyncRun.objects.get(account=self.account)
        return run

    def _succeed(self) -> None:
        run = self.sync()
        assert (run.status, run.error) == (RunStatus.SUCCEEDED, "")

    def client(self) -> AllegroClient:
        """A client with the account's stored grant, its clock standing at the world's present."""
        now = self.world.now
        return AllegroClient(StoredGrant(self.account, lambda: now), str(self.account.pk))


@pytest.fixture(scope="session")
def running_simulator() -> Iterator[RunningSimulator]:
    running = server.start(seed=7, start=START, prehistory_days=2)
    yield running
    running.stop()


@pytest.fixture(autouse=True)
def _own_budget(settings: Settings, worker_id: str) -> Iterator[None]:
    """A penalty minute stops every process that shares a Redis database, so each test process has its own."""
    number = FIRST_TEST_DATABASE + int(worker_id.removeprefix("gw") if worker_id != "master" else 7)
    settings.REDIS_URL = f"{settings.REDIS_URL.rsplit('/', 1)[0]}/{number}"
    shared_budget.cache_clear()
    shared_budget().forgive()
    yield
    shared_budget().forgive()
    shared_budget.cache_clear()


@pytest.fixture(autouse=True)
def _no_backoff(monkeypatch: pytest.MonkeyPatch) -> None:
    """Retries follow at once."""
    monkeypatch.setattr("allegro.api.transport.BACKOFF_SECONDS", 0.0)


@pytest.fixture
def world(running_simulator: RunningSimulator, settings: Settings) -> Iterator[World]:
    """A fresh world, two days old, with the application pointed at it."""
    settings.ALLEGRO_API_URL = settings.ALLEGRO_AUTH_URL = running_simulator.url
    with requests.Session() as session:
        world = World(running_simulator, session)
        world.control("POST", "reset", seed=7, start=START, requests_per_minute=0)
        yield world
        running_simulator.simulation.faults.waiting.clear()


def fetch_tokens(world: World, allegro_id: str) -> oauth.Tokens:
    """Consent and exchange without the web pages."""
    authorization = oauth.begin(REDIRECT)
    code = world.consent(authorization.url, allegro_id)["code"]
    return oauth.exchange(code, authorization.verifier, REDIRECT)


def link(world: World, allegro_id: str = GARDEN, workspace: Workspace | None = None) -> Linked:
    """An account linked by functions, in a workspace of its own if none is given."""
    with every_workspace():
        given = {"workspace": workspace} if workspace else {}
        owner = cast(Membership, MembershipFactory(**given))
        account = cast(
            SellerAccount,
            SellerAccountFactory(workspace=owner.workspace, allegro_id=allegro_id, next_sync_at=world.now),
        )
        store_tokens(account, fetch_tokens(world, allegro_id), world.now)
    return Linked(world, owner.workspace, owner.user, account)


@pytest.fixture
def garden(world: World, db: None) -> Iterator[Linked]:
    """The smaller seller (8 offers), linked; its workspace's scope is active."""
    linked = link(world)
    with workspace_scope(linked.workspace):
        yield linked


@pytest.fixture
def coffee(world: World, db: None) -> Iterator[Linked]:
    """The larger seller (42 offers, two marketplaces), linked; its workspace's scope is active."""
    linked = link(world, COFFEE)
    with workspace_scope(linked.workspace):
        yield linked


@pytest.fixture
def clean_up() -> Iterator[ExitStack]:
    """What the test enters here is left at its end, whatever happens."""
    with ExitStack() as stack:
        yield stack


def utc(*parts: int) -> datetime:
    """An instant in UTC."""
    return datetime(*parts, tzinfo=UTC)  # type: ignore[misc,arg-type]
