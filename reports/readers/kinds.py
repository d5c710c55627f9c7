"""Every kind of report that can be read, by code."""

from types import MappingProxyType
from typing import Final

from reports.readers.event_kinds import BILLING, ORDERS, PAYMENTS
from reports.readers.offer_kinds import OFFER_LIST
from reports.readers.report_kind import ReportKind
from reports.readers.sales_kinds import ADS_CAMPAIGNS, ADS_OFFERS, SALES_BY_OFFER

KINDS: Final[MappingProxyType[str, ReportKind]] = MappingProxyType(
    {kind.code: kind for kind in (SALES_BY_OFFER, ADS_OFFERS, ADS_CAMPAIGNS, OFFER_LIST, ORDERS, BILLING, PAYMENTS)}
)
