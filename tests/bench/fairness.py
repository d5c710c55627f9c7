"""One account with very many offers and many small ones, all due at once, read by a real worker within one ceiling.

`python -m tests.bench fairness [--large 50000 --small 100 --each 200 --ceiling 7200 --minutes 60]`

The real dispatcher and worker run against a scratch PostgreSQL, a scratch Valkey and a light Allegro of their own
process. The defaults end in about two minutes at a scaled-down ceiling.
"""

import os
import signal
import subprocess
import sys
import time
from argparse import ArgumentParser, Namespace
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from statistics import median
from typing import cast

from tests.bench.figures import most_within, say
from tests.bench.scratch import scratch_servers

TICK_SECONDS = 1.0
LARGE = 0


@dataclass
class Course:
    """What was seen every second, in Unix seconds: when each account had all its details, and how many offers of the
    large one were read over time."""

    finished: dict[int, float] = field(default_factory=dict)
    large: list[tuple[float, int]] = field(default_factory=list)

    def large_at(self, moment: float) -> int:
        """How many offers of the large account were read by then."""
        return max((count for at, count in self.large if at <= moment), default=0)


@dataclass(frozen=True, slots=True)
class Asked:
    """One request that reached the server, in Unix seconds."""

    at: float
    seller: int
    kind: str


def add_options(parser: ArgumentParser) -> None:
    """The command's options."""
    parser.add_argument("--large", type=int, default=2000, help="offers of the large account")
    parser.add_argument("--small", type=int, default=20, help="how many small accounts")
    parser.add_argument("--each", type=int, default=60, help="offers of each small account")
    parser.add_argument("--ceiling", type=int, default=1800, help="requests a minute")
    parser.add_argument("--minutes", type=float, default=3.0, help="stop then, finished or not")
    parser.add_argument("--workers", type=int, default=4, help="processes of the worker")
    parser.add_argument("--latency", type=float, default=20.0, help="milliseconds until the server answers")


def run(options: Namespace) -> None:
    """Print the figures."""
    sizes = [options.large] + [options.each] * options.small
    with scratch_servers(ALLEGRO_CLIENT_ID="bench", ALLEGRO_REQUESTS_PER_MINUTE=str(options.ceiling)) as folder:
        log = folder / "asked"
        with _server(sizes, options.latency, log):
            _prepare(sizes)
            with _worker(options.workers, folder / "worker"):
                course = _follow(sizes, options.minutes * 60)
        lines = log.read_text().splitlines()
        if not lines:
            raise SystemExit(f"The worker asked for nothing:\n{(folder / 'worker').read_text()[-2000:]}")
        asked = [Asked(float(at), int(seller), kind) for at, seller, kind in map(str.split, lines)]
    _report(options, course, asked)


@contextmanager
def _server(sizes: Sequence[int], latency: float, log: Path) -> Iterator[None]:
    """The light Allegro, whose address goes into the environment."""
    arguments = [",".join(map(str, sizes)), str(latency), str(log)]
    with subprocess.Popen([sys.executable, "-m", "tests.bench.server", *arguments], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        address = f"http://127.0.0.1:{process.stdout.readline().decode().strip()}"
        # The address of the sign-in tells that this is a simulator, as the accounts are.
        for name in ("ALLEGRO_API_URL", "ALLEGRO_AUTH_URL"):
            os.environ[name] = address
        try:
            yield
        finally:
            process.terminate()
            process.wait()


@contextmanager
def _worker(processes: int, log: Path) -> Iterator[None]:
    """A Celery worker in a process group of its own."""
    command = [sys.executable, "-m", "celery", "-A", "config", "worker", "-c", str(processes), "--loglevel", "ERROR"]
    with (
        log.open("wb") as output,
        subprocess.Popen(command, stdout=output, stderr=output, start_new_session=True) as process,
    ):
        try:
            yield
        finally:
            # A run that is not finished is of no use to anybody: its database goes away.
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _prepare(sizes: Sequence[int]) -> None:
    """Tables, and an account with a grant for every seller, each in a workspace of its own, all due now."""
    import django  # noqa: PLC0415 - the environment must be set first

    django.setup()
    from django.core.management import call_command  # noqa: PLC0415
    from django.utils import timezone  # noqa: PLC0415

    from accounts.models import SellerAccount  # noqa: PLC0415
    from accounts.scoping import every_workspace  # noqa: PLC0415
    from allegro.grants import store_tokens  # noqa: PLC0415
    from allegro.oauth import Tokens  # noqa: PLC0415
    from allegro.scopes import READ_SCOPES  # noqa: PLC0415
    from tests.factories import SellerAccountFactory  # noqa: PLC0415

    call_command("migrate", interactive=False, verbosity=0)
    now = timezone.now()
    with every_workspace():
        for seller, _size in enumerate(sizes):
            # The large one is due first by a second, so that it also stands first in the queue.
            due = now - timedelta(seconds=1 if seller == LARGE else 0)
            account = cast(SellerAccount, SellerAccountFactory(allegro_id=str(seller), next_sync_at=due))
            store_tokens(account, Tokens(f"seller-{seller}", "never used", 12 * 3600, READ_SCOPES), now)


def _follow(sizes: Sequence[int], longest: float) -> Course:
    """Dispatch what is due and look how far everybody is, until all are done or `longest` seconds have passed."""
    from allegro.tasks import dispatch_due_accounts  # noqa: PLC0415 - needs Django

    course = Course()
    end = time.time() + longest
    while len(course.finished) < len(sizes) and time.time() < end:
        dispatch_due_accounts()
        counts, moment = _read_offers(), time.time()
        course.large.append((moment, counts.get(LARGE, 0)))
        for seller, size in enumerate(sizes):
            if counts.get(seller, 0) >= size:
                course.finished.setdefault(seller, moment)
        time.sleep(TICK_SECONDS)
    return course


def _read_offers() -> dict[int, int]:
    """How many offers of each seller have their details."""
    from django.db.models import Count  # noqa: PLC0415 - needs Django

    from accounts.scoping import every_workspace  # noqa: PLC0415
    from offers.models import Offer  # noqa: PLC0415

    with every_workspace():
        read = Offer.objects.filter(detail_seen_at__isnull=False).order_by().values_list("account__allegro_id")
        return {int(seller): count for seller, count in read.annotate(Count("pk"))}


def _report(options: Namespace, course: Course, asked: Sequence[Asked]) -> None:
    say(
        f"fairness: one account of {options.large} offers, {options.small} of {options.each}; ceiling "
        f"{options.ceiling} a minute, {options.workers} worker processes, {options.latency:.0f} ms to an answer"
    )
    began = asked[0].at
    small = sorted(moment for seller, moment in course.finished.items() if seller != LARGE)
    say(f"  small accounts done   {len(small)} of {options.small}; seconds count from the first request")
    for name, moment in _milestones(small):
        read = course.large_at(moment)
        say(f"  {name:<6} small one      after {moment - began:.0f} s; large one: {read} ({read / options.large:.0%})")
    moment, read = course.large[-1]
    is_done = LARGE in course.finished
    say(f"  large account         {'done' if is_done else 'not done'}: {read} offers after {moment - began:.0f} s")
    contended = [each for each in asked if each.at <= (small[-1] if len(small) == options.small else moment)]
    large, mean = _rates(contended)
    say(f"  during contention     large {large:.0f} requests a minute, a small one at work {mean:.0f} (mean)")
    say(f"                        ratio {large / mean if mean else 0:.2f}; all together {_per_minute(contended):.0f}")
    peak = most_within([each.at for each in asked], 60)
    say(f"  peak of any 60 s      {peak} = {peak / options.ceiling:.1%} of the ceiling")


def _milestones(small: Sequence[float]) -> list[tuple[str, float]]:
    return [("first", small[0]), ("median", median(small)), ("last", small[-1])] if small else []


def _rates(asked: Sequence[Asked]) -> tuple[float, float]:
    """Requests a minute of the large account, and of a small one between its first and its last (their mean)."""
    own: dict[int, list[Asked]] = defaultdict(list)
    for each in asked:
        own[each.seller].append(each)
    large = len(own.pop(LARGE, [])) / (asked[-1].at - asked[0].at) * 60
    small = [_per_minute(requests) for requests in own.values()]
    return large, sum(small) / len(small) if small else 0.0


def _per_minute(asked: Sequence[Asked]) -> float:
    return (len(asked) - 1) / (asked[-1].at - asked[0].at) * 60 if len(asked) > 1 else 0.0
