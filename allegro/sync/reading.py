"""Reading several offers of one batch side by side.

A request to Allegro takes a tenth of a second or more, nearly all of it waiting: one after the other, the first read of
fifty thousand offers would take hours whatever the request budget allows. Only the questions run in threads; tokens are
renewed and rows are written by the thread that runs the sync.
"""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from allegro.api.client import AllegroClient
from allegro.errors import AllegroError, Unauthorized, Unavailable
from allegro.models import RefreshRequest, RefreshScope
from allegro.sync.context import SyncContext
from offers.models import Offer
from offers.record.storing import OfferRead, detail_read, price_stock_read

# Few enough that one account does not crowd out the others, and that an outage is noticed after a few questions.
SIDE_BY_SIDE = 5
Item = TypeVar("Item")
Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Content:
    """What an offer's own answer says: the document, and what is recorded of it."""

    document: Mapping[str, Any]
    read: OfferRead


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of one request of the queue: its content, or the error."""

    request: RefreshRequest
    offer: Offer
    is_whole: bool
    outcome: Content | AllegroError

    @property
    def error(self) -> AllegroError | None:
        """Why there is no content, None where there is one."""
        return self.outcome if isinstance(self.outcome, AllegroError) else None

    @property
    def content(self) -> Content:
        """What was read. Raises the error where nothing was."""
        if isinstance(self.outcome, AllegroError):
            raise self.outcome
        return self.outcome


def ask_side_by_side(
    context: SyncContext, ask: Callable[[AllegroClient, Item], Result], items: Sequence[Item]
) -> list[Result | AllegroError]:
    """Ask for every item at once, a few at a time; answers and Allegro's errors come in the order of `items`."""
    try:
        client = context.client.borrowed()
    except AllegroError as error:
        return [error] * len(items)
    with ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
        answers = list(pool.map(lambda item: _outcome(ask, client, item), items))
    # The token was replaced meanwhile (a refresh kills the one before): ask again in this thread, which may renew it.
    return [
        _outcome(ask, context.client, item) if isinstance(answer, Unauthorized) else answer
        for item, answer in zip(items, answers, strict=True)
    ]


def _outcome(ask: Callable[[AllegroClient, Item], Result], client: AllegroClient, item: Item) -> Result | AllegroError:
    try:
        return ask(client, item)
    except AllegroError as error:
        return error
    except (KeyError, TypeError, ArithmeticError, AttributeError) as error:
        return Unavailable(f"unreadable document: {type(error).__name__}")


def read_side_by_side(
    context: SyncContext, requests: Sequence[RefreshRequest], offers: Mapping[str, Offer]
) -> list[Answer]:
    """Ask for every offer of `requests` at once; the answers come in their order. Raises nothing of Allegro's."""
    wanted = [_Wanted(request, offers[request.allegro_offer_id]) for request in requests]
    outcomes = ask_side_by_side(context, lambda client, each: _ask(client, context.clock(), each), wanted)
    return [
        Answer(each.request, each.offer, each.is_whole, outcome) for each, outcome in zip(wanted, outcomes, strict=True)
    ]


@dataclass(frozen=True, slots=True)
class _Wanted:
    request: RefreshRequest
    offer: Offer

    @property
    def is_whole(self) -> bool:
        """Whether to read the whole offer: one that is unknown or comes back from being gone needs its status too."""
        is_known = self.offer.detail_seen_at is not None and self.offer.gone_at is None
        return self.request.scope == RefreshScope.DETAIL or not is_known


def _ask(client: AllegroClient, asked_at: datetime, wanted: _Wanted) -> Content:
    offer = wanted.offer
    if wanted.is_whole:
        document = client.product_offer(offer.allegro_id)
        return Content(document, detail_read(offer, document, asked_at))
    document = client.offer_parts(offer.allegro_id)
    return Content(document, price_stock_read(offer, document, asked_at))
