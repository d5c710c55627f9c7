"""Payment operations: what comes into a seller's wallet, what is taken from it, and what is paid out."""

from dataclasses import dataclass
from decimal import Decimal

from allegro.simulator.documents import Json, money
from allegro.simulator.instants import iso_millis
from allegro.simulator.orders import Order

AVAILABLE, WAITING = "AVAILABLE", "WAITING"
WALLETS = (AVAILABLE, WAITING)
OPERATORS = ("PAYU", "P24", "AF", "AF_P24", "AF_PAYU")
GROUPS = ("INCOME", "OUTCOME", "REFUND", "BLOCKADES")
_GROUPS = {
    "CONTRIBUTION": "INCOME",
    "SURCHARGE": "INCOME",
    "REFUND_CHARGE": "REFUND",
    "PAYOUT": "OUTCOME",
    "DEDUCTION_CHARGE": "OUTCOME",
}
_REFERENCES = {"PAYOUT": "payout", "DEDUCTION_CHARGE": "deduction", "SURCHARGE": "surcharge"}


@dataclass(eq=False)
class Operation:
    """One operation on a wallet, negative where money leaves it; `at` in microseconds UTC.

    `reference` is the id of a payout, a deduction or a surcharge. Payments name the order whose buyer takes part.
    """

    seller_id: str
    at: int
    type: str
    value: Decimal
    currency: str
    order: Order | None = None
    reference: str | None = None
    wallet: str = AVAILABLE
    balance: Decimal = Decimal(0)

    @property
    def group(self) -> str:
        """Return the group of the operation's type."""
        return _GROUPS[self.type]

    @property
    def operator(self) -> str:
        """Return who handled the payment; checkout forms name the same one."""
        return "PAYU"


def operation_document(operation: Operation) -> Json:
    """Return an operation as GET /payments/payment-operations shows it, the buyer's data included."""
    order = operation.order
    document: Json = {
        "type": operation.type,
        "group": operation.group,
        "marketplaceId": order.marketplace if order else None,
        "wallet": {
            "paymentOperator": operation.operator,
            "type": operation.wallet,
            "balance": money(operation.balance, operation.currency),
        },
        "occurredAt": iso_millis(operation.at),
        "value": money(operation.value, operation.currency),
    }
    if order:
        document["payment"] = {"id": order.payment_id}
        document["participant"] = _participant(order)
    if operation.reference:
        document[_REFERENCES[operation.type]] = {"id": operation.reference}
    return document


def _participant(order: Order) -> Json:
    buyer = order.buyer
    return {
        "id": buyer.id,
        "login": buyer.login,
        "firstName": buyer.first_name,
        "lastName": buyer.last_name,
        "address": {"street": buyer.street, "city": buyer.city, "postCode": buyer.post_code},
    }
