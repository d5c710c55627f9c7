"""What a seller does with promotion packages: modify those of one offer, or of many by a command.

Each touched offer and marketplace gets an action in the truth log, at once and again when a cycle's end takes effect.
"""

from dataclasses import dataclass, field
from typing import Any

from allegro.simulator.body_checks import entries, shaped_body
from allegro.simulator.catalogue import BASE_MARKETPLACE
from allegro.simulator.documents import Json
from allegro.simulator.noting import note
from allegro.simulator.offer import Offer
from allegro.simulator.promo_options import (
    AT_END_OF_CYCLE,
    CHANGE,
    NOW,
    PACKAGES,
    Package,
    Packages,
    PromoOptions,
    marketplaces_of,
    unsupported,
)
from allegro.simulator.validation import Refusal
from allegro.simulator.world import World

MODIFY_PROMO, PROMO_COMMAND = "modify promo options", "promo options command"
FIELD = "promo_package"


def modify_promo(world: World, offer_id: str, body: Json) -> None:
    """Apply a PromoOptionsModifications to an offer, all of it or nothing; raise Refusal where Allegro answers 422."""
    offer = world.offers[offer_id]
    packages = world.of(PromoOptions).copy_of(offer)
    with shaped_body():
        parts = {BASE_MARKETPLACE: body.get("modifications") or []}
        for part in body.get("additionalMarketplaces") or []:
            parts[part["marketplaceId"]] = part["modifications"]
        for marketplace, modifications in parts.items():
            for row in modifications:
                _modify(_packages(packages, offer, marketplace), row, world.now)
    _put(world, offer, packages)


def _packages(packages: dict[str, Packages], offer: Offer, marketplace: str) -> Packages:
    if marketplace not in marketplaces_of(offer):
        raise unsupported(f"The offer has no promo packages on {marketplace}.")
    return packages.setdefault(marketplace, Packages())


def _modify(packages: Packages, row: Json, at: int) -> None:
    package = _package(row["packageId"], base=row["packageType"] == "BASE")
    if row["modificationType"] == CHANGE:
        (packages.set_base if package.base else packages.add_extra)(package, at)
    elif row["modificationType"] in {AT_END_OF_CYCLE, NOW}:
        packages.remove(package, at, now=row["modificationType"] == NOW)
    else:
        raise unsupported(f"Modification type '{row['modificationType']}' is not supported.")


def _package(package_id: Any, *, base: bool) -> Package:
    package = PACKAGES.get(str(package_id))
    if package is None or package.base != base:
        raise unsupported(f"Promo package '{package_id}' is not supported.")
    return package


def _put(world: World, offer: Offer, packages: dict[str, Packages]) -> None:
    """Give an offer its changed packages, note the difference, and wait for the ends of their cycles."""
    options, at = world.of(PromoOptions), world.now
    before = {name: options.terms(offer.id, name, at) for name in packages}
    options.put(offer, packages)
    for name, held in packages.items():
        note(world, offer, FIELD, before[name], held.terms(at), marketplace=name)
        for end in sorted({span.until for span in held.base + held.extra if span.until and span.until > at}):
            world.schedule(end, _Ending(world, offer, name, end))


@dataclass(frozen=True)
class _Ending:
    """The end of a cycle, which takes effect unless the seller took it back meanwhile; noted once."""

    world: World
    offer: Offer
    marketplace: str
    at: int

    def __call__(self) -> None:
        ended, mark = self.world.of(_Ended).marks, (self.offer.id, self.marketplace, self.at)
        if mark in ended:
            return
        ended.add(mark)
        options = self.world.of(PromoOptions)
        old, new = (options.terms(self.offer.id, self.marketplace, at) for at in (self.at - 1, self.at))
        note(self.world, self.offer, FIELD, old, new, marketplace=self.marketplace, actor="allegro")


class _Ended:
    """The ends of cycles that were noted: offer, marketplace, instant."""

    def __init__(self, _: World) -> None:
        self.marks: set[tuple[str, str, int]] = set()


@dataclass(frozen=True)
class PromoCommand:
    """A finished command: whose it is, when it was given (microseconds UTC), what it asked, one task per offer."""

    id: str
    seller_id: str
    at: int
    body: Json
    tasks: list[tuple[str, str, Refusal | None]] = field(default_factory=list)


class PromoCommands:
    """The commands given so far, by id."""

    def __init__(self, _: World) -> None:
        self.given: dict[str, PromoCommand] = {}


def command_promo(world: World, command_id: str, body: Json) -> PromoCommand:
    """Apply a PromoOptionsCommand, whose `seller` was put in, to each of its offers and marketplaces.

    An offer that refuses is a failed task. Raises Refusal for the command as a whole: 1 to 1000 offers, NOW or
    END_OF_CYCLE.
    """
    with shaped_body():
        ids = [str(row["id"]) for part in body["offerCriteria"] for row in entries(part["offers"], "offers", 0, 1_000)]
        parts = {BASE_MARKETPLACE: body["modification"]} if body.get("modification") else {}
        for part in body.get("additionalMarketplaces") or []:
            parts[part["marketplaceId"]] = part["modification"]
        times = {part.get("modificationTime") for part in parts.values()}
    if not 1 <= len(ids) <= 1_000:
        raise Refusal("ConstraintViolationException", "offerCriteria", "A batch has 1 to 1000 offers.")
    if not parts or not times <= {"NOW", "END_OF_CYCLE"}:
        raise unsupported("modificationTime must be NOW or END_OF_CYCLE.")
    made = PromoCommand(command_id, body["seller"], world.now, body)
    for offer_id in dict.fromkeys(ids):
        for marketplace, part in parts.items():
            made.tasks.append((offer_id, marketplace, _attempt(world, made.seller_id, offer_id, marketplace, part)))
    world.of(PromoCommands).given[command_id] = made
    return made


def _attempt(world: World, seller_id: str, offer_id: str, marketplace: str, part: Json) -> Refusal | None:
    """Do one task; return why it failed, or None."""
    offer = world.offers.get(offer_id)
    if offer is None or offer.seller_id != seller_id:
        return Refusal("OfferNotFoundException", "", f"Offer {offer_id} not found.")
    packages = world.of(PromoOptions).copy_of(offer)
    try:
        with shaped_body():
            _apply(_packages(packages, offer, marketplace), part, world.now)
    except Refusal as refusal:
        return refusal
    _put(world, offer, packages)
    return None


def _apply(packages: Packages, part: Json, at: int) -> None:
    """Let a marketplace have exactly the packages of a PromoOptionsCommandModification; what it omits stays."""
    now = part["modificationTime"] == "NOW"
    if "basePackage" in part:
        wanted = _package(part["basePackage"]["id"], base=True) if part["basePackage"] else None
        current = packages.current(at)
        if current and current.package != wanted and (now or wanted is None):
            packages.remove(current.package, at, now=now)
        if wanted:
            packages.set_base(wanted, at)
    if part.get("extraPackages") is not None:
        extra = [_package(row["id"], base=False) for row in part["extraPackages"]]
        for span in [span for span in packages.extra if span.holds(at) and span.package not in extra]:
            packages.remove(span.package, at, now=now)
        for package in extra:
            packages.add_extra(package, at)


DEEDS = {MODIFY_PROMO: modify_promo, PROMO_COMMAND: command_promo}
