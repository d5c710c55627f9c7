"""Faults on demand: the next answers of a path fail the way a test asks for, or a share of all answers by a plan."""

from collections import Counter, deque
from dataclasses import dataclass, field, replace

from allegro.simulator.chance import stream

FAULT_BODIES = ("json", "html", "truncated", "empty", "redirect", "bot", "drop", "cut", "lost")
_STATUSES = {"truncated": 200, "empty": 200, "redirect": 302, "bot": 403, "drop": 200, "cut": 200, "lost": 200}
_INSTEAD = {"redirect", "bot", "drop"}
_SPOILT = {"truncated", "empty", "cut", "lost"}
NO_API = ("/_simulator/", "/panel/", "/auth/", "/original/")


@dataclass
class Fault:
    """Make the next `times` answers under a path prefix fail: status, kind of body, real seconds to wait first.

    The bodies: "json" and "html" are an error of the API and of the edge in front of it; "redirect" leads to a page
    that asks to log in, "bot" is the page of the bot protection; "drop" closes the connection and nothing was done.
    Of the true answer are left: half in "truncated", nothing in "empty", half before the connection breaks in "cut";
    in "lost" everything was done and the connection closes without a word. A fault "json" of status 200 is only slow.
    `penalty_seconds` is for how long every further request of the client id is refused.
    """

    path: str
    status: int = 500
    body: str = "json"
    times: int = 1
    delay_seconds: float = 0.0
    penalty_seconds: float = 0.0

    @property
    def replaces(self) -> bool:
        """Return whether the request is not even looked at."""
        return self.body in _INSTEAD or (self.status != 200 and self.body not in _SPOILT)

    @property
    def spoils(self) -> bool:
        """Return whether something else goes out than the true answer of the request."""
        return self.body in _SPOILT or (self.status == 200 and self.body == "html")


def usual_status(body: str) -> int:
    """Return the status of a fault for which none is named."""
    return _STATUSES.get(body, 500)


# What sellers' tools met (allegro-api issues 3026, 11045, 1806, 8321, 12760, 4681), by name.
KINDS: dict[str, Fault] = {
    "html_504": Fault("/", 504, "html"),
    "json_503": Fault("/", 503),
    "timeout_500": Fault("/", 500),
    "truncated": Fault("/", 200, "truncated"),
    "slow": Fault("/", 200, delay_seconds=20),
    "limit_429": Fault("/", 429, penalty_seconds=60),
    "token_401": Fault("/", 401),
    "access_403": Fault("/", 403),
    "drop_before": Fault("/", 200, "drop"),
    "drop_middle": Fault("/", 200, "cut"),
    "empty": Fault("/", 200, "empty"),
    "login_redirect": Fault("/", 302, "redirect"),
    "bot_403": Fault("/", 403, "bot"),
    "lost": Fault("/", 200, "lost"),
}
PLANNED_KINDS = tuple(kind for kind in KINDS if kind != "lost")


@dataclass(frozen=True)
class Failure:
    """A request that a plan let fail: method and path, which one of its kind it was (from 1), and how it failed."""

    request: str
    number: int
    kind: str


@dataclass
class FaultPlan:
    """Let a share (0 to 1) of the API's answers under a path prefix fail.

    Which ones depends on the seed and on how many requests of the same method and path came before, on nothing else.
    `scale` shortens the seconds of the kinds: with 0.01 a slow answer comes after 0.2 s.
    """

    seed: int
    share: float
    kinds: tuple[str, ...] = PLANNED_KINDS
    scale: float = 1.0
    path: str = "/"
    requests: int = 0
    failed: int = 0
    newest: deque[Failure] = field(default_factory=lambda: deque(maxlen=1000))
    _counts: Counter[str] = field(default_factory=Counter)

    def take(self, method: str, path: str) -> Fault | None:
        """Count a request and return how it fails, None if it does not."""
        if path.startswith(NO_API) or not path.startswith(self.path):
            return None
        request = f"{method} {path}"
        self.requests += 1
        self._counts[request] += 1
        rng = stream(self.seed, "fault", request, self._counts[request])
        if rng.random() >= self.share:
            return None
        kind = rng.choice(self.kinds)
        self.failed += 1
        self.newest.append(Failure(request, self._counts[request], kind))
        return self._scaled(KINDS[kind])

    def _scaled(self, fault: Fault) -> Fault:
        delay, penalty = fault.delay_seconds * self.scale, fault.penalty_seconds * self.scale
        return replace(fault, delay_seconds=delay, penalty_seconds=penalty)


@dataclass
class Faults:
    """The faults still to come, in the order in which they were asked for, and the plan, if there is one."""

    waiting: list[Fault] = field(default_factory=list)
    plan: FaultPlan | None = None

    def take(self, method: str, path: str) -> Fault | None:
        """Return the first fault that fits the path, counted down, else what the plan says, or None."""
        for fault in self.waiting:
            if path.startswith(fault.path):
                fault.times -= 1
                self.waiting = [other for other in self.waiting if other.times > 0]
                return fault
        return self.plan.take(method, path) if self.plan else None
