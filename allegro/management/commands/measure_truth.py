"""`manage.py measure_truth`: how the record of simulated accounts compares with what really happened.

With ACCOUNT_ID, of an account of the configured simulator; with --seeds, of whole lives that are lived for it.
"""

import signal
import sys
from argparse import BooleanOptionalAction
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from statistics import median
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.commands import account_scope
from accounts.models import SellerAccount
from allegro.demo import truth_record
from allegro.demo.replay import SimulatorControl
from allegro.demo.seller import DemoError
from allegro.demo.truth import FAULTS, FIGURES, Comparison
from allegro.demo.truth_life import Life, Lived, live
from offers.fields import GROUP_LABELS, get_field

EXAMPLES = 5


class Command(BaseCommand):
    help = "Compares the record of simulated accounts with the simulator's own log: changes and sales."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("account_id", nargs="?")
        parser.add_argument("--seeds", type=int, default=0, help="live so many lives, each with a seed of its own")
        parser.add_argument("--first-seed", type=int, default=1)
        parser.add_argument("--weeks", type=float, default=1)
        parser.add_argument("--hours", type=float, default=12, help="between two full syncs")
        parser.add_argument("--faults", action="store_true", help="let some of Allegro's answers fail")
        parser.add_argument("--busy", action=BooleanOptionalAction, default=True, help="everything that can happen")
        parser.add_argument("--one-seller", action="store_true", help="follow the sellers in turn, one in each life")

    def handle(self, *args: Any, **options: Any) -> None:
        if bool(options["account_id"]) == bool(options["seeds"]):
            raise CommandError("give either an account id or --seeds")
        try:
            with _ending_cleanly():
                lived = self._live(options) if options["seeds"] else self._compare(options["account_id"])
        except DemoError as error:
            raise CommandError(str(error)) from None
        self._show(lived.comparison, with_fields=options["verbosity"] > 1)
        self.stdout.write(f"sales days that differ {len(lived.wrong_days)}")
        if lived.wrong_days or not lived.comparison.is_honest:
            raise CommandError("the record differs from the truth")

    def _live(self, options: dict[str, Any]) -> Lived:
        total = Lived()
        for seed in range(options["first_seed"], options["first_seed"] + options["seeds"]):
            life = Life(
                seed,
                options["weeks"],
                options["hours"],
                has_faults=options["faults"],
                is_busy=options["busy"],
                is_shared_out=options["one_seller"],
            )
            lived = live(life, lambda _share: None)
            self.stdout.write(_line(f"seed {seed}", _figures(lived.comparison)))
            self.stdout.flush()
            self._show_faults(lived.comparison)
            total.add(lived)
        self.stdout.write(f"full runs {total.full_runs}, journal runs {total.journal_runs}, failed {total.failed_runs}")
        return total

    def _compare(self, account_id: str) -> Lived:
        with account_scope(account_id) as account:
            lived = Lived(compare_changes(account), compare_sales(account))
        self._show_faults(lived.comparison)
        return lived

    def _show(self, result: Comparison, *, with_fields: bool) -> None:
        self.stdout.write(_line("", [name.replace("_", " ") for name in (*FIGURES, *FAULTS)]))
        self.stdout.write(_line("all", _figures(result)))
        for group, label in GROUP_LABELS.items():
            names = {name for name in result.figures["actions"] if get_field(name).group == group}
            figures = [sum(result.figures[figure][name] for name in names) for figure in FIGURES]
            hours = sorted(
                hour for name, all_hours in result.silent_hours.items() if name in names for hour in all_hours
            )
            silent = f"silent: median {median(hours):.1f} h, longest {hours[-1]:.1f} h" if hours else ""
            self.stdout.write(_line(label, figures) + silent)
        if with_fields:
            for name in sorted(result.figures["actions"]):
                self.stdout.write(_line(name, [result.figures[figure][name] for figure in FIGURES]))

    def _show_faults(self, result: Comparison) -> None:
        for fault in FAULTS:
            for case in getattr(result, fault)[:EXAMPLES]:
                self.stderr.write(f"{fault.replace('_', ' ')}: {str(case)[:600]}")


@contextmanager
def _ending_cleanly() -> Iterator[None]:
    """Let SIGTERM unwind what was begun: a simulator's process, a throw-away workspace."""
    before = signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _figures(result: Comparison) -> list[int]:
    counts = [result.figures[name].total() for name in FIGURES]
    return [*counts, *(len(getattr(result, name)) for name in FAULTS)]


def _line(name: str, cells: Iterable[Any]) -> str:
    return f"{name:<24}" + "".join(f"{cell!s:>14}" for cell in cells)


def compare_changes(account: SellerAccount) -> Comparison:
    """The recorded changes against the log of the configured simulator. Raises DemoError where there is none."""
    return truth_record.compare_changes(account, SimulatorControl(settings.ALLEGRO_API_URL).truth())


def compare_sales(account: SellerAccount) -> list[truth_record.SaleKey]:
    """The days of sales that differ from those of the configured simulator. Raises DemoError where there is none."""
    return truth_record.compare_sales(account, SimulatorControl(settings.ALLEGRO_API_URL).sales())
