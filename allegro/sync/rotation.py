"""What the streams share that ask for offers (or products) one by one: whose turn it is, and whose fault a failure is.

An offer may fail for good while every other one answers: its failure must not cost the others their turn. An outage
must not be taken for the failure of one offer after the other.
"""

from collections.abc import Callable, Collection, Sequence
from datetime import timedelta
from math import ceil
from typing import Any, Generic, TypeVar

from django.db.models import QuerySet

from allegro.api.client import AllegroClient
from allegro.errors import AllegroError, Forbidden, Gone, Rejected, Unavailable
from allegro.sync.context import SyncContext
from allegro.sync.reading import ask_side_by_side
from offers.models import Offer

# Within this time every offer has its turn.
ROTATION = timedelta(hours=24)
BATCH = 20
# So many failures in a row may be an outage: see whether any other offer answers before asking for more.
GIVE_UP_AFTER = 5
PROBES = 3
# What a single offer may answer while the others are well (403: allegro-api issue 5002).
MAYBE_ITS_OWN = (Forbidden, Rejected, Unavailable)
Item = TypeVar("Item")
Asked = TypeVar("Asked")


def whose_turn_it_is(context: SyncContext, offers: QuerySet[Offer], seen_at: str) -> QuerySet[Offer]:
    """Of `offers` those that the column `seen_at` shows as asked longest ago, never asked ones left out.

    Each full run takes the share of the time since the last one, and one more, so that `ROTATION` serves all: also when
    all were read at one time, as the first sync does.
    """
    share = turns(context, offers.count())
    return offers.filter(**{f"{seen_at}__lt": context.clock()}).order_by(seen_at, "allegro_id")[:share]


def turns(context: SyncContext, number: int) -> int:
    """How many of `number` have their turn in this full run."""
    now = context.clock()
    elapsed = min(now - (context.account.last_full_sync_at or now), ROTATION)
    return ceil(number * (elapsed / ROTATION)) + 1


class Round(Generic[Item, Asked]):
    """The questions of one batch, and whose fault it is where there was no answer.

    A failure is the offer's own once another offer answers: of the batch, or else of those that `others` gives (best
    first, without the Allegro ids that it is handed), which `ask` asks. Until then it may be everybody's.
    """

    def __init__(
        self,
        context: SyncContext,
        others: Callable[[Collection[str]], QuerySet[Any, Asked]],
        ask: Callable[[AllegroClient, Asked], object],
    ) -> None:
        self.error: AllegroError | None = None
        """What ends the stage, None while nothing does."""
        self.own: list[Item] = []
        """What failed by the fault of its offer alone."""
        self._undecided: list[tuple[Item, AllegroError]] = []
        self._context = context
        self._others = others
        self._ask = ask
        self._failed: list[str] = []
        self._has_answered = False

    def answered(self) -> None:
        """An offer could be read: whatever failed before it failed by itself."""
        self._has_answered = True
        self.own += self.undecided
        self._undecided = []

    @property
    def undecided(self) -> list[Item]:
        """What failed with everything asked since the last answer."""
        return [item for item, _error in self._undecided]

    def failed(self, item: Item, allegro_id: str, error: AllegroError) -> None:
        """`item` could not be read, which asked for the offer or product `allegro_id`."""
        if not isinstance(error, MAYBE_ITS_OWN):
            self.error = self.error or error
            return
        self._context.note_failure(allegro_id, error)
        self._failed.append(allegro_id)
        self._undecided.append((item, error))

    def is_over(self) -> bool:
        """Whether to ask no more; to be called after every few questions."""
        if len(self._undecided) >= GIVE_UP_AFTER:
            self._decide()
        return self.error is not None

    def close(self) -> None:
        """Decide about what is left once all were asked."""
        if self._undecided and self._has_answered:
            self.answered()
        elif self._undecided:
            self._decide()

    def _decide(self) -> None:
        if self.error:
            return
        others: Sequence[Asked] = list(self._others(self._failed)[:PROBES])
        outcomes = ask_side_by_side(self._context, self._ask, others)
        self._context.beat()
        errors = [outcome for outcome in outcomes if isinstance(outcome, AllegroError)]
        if len(errors) < len(outcomes):
            self.answered()
            return
        serious = (error for error in errors if not isinstance(error, (*MAYBE_ITS_OWN, Gone)))
        self.error = next(serious, None) or self._common_error()

    def _common_error(self) -> AllegroError:
        """What the stage is said to have failed of: an outage rather than a refusal."""
        errors = [error for _item, error in self._undecided]
        return next((error for error in errors if isinstance(error, Unavailable)), errors[-1])
