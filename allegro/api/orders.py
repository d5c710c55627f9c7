"""Orders and returns. Nothing about the buyer gets past this module: every field below is on the allow-list.

Read are ids, states, instants, offers, quantities and money. Not read, and kept nowhere: logins, names, addresses,
e-mail, phones, bank accounts, parcels' numbers, messages, comments, notes, invoices, serial numbers, vouchers' codes.
"""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from allegro.api.paging import CUSTOMER_RETURNS, ORDER_JOURNAL, ORDERS
from allegro.api.transport import Resource
from allegro.api.values import (
    CursorPage,
    Document,
    Money,
    Page,
    as_parameter,
    document,
    given,
    instant,
    money,
    optional_flag,
    optional_instant,
    optional_money,
    optional_reference,
    optional_rows,
    optional_text,
    optional_whole,
    page,
    reference,
    rows,
    text,
    whole,
)
from allegro.errors import Rejected
from offers.sales.orders import BoughtService, OrderForm, OrderItem, OrderJournalRow, Voucher


@dataclass(frozen=True, slots=True, kw_only=True)
class LineItem(OrderItem):
    """One bought line; `tax_rate` is a percentage as text, "" where unknown."""

    external_id: str
    tax_rate: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckoutForm(OrderForm):
    """One order, its states in Allegro's words."""

    items: tuple[LineItem, ...]
    payment_id: str
    paid_amount: Money | None
    total_to_pay: Money | None
    delivery_method: str
    delivery_cost: Money | None
    is_smart: bool | None


@dataclass(frozen=True, slots=True)
class LatestOrderEvent:
    """The newest entry of the order journal."""

    event_id: str
    occurred_at: datetime


@dataclass(frozen=True, slots=True)
class ReturnedItem:
    """What comes back: an offer, not a line of the order, for returns do not name those. `price` is per piece."""

    allegro_offer_id: str
    offer_name: str
    quantity: int
    price: Money | None
    reason: str


@dataclass(frozen=True, slots=True)
class CustomerReturn:
    """A return declared by a buyer; it does not change its order (allegro-api issue 12460)."""

    id: str
    order_id: str
    reference_number: str
    marketplace: str
    status: str
    created_at: datetime
    is_fulfillment: bool | None
    items: tuple[ReturnedItem, ...]
    rejection: str
    rejected_at: datetime | None


class OrdersResource(Resource):
    """GET /order/events, /order/event-stats, /order/checkout-forms, /order/customer-returns."""

    def order_events(self, after: str = "") -> list[OrderJournalRow]:
        """Up to 1000 order journal rows after `after`, a decimal id; the oldest of the 60 days without it."""
        if after and not (after.isascii() and after.isdecimal()):
            # Allegro would silently answer with everything from the oldest (allegro-api issue 11307).
            raise Rejected(f"an order cursor must be decimal, not {after[:20]!r}")
        query = given({"from": after, "limit": ORDER_JOURNAL})
        return self._transport.read("order-events", read_order_journal, query)

    def latest_order_event(self) -> LatestOrderEvent | None:
        """The newest entry of the order journal, None for an account without any."""
        return self._transport.read("order-event-stats", _latest)

    def orders_updated_since(
        self, since: datetime, offset: int = 0, until: datetime | None = None
    ) -> Page[CheckoutForm]:
        """Up to 100 orders changed at or after `since` (and up to `until`), oldest change first; about a year is kept.

        offset + limit reaches 10,000 (allegro-api issue 3500). Some cancellations did not count as a change
        (issue 8419).
        """
        return self._orders("updatedAt", since, until, offset)

    def orders_bought(self, since: datetime, until: datetime | None = None, offset: int = 0) -> Page[CheckoutForm]:
        """Up to 100 orders with a line bought at or after `since` (and up to `until`), the oldest first.

        offset + limit reaches 10,000 (allegro-api issue 3500): read long spans with `paging.by_time`.
        """
        return self._orders("lineItems.boughtAt", since, until, offset)

    def order(self, order_id: str) -> CheckoutForm:
        """One order. Raises Gone once it was merged into another or is older than a year."""
        return self._transport.read("order", read_order, id=order_id)

    def customer_returns(
        self, after: str = "", since: datetime | None = None, until: datetime | None = None
    ) -> CursorPage[CustomerReturn]:
        """Up to 1000 returns, the oldest first, after the return id `after`, declared from `since` to `until`.

        25 requests a second for a seller, 50 for all. Later changes of a return's status are told by no cursor: read
        the days of open returns again.
        """
        query = {"from": after, "limit": CUSTOMER_RETURNS}
        query |= {"createdAt.gte": since and as_parameter(since), "createdAt.lte": until and as_parameter(until)}
        return self._transport.read("customer-returns", _returns_page, given(query))

    def _orders(self, field: str, since: datetime, until: datetime | None, offset: int) -> Page[CheckoutForm]:
        window = {f"{field}.gte": as_parameter(since), f"{field}.lte": until and as_parameter(until)}
        query = given(window) | {"sort": field, "limit": ORDERS.limit, "offset": offset}
        return self._transport.read("orders", lambda answer: page(answer, "checkoutForms", read_order), query)


def read_order_journal(answer: Any) -> list[OrderJournalRow]:
    """From GET /order/events; the buyer's data in it is not read."""
    return [
        OrderJournalRow(
            event_id=text(entry["id"]),
            type=text(entry["type"]),
            order_id=reference(entry["order"]["checkoutForm"]),
            revision=optional_text(entry["order"]["checkoutForm"].get("revision")),
            occurred_at=instant(entry["occurredAt"]),
        )
        for entry in answer["events"]
    ]


def read_order(form: Any) -> CheckoutForm:
    """From GET /order/checkout-forms/{id}; the buyer's data, messages and addresses in it are not read."""
    payment, delivery = document(form.get("payment") or {}), document(form.get("delivery") or {})
    return CheckoutForm(
        id=text(form["id"]),
        revision=optional_text(form.get("revision")),
        status=text(form["status"]),
        marketplace=optional_reference(form.get("marketplace")),
        updated_at=optional_instant(form.get("updatedAt")),
        items=rows(form["lineItems"], _line_item),
        fulfillment=optional_text((form.get("fulfillment") or {}).get("status")),
        cancelled_at=optional_instant((delivery.get("cancellation") or {}).get("date")),
        payment_id=optional_text(payment.get("id")),
        payment_type=optional_text(payment.get("type")),
        paid_at=optional_instant(payment.get("finishedAt")),
        paid_amount=optional_money(payment.get("paidAmount")),
        total_to_pay=optional_money((form.get("summary") or {}).get("totalToPay")),
        delivery_method=optional_text((delivery.get("method") or {}).get("name")),
        delivery_cost=optional_money(delivery.get("cost")),
        is_smart=optional_flag(delivery.get("smart")),
    )


def _line_item(item: Document) -> LineItem:
    price, original = money(item["price"]), optional_money(item.get("originalPrice"))
    offer, reconciliation = document(item["offer"]), document(item.get("reconciliation") or {})
    return LineItem(
        id=text(item["id"]),
        allegro_offer_id=reference(offer),
        offer_name=optional_text(offer.get("name")),
        quantity=whole(item["quantity"]),
        unit_price=price.amount,
        original_price=original.amount if original else None,
        currency=price.currency,
        bought_at=instant(item["boughtAt"]),
        external_id=optional_reference(offer.get("external")),
        reconciliation=_amount_in(price.currency, reconciliation.get("value")),
        reconciliation_type=optional_text(reconciliation.get("type")),
        reconciled_quantity=optional_whole(reconciliation.get("quantity")),
        deposit=_amount_in(price.currency, (item.get("deposit") or {}).get("price")),
        discounts=optional_rows(item.get("discounts"), lambda each: text(each["type"])),
        vouchers=optional_rows(item.get("vouchers"), _voucher),
        services=optional_rows(item.get("selectedAdditionalServices"), _service),
        tax_rate=optional_text((item.get("tax") or {}).get("rate")),
    )


def _amount_in(currency: str, value: Any) -> Decimal | None:
    """An amount in the line's currency; None where it is absent, or in another one, which is not added to anything."""
    found = optional_money(value)
    return found.amount if found and found.currency == currency else None


def _voucher(entry: Document) -> Voucher:
    value = optional_money(entry.get("value"))
    return Voucher(
        text(entry["type"]),
        optional_text(entry.get("status")),
        value.amount if value else None,
        value.currency if value else "",
    )


def _service(entry: Document) -> BoughtService:
    price = optional_money(entry.get("price"))
    return BoughtService(
        optional_text(entry.get("definitionId")),
        optional_whole(entry.get("quantity")) or 1,
        price.amount if price else None,
        price.currency if price else "",
    )


def _latest(answer: Any) -> LatestOrderEvent | None:
    latest = document(answer).get("latestEvent")
    return LatestOrderEvent(text(latest["id"]), instant(latest["occurredAt"])) if latest else None


def _returns_page(answer: Any) -> CursorPage[CustomerReturn]:
    found = rows(answer["customerReturns"], _customer_return)
    return CursorPage(found, found[-1].id if len(found) >= CUSTOMER_RETURNS else "")


def _customer_return(entry: Document) -> CustomerReturn:
    rejection = document(entry.get("rejection") or {})
    return CustomerReturn(
        id=text(entry["id"]),
        order_id=optional_text(entry.get("orderId")),
        reference_number=optional_text(entry.get("referenceNumber")),
        marketplace=optional_text(entry.get("marketplaceId")),
        status=text(entry["status"]),
        created_at=instant(entry["createdAt"]),
        is_fulfillment=optional_flag(entry.get("isFulfillment")),
        items=rows(entry["items"], _returned_item),
        rejection=optional_text(rejection.get("code")),
        rejected_at=optional_instant(rejection.get("createdAt")),
    )


def _returned_item(item: Document) -> ReturnedItem:
    return ReturnedItem(
        allegro_offer_id=text(item["offerId"]),
        offer_name=optional_text(item.get("name")),
        quantity=whole(item["quantity"]),
        price=optional_money(item.get("price")),
        reason=optional_text((item.get("reason") or {}).get("type")),
    )
