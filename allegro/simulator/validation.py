"""What Allegro refuses in an offer, and what it only remarks in a draft."""

from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from typing import Any

from allegro.simulator.catalogue import BASE_MARKETPLACE, CURRENCIES, HANDLING_TIMES
from allegro.simulator.documents import Json, money


class Refusal(Exception):
    """What Allegro refuses with 422: an error code, the path in the document, a message for the seller, and metadata.

    `others` are further errors of the same request, which stand in the same answer.
    """

    def __init__(self, code: str, path: str, message: str, metadata: dict[str, str] | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.path = path
        self.message = message
        self.metadata = metadata or {}
        self.others: list[Refusal] = []

    def document(self) -> Json:
        """Return the error as it stands in an ErrorsHolder or in the `validation` of an offer."""
        return {
            "code": self.code,
            "message": self.message,
            "details": None,
            "path": self.path or None,
            "userMessage": self.message,
            "metadata": self.metadata,
        }


_ALWAYS = ("stock.available", "publication.status")
_WHEN_OFFERED = ("sellingMode.price", "delivery.handlingTime", "name", "category.id")


_SHAPES: dict[str, type] = {
    **dict.fromkeys(("name", "language"), str),
    **dict.fromkeys(("images", "parameters", "productSet"), list),
    **dict.fromkeys(("category", "delivery", "description", "external", "location", "payments", "sellingMode"), dict),
}


def check_required(document: Json) -> None:
    """Raise Refusal for what is not even a draft: without stock or status, or with parts of another type."""
    for refusal in _missing(document, _ALWAYS):
        raise refusal
    for path, kind in _SHAPES.items():
        if document.get(path) is not None and not isinstance(document[path], kind):
            raise Refusal("JsonMappingException", path, "Message is not readable.")  # allegro-api issue 6531
    _check_stock(document)


def _missing(document: Json, paths: tuple[str, ...]) -> list[Refusal]:
    return [
        Refusal("RequiredFieldMissing", path, f"{path} is required.") for path in paths if _at(document, path) is None
    ]


def _at(document: Json, path: str) -> Any:
    part: Any = document
    for key in path.split("."):
        part = part.get(key) if isinstance(part, dict) else None
    return part


def check_document(document: Json) -> None:
    """Raise Refusal, with all that is wrong, if a published rule is broken (title length, stock, images ...)."""
    found = problems(document)
    if found:
        found[0].others = found[1:]
        raise found[0]


def problems(document: Json) -> list[Refusal]:
    """Return all that keeps an offer from being on sale. A draft may have such, and answers with them in `validation`.

    Raises AttributeError, KeyError or TypeError for a document without the shape of an offer.
    """
    found = _missing(document, _WHEN_OFFERED)
    for check in _CHECKS:
        try:
            check(document)
        except Refusal as refusal:
            found.append(refusal)
    return found


def tidy_prices(document: Json) -> None:
    """Write every price of the document with two decimals; raise Refusal for a bad amount, currency or marketplace."""
    selling = document.get("sellingMode")
    if selling and selling.get("price"):
        document["sellingMode"] = {**selling, "price": _tidy(BASE_MARKETPLACE, selling["price"])}
    marketplaces = {name: dict(part) for name, part in (document.get("additionalMarketplaces") or {}).items()}
    for marketplace, part in marketplaces.items():
        selling = part.get("sellingMode") or {}
        if selling.get("price"):
            part["sellingMode"] = {**selling, "price": _tidy(marketplace, selling["price"])}
    document["additionalMarketplaces"] = marketplaces


def _tidy(marketplace: str, price: Json) -> Json:
    path = "sellingMode.price"
    if CURRENCIES.get(marketplace) != price["currency"]:
        raise Refusal("InvalidCurrency", path, f"{marketplace} sells in {CURRENCIES.get(marketplace, 'no currency')}.")
    try:
        amount = Decimal(str(price["amount"]))
    except InvalidOperation:
        raise Refusal("InvalidPrice", path, f"{marketplace}: the price is not a number.") from None
    if not amount.is_finite() or not Decimal("0.01") <= amount <= Decimal("999999999"):
        raise Refusal("PriceOutOfRange", path, f"{marketplace}: the price must be positive.")
    return money(amount, price["currency"])


def _check_title(document: Json) -> None:
    title = document.get("name")
    if title is None:
        return
    if not isinstance(title, str) or not 12 <= len(title) <= 75:
        raise Refusal("NameLengthException", "name", "The title needs 12 to 75 characters.")
    if len(title.split()) < 3:
        raise Refusal("NameWordsException", "name", "The title needs at least 3 words.")


def _check_stock(document: Json) -> None:
    available = document["stock"]["available"]
    if not isinstance(available, int) or isinstance(available, bool) or not 0 <= available <= 99_999:
        raise Refusal("InvalidStock", "stock.available", "The stock must be a whole number from 0 to 99999.")


def _check_product(document: Json) -> None:
    products = document.get("productSet") or []
    if not products or not all(isinstance(element["product"]["id"], str) for element in products):
        raise Refusal("InvalidProduct", "productSet", "An offer belongs to a product.")


def _check_images(document: Json) -> None:
    images = document.get("images")
    if not isinstance(images, list) or not all(isinstance(url, str) for url in images) or not 1 <= len(images) <= 16:
        raise Refusal("InvalidImages", "images", "An offer has 1 to 16 images, each an address.")


def _check_description(document: Json) -> None:
    description = document.get("description")
    sections = description.get("sections") if isinstance(description, dict) else None
    if not isinstance(sections, list) or not all(isinstance(part, dict) and "items" in part for part in sections):
        raise Refusal("InvalidDescription", "description.sections", "A description is a list of sections with items.")


def _check_delivery(document: Json) -> None:
    handling = (document.get("delivery") or {}).get("handlingTime")
    if handling is not None and handling not in HANDLING_TIMES:
        raise Refusal("InvalidHandlingTime", "delivery.handlingTime", f"One of {', '.join(HANDLING_TIMES)}.")


_CHECKS: tuple[Callable[[Json], None], ...] = (
    _check_title,
    _check_product,
    _check_images,
    _check_description,
    _check_delivery,
)
