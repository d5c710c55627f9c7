"""Comparisons kept up to date: after an import, after a sync for the offers whose facts are new, or all anew.

The unit of work is an offer: all its comparisons, in every imported report, are made from its facts by
`reports.reconciliation.compare`. So what is kept up to date and what is made anew come out the same.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import transaction

from accounts.models import SellerAccount
from offers.calendar import start_of_day
from offers.models import Offer, OfferStatus
from offers.sales.daily import Coverage, sales_coverage
from offers.state.segments import clip
from reports.models import AccountTotal, Comparison, ReconciledAccount, Upload, UploadRow, UploadStatus
from reports.reconciliation.changed import changed_offers
from reports.reconciliation.compare import LARGEST, compare
from reports.reconciliation.facts import Side, load_gaps, load_sides
from reports.reconciliation.order_days import make_order_days
from reports.reconciliation.terms import SALES, Found, Line, LineState, Period, Reported, Status, Surroundings
from reports.reconciliation.totals import held_until, make_totals

KIND = "sales_by_offer"
BATCH = 500
ROWS_AT_ONCE = 2_000
MEASURES = ("average_price", "ending_quantity", "units", "revenue")
# Beside an own value of zero there are no per cents.
WHOLE = Decimal(100)
INSTANT = timedelta(microseconds=1)
DAY = timedelta(days=1)
# The currency of each marketplace (GET /marketplaces), for a file that names none.
CURRENCIES = {"cz": "CZK", "sk": "EUR", "hu": "HUF"}


@dataclass(frozen=True, slots=True)
class Report:
    """An imported report: its days, where and in which money it counts."""

    upload: Upload
    period: Period
    marketplace: str
    currency: str
    holds_until: datetime | None = None

    @property
    def order(self) -> tuple[Any, ...]:
        """By which the newest of several is told."""
        upload = self.upload
        return self.period.last, self.period.first, upload.made_by, str(upload.pk)

    @property
    def place(self) -> tuple[str, str]:
        """Reports of different places say nothing of each other."""
        return self.marketplace, self.currency


@dataclass(frozen=True, slots=True)
class Context:
    """What all offers of an account have in common."""

    account: SellerAccount
    reports: Sequence[Report]
    gaps: Sequence[tuple[datetime, datetime]]
    coverage: Coverage | None
    threshold: Decimal


def threshold() -> Decimal:
    """The difference in per cent up to which two values agree."""
    return Decimal(str(settings.RECONCILIATION_THRESHOLD_PERCENT))


@transaction.atomic
def rebuild(account: SellerAccount) -> int:
    """Delete all comparisons of `account` and make them anew. Returns how many there are."""
    mark = _lock(account)
    Comparison.objects.filter(account=account).delete()
    return _bring(mark, account, None)


@transaction.atomic
def refresh(account: SellerAccount) -> int:
    """Compare the offers with facts that are new since the last time, all where that was never. Returns how many rows.

    What is new is told by `reports.reconciliation.changed`; the threshold and the beginning of the orders touch all.
    """
    mark = _lock(account)
    account.refresh_from_db()
    coverage = sales_coverage(account)
    is_as_before = mark.threshold == threshold() and mark.sales_since == (coverage.first if coverage else None)
    if mark.compared_at is None or not is_as_before:
        Comparison.objects.filter(account=account).delete()
        return _bring(mark, account, None)
    return _bring(mark, account, changed_offers(account, mark.compared_at))


def reports_of(account: SellerAccount) -> list[Report]:
    """The imported reports of sales by offer, oldest days first."""
    uploads = Upload.objects.filter(account=account, kind=KIND, status=UploadStatus.IMPORTED).defer("mapping")
    found = [_report(account, upload) for upload in uploads]
    return sorted(found, key=lambda report: report.order)


def _report(account: SellerAccount, upload: Upload) -> Report:
    assert upload.period_from is not None  # noqa: S101 - a constraint of the table
    assert upload.period_to is not None  # noqa: S101
    marketplace = upload.marketplace or account.base_marketplace
    currency = upload.currency or CURRENCIES.get(marketplace.rpartition("-")[2], "PLN")
    first, last = upload.period_from, upload.period_to
    held = held_until(account, upload, first, last, (marketplace, currency))
    return Report(upload, Period(first, last, upload.uploaded_at, upload.exported_at), marketplace, currency, held)


def _lock(account: SellerAccount) -> ReconciledAccount:
    ReconciledAccount.objects.get_or_create(account=account)
    found: ReconciledAccount = ReconciledAccount.objects.select_for_update().get(account=account)
    return found


def _bring(mark: ReconciledAccount, account: SellerAccount, allegro_ids: Iterable[str] | None) -> int:
    """Compare these offers, or all, and the sums of the account; remember up to when that was."""
    coverage = sales_coverage(account)
    context = Context(account, reports_of(account), load_gaps(account), coverage, threshold())
    if allegro_ids is None:
        wanted = _all_offers(account, context.reports)
    else:
        wanted = set(allegro_ids) | _held_otherwise(account, context.reports)
    made = 0
    ordered = sorted(wanted)
    for start in range(0, len(ordered), BATCH):
        batch = ordered[start : start + BATCH]
        if allegro_ids is not None:
            Comparison.objects.filter(account=account, allegro_offer_id__in=batch).delete()
        made += len(Comparison.objects.bulk_create(_compare(context, batch), batch_size=ROWS_AT_ONCE))
    make_totals(account, context.reports, coverage, context.threshold)
    make_order_days(account, coverage, context.threshold)
    # What still waits for its changes to be worked out will be compared once more.
    if not Offer.objects.filter(account=account, derive_from__isnull=False).exists():
        mark.compared_at = account.last_synced_at
    mark.threshold, mark.sales_since = context.threshold, coverage.first if coverage else None
    mark.save()
    return made


def _held_otherwise(account: SellerAccount, reports: Sequence[Report]) -> set[str]:
    """Offers whose differences may have another reason, because their report is known to hold more or less."""
    before = dict(AccountTotal.objects.filter(account=account).values_list("upload_id", "holds_until"))
    moved = [each.upload.pk for each in reports if before.get(each.upload.pk) != each.holds_until]
    differing = Comparison.objects.filter(account=account, upload__in=moved, measure__in=SALES).exclude(difference=0)
    return set(differing.order_by().values_list("allegro_offer_id", flat=True))


def _all_offers(account: SellerAccount, reports: Sequence[Report]) -> set[str]:
    if not reports:
        return set()
    uploads = [report.upload.pk for report in reports]
    named = UploadRow.objects.filter(upload__in=uploads).order_by().values_list("allegro_offer_id", flat=True)
    own = Offer.objects.filter(account=account).order_by().values_list("allegro_id", flat=True)
    return set(named.distinct()) | set(own)


@dataclass(frozen=True, slots=True)
class Named:
    """The offer as a report names it, and whether the report is the newest that does."""

    allegro_id: str
    title: str
    is_newest: bool


# One batch ------------------------------------------------------------------------------------------------------------

Rows = Mapping[str, Mapping[Any, tuple[str, Reported]]]
"""What the reports say: by offer and upload (title, figures)."""


def _compare(context: Context, allegro_ids: Sequence[str]) -> list[Comparison]:
    """Every comparison of these offers. A fixed number of queries."""
    if not context.reports:
        return []
    rows = _rows(context.reports, allegro_ids)
    first = min(report.period.first for report in context.reports)
    last = max(report.period.last for report in context.reports)
    sides = load_sides(context.account, allegro_ids, first, last)
    return [
        row
        for allegro_id in allegro_ids
        for row in _compare_offer(context, allegro_id, sides[allegro_id], rows.get(allegro_id, {}))
    ]


def _rows(reports: Sequence[Report], allegro_ids: Sequence[str]) -> Rows:
    """The first row of each offer in each report."""
    found: dict[str, dict[Any, tuple[str, Reported]]] = defaultdict(dict)
    stored = UploadRow.objects.filter(
        upload__in=[report.upload.pk for report in reports], allegro_offer_id__in=allegro_ids
    ).order_by("row_number")
    for allegro_id, upload_id, title, *values in stored.values_list(
        "allegro_offer_id", "upload_id", "title", *MEASURES
    ):
        found[allegro_id].setdefault(upload_id, (title, Reported(*values)))
    return found


def _compare_offer(
    context: Context, allegro_id: str, side: Side, rows: Mapping[Any, tuple[str, Reported]]
) -> Iterable[Comparison]:
    newest: dict[tuple[str, str], Report] = {}
    for report in context.reports:
        if report.upload.pk in rows:
            newest[report.place] = report
    for report in context.reports:
        title, reported = rows.get(report.upload.pk, ("", Reported()))
        is_named = report.upload.pk in rows
        if not is_named and not is_missed(side, report):
            continue
        is_newest = report.place not in newest or report.order >= newest[report.place].order
        around = _surroundings(context, report, side, rows, is_named=is_named, is_newest=is_newest)
        for found in compare(reported, report.period, around, context.threshold):
            yield _row(context, report, side, found, Named(allegro_id, title, is_newest))


def is_missed(side: Side, report: Report) -> bool:
    """Whether a report that does not name the offer could have been expected to: it was sold then, or it ended."""
    since, until = report.period.since, report.period.until
    sold = any(
        each.line.state is LineState.COUNTED and since <= each.line.bought_at < until
        for each in side.bought
        if (each.marketplace, each.currency) == report.place
    )
    statuses = clip(side.statuses, since, until)
    ended = any(span.value == OfferStatus.ENDED for span in statuses)
    was_active = any(span.value == OfferStatus.ACTIVE for span in statuses)
    gone = any(since <= begin < until for begin, _end in side.absences)
    return sold or (was_active and (ended or gone))


def _surroundings(
    context: Context,
    report: Report,
    side: Side,
    rows: Mapping[Any, tuple[str, Reported]],
    *,
    is_named: bool,
    is_newest: bool,
) -> Surroundings:
    offer, coverage, period = side.offer, context.coverage, report.period
    prices = side.prices_in(report.currency)
    is_own_price = bool(offer and not offer.gone_at and offer.currency == report.currency)
    end = max(period.since, period.known_until - INSTANT)
    return Surroundings(
        prices=prices,
        stocks=side.stocks,
        statuses=side.statuses,
        absences=side.absences,
        stock_at_end=side.stock.at(end) if side.stock else None,
        lines=_lines(side, report),
        sales_since=coverage.first if coverage else None,
        sales_until=context.account.last_synced_at if coverage else None,
        price_now=offer.price if offer and is_own_price else None,
        stock_now=offer.stock if offer and not offer.gone_at else None,
        gaps=context.gaps,
        others=_others(context, report, rows),
        is_known=offer is not None,
        is_newest=is_newest,
        is_in_report=is_named,
        holds_until=report.holds_until,
        other_currency=side.currency if not prices and side.currency != report.currency else "",
        other_marketplace="" if report.marketplace == context.account.base_marketplace else report.marketplace,
    )


def _lines(side: Side, report: Report) -> list[Line]:
    """The order lines in the report's money, around its days."""
    since, until = start_of_day(report.period.first) - DAY, report.period.until + DAY
    return [
        each.line_on(report.marketplace)
        for each in side.bought
        if each.currency == report.currency and since <= each.line.bought_at < until
    ]


def _others(context: Context, report: Report, rows: Mapping[Any, tuple[str, Reported]]) -> list[tuple[str, Reported]]:
    """What other reports of the same days and place say."""
    same = (each for each in context.reports if each.upload.pk != report.upload.pk and each.place == report.place)
    days = report.period.first, report.period.last
    return [
        (each.upload.file_name, rows[each.upload.pk][1])
        for each in same
        if (each.period.first, each.period.last) == days and each.upload.pk in rows
    ]


def _row(context: Context, report: Report, side: Side, found: Found, named: Named) -> Comparison:
    return Comparison(
        account=context.account,
        upload=report.upload,
        offer=side.offer,
        allegro_offer_id=named.allegro_id,
        title=(side.offer.title if side.offer else "") or named.title,
        measure=found.measure,
        currency=report.currency,
        reported=found.reported,
        own=found.own,
        now=found.now,
        low=found.low,
        high=found.high,
        difference=found.difference,
        percent=found.percent,
        known=None if found.known is None else found.known.quantize(Decimal("0.001")),
        size=_size(found),
        status=found.status,
        reason=found.reasons[0].code if found.reasons else "",
        reasons=[reason.as_json() for reason in found.reasons],
        is_newest=named.is_newest,
        is_open=found.is_open,
    )


def _size(found: Found) -> Decimal:
    """How large the difference is in per cent, without sign; of an outdated value the one to what it is now."""
    if found.status is Status.OUTDATED and found.now is not None and found.reported is not None:
        gone = abs(found.reported - found.now)
        return min((gone * WHOLE / found.now).quantize(Decimal("0.1")), LARGEST) if found.now else WHOLE
    if found.percent is not None:
        return abs(found.percent)
    return WHOLE if found.difference else Decimal(0)
