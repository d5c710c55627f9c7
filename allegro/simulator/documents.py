"""The product-offer document in which an offer is first listed (shape of SaleProductOfferResponseV1)."""

import re
import unicodedata
from decimal import ROUND_HALF_UP, Decimal
from random import Random
from typing import Any

from allegro.simulator.catalogue import (
    BASE_MARKETPLACE,
    CURRENCIES,
    CZECH_MARKETPLACE,
    HUNGARIAN_MARKETPLACE,
    SLOVAK_MARKETPLACE,
    STANDARD_RATES,
    Article,
)
from allegro.simulator.chance import hexadecimal, stream, uuid
from allegro.simulator.instants import iso_millis

Json = dict[str, Any]

# Documents hold this host; answers put the simulator's own address there, so a world is the same on any port.
IMAGE_HOST = "https://a.allegroimg.com"
# What one PLN is worth in the currency of a marketplace.
EXCHANGE_RATES = {
    CZECH_MARKETPLACE: Decimal("5.85"),
    SLOVAK_MARKETPLACE: Decimal("0.235"),
    HUNGARIAN_MARKETPLACE: Decimal("91.4"),
}
_SMALLEST = {"CZK": Decimal(1), "HUF": Decimal(1)}  # the converter gives whole ones; elsewhere hundredths


def money(amount: Decimal, currency: str) -> Json:
    """Return Allegro's money object with two decimals."""
    return {"amount": str(amount.quantize(Decimal("0.01"), ROUND_HALF_UP)), "currency": currency}


def converted(price: Decimal, marketplace: str, drift: Decimal = Decimal(0)) -> Decimal:
    """Return a PLN price in the currency of a marketplace, rounded as that currency is.

    `drift` is how far the exchange rate stands from its mean: 0.01 for one percent above.
    """
    smallest = _SMALLEST.get(CURRENCIES[marketplace], Decimal("0.01"))
    return (price * (EXCHANGE_RATES[marketplace] * (1 + drift))).quantize(smallest, ROUND_HALF_UP)


def slug(title: str) -> str:
    """Return a title as lower-case ASCII words joined by hyphens."""
    plain = unicodedata.normalize("NFKD", title.casefold().replace("ł", "l")).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")


def image_url(rng: Random, title: str) -> str:
    """Return the address of a new picture of an offer."""
    return f"{IMAGE_HOST}/original/{hexadecimal(rng, 6)}/{hexadecimal(rng, 20)}-{slug(title)}"


def description(title: str, text: str, image: str) -> Json:
    """Return the sections document of a description: a text beside a picture, then a text."""
    head = {"items": [{"type": "TEXT", "content": f"<h1>{title}</h1>"}, {"type": "IMAGE", "url": image}]}
    return {"sections": [head, {"items": [{"type": "TEXT", "content": f"<p>{text}</p>"}]}]}


def first_document(seed: int, article: Article, listed_at: int) -> Json:
    """Return the complete document of an offer listed at `listed_at` (microseconds UTC)."""
    rng = stream(seed, "document", article.offer_id)
    images = [image_url(rng, article.title) for _ in range(rng.randint(3, 6))]
    text = (
        f"{article.title}. Marka {article.brand}. Produkt nowy, starannie zapakowany, wysyłka z Polski. "
        "Masz pytanie? Napisz do nas, odpowiadamy tego samego dnia."
    )
    listed = iso_millis(listed_at)
    return {
        "id": article.offer_id,
        "name": article.title,
        "productSet": [_product(rng, article)],
        "category": {"id": article.category},
        "parameters": _parameters(rng, article),
        "images": images,
        "description": description(article.title, text, images[0]),
        "sellingMode": {
            "format": "BUY_NOW",
            "price": money(article.price, "PLN"),
            "minimalPrice": None,
            "startingPrice": None,
        },
        "stock": {"available": rng.randint(40, 160), "unit": "UNIT"},
        "publication": _publication(article, listed),
        "additionalMarketplaces": _additional_marketplaces(article),
        "delivery": {
            "handlingTime": "PT24H",
            "shippingRates": {"id": STANDARD_RATES},
            "additionalInfo": None,
            "shipmentDate": None,
        },
        **settings(seed, article),
        "createdAt": listed,
        "updatedAt": listed,
    }


def _product(rng: Random, article: Article) -> Json:
    parameters = [
        {"id": "248811", "name": "Marka", "values": [article.brand], "valuesIds": None, "rangeValue": None},
        {
            "id": "225693",
            "name": "EAN (GTIN)",
            "values": [f"590{rng.randrange(10**9, 10**10)}"],
            "valuesIds": None,
            "rangeValue": None,
        },
    ]
    return {
        "quantity": {"value": 1},
        "product": {
            "id": uuid(rng),
            "publication": {"status": "LISTED"},
            "parameters": parameters,
            "isAiCoCreated": False,
        },
        "responsiblePerson": None,
        "responsibleProducer": {"id": uuid(rng)},
        "safetyInformation": {"type": "NO_SAFETY_INFORMATION"},
        "marketedBeforeGPSRObligation": False,
        "deposits": [],
    }


def _parameters(rng: Random, article: Article) -> list[Json]:
    return [
        {"id": "11323", "name": "Stan", "values": ["Nowy"], "valuesIds": ["11323_1"], "rangeValue": None},
        {
            "id": "224017",
            "name": "Kod producenta",
            "values": [f"{article.brand[:2].upper()}-{rng.randint(1000, 9999)}"],
            "valuesIds": None,
            "rangeValue": None,
        },
    ]


def _publication(article: Article, listed: str) -> Json:
    additional = [{"id": marketplace} for marketplace in article.abroad]
    return {
        "duration": None,
        "startingAt": listed,
        "startedAt": listed,
        "status": "ACTIVE",
        "republish": False,
        "endingAt": None,
        "endedBy": None,
        "marketplaces": {"base": {"id": BASE_MARKETPLACE}, "additional": additional},
    }


def _additional_marketplaces(article: Article) -> Json:
    return {marketplace: additional_marketplace(article.price, marketplace) for marketplace in article.abroad}


def additional_marketplace(base_price: Decimal, marketplace: str) -> Json:
    """Return the part of a document about one more marketplace, at the converted PLN price."""
    price = money(converted(base_price, marketplace), CURRENCIES[marketplace])
    return {
        "sellingMode": {"format": "BUY_NOW", "price": price, "minimalPrice": None, "startingPrice": None},
        "publication": {"state": "APPROVED", "refusalReasons": []},
    }


def settings(seed: int, article: Article) -> Json:
    """Return the parts of a document that are a seller's settings, the same in all of his offers but for `external`."""
    rng = stream(seed, "settings", article.seller.id)
    seller = article.seller
    return {
        "external": {"id": f"{'OG' if seller.login.startswith('ogrod') else 'KD'}-{article.offer_id[-5:]}"},
        "afterSalesServices": {
            "impliedWarranty": {"id": uuid(rng)},
            "returnPolicy": {"id": uuid(rng)},
            "warranty": None,
        },
        "location": {
            "city": seller.city,
            "countryCode": "PL",
            "postCode": seller.post_code,
            "province": seller.province,
        },
        "payments": {"invoice": "VAT"},
        "taxSettings": {
            "rates": [{"rate": "23.00", "countryCode": "PL"}],
            "subject": "GOODS",
            "exemption": None,
        },
        "language": "pl-PL",
        "b2b": {"buyableOnlyByBusiness": False},
        "discounts": {"wholesalePriceList": None},
        "attachments": [],
        "additionalServices": None,
        "fundraisingCampaign": None,
        "compatibilityList": None,
        "contact": None,
        "sizeTable": None,
        "messageToSellerSettings": {"mode": "OPTIONAL", "hint": None},
        "aiCoCreatedContent": None,
    }
