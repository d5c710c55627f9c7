"""What Allegro refuses in an offer edit."""

from decimal import Decimal, InvalidOperation
from typing import Any

from allegro.simulator.catalogue import BASE_MARKETPLACE, CURRENCIES, HANDLING_TIMES, SHIPPING_RATES
from allegro.simulator.documents import Json, money


class Refusal(Exception):
    """An edit Allegro refuses with 422: an error code, the path in the document, and a message for the seller."""

    def __init__(self, code: str, path: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.path = path
        self.message = message


def check_required(document: Json) -> None:
    """Raise Refusal if the patch deleted a part no offer can be without."""
    for path in ("sellingMode.price", "stock.available", "publication.status", "delivery.handlingTime", "name"):
        part: Any = document
        for key in path.split("."):
            part = part.get(key) if isinstance(part, dict) else None
        if part is None:
            raise Refusal("RequiredFieldMissing", path, f"{path} cannot be deleted.")


def check_document(document: Json) -> None:
    """Raise Refusal if the merged document breaks a published rule (title length, price, stock, handling time ...)."""
    _check_title(document.get("name"))
    _check_product(document)
    _check_stock(document)
    _check_images(document.get("images"))
    _check_description(document.get("description"))
    _check_delivery(document.get("delivery") or {})


def tidy_prices(document: Json) -> None:
    """Write every price of the document with two decimals; raise Refusal for a bad amount, currency or marketplace."""
    document["sellingMode"] = {
        **document["sellingMode"],
        "price": _tidy(BASE_MARKETPLACE, document["sellingMode"]["price"]),
    }
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


def _check_title(title: Any) -> None:
    if not isinstance(title, str) or not 12 <= len(title) <= 75:
        raise Refusal("NameLengthException", "name", "The title needs 12 to 75 characters.")
    if len(title.split()) < 3:
        raise Refusal("NameWordsException", "name", "The title needs at least 3 words.")


def _check_stock(document: Json) -> None:
    available = (document.get("stock") or {}).get("available")
    if not isinstance(available, int) or isinstance(available, bool) or not 0 <= available <= 99_999:
        raise Refusal("InvalidStock", "stock.available", "The stock must be a whole number from 0 to 99999.")


def _check_product(document: Json) -> None:
    if not isinstance(document["productSet"][0]["product"]["id"], str):
        raise Refusal("InvalidProduct", "productSet", "An offer belongs to a product.")


def _check_images(images: Any) -> None:
    if not isinstance(images, list) or not all(isinstance(url, str) for url in images) or not 1 <= len(images) <= 16:
        raise Refusal("InvalidImages", "images", "An offer has 1 to 16 images, each an address.")


def _check_description(description: Any) -> None:
    sections = description.get("sections") if isinstance(description, dict) else None
    if not isinstance(sections, list) or not all(isinstance(part, dict) and "items" in part for part in sections):
        raise Refusal("InvalidDescription", "description.sections", "A description is a list of sections with items.")


def _check_delivery(delivery: Json) -> None:
    if delivery.get("handlingTime") not in HANDLING_TIMES:
        raise Refusal("InvalidHandlingTime", "delivery.handlingTime", f"One of {', '.join(HANDLING_TIMES)}.")
    rates = (delivery.get("shippingRates") or {}).get("id")
    if rates is not None and rates not in SHIPPING_RATES:
        raise Refusal("ShippingRatesNotFound", "delivery.shippingRates.id", "No such delivery price list.")
