"""Oddities that the official issue tracker reports, made to happen on demand at the world's present instant."""

from bisect import insort
from collections.abc import Callable
from dataclasses import replace
from functools import partial

from allegro.simulator import categories, translations, visibility
from allegro.simulator.chance import stream, uuid
from allegro.simulator.documents import Json
from allegro.simulator.editing import announce, edit
from allegro.simulator.instants import DAY, MINUTE
from allegro.simulator.listing_quirks import QUIRKS as LISTING_QUIRKS
from allegro.simulator.listing_quirks import UNANNOUNCED
from allegro.simulator.offer import Offer
from allegro.simulator.order_quirks import QUIRKS as ORDER_QUIRKS
from allegro.simulator.orders import Order
from allegro.simulator.product_rewrites import QUIRKS as PRODUCT_QUIRKS
from allegro.simulator.selling import begin_life
from allegro.simulator.shorthand import patch_from
from allegro.simulator.switches import SWITCHES
from allegro.simulator.validation import Refusal
from allegro.simulator.world import World


def make_odd(world: World, kind: str, body: Json) -> None:
    """Let an oddity happen; raise Refusal for an unknown kind or subject."""
    if kind not in QUIRKS:
        raise Refusal("UnknownQuirk", "kind", f"Known: {', '.join(QUIRKS)}")
    try:
        QUIRKS[kind](world, body)
    except (KeyError, TypeError, ValueError) as error:
        raise Refusal("InvalidQuirk", kind, f"cannot be done with {body}: {error}") from error


def _storm(world: World, body: Json) -> None:
    """Many OFFER_CHANGED for one offer, even one long ended (allegro-api issue 4707)."""
    offer = world.offers[body["offer_id"]]
    for _ in range(int(body.get("events", 100))):
        announce(world, offer, "OFFER_CHANGED")


def _future_ending(world: World, body: Json) -> None:
    """An OFFER_ENDED dated weeks ahead (allegro-api issue 3854)."""
    offer = world.offers[body["offer_id"]]
    occurred = world.now + int(body.get("days", 20)) * DAY
    announce(world, offer, "OFFER_ENDED", occurred_at=occurred, ended_by="EXPIRATION")


def _ghost(world: World, body: Json) -> None:
    """An offer that the list shows while its details are 404 (allegro-api issue 10274); "on": false ends it."""
    offer_id = world.offers[body["offer_id"]].id
    if body.get("on", True):
        world.ghosts.add(offer_id)
    else:
        world.ghosts.discard(offer_id)


def _belated_event(world: World, body: Json) -> None:
    """The event of a price edit made now comes to light `minutes` later, in the place of its time (issue 10815).

    Who has read on meanwhile has its id behind the own cursor.
    """
    offer, later = world.offers[body["offer_id"]], world.now + int(body.get("minutes", 30)) * MINUTE
    edit(world, offer, patch_from(offer, {"price": body["price"]}), UNANNOUNCED)
    world.schedule(later, partial(_come_to_light, world, offer, world.now))


def _come_to_light(world: World, offer: Offer, happened_at: int) -> None:
    marketplaces = dict.fromkeys(offer.marketplaces, "MANUAL")
    external = offer.document.get("external")
    journal = world.offer_journals[offer.seller_id]
    journal.append(happened_at, "OFFER_PRICE_CHANGED", offer, external=external, marketplaces=marketplaces)


def _merge_orders(world: World, body: Json) -> None:
    """Two unpaid orders become one with a new id; their ids vanish, the lines keep theirs (allegro-api issue 13184)."""
    first, second = (world.orders[order_id] for order_id in body["orders"])
    alike = (first.seller_id, first.marketplace) == (second.seller_id, second.marketplace)
    if first is second or not alike or not {first.status, second.status} <= {"BOUGHT", "FILLED_IN"}:
        raise ValueError("two different unpaid orders of one seller and marketplace are needed")
    rng = stream(world.seed, "merge", first.id, second.id)
    bought_at = min(first.bought_at, second.bought_at)
    merged = replace(first, id=uuid(rng), payment_id=uuid(rng), lines=first.lines + second.lines, bought_at=bought_at)
    for order in (first, second):
        _forget(world, order)
    world.orders[merged.id] = merged
    insort(world.orders_by_time, merged, key=lambda order: order.bought_at)
    begin_life(world, rng, merged)


def _forget(world: World, order: Order) -> None:
    order.gone = True
    del world.orders[order.id]
    world.orders_by_time.remove(order)


QUIRKS: dict[str, Callable[[World, Json], None]] = {
    "storm": _storm,
    "future_ending": _future_ending,
    "ghost": _ghost,
    "belated_event": _belated_event,
    "merge_orders": _merge_orders,
    **LISTING_QUIRKS,
    **SWITCHES,
    **ORDER_QUIRKS,
    **categories.QUIRKS,
    **PRODUCT_QUIRKS,
    **translations.QUIRKS,
    **visibility.QUIRKS,
}
