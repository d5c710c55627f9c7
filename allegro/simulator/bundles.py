"""Offer bundles of a seller: flexible ones, made of slots, and the old ones, which can no longer be created.

They do not change what the simulated buyers buy.
"""

import base64
import binascii
import json
from abc import ABC, abstractmethod
from copy import deepcopy
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TypeVar

from allegro.simulator.catalogue import ARTICLES, BASE_MARKETPLACE, COFFEE_SELLER, CURRENCIES
from allegro.simulator.chance import stream, uuid
from allegro.simulator.documents import Json, money
from allegro.simulator.instants import DAY, iso_millis
from allegro.simulator.offer import Offer
from allegro.simulator.world import World


@dataclass
class Bundle(ABC):
    """What both kinds have. `created_at` in microseconds UTC; a deleted bundle keeps its place for paging."""

    id: str
    seller_id: str
    created_at: int
    deleted: bool = field(default=False, kw_only=True)

    @property
    @abstractmethod
    def offer_ids(self) -> list[str]:
        """Return the ids of the offers in the bundle."""


@dataclass
class FlexibleBundle(Bundle):
    """Slots in the shape of FlexibleBundleSlotDTO with ids, and the discount or None."""

    slots: list[Json]
    discount: Json | None

    @property
    def offer_ids(self) -> list[str]:
        """Return the ids of the offers of all slots."""
        return [offer["id"] for slot in self.slots for offer in slot["offers"]]


@dataclass
class OldBundle(Bundle):
    """Offers in the shape of BundledOfferDTO, and the sum (money) taken off per marketplace."""

    offers: list[Json]
    discounts: dict[str, Json]

    @property
    def offer_ids(self) -> list[str]:
        """Return the ids of the offers."""
        return [offer["id"] for offer in self.offers]


Kind = TypeVar("Kind", bound=Bundle)


class Bundles:
    """All bundles of the world, in the order of their creation."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.flexible: dict[str, FlexibleBundle] = {}
        self.old: dict[str, OldBundle] = {}
        self._seed()

    def add_flexible(self, seller_id: str, slots: list[Json], discount: Json | None, at: int) -> FlexibleBundle:
        """Create a flexible bundle at `at`; the ids depend on the seed and on how many there were before."""
        rng = stream(self._world.seed, "flexible bundle", len(self.flexible))
        made = FlexibleBundle(uuid(rng), seller_id, at, [{**slot, "id": uuid(rng)} for slot in slots], discount)
        self.flexible[made.id] = made
        return made

    def _seed(self) -> None:
        """Give the coffee seller one bundle of each kind: grinder and coffee, and dripper and filters."""
        coffee, grinder, filters = (article.offer_id for article in ARTICLES[:3])
        dripper = next(article.offer_id for article in ARTICLES if article.keyword == "dripper")
        slots = [slot(0, [grinder], entry_point=True), slot(1, [coffee], entry_point=False)]
        discounts = [{"marketplaceId": BASE_MARKETPLACE, "percentage": 5}]
        discount = {"type": "WHOLE_BUNDLE_DISCOUNT", "bundle": {"minimumBoughtOffers": 2, "discounts": discounts}}
        since = self._world.started_at
        self.add_flexible(COFFEE_SELLER.id, slots, discount, since - 90 * DAY)
        made = OldBundle(
            uuid(stream(self._world.seed, "old bundle", 0)),
            COFFEE_SELLER.id,
            since - 500 * DAY,
            [
                {"id": dripper, "requiredQuantity": 1, "entryPoint": True},
                {"id": filters, "requiredQuantity": 2, "entryPoint": False},
            ],
            {BASE_MARKETPLACE: money(Decimal(8), CURRENCIES[BASE_MARKETPLACE])},
        )
        self.old[made.id] = made

    def flexible_document(self, bundle: FlexibleBundle) -> Json:
        """Return the bundle in the shape of FlexibleBundleGetDTO, with each offer's present availability."""
        return {
            "id": bundle.id,
            "createdAt": iso_millis(bundle.created_at),
            "createdBy": "USER",
            "slots": [{**row, "offers": self._slot_offers(row)} for row in bundle.slots],
            "discount": deepcopy(bundle.discount),
        }

    def flexible_row(self, bundle: FlexibleBundle) -> Json:
        """Return the bundle in the shape of FlexibleBundleListingDTO: one offer per slot stands for it."""
        return {
            "id": bundle.id,
            "createdAt": iso_millis(bundle.created_at),
            "createdBy": "USER",
            "slotsRepresentatives": [row["offers"][0]["id"] for row in bundle.slots],
            "discount": deepcopy(bundle.discount),
        }

    def old_document(self, bundle: OldBundle) -> Json:
        """Return the bundle in the shape of OfferBundleDTO."""
        return {
            "id": bundle.id,
            "offers": deepcopy(bundle.offers),
            "publication": [
                {"marketplace": {"id": name}, "status": self._old_status(bundle, name)} for name in CURRENCIES
            ],
            "discounts": [{"marketplace": {"id": name}, **value} for name, value in bundle.discounts.items()],
            "createdAt": iso_millis(bundle.created_at),
            "createdBy": "USER",
        }

    def _slot_offers(self, row: Json) -> list[Json]:
        return [
            {
                **given,
                "entryPoint": row["entryPoint"] and number == 0,
                "marketplaces": [
                    {"id": name, "availability": self._availability(given["id"], name, row["requiredQuantity"])}
                    for name in CURRENCIES
                ],
            }
            for number, given in enumerate(row["offers"])
        ]

    def _availability(self, offer_id: str, marketplace: str, quantity: int) -> Json:
        reasons = _reasons(self._world.offers[offer_id], marketplace, quantity)
        return {"available": not reasons, "reasons": reasons}

    def _old_status(self, bundle: OldBundle, marketplace: str) -> str:
        reasons = [
            _reasons(self._world.offers[row["id"]], marketplace, row["requiredQuantity"]) for row in bundle.offers
        ]
        return "SUSPENDED" if any(reasons) else "ACTIVE"


def slot(order: int, offer_ids: list[str], *, entry_point: bool) -> Json:
    """Return a slot in the shape of FlexibleBundleSlotDTO from which one piece is bought."""
    offers = [{"id": offer_id, "excludedFromDiscount": False} for offer_id in offer_ids]
    return {"order": order, "entryPoint": entry_point, "requiredQuantity": 1, "offers": offers}


def _reasons(offer: Offer, marketplace: str, quantity: int) -> list[str]:
    if offer.status != "ACTIVE" or marketplace not in offer.marketplaces:
        return ["NOT_AVAILABLE_TO_PURCHASE"]
    return ["STOCK_NOT_SUFFICIENT"] if offer.stock < quantity else []


def page_of(
    bundles: dict[str, Kind], seller_id: str, offer_id: str | None, page: str | None, limit: int
) -> tuple[list[Kind], str | None]:
    """Return up to `limit` of a seller's bundles, oldest first, behind a cursor, and the cursor of the next page.

    Raises ValueError for a cursor that no answer gave out.
    """
    behind = _position(page, bundles) + 1 if page else 0
    found = [
        bundle
        for bundle in list(bundles.values())[behind:]
        if not bundle.deleted and bundle.seller_id == seller_id and (not offer_id or offer_id in bundle.offer_ids)
    ]
    more = _cursor(found[limit - 1].id) if len(found) > limit else None
    return found[:limit], more


def _cursor(last_id: str) -> str:
    return base64.urlsafe_b64encode(json.dumps({"lastId": last_id}, separators=(",", ":")).encode()).decode()


def _position(page: str, bundles: dict[str, Kind]) -> int:
    try:
        last_id = str(json.loads(base64.urlsafe_b64decode(page))["lastId"])
        return list(bundles).index(last_id)
    except (binascii.Error, ValueError, KeyError, TypeError) as error:
        raise ValueError("page.id is not one that was given out") from error
