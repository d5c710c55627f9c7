"""The comparisons of an account as plain rows, to hold one way of making them against another."""

from typing import Any

from django.db import transaction

from accounts.models import SellerAccount
from reports.models import AccountTotal, Comparison
from reports.reconciliation.projection import rebuild

COLUMNS = (
    "upload_id", "offer_id", "allegro_offer_id", "title", "measure", "currency", "reported", "own", "now", "low",
    "high", "difference", "percent", "known", "size", "status", "reason", "reasons", "is_newest", "is_open",
)  # fmt: skip
TOTAL_COLUMNS = (
    "upload_id", "first_day", "last_day", "currency", "marketplace", "reported_units", "reported_revenue", "own_units",
    "own_revenue", "units_status", "revenue_status",
)  # fmt: skip
Rows = list[tuple[Any, ...]]


def rows_of(account: SellerAccount) -> Rows:
    """Every comparison and total, in a fixed order."""
    comparisons = Comparison.objects.filter(account=account).order_by("upload_id", "allegro_offer_id", "measure")
    totals = AccountTotal.objects.filter(account=account).order_by("upload_id")
    return [*comparisons.values_list(*COLUMNS), *totals.values_list(*TOTAL_COLUMNS)]


def assert_rebuilding_changes_nothing(account: SellerAccount) -> int:
    """What was kept up to date is what is made anew; returns the number of rows."""
    kept = rows_of(account)
    with transaction.atomic():
        rebuild(account)
        made = rows_of(account)
        # What was kept goes on being kept, so that a mistake cannot be mended by the test itself.
        transaction.set_rollback(True)
    differing = [(one, other) for one, other in zip(kept, made, strict=False) if one != other]
    assert (len(kept), differing[:3]) == (len(made), [])
    return len(made)
