"""The catalogue as CSV and XLSX files: every offer that the filters leave, in the list's order, in constant memory."""

from collections.abc import Iterator, Sequence
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.models import SellerAccount
from accounts.scoping import workspace_scope
from offers.calendar import WARSAW
from offers.files.changes import EXCEL_IS_FULL, csv_rows, safe_rows
from offers.files.workbook import EXCEL_ROWS, Cell, stream_workbook
from offers.models import Offer
from offers.reading.catalogue import Row, list_rows
from offers.sales.daily import Window
from offers.words.values import show_status

OFFERS_AT_ONCE = 200
COLUMN_WIDTHS = (16, 16, 48, 16, 12, 10, 10, 16, 16, 12, 16, 12, 28, 26, 26)


def headings() -> list[str]:
    """The names of the columns, in the active language."""
    return [
        _("Offer number"), _("SKU"), _("Title"), _("Account"), _("Price"), _("Currency"), _("Stock"), _("Status"),
        _("30-day visitors"), _("Watchers"), _("Sold in 28 days"), _("Days known"),
        _("Latest edit"), _("Edited at"),
        _("Marketplace of the visitors"),
    ]  # fmt: skip


def read_offers(offers: QuerySet[Offer], accounts: Sequence[SellerAccount], window: Window) -> Iterator[Row]:
    """What the list shows of all `offers`. It may be consumed after the view has returned.

    Only their keys are held from the beginning, so that the order stands; rows are read some at a time, each time in
    the scope of the accounts' workspace.
    """
    ids: list[UUID] = list(offers.values_list("pk", flat=True)) if accounts else []
    return _in_stretches(ids, accounts, window)


def _in_stretches(ids: Sequence[UUID], accounts: Sequence[SellerAccount], window: Window) -> Iterator[Row]:
    for begin in range(0, len(ids), OFFERS_AT_ONCE):
        with workspace_scope(accounts[0].workspace):
            rows = list_rows(ids[begin : begin + OFFERS_AT_ONCE], accounts, window)
        yield from rows


def row_of(row: Row) -> list[Cell]:
    """The cells of one offer, in the order of the headings; what is not known is empty, never 0."""
    offer = row.offer
    return [
        offer.allegro_id,
        offer.external_id,
        offer.title,
        offer.account.login,
        offer.price,
        offer.currency if offer.price is not None else "",
        offer.stock,
        show_status(offer.status) if offer.status else "",
        offer.visits_30d,
        offer.watchers,
        row.units,
        row.known_days,
        row.edit.label if row.edit else "",
        row.edit.at.astimezone(WARSAW).isoformat(timespec="seconds") if row.edit else "",
        # Last, so that nobody's spreadsheet finds its columns moved.
        offer.account.base_marketplace if offer.visits_30d is not None else "",
    ]


def csv_file(rows: Iterator[Row]) -> Iterator[bytes]:
    """A CSV file piece by piece."""
    return csv_rows(headings(), map(row_of, rows))


def workbook_file(rows: Iterator[Row], row_limit: int = EXCEL_ROWS) -> Iterator[bytes]:
    """An XLSX file piece by piece."""
    columns = list(zip(headings(), COLUMN_WIDTHS, strict=True))
    return stream_workbook(_("Offers"), columns, safe_rows(map(row_of, rows)), lambda: _(EXCEL_IS_FULL), row_limit)
