"""Orders and their documents: checkout forms and order events, with synthetic buyers."""

from dataclasses import dataclass, field
from decimal import Decimal
from hashlib import blake2b
from random import Random

from allegro.simulator.catalogue import CZECH_MARKETPLACE, HUNGARIAN_MARKETPLACE, SLOVAK_MARKETPLACE
from allegro.simulator.chance import hexadecimal, uuid
from allegro.simulator.documents import Json, converted, money
from allegro.simulator.instants import DAY, HOUR, iso_millis
from allegro.simulator.journal import JournalEvent

_LANGUAGES = {CZECH_MARKETPLACE: "cs-CZ", SLOVAK_MARKETPLACE: "sk-SK", HUNGARIAN_MARKETPLACE: "hu-HU"}
_FIRST_NAMES = ("Jan", "Katarzyna", "Piotr", "Magdalena", "Tomasz", "Agnieszka", "Paweł", "Ewa", "Jiří", "Lenka")
_LAST_NAMES = ("Kowalczyk", "Wójcik", "Mazur", "Lis", "Krawczyk", "Pawlak", "Zając", "Dudek", "Novák", "Dvořák")
_STREETS = ("Lipowa", "Ogrodowa", "Szkolna", "Polna", "Leśna", "Słoneczna", "Krótka")
_CITIES = (("Warszawa", "00-950"), ("Kraków", "30-002"), ("Łódź", "90-001"), ("Gdańsk", "80-001"), ("Opole", "45-005"))
_METHODS = (
    ("1fa56f79-4b6a-4821-a6f2-ca9c16d5c925", "Allegro Paczkomaty InPost", Decimal("10.95")),
    ("c3066682-97a3-42fe-9eb5-3beeccab840c", "Allegro Kurier DPD", Decimal("12.90")),
    ("9081532b-5ad3-467d-80bc-9252982e9dd8", "Allegro One Box", Decimal("8.99")),
)


@dataclass(frozen=True)
class Buyer:
    """A person who does not exist."""

    id: str
    login: str
    email: str
    first_name: str
    last_name: str
    phone: str
    street: str
    city: str
    post_code: str


@dataclass(frozen=True)
class Reconciliation:
    """What Allegro adds to a line in Allegro Prices: for so many pieces, in the currency of the order, by which way."""

    value: Decimal
    type: str
    quantity: int


@dataclass(frozen=True)
class Extras:
    """What a line may carry besides its price: the price before discounts, their types, a subsidy, a deposit per unit.

    A coupon that Allegro pays leaves both prices equal (allegro-api issue 4768). So do Allegro Prices, whose subsidy
    stands in `reconciliation` (issue 9790).
    """

    original_price: Decimal | None = None
    discounts: tuple[str, ...] = ()
    reconciliation: Reconciliation | None = None
    deposit: Decimal | None = None


PLAIN = Extras()


@dataclass(frozen=True)
class Line:
    """One bought offer of an order; the price is per unit in the order's currency, `bought_at` microseconds UTC."""

    id: str
    offer_id: str
    title: str
    external_id: str | None
    product_id: str
    quantity: int
    price: Decimal
    bought_at: int
    category_id: str
    extras: Extras = PLAIN


@dataclass(frozen=True)
class Surcharge:
    """A payment that the buyer added to a paid order, in the order's currency; `paid_at` microseconds UTC."""

    id: str
    amount: Decimal
    paid_at: int


@dataclass
class Order:
    """An order and its life so far; instants in microseconds UTC. It is gone once it was merged into another."""

    id: str
    seller_id: str
    marketplace: str
    currency: str
    buyer: Buyer
    lines: list[Line]
    bought_at: int
    payment: str
    method: tuple[str, str, Decimal]
    payment_id: str
    status: str = "BOUGHT"
    fulfillment: str = "NEW"
    paid_at: int | None = None
    updated_at: int = 0
    revisions: int = 0
    gone: bool = False
    ready_at: int | None = None
    cancelled_at: int | None = None
    delivered_at: int | None = None
    surcharges: list[Surcharge] = field(default_factory=list)

    @property
    def stands(self) -> bool:
        """Return whether the order still lives on: neither merged into another nor cancelled."""
        return not self.gone and self.status != "CANCELLED"

    @property
    def revision(self) -> str:
        """Return eight digits that change whenever the buyer's side of the order does (allegro-api issue 3187)."""
        return blake2b(f"{self.id}{self.revisions}".encode(), digest_size=4).hexdigest()

    @property
    def goods(self) -> Decimal:
        """Return the value of the lines without delivery."""
        return sum((line.price * line.quantity for line in self.lines), Decimal(0))

    @property
    def lines_sent(self) -> str:
        """Return how much of the order has been sent."""
        return "ALL" if self.fulfillment in {"SENT", "PICKED_UP"} else "NONE"

    @property
    def deposits(self) -> Decimal:
        """Return the deposits on the lines, which are no part of their prices."""
        return sum((line.quantity * (line.extras.deposit or Decimal(0)) for line in self.lines), Decimal(0))

    @property
    def total(self) -> Decimal:
        """Return what the buyer is to pay: goods, deposits and delivery."""
        return self.goods + self.deposits + self.method[2]

    @property
    def paid_by_allegro(self) -> Decimal:
        """Return what Allegro adds to the buyer's payment for lines in Allegro Prices (allegro-api issue 4279)."""
        subsidies = [line.extras.reconciliation for line in self.lines]
        return sum((found.value for found in subsidies if found and found.type == "WALLET"), Decimal(0))

    def move(self, at: int, status: str) -> None:
        """Enter a status at `at`: a new revision."""
        self.status, self.updated_at = status, at
        self.revisions += 1
        if status == "READY_FOR_PROCESSING":
            self.ready_at = at
        elif status == "CANCELLED":
            self.cancelled_at = at


def random_buyer(rng: Random) -> Buyer:
    """Return a synthetic buyer; the mail address is Allegro's kind of alias on a reserved domain."""
    first, last = rng.choice(_FIRST_NAMES), rng.choice(_LAST_NAMES)
    city, post_code = rng.choice(_CITIES)
    number = str(rng.randrange(10_000_000, 99_999_999))
    return Buyer(
        id=number,
        login=f"Client:{number}",
        email=f"{hexadecimal(rng, 8)}+{number}@mail.allegro.example",
        first_name=first,
        last_name=last,
        phone=f"{rng.randrange(500_000_000, 899_999_999)}",
        street=f"{rng.choice(_STREETS)} {rng.randint(1, 120)}",
        city=city,
        post_code=post_code,
    )


def random_method(rng: Random, marketplace: str) -> tuple[str, str, Decimal]:
    """Return a delivery method: its id, name and cost in the marketplace's currency."""
    method_id, name, cost = rng.choice(_METHODS)
    if marketplace in {SLOVAK_MARKETPLACE, HUNGARIAN_MARKETPLACE}:
        cost = converted(cost, marketplace)  # Czech buyers pay the Polish number in CZK
    return method_id, name, cost


def event_document(event: JournalEvent) -> Json:
    """Return an order event as GET /order/events shows it, buyer included."""
    order: Order = event.subject
    document: Json = {
        "seller": {"id": order.seller_id},
        "buyer": _event_buyer(order),
        "lineItems": [_event_line(order, line) for line in order.lines],
        "checkoutForm": {"id": order.id, "revision": event.payload["revision"]},
        "marketplace": {"id": order.marketplace},
    }
    return {
        "id": str(event.published_at),
        "order": document,
        "type": event.type,
        "occurredAt": iso_millis(event.occurred_at),
    }


def _language(order: Order) -> str:
    return _LANGUAGES.get(order.marketplace, "pl-PL")


def _event_buyer(order: Order) -> Json:
    return {
        "id": order.buyer.id,
        "email": order.buyer.email,
        "login": order.buyer.login,
        "guest": False,
        "preferences": {"language": _language(order)},
    }


def _event_line(order: Order, line: Line) -> Json:
    return {
        "id": line.id,
        "offer": {"id": line.offer_id, "name": line.title, "external": _external(line)},
        "quantity": line.quantity,
        **_prices(order, line),
        "boughtAt": iso_millis(line.bought_at),
    }


def _prices(order: Order, line: Line) -> Json:
    original = line.price if line.extras.original_price is None else line.extras.original_price
    return {"originalPrice": money(original, order.currency), "price": money(line.price, order.currency)}


def _external(line: Line) -> Json | None:
    return {"id": line.external_id} if line.external_id else None


def checkout_form(order: Order) -> Json:
    """Return an order as GET /order/checkout-forms shows it."""
    return {
        "id": order.id,
        "messageToSeller": None,
        "buyer": _form_buyer(order),
        "payment": _payment(order),
        "status": order.status,
        "fulfillment": {
            "status": order.fulfillment,
            "shipmentSummary": {"lineItemsSent": order.lines_sent},
            "provider": {"id": "SELLER"},
        },
        "delivery": _delivery(order),
        "invoice": {"required": False, "address": None, "dueDate": None, "features": []},
        "lineItems": [_form_line(order, line) for line in order.lines],
        "surcharges": [_surcharge(order, surcharge) for surcharge in order.surcharges],
        "note": None,
        "marketplace": {"id": order.marketplace},
        "summary": {"totalToPay": money(order.total, order.currency)},
        "updatedAt": iso_millis(order.updated_at),
        "revision": order.revision,
    }


def _form_buyer(order: Order) -> Json:
    buyer = order.buyer
    address = {"street": buyer.street, "city": buyer.city, "postCode": buyer.post_code, "countryCode": "PL"}
    return {
        **_event_buyer(order),
        "firstName": buyer.first_name,
        "lastName": buyer.last_name,
        "companyName": None,
        "personalIdentity": None,
        "phoneNumber": buyer.phone,
        "address": address,
    }


def _payment(order: Order) -> Json:
    cash = order.payment == "CASH_ON_DELIVERY"
    paid = None if order.paid_at is None else money(order.total, order.currency)
    return {
        "id": order.payment_id,
        "type": order.payment,
        "provider": "OFFLINE" if cash else "PAYU",
        "finishedAt": None if order.paid_at is None else iso_millis(order.paid_at),
        "paidAmount": paid,
        "reconciliation": money(order.paid_by_allegro, order.currency) if order.paid_by_allegro else None,
        "features": [],
    }


def _surcharge(order: Order, surcharge: Surcharge) -> Json:
    return {
        "id": surcharge.id,
        "type": "ONLINE",
        "provider": "PAYU",
        "finishedAt": iso_millis(surcharge.paid_at),
        "paidAmount": money(surcharge.amount, order.currency),
        "reconciliation": None,
        "features": [],
    }


def _delivery(order: Order) -> Json:
    buyer, (method_id, name, cost) = order.buyer, order.method
    return {
        "address": {
            "firstName": buyer.first_name,
            "lastName": buyer.last_name,
            "street": buyer.street,
            "city": buyer.city,
            "zipCode": buyer.post_code,
            "countryCode": "PL",
            "companyName": None,
            "phoneNumber": buyer.phone,
            "modifiedAt": None,
        },
        "method": {"id": method_id, "name": name},
        "pickupPoint": None,
        "cost": money(cost, order.currency),
        "time": {
            "from": iso_millis(order.bought_at + DAY),
            "to": iso_millis(order.bought_at + 3 * DAY),
            "dispatch": {"from": iso_millis(order.bought_at), "to": iso_millis(order.bought_at + 24 * HOUR)},
        },
        "smart": False,
        "cancellation": {"date": iso_millis(order.cancelled_at)} if order.cancelled_at else None,
        "calculatedNumberOfPackages": 1,
    }


def _form_line(order: Order, line: Line) -> Json:
    extras = line.extras
    offer = {
        "id": line.offer_id,
        "name": line.title,
        "external": _external(line),
        "productSet": {"products": [{"id": line.product_id, "quantity": 1}]},
    }
    return {
        "id": line.id,
        "offer": offer,
        "quantity": line.quantity,
        **_prices(order, line),
        "deposit": None if extras.deposit is None else {"price": money(extras.deposit, order.currency)},
        "reconciliation": _reconciliation(order, extras.reconciliation),
        "selectedAdditionalServices": [],
        "vouchers": [],
        "tax": {"rate": "23.00", "subject": "GOODS", "exemption": None},
        "boughtAt": iso_millis(line.bought_at),
        "discounts": [{"type": kind} for kind in extras.discounts],
        "serialNumbers": {"expected": False, "entries": []},
    }


def _reconciliation(order: Order, found: Reconciliation | None) -> Json | None:
    if found is None:
        return None
    return {"value": money(found.value, order.currency), "type": found.type, "quantity": found.quantity}


def new_order(rng: Random, seller_id: str, marketplace: str, currency: str, bought_at: int) -> Order:
    """Return an order without lines, with a synthetic buyer and delivery."""
    return Order(
        id=uuid(rng),
        seller_id=seller_id,
        marketplace=marketplace,
        currency=currency,
        buyer=random_buyer(rng),
        lines=[],
        bought_at=bought_at,
        payment="CASH_ON_DELIVERY" if rng.random() < 0.15 else "ONLINE",
        method=random_method(rng, marketplace),
        payment_id=uuid(rng),
        updated_at=bought_at,
    )
