"""The words of the reconciliation: measures, statuses, reasons, and the plain values that it works on. No Django here.

Money is in the report's currency, instants are aware, periods are whole Warsaw days.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import IntEnum, StrEnum
from typing import Any

from offers.calendar import end_of_day, start_of_day
from offers.state.segments import Segment
from offers.state.timeline import FieldState


class Measure(StrEnum):
    """What is compared."""

    PRICE = "price"
    """The report's average price against the price weighted by time."""
    STOCK = "stock"
    """The ending quantity against the stock at the end of the last day."""
    UNITS = "units"
    REVENUE = "revenue"


SALES = (Measure.UNITS, Measure.REVENUE)


class Status(StrEnum):
    """How the two values stand to each other."""

    AGREES = "agrees"
    DIFFERS = "differs"
    OUTDATED = "outdated"
    """Right when the file was made, before its days were over, and the value has moved on since."""
    NO_REFERENCE = "no_reference"
    """One of the two is not known."""


class Code(StrEnum):
    """A reason for a difference, or for the lack of something to compare with."""

    # What other way of counting the same orders gives the report's figure.
    CANCELLED = "cancelled"
    UNPAID = "unpaid"
    RETURNS = "returns"
    RETURNS_REFUSED = "returns_refused"
    UTC_DAYS = "utc_days"
    MARKETPLACES = "marketplaces"
    BEFORE_DISCOUNTS = "before_discounts"
    EXPORT_OLDER = "export_older"
    # Price and stock.
    PRICE_CHANGED = "price_changed"
    SALES_WEIGHTED = "sales_weighted"
    STOCK_EARLIER = "stock_earlier"
    CHANGED_SINCE = "changed_since"
    # What was going on at the time.
    LAST_DAY = "last_day"
    NOT_ACTIVE = "not_active"
    COVERAGE_GAP = "coverage_gap"
    OTHER_REPORT = "other_report"
    PARTLY_KNOWN = "partly_known"
    # Why there is nothing to compare with.
    NOT_IN_REPORT = "not_in_report"
    HISTORY_BEGINS = "history_begins"
    NOT_READ_YET = "not_read_yet"
    VALUE_UNKNOWN = "value_unknown"
    UNKNOWN_OFFER = "unknown_offer"
    OTHER_CURRENCY = "other_currency"
    OTHER_MARKETPLACE = "other_marketplace"
    NONE_FOUND = "none_found"


class Weight(IntEnum):
    """How much a reason explains; the least comes first."""

    EXACT = 0
    """With it the two values are the same."""
    PART = 1
    """It takes away a part of the difference."""
    AROUND = 2
    """It was so at the time; how much it explains cannot be said."""


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason with the facts behind it: plain JSON values, money as text, instants in ISO 8601."""

    code: Code
    weight: Weight = Weight.AROUND
    facts: Mapping[str, Any] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """To be stored."""
        return {"code": self.code.value, "weight": int(self.weight), "facts": dict(self.facts)}


@dataclass(frozen=True, slots=True)
class Period:
    """The days of a report, both included, when the file was uploaded, and when it says that it was made (or None)."""

    first: date
    last: date
    uploaded_at: datetime
    exported_at: datetime | None = None

    @property
    def since(self) -> datetime:
        """The beginning of the first day."""
        return start_of_day(self.first)

    @property
    def until(self) -> datetime:
        """The end of the last day."""
        return end_of_day(self.last)

    @property
    def made_by(self) -> datetime:
        """By when the file was made: at the moment that it says itself, else before it was uploaded."""
        return self.exported_at or self.uploaded_at

    @property
    def known_until(self) -> datetime:
        """Up to when the file can know anything."""
        return max(self.since, min(self.until, self.made_by))

    @property
    def is_incomplete(self) -> bool:
        """Whether the last day was not over when the file was made, or at the latest uploaded."""
        return self.made_by < self.until


class LineState(StrEnum):
    """How an order line counts."""

    COUNTED = "counted"
    CANCELLED = "cancelled"
    """Paid, or never known to be unpaid, and cancelled later."""
    UNPAID = "unpaid"
    """Not paid, or cancelled because nobody paid."""


@dataclass(frozen=True, slots=True)
class Line:
    """One order line in the report's currency; prices per piece, gross.

    `counted_at` is when the order became ready for processing, as far as the journal told, else when it was bought.
    """

    bought_at: datetime
    counted_at: datetime
    pieces: int
    price: Decimal
    list_price: Decimal
    state: LineState
    returned: int = 0
    refused: int = 0
    """Pieces whose return the seller refused; `returned` are the others."""
    is_own_marketplace: bool = True


@dataclass(frozen=True, slots=True)
class Reported:
    """What one report says of one offer; None where the file does not say."""

    price: Decimal | None = None
    stock: int | None = None
    units: int | None = None
    revenue: Decimal | None = None

    def value(self, measure: Measure) -> Decimal | None:
        """The value of one measure."""
        found = getattr(self, measure)
        return None if found is None else Decimal(found)


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What is known of one offer in and around the period of one report.

    `prices` are the known spans of the price in the report's currency, `stocks` those of the stock, `statuses` those of
    the status, none of them clipped. `stock_at_end` is the stock at the last instant that the file can know.
    `sales_since` and `sales_until` tell of which time all orders are known; None where nothing is. `others` are further
    reports of exactly the same days: (name of the file, what it says). `holds_until` is the newest purchase that the
    report is known to hold, by offers of which it says what we say.
    """

    prices: Sequence[Segment] = ()
    stocks: Sequence[Segment] = ()
    statuses: Sequence[Segment] = ()
    absences: Sequence[tuple[datetime, datetime | None]] = ()
    stock_at_end: FieldState | None = None
    lines: Sequence[Line] = ()
    sales_since: date | None = None
    sales_until: datetime | None = None
    price_now: Decimal | None = None
    stock_now: int | None = None
    gaps: Sequence[tuple[datetime, datetime]] = ()
    others: Sequence[tuple[str, Reported]] = ()
    is_known: bool = True
    is_newest: bool = True
    is_in_report: bool = True
    holds_until: datetime | None = None
    other_currency: str = ""
    other_marketplace: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """One measure compared. `difference` is reported minus own; `percent` of the own value, None where that is zero.

    `known` tells for which share of the period (0 to 1) the own price is known; `low` and `high` are the bounds of a
    stock that moved between two readings around the instant asked for.
    """

    measure: Measure
    reported: Decimal | None
    own: Decimal | None
    status: Status
    now: Decimal | None = None
    difference: Decimal | None = None
    percent: Decimal | None = None
    known: Decimal | None = None
    low: int | None = None
    high: int | None = None
    reasons: Sequence[Reason] = ()
    is_open: bool = False
    """Whether a later reading may still tell more of the period."""
