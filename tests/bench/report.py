"""What reading a report costs: both parsers and the process of its own against pandas, in one run.

`python -m tests.bench report [--rows 100000 --pandas /path/to/python]`

Every reading has a process to itself, which measures its own time and peak. "Cells" is the way from the file's bytes to
rows of cells, with the checks of the container; "values" is what makes checked values of them. pandas is no
requirement: name an interpreter that has pandas and openpyxl.
"""

import json
import random
import subprocess
import sys
import time
from argparse import ArgumentParser, Namespace
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from openpyxl import Workbook

from reports.readers.isolated import read_isolated
from reports.readers.workbooks import Engine
from tests.bench.figures import say

NAME = "sprzedaz-wg-ofert_2026-08-03_2026-08-09.xlsx"
HEADINGS = (
    "ID oferty",
    "Tytuł oferty",
    "Liczba sprzedanych sztuk",
    "Wartość sprzedaży (PLN)",
    "Wizyty",
    "Udział w wartości sprzedaży",
    "Śr. cena oferty",
    "Liczba sztuk na koniec okresu",
    "Liczba transakcji",
)
PANDAS = """
import json, sys, time
import pandas
started, busy = time.perf_counter(), time.process_time()
rows = len(pandas.read_excel(sys.argv[1], engine=sys.argv[2]))
seconds, busy = time.perf_counter() - started, time.process_time() - busy
peak = next(line for line in open("/proc/self/status") if line.startswith("VmHWM")).split()[1]
print(json.dumps({"rows": rows, "cells": seconds, "values": 0, "busy": busy, "peak": int(peak)}))
"""


def add_options(parser: ArgumentParser) -> None:
    """The command's options."""
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--pandas", default=sys.executable, help="an interpreter with pandas and openpyxl")


def run(options: Namespace) -> None:
    """Print the figures."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / NAME
        write_report(path, options.rows)
        say(f"report: {options.rows} rows of {len(HEADINGS)} columns, {path.stat().st_size / 1e6:.1f} MB")
        for engine in Engine:
            _print(engine, probe([sys.executable, "-m", "tests.bench.report_probe", engine, str(path)]))
        _print_whole(path)
        for engine in Engine:
            found = probe([options.pandas, "-c", PANDAS, str(path), engine])
            _print(f"pandas ({engine})", found) if found else say(f"pandas ({engine}): not there, see --pandas")


def write_report(path: Path, rows: int) -> None:
    """Write a "Sales by offer" of a seller who sells something of everything."""
    chance = random.Random(rows)
    book = Workbook(write_only=True)
    sheet = book.create_sheet("Sprzedaż wg ofert")
    sheet.append(HEADINGS)
    for number in range(rows):
        units, price = chance.randrange(50), chance.randrange(100, 90_000) / 100
        title = f"Oferta numer {number} z tytułem średniej długości"
        money = (round(units * price, 2), chance.randrange(5_000), round(2 * chance.random() / rows, 8), price)
        sheet.append((18_000_000_000 + number, title, units, *money, chance.randrange(200), units))
    book.save(path)


def probe(command: list[str]) -> dict[str, Any] | None:
    """What a process of its own measured and printed as JSON; None where it failed."""
    answer = subprocess.run(command, capture_output=True, text=True, check=False)
    return json.loads(answer.stdout) if answer.returncode == 0 else None


def _print(name: str, found: dict[str, Any] | None) -> None:
    if found is None:
        raise SystemExit(f"{name} failed")
    seconds = found["cells"] + found["values"]
    say(
        f"{name}: {seconds:.1f} s ({found['cells']:.1f} cells, {found['values']:.1f} values; {found['busy']:.1f} of "
        f"the processor), {found['rows'] / seconds:,.0f} rows/s, peak {found['peak'] / 1024:.0f} MB"
    )


def _print_whole(path: Path) -> None:
    """The whole way of an upload's bytes to values: process, limits, the way back as JSON."""
    content = path.read_bytes()
    started = time.perf_counter()
    rows = len(read_isolated(content, file_name=NAME, today=date(2026, 9, 1)).rows)
    seconds = time.perf_counter() - started
    say(f"in a process of its own: {seconds:.1f} s, {rows / seconds:,.0f} rows/s")
