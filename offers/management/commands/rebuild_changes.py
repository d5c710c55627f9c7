"""`manage.py rebuild_changes ACCOUNT_ID`: derive an account's changes and daily sales again from the stored facts."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from accounts.commands import account_scope
from offers.models import Offer
from offers.projection import rebuild_offer
from offers.sales import rebuild_sales


class Command(BaseCommand):
    help = "Derives the changes and daily sales of one linked account again; the result is identical."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("account_id")

    def handle(self, *args: Any, **options: Any) -> None:
        with account_scope(options["account_id"]) as account:
            offers = Offer.objects.filter(account=account).order_by("pk")
            changes = sum(rebuild_offer(account, offer) for offer in offers.iterator())
            days = rebuild_sales(account)
        self.stdout.write(f"{changes} changes and {days} days of sales derived again")
