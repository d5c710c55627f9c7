"""The bill: its entries as facts, and the fees by day, kind and offer made from them."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.db.models import Count, QuerySet, Sum

from accounts.models import SellerAccount
from offers.calendar import warsaw_day
from offers.models import BillingEntry, BillingHistory, FeeDay, FeeKind
from offers.record.storing import ensure_offers, fitting

ADS = "NSP"  # one a day for the whole account, about three days late (allegro-api issues 10936, 12898)
# Only moves money between Allegro's own books: what was taken from takings, and the sum of a month.
INTERNAL = frozenset({"PAD", "SUM"})
# By the type's id, where Allegro or its staff say what it is (issues 8382, 10936, 11290, 11306).
KINDS = {
    "SUC": FeeKind.COMMISSION,
    "FSF": FeeKind.COMMISSION,
    "LIS": FeeKind.LISTING,
    "REF": FeeKind.REFUND,
    ADS: FeeKind.ADS,
    "HB1": FeeKind.DELIVERY,
    "HB4": FeeKind.DELIVERY,
    "HB8": FeeKind.DELIVERY,
    "PKR": FeeKind.DELIVERY,
}
# Of the two hundred other types those whose Polish names, which the bill is read in, say it beyond doubt.
NAMED_KINDS = (
    ("Prowizja od sprzedaży", FeeKind.COMMISSION),
    ("Opłata za wystawienie", FeeKind.LISTING),
    ("Opłata za dostawę", FeeKind.DELIVERY),
    ("Opłata dodatkowa za dostawę", FeeKind.DELIVERY),
    ("Przesyłka ", FeeKind.DELIVERY),
    ("Abonament", FeeKind.SUBSCRIPTION),
    ("Opłata za monety", FeeKind.PROMOTION),
    ("Opłata za promowanie", FeeKind.PROMOTION),
    ("Opłata za wyróżnienie", FeeKind.PROMOTION),
)
DAY_FORMATS = ("%Y-%m-%d", "%d.%m.%Y")


@dataclass(frozen=True, slots=True)
class Fee:
    """One entry of the bill; `amount` is signed as Allegro gives it, a charge below zero."""

    id: str
    marketplace: str
    occurred_at: datetime
    type: str
    type_name: str
    amount: Decimal
    currency: str
    tax_percentage: Decimal | None
    allegro_offer_id: str
    order_id: str
    info: dict[str, str]


def kind_of(type_id: str, type_name: str) -> FeeKind | None:
    """What a type of the bill is for: "other" where nothing tells, None for what is no fee at all."""
    if type_id in INTERNAL:
        return None
    named = (kind for beginning, kind in NAMED_KINDS if type_name.startswith(beginning))
    return KINDS.get(type_id) or next(named, FeeKind.OTHER)


@transaction.atomic
def record_fees(account: SellerAccount, fees: Sequence[Fee], read_at: datetime) -> int:
    """Store the entries that are new and bring their days up to date. Returns how many were new."""
    if not fees:
        return 0
    known = set(
        BillingEntry.objects.filter(account=account, entry_id__in=[fee.id for fee in fees]).values_list(
            "entry_id", flat=True
        )
    )
    new = {fee.id: fee for fee in fees if fee.id not in known}
    rows = [_as_entry(account, fee, read_at) for fee in new.values()]
    BillingEntry.objects.bulk_create(rows, ignore_conflicts=True)
    ensure_offers(account, {row.allegro_offer_id for row in rows if row.allegro_offer_id}, read_at)
    _sum_days(account, {row.day for row in rows})
    return len(rows)


def rebuild_fees(account: SellerAccount) -> int:
    """Delete all fees by day of `account` and make them again from its bill. Returns the number of rows."""
    with transaction.atomic():
        FeeDay.objects.filter(account=account).delete()
        rows = _sums(account, BillingEntry.objects.filter(account=account))
        FeeDay.objects.bulk_create(rows, batch_size=5000)
    return len(rows)


def begin_billing_history(account: SellerAccount, begun_at: datetime, goal: datetime) -> BillingHistory:
    """How far back the bill is read; at first not at all."""
    history: BillingHistory
    history, _created = BillingHistory.objects.get_or_create(
        account=account, defaults={"since": begun_at, "begun_at": begun_at, "goal": goal}
    )
    return history


def _as_entry(account: SellerAccount, fee: Fee, read_at: datetime) -> BillingEntry:
    told = _day_told(fee)
    return BillingEntry(
        account=account,
        entry_id=fee.id,
        marketplace=fee.marketplace,
        occurred_at=fee.occurred_at,
        type=fitting(BillingEntry, "type", fee.type),
        type_name=fitting(BillingEntry, "type_name", fee.type_name),
        amount=fee.amount,
        currency=fee.currency,
        tax_percentage=fee.tax_percentage,
        allegro_offer_id=fee.allegro_offer_id,
        order_id=fee.order_id,
        info=fee.info,
        day=told or warsaw_day(fee.occurred_at),
        is_day_told=told is not None,
        recorded_at=read_at,
    )


def _day_told(fee: Fee) -> date | None:
    """The day that advertising is charged for, where exactly one date stands in the entry's information."""
    if fee.type != ADS:
        return None
    days = {day for value in fee.info.values() if (day := _as_day(value)) is not None}
    return days.pop() if len(days) == 1 else None


def _as_day(text: str) -> date | None:
    for form in DAY_FORMATS:
        try:
            return datetime.strptime(text, form).date()  # noqa: DTZ007 - a calendar day, no instant
        except ValueError:
            continue
    return None


def _sum_days(account: SellerAccount, days: Collection[date]) -> None:
    if not days:
        return
    FeeDay.objects.filter(account=account, day__in=days).delete()
    FeeDay.objects.bulk_create(_sums(account, BillingEntry.objects.filter(account=account, day__in=days)))


FeeKey = tuple[str, str, str, date, FeeKind, str, bool]


def _sums(account: SellerAccount, entries: QuerySet[BillingEntry]) -> list[FeeDay]:
    """Fees by offer, marketplace, currency, day and kind; types of the kind "other" each under their own name."""
    groups = entries.values(
        "allegro_offer_id", "marketplace", "currency", "day", "is_day_told", "type", "type_name"
    ).annotate(total=Sum("amount"), number=Count("pk"))
    sums: dict[FeeKey, tuple[Decimal, int]] = defaultdict(lambda: (Decimal(), 0))
    for row in groups:
        kind = kind_of(row["type"], row["type_name"])
        if kind is None:
            continue
        name = row["type_name"] or row["type"] if kind == FeeKind.OTHER else ""
        key = (row["allegro_offer_id"], row["marketplace"], row["currency"], row["day"], kind, name, row["is_day_told"])
        amount, number = sums[key]
        sums[key] = (amount + row["total"], number + row["number"])
    return _as_days(account, sums)


def _as_days(account: SellerAccount, sums: dict[FeeKey, tuple[Decimal, int]]) -> list[FeeDay]:
    offers = {each.allegro_id: each for each in account.offers.filter(allegro_id__in={key[0] for key in sums})}
    return [
        FeeDay(
            account=account,
            offer=offers.get(offer_id),
            marketplace=marketplace,
            currency=currency,
            day=day,
            kind=kind,
            name=name,
            is_day_told=is_day_told,
            amount=amount,
            entries=entries,
        )
        for (offer_id, marketplace, currency, day, kind, name, is_day_told), (amount, entries) in sorted(sums.items())
    ]
