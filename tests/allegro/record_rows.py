"""What an account's record holds, as plain rows to compare."""

from typing import Any

from accounts.models import SellerAccount
from offers.models import (
    BillingEntry,
    ChangeBatch,
    CoverageGap,
    CustomerReturn,
    FeeDay,
    Offer,
    OfferChange,
    OfferDay,
    OfferEvent,
    OfferSnapshot,
    OfferUse,
    OrderEvent,
    OrderLine,
    ReturnedLine,
    SalesDay,
)
from offers.record.projection import change_rows, rebuild_changes
from offers.sales.fees import rebuild_fees
from offers.sales.orders import rebuild_sales

FACTS = (
    OfferEvent, OfferSnapshot, OfferDay, OrderEvent, OrderLine, CoverageGap, OfferChange, SalesDay, CustomerReturn,
    ReturnedLine, BillingEntry, FeeDay,
)  # fmt: skip
CHANGE_COLUMNS = (
    "offer__allegro_id", "field", "marketplace", "old", "new", "old_seen", "new_seen", "not_before", "not_after",
    "certainty", "event__event_id", "event_type", "change_type", "units_sold",
)  # fmt: skip
LINE_COLUMNS = ("line_item_id", "order_id", "status", "quantity", "unit_price", "currency", "bought_at")
FEE_COLUMNS = (
    "offer__allegro_id", "marketplace", "currency", "day", "kind", "name", "is_day_told", "amount", "entries",
)  # fmt: skip
SALES_COLUMNS = ("offer__allegro_id", "marketplace", "currency", "day", "units", "revenue", "orders")
Rows = list[tuple[Any, ...]]


def stored_rows(account: SellerAccount) -> dict[str, Rows]:
    """Every row of every fact and projection, by table; when a content was last seen may move."""
    rows: dict[str, Rows] = {}
    for model in FACTS:
        columns = [field.attname for field in model._meta.concrete_fields if field.attname != "last_seen_at"]
        rows[model.__name__] = list(model.objects.filter(account=account).order_by("pk").values_list(*columns))
    return rows


def outcome(account: SellerAccount) -> dict[str, Rows]:
    """What a seller is told, without keys: comparable between accounts that followed the same world."""
    current = OrderLine.objects.filter(account=account, superseded_at__isnull=True)
    return {
        "offers": _sorted(
            Offer.objects.filter(account=account).values_list(
                "allegro_id", "title", "price", "stock", "status", "gone_at"
            )
        ),
        "changes": _sorted(OfferChange.objects.filter(account=account).values_list(*CHANGE_COLUMNS)),
        "lines": _sorted(current.values_list(*LINE_COLUMNS)),
        "sales": _sorted(SalesDay.objects.filter(account=account).values_list(*SALES_COLUMNS)),
        "fees": _sorted(FeeDay.objects.filter(account=account).values_list(*FEE_COLUMNS)),
    }


def _sorted(rows: Any) -> Rows:
    return sorted(rows, key=repr)


def changes_of(account: SellerAccount, allegro_id: str, **filters: Any) -> list[OfferChange]:
    """The recorded changes of one offer, oldest first."""
    return list(
        OfferChange.objects.filter(account=account, offer__allegro_id=allegro_id, **filters).order_by("not_after", "pk")
    )


def assert_rebuilding_changes_nothing(account: SellerAccount) -> None:
    """The projections are pure functions of the facts: thrown away and made again they are the same, row by row."""
    before, daily = projections(account), outcome(account)
    for model in (OfferChange, ChangeBatch, OfferUse):
        model.objects.filter(account=account).delete()
    rebuild_changes(account)
    rebuild_sales(account)
    rebuild_fees(account)
    after = projections(account)
    for name, rows in before.items():
        assert [row for row in rows if row not in after[name]] == [], f"{name} that only the work as it went gave"
        assert [row for row in after[name] if row not in rows] == [], f"{name} that only the rebuild gave"
    assert after == before
    assert {name: outcome(account)[name] for name in ("sales", "fees")} == {
        name: daily[name] for name in ("sales", "fees")
    }


def projections(account: SellerAccount) -> dict[str, Rows]:
    """Every row that is derived from snapshots and events."""
    batches = ChangeBatch.objects.filter(account=account).order_by("pk")
    uses = OfferUse.objects.filter(account=account).order_by("offer_id", "kind", "allegro_id", "since")
    return {
        "changes": list(change_rows(account)),
        "batches": list(batches.values_list("pk", "field", "since", "until", "offers")),
        "uses": list(uses.values_list("offer_id", "part", "kind", "allegro_id", "since", "until")),
    }
