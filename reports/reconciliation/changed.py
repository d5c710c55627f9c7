"""Which offers have facts that are newer than their comparisons: by a few queries over what was recorded since."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q, QuerySet

from accounts.models import SellerAccount
from offers.calendar import end_of_day, start_of_day, warsaw_day
from offers.models import (
    CoverageGap,
    CustomerReturn,
    Offer,
    OfferAbsence,
    OfferChange,
    OfferEvent,
    OfferSnapshot,
    OrderEvent,
    OrderLine,
    ReturnedLine,
)
from offers.models.orders import AUTO_CANCELLED, BECAME_READY
from reports.models import AccountTotal, Comparison, Upload, UploadRow, UploadStatus
from reports.reconciliation.facts import PARTS

# A sync stores what it read a little after it read it.
MARGIN = timedelta(hours=1)
# As `reports.reconciliation.reasons.is_settled`, in whole days.
SETTLED = timedelta(days=3)


def changed_offers(account: SellerAccount, compared_at: datetime) -> set[str]:
    """Allegro's ids of the offers to be compared again, since facts up to `compared_at` were compared."""
    since = compared_at - MARGIN
    sources = (
        _read_anew(account, since),
        _sold_anew(account, since),
        _open(account),
        _of_changed_uploads(account),
        _of_recent_uploads(account, compared_at),
        _of_gaps(account, since),
    )
    return {allegro_id for source in sources for allegro_id in source}


def _read_anew(account: SellerAccount, since: datetime) -> Iterator[str]:
    """Offers with other content, announcements or absences, and those that were read for the first time."""
    snapshots = OfferSnapshot.objects.filter(account=account, part__in=PARTS, first_seen_at__gt=since)
    yield from _ids(snapshots, "offer__allegro_id")
    absences = OfferAbsence.objects.filter(Q(since__gt=since) | Q(until__gt=since), account=account)
    yield from _ids(absences, "offer__allegro_id")
    yield from _ids(OfferEvent.objects.filter(account=account, received_at__gt=since), "allegro_offer_id")
    pending = Offer.objects.filter(account=account, derive_from__isnull=False)
    yield from _ids(pending, "allegro_id")
    unknown = Comparison.objects.filter(account=account, offer=None).values("allegro_offer_id")
    yield from _ids(Offer.objects.filter(account=account, allegro_id__in=unknown), "allegro_id")


def _sold_anew(account: SellerAccount, since: datetime) -> Iterator[str]:
    """Offers of which an order line, or what the journal tells of its order, is new."""
    lines = OrderLine.objects.filter(account=account)
    yield from _ids(lines.filter(Q(recorded_at__gt=since) | Q(superseded_at__gt=since)), "allegro_offer_id")
    told = OrderEvent.objects.filter(account=account, received_at__gt=since, type__in=(BECAME_READY, AUTO_CANCELLED))
    orders = told.order_by().values("order_id")
    yield from _ids(lines.filter(order_id__in=orders, superseded_at__isnull=True), "allegro_offer_id")
    states = CustomerReturn.objects.filter(account=account)
    returns = states.filter(Q(recorded_at__gt=since) | Q(superseded_at__gt=since)).order_by().values("return_id")
    yield from _ids(ReturnedLine.objects.filter(account=account, return_id__in=returns), "allegro_offer_id")


def _open(account: SellerAccount) -> Iterator[str]:
    """Offers of whose reports' days more may be known by now."""
    yield from _ids(Comparison.objects.filter(account=account, is_open=True), "allegro_offer_id")


def _of_changed_uploads(account: SellerAccount) -> Iterator[str]:
    """Offers that a report names, or leaves out, which was imported or discarded since."""
    imported = Upload.objects.filter(account=account, kind="sales_by_offer", status=UploadStatus.IMPORTED)
    stale = AccountTotal.objects.filter(account=account).exclude(upload__in=imported)
    gone = list(stale.values_list("upload_id", flat=True))
    yield from _ids(UploadRow.objects.filter(upload__in=gone), "allegro_offer_id")
    yield from _ids(Comparison.objects.filter(account=account, upload__in=gone), "allegro_offer_id")
    new = imported.exclude(account_totals__isnull=False).defer("mapping")
    for upload in new:
        yield from _ids(UploadRow.objects.filter(upload=upload), "allegro_offer_id")
        yield from _left_out(account, upload)


def _of_recent_uploads(account: SellerAccount, compared_at: datetime) -> Iterator[str]:
    """Offers that a report left out on whose days readings without news may still tell more."""
    imported = Upload.objects.filter(account=account, kind="sales_by_offer", status=UploadStatus.IMPORTED)
    for upload in imported.filter(period_to__gte=warsaw_day(compared_at - SETTLED)).defer("mapping"):
        yield from _left_out(account, upload)


def _left_out(account: SellerAccount, upload: Upload) -> Iterator[str]:
    """Offers that were sold on its days, or whose status or presence changed on them."""
    assert upload.period_from is not None  # noqa: S101 - a constraint of the table
    assert upload.period_to is not None  # noqa: S101
    since, until = start_of_day(upload.period_from), end_of_day(upload.period_to)
    lines = OrderLine.objects.filter(
        account=account, superseded_at__isnull=True, bought_at__gte=since, bought_at__lt=until
    )
    yield from _ids(lines, "allegro_offer_id")
    changes = OfferChange.objects.filter(
        account=account, field="status", offer__isnull=False, not_after__gte=since, not_before__lt=until
    )
    yield from _ids(changes, "offer__allegro_id")
    absences = OfferAbsence.objects.filter(account=account, since__gte=since, since__lt=until)
    yield from _ids(absences, "offer__allegro_id")


def _of_gaps(account: SellerAccount, since: datetime) -> Iterator[str]:
    """Offers of reports on whose days the journal is now known to be silent."""
    for begin, end in CoverageGap.objects.filter(account=account, until__gt=since).values_list("since", "until"):
        touched = Comparison.objects.filter(
            account=account,
            upload__period_from__lte=warsaw_day(end),
            upload__period_to__gte=warsaw_day(begin),
        )
        yield from _ids(touched, "allegro_offer_id")


def _ids(rows: QuerySet[Any], name: str) -> Iterable[str]:
    return rows.order_by().values_list(name, flat=True).distinct()
