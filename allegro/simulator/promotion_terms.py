"""The terms of a rebate, and what Allegro refuses in them (from the description of POST /sale/loyalty/promotions)."""

from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from typing import Any

from allegro.simulator.body_checks import distinct, entries, positive, positive_money, shaped_body, whole
from allegro.simulator.documents import Json
from allegro.simulator.validation import Refusal

MULTIPACK, CROSS_MULTIPACK = "MULTIPACK", "CROSS_MULTIPACK"
LARGE_ORDER_DISCOUNT, WHOLESALE_PRICE_LIST = "LARGE_ORDER_DISCOUNT", "WHOLESALE_PRICE_LIST"
KINDS = (MULTIPACK, CROSS_MULTIPACK, LARGE_ORDER_DISCOUNT, WHOLESALE_PRICE_LIST)
UNIT_PERCENTAGE_DISCOUNT = "UNIT_PERCENTAGE_DISCOUNT"

# The discount of the cheapest piece must be above this, by the number of pieces in the pack.
ABOVE_PERCENT = {2: 15, 3: 30, 4: 40, 5: 50}
CRITERIA = {
    UNIT_PERCENTAGE_DISCOUNT: "CONTAINS_OFFERS",
    LARGE_ORDER_DISCOUNT: "ALL_OFFERS",
    WHOLESALE_PRICE_LIST: "OFFERS_ASSIGNED_EXTERNALLY",
}
_LIST = "benefits[0].specification.thresholds"


@dataclass(frozen=True)
class Terms:
    """What a rebate gives and for which offers: one of KINDS, the benefit's specification, ids of the listed offers."""

    kind: str
    specification: Json
    offer_ids: tuple[str, ...] = ()

    def criterion(self) -> Json:
        """Return the offer criterion in the shape of SellerRebateOfferCriterion."""
        kind = CRITERIA[self.specification["type"]]
        return {"type": kind, "offers": [{"id": key} for key in self.offer_ids]} if self.offer_ids else {"type": kind}


def multipack(kind: str, offer_ids: list[str], *, quantity: int, percentage: int) -> Terms:
    """Return the terms of a multipack (one offer) or a cross-offer multipack: one piece of `quantity` is cheaper."""
    specification = {
        "type": UNIT_PERCENTAGE_DISCOUNT,
        "configuration": {"percentage": percentage},
        "trigger": {"forEachQuantity": quantity, "discountedNumber": 1},
    }
    return Terms(kind, specification, tuple(offer_ids))


def large_order_discount(thresholds: list[tuple[Json, int]]) -> Terms:
    """Return the terms of a discount on whole orders: pairs of a lowest value (money) and a percentage."""
    rows = [
        {"orderValue": {"lowerBound": bound}, "discount": {"percentage": str(percent)}} for bound, percent in thresholds
    ]
    return Terms(LARGE_ORDER_DISCOUNT, {"type": LARGE_ORDER_DISCOUNT, "thresholds": rows})


def wholesale_price_list(name: str, thresholds: list[tuple[int, int]]) -> Terms:
    """Return the terms of a wholesale price list: pairs of a lowest number of pieces and a percentage."""
    rows = [
        {"quantity": {"lowerBound": bound}, "discount": {"percentage": str(percent)}} for bound, percent in thresholds
    ]
    return Terms(WHOLESALE_PRICE_LIST, {"type": WHOLESALE_PRICE_LIST, "name": name, "thresholds": rows})


def read_terms(body: Json) -> Terms:
    """Return the checked terms in a SellerCreateRebateRequestDto; raise Refusal where they break a documented rule."""
    with shaped_body():
        specification = entries(body["benefits"], "benefits", 1, 1)[0]["specification"]
        criterion = entries(body["offerCriteria"], "offerCriteria", 1, 1)[0]
        kind = specification["type"]
        if criterion["type"] != CRITERIA.get(kind):
            raise Refusal(
                "InvalidOfferCriteria", "offerCriteria[0].type", f"{kind} goes with {CRITERIA.get(kind, 'nothing')}."
            )
        if kind == LARGE_ORDER_DISCOUNT:
            return large_order_discount(_order_thresholds(specification["thresholds"]))
        if kind == WHOLESALE_PRICE_LIST:
            return wholesale_price_list(_name(specification["name"]), _quantity_thresholds(specification["thresholds"]))
        return _read_multipack(specification, criterion)


def _read_multipack(specification: Json, criterion: Json) -> Terms:
    path = "benefits[0].specification"
    trigger = specification["trigger"]
    quantity = whole(trigger["forEachQuantity"], f"{path}.trigger.forEachQuantity", 2, 5)
    whole(trigger["discountedNumber"], f"{path}.trigger.discountedNumber", 1, 1)
    lowest = ABOVE_PERCENT[quantity] + 1
    percentage = whole(specification["configuration"]["percentage"], f"{path}.configuration.percentage", lowest, 100)
    offer_ids = [str(row["id"]) for row in entries(criterion["offers"], "offerCriteria[0].offers", 1, 10_000)]
    distinct(offer_ids, "offerCriteria[0].offers")
    kind = MULTIPACK if len(offer_ids) == 1 else CROSS_MULTIPACK
    return multipack(kind, offer_ids, quantity=quantity, percentage=percentage)


def _name(name: Any) -> str:
    if not isinstance(name, str) or not name.strip():
        raise Refusal("ConstraintViolationException", "benefits[0].specification.name", "The list needs a name.")
    return name


def _order_thresholds(rows: Any) -> list[tuple[Json, int]]:
    pairs = [
        (positive_money(row["orderValue"]["lowerBound"], f"{_LIST}.orderValue.lowerBound", "PLN"), _percentage(row))
        for row in entries(rows, _LIST, 1, 100)
    ]
    _check_ascending([(Decimal(bound["amount"]), percent) for bound, percent in pairs])
    return pairs


def _quantity_thresholds(rows: Any) -> list[tuple[int, int]]:
    pairs = [
        (whole(row["quantity"]["lowerBound"], f"{_LIST}.quantity.lowerBound", 2, 100_000), _percentage(row))
        for row in entries(rows, _LIST, 1, 100)
    ]
    _check_ascending([(Decimal(bound), percent) for bound, percent in pairs])
    return pairs


def _percentage(row: Json) -> int:
    """Return the percentage of a threshold: text, in which only zeros may follow the point."""
    path = f"{_LIST}.discount.percentage"
    percent = positive(row["discount"]["percentage"], path)
    if percent != int(percent) or percent > 100:
        raise Refusal("ConstraintViolationException", path, "The percentage must be whole and at most 100.")
    return int(percent)


def _check_ascending(pairs: list[tuple[Decimal, int]]) -> None:
    ordered = sorted(pairs)
    for (low, less), (high, more) in pairwise(ordered):
        if low == high or less >= more:
            raise Refusal("InvalidThresholds", _LIST, "A higher threshold must also have a higher discount.")
