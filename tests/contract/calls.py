"""What the client asks in the contract tests: for every method a call with what it needs and one with all it takes."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from allegro.api.client import AllegroClient
from allegro.api.promotions import PROMOTION_TYPES
from allegro.simulator.stories import CERRADO
from tests.contract.seller import NEW_NAME, PARAMETER, PLANNED, PRESENT, RENAMED_CATEGORY
from tests.simulator.conftest import SANTOS

CZECH = "allegro-cz"
WEEK_AGO = PRESENT - timedelta(days=7)
SPAN = {"since": WEEK_AGO, "until": PRESENT}


@dataclass(frozen=True)
class Found:
    """An argument that only the simulated world knows: `ask` gets it from the client."""

    ask: Callable[[AllegroClient], Any]


@dataclass(frozen=True)
class Call:
    """One call of a client's method: the endpoint it must use, its arguments, and what must be true of the result.

    Of one that `is_refused` the result is the error.
    """

    endpoint: str
    method: str
    expected: Callable[[Any], bool]
    arguments: Mapping[str, Any] = field(default_factory=dict)
    is_refused: bool = False

    def __str__(self) -> str:
        return f"{self.method}({', '.join(self.arguments)})"

    def found(self, client: AllegroClient) -> dict[str, Any]:
        """The arguments, with what only the world knows asked of the client."""
        return {
            name: value.ask(client) if isinstance(value, Found) else value for name, value in self.arguments.items()
        }


def some(result: Any) -> bool:
    """Whether there are any rows."""
    return len(getattr(result, "rows", result)) > 0


def none(result: Any) -> bool:
    """Whether there are no rows, as past the end of a list."""
    return not some(result)


def _first(method: str) -> Found:
    """The id of the first row that a method gives."""
    return Found(lambda client: getattr(client, method)().rows[0].id)


def _entered(client: AllegroClient) -> str:
    """The AlleDiscount campaign in which the seller has an offer."""
    return next(each.id for each in client.alle_discount_campaigns() if client.alle_discount_offers(each.id).rows)


def _newest(client: AllegroClient) -> str:
    """The id of the newest event of the order journal."""
    latest = client.latest_order_event()
    return latest.event_id if latest else ""


def _order(client: AllegroClient) -> str:
    return client.orders_bought(WEEK_AGO).rows[0].id


def _return(client: AllegroClient) -> str:
    return client.customer_returns(since=WEEK_AGO).rows[0].id


ACCOUNT = (
    Call("me", "me", lambda me: (me.id, me.base_marketplace) == ("44300112", "allegro-pl")),
    Call("quality", "quality", lambda days: len(days) == 30 and all(day.metrics for day in days)),
    Call("smart", "smart", lambda smart: smart.is_fulfilled and some(smart.conditions)),
    Call("smart", "smart", lambda smart: some(smart.conditions), {"marketplace": CZECH}),
)
OFFERS = (
    Call("offer-events", "offer_events", lambda rows: "OFFER_PRICE_CHANGED" in {row.type for row in rows}),
    Call(
        "offer-events",
        "offer_events",
        none,
        {"after": Found(lambda client: client.offer_events()[-1].event_id)},
    ),
    Call("offers", "offers", lambda page: len(page.rows) == page.total > 40),
    Call("offers", "offers", lambda page: len(page.rows) == page.total - 40, {"offset": 40}),
    Call("product-offer", "product_offer", lambda offer: offer["name"] != "", {"offer_id": SANTOS}),
    Call("offer-parts", "offer_parts", lambda offer: offer["stock"]["available"] > 0, {"offer_id": SANTOS}),
    Call(
        "offer-translations",
        "offer_translations",
        lambda rows: {row.language for row in rows} == {"pl-PL", "cs-CZ"},
        {"offer_id": SANTOS},
    ),
    Call("offer-rating", "offer_rating", lambda rating: rating.average > 4, {"offer_id": SANTOS}),
    Call("offer-smart", "offer_smart", lambda smart: smart.is_fulfilled, {"offer_id": SANTOS}),
    Call("offer-smart", "offer_smart", lambda smart: smart.is_fulfilled, {"offer_id": SANTOS, "marketplace": CZECH}),
    Call("unfilled-parameters", "unfilled_parameters", lambda page: page.rows[0].parameter_ids == (PARAMETER,)),
    Call(
        "unfilled-parameters",
        "unfilled_parameters",
        lambda page: [row.offer_id for row in page.rows] == [SANTOS],
        {"offset": 0, "parameter_type": "REQUIRED", "offer_ids": (SANTOS,)},
    ),
)
PROMOTIONS = (
    *(
        Call("loyalty-promotions", "loyalty_promotions", some, {"promotion_type": kind})
        for kind in PROMOTION_TYPES
        if kind != "CROSS_MULTIPACK"  # the seller has none
    ),
    Call(
        "loyalty-promotions",
        "loyalty_promotions",
        lambda page: page.rows[0].offer_ids == ("15204907267",),
        {"promotion_type": "MULTIPACK", "offset": 0, "offer_id": "15204907267"},
    ),
    Call("bundles", "bundles", lambda page: len(page.rows[0].offers) > 1),
    Call(
        "bundles",
        "bundles",
        some,
        {"page_id": "", "offer_id": Found(lambda client: client.bundles().rows[0].offers[0].offer_id)},
    ),
    Call("flexible-bundles", "flexible_bundles", lambda page: len(page.rows[0].offer_ids) > 1),
    Call("flexible-bundles", "flexible_bundles", some, {"page_id": "", "offer_id": SANTOS}),
    Call(
        "flexible-bundle",
        "flexible_bundle",
        lambda bundle: SANTOS in bundle.offer_ids,
        {"bundle_id": _first("flexible_bundles")},
    ),
    Call("promo-options", "promo_options", lambda page: len(page.rows) == page.total > 40),
    Call("promo-options", "promo_options", lambda page: len(page.rows) == page.total - 40, {"offset": 40}),
    Call(
        "offer-promo-options",
        "offer_promo_options",
        lambda options: options.marketplaces[0].base.id == "emphasized10d",
        {"offer_id": SANTOS},
    ),
    Call("promotion-packages", "promotion_packages", some),
    Call("price-rules", "price_rules", lambda rules: any(rule.is_default for rule in rules)),
    Call(
        "offer-price-rules",
        "offer_price_rules",
        lambda rules: rules[0].lowest.amount == 40,
        {"offer_id": CERRADO},
    ),
)
CAMPAIGNS = (
    Call("badges", "badges", lambda page: page.rows[0].bargain_price.currency == "PLN", {"marketplace": "allegro-pl"}),
    Call("badges", "badges", some, {"marketplace": "allegro-pl", "offset": 0, "offer_id": SANTOS}),
    Call("badge-campaigns", "badge_campaigns", lambda rows: "BARGAIN" in {row.id for row in rows}),
    Call(
        "badge-campaigns",
        "badge_campaigns",
        lambda rows: {row.marketplace for row in rows} == {CZECH},
        {"marketplace": CZECH},
    ),
    Call("allegro-prices-participations", "allegro_prices_participations", lambda rows: len(rows) == 4),
    # The file lets the ids be left out, but the sandbox has refused that with 400, and so does the simulator.
    Call(
        "allegro-prices-offers",
        "allegro_prices_offers",
        lambda error: error.status == 400,
        {"marketplace": "allegro-pl"},
        is_refused=True,
    ),
    Call(
        "allegro-prices-offers",
        "allegro_prices_offers",
        lambda page: page.rows[0].declared_percentage == 15,
        {"marketplace": "allegro-pl", "offer_ids": (CERRADO,)},
    ),
    Call(
        "allegro-prices-offers",
        "allegro_prices_offers",
        some,
        {"marketplace": "allegro-pl", "offer_ids": (CERRADO, SANTOS), "offset": 0, "scope": "WITH_DECLARATION"},
    ),
    Call("alle-discount-campaigns", "alle_discount_campaigns", some),
    Call(
        "alle-discount-offers",
        "alle_discount_offers",
        lambda page: page.rows[0].proposed_price.amount > 0,
        {"campaign_id": Found(_entered)},
    ),
    Call(
        "alle-discount-offers",
        "alle_discount_offers",
        none,
        {"campaign_id": Found(_entered), "offset": 1},
    ),
)
TERMS = (
    Call("shipping-rates", "shipping_rates", lambda rows: "Standard" in {row.name for row in rows}),
    Call("shipping-rates", "shipping_rates", some, {"marketplace": CZECH}),
    Call(
        "shipping-rates-set",
        "shipping_rates_set",
        lambda rates: some(rates.rates),
        {"rates_id": Found(lambda client: client.shipping_rates()[0].id)},
    ),
    Call("delivery-methods", "delivery_methods", some),
    Call(
        "delivery-methods",
        "delivery_methods",
        lambda rows: {row.marketplaces for row in rows} == {(CZECH,)},
        {"marketplace": CZECH},
    ),
    Call("delivery-settings", "delivery_settings", lambda settings: settings.free_from.currency == "PLN"),
    Call(
        "delivery-settings",
        "delivery_settings",
        lambda settings: settings.marketplace == CZECH,
        {"marketplace": CZECH},
    ),
    Call("return-policies", "return_policies", lambda page: page.rows[0].name == "Zwroty 14 dni"),
    Call("return-policies", "return_policies", none, {"offset": 1}),
    Call(
        "return-policy",
        "return_policy",
        lambda policy: "withdrawalPeriod" in policy.raw,
        {"policy_id": _first("return_policies")},
    ),
    Call("warranties", "warranties", some),
    Call("warranties", "warranties", none, {"offset": 1}),
    Call("warranty", "warranty", lambda warranty: "individual" in warranty.raw, {"warranty_id": _first("warranties")}),
    Call("implied-warranties", "implied_warranties", some),
    Call("implied-warranties", "implied_warranties", none, {"offset": 1}),
    Call(
        "implied-warranty",
        "implied_warranty",
        lambda warranty: "individual" in warranty.raw,
        {"warranty_id": _first("implied_warranties")},
    ),
)
CATEGORIES = (
    Call(
        "category-events",
        "category_events",
        lambda rows: (
            [(row.type, row.category_id, row.name) for row in rows]
            == [("CATEGORY_RENAMED", RENAMED_CATEGORY, NEW_NAME)]
        ),
    ),
    Call(
        "category-events",
        "category_events",
        none,
        {"after": Found(lambda client: client.category_events()[-1].id)},
    ),
    Call(
        "category",
        "category",
        lambda category: category.name == NEW_NAME and category.parent_id != "",
        {"category_id": RENAMED_CATEGORY},
    ),
    Call(
        "category-scheduled-changes",
        "scheduled_parameter_changes",
        lambda page: [(row.category_id, row.parameter_id) for row in page.rows] == [(RENAMED_CATEGORY, PLANNED)],
    ),
    Call("category-scheduled-changes", "scheduled_parameter_changes", none, {"offset": 1}),
    Call(
        "product",
        "product",
        lambda product: product.name != "" and some(product.raw["parameters"]),
        {"product_id": Found(lambda client: client.product_offer(SANTOS)["productSet"][0]["product"]["id"])},
    ),
)
ORDERS = (
    Call("order-events", "order_events", lambda rows: len(rows) == 1000 and rows[0].type == "BOUGHT"),
    Call("order-events", "order_events", none, {"after": Found(_newest)}),
    Call("order-event-stats", "latest_order_event", lambda event: event.occurred_at < PRESENT),
    Call("orders", "orders_updated_since", lambda page: len(page.rows) == 100 < page.total, {"since": WEEK_AGO}),
    Call("orders", "orders_updated_since", some, {"since": WEEK_AGO, "offset": 100, "until": PRESENT}),
    Call("orders", "orders_bought", lambda page: len(page.rows) == 100 < page.total, {"since": WEEK_AGO}),
    Call("orders", "orders_bought", some, {"since": WEEK_AGO, "until": PRESENT, "offset": 100}),
    Call(
        "order",
        "order",
        lambda order: order.items[0].quantity > 0 and order.payment_type != "",
        {"order_id": Found(_order)},
    ),
    Call("customer-returns", "customer_returns", lambda page: page.rows[0].items[0].price.amount > 0),
    Call("customer-returns", "customer_returns", some, {"after": Found(_return), "since": WEEK_AGO, "until": PRESENT}),
)
MONEY = (
    Call("billing-entries", "billing_entries", lambda page: len(page.rows) == 100, SPAN),
    Call("billing-entries", "billing_entries", some, {**SPAN, "offset": 100, "marketplace": "allegro-pl"}),
    Call("billing-types", "billing_types", lambda rows: "SUC" in {row.id for row in rows}),
    Call(
        "payment-operations",
        "payment_operations",
        lambda page: len(page.rows) == 50 < page.total,
        {"wallet": "AVAILABLE", **SPAN},
    ),
    Call(
        "payment-operations",
        "payment_operations",
        some,
        {"wallet": "WAITING", **SPAN, "offset": 0, "marketplace": "allegro-pl"},
    ),
)
CALLS = (*ACCOUNT, *OFFERS, *PROMOTIONS, *CAMPAIGNS, *TERMS, *CATEGORIES, *ORDERS, *MONEY)
