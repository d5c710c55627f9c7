"""The busy life of a seller's terms: delivery price lists, delivery settings, returns, warranties, complaints."""

from copy import deepcopy
from decimal import Decimal
from random import Random

from allegro.simulator.after_sales import (
    AFTER_SALES_CONDITION,
    IMPLIED_WARRANTIES,
    KINDS,
    OPTIONS,
    RETURN_POLICIES,
    WARRANTIES,
    AfterSalesTerms,
    condition_id,
)
from allegro.simulator.busy_doing import Act, attempt, change, marketplaces, on_sale, pick
from allegro.simulator.catalogue import BASE_MARKETPLACE, CURRENCIES
from allegro.simulator.delivery_methods import DELIVERY_METHODS, ONE_BOX
from allegro.simulator.delivery_terms import (
    DELIVERY_SETTINGS,
    SHIPPING_RATES_SET,
    STRATEGIES,
    DeliveryTerms,
    shipping_rates_id,
)
from allegro.simulator.documents import Json, money
from allegro.simulator.world import World

_SMART_LIMIT = Decimal("19.99")  # no method counts as Smart! above it
_PERIODS = ("P14D", "P21D", "P30D", "P60D")
_FREE_FROM = (99, 149, 199, 249, 299)


def price_list_content(world: World, rng: Random, seller_id: str) -> bool:
    """Change the prices, the name or the methods of a delivery price list that offers use."""
    used = sorted({key for offer in on_sale(world, seller_id) if (key := shipping_rates_id(offer.document))})
    versions = world.of(DeliveryTerms).set_of(seller_id, pick(rng, used))
    if versions is None:
        return False
    wanted = {key: deepcopy(versions.present[key]) for key in ("name", "rates")}
    rng.choice((_one_price, _one_price, _all_prices, _name, _one_box, _pieces))(rng, wanted)
    body = {"seller": seller_id, "set": wanted}
    return attempt(world, SHIPPING_RATES_SET, str(versions.present["id"]), body) is not None


def _one_price(rng: Random, wanted: Json) -> None:
    rate = rng.choice(wanted["rates"])
    present, step = Decimal(rate["firstItemRate"]["amount"]), Decimal(rng.randint(1, 8)) / 2
    highest = DELIVERY_METHODS[rate["deliveryMethod"]["id"]].highest_rate
    rate["firstItemRate"] = money(present + step if present + step <= highest else present - step, "PLN")


def _all_prices(_: Random, wanted: Json) -> None:
    """Make all of them too dear for Smart!, or cheap enough again: its classification follows in some hours."""
    dear = all(Decimal(rate["firstItemRate"]["amount"]) > _SMART_LIMIT for rate in wanted["rates"])
    for rate in wanted["rates"]:
        rate["firstItemRate"] = money(Decimal("9.90" if dear else "22.90"), "PLN")


def _name(rng: Random, wanted: Json) -> None:
    wanted["name"] = f"{wanted['name'].split(', ')[0]}, wersja {rng.randint(2, 999)}"


def _one_box(_: Random, wanted: Json) -> None:
    others = [rate for rate in wanted["rates"] if rate["deliveryMethod"]["id"] != ONE_BOX.id]
    if len(others) == len(wanted["rates"]):
        others = [
            *others,
            {**others[0], "deliveryMethod": {"id": ONE_BOX.id}, "firstItemRate": money(Decimal(8), "PLN")},
        ]
    wanted["rates"] = others


def _pieces(rng: Random, wanted: Json) -> None:
    rate = rng.choice(wanted["rates"])
    rate["maxQuantityPerPackage"] += rng.randint(1, 4)


def price_list_made(world: World, rng: Random, seller_id: str) -> bool:
    """Make a delivery price list and give it to some offers."""
    terms, source = world.of(DeliveryTerms), rng.choice(on_sale(world, seller_id) or [None])
    model = source and terms.set_of(seller_id, shipping_rates_id(source.document))
    if not model:
        return False
    wanted = {"name": f"Cennik {len(terms.rates[seller_id]) + 1}", "rates": deepcopy(model.present["rates"])}
    _one_price(rng, wanted)
    made = attempt(world, SHIPPING_RATES_SET, "", {"seller": seller_id, "set": wanted})
    return made is not None and _give(world, rng, seller_id, {"delivery": {"shippingRates": {"id": made["id"]}}})


def _give(world: World, rng: Random, seller_id: str, patch: Json) -> bool:
    offers = on_sale(world, seller_id)
    chosen = rng.sample(offers, min(len(offers), rng.randint(1, 3)))
    given = [change(world, offer, patch) for offer in chosen]
    return any(given)


def price_list_choice(world: World, rng: Random, seller_id: str) -> bool:
    """Let an offer use another delivery price list."""
    offer = pick(rng, on_sale(world, seller_id))
    if offer is None:
        return False
    others = [key for key in world.of(DeliveryTerms).rates[seller_id] if key != shipping_rates_id(offer.document)]
    return change(world, offer, {"delivery": {"shippingRates": {"id": rng.choice(others)}}})


def delivery_settings(world: World, rng: Random, seller_id: str) -> bool:
    """Change from which order on delivery is free on a marketplace, or how the costs of an order are joined."""
    names = sorted({name for offer in on_sale(world, seller_id) for name in marketplaces(offer)})
    name = pick(rng, names)
    if name is None:
        return False
    present = world.of(DeliveryTerms).settings_of(seller_id, name)
    wanted: Json = {"marketplace": {"id": name}, "joinPolicy": {"strategy": rng.choice(STRATEGIES)}}
    if rng.random() < 0.8:
        former = (present.get("freeDelivery") or {}).get("amount")
        amounts = [value for value in _FREE_FROM if former is None or Decimal(former) != value]
        wanted["freeDelivery"] = money(Decimal(rng.choice(amounts)), CURRENCIES[name])
    if name == BASE_MARKETPLACE and rng.random() < 0.4:
        wanted["abroadFreeDelivery"] = money(Decimal(rng.choice(_FREE_FROM) + 100), CURRENCIES[name])
    return attempt(world, DELIVERY_SETTINGS, "", {"seller": seller_id, "settings": wanted}) is not None


def _revised_policy(rng: Random, present: Json) -> Json:
    days = rng.choice([period for period in _PERIODS if period != present["withdrawalPeriod"]])
    other = "SELLER" if present["returnCost"]["coveredBy"] == "BUYER" else "BUYER"
    name, options = rng.choice(OPTIONS), present["options"]
    return rng.choice(
        (
            {"withdrawalPeriod": days, "name": f"Zwroty {days[1:-1]} dni"},
            {"returnCost": {"coveredBy": other}},
            {"options": {**options, name: not options[name]}},
        )
    )


def _revised_warranty(rng: Random, present: Json) -> Json:
    months = [f"P{count}M" for count in (6, 12, 24, 36) if f"P{count}M" != present["individual"]["period"]]
    part = {"period": rng.choice(months), "lifetime": False}
    return rng.choice(({"individual": part}, {"corporate": part}, {"description": f"Karta {rng.randint(1, 999)}."}))


def _revised_complaints(rng: Random, present: Json) -> Json:
    years = {"period": f"P{rng.choice([count for count in (1, 2, 3, 4, 5) if f'P{count}Y' != _years(present)])}Y"}
    return rng.choice(({"individual": years}, {"corporate": years}, {"name": f"Reklamacje {rng.randint(1, 999)}"}))


def _years(present: Json) -> str:
    return str(present["individual"]["period"])


def _first_warranty() -> Json:
    individual = {"period": "P24M", "lifetime": False}
    return {"name": "Gwarancja sprzedawcy", "type": "SELLER", "individual": individual, "description": "Na części."}


_NAMES = {RETURN_POLICIES: "Zwroty", WARRANTIES: "Gwarancja", IMPLIED_WARRANTIES: "Reklamacje"}
_REVISED = {
    RETURN_POLICIES: _revised_policy,
    WARRANTIES: _revised_warranty,
    IMPLIED_WARRANTIES: _revised_complaints,
}


def _content(kind: str) -> Act:
    def act(world: World, rng: Random, seller_id: str) -> bool:
        used = sorted({key for offer in on_sale(world, seller_id) if (key := condition_id(offer.document, kind))})
        versions = world.of(AfterSalesTerms).condition_of(kind, seller_id, pick(rng, used))
        if versions is None:
            return False
        wanted = {**deepcopy(versions.present), **_REVISED[kind](rng, versions.present)}
        body = {"seller": seller_id, "kind": kind, "condition": wanted}
        return attempt(world, AFTER_SALES_CONDITION, versions.present["id"], body) is not None

    return act


def _made(kind: str) -> Act:
    def act(world: World, rng: Random, seller_id: str) -> bool:
        own = world.of(AfterSalesTerms).conditions[kind][seller_id]
        model = deepcopy(rng.choice(list(own.values())).present) if own else _first_warranty()
        wanted = {**model, **_REVISED[kind](rng, model), "name": f"{_NAMES[kind]} {len(own) + 1}"}
        body = {"seller": seller_id, "kind": kind, "condition": wanted}
        made = attempt(world, AFTER_SALES_CONDITION, "", body)
        patch = {"afterSalesServices": {KINDS[kind].offer_key: made and {"id": made["id"]}}}
        return made is not None and _give(world, rng, seller_id, patch)

    return act


def _choice(kind: str) -> Act:
    def act(world: World, rng: Random, seller_id: str) -> bool:
        offer = pick(rng, on_sale(world, seller_id))
        if offer is None:
            return False
        present = condition_id(offer.document, kind)
        others: list[str | None] = [
            key for key in world.of(AfterSalesTerms).conditions[kind][seller_id] if key != present
        ]
        if present is not None:
            others.append(None)
        chosen = pick(rng, others)
        return change(world, offer, {"afterSalesServices": {KINDS[kind].offer_key: chosen and {"id": chosen}}})

    return act


TERMS: tuple[tuple[str, Act, int], ...] = (
    ("price_list_content", price_list_content, 3),
    ("price_list_made", price_list_made, 1),
    ("price_list_choice", price_list_choice, 2),
    ("delivery_settings", delivery_settings, 2),
    ("return_policy_content", _content(RETURN_POLICIES), 1),
    ("return_policy_made", _made(RETURN_POLICIES), 1),
    ("return_policy_choice", _choice(RETURN_POLICIES), 1),
    ("warranty_made", _made(WARRANTIES), 1),
    ("warranty_content", _content(WARRANTIES), 1),
    ("warranty_choice", _choice(WARRANTIES), 1),
    ("implied_warranty_content", _content(IMPLIED_WARRANTIES), 1),
    ("implied_warranty_made", _made(IMPLIED_WARRANTIES), 1),
    ("implied_warranty_choice", _choice(IMPLIED_WARRANTIES), 1),
)
