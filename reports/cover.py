"""Which imported reports a total counts, where several speak of the same days.

A report of totals (sales by offer, Allegro Ads) has one row per offer for its whole period, so two that share a day
would count that day twice. Of the imported reports of one account, kind, marketplace and currency, a total counts a
*cover*: reports of which no two share a day. Of all covers it is the one that

1. covers most days,
2. then, day by day, has the newer exports (they hold late corrections; allegro-api issue 10876),
3. then has the finer periods (a week tells more than its month),

and it is the same whatever order the reports come in. The others stay as they are; they are named with the counted
reports that they overlap.

Reports of events (orders, billing, payments) may overlap: an event has a key of its own, and the newest file that has
it says how it stands. An offer list is a state of one moment: the newest counts.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import count
from typing import Final, NamedTuple

from django.db.models import QuerySet
from django.db.models.functions import Coalesce

from accounts.models import SellerAccount
from reports.marketplaces import currency_of
from reports.models import Upload, UploadKind, UploadRow, UploadStatus

TOTALS: Final = (UploadKind.SALES_BY_OFFER, UploadKind.ADS_OFFERS, UploadKind.ADS_CAMPAIGNS)
EVENTS: Final = (UploadKind.ORDERS, UploadKind.BILLING, UploadKind.PAYMENTS)
SNAPSHOTS: Final = (UploadKind.OFFER_LIST,)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A report that could be counted: its inclusive days, when it was exported (else uploaded), who it is.

    Keys must be sortable among each other; they decide where nothing else does.
    """

    key: str
    first: date
    last: date
    exported_at: datetime

    @property
    def days(self) -> int:
        """How many days it covers."""
        return (self.last - self.first).days + 1

    def overlaps(self, other: "Candidate") -> bool:
        """Whether both speak of the same day."""
        return self.first <= other.last and other.first <= self.last


@dataclass(frozen=True, slots=True)
class Cover:
    """The counted reports by day, and each other one with the counted reports that it overlaps (at least one)."""

    counted: tuple[Candidate, ...] = ()
    left_out: Mapping[Candidate, tuple[Candidate, ...]] = field(default_factory=dict)

    @property
    def days(self) -> int:
        """How many days are covered."""
        return sum(candidate.days for candidate in self.counted)


class Group(NamedTuple):
    """What a total is never summed over; marketplace and currency are "" where neither file nor person said.

    A report without money competes with those in its marketplace's currency: its units and visits are the same ones.
    """

    account_id: Hashable
    kind: str
    marketplace: str
    currency: str


class _Worth(NamedTuple):
    """How good a set of reports is, compared from the left; each part is a sum over its reports."""

    days: int = 0
    newness: int = 0
    reports: int = 0

    def plus(self, candidate: Candidate, rank: int) -> "_Worth":
        """The worth with one more report, whose export is the `rank`-th oldest."""
        return _Worth(self.days + candidate.days, self.newness + candidate.days * rank, self.reports + 1)


def choose_cover(candidates: Iterable[Candidate]) -> Cover:
    """The best cover by the rules above: weighted interval scheduling, O(n log n) in the number of reports."""
    ordered = sorted(set(candidates), key=lambda each: (each.last, each.first, each.exported_at, each.key))
    ranks = _ranks(ordered)
    lasts = [candidate.last for candidate in ordered]
    worths = [_Worth()]
    taken: list[bool] = []
    for index, candidate in enumerate(ordered):
        before = bisect_left(lasts, candidate.first, hi=index)
        with_it = worths[before].plus(candidate, ranks[candidate.exported_at])
        taken.append(with_it > worths[index])
        worths.append(max(with_it, worths[index]))
    counted = _walk_back(ordered, lasts, taken)
    chosen = set(counted)
    left_out = {
        candidate: tuple(each for each in counted if each.overlaps(candidate))
        for candidate in ordered
        if candidate not in chosen
    }
    return Cover(counted, left_out)


def _ranks(candidates: Sequence[Candidate]) -> dict[datetime, int]:
    """The exports' order in time, from 1."""
    return dict(zip(sorted({candidate.exported_at for candidate in candidates}), count(1), strict=False))


def _walk_back(ordered: Sequence[Candidate], lasts: Sequence[date], taken: Sequence[bool]) -> tuple[Candidate, ...]:
    counted: list[Candidate] = []
    index = len(ordered)
    while index:
        if taken[index - 1]:
            candidate = ordered[index - 1]
            counted.append(candidate)
            index = bisect_left(lasts, candidate.first, hi=index - 1)
        else:
            index -= 1
    return tuple(reversed(counted))


def covers_of(uploads: Iterable[Upload]) -> dict[Group, Cover]:
    """The cover of each group among imported uploads of totals and snapshots; events need none.

    Of a group of snapshots the newest day counts (of equal days the newest export); the rest is left out beside it.
    """
    groups: dict[Group, list[Candidate]] = defaultdict(list)
    for upload in uploads:
        if upload.period_from and upload.period_to and upload.kind not in EVENTS:
            currency = upload.currency or currency_of(upload.marketplace)
            group = Group(upload.account_id, upload.kind, upload.marketplace, currency)
            exported = Candidate(str(upload.pk), upload.period_from, upload.period_to, upload.made_by)
            groups[group].append(exported)
    return {
        group: _newest(candidates) if group.kind in SNAPSHOTS else choose_cover(candidates)
        for group, candidates in groups.items()
    }


def _newest(candidates: Sequence[Candidate]) -> Cover:
    newest = max(candidates, key=lambda each: (each.last, each.exported_at, each.key))
    return Cover((newest,), {each: (newest,) for each in candidates if each != newest})


def imported_uploads(account: SellerAccount | None = None, kind: str = "") -> QuerySet[Upload]:
    """The uploads that count at all; without `account` those of the whole workspace."""
    found: QuerySet[Upload] = Upload.objects.filter(status=UploadStatus.IMPORTED)
    if account is not None:
        found = found.filter(account=account)
    if kind:
        found = found.filter(kind=kind)
    return found.defer("mapping", "shape")


def not_counted(account: SellerAccount | None = None) -> dict[str, tuple[str, ...]]:
    """By id: each imported upload that no total counts, with the ids of the counted ones that it overlaps."""
    covers = covers_of(imported_uploads(account)).values()
    return {
        left.key: tuple(each.key for each in overlapped)
        for cover in covers
        for left, overlapped in cover.left_out.items()
    }


def event_rows(account: SellerAccount, kind: str) -> QuerySet[UploadRow]:
    """Each order, line, charge or payment of the imported files once, as the newest file that has it says."""
    imported = imported_uploads(account, kind).order_by().values("pk")
    keyed = UploadRow.objects.filter(upload__in=imported)
    made_by = Coalesce("upload__exported_at", "upload__uploaded_at")
    newest = keyed.order_by("natural_key", made_by.desc(), "-pk").distinct("natural_key").values("pk")
    rows: QuerySet[UploadRow] = UploadRow.objects.filter(pk__in=newest)
    return rows


def events_elsewhere(upload: Upload) -> int:
    """How many events of this upload stand in other imported files of its kind as well, and so count once."""
    others = Upload.objects.filter(account=upload.account_id, kind=upload.kind, status=UploadStatus.IMPORTED)
    elsewhere = UploadRow.objects.filter(upload__in=others.exclude(pk=upload.pk).values("pk")).exclude(natural_key="")
    own = UploadRow.objects.filter(upload=upload, natural_key__in=elsewhere.values("natural_key"))
    return int(own.count())
