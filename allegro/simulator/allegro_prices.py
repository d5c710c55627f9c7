"""Allegro Prices: the seller declares what he would give, Allegro switches discounts on and off for a while.

A discount is the buyer's only: the offer's own price stays and no event tells of it (allegro-api issue 4345). Without a
declaration nothing is ever discounted. The resources are those of February 2026 (allegro-api issues 13081 and 13241).
"""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from typing import Any

from allegro.simulator.campaigns import to_cents
from allegro.simulator.catalogue import CURRENCIES, SELLERS
from allegro.simulator.chance import stream, uuid
from allegro.simulator.documents import Json, money
from allegro.simulator.instants import DAY, HOUR, SECOND, iso_millis
from allegro.simulator.noting import note
from allegro.simulator.offer import Offer
from allegro.simulator.truth import Action
from allegro.simulator.world import World

ALLOWED, DENIED = "ALLOWED", "DENIED"
STATUSES = ("ACTIVATING", "ACTIVE", "ENDED")
SUBMIT, EXCLUDE = "allegro prices submit", "allegro prices exclude"


@dataclass(frozen=True)
class Discount:
    """A running discount: since when, and which percentages of the base price each side gives."""

    since: int
    seller: Decimal
    allegro: Decimal

    def of(self, base: Decimal) -> tuple[Decimal, Decimal]:
        """Return what the seller and what Allegro give of a base price, each rounded to hundredths."""
        return to_cents(base * self.seller / 100), to_cents(base * self.allegro / 100)


@dataclass
class Entry:
    """One offer on one marketplace in the programme; `turn` counts its changes, so that older plans lapse."""

    offer: Offer
    marketplace: str
    percentage: Decimal | None = None
    excluded_at: int | None = None
    discount: Discount | None = None
    turn: int = 0

    @property
    def base(self) -> Decimal:
        """Return the seller's price, in the marketplace's currency."""
        return self.offer.price(self.marketplace)

    def declared(self) -> Json | None:
        """Return the declared price reduction, or None."""
        if self.percentage is None:
            return None
        return {
            "sellerMaxDeclaredPercentage": percent(self.percentage),
            "sellerMaxDeclaredDiscount": money(self.base * self.percentage / 100, CURRENCIES[self.marketplace]),
        }

    def actual(self) -> Json | None:
        """Return the running reduction with the buyer's price (base price less both discounts), or None."""
        declared = self.declared()
        if self.discount is None or declared is None:
            return None
        seller, allegro = self.discount.of(self.base)
        return {
            **declared,
            "sellerDiscount": money(seller, CURRENCIES[self.marketplace]),
            "allegroDiscount": money(allegro, CURRENCIES[self.marketplace]),
            "finalPriceForTheBuyer": self.final_price(self.discount, self.base),
        }

    def final_price(self, discount: Discount, base: Decimal) -> Json:
        """Return what the buyer pays under a discount of a base price."""
        return money(base - sum(discount.of(base)), CURRENCIES[self.marketplace])

    def state(self, base: Decimal | None = None) -> Json:
        """Return what the truth keeps of the entry, at another base price if that is given."""
        discount = self.discount
        return {
            "sellerMaxDeclaredPercentage": None if self.percentage is None else percent(self.percentage),
            "excluded": self.excluded_at is not None,
            "finalPriceForTheBuyer": discount and self.final_price(discount, base or self.base),
        }


def percent(value: Decimal) -> str:
    """Return a percentage as Allegro writes it, with at least one decimal: 10.0, 15.5, 15.25."""
    text = f"{value.normalize():f}"
    return text if "." in text else f"{text}.0"


@dataclass
class Item:
    """One offer of a command; `declaration` is its text as sent, None for none."""

    offer_id: str
    marketplace: str
    declaration: str | None = None
    completed_at: int | None = None
    error: str | None = None

    @property
    def status(self) -> str:
        """Return IN_PROGRESS, SUCCESS or FAILED."""
        if self.completed_at is None:
            return "IN_PROGRESS"
        return "FAILED" if self.error else "SUCCESS"


@dataclass
class Command:
    """A command to submit offers to the programme, or to exclude them (`kind`: the deed)."""

    id: str
    kind: str
    seller_id: str
    created_at: int
    items: list[Item]


class AllegroPrices:
    """The programme for both sellers; every account takes part until it says otherwise."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.participations = {seller: dict.fromkeys(CURRENCIES, ALLOWED) for seller in SELLERS}
        self.commands: dict[str, Command] = {}
        self.entries: dict[tuple[str, str], Entry] = {}
        world.edit_watchers["allegro_prices"] = self._watch

    def entry(self, offer: Offer, marketplace: str) -> Entry:
        """Return an offer's entry, a blank one (not kept) if the seller never touched it."""
        return self.entries.get((offer.id, marketplace)) or Entry(offer, marketplace)

    def outlook(self, entry: Entry) -> tuple[bool, Decimal | None]:
        """Return whether a discount is likely, and the recommended declaration in percent, if there is one."""
        rng = stream(self.world.seed, "allegro price chance", entry.offer.id, entry.marketplace)
        likely, advised, steps = rng.random() < 0.6, rng.random() < 0.6, rng.randint(10, 30)
        recommended = Decimal(steps) / 2
        if entry.excluded_at is not None:
            return False, None
        enough = entry.percentage is not None and entry.percentage >= recommended
        return likely or entry.discount is not None, recommended if likely and advised and not enough else None

    def participate(self, seller_id: str, statuses: dict[str, str]) -> None:
        """Let an account take part in the programme on marketplaces, or no longer."""
        for marketplace, status in statuses.items():
            if self.participations[seller_id][marketplace] == status:
                continue
            self.participations[seller_id][marketplace] = status
            for entry in self.entries.values():
                if entry.offer.seller_id == seller_id and entry.marketplace == marketplace:
                    self._end_discount(entry, "seller")
                    self._plan(entry)

    def command(self, kind: str, seller_id: str, command_id: str | None, items: list[Item]) -> Command:
        """Take a command; each of its offers is done within a minute."""
        rng = stream(self.world.seed, "allegro prices command", len(self.commands))
        own_id, now = uuid(rng), self.world.now
        command = Command(command_id or own_id, kind, seller_id, now, items)
        self.commands[command.id] = command
        for item in items:
            at = now + rng.randint(3 * SECOND, 50 * SECOND)
            self.world.schedule(at, partial(self._complete, command, item))
        return command

    def _complete(self, command: Command, item: Item) -> None:
        item.completed_at = self.world.now
        offer = self.world.offers.get(item.offer_id)
        mine = offer is not None and offer.seller_id == command.seller_id and offer.status in STATUSES
        if offer is None or not mine or item.marketplace not in offer.marketplaces:
            item.error = "Offer not found"
        elif command.kind == SUBMIT and self.participations[command.seller_id][item.marketplace] == DENIED:
            item.error = "The account does not take part in the program on this marketplace"
        else:
            entry = self.entries.setdefault((offer.id, item.marketplace), Entry(offer, item.marketplace))
            self._change(entry, item.declaration, exclude=command.kind == EXCLUDE)

    def _change(self, entry: Entry, declaration: str | None, *, exclude: bool) -> None:
        """Set what the seller says of an offer; a running discount ends with it."""
        before = entry.state()
        entry.percentage = None if declaration is None else Decimal(declaration)
        entry.excluded_at = self.world.now if exclude else None
        entry.discount = None
        if entry.state() != before:
            self._record("seller", entry, before)
        self._plan(entry)

    def _plan(self, entry: Entry) -> None:
        """Plan the next discount of an entry with a declaration; whatever was planned before lapses."""
        entry.turn += 1
        allowed = self.participations[entry.offer.seller_id][entry.marketplace] == ALLOWED
        if entry.percentage is not None and allowed:
            wait = self._stream(entry, "wait").randint(2 * HOUR, 40 * HOUR)
            self.world.schedule(self.world.now + wait, partial(self._switch_on, entry, entry.turn))

    def _stream(self, entry: Entry, purpose: str) -> Any:
        return stream(self.world.seed, "allegro price", purpose, entry.offer.id, entry.marketplace, entry.turn)

    def _switch_on(self, entry: Entry, turn: int) -> None:
        if turn != entry.turn or entry.percentage is None:
            return
        if entry.offer.status != "ACTIVE" or entry.marketplace not in entry.offer.marketplaces:
            self._plan(entry)
            return
        rng, before = self._stream(entry, "discount"), entry.state()
        seller = min(entry.percentage, Decimal(rng.randint(30, 150)) / 10)
        entry.discount = Discount(self.world.now, seller, Decimal(rng.randint(20, 120)) / 10)
        self._record("allegro", entry, before)
        ends = self.world.now + rng.randint(18 * HOUR, 6 * DAY)
        self.world.schedule(ends, partial(self._switch_off, entry, turn))

    def _switch_off(self, entry: Entry, turn: int) -> None:
        if turn == entry.turn:
            self._end_discount(entry, "allegro")
            self._plan(entry)

    def _end_discount(self, entry: Entry, actor: str, before: Json | None = None) -> None:
        if entry.discount is not None:
            before = before or entry.state()
            entry.discount = None
            self._record(actor, entry, before)

    def _watch(self, actions: list[Action]) -> None:
        """End the discount of an offer whose own price changed: Allegro reckons anew from the new base price."""
        for row in actions:
            entry = self.entries.get((row.offer_id, row.marketplace or ""))
            if row.field == "price" and row.old is not None and entry and entry.discount:
                self._end_discount(entry, "allegro", entry.state(Decimal(row.old["amount"])))
                self._plan(entry)

    def _record(self, actor: str, entry: Entry, old: Json) -> None:
        market, new = entry.marketplace, entry.state()
        note(self.world, entry.offer, "allegro_price", old, new, marketplace=market, actor=actor)


def offer_document(programme: AllegroPrices, entry: Entry) -> Json:
    """Return an offer's status in the programme (OfferStatusItemDto)."""
    likely, recommended = programme.outlook(entry)
    discount = entry.discount
    return {
        "id": entry.offer.id,
        "name": entry.offer.title,
        "marketplace": {"id": entry.marketplace},
        "basePrice": money(entry.base, CURRENCIES[entry.marketplace]),
        "discount": {"opportunity": likely},
        "recommendedPriceReduction": recommended and {"sellerMaxDeclaredPercentage": percent(recommended)},
        "declaredPriceReduction": entry.declared(),
        "actualPriceReduction": entry.actual(),
        "discountedAt": iso_millis(discount.since) if discount else None,
        "excludedAt": None if entry.excluded_at is None else iso_millis(entry.excluded_at),
    }


def _participate(world: World, seller_id: str, body: Json) -> None:
    world.of(AllegroPrices).participate(seller_id, body["statuses"])


def _command(kind: str, world: World, seller_id: str, body: Json) -> Command:
    items = [Item(row["id"], row["marketplace"], row.get("declaration")) for row in body["offers"]]
    return world.of(AllegroPrices).command(kind, seller_id, body["commandId"], items)


PARTICIPATE = "allegro prices participation"
DEEDS: dict[str, Callable[[World, str, Json], Any]] = {
    PARTICIPATE: _participate,
    SUBMIT: partial(_command, SUBMIT),
    EXCLUDE: partial(_command, EXCLUDE),
}
