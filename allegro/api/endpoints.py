"""Everything that is read from Allegro: one entry per operation of its published OpenAPI description. No Django here.

All of them only read, POST among them included, so that each may be asked a second time without any effect.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from urllib.parse import quote

from allegro.errors import Rejected
from allegro.scopes import BILLING, CAMPAIGNS, OFFERS, ORDERS, PAYMENTS, PROFILE, SETTINGS

PUBLIC = "application/vnd.allegro.public.v1+json"
BETA = "application/vnd.allegro.beta.v1+json"

# Most operations know the languages of all marketplaces, a few English only.
POLISH, ENGLISH = "pl-PL", "en-US"

# Open to every token of a user.
ANY_SCOPE = ""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One operation: `path` as in the OpenAPI description, `scope` that the token needs, `media` for Accept.

    `limit` names the request limit that Allegro sets for it besides the general one, "" where there is none; `language`
    is that of the texts meant for people.
    """

    name: str
    path: str
    scope: str
    method: str = "GET"
    media: str = PUBLIC
    limit: str = ""
    language: str = POLISH

    def address(self, **ids: str) -> str:
        """The path with its parameters filled in and quoted.

        Raises KeyError for one that is not given, Rejected for one that would lead to another path.
        """
        if not all(value.strip(".") for value in ids.values()):
            raise Rejected(f"{self.path} needs an id")
        return self.path.format_map({name: quote(value, safe="") for name, value in ids.items()})


AFTER_SALES = "/after-sales-service-conditions"
_ALL = (
    Endpoint("me", "/me", PROFILE),
    Endpoint("quality", "/sale/quality", PROFILE),
    Endpoint("smart", "/sale/smart", PROFILE),
    Endpoint("offer-events", "/sale/offer-events", OFFERS, language=ENGLISH),
    Endpoint("offers", "/sale/offers", OFFERS),
    Endpoint("product-offer", "/sale/product-offers/{offerId}", OFFERS, limit="product-offer"),
    Endpoint("offer-parts", "/sale/product-offers/{offerId}/parts", OFFERS, limit="parts"),
    Endpoint("offer-translations", "/sale/offers/{offerId}/translations", OFFERS),
    Endpoint("offer-rating", "/sale/offers/{offerId}/rating", OFFERS),
    Endpoint("offer-smart", "/sale/offers/{offerId}/smart", OFFERS),
    Endpoint("unfilled-parameters", "/sale/offers/unfilled-parameters", OFFERS),
    Endpoint("loyalty-promotions", "/sale/loyalty/promotions", OFFERS),
    Endpoint("bundles", "/sale/bundles", OFFERS),
    Endpoint("flexible-bundles", "/sale/flexible-bundles", OFFERS),
    Endpoint("flexible-bundle", "/sale/flexible-bundles/{bundleId}", OFFERS),
    Endpoint("promo-options", "/sale/offers/promo-options", OFFERS),
    Endpoint("offer-promo-options", "/sale/offers/{offerId}/promo-options", OFFERS),
    Endpoint("promotion-packages", "/sale/offer-promotion-packages", ANY_SCOPE),
    Endpoint("price-rules", "/sale/price-automation/rules", OFFERS, limit="price-automation"),
    Endpoint("offer-price-rules", "/sale/price-automation/offers/{offerId}/rules", OFFERS, limit="price-automation"),
    Endpoint("badges", "/sale/badges", CAMPAIGNS),
    Endpoint("badge-campaigns", "/sale/badge-campaigns", CAMPAIGNS),
    Endpoint("allegro-prices-participations", "/sale/allegro-prices/accounts/participations", CAMPAIGNS),
    Endpoint("allegro-prices-offers", "/sale/allegro-prices/offers-queries", CAMPAIGNS, method="POST"),
    Endpoint("alle-discount-campaigns", "/sale/alle-discount/campaigns", CAMPAIGNS, language=ENGLISH),
    Endpoint("alle-discount-offers", "/sale/alle-discount/{campaignId}/submitted-offers", CAMPAIGNS, language=ENGLISH),
    Endpoint("shipping-rates", "/sale/shipping-rates", SETTINGS),
    Endpoint("shipping-rates-set", "/sale/shipping-rates/{id}", SETTINGS),
    Endpoint("delivery-settings", "/sale/delivery-settings", SETTINGS),
    Endpoint("return-policies", f"{AFTER_SALES}/return-policies", SETTINGS),
    Endpoint("return-policy", f"{AFTER_SALES}/return-policies/{{returnPolicyId}}", SETTINGS),
    Endpoint("warranties", f"{AFTER_SALES}/warranties", SETTINGS),
    Endpoint("warranty", f"{AFTER_SALES}/warranties/{{warrantyId}}", SETTINGS),
    Endpoint("implied-warranties", f"{AFTER_SALES}/implied-warranties", SETTINGS),
    Endpoint("implied-warranty", f"{AFTER_SALES}/implied-warranties/{{impliedWarrantyId}}", SETTINGS),
    Endpoint("delivery-methods", "/sale/delivery-methods", ANY_SCOPE),
    Endpoint("category-events", "/sale/category-events", ANY_SCOPE),
    Endpoint("category", "/sale/categories/{categoryId}", ANY_SCOPE),
    Endpoint("category-scheduled-changes", "/sale/category-parameters-scheduled-changes", ANY_SCOPE),
    Endpoint("product", "/sale/products/{productId}", OFFERS, limit="products"),
    Endpoint("order-events", "/order/events", ORDERS),
    Endpoint("order-event-stats", "/order/event-stats", ORDERS),
    Endpoint("orders", "/order/checkout-forms", ORDERS),
    Endpoint("order", "/order/checkout-forms/{id}", ORDERS),
    Endpoint("customer-returns", "/order/customer-returns", ORDERS, media=BETA, limit="customer-returns"),
    Endpoint("billing-entries", "/billing/billing-entries", BILLING),
    Endpoint("billing-types", "/billing/billing-types", ANY_SCOPE),
    Endpoint("payment-operations", "/payments/payment-operations", PAYMENTS),
)

ENDPOINTS: Mapping[str, Endpoint] = MappingProxyType({each.name: each for each in _ALL})
