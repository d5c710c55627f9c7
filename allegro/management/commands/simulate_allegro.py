"""`manage.py simulate_allegro`: run the Allegro simulator on 127.0.0.1 until it is told to stop."""

from argparse import ArgumentParser, Namespace
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from allegro.simulator.server import add_arguments, serve


class Command(BaseCommand):
    """A separate process; nothing else of the project imports the simulator."""

    help = "Run the Allegro simulator: the official REST API in front of a seeded world."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the same options as `python -m allegro.simulator`."""
        add_arguments(parser)

    def handle(self, *_: Any, **options: Any) -> None:
        """Serve; raise CommandError if the saved state cannot be used."""
        problem = serve(Namespace(**options))
        if problem:
            raise CommandError(problem)
