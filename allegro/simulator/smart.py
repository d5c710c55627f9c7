"""Smart! classification of offers and sellers: the conditions, and whether they are met.

An offer's conditions depend on its delivery price list and its return policy at an instant. Allegro classifies anew
some hours after they changed; until then the report already previews the conditions.
"""

from decimal import Decimal

from allegro.simulator.after_sales import RETURN_POLICIES, AfterSalesTerms, condition_id
from allegro.simulator.delivery_methods import DELIVERY_METHODS
from allegro.simulator.delivery_terms import DeliveryTerms, shipping_rates_id
from allegro.simulator.documents import Json
from allegro.simulator.instants import DAY, HOUR, MINUTE, iso_millis, parse_instant
from allegro.simulator.offer import Offer
from allegro.simulator.ratings import recommendations
from allegro.simulator.world import World

PROCESSING = 10 * MINUTE  # a new offer has no report until then (422 in the specification)
CLASSIFICATION = 2 * HOUR
_PRICES = ("deliveryMethodPrices", "Zgodność z cennikiem", "Metody dostawy muszą być zgodne z cennikiem Smart!.")
_RETURNS = ("returnPaidBy", "Koszty zwrotu", "Oferta musi mieć politykę zwrotu, która pozwala na zwrot.")


def is_processed(offer: Offer, now: int) -> bool:
    """Return whether Allegro knows an offer long enough (virtual microseconds UTC) to report about it."""
    return now - _created_at(offer) >= PROCESSING


def _created_at(offer: Offer) -> int:
    return parse_instant(str(offer.document["createdAt"]))


class _Past:
    """The terms of one offer through time, for one marketplace."""

    def __init__(self, world: World, offer: Offer, marketplace: str) -> None:
        actions = [action for action in world.truth.actions if action.offer_id == offer.id]
        self.marketplace = marketplace
        self._listed_at = _created_at(offer)
        self._rates_changes = [action for action in actions if action.field == "delivery_price_list"]
        self._policy_changes = [action for action in actions if action.field == "return_policy"]
        self._rates_id = shipping_rates_id(offer.document)
        self._policy_id = condition_id(offer.document, RETURN_POLICIES)
        self._rates = world.of(DeliveryTerms).rates[offer.seller_id]
        self._policies = world.of(AfterSalesTerms).conditions[RETURN_POLICIES][offer.seller_id]

    def moments(self) -> list[int]:
        """Return the instants at which the conditions may have changed, the listing of the offer first."""
        found = {action.at for action in (*self._rates_changes, *self._policy_changes)}
        for versions in (*self._rates.values(), *self._policies.values()):
            found.update(versions.saved)
        return [self._listed_at, *sorted(at for at in found if at > self._listed_at)]

    def methods(self, moment: int) -> tuple[list[str], list[str]]:
        """Return the ids of the delivery methods that pass and that fail the price condition at an instant."""
        later = next((action.old for action in self._rates_changes if action.at > moment), self._rates_id)
        versions = self._rates.get(str(later))
        passed: list[str] = []
        failed: list[str] = []
        for rate in versions.at(moment)["rates"] if versions else []:
            method = DELIVERY_METHODS[rate["deliveryMethod"]["id"]]
            if method.marketplace == self.marketplace:
                ceiling, price = method.smart_price, Decimal(rate["firstItemRate"]["amount"])
                (passed if ceiling is not None and price <= ceiling else failed).append(method.id)
        return passed, failed

    def returnable(self, moment: int) -> bool:
        """Return whether the offer could be returned under its policy at an instant."""
        changed = next((action for action in self._policy_changes if action.at > moment), None)
        versions = self._policies.get(str(changed.old if changed else self._policy_id))
        return versions is not None and versions.at(moment)["availability"]["range"] != "DISABLED"

    def fulfilled(self, moment: int) -> bool:
        """Return whether all conditions are met at an instant."""
        return bool(self.methods(moment)[0]) and self.returnable(moment)


def offer_report(world: World, offer: Offer, marketplace: str, now: int) -> Json:
    """Return what GET /sale/offers/{offerId}/smart shows of an offer on a marketplace at an instant."""
    past = _Past(world, offer, marketplace)
    classified_at, fulfilled = _classification(past, now)
    passed, failed = past.methods(now)
    return {
        "classification": {"fulfilled": fulfilled, "lastChanged": iso_millis(classified_at)},
        "scheduledForReclassification": past.fulfilled(now) != fulfilled,
        "smartDeliveryMethods": _ids(passed) if fulfilled else [],
        "conditions": [
            _condition(_PRICES, bool(passed), passed, failed),
            _condition(_RETURNS, past.returnable(now), *((passed, []) if past.returnable(now) else ([], passed))),
        ],
    }


def _classification(past: _Past, now: int) -> tuple[int, bool]:
    """Return since when the offer is classified as it is, and whether it is Smart!."""
    moments = past.moments()
    since, fulfilled = moments[0] + PROCESSING, past.fulfilled(moments[0])
    for moment in moments[1:]:
        if moment + CLASSIFICATION <= now and past.fulfilled(moment) != fulfilled:
            since, fulfilled = moment + CLASSIFICATION, not fulfilled
    return since, fulfilled


def _ids(methods: list[str]) -> list[Json]:
    return [{"id": method} for method in methods]


def _condition(words: tuple[str, str, str], fulfilled: bool, passed: list[str], failed: list[str]) -> Json:
    code, name, description = words
    return {
        "code": code,
        "name": name,
        "description": description,
        "fulfilled": fulfilled,
        "passedDeliveryMethods": _ids(passed),
        "failedDeliveryMethods": _ids(failed),
    }


def seller_report(world: World, seller_id: str, now: int) -> Json:
    """Return what GET /sale/smart shows of a seller.

    One condition has truth values where the specification says number: integrators see that at Allegro.
    """
    found = recommendations(world, seller_id, now)
    share, enough = round(float(found.share), 3), Decimal("0.98")
    conditions = [
        _seller_condition(
            "ratingPercentage", "Wskaźnik poleceń", "Odsetek kupujących, którzy polecają.", share, float(enough)
        ),
        _seller_condition(
            "ratesCount", "Liczba unikalnych ocen", "Oceny z ostatnich 12 miesięcy.", found.unique_positive, 5
        ),
        _seller_condition("superSeller", "Super Sprzedawca", "Zwalnia z pozostałych warunków.", True, True),
    ]
    return {
        "classification": {"fulfilled": True, "lastChanged": iso_millis(world.started_at - 250 * DAY)},
        "conditions": conditions,
        "excludedDeliveryMethods": [],
    }


def _seller_condition(code: str, name: str, description: str, value: float, threshold: float) -> Json:
    return {
        "code": code,
        "name": name,
        "description": description,
        "value": value,
        "threshold": threshold,
        "fulfilled": value >= threshold,
        "required": False,
    }
