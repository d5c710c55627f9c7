"""`python -m tests.reports.reconciliation --seeds 20`: simulated lives whose exports are held against our own record.

For each seed: errors of units and revenue per offer and per day of undisturbed exports, and of the planted
discrepancies those that were found with their reason. Needs a migrated database, and leaves nothing there.
"""

import argparse
import os
import sys
from collections import Counter
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
os.environ["OAUTHLIB_INSECURE_TRANSPORT"] = "1"
django.setup()

# ruff: noqa: E402 - Django must be set up before its models are imported
import requests
from django.db import transaction
from django.test.utils import override_settings

from accounts.scoping import workspace_scope
from allegro.api import transport
from allegro.ratelimit import shared_budget
from allegro.simulator import server
from offers.calendar import ONE_DAY
from reports.models import AccountTotal, Comparison, ComparisonStatus
from tests.allegro.conftest import COFFEE, GARDEN, Linked, World, link
from tests.reports.reconciliation.lives import PLANTABLE, days_with, imported, missed

START, PREHISTORY_DAYS, HALF_DAYS = "2026-09-20T00:00:00Z", 20, 8
PERIODS = ((date(2026, 9, 2), date(2026, 9, 19)), (date(2026, 9, 21), date(2026, 9, 22)))
UTC_DAYS, UTC_DAYS_TRIED = "utc_days", 4
OF_LIFE = ("price_change", "stale", "offer_ended")


@dataclass
class Figures:
    """What was compared and what came of it."""

    compared: int = 0
    days: int = 0
    units_error: int = 0
    revenue_error: Decimal = Decimal(0)
    differing: int = 0
    planted: Counter[str] = field(default_factory=Counter)
    missed: Counter[str] = field(default_factory=Counter)

    def add(self, other: "Figures") -> None:
        """Count others in."""
        self.compared += other.compared
        self.days += other.days
        self.units_error += other.units_error
        self.revenue_error += other.revenue_error
        self.differing += other.differing
        self.planted += other.planted
        self.missed += other.missed

    def __str__(self) -> str:
        reasons = ", ".join(
            f"{kind} {self.planted[kind] - self.missed[kind]}/{self.planted[kind]}" for kind in PLANTABLE
        )
        errors = f"units error {self.units_error}, revenue error {self.revenue_error}"
        return (
            f"{self.compared} values, {self.days} days, {errors}, differing {self.differing}; found/planted: {reasons}"
        )


def measure(seed: int, seller: str) -> Figures:
    """One life of one seller; the transaction around it is rolled back by the caller."""
    running = server.start(seed=seed, start=START, prehistory_days=PREHISTORY_DAYS)
    try:
        with (
            override_settings(
                ALLEGRO_API_URL=running.url,
                ALLEGRO_AUTH_URL=running.url,
                ALLEGRO_CLIENT_ID="simulator-client",
                ALLEGRO_CLIENT_SECRET="simulator-secret",
            ),
            requests.Session() as session,
        ):
            world = World(running, session)
            world.control("POST", "limits", requests_per_minute=0)
            linked = link(world, seller)
            with workspace_scope(linked.workspace):
                return _follow(linked)
    finally:
        running.stop()


def _follow(linked: Linked) -> Figures:
    linked.sync()
    for half_day in range(HALF_DAYS):
        if half_day == 3:
            _edit(linked)
        linked.world.move(hours=12)
        linked.sync()
    linked.account.refresh_from_db()
    figures = Figures()
    for days in PERIODS:
        _undisturbed(linked, days, figures)
        for kind in PLANTABLE:
            if days == PERIODS[1] or kind not in OF_LIFE:
                _planted(linked, days, kind, figures)
    # Purchases between the midnights of Warsaw and of UTC are few: only on their days does such an export differ.
    for day in days_with(linked.account, linked.world.url, PERIODS[0], UTC_DAYS)[:UTC_DAYS_TRIED]:
        _planted(linked, (day, day), UTC_DAYS, figures)
    first, last = PERIODS[1]
    for number in range((last - first).days + 1):
        day = first + timedelta(days=number)
        _undisturbed(linked, (day, day), figures)
    day = PERIODS[0][0]
    while day <= PERIODS[0][1]:
        _undisturbed(linked, (day, day), figures)
        day += ONE_DAY
    return figures


def _edit(linked: Linked) -> None:
    """A price rises by two fifths, an offer ends."""
    first, second = linked.account.offers.filter(status="ACTIVE").order_by("allegro_id")[:2]
    assert first.price
    linked.world.edit(first.allegro_id, price=str((first.price * Decimal("1.4")).quantize(Decimal("0.01"))))
    linked.world.edit(second.allegro_id, status="ENDED")


def _undisturbed(linked: Linked, days: tuple[date, date], figures: Figures) -> None:
    with imported(linked.account, linked.world.url, days) as exported:
        assert exported
        rows = Comparison.objects.filter(upload=exported.upload)
        for row in rows.filter(measure__in=["units", "revenue"]):
            figures.compared += 1
            error: Any = abs(row.difference) if row.difference is not None else abs(row.reported or row.own or 0)
            if row.measure == "units":
                figures.units_error += int(error)
            else:
                figures.revenue_error += error
        figures.differing += rows.filter(status=ComparisonStatus.DIFFERS).count()
        total = AccountTotal.objects.get(upload=exported.upload)
        figures.units_error += abs((total.reported_units or 0) - (total.own_units or 0))
        figures.days += (days[1] - days[0]).days + 1


def _planted(linked: Linked, days: tuple[date, date], kind: str, figures: Figures) -> None:
    with imported(linked.account, linked.world.url, days, kind) as exported:
        if exported:
            figures.planted.update(planted["reason"] for planted in exported.planted)
            for planted in missed(exported):
                figures.missed[planted["reason"]] += 1
                told = Comparison.objects.filter(upload=exported.upload, allegro_offer_id=planted["offer_id"])
                sys.stdout.write(f"missed in {days[0]}..{days[1]}: {planted}\n")
                for row in told:
                    sys.stdout.write(f"  told of {row.measure}: {row.reported} beside {row.own}, {row.reasons}\n")


def main() -> int:
    """Measure, print a line for each life and the sum; 0 where nothing is wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=2)
    parser.add_argument("--first-seed", type=int, default=1)
    options = parser.parse_args()
    transport.BACKOFF_SECONDS = 0.0
    total = Figures()
    for seed in range(options.first_seed, options.first_seed + options.seeds):
        shared_budget.cache_clear()
        with transaction.atomic():
            figures = measure(seed, COFFEE if seed % 4 == 0 else GARDEN)
            transaction.set_rollback(True)
        total.add(figures)
        sys.stdout.write(f"seed {seed}: {figures}\n")
        sys.stdout.flush()
    sys.stdout.write(f"all: {total}\n")
    return int(bool(total.units_error or total.revenue_error or total.differing or total.missed))


if __name__ == "__main__":
    sys.exit(main())
