"""The catalogue rewrites a product, and with it the offers that are made from it (allegro-api issue 11980)."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import Any

from allegro.simulator.documents import Json
from allegro.simulator.editing import Editor, edit
from allegro.simulator.noting import note
from allegro.simulator.offer import Offer
from allegro.simulator.product_documents import product_document
from allegro.simulator.products import Product, Products, tidy_parameters
from allegro.simulator.validation import Refusal
from allegro.simulator.world import World

CATALOGUE = Editor("allegro")


def _product_rewritten(world: World, body: Json) -> None:
    """The catalogue rewrites a product: {"product": id} and any of "name", "images", "description", "parameters",
    "status". Its offers take over its parameters and status and, unless "offers" is false, pictures and description.
    """
    products = world.of(Products)
    product = products.find(str(body["product"]))
    if product is None:
        raise ValueError("there is no such product")
    rewritten = _rewritten(product, body)
    users = [row for row in world.offers.values() if not row.gone and product in products.of_offer(row.document)]
    before = product_document(world, product)
    products.replace(rewritten)
    for offer in users:
        after = product_document(world, rewritten)
        note(world, offer, "product_content", before, after, actor="allegro", subject=("product", product.id))
    for offer in users:
        _take_over(world, offer, rewritten, body)


def _rewritten(product: Product, body: Json) -> Product:
    listed = dict(product.listed)
    if "parameters" in body:
        listed["parameters"] = tidy_parameters(body["parameters"])
    if "status" in body:
        listed["publication"] = {"status": str(body["status"])}
    return replace(
        product,
        listed=listed,
        name=str(body.get("name", product.name)),
        images=[str(url) for url in body.get("images", product.images)],
        description=body.get("description", product.description),
    )


def _take_over(world: World, offer: Offer, product: Product, body: Json) -> None:
    """Let an offer show what the product has become; one that could not stand so is left as it is."""
    patch: dict[str, Any] = {}
    if {"parameters", "status"} & body.keys():
        elements = offer.document["productSet"]
        patch["productSet"] = [
            {**row, "product": product.listed} if row["product"]["id"] == product.id else row for row in elements
        ]
    if body.get("offers", True):
        patch |= {key: part for key, part in product.content().items() if key in body and key != "parameters"}
    if patch:
        with suppress(Refusal):
            edit(world, offer, patch, CATALOGUE)


QUIRKS: dict[str, Callable[[World, Json], None]] = {"product_rewritten": _product_rewritten}
