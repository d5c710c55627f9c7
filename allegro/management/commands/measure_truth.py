"""`manage.py measure_truth ACCOUNT_ID`: how the record of a simulated account compares with what really happened."""

from collections import Counter, defaultdict
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import requests
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.commands import account_scope
from accounts.models import SellerAccount
from allegro.demo.truth import Action, Comparison, Key, compare
from offers.calendar import warsaw_day
from offers.changes import Change
from offers.fields import get_field
from offers.models import OfferChange, OfferSnapshot, OrderLine, SalesDay, SnapshotPart

TIMEOUT_SECONDS = 60
CHANGE_COLUMNS = (
    "field", "marketplace", "old", "new", "old_seen", "new_seen", "not_before", "not_after", "certainty",
    "units_sold",
)  # fmt: skip
SaleKey = tuple[str, str, str, date]


class Command(BaseCommand):
    help = "Compares an account of the simulator with the simulator's own log: changes and sales."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("account_id")

    def handle(self, *args: Any, **options: Any) -> None:
        with account_scope(options["account_id"]) as account:
            result = compare_changes(account)
            wrong_days = compare_sales(account)
        self._show(result)
        self.stdout.write(f"sales days that differ {len(wrong_days)}")
        if wrong_days or not result.is_honest:
            raise CommandError("the record differs from the truth")

    def _show(self, result: Comparison) -> None:
        for name in ("actions", "observable", "found", "overtaken", "reverted", "not_read_yet"):
            self.stdout.write(f"{name.replace('_', ' ')} {getattr(result, name)}")
        for name in ("missed", "invented", "wrong_value", "wrong_time"):
            cases = getattr(result, name)
            self.stdout.write(f"{name.replace('_', ' ')} {len(cases)}")
            for case in cases[:5]:
                self.stderr.write(f"    {str(case)[:400]}")


def fetch(path: str) -> Any:
    """A document of the simulator's control interface. Raises CommandError where there is no simulator."""
    try:
        answer = requests.get(f"{settings.ALLEGRO_API_URL}/_simulator/{path}", timeout=TIMEOUT_SECONDS)
        answer.raise_for_status()
        return answer.json()
    except (requests.RequestException, ValueError):
        raise CommandError(f"{settings.ALLEGRO_API_URL} is not a simulator") from None


def compare_changes(account: SellerAccount) -> Comparison:
    """The edits of the truth log since each part's first read, against the recorded changes."""
    spans = _spans(account)
    actions = [action for action in _actions(account) if _part(action.key) in spans]
    actions = [action for action in actions if action.at > spans[_part(action.key)][0][0]]
    recorded: dict[Key, list[Change]] = defaultdict(list)
    rows = OfferChange.objects.filter(account=account).order_by("not_after", "pk")
    for allegro_id, *columns in rows.values_list("offer__allegro_id", *CHANGE_COLUMNS):
        change = Change(**dict(zip(CHANGE_COLUMNS, columns, strict=True)))
        recorded[allegro_id, change.field, change.marketplace].append(change)
    return compare(actions, recorded, {action.key: spans[_part(action.key)] for action in actions})


def _part(key: Key) -> tuple[str, str]:
    return key[0], get_field(key[1]).part


def _actions(account: SellerAccount) -> list[Action]:
    actions = []
    for entry in fetch("truth")["actions"]:
        if entry["field"] is None or entry["actor"] == "buyer":
            continue
        marketplace = entry["marketplace"] or ""
        is_base = marketplace == account.base_marketplace
        key = (entry["offer_id"], entry["field"], "" if is_base else marketplace)
        actions.append(Action(key, datetime.fromisoformat(entry["at"]), entry["old"], entry["new"]))
    return actions


def _spans(account: SellerAccount) -> dict[tuple[str, str], list[tuple[datetime, datetime]]]:
    spans: dict[tuple[str, str], list[tuple[datetime, datetime]]] = defaultdict(list)
    rows = OfferSnapshot.objects.filter(account=account).exclude(part=SnapshotPart.LISTING).order_by("first_seen_at")
    for allegro_id, part, first, last in rows.values_list("offer__allegro_id", "part", "first_seen_at", "last_seen_at"):
        spans[allegro_id, part].append((first, last))
    return dict(spans)


def compare_sales(account: SellerAccount) -> list[SaleKey]:
    """The offers' days whose units or revenue differ from the truth, among the days since the first known order."""
    first = OrderLine.objects.filter(account=account).order_by("bought_at").first()
    last = OrderLine.objects.filter(account=account).order_by("-bought_at").first()
    if first is None or last is None:
        return []
    truth: Counter[SaleKey] = Counter()
    revenue: dict[SaleKey, Decimal] = defaultdict(Decimal)
    for line in fetch("sales")["sales"]:
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
