"""One reading of a report in this process, measured: `python -m tests.bench.report_probe ENGINE FILE`."""

import json
import sys
import time
from datetime import date
from pathlib import Path

from reports.readers.reader import scan_report
from reports.readers.rows import ReportRow
from reports.readers.sources import open_source
from reports.readers.workbooks import Engine


def main() -> None:
    """Print a JSON object of rows, seconds for cells and for values, and the peak in kilobytes."""
    engine, path = Engine(sys.argv[1]), Path(sys.argv[2])
    started = time.perf_counter()
    with path.open("rb") as source, open_source(source, engine=engine) as sheets:
        rows = sum(1 for _ in sheets[0].rows())
    cells = time.perf_counter() - started
    waiting: list[ReportRow] = []

    def take(row: ReportRow) -> None:
        waiting.append(row)
        if len(waiting) == 500:
            waiting.clear()

    started = time.perf_counter()
    with path.open("rb") as source:
        scan_report(source, file_name=path.name, today=date(2026, 9, 1), take=take, engine=engine)
    whole = time.perf_counter() - started
    found = {"rows": rows - 1, "cells": cells, "values": whole - cells, "peak": _peak()}
    sys.stdout.write(json.dumps(found) + "\n")


def _peak() -> int:
    status = Path("/proc/self/status").read_text()
    return int(next(line for line in status.splitlines() if line.startswith("VmHWM")).split()[1])


if __name__ == "__main__":
    main()
