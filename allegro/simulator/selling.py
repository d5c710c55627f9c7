"""A purchase and the life of its order, from BOUGHT to PICKED_UP or cancellation."""

from decimal import Decimal
from functools import partial
from random import Random

from allegro.simulator import demand
from allegro.simulator.catalogue import BASE_MARKETPLACE, CURRENCIES
from allegro.simulator.chance import uuid
from allegro.simulator.documents import Json
from allegro.simulator.editing import announce
from allegro.simulator.edits import FieldChange
from allegro.simulator.instants import DAY, HOUR, MINUTE, SECOND, iso_millis, warsaw_day
from allegro.simulator.lifecycle import sold_out
from allegro.simulator.milestones import CANCELLED, DELIVERED, READY, note
from allegro.simulator.offer import Offer
from allegro.simulator.orders import PLAIN, Extras, Line, Order, new_order
from allegro.simulator.truth import Action
from allegro.simulator.world import World

UNPAID_LIFE = 7 * DAY  # then Allegro cancels a prepaid order (allegro-api issue 4646)
_STATUSES = ("BOUGHT", "FILLED_IN", "READY_FOR_PROCESSING", "CANCELLED")
_MILESTONES = {"READY_FOR_PROCESSING": READY, "CANCELLED": CANCELLED}


def consider(world: World, offer: Offer, whim: float, *, home: str, sub_seed: int) -> None:
    """Let a person decide whether to buy: `whim` (0..1) against the offer's pull on the person's marketplace.

    Who finds the offer missing on the marketplace `home` looks at it on the base one.
    """
    marketplace = home if home in offer.marketplaces else BASE_MARKETPLACE
    pull = offer.visit_ramp.at(world.now) * offer.conversion_ramps[marketplace].at(world.now)
    if offer.buyable and whim * demand.HIGHEST_FACTOR < pull:
        buy(world, Random(sub_seed), offer, marketplace)


def buy(world: World, rng: Random, offer: Offer, marketplace: str) -> Order:
    """Buy one to three pieces of an offer, now and then with a second offer of the same seller."""
    order = new_order(rng, offer.seller_id, marketplace, CURRENCIES[marketplace], world.now)
    quantity = min(offer.stock, rng.choices((1, 2, 3), (87, 10, 3))[0])
    add_line(world, rng, order, offer, quantity)
    second = _second_offer(world, rng, offer, marketplace) if rng.random() < 0.08 else None
    if second:
        add_line(world, rng, order, second, 1)
    enter(world, order)
    begin_life(world, rng, order)
    return order


def enter(world: World, order: Order) -> None:
    """Put an order bought just now into the world's books."""
    world.orders[order.id] = order
    world.orders_by_time.append(order)


def begin_life(world: World, rng: Random, order: Order) -> None:
    """Tell that an order exists and plan what becomes of it."""
    tell(world, rng, order, "BOUGHT")
    _plan_life(world, rng, order)


def _second_offer(world: World, rng: Random, first: Offer, marketplace: str) -> Offer | None:
    choices = [
        offer
        for offer in world.offers_of(first.seller_id)
        if offer is not first and offer.buyable and offer.is_sought and marketplace in offer.marketplaces
    ]
    return rng.choice(choices) if choices else None


def add_line(
    world: World,
    rng: Random,
    order: Order,
    offer: Offer,
    quantity: int,
    *,
    price: Decimal | None = None,
    extras: Extras = PLAIN,
) -> None:
    """Buy pieces of an offer within an order and take them from the stock; `price` per unit goes before the offer's."""
    line = Line(
        id=uuid(rng),
        offer_id=offer.id,
        title=offer.title,
        external_id=(offer.document.get("external") or {}).get("id"),
        product_id=offer.document["productSet"][0]["product"]["id"],
        quantity=quantity,
        price=offer.price(order.marketplace) if price is None else price,
        bought_at=world.now,
        category_id=str(offer.document["category"]["id"]),
        extras=extras,
    )
    order.lines.append(line)
    offer.sold[order.marketplace].append((world.now, quantity))
    _take_from_stock(world, offer, order, line)


def _take_from_stock(world: World, offer: Offer, order: Order, line: Line) -> None:
    old = offer.stock
    demand.count_exposure(offer, world.now, warsaw_day(world.now), visible=True)
    offer.document["stock"]["available"] = old - line.quantity
    offer.remember(world.now)
    announce(world, offer, "OFFER_STOCK_CHANGED")
    details: Json = {
        "units": line.quantity,
        "order_id": order.id,
        "line_item_id": line.id,
        "sold_on": order.marketplace,
    }
    change = FieldChange("stock", None, old, offer.stock)
    _note(world, offer, change, "OFFER_STOCK_CHANGED", actor="buyer", details=details)
    if offer.stock == 0:
        _end_empty(world, offer)


def _end_empty(world: World, offer: Offer) -> None:
    """End an offer whose last piece was bought, as Allegro does."""
    publication = offer.document["publication"]
    publication.update(status="ENDED", endedBy="EMPTY_STOCK", endingAt=iso_millis(world.now))
    offer.remember(world.now)
    announce(world, offer, "OFFER_ENDED", ended_by="EMPTY_STOCK")
    _note(world, offer, FieldChange("status", None, "ACTIVE", "ENDED"), "OFFER_ENDED", actor="allegro")
    sold_out(world, offer)


def _note(
    world: World, offer: Offer, change: FieldChange, kind: str, *, actor: str, details: Json | None = None
) -> None:
    story = offer.out_of_stock_story if change.field == "status" else None
    world.truth.record(
        Action(
            at=world.now,
            actor=actor,
            offer_id=offer.id,
            field=change.field,
            marketplace=None,
            old=change.old,
            new=change.new,
            event_types=(kind,),
            title=offer.title,
            story=story,
            details=details,
        )
    )


def tell(world: World, rng: Random, order: Order, kind: str, lag: int = 0) -> None:
    """Write an order event into the seller's journal, now and then twice; `lag` (microseconds) holds it back."""
    journal = world.order_journals[order.seller_id]
    journal.append(world.now, kind, order, extra_lag=lag, revision=order.revision)
    if rng.random() < 0.01:
        # The same event under a second id is normal (allegro-api issue 10716).
        journal.append(world.now, kind, order, extra_lag=rng.randint(1, 40) * SECOND, revision=order.revision)


def _plan_life(world: World, rng: Random, order: Order) -> None:
    fate = rng.random()
    filled = world.now + rng.randint(5 * SECOND, 60 * SECOND)
    world.schedule(filled, partial(move, world, rng, order, "FILLED_IN", "FILLED_IN"))
    if fate < 0.02 and order.payment == "ONLINE":
        plan_expiry(world, rng, order)
    elif fate < 0.05:
        regret = filled + rng.randint(10 * MINUTE, 20 * HOUR)
        world.schedule(regret, partial(move, world, rng, order, "CANCELLED", "BUYER_CANCELLED"))
        if rng.random() < 0.5:
            _plan_payment(world, rng, order, filled, latest=regret)
    else:
        paid = _plan_payment(world, rng, order, filled)
        plan_fulfillment(world, rng, order, paid)


def plan_expiry(world: World, rng: Random, order: Order) -> None:
    """Let Allegro cancel an order that will not be paid."""
    expires = world.now + UNPAID_LIFE + rng.randint(0, HOUR)
    world.schedule(expires, partial(_expire, world, rng, order))


def _expire(world: World, rng: Random, order: Order) -> None:
    if order.ready_at is None:
        move(world, rng, order, "CANCELLED", "AUTO_CANCELLED")


def _plan_payment(world: World, rng: Random, order: Order, filled: int, latest: int | None = None) -> int:
    if order.payment == "CASH_ON_DELIVERY":
        ready = filled + rng.randint(SECOND, 5 * SECOND)
    elif rng.random() < 0.06:
        ready = filled + rng.randint(HOUR, 30 * HOUR)
    else:
        ready = filled + rng.randint(40 * SECOND, 12 * MINUTE)
    ready = ready if latest is None else min(ready, latest - MINUTE)
    world.schedule(ready, partial(pay, world, rng, order))
    return ready


def pay(world: World, rng: Random, order: Order, lag: int = 0) -> None:
    """Let an order be paid, or its payment on delivery be settled upon: it is ready for processing, once.

    `lag` (microseconds) holds the event of it back.
    """
    if not order.stands or order.ready_at is not None:
        return
    if order.payment == "ONLINE":
        order.paid_at = world.now
    move(world, rng, order, "READY_FOR_PROCESSING", "READY_FOR_PROCESSING", lag=lag)


def move(world: World, rng: Random, order: Order, status: str, kind: str, *, lag: int = 0) -> None:
    """Let an order that still stands enter a status, and tell so by an event of the kind; it never goes back."""
    if not order.stands or _STATUSES.index(status) < _STATUSES.index(order.status):
        return
    order.move(world.now, status)
    if status in _MILESTONES:
        note(world, _MILESTONES[status], order)
    tell(world, rng, order, kind, lag)


def plan_fulfillment(world: World, rng: Random, order: Order, paid: int) -> None:
    """Plan how the seller handles an order that is ready at `paid` (microseconds UTC), up to its delivery."""
    processing = paid + rng.randint(30 * MINUTE, 10 * HOUR)
    sent = processing + rng.randint(2 * HOUR, 24 * HOUR)
    picked_up = sent + rng.randint(20 * HOUR, 70 * HOUR)
    for at, stage in ((processing, "PROCESSING"), (sent, "SENT"), (picked_up, "PICKED_UP")):
        world.schedule(at, partial(_fulfil, world, rng, order, stage))


def _fulfil(world: World, rng: Random, order: Order, stage: str) -> None:
    if not order.stands:
        return
    order.fulfillment, order.updated_at = stage, world.now
    if stage == "PICKED_UP":
        order.delivered_at = world.now
        note(world, DELIVERED, order)
    tell(world, rng, order, "FULFILLMENT_STATUS_CHANGED")
