"""The books of the world: returns, refunds, billing and wallets, kept from the milestones of its orders.

They are written up when somebody reads them, but what stands in them depends on the milestones and the seed alone: all
postings wait in a heap of their own and are entered in order of time, so neither the world's happenings nor its random
numbers notice them.
"""

import heapq
from bisect import insort
from collections import defaultdict
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING

from allegro.simulator import ads, billing, refunds
from allegro.simulator.ads import EARLIER_DAYS, Ads
from allegro.simulator.billing import BillingEntry
from allegro.simulator.catalogue import CURRENCIES, SELLERS
from allegro.simulator.chance import stream, uuid
from allegro.simulator.instants import DAY, HOUR, MINUTE, SECOND, day_start, warsaw_clock
from allegro.simulator.milestones import CANCELLED, DELIVERED, READY, Milestone, Milestones
from allegro.simulator.orders import Order, Surcharge
from allegro.simulator.refunds import Refund
from allegro.simulator.returns import CustomerReturn, draw_return
from allegro.simulator.wallets import AVAILABLE, WAITING, Operation

if TYPE_CHECKING:
    from allegro.simulator.world import World

Posting = Callable[[], None]

COMPLAINING = 0.01  # of the delivered orders paid online
HELD_BACK = 0.15  # of the payments wait three days before they can be paid out
WAIT = 3 * DAY
PAYOUT_DAYS = (0, 3)  # Monday and Thursday


class Books:
    """What follows from orders, per seller account; call `settle` before reading."""

    def __init__(self, world: "World") -> None:
        self.returns: dict[str, list[CustomerReturn]] = defaultdict(list)
        self.refunds: dict[str, list[Refund]] = defaultdict(list)
        self.entries: dict[str, list[BillingEntry]] = defaultdict(list)
        self.operations: dict[str, list[Operation]] = defaultdict(list)
        self.returned_orders: set[str] = set()
        self._world = world
        self._seed = world.seed
        self._debts: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
        self._wallets: dict[tuple[str, str, str], Decimal] = defaultdict(Decimal)
        self._heap: list[tuple[int, str, Posting]] = []
        self._read = 0
        self._next_day = world.start_day - timedelta(days=EARLIER_DAYS)

    def settle(self) -> "Books":
        """Enter everything up to the world's present, and return the books themselves."""
        milestones = self._world.of(Milestones).rows
        for milestone in milestones[self._read :]:
            _PLANS[milestone.kind](self, milestone)
        self._read = len(milestones)
        while day_start(self._next_day) <= self._world.now:
            self._plan_day(self._next_day)
            self._next_day += timedelta(days=1)
        while self._heap and self._heap[0][0] <= self._world.now:
            heapq.heappop(self._heap)[2]()
        return self

    def _plan(self, at: int, key: str, posting: Posting) -> None:
        heapq.heappush(self._heap, (at, key, posting))

    def _plan_entry(self, entry: BillingEntry) -> None:
        self._plan(entry.at, entry.id, partial(self.bill, entry))

    def bill(self, entry: BillingEntry) -> None:
        """Enter a row of billing, and the balance after it."""
        account = (entry.seller_id, entry.marketplace)
        self._debts[account] += entry.value
        entry.balance = self._debts[account]
        insort(self.entries[entry.seller_id], entry, key=lambda row: row.at)

    def _operate(self, operation: Operation) -> None:
        wallet = (operation.seller_id, operation.currency, operation.wallet)
        self._wallets[wallet] += operation.value
        operation.balance = self._wallets[wallet]
        insort(self.operations[operation.seller_id], operation, key=lambda row: row.at)

    def _plan_ready(self, milestone: Milestone) -> None:
        order = milestone.order
        for line in order.lines:
            self._plan_entry(billing.commission_entry(self._seed, order, line, milestone.at))
            subsidy = line.extras.reconciliation
            if subsidy and subsidy.type == "BILLING":
                self._plan_entry(billing.subsidy_entry(self._seed, order, line, subsidy.value, milestone.at))
        if order.payment == "ONLINE":
            self._plan_contribution(order, milestone.at + SECOND)

    def _plan_contribution(self, order: Order, at: int) -> None:
        value = order.total + order.paid_by_allegro
        paid = Operation(order.seller_id, at, "CONTRIBUTION", value, order.currency, order)
        if stream(self._seed, "held back", order.id).random() < HELD_BACK:
            paid.wallet = WAITING
            self._plan(at + WAIT, order.id, partial(self._release, paid))
        self._plan(at, order.id, partial(self._operate, paid))

    def _release(self, waiting: Operation) -> None:
        """Let a payment that waited be available: it leaves the one wallet's list and enters the other's."""
        self._wallets[waiting.seller_id, waiting.currency, WAITING] -= waiting.value
        self.operations[waiting.seller_id].remove(waiting)
        at = waiting.at + WAIT
        order = waiting.order
        self._operate(Operation(waiting.seller_id, at, "CONTRIBUTION", waiting.value, waiting.currency, order))

    def _plan_cancelled(self, milestone: Milestone) -> None:
        """Give back what was paid, and the commission; an order never ready had neither."""
        order = milestone.order
        if order.ready_at is None:
            return
        rng = stream(self._seed, "cancellation", order.id)
        self._plan_commission_refunds(
            order, {line.id: line.quantity for line in order.lines}, milestone.at + rng.randint(DAY, 3 * DAY)
        )
        if order.paid_at is not None:
            created = milestone.at + rng.randint(MINUTE, 20 * HOUR)
            refund = refunds.refund_of_cancellation(self._seed, order, created)
            self._plan(created, refund.id, partial(self._begin_refund, refund))

    def _plan_commission_refunds(self, order: Order, quantities: dict[str, int], at: int) -> None:
        for line in order.lines:
            if line.id in quantities:
                self._plan_entry(billing.commission_refund(self._seed, order, line, quantities[line.id], at))

    def _plan_delivered(self, milestone: Milestone) -> None:
        order = milestone.order
        found = draw_return(self._seed, order)
        if found:
            self.plan_return(found)
            return
        rng = stream(self._seed, "complaint", order.id)
        if order.paid_at is not None and rng.random() < COMPLAINING:
            created = milestone.at + rng.randint(DAY, 10 * DAY)
            share = Decimal(rng.randint(10, 50)) / 100
            refund = refunds.refund_of_complaint(self._seed, order, created, share)
            self._plan(created, refund.id, partial(self._begin_refund, refund))

    def plan_return(self, found: CustomerReturn) -> None:
        """Plan a return from its declaration to the refund of its commission."""
        self.returned_orders.add(found.order.id)
        self._plan(found.created_at, found.id, partial(self.returns[found.order.seller_id].append, found))
        finished, refunded = found.entered("FINISHED"), found.entered("COMMISSION_REFUNDED")
        if finished is not None and found.order.paid_at is not None:
            # The seller orders the refund, then closes the return; an empty wallet may still stop the money.
            created = finished - 5 * MINUTE
            refund = refunds.refund_of_return(self._seed, found, created)
            self._plan(created, refund.id, partial(self._begin_refund, refund))
        if refunded is not None:
            quantities = {item.line.id: item.quantity for item in found.items}
            self._plan_commission_refunds(found.order, quantities, refunded)

    def take_surcharge(self, order: Order, paid: Surcharge) -> None:
        """Enter a surcharge that the buyer paid just now."""
        at = paid.paid_at + SECOND
        surcharge = Operation(order.seller_id, at, "SURCHARGE", paid.amount, order.currency, order, paid.id)
        self._plan(at, paid.id, partial(self._operate, surcharge))

    def _begin_refund(self, refund: Refund) -> None:
        self.refunds[refund.order.seller_id].append(refund)
        refund.history.append((refund.created_at + 10 * SECOND, "IN_PROGRESS"))
        self._plan(refund.created_at + 4 * MINUTE, refund.id, partial(self._pay_refund, refund))

    def _pay_refund(self, refund: Refund) -> None:
        """Take the refund from the wallet; one that holds too little cancels it a day later (allegro-api issue 13740).

        The seller then orders it again, until it succeeds.
        """
        order, at = refund.order, refund.created_at + 4 * MINUTE
        if self._wallets[order.seller_id, order.currency, AVAILABLE] < refund.total:
            refund.history.append((at + DAY, "CANCELED"))
            again = refunds.next_attempt(self._seed, refund, at + DAY + HOUR)
            self._plan(again.created_at, again.id, partial(self._begin_refund, again))
            return
        refund.history.append((at, "SUCCESS"))
        self._operate(Operation(order.seller_id, at, "REFUND_CHARGE", -refund.total, order.currency, order))

    def _plan_day(self, day: date) -> None:
        """Plan an account's Warsaw day: advertising cost, the fees taken from its income, and the payout."""
        for seller_id in SELLERS:
            cost = self._world.of(Ads).cost(seller_id, day - ads.DELAY)
            if cost:
                self._plan_entry(billing.ads_entry(self._seed, seller_id, day, cost))
            deducted, paid_out = warsaw_clock(day, 23), warsaw_clock(day, 4)
            self._plan(deducted, f"deduction {seller_id}", partial(self._deduct, seller_id, deducted))
            if day.weekday() in PAYOUT_DAYS:
                self._plan(paid_out, f"payout {seller_id}", partial(self._pay_out, seller_id, paid_out))

    def _deduct(self, seller_id: str, at: int) -> None:
        """Take the billing debts from the wallets, as far as these reach.

        Allegro does so about every hour (allegro-api issue 8552), this world once a day.
        """
        for marketplace, currency in CURRENCIES.items():
            debt = -self._debts[seller_id, marketplace]
            amount = min(debt, self._wallets[seller_id, currency, AVAILABLE])
            if amount <= 0:
                continue
            rng = stream(self._seed, "deduction", seller_id, marketplace, at)
            self._operate(Operation(seller_id, at, "DEDUCTION_CHARGE", -amount, currency, reference=uuid(rng)))
            self.bill(BillingEntry(uuid(rng), seller_id, marketplace, at, "PAD", amount, currency))

    def _pay_out(self, seller_id: str, at: int) -> None:
        for currency in CURRENCIES.values():
            amount = self._wallets[seller_id, currency, AVAILABLE]
            if amount > 0:
                reference = uuid(stream(self._seed, "payout", seller_id, currency, at))
                self._operate(Operation(seller_id, at, "PAYOUT", -amount, currency, reference=reference))


_PLANS: dict[str, Callable[[Books, Milestone], None]] = {
    READY: Books._plan_ready,
    CANCELLED: Books._plan_cancelled,
    DELIVERED: Books._plan_delivered,
}
