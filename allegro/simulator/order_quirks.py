"""Oddities of orders, their journal and their money, made to happen on demand at the world's present instant."""

from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from random import Random
from typing import Any

from allegro.simulator.billing import TYPES, BillingEntry
from allegro.simulator.books import Books
from allegro.simulator.catalogue import BASE_MARKETPLACE, CURRENCIES, SELLERS
from allegro.simulator.chance import stream, uuid
from allegro.simulator.documents import Json
from allegro.simulator.instants import DAY, HOUR, MINUTE, SECOND
from allegro.simulator.milestones import CANCELLED, note
from allegro.simulator.offer import Offer
from allegro.simulator.orders import Extras, Order, Reconciliation, Surcharge, new_order
from allegro.simulator.returns import declare
from allegro.simulator.selling import add_line, enter, move, pay, plan_expiry, plan_fulfillment, tell
from allegro.simulator.world import World

DISCOUNTS = (
    "BUNDLE",
    "UNIT_PERCENTAGE_DISCOUNT",
    "WHOLESALE_PRICE_LIST",
    "LARGE_ORDER_DISCOUNT",
    "TURNOVER_DISCOUNT",
    "COUPON",
    "CAMPAIGN",
)
_STAGES = ("BOUGHT", "FILLED_IN", "READY_FOR_PROCESSING")


def _require(condition: object, message: str) -> None:
    """Raise ValueError, which refuses the quirk, unless the condition holds."""
    if not condition:
        raise ValueError(message)


def _one_of(value: Any, allowed: tuple[str, ...]) -> str:
    _require(value in allowed, f"{value!r} is not one of {', '.join(allowed)}")
    return str(value)


def _amount(text: Any) -> Decimal:
    try:
        return Decimal(str(text))
    except InvalidOperation:
        raise ValueError(f"{text!r} is no amount") from None


def _number(value: Any, lowest: int) -> int:
    _require(int(value) >= lowest, f"{value!r} is below {lowest}")
    return int(value)


def _unpaid(world: World, body: Json) -> Order:
    order = world.orders[body["order_id"]]
    _require(order.stands and order.ready_at is None, "the order is not waiting for its payment")
    return order


def _missing_ready(world: World, body: Json) -> None:
    """An order is paid now, but READY_FOR_PROCESSING is missing and sent hours later (allegro-api issue 8623)."""
    order, hours = _unpaid(world, body), _number(body.get("hours", 6), 1)
    pay(world, stream(world.seed, "missing ready", order.id), order, hours * HOUR)


def _cancel_before_ready(world: World, body: Json) -> None:
    """A paid order is cancelled, and BUYER_CANCELLED comes before READY_FOR_PROCESSING (allegro-api issue 5900)."""
    order, minutes = _unpaid(world, body), _number(body.get("minutes", 30), 1)
    rng = stream(world.seed, "cancel before ready", order.id)
    pay(world, rng, order, minutes * MINUTE)
    move(world, rng, order, "CANCELLED", "BUYER_CANCELLED")


def _duplicate_order_events(world: World, body: Json) -> None:
    """The newest event of an order comes again under other ids, all else equal (allegro-api issue 10716)."""
    order = world.orders[body["order_id"]]
    journal = world.order_journals[order.seller_id]
    newest = next(event for event in reversed(journal.events) if event.subject is order)
    for _ in range(_number(body.get("times", 1), 1)):
        journal.append(world.now, newest.type, order, occurred_at=newest.occurred_at, **newest.payload)


def _surcharge(world: World, body: Json) -> None:
    """The buyer pays extra for a paid order: a second READY_FOR_PROCESSING (allegro-api issue 2235)."""
    order, amount = world.orders[body["order_id"]], _amount(body.get("amount", "10.00"))
    _require(amount > 0, "the amount must be above 0")
    _require(order.stands and order.paid_at is not None and order.delivered_at is None, "not a paid order under way")
    rng = stream(world.seed, "surcharge", order.id, len(order.surcharges))
    paid = Surcharge(uuid(rng), amount, world.now)
    order.surcharges.append(paid)
    order.move(world.now, order.status)
    world.of(Books).settle().take_surcharge(order, paid)
    tell(world, rng, order, "READY_FOR_PROCESSING")


def _silent_cancellation(world: World, body: Json) -> None:
    """An order is cancelled and an event says so, but its updatedAt does not move (allegro-api issue 8419)."""
    order = world.orders[body["order_id"]]
    _require(order.stands and order.delivered_at is None, "the order was delivered or cancelled before")
    order.move(order.updated_at, "CANCELLED")
    order.cancelled_at = world.now
    note(world, CANCELLED, order)
    tell(world, stream(world.seed, "silent cancellation", order.id), order, "BUYER_CANCELLED")


def _journal_delay(world: World, body: Json) -> None:
    """An incident: for a while, a journal publishes its events hours late (allegro-api issues 4872, 5134)."""
    journals = {"offers": world.offer_journals, "orders": world.order_journals}[body["journal"]]
    late, lasting = _number(body.get("hours", 3), 1), _number(body.get("lasting_hours", 2), 1)
    journals[str(body["seller"])].suffer(world.now, world.now + lasting * HOUR, late * HOUR)


def _special_order(world: World, body: Json) -> None:
    """One order of given lines, with discounts, Allegro Prices and deposits, as far as `until` says.

    Each of `lines` has an offer_id and may have a quantity, price, original_price, discounts, deposit (per unit) and
    reconciliation {"value", "type": BILLING or WALLET, "quantity"}: issues 2650, 4279, 9790, 11428.
    """
    marketplace = _one_of(body.get("marketplace", BASE_MARKETPLACE), tuple(CURRENCIES))
    until = _one_of(body.get("until", _STAGES[-1]), _STAGES)
    payment = _one_of(body.get("payment", "ONLINE"), ("ONLINE", "CASH_ON_DELIVERY"))
    wishes = [(world.offers[row["offer_id"]], row, _extras(row)) for row in body["lines"]]
    _check_wishes([(offer, _number(row.get("quantity", 1), 1)) for offer, row, _ in wishes], marketplace)
    prices = [_amount(row["price"]) if "price" in row else None for _, row, _ in wishes]
    rng = stream(world.seed, "special order", world.now, len(world.orders))
    order = new_order(rng, wishes[0][0].seller_id, marketplace, CURRENCIES[marketplace], world.now)
    order.payment = payment
    for (offer, row, extras), price in zip(wishes, prices, strict=True):
        add_line(world, rng, order, offer, int(row.get("quantity", 1)), price=price, extras=extras)
    enter(world, order)
    _live(world, rng, order, until)


def _check_wishes(wishes: list[tuple[Offer, int]], marketplace: str) -> None:
    _require(wishes, "no lines")
    _require(len({offer.id for offer, _ in wishes}) == len(wishes), "an offer stands in two lines")
    _require(len({offer.seller_id for offer, _ in wishes}) == 1, "the offers belong to two sellers")
    for offer, quantity in wishes:
        _require(offer.buyable and marketplace in offer.marketplaces, f"{offer.id} is not sold on {marketplace}")
        _require(quantity <= offer.stock, f"{offer.id} has only {offer.stock} pieces")


def _extras(row: Json) -> Extras:
    subsidy = row.get("reconciliation")
    return Extras(
        original_price=_amount(row["original_price"]) if "original_price" in row else None,
        discounts=tuple(_one_of(kind, DISCOUNTS) for kind in row.get("discounts", ())),
        reconciliation=_reconciliation(subsidy) if subsidy else None,
        deposit=_amount(row["deposit"]) if "deposit" in row else None,
    )


def _reconciliation(body: Json) -> Reconciliation:
    kind = _one_of(body.get("type", "BILLING"), ("BILLING", "WALLET"))
    return Reconciliation(_amount(body["value"]), kind, _number(body.get("quantity", 1), 1))


def _live(world: World, rng: Random, order: Order, until: str) -> None:
    """Let an order reach a status at once; what is not paid then expires, what is paid will be delivered.

    Lags of the events keep them in their order.
    """
    tell(world, rng, order, "BOUGHT")
    if until != "BOUGHT":
        move(world, rng, order, "FILLED_IN", "FILLED_IN", lag=3 * SECOND)
    if until == "READY_FOR_PROCESSING":
        pay(world, rng, order, 6 * SECOND)
        plan_fulfillment(world, rng, order, world.now)
    else:
        plan_expiry(world, rng, order)


def _customer_return(world: World, body: Json) -> None:
    """A return of a delivered order is declared now: `quantities` of pieces by line item id, all of it without them."""
    order, books = world.orders[body["order_id"]], world.of(Books).settle()
    bought = {line.id: line.quantity for line in order.lines}
    quantities = {line_id: _number(pieces, 1) for line_id, pieces in dict(body.get("quantities", bought)).items()}
    _require(quantities and all(pieces <= bought[line_id] for line_id, pieces in quantities.items()), "too many pieces")
    _require(order.delivered_at is not None, "the order was not delivered")
    _require(order.id not in books.returned_orders, "the order has a return, or will have one")
    books.plan_return(declare(world.seed, order, world.now, quantities))


def _billing_entry(world: World, body: Json) -> None:
    """A charge or credit of any known type for an account, such as LIS, or HB4 days after the sale (issue 13803).

    With `days_late` it appears now but is dated that many days ago.
    """
    seller = _one_of(str(body["seller"]), tuple(SELLERS))
    marketplace = _one_of(body.get("marketplace", BASE_MARKETPLACE), tuple(CURRENCIES))
    kind, books = _one_of(body["type"], tuple(TYPES)), world.of(Books).settle()
    rng = stream(world.seed, "billing entry", seller, world.now, len(books.entries[seller]))
    entry = BillingEntry(
        uuid(rng),
        seller,
        marketplace,
        world.now - _number(body.get("days_late", 0), 0) * DAY,
        kind,
        _amount(body["amount"]),
        CURRENCIES[marketplace],
    )
    if "offer_id" in body:
        entry.offer_id, entry.offer_name = str(body["offer_id"]), world.offers[body["offer_id"]].title
        entry.named_at = world.now + HOUR
    entry.order_id = body.get("order_id")
    books.bill(entry)


QUIRKS: dict[str, Callable[[World, Json], None]] = {
    "missing_ready": _missing_ready,
    "cancel_before_ready": _cancel_before_ready,
    "duplicate_order_events": _duplicate_order_events,
    "surcharge": _surcharge,
    "silent_cancellation": _silent_cancellation,
    "journal_delay": _journal_delay,
    "special_order": _special_order,
    "customer_return": _customer_return,
    "billing_entry": _billing_entry,
}
