"""What the reports of a period add up to: one cover of reports that lie in it, beside our own orders of those days.

A report of totals has one figure for all its days, so one that reaches beyond the period is neither cut nor counted: it
is named. Of those that lie in it wholly, `reports.cover` chooses which count. Each kind of report, marketplace and
currency stands for itself; nothing is summed over them.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final, NamedTuple

from django.db.models import Count, Sum
from django.utils.translation import gettext, gettext_lazy

from accounts.models import SellerAccount
from offers.calendar import ONE_DAY
from offers.models import SalesDay
from offers.sales.daily import Coverage, Window, sales_coverage
from reports.cover import TOTALS, Cover, Group, covers_of, imported_uploads
from reports.marketplaces import currency_of
from reports.models import Upload, UploadKind, UploadRow
from reports.ratios import AdsFigures, total

COUNTS: Final = ("units", "visits", "transactions", "impressions", "clicks")
MONEY: Final = ("revenue", "cost")
SALES_LABELS: Final = {
    "units": gettext_lazy("Units sold"),
    "revenue": gettext_lazy("Revenue"),
    "visits": gettext_lazy("Visits"),
    "transactions": gettext_lazy("Transactions"),
}
# What Allegro attributes to clicks: the buyer may have bought another offer.
ADS_LABELS: Final = {
    "cost": gettext_lazy("Cost"),
    "clicks": gettext_lazy("Clicks"),
    "impressions": gettext_lazy("Impressions"),
    "units": gettext_lazy("Units after a click"),
    "revenue": gettext_lazy("Sales after a click"),
}


@dataclass(frozen=True, slots=True)
class Scope:
    """What is asked for: an account, the inclusive Warsaw days, and a marketplace and a currency ("" for each)."""

    account: SellerAccount
    window: Window
    marketplace: str = ""
    currency: str = ""


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A report that is not counted, with the counted ones that it overlaps; none where it reaches out of the period."""

    upload: Upload
    overlaps: Sequence[Upload]


@dataclass(frozen=True, slots=True)
class Shown:
    """One sum of a line as the page shows it; `gap` counts rows without the value, `own` is ours of the same days."""

    label: str
    value: int | Decimal | None
    is_money: bool = False
    is_ratio: bool = False
    gap: int = 0
    has_own: bool = False
    own: int | Decimal | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """The total of one kind of report on one marketplace in one currency; "" where neither file nor person said.

    `figures` has a measure's sum, None where a counted report does not give it. `gaps` counts the rows without the
    value of a measure, which its sum therefore lacks. Our own units and revenue are of exactly the `covered` days, None
    where not all of their orders are known.
    """

    kind: str
    marketplace: str
    currency: str
    figures: Mapping[str, Any]
    gaps: Mapping[str, int]
    counted: Sequence[Upload]
    left_out: Sequence[LeftOut]
    covered: Sequence[date]
    uncovered: Sequence[tuple[date, date]]
    own_units: int | None
    own_revenue: Decimal | None

    @property
    def is_ads(self) -> bool:
        """Whether it is a report of Allegro Ads, whose sales are those that Allegro attributes to clicks."""
        return self.kind != UploadKind.SALES_BY_OFFER

    @property
    def kind_label(self) -> str:
        """The name of the kind."""
        return str(UploadKind(self.kind).label)

    @property
    def uncovered_days(self) -> int:
        """How many days no counted report covers."""
        return sum((last - first).days + 1 for first, last in self.uncovered)

    @property
    def shown(self) -> list[Shown]:
        """Its sums in their order, with what follows from them."""
        own = {"units": self.own_units, "revenue": self.own_revenue}
        labels = ADS_LABELS if self.is_ads else SALES_LABELS
        found = [
            Shown(
                str(label),
                self.figures.get(name),
                is_money=name in MONEY,
                gap=self.gaps[name] if self.figures.get(name) is not None else 0,
                has_own=name in own,
                own=own.get(name),
            )
            for name, label in labels.items()
        ]
        return [*found, Shown(gettext("ROAS"), self.ads.revenue_for_cost, is_ratio=True)] if self.is_ads else found

    @property
    def ads(self) -> AdsFigures:
        """The figures of an Ads report with the ratios that follow from them."""
        found = {name: self.figures.get(name) for name in ADS_LABELS}
        return AdsFigures(interest=None, **found)


def totals_of(scope: Scope) -> list[Line]:
    """The totals of each kind, marketplace and currency with a report that shares a day with the period.

    Four queries, however many reports there are.
    """
    touching = list(
        imported_uploads(scope.account)
        .filter(kind__in=TOTALS, period_from__lte=scope.window.last, period_to__gte=scope.window.first)
        .order_by("period_from", "period_to", "uploaded_at", "pk")
    )
    groups: dict[Group, list[Upload]] = defaultdict(list)
    for upload in touching:
        group = group_of(upload)
        if scope.marketplace in ("", group.marketplace) and scope.currency in ("", group.currency):
            groups[group].append(upload)
    inside = [upload for found in groups.values() for upload in found if _lies_in(upload, scope.window)]
    covers = covers_of(inside)
    counted = [candidate.key for cover in covers.values() for candidate in cover.counted]
    facts = _Facts(_sums(counted), _OwnDays(scope))
    order = sorted(groups, key=lambda group: (TOTALS.index(UploadKind(group.kind)), group.marketplace, group.currency))
    return [_line(scope, group, groups[group], covers.get(group, Cover()), facts) for group in order]


def group_of(upload: Upload) -> Group:
    """What a total is never summed over, as `reports.cover` has it."""
    return Group(upload.account_id, upload.kind, upload.marketplace, upload.currency or currency_of(upload.marketplace))


def choices_of(uploads: Iterable[Upload]) -> tuple[list[str], list[str]]:
    """The marketplaces and the currencies that reports of totals speak of."""
    groups = [group_of(upload) for upload in uploads]
    marketplaces = sorted({group.marketplace for group in groups} - {""})
    return marketplaces, sorted({group.currency for group in groups} - {""})


def _lies_in(upload: Upload, window: Window) -> bool:
    first, last = upload.period_from, upload.period_to
    return first is not None and last is not None and window.first <= first and last <= window.last


def _line(
    scope: Scope,
    group: Group,
    uploads: Sequence[Upload],
    cover: Cover,
    facts: "_Facts",
) -> Line:
    by_key = {str(upload.pk): upload for upload in uploads}
    counted = [by_key[candidate.key] for candidate in cover.counted]
    overlapped = {left.key: [by_key[each.key] for each in over] for left, over in cover.left_out.items()}
    ids = {upload.pk for upload in counted}
    covered = [candidate.first + ONE_DAY * number for candidate in cover.counted for number in range(candidate.days)]
    measures = SALES_LABELS if group.kind == UploadKind.SALES_BY_OFFER else ADS_LABELS
    found = [facts.sums.get(str(upload.pk), {}) for upload in counted]
    units, revenue = facts.own.of(group, covered)
    return Line(
        kind=group.kind,
        marketplace=group.marketplace,
        currency=group.currency,
        figures={name: total(each.get(name) for each in found) for name in measures},
        gaps={name: sum(each["rows"] - each[f"has_{name}"] for each in found if each) for name in measures},
        counted=counted,
        left_out=[LeftOut(each, overlapped.get(str(each.pk), [])) for each in uploads if each.pk not in ids],
        covered=covered,
        uncovered=_spans(sorted(set(scope.window.days) - set(covered))),
        own_units=units,
        own_revenue=revenue,
    )


def _sums(uploads: Sequence[str]) -> dict[str, dict[str, Any]]:
    """The sums of each counted report; a measure that none of its rows has is None. One query."""
    if not uploads:
        return {}
    asked: dict[str, Any] = {"rows": Count("pk")}
    for name in (*COUNTS, *MONEY):
        asked |= {f"sum_{name}": Sum(name), f"has_{name}": Count(name)}
    rows = UploadRow.objects.filter(upload__in=uploads).order_by().values("upload_id").annotate(**asked)
    return {str(row["upload_id"]): row | {name: row[f"sum_{name}"] for name in (*COUNTS, *MONEY)} for row in rows}


class _Facts(NamedTuple):
    """What was read for all lines at once: the sums by report, our own days."""

    sums: Mapping[str, Mapping[str, Any]]
    own: "_OwnDays"


class _OwnDays:
    """Our own sales of the period's days, read once."""

    def __init__(self, scope: Scope) -> None:
        self._base = scope.account.base_marketplace
        self._coverage: Coverage | None = sales_coverage(scope.account)
        sold = SalesDay.objects.filter(account=scope.account, day__range=(scope.window.first, scope.window.last))
        rows = sold.order_by().values_list("marketplace", "currency", "day")
        self._days = {
            tuple(place): (units, revenue)
            for *place, units, revenue in rows.annotate(units_sold=Sum("units"), earned=Sum("revenue"))
        }

    def of(self, group: Group, days: Sequence[date]) -> tuple[int | None, Decimal | None]:
        """Units and revenue on exactly these days, None where not all of their orders are known."""
        coverage = self._coverage
        if not days or coverage is None or not all(coverage.covers(day) for day in days):
            return None, None
        marketplace = group.marketplace or self._base
        currency = group.currency or currency_of(marketplace)
        found = [self._days.get((marketplace, currency, day), (0, Decimal(0))) for day in days]
        return sum(units for units, _money in found), sum((money for _units, money in found), Decimal(0))


def _spans(days: Sequence[date]) -> list[tuple[date, date]]:
    """Days in order as inclusive spans of neighbours."""
    spans: list[tuple[date, date]] = []
    for day in days:
        if spans and spans[-1][1] + ONE_DAY == day:
            spans[-1] = spans[-1][0], day
        else:
            spans.append((day, day))
    return spans
