"""The document behind the chart of one offer: days, sales, price, visitors, spans, gaps and change markers.

Shape (`GET /offers/<uuid>/chart.json?days=28&compare=previous&compare=account`); instants are ISO 8601 with Warsaw's
offset, days ISO dates, money strings, and null means "not known", never zero. The time before the offer's first reading
is a gap of "history":

    {
      "offer": "<uuid>", "title": "…", "from": "2026-08-05", "to": "2026-09-01", "now": "…",
      "days": ["2026-08-05", …],
      "units": [3, 0, null, …],
      "revenue": [{"currency": "PLN", "values": ["149.70", "0.00", null, …]}],
      "price": [{"from": "…", "to": "…", "amount": "49.90", "currency": "PLN"}],
      "visitors": [{"marketplace": "allegro-pl", "values": [340, null, …]}],
      "compared": {"previous": {"days": ["2026-07-08", …, null], "units": […], "revenue": […]},
                   "account": {"units": [120, null, …]}},
      "spans": [{"kind": "out_of_stock" | "not_active", "from": "…", "to": "…", "label": "Out of stock 3–12 Sep"}],
      "gaps": [{"from": "…", "to": "…", "stream": "journal", "label": "…"}],
      "groups": [{"key": "price", "label": "Price", "count": 2}],
      "changes": [{"id": "<uuid>", "group": "price", "label": "Price", "from": "…", "to": "…", "moment": true,
                   "text": "49,90 zł → 44,90 zł", "note": "−5,00 zł (−10,0 %)", "how": "…", "minor": false,
                   "url": "/offers/<uuid>/changes/<uuid>/"}],
      "older": "",
      "notes": [{"id": "<uuid>", "from": "2026-08-10", "to": "2026-08-12", "text": "…", "author": "…", "url": "…"}]
    }

A repricer makes hundreds of changes, so `changes` are the newest of the window only; where there are more, `older` is
the cursor for `GET /offers/<uuid>/chart-changes.json?days=28&before=<older>`, which answers {"changes": […],
"older": …}.

`price` and `spans` hold what `offers.state` knows, so that the page of a day says the same. `visitors` are unique
visitors of the 30 days that end with each day. A change with `moment` false happened somewhere between `from` and `to`.
Stock that was sold is not among the changes. `compared` holds what was asked for only: `previous` lays the days before
over the days that are counted, one by one, null over others (today); `account` is the pieces of all other offers of the
account.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cached_property
from typing import Any
from uuid import UUID

from django.db.models import Count, QuerySet
from django.db.models.functions import TruncDate
from django.urls import reverse
from django.utils.translation import gettext as _

from offers.calendar import WARSAW, warsaw_day
from offers.fields import PRICE, STATUS, STOCK, get_field
from offers.models import NOT_EDITED, CoverageGap, Note, Offer, OfferChange, OfferDay, OfferStatus
from offers.reading.feed import cursor_at, older_than
from offers.reading.notes import notes_within
from offers.record.touching import changes_of
from offers.sales.daily import DailySales, Window, daily_sales, units_of_others
from offers.state.loading import load_timelines
from offers.state.segments import Segment, clip
from offers.state.timeline import Timeline
from offers.words.presentation import UNNAMED_GROUP, ShownChange, groups, present_all
from offers.words.values import as_money, show_span, show_status

OUT_OF_STOCK, NOT_ACTIVE = "out_of_stock", "not_active"
# What the address may ask for to be drawn beside the offer's own sales.
PREVIOUS, ACCOUNT = "previous", "account"
CHANGES_AT_ONCE = 150
# From here on it pays to leave out sales that say nothing of an empty stock.
LONG = timedelta(days=100)
# Stands in an address for the change's own key.
ANY_CHANGE = UUID(int=0)


@dataclass(frozen=True, slots=True)
class Span:
    """A time in which the offer could not be bought; `label` names it with its days."""

    kind: str
    since: datetime
    until: datetime
    label: str


class OfferHistory:
    """Everything the offer's page and chart show of one window, each part read once and only when asked for.

    `with_before` reads sales, visitors, price, stock and status of the window and of the one before it at once.
    """

    def __init__(self, offer: Offer, window: Window, now: datetime, *, with_before: bool = False) -> None:
        self.offer = offer
        self.window = window
        self.now = now
        # A longer history that this one is a part of, where there is one: what it has read is not read again.
        self._whole: OfferHistory | None = None
        if with_before:
            earliest = min(window.first, window.previous.first)
            self._whole = OfferHistory(offer, Window(earliest, window.last), now)

    @cached_property
    def sales(self) -> DailySales:
        """Units and revenue by day."""
        return self._whole.sales.within(self.window) if self._whole else daily_sales(self.offer, self.window)

    @cached_property
    def before(self) -> "OfferHistory":
        """The same of as many days right before."""
        earlier = OfferHistory(self.offer, self.window.previous, self.now)
        earlier._whole = self._whole
        return earlier

    @cached_property
    def notes(self) -> list[Note]:
        """The notes on days of the window, oldest first."""
        return notes_within(self.offer, self.window)

    @cached_property
    def edits(self) -> QuerySet[OfferChange]:
        """The rows behind `changes`, to be narrowed."""
        return edits_within(self.offer, self.window)

    @cached_property
    def changes(self) -> list[ShownChange]:
        """The edits that may have happened in the window, newest first, without sales."""
        return present_all(self.edits)

    @cached_property
    def price(self) -> list[Segment]:
        """Spans of known price on the base marketplace; values are Allegro's money objects."""
        return self._segments(PRICE.key)

    @cached_property
    def spans(self) -> list[Span]:
        """When it was out of stock or not active, oldest first."""
        empty = [segment for segment in self._segments(STOCK.key) if segment.value == 0]
        inactive = [segment for segment in self._status() if segment.value not in (OfferStatus.ACTIVE, None)]
        found = [_span(OUT_OF_STOCK, segment, _("Out of stock")) for segment in empty]
        found += [_span(NOT_ACTIVE, segment, show_status(segment.value)) for segment in inactive]
        return sorted(found, key=lambda span: (span.since, span.kind))

    @cached_property
    def gaps(self) -> list[CoverageGap]:
        """When a stream was silent."""
        return list(
            CoverageGap.objects.filter(
                account=self.offer.account_id, since__lt=self.window.until, until__gt=self.window.since
            ).order_by("since")
        )

    @cached_property
    def begin(self) -> datetime | None:
        """The offer's first reading, where it lies in the window: nothing is known of its changes before."""
        first = self.offer.first_seen_at
        return first if self.window.since < first < self.window.until else None

    @cached_property
    def visitors(self) -> dict[str, list[int | None]]:
        """30-day unique visitors by marketplace, a number for each day that was observed."""
        first, last = self.window.first, self.window.last
        seen: dict[str, dict[date, int | None]] = {}
        for marketplace, day, visits in self._observed_days:
            if first <= day <= last:
                seen.setdefault(marketplace, {})[day] = visits
        return {marketplace: [days.get(day) for day in self.window.days] for marketplace, days in seen.items()}

    @cached_property
    def _observed_days(self) -> list[tuple[str, date, int | None]]:
        """(marketplace, day, 30-day visitors) of this history or of the longer one."""
        if self._whole:
            return self._whole._observed_days
        rows = OfferDay.objects.filter(offer=self.offer, day__range=(self.window.first, self.window.last))
        return list(rows.order_by("marketplace").values_list("marketplace", "day", "visits_30d"))

    @cached_property
    def group_counts(self) -> list[tuple[str, str, int]]:
        """(key, name, number of edits) of each group that has any, in the order of the lanes."""
        counted: Counter[str] = sum(self._edits_by_day.values(), Counter())
        return [(key, label, counted[key]) for key, label in groups() if counted[key]]

    @cached_property
    def _edits_by_day(self) -> dict[date, Counter[str]]:
        """The number of edits by group, for each Warsaw day by which they were known."""
        found: dict[date, Counter[str]] = {}
        by_day = self.edits.order_by().values_list("field", TruncDate("not_after", tzinfo=WARSAW))
        for field, day, number in by_day.annotate(number=Count("pk")):
            group = get_field(field).group.value if field else UNNAMED_GROUP
            found.setdefault(day, Counter())[group] += number
        return found

    def _edits_on(self, day: date) -> list[tuple[str, int]] | None:
        """(name, number) of the groups that had edits on `day`; None on the days before the offer was first read."""
        counted = self._edits_by_day.get(day)
        if counted:
            return [(label, counted[key]) for key, label in groups() if counted[key]]
        return None if day < warsaw_day(self.offer.first_seen_at) else []

    @cached_property
    def _timelines(self) -> dict[str, Timeline]:
        """Price, stock and status: what is known of them is what the page of a day tells."""
        if self._whole:
            return self._whole._timelines
        since, until = self.window.since, self.window.until
        return load_timelines(self.offer, since, until, every_sale=until - since <= LONG)

    def _segments(self, key: str) -> list[Segment]:
        return clip(self._timelines[key].segments(), self.window.since, min(self.window.until, self.now))

    def _status(self) -> list[Segment]:
        """Known status, and the times in which Allegro did not return the offer."""
        timeline = self._timelines[STATUS.key]
        gone = [Segment(since, until or self.now, OfferStatus.GONE) for since, until in timeline.absences]
        spans = self._segments(STATUS.key) + clip(gone, self.window.since, min(self.window.until, self.now))
        return sorted(spans, key=lambda span: span.since)

    def document(self, compare: Collection[str] = ()) -> dict[str, Any]:
        """The chart's JSON; see the module's docstring. `compare` names what else to draw, of PREVIOUS and ACCOUNT."""
        return {
            "offer": str(self.offer.pk),
            "title": str(self.offer),
            "from": self.window.first.isoformat(),
            "to": self.window.last.isoformat(),
            "now": _instant(self.now),
            "days": [day.isoformat() for day in self.window.days],
            "units": list(self.sales.units),
            "revenue": _revenue_json(self.sales),
            "price": list(_price_points(self.price)),
            "visitors": [{"marketplace": name, "values": values} for name, values in self.visitors.items()],
            "compared": self._compared(compare),
            "spans": [_span_json(span) for span in self.spans],
            "gaps": [*self._before_begin(), *(_gap_json(gap) for gap in self.gaps)],
            "groups": [{"key": key, "label": label, "count": count} for key, label, count in self.group_counts],
            **self.changes_document(),
            "notes": [_note_json(note) for note in self.notes],
        }

    def changes_document(self, before: str = "") -> dict[str, Any]:
        """The newest edits that are older than the cursor `before`, and the cursor to the next ones; two queries."""
        rows = list(older_than(self.edits, before)[: CHANGES_AT_ONCE + 1])
        shown = present_all(rows[:CHANGES_AT_ONCE])
        address = reverse("offers:change", args=[self.offer.pk, ANY_CHANGE])
        return {
            "changes": [_change_json(each, address) for each in shown],
            "older": cursor_at(shown[-1].change) if len(rows) > CHANGES_AT_ONCE else "",
        }

    def _compared(self, compare: Collection[str]) -> dict[str, Any]:
        """One query for each that is asked for."""
        found: dict[str, Any] = {}
        if PREVIOUS in compare:
            found[PREVIOUS] = self._laid_over(self.before)
        if ACCOUNT in compare:
            found[ACCOUNT] = {"units": units_of_others(self.offer, self.window)}
        return found

    def _laid_over(self, before: "OfferHistory") -> dict[str, Any]:
        """The days before, each at the place of the counted day that it is compared with."""
        lead, tail = [None] * self.window.lead, [None] * self.window.tail
        revenue = _revenue_json(before.sales)
        return {
            "days": [*lead, *(day.isoformat() for day in before.window.days), *tail],
            "units": [*lead, *before.sales.units, *tail],
            "revenue": [{**each, "values": [*lead, *each["values"], *tail]} for each in revenue],
        }

    def _before_begin(self) -> list[dict[str, str]]:
        """The time before the first reading, drawn as a gap of its own."""
        if self.begin is None:
            return []
        label = _("The history of this offer begins on %(day)s") % {"day": show_span(self.begin, self.begin)}
        span = {"from": _instant(self.window.since), "to": _instant(self.begin)}
        return [{**span, "stream": "history", "label": label}]

    def daily_rows(self) -> list[dict[str, Any]]:
        """The chart as a table, newest day first: day, units, [(currency, revenue)], prices known on that day,
        [(marketplace, visitors)], [(kind, number of edits known by then)], notes."""
        prices = _prices_by_day(self.price)
        rows = [
            {
                "day": day,
                "units": self.sales.units[position],
                "revenue": self._revenue_on(position),
                "prices": prices.get(day, []),
                "visitors": [
                    (marketplace, values[position])
                    for marketplace, values in self.visitors.items()
                    if values[position] is not None
                ],
                "edits": self._edits_on(day),
                "notes": [note for note in self.notes if note.first_day <= day <= note.last_day],
            }
            for position, day in enumerate(self.window.days)
        ]
        return rows[::-1]

    def _revenue_on(self, position: int) -> list[tuple[str, Decimal | None]]:
        """The day's revenue in the first currency, and in others where there was any."""
        amounts = [(currency, values[position]) for currency, values in self.sales.revenue.items()]
        return amounts[:1] + [(currency, amount) for currency, amount in amounts[1:] if amount]


def edits_within(offer: Offer, window: Window) -> QuerySet[OfferChange]:
    """Changes of `offer` that may have happened in `window`, newest first; sold stock is no edit."""
    found: QuerySet[OfferChange] = (
        changes_of(offer)
        .filter(not_after__gte=window.since, not_before__lt=window.until)
        .exclude(NOT_EDITED)
        .select_related("event", "shared")
        .order_by("-not_after", "-id")
    )
    return found


def _span(kind: str, segment: Segment, name: str) -> Span:
    return Span(kind, segment.since, segment.until, f"{name} {show_span(segment.since, segment.until)}")


def _price_points(segments: Iterable[Segment]) -> Iterable[dict[str, str]]:
    for segment in segments:
        money = as_money(segment.value)
        if money is not None:
            amount, currency = money
            since, until = _instant(segment.since), _instant(segment.until)
            yield {"from": since, "to": until, "amount": str(amount), "currency": currency}


def _prices_by_day(segments: Sequence[Segment]) -> dict[date, list[tuple[Decimal, str]]]:
    """The prices known on each Warsaw day, in their order."""
    found: dict[date, list[tuple[Decimal, str]]] = {}
    for segment in segments:
        money = as_money(segment.value)
        if money is None:
            continue
        for day in Window(warsaw_day(segment.since), warsaw_day(segment.until)).days:
            if money not in found.setdefault(day, [])[-1:]:
                found[day].append(money)
    return found


def _span_json(span: Span) -> dict[str, str]:
    return {"kind": span.kind, "from": _instant(span.since), "to": _instant(span.until), "label": span.label}


def _gap_json(gap: CoverageGap) -> dict[str, str]:
    label = _("Allegro's journal is not known for %(span)s") % {"span": show_span(gap.since, gap.until)}
    return {"from": _instant(gap.since), "to": _instant(gap.until), "stream": gap.stream, "label": label}


def _change_json(shown: ShownChange, address: str) -> dict[str, Any]:
    """`address` is that of ANY_CHANGE of the offer: to make each by itself took longer than all the rest."""
    change = shown.change
    label = f"{shown.label} ({change.marketplace})" if change.marketplace else shown.label
    return {
        "id": str(change.pk),
        "group": shown.group,
        "label": label,
        "from": _instant(change.not_before),
        "to": _instant(change.not_after),
        "moment": change.is_moment,
        "text": shown.plain,
        "note": "; ".join(filter(None, (shown.note or shown.new.reason or shown.old.reason, shown.returned))),
        "how": shown.how,
        "minor": shown.is_minor,
        "url": address.replace(str(ANY_CHANGE), str(change.pk)) if change.offer_id else shown.url,
    }


def _revenue_json(sales: DailySales) -> list[dict[str, Any]]:
    return [
        {"currency": currency, "values": [_amount(value) for value in values]}
        for currency, values in sales.revenue.items()
    ]


def _note_json(note: Note) -> dict[str, str]:
    return {
        "id": str(note.note_id),
        "from": note.first_day.isoformat(),
        "to": note.last_day.isoformat(),
        "text": note.text,
        "author": str(note.author or ""),
        "url": note.get_absolute_url(),
    }


def _instant(instant: datetime) -> str:
    return instant.astimezone(WARSAW).isoformat(timespec="seconds")


def _amount(value: Decimal | None) -> str | None:
    return None if value is None else f"{value:.2f}"
