"""The campaigns that sellers can enter offers into: badge campaigns and AlleObniżka, around the world's start."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

from allegro.simulator.catalogue import BASE_MARKETPLACE, CURRENCIES
from allegro.simulator.chance import stream
from allegro.simulator.documents import Json, money
from allegro.simulator.instants import DAY, day_start, iso_millis
from allegro.simulator.offer import THIRTY_DAYS, Offer
from allegro.simulator.world import World

ROUNDS = range(-2, 26)  # of campaigns with dates: two months before the start to two years after it
_BARGAIN_NAMES = {
    "allegro-pl": "Strefa Okazji",
    "allegro-cz": "Zóna výhodných nabídek",
    "allegro-sk": "Zóna výhodných ponúk",
    "allegro-hu": "Akciós zóna",
}


@dataclass(frozen=True)
class Period:
    """A time policy: from `since` until before `until` (microseconds UTC); None leaves that side open."""

    since: int | None = None
    until: int | None = None
    never: bool = False

    @property
    def kind(self) -> str:
        """Return ALWAYS, SINCE, WITHIN, UNTIL or NEVER."""
        if self.never:
            return "NEVER"
        if self.since is None:
            return "ALWAYS" if self.until is None else "UNTIL"
        return "SINCE" if self.until is None else "WITHIN"

    def holds(self, at: int) -> bool:
        """Return whether the instant lies in the period."""
        begun = self.since is None or self.since <= at
        return not self.never and begun and (self.until is None or at < self.until)

    def document(self) -> Json:
        """Return the policy as Allegro writes it, with the sides that it has."""
        sides = {"from": self.since, "to": self.until}
        return {"type": self.kind, **{key: iso_millis(at) for key, at in sides.items() if at is not None}}


@dataclass(frozen=True)
class Campaign:
    """One campaign on one marketplace; `kind` is DISCOUNT, SOURCING (both with a price of the seller's) or STANDARD."""

    id: str
    name: str
    marketplace: str
    kind: str
    application: Period
    visibility: Period
    publication: Period
    stock_required: bool = False

    @property
    def priced(self) -> bool:
        """Return whether the seller names a price for the time of the campaign."""
        return self.kind != "STANDARD"

    @property
    def currency(self) -> str:
        """Return the currency of the campaign's marketplace."""
        return CURRENCIES[self.marketplace]


class Campaigns:
    """All campaigns by id; they depend on the seed and the world's first day only."""

    def __init__(self, world: World) -> None:
        badge = [campaign for marketplace in CURRENCIES for campaign in _badge_campaigns(world, marketplace)]
        discounts = [campaign for marketplace in CURRENCIES for campaign in _alle_discounts(world, marketplace)]
        self.badge = {campaign.id: campaign for campaign in badge}
        self.alle_discount = {campaign.id: campaign for campaign in discounts}


def _badge_campaigns(world: World, marketplace: str) -> list[Campaign]:
    first = world.start_day + timedelta(days=4 + stream(world.seed, "badge campaigns", marketplace).randrange(4))
    rounds = [
        campaign
        for number in ROUNDS
        for campaign in (
            _with_dates("DEALS", "Dni Okazji", marketplace, "DISCOUNT", first + timedelta(days=28 * number)),
            _with_dates(
                "SOURCING", "Niższa prowizja", marketplace, "SOURCING", first + timedelta(days=28 * number + 14)
            ),
        )
    ]
    return [*_lasting(marketplace), *rounds]


def _lasting(marketplace: str) -> list[Campaign]:
    """Return the campaigns without an end; HIT is given by Allegro, nobody can apply for it."""
    suffix = "" if marketplace == BASE_MARKETPLACE else _suffix(marketplace)
    always, never = Period(), Period(never=True)
    return [
        Campaign(f"BARGAIN{suffix}", _BARGAIN_NAMES[marketplace], marketplace, "DISCOUNT", always, always, always),
        Campaign(f"NOVELTY{suffix}", "Nowość", marketplace, "STANDARD", always, always, always),
        Campaign(f"HIT{suffix}", "Hit", marketplace, "STANDARD", never, always, always),
    ]


def _suffix(marketplace: str) -> str:
    return "_" + marketplace.removeprefix("allegro-").upper()


def _with_dates(word: str, name: str, marketplace: str, kind: str, first: date, *, days: int = 7) -> Campaign:
    begins, ends = day_start(first), day_start(first + timedelta(days=days))
    last = first + timedelta(days=days - 1)
    return Campaign(
        id=f"{word}_{first:%Y%m%d}{_suffix(marketplace)}",
        name=f"{name} {first:%d.%m}-{last:%d.%m.%Y}",
        marketplace=marketplace,
        kind=kind,
        application=Period(begins - 14 * DAY, ends - DAY),
        visibility=Period(begins - 14 * DAY, ends + 7 * DAY),
        publication=Period(begins, ends),
        stock_required=word == "DEALS",
    )


def _alle_discounts(world: World, marketplace: str) -> list[Campaign]:
    """Return rounds of AlleObniżka, each two weeks long, its two types in turn."""
    first = world.start_day + timedelta(days=5 + stream(world.seed, "alle discount", marketplace).randrange(5))
    return [
        _with_dates(
            "ALLEOBNIZKA",
            "AlleObniżka",
            marketplace,
            "DISCOUNT" if number % 2 else "SOURCING",
            first + timedelta(days=21 * number),
            days=14,
        )
        for number in ROUNDS
    ]


def lowest_price(offer: Offer, marketplace: str, at: int) -> Decimal:
    """Return an offer's lowest price of the 30 days before `at`, in the marketplace's currency (Omnibus directive)."""
    history = offer.price_history[marketplace]
    ends = [since for since, _ in history[1:]] + [at + 1]
    return min(price for (_, price), end in zip(history, ends, strict=True) if end > at - THIRTY_DAYS)


def market_price(campaign: Campaign, offer: Offer, at: int) -> Decimal:
    """Return what a campaign's price is measured by: the lowest of 30 days for DISCOUNT, else the present price."""
    if campaign.kind == "DISCOUNT":
        return lowest_price(offer, campaign.marketplace, at)
    return offer.price(campaign.marketplace)


def to_cents(amount: Decimal) -> Decimal:
    """Return an amount rounded to hundredths of its currency, halves up."""
    return amount.quantize(Decimal("0.01"), ROUND_HALF_UP)


def optional_money(amount: Decimal | None, currency: str) -> Json | None:
    """Return Allegro's money object, or None for no amount."""
    return None if amount is None else money(amount, currency)
