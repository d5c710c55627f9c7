"""The product catalogue: what offers are made from, found by product id or GTIN, and written as offers show it."""

import hashlib
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from allegro.simulator.catalogue import ARTICLES, Article
from allegro.simulator.chance import stream, uuid
from allegro.simulator.documents import IMAGE_HOST, Json, description, first_document, image_url
from allegro.simulator.validation import Refusal
from allegro.simulator.world import World

GTIN_PARAMETER, CONDITION_PARAMETER = "225693", "11323"
_NAMES = {
    CONDITION_PARAMETER: "Stan",
    "224017": "Kod producenta",
    "248811": "Marka",
    GTIN_PARAMETER: "EAN (GTIN)",
}
_ELEMENT_DEFAULTS: Json = {
    "quantity": {"value": 1},
    "responsiblePerson": None,
    "responsibleProducer": None,
    "safetyInformation": None,
    "marketedBeforeGPSRObligation": None,
    "deposits": [],
}


@dataclass(frozen=True)
class Product:
    """A product of the catalogue: `listed` as offers show it, and what an offer takes over from it."""

    id: str
    name: str
    category: Json
    listed: Json
    images: list[str]
    description: Json
    offer_parameters: list[Json]

    @property
    def gtin(self) -> str | None:
        """Return the EAN or another GTIN, if the product has one."""
        return _gtin(self.listed["parameters"])

    def content(self) -> Json:
        """Return the parts of an offer document that the catalogue rewrites (allegro-api issue 11980)."""
        return {"description": self.description, "images": self.images, "parameters": self.offer_parameters}


class Products:
    """All products: those of the offers the world was born with, and those that sellers proposed since."""

    def __init__(self, world: World) -> None:
        self.seed = world.seed
        self._by_id = {product.id: product for product in (_product_of(world.seed, article) for article in ARTICLES)}

    def find(self, product_id: str, id_type: str | None = None) -> Product | None:
        """Return a product by its id, or by its GTIN if that is what the id is said to be or looks like."""
        if id_type in {None, "GTIN"} and product_id.isdecimal():
            return next((product for product in self._by_id.values() if product.gtin == product_id), None)
        return self._by_id.get(product_id) if id_type is None else None

    def propose(self, asked: Json) -> Product:
        """Return the product of a complete definition: one of the same GTIN if there is one, else a new proposal.

        Raises Refusal for an incomplete definition. What is asked twice in the same words is the same product.
        """
        missing = [key for key in ("name", "category", "parameters") if not asked.get(key)]
        if missing:
            message = f"A product needs an id, or {', '.join(missing)}."
            raise Refusal("IncompleteProduct", "productSet.product", message)
        parameters = tidy_parameters(asked["parameters"])
        gtin = _gtin(parameters)
        return (self.find(gtin, "GTIN") if gtin else None) or self._proposal(asked, parameters)

    def _proposal(self, asked: Json, parameters: list[Json]) -> Product:
        product_id = uuid(stream(self.seed, "product", asked["name"], asked["category"]["id"], parameters))
        images = hosted(asked.get("images") or [])
        listed = {
            "id": product_id,
            "publication": {"status": "PROPOSED"},
            "parameters": parameters,
            "isAiCoCreated": False,
        }
        text = description(asked["name"], asked["name"], images[0]) if images else {"sections": []}
        category = {"id": str(asked["category"]["id"])}
        return Product(product_id, str(asked["name"]), category, listed, images, text, [])

    def of_offer(self, document: Json) -> list[Product]:
        """Return the products that an offer's document names."""
        named = [(element.get("product") or {}).get("id") for element in document.get("productSet") or []]
        return [self._by_id[key] for key in named if key in self._by_id]

    def replace(self, product: Product) -> None:
        """Put a product in the place of the one with its id."""
        self._by_id[product.id] = product

    def keep(self, product: Product) -> None:
        """Take a product into the catalogue, where it is found from now on."""
        self._by_id.setdefault(product.id, product)


def _gtin(parameters: list[Json]) -> str | None:
    found = [row["values"][0] for row in parameters if row["id"] == GTIN_PARAMETER and row["values"]]
    return str(found[0]) if found else None


def _product_of(seed: int, article: Article) -> Product:
    document = first_document(seed, article, 0)
    listed = document["productSet"][0]["product"]
    images = [image_url(stream(seed, "catalogue image", listed["id"], number), article.title) for number in range(2)]
    text = description(article.title, f"{article.title}. Opis z katalogu produktów, marka {article.brand}.", images[0])
    parameters = [row for row in document["parameters"] if row["id"] == CONDITION_PARAMETER]
    return Product(listed["id"], article.title, document["category"], listed, images, text, parameters)


def tidy_parameters(asked: Any) -> list[Json]:
    """Return parameters as offers show them (id, name, values, range); raise Refusal for an unknown name."""
    return [_tidy_parameter(row) for row in asked or []]


def _tidy_parameter(asked: Json) -> Json:
    ids = {name: key for key, name in _NAMES.items()}
    key = asked.get("id") or ids.get(str(asked.get("name")))
    if not key:
        name = str(asked.get("name"))
        message = f"There is no parameter {name!r}."
        raise Refusal("ParameterNameNotFoundException", "parameters", message, {"parameterName": name})
    return {
        "id": str(key),
        "name": asked.get("name") or _NAMES.get(str(key), f"Parametr {key}"),
        "values": list(asked.get("values") or []),
        "valuesIds": asked.get("valuesIds"),
        "rangeValue": asked.get("rangeValue"),
    }


def hosted(urls: list[Any]) -> list[Any]:
    """Return the addresses that pictures have once Allegro has copied them; its own stay as they are."""
    return [_copied(url) if _is_foreign(url) else url for url in urls]


def _is_foreign(url: Any) -> bool:
    return isinstance(url, str) and url.startswith(("http://", "https://")) and not url.startswith(IMAGE_HOST)


def _copied(url: str) -> str:
    digest = hashlib.sha256(url.encode()).hexdigest()
    return f"{IMAGE_HOST}/original/{digest[:6]}/{digest[6:26]}"


def product_of(products: Products, element: Json) -> Product:
    """Return the product an element of a request's productSet means; raise Refusal if the catalogue has none."""
    asked = element["product"]
    if not asked.get("id"):
        return products.propose(asked)
    found = products.find(str(asked["id"]), asked.get("idType"))
    if found is None:
        code = "ProductNotFoundException" if _is_uuid(str(asked["id"])) else "InvalidProductId"
        message = f"There is no product {asked['id']}."
        raise Refusal(code, "productSet.product.id", message, {"productId": str(asked["id"])})
    return found


def _is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


def shown_element(element: Json, product: Product, present: list[Json]) -> Json:
    """Return an element of productSet as the offer shows it; what the request leaves out stays as the offer has it."""
    same = next((row for row in present if row["product"]["id"] == product.id), {})
    asked = {key: value for key, value in element.items() if key in _ELEMENT_DEFAULTS}
    producer = asked.get("responsibleProducer")
    if isinstance(producer, dict) and producer.get("id"):
        asked["responsibleProducer"] = {"id": producer["id"]}
    return {**_ELEMENT_DEFAULTS, **same, **asked, "product": same.get("product", product.listed)}
