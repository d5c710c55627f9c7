"""Promotion packages of offers: which one holds when, when it ends, and when it is billed again.

A base package (one per offer and marketplace) and extra packages run in cycles from the instant they were set. Removed
with the end of the cycle, or replaced by another base package, a package runs on until its cycle ends; the new base
package waits as a pending change (allegro-api issue 4000). Packages do not change what the simulated buyers do.
"""

from collections import defaultdict
from copy import deepcopy
from dataclasses import dataclass, field

from allegro.simulator.catalogue import ARTICLES, BASE_MARKETPLACE, CURRENCIES, CZECH_MARKETPLACE
from allegro.simulator.documents import Json
from allegro.simulator.instants import DAY, HOUR, iso_millis
from allegro.simulator.offer import Offer
from allegro.simulator.validation import Refusal
from allegro.simulator.world import World


@dataclass(frozen=True)
class Package:
    """A package on offer; `cycle` in microseconds."""

    id: str
    name: str
    cycle: int
    base: bool

    def document(self) -> Json:
        """Return the package in the shape of AvailablePromotionPackage."""
        return {"id": self.id, "name": self.name, "cycleDuration": f"PT{self.cycle // HOUR}H"}


# The promo package was withdrawn in October 2025 (allegro-api issue 12387).
PACKAGES = {
    package.id: package
    for package in (
        Package("emphasized10d", "Feature", 10 * DAY, base=True),
        Package("emphasized1d", "Flexible Feature", DAY, base=True),
        Package("departmentPage", "Department page", 10 * DAY, base=False),
    )
}
CHANGE, AT_END_OF_CYCLE, NOW = "CHANGE", "REMOVE_WITH_END_OF_CYCLE", "REMOVE_NOW"


@dataclass
class Span:
    """A package that holds from `since`, up to `until` (exclusive) or without an end; microseconds UTC."""

    package: Package
    since: int
    until: int | None = None

    def holds(self, at: int) -> bool:
        """Return whether the package holds at an instant."""
        return self.since <= at and (self.until is None or at < self.until)

    def cycle_end(self, at: int) -> int:
        """Return the first end of a cycle after an instant."""
        return self.since + ((at - self.since) // self.package.cycle + 1) * self.package.cycle

    def document(self, at: int) -> Json:
        """Return the span in the shape of OfferPromoOption; the unset dates are null, as in allegro-api issue 4000."""
        return {
            "id": self.package.id,
            "validFrom": iso_millis(self.since),
            "validTo": None if self.until is None else iso_millis(self.until),
            "nextCycleDate": iso_millis(self.cycle_end(max(at, self.since))) if self.until is None else None,
        }


@dataclass
class Packages:
    """The packages of one offer on one marketplace, past and to come."""

    base: list[Span] = field(default_factory=list)
    extra: list[Span] = field(default_factory=list)

    def current(self, at: int) -> Span | None:
        """Return the base package that holds at an instant."""
        return next((span for span in self.base if span.holds(at)), None)

    def pending(self, at: int) -> Span | None:
        """Return the base package that waits for the end of the present cycle."""
        return next((span for span in self.base if span.since > at), None)

    def document(self, marketplace: str, at: int) -> Json:
        """Return the packages in the shape of MarketplaceOfferPromoOption."""
        current, pending = self.current(at), self.pending(at)
        return {
            "marketplaceId": marketplace,
            "basePackage": current and current.document(at),
            "extraPackages": [span.document(at) for span in self.extra if span.holds(at)],
            "pendingChanges": {"basePackage": pending.document(at)} if pending else None,
        }

    def terms(self, at: int) -> Json:
        """Return what holds at an instant without the date of the next cycle, which moves by itself."""

        def dated(span: Span | None) -> Json | None:
            document = span.document(at) if span else None
            return document and {key: value for key, value in document.items() if key != "nextCycleDate"}

        return {
            "basePackage": dated(self.current(at)),
            "extraPackages": [dated(span) for span in self.extra if span.holds(at)],
            "pendingBasePackage": dated(self.pending(at)),
        }

    def set_base(self, package: Package, at: int) -> None:
        """Set a base package: now if there is none, else when the present one's cycle ends.

        Setting the present one again takes back its end and what is pending (allegro-api issue 4000).
        """
        current = self.current(at)
        self.drop_pending(at)
        if current is None:
            self.base.append(Span(package, at))
        elif current.package == package:
            current.until = None
        else:
            current.until = current.cycle_end(at)
            self.base.append(Span(package, current.until))

    def add_extra(self, package: Package, at: int) -> None:
        """Add an extra package, or take back its end."""
        found = next((span for span in self.extra if span.package == package and span.holds(at)), None)
        if found:
            found.until = None
        else:
            self.extra.append(Span(package, at))

    def remove(self, package: Package, at: int, *, now: bool) -> None:
        """End a package now or with its cycle; a base package takes the pending one with it (allegro-api issue 4000).

        Raises Refusal for a package that does not hold, except that removing a pending one does nothing.
        """
        spans = self.base if package.base else self.extra
        found = next((span for span in spans if span.package == package and span.holds(at)), None)
        pending = self.pending(at)
        if found is None:
            if pending and pending.package == package:
                return
            raise unsupported(f"Promo package '{package.id}' is not set on the offer.")
        if package.base:
            self.drop_pending(at)
        found.until = at if now else found.cycle_end(at)

    def drop_pending(self, at: int) -> None:
        """Forget the base package that waits."""
        self.base = [span for span in self.base if span.since <= at]


class PromoOptions:
    """The packages of all offers, by offer and marketplace."""

    def __init__(self, world: World) -> None:
        self.held: dict[str, dict[str, Packages]] = defaultdict(lambda: defaultdict(Packages))
        coffee, grinder, filters = (article.offer_id for article in ARTICLES[:3])
        started = world.started_at
        self.held[coffee][BASE_MARKETPLACE].base.append(Span(PACKAGES["emphasized10d"], started - 23 * DAY))
        self.held[coffee][CZECH_MARKETPLACE].base.append(Span(PACKAGES["emphasized1d"], started - 9 * DAY - 5 * HOUR))
        self.held[grinder][BASE_MARKETPLACE].base.append(Span(PACKAGES["emphasized1d"], started - 4 * DAY - HOUR))
        self.held[filters][BASE_MARKETPLACE].extra.append(Span(PACKAGES["departmentPage"], started - 6 * DAY))

    def copy_of(self, offer: Offer) -> dict[str, Packages]:
        """Return a copy of an offer's packages, to be changed and then put back whole."""
        return deepcopy(dict(self.held.get(offer.id, {})))

    def put(self, offer: Offer, packages: dict[str, Packages]) -> None:
        """Let an offer have these packages."""
        self.held[offer.id] = defaultdict(Packages, packages)

    def terms(self, offer_id: str, marketplace: str, at: int) -> Json:
        """Return what holds for an offer on a marketplace at an instant, for the truth log."""
        return self.held.get(offer_id, {}).get(marketplace, Packages()).terms(at)

    def document(self, offer: Offer, at: int) -> Json:
        """Return an offer's packages in the shape of OfferPromoOptions."""
        held = self.held.get(offer.id, {})
        rows = [held.get(name, Packages()).document(name, at) for name in marketplaces_of(offer)]
        return {"offerId": offer.id, **rows[0], "additionalMarketplaces": rows[1:]}


def marketplaces_of(offer: Offer) -> list[str]:
    """Return the marketplaces on which an offer can have packages: the base one first, then where it has a price."""
    return [BASE_MARKETPLACE, *(name for name in offer.marketplaces if name != BASE_MARKETPLACE)]


def dictionary() -> Json:
    """Return the packages one can set, in the shape of AvailablePromotionPackages."""
    packages = {
        "basePackages": [package.document() for package in PACKAGES.values() if package.base],
        "extraPackages": [package.document() for package in PACKAGES.values() if not package.base],
    }
    rows = [{"marketplaceId": name, **deepcopy(packages)} for name in CURRENCIES]
    return {**rows[0], "additionalMarketplaces": rows[1:]}


def unsupported(message: str) -> Refusal:
    """Return the refusal that Allegro gives for an unknown package or change (allegro-api issue 13590)."""
    return Refusal("unsupportedChangeType", "", message)
