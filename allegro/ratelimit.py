"""The request budget that all processes and tenants share, because Allegro counts requests per client id.

Over its limit Allegro blocks the client id for a minute with 429, so every process stops for that minute at once.
"""

import time
from functools import lru_cache

import redis
from django.conf import settings
from limits import RateLimitItemPerMinute
from limits.storage import RedisStorage
from limits.strategies import SlidingWindowCounterRateLimiter

from allegro.errors import RateLimited

PENALTY_SECONDS = 60
LONGEST_WAIT_SECONDS = 30.0
PAUSE_SECONDS = 0.05
# One account may use at most a third of the minute, so that a large one cannot starve the rest.
ACCOUNT_SHARE = 3


class RequestBudget:
    """A sliding window per client id and per account, and the penalty flag, in Redis."""

    def __init__(self, redis_url: str, client_id: str, per_minute: int) -> None:
        self._redis = redis.Redis.from_url(redis_url)
        self._limiter = SlidingWindowCounterRateLimiter(RedisStorage(redis_url))
        self._client_limit = RateLimitItemPerMinute(per_minute)
        self._account_limit = RateLimitItemPerMinute(max(1, per_minute // ACCOUNT_SHARE))
        self._client_id = client_id
        self._penalty_key = f"allegro:penalty:{client_id}"

    def spend(self, account_key: str) -> None:
        """Count one request for `account_key`, waiting for room if need be.

        Raises RateLimited during a penalty minute, or when no room appears within half a minute.
        """
        deadline = time.monotonic() + LONGEST_WAIT_SECONDS
        while True:
            if self._redis.exists(self._penalty_key):
                raise RateLimited("the client id is serving its penalty minute", status=429)
            if self._has_room(account_key):
                return
            if time.monotonic() > deadline:
                raise RateLimited("the request budget of this minute is used up")
            time.sleep(PAUSE_SECONDS)

    def _has_room(self, account_key: str) -> bool:
        # The account's own window first: an account that is over it must not use up everybody's.
        return self._limiter.hit(self._account_limit, "account", account_key) and self._limiter.hit(
            self._client_limit, "client", self._client_id
        )

    def penalise(self) -> None:
        """Stop every process for the penalty minute, after a 429."""
        self._redis.set(self._penalty_key, 1, ex=PENALTY_SECONDS)

    def forgive(self) -> None:
        """Forget a penalty: for tests and for the demo's replay."""
        self._redis.delete(self._penalty_key)


@lru_cache(maxsize=1)
def shared_budget() -> RequestBudget:
    """The budget of this installation's client id."""
    return RequestBudget(settings.REDIS_URL, settings.ALLEGRO_CLIENT_ID, settings.ALLEGRO_REQUESTS_PER_MINUTE)
