"""Allegro's codes in words, by the key of the document that holds them, as the seller's panel calls them.

The codes are those of Allegro's published OpenAPI description. One that it adds later stays visible and is marked as
Allegro's own, so that nobody takes it for a word of ours.
"""

import re
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

# Words, numbers and the names of places are no codes; a code is written in capitals.
CODE = re.compile(r"[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*")
# No free text is written like this, under whatever key.
CERTAIN_CODE = re.compile(r"[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+")

Words = Mapping[str, Any]

TYPES: Words = {
    # Of a price rule.
    "EXCHANGE_RATE": gettext_lazy("by the exchange rate"),
    "FOLLOW_BY_ALLEGRO_MIN_PRICE": gettext_lazy("the lowest price on Allegro"),
    "FOLLOW_BY_MARKET_MIN_PRICE": gettext_lazy("the lowest price on the market"),
    "FOLLOW_BY_TOP_OFFER_PRICE": gettext_lazy("the price of the best offer"),
    # Of its limits.
    "MARKETPLACE_CURRENCY": gettext_lazy("in the currency of this marketplace"),
    "BASE_MARKETPLACE_CURRENCY": gettext_lazy("in the currency of the main marketplace"),
    # Of a promotion.
    "LARGE_ORDER_DISCOUNT": gettext_lazy("Large order discount"),
    "WHOLESALE_PRICE_LIST": gettext_lazy("Wholesale price list"),
    "UNIT_PERCENTAGE_DISCOUNT": gettext_lazy("Multipack discount"),
    # Of a bundle's discount.
    "SLOT_DISCOUNT": gettext_lazy("on single elements of the bundle"),
    "WHOLE_BUNDLE_DISCOUNT": gettext_lazy("on the whole bundle"),
    # Of safety information and compatibility lists.
    "TEXT": gettext_lazy("text"),
    "ATTACHMENTS": gettext_lazy("attachments"),
    "NO_SAFETY_INFORMATION": gettext_lazy("no safety information"),
    "PRODUCT_BASED": gettext_lazy("from the catalogue product"),
    "ID": gettext_lazy("from Allegro's list"),
    # Of a translation, MANUAL of a compatibility list too.
    "AUTO": gettext_lazy("translated automatically"),
    "MANUAL": gettext_lazy("entered by hand"),
    "BASE": gettext_lazy("the offer's own text"),
    # Of a delivery price list.
    "ELECTRONIC": gettext_lazy("electronic delivery"),
    "PHYSICAL": gettext_lazy("physical delivery"),
    # Of a warranty.
    "MANUFACTURER": gettext_lazy("the manufacturer's"),
    "SELLER": gettext_lazy("the seller's"),
    # Of a time.
    "ALWAYS": gettext_lazy("always"),
    "NEVER": gettext_lazy("never"),
    "SINCE": gettext_lazy("from a day on"),
    "UNTIL": gettext_lazy("until a day"),
    "WITHIN": gettext_lazy("for some days"),
    # Of what a category plans.
    "REQUIREMENT_CHANGE": gettext_lazy("will be required"),
}
RESTRICTIONS: Words = {
    "ALCOHOL": gettext_lazy("alcohol"),
    "BOOKED_SERVICE": gettext_lazy("a service for a set day"),
    "CUSTOM_ITEM": gettext_lazy("made to the buyer's order"),
    "FULLY_IMPLEMENTED_SERVICE": gettext_lazy("a service already done in full"),
    "INSEPARABLY_LINKED": gettext_lazy("cannot be separated from other things after delivery"),
    "MEDICINAL_PRODUCT": gettext_lazy("a medicine"),
    "NOT_RECORDED_DIGITAL_CONTENT": gettext_lazy("digital content without a carrier"),
    "PRESS": gettext_lazy("newspapers and magazines"),
    "SEALED_ITEM_NO_RETURN_DUE_HEALTH_OR_HYGIENE": gettext_lazy("sealed for health or hygiene"),
    "SEALED_MEDIA": gettext_lazy("sealed recordings or software"),
    "SHORT_SHELF_LIFE": gettext_lazy("a short shelf life"),
    "VALUE_DEPENDENT_ON_FINANCIAL_MARKET": gettext_lazy("a price that follows the financial market"),
}
# The voivodeships are called the same in every language here.
PROVINCES: Words = {
    "DOLNOSLASKIE": "dolnośląskie", "KUJAWSKO_POMORSKIE": "kujawsko-pomorskie", "LODZKIE": "łódzkie",
    "LUBELSKIE": "lubelskie", "LUBUSKIE": "lubuskie", "MALOPOLSKIE": "małopolskie", "MAZOWIECKIE": "mazowieckie",
    "OPOLSKIE": "opolskie", "PODKARPACKIE": "podkarpackie", "PODLASKIE": "podlaskie", "POMORSKIE": "pomorskie",
    "SLASKIE": "śląskie", "SWIETOKRZYSKIE": "świętokrzyskie", "WARMINSKO_MAZURSKIE": "warmińsko-mazurskie",
    "WIELKOPOLSKIE": "wielkopolskie", "ZACHODNIOPOMORSKIE": "zachodniopomorskie",
}  # fmt: skip
LANGUAGES: Words = {
    "pl-PL": gettext_lazy("Polish"),
    "en-US": gettext_lazy("English"),
    "cs-CZ": gettext_lazy("Czech"),
    "sk-SK": gettext_lazy("Slovak"),
    "hu-HU": gettext_lazy("Hungarian"),
    "ro-RO": gettext_lazy("Romanian"),
    "uk-UA": gettext_lazy("Ukrainian"),
}
OFFERS_OF_A_PROMOTION: Words = {
    "ALL_OFFERS": gettext_lazy("all offers"),
    "CONTAINS_OFFERS": gettext_lazy("chosen offers"),
    "OFFERS_ASSIGNED_EXTERNALLY": gettext_lazy("offers assigned from another list"),
}
UNITS: Words = {
    "UNIT": gettext_lazy("by the piece"),
    "SET": gettext_lazy("by the set"),
    "PAIR": gettext_lazy("by the pair"),
    "KILOGRAM": "kg",
}
PACKAGES: Words = {
    "emphasized10d": gettext_lazy("Featured for 10 days"),
    "emphasized1d": gettext_lazy("Flexible feature"),
    "departmentPage": gettext_lazy("Promotion on the department page"),
    # Withdrawn on 2025-10-28 (allegro-api issue 12387), still in older records.
    "promoPackage": gettext_lazy("Promo package"),
    "promo": gettext_lazy("Promo package"),
}
CAMPAIGN_STATUSES: Words = {
    "IN_VERIFICATION": gettext_lazy("in verification"),
    "VERIFICATION": gettext_lazy("in verification"),
    "WAITING_FOR_PUBLICATION": gettext_lazy("waiting for publication"),
    "ACCEPTED": gettext_lazy("accepted"),
    "ACTIVE": gettext_lazy("active"),
    "FINISHED": gettext_lazy("finished"),
    "DECLINED": gettext_lazy("declined"),
}
# Why an offer is not in a campaign; of badges Allegro publishes codes without a list.
REFUSALS: Words = {
    "TOO_HIGH_PROPOSED_PRICE": gettext_lazy("the proposed price is too high"),
    "PRODUCT_CONFIGURATION_CHANGED": gettext_lazy("the offer's product changed meanwhile"),
    "PRODUCT_NOT_IN_CAMPAIGN": gettext_lazy("the product is no longer in the campaign"),
    "OFFER_NOT_VISIBLE_ON_CAMPAIGN_MARKETPLACE": gettext_lazy("the offer is not visible on the campaign's marketplace"),
    "CURRENCY_NOT_SUPPORTED": gettext_lazy("the price is in another currency than the marketplace"),
    "ALLE_DISCOUNT_SUSPENDED_ACCOUNT": gettext_lazy("the account is suspended"),
}
# Why an offer is not shown on another marketplace.
VISIBILITY_REFUSALS: Words = {
    "VQR009_PRICE_IN_ADDITIONAL_MARKETPLACE_MISMATCH": gettext_lazy(
        "the price differs too much from the one on the main marketplace"
    ),
}
# Why an offer is not delivered to a country.
BLOCKADES: Words = {"EXPORT_BLOCKADE": gettext_lazy("Allegro blocks sales to this country")}
VISIBILITY: Words = {
    "APPROVED": gettext_lazy("visible"),
    "REFUSED": gettext_lazy("refused"),
    "IN_PROGRESS": gettext_lazy("being checked"),
    "PENDING": gettext_lazy("waiting"),
}
STATUSES: Words = {
    # Of a promotion or a bundle.
    "ACTIVE": gettext_lazy("in force"),
    "INACTIVE": gettext_lazy("not in force"),
    "SUSPENDED": gettext_lazy("held back"),
    # Of a catalogue product.
    "PROPOSED": gettext_lazy("proposed, not reviewed yet"),
    "LISTED": gettext_lazy("listed"),
    "NOT_LISTED": gettext_lazy("not in the catalogue"),
    "REMOVED": gettext_lazy("removed from the catalogue"),
}
SMART_CONDITIONS: Words = {
    "deliveryMethodPrices": gettext_lazy("Delivery prices within those of Smart!"),
    "returnPaidBy": gettext_lazy("Return costs"),
}

CODES: Mapping[str, Words] = {
    "type": TYPES,
    "status": STATUSES,
    "state": VISIBILITY,
    "criteria": OFFERS_OF_A_PROMOTION,
    "province": PROVINCES,
    "language": LANGUAGES,
    "unit": UNITS,
    "stockUnit": UNITS,
    "operation": {"ADD": gettext_lazy("raise"), "SUBTRACT": gettext_lazy("lower")},
    "mode": {
        "OPTIONAL": gettext_lazy("optional"),
        "HIDDEN": gettext_lazy("hidden"),
        "REQUIRED": gettext_lazy("required"),
    },
    "range": {
        "FULL": gettext_lazy("full"),
        "RESTRICTED": gettext_lazy("restricted"),
        "DISABLED": gettext_lazy("none"),
    },
    # Only the reason of a restricted right of return has a code for its name.
    "name": RESTRICTIONS,
    "coveredBy": {"BUYER": gettext_lazy("the buyer"), "SELLER": gettext_lazy("the seller")},
    "createdBy": {"USER": gettext_lazy("the seller"), "ALLEGRO": "Allegro"},
    "strategy": {
        "MAX": gettext_lazy("the most expensive delivery counts"),
        "MIN": gettext_lazy("the cheapest delivery counts"),
        "SUM": gettext_lazy("the deliveries are added up"),
    },
    "invoice": {
        "VAT": gettext_lazy("VAT invoice"),
        "VAT_MARGIN": gettext_lazy("VAT margin invoice"),
        "WITHOUT_VAT": gettext_lazy("invoice without VAT"),
        "NO_INVOICE": gettext_lazy("no invoice"),
    },
    "format": {
        "BUY_NOW": gettext_lazy("Buy now"),
        "AUCTION": gettext_lazy("Auction"),
        "ADVERTISEMENT": gettext_lazy("Classified ad"),
    },
    "subject": {"GOODS": gettext_lazy("goods"), "SERVICES": gettext_lazy("services")},
    "exemption": {
        "MONEY_EQUIVALENT": gettext_lazy("equivalent of money"),
        "MARGIN_SCHEME": gettext_lazy("margin scheme"),
    },
}  # fmt: skip


def in_words(words: Words, code: Any) -> str:
    """A code of Allegro's in words, "" for none; one that is not listed as it is, marked as Allegro's own."""
    if not code:
        return ""
    text = str(code)
    if text in words:
        return str(words[text])
    return as_new_code(text) if CODE.fullmatch(text) else text


def as_new_code(code: str) -> str:
    """A code that nobody here has a name for."""
    return _("new Allegro code: %(code)s") % {"code": code}


def text_in_words(key: str, text: str) -> str:
    """The text under a document's key: in words where it is a code, as it is where it is none."""
    words = CODES.get(key, {})
    if text in words:
        return str(words[text])
    is_code = CERTAIN_CODE.fullmatch(text) or (words and key != "name" and CODE.fullmatch(text))
    return as_new_code(text) if is_code else text
