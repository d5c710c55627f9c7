"""What imported reports say of one offer, period by period: for its chart, and as a table on its page.

Figures are totals of a whole period and stay so: none is spread over its days. Overlapping reports stand side by side.
Rows are found by Allegro's number, so that a report imported before the offer was first read counts as well.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, cast

from offers.models import Offer, SalesDay
from offers.sales.daily import sales_coverage
from reports.cover import not_counted
from reports.models import Upload, UploadKind, UploadRow, UploadStatus
from reports.ratios import AdsFigures, joined, ratio


@dataclass(frozen=True, slots=True)
class Own:
    """Our own figures of exactly the days of a report; None where these orders are not all known."""

    units: int | None
    revenue: Decimal | None


@dataclass(frozen=True, slots=True)
class SalesPeriod:
    """What one "Sales by offer" says of the offer, beside our own orders of the same days.

    `is_counted` tells whether totals count this report where several speak of the same days (`reports.cover`).
    """

    upload: Upload
    row: UploadRow
    own: Own
    is_counted: bool

    @property
    def conversion(self) -> Decimal | None:
        """Pieces sold for each visit, both from this report (Allegro's own definition is not published)."""
        return ratio(self.row.units, self.row.visits)

    @property
    def own_conversion(self) -> Decimal | None:
        """Pieces of our orders for each visit of the report: both parts are of the same days."""
        return ratio(self.own.units, self.row.visits)


@dataclass(frozen=True, slots=True)
class AdsPeriod:
    """What one Allegro Ads report says of the offer, its campaigns together, beside our own orders of the same days."""

    upload: Upload
    figures: AdsFigures
    campaigns: int
    own: Own
    is_counted: bool

    @property
    def cost_share(self) -> Decimal | None:
        """What was spent for each unit of money that the offer earned in the same days, paid clicks or not."""
        return ratio(self.figures.cost, self.own.revenue)


@dataclass(frozen=True, slots=True)
class OfferReports:
    """Every imported report with rows of one offer, by first day."""

    sales: Sequence[SalesPeriod]
    ads: Sequence[AdsPeriod]


def reports_of(offer: Offer) -> OfferReports:
    """What imported reports of sales and of Allegro Ads say of the offer."""
    rows = _rows(offer)
    own = _OwnDays(offer, [row.upload for row in rows])
    left_out = not_counted(offer.account) if len(rows) > 1 else {}
    campaigns: dict[Upload, list[UploadRow]] = defaultdict(list)
    for row in rows:
        if row.upload.kind == UploadKind.ADS_OFFERS:
            campaigns[row.upload].append(row)
    return OfferReports(
        [
            SalesPeriod(row.upload, row, own.of(row.upload), str(row.upload_id) not in left_out)
            for row in rows
            if row.upload not in campaigns
        ],
        [
            AdsPeriod(
                upload,
                joined(map(_ads, found)),
                len({row.campaign for row in found}),
                own.of(upload),
                str(upload.pk) not in left_out,
            )
            for upload, found in campaigns.items()
        ],
    )


def periods_of(offer: Offer) -> list[dict[str, Any]]:
    """The chart's document: inclusive Warsaw days, money and ratios as text, None where a report did not say.

    Reports of sales have visits, units, revenue, conversion, average price and ending quantity; those of Ads `ads`.
    """
    found = reports_of(offer)
    return [
        *(_base(each) | _sales_entry(each) for each in found.sales),
        *(_base(each) | {"ads": _ads_entry(each.figures)} for each in found.ads),
    ]


def _rows(offer: Offer) -> Sequence[UploadRow]:
    found = UploadRow.objects.filter(
        upload__account=offer.account_id,
        upload__kind__in=(UploadKind.SALES_BY_OFFER, UploadKind.ADS_OFFERS),
        upload__status=UploadStatus.IMPORTED,
        allegro_offer_id=offer.allegro_id,
    )
    order = ("upload__period_from", "upload__period_to", "upload__uploaded_at", "row_number")
    return list(found.select_related("upload").defer("upload__mapping", "upload__shape").order_by(*order))


class _OwnDays:
    """Our own sales of the offer over all days that some uploads cover, asked for at once."""

    def __init__(self, offer: Offer, uploads: Sequence[Upload]) -> None:
        self.coverage = sales_coverage(offer.account) if uploads else None
        periods = [_days(upload) for upload in uploads]
        self.days: list[SalesDay] = []
        if self.coverage:
            span = min(first for first, _last in periods), max(last for _first, last in periods)
            self.days = list(SalesDay.objects.filter(offer=offer, day__range=span))

    def of(self, upload: Upload) -> Own:
        """Of exactly the upload's days, on its marketplace if it is of one; money in its currency only."""
        first, last = _days(upload)
        if self.coverage is None or not (self.coverage.covers(first) and self.coverage.covers(last)):
            return Own(None, None)
        days = [
            each for each in self.days if first <= each.day <= last and upload.marketplace in ("", each.marketplace)
        ]
        money = sum((each.revenue for each in days if each.currency == upload.currency), Decimal())
        return Own(sum(each.units for each in days), money if upload.currency else None)


def _days(upload: Upload) -> tuple[date, date]:
    # The database keeps an upload from being imported without its period.
    return cast(date, upload.period_from), cast(date, upload.period_to)


def _ads(row: UploadRow) -> AdsFigures:
    return AdsFigures(row.impressions, row.clicks, row.interest, row.cost, row.units, row.revenue)


def _base(period: SalesPeriod | AdsPeriod) -> dict[str, Any]:
    upload = period.upload
    return {
        "kind": upload.kind,
        "from": upload.period_from,
        "to": upload.period_to,
        "currency": upload.currency or None,
        "marketplace": upload.marketplace or None,
        "upload": str(upload.pk),
        "file_name": upload.file_name,
        "counted": period.is_counted,
    }


def _sales_entry(period: SalesPeriod) -> dict[str, Any]:
    row = period.row
    return {
        "units": row.units,
        "revenue": _text(row.revenue),
        "visits": row.visits,
        "conversion": _text(period.conversion),
        "average_price": _text(row.average_price),
        "ending_quantity": row.ending_quantity,
    }


def _ads_entry(figures: AdsFigures) -> dict[str, Any]:
    return {
        "impressions": figures.impressions,
        "clicks": figures.clicks,
        "cost": _text(figures.cost),
        "units": figures.units,
        "revenue": _text(figures.revenue),
    }


def _text(amount: Decimal | None) -> str | None:
    return None if amount is None else str(amount)
