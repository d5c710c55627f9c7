"""Every page on a workspace of 10,000 offers with two years of history: server time, queries, weight.

`python -m tests.bench pages [--offers 10000] [--days 730] [--changes 600000]`

Times are medians over requests through Django's test client, in this process and without DEBUG; `cpu` is what of it
this process worked, without the database, which tells more where other programs keep the machine busy. A page over
100 ms or 300 kB is marked with "!". Before and after stands how long a fixed piece of work took: by it figures of
different hours and machines are compared.
"""

import gzip
import re
import time
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from statistics import median
from typing import Any

from tests.bench.figures import say
from tests.bench.large_workspace import LargeWorkspace, make_large_workspace
from tests.bench.scratch import scratch_servers

REPEATS = 7
SLOW_MS = 100
HEAVY_BYTES = 300_000
# The chart's library comes only where a chart is, and after the page.
CHART_LIBRARY = re.compile(r"echarts|chart-library", re.IGNORECASE)
STATIC_FILE = re.compile(r'(?:href|src)="/static/([^"?#]+\.(?:css|js))"')


@dataclass(frozen=True, slots=True)
class Page:
    """What is asked for; `fragment` names the element that htmx would put the answer into."""

    name: str
    address: str
    fragment: str = ""
    signed_in: bool = True


def add_options(parser: ArgumentParser) -> None:
    """The command's options."""
    parser.add_argument("--offers", type=int, default=10_000)
    parser.add_argument("--days", type=int, default=730, help="length of the history")
    parser.add_argument("--changes", type=int, default=600_000, help="rows of changes, sales among them")
    parser.add_argument("--only", default="", help="measure only pages whose name has this in it")
    parser.add_argument("--explain", type=int, default=0, help="show queries that take so many milliseconds")


def run(options: Namespace) -> None:
    """Print the figures."""
    with scratch_servers(DEBUG="false", ALLOWED_HOSTS="testserver") as folder:
        import django  # noqa: PLC0415 - the environment must be set first

        django.setup()
        from django.conf import settings  # noqa: PLC0415
        from django.core.management import call_command  # noqa: PLC0415

        settings.STATIC_ROOT = str(folder / "static")
        call_command("migrate", interactive=False, verbosity=0)
        call_command("collectstatic", interactive=False, verbosity=0)
        began = time.perf_counter()
        workspace = make_large_workspace(options)
        say(f"{options.offers:,} offers, {options.days} days, filled in {time.perf_counter() - began:.0f} s\n")
        _measure(workspace, options)


def _measure(workspace: LargeWorkspace, options: Namespace) -> None:
    from django.test import Client  # noqa: PLC0415 - needs Django

    member, guest = Client(), Client()
    member.force_login(workspace.owner.user)
    say(f"yardstick: {_yardstick():.0f} ms\n")
    say(f"{'page':<44} {'ms':>7} {'fastest':>8} {'cpu':>5} {'queries':>8} {'kB':>7} {'gzip':>6} {'static':>7}")
    for page in _pages(workspace):
        if options.only in page.name:
            say(_line(member if page.signed_in else guest, page))
            if options.explain:
                _tell_slow_queries(member, page, options.explain)
    say(f"\nyardstick: {_yardstick():.0f} ms")


def _yardstick() -> float:
    """Milliseconds for a million multiplications, the fastest of five."""

    def once() -> float:
        began, total = time.perf_counter(), 0
        for number in range(1_000_000):
            total += number * number
        return (time.perf_counter() - began) * 1000

    return min(once() for _ in range(5))


def _pages(workspace: LargeWorkspace) -> Iterator[Page]:
    from django.urls import reverse  # noqa: PLC0415 - needs Django
    from django.utils import timezone  # noqa: PLC0415

    offer, account = f"/offers/{workspace.busy_offer}/", str(workspace.account.pk)
    day = (timezone.now() - timedelta(days=20)).date()
    yield Page("home, signed out", "/", signed_in=False)
    yield Page("dashboard", "/dashboard/")
    yield Page("dashboard: card of the reconciliation", reverse("reports:dashboard_card"), "card")
    for sort in ("title", "price", "stock", "status", "visits", "units", "changed"):
        yield Page(f"catalogue by {sort}", f"/offers/?sort=-{sort}")
    yield Page("catalogue, page 150", "/offers/?page=150")
    yield Page("catalogue, search in titles", "/offers/?q=Etiopia")
    yield Page("catalogue, search by number", "/offers/?q=1500000471")
    yield Page("catalogue, ended ones", "/offers/?status=ENDED&sort=-units")
    yield Page("changes", "/offer-events")
    yield Page("changes of one kind, by hand", "/offer-events?group=price&who=MANUAL")
    yield Page("changes of one field", "/offer-events?field=handling_time")
    yield Page("changes of some offers", "/offer-events?q=Etiopia")
    yield Page("changes with words in the values", "/offer-events?words=warto%C5%9B%C4%87+123")
    yield Page("changes of a month a year ago", f"/offer-events?until={day - timedelta(days=365)}")
    yield Page("changes: anything newer?", "/offer-events?after=", "newer")
    for days in ("28", "84", "365", "all"):
        yield Page(f"offer page, {days} days", f"{offer}?days={days}")
        yield Page(f"chart.json, {days} days", f"{offer}chart.json?days={days}")
    yield Page("chart-changes.json, all days", f"{offer}chart-changes.json?days=all")
    yield Page("offer: card of the reconciliation", reverse("reports:offer_card", args=[workspace.busy_offer]), "card")
    yield Page("offer: reports", reverse("reports:offer_reports", args=[workspace.busy_offer]))
    yield Page("the offer on one day", f"{offer}on/?at={day}")
    yield Page("two days compared", f"{offer}compare/?from={day - timedelta(days=99)}&to={day}")
    yield Page("coverage of the account", f"/offers/coverage/{account}/")
    yield Page("reports", reverse("reports:list"))
    yield Page("reconciliation", reverse("reports:reconciliation"))
    for sort in ("offer", "measure", "status"):
        yield Page(f"reconciliation by {sort}", f"/reconciliation/?sort={sort}")
    yield Page("reconciliation, every report", "/reconciliation/?period=all")
    yield Page("reconciliation, search in titles", "/reconciliation/?q=Etiopia")
    yield Page("reconciliation by day", reverse("reports:reconciliation_days"))
    yield Page("reconciliation by day: chart", reverse("reports:reconciliation_days_chart"))
    yield Page("settings: accounts", reverse("settings:accounts"))
    yield Page("settings: one account", reverse("settings:account", args=[account]))
    yield Page("settings: workspace", reverse("settings:workspace"))


def _line(client: Any, page: Page) -> str:
    from django.db import connection  # noqa: PLC0415 - needs Django
    from django.test.utils import CaptureQueriesContext  # noqa: PLC0415

    _ask(client, page)
    times, work = zip(*sorted(_timed(client, page) for _ in range(REPEATS)), strict=True)
    with CaptureQueriesContext(connection) as queries:
        body = _ask(client, page)
    packed, static = len(gzip.compress(body, 6)), _static_bytes(body)
    slow = "!" if median(times) > SLOW_MS else " "
    heavy = "!" if packed + static > HEAVY_BYTES or len(body) > HEAVY_BYTES else " "
    return (
        f"{page.name:<44} {median(times):>6.0f}{slow} {times[0]:>8.0f} {min(work):>5.0f} {len(queries):>8}"
        f" {len(body) / 1000:>6.0f}{heavy} {packed / 1000:>6.0f} {static / 1000:>7.0f}"
    )


def _timed(client: Any, page: Page) -> tuple[float, float]:
    """Milliseconds on the clock, and of work in this process."""
    began, worked = time.perf_counter(), time.process_time()
    _ask(client, page)
    return (time.perf_counter() - began) * 1000, (time.process_time() - worked) * 1000


def _ask(client: Any, page: Page) -> bytes:
    headers = {"accept-language": "pl"}
    if page.fragment:
        headers |= {"hx-request": "true", "hx-target": page.fragment}
    answer = client.get(page.address, headers=headers)
    if answer.status_code not in (200, 204):
        raise SystemExit(f"{page.address} answered {answer.status_code}")
    return bytes(answer.content)


def _static_bytes(body: bytes) -> int:
    """The style sheets and scripts that the page names, gzipped, without the chart's library."""
    from django.conf import settings  # noqa: PLC0415 - needs Django

    names = {name for name in STATIC_FILE.findall(body.decode()) if not CHART_LIBRARY.search(name)}
    return sum(len(gzip.compress((Path(settings.STATIC_ROOT) / name).read_bytes(), 6)) for name in names)


def _tell_slow_queries(client: Any, page: Page, milliseconds: int) -> None:
    from django.db import connection  # noqa: PLC0415 - needs Django
    from django.test.utils import CaptureQueriesContext  # noqa: PLC0415

    with CaptureQueriesContext(connection) as queries:
        _ask(client, page)
    for query in queries.captured_queries:
        if float(query["time"]) * 1000 >= milliseconds:
            say(f"      {float(query['time']) * 1000:.0f} ms {query['sql'][:1500]}")
