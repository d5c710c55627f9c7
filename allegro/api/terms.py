"""The seller's terms, which offers only refer to: delivery prices, returns, warranties. Their edits emit no events.

Besides them the dictionary of delivery methods, whose ids stand in the price lists.
"""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from allegro.api.paging import AFTER_SALES
from allegro.api.transport import Resource
from allegro.api.values import (
    Document,
    Money,
    Page,
    bare_page,
    document,
    given,
    instant,
    money,
    number,
    optional_instant,
    optional_money,
    reference,
    rows,
    text,
    whole,
)


@dataclass(frozen=True, slots=True)
class Terms:
    """A set of terms by id and name; what is in it stays in `raw`."""

    id: str
    name: str
    raw: Document = field(repr=False)


@dataclass(frozen=True, slots=True)
class ShippingRate:
    """The price of one delivery method; weight in the unit that `raw` of its list names."""

    delivery_method: str
    first_item: Money
    next_item: Money
    max_quantity: int
    max_weight: Decimal | None


@dataclass(frozen=True, slots=True)
class ShippingRates:
    """A delivery price list with its content."""

    id: str
    name: str
    modified_at: datetime | None
    rates: tuple[ShippingRate, ...]
    raw: Document = field(repr=False)


@dataclass(frozen=True, slots=True)
class DeliverySettings:
    """From which sum delivery is free on a marketplace, at home and abroad, and how costs of items are joined."""

    marketplace: str
    free_from: Money | None
    free_abroad_from: Money | None
    join_strategy: str
    updated_at: datetime
    raw: Document = field(repr=False)


@dataclass(frozen=True, slots=True)
class DeliveryMethod:
    """A delivery method; several have the same name (its id alone is unique). Its limits stay in `raw`."""

    id: str
    name: str
    marketplaces: tuple[str, ...]
    raw: Document = field(repr=False)


class TermsResource(Resource):
    """GET /sale/shipping-rates, /sale/delivery-methods, /sale/delivery-settings, /after-sales-service-conditions."""

    def shipping_rates(self, marketplace: str = "") -> tuple[Terms, ...]:
        """All delivery price lists, without their prices."""
        query = given({"marketplace": marketplace})
        return self._transport.read("shipping-rates", lambda answer: rows(answer["shippingRates"], _terms), query)

    def shipping_rates_set(self, rates_id: str) -> ShippingRates:
        """One delivery price list. Raises Gone."""
        return self._transport.read("shipping-rates-set", _shipping_rates, id=rates_id)

    def delivery_methods(self, marketplace: str = "") -> tuple[DeliveryMethod, ...]:
        """The dictionary of delivery methods, of one marketplace or of all; names in the language asked for."""
        return self._transport.read(
            "delivery-methods",
            lambda answer: rows(answer["deliveryMethods"], _delivery_method),
            given({"marketplace": marketplace}),
        )

    def delivery_settings(self, marketplace: str = "") -> DeliverySettings:
        """The delivery settings on a marketplace, on the own one by default."""
        return self._transport.read("delivery-settings", _settings, given({"marketplace.id": marketplace}))

    def return_policies(self, offset: int = 0) -> Page[Terms]:
        """Up to 60 return policies; an offset of at most 59."""
        return self._after_sales("return-policies", "returnPolicies", offset)

    def return_policy(self, policy_id: str) -> Terms:
        """One return policy. Raises Gone."""
        return self._transport.read("return-policy", _terms, returnPolicyId=policy_id)

    def warranties(self, offset: int = 0) -> Page[Terms]:
        """Up to 60 warranties; an offset of at most 59."""
        return self._after_sales("warranties", "warranties", offset)

    def warranty(self, warranty_id: str) -> Terms:
        """One warranty. Raises Gone."""
        return self._transport.read("warranty", _terms, warrantyId=warranty_id)

    def implied_warranties(self, offset: int = 0) -> Page[Terms]:
        """Up to 60 implied warranties; an offset of at most 59."""
        return self._after_sales("implied-warranties", "impliedWarranties", offset)

    def implied_warranty(self, warranty_id: str) -> Terms:
        """One implied warranty. Raises Gone."""
        return self._transport.read("implied-warranty", _terms, impliedWarrantyId=warranty_id)

    def _after_sales(self, name: str, key: str, offset: int) -> Page[Terms]:
        # Their `count` may be of the page or of all: the specification does not say, so the page's length decides.
        query = {"limit": AFTER_SALES.limit, "offset": offset}
        return self._transport.read(name, lambda answer: bare_page(answer, key, _terms), query)


def _terms(terms: Any) -> Terms:
    return Terms(text(terms["id"]), text(terms["name"]), document(terms))


def _shipping_rates(answer: Any) -> ShippingRates:
    return ShippingRates(
        id=text(answer["id"]),
        name=text(answer["name"]),
        modified_at=optional_instant(answer.get("lastModified")),
        rates=rows(answer["rates"], _rate),
        raw=document(answer),
    )


def _rate(rate: Document) -> ShippingRate:
    weight = rate.get("maxPackageWeight")
    return ShippingRate(
        delivery_method=reference(rate["deliveryMethod"]),
        first_item=money(rate["firstItemRate"]),
        next_item=money(rate["nextItemRate"]),
        max_quantity=whole(rate["maxQuantityPerPackage"]),
        max_weight=number(weight["value"]) if weight and weight.get("value") else None,
    )


def _delivery_method(method: Document) -> DeliveryMethod:
    return DeliveryMethod(
        id=text(method["id"]),
        name=text(method["name"]),
        marketplaces=tuple(text(each) for each in method.get("marketplaces") or ()),
        raw=method,
    )


def _settings(answer: Any) -> DeliverySettings:
    return DeliverySettings(
        marketplace=reference(answer["marketplace"]),
        free_from=optional_money(answer.get("freeDelivery")),
        free_abroad_from=optional_money(answer.get("abroadFreeDelivery")),
        join_strategy=text(answer["joinPolicy"]["strategy"]),
        updated_at=instant(answer["updatedAt"]),
        raw=document(answer),
    )
