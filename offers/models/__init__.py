"""What: offers, the facts about them (journal events, snapshots, orders, counters) and the projections made from facts.

Facts are only ever added. Projections (`Offer`, `OfferChange`, `OfferUse`, `ChangeBatch`, `SalesDay`, `FeeDay`) can be
deleted and rebuilt, and come out identical, because they are pure functions of the facts.
"""

from offers.models.billing import BillingEntry, BillingHistory, FeeDay, FeeKind
from offers.models.changes import NOT_EDITED, Certainty, ChangeBatch, OfferChange, ValueWords
from offers.models.journal import CoverageGap, FactHorizon, OfferEvent
from offers.models.notes import Note
from offers.models.offer import Offer, OfferStatus
from offers.models.orders import OrderEvent, OrderHistory, OrderLine, OrderStatus, SalesDay
from offers.models.returns import CustomerReturn, ReturnedLine
from offers.models.shared import OfferUse, SharedKind, SharedObject, SharedSnapshot, shown_name
from offers.models.snapshots import (
    Content,
    CounterNight,
    OfferAbsence,
    OfferDay,
    OfferSnapshot,
    PartReading,
    SnapshotPart,
)

__all__ = [
    "NOT_EDITED",
    "BillingEntry",
    "BillingHistory",
    "Certainty",
    "ChangeBatch",
    "Content",
    "CounterNight",
    "CoverageGap",
    "CustomerReturn",
    "FactHorizon",
    "FeeDay",
    "FeeKind",
    "Note",
    "Offer",
    "OfferAbsence",
    "OfferChange",
    "OfferDay",
    "OfferEvent",
    "OfferSnapshot",
    "OfferStatus",
    "OfferUse",
    "OrderEvent",
    "OrderHistory",
    "OrderLine",
    "OrderStatus",
    "PartReading",
    "ReturnedLine",
    "SalesDay",
    "SharedKind",
    "SharedObject",
    "SharedSnapshot",
    "SnapshotPart",
    "ValueWords",
    "shown_name",
]
