"""Journals: events become visible some seconds after they happen, in the order of their publication."""

import base64
import binascii
from bisect import bisect_right
from dataclasses import dataclass
from random import Random
from typing import Any

from allegro.simulator.chance import stream
from allegro.simulator.instants import DAY, HOUR, SECOND, iso_millis

OFFER_EVENT_TYPES = (
    "OFFER_ACTIVATED",
    "OFFER_CHANGED",
    "OFFER_ENDED",
    "OFFER_STOCK_CHANGED",
    "OFFER_PRICE_CHANGED",
    "OFFER_ARCHIVED",
    "OFFER_BID_PLACED",
    "OFFER_BID_CANCELED",
    "OFFER_TRANSLATION_UPDATED",
    "OFFER_VISIBILITY_CHANGED",
    "OFFER_DELIVERY_COUNTRIES_BLOCKED",
)
ORDER_EVENT_TYPES = (
    "BOUGHT",
    "FILLED_IN",
    "READY_FOR_PROCESSING",
    "BUYER_CANCELLED",
    "FULFILLMENT_STATUS_CHANGED",
    "BUYER_MODIFIED",
    "AUTO_CANCELLED",
)


@dataclass(slots=True)
class JournalEvent:
    """One journal row; instants in microseconds UTC. It is visible from `published_at` on."""

    published_at: int
    occurred_at: int
    type: str
    subject: Any
    payload: dict[str, Any]


class Journal:
    """An ordered stream of events with a publish lag and a retention, both in microseconds."""

    def __init__(self, seed: int, name: str, lag: tuple[int, int], retention: int) -> None:
        self.events: list[JournalEvent] = []
        self._published: list[int] = []
        self.retention = retention
        self._rng: Random = stream(seed, "journal", name)
        self._lag = lag
        self._incident = (0, 0, 0)

    def suffer(self, since: int, until: int, lag: int) -> None:
        """Let what happens in [since, until) be published `lag` later than usual (allegro-api issues 4872, 5134)."""
        self._incident = (since, until, lag)

    def append(
        self, at: int, kind: str, subject: Any, *, extra_lag: int = 0, occurred_at: int | None = None, **payload: Any
    ) -> JournalEvent:
        """Record what happened at `at`, or pretends to have happened at `occurred_at`.

        The event's id is its publication time, at least a microsecond apart from any other.
        """
        since, until, late = self._incident
        published = at + extra_lag + self._rng.randint(*self._lag) + (late if since <= at < until else 0)
        place = bisect_right(self._published, published)
        while place and self._published[place - 1] == published:
            published += 1
            place = bisect_right(self._published, published)
        self._published.insert(place, published)
        event = JournalEvent(published, at if occurred_at is None else occurred_at, kind, subject, payload)
        self.events.insert(place, event)
        return event

    def visible(self, after: int, now: int) -> list[JournalEvent]:
        """Return the events published after `after` (exclusive), up to `now`, and within the retention."""
        floor = max(after, now - self.retention)
        return self.events[bisect_right(self._published, floor) : bisect_right(self._published, now)]


def offer_journal(seed: int, seller_id: str) -> Journal:
    """Return a seller's offer journal: 24 h kept (allegro-api issue 2519), published 10 to 14 s late (issue 9129)."""
    return Journal(seed, f"offers {seller_id}", (10 * SECOND, 14 * SECOND), 24 * HOUR)


def order_journal(seed: int, seller_id: str) -> Journal:
    """Return a seller's order journal: 60 days kept (allegro-api issue 11417)."""
    return Journal(seed, f"orders {seller_id}", (1 * SECOND, 3 * SECOND), 60 * DAY)


def offer_event_id(published_at: int) -> str:
    """Return unpadded base64url of the decimal microseconds, the form seen in allegro-api issue 9129."""
    return base64.urlsafe_b64encode(str(published_at).encode()).decode().rstrip("=")


def offer_event_position(event_id: str | None) -> int:
    """Return the microseconds in an offer event id; 0 for none or an odd one, which Allegro accepts (issue 3166)."""
    if not event_id:
        return 0
    try:
        text = base64.urlsafe_b64decode(event_id.rstrip("=") + "=" * (-len(event_id.rstrip("=")) % 4))
    except (binascii.Error, ValueError):
        return 0
    return order_event_position(text.decode("ascii", "replace"))


def order_event_position(event_id: str | None) -> int:
    """Return the microseconds in an order event id; 0 for an odd one: everything comes again (issue 11307)."""
    return int(event_id) if event_id and event_id.isascii() and event_id.isdecimal() and len(event_id) < 20 else 0


def offer_event_document(event: JournalEvent) -> dict[str, Any]:
    """Return an offer event as GET /sale/offer-events shows it."""
    offer: dict[str, Any] = {"id": event.subject.id, "external": event.payload.get("external")}
    if event.type == "OFFER_ENDED":
        offer["publication"] = {"endedBy": event.payload["ended_by"]}
    if event.type == "OFFER_PRICE_CHANGED":
        offer["marketplaces"] = [
            {"id": marketplace, "changeType": kind} for marketplace, kind in event.payload["marketplaces"].items()
        ]
    if event.type == "OFFER_VISIBILITY_CHANGED":
        offer["publication"] = event.payload["publication"]
    beside: tuple[str, ...] = ("translations", "blockedDeliveries")
    return {
        "id": offer_event_id(event.published_at),
        "occurredAt": iso_millis(event.occurred_at),
        "type": event.type,
        "offer": offer,
        **{key: event.payload[key] for key in beside if key in event.payload},
    }
