"""The registry of offer fields: what each is called, where it stands in Allegro's documents, what announces it.

Adding a field is one entry in FIELDS. Whatever a detail document holds besides, and is not noise, is still compared:
it falls under `other.<key>`, so that nothing is lost because nobody listed it. No Django here: labels are English
message ids, translated where they are shown.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

# The parts of an offer that snapshots keep apart; the same words as offers.models.SnapshotPart.
PRICE_STOCK_PART = "price_stock"
DETAIL_PART = "detail"

PRICE_CHANGED = "OFFER_PRICE_CHANGED"
STOCK_CHANGED = "OFFER_STOCK_CHANGED"
CHANGED = "OFFER_CHANGED"
ACTIVATED = "OFFER_ACTIVATED"
ENDED = "OFFER_ENDED"
ARCHIVED = "OFFER_ARCHIVED"
VISIBILITY_CHANGED = "OFFER_VISIBILITY_CHANGED"


def _(message: str) -> str:
    """Mark a message for translation, as makemessages looks for this name, without translating it here."""
    return message


class Kind(StrEnum):
    """How a value is compared and shown."""

    MONEY = "money"
    NUMBER = "number"
    TEXT = "text"
    HTML = "html"
    IMAGES = "images"
    PARAMETERS = "parameters"
    STATUS = "status"
    DURATION = "duration"
    REFERENCE = "reference"
    DOCUMENT = "document"


class Group(StrEnum):
    """The lanes of the chart and the filter of the change list."""

    PRICE = "price"
    CONTENT = "content"
    STOCK = "stock"
    DELIVERY = "delivery"
    STATUS = "status"
    TERMS = "terms"


GROUP_LABELS: dict[Group, str] = {
    Group.PRICE: _("Price"),
    Group.CONTENT: _("Content"),
    Group.STOCK: _("Stock"),
    Group.DELIVERY: _("Delivery"),
    Group.STATUS: _("Status"),
    Group.TERMS: _("Terms"),
}


@dataclass(frozen=True, slots=True)
class Field:
    """One comparable field; `path` leads to it in the document of `part`, `events` announce its change.

    No events: Allegro stays silent about it (allegro-api issues 5360, 13523), so only reads can show a change.
    """

    key: str
    label: str
    path: tuple[str, ...]
    kind: Kind
    group: Group
    part: str = DETAIL_PART
    events: frozenset[str] = frozenset({CHANGED})


SILENT: frozenset[str] = frozenset()

PRICE = Field(
    "price", _("Price"), ("sellingMode", "price"), Kind.MONEY, Group.PRICE,
    PRICE_STOCK_PART, frozenset({PRICE_CHANGED}),
)  # fmt: skip
STOCK = Field(
    "stock", _("Stock"), ("stock", "available"), Kind.NUMBER, Group.STOCK,
    PRICE_STOCK_PART, frozenset({STOCK_CHANGED}),
)  # fmt: skip
STATUS = Field(
    "status", _("Status"), ("publication", "status"), Kind.STATUS, Group.STATUS,
    events=frozenset({ACTIVATED, ENDED, ARCHIVED}),
)  # fmt: skip

FIELDS: tuple[Field, ...] = (
    PRICE,
    STOCK,
    STATUS,
    Field("title", _("Title"), ("name",), Kind.TEXT, Group.CONTENT),
    Field("description", _("Description"), ("description",), Kind.HTML, Group.CONTENT),
    Field("images", _("Pictures"), ("images",), Kind.IMAGES, Group.CONTENT),
    Field("parameters", _("Parameters"), ("parameters",), Kind.PARAMETERS, Group.CONTENT),
    Field("product", _("Catalogue product"), ("productSet",), Kind.DOCUMENT, Group.CONTENT),
    Field("category", _("Category"), ("category", "id"), Kind.REFERENCE, Group.CONTENT),
    Field("attachments", _("Attachments"), ("attachments",), Kind.DOCUMENT, Group.CONTENT),
    Field("external_id", _("Seller's reference (SKU)"), ("external", "id"), Kind.TEXT, Group.CONTENT),
    Field("size_table", _("Size table"), ("sizeTable", "id"), Kind.REFERENCE, Group.CONTENT),
    Field("compatibility", _("Compatibility list"), ("compatibilityList",), Kind.DOCUMENT, Group.CONTENT),
    Field("language", _("Language"), ("language",), Kind.TEXT, Group.CONTENT),
    Field(
        "delivery_price_list", _("Delivery price list"), ("delivery", "shippingRates", "id"),
        Kind.REFERENCE, Group.DELIVERY, events=SILENT,
    ),
    Field(
        "handling_time", _("Handling time"), ("delivery", "handlingTime"),
        Kind.DURATION, Group.DELIVERY, events=SILENT,
    ),
    Field("shipment_date", _("Shipment date"), ("delivery", "shipmentDate"), Kind.TEXT, Group.DELIVERY),
    Field("delivery_info", _("Delivery information"), ("delivery", "additionalInfo"), Kind.TEXT, Group.DELIVERY),
    Field("location", _("Location"), ("location",), Kind.DOCUMENT, Group.DELIVERY),
    Field(
        "return_policy", _("Return policy"), ("afterSalesServices", "returnPolicy", "id"),
        Kind.REFERENCE, Group.TERMS,
    ),
    Field("warranty", _("Warranty"), ("afterSalesServices", "warranty", "id"), Kind.REFERENCE, Group.TERMS),
    Field(
        "implied_warranty", _("Complaint terms"), ("afterSalesServices", "impliedWarranty", "id"),
        Kind.REFERENCE, Group.TERMS,
    ),
    Field("additional_services", _("Additional services"), ("additionalServices", "id"), Kind.REFERENCE, Group.TERMS),
    Field("invoice", _("Invoice type"), ("payments", "invoice"), Kind.TEXT, Group.TERMS),
    Field("tax", _("Tax settings"), ("taxSettings",), Kind.DOCUMENT, Group.TERMS),
    Field("b2b", _("Business buyers only"), ("b2b", "buyableOnlyByBusiness"), Kind.TEXT, Group.TERMS),
    Field(
        "wholesale_price_list", _("Wholesale price list"), ("discounts", "wholesalePriceList", "id"),
        Kind.REFERENCE, Group.PRICE, events=SILENT,
    ),
    Field("selling_format", _("Selling format"), ("sellingMode", "format"), Kind.TEXT, Group.TERMS),
    Field("duration", _("Duration"), ("publication", "duration"), Kind.DURATION, Group.STATUS),
    Field("republish", _("Automatic renewal"), ("publication", "republish"), Kind.TEXT, Group.STATUS),
    Field(
        "marketplaces", _("Marketplaces"), ("publication", "marketplaces"), Kind.DOCUMENT, Group.STATUS,
        events=frozenset({VISIBILITY_CHANGED, CHANGED}),
    ),
    Field(
        "visibility", _("Visibility abroad"), ("additionalMarketplaces",), Kind.DOCUMENT, Group.STATUS,
        events=frozenset({VISIBILITY_CHANGED}),
    ),
    Field("message_settings", _("Message to the seller"), ("messageToSellerSettings",), Kind.DOCUMENT, Group.TERMS),
    Field("contact", _("Contact"), ("contact", "id"), Kind.REFERENCE, Group.TERMS),
    Field("fundraising", _("Charity campaign"), ("fundraisingCampaign", "id"), Kind.REFERENCE, Group.TERMS),
)  # fmt: skip

BY_KEY: dict[str, Field] = {field.key: field for field in FIELDS}
OTHER_PREFIX = "other."


def get_field(key: str) -> Field:
    """The registry's entry for `key`; for `other.<name>` one that shows the raw name."""
    if key in BY_KEY:
        return BY_KEY[key]
    name = key.removeprefix(OTHER_PREFIX)
    return Field(key, name, (name,), Kind.DOCUMENT, Group.TERMS)


def keys_of_group(group: str) -> list[str]:
    """The field keys of one group, for filters; unregistered fields are not among them."""
    return [field.key for field in FIELDS if field.group == group]


def fields_of_part(part: str) -> Iterator[Field]:
    """The registered fields that stand in `part`."""
    return (field for field in FIELDS if field.part == part)


def value_at(document: dict[str, Any], path: tuple[str, ...]) -> Any:
    """The value at `path`, None where any step of it is absent or null: Allegro drops empty branches at will."""
    value: Any = document
    for step in path:
        if not isinstance(value, dict):
            return None
        value = value.get(step)
    return value
