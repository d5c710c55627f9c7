"""What the demo does once the servers run: a seller signs up, links, lives twelve weeks and uploads their reports.

Each step that is done is noted, so that it is not done again.
"""

from datetime import datetime, timedelta
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
    """Upload a Sales by offer file for every whole week replayed, as far as not done yet. Needs a worker too."""
    state = load_state(path)
    seller = _seller(state)
    simulator = SimulatorControl(settings.ALLEGRO_API_URL)
    weeks = whole_weeks(datetime.fromisoformat(state.linked_at) - timedelta(days=1), timezone.now())
    progress = Progress("Uploading weekly reports")
    seller.sign_in()
    for number, (since, until) in enumerate(weeks, 1):
        if since.isoformat() not in state.uploaded:
            # Sellers use both languages of the Sales Center; the reader must not care.
            name, content = simulator.sales_by_offer(since, until, "pl" if number % 2 else "en")
            seller.upload(state.account_id, name, content)
            state.uploaded.append(since.isoformat())
            save_state(path, state)
        progress.show(number / len(weeks))
    state.finished = True
    save_state(path, state)


def _seller(state: DemoState) -> DemoSeller:
    return DemoSeller(settings.BASE_URL, Path(settings.EMAIL_FILE_PATH), state.email, state.password)
