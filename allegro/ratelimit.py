"""The request budget that all processes and tenants share, because Allegro counts requests per client id.

One Lua script in Redis answers each ask at once for every limit that applies: the client id's own, those of single
resources and the account's share. It takes from all of them or from none, and its clock is Redis' own. Each limit is a
bucket that fills evenly and holds half a second's requests, so that no span of a minute holds more than the ceiling and
none begins with a burst. Redis that lost its data starts with full buckets: half a second's requests too many at most.

Over its limit Allegro blocks the client id for a minute with 429, so every process stops for that minute at once.
"""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from math import ceil
from random import uniform
from types import MappingProxyType
from typing import Literal, cast

import redis
from django.conf import settings
from redis.backoff import ExponentialBackoff
from redis.retry import Retry

from allegro.errors import RateLimited, Unavailable

PENALTY_SECONDS = 60
LONGEST_WAIT_SECONDS = 30.0
# An account that asked within this time counts when the budget is divided.
ACTIVE_SECONDS = 3
# A bucket holds the requests of this part of its period: half a second of a minute.
BURST_PART = 120
# What Allegro allows one client id, in requests a minute.
ALLEGRO_PER_MINUTE = 9000
# The rest is for the seller's other tools, which share the limits per seller, and for requests that Allegro counts
# in another second than we do.
USED_PERCENT = 80

ANSWER_TIMEOUT_SECONDS = 5
CONNECT_TIMEOUT_SECONDS = 2
# The counts that `used` shows are kept in slots of so many seconds.
SLOT_SECONDS = 5
COUNTED_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Limit:
    """Allegro allows `count` requests in `seconds`, for each account (its seller) or for the client id as a whole."""

    scope: Literal["account", "client"]
    count: int
    seconds: int


# By the class of request that `spend` is told. Product-offers: allegro-api issues 9983 and 11160, /parts "at least
# double"; price-automation and customer-returns: the descriptions of these resources in Allegro's OpenAPI file.
# Products are a leaky bucket whose rate is unpublished and moves; it holds answers back before it refuses any (issue
# 12356). Ten a second is our own measure.
LIMITS: Mapping[str, tuple[Limit, ...]] = MappingProxyType(
    {
        "": (),
        "product-offer": (Limit("account", 3500, 60),),
        "parts": (Limit("account", 7000, 60),),
        "price-automation": (Limit("account", 5, 1),),
        "products": (Limit("account", 10, 1),),
        "customer-returns": (Limit("account", 25, 1), Limit("client", 50, 1)),
    }
)


@dataclass(frozen=True, slots=True)
class Bucket:
    """A limit as the script wants it: one request every `interval` microseconds, `burst` of them at once."""

    interval: int
    burst: int

    @classmethod
    def of(cls, count: int, seconds: int, least_burst: int = 1) -> "Bucket":
        """The bucket that lets through at most `count` requests in any span of `seconds`, its burst included."""
        burst = min(count, max(least_burst, count // BURST_PART))
        return cls(ceil(seconds * 1_000_000 / (count - burst + 1)), burst)


@dataclass(frozen=True, slots=True)
class Usage:
    """Requests of one account and of the whole client id in the last minute, the ceiling per minute, and how many
    seconds of a penalty are left (0 without one)."""

    account: int
    client: int
    ceiling: int
    penalty_seconds: int


# KEYS: penalty, active accounts, the client id's bucket, the account's share, the two counts, then named buckets.
# ARGV: account, interval and burst of the client id's bucket, ACTIVE, SLOT and COUNTED seconds, then interval and burst
# of each named bucket. Returns the microseconds to wait (0: granted, negative: what is left of a penalty) and the
# microseconds over which the accounts that wait should spread.
#
# A bucket is stored as the time at which it is full again (GCRA), so it needs no clean-up and expires by itself.
# Fairness: an account may always take its equal share of what the client id's bucket gets, and more only while that
# bucket is more than half full, that is while the others leave something over; this is not held against it later. The
# share of an account alone is a half, so that the next one to come does not find the bucket empty.
SPEND = """
local clock = redis.call('TIME')
local now = clock[1] * 1000000 + clock[2]
local penalty = redis.call('PTTL', KEYS[1])
if penalty > 0 then return {-penalty * 1000, 0} end

local interval, burst = tonumber(ARGV[2]), tonumber(ARGV[3])
local active, slot_length, counted = ARGV[4] * 1000000, ARGV[5] * 1000000, ARGV[6] * 1000000

local function full_at(key, most)
  local stored = tonumber(redis.call('GET', key) or now)
  return math.min(math.max(stored, now), now + most)
end

local function take(key, full, step)
  redis.call('SET', key, string.format('%.0f', full + step), 'PX', math.ceil((full + step - now) / 1000))
end

local function count(key)
  local slot = math.floor(now / slot_length)
  if redis.call('HINCRBY', key, slot, 1) > 1 then return end
  for _, old in ipairs(redis.call('HKEYS', key)) do
    if tonumber(old) < slot - counted / slot_length then redis.call('HDEL', key, old) end
  end
  redis.call('PEXPIRE', key, (counted + slot_length) / 1000)
end

redis.call('ZADD', KEYS[2], string.format('%.0f', now), ARGV[1])
redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', string.format('%.0f', now - active))
redis.call('PEXPIRE', KEYS[2], active / 1000)
local accounts = math.max(2, redis.call('ZCARD', KEYS[2]))

local full = full_at(KEYS[3], burst * interval)
local client_wait = full - now - (burst - 1) * interval
local spare_wait = client_wait + math.floor(burst / 2) * interval

local share_interval, share_burst = accounts * interval, math.max(1, math.floor(burst / accounts))
local share_full = full_at(KEYS[4], share_burst * share_interval)
local share_wait = share_full - now - (share_burst - 1) * share_interval

local wait = math.max(client_wait, math.min(share_wait, spare_wait))
local named = {}
for i = 7, #KEYS do
  local step, most = tonumber(ARGV[2 * i - 7]), tonumber(ARGV[2 * i - 6])
  named[i] = full_at(KEYS[i], most * step)
  wait = math.max(wait, named[i] - now - (most - 1) * step)
end
if wait > 0 then return {math.ceil(wait), share_interval} end

take(KEYS[3], full, interval)
if share_wait <= 0 then take(KEYS[4], share_full, share_interval) end
for i = 7, #KEYS do take(KEYS[i], named[i], tonumber(ARGV[2 * i - 7])) end
count(KEYS[5])
count(KEYS[6])
return {0, 0}
"""


class RequestBudget:
    """The limits of one client id and its penalty minute, in Redis; every process of an installation uses the same.

    Without an answer from Redis every method raises Unavailable: nobody asks Allegro uncounted.
    """

    def __init__(self, redis_url: str, client_id: str, per_minute: int) -> None:
        """`per_minute` is the ceiling of the client id itself, not reduced any further here.

        A ceiling above what Allegro allows anybody is meant for a simulator: the limits per seller grow with it.
        """
        self._redis = redis.Redis.from_url(
            redis_url,
            socket_timeout=ANSWER_TIMEOUT_SECONDS,
            socket_connect_timeout=CONNECT_TIMEOUT_SECONDS,
            retry=Retry(ExponentialBackoff(cap=0.5, base=0.05), 2),
        )
        self._script = self._redis.register_script(SPEND)
        self._ceiling = per_minute
        # Two at least: one of them is kept for accounts below their share.
        self._bucket = Bucket.of(per_minute, 60, least_burst=2)
        self._growth = max(1.0, per_minute / ALLEGRO_PER_MINUTE)
        # In braces, so that a Redis cluster keeps all of them on one node.
        self._prefix = f"allegro:{{{client_id}}}"
        self._penalty_key = f"{self._prefix}:penalty"

    def spend(self, account_key: str, limit: str = "") -> None:
        """Count one request of `account_key`, waiting for room if need be; `limit` is a class of `LIMITS`.

        Raises RateLimited during a penalty minute or when no room appears within half a minute, and then has used
        nothing up. Raises Unavailable, KeyError for an unknown class.
        """
        keys, arguments = self._ask(account_key, limit)
        deadline = time.monotonic() + LONGEST_WAIT_SECONDS
        while True:
            with _redis_answers():
                wait, spread = cast(tuple[int, int], self._script(keys=keys, args=arguments))
            if wait < 0:
                raise RateLimited("the client id is serving its penalty minute", status=429)
            if wait == 0:
                return
            remaining = deadline - time.monotonic()
            if wait / 1e6 > remaining:
                raise RateLimited("the request budget of this minute is used up")
            # Spread, or all who wait would ask again at the same moment for the one request that has become free.
            time.sleep(min(remaining, (wait + uniform(0, spread)) / 1e6))

    def _ask(self, account_key: str, limit: str) -> tuple[list[str], list[str | int]]:
        """The script's KEYS and ARGV, see `SPEND`."""
        keys = [
            self._penalty_key,
            f"{self._prefix}:active",
            f"{self._prefix}:bucket",
            f"{self._prefix}:share:{account_key}",
            self._count_key("client"),
            self._count_key("account", account_key),
        ]
        arguments: list[str | int] = [account_key, self._bucket.interval, self._bucket.burst]
        arguments += [ACTIVE_SECONDS, SLOT_SECONDS, COUNTED_SECONDS]
        for named in LIMITS[limit]:
            owner = account_key if named.scope == "account" else ""
            keys.append(f"{self._prefix}:limit:{limit}:{named.scope}:{owner}")
            bucket = Bucket.of(int(named.count * self._growth) * USED_PERCENT // 100, named.seconds)
            arguments += [bucket.interval, bucket.burst]
        return keys, arguments

    def _count_key(self, scope: str, account_key: str = "") -> str:
        return f"{self._prefix}:count:{scope}:{account_key}"

    def penalise(self) -> None:
        """Stop every process for the penalty minute, after a 429. Raises Unavailable."""
        with _redis_answers():
            self._redis.set(self._penalty_key, 1, ex=PENALTY_SECONDS)

    def forgive(self) -> None:
        """Forget a penalty: for tests and for the demo's replay. Raises Unavailable."""
        with _redis_answers():
            self._redis.delete(self._penalty_key)

    def used(self, account_key: str) -> Usage:
        """What the last minute's requests were, to five seconds. Raises Unavailable."""
        with _redis_answers(), self._redis.pipeline(transaction=False) as pipe:
            pipe.time()
            pipe.pttl(self._penalty_key)
            pipe.hgetall(self._count_key("account", account_key))
            pipe.hgetall(self._count_key("client"))
            (seconds, _microseconds), penalty, of_account, of_client = pipe.execute()
        return Usage(
            account=_since(of_account, seconds - COUNTED_SECONDS),
            client=_since(of_client, seconds - COUNTED_SECONDS),
            ceiling=self._ceiling,
            penalty_seconds=max(0, ceil(penalty / 1000)),
        )


def _since(counts: Mapping[bytes, bytes], second: int) -> int:
    """The requests counted in the slots that began after `second`."""
    return sum(int(count) for slot, count in counts.items() if int(slot) * SLOT_SECONDS > second)


@contextmanager
def _redis_answers() -> Iterator[None]:
    try:
        yield
    except redis.RedisError as error:
        raise Unavailable(f"the request budget cannot be asked: {type(error).__name__}") from None


@lru_cache(maxsize=1)
def shared_budget() -> RequestBudget:
    """The budget of this installation's client id."""
    return RequestBudget(settings.REDIS_URL, settings.ALLEGRO_CLIENT_ID, settings.ALLEGRO_REQUESTS_PER_MINUTE)
