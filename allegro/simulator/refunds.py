"""Refunds of payments: for returned pieces, for paid orders that were cancelled, for a part of a price on complaint."""

from bisect import bisect_right
from dataclasses import dataclass, field
from decimal import Decimal

from allegro.simulator.chance import stream, uuid
from allegro.simulator.documents import Json, money
from allegro.simulator.instants import iso_millis
from allegro.simulator.orders import Line, Order
from allegro.simulator.returns import CustomerReturn

# The filter's names for the statuses of the answers, which differ from them.
FILTER_STATUSES = {
    "WAITING": ("NEW", "VALIDATED"),
    "IN_PROGRESS": ("IN_PROGRESS",),
    "SUCCESS": ("SUCCESS",),
    "CANCELED": ("CANCELED",),
    "PARTIAL": ("PARTIAL",),
}


@dataclass(frozen=True)
class RefundedLine:
    """Pieces of a line (then `amount` is None), or an amount of its price in the order's currency."""

    line: Line
    quantity: int = 0
    amount: Decimal | None = None

    @property
    def value(self) -> Decimal:
        """Return what the buyer gets back for the line, without deposits."""
        return self.line.price * self.quantity if self.amount is None else self.amount


@dataclass
class Refund:
    """An order to pay a buyer back; `history` is every status with its instant (microseconds UTC), oldest first."""

    id: str
    order: Order
    reason: str
    created_at: int
    lines: tuple[RefundedLine, ...]
    whole: bool
    attempt: int = 1
    comment: str | None = None
    history: list[tuple[int, str]] = field(default_factory=list)

    @property
    def delivery(self) -> Decimal:
        """Return the delivery cost that goes back: all of it with a whole order, else nothing."""
        return self.order.method[2] if self.whole else Decimal(0)

    @property
    def surcharges(self) -> Decimal:
        """Return the surcharges that go back with a whole order."""
        return sum((surcharge.amount for surcharge in self.order.surcharges), Decimal(0)) if self.whole else Decimal(0)

    @property
    def deposits(self) -> dict[str, Decimal]:
        """Return the deposits that go back with the pieces, by line item id."""
        returned = ((part.line.id, part.quantity * (part.line.extras.deposit or Decimal(0))) for part in self.lines)
        return {line_id: value for line_id, value in returned if value}

    @property
    def total(self) -> Decimal:
        """Return the whole amount, in the order's currency."""
        goods = sum((part.value for part in self.lines), Decimal(0))
        return goods + self.delivery + self.surcharges + sum(self.deposits.values())

    def status(self, at: int) -> str:
        """Return the status at an instant not before the refund was made."""
        return self.history[bisect_right(self.history, at, key=lambda entry: entry[0]) - 1][1]


def refund_of_return(seed: int, found: CustomerReturn, created_at: int) -> Refund:
    """Return the refund of a finished return; delivery goes back only if nothing is kept."""
    lines = tuple(RefundedLine(item.line, item.quantity) for item in found.items)
    whole = {part.line.id: part.quantity for part in lines} == {line.id: line.quantity for line in found.order.lines}
    return _refund(seed, found.order, "REFUND", created_at, lines, whole=whole)


def refund_of_cancellation(seed: int, order: Order, created_at: int) -> Refund:
    """Return the refund of a paid order that was cancelled: everything, surcharges included."""
    lines = tuple(RefundedLine(line, line.quantity) for line in order.lines)
    return _refund(seed, order, "CANCELLED_BY_BUYER", created_at, lines, whole=True)


def refund_of_complaint(seed: int, order: Order, created_at: int, share: Decimal) -> Refund:
    """Return the refund of a share (0..1) of the first line's value after a complaint."""
    line = order.lines[0]
    amount = (line.price * line.quantity * share).quantize(Decimal("0.01"))
    return _refund(seed, order, "COMPLAINT", created_at, (RefundedLine(line, amount=amount),), whole=False)


def next_attempt(seed: int, failed: Refund, created_at: int) -> Refund:
    """Return the refund that a seller orders after the wallet held too little for an earlier one."""
    attempt = failed.attempt + 1
    lines, whole = failed.lines, failed.whole
    return _refund(seed, failed.order, failed.reason, created_at, lines, whole=whole, attempt=attempt)


def _refund(
    seed: int,
    order: Order,
    reason: str,
    created_at: int,
    lines: tuple[RefundedLine, ...],
    *,
    whole: bool,
    attempt: int = 1,
) -> Refund:
    rng = stream(seed, "refund", order.id, reason, attempt)
    comment = "Rabat za uszkodzone opakowanie" if reason == "COMPLAINT" else None
    return Refund(uuid(rng), order, reason, created_at, lines, whole, attempt, comment, [(created_at, "NEW")])


def refund_document(refund: Refund, now: int) -> Json:
    """Return a refund as GET /payments/refunds shows it at an instant."""
    currency = refund.order.currency
    document: Json = {
        "id": refund.id,
        "payment": {"id": refund.order.payment_id},
        "order": {"id": refund.order.id},
        "reason": refund.reason,
        "status": refund.status(now),
        "createdAt": iso_millis(refund.created_at),
        "totalValue": money(refund.total, currency),
        "lineItems": [_line(part, currency) for part in refund.lines],
        "surcharges": _surcharges(refund),
        "deposits": [
            {"lineItemId": line_id, "totalValue": money(value, currency)} for line_id, value in refund.deposits.items()
        ],
    }
    if refund.delivery:
        document["delivery"] = {"value": money(refund.delivery, currency)}
    if refund.comment:
        document["sellerComment"] = refund.comment
    return document


def _line(part: RefundedLine, currency: str) -> Json:
    if part.amount is None:
        return {"id": part.line.id, "type": "QUANTITY", "quantity": part.quantity, "value": None}
    return {"id": part.line.id, "type": "AMOUNT", "value": money(part.amount, currency)}


def _surcharges(refund: Refund) -> list[Json]:
    if not refund.whole:
        return []
    currency = refund.order.currency
    return [{"id": paid.id, "value": money(paid.amount, currency)} for paid in refund.order.surcharges]
