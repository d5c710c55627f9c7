"""What every stage of one run shares."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from accounts.models import SellerAccount
from allegro.api.client import AllegroClient
from allegro.errors import AllegroError

# The log of a stage names so many; the counts tell how many there were.
FAILURES_KEPT = 5


@dataclass
class SyncContext:
    """One run's account, client and clock; `beat` says that the run is alive and moves its progress.

    `is_time_up` tells a long stage to stop where it is: the run ends, and the next one goes on behind other accounts.
    """

    account: SellerAccount
    client: AllegroClient
    clock: Callable[[], datetime]
    beat: Callable[[], None]
    is_full: bool
    is_time_up: Callable[[], bool] = lambda: False
    continues: bool = False
    # Where the account's offers are sold, as the listing showed it; empty while no listing was read in this run.
    marketplaces: set[str] = field(default_factory=set)
    # Of what the stage reads back over many runs: weeks that have been read by now, and all of them.
    progress: tuple[int, int] | None = None
    counts: Counter[str] = field(default_factory=Counter)
    failures: list[dict[str, str]] = field(default_factory=list)

    def note_failure(self, subject: str, error: AllegroError) -> None:
        """Keep what could not be read, for the run log; support asks for the trace id."""
        if len(self.failures) < FAILURES_KEPT:
            self.failures.append({"subject": subject, "error": error.code, "trace_id": error.trace_id})
