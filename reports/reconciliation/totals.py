"""The sums of each report over all its offers beside our own of the same days: per day only where it is of one day."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from heapq import nlargest
from typing import TYPE_CHECKING, Any

from django.db.models import Max, Sum

from accounts.models import SellerAccount
from offers.calendar import end_of_day, start_of_day
from offers.models import OrderLine, OrderStatus, SalesDay
from offers.sales.daily import Coverage
from reports.models import AccountTotal, Upload, UploadRow
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
        units_status=status_of(reported["units"], own["units"], threshold),
        holds_until=report.holds_until,
        revenue_status=status_of(reported["revenue"], own["revenue"], threshold),
    )


def status_of(reported: Any, own: Any, threshold: Decimal) -> Status:
    """How two sums stand to each other; None is not known."""
    if reported is None or own is None:
        return Status.NO_REFERENCE
    return Status.AGREES if is_near(Decimal(reported), Decimal(own), threshold, CENT) else Status.DIFFERS


def held_until(
    account: SellerAccount, upload: Upload, first: date, last: date, place: tuple[str, str]
) -> datetime | None:
    """The newest purchase that a report surely holds: of an offer with as many pieces there as in our orders.

    The second newest of these offers, because one may agree by chance. Two queries.
    """
    marketplace, currency = place
    lines = OrderLine.objects.filter(
        account=account,
        superseded_at__isnull=True,
        status=OrderStatus.READY,
        marketplace=marketplace,
        currency=currency,
        bought_at__gte=start_of_day(first),
        bought_at__lt=end_of_day(last),
    )
    sold = lines.order_by().values("allegro_offer_id").annotate(pieces=Sum("quantity"), newest=Max("bought_at"))
    reported = dict(UploadRow.objects.filter(upload=upload).values_list("allegro_offer_id", "units"))
    agreeing = [row["newest"] for row in sold if reported.get(row["allegro_offer_id"]) == row["pieces"]]
    newest = nlargest(2, agreeing)
    return newest[1] if len(newest) == 2 else None
