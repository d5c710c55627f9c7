"""Writing the rows of a report: COPY against INSERTs by the ORM, and the memory of a worker that reads a whole file.

`python -m tests.bench writing [--rows 100000] [--offers 20000]`
"""

import time
from argparse import ArgumentParser, Namespace
from datetime import date
from decimal import Decimal
from io import BytesIO
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from tests.bench.figures import say
from tests.bench.scratch import scratch_servers

if TYPE_CHECKING:
    from reports.models import Upload
    from reports.readers.reader import ReportReading

FIRST_OFFER = 15_000_000_000
BATCH = 2_000
HEADINGS = ("ID oferty", "Tytuł oferty", "Liczba sprzedanych sztuk", "Wartość sprzedaży (PLN)", "Liczba wizyt",
            "Śr. cena oferty (PLN)", "Liczba sztuk na koniec okresu", "Liczba transakcji")  # fmt: skip


def add_options(parser: ArgumentParser) -> None:
    """The command's options."""
    parser.add_argument("--rows", type=int, default=100_000, help="rows of the report")
    parser.add_argument("--offers", type=int, default=20_000, help="of these, rows of offers that are known")


def run(options: Namespace) -> None:
    """Print the figures."""
    content = _workbook(options.rows)
    with scratch_servers(DEBUG="false", ALLOWED_HOSTS="testserver"):
        import django  # noqa: PLC0415 - the environment must be set first

        django.setup()
        from accounts.scoping import workspace_scope  # noqa: PLC0415

        account = _prepare(options)
        # A process of its own: this one has grown by making the file.
        with get_context("spawn").Pool(1) as pool:
            say(pool.apply(whole_import, (str(account.pk), content)))
        with workspace_scope(account.workspace):
            _both_ways(account, content)


def _workbook(rows: int) -> bytes:
    from openpyxl import Workbook  # noqa: PLC0415 - only this bench needs it

    book = Workbook(write_only=True)
    sheet = book.create_sheet("Sprzedaż wg ofert")
    sheet.append(HEADINGS)
    for n in range(rows):
        price = Decimal(n % 900 + 10) + Decimal("0.9")
        sheet.append((FIRST_OFFER + n, f"Kawa ziarnista {n}", n % 7, price * (n % 7), n % 300, price, n % 50, n % 5))
    file = BytesIO()
    book.save(file)
    return file.getvalue()


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
            upload, _created = receive(account, None, "sprzedaz_2026-08-03_2026-08-09.xlsx", content, read_later=False)
            began = time.perf_counter()
            read(upload)
            took = time.perf_counter() - began
            peaks.append(_peak())
            discard(upload, None)
    first, *after = (f"{peak:.0f}" for peak in peaks)
    return (
        f"writing: {upload.good_rows} rows from {len(content) / 1e6:.1f} MB to the preview in {took:.1f} s\n"
        f"  peak memory of the worker in MB: {first} before, {', '.join(after)} after each of two"
    )


def _both_ways(account: Any, content: bytes) -> None:
    from reports.readers.isolated import read_isolated  # noqa: PLC0415 - needs Django

    reading = read_isolated(content, file_name="sprzedaz_2026-08-03_2026-08-09.xlsx", today=date(2026, 9, 1))
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
