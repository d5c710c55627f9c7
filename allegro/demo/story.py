"""What the demo does once the servers run: a seller signs up, links, lives twelve weeks and uploads their reports.

Each step that is done is noted, so that it is not done again.
"""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.utils import timezone

from accounts.commands import account_scope
from allegro.demo.replay import Progress, SimulatorControl, replay, whole_weeks
from allegro.demo.seller import DemoSeller
from allegro.demo.state import DemoState, load_state, save_state
from allegro.ratelimit import shared_budget


def replay_life(path: Path) -> None:
    """Sign up, link and replay, as far as not done yet. Needs the web server and the simulator."""
    state = load_state(path)
    seller = _seller(state)
    simulator = SimulatorControl(settings.ALLEGRO_API_URL)
    if not state.signed_up:
        seller.sign_up()
        state.signed_up = True
        save_state(path, state)
    if not state.account_id:
        seller.sign_in()
        state.linked_at = simulator.now().isoformat()
        state.account_id = seller.link_account()
        save_state(path, state)
    if not state.replayed:
        shared_budget().forgive()
        with account_scope(state.account_id) as account:
            replay(account, simulator, timezone.now(), Progress("Replaying the seller's life").show)
        simulator.go_live()
        state.replayed = True
        save_state(path, state)


def upload_reports(path: Path) -> None:
    """Upload what the seller downloads: two files for every whole week replayed, the rest once. Needs a worker too.

    What is uploaded already is left out.
    """
    state = load_state(path)
    seller = _seller(state)
    simulator = SimulatorControl(settings.ALLEGRO_API_URL)
    weeks = whole_weeks(datetime.fromisoformat(state.linked_at) - timedelta(days=1), timezone.now())
    downloads = list(_downloads(weeks))
    progress = Progress("Uploading reports")
    seller.sign_in()
    for number, (name, since, until, options) in enumerate(downloads, 1):
        key = f"{name} {since.isoformat()}"
        if key not in state.uploaded:
            seller.upload(state.account_id, *simulator.export(name, since, until, **options))
            state.uploaded.append(key)
            save_state(path, state)
        progress.show(number / len(downloads))
    state.finished = True
    save_state(path, state)


def _downloads(weeks: Sequence[tuple[date, date]]) -> Iterator[tuple[str, date, date, dict[str, str]]]:
    """File, days and options of everything to be uploaded."""
    for number, (since, until) in enumerate(weeks, 1):
        # Sellers use both languages of the Sales Center; the reader must not care.
        language = {"language": "pl" if number % 2 else "en"}
        # The newest week was exported a day too early, as happens: its comparison shows what that looks like.
        early = {"discrepancy": "stale"} if number == len(weeks) else {}
        yield "sales-by-offer.xlsx", since, until, language | early
        yield "ads-oferty.xlsx", since, until, language
    if weeks:
        first, last = weeks[0][0], weeks[-1][1]
        for name in ("ads-kampanie.xlsx", "offers.xlsm", "orders.csv", "billing.csv", "payments.xlsx"):
            yield name, first, last, {}


def _seller(state: DemoState) -> DemoSeller:
    return DemoSeller(settings.BASE_URL, Path(settings.EMAIL_FILE_PATH), state.email, state.password)
