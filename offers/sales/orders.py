"""The sales ledger: order lines keyed by line item, and the daily units and revenue made from them."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.core.cache import cache
from django.db import transaction
from django.db.models import Count, F, Sum
from django.db.models.functions import TruncDate

from accounts.models import SellerAccount
from offers.calendar import WARSAW, end_of_day, start_of_day, warsaw_day
from offers.models import Offer, OrderEvent, OrderHistory, OrderLine, OrderStatus, SalesDay
from offers.record.storing import derive_after_purchase, ensure_offers, fitting


@dataclass(frozen=True, slots=True)
class OrderJournalRow:
    """One event of the order journal, without the buyer."""

    event_id: str
    type: str
    order_id: str
    revision: str
    occurred_at: datetime


@dataclass(frozen=True, slots=True)
class Voucher:
    """A voucher put towards a line, without its code."""

    type: str
    status: str
    amount: Decimal | None
    currency: str


@dataclass(frozen=True, slots=True)
class BoughtService:
    """A service bought with a line, such as carrying in; its price is no part of the line's."""

    id: str
    quantity: int
    amount: Decimal | None
    currency: str


@dataclass(frozen=True, slots=True)
class OrderItem:
    """One bought line; prices are gross, per piece.

    `reconciliation` is what Allegro adds to the price paid (allegro-api issue 9790). Whether that is per piece or for
    the line is not specified, so its own quantity is kept beside it; `deposit` is per piece. All are in `currency`.
    `discounts` are Allegro's words, without amounts.
    """

    id: str
    allegro_offer_id: str
    offer_name: str
    quantity: int
    unit_price: Decimal
    original_price: Decimal | None
    currency: str
    bought_at: datetime
    reconciliation: Decimal | None = None
    reconciliation_type: str = ""
    reconciled_quantity: int | None = None
    deposit: Decimal | None = None
    discounts: tuple[str, ...] = ()
    vouchers: tuple[Voucher, ...] = ()
    services: tuple[BoughtService, ...] = ()


@dataclass(frozen=True, slots=True)
class OrderForm:
    """One order (checkout form) without the buyer: `status` is the buyer's side, `fulfillment` the seller's own."""

    id: str
    revision: str
    status: str
    marketplace: str
    updated_at: datetime | None
    items: tuple[OrderItem, ...]
    fulfillment: str = ""
    payment_type: str = ""
    paid_at: datetime | None = None
    cancelled_at: datetime | None = None


# The oldest entries of a journal that was read from its beginning may be of orders that began before it.
JOURNAL_SLACK = timedelta(days=1)
OfferDayKey = tuple[str, date]


@transaction.atomic
def record_order_events(account: SellerAccount, rows: Sequence[OrderJournalRow], received_at: datetime) -> int:
    """Store order journal rows; known ones stay as they are. New ones wait until their order has been read."""
    known = set(
        OrderEvent.objects.filter(account=account, event_id__in=[row.event_id for row in rows]).values_list(
            "event_id", flat=True
        )
    )
    new = [
        OrderEvent(
            account=account,
            event_id=row.event_id,
            type=fitting(OrderEvent, "type", row.type),
            order_id=row.order_id,
            revision=row.revision,
            occurred_at=row.occurred_at,
            received_at=received_at,
        )
        for row in rows
        if row.event_id not in known
    ]
    OrderEvent.objects.bulk_create(new, ignore_conflicts=True)
    return len(new)


@transaction.atomic
def record_orders(account: SellerAccount, forms: Sequence[OrderForm], read_at: datetime) -> int:
    """Bring the ledger to the state of `forms` and their daily sums with it. Returns how many lines changed.

    A line found under another order id was moved by a merge of carts: it is the same sale, never a second one.
    """
    if not forms:
        return 0
    lines = {item.id: (form, item) for form in forms for item in form.items}
    current = {
        line.line_item_id: line
        for line in OrderLine.objects.select_for_update().filter(
            account=account, line_item_id__in=lines, superseded_at__isnull=True
        )
    }
    fresh = [_as_line(account, form, item, read_at) for form, item in lines.values()]
    changed = [line for line in fresh if _differs(current.get(line.line_item_id), line)]
    replaced = [current[line.line_item_id] for line in changed if line.line_item_id in current]
    OrderLine.objects.filter(pk__in=[line.pk for line in replaced]).update(superseded_at=read_at)
    OrderLine.objects.bulk_create(changed)
    _name_unknown_offers(account, [item for _form, item in lines.values()], read_at)
    _derive_new_purchases(account, changed, current)
    _sum_days(account, {(line.allegro_offer_id, warsaw_day(line.bought_at)) for line in [*changed, *replaced]})
    OrderEvent.objects.filter(account=account, order_id__in=[form.id for form in forms], pending=True).update(
        pending=False
    )
    return len(changed)


def begin_history(account: SellerAccount, begun_at: datetime, goal: datetime) -> OrderHistory:
    """How far back the orders are read; at first not at all, or as far as a journal that was read before it reaches."""
    found: OrderHistory | None = OrderHistory.objects.filter(account=account).first()
    if found:
        return found
    first = OrderEvent.objects.filter(account=account).order_by("pk").values_list("occurred_at", flat=True).first()
    since = min(begun_at, first + JOURNAL_SLACK) if first else begun_at
    history: OrderHistory
    history, _created = OrderHistory.objects.get_or_create(
        account=account, defaults={"since": since, "begun_at": since, "goal": min(goal, since)}
    )
    cache.delete(known_since_key(account.pk))
    return history


def extend_history(history: OrderHistory, since: datetime, goal: datetime) -> None:
    """Every order bought since an earlier instant is in the ledger now, and nothing from before `goal` can be read."""
    history.since, history.goal = since, goal
    history.save(update_fields=["since", "goal"])
    cache.delete(known_since_key(history.account_id))


def known_since_key(account_id: UUID) -> str:
    """Where `offers.sales.daily` remembers since when the sales of an account are known."""
    return f"sales-known-since:{account_id}"


def forget_pending(account: SellerAccount, order_ids: Iterable[str]) -> None:
    """Nothing more will be read for these orders: their revision is stored, or Allegro no longer has them."""
    OrderEvent.objects.filter(account=account, order_id__in=list(order_ids), pending=True).update(pending=False)


def rebuild_sales(account: SellerAccount) -> int:
    """Delete all daily sums of `account` and make them again from its order lines. Returns the number of days."""
    with transaction.atomic():
        SalesDay.objects.filter(account=account).delete()
        lines = OrderLine.objects.filter(account=account, superseded_at__isnull=True)
        rows = _sums(account, lines)
        SalesDay.objects.bulk_create(rows)
    return len(rows)


def _as_line(account: SellerAccount, form: OrderForm, item: OrderItem, read_at: datetime) -> OrderLine:
    return OrderLine(
        account=account,
        line_item_id=item.id,
        order_id=form.id,
        revision=form.revision,
        status=fitting(OrderLine, "status", form.status),
        allegro_offer_id=item.allegro_offer_id,
        marketplace=form.marketplace or account.base_marketplace,
        quantity=item.quantity,
        unit_price=item.unit_price,
        original_price=item.original_price,
        currency=item.currency,
        bought_at=item.bought_at,
        order_updated_at=form.updated_at,
        fulfillment=fitting(OrderLine, "fulfillment", form.fulfillment),
        payment_type=fitting(OrderLine, "payment_type", form.payment_type),
        paid_at=form.paid_at,
        cancelled_at=form.cancelled_at,
        reconciliation=item.reconciliation,
        reconciliation_type=fitting(OrderLine, "reconciliation_type", item.reconciliation_type),
        reconciled_quantity=item.reconciled_quantity,
        deposit=item.deposit,
        discounts=list(item.discounts),
        vouchers=[_plain(voucher) for voucher in item.vouchers],
        services=[_plain(service) for service in item.services],
        recorded_at=read_at,
    )


def _plain(fact: Voucher | BoughtService) -> dict[str, Any]:
    """As JSON keeps it: amounts as text, exact."""
    row = asdict(fact)
    return row | {"amount": None if row["amount"] is None else str(row["amount"])}


STATE_COLUMNS = (
    "order_id", "revision", "status", "allegro_offer_id", "marketplace", "quantity", "unit_price", "original_price",
    "currency", "bought_at", "fulfillment", "payment_type", "paid_at", "cancelled_at", "reconciliation",
    "reconciliation_type", "reconciled_quantity", "deposit", "discounts", "vouchers", "services",
)  # fmt: skip


def _differs(stored: OrderLine | None, fresh: OrderLine) -> bool:
    if stored is None:
        return True
    if stored.order_updated_at and fresh.order_updated_at and fresh.order_updated_at < stored.order_updated_at:
        return False  # an older state that arrived late
    return any(getattr(stored, column) != getattr(fresh, column) for column in STATE_COLUMNS)


def _name_unknown_offers(account: SellerAccount, items: Iterable[OrderItem], now: datetime) -> None:
    """Orders name offers that may be unreadable by now; the name in the order is then all there is."""
    names = {item.allegro_offer_id: item.offer_name for item in items}
    unnamed = []
    for allegro_id, offer in ensure_offers(account, names, now).items():
        if not offer.title and names[allegro_id]:
            offer.title = fitting(Offer, "title", names[allegro_id])
            unnamed.append(offer)
    Offer.objects.bulk_update(unnamed, ["title"], batch_size=1000)


PURCHASE_COLUMNS = ("allegro_offer_id", "bought_at", "quantity")


def _derive_new_purchases(account: SellerAccount, changed: Sequence[OrderLine], current: dict[str, OrderLine]) -> None:
    """What a purchase says of the stock may move: where it was counted before, and where it counts now."""
    bought: dict[str, datetime] = {}
    for line in changed:
        before = current.get(line.line_item_id)
        if before and all(getattr(before, name) == getattr(line, name) for name in PURCHASE_COLUMNS):
            continue
        for each in filter(None, (before, line)):
            bought[each.allegro_offer_id] = min(each.bought_at, bought.get(each.allegro_offer_id, each.bought_at))
    derive_after_purchase(account, bought)


def _sum_days(account: SellerAccount, keys: set[OfferDayKey]) -> None:
    if not keys:
        return
    days = [day for _offer_id, day in keys]
    lines = OrderLine.objects.filter(
        account=account,
        superseded_at__isnull=True,
        allegro_offer_id__in={offer_id for offer_id, _day in keys},
        bought_at__gte=start_of_day(min(days)),
        bought_at__lt=end_of_day(max(days)),
    )
    rows = [row for row in _sums(account, lines) if (row.offer.allegro_id, row.day) in keys]
    stale = SalesDay.objects.filter(
        account=account, offer__allegro_id__in={offer_id for offer_id, _day in keys}, day__in=set(days)
    ).values_list("pk", "offer__allegro_id", "day")
    SalesDay.objects.filter(pk__in=[pk for pk, offer_id, day in stale if (offer_id, day) in keys]).delete()
    SalesDay.objects.bulk_create(rows)


def _sums(account: SellerAccount, lines: Any) -> list[SalesDay]:
    """Paid (or cash-on-delivery) lines by offer, marketplace, currency and Warsaw day; cancelled ones are out."""
    sums = list(
        lines.filter(status=OrderStatus.READY)
        .annotate(day=TruncDate("bought_at", tzinfo=WARSAW))
        .values("allegro_offer_id", "marketplace", "currency", "day")
        .annotate(
            units=Sum("quantity"),
            revenue=Sum(F("quantity") * F("unit_price")),
            orders=Count("order_id", distinct=True),
        )
        .order_by("allegro_offer_id", "day", "marketplace", "currency")
    )
    offers = {
        offer.allegro_id: offer
        for offer in Offer.objects.filter(account=account, allegro_id__in={each["allegro_offer_id"] for each in sums})
    }
    return [
        SalesDay(
            account=account,
            offer=offers[each["allegro_offer_id"]],
            marketplace=each["marketplace"],
            currency=each["currency"],
            day=each["day"],
            units=each["units"],
            revenue=each["revenue"],
            orders=each["orders"],
        )
        for each in sums
    ]
