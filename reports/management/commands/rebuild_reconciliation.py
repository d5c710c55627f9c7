"""`manage.py rebuild_reconciliation ACCOUNT_ID`: compare every imported report of an account with its record anew."""

from time import perf_counter
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from accounts.commands import account_scope
from reports.models import Comparison
from reports.reconciliation.projection import rebuild


class Command(BaseCommand):
    help = "Makes the comparison of an account's reports with its own record anew, from the stored facts."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("account_id")

    def handle(self, *args: Any, **options: Any) -> None:
        with account_scope(options["account_id"]) as account:
            begun = perf_counter()
            made = rebuild(account)
            taken = perf_counter() - begun
            offers = Comparison.objects.filter(account=account).values("allegro_offer_id").distinct().count()
        self.stdout.write(f"{made} comparisons of {offers} offers in {taken:.1f} s")
