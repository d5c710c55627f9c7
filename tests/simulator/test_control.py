"""The clock, the state on disk, the command, and the seller panel."""

import json
import re
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
import requests

from allegro.simulator import server
from allegro.simulator.server import RunningSimulator
from allegro.simulator.state import FILE_NAME, StateUnreadable
from tests.simulator.conftest import GARDEN, SANTOS, START, Application


@pytest.fixture(scope="module")
def running(young: RunningSimulator) -> RunningSimulator:
    """These tests ask nothing of the past."""
    return young


def test_clock_does_not_go_back(application: Application) -> None:
    answer = application.control("/clock", {"now": "2026-03-01T00:00:00Z"})
    assert answer.status_code == 409
    assert "cannot go back" in answer.json()["errors"][0]["message"]
    assert application.control("/clock", {"now": "soon"}).status_code == 400
    assert application.read("/_simulator/clock") == {"now": "2026-03-02T08:00:00.000000Z", "mode": "frozen"}


def test_reset_makes_a_fresh_world_and_drops_tokens_unless_told(application: Application) -> None:
    before = application.read("/_simulator/truth")
    application.control("/reset", {"seed": 5, "start": START, "keep_tokens": True})
    assert application.read("/_simulator/truth") != before
    assert application.get("/me").status_code == 200
    application.control("/reset", {"seed": 7, "start": START})
    assert application.read("/_simulator/truth") == before
    assert application.get("/me").status_code == 401


def test_live_clock_follows_real_time() -> None:
    running = server.start(prehistory_days=2)
    application = Application(running.url)
    first, second = (application.read("/_simulator/clock") for _ in range(2))
    application.session.close()
    running.stop()
    assert first["mode"] == "live"
    assert first["now"] < second["now"]


def test_simulator_imports_nothing_of_the_application() -> None:
    sources = Path(server.__file__).parent.rglob("*.py")
    imported = re.findall(r"^(?:from|import) (\w+)(?:\.(\w+))?", "\n".join(map(Path.read_text, sources)), re.MULTILINE)
    assert not {"django", "accounts", "offers", "reports", "config"} & {top for top, _ in imported}
    assert {inner for top, inner in imported if top == "allegro"} == {"simulator"}


def test_stories_are_described(application: Application) -> None:
    stories = application.read("/_simulator/stories")["stories"]
    assert {story["story"] for story in stories} >= {"price_rise", "title_edit", "out_of_stock", "bad_week"}


def test_panel_lists_offers_and_shows_the_emitted_events(application: Application) -> None:
    assert "Kawa ziarnista Arabica Santos" in application.get("/panel/").text
    assert "Sekator" in application.get("/panel/", seller=GARDEN).text
    page = application.session.post(f"{application.url}/panel/{SANTOS}", data={"price": "81,50"}, timeout=10)
    assert page.status_code == 200
    assert "OFFER_PRICE_CHANGED" in page.text
    silent = application.session.post(f"{application.url}/panel/{SANTOS}", data={"handling_time": "P2D"}, timeout=10)
    assert "OFFER_" not in silent.text.split("<form")[0]
    refused = application.session.post(f"{application.url}/panel/{SANTOS}", data={"title": "Kawa"}, timeout=10)
    assert refused.status_code == 422
    assert 'role="alert"' in refused.text
    ended = application.session.post(f"{application.url}/panel/{SANTOS}", data={"status": "ENDED"}, timeout=10)
    assert "OFFER_ENDED" in ended.text
    assert application.read(f"/sale/product-offers/{SANTOS}/parts", include="price")["sellingMode"]["price"] == {
        "amount": "81.50",
        "currency": "PLN",
    }


def test_state_survives_a_restart(tmp_path: Path) -> None:
    first = server.start(prehistory_days=2, seed=3, start=START, state=tmp_path)
    before = Application(first.url)
    before.control(f"/offers/{SANTOS}", {"price": "61.00"})
    before.move_clock("2026-03-04T12:00:00Z")
    pair = before.connect()
    before.control(f"/offers/{SANTOS}", {"title": "Kawa ziarnista po zmianie"})
    truth = before.read("/_simulator/truth")
    events = before.read("/sale/offer-events", limit=1000)
    before.session.close()
    first.stop()
    second = server.start(seed=99, state=tmp_path)
    after = Application(second.url)
    after.session.headers["Authorization"] = f"Bearer {pair['access_token']}"
    assert after.read("/_simulator/clock")["now"].startswith("2026-03-04T12:00:00")
    refreshed = after.token(grant_type="refresh_token", refresh_token=pair["refresh_token"]).json()
    after.session.headers["Authorization"] = f"Bearer {refreshed['access_token']}"
    assert json.dumps(after.read("/_simulator/truth")).replace(second.url, first.url) == json.dumps(truth)
    assert after.read("/sale/offer-events", limit=1000) == events
    after.session.close()
    second.stop()


@pytest.mark.parametrize("content", ["{", '{"version": 99}', '{"version": 1}', "[]"])
def test_broken_state_names_the_way_out(tmp_path: Path, content: str) -> None:
    (tmp_path / FILE_NAME).write_text(content)
    with pytest.raises(StateUnreadable, match="make demo-reset"):
        server.start(prehistory_days=2, start=START, state=tmp_path)


def test_stopped_server_answers_nobody() -> None:
    running = server.start(prehistory_days=2, start=START)
    session = requests.Session()
    assert session.get(f"{running.url}/_simulator/healthz", timeout=5).ok
    running.stop()
    with pytest.raises(requests.ConnectionError):
        session.get(f"{running.url}/_simulator/healthz", timeout=5)
    session.close()


def test_command_serves_and_stops_cleanly(tmp_path: Path) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [
        sys.executable,
        "-m",
        "allegro.simulator",
        "--port",
        str(port),
        "--start",
        START,
        "--state",
        str(tmp_path),
    ]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout
    assert f"http://127.0.0.1:{port}" in process.stdout.readline()
    assert requests.get(f"http://127.0.0.1:{port}/_simulator/healthz", timeout=5).ok
    process.send_signal(signal.SIGTERM)
    began = time.monotonic()
    assert process.wait(timeout=10) == 0
    assert time.monotonic() - began < 5
    process.stdout.close()
    assert (tmp_path / FILE_NAME).exists()
