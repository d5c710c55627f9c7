"""Rebates of a seller: multipacks, cross-offer multipacks, large order discounts and wholesale price lists.

They are what GET /sale/loyalty/promotions shows. They do not change what the simulated buyers buy.
"""

from copy import deepcopy
from dataclasses import dataclass
from decimal import Decimal

from allegro.simulator.catalogue import ARTICLES, COFFEE_SELLER
from allegro.simulator.chance import stream, uuid
from allegro.simulator.documents import Json, money
from allegro.simulator.instants import DAY, iso_millis
from allegro.simulator.offer import Offer
from allegro.simulator.promotion_terms import (
    LARGE_ORDER_DISCOUNT,
    MULTIPACK,
    WHOLESALE_PRICE_LIST,
    Terms,
    large_order_discount,
    multipack,
    wholesale_price_list,
)
from allegro.simulator.validation import Refusal
from allegro.simulator.world import World


@dataclass
class Promotion:
    """One rebate; `created_at` in microseconds UTC. A deleted one stays, no longer `active`."""

    id: str
    seller_id: str
    terms: Terms
    created_at: int
    active: bool = True


class Promotions:
    """All rebates of the world, and so the dictionary of wholesale price lists that offers point at."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.all: dict[str, Promotion] = {}
        for terms, days in _seeded():
            self.add(COFFEE_SELLER.id, terms, world.started_at - days * DAY)

    def add(self, seller_id: str, terms: Terms, at: int) -> Promotion:
        """Create a rebate at `at`; its id depends on the seed and on how many there were before."""
        made = Promotion(uuid(stream(self._world.seed, "promotion", len(self.all))), seller_id, terms, at)
        self.all[made.id] = made
        return made

    def active(self, seller_id: str, kind: str) -> list[Promotion]:
        """Return a seller's rebates of a kind that were not deleted, newest first."""
        return [
            promotion
            for promotion in reversed(self.all.values())
            if promotion.active and (promotion.seller_id, promotion.terms.kind) == (seller_id, kind)
        ]

    def touched(self, promotion: Promotion) -> list[Offer]:
        """Return the offers for which a rebate holds: the listed ones, all, or those that point at the price list."""
        mine = [offer for offer in self._world.offers_of(promotion.seller_id) if not offer.gone]
        if promotion.terms.kind == WHOLESALE_PRICE_LIST:
            return [offer for offer in mine if price_list_of(offer.document) == promotion.id]
        if promotion.terms.kind == LARGE_ORDER_DISCOUNT:
            return mine
        return [offer for offer in mine if offer.id in promotion.terms.offer_ids]

    def status(self, promotion: Promotion) -> str:
        """Return ACTIVE, INACTIVE after deletion, or SUSPENDED while none of the listed offers is active."""
        if not promotion.active:
            return "INACTIVE"
        listed = promotion.terms.offer_ids
        running = [offer_id for offer_id in listed if self._world.offers[offer_id].status == "ACTIVE"]
        return "SUSPENDED" if listed and not running else "ACTIVE"

    def document(self, promotion: Promotion) -> Json:
        """Return the rebate in the shape of SellerRebateDto."""
        return {
            "id": promotion.id,
            "status": self.status(promotion),
            "createdAt": iso_millis(promotion.created_at),
            "benefits": [{"specification": deepcopy(promotion.terms.specification)}],
            "offerCriteria": [promotion.terms.criterion()],
        }

    def settle_price_list(self, seller_id: str, old: Json, new: Json) -> None:
        """Write an offer's reference to a wholesale price list as {"id": ...} or null; the id or the name may be given.

        Raises Refusal for a list that is not the seller's, and for a name that several of his lists have.
        """
        given = (new.get("discounts") or {}).get("wholesalePriceList")
        if given is None or given == (old.get("discounts") or {}).get("wholesalePriceList"):
            return
        wanted = self._named(seller_id, given["name"]) if given.get("name") else given.get("id")
        if wanted and wanted not in [entry.id for entry in self.active(seller_id, WHOLESALE_PRICE_LIST)]:
            raise Refusal("WholesalePriceListNotFound", "discounts.wholesalePriceList.id", "No such wholesale list.")
        new["discounts"] = {**new["discounts"], "wholesalePriceList": {"id": wanted} if wanted else None}

    def _named(self, seller_id: str, name: str) -> str:
        path = "discounts.wholesalePriceList.name"
        lists = self.active(seller_id, WHOLESALE_PRICE_LIST)
        found = [entry.id for entry in lists if entry.terms.specification["name"] == name]
        if not found:
            raise Refusal("WholesalePriceListNotFound", path, f"No wholesale price list is called {name}.")
        if len(found) > 1:
            raise Refusal("NotUniqueWholesalePriceListException", path, f"Several price lists are called {name}.")
        return found[0]


def price_list_of(document: Json) -> str | None:
    """Return the id of the wholesale price list an offer points at."""
    given = (document.get("discounts") or {}).get("wholesalePriceList") or {}
    found: str | None = given.get("id")
    return found


def _seeded() -> list[tuple[Terms, int]]:
    """Return the rebates that the coffee seller has from the start, with their age in days."""
    filters = next(article for article in ARTICLES if article.keyword == "filtry")
    return [
        (large_order_discount([(money(Decimal(500), "PLN"), 3), (money(Decimal(1000), "PLN"), 5)]), 210),
        (wholesale_price_list("Biura i kawiarnie", [(10, 4), (30, 8)]), 120),
        (multipack(MULTIPACK, [filters.offer_id], quantity=3, percentage=50), 60),
    ]
