"""`manage.py sync_account ACCOUNT_ID [--now ISO8601]`: one full sync in the foreground."""

from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.commands import account_scope
from allegro.messages import message_for
from allegro.models import RunKind, RunStatus, RunTrigger
from allegro.sync.run import AlreadyRunning, NotConnected, sync_account


def instant(text: str) -> datetime:
    """An ISO 8601 instant with its offset. Raises ValueError, which argparse turns into a message."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("the instant needs its offset, for example 2026-09-01T08:00:00Z")
    return moment


class Command(BaseCommand):
    help = "Reads everything that is due of one linked account and derives its changes."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("account_id")
        parser.add_argument("--now", type=instant, help="the instant to take for now (ISO 8601), for replays")

    def handle(self, *args: Any, **options: Any) -> None:
        with account_scope(options["account_id"]) as account:
            try:
                run = sync_account(account, trigger=RunTrigger.COMMAND, kind=RunKind.FULL, at=options["now"])
            except AlreadyRunning:
                raise CommandError("a sync of this account is running; try again when it is done") from None
            except NotConnected:
                raise CommandError("this account is not connected: link it again in the settings first") from None
        for stage in run.stages:
            counts = ", ".join(f"{name} {count}" for name, count in stage["counts"].items()) or "nothing new"
            self.stdout.write(f"{stage['stage']}: {stage['status']} ({counts})")
        if run.status != RunStatus.SUCCEEDED:
            raise CommandError(message_for(run.error))
