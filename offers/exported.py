"""What the archive of a whole workspace holds about offers (see `accounts.exports`), and how its tables are written."""

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from itertools import islice
from typing import Any

from django.utils.translation import gettext as _

from accounts.exports import ExportFile
from accounts.models import SellerAccount
from offers.calendar import WARSAW
from offers.files.changes import BYTE_ORDER_MARK, csv_file, safe_cell
from offers.models import CoverageGap, Note, Offer, OfferChange, OfferDay, SalesDay
from offers.reading.feed import walk

ROWS_AT_ONCE = 2_000


def table(headings: Sequence[str], rows: Iterable[Sequence[Any]]) -> Iterator[bytes]:
    """A CSV file (UTF-8 with a byte order mark, commas) piece by piece; times are Warsaw's, empty is unknown."""
    yield BYTE_ORDER_MARK.encode() + _lines([headings])
    walked = iter(rows)
    while stretch := list(islice(walked, ROWS_AT_ONCE)):
        yield _lines(stretch)


def _lines(rows: Iterable[Sequence[Any]]) -> bytes:
    out = io.StringIO()
    csv.writer(out).writerows([_cell(value) for value in row] for row in rows)
    return out.getvalue().encode()


def _cell(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(WARSAW).isoformat(timespec="seconds")
    return safe_cell(value) if isinstance(value, str) else value


def rows_of(queryset: Any, *paths: str) -> Callable[[], Iterator[Sequence[Any]]]:
    """The values at `paths` of each row, in constant memory; `queryset` is made when the scope is active."""
    return lambda: queryset().values_list(*paths).iterator(chunk_size=ROWS_AT_ONCE)


def _offers() -> Iterator[bytes]:
    headings = [
        _("Account"), _("Offer number"), _("SKU"), _("Title"), _("Status"), _("Price"), _("Currency"), _("Stock"),
        _("Visits in 30 days"), _("Watchers"), _("Sold in 30 days"), _("First seen"), _("Last listed"),
        _("No longer at Allegro since"),
    ]  # fmt: skip
    rows = rows_of(
        lambda: Offer.objects.order_by("account__login", "allegro_id"),
        "account__login", "allegro_id", "external_id", "title", "status", "price", "currency", "stock",
        "visits_30d", "watchers", "sold_30d", "first_seen_at", "listed_at", "gone_at",
    )  # fmt: skip
    return table(headings, rows())


def _changes() -> Iterator[bytes]:
    accounts = list(SellerAccount.objects.select_related("workspace").order_by("login"))
    return csv_file(walk(OfferChange.objects.all(), accounts))


def _sales_days() -> Iterator[bytes]:
    headings = [
        _("Account"), _("Offer number"), _("Title"), _("Marketplace"), _("Day"), _("Units"), _("Revenue"),
        _("Currency"), _("Orders"),
    ]  # fmt: skip
    rows = rows_of(
        lambda: SalesDay.objects.order_by("day", "offer_id", "marketplace", "currency"),
        "account__login", "offer__allegro_id", "offer__title", "marketplace", "day", "units", "revenue",
        "currency", "orders",
    )  # fmt: skip
    return table(headings, rows())


def _counters() -> Iterator[bytes]:
    headings = [
        _("Account"), _("Offer number"), _("Marketplace"), _("Day"), _("Visits in 30 days"), _("Watchers"),
        _("Sold in 30 days"), _("Read at"),
    ]  # fmt: skip
    rows = rows_of(
        lambda: OfferDay.objects.order_by("day", "offer_id", "marketplace"),
        "account__login", "offer__allegro_id", "marketplace", "day", "visits_30d", "watchers", "sold_30d",
        "observed_at",
    )  # fmt: skip
    return table(headings, rows())


def _gaps() -> Iterator[bytes]:
    headings = [_("Account"), _("Stream"), _("From"), _("To"), _("Reason")]
    rows = rows_of(
        lambda: CoverageGap.objects.order_by("since"), "account__login", "stream", "since", "until", "reason"
    )
    return table(headings, rows())


def _notes() -> Iterator[bytes]:
    """Every version of every note, also those that were changed or removed later."""
    headings = [
        _("Account"), _("Offer number"), _("First day"), _("Last day"), _("Note"), _("Author"), _("Written"),
        _("Replaced"), _("Removed"),
    ]  # fmt: skip
    rows = rows_of(
        lambda: Note.objects.order_by("created_at", "pk"),
        "account__login", "offer__allegro_id", "first_day", "last_day", "text", "author__email", "created_at",
        "superseded_at", "removed_at",
    )  # fmt: skip
    return table(headings, rows())


FILES = (
    ExportFile("offers.csv", _offers),
    ExportFile("changes.csv", _changes),
    ExportFile("sales-days.csv", _sales_days),
    ExportFile("visit-counters.csv", _counters),
    ExportFile("gaps.csv", _gaps),
    ExportFile("notes.csv", _notes),
)
