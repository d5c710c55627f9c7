"""Lives of a simulated seller with the simulator's own exports, undisturbed or with planted discrepancies."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import requests

from accounts.models import SellerAccount
from offers.calendar import ONE_DAY, end_of_day
from reports.models import Comparison, Upload
from reports.reading import read
from reports.reconciliation.projection import refresh
from reports.reconciliation.terms import Code
from reports.uploads import discard, import_upload, receive

TIMEOUT_SECONDS = 30
# By what a planted discrepancy must be told: of an export made early its missing orders or its price.
TOLD_BY: dict[str, frozenset[Code]] = {
    "price_change": frozenset({Code.EXPORT_OLDER, Code.PRICE_CHANGED}),
    "stale": frozenset({Code.EXPORT_OLDER}),
    "cancelled_later": frozenset({Code.CANCELLED}),
    "unpaid": frozenset({Code.UNPAID}),
    "returns": frozenset({Code.RETURNS, Code.RETURNS_REFUSED}),
    "offer_ended": frozenset({Code.NOT_ACTIVE}),
    "utc_days": frozenset({Code.UTC_DAYS}),
}
EARLY = ("price_change", "stale")
PLANTABLE = tuple(TOLD_BY)


@dataclass(frozen=True, slots=True)
class Exported:
    """An export as it was imported, and what the simulator says of it."""

    upload: Upload
    truth: dict[str, Any]

    @property
    def planted(self) -> list[dict[str, Any]]:
        """Every planted difference with its reason."""
        found: list[dict[str, Any]] = self.truth["discrepancies"]
        return found


def export(account: SellerAccount, url: str, days: tuple[date, date], *discrepancies: str) -> tuple[str, bytes]:
    """The name and the content of an export of some days."""
    query = _query(account, days, discrepancies)
    file = requests.get(f"{url}/_simulator/exports/sales-by-offer.xlsx", params=query, timeout=TIMEOUT_SECONDS)
    assert file.ok, file.text
    return f"sprzedaz-wg-ofert_{days[0]}_{days[1]}.xlsx", file.content


def _query(account: SellerAccount, days: tuple[date, date], discrepancies: Iterable[str]) -> dict[str, Any]:
    first, last = days
    seller = account.allegro_id
    return {"from": str(first), "to": str(last), "seller": seller, "discrepancy": list(discrepancies)}


def days_with(account: SellerAccount, url: str, days: tuple[date, date], discrepancy: str) -> list[date]:
    """The single days whose export would differ by a discrepancy, oldest first."""
    found, day = [], days[0]
    while day <= days[1]:
        query = _query(account, (day, day), (discrepancy,))
        truth = requests.get(f"{url}/_simulator/exports/truth.json", params=query, timeout=TIMEOUT_SECONDS)
        if truth.ok and truth.json()["discrepancies"]:
            found.append(day)
        day += ONE_DAY
    return found


@contextmanager
def imported(
    account: SellerAccount, url: str, days: tuple[date, date], *discrepancies: str, uploaded_at: datetime | None = None
) -> Iterator[Exported | None]:
    """The export of some days, imported and compared; None where the days offer no occasion. Discarded in the end."""
    query = _query(account, days, discrepancies)
    truth = requests.get(f"{url}/_simulator/exports/truth.json", params=query, timeout=TIMEOUT_SECONDS)
    if truth.status_code == 409:
        yield None
        return
    name, content = export(account, url, days, *discrepancies)
    upload, _is_new = receive(account, None, name, content, read_later=False)
    read(upload)
    upload.uploaded_at = uploaded_at or end_of_day(days[1]) + timedelta(days=2)
    upload.save(update_fields=["uploaded_at"])
    assert import_upload(upload, None)
    refresh(account)
    yield Exported(upload, truth.json())
    discard(upload, None)
    refresh(account)


def told_by(planted: dict[str, Any]) -> frozenset[Code]:
    """The reasons of which one must be told.

    What an early export has more than the truth are orders cancelled since. Of a cancelled order that was to be paid on
    delivery and was read only after its end nothing tells whether it was ever ready: then it is told as cancelled.
    """
    allowed = TOLD_BY[planted["reason"]]
    is_cancelled = planted["reason"] in EARLY and planted.get("units", 0) > 0
    is_on_trust = planted["reason"] == "unpaid" and planted["payment"] == "CASH_ON_DELIVERY"
    return allowed | {Code.CANCELLED} if is_cancelled or is_on_trust else allowed


def missed(exported: Exported) -> list[dict[str, Any]]:
    """The planted differences whose reason is not among those found for the offer.

    Where those of one offer cancel each other out, as a piece too few at the one end of a day and one too many at the
    other, the export says what we say, and there is nothing to tell.
    """
    told: dict[str, set[str]] = {}
    for row in Comparison.objects.filter(upload=exported.upload):
        told.setdefault(row.allegro_offer_id, set()).update(reason["code"] for reason in row.reasons)
    units: dict[str, int] = defaultdict(int)
    values: dict[str, Decimal] = defaultdict(Decimal)
    for planted in exported.planted:
        units[planted["offer_id"]] += planted.get("units", 0)
        values[planted["offer_id"]] += Decimal(planted.get("value", 0))
    return [
        planted
        for planted in exported.planted
        if "units" not in planted or units[planted["offer_id"]] or values[planted["offer_id"]]
        if not told.get(planted["offer_id"], set()) & told_by(planted)
    ]
