"""The registry of offer fields: what each is called, where it stands in Allegro's documents, what announces it.

Adding a field is one entry in FIELDS. Whatever a detail document holds besides, and is not noise, is still compared:
it falls under `other.<key>`, so that nothing is lost because nobody listed it. No Django here: labels are English
message ids, translated where they are shown.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

Document = dict[str, Any]

# The parts of an offer that snapshots keep apart; the same words as offers.models.SnapshotPart.
PRICE_STOCK_PART = "price_stock"
DETAIL_PART = "detail"
PROMOTIONS_PART = "promotions"
PROMO_OPTIONS_PART = "promo_options"
PRICE_RULES_PART = "price_rules"
BADGES_PART = "badges"
ALLEGRO_PRICES_PART = "allegro_prices"
ALLE_DISCOUNT_PART = "alle_discount"
TRANSLATIONS_PART = "translations"
RATING_PART = "rating"
SMART_PART = "smart"
UNFILLED_PART = "unfilled"
OFFER_PARTS = (
    PRICE_STOCK_PART, DETAIL_PART, PROMOTIONS_PART, PROMO_OPTIONS_PART, PRICE_RULES_PART, BADGES_PART,
    ALLEGRO_PRICES_PART, ALLE_DISCOUNT_PART, TRANSLATIONS_PART, RATING_PART, SMART_PART, UNFILLED_PART,
)  # fmt: skip
# What an event says by itself stands in no part that is read.
TOLD_PART = ""

# The kinds of shared objects; the same words as offers.models.SharedKind.
PRICE_LIST = "price_list"
DELIVERY_SETTINGS = "delivery_settings"
RETURN_POLICY = "return_policy"
WARRANTY = "warranty"
IMPLIED_WARRANTY = "implied_warranty"
PROMOTION = "promotion"
BUNDLE = "bundle"
PRICE_RULE = "price_rule"
CATEGORY = "category"
PRODUCT = "product"
# What values name by id besides, which is no shared object.
OFFER = "offer"
PARAMETER = "parameter"
SHARED_KINDS = (
    PRICE_LIST, DELIVERY_SETTINGS, RETURN_POLICY, WARRANTY, IMPLIED_WARRANTY, PROMOTION, BUNDLE, PRICE_RULE, CATEGORY,
    PRODUCT,
)  # fmt: skip

PRICE_CHANGED = "OFFER_PRICE_CHANGED"
STOCK_CHANGED = "OFFER_STOCK_CHANGED"
CHANGED = "OFFER_CHANGED"
ACTIVATED = "OFFER_ACTIVATED"
ENDED = "OFFER_ENDED"
ARCHIVED = "OFFER_ARCHIVED"
VISIBILITY_CHANGED = "OFFER_VISIBILITY_CHANGED"
TRANSLATION_UPDATED = "OFFER_TRANSLATION_UPDATED"
COUNTRIES_BLOCKED = "OFFER_DELIVERY_COUNTRIES_BLOCKED"


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
    REFERENCES = "references"
    CAMPAIGNS = "campaigns"
    RATES = "rates"
    DOCUMENT = "document"


class Group(StrEnum):
    """The lanes of the chart and the filter of the change list."""

    PRICE = "price"
    CONTENT = "content"
    STOCK = "stock"
    DELIVERY = "delivery"
    PROMOTION = "promotion"
    STATUS = "status"
    TERMS = "terms"


GROUP_LABELS: dict[Group, str] = {
    Group.PRICE: _("Price"),
    Group.CONTENT: _("Content"),
    Group.STOCK: _("Stock"),
    Group.DELIVERY: _("Delivery"),
    Group.PROMOTION: _("Promotion"),
    Group.STATUS: _("Status"),
    Group.TERMS: _("Terms"),
}


@dataclass(frozen=True, slots=True)
class Field:
    """One comparable field of an offer or, where `part` is a kind of shared object, of that.

    `path` leads to its value in the part's document, `per_marketplace` to those of single marketplaces (or languages),
    which stand where the path has "*". `events` announce its change; without any Allegro stays silent about it
    (allegro-api issues 5360, 13523), so only reads can show one. `refers` is the kind of object that its value names;
    `named` gives the ids.
    A minor field moves by itself, or no buyer can notice it.
    """

    key: str
    label: str
    path: tuple[str, ...]
    kind: Kind
    group: Group
    part: str = DETAIL_PART
    events: frozenset[str] = frozenset({CHANGED})
    per_marketplace: tuple[str, ...] = ()
    refers: str = ""
    is_minor: bool = False


SILENT: frozenset[str] = frozenset()

PRICE = Field(
    "price", _("Price"), ("sellingMode", "price"), Kind.MONEY, Group.PRICE,
    PRICE_STOCK_PART, frozenset({PRICE_CHANGED}), ("additionalMarketplaces", "*", "sellingMode", "price"),
)  # fmt: skip
STOCK = Field(
    "stock", _("Stock"), ("stock", "available"), Kind.NUMBER, Group.STOCK,
    PRICE_STOCK_PART, frozenset({STOCK_CHANGED}),
)  # fmt: skip
STATUS = Field(
    "status", _("Status"), ("publication", "status"), Kind.STATUS, Group.STATUS,
    events=frozenset({ACTIVATED, ENDED, ARCHIVED}),
)  # fmt: skip


def _beside(key: str, label: str, kind: Kind, group: Group, part: str, *path: str, refers: str = "") -> Field:
    """A field that stands beside the offer, for each marketplace."""
    return Field(key, label, (), kind, group, part, SILENT, ("*", *path), refers)


def _translated(key: str, label: str, kind: Kind, name: str) -> Field:
    """A text of the offer in each language that it is translated to."""
    return Field(key, label, (), kind, Group.CONTENT, TRANSLATIONS_PART, frozenset({TRANSLATION_UPDATED}), ("*", name))


# What the documents of shared objects name besides objects of their own kind.
_NAMED_WITHIN = {"bundle.slots": OFFER, "category.requirements": PARAMETER}


def _shared(kind_of_object: str, group: Group, *rows: tuple[str, str, Kind, str]) -> Iterator[Field]:
    """The fields of one kind of shared object: (key, label, kind, name in its document)."""
    for key, label, kind, name in rows:
        refers = kind_of_object if kind is Kind.REFERENCE else _NAMED_WITHIN.get(key, "")
        yield Field(key, label, (name,), kind, group, kind_of_object, SILENT, refers=refers)


FIELDS: tuple[Field, ...] = (
    PRICE,
    STOCK,
    STATUS,
    Field("title", _("Title"), ("name",), Kind.TEXT, Group.CONTENT),
    Field("description", _("Description"), ("description",), Kind.HTML, Group.CONTENT),
    Field("images", _("Pictures"), ("images",), Kind.IMAGES, Group.CONTENT),
    Field("parameters", _("Parameters"), ("parameters",), Kind.PARAMETERS, Group.CONTENT),
    Field("product", _("Catalogue product"), ("productSet",), Kind.DOCUMENT, Group.CONTENT, refers=PRODUCT),
    Field("category", _("Category"), ("category", "id"), Kind.REFERENCE, Group.CONTENT, refers=CATEGORY),
    Field("attachments", _("Attachments"), ("attachments",), Kind.DOCUMENT, Group.CONTENT),
    Field("external_id", _("Seller's reference (SKU)"), ("external", "id"), Kind.TEXT, Group.CONTENT),
    Field("size_table", _("Size table"), ("sizeTable", "id"), Kind.REFERENCE, Group.CONTENT),
    Field("compatibility", _("Compatibility list"), ("compatibilityList",), Kind.DOCUMENT, Group.CONTENT),
    Field("language", _("Language"), ("language",), Kind.TEXT, Group.CONTENT),
    Field(
        "delivery_price_list", _("Delivery price list"), ("delivery", "shippingRates", "id"),
        Kind.REFERENCE, Group.DELIVERY, events=SILENT, refers=PRICE_LIST,
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
        Kind.REFERENCE, Group.TERMS, refers=RETURN_POLICY,
    ),
    Field(
        "warranty", _("Warranty"), ("afterSalesServices", "warranty", "id"),
        Kind.REFERENCE, Group.TERMS, refers=WARRANTY,
    ),
    Field(
        "implied_warranty", _("Complaint terms"), ("afterSalesServices", "impliedWarranty", "id"),
        Kind.REFERENCE, Group.TERMS, refers=IMPLIED_WARRANTY,
    ),
    Field("additional_services", _("Additional services"), ("additionalServices", "id"), Kind.REFERENCE, Group.TERMS),
    Field("invoice", _("Invoice type"), ("payments", "invoice"), Kind.TEXT, Group.TERMS),
    Field("tax", _("Tax settings"), ("taxSettings",), Kind.DOCUMENT, Group.TERMS),
    Field("b2b", _("Business buyers only"), ("b2b", "buyableOnlyByBusiness"), Kind.TEXT, Group.TERMS),
    Field(
        "wholesale_price_list", _("Wholesale price list"), ("discounts", "wholesalePriceList", "id"),
        Kind.REFERENCE, Group.PROMOTION, events=SILENT, refers=PROMOTION,
    ),
    Field("stock_unit", _("Unit of the stock"), ("stockUnit",), Kind.TEXT, Group.TERMS),
    Field("selling_format", _("Selling format"), ("sellingMode", "format"), Kind.TEXT, Group.TERMS),
    Field("duration", _("Duration"), ("publication", "duration"), Kind.DURATION, Group.STATUS),
    Field("republish", _("Automatic renewal"), ("publication", "republish"), Kind.TEXT, Group.STATUS),
    Field(
        "marketplaces", _("Marketplaces"), ("publication", "marketplaces"), Kind.DOCUMENT, Group.STATUS,
        events=frozenset({VISIBILITY_CHANGED, CHANGED}),
    ),
    Field(
        "visibility", _("Visibility abroad"), (), Kind.DOCUMENT, Group.STATUS,
        events=frozenset({VISIBILITY_CHANGED}), per_marketplace=("additionalMarketplaces", "*", "publication"),
    ),
    Field("message_settings", _("Message to the seller"), ("messageToSellerSettings",), Kind.DOCUMENT, Group.TERMS),
    Field("contact", _("Contact"), ("contact", "id"), Kind.REFERENCE, Group.TERMS),
    Field("fundraising", _("Charity campaign"), ("fundraisingCampaign", "id"), Kind.REFERENCE, Group.TERMS),
    # Beside the offer: Allegro announces none of it, except translations.
    Field(
        "promotions", _("Promotions"), ("promotions",), Kind.REFERENCES, Group.PROMOTION, PROMOTIONS_PART, SILENT,
        refers=PROMOTION,
    ),
    Field("bundles", _("Bundles"), ("bundles",), Kind.REFERENCES, Group.PROMOTION, PROMOTIONS_PART, SILENT,
          refers=BUNDLE),
    _beside("promo_package", _("Promotion package"), Kind.DOCUMENT, Group.PROMOTION, PROMO_OPTIONS_PART, "base"),
    _beside("promo_extras", _("Extra packages"), Kind.DOCUMENT, Group.PROMOTION, PROMO_OPTIONS_PART, "extra"),
    _beside("promo_pending", _("Next package"), Kind.DOCUMENT, Group.PROMOTION, PROMO_OPTIONS_PART, "pending"),
    _beside("price_rule", _("Price rule"), Kind.REFERENCE, Group.PRICE, PRICE_RULES_PART, "rule", refers=PRICE_RULE),
    _beside("price_range", _("Limits of the price rule"), Kind.DOCUMENT, Group.PRICE, PRICE_RULES_PART, "range"),
    _beside("badges", _("Badges"), Kind.CAMPAIGNS, Group.PROMOTION, BADGES_PART),
    _beside(
        "allegro_price", _("Buyer's price in Allegro Prices"), Kind.MONEY, Group.PRICE, ALLEGRO_PRICES_PART, "final"
    ),
    _beside(
        "allegro_prices_share", _("Declared reduction in Allegro Prices"), Kind.TEXT, Group.PRICE, ALLEGRO_PRICES_PART,
        "declared",
    ),
    _beside(
        "allegro_prices_excluded", _("Excluded from Allegro Prices"), Kind.TEXT, Group.PRICE, ALLEGRO_PRICES_PART,
        "excluded",
    ),
    _beside("alle_discount", _("AlleDiscount"), Kind.CAMPAIGNS, Group.PROMOTION, ALLE_DISCOUNT_PART),
    _translated("translated_title", _("Translated title"), Kind.TEXT, "title"),
    _translated("translated_description", _("Translated description"), Kind.HTML, "description"),
    _translated("translated_safety", _("Translated safety information"), Kind.DOCUMENT, "safetyInformation"),
    Field("rating", _("Average rating"), ("average",), Kind.NUMBER, Group.STATUS, RATING_PART, SILENT),
    Field(
        "ratings", _("Number of ratings"), ("responses",), Kind.NUMBER, Group.STATUS, RATING_PART, SILENT,
        is_minor=True,
    ),
    Field(
        "rating_scores", _("Ratings by score"), ("scores",), Kind.DOCUMENT, Group.STATUS, RATING_PART, SILENT,
        is_minor=True,
    ),
    Field("smart", _("Smart!"), ("fulfilled",), Kind.TEXT, Group.STATUS, SMART_PART, SILENT),
    Field(
        "smart_conditions", _("Conditions of Smart!"), ("conditions",), Kind.DOCUMENT, Group.STATUS, SMART_PART, SILENT
    ),
    Field(
        "unfilled_parameters", _("Missing parameters"), ("parameters",), Kind.DOCUMENT, Group.CONTENT, UNFILLED_PART,
        SILENT, refers=PARAMETER,
    ),
    Field(
        "blocked_deliveries", _("Blocked delivery countries"), (), Kind.DOCUMENT, Group.DELIVERY, TOLD_PART,
        frozenset({COUNTRIES_BLOCKED}),
    ),
    # The content of what offers share.
    *_shared(
        PRICE_LIST, Group.DELIVERY,
        ("price_list.name", _("Name of the delivery price list"), Kind.TEXT, "name"),
        ("price_list.rates", _("Prices of the delivery price list"), Kind.RATES, "rates"),
    ),
    *_shared(
        DELIVERY_SETTINGS, Group.DELIVERY,
        ("delivery.free", _("Free delivery from"), Kind.MONEY, "freeDelivery"),
        ("delivery.free_abroad", _("Free delivery abroad from"), Kind.MONEY, "abroadFreeDelivery"),
        ("delivery.joining", _("Joining of delivery costs"), Kind.DOCUMENT, "joinPolicy"),
    ),
    *_shared(
        RETURN_POLICY, Group.TERMS,
        ("return_policy.name", _("Name of the return policy"), Kind.TEXT, "name"),
        ("return_policy.period", _("Time for returns"), Kind.DURATION, "withdrawalPeriod"),
        ("return_policy.cost", _("Cost of returns"), Kind.DOCUMENT, "returnCost"),
        ("return_policy.range", _("Right of return"), Kind.DOCUMENT, "availability"),
        ("return_policy.options", _("Conditions of returns"), Kind.DOCUMENT, "options"),
    ),
    *_shared(
        WARRANTY, Group.TERMS,
        ("warranty.name", _("Name of the warranty"), Kind.TEXT, "name"),
        ("warranty.individual", _("Warranty for consumers"), Kind.DOCUMENT, "individual"),
        ("warranty.corporate", _("Warranty for businesses"), Kind.DOCUMENT, "corporate"),
    ),
    *_shared(
        IMPLIED_WARRANTY, Group.TERMS,
        ("complaints.name", _("Name of the complaint terms"), Kind.TEXT, "name"),
        ("complaints.individual", _("Complaint terms for consumers"), Kind.DOCUMENT, "individual"),
        ("complaints.corporate", _("Complaint terms for businesses"), Kind.DOCUMENT, "corporate"),
    ),
    *_shared(
        PROMOTION, Group.PROMOTION,
        ("promotion.benefits", _("Terms of the promotion"), Kind.DOCUMENT, "benefits"),
        ("promotion.status", _("Status of the promotion"), Kind.TEXT, "status"),
        ("promotion.criteria", _("Reach of the promotion"), Kind.DOCUMENT, "criteria"),
    ),
    *_shared(
        BUNDLE, Group.PROMOTION,
        ("bundle.slots", _("Content of the bundle"), Kind.DOCUMENT, "slots"),
        ("bundle.discounts", _("Discount of the bundle"), Kind.DOCUMENT, "discounts"),
        ("bundle.publication", _("Status of the bundle"), Kind.DOCUMENT, "publication"),
    ),
    *_shared(
        PRICE_RULE, Group.PRICE,
        ("price_rule.name", _("Name of the price rule"), Kind.TEXT, "name"),
        ("price_rule.type", _("Type of the price rule"), Kind.TEXT, "type"),
        ("price_rule.configuration", _("Terms of the price rule"), Kind.DOCUMENT, "configuration"),
    ),
    *_shared(
        CATEGORY, Group.CONTENT,
        ("category.name", _("Name of the category"), Kind.TEXT, "name"),
        ("category.parent", _("Parent category"), Kind.REFERENCE, "parent"),
        ("category.redirect", _("Category replaced by"), Kind.REFERENCE, "redirect"),
        ("category.requirements", _("Parameters the category will require"), Kind.DOCUMENT, "planned"),
    ),
    *_shared(
        PRODUCT, Group.CONTENT,
        ("product.name", _("Name of the catalogue product"), Kind.TEXT, "name"),
        ("product.images", _("Pictures of the catalogue product"), Kind.IMAGES, "images"),
        ("product.description", _("Description of the catalogue product"), Kind.HTML, "description"),
        ("product.parameters", _("Parameters of the catalogue product"), Kind.PARAMETERS, "parameters"),
        ("product.requirements", _("Parameters the product demands of offers"), Kind.PARAMETERS, "requirements"),
        ("product.status", _("Status of the catalogue product"), Kind.TEXT, "status"),
        ("product.protected", _("Product of a protected brand"), Kind.TEXT, "hasProtectedBrand"),
        ("product.kept", _("What offers must keep as in the catalogue"), Kind.DOCUMENT, "kept"),
        ("product.compatibility", _("Compatibility list of the product"), Kind.DOCUMENT, "compatibility"),
        ("product.specification", _("Technical data of the product"), Kind.PARAMETERS, "specification"),
        ("product.safety", _("Safety information of the product"), Kind.DOCUMENT, "safety"),
    ),
    Field(
        "product.category", _("Category of the catalogue product"), ("category",), Kind.REFERENCE, Group.CONTENT,
        PRODUCT, SILENT, refers=CATEGORY,
    ),
)  # fmt: skip

BY_KEY: dict[str, Field] = {field.key: field for field in FIELDS}
MINOR_KEYS = [field.key for field in FIELDS if field.is_minor]
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


def value_at(document: Document, path: tuple[str, ...]) -> Any:
    """The value at `path`, None where any step of it is absent or null: Allegro drops empty branches at will."""
    value: Any = document
    for step in path:
        if not isinstance(value, dict):
            return None
        value = value.get(step)
    return value


def named(field: Field, value: Any) -> list[str]:
    """The ids of what a value of `field` refers to: itself, those of a list, or of what entries of a list hold."""
    if not field.refers:
        return []
    listed = value if isinstance(value, list) else [value]
    found = (_ids_within(field, each) if isinstance(each, dict) else [each] for each in listed)
    return [each for ids in found for each in ids if isinstance(each, str) and each]


def _ids_within(field: Field, entry: Document) -> list[Any]:
    if field.refers == OFFER:
        # A slot of a bundle: one offer, the one that stands for it, or several for the buyer to choose from.
        return [entry.get("id"), entry.get("representative"), *(each.get("id") for each in entry.get("offers") or ())]
    inner = entry.get(field.refers)
    return [inner.get("id") if isinstance(inner, dict) else inner]


def values_of(field: Field, document: Document) -> dict[str, Any]:
    """The values of `field` in its part's document, by marketplace; "" is the account's own, or all of them."""
    values = {"": value_at(document, field.path)} if field.path else {}
    if field.per_marketplace:
        star = field.per_marketplace.index("*")
        branches = value_at(document, field.per_marketplace[:star]) or {}
        for name, branch in branches.items():
            values[name] = value_at({"": branch}, ("", *field.per_marketplace[star + 1 :]))
    return values
