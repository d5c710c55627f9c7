"""The sums of each report over all its offers beside our own of the same days: per day only where it is of one day."""

from collections.abc import Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db.models import Sum

from accounts.models import SellerAccount
from offers.daily import Coverage
from offers.models import SalesDay
from reports.models import AccountTotal, UploadRow
from reports.reconciliation.averages import CENT
from reports.reconciliation.compare import is_near
from reports.reconciliation.terms import Status

if TYPE_CHECKING:
    from reports.reconciliation.projection import Report


def make_totals(
    account: SellerAccount, reports: Sequence["Report"], coverage: Coverage | None, threshold: Decimal
) -> None:
    """Make the account's totals anew: two queries for each report, of which there are some dozens a year."""
    AccountTotal.objects.filter(account=account).delete()
    AccountTotal.objects.bulk_create(_total(account, report, coverage, threshold) for report in reports)


def _total(account: SellerAccount, report: "Report", coverage: Coverage | None, threshold: Decimal) -> AccountTotal:
    period = report.period
    rows = UploadRow.objects.filter(upload=report.upload)
    reported = rows.order_by().aggregate(units=Sum("units"), revenue=Sum("revenue"))
    own: dict[str, Any] = {"units": None, "revenue": None}
    if coverage and coverage.covers(period.first) and coverage.covers(period.last):
        days = SalesDay.objects.filter(
            account=account,
            marketplace=report.marketplace,
            currency=report.currency,
            day__range=(period.first, period.last),
        )
        own = days.order_by().aggregate(units=Sum("units", default=0), revenue=Sum("revenue", default=Decimal(0)))
    return AccountTotal(
        account=account,
        upload=report.upload,
        first_day=period.first,
        last_day=period.last,
        currency=report.currency,
        marketplace=report.marketplace,
        reported_units=reported["units"],
        reported_revenue=reported["revenue"],
        own_units=own["units"],
        own_revenue=own["revenue"],
        units_status=_status(reported["units"], own["units"], threshold),
        revenue_status=_status(reported["revenue"], own["revenue"], threshold),
    )


def _status(reported: Any, own: Any, threshold: Decimal) -> Status:
    if reported is None or own is None:
        return Status.NO_REFERENCE
    return Status.AGREES if is_near(Decimal(reported), Decimal(own), threshold, CENT) else Status.DIFFERS
