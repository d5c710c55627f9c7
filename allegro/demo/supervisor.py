"""Starts the demo's processes, watches them, and stops every one of them at the end, whatever the end is."""

import os
import signal
import socket
import subprocess
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from types import FrameType

STOP_SECONDS = 15.0
LOG_LINES = 25


class Stopped(Exception):
    """Someone asked the demo to stop."""


class ChildFailed(Exception):
    """A process of the demo ended by itself or did not become ready; the message holds the end of its log."""


class Supervisor:
    """Child processes with their logs. Use as a context manager: leaving it stops them all, last started first."""

    def __init__(self, environment: Mapping[str, str], log_dir: Path) -> None:
        self._environment = {**os.environ, **environment}
        self._log_dir = log_dir
        self._children: list[tuple[str, subprocess.Popen[bytes]]] = []
        self._make_catches_interrupts = _make_catches_interrupts()

    def __enter__(self) -> "Supervisor":
        self._log_dir.mkdir(parents=True, exist_ok=True)
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, _stop)
        return self

    def __exit__(self, *_details: object) -> None:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)  # a second Ctrl-C must not leave half of them running
        for _name, child in reversed(self._children):
            _end(child)

    def start(self, name: str, command: Sequence[str]) -> None:
        """Start a process that is to run until the end, writing to its log."""
        with (self._log_dir / f"{name}.log").open("ab") as log:
            # An own session, so that Ctrl-C on the terminal reaches only us and we stop them in order.
            child = subprocess.Popen(
                command,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self._children.append((name, child))

    def run(self, name: str, command: Sequence[str]) -> None:
        """Run a process to its end, showing what it prints. Raises ChildFailed when it fails."""
        environment = {**self._environment, "LOG_LEVEL": "WARNING"}
        child = subprocess.Popen(command, env=environment, stdin=subprocess.DEVNULL, start_new_session=True)
        self._children.append((name, child))
        while child.poll() is None:
            self.check()
            time.sleep(0.1)
        self._children.remove((name, child))
        if child.returncode:
            raise ChildFailed(f"{name} failed with exit code {child.returncode}")

    def wait_for_port(self, name: str, port: int, seconds: float = 60.0) -> None:
        """Wait until something answers on 127.0.0.1:`port`. Raises ChildFailed."""
        deadline = time.monotonic() + seconds
        while not is_listening(port):
            self.check()
            if time.monotonic() > deadline:
                raise ChildFailed(f"{name} did not start within {seconds:.0f} seconds\n{self._tail(name)}")
            time.sleep(0.1)

    def watch(self) -> None:
        """Stay until a process ends (ChildFailed) or someone asks to stop (Stopped)."""
        while True:
            self.check()
            time.sleep(0.5)

    def check(self) -> None:
        """Raise ChildFailed when a process that should run has ended, Stopped when make was told to stop."""
        if self._make_catches_interrupts and not _make_catches_interrupts():
            raise Stopped
        for name, child in self._children:
            if child.poll():
                raise ChildFailed(f"{name} ended with exit code {child.returncode}\n{self._tail(name)}")

    def _tail(self, name: str) -> str:
        log = self._log_dir / f"{name}.log"
        lines = log.read_text(errors="replace").splitlines()[-LOG_LINES:] if log.exists() else []
        return "\n".join([f"the end of {log}:", *lines])


def is_listening(port: int) -> bool:
    """Whether something accepts connections on 127.0.0.1:`port`."""
    with socket.socket() as probe:
        probe.settimeout(0.3)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _stop(_number: int, _frame: FrameType | None) -> None:
    raise Stopped


def _end(child: subprocess.Popen[bytes]) -> None:
    """Ask the process's whole session to end, and insist where it does not."""
    with suppress(ProcessLookupError):
        os.killpg(child.pid, signal.SIGTERM)
    try:
        child.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        with suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)
        child.wait()


def _make_catches_interrupts() -> bool:
    """Whether our parent is a `make` that catches SIGINT.

    GNU make passes SIGTERM on but not SIGINT, expecting the terminal to have sent it to everybody; it only stops
    catching the signal and waits for us. A `kill -INT` of make alone would then never end.
    """
    try:
        status = Path(f"/proc/{os.getppid()}/status").read_text()
    except OSError:
        return False
    fields = dict(line.split(":\t", 1) for line in status.splitlines() if ":\t" in line)
    return fields.get("Name") == "make" and bool(int(fields["SigCgt"], 16) & (1 << (signal.SIGINT - 1)))
