"""Read a file in a process of its own, which a hostile file may kill without harm.

The process has limits of memory and time, no secrets in its environment, and no name for the file: it inherits an open
descriptor of a temporary file that is already unlinked. It first reads with the fast parser; if that fails or kills
the process, a second process reads with the reference. Its error output is thrown away; what a person is told is a
refusal.
"""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Any, Final

from reports.readers.given import GivenColumns
from reports.readers.limits import DEFAULT_LIMITS, Limits
from reports.readers.reader import ReportReading, finished
from reports.readers.refusals import Refusal, ReportRefused
from reports.readers.rows import ReportRow
from reports.readers.shapes import FileShape
from reports.readers.transport import given_document, parse_rows, parse_scan, parse_shape
from reports.readers.workbooks import Engine

MODULE: Final = "reports.readers.child"
ROOT: Final = Path(__file__).resolve().parents[2]
# Nothing else of the environment is handed on: it holds the keys to the database and to Allegro.
ENVIRONMENT: Final = {"LANG": "C.UTF-8", "PYTHONDONTWRITEBYTECODE": "1", "MALLOC_ARENA_MAX": "2"}
LONGEST_LINE: Final = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Bounds:
    """What one process may use: bytes of address space, seconds of computing, seconds until it is killed."""

    memory: int = 512 * 1024 * 1024
    cpu_seconds: int = 180
    wall_seconds: float = 240


class ReaderFailed(Exception):
    """The reading process met an error of our own; its message names the place, never what a file holds."""


class _Lost(Exception):
    """The process ended without an answer: `reason` is "memory", "time" or "crash"."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(slots=True)
class _Answer:
    """What a process has said so far."""

    on_progress: Callable[[int], None] | None
    rows: list[ReportRow] = field(default_factory=list)
    last: dict[str, Any] | None = None

    def take(self, document: dict[str, Any]) -> None:
        if "progress" in document:
            if self.on_progress:
                self.on_progress(document["progress"])
        elif "rows" in document:
            self.rows += parse_rows(document["rows"])
        else:
            self.last = document


def read_isolated(
    content: bytes,
    *,
    file_name: str,
    today: date,
    given: GivenColumns | None = None,
    on_progress: Callable[[int], None] | None = None,
    limits: Limits = DEFAULT_LIMITS,
    bounds: Bounds = Bounds(),
) -> ReportReading:
    """Read a report as `reports.readers.reader.read_report` does, in a process that can be lost.

    What `on_progress` raises ends the reading and is raised again. Raises `ReportRefused`, also (TOO_HEAVY) where the
    process died or overran its bounds, and `ReaderFailed`.
    """
    request = {"look": False, "today": today.isoformat(), "given": given_document(given)}
    answer = _ask(content, request | _common(file_name, limits), on_progress, bounds)
    if "scan" not in (answer.last or {}):
        raise ReaderFailed("no scan")
    return finished(parse_scan(answer.last["scan"]), answer.rows)  # type: ignore[index]


def inspect_isolated(
    content: bytes,
    *,
    file_name: str,
    limits: Limits = DEFAULT_LIMITS,
    bounds: Bounds = Bounds(),
) -> FileShape:
    """Look at a file as `reports.readers.shapes.inspect_file` does, in a process that can be lost.

    Raises `ReportRefused`, also (TOO_HEAVY) where the process died or overran its bounds, and `ReaderFailed`.
    """
    answer = _ask(content, {"look": True} | _common(file_name, limits), None, bounds, engines=(Engine.REFERENCE,))
    if "shape" not in (answer.last or {}):
        raise ReaderFailed("no shape")
    return parse_shape(answer.last["shape"])  # type: ignore[index]


def _common(file_name: str, limits: Limits) -> dict[str, Any]:
    return {"file_name": file_name, "limits": asdict(limits)}


def _ask(
    content: bytes,
    request: dict[str, Any],
    on_progress: Callable[[int], None] | None,
    bounds: Bounds,
    *,
    engines: tuple[Engine, ...] = (Engine.FAST, Engine.REFERENCE),
) -> _Answer:
    """Ask one process per engine until one has answered; a refusal is an answer."""
    if len(content) > request["limits"]["file_size"]:
        raise ReportRefused(Refusal.TOO_LARGE, size=len(content), limit=request["limits"]["file_size"])
    with TemporaryFile() as file:
        file.write(content)
        file.flush()
        for engine in engines:
            answer = _Answer(on_progress)
            try:
                _run(file, request | {"engine": engine}, answer, bounds)
            except _Lost as lost:
                # Time is not won back by a slower parser.
                if engine is engines[-1] or lost.reason == "time":
                    raise ReportRefused(Refusal.TOO_HEAVY, reason=lost.reason) from lost
                continue
            if _is_final(answer, last=engine is engines[-1]):
                break
    return answer


def _is_final(answer: _Answer, *, last: bool) -> bool:
    """Raise what the answer comes to; False where another engine may do better."""
    document = answer.last or {}
    if "failed" in document:
        if last:
            raise ReaderFailed(f"{document['failed']} at {' < '.join(reversed(document['stack']))}")
        return False
    if "refused" in document:
        raise ReportRefused(Refusal(document["refused"]), **document["context"])
    return True


def _run(file: IO[bytes], request: dict[str, Any], answer: _Answer, bounds: Bounds) -> None:
    """Let one process answer. Raises _Lost."""
    file.seek(0)
    with _process(file.fileno()) as process:
        killed = threading.Event()

        def overrun() -> None:
            killed.set()
            process.kill()

        timer = threading.Timer(bounds.wall_seconds, overrun)
        timer.daemon = True
        timer.start()
        try:
            _send(process, request, file.fileno(), bounds)
            for line in _lines(process):
                answer.take(json.loads(line))
            status = process.wait()
        finally:
            timer.cancel()
    if killed.is_set() or status == -24:  # SIGXCPU
        raise _Lost("time")
    if status or answer.last is None:
        raise _Lost("crash")
    if "lost" in answer.last:
        raise _Lost(str(answer.last["lost"]))


@contextmanager
def _process(descriptor: int) -> Iterator["subprocess.Popen[bytes]"]:
    """Start a process that can read one descriptor; it is dead when the block ends, however it ends."""
    with subprocess.Popen(
        [sys.executable, "-s", "-W", "ignore", "-m", MODULE],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd=ROOT,
        env=ENVIRONMENT | {"TMPDIR": os.environ.get("TMPDIR", "/tmp")},  # noqa: S108 - what Python itself falls back to
        pass_fds=(descriptor,),
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def _send(process: "subprocess.Popen[bytes]", request: dict[str, Any], descriptor: int, bounds: Bounds) -> None:
    use = {"descriptor": descriptor, "memory": bounds.memory, "seconds": bounds.cpu_seconds}
    stdin = process.stdin
    if stdin is None:
        raise ReaderFailed("no standard input")
    try:
        stdin.write(json.dumps(request | use).encode() + b"\n")
        stdin.close()
    except BrokenPipeError as error:
        raise _Lost("crash") from error


def _lines(process: "subprocess.Popen[bytes]") -> Iterator[bytes]:
    """The whole lines of the process; half a line is all that a killed one may leave."""
    stdout = process.stdout
    if stdout is None:
        raise ReaderFailed("no standard output")
    while line := stdout.readline(LONGEST_LINE):
        if line.endswith(b"\n"):
            yield line
