"""The days of the files of orders in words: both sides, the difference, and the orders that make it."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, ngettext_lazy

from accounts.templatetags.ui import format_money
from offers.words.values import MINUS, format_count
from reports.models import ComparisonStatus, ReportedDay
from reports.reconciliation.order_days import Because
from reports.reconciliation.words import NOTHING, SYNC, UPLOAD_AGAIN

SENTENCES: Final[Mapping[str, Any]] = {
    Because.CANCELLED_SINCE: ngettext_lazy(
        "%(orders)s order of the file is cancelled by now.", "%(orders)s orders of the file are cancelled by now.", "n"
    ),
    Because.NOT_READY: ngettext_lazy(
        "%(orders)s order of the file is not paid yet.", "%(orders)s orders of the file are not paid yet.", "n"
    ),
    Because.NOT_HELD: ngettext_lazy(
        "%(orders)s order of the file is not in our record.",
        "%(orders)s orders of the file are not in our record.",
        "n",
    ),
    Because.NOT_IN_FILE: ngettext_lazy(
        "%(orders)s order of our record is not in the file.",
        "%(orders)s orders of our record are not in the file.",
        "n",
    ),
    Because.CANCELLED_IN_FILE: ngettext_lazy(
        "%(orders)s order is cancelled in the file and sold in our record.",
        "%(orders)s orders are cancelled in the file and sold in our record.",
        "n",
    ),
    Because.OTHERWISE: ngettext_lazy(
        "%(orders)s order has other pieces, another price or another day in the file.",
        "%(orders)s orders have other pieces, another price or another day in the file.",
        "n",
    ),
}
STEPS: Final[Mapping[str, Any]] = {
    Because.CANCELLED_SINCE: NOTHING,
    Because.NOT_READY: NOTHING,
    Because.NOT_HELD: SYNC,
    Because.NOT_IN_FILE: UPLOAD_AGAIN,
    Because.CANCELLED_IN_FILE: SYNC,
    Because.OTHERWISE: UPLOAD_AGAIN,
}


@dataclass(frozen=True, slots=True)
class DayReason:
    """Why a day differs: the sentence with what it comes to, and the next step."""

    text: str
    step: str


@dataclass(frozen=True)
class ShownDay:
    """One day for people."""

    row: ReportedDay

    @property
    def status(self) -> str:
        """Of pieces and money the one that does not agree."""
        statuses = (self.row.revenue_status, self.row.units_status)
        return next((each for each in statuses if each != ComparisonStatus.AGREES), ComparisonStatus.AGREES)

    @property
    def units_difference(self) -> str:
        """How many pieces the file has more; "" where our orders of the day are not all known."""
        if self.row.own_units is None:
            return ""
        return format_count(self.row.reported_units - self.row.own_units, signed=True)

    @property
    def revenue_difference(self) -> str:
        """How much money the file has more."""
        if self.row.own_revenue is None:
            return ""
        return _signed(self.row.reported_revenue - self.row.own_revenue, self.row.currency)

    @property
    def reasons(self) -> list[DayReason]:
        """The orders that make the difference, by why they do."""
        return [_reason(each, self.row.currency) for each in self.row.reasons]


def _reason(told: Mapping[str, Any], currency: str) -> DayReason:
    orders, code = int(told["orders"]), str(told["code"])
    sentence = SENTENCES[code] % {"orders": format_count(orders), "n": orders}
    pieces = ngettext("%(units)s piece", "%(units)s pieces", abs(told["units"])) % {
        "units": format_count(told["units"], signed=True)
    }
    money = _signed(Decimal(told["revenue"]), currency)
    text = _("%(sentence)s That makes %(pieces)s, %(money)s.") % {
        "sentence": sentence,
        "pieces": pieces,
        "money": money,
    }
    return DayReason(text, str(STEPS[code]))


def _signed(amount: Decimal, currency: str) -> str:
    sign = MINUS if amount < 0 else "+" if amount else ""
    return f"{sign}{format_money(abs(amount), currency)}"
