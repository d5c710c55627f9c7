"""What the record costs: bytes per offer and year, against keeping whole documents, and the speed of deriving it.

`python -m tests.bench record [--weeks 4 --hours 3]`

A busy simulated seller is followed by the real sync over HTTP; then the tables are measured and the record is thrown
away and derived again.
"""

import json
import os
import time
from argparse import ArgumentParser, Namespace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, cast
from unittest.mock import patch

from tests.bench.figures import say
from tests.bench.scratch import scratch_servers

if TYPE_CHECKING:
    from accounts.models import SellerAccount

START = "2026-06-01T08:00:00Z"
SELLER = "44300112"
YEAR = timedelta(days=365)
FACTS = ("offersnapshot", "content", "sharedsnapshot", "offerevent", "partreading")
PROJECTIONS = ("offerchange", "offeruse", "sharedobject", "changebatch")


def add_options(parser: ArgumentParser) -> None:
    """The command's options."""
    parser.add_argument("--weeks", type=float, default=4)
    parser.add_argument("--hours", type=int, default=3, help="between two full syncs")
    parser.add_argument("--seed", type=int, default=7)


def run(options: Namespace) -> None:
    """Print the figures."""
    from allegro.simulator import server  # noqa: PLC0415 - only this bench needs it

    client = {"ALLEGRO_CLIENT_ID": "simulator-client", "ALLEGRO_CLIENT_SECRET": "simulator-secret"}
    with scratch_servers(ALLEGRO_REQUESTS_PER_MINUTE="1000000", **client):
        simulator = server.start(seed=options.seed, start=START, busy=True)
        for name in ("ALLEGRO_API_URL", "ALLEGRO_AUTH_URL"):
            os.environ[name] = simulator.url
        try:
            account = _account(simulator.url)
            _sync_until(account, simulator.url, options.hours, 1)
            before = _sizes()
            span, whole = _follow(account, simulator.url, options)
            _storage(account, span, whole, before)
            _speed(account)
        finally:
            simulator.stop()


def _account(url: str) -> "SellerAccount":
    import django  # noqa: PLC0415 - the environment must be set first

    django.setup()
    from django.core.management import call_command  # noqa: PLC0415

    from accounts.scoping import every_workspace  # noqa: PLC0415
    from allegro.grants import store_tokens  # noqa: PLC0415
    from allegro.oauth import Tokens  # noqa: PLC0415
    from allegro.scopes import CAMPAIGNS, READ_SCOPES  # noqa: PLC0415
    from tests.factories import SellerAccountFactory  # noqa: PLC0415
    from tests.simulator.conftest import Application  # noqa: PLC0415

    call_command("migrate", interactive=False, verbosity=0)
    pair = Application(url).connect(SELLER)
    scopes = (*READ_SCOPES, CAMPAIGNS)
    with every_workspace():
        account = cast("SellerAccount", SellerAccountFactory(allegro_id=SELLER, scopes=list(scopes)))
        tokens = Tokens(pair["access_token"], pair["refresh_token"], pair["expires_in"], scopes)
        store_tokens(account, tokens, datetime.fromisoformat(START))
    return account


def _sync_until(account: "SellerAccount", url: str, hours: int, times: int) -> None:
    """Full syncs, one every few hours of the simulated seller's life."""
    from accounts.scoping import workspace_scope  # noqa: PLC0415 - needs Django
    from allegro.demo.replay import SimulatorControl  # noqa: PLC0415
    from allegro.models import RunKind, RunTrigger  # noqa: PLC0415
    from allegro.sync.run import sync_account  # noqa: PLC0415

    control = SimulatorControl(url)
    now = control.now()
    with workspace_scope(account.workspace):
        for _ in range(times):
            now += timedelta(hours=hours)
            control.move_to(now)
            account.refresh_from_db()
            run = sync_account(account, trigger=RunTrigger.COMMAND, kind=RunKind.FULL, at=now)
            if run.error:
                raise SystemExit(f"the sync at {now} ended with {run.error}: {run.stages}")


def _follow(account: "SellerAccount", url: str, options: Namespace) -> tuple[timedelta, list[int]]:
    """Sync for some weeks. Returns the time followed, and the size in bytes of each whole document read."""
    from allegro.api.client import AllegroClient  # noqa: PLC0415 - needs Django

    sizes: list[int] = []
    original = AllegroClient.product_offer

    def counted(client: AllegroClient, offer_id: str) -> dict[str, Any]:
        document = original(client, offer_id)
        sizes.append(len(json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()))
        return document

    with patch.object(AllegroClient, "product_offer", counted):
        return _watch(account, url, options), sizes


def _watch(account: "SellerAccount", url: str, options: Namespace) -> timedelta:
    times = round(options.weeks * 7 * 24 / options.hours)
    seconds = _timed(lambda: _sync_until(account, url, options.hours, times))
    say(f"record: {options.weeks:g} weeks of a busy seller, a full sync every {options.hours} h, {seconds:.0f} s")
    return timedelta(hours=options.hours * times)


def _sizes() -> dict[str, int]:
    """Bytes of the tables with their indexes, without dead rows."""
    from django.db import connection  # noqa: PLC0415 - needs Django

    with connection.cursor() as cursor:
        for name in FACTS + PROJECTIONS:
            cursor.execute(f"VACUUM FULL offers_{name}")
        cursor.execute(
            "SELECT name, pg_total_relation_size('offers_' || name) FROM unnest(%s::text[]) AS name",
            [list(FACTS + PROJECTIONS)],
        )
        return dict(cursor.fetchall())


def _storage(account: "SellerAccount", span: timedelta, whole: list[int], before: dict[str, int]) -> None:
    from accounts.scoping import workspace_scope  # noqa: PLC0415 - needs Django
    from offers.models import Offer  # noqa: PLC0415

    with workspace_scope(account.workspace):
        offers = Offer.objects.count()
    factor = YEAR / span / offers / 1024
    after = _sizes()
    growth = {name: after[name] - before[name] for name in after}
    say(f"  offers {offers}; whole documents read {len(whole)}, {sum(whole) / len(whole) / 1024:.1f} kB each")
    for title, tables in (("facts", FACTS), ("projections", PROJECTIONS)):
        size = sum(growth[name] for name in tables)
        shares = ", ".join(f"{name} {growth[name] * factor:.0f}" for name in tables)
        say(f"  {title:<16} {size * factor:.0f} kB per offer and year with indexes ({shares})")
    facts = sum(growth[name] for name in FACTS)
    say(f"  whole documents  {sum(whole) * factor:.0f} kB per offer and year, were each read kept as it is")
    say(f"  ratio            facts grow by {facts / sum(whole):.1%} of that; at the start {sum(before.values())} bytes")


def _speed(account: "SellerAccount") -> None:
    from accounts.scoping import workspace_scope  # noqa: PLC0415 - needs Django
    from offers.models import ChangeBatch, Offer, OfferChange, OfferUse  # noqa: PLC0415
    from offers.record.projection import change_rows, derive_pending, rebuild_changes  # noqa: PLC0415

    with workspace_scope(account.workspace):
        before = list(change_rows(account))
        seconds = _timed(lambda: rebuild_changes(account))
        say(f"  rebuild, all right already   {len(before)} changes, {len(before) / seconds:.0f} a second")
        for model in (OfferChange, ChangeBatch, OfferUse):
            model.objects.filter(account=account).delete()
        seconds = _timed(lambda: rebuild_changes(account))
        say(f"  rebuild from nothing         {len(before) / seconds:.0f} changes a second")
        if list(change_rows(account)) != before:
            raise SystemExit("the rebuilt record differs")
        newest = max(row[OfferChange._meta.fields.index(OfferChange._meta.get_field("not_after"))] for row in before)
        marked = Offer.objects.update(derive_from=newest - timedelta(days=1))
        seconds = _timed(lambda: derive_pending(account))
        say(f"  derive the last day again    {marked / seconds:.0f} offers a second")


def _timed(work: Any) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began
