"""New offers: from a product of the catalogue or a full description, as drafts or on their way to sale."""

from dataclasses import replace
from decimal import Decimal

from allegro.simulator import lifecycle
from allegro.simulator.catalogue import ARTICLES, BASE_MARKETPLACE, Article
from allegro.simulator.chance import stream
from allegro.simulator.documents import Json, settings
from allegro.simulator.editing import DRAFT, announce, revised
from allegro.simulator.edits import merge_patch, prices
from allegro.simulator.instants import iso_millis
from allegro.simulator.offer import Offer
from allegro.simulator.offer_requests import patch_of
from allegro.simulator.products import Product, Products
from allegro.simulator.switches import Switches
from allegro.simulator.truth import Action
from allegro.simulator.validation import Refusal
from allegro.simulator.world import World

_FIRST_ID, _STEP = 17_500_000_000, 9_973


class NewOffers:
    """How many offer ids were given away; the ids grow with time, as Allegro's do."""

    def __init__(self, world: World) -> None:
        self.seed = world.seed
        self.given = 0

    def next_id(self) -> str:
        """Return the id that the next offer gets."""
        return str(_FIRST_ID + self.given * _STEP + stream(self.seed, "offer id", self.given).randrange(_STEP))

    def give(self) -> str:
        """Return a new id, which no other offer gets."""
        offer_id = self.next_id()
        self.given += 1
        return offer_id


def check_new(world: World, seller_id: str, body: Json) -> None:
    """Raise Refusal if Allegro would not take a seller's new offer; nothing changes."""
    _composed(world, seller_id, body)


def list_offer(world: World, seller_id: str, body: Json) -> Offer:
    """Make a seller's offer from a request (SaleProductOfferRequestV1) at the present instant and return it.

    It is a draft, or ACTIVATING if ACTIVE is asked for. Raises Refusal, with nothing changed, if Allegro would.
    """
    offer, products = _composed(world, seller_id, body)
    world.of(NewOffers).give()
    for product in products:
        world.of(Products).keep(product)
    offer.remember(world.now)
    world.offers[offer.id] = offer
    world.truth.record(Action(world.now, "seller", offer.id, "status", None, None, offer.status, (), offer.title))
    if seller_id in world.of(Switches).noisy:
        announce(world, offer, "OFFER_STOCK_CHANGED")
    lifecycle.follow(world, offer, None)
    return offer


def _composed(world: World, seller_id: str, body: Json) -> tuple[Offer, list[Product]]:
    if not isinstance(body.get("stock"), dict):
        raise Refusal("RequiredFieldMissing", "stock", "stock is required.")
    patch, products = patch_of(world, seller_id, body, {})
    article = _article(world, seller_id)
    offer = Offer(article, _blank(world, article, products))
    patch = merge_patch({"publication": {"status": DRAFT}, "stock": {"available": 0}}, patch)
    offer.document, _ = revised(world, offer, patch)
    offer.article = replace(article, title=offer.title, price=_base_price(offer.document))
    return offer, products


def _article(world: World, seller_id: str) -> Article:
    """Return what demand knows of a new offer: that nobody looks for it."""
    return replace(
        ARTICLES[0],
        offer_id=world.of(NewOffers).next_id(),
        seller=world.seller(seller_id),
        title="",
        keyword="",
        price=Decimal(0),
        lines_per_day=0.0,
        brand="",
        category="",
        abroad=(),
    )


def _base_price(document: Json) -> Decimal:
    found = prices(document).get(BASE_MARKETPLACE)
    return Decimal(found["amount"]) if found else Decimal(0)


def _blank(world: World, article: Article, products: list[Product]) -> Json:
    """Return a draft that holds what Allegro fills in: the product's content and the seller's settings."""
    listed = iso_millis(world.now)
    document = {
        "id": article.offer_id,
        "productSet": [],
        "parameters": [],
        "images": [],
        "sellingMode": {"format": "BUY_NOW", "minimalPrice": None, "startingPrice": None},
        "stock": {"available": 0, "unit": "UNIT"},
        "publication": {
            "duration": None,
            "startedAt": None,
            "status": DRAFT,
            "republish": False,
            "endingAt": None,
            "endedBy": None,
            "marketplaces": {"base": {"id": BASE_MARKETPLACE}, "additional": []},
        },
        "additionalMarketplaces": {},
        "delivery": {"shippingRates": None, "additionalInfo": None, "shipmentDate": None},
        **settings(world.seed, article),
        "createdAt": listed,
        "updatedAt": listed,
    }
    del document["external"]
    return {**document, **_from_product(products[0])} if products else document


def _from_product(product: Product) -> Json:
    return {"name": product.name, "category": product.category, **product.content()}
