"""Allegro's answers as typed values: Decimal money, aware instants; tolerant of extra fields, strict about needed ones.

`ValueError`, `KeyError` and `TypeError` from these readers mean that the answer is not what the specification
promises; the client turns them into `Unavailable`. Personal data of buyers is dropped here and goes no further.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from offers.documents import parse_instant
from offers.record import JournalRow
from offers.sales import OrderForm, OrderItem, OrderJournalRow

Document = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Me:
    """GET /me: whose token this is."""

    id: str
    login: str
    base_marketplace: str


@dataclass(frozen=True, slots=True)
class ListingPage:
    """One page of GET /sale/offers and the total that Allegro claims."""

    rows: Sequence[Document]
    total: int


@dataclass(frozen=True, slots=True)
class OrderPage:
    """One page of GET /order/checkout-forms and the total that Allegro claims."""

    forms: Sequence[OrderForm]
    total: int


def read_me(document: Document) -> Me:
    """From GET /me."""
    marketplace = (document.get("baseMarketplace") or {}).get("id") or "allegro-pl"
    return Me(str(document["id"]), document["login"], marketplace)


def read_journal(document: Document) -> list[JournalRow]:
    """From GET /sale/offer-events, in the order given: the last one is the next cursor (allegro-api issue 9153)."""
    return [
        JournalRow(
            event_id=entry["id"],
            type=entry["type"],
            allegro_offer_id=str(entry["offer"]["id"]),
            occurred_at=parse_instant(entry["occurredAt"]),
            payload=entry,
        )
        for entry in document["offerEvents"]
    ]


def read_listing(document: Document) -> ListingPage:
    """From GET /sale/offers; every row has at least its id."""
    rows = [{**row, "id": str(row["id"])} for row in document["offers"]]
    return ListingPage(rows, int(document["totalCount"]))


def read_order_journal(document: Document) -> list[OrderJournalRow]:
    """From GET /order/events; the buyer's data in it is not read."""
    return [
        OrderJournalRow(
            event_id=str(entry["id"]),
            type=entry["type"],
            order_id=entry["order"]["checkoutForm"]["id"],
            revision=entry["order"]["checkoutForm"].get("revision") or "",
            occurred_at=parse_instant(entry["occurredAt"]),
        )
        for entry in document["events"]
    ]


def read_order_page(document: Document) -> OrderPage:
    """From GET /order/checkout-forms."""
    return OrderPage([read_order(form) for form in document["checkoutForms"]], int(document["totalCount"]))


def read_order(document: Document) -> OrderForm:
    """From GET /order/checkout-forms/{id}; the buyer's data, messages and addresses in it are not read."""
    updated_at = document.get("updatedAt")
    return OrderForm(
        id=document["id"],
        revision=document.get("revision") or "",
        status=document["status"],
        marketplace=(document.get("marketplace") or {}).get("id") or "",
        updated_at=parse_instant(updated_at) if updated_at else None,
        items=tuple(_read_item(item) for item in document["lineItems"]),
    )


def _read_item(item: Mapping[str, Any]) -> OrderItem:
    original = item.get("originalPrice")
    return OrderItem(
        id=item["id"],
        allegro_offer_id=str(item["offer"]["id"]),
        offer_name=item["offer"].get("name") or "",
        quantity=int(item["quantity"]),
        unit_price=Decimal(str(item["price"]["amount"])),
        original_price=Decimal(str(original["amount"])) if original else None,
        currency=item["price"]["currency"],
        bought_at=_bought_at(item),
    )


def _bought_at(item: Mapping[str, Any]) -> datetime:
    return parse_instant(item["boughtAt"])
