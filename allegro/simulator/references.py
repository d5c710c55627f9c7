"""To what an offer's document refers must exist: the seller's delivery price list and after-sales conditions."""

from allegro.simulator.after_sales import KINDS, AfterSalesTerms, condition_id
from allegro.simulator.delivery_terms import DeliveryTerms, shipping_rates_id
from allegro.simulator.documents import Json
from allegro.simulator.validation import Refusal
from allegro.simulator.world import World


def check_references(world: World, seller_id: str, document: Json) -> None:
    """Raise Refusal if an offer's document refers to terms which its seller does not have."""
    rates = shipping_rates_id(document)
    if rates is not None and world.of(DeliveryTerms).set_of(seller_id, rates) is None:
        raise Refusal("ShippingRatesNotFound", "delivery.shippingRates.id", "No such delivery price list.")
    for kind, meaning in KINDS.items():
        key = condition_id(document, kind)
        if key is not None and world.of(AfterSalesTerms).condition_of(kind, seller_id, key) is None:
            path = f"afterSalesServices.{meaning.offer_key}.id"
            raise Refusal("AfterSalesConditionNotFound", path, "No such condition.")
