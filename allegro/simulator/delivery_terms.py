"""A seller's delivery price lists and delivery settings, and the deeds by which he changes them."""

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from allegro.simulator.body_checks import shaped_body
from allegro.simulator.catalogue import (
    BASE_MARKETPLACE,
    BULKY_RATES,
    CURRENCIES,
    FREE_RATES,
    SELLERS,
    SHIPPING_RATES,
    STANDARD_RATES,
)
from allegro.simulator.delivery_methods import (
    COURIER,
    COURIER_CASH,
    CZECH_LOCKER,
    DELIVERY_METHODS,
    FREIGHT,
    FREIGHT_CASH,
    HUNGARIAN_LOCKER,
    LOCKER,
    ONE_BOX,
    SLOVAK_LOCKER,
    DeliveryMethod,
)
from allegro.simulator.documents import Json, money
from allegro.simulator.instants import DAY, iso_millis
from allegro.simulator.noting import note
from allegro.simulator.offer import Offer
from allegro.simulator.terms import Versions, deed_id, one_of
from allegro.simulator.validation import Refusal
from allegro.simulator.world import World

SHIPPING_RATES_SET, DELIVERY_SETTINGS = "shipping_rates", "delivery_settings"
STRATEGIES = ("MIN", "MAX", "SUM")
_NAME = re.compile(r"[\w\-., ]{1,64}")
_DURATION = re.compile(r"P(\d+D|T\d+H)")
_SEEDED_RATES: dict[str, tuple[tuple[DeliveryMethod, str], ...]] = {
    STANDARD_RATES: (
        (LOCKER, "10.95"),
        (COURIER, "12.90"),
        (ONE_BOX, "8.99"),
        (COURIER_CASH, "18.90"),
        (CZECH_LOCKER, "16.90"),
        (SLOVAK_LOCKER, "18.90"),
        (HUNGARIAN_LOCKER, "18.90"),
    ),
    FREE_RATES: ((LOCKER, "0.00"), (COURIER, "0.00"), (ONE_BOX, "0.00"), (CZECH_LOCKER, "9.90")),
    BULKY_RATES: ((FREIGHT, "89.00"), (FREIGHT_CASH, "99.00")),
}


class DeliveryTerms:
    """The price lists and settings of every seller. The seeded lists have the ids that the offers refer to.

    Both sellers have lists under the same seeded ids, since their offers refer to the same ones; each has his own.
    """

    def __init__(self, world: World) -> None:
        saved_at = world.started_at - 300 * DAY
        self.rates: dict[str, dict[str, Versions]] = {
            seller: {key: Versions(saved_at, _seeded_set(key, saved_at)) for key in SHIPPING_RATES}
            for seller in SELLERS
        }
        self.settings = {seller: {BASE_MARKETPLACE: _seeded_settings(saved_at)} for seller in SELLERS}
        self._seeded_at = saved_at
        self._made = 0

    def set_of(self, seller_id: str, key: object) -> Versions | None:
        """Return a seller's price list by id, or None if he has no such list."""
        return self.rates[seller_id].get(str(key))

    def names(self, seller_id: str) -> dict[str, str]:
        """Return the names of a seller's price lists by id."""
        return {key: str(versions.present["name"]) for key, versions in self.rates[seller_id].items()}

    def settings_of(self, seller_id: str, marketplace: str) -> Json:
        """Return a seller's delivery settings on a marketplace; where he never set any, Allegro's own."""
        own = self.settings[seller_id].get(marketplace)
        return own or _settings(marketplace, {"joinPolicy": {"strategy": "MAX"}}, self._seeded_at)

    def next_id(self, world: World) -> str:
        """Return the id of the list that a deed makes next."""
        self._made += 1
        return deed_id(world, SHIPPING_RATES_SET, self._made)


def _seeded_set(key: str, saved_at: int) -> Json:
    rates = [_rate(method.id, Decimal(price)) for method, price in _SEEDED_RATES[key]]
    return {"id": key, "name": SHIPPING_RATES[key], "rates": rates, "lastModified": iso_millis(saved_at)}


def _rate(method_id: str, price: Decimal) -> Json:
    return {
        "deliveryMethod": {"id": method_id},
        "maxQuantityPerPackage": 5,
        "firstItemRate": money(price, "PLN"),
        "nextItemRate": money(Decimal(0), "PLN"),
    }


def _seeded_settings(saved_at: int) -> Json:
    wanted: Json = {"freeDelivery": money(Decimal(249), "PLN"), "joinPolicy": {"strategy": "MAX"}}
    return _settings(BASE_MARKETPLACE, wanted, saved_at)


def _settings(marketplace: str, wanted: Json, saved_at: int) -> Json:
    return {"marketplace": {"id": marketplace}, **wanted, "updatedAt": iso_millis(saved_at)}


def marketplaces_of(rates: Json) -> list[str]:
    """Return the marketplaces for which a price list qualifies: those of its delivery methods, the base one first."""
    found = {DELIVERY_METHODS[rate["deliveryMethod"]["id"]].marketplace for rate in rates["rates"]}
    return [marketplace for marketplace in CURRENCIES if marketplace in found]


def shipping_rates_id(document: Json) -> str | None:
    """Return the id of the price list to which an offer's document refers, or None."""
    found = ((document.get("delivery") or {}).get("shippingRates") or {}).get("id")
    return None if found is None else str(found)


def offers_with_rates(world: World, seller_id: str, key: str) -> list[Offer]:
    """Return the seller's offers that use a price list now."""
    return [offer for offer in world.offers_of(seller_id) if shipping_rates_id(offer.document) == key]


def save_shipping_rates(world: World, key: str, body: Json) -> Json:
    """Make (`key` "") or replace a price list: {"seller": id, "set": request body}; return the list.

    Replacing one is silent: no event, one truth action per offer that uses it. Raises Refusal for a bad body or id.
    """
    terms, seller_id = world.of(DeliveryTerms), str(body["seller"])
    with shaped_body():
        wanted = _checked_set(body["set"])
    if not key:
        new = {"id": terms.next_id(world), **wanted, "lastModified": iso_millis(world.now)}
        terms.rates[seller_id][new["id"]] = Versions(world.now, new)
        return new
    versions = terms.set_of(seller_id, key)
    if versions is None:
        raise Refusal("ShippingRatesNotFound", "id", "No such delivery price list.")
    old = versions.present
    _check_unchanged_kind(old, body["set"])
    kind: Json = {name: old[name] for name in ("type", "dispatchCountry") if name in old}
    new = {"id": key, **wanted, **kind, "lastModified": iso_millis(world.now)}
    versions.save(world.now, new)
    _record_rates(world, seller_id, old, new)
    return new


def _check_unchanged_kind(old: Json, wanted: Json) -> None:
    for name in ("type", "dispatchCountry"):
        if wanted.get(name) is not None and wanted[name] != old.get(name):
            raise Refusal("ConstraintViolationException", name, f"{name} cannot be changed.")


def _record_rates(world: World, seller_id: str, old: Json, new: Json) -> None:
    before, after = (_without_stamp(content, "lastModified") for content in (old, new))
    for offer in offers_with_rates(world, seller_id, new["id"]):
        note(world, offer, "delivery_rates_content", before, after, subject=("price_list", new["id"]))


def _without_stamp(content: Json, stamp: str) -> Json:
    return {key: value for key, value in content.items() if key != stamp}


def _checked_set(wanted: Json) -> Json:
    """Return the parts of a request body that are kept; raise Refusal where Allegro does."""
    name = wanted.get("name", "")
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        message = "The name has 1 to 64 letters, numbers, hyphens, dots, commas and spaces."
        raise Refusal("ConstraintViolationException", "name", message)
    if not isinstance(wanted["rates"], list) or not wanted["rates"]:
        raise Refusal("ConstraintViolationException", "rates", "A delivery price list has at least one rate.")
    kind = _checked_kind(wanted)
    rates = [_checked_rate(rate, typed=bool(kind)) for rate in wanted["rates"]]
    if len({rate["deliveryMethod"]["id"] for rate in rates}) < len(rates):
        raise Refusal("ConstraintViolationException", "rates", "A delivery method can be listed once only.")
    return {"name": name, "rates": rates, **kind}


def _checked_kind(wanted: Json) -> Json:
    if wanted.get("type") is None:
        return {}
    kind = one_of(wanted["type"], "type", ("PHYSICAL", "ELECTRONIC"))
    if kind == "ELECTRONIC":
        return {"type": kind}
    country = wanted.get("dispatchCountry")
    if not isinstance(country, str) or not re.fullmatch("[A-Z]{2}", country):
        raise Refusal("ConstraintViolationException", "dispatchCountry", "Needed for a list of type PHYSICAL.")
    return {"type": kind, "dispatchCountry": country}


def _checked_rate(rate: Json, *, typed: bool) -> Json:
    method = DELIVERY_METHODS.get(rate["deliveryMethod"]["id"])
    if method is None:
        raise Refusal("DeliveryMethodNotFound", "rates.deliveryMethod.id", "No such delivery method.")
    quantity = rate["maxQuantityPerPackage"]
    if not isinstance(quantity, int) or isinstance(quantity, bool) or not 1 <= quantity <= 999_999:
        raise Refusal("ConstraintViolationException", "rates.maxQuantityPerPackage", "1 to 999999 pieces.")
    checked: Json = {
        "deliveryMethod": {"id": method.id},
        "maxQuantityPerPackage": quantity,
        "firstItemRate": _checked_price(rate["firstItemRate"], method, "firstItemRate"),
        "nextItemRate": _checked_price(rate["nextItemRate"], method, "nextItemRate"),
    }
    if typed and checked["nextItemRate"]["amount"] != "0.00":
        raise Refusal("ConstraintViolationException", "rates.nextItemRate", "Must be 0.00 in a list with a type.")
    return {**checked, **_checked_extras(rate, method)}


def _checked_price(price: Json, method: DeliveryMethod, name: str) -> Json:
    amount = Decimal(str(price["amount"]))
    if price["currency"] != "PLN" or not amount.is_finite() or not 0 <= amount <= method.highest_rate:
        message = f"{method.name}: 0.00 to {method.highest_rate} PLN."
        raise Refusal("ConstraintViolationException", f"rates.{name}", message)
    return money(amount, "PLN")


def _checked_extras(rate: Json, method: DeliveryMethod) -> Json:
    """Return a rate's own weight limit and shipping time, which Allegro's endorsed methods do not take."""
    extras = {name: rate[name] for name in ("maxPackageWeight", "shippingTime") if rate.get(name)}
    if extras and method.endorsed:
        raise Refusal("ConstraintViolationException", f"rates.{next(iter(extras))}", f"Fixed for {method.name}.")
    found: Json = {}
    if "maxPackageWeight" in extras:
        weight = Decimal(str(extras["maxPackageWeight"]["value"])).quantize(Decimal("0.001"))
        found["maxPackageWeight"] = {"value": str(weight), "unit": "KILOGRAM"}
    if "shippingTime" in extras:
        times = {end: extras["shippingTime"][end] for end in ("from", "to")}
        if not all(_DURATION.fullmatch(str(value)) for value in times.values()):
            raise Refusal("ConstraintViolationException", "rates.shippingTime", "An ISO 8601 duration such as P3D.")
        found["shippingTime"] = times
    return found


def save_delivery_settings(world: World, _: str, body: Json) -> Json:
    """Replace a seller's settings on one marketplace: {"seller": id, "settings": request body}; return them.

    Silent like a price list: one truth action per offer of the seller on that marketplace. Raises Refusal.
    """
    seller_id = str(body["seller"])
    with shaped_body():
        marketplace, wanted = _checked_settings(body["settings"])
    terms = world.of(DeliveryTerms)
    old = terms.settings_of(seller_id, marketplace)
    new = _settings(marketplace, wanted, world.now)
    terms.settings[seller_id][marketplace] = new
    before, after = (_without_stamp(content, "updatedAt") for content in (old, new))
    for offer in world.offers_of(seller_id):
        if marketplace in offer.marketplaces:
            about = ("delivery_settings", marketplace)
            note(world, offer, "delivery_settings", before, after, marketplace=marketplace, subject=about)
    return new


def _checked_settings(wanted: Json) -> tuple[str, Json]:
    marketplace = str((wanted.get("marketplace") or {"id": BASE_MARKETPLACE})["id"])
    if marketplace not in CURRENCIES:
        raise Refusal("UnsupportedMarketplace", "marketplace.id", f"Marketplace {marketplace} is not supported.")
    checked: Json = {}
    for name in ("freeDelivery", "abroadFreeDelivery"):
        if wanted.get(name):
            checked[name] = _checked_threshold(wanted[name], CURRENCIES[marketplace], name)
    strategy = one_of(wanted["joinPolicy"]["strategy"], "joinPolicy.strategy", STRATEGIES)
    return marketplace, {**checked, "joinPolicy": {"strategy": strategy}}


def _checked_threshold(price: Json, currency: str, name: str) -> Json:
    amount = Decimal(str(price["amount"]))
    if price["currency"] != currency or not amount.is_finite() or amount < 0:
        raise Refusal("ConstraintViolationException", name, f"An amount of at least 0.00 {currency}.")
    return money(amount, currency)


DEEDS: dict[str, Callable[[World, str, Json], Any]] = {
    SHIPPING_RATES_SET: save_shipping_rates,
    DELIVERY_SETTINGS: save_delivery_settings,
}
