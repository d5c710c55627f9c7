"""Return policies, warranties and implied warranties of the sellers, and the deed by which a seller changes one."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from allegro.simulator.body_checks import shaped_body
from allegro.simulator.catalogue import ARTICLES, SELLERS, Seller
from allegro.simulator.documents import Json, settings
from allegro.simulator.instants import DAY
from allegro.simulator.noting import note
from allegro.simulator.offer import Offer
from allegro.simulator.terms import Versions, deed_id, one_of, text
from allegro.simulator.validation import Refusal
from allegro.simulator.world import World

AFTER_SALES_CONDITION = "after_sales_condition"
RETURN_POLICIES, WARRANTIES, IMPLIED_WARRANTIES = "return-policies", "warranties", "implied-warranties"
RANGES = ("FULL", "RESTRICTED", "DISABLED")
RESTRICTION_CAUSES = (
    "SEALED_MEDIA",
    "SEALED_ITEM_NO_RETURN_DUE_HEALTH_OR_HYGIENE",
    "CUSTOM_ITEM",
    "SHORT_SHELF_LIFE",
    "INSEPARABLY_LINKED",
    "PRESS",
    "MEDICINAL_PRODUCT",
    "NOT_RECORDED_DIGITAL_CONTENT",
    "VALUE_DEPENDENT_ON_FINANCIAL_MARKET",
    "ALCOHOL",
    "FULLY_IMPLEMENTED_SERVICE",
    "BOOKED_SERVICE",
)
OPTIONS = (
    "cashOnDeliveryNotAllowed",
    "freeAccessoriesReturnRequired",
    "refundLoweredByReceivedDiscount",
    "businessReturnAllowed",
    "collectBySellerOnly",
)
_STREETS = {"Poznań": "Składowa 4", "Lublin": "Magazynowa 11"}


@dataclass(frozen=True)
class Kind:
    """One kind of condition: its key in lists, in an offer's afterSalesServices, its name in the truth, its check."""

    listed_as: str
    offer_key: str
    subject: str
    check: Callable[[Json], Json]

    @property
    def field(self) -> str:
        """Return the truth's field of its content."""
        return f"{self.subject}_content"


class AfterSalesTerms:
    """The conditions of every seller: kind, seller, id. The seeded ones have the ids to which the offers refer."""

    def __init__(self, world: World) -> None:
        saved_at = world.started_at - 300 * DAY
        self.conditions: dict[str, dict[str, dict[str, Versions]]] = {
            kind: {seller: {} for seller in SELLERS} for kind in KINDS
        }
        for seller in SELLERS.values():
            for kind, content in _seeded(world, seller):
                self.conditions[kind][seller.id][content["id"]] = Versions(saved_at, content)
        self._made = 0

    def condition_of(self, kind: str, seller_id: str, key: object) -> Versions | None:
        """Return a seller's condition by kind and id, or None if he has no such condition."""
        return self.conditions[kind][seller_id].get(str(key))

    def next_id(self, world: World) -> str:
        """Return the id of the condition that a deed makes next."""
        self._made += 1
        return deed_id(world, AFTER_SALES_CONDITION, self._made)


def _seeded(world: World, seller: Seller) -> list[tuple[str, Json]]:
    """Return the conditions to which all offers of a seller refer when they are first listed."""
    article = next(article for article in ARTICLES if article.seller is seller)
    ids = settings(world.seed, article)["afterSalesServices"]
    owner = {"id": seller.id}
    policy = {"id": ids["returnPolicy"]["id"], "isFulfillment": False, "seller": owner, **_seeded_policy(seller)}
    warranty = {"id": ids["impliedWarranty"]["id"], "seller": owner, **_seeded_implied_warranty(seller)}
    return [(RETURN_POLICIES, policy), (IMPLIED_WARRANTIES, warranty)]


def _address(seller: Seller) -> Json:
    return {
        "name": seller.company,
        "street": _STREETS[seller.city],
        "postCode": seller.post_code,
        "city": seller.city,
        "countryCode": "PL",
    }


def _seeded_policy(seller: Seller) -> Json:
    return {
        "name": "Zwroty 14 dni",
        "availability": {"range": "FULL", "restrictionCause": None},
        "withdrawalPeriod": "P14D",
        "returnCost": {"coveredBy": "BUYER"},
        "address": _address(seller),
        "contact": {"phoneNumber": "500 100 200", "email": f"zwroty@{seller.login.replace('_', '-')}.example"},
        "options": {name: name == "cashOnDeliveryNotAllowed" for name in OPTIONS},
    }


def _seeded_implied_warranty(seller: Seller) -> Json:
    return {
        "name": "Reklamacje",
        "individual": {"period": "P2Y"},
        "corporate": {"period": "P1Y"},
        "address": _address(seller),
        "description": "Reklamację rozpatrujemy w ciągu 14 dni od jej otrzymania.",
    }


def save_condition(world: World, key: str, body: Json) -> Json:
    """Make (`key` "") or replace a condition: {"seller": id, "kind": path word, "condition": request body}.

    Returns it. Replacing one is silent: no event, one truth action per offer that uses it. Raises Refusal.
    """
    kind, seller_id = str(body["kind"]), str(body["seller"])
    with shaped_body():
        wanted = KINDS[kind].check(body["condition"])
    terms, owner = world.of(AfterSalesTerms), {"seller": {"id": seller_id}}
    if not key:
        made = {"id": terms.next_id(world), **owner, **wanted}
        terms.conditions[kind][seller_id][made["id"]] = Versions(world.now, made)
        return made
    versions = terms.condition_of(kind, seller_id, key)
    if versions is None:
        raise Refusal("NotFoundException", "id", "No such condition.")
    old = versions.present
    fixed = {"isFulfillment": old["isFulfillment"]} if "isFulfillment" in old else {}  # it cannot be changed
    new = {"id": key, **owner, **wanted, **fixed}
    if new != old:
        versions.save(world.now, new)
    for offer in _offers_with(world, seller_id, kind, key):
        note(world, offer, KINDS[kind].field, old, new, subject=(KINDS[kind].subject, key))
    return new


def condition_id(document: Json, kind: str) -> str | None:
    """Return the id of the condition of a kind to which an offer's document refers, or None."""
    found = ((document.get("afterSalesServices") or {}).get(KINDS[kind].offer_key) or {}).get("id")
    return None if found is None else str(found)


def _offers_with(world: World, seller_id: str, kind: str, key: str) -> list[Offer]:
    return [offer for offer in world.offers_of(seller_id) if condition_id(offer.document, kind) == key]


def _checked_policy(wanted: Json) -> Json:
    checked: Json = {
        "isFulfillment": wanted.get("isFulfillment") is True,
        "name": text(wanted["name"], "name", 200),
        "availability": _checked_availability(wanted["availability"]),
    }
    if checked["availability"]["range"] == "DISABLED":
        return {**checked, "withdrawalPeriod": None, "returnCost": None, "address": None, "options": None}
    period = re.fullmatch(r"P(\d{1,4})D", str(wanted["withdrawalPeriod"]))
    if period is None or int(period[1]) < 14:
        raise Refusal("ConstraintViolationException", "withdrawalPeriod", "At least 14 full days, such as P14D.")
    payer = one_of(wanted["returnCost"]["coveredBy"], "returnCost.coveredBy", ("SELLER", "BUYER"))
    contact = wanted.get("contact") or {}
    return {
        **checked,
        "withdrawalPeriod": period[0],
        "returnCost": {"coveredBy": payer},
        "address": _checked_address(wanted["address"]),
        "contact": {name: contact.get(name) for name in ("phoneNumber", "email")},
        "options": {name: wanted["options"][name] is True for name in OPTIONS},
    }


def _checked_availability(wanted: Json) -> Json:
    extent, cause = one_of(wanted["range"], "availability.range", RANGES), wanted.get("restrictionCause")
    path = "availability.restrictionCause"
    if (extent == "FULL") != (cause is None):
        raise Refusal("ConstraintViolationException", path, "Needed unless the range is FULL, and only then.")
    if cause is None:
        return {"range": extent, "restrictionCause": None}
    name = one_of(cause["name"], f"{path}.name", RESTRICTION_CAUSES)
    return {"range": extent, "restrictionCause": {"name": name, "description": str(cause.get("description", ""))}}


def _checked_address(wanted: Json) -> Json:
    parts = ("name", "street", "postCode", "city", "countryCode")
    return {name: text(wanted[name], f"address.{name}", 200) for name in parts}


def _checked_warranty(wanted: Json) -> Json:
    checked: Json = {
        "name": text(wanted["name"], "name", 200),
        "type": one_of(wanted["type"], "type", ("MANUFACTURER", "SELLER")),
        "individual": _checked_period(wanted["individual"], "individual"),
    }
    if wanted.get("corporate"):
        checked["corporate"] = _checked_period(wanted["corporate"], "corporate")
    return {**checked, **_checked_description(wanted)}


def _checked_period(wanted: Json, path: str) -> Json:
    if wanted.get("lifetime"):
        return {"lifetime": True}
    if not re.fullmatch(r"P\d{1,4}[DMY]", str(wanted["period"])):
        raise Refusal("ConstraintViolationException", f"{path}.period", "An ISO 8601 period such as P12M.")
    return {"period": wanted["period"], "lifetime": False}


def _checked_implied_warranty(wanted: Json) -> Json:
    checked: Json = {
        "name": text(wanted["name"], "name", 200),
        "individual": _checked_years(wanted["individual"], "individual"),
        "address": _checked_address(wanted["address"]),
    }
    if wanted.get("corporate"):
        checked["corporate"] = _checked_years(wanted["corporate"], "corporate")
    return {**checked, **_checked_description(wanted)}


def _checked_years(wanted: Json, path: str) -> Json:
    if not re.fullmatch(r"P\d{1,2}Y", str(wanted["period"])):
        raise Refusal("ConstraintViolationException", f"{path}.period", "Full years such as P2Y.")
    return {"period": wanted["period"]}


def _checked_description(wanted: Json) -> Json:
    return {"description": text(wanted["description"], "description", 10_240)} if wanted.get("description") else {}


KINDS = {
    RETURN_POLICIES: Kind("returnPolicies", "returnPolicy", "return_policy", _checked_policy),
    WARRANTIES: Kind("warranties", "warranty", "warranty", _checked_warranty),
    IMPLIED_WARRANTIES: Kind("impliedWarranties", "impliedWarranty", "implied_warranty", _checked_implied_warranty),
}

DEEDS: dict[str, Callable[[World, str, Json], Any]] = {AFTER_SALES_CONDITION: save_condition}
