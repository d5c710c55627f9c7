"""Short edits, as the seller panel and tests write them, turned into merge patches of the offer document."""

from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from typing import Any

from allegro.simulator.catalogue import BASE_MARKETPLACE, CURRENCIES, CZECH_MARKETPLACE
from allegro.simulator.documents import Json, description
from allegro.simulator.editing import price_patch, prices_patch
from allegro.simulator.edits import merge_patch
from allegro.simulator.offer import Offer
from allegro.simulator.validation import Refusal


def patch_from(offer: Offer, short: Json) -> Json:
    """Return the merge patch for keys price, czech_price, prices (an object of marketplace and amount), title, stock,
    description_text, images, status, delivery_price_list and handling_time.

    Raises Refusal for any other key or a value that cannot be read.
    """
    patch: Json = {}
    for key, value in short.items():
        if key not in _PARTS:
            raise Refusal("UnknownField", key, f"Known fields: {', '.join(_PARTS)}")
        patch = _joined(patch, _PARTS[key](offer, value))
    return patch


def _joined(first: Json, second: Json) -> Json:
    joined: Json = merge_patch(first, second)
    return joined


def _amount(value: Any, path: str) -> Decimal:
    try:
        return Decimal(str(value).replace(",", "."))
    except InvalidOperation:
        raise Refusal("InvalidPrice", path, "The price is not a number.") from None


def _prices(_: Offer, value: Any) -> Json:
    if not isinstance(value, dict) or not set(value) <= set(CURRENCIES):
        raise Refusal("MarketplaceNotFound", "prices", f"An object of amounts by marketplace: {', '.join(CURRENCIES)}.")
    amounts = {name: _amount(amount, f"prices.{name}") for name, amount in value.items()}
    base = amounts.pop(BASE_MARKETPLACE, None)
    return ({} if base is None else price_patch(base)) | prices_patch(amounts)


def _stock(_: Offer, value: Any) -> Json:
    try:
        return {"stock": {"available": int(value)}}
    except (TypeError, ValueError):
        raise Refusal("InvalidStock", "stock.available", "The stock is not a whole number.") from None


def _description(offer: Offer, value: Any) -> Json:
    return {"description": description(offer.title, str(value), offer.primary_image or "")}


_PARTS: dict[str, Callable[[Offer, Any], Json]] = {
    "price": lambda _, value: price_patch(_amount(value, "sellingMode.price")),
    "czech_price": lambda offer, value: _prices(offer, {CZECH_MARKETPLACE: value}),
    "prices": _prices,
    "title": lambda _, value: {"name": str(value)},
    "stock": _stock,
    "description_text": _description,
    "images": lambda _, value: {"images": value},
    "status": lambda _, value: {"publication": {"status": str(value)}},
    "delivery_price_list": lambda _, value: {"delivery": {"shippingRates": {"id": str(value)}}},
    "handling_time": lambda _, value: {"delivery": {"handlingTime": str(value)}},
}
