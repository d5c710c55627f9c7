"""Visits and conversion of exactly the days that an offer's page shows, where an imported report covers them."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import cast

from django import template

from offers.models import Offer
from offers.reading.funnel import change_of
from offers.sales.daily import Window
from reports.cover import not_counted
from reports.models import UploadKind, UploadRow, UploadStatus
from reports.ratios import ratio

register = template.Library()


@dataclass(frozen=True, slots=True)
class Reported:
    """What one "Sales by offer" says of the offer over its whole period, from `first` to `last`.

    `marketplace` is "" where the report is of all.
    """

    file_name: str
    first: date
    last: date
    visits: int | None
    conversion: Decimal | None
    marketplace: str

    @property
    def window(self) -> Window:
        """Its days."""
        return Window(self.first, self.last)


@dataclass(frozen=True, slots=True)
class ReportedVisits:
    """The reports of exactly a window and of exactly the one before; `newest` is the newest report of other days."""

    now: Reported | None = None
    before: Reported | None = None
    newest: Reported | None = None

    @property
    def visits_before(self) -> int | None:
        """The visits of the days before, None without a report of exactly them."""
        return self.before.visits if self.before else None

    @property
    def conversion_before(self) -> Decimal | None:
        """The conversion of the days before, None without a report of exactly them."""
        return self.before.conversion if self.before else None

    @property
    def visits_ratio(self) -> Decimal | None:
        """The relative change of the visits, None unless both are known."""
        return change_of(self.now.visits, self.visits_before) if self.now else None

    @property
    def conversion_ratio(self) -> Decimal | None:
        """The relative change of the conversion, None unless both are known."""
        return change_of(self.now.conversion, self.conversion_before) if self.now else None


@register.simple_tag
def reported_visits(offer: Offer, window: Window) -> ReportedVisits:
    """What reports say of exactly these days and of as many right before. At most two queries."""
    rows = list(
        UploadRow.objects.filter(
            upload__account=offer.account_id,
            upload__kind=UploadKind.SALES_BY_OFFER,
            upload__status=UploadStatus.IMPORTED,
            upload__marketplace__in=("", offer.account.base_marketplace),
            allegro_offer_id=offer.allegro_id,
        )
        .select_related("upload")
        .defer("upload__mapping", "upload__shape")
        .order_by("-upload__period_to", "-upload__uploaded_at")
    )
    left_out = not_counted(offer.account) if len(rows) > 1 else {}
    counted = [_reported(row) for row in rows if str(row.upload_id) not in left_out]
    exact = {(each.first, each.last): each for each in reversed(counted)}
    now = exact.get((window.first, window.last))
    before = exact.get((window.previous.first, window.previous.last))
    return ReportedVisits(now, before, None if now else next(iter(counted), None))


def _reported(row: UploadRow) -> Reported:
    upload = row.upload
    # The database keeps an upload from being imported without its period.
    first, last = cast(date, upload.period_from), cast(date, upload.period_to)
    return Reported(upload.file_name, first, last, row.visits, ratio(row.units, row.visits), upload.marketplace)
