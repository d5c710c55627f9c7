"""The request budget against a real server, in small: many threads and processes, each limit, fairness, the penalty.

The ceilings are such that a second shows what a minute would.
"""

import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from subprocess import PIPE, Popen
from typing import Any
from uuid import uuid4

import pytest
import redis

from allegro import ratelimit
from allegro.errors import RateLimited, Unavailable
from allegro.ratelimit import ALLEGRO_PER_MINUTE, LIMITS, USED_PERCENT, Bucket, RequestBudget, Usage
from tests.bench.figures import most_within

Settings = Any
MakeBudget = Callable[[int], RequestBudget]

SPENDER = """
import sys, time
from allegro.ratelimit import RequestBudget

url, client_id, per_minute, account = sys.argv[1:]
budget = RequestBudget(url, client_id, int(per_minute))
budget.used(account)
print("ready", flush=True)
end = time.time() + float(sys.stdin.readline())
while time.time() < end:
    budget.spend(account)
    print(time.time(), flush=True)
"""


@pytest.fixture
def budget(settings: Settings) -> MakeBudget:
    """Makes budgets of one new client id with a ceiling per minute."""
    client_id = uuid4().hex
    return lambda per_minute: RequestBudget(settings.REDIS_URL, client_id, per_minute)


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who finds no room is refused at once."""
    monkeypatch.setattr(ratelimit, "LONGEST_WAIT_SECONDS", 0.0)


def granted(budget: RequestBudget, account: str, seconds: float, pause: float = 0.0) -> list[float]:
    """When the requests were granted that `account` could make within `seconds`, one after another."""
    times = []
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        budget.spend(account)
        times.append(time.monotonic())
        time.sleep(pause)
    return times


def contend(budget: RequestBudget, accounts: list[str], seconds: float) -> Counter[str]:
    """How many requests each account got; an account named twice asks with two threads."""
    with ThreadPoolExecutor(len(accounts)) as threads:
        counts = threads.map(lambda account: (account, len(granted(budget, account, seconds))), accounts)
        total: Counter[str] = Counter()
        for account, count in counts:
            total[account] += count
    return total


def until_refused(budget: RequestBudget, account: str, limit: str = "") -> int:
    """How many requests are granted in a row."""
    for count in range(10_000):
        try:
            budget.spend(account, limit)
        except RateLimited:
            return count
    raise AssertionError("never refused")


# The client id's ceiling ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("count", "seconds"), [(7200, 60), (2800, 60), (1000, 60), (30, 60), (2, 60), (4, 1), (40, 1)])
def test_a_bucket_never_lets_through_more_than_its_limit(count: int, seconds: int) -> None:
    for bucket in (Bucket.of(count, seconds), Bucket.of(count, seconds, least_burst=2)):
        # In the worst span a full bucket is emptied at once, then everything is taken as it comes.
        worst = bucket.burst + (seconds * 1_000_000 - 1) // bucket.interval
        assert count * 0.95 - 1 <= worst <= count


def test_four_processes_together_stay_within_the_ceiling(settings: Settings) -> None:
    per_minute, seconds, client_id = 3000, 1.6, uuid4().hex
    arguments = [settings.REDIS_URL, client_id, str(per_minute)]
    processes = [
        Popen([sys.executable, "-W", "ignore", "-c", SPENDER, *arguments, f"account-{n}"], stdin=PIPE, stdout=PIPE)
        for n in range(4)
    ]
    for process in processes:
        assert process.stdout is not None
        process.stdout.readline()
    with ThreadPoolExecutor(4) as threads:
        texts = list(threads.map(lambda process: process.communicate(f"{seconds}\n".encode())[0], processes))
    each = [[float(line) for line in text.split()] for text in texts]
    everything = sorted(at for times in each for at in times)
    bucket = Bucket.of(per_minute, 60, least_burst=2)
    for span in (0.5, 1.0, 1.5):
        # Each process may be held up between one grant and its note of the time.
        assert most_within(everything, span) <= bucket.burst + span * per_minute / 60 + len(processes)
    assert len(everything) >= seconds * per_minute / 60 * 0.5
    assert all(each)


def test_a_minute_does_not_begin_with_a_burst(budget: MakeBudget, impatient: None) -> None:
    assert until_refused(budget(7200), "one") <= 7200 / 60


def test_an_account_alone_uses_the_whole_ceiling(budget: MakeBudget) -> None:
    contended = contend(budget(6000), ["alone"] * 4, 1.0)
    assert contended["alone"] > 40  # a fixed third would be 33


def test_waiting_ends_after_the_longest_wait(budget: MakeBudget, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ratelimit, "LONGEST_WAIT_SECONDS", 0.3)
    tight = budget(2)
    tight.spend("one")
    began = time.monotonic()
    with pytest.raises(RateLimited):
        tight.spend("one")
    assert time.monotonic() - began < 20  # the next turn comes after more than half a minute


# Fairness ------------------------------------------------------------------------------------------------------------


def test_an_account_with_much_work_gets_no_more_than_its_share_of_a_contended_budget(budget: MakeBudget) -> None:
    counts = contend(budget(1200), ["large"] * 8 + ["small", "tiny", "little"], 3.0)
    small = (counts["small"] + counts["tiny"] + counts["little"]) / 3
    assert counts["large"] <= small * 4  # eight askers against one each: eight times as much if nobody shared it out
    assert counts.total() >= 3.0 * 20 * 0.2


def test_what_small_accounts_leave_over_goes_to_the_large_one(budget: MakeBudget) -> None:
    shared = budget(6000)
    with ThreadPoolExecutor(5) as threads:
        slow = threads.submit(granted, shared, "slow", 1.5, 0.1)
        large = [threads.submit(granted, shared, "large", 1.5) for _ in range(4)]
    assert len(slow.result()) >= 3
    assert sum(len(each.result()) for each in large) > 1.5 * 50  # more than an equal share


def test_a_newcomer_does_not_wait_behind_an_account_at_work(budget: MakeBudget) -> None:
    shared = budget(240)
    with ThreadPoolExecutor(8) as threads:
        for _ in range(8):
            threads.submit(granted, shared, "large", 0.8)
        time.sleep(0.7)
        began = time.monotonic()
        shared.spend("newcomer")
        shared.spend("newcomer")
        assert time.monotonic() - began < 1.5  # behind the eight that wait it would be over two seconds


# Limits by class -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("limit", [name for name in LIMITS if name])
def test_each_class_has_its_limit_per_seller(budget: MakeBudget, impatient: None, limit: str) -> None:
    named = next(each for each in LIMITS[limit] if each.scope == "account")
    wide = budget(ALLEGRO_PER_MINUTE)
    began = time.monotonic()
    count = until_refused(wide, "one", limit)
    elapsed = time.monotonic() - began
    rate = named.count * USED_PERCENT / 100 / named.seconds
    assert 1 <= count <= rate * elapsed + max(1, rate / 2) + 1
    time.sleep(0.05)  # customer-returns: one every 25 ms for the whole client id
    wide.spend("two", limit)


def test_price_automation_is_spread_over_the_second(budget: MakeBudget) -> None:
    wide = budget(7200)
    began = time.monotonic()
    for _ in range(5):
        wide.spend("one", "price-automation")
    assert time.monotonic() - began >= 4 * 0.25


def test_the_client_id_has_a_limit_of_its_own_for_customer_returns(budget: MakeBudget) -> None:
    wide = budget(ALLEGRO_PER_MINUTE)
    with ThreadPoolExecutor(4) as threads:
        end = time.monotonic() + 1.0
        counts = list(threads.map(lambda account: _returns_until(wide, account, end), ["a", "b", "c", "d"]))
    assert 10 <= sum(counts) <= 50 * USED_PERCENT / 100 + 8


def _returns_until(budget: RequestBudget, account: str, end: float) -> int:
    count = 0
    while time.monotonic() < end:
        budget.spend(account, "customer-returns")
        count += 1
    return count


def test_a_simulator_beyond_allegros_limit_lifts_the_limits_per_seller_too(budget: MakeBudget, impatient: None) -> None:
    unbounded = budget(1_000_000)
    for _ in range(200):
        unbounded.spend("one", "product-offer")


def test_a_refused_request_uses_nothing_up(budget: MakeBudget, impatient: None) -> None:
    wide = budget(6000)
    wide.spend("one", "price-automation")
    time.sleep(0.1)  # the client id's bucket is full again
    # Few enough that a slow machine asks them all before this class of requests has room again.
    for _ in range(20):
        with pytest.raises(RateLimited):
            wide.spend("one", "price-automation")
    assert wide.used("one").client == 1
    assert until_refused(wide, "one") >= Bucket.of(6000, 60).burst // 2


def test_an_unknown_class_is_a_fault(budget: MakeBudget) -> None:
    with pytest.raises(KeyError):
        budget(100).spend("one", "offers")


# Penalty and usage ---------------------------------------------------------------------------------------------------


def test_a_penalty_stops_every_process_and_those_who_wait(budget: MakeBudget) -> None:
    here, there = budget(300), budget(300)
    with ThreadPoolExecutor(1) as threads:
        waiting = threads.submit(granted, here, "one", 10.0)
        time.sleep(0.2)
        there.penalise()
        with pytest.raises(RateLimited) as caught:
            waiting.result()
    assert caught.value.status == 429
    assert 55 <= here.used("one").penalty_seconds <= 60
    here.forgive()
    there.spend("two")


def test_usage_tells_the_last_minute_of_one_account_and_of_all(budget: MakeBudget) -> None:
    wide = budget(6000)
    for account in ("one", "one", "two"):
        wide.spend(account)
    assert wide.used("one") == Usage(account=2, client=3, ceiling=6000, penalty_seconds=0)
    assert wide.used("two").account == 1
    assert wide.used("stranger").account == 0


# The server ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def server(settings: Settings) -> Iterator[redis.Redis]:
    with redis.Redis.from_url(settings.REDIS_URL) as server:
        yield server


def test_every_key_expires_by_itself(settings: Settings, server: redis.Redis) -> None:
    client_id = uuid4().hex
    budget = RequestBudget(settings.REDIS_URL, client_id, 600)
    for limit in LIMITS:
        budget.spend("one", limit)
    budget.penalise()
    without_expiry = -1
    lives = [server.pttl(key) for key in server.scan_iter(f"*{client_id}*")]
    assert len(lives) >= 5
    assert without_expiry not in lives
    assert max(lives) <= 70_000


def test_a_server_that_lost_its_data_and_scripts_starts_afresh(budget: MakeBudget, server: redis.Redis) -> None:
    wide = budget(6000)
    wide.spend("one")
    server.flushdb()
    server.script_flush()
    wide.spend("one")
    assert wide.used("one").account == 1


def test_without_a_server_nothing_is_allowed() -> None:
    nowhere = RequestBudget("redis://127.0.0.1:9/0", "client", 7200)
    for ask in (lambda: nowhere.spend("one"), nowhere.penalise, nowhere.forgive, lambda: nowhere.used("one")):
        with pytest.raises(Unavailable):
            ask()
