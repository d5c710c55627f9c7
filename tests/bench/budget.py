"""The request budget alone: how exactly four greedy processes keep to the ceiling, and what one `spend` costs.

`python -m tests.bench budget [--seconds 75] [--ceiling 7200] [--processes 4]`
"""

import time
from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from dataclasses import dataclass
from itertools import repeat
from multiprocessing import get_context
from typing import cast

import redis

from tests.bench.figures import most_within, percentile, say
from tests.bench.scratch import scratch_servers

CLIENT_ID = "bench"
CALLS = 5000


@dataclass(frozen=True, slots=True)
class Greedy:
    """What one process is told: spend for `account` from `begin` to `end` (Unix seconds)."""

    redis_url: str
    ceiling: int
    account: str
    begin: float
    end: float


def add_options(parser: ArgumentParser) -> None:
    """The command's options."""
    parser.add_argument("--seconds", type=float, default=75.0, help="how long the processes spend")
    parser.add_argument("--ceiling", type=int, default=7200, help="requests a minute")
    parser.add_argument("--processes", type=int, default=4)


def run(options: Namespace) -> None:
    """Print the figures."""
    with scratch_servers():
        from django.conf import settings  # noqa: PLC0415 - the scratch servers must be there first

        _contention(settings.REDIS_URL, options)
        _cost(settings.REDIS_URL)


def _contention(redis_url: str, options: Namespace) -> None:
    count = options.processes
    begin = time.time() + 2
    orders = [Greedy(redis_url, options.ceiling, f"account-{n}", begin, begin + options.seconds) for n in range(count)]
    with get_context("spawn").Pool(count) as pool:
        each = pool.map(spend_greedily, orders, chunksize=1)
    everything = sorted(at for times in each for at in times)
    worst = most_within(everything, 60)
    say(f"budget: {count} processes, ceiling {options.ceiling} a minute, {options.seconds:.0f} s")
    say(f"  granted               {len(everything)} ({len(everything) / options.seconds * 60:.0f} a minute)")
    say(f"  worst span of 60 s    {worst} = {worst / options.ceiling:.1%} of the ceiling")
    say(f"  worst span of 1 s     {most_within(everything, 1)} (a sixtieth of the ceiling: {options.ceiling / 60:.0f})")
    say(f"  share of each process {', '.join(f'{len(times) / len(everything):.1%}' for times in each)}")


def spend_greedily(order: Greedy) -> list[float]:
    """Spend without a pause; the Unix time of each grant."""
    from allegro.ratelimit import RequestBudget  # noqa: PLC0415 - loads the settings

    budget = RequestBudget(order.redis_url, CLIENT_ID, order.ceiling)
    time.sleep(max(0.0, order.begin - time.time()))
    grants = []
    while time.time() < order.end:
        budget.spend(order.account, "parts")
        grants.append(time.time())
    return grants


def _cost(redis_url: str) -> None:
    from allegro.ratelimit import RequestBudget  # noqa: PLC0415 - loads the settings

    # So high a ceiling that nobody ever waits.
    budget = RequestBudget(redis_url, "uncontended", 60_000_000)
    with redis.Redis.from_url(redis_url) as server:
        before, own = _server_seconds(server), time.process_time()
        calls = sorted(_timed(budget.spend) for _ in repeat(None, CALLS))
        own, used = time.process_time() - own, _server_seconds(server) - before
    say(f"one spend, uncontended ({CALLS} calls)")
    say(
        f"  latency               median {percentile(calls, 50) * 1e3:.3f} ms, p95 {percentile(calls, 95) * 1e3:.3f} ms"
    )
    say(f"  processor             {own / CALLS * 1e6:.0f} µs here, {used / CALLS * 1e6:.0f} µs in the server")


def _timed(spend: Callable[[str, str], None]) -> float:
    began = time.perf_counter()
    spend("account", "product-offer")
    return time.perf_counter() - began


def _server_seconds(server: redis.Redis) -> float:
    used = cast(dict[str, float], server.info("cpu"))
    return used["used_cpu_user"] + used["used_cpu_sys"]
