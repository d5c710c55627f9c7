"""The record of customer returns: states are only added, pieces linked to their order's line where that is sure."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db import transaction

from accounts.models import SellerAccount
from offers.models import CustomerReturn, OrderLine, ReturnedLine
from offers.record.storing import fitting

# Not coming back: the seller refused the return and the pieces stay sold.
REJECTED = "REJECTED"
LINKED_AT_ONCE = 2000


@dataclass(frozen=True, slots=True)
class DeclaredItem:
    """Pieces of one offer in a return; `price` is gross, per piece."""

    allegro_offer_id: str
    quantity: int
    price: Decimal | None
    currency: str
    reason: str


@dataclass(frozen=True, slots=True)
class DeclaredReturn:
    """One customer return without the buyer."""

    id: str
    order_id: str
    marketplace: str
    status: str
    declared_at: datetime
    is_fulfillment: bool | None
    rejection: str
    rejected_at: datetime | None
    items: tuple[DeclaredItem, ...]


STATE_COLUMNS = ("order_id", "marketplace", "status", "rejection", "rejected_at", "is_fulfillment")


@transaction.atomic
def record_returns(account: SellerAccount, returns: Sequence[DeclaredReturn], read_at: datetime) -> int:
    """Store the states of `returns` that are new, and the pieces of returns that are. Returns how many states."""
    fresh = {each.id: _as_state(account, each, read_at) for each in returns}
    current = {
        state.return_id: state
        for state in CustomerReturn.objects.select_for_update().filter(
            account=account, return_id__in=fresh, superseded_at__isnull=True
        )
    }
    changed = [state for state in fresh.values() if _differs(current.get(state.return_id), state)]
    replaced = [current[state.return_id].pk for state in changed if state.return_id in current]
    CustomerReturn.objects.filter(pk__in=replaced).update(superseded_at=read_at)
    CustomerReturn.objects.bulk_create(changed)
    new = [each for each in {each.id: each for each in returns}.values() if each.id not in current]
    lines = [line for each in new for line in _lines(account, each, read_at)]
    ReturnedLine.objects.bulk_create(lines, ignore_conflicts=True)
    return len(changed)


def link_returned_lines(account: SellerAccount) -> int:
    """Link pieces to the one line that they can be of, also of orders read since. Returns how many were linked."""
    waiting = list(ReturnedLine.objects.filter(account=account, line_item_id="").exclude(order_id=""))
    linked: list[ReturnedLine] = []
    for begin in range(0, len(waiting), LINKED_AT_ONCE):
        some = waiting[begin : begin + LINKED_AT_ONCE]
        candidates = _candidates(account, {line.order_id for line in some})
        for line in some:
            found = candidates.get((line.order_id, line.allegro_offer_id), [])
            if len(found) == 1:
                line.line_item_id = found[0]
                linked.append(line)
    ReturnedLine.objects.bulk_update(linked, ["line_item_id"], batch_size=LINKED_AT_ONCE)
    return len(linked)


def _candidates(account: SellerAccount, order_ids: set[str]) -> dict[tuple[str, str], list[str]]:
    """The line items of orders, by order and offer."""
    found: dict[tuple[str, str], list[str]] = defaultdict(list)
    lines = OrderLine.objects.filter(account=account, order_id__in=order_ids, superseded_at__isnull=True)
    for order_id, offer_id, line_item_id in lines.values_list("order_id", "allegro_offer_id", "line_item_id"):
        found[order_id, offer_id].append(line_item_id)
    return found


def _as_state(account: SellerAccount, declared: DeclaredReturn, read_at: datetime) -> CustomerReturn:
    return CustomerReturn(
        account=account,
        return_id=declared.id,
        order_id=declared.order_id,
        marketplace=declared.marketplace or account.base_marketplace,
        status=fitting(CustomerReturn, "status", declared.status),
        rejection=fitting(CustomerReturn, "rejection", declared.rejection),
        rejected_at=declared.rejected_at,
        is_fulfillment=declared.is_fulfillment,
        declared_at=declared.declared_at,
        recorded_at=read_at,
    )


def _differs(stored: CustomerReturn | None, fresh: CustomerReturn) -> bool:
    return stored is None or any(getattr(stored, column) != getattr(fresh, column) for column in STATE_COLUMNS)


def _lines(account: SellerAccount, declared: DeclaredReturn, read_at: datetime) -> list[ReturnedLine]:
    return [
        ReturnedLine(
            account=account,
            return_id=declared.id,
            position=position,
            order_id=declared.order_id,
            allegro_offer_id=item.allegro_offer_id,
            quantity=item.quantity,
            unit_price=item.price,
            currency=item.currency,
            reason=fitting(ReturnedLine, "reason", item.reason),
            recorded_at=read_at,
        )
        for position, item in enumerate(declared.items)
    ]
