"""Reading several offers of one batch side by side.

A request to Allegro takes a tenth of a second or more, nearly all of it waiting: one after the other, the first read of
fifty thousand offers would take hours whatever the request budget allows. Only the questions run in threads; tokens are
renewed and rows are written by the thread that runs the sync.
"""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from allegro.api.client import AllegroClient
from allegro.errors import AllegroError, Unauthorized, Unavailable
from allegro.models import RefreshRequest, RefreshScope
from allegro.sync.context import SyncContext
from offers.models import Offer
from offers.record import OfferRead, detail_read, price_stock_read

# Few enough that one account does not crowd out the others, and that an outage is noticed after a few questions.
SIDE_BY_SIDE = 5


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


def read_side_by_side(
    context: SyncContext, requests: Sequence[RefreshRequest], offers: Mapping[str, Offer]
) -> list[Answer]:
    """Ask for every offer of `requests` at once; the answers come in their order. Raises nothing of Allegro's."""
    pairs = [(request, offers[request.allegro_offer_id]) for request in requests]
    try:
        client = context.client.borrowed()
    except AllegroError as error:
        return [Answer(request, offer, False, error) for request, offer in pairs]
    with ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
        answers = list(pool.map(lambda pair: _ask(client, context.clock(), *pair), pairs))
    # The token was replaced meanwhile (a refresh kills the one before): ask again in this thread, which may renew it.
    return [
        _ask(context.client, context.clock(), answer.request, answer.offer)
        if isinstance(answer.error, Unauthorized)
        else answer
        for answer in answers
    ]


def _ask(client: AllegroClient, asked_at: datetime, request: RefreshRequest, offer: Offer) -> Answer:
    """Read an offer as fully as asked; one that is unknown or comes back from being gone needs its status too."""
    is_whole = request.scope == RefreshScope.DETAIL or offer.detail_seen_at is None or offer.gone_at is not None
    try:
        document = client.product_offer(offer.allegro_id) if is_whole else client.offer_parts(offer.allegro_id)
        read = detail_read(offer, document, asked_at) if is_whole else price_stock_read(offer, document, asked_at)
    except AllegroError as error:
        return Answer(request, offer, is_whole, error)
    except (KeyError, TypeError, ArithmeticError, AttributeError) as error:
        why = Unavailable(f"unreadable offer document: {type(error).__name__}")
        return Answer(request, offer, is_whole, why)
    return Answer(request, offer, is_whole, Content(document, read))
