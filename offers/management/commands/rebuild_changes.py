"""`manage.py rebuild_changes ACCOUNT_ID`: derive an account's changes, daily sales and fees again from the facts."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from accounts.commands import account_scope
from offers.record.projection import rebuild_changes
from offers.sales.fees import rebuild_fees
from offers.sales.orders import rebuild_sales


class Command(BaseCommand):
    help = "Derives the changes, daily sales and fees of one linked account again; the result is identical."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("account_id")

    def handle(self, *args: Any, **options: Any) -> None:
        with account_scope(options["account_id"]) as account:
            changes = rebuild_changes(account)
            days = rebuild_sales(account)
            fees = rebuild_fees(account)
        self.stdout.write(f"{changes} changes, {days} days of sales and {fees} of fees derived again")
