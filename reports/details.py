"""What neither the file nor the account tells and a person has to say: the days, the currency, the marketplace."""

from collections.abc import Collection
from datetime import date, timedelta
from typing import Any, Final

from django.db import transaction
from django.utils import timezone

from accounts.models import SellerAccount
from offers.calendar import warsaw_day
from offers.models import SalesDay
from reports.cover import TOTALS
from reports.marketplaces import currency_of
from reports.models import Upload, UploadStatus
from reports.readers.periods import PeriodDoubt, doubt_about

PERIOD, CURRENCY, MARKETPLACE = "period", "currency", "marketplace"
# Where a period was found, beside the places that the reader knows (`reports.readers.periods`).
BY_PERSON: Final = "person"
# An account that sold nothing on a marketplace for so long is not asked about it.
LATELY: Final = timedelta(days=400)
OPEN: Final = (UploadStatus.NEEDS_DETAILS, UploadStatus.PREVIEW)


class PeriodRefused(Exception):
    """A period that no report can have; `doubt` says what is wrong with it."""

    def __init__(self, doubt: PeriodDoubt) -> None:
        super().__init__(str(doubt))
        self.doubt = doubt


def marketplaces_of(account: SellerAccount) -> list[str]:
    """The marketplaces that the account is at home on or sold something on lately, its own one first."""
    since = warsaw_day(timezone.now()) - LATELY
    sold = SalesDay.objects.filter(account=account, day__gte=since).order_by()
    others = sorted(set(sold.values_list("marketplace", flat=True).distinct()) - {account.base_marketplace, ""})
    return [account.base_marketplace, *others] if account.base_marketplace else others


def settle_marketplace(upload: Upload, marketplaces: Collection[str]) -> None:
    """Take the marketplace of a report of totals where only one can be meant: of those that the account sells on, the
    one that sells in the file's currency. What a person said stands."""
    if MARKETPLACE in upload.said or upload.kind not in TOTALS:
        return
    meant = [each for each in marketplaces if not upload.currency or currency_of(each) in ("", upload.currency)]
    upload.marketplace = meant[0] if len(meant) == 1 else ""


def open_questions(upload: Upload, marketplaces: Collection[str]) -> list[str]:
    """What must still be said before the upload can be imported."""
    asked = {
        PERIOD: upload.period_from is None,
        CURRENCY: not upload.currency and bool(upload.mapping.get("amounts_without_currency")),
        MARKETPLACE: not upload.marketplace and upload.kind in TOTALS and bool(marketplaces),
    }
    return [question for question, is_open in asked.items() if is_open]


def status_after_reading(upload: Upload) -> str:
    """Whether it can be imported as it stands, by its `questions`."""
    return UploadStatus.NEEDS_DETAILS if upload.questions else UploadStatus.PREVIEW


def say(upload: Upload, *, period: tuple[date, date] | None = None, currency: str = "", marketplace: str = "") -> bool:
    """Say inclusive Warsaw days, an ISO 4217 code, a marketplace; False where it is too late or too early for that.

    Raises PeriodRefused. What is not given stays as it is; what was said stands, however often the file is read.
    """
    doubt = doubt_about(*period, today=warsaw_day(timezone.now())) if period else None
    if doubt is not None:
        raise PeriodRefused(doubt)
    with transaction.atomic():
        found: Upload | None = Upload.objects.select_for_update().filter(pk=upload.pk, status__in=OPEN).first()
        if found is not None:
            _put(found, period, currency, marketplace)
            found.save()
    upload.refresh_from_db()
    return found is not None


def _put(upload: Upload, period: tuple[date, date] | None, currency: str, marketplace: str) -> None:
    said: dict[str, Any] = {PERIOD: period, CURRENCY: currency, MARKETPLACE: marketplace}
    upload.said = sorted({*upload.said, *(name for name, value in said.items() if value)})
    if period:
        upload.period_from, upload.period_to = period
        upload.period_source = BY_PERSON
    upload.currency = currency or upload.currency
    upload.marketplace = marketplace or upload.marketplace
    marketplaces = marketplaces_of(upload.account)
    settle_marketplace(upload, marketplaces)
    upload.questions = open_questions(upload, marketplaces)
    upload.status = status_after_reading(upload)
