"""The account day by day: our own sales, and beside them the reports of single days.

Shape of the chart's document; money is text, null means "not known", never zero:

    {
      "currency": "PLN", "from": "2026-08-05", "to": "2026-09-01",
      "days": ["2026-08-05", …],
      "own": ["1203.40", "0.00", null, …],
      "reported": [null, "1203.40", …],
      "periods": [{"from": "2026-08-03", "to": "2026-08-09", "reported": "8423.10", "own": "8423.10",
                   "status": "agrees"}]
    }

`reported` is what a report of that day alone says, else what the files of orders say. A report of several days is one
entry of `periods` and is never spread over its days.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Sum

from accounts.models import SellerAccount
from offers.calendar import ONE_DAY
from offers.models import SalesDay
from offers.sales.daily import Window, sales_coverage
from reports.models import AccountTotal, ReportedDay

DAYS_SHOWN = 28
SPARK_WIDTH, SPARK_HEIGHT = 280, 56


@dataclass(frozen=True, slots=True)
class Trend:
    """Revenue of one account in one currency, a value for each day; None where a day is not known."""

    account: SellerAccount
    currency: str
    window: Window
    own: list[Decimal | None]
    reported: list[Decimal | None]
    periods: list[AccountTotal]

    @property
    def bars(self) -> list[dict[str, str]]:
        """Our own revenue as the bars of a small picture, 280 x 56."""
        return [
            {"x": f"{self._x(number):.1f}", "y": f"{top:.1f}", "height": f"{SPARK_HEIGHT - top:.1f}"}
            for number, value in enumerate(self.own)
            if value
            for top in [self._y(value)]
        ]

    @property
    def width(self) -> str:
        """The width of one bar."""
        return f"{SPARK_WIDTH / max(1, len(self.own)) * 0.7:.1f}"

    @property
    def dots(self) -> list[dict[str, str]]:
        """The reports of single days as dots of the same picture."""
        half = float(self.width) / 2
        return [
            {"x": f"{self._x(number) + half:.1f}", "y": f"{self._y(value):.1f}"}
            for number, value in enumerate(self.reported)
            if value is not None
        ]

    def _x(self, number: int) -> float:
        return number * SPARK_WIDTH / max(1, len(self.own))

    def _y(self, value: Decimal) -> float:
        highest = max((each for each in (*self.own, *self.reported) if each), default=Decimal(1))
        return SPARK_HEIGHT - 4 - float(value / highest) * (SPARK_HEIGHT - 8)

    def document(self) -> dict[str, Any]:
        """The chart's JSON; see the module's docstring."""
        return {
            "currency": self.currency,
            "from": self.window.first.isoformat(),
            "to": self.window.last.isoformat(),
            "days": [day.isoformat() for day in self.window.days],
            "own": [_text(value) for value in self.own],
            "reported": [_text(value) for value in self.reported],
            "periods": [
                {
                    "from": each.first_day.isoformat(),
                    "to": each.last_day.isoformat(),
                    "reported": _text(each.reported_revenue),
                    "own": _text(each.own_revenue),
                    "status": each.revenue_status,
                }
                for each in self.periods
            ],
        }


def read_trend(account: SellerAccount, today: date, days: int = DAYS_SHOWN) -> Trend:
    """The last full days of `account`, in the currency and on the marketplace of its newest report. Five queries.

    A day speaks by a report of sales of that day alone, else by the files of orders.
    """
    window = Window(today - ONE_DAY * days, today - ONE_DAY)
    totals = list(AccountTotal.objects.filter(account=account, last_day__gte=window.first))
    of_orders = list(ReportedDay.objects.filter(account=account, day__range=(window.first, window.last)))
    newest = (
        totals[0] if totals else AccountTotal.objects.filter(account=account).first() or next(iter(of_orders), None)
    )
    currency = newest.currency if newest else ""
    marketplace = (newest.marketplace if newest else "") or account.base_marketplace
    here = [each for each in totals if (each.currency, each.marketplace) == (currency, marketplace)]
    # Of several reports of one day the one uploaded last speaks for it.
    single = {
        each.day: each.reported_revenue
        for each in of_orders
        if each.currency == currency and each.marketplace in ("", marketplace)
    }
    single |= {each.first_day: each.reported_revenue for each in reversed(here) if each.first_day == each.last_day}
    own = _own(account, currency, marketplace, window)
    return Trend(
        account,
        currency,
        window,
        own,
        [single.get(day) for day in window.days],
        [each for each in here if each.first_day != each.last_day],
    )


def _own(account: SellerAccount, currency: str, marketplace: str, window: Window) -> list[Decimal | None]:
    sold = SalesDay.objects.filter(
        account=account, currency=currency, marketplace=marketplace, day__range=(window.first, window.last)
    )
    found = dict(sold.order_by().values("day").annotate(money=Sum("revenue")).values_list("day", "money"))
    coverage = sales_coverage(account)
    return [
        found[day] if day in found else Decimal(0) if coverage and coverage.covers(day) else None for day in window.days
    ]


def _text(value: Decimal | None) -> str | None:
    return None if value is None else f"{value:.2f}"
