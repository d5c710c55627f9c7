"""The page "Totals from reports" and its files. What is chosen stands in the address; nonsense in it is ignored."""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from io import StringIO
from typing import Any, Final
from uuid import UUID

from django.http import HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from accounts.access import WorkspaceRequest, member_view
from accounts.models import SellerAccount
from offers.calendar import ONE_DAY, warsaw_day
from offers.files.changes import BYTE_ORDER_MARK, XLSX, safe_cell
from offers.files.workbook import Cell, stream_workbook
from offers.sales.daily import Window
from reports.cover import TOTALS, imported_uploads
from reports.models import Upload
from reports.totals import Line, Scope, choices_of, totals_of
from reports.views import may_edit

MONTHS_OFFERED: Final = 36
LONGEST_DAYS: Final = 2 * 366
WIDTHS: Final = (24, 20, 10, 12, 12, 10, 10, 10, 14, 10, 12, 12, 10, 14, 12, 16, 48, 48)


@dataclass(frozen=True, slots=True)
class Choice:
    """What the form offers and what was chosen."""

    accounts: Sequence[SellerAccount]
    months: Sequence[date]
    month: date | None
    marketplaces: Sequence[str]
    currencies: Sequence[str]
    scope: Scope | None


@require_GET
@member_view()
def totals(request: WorkspaceRequest) -> HttpResponse:
    """What the reports of a month or of any days add up to, and which of them."""
    choice = _choice(request)
    lines = totals_of(choice.scope) if choice.scope else []
    context = {"choice": choice, "scope": choice.scope, "lines": lines, "may_edit": may_edit(request)}
    return render(request, "reports/totals.html", context)


@require_GET
@member_view()
def totals_csv(request: WorkspaceRequest) -> HttpResponseBase:
    """The same as CSV."""
    text = StringIO(newline="")
    csv.writer(text).writerows([_headings(), *_rows(request)])
    return _download(HttpResponse(BYTE_ORDER_MARK + text.getvalue(), content_type="text/csv; charset=utf-8"), "csv")


@require_GET
@member_view()
def totals_xlsx(request: WorkspaceRequest) -> HttpResponseBase:
    """The same as a workbook."""
    columns = list(zip(_headings(), WIDTHS, strict=True))
    pieces = list(stream_workbook(_("Totals from reports"), columns, _rows(request), str))
    return _download(StreamingHttpResponse(pieces, content_type=XLSX), "xlsx")


def _download(response: HttpResponseBase, extension: str) -> HttpResponseBase:
    name = f"report-totals-{warsaw_day(timezone.now()).isoformat()}.{extension}"
    response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name) or "attachment"
    response["Cache-Control"] = "private, no-store"
    return response


def _choice(request: WorkspaceRequest) -> Choice:
    accounts = request.workspace.linked_accounts
    account = _account(request.GET.get("account", ""), accounts)
    if account is None:
        return Choice(accounts, [], None, [], [], None)
    uploads = list(imported_uploads(account).filter(kind__in=TOTALS))
    today = warsaw_day(timezone.now())
    months = _months(uploads, today)
    window = _window(request, today) or _month_window(_newest_month(uploads, today), today)
    month = window.first if window == _month_window(window.first.replace(day=1), today) else None
    marketplaces, currencies = choices_of(uploads)
    marketplace, currency = request.GET.get("marketplace", ""), request.GET.get("currency", "")
    scope = Scope(
        account,
        window,
        marketplace if marketplace in marketplaces else "",
        currency if currency in currencies else "",
    )
    return Choice(accounts, months, month, marketplaces, currencies, scope)


def _account(wanted: str, accounts: Sequence[SellerAccount]) -> SellerAccount | None:
    try:
        key = UUID(wanted)
    except ValueError:
        key = None
    return next((each for each in accounts if each.pk == key), accounts[0] if accounts else None)


def _months(uploads: Sequence[Upload], today: date) -> list[date]:
    """The first days of the months from the oldest report on, newest first."""
    oldest = min((upload.period_from for upload in uploads if upload.period_from), default=today)
    found: list[date] = []
    month = today.replace(day=1)
    while month >= oldest.replace(day=1) and len(found) < MONTHS_OFFERED:
        found.append(month)
        month = (month - ONE_DAY).replace(day=1)
    return found


def _newest_month(uploads: Sequence[Upload], today: date) -> date:
    """The month in which the newest report ends: there is something to see."""
    return max((upload.period_to for upload in uploads if upload.period_to), default=today).replace(day=1)


def _window(request: WorkspaceRequest, today: date) -> Window | None:
    """The month or the days that the address asks for; the form sends both, and the one that was changed counts."""
    month, before = request.GET.get("month", ""), request.GET.get("shown", "")
    days = _days(request.GET.get("first", ""), request.GET.get("last", ""))
    chosen = _month(month)
    if days and (chosen is None or month == before):
        return days
    return _month_window(chosen, today) if chosen else None


def _month_window(month: date, today: date) -> Window:
    """A month from its first day, the present one up to today."""
    return Window(month, min(max(month, today), _next(month) - ONE_DAY))


def _month(text: str) -> date | None:
    return _day(f"{text}-01") if len(text) == len("2026-09") else None


def _next(month: date) -> date:
    return (month.replace(day=28) + ONE_DAY * 4).replace(day=1)


def _days(first: str, last: str) -> Window | None:
    since, until = _day(first), _day(last)
    if since is None or until is None or not 0 <= (until - since).days < LONGEST_DAYS:
        return None
    return Window(since, until)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _headings() -> list[str]:
    return [
        _("Report"), _("Marketplace"), _("Currency"), _("From"), _("To"), _("Days covered"), _("Days without a report"),
        _("Units sold"), _("Revenue"), _("Visits"), _("Transactions"), _("Impressions"), _("Clicks"), _("Ads cost"),
        _("Units of our orders"), _("Revenue of our orders"), _("Counted files"), _("Files left out"),
    ]  # fmt: skip


def _rows(request: WorkspaceRequest) -> list[list[Any]]:
    scope = _choice(request).scope
    return [_safe(_cells(line, scope)) for line in totals_of(scope)] if scope else []


def _cells(line: Line, scope: Scope) -> list[Cell]:
    measures = ("units", "revenue", "visits", "transactions", "impressions", "clicks", "cost")
    return [
        line.kind_label,
        line.marketplace,
        line.currency,
        scope.window.first.isoformat(),
        scope.window.last.isoformat(),
        len(line.covered),
        line.uncovered_days,
        *(line.figures.get(name) for name in measures),
        line.own_units,
        line.own_revenue,
        "; ".join(upload.file_name for upload in line.counted),
        "; ".join(each.upload.file_name for each in line.left_out),
    ]


def _safe(cells: Sequence[Cell]) -> list[Any]:
    return [safe_cell(cell) if isinstance(cell, str) else cell for cell in cells]
