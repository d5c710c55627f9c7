"""Rows that say when something happened: orders and their lines, billing entries, payments.

The headings of the orders are English for every seller. Those of billing and payments are known in Polish; the English
ones are translations.
"""

from types import MappingProxyType
from typing import Final

from reports.readers.concepts import Concept
from reports.readers.report_kind import OFFER_ID, Grain, ReportKind, group, words

_MOMENT: Final = words(
    ("Data", "Data operacji", "Data i godzina"), ("Date", "Operation date", "Date and time", "OrderDate", "Order date")
)
_BALANCE: Final = words(("Saldo",), ("Balance",))

# "Zestawienie sprzedaży": sellers pick the columns, so any but the first may be missing.
ORDERS: Final = ReportKind(
    code="orders",
    grain=Grain.EVENT,
    aliases=MappingProxyType(
        {
            Concept.ROW_TYPE: words((), ("Type",)),
            Concept.ORDER_ID: words((), ("OrderId", "Order ID")),
            Concept.LINE_ITEM_ID: words((), ("LineItemId", "Line item ID")),
            Concept.OFFER_ID: words((), ("OfferId", "Offer ID")),
            Concept.TITLE: words((), ("Name", "OfferName", "Offer name")),
            Concept.OCCURRED_AT: words((), ("OrderDate", "Order date")),
            Concept.SELLER_STATUS: words((), ("SellerStatus", "Seller status")),
            Concept.PAYMENT_STATUS: words((), ("PaymentStatus", "Payment status")),
            Concept.MARKETPLACE: words((), ("Marketplace",)),
            Concept.AMOUNT: words((), ("PaymentAmount", "TotalToPayAmount", "Payment amount", "Total to pay amount")),
            Concept.CURRENCY: words(
                (), ("PaymentCurrency", "TotalToPayCurrency", "Currency", "Payment currency", "Total to pay currency")
            ),
            Concept.UNITS: words((), ("Quantity",)),
            Concept.UNIT_PRICE: words((), ("Price", "UnitPrice", "Unit price")),
            Concept.RETURNED_QUANTITY: words((), ("ReturnsQuantity", "Returns quantity")),
            Concept.FULFILMENT: words((), ("FulfillmentProvider", "Fulfillment provider", "FulfilmentProvider")),
        }
    ),
    required=(group(Concept.ROW_TYPE), group(Concept.ORDER_ID, Concept.LINE_ITEM_ID)),
    key=(Concept.ORDER_ID, Concept.LINE_ITEM_ID),
    row_currency=True,
    tables=True,
)

# "Historia opłat": no row id (allegro-api issue 1673), no currency but that of the order in the details.
BILLING: Final = ReportKind(
    code="billing",
    grain=Grain.EVENT,
    aliases=MappingProxyType(
        {
            Concept.OCCURRED_AT: _MOMENT,
            Concept.TITLE: words(("Nazwa oferty", "Tytuł oferty"), ("Offer name", "Offer title")),
            Concept.OFFER_ID: OFFER_ID,
            Concept.OPERATION: words(
                ("Typ operacji", "Rodzaj operacji"), ("Operation type", "Type of operation", "Transaction type")
            ),
            Concept.CREDIT: words(("Uznania", "Uznanie"), ("Credits", "Credit")),
            Concept.DEBIT: words(("Obciążenia", "Obciążenie"), ("Debits", "Debit", "Charges")),
            Concept.BALANCE: _BALANCE,
            Concept.DETAILS: words(("Szczegóły operacji",), ("Operation details", "Details")),
        }
    ),
    required=(
        group(Concept.OCCURRED_AT),
        group(Concept.OPERATION),
        group(Concept.CREDIT),
        group(Concept.DEBIT),
    ),
    key=(Concept.OCCURRED_AT,),
    row_currency=True,
)

# "Środki i historia operacji": amounts are text with their currency.
PAYMENTS: Final = ReportKind(
    code="payments",
    grain=Grain.EVENT,
    aliases=MappingProxyType(
        {
            Concept.OCCURRED_AT: _MOMENT,
            Concept.REFERENCE: words(("identyfikator",), ("identifier", "ID")),
            Concept.OPERATION: words(("operacja", "rodzaj operacji"), ("operation", "operation type")),
            Concept.OPERATOR: words(("operator", "operator płatności"), ("payment operator", "payment provider")),
            Concept.TITLE: words(("oferta",), ("offer",)),
            Concept.AMOUNT: words(("kwota",), ("amount",)),
            Concept.BALANCE: _BALANCE,
        }
    ),
    required=(group(Concept.OCCURRED_AT), group(Concept.OPERATION), group(Concept.AMOUNT)),
    key=(Concept.OCCURRED_AT,),
    row_currency=True,
)
