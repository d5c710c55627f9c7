"""`manage.py demo`: everything on one machine. `make demo` calls it after setting up."""

import os
import sys
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from allegro.demo.state import load_state
from allegro.demo.supervisor import ChildFailed, Stopped, Supervisor, is_listening
from config import embedded

MANAGE = [sys.executable, "manage.py"]


class Command(BaseCommand):
    help = "Starts the simulator, the web server, a worker and beat, and fills them with a seller's life."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--port", type=int, default=int(os.environ.get("PORT", "8000")))
        parser.add_argument("--weeks", type=float, default=float(os.environ.get("DEMO_WEEKS", "12")))

    def handle(self, *args: Any, **options: Any) -> None:
        demo = Demo(options["port"], options["weeks"])
        try:
            with Supervisor(demo.environment, settings.DATA_DIR / "logs") as supervisor:
                demo.start(supervisor)
                self.stdout.write(demo.greeting())
                self.stdout.flush()
                supervisor.watch()
        except Stopped:
            self.stdout.write("\nStopped. The data is kept; `make demo` goes on, `make demo-reset` wipes it.")
        except ChildFailed as error:
            raise CommandError(str(error)) from None
        finally:
            demo.ready_file.unlink(missing_ok=True)
            embedded.stop(settings.DATA_DIR)


class Demo:
    """One start of the demo: its addresses, its files and its steps."""

    def __init__(self, port: int, weeks: float) -> None:
        self.began = time.monotonic()
        self.port = port
        self.simulator_port = int(os.environ.get("SIMULATOR_PORT", port + 1))
        self.weeks = weeks
        self.state_file: Path = settings.DATA_DIR / "demo.json"
        self.ready_file: Path = settings.DATA_DIR / "demo.ready"
        self.ready_file.unlink(missing_ok=True)
        for wanted, name in ((port, "PORT"), (self.simulator_port, "SIMULATOR_PORT")):
            if is_listening(wanted):
                raise CommandError(f"port {wanted} is in use: stop what listens there, or set {name}")

    @property
    def url(self) -> str:
        """Where the web pages are."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def environment(self) -> dict[str, str]:
        """What the demo's processes are told."""
        simulator = f"http://127.0.0.1:{self.simulator_port}"
        return {
            "DATA_DIR": str(settings.DATA_DIR),
            "BASE_URL": self.url,
            "PORT": str(self.port),
            "ALLOWED_HOSTS": "127.0.0.1,localhost",
            "STATIC_ROOT": str(settings.DATA_DIR / "static"),
            "READY_FILE": str(self.ready_file),
            "ALLEGRO_API_URL": simulator,
            "ALLEGRO_AUTH_URL": simulator,
            "ALLEGRO_CLIENT_ID": "simulator-client",
            "ALLEGRO_CLIENT_SECRET": "simulator-secret",
            # A replay makes in minutes the requests of weeks.
            "ALLEGRO_REQUESTS_PER_MINUTE": "1000000",
            "PYTHONUNBUFFERED": "1",
            "PYTHONWARNINGS": "ignore",
        }

    def start(self, supervisor: Supervisor) -> None:
        """Bring everything up and fill it. Raises ChildFailed, Stopped."""
        supervisor.run("migrate", [*MANAGE, "migrate", "--noinput", "--verbosity", "0"])
        supervisor.run("collectstatic", [*MANAGE, "collectstatic", "--noinput", "--verbosity", "0"])
        supervisor.start("simulator", self._simulator_command())
        supervisor.start("web", self._web_command())
        supervisor.wait_for_port("simulator", self.simulator_port)
        supervisor.wait_for_port("web", self.port)
        is_new = not load_state(self.state_file).finished
        if is_new:
            supervisor.run("replay", [*MANAGE, "demo_step", "replay", str(self.state_file)])
        supervisor.start("worker", self._celery("worker", "--concurrency", "2", "--loglevel", "INFO"))
        schedule = str(settings.DATA_DIR / "celerybeat-schedule")
        supervisor.start("beat", self._celery("beat", "--loglevel", "INFO", "--schedule", schedule))
        if is_new:
            supervisor.run("reports", [*MANAGE, "demo_step", "reports", str(self.state_file)])
        self.ready_file.touch()

    def greeting(self) -> str:
        """The last line: where to go and how to sign in."""
        state = load_state(self.state_file)
        seconds = time.monotonic() - self.began
        return f"Ready after {seconds:.0f} s: {self.url} · e-mail {state.email} · password {state.password}"

    def _simulator_command(self) -> list[str]:
        start = timezone.now() - timedelta(weeks=self.weeks)
        return [
            *MANAGE, "simulate_allegro", "--port", str(self.simulator_port), "--start", start.isoformat(),
            "--state", str(settings.DATA_DIR / "simulator"), "--requests-per-minute", "0", "--busy",
        ]  # fmt: skip

    def _web_command(self) -> list[str]:
        return [
            sys.executable, "-m", "gunicorn", "config.wsgi", "--bind", f"127.0.0.1:{self.port}",
            "--workers", "2", "--threads", "4",
        ]  # fmt: skip

    @staticmethod
    def _celery(*arguments: str) -> list[str]:
        return [sys.executable, "-m", "celery", "-A", "config", *arguments]
