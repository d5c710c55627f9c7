"""Twelve weeks in a few minutes: move the simulator's clock, run the real sync at that instant, again and again."""

import sys
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import requests

from accounts.models import SellerAccount
from allegro.demo.seller import DemoError
from allegro.models import RunKind, RunStatus, RunTrigger
from allegro.sync.run import sync_account
from offers.calendar import WARSAW

TIMEOUT_SECONDS = 60
STEP = timedelta(hours=12)


class SimulatorControl:
    """The simulator's own buttons, which Allegro does not have."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._session = requests.Session()

    def now(self) -> datetime:
        """The virtual instant."""
        return datetime.fromisoformat(self._request("GET", "clock").json()["now"])

    def move_to(self, instant: datetime) -> None:
        """Let the world live until `instant` and stand still there."""
        self._request("POST", "clock", json={"now": instant.astimezone(UTC).isoformat()})

    def go_live(self) -> None:
        """Let the world follow real time from here on."""
        self._request("POST", "clock", json={"live": True})

    def accounts(self) -> list[str]:
        """The ids of the sellers."""
        return [account["id"] for account in self._request("GET", "accounts").json()["accounts"]]

    def truth(self) -> list[dict[str, Any]]:
        """Every action so far, in order."""
        actions: list[dict[str, Any]] = self._request("GET", "truth").json()["actions"]
        return actions

    def sales(self) -> list[dict[str, Any]]:
        """Every order line so far, with the present status of its order."""
        sales: list[dict[str, Any]] = self._request("GET", "sales").json()["sales"]
        return sales

    def let_fail(self, seed: int, share: float, kinds: Sequence[str]) -> None:
        """Let a share (0 to 1) of the API's answers fail, chosen by the seed, without making anybody wait."""
        self._request("POST", "fault-plan", json={"seed": seed, "share": share, "kinds": kinds, "scale": 0.001})

    def heal(self) -> None:
        """Let nothing fail any more."""
        self._request("DELETE", "fault-plan")

    def consent(self, url: str, seller_id: str) -> str:
        """Agree as a seller on the consent page at `url`; the address to which the browser is sent back."""
        answer = self._session.post(
            url, data={"account": seller_id, "decision": "allow"}, allow_redirects=False, timeout=TIMEOUT_SECONDS
        )
        return answer.headers["Location"]

    def export(self, name: str, since: date, until: date, **options: str) -> tuple[str, bytes]:
        """A file that a seller would download for a period (inclusive Warsaw days): its name and its content.

        `name` is a file under /_simulator/exports/, `options` are the parameters that it takes.
        """
        query = urlencode({"from": since.isoformat(), "to": until.isoformat(), **options})
        answer = self._request("GET", f"exports/{name}?{query}")
        file_name = answer.headers["Content-Disposition"].split("filename=")[1].strip('"')
        return file_name, answer.content

    def _request(self, method: str, path: str, **arguments: object) -> requests.Response:
        answer = self._session.request(
            method,
            f"{self._url}/_simulator/{path}",
            timeout=TIMEOUT_SECONDS,
            **arguments,  # type: ignore[arg-type]
        )
        if not answer.ok:
            raise DemoError(f"the simulator answered {method} {path} with HTTP {answer.status_code}")
        return answer


def replay(account: SellerAccount, simulator: SimulatorControl, until: datetime, show: Callable[[float], None]) -> int:
    """Sync `account` every twelve virtual hours from the simulator's present until `until`. Returns the runs made.

    `show` is told the share done. Can be interrupted anywhere and goes on from there. Raises DemoError when a run
    does not succeed, for then the demo would show holes that it made itself.
    """
    start = simulator.now()
    runs = 0
    for instant in _instants(start, until):
        simulator.move_to(instant)
        account.refresh_from_db()
        run = sync_account(account, trigger=RunTrigger.COMMAND, kind=RunKind.FULL, at=instant)
        if run.status != RunStatus.SUCCEEDED:
            raise DemoError(f"the sync at {instant.isoformat()} ended as {run.status} ({run.error})")
        runs += 1
        show((instant - start) / (until - start))
    return runs


def _instants(start: datetime, until: datetime) -> Iterator[datetime]:
    instant = start
    while instant < until:
        instant = min(instant + STEP, until)
        yield instant


def whole_weeks(since: datetime, until: datetime) -> list[tuple[date, date]]:
    """The weeks, Monday to Sunday in Warsaw, that lie wholly between two instants, oldest first."""
    first = since.astimezone(WARSAW).date() + timedelta(days=1)
    monday = first + timedelta(days=-first.weekday() % 7)
    last = until.astimezone(WARSAW).date() - timedelta(days=1)
    weeks = []
    while monday + timedelta(days=6) <= last:
        weeks.append((monday, monday + timedelta(days=6)))
        monday += timedelta(days=7)
    return weeks


class Progress:
    """A bar on a terminal; a plain line at every tenth elsewhere."""

    def __init__(self, title: str) -> None:
        self._title = title
        self._shown = -1
        self._is_terminal = sys.stdout.isatty()

    def show(self, share: float) -> None:
        """Draw the share done, from 0 to 1."""
        percent = int(share * 100)
        if self._is_terminal:
            filled = percent * 40 // 100
            sys.stdout.write(f"\r{self._title} [{'█' * filled}{'·' * (40 - filled)}] {percent:3d} %")
            sys.stdout.write("\n" if percent == 100 and self._shown != 100 else "")
        elif percent // 10 > self._shown // 10:
            sys.stdout.write(f"{self._title}: {percent} %\n")
        sys.stdout.flush()
        self._shown = percent
