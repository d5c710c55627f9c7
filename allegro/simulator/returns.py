"""Customer returns: which delivered orders come back, their way through the statuses, and their documents.

A return never shows in the order or in a journal (allegro-api issue 12460): it must be asked for. Who returns what, and
when, follows from the world's seed and the order alone.
"""

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from allegro.simulator.chance import hexadecimal, stream, uuid
from allegro.simulator.documents import Json, money
from allegro.simulator.instants import DAY, HOUR, MINUTE, iso_millis
from allegro.simulator.orders import Line, Order

STATUSES = (
    "CREATED",
    "DISPATCHED",
    "IN_TRANSIT",
    "DELIVERED",
    "FINISHED",
    "FINISHED_APT",
    "REJECTED",
    "COMMISSION_REFUND_CLAIMED",
    "COMMISSION_REFUNDED",
    "WAREHOUSE_DELIVERED",
    "WAREHOUSE_VERIFICATION",
)
RETURNING = 0.05  # of the delivered orders
_REASONS = (
    ("DONT_LIKE_IT", "Kolor inny niż na zdjęciu, proszę dzwonić po 16."),
    ("MISTAKE", "Zamówione przez pomyłkę."),
    ("DAMAGED", "Paczka przyszła rozbita, zdjęcia wysłałam mailem."),
    ("NOT_AS_DESCRIBED", "Nie działa tak, jak w opisie."),
    ("NONE", ""),
    ("ORDERED_FOR_COMPARISON", "Wybrałem inny model."),
)
_REJECTIONS = (
    ("REFUND_REJECTED", "Towar nosi ślady używania."),
    ("NEW_ITEM_SENT", "Wysłaliśmy nowy egzemplarz."),
    ("ITEM_MISMATCH", "W paczce był inny przedmiot."),
)
_CARRIERS = ("INPOST", "ALLEGRO", "DPD")


@dataclass(frozen=True)
class ReturnedItem:
    """Some pieces of an order line, and why they come back."""

    line: Line
    quantity: int
    reason: str
    comment: str


@dataclass(frozen=True)
class CustomerReturn:
    """A return; `timeline` is every status with the instant (microseconds UTC) at which it is entered, oldest first."""

    id: str
    order: Order
    reference: str
    items: tuple[ReturnedItem, ...]
    timeline: tuple[tuple[int, str], ...]
    waybill: str
    carrier: str
    bank_account: str | None
    rejection: tuple[str, str]

    @property
    def created_at(self) -> int:
        """Return the instant at which the buyer declared it."""
        return self.timeline[0][0]

    def status(self, at: int) -> str:
        """Return the status at an instant not before the declaration."""
        return self.timeline[bisect_right(self.timeline, at, key=lambda entry: entry[0]) - 1][1]

    def entered(self, status: str) -> int | None:
        """Return when the return enters a status; None if it never does."""
        return next((at for at, name in self.timeline if name == status), None)


def draw_return(seed: int, order: Order) -> CustomerReturn | None:
    """Return what comes back of a delivered order, half a day to thirteen days later; None for most orders."""
    rng = stream(seed, "customer return", order.id)
    if order.delivered_at is None or rng.random() >= RETURNING:
        return None
    created = order.delivered_at + rng.randint(DAY // 2, 13 * DAY)
    lines = [line for line in order.lines if rng.random() < 0.7] or order.lines[:1]
    return declare(seed, order, created, {line.id: rng.randint(1, line.quantity) for line in lines})


def declare(seed: int, order: Order, created_at: int, quantities: dict[str, int]) -> CustomerReturn:
    """Return a return declared at `created_at` of so many pieces per line item id."""
    rng = stream(seed, "customer return", order.id, "declared")
    items = [
        ReturnedItem(line, quantities[line.id], *rng.choice(_REASONS)) for line in order.lines if line.id in quantities
    ]
    cash = order.payment == "CASH_ON_DELIVERY"
    return CustomerReturn(
        id=uuid(rng),
        order=order,
        reference=f"{hexadecimal(rng, 4).upper()}/{rng.randint(2020, 2099)}",
        items=tuple(items),
        timeline=tuple(_timeline(rng, created_at)),
        waybill=hexadecimal(rng, 10).upper(),
        carrier=rng.choice(_CARRIERS),
        bank_account=f"{rng.randrange(10**24):024d}" if cash else None,
        rejection=rng.choice(_REJECTIONS),
    )


def _timeline(rng: Random, created_at: int) -> Iterator[tuple[int, str]]:
    """Yield the statuses with their instants; one in twelve buyers never sends the parcel."""
    at = created_at
    yield at, "CREATED"
    if rng.random() < 1 / 12:
        return
    for status, shortest, longest in (
        ("DISPATCHED", 2 * HOUR, 2 * DAY),
        ("IN_TRANSIT", HOUR, 20 * HOUR),
        ("DELIVERED", DAY, 3 * DAY),
    ):
        at += rng.randint(shortest, longest)
        yield at, status
    outcome = rng.choices(("FINISHED", "REJECTED", "FINISHED_APT"), (88, 8, 4))[0]
    at += rng.randint(4 * HOUR, 5 * DAY)
    yield at, outcome
    if outcome == "FINISHED" and rng.random() < 0.85:
        # The commission's way back shows in the same single status (allegro-api issue 10150).
        at += rng.randint(10 * MINUTE, 2 * DAY)
        yield at, "COMMISSION_REFUND_CLAIMED"
        yield at + rng.randint(DAY, 3 * DAY), "COMMISSION_REFUNDED"


def return_document(found: CustomerReturn, now: int) -> Json:
    """Return a customer return as GET /order/customer-returns shows it at an instant, personal data included."""
    buyer = found.order.buyer
    document: Json = {
        "id": found.id,
        "createdAt": iso_millis(found.created_at),
        "referenceNumber": found.reference,
        "orderId": found.order.id,
        "buyer": {"email": buyer.email, "login": buyer.login},
        "items": [_item(found, item) for item in found.items],
        "parcels": _parcels(found, now),
        "status": found.status(now),
        "marketplaceId": found.order.marketplace,
        "isFulfillment": False,
    }
    if found.bank_account:
        document["refund"] = {"bankAccount": _bank_account(found, found.bank_account)}
    if document["status"] == "REJECTED":
        code, reason = found.rejection
        rejected_at = found.entered("REJECTED") or now
        document["rejection"] = {"code": code, "reason": reason, "createdAt": iso_millis(rejected_at)}
    return document


def _item(found: CustomerReturn, item: ReturnedItem) -> Json:
    return {
        "offerId": item.line.offer_id,
        "quantity": item.quantity,
        "name": item.line.title,
        "price": money(item.line.price, found.order.currency),
        "url": f"https://allegro.pl/oferta/{item.line.offer_id}",
        "reason": {"type": item.reason, "userComment": item.comment},
        "serialNumbers": [],
    }


def _parcels(found: CustomerReturn, now: int) -> list[Json]:
    dispatched = found.entered("DISPATCHED")
    if dispatched is None or dispatched > now:
        return []
    return [
        {
            "createdAt": iso_millis(dispatched),
            "waybill": found.waybill,
            "transportingWaybill": None,
            "carrierId": found.carrier,
            "transportingCarrierId": None,
            "sender": {"phoneNumber": found.order.buyer.phone},
        }
    ]


def _bank_account(found: CustomerReturn, digits: str) -> Json:
    """Return an account that cannot exist: its check digits are 00."""
    buyer = found.order.buyer
    return {
        "owner": f"{buyer.first_name} {buyer.last_name}",
        "accountNumber": f"00{digits}",
        "iban": f"PL00{digits}",
        "swift": "ALBPPLPW",
        "address": {"street": buyer.street, "city": buyer.city, "postCode": buyer.post_code, "countryCode": "PL"},
    }
