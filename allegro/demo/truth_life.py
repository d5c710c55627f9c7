"""Whole lives of simulated sellers, followed by the real sync, to compare the record with what happened.

They are lived in a workspace of their own that is deleted in the end, and in the future: to the workers of a running
installation its accounts are not due.
"""

import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from urllib.parse import parse_qs, urlsplit

from django.conf import settings
from django.db import connection
from django.test.utils import override_settings

from accounts.models import Environment, SellerAccount, Workspace
from accounts.scoping import every_workspace, workspace_scope
from allegro import oauth
from allegro.api import transport
from allegro.api.client import AllegroClient
from allegro.api.transport import FixedToken
from allegro.demo.replay import SimulatorControl
from allegro.demo.seller import DemoError
from allegro.demo.truth import Comparison
from allegro.demo.truth_record import SaleKey, compare_changes, compare_sales
from allegro.grants import store_tokens
from allegro.models import RunKind, RunStatus, RunTrigger
from allegro.ratelimit import shared_budget
from allegro.scopes import OPTIONAL_SCOPES, READ_SCOPES
from allegro.sync.run import sync_account

START = "2036-08-30T00:00:00Z"
REDIRECT = "http://127.0.0.1/settings/accounts/callback/"
ADDRESS = re.compile(r"http://127\.0\.0\.1:\d+")
UNLIMITED = 1_000_000
OWN_REDIS_DATABASE = 14
JOURNAL_RUNS = (0, 1, 1, 2, 3)  # between two full ones
SHARE_OF_FAILURES = 0.03
# All but a refusal over the limit, for which every process of an installation stops for a real minute.
FAILURES = (
    "html_504", "json_503", "timeout_500", "truncated", "slow", "token_401", "access_403", "drop_before",
    "drop_middle", "empty", "login_redirect", "bot_403",
)  # fmt: skip
# What failed is put off for up to six hours.
SETTLING, SETTLING_RUNS = timedelta(hours=4), 3
TABLES = (
    "offers_offer", "offers_offersnapshot", "offers_offerevent", "offers_offerchange", "offers_offeruse",
    "offers_orderline", "offers_orderevent", "offers_salesday", "offers_sharedobject", "offers_sharedsnapshot",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Life:
    """What happens and how it is followed: a full sync every `hours`, and journal runs at random moments between.

    Where `is_shared_out`, only one of the simulator's sellers is followed, each in its turn by the seed.
    """

    seed: int
    weeks: float
    hours: float = 12
    has_faults: bool = False
    is_busy: bool = True
    is_shared_out: bool = False


@dataclass
class Lived:
    """The outcome of lives; `journal_runs` and `full_runs` count all accounts' runs."""

    comparison: Comparison = field(default_factory=Comparison)
    wrong_days: list[SaleKey] = field(default_factory=list)
    full_runs: int = 0
    journal_runs: int = 0
    failed_runs: int = 0

    def add(self, other: "Lived") -> None:
        """Count other lives in."""
        self.comparison.add(other.comparison)
        self.wrong_days += other.wrong_days
        self.full_runs += other.full_runs
        self.journal_runs += other.journal_runs
        self.failed_runs += other.failed_runs


@contextmanager
def simulator(life: Life) -> Iterator[SimulatorControl]:
    """A simulator of its own, in another process, with the application pointed at it. Raises DemoError."""
    command = [sys.executable, "-W", "ignore", "-m", "allegro.simulator", "--port", "0", "--seed", str(life.seed)]
    command += ["--start", START, "--requests-per-minute", "0", *(["--busy"] if life.is_busy else [])]
    with subprocess.Popen(command, cwd=settings.BASE_DIR, stdout=subprocess.PIPE, text=True) as process:
        try:
            found = ADDRESS.search(process.stdout.readline() if process.stdout else "")
            if found is None:
                raise DemoError("the simulator did not start")
            with _pointed_at(found.group(0)):
                yield SimulatorControl(found.group(0))
        finally:
            process.terminate()


@contextmanager
def _pointed_at(url: str) -> Iterator[None]:
    """Settings for a simulator, with a request budget of its own, hardly any limit, and no waiting to ask again."""
    os.environ["OAUTHLIB_INSECURE_TRANSPORT"] = "1"  # the simulator speaks plain http
    waiting = transport.BACKOFF_SECONDS
    with override_settings(
        ALLEGRO_API_URL=url,
        ALLEGRO_AUTH_URL=url,
        ALLEGRO_CLIENT_ID="simulator-client",
        ALLEGRO_CLIENT_SECRET="simulator-secret",  # noqa: S106 - the simulator's own, known to everybody
        ALLEGRO_REQUESTS_PER_MINUTE=UNLIMITED,
        REDIS_URL=f"{settings.REDIS_URL.rsplit('/', 1)[0]}/{OWN_REDIS_DATABASE}",
    ):
        shared_budget.cache_clear()
        transport.BACKOFF_SECONDS = 0.0
        try:
            yield
        finally:
            transport.BACKOFF_SECONDS = waiting
            shared_budget.cache_clear()


def live(life: Life, show: Callable[[float], None]) -> Lived:
    """Live it, compare, and forget it. `show` is told the share done. Raises DemoError."""
    with every_workspace():
        workspace = Workspace.objects.create(name=f"Truth {life.seed}")
    try:
        # What is deleted in the end need not survive a power cut.
        _execute("SET synchronous_commit = off")
        with simulator(life) as control, workspace_scope(workspace):
            return _follow(life, control, workspace, show)
    finally:
        with every_workspace():
            workspace.delete()
        _execute("RESET synchronous_commit")


def _follow(life: Life, control: SimulatorControl, workspace: Workspace, show: Callable[[float], None]) -> Lived:
    sellers = control.accounts()
    followed = [sellers[life.seed % len(sellers)]] if life.is_shared_out else sellers
    accounts = [_link(control, workspace, seller_id) for seller_id in followed]
    lived = Lived()
    _replay(life, control, accounts, lived, show)
    log, sold = control.truth(), control.sales()
    for account in accounts:
        lived.comparison.add(compare_changes(account, log))
        lived.wrong_days += compare_sales(account, sold)
    return lived


def _link(control: SimulatorControl, workspace: Workspace, seller_id: str) -> SellerAccount:
    """Consent to every scope and exchange the code, as the linking does; the grant begins in the simulator's time."""
    authorization = oauth.begin(REDIRECT, (*READ_SCOPES, *OPTIONAL_SCOPES))
    back = urlsplit(control.consent(authorization.url, seller_id))
    tokens = oauth.exchange(parse_qs(back.query)["code"][0], authorization.verifier, REDIRECT)
    with closing(AllegroClient(FixedToken(tokens.access), "link")) as client:
        me = client.me()
    account: SellerAccount = SellerAccount.objects.create(
        workspace=workspace,
        environment=Environment.here(),
        allegro_id=me.id,
        login=me.login,
        base_marketplace=me.base_marketplace,
        scopes=sorted(tokens.scopes),
        connected_at=control.now(),
    )
    store_tokens(account, tokens, control.now())
    return account


def _replay(
    life: Life,
    control: SimulatorControl,
    accounts: Sequence[SellerAccount],
    lived: Lived,
    show: Callable[[float], None],
) -> None:
    start = control.now()
    _sync(accounts, RunKind.FULL, start, lived)
    if life.has_faults:
        control.let_fail(life.seed, SHARE_OF_FAILURES, FAILURES)
    for instant, kind in moments(life, start):
        control.move_to(instant)
        _sync(accounts, kind, instant, lived)
        if kind == RunKind.FULL and lived.full_runs.bit_count() == 1:
            # The first runs come faster than PostgreSQL looks how large the tables have become.
            _execute(f"ANALYZE {', '.join(TABLES)}")
        show((instant - start) / timedelta(weeks=life.weeks))
    if life.has_faults:
        control.heal()
        for _ in range(SETTLING_RUNS):
            instant += SETTLING
            control.move_to(instant)
            _sync(accounts, RunKind.FULL, instant, lived, must_succeed=True)


def moments(life: Life, start: datetime) -> Iterator[tuple[datetime, RunKind]]:
    """When to sync, and how."""
    rng = Random(f"moments {life.seed}")
    step, end, instant = timedelta(hours=life.hours), start + timedelta(weeks=life.weeks), start
    while instant < end:
        following = min(instant + step, end)
        between = sorted(rng.random() for _ in range(rng.choice(JOURNAL_RUNS)))
        yield from ((instant + (following - instant) * share, RunKind.JOURNAL) for share in between)
        yield following, RunKind.FULL
        instant = following


def _sync(
    accounts: Sequence[SellerAccount], kind: RunKind, at: datetime, lived: Lived, *, must_succeed: bool = False
) -> None:
    for account in accounts:
        account.refresh_from_db()
        run = sync_account(account, trigger=RunTrigger.COMMAND, kind=kind, at=at)
        lived.full_runs += kind == RunKind.FULL
        lived.journal_runs += kind == RunKind.JOURNAL
        lived.failed_runs += run.status != RunStatus.SUCCEEDED
        if must_succeed and run.status != RunStatus.SUCCEEDED:
            raise DemoError(f"the sync at {at.isoformat()} ended as {run.status} ({run.error})")


def _execute(sql: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql)
