"""A whole import, split into reading, checking and writing, against pandas; COPY against INSERTs by the ORM; memory.

`python -m tests.bench writing [--rows 100000] [--offers 20000] [--pandas /path/to/python]`

pandas is no requirement: name an interpreter that has pandas, openpyxl, SQLAlchemy and psycopg.
"""

import sys
import time
from argparse import ArgumentParser, Namespace
from datetime import date
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, cast

from psycopg.conninfo import conninfo_to_dict

from config import embedded
from reports.readers.workbooks import Engine
from tests.bench.figures import say
from tests.bench.report import NAME, probe, write_report
from tests.bench.scratch import scratch_servers

if TYPE_CHECKING:
    from reports.models import Upload
    from reports.readers.reader import ReportReading

FIRST_OFFER = 18_000_000_000
BATCH = 2_000
PANDAS = """
import json, sys, time
import pandas
from sqlalchemy import create_engine
begun = time.perf_counter()
frame = pandas.read_excel(sys.argv[1], engine=sys.argv[2])
read = time.perf_counter()
frame.to_sql("by_pandas", create_engine(sys.argv[3]), if_exists="replace", index=False)
done = time.perf_counter()
peak = next(line for line in open("/proc/self/status") if line.startswith("VmHWM")).split()[1]
print(json.dumps({"rows": len(frame), "read": read - begun, "written": done - read, "peak": int(peak)}))
"""


def add_options(parser: ArgumentParser) -> None:
    """The command's options."""
    parser.add_argument("--rows", type=int, default=100_000, help="rows of the report")
    parser.add_argument("--offers", type=int, default=20_000, help="of these, rows of offers that are known")
    parser.add_argument("--pandas", default=sys.executable, help="an interpreter with pandas and SQLAlchemy")


def run(options: Namespace) -> None:
    """Print the figures."""
    with TemporaryDirectory() as folder, scratch_servers(DEBUG="false", ALLOWED_HOSTS="testserver") as data:
        import django  # noqa: PLC0415 - the environment must be set first

        django.setup()
        from accounts.scoping import workspace_scope  # noqa: PLC0415

        path = Path(folder) / NAME
        write_report(path, options.rows)
        content = path.read_bytes()
        account = _prepare(options)
        # A process of its own: this one has grown by making the file.
        with get_context("spawn").Pool(1) as pool:
            say(pool.apply(whole_import, (str(account.pk), content)))
        _split(path, options, embedded.ensure(data).database_url)
        with workspace_scope(account.workspace):
            _both_ways(account, content)


def _split(path: Path, options: Namespace, database_url: str) -> None:
    """How long the file's cells and their checks take alone, and what pandas takes to read and to write."""
    own = probe([sys.executable, "-m", "tests.bench.report_probe", Engine.FAST, str(path)])
    if own is None:
        raise SystemExit("the file could not be read")
    say(f"  of that, alone: reading cells {own['cells']:.1f} s, checking values {own['values']:.1f} s")
    server = conninfo_to_dict(database_url)
    address = f"postgresql+psycopg://{server['user']}@/{server['dbname']}?host={server['host']}"
    for engine in Engine:
        found = probe([options.pandas, "-c", PANDAS, str(path), engine, address])
        if found is None:
            say(f"pandas ({engine}): not there, see --pandas")
            continue
        whole = found["read"] + found["written"]
        say(
            f"pandas ({engine}): {whole:.1f} s ({found['read']:.1f} read_excel, {found['written']:.1f} to_sql), "
            f"{found['rows'] / whole:,.0f} rows/s, peak {found['peak'] / 1024:.0f} MB"
        )


def _prepare(options: Namespace) -> Any:
    from django.core.management import call_command  # noqa: PLC0415 - needs Django
    from django.utils import timezone  # noqa: PLC0415

    from accounts.scoping import every_workspace  # noqa: PLC0415
    from offers.models import Offer  # noqa: PLC0415
    from tests.factories import SellerAccountFactory  # noqa: PLC0415

    call_command("migrate", interactive=False, verbosity=0)
    now = timezone.now()
    with every_workspace():
        account = cast(Any, SellerAccountFactory())
        Offer.objects.bulk_create(
            Offer(account=account, allegro_id=str(FIRST_OFFER + n), title=f"Kawa {n}", first_seen_at=now)
            for n in range(options.offers)
        )
    return account


def whole_import(account_id: str, content: bytes) -> str:
    """The worker's own path from the bytes to the preview, and what it took at its peak; twice, for what stays."""
    import django  # noqa: PLC0415 - in a new process

    django.setup()
    from accounts.commands import account_scope  # noqa: PLC0415 - needs Django
    from reports.reading import read  # noqa: PLC0415
    from reports.uploads import discard, receive  # noqa: PLC0415

    peaks = [_peak()]
    with account_scope(account_id) as account:
        for _ in range(2):
            upload, _created = receive(account, None, NAME, content, read_later=False)
            began = time.perf_counter()
            read(upload)
            took = time.perf_counter() - began
            peaks.append(_peak())
            discard(upload, None)
    first, *after = (f"{peak:.0f}" for peak in peaks)
    return (
        f"writing: {upload.good_rows} rows from {len(content) / 1e6:.1f} MB to the preview in {took:.1f} s, "
        f"{upload.good_rows / took:,.0f} rows/s\n"
        f"  peak memory of the worker in MB: {first} before, {', '.join(after)} after each of two"
    )


def _both_ways(account: Any, content: bytes) -> None:
    from reports.readers.isolated import read_isolated  # noqa: PLC0415 - needs Django

    reading = read_isolated(content, file_name=NAME, today=date(2026, 9, 1))
    took = {"COPY": _timed(account, reading, "copy"), "bulk_create": _timed(account, reading, "insert")}
    for name, seconds in took.items():
        say(f"  {name}: {seconds:.1f} s, {len(reading.rows) / seconds:.0f} rows/s")
    say(f"  bulk_create takes {took['bulk_create'] / took['COPY']:.1f} times as long")


def _timed(account: Any, reading: "ReportReading", way: str) -> float:
    """How long one way takes until its transaction is over, in seconds; its rows are deleted afterwards."""
    from django.db import transaction  # noqa: PLC0415 - needs Django

    from reports.models import Upload, UploadRow  # noqa: PLC0415
    from reports.storing import write_rows  # noqa: PLC0415

    upload = Upload.objects.create(account=account, file_name=way, size=1, sha256=way.ljust(64, "0"))
    began = time.perf_counter()
    with transaction.atomic():
        if way == "copy":
            write_rows(upload, reading)
        else:
            _insert(upload, reading)
    took = time.perf_counter() - began
    if UploadRow.objects.filter(upload=upload).count() != len(reading.rows):
        raise RuntimeError(f"{way} lost rows")
    UploadRow.objects.filter(upload=upload).delete()
    return took


def _insert(upload: "Upload", reading: "ReportReading") -> None:
    """As rows were written before: by the ORM in batches, each with its own look at the offers."""
    from offers.models import Offer  # noqa: PLC0415 - needs Django
    from reports.models import UploadRow  # noqa: PLC0415

    for start in range(0, len(reading.rows), BATCH):
        rows = reading.rows[start : start + BATCH]
        numbers = [str(row.values["offer_id"]) for row in rows]  # type: ignore[index]  # concepts are texts
        offers = dict(
            Offer.objects.filter(account=upload.account_id, allegro_id__in=numbers).values_list("allegro_id", "pk")
        )
        UploadRow.objects.bulk_create(
            UploadRow(
                upload=upload,
                offer_id=offers.get(number),
                row_number=row.number,
                allegro_offer_id=number,
                **{str(concept): value for concept, value in row.values.items() if concept != "offer_id"},
            )
            for number, row in zip(numbers, rows, strict=True)
        )


def _peak() -> float:
    """The largest resident set of this process so far, in MB; `getrusage` would count its parent's as well."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    found = next(line for line in status.splitlines() if line.startswith("VmHWM"))
    return int(found.split()[1]) / 1024
