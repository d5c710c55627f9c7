"""Offers that sold clearly less than in the week before, and what had been changed before: never why they fell.

The drop of an offer is the day that parts its fourteen days best into more before and less from then on (the split
with the largest difference of the two averages, weighted by their days). That is arithmetic on the days' sales and
says nothing about a cause.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

from django.db.models import Count, F, Max, Q, QuerySet, Sum
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.http import urlencode

from accounts.models import SellerAccount
from offers.calendar import ONE_DAY, end_of_day, start_of_day
from offers.models import NOT_EDITED, Offer, OfferChange, SalesDay
from offers.reading.charting import OfferHistory, Span
from offers.record.touching import changes_of
from offers.sales.daily import WEEK, WEEKS, Window, units_by_offer, whole_days
from offers.words.presentation import ShownChange, label_of, present_all

# Below this many pieces in the week before, a fall says nothing: chance alone halves such numbers.
ENOUGH_UNITS = 10
FALLEN_SHOWN = 8
# So many days before the drop an edit is named beside it.
DAYS_BEFORE = 7
EDITS_SHOWN = 5
LABELS_SHOWN = 3
# At so short an end of the two weeks an average is one day's chance.
SHORTEST_SIDE = 2


@dataclass(frozen=True, slots=True)
class EditedField:
    """A field that was edited before a drop, and how often."""

    label: str
    times: int


@dataclass(frozen=True, slots=True)
class FallenOffer:
    """An offer that sold clearly less than in the week before; `edited` is what was changed before its drop.

    `edits` and `spans` (out of stock, not active) are read for the first one only; `week` are the days of `now`.
    """

    offer: Offer
    now: int
    before: int
    drop: date
    week: Window
    edited: Sequence[EditedField] = ()
    edits: Sequence[ShownChange] = ()
    more_edits: int = 0
    spans: Sequence[Span] = field(default_factory=list)

    @property
    def ratio(self) -> Decimal:
        """The relative change, negative."""
        return Decimal(self.now) / Decimal(self.before) - 1

    @property
    def address(self) -> str:
        """The offer's page with exactly the two weeks that were compared, on any later day too."""
        query = urlencode({"days": WEEKS, "until": self.week.last.isoformat()})
        return f"{reverse('offers:detail', args=[self.offer.pk])}?{query}"

    @property
    def labels(self) -> Sequence[EditedField]:
        """The fields edited most lately, as many as a line holds."""
        return self.edited[:LABELS_SHOWN]

    @property
    def more_labels(self) -> int:
        """How many fields the line leaves out."""
        return max(0, len(self.edited) - LABELS_SHOWN)


def within(week: Window) -> Q:
    """Days of `week`."""
    return Q(day__range=(week.first, week.last))


def sales_of(accounts: Sequence[SellerAccount], first: date, last: date) -> QuerySet[SalesDay]:
    """The days of sales of some accounts."""
    sales: QuerySet[SalesDay] = SalesDay.objects.filter(
        account__in=[account.pk for account in accounts], day__range=(first, last)
    )
    return sales.order_by()


def fallen_offers(
    accounts: Sequence[SellerAccount], week: Window, week_before: Window, now: datetime
) -> list[FallenOffer]:
    """Offers with enough sales in the week before, by the number of pieces lost. A fixed number of queries."""
    rows = list(
        sales_of(accounts, week_before.first, week.last)
        .values("offer_id")
        .annotate(
            now=Coalesce(Sum("units", filter=within(week)), 0),
            before=Coalesce(Sum("units", filter=within(week_before)), 0),
        )
        .filter(before__gte=ENOUGH_UNITS, now__lt=F("before"))
        .order_by(F("now") - F("before"), "offer_id")[:FALLEN_SHOWN]
    )
    ids = [row["offer_id"] for row in rows]
    both = Window(week_before.first, week.last)
    offers = Offer.objects.select_related("account").in_bulk(ids)
    units = units_by_offer(ids, both)
    drops = {pk: drop_day([units.get(pk, {}).get(day, 0) for day in both.days], both.days) for pk in ids}
    edited = _edited_before(drops)
    fallen = [
        FallenOffer(offers[pk], row["now"], row["before"], drops[pk], week, edited.get(pk, []))
        for row in rows
        for pk in [row["offer_id"]]
    ]
    return [_in_full(fallen[0], both, now), *fallen[1:]] if fallen else []


def fall_of(history: OfferHistory) -> FallenOffer | None:
    """The fall of one offer in the last two weeks that its page counts, by the dashboard's rules; None without one.

    Of a week that is not known day by day nothing is said.
    """
    week = whole_days(WEEK, history.window.counted.last + ONE_DAY)
    both = Window(week.previous.first, week.last)
    units = _units_on(history, both)
    if len(units) < len(both.days):
        return None
    before, now = sum(units[:WEEK]), sum(units[WEEK:])
    if before < ENOUGH_UNITS or now >= before:
        return None
    return FallenOffer(history.offer, now, before, drop_day(units, both.days), week)


def _units_on(history: OfferHistory, days: Window) -> list[int]:
    """The pieces of those days that are known; the days before the chart's are asked for only where they are needed."""
    known = dict(zip(history.sales.days, history.sales.units, strict=True))
    if days.first < history.window.first:
        known |= dict(zip(history.before.sales.days, history.before.sales.units, strict=True))
    found = [known.get(day) for day in days.days]
    return [units for units in found if units is not None]


def drop_day(units: Sequence[int], days: Sequence[date]) -> date:
    """The first of the days from which on less was sold; the middle where no split shows a fall."""
    best, found = Decimal(0), len(days) // 2
    for split in range(SHORTEST_SIDE, len(days) - SHORTEST_SIDE + 1):
        after = len(days) - split
        step = Decimal(sum(units[:split])) / split - Decimal(sum(units[split:])) / after
        weight = step * step * split * after
        if step > 0 and weight > best:
            best, found = weight, split
    return days[found]


def _before(drop: date) -> Q:
    """Changes that may have happened in the days before the drop, or on its day."""
    since = start_of_day(drop - timedelta(days=DAYS_BEFORE))
    return Q(not_after__gte=since, not_before__lt=end_of_day(drop))


def _edited_before(drops: dict[UUID, date]) -> dict[UUID, list[EditedField]]:
    """Of each offer the fields that were edited before its drop, the newest first. One query."""
    if not drops:
        return {}
    wanted = Q()
    for offer_id, drop in drops.items():
        wanted |= Q(offer=offer_id) & _before(drop)
    rows = (
        OfferChange.objects.filter(wanted)
        .exclude(NOT_EDITED)
        .order_by()
        .values("offer_id", "field", "event_type")
        .annotate(times=Count("pk"), newest=Max("not_after"))
        .order_by("-newest", "field")
    )
    found: dict[UUID, dict[str, int]] = {}
    for row in rows:
        label = label_of(OfferChange(field=row["field"], event_type=row["event_type"]))
        counted = found.setdefault(row["offer_id"], {})
        counted[label] = counted.get(label, 0) + row["times"]
    return {pk: [EditedField(label, times) for label, times in counted.items()] for pk, counted in found.items()}


def _in_full(fallen: FallenOffer, days: Window, now: datetime) -> FallenOffer:
    """With the edits before its drop, those of what it shares with other offers too, and when nobody could buy it."""
    edits = changes_of(fallen.offer).filter(_before(fallen.drop)).exclude(NOT_EDITED)
    newest = edits.select_related("event", "shared", "batch").order_by("-not_after", "-id")[: EDITS_SHOWN + 1]
    shown = present_all(newest)
    more = edits.count() - EDITS_SHOWN if len(shown) > EDITS_SHOWN else 0
    spans = OfferHistory(fallen.offer, days, now).spans
    return replace(fallen, edits=shown[:EDITS_SHOWN], more_edits=more, spans=spans)
