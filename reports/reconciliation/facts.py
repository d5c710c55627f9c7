"""Loading what the comparison needs: the listed fields through time and the order lines of many offers at once."""

import uuid
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any

from accounts.models import SellerAccount
from offers.calendar import end_of_day, start_of_day
from offers.fields import PRICE, STATUS, STOCK, value_at
from offers.models import (
    CoverageGap,
    CustomerReturn,
    Offer,
    OfferAbsence,
    OfferChange,
    OfferSnapshot,
    OrderEvent,
    OrderLine,
    OrderStatus,
    ReturnedLine,
)
from offers.models.orders import AUTO_CANCELLED, BECAME_READY, PAID_ON_DELIVERY
from offers.record import contents
from offers.sales.returns import REJECTED
from offers.state.segments import STEP_COLUMNS, Reading, Segment, Step
from offers.state.timeline import Absence, Timeline
from offers.words.values import as_money
from reports.reconciliation.terms import Line, LineState

LISTED = (PRICE, STOCK, STATUS)
PARTS = tuple(dict.fromkeys(each.part for each in LISTED))
# The branches of a part's document in which the listed fields stand.
BRANCHES = {part: sorted({each.path[0] for each in LISTED if each.part == part}) for part in PARTS}
# What stands a day before and after a period is asked for too: days may be cut elsewhere than at Warsaw's midnight.
MARGIN = timedelta(days=1)

Key = tuple[uuid.UUID, str]
"""(offer, key of the field)."""


@dataclass(frozen=True, slots=True)
class Bought:
    """An order line and where it counts; its line takes the report's marketplace for its own."""

    currency: str
    marketplace: str
    line: Line

    def line_on(self, marketplace: str) -> Line:
        """The line for a report of `marketplace`."""
        return self.line if self.marketplace == marketplace else replace(self.line, is_own_marketplace=False)


@dataclass(slots=True)
class Side:
    """Our side of one offer; prices are Allegro's money objects."""

    offer: Offer | None = None
    prices: Sequence[Segment] = ()
    stocks: Sequence[Segment] = ()
    statuses: Sequence[Segment] = ()
    absences: Sequence[Absence] = ()
    stock: Timeline | None = None
    bought: list[Bought] = field(default_factory=list)

    def prices_in(self, currency: str) -> list[Segment]:
        """The spans of known price in one currency, as amounts."""
        found = []
        for span in self.prices:
            money = as_money(span.value)
            if money and money[1] == currency:
                found.append(Segment(span.since, span.until, money[0]))
        return found

    @property
    def currency(self) -> str:
        """The currency of the newest known price."""
        money = as_money(self.prices[-1].value) if self.prices else None
        return money[1] if money else self.offer.currency if self.offer else ""


def load_sides(account: SellerAccount, allegro_ids: Sequence[str], first: date, last: date) -> dict[str, Side]:
    """Our side of each of these offers around the days `first` to `last`. A fixed number of queries."""
    sides = {allegro_id: Side() for allegro_id in allegro_ids}
    offers = list(Offer.objects.filter(account=account, allegro_id__in=allegro_ids))
    timelines = load_timelines(account, offers, start_of_day(first) - MARGIN)
    absences = _absences(offers)
    for offer in offers:
        side = sides[offer.allegro_id]
        side.offer = offer
        side.absences = absences.get(offer.pk, ())
        side.stock = timelines[offer.pk, STOCK.key]
        side.prices = timelines[offer.pk, PRICE.key].segments()
        side.stocks = side.stock.segments()
        side.statuses = timelines[offer.pk, STATUS.key].segments()
    for allegro_id, bought in _bought(account, allegro_ids, first, last):
        sides[allegro_id].bought.append(bought)
    return sides


def load_gaps(account: SellerAccount) -> list[tuple[datetime, datetime]]:
    """When Allegro's journal of changes is not known."""
    return list(CoverageGap.objects.filter(account=account).order_by("since").values_list("since", "until"))


# The listed fields ----------------------------------------------------------------------------------------------------


def load_timelines(account: SellerAccount, offers: Sequence[Offer], since: datetime) -> dict[Key, Timeline]:
    """Price, stock and status of each offer on the account's own marketplace, right for all instants from `since` on.

    As `offers.state.loading.load_timelines`, but for many offers with as many queries as for one.
    """
    readings = _readings(account, offers, since)
    steps = _steps(offers, readings, since)
    absences = _absences(offers)
    return {
        (offer.pk, each.key): Timeline(
            each,
            "",
            readings.get((offer.pk, each.key), ()),
            steps.get((offer.pk, each.key), ()),
            confirmed=offer.confirmed_until,
            absences=absences.get(offer.pk, ()),
        )
        for offer in offers
        for each in LISTED
    }


def _readings(account: SellerAccount, offers: Sequence[Offer], since: datetime) -> dict[Key, list[Reading]]:
    stored = OfferSnapshot.objects.filter(offer__in=offers)
    found: dict[Key, list[Reading]] = defaultdict(list)
    for part in PARTS:
        of_part = stored.filter(part=part)
        branches = [f"document__{name}" for name in BRANCHES[part]]
        columns = ("offer_id", "first_seen_at", "last_seen_at", *branches)
        before = of_part.filter(first_seen_at__lte=since).order_by("offer_id", "-first_seen_at").distinct("offer_id")
        later = of_part.filter(first_seen_at__gt=since).order_by("first_seen_at")
        rows = [_Row.of(part, row) for query in (before, later) for row in query.values_list(*columns)]
        pieces = contents.load(account, (row.document for row in rows))
        for row in rows:
            document = contents.unpack(row.document, pieces)
            for each in LISTED:
                if each.part == part:
                    reading = Reading(row.first, row.last, value_at(document, each.path))
                    found[row.offer_id, each.key].append(reading)
    return found


@dataclass(frozen=True, slots=True)
class _Row:
    """The branches that matter of one snapshot."""

    offer_id: uuid.UUID
    first: datetime
    last: datetime
    document: dict[str, Any]

    @classmethod
    def of(cls, part: str, row: Sequence[Any]) -> "_Row":
        offer_id, first, last, *values = row
        return cls(offer_id, first, last, dict(zip(BRANCHES[part], values, strict=True)))


def _steps(
    offers: Sequence[Offer], readings: Mapping[Key, Sequence[Reading]], since: datetime
) -> dict[Key, list[Step]]:
    """The changes from the reading next to `since` on."""
    begins = [min(reading.first for reading in found) for found in readings.values() if found]
    begin = min([since, *begins])
    rows = OfferChange.objects.filter(
        offer__in=offers, field__in=[each.key for each in LISTED], marketplace="", not_after__gt=begin
    )
    found: dict[Key, list[Step]] = defaultdict(list)
    columns = ("offer_id", "field", *STEP_COLUMNS)
    for offer_id, key, *row in rows.order_by("not_after", "id").values_list(*columns):
        first = min((reading.first for reading in readings.get((offer_id, key), ())), default=None)
        step = Step.of_row(*row)
        if first is None or first > since or step.not_after > first:
            found[offer_id, key].append(step)
    return found


def _absences(offers: Sequence[Offer]) -> dict[uuid.UUID, list[Absence]]:
    found: dict[uuid.UUID, list[Absence]] = defaultdict(list)
    rows = OfferAbsence.objects.filter(offer__in=offers).order_by("since")
    for offer_id, since, until in rows.values_list("offer_id", "since", "until"):
        found[offer_id].append((since, until))
    return found


# Orders ---------------------------------------------------------------------------------------------------------------

LINE_COLUMNS = (
    "line_item_id", "order_id", "allegro_offer_id", "status", "marketplace", "currency", "quantity", "unit_price",
    "original_price", "bought_at", "paid_at", "payment_type",
)  # fmt: skip


def _bought(
    account: SellerAccount, allegro_ids: Sequence[str], first: date, last: date
) -> Iterable[tuple[str, Bought]]:
    rows = list(
        OrderLine.objects.filter(
            account=account,
            superseded_at__isnull=True,
            allegro_offer_id__in=allegro_ids,
            bought_at__gte=start_of_day(first) - MARGIN,
            bought_at__lt=end_of_day(last) + MARGIN,
        )
        .order_by("bought_at", "line_item_id")
        .values(*LINE_COLUMNS)
    )
    told = _told(account, {row["order_id"] for row in rows})
    returned, refused = _returned(account, {row["order_id"] for row in rows})
    cancelled = [row for row in rows if row["status"] == OrderStatus.CANCELLED]
    sold, followed = _earlier(account, {row["line_item_id"] for row in cancelled})
    for row in rows:
        ready_at = told.get((row["order_id"], BECAME_READY))
        nobody_paid = (row["order_id"], AUTO_CANCELLED) in told
        was_ready = bool(ready_at or row["paid_at"] or row["line_item_id"] in sold)
        # Of an order that is paid on delivery nothing but its own history tells whether it was ready once.
        is_on_trust = row["payment_type"] == PAID_ON_DELIVERY and row["line_item_id"] not in followed
        was_ready = was_ready or (is_on_trust and not nobody_paid)
        line = Line(
            bought_at=row["bought_at"],
            counted_at=max(row["bought_at"], ready_at or row["paid_at"] or row["bought_at"]),
            pieces=row["quantity"],
            price=row["unit_price"],
            list_price=row["original_price"] or row["unit_price"],
            state=_state(row["status"], was_ready=was_ready),
            returned=min(row["quantity"], returned[row["line_item_id"]]),
            refused=min(row["quantity"], refused[row["line_item_id"]]),
        )
        yield row["allegro_offer_id"], Bought(row["currency"], row["marketplace"], line)


def _state(status: str, *, was_ready: bool) -> LineState:
    """How a line counts: sold, sold and cancelled, or never ready to be sent."""
    if status == OrderStatus.READY:
        return LineState.COUNTED
    return LineState.CANCELLED if status == OrderStatus.CANCELLED and was_ready else LineState.UNPAID


def _told(account: SellerAccount, order_ids: set[str]) -> dict[tuple[str, str], datetime]:
    """When the journal told of each order that it was ready, and that nobody paid: by (order, event)."""
    rows = OrderEvent.objects.filter(
        account=account, order_id__in=order_ids, type__in=(BECAME_READY, AUTO_CANCELLED)
    ).order_by("-occurred_at")
    return {(order_id, kind): at for order_id, kind, at in rows.values_list("order_id", "type", "occurred_at")}


def _returned(account: SellerAccount, order_ids: set[str]) -> tuple[Counter[str], Counter[str]]:
    """How many pieces of each line came back or are on their way, and of how many the return was refused."""
    lines = ReturnedLine.objects.filter(account=account, order_id__in=order_ids).exclude(line_item_id="")
    rejected = CustomerReturn.objects.filter(account=account, superseded_at__isnull=True, status=REJECTED)
    refused_ids = set(rejected.filter(order_id__in=order_ids).values_list("return_id", flat=True))
    returned: Counter[str] = Counter()
    refused: Counter[str] = Counter()
    for return_id, line_item_id, quantity in lines.values_list("return_id", "line_item_id", "quantity"):
        (refused if return_id in refused_ids else returned)[line_item_id] += quantity
    return returned, refused


def _earlier(account: SellerAccount, line_item_ids: set[str]) -> tuple[set[str], set[str]]:
    """Those that were ready in an earlier state, and those of which an earlier state is known at all."""
    rows = OrderLine.objects.filter(account=account, superseded_at__isnull=False, line_item_id__in=line_item_ids)
    states = list(rows.values_list("line_item_id", "status"))
    ready = {line_item_id for line_item_id, status in states if status == OrderStatus.READY}
    return ready, {line_item_id for line_item_id, _status in states}
