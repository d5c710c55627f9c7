"""What an account's record says and when it was read, in the form in which it is compared with the truth."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from accounts.models import SellerAccount
from allegro.demo.truth import CLOCK, EDITS, Action, Comparison, Key, compare
from allegro.demo.truth_fields import (
    NOT_IN_TRUTH,
    Entry,
    Expected,
    field_of,
    items_of,
    part_of,
    subject_of,
    translate,
)
from allegro.models import SyncRun
from offers.calendar import warsaw_day
from offers.fields import DELIVERY_SETTINGS, DETAIL_PART, TOLD_PART, get_field
from offers.models import (
    Offer,
    OfferChange,
    OfferSnapshot,
    OrderLine,
    PartReading,
    SalesDay,
    SharedSnapshot,
    SnapshotPart,
)
from offers.record.changes import Change
from offers.record.touching import offers_touched
from offers.record.uses import REFERRING

CHANGE_COLUMNS = (
    "field", "marketplace", "old", "new", "old_seen", "new_seen", "not_before", "not_after", "certainty",
    "units_sold",
)  # fmt: skip
# What decides, besides the fields that name an object, which offers a change of it touches.
DECIDING = {DELIVERY_SETTINGS: ("marketplaces", "price")}
LIFE = "status"
SaleKey = tuple[str, str, str, date]
Part = tuple[str, str]
Spans = dict[Part, list[tuple[datetime, datetime]]]


def compare_changes(account: SellerAccount, log: Iterable[Entry]) -> Comparison:
    """The edits of a truth log since each part's first read, against the recorded changes."""
    ids = set(Offer.objects.filter(account=account).values_list("allegro_id", flat=True))
    expected = translate([row for row in log if row["offer_id"] in ids], account.base_marketplace)
    spans = _spans(account, ids)
    actions = [action for action in expected.actions if action.key[1] not in NOT_IN_TRUTH]
    reads = {action.key: spans.get(part_of(action.key), []) for action in actions}
    result = compare(actions, _recorded(account), reads)
    result.wrong_touch = list(_wrong_touches(account, expected, spans))
    return result


def _recorded(account: SellerAccount) -> dict[Key, list[Change]]:
    recorded: dict[Key, list[Change]] = defaultdict(list)
    rows = OfferChange.objects.filter(account=account).exclude(field__in=NOT_IN_TRUTH).order_by("not_after", "pk")
    columns = ("offer__allegro_id", "shared__kind", "shared__allegro_id", *CHANGE_COLUMNS)
    for offer_id, kind, shared_id, *values in rows.values_list(*columns):
        change = Change(**dict(zip(CHANGE_COLUMNS, values, strict=True)))
        subject = offer_id or subject_of(kind, shared_id)
        for name, old, new in items_of(get_field(change.field), change.old, change.new):
            recorded[subject, name, change.marketplace].append(replace(change, old=old, new=new))
    return recorded


# When what was read --------------------------------------------------------------------------------------------------


def _spans(account: SellerAccount, ids: Iterable[str]) -> Spans:
    """The spans in which reads found one content, of each part of the offers and of each shared object."""
    return {**_spans_of_offers(account), **_spans_of_shared(account), **_spans_of_events(account, ids)}


def _spans_of_offers(account: SellerAccount) -> Spans:
    spans: Spans = defaultdict(list)
    confirmed = dict(PartReading.objects.filter(account=account).values_list("part", "last_read_at"))
    rows = OfferSnapshot.objects.filter(account=account).exclude(part=SnapshotPart.LISTING).order_by("first_seen_at")
    columns = ("offer__allegro_id", "part", "first_seen_at", "last_seen_at")
    for allegro_id, part, first, last in rows.values_list(*columns):
        spans[allegro_id, part].append((first, last))
    gone = set(Offer.objects.filter(account=account, gone_at__isnull=False).values_list("allegro_id", flat=True))
    for (allegro_id, part), read in spans.items():
        if part in confirmed and allegro_id not in gone:
            first, last = read[-1]
            read[-1] = (first, max(last, confirmed[part]))
    return dict(spans)


def _spans_of_shared(account: SellerAccount) -> Spans:
    spans: Spans = defaultdict(list)
    rows = SharedSnapshot.objects.filter(shared__account=account).order_by("first_seen_at")
    for kind, key, first, last in rows.values_list(
        "shared__kind", "shared__allegro_id", "first_seen_at", "last_seen_at"
    ):
        spans[subject_of(kind, key), kind].append((first, last))
    return dict(spans)


def _spans_of_events(account: SellerAccount, ids: Iterable[str]) -> Spans:
    """What only events tell is read with the journal."""
    runs = SyncRun.objects.filter(account=account).order_by("started_at").values_list("started_at", "stages")
    read = [
        (started_at, started_at)
        for started_at, stages in runs
        if any(entry["stage"] == "journal" and entry["status"] == "succeeded" for entry in stages)
    ]
    return {(allegro_id, TOLD_PART): read for allegro_id in ids}


# Which offers a change of a shared object touched --------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Window:
    """A change of a shared object and what the truth says of it."""

    kind: str
    key: str
    change: OfferChange
    touched: frozenset[str]


def _wrong_touches(account: SellerAccount, expected: Expected, spans: Spans) -> Iterator[tuple[Key, Change, list[str]]]:
    """Changes of shared objects with the offers that they touch wrongly, or not.

    What an offer refers to is known from its reads: where the truth changed it between the reads around, either may be.
    """
    moves: dict[str, list[Action]] = defaultdict(list)
    for action in expected.actions:
        moves[action.key[0]].append(action)
    gone = Offer.objects.filter(account=account, gone_at__isnull=False)
    for allegro_id, gone_at in gone.values_list("allegro_id", "gone_at"):
        # That it is gone is the last thing that was read of it.
        for part in {DETAIL_PART, *(known.part for known in REFERRING)}:
            spans.setdefault((allegro_id, part), []).append((gone_at, gone_at))
    for window in _windows(account, expected):
        told = set(offers_touched(window.change).values_list("allegro_id", flat=True))
        wrong = [offer_id for offer_id in sorted(told ^ window.touched) if _is_settled(offer_id, window, moves, spans)]
        if wrong:
            change = Change(**{name: getattr(window.change, name) for name in CHANGE_COLUMNS})
            yield (subject_of(window.kind, window.key), change.field, ""), change, wrong


def _windows(account: SellerAccount, expected: Expected) -> Iterator[_Window]:
    rows = OfferChange.objects.filter(account=account, shared__isnull=False, certainty__in=EDITS)
    for change in rows.exclude(field__in=NOT_IN_TRUTH).select_related("shared").order_by("not_after", "pk"):
        kind, key = change.shared.kind, change.shared.allegro_id
        subject = subject_of(kind, key)
        instants = {
            action.at
            for action in expected.actions
            if action.key == (subject, change.field, "")
            and change.not_before - CLOCK <= action.at <= change.not_after + CLOCK
        }
        touched = frozenset(offer_id for at in instants for offer_id in expected.touched[subject, at])
        yield _Window(kind, key, change, touched)


def _is_settled(offer_id: str, window: _Window, moves: Mapping[str, list[Action]], spans: Spans) -> bool:
    """Whether the reads around the change leave no doubt about what the offer referred to."""
    referring = [known for known in REFERRING if known.refers == window.kind]
    for part in {DETAIL_PART, *(known.part for known in referring)}:
        moments = [moment for span in spans.get((offer_id, part), ()) for moment in span]
        before = [moment for moment in moments if moment <= window.change.not_before]
        after = [moment for moment in moments if moment >= window.change.not_after]
        if not before:
            return False
        names = {known.key for known in referring if known.part == part}
        names |= {*DECIDING.get(window.kind, ()), LIFE} if part == DETAIL_PART else set()
        for action in moves[offer_id]:
            is_between = action.at > before[-1] and (not after or action.at <= after[0])
            if field_of(action.key).key in names and is_between:
                return False
    return True


# Sales ---------------------------------------------------------------------------------------------------------------


def compare_sales(account: SellerAccount, sold: Iterable[Mapping[str, Any]]) -> list[SaleKey]:
    """The offers' days whose units or revenue differ from the truth's lines, since the first known order."""
    first = OrderLine.objects.filter(account=account).order_by("bought_at").first()
    last = OrderLine.objects.filter(account=account).order_by("-bought_at").first()
    if first is None or last is None:
        return []
    truth: Counter[SaleKey] = Counter()
    revenue: dict[SaleKey, Decimal] = defaultdict(Decimal)
    for line in sold:
        day = warsaw_day(datetime.fromisoformat(line["bought_at"]))
        if line["status"] == "READY_FOR_PROCESSING" and line["seller_id"] == account.allegro_id:
            key = (line["offer_id"], line["marketplace"], line["currency"], day)
            truth[key] += line["quantity"]
            revenue[key] += line["quantity"] * Decimal(line["price"])
    own = {
        (offer_id, marketplace, currency, day): (units, money)
        for offer_id, marketplace, currency, day, units, money in SalesDay.objects.filter(account=account).values_list(
            "offer__allegro_id", "marketplace", "currency", "day", "units", "revenue"
        )
    }
    window = {
        key for key in truth.keys() | own.keys() if warsaw_day(first.bought_at) < key[3] <= warsaw_day(last.bought_at)
    }
    return [key for key in sorted(window) if own.get(key, (0, Decimal(0))) != (truth[key], revenue[key])]
