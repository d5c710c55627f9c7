"""`manage.py demo_step replay|reports STATE_FILE`: the demo's own steps, run by `manage.py demo` between its starts."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from allegro.demo.seller import DemoError
from allegro.demo.story import replay_life, upload_reports

STEPS = {"replay": replay_life, "reports": upload_reports}


class Command(BaseCommand):
    help = "One step of the demo; `manage.py demo` calls it."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("step", choices=sorted(STEPS))
        parser.add_argument("state_file", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            STEPS[options["step"]](options["state_file"])
        except DemoError as error:
            raise CommandError(str(error)) from None
