"""Products of Allegro's catalogue, which offers are made from and which Allegro goes on editing."""

from dataclasses import dataclass, field
from typing import Any

from allegro.api.transport import Resource
from allegro.api.values import Document, document, text


@dataclass(frozen=True, slots=True)
class Product:
    """A product of the catalogue; its content stays in `raw`."""

    id: str
    name: str
    raw: Document = field(repr=False)


class ProductsResource(Resource):
    """GET /sale/products/{productId}."""

    def product(self, product_id: str) -> Product:
        """One product. Over an unpublished rate Allegro holds the answer back (allegro-api issue 12356).

        Raises Gone: deleted, or not there in the language asked for.
        """
        return self._transport.read("product", _product, productId=product_id)


def _product(product: Any) -> Product:
    return Product(id=text(product["id"]), name=text(product["name"]), raw=document(product))
