"""The measures and attributes that a report may state, and the form in which each is read.

What names a person - a buyer's login, name, address, e-mail, phone, message - has no concept, so no column of it can
ever be mapped, read or stored (see `reports.readers.personal`).
"""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from types import MappingProxyType
from typing import Final

Value = str | int | Decimal | datetime | date


class Concept(StrEnum):
    """One measure or attribute that a column may hold."""

    OFFER_ID = "offer_id"
    TITLE = "title"
    UNITS = "units"
    REVENUE = "revenue"
    VISITS = "visits"
    SALES_SHARE = "sales_share"
    AVERAGE_PRICE = "average_price"
    ENDING_QUANTITY = "ending_quantity"
    TRANSACTIONS = "transactions"
    CONVERSION = "conversion"

    CAMPAIGN = "campaign"
    AD_GROUP = "ad_group"
    IMPRESSIONS = "impressions"
    CLICKS = "clicks"
    INTEREST = "interest"
    CPC = "cpc"
    CTR = "ctr"
    COST = "cost"
    ROAS = "roas"

    OFFER_STATUS = "offer_status"
    SKU = "sku"
    PRODUCT_CODE = "product_code"
    CATEGORY = "category"
    QUANTITY = "quantity"
    PRICE = "price"
    DELIVERY_PRICES = "delivery_prices"
    HANDLING_TIME = "handling_time"

    ROW_TYPE = "row_type"
    ORDER_ID = "order_id"
    LINE_ITEM_ID = "line_item_id"
    OCCURRED_AT = "occurred_at"
    SELLER_STATUS = "seller_status"
    PAYMENT_STATUS = "payment_status"
    MARKETPLACE = "marketplace"
    AMOUNT = "amount"
    UNIT_PRICE = "unit_price"
    RETURNED_QUANTITY = "returned_quantity"
    FULFILMENT = "fulfilment"

    OPERATION = "operation"
    CREDIT = "credit"
    DEBIT = "debit"
    BALANCE = "balance"
    ORDER_VALUE = "order_value"
    DAY_CHARGED = "day_charged"
    REFERENCE = "reference"
    OPERATOR = "operator"
    CURRENCY = "currency"

    # The details of a billing entry ("Key: value, Key: value"). Read into other concepts, never a value of a row.
    DETAILS = "details"


class Form(StrEnum):
    """How a cell of a concept is read, and the type of the value that comes out."""

    ID = "id"  # str of 8 to 12 digits
    TEXT = "text"  # str, at most 250 characters
    COUNT = "count"  # int, 0 or more
    MONEY = "money"  # Decimal with two places
    PERCENT = "percent"  # Decimal, a fraction of 1 with six places
    RATIO = "ratio"  # Decimal with four places: a multiple, such as ROAS
    MOMENT = "moment"  # datetime in UTC
    DAY = "day"  # date in Europe/Warsaw


_FORMS: Final[Mapping[Form, str]] = {
    Form.ID: "offer_id",
    Form.COUNT: "units visits ending_quantity transactions impressions clicks interest quantity returned_quantity",
    Form.MONEY: "revenue average_price cpc cost price amount unit_price credit debit balance order_value",
    Form.PERCENT: "sales_share conversion ctr",
    Form.RATIO: "roas",
    Form.MOMENT: "occurred_at",
    Form.DAY: "day_charged",
}
_NAMED: Final = {Concept(code): form for form, codes in _FORMS.items() for code in codes.split()}
FORMS: Final[Mapping[Concept, Form]] = MappingProxyType(
    {concept: _NAMED.get(concept, Form.TEXT) for concept in Concept}
)
# A period's refunds may outweigh its sales, so revenue may be negative; a price may not.
NEVER_NEGATIVE: Final = frozenset({Concept.AVERAGE_PRICE, Concept.CPC, Concept.PRICE, Concept.UNIT_PRICE})
