"""A product of the catalogue as GET /sale/products/{productId} shows it (SaleProductDto)."""

from allegro.simulator.categories import Categories
from allegro.simulator.documents import Json
from allegro.simulator.products import GTIN_PARAMETER, Product
from allegro.simulator.world import World


def product_document(world: World, product: Product) -> Json:
    """Return the document of a product; its category carries the names of the tree as they are now."""
    categories = world.of(Categories)
    category = categories.instead_of(str(product.category["id"]))
    path = [{"id": row.id, "name": row.name} for row in categories.path(category)]
    return {
        "id": product.id,
        "name": product.name,
        "category": {"id": category, "path": path, "similar": []},
        "images": [{"url": url} for url in product.images],
        "parameters": [_parameter(parameter) for parameter in product.listed["parameters"]],
        "offerRequirements": {"parameters": [_required(parameter) for parameter in product.offer_parameters]},
        "description": product.description,
        "hasProtectedBrand": False,
        "publication": {"status": product.listed["publication"]["status"]},
    }


def _parameter(parameter: Json) -> Json:
    return {
        "id": parameter["id"],
        "name": parameter["name"],
        "values": parameter["values"],
        "valuesLabels": parameter["values"],
        "options": {
            "identifiesProduct": True,
            "isGTIN": parameter["id"] == GTIN_PARAMETER,
            "isTrusted": False,
            "isAiCoCreated": False,
        },
    }


def _required(parameter: Json) -> Json:
    return {key: parameter[key] for key in ("id", "name", "values", "valuesIds")}
