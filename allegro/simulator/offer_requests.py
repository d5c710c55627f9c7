"""What an application sends about an offer, turned into parts of the document: products, pictures, names for ids."""

from decimal import Decimal
from typing import Any

from allegro.simulator.body_checks import shaped_body
from allegro.simulator.catalogue import BASE_MARKETPLACE
from allegro.simulator.delivery_terms import DeliveryTerms
from allegro.simulator.documents import EXCHANGE_RATES, Json, additional_marketplace
from allegro.simulator.edits import merge_patch, prices
from allegro.simulator.products import Product, Products, hosted, product_of, shown_element, tidy_parameters
from allegro.simulator.switches import Switches
from allegro.simulator.validation import Refusal
from allegro.simulator.world import World

_KNOWN: dict[str, frozenset[str]] = {
    "": frozenset(
        {
            *("additionalMarketplaces", "additionalServices", "afterSalesServices", "aiCoCreatedContent"),
            *("attachments", "b2b", "category", "compatibilityList", "contact", "delivery", "description", "discounts"),
            *("external", "fundraisingCampaign", "images", "language", "location", "messageToSellerSettings", "name"),
            *("parameters", "payments", "productSet", "publication", "sellingMode", "sizeTable", "stock"),
            "taxSettings",
        }
    ),
    "sellingMode": frozenset({"format", "price", "minimalPrice", "startingPrice"}),
    "stock": frozenset({"available", "unit"}),
    "delivery": frozenset({"handlingTime", "shippingRates", "additionalInfo", "shipmentDate"}),
    "publication": frozenset({"duration", "startingAt", "endingAt", "status", "republish"}),
    "external": frozenset({"id"}),
    "category": frozenset({"id"}),
    "payments": frozenset({"invoice"}),
    "location": frozenset({"city", "countryCode", "postCode", "province"}),
    "afterSalesServices": frozenset({"impliedWarranty", "returnPolicy", "warranty"}),
    "discounts": frozenset({"wholesalePriceList"}),
    "b2b": frozenset({"buyableOnlyByBusiness"}),
}


def check_known(body: Json) -> None:
    """Raise Refusal for properties that no offer request has; its metadata names them (allegro-api issue 10240)."""
    unknown = [
        f"{part}.{key}" if part else f"...{key}"
        for part, known in _KNOWN.items()
        for key in _keys(body.get(part) if part else body)
        if key not in known
    ]
    if unknown:
        message = "Unknown properties found in the request."
        raise Refusal("UnknownJSONProperty", "", message, {"unknownProperties": ", ".join(sorted(unknown))})


def _keys(part: Any) -> list[str]:
    return list(part) if isinstance(part, dict) else []


def patch_of(world: World, seller_id: str, body: Json, present: Json) -> tuple[Json, list[Product]]:
    """Return the merge patch for a seller's request about the document `present`, and the products it names.

    Raises Refusal for unknown properties, products and price lists, and for another shape. Changes nothing.
    """
    check_known(body)
    with shaped_body():
        named = [product_of(world.of(Products), element) for element in body.get("productSet") or []]
        return {**body, **_translated(world, seller_id, body, named, present)}, named


def _translated(world: World, seller_id: str, body: Json, named: list[Product], present: Json) -> Json:
    parts: Json = {}
    if named:
        shown = present.get("productSet") or []
        parts["productSet"] = [
            shown_element(element, product, shown) for element, product in zip(body["productSet"], named, strict=True)
        ]
    if isinstance(body.get("images"), list):
        parts["images"] = hosted(body["images"])
    if body.get("parameters"):
        parts["parameters"] = tidy_parameters(body["parameters"])
    if (body.get("delivery") or {}).get("shippingRates"):
        rates = _price_list(world, seller_id, body["delivery"]["shippingRates"])
        parts["delivery"] = {**body["delivery"], "shippingRates": rates}
    if body.get("compatibilityList"):
        parts["compatibilityList"] = {"type": "MANUAL", **body["compatibilityList"]}
    if body.get("additionalMarketplaces"):
        parts |= _marketplaces(body, present)
    if named and world.of(Switches).catalogue_rewrite and present.get("id"):
        parts |= named[0].content()
    return parts


def _marketplaces(body: Json, present: Json) -> Json:
    """Return the patch for additional marketplaces, with what Allegro adds where an offer enters a new one."""
    base = prices(body).get(BASE_MARKETPLACE) or prices(present).get(BASE_MARKETPLACE)
    amount = Decimal(base["amount"]) if base else Decimal(0)
    shown = present.get("additionalMarketplaces") or {}
    parts: Json = {}
    for name, part in body["additionalMarketplaces"].items():
        if name not in EXCHANGE_RATES:
            metadata = {"supportedAdditionalMarketplaces": ", ".join(EXCHANGE_RATES)}
            message = f"{name} is not an additional marketplace."
            code = "UnsupportedAdditionalMarketplaceException"
            raise Refusal(code, "additionalMarketplaces", message, metadata)
        is_new = part is not None and name not in shown
        parts[name] = merge_patch(additional_marketplace(amount, name), part) if is_new else part
    names = [name for name in {**shown, **parts} if parts.get(name, shown.get(name)) is not None]
    entered = {"base": {"id": BASE_MARKETPLACE}, "additional": [{"id": name} for name in names]}
    publication = {**(body.get("publication") or {}), "marketplaces": entered}
    return {"additionalMarketplaces": parts, "publication": publication}


def _price_list(world: World, seller_id: str, asked: Json) -> Json:
    if "id" in asked:
        return {"id": asked["id"]}
    found = [key for key, name in world.of(DeliveryTerms).names(seller_id).items() if name == asked["name"]]
    if not found:
        message = f"There is no delivery price list {asked['name']!r}."
        metadata = {"requestedName": str(asked["name"])}
        raise Refusal("ShippingRatesNotFoundException", "delivery.shippingRates.name", message, metadata)
    return {"id": found[0]}
