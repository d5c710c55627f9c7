"""The dictionary of delivery methods: what a delivery price list may name, within which limits, and what is Smart!"""

from dataclasses import dataclass
from decimal import Decimal

from allegro.simulator.catalogue import (
    BASE_MARKETPLACE,
    CZECH_MARKETPLACE,
    HUNGARIAN_MARKETPLACE,
    SLOVAK_MARKETPLACE,
)
from allegro.simulator.documents import Json


@dataclass(frozen=True)
class DeliveryMethod:
    """A delivery method; prices in PLN. `smart_price` is the highest first-item rate at which it counts as Smart!."""

    id: str
    name: str
    marketplace: str = BASE_MARKETPLACE
    destination: str = "PL"
    endorsed: bool = True
    cash: bool = False
    highest_rate: Decimal = Decimal("29.99")
    smart_price: Decimal | None = None
    days: tuple[str, str] = ("PT24H", "PT48H")

    def document(self) -> Json:
        """Return the method as GET /sale/delivery-methods shows it."""
        return {
            "id": self.id,
            "name": self.name,
            "marketplaces": [self.marketplace],
            "paymentPolicy": "CASH_ON_DELIVERY" if self.cash else "IN_ADVANCE",
            "allegroEndorsed": self.endorsed,
            "dispatchCountry": "PL" if self.endorsed else None,
            "destinationCountry": self.destination,
            "shippingRatesConstraints": self._constraints(),
        }

    def _constraints(self) -> Json:
        return {
            "allowed": True,
            "maxQuantityPerPackage": {"max": 999_999},
            "maxPackageWeight": {
                "supported": not self.endorsed,
                "min": None if self.endorsed else "1.000",
                "max": None if self.endorsed else "50.000",
                "unit": None if self.endorsed else "KILOGRAM",
            },
            "firstItemRate": {"min": "0.00", "max": str(self.highest_rate), "currency": "PLN"},
            "nextItemRate": {"min": "0.00", "max": str(self.highest_rate), "currency": "PLN"},
            "shippingTime": {
                "default": {"from": self.days[0], "to": self.days[1]},
                "customizable": not self.endorsed,
            },
        }


LOCKER = DeliveryMethod(
    "1fa56f79-4b6a-4821-a6f2-ca9c16d5c925", "Allegro Paczkomaty InPost", smart_price=Decimal("13.99")
)
COURIER = DeliveryMethod("c3066682-97a3-42fe-9eb5-3beeccab840c", "Allegro Kurier DPD", smart_price=Decimal("15.99"))
ONE_BOX = DeliveryMethod("9081532b-5ad3-467d-80bc-9252982e9dd8", "Allegro One Box", smart_price=Decimal("10.99"))
COURIER_CASH = DeliveryMethod("5d9c7838-e05f-4dec-afdd-58e884170ba7", "Allegro Kurier DPD pobranie", cash=True)
CZECH_LOCKER = DeliveryMethod(
    "a54c26e9-4b9d-4b3f-9d3c-6e9c9b1c7b10",
    "Allegro International Czechy, Packeta",
    CZECH_MARKETPLACE,
    "CZ",
    smart_price=Decimal("19.99"),
    days=("P2D", "P4D"),
)
SLOVAK_LOCKER = DeliveryMethod(
    "c0a8f1de-52c1-4b0e-8a44-1f6f3a0d2c21",
    "Allegro International Słowacja, Packeta",
    SLOVAK_MARKETPLACE,
    "SK",
    smart_price=Decimal("19.99"),
    days=("P2D", "P4D"),
)
HUNGARIAN_LOCKER = DeliveryMethod(
    "7e1b0c5a-96d4-4f6e-b1c3-2d8a5e4f9032",
    "Allegro International Węgry, Packeta",
    HUNGARIAN_MARKETPLACE,
    "HU",
    smart_price=Decimal("19.99"),
    days=("P2D", "P4D"),
)
FREIGHT = DeliveryMethod(
    "98f86f81-0018-41c5-ac83-073a56fc7021",
    "Przesyłka gabarytowa",
    endorsed=False,
    highest_rate=Decimal("999.00"),
    days=("P2D", "P5D"),
)
FREIGHT_CASH = DeliveryMethod(
    "b20ef9e1-faa2-4f25-9032-adbea23e5cb9",
    "Przesyłka gabarytowa pobranie",
    endorsed=False,
    cash=True,
    highest_rate=Decimal("999.00"),
    days=("P2D", "P5D"),
)

DELIVERY_METHODS = {
    method.id: method
    for method in (
        LOCKER,
        COURIER,
        ONE_BOX,
        COURIER_CASH,
        CZECH_LOCKER,
        SLOVAK_LOCKER,
        HUNGARIAN_LOCKER,
        FREIGHT,
        FREIGHT_CASH,
    )
}
