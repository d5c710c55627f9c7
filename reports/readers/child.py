"""The process that reads one file and may be lost: `python -m reports.readers.child`.

Its limits stand before anything heavy is imported. It gets the request as one JSON line on its standard input and the
file as an open descriptor, and answers in JSON lines on its standard output.
"""

import json
import resource
import sys
import traceback
from typing import TYPE_CHECKING, Any, BinaryIO, Final

if TYPE_CHECKING:
    from reports.readers.rows import ReportRow

ROWS_PER_LINE: Final = 500
MEGABYTE: Final = 1024 * 1024
TEMPORARY_FILES: Final = 400 * MEGABYTE


def main() -> None:
    """Serve one request; the parent tells a lost process by the missing last line."""
    request = json.loads(sys.stdin.readline())
    _limit(request["memory"], request["seconds"])
    try:
        with open(request["descriptor"], "rb") as source:  # noqa: PTH123 - a descriptor has no path
            _say(_answer(request, source))
    except MemoryError:
        _say({"lost": "memory"})
    except Exception as error:
        # Places only: an error's message may hold what a cell held.
        stack = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(error.__traceback__)]
        _say({"failed": type(error).__name__, "stack": stack[-12:]})


def _limit(memory: int, seconds: int) -> None:
    for what, limit in (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_FSIZE, TEMPORARY_FILES),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, 32),
    ):
        _, hard = resource.getrlimit(what)
        lowest = limit if hard == resource.RLIM_INFINITY else min(limit, hard)
        resource.setrlimit(what, (lowest, lowest))


def _answer(request: dict[str, Any], source: BinaryIO) -> dict[str, Any]:
    from reports.readers.refusals import ReportRefused  # noqa: PLC0415 - after the limits

    try:
        return _look(request, source) if request["look"] else _read(request, source)
    except ReportRefused as refused:
        return {"refused": refused.code, "context": dict(refused.context)}


def _look(request: dict[str, Any], source: BinaryIO) -> dict[str, Any]:
    from reports.readers.limits import Limits  # noqa: PLC0415
    from reports.readers.shapes import inspect_file  # noqa: PLC0415
    from reports.readers.transport import shape_document  # noqa: PLC0415

    shape = inspect_file(source, file_name=request["file_name"], limits=Limits(**request["limits"]))
    return {"shape": shape_document(shape)}


def _read(request: dict[str, Any], source: BinaryIO) -> dict[str, Any]:
    from datetime import date  # noqa: PLC0415

    from reports.readers.limits import Limits  # noqa: PLC0415
    from reports.readers.reader import scan_report  # noqa: PLC0415
    from reports.readers.transport import parse_given, rows_document, scan_document  # noqa: PLC0415
    from reports.readers.workbooks import Engine  # noqa: PLC0415

    waiting: list[ReportRow] = []

    def take(row: "ReportRow") -> None:
        waiting.append(row)
        if len(waiting) == ROWS_PER_LINE:
            _say({"rows": rows_document(waiting)})
            waiting.clear()

    scan = scan_report(
        source,
        file_name=request["file_name"],
        today=date.fromisoformat(request["today"]),
        take=take,
        given=parse_given(request["given"]),
        on_progress=lambda rows: _say({"progress": rows}),
        limits=Limits(**request["limits"]),
        engine=Engine(request["engine"]),
    )
    if waiting:
        _say({"rows": rows_document(waiting)})
    return {"scan": scan_document(scan)}


def _say(document: dict[str, Any]) -> None:
    # ASCII: a damaged text may hold half letters, which no encoding takes.
    sys.stdout.write(json.dumps(document, separators=(",", ":")) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
