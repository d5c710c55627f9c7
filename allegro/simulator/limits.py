"""How often the simulated Allegro lets itself be asked: per client id, per seller, per resource, and for new tokens.

All times are real seconds, but for new tokens: tokens age in virtual time, and so does the limit on making them.
"""

import re
import time
from collections import defaultdict, deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from re import Pattern

from allegro.simulator.instants import MINUTE

ALLEGROS_PER_MINUTE = 9_000  # of one client id
PENALTY_SECONDS = 60.0
FAILED_WEIGHT = 3  # a failed request counts so many times; Allegro says only that it counts more (issue 9983)
TOKENS = 30  # new pairs per account; Allegro keeps its number secret (allegro-api issue 8321)
TOKENS_WINDOW = 10 * MINUTE


@dataclass(frozen=True)
class Rule:
    """At most `requests` in `seconds` to the paths that match, for each seller or each client id.

    With a `queue` it is a leaky bucket: requests above the rate wait for their turn, and only those that find the
    queue full are refused (allegro-api issue 12356).
    """

    methods: tuple[str, ...]
    path: Pattern[str]
    per: str
    requests: int
    seconds: float
    queue: int = 0


_READ = ("GET", "HEAD")
_OFFER = re.compile(r"/sale/product-offers(/[^/]+)?")
# Sources: allegro-api issues 9983, 11160 and 12700 for offers, the published specification for the rest.
RULES = (
    Rule(_READ, re.compile(r"/sale/product-offers/[^/]+"), "seller", 3_500, 60),
    Rule(_READ, re.compile(r"/sale/product-offers/[^/]+/parts"), "seller", 7_000, 60),
    Rule(("PATCH", "POST"), _OFFER, "seller", 2_490, 60),
    Rule(("PATCH", "POST"), _OFFER, "seller", 74_700, 3_600),
    Rule((*_READ, "POST", "PUT", "DELETE"), re.compile(r"/sale/price-automation/.+"), "seller", 5, 1),
    Rule(_READ, re.compile(r"/order/customer-returns(/.+)?"), "seller", 25, 1),
    Rule(_READ, re.compile(r"/order/customer-returns(/.+)?"), "client", 50, 1),
    Rule(_READ, re.compile(r"/order/carriers"), "client", 50, 1),
    Rule(_READ, re.compile(r"/sale/products(/[^/]+)?"), "seller", 10, 1, queue=30),
)


class RateLimit:
    """All limits of one simulator. `per_minute` is that of a client id: the others scale with it, 0 switches all off.

    `rules` are the limits of single resources; `patience` scales the seconds that a leaky bucket lets wait.
    """

    def __init__(self, per_minute: int, clock: Callable[[], float] = time.monotonic) -> None:
        self.per_minute = per_minute
        self.rules: tuple[Rule, ...] = RULES
        self.patience = 1.0
        self._clock = clock
        self.forget()

    def forget(self) -> None:
        """Start counting afresh."""
        self._windows: dict[tuple[object, ...], tuple[float, int]] = {}
        self._levels: dict[tuple[object, ...], tuple[float, float]] = {}
        self._refused_until: dict[str, float] = {}
        self._tokens: dict[str, deque[int]] = defaultdict(deque)

    def admits(self, client_id: str) -> bool:
        """Count a request; return whether Allegro would answer it. Over the limit a client id is refused a minute."""
        if self._clock() < self._refused_until.get(client_id, 0.0):
            return False
        if self.per_minute and self._count((client_id,), 60) > self.per_minute:
            self.punish(client_id, PENALTY_SECONDS)
            return False
        return True

    def punish(self, client_id: str, seconds: float) -> None:
        """Refuse every request of a client id for so long."""
        self._refused_until[client_id] = self._clock() + seconds

    def forgive(self) -> None:
        """Answer every client id again."""
        self._refused_until.clear()

    def wait(self, method: str, path: str, client_id: str, account_id: str) -> float | None:
        """Count a request to a resource with a limit of its own; None if that is exceeded.

        Returns the seconds that the answer is held back, 0 almost always. The client id is not punished.
        """
        longest = 0.0
        for key, rule in self._fitting(method, path, client_id, account_id):
            waiting = self._drip(key, rule) if rule.queue else self._step(key, rule)
            if waiting is None:
                return None
            longest = max(longest, waiting)
        return longest * self.patience

    def weigh_failure(self, method: str, path: str, client_id: str, account_id: str) -> None:
        """Count a request that failed more than once."""
        if not self.per_minute:
            return
        for _ in range(FAILED_WEIGHT - 1):
            self._count((client_id,), 60)
            for key, rule in self._fitting(method, path, client_id, account_id):
                self._count(key, rule.seconds)

    def admits_token(self, account_id: str, now: int) -> bool:
        """Count a new token pair of an account at `now`, virtual microseconds UTC; return whether it may be made."""
        if not self.per_minute:
            return True
        made = self._tokens[account_id]
        while made and made[0] <= now - TOKENS_WINDOW:
            made.popleft()
        if len(made) >= self._scaled(TOKENS):
            return False
        made.append(now)
        return True

    def _fitting(
        self, method: str, path: str, client_id: str, account_id: str
    ) -> Iterator[tuple[tuple[object, ...], Rule]]:
        """Yield the rules for a request with the key under which each is counted; none while limits are off."""
        for number, rule in enumerate(self.rules if self.per_minute else ()):
            if method in rule.methods and rule.path.fullmatch(path):
                yield (number, client_id if rule.per == "client" else account_id), rule

    def _scaled(self, requests: int) -> int:
        return max(1, round(requests * self.per_minute / ALLEGROS_PER_MINUTE))

    def _count(self, key: tuple[object, ...], seconds: float) -> int:
        """Return the number of requests in the present window of a key, this one included."""
        now = self._clock()
        began, requests = self._windows.get(key, (now, 0))
        began, requests = (now, 0) if now - began >= seconds else (began, requests)
        self._windows[key] = (began, requests + 1)
        return requests + 1

    def _step(self, key: tuple[object, ...], rule: Rule) -> float | None:
        return None if self._count(key, rule.seconds) > self._scaled(rule.requests) else 0.0

    def _drip(self, key: tuple[object, ...], rule: Rule) -> float | None:
        """Return the seconds until the bucket has let this request through, None if it is full."""
        now, rate = self._clock(), self._scaled(rule.requests) / rule.seconds
        since, level = self._levels.get(key, (now, 0.0))
        level = max(0.0, level - (now - since) * rate)
        full = level >= rule.queue
        self._levels[key] = (now, level if full else level + 1)
        return None if full else level / rate
