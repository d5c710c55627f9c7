"""What one running simulator holds: world, clock, tokens, faults, rate limit, state file, and the lock around them."""

from dataclasses import dataclass
from threading import RLock
from typing import Any

from allegro.simulator.clock import Clock
from allegro.simulator.deeds import DEEDS, EDIT, QUIRK
from allegro.simulator.documents import IMAGE_HOST, Json
from allegro.simulator.faults import Faults
from allegro.simulator.genesis import PREHISTORY_DAYS, new_world
from allegro.simulator.instants import real_now
from allegro.simulator.limits import RateLimit
from allegro.simulator.oauth import Grants, grants_from
from allegro.simulator.offer import Offer
from allegro.simulator.state import StateFile, unreadable
from allegro.simulator.truth import Action
from allegro.simulator.validation import Refusal

DEFAULT_SEED = 7


@dataclass(frozen=True)
class Input:
    """A deed from outside, kept to be done again; `kind` is a key of DEEDS, `at` in virtual microseconds."""

    at: int
    kind: str
    subject: str
    body: Json


class Simulation:
    """The state behind the HTTP interface. Hold `lock` while using anything of it.

    `start` in microseconds UTC freezes the clock there; None lets it run. `busy` worlds lead a busy life. What a state
    file holds goes before `seed`, `start` and `busy`. Raises StateUnreadable if that file is broken.
    """

    def __init__(
        self,
        seed: int,
        start: int | None,
        requests_per_minute: int,
        *,
        state: StateFile | None = None,
        prehistory_days: int = PREHISTORY_DAYS,
        busy: bool = False,
    ) -> None:
        self.lock = RLock()
        self.busy = busy
        self.prehistory_days = prehistory_days
        self.rate_limit = RateLimit(requests_per_minute)
        self.image_base = IMAGE_HOST
        self.faults = Faults()
        self.grants = Grants()
        self.state = state
        if not (state and self._take_over(state)):
            self.reset(seed, start)
        self.save()

    def reset(self, seed: int, start: int | None) -> None:
        """Make a fresh world: frozen at `start` (microseconds UTC), or born now and live if that is None."""
        self.clock = Clock(start)
        self.world = new_world(seed, self.clock.now(), self.prehistory_days, busy=self.busy)
        self.grants = Grants(key=self.grants.key)
        self.faults = Faults()
        self.inputs: list[Input] = []

    def advance(self) -> int:
        """Live up to the clock's present and return it, in microseconds UTC."""
        self.world.advance(self.clock.now())
        return self.world.now

    def edit(self, offer: Offer, patch: Json) -> list[Action]:
        """Apply a seller's edit at the present instant; raise Refusal where Allegro would answer 422."""
        actions: list[Action] = self.do(EDIT, offer.id, patch)
        return actions

    def make_odd(self, kind: str, body: Json) -> None:
        """Let a quirk happen at the present instant; raise Refusal if it cannot."""
        self.do(QUIRK, kind, body)

    def do(self, kind: str, subject: str, body: Json) -> Any:
        """Do a deed at the present instant and remember it; raise Refusal, with nothing remembered, if it cannot be."""
        done = DEEDS[kind](self.world, subject, body)
        self.inputs.append(Input(self.world.now, kind, subject, body))
        self.save()
        return done

    def _take_over(self, state: StateFile) -> bool:
        """Live through the saved state, if there is one; raise StateUnreadable if it is broken."""
        saved = state.read()
        if saved is None:
            return False
        try:
            self._restore(saved)
        except (KeyError, TypeError, ValueError, AttributeError, Refusal) as error:
            raise unreadable(state.path, f"{type(error).__name__}: {error}") from error
        if self._fingerprint() != saved["fingerprint"]:
            raise unreadable(state.path, "its world comes out differently with this version")
        return True

    def _restore(self, saved: dict[str, Any]) -> None:
        self.clock = Clock(saved["frozen_at"])
        self.grants = grants_from(saved["grants"])
        self.inputs = [Input(**row) for row in saved["inputs"]]
        self.prehistory_days = int(saved["prehistory_days"])
        self.busy = bool(saved.get("busy"))  # older files have no such key
        self.world = new_world(int(saved["seed"]), int(saved["started_at"]), self.prehistory_days, busy=self.busy)
        for row in self.inputs:
            self.world.advance(row.at)
            DEEDS[row.kind](self.world, row.subject, row.body)
        self.world.advance(int(saved["now"]))

    def _fingerprint(self) -> list[int]:
        """Return numbers that would differ if the world had been lived differently."""
        journals = [*self.world.offer_journals.values(), *self.world.order_journals.values()]
        newest = [journal.events[-1].published_at if journal.events else 0 for journal in journals]
        return [len(self.world.truth.actions), len(self.world.orders), *newest]

    def save(self, *, lightly: bool = False) -> None:
        """Write the state, if it is kept; `lightly` skips it when the last write was a moment ago."""
        if self.state is None or (lightly and not self.state.due()):
            return
        self.state.write(
            {
                "seed": self.world.seed,
                "started_at": self.world.started_at,
                "prehistory_days": self.prehistory_days,
                "busy": self.busy,
                "frozen_at": self.clock.frozen_at,
                "now": self.world.now,
                "inputs": [vars(row) for row in self.inputs],
                "grants": self.grants.document(),
                "fingerprint": self._fingerprint(),
                "saved_at": real_now(),
            }
        )
