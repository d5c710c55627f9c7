"""Money: what Allegro bills, and what moves through the seller's wallets."""

import re
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Literal

from allegro.api.paging import BILLING, PAYMENTS
from allegro.api.transport import Resource
from allegro.api.values import (
    Document,
    Money,
    Page,
    as_parameter,
    bare_page,
    given,
    instant,
    money,
    optional_money,
    optional_number,
    optional_reference,
    optional_rows,
    optional_text,
    page,
    rows,
    text,
)

# Keys of additional information that name a fee or a service; any other may hold a parcel's number or an address.
IMPERSONAL = frozenset({"feeId", "additional_service"})
DATE = re.compile(r"(\d{4}-\d{2}-\d{2}|\d{2}\.\d{2}\.\d{4})")
Wallet = Literal["AVAILABLE", "WAITING"]


@dataclass(frozen=True, slots=True)
class BillingEntry:
    """One entry of the bill. `value` is signed as Allegro gives it; `balance` is the account's after the entry.

    The offer's name comes later than the entry; ads are billed by day and account, not by offer (allegro-api 10936).
    `info` is the additional information that is known to be about no person.
    """

    id: str
    occurred_at: datetime
    type: str
    type_name: str
    value: Money
    balance: Money | None
    offer_id: str
    offer_name: str
    order_id: str
    tax_percentage: Decimal | None
    info: dict[str, str]


@dataclass(frozen=True, slots=True)
class BillingType:
    """What the three letters of an entry's type mean, in the language asked for."""

    id: str
    description: str


@dataclass(frozen=True, slots=True)
class PaymentOperation:
    """One movement in a wallet; it has no id, so all of its fields together tell it from others.

    `balance` is the wallet's after it. The other party, in most cases the buyer, is not read.
    """

    type: str
    group: str
    wallet: str
    operator: str
    value: Money
    balance: Money
    occurred_at: datetime
    marketplace: str
    payment_id: str


class MoneyResource(Resource):
    """GET /billing and /payments."""

    def billing_entries(
        self, since: datetime, until: datetime, offset: int = 0, marketplace: str = ""
    ) -> Page[BillingEntry]:
        """Up to 100 entries of a window, both instants included, the newest first, without a total.

        Of one marketplace, by default where the seller is registered. No offset above 10,000 (allegro-api issue
        12716): read with `paging.by_time`. Corrections come later than the sale; six years are kept (issue 10648).
        """
        query = _window(since, until) | {"limit": BILLING.limit, "offset": offset}
        return self._transport.read(
            "billing-entries",
            lambda answer: bare_page(answer, "billingEntries", _billing_entry),
            query | given({"marketplaceId": marketplace}),
        )

    def billing_types(self) -> tuple[BillingType, ...]:
        """The dictionary of billing types, some two hundred."""
        return self._transport.read(
            "billing-types",
            lambda answer: rows(answer, lambda each: BillingType(text(each["id"]), text(each["description"]))),
        )

    def payment_operations(
        self, wallet: Wallet, since: datetime, until: datetime, offset: int = 0, marketplace: str = ""
    ) -> Page[PaymentOperation]:
        """Up to 50 movements of one wallet in a window, both instants included.

        A window with over 10,000 of them is refused with 422: read with `paging.by_time`.
        """
        query = {"wallet.type": wallet, **_window(since, until), "limit": PAYMENTS.limit, "offset": offset}
        return self._transport.read(
            "payment-operations",
            lambda answer: page(answer, "paymentOperations", _payment_operation),
            query | given({"marketplaceId": marketplace}),
        )


def _window(since: datetime, until: datetime) -> dict[str, Any]:
    return {"occurredAt.gte": as_parameter(since), "occurredAt.lte": as_parameter(until)}


def _billing_entry(entry: Document) -> BillingEntry:
    return BillingEntry(
        id=text(entry["id"]),
        occurred_at=instant(entry["occurredAt"]),
        type=text(entry["type"]["id"]),
        type_name=optional_text(entry["type"].get("name")),
        value=money(entry["value"]),
        balance=optional_money(entry.get("balance")),
        offer_id=optional_reference(entry.get("offer")),
        offer_name=optional_text((entry.get("offer") or {}).get("name")),
        order_id=optional_reference(entry.get("order")),
        tax_percentage=optional_number((entry.get("tax") or {}).get("percentage")),
        info=_information(entry.get("additionalInfo")),
    )


def _information(entries: Any) -> dict[str, str]:
    """Of the additional information what is known to be about no person, and every value that is only a date."""
    found = optional_rows(entries, lambda each: (optional_text(each.get("type")), optional_text(each.get("value"))))
    return {kind: value for kind, value in found if kind and (kind in IMPERSONAL or DATE.fullmatch(value))}


def _payment_operation(operation: Document) -> PaymentOperation:
    wallet = operation["wallet"]
    return PaymentOperation(
        type=text(operation["type"]),
        group=text(operation["group"]),
        wallet=text(wallet["type"]),
        operator=text(wallet["paymentOperator"]),
        value=money(operation["value"]),
        balance=money(wallet["balance"]),
        occurred_at=instant(operation["occurredAt"]),
        marketplace=optional_text(operation.get("marketplaceId")),
        payment_id=optional_reference(operation.get("payment")),
    )
