"""A real Chromium against a live server, a real Celery worker and the simulator."""

import os
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from shutil import which
from typing import Any

import pytest
import requests
from celery.contrib.testing.worker import start_worker
from django.core import mail
from kombu import Queue
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Error, Page, Playwright, sync_playwright
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from allegro.simulator import server
from config.celery import app
from tests.browser.accessibility import accessibility_faults

PREHISTORY_DAYS = 20
# What Chromium says of a navigation when another one, the page's own, got in between.
OVERTAKEN = ("ERR_ABORTED", "Not attached to an active page")


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as running:
        yield running


@pytest.fixture(scope="session")
def chromium(playwright: Playwright) -> Iterator[Browser]:
    """Debian's Chromium; its own sandbox does not work for root, and these pages are ours."""
    executable = which("chromium") or pytest.fail("Chromium is missing: scripts/ensure-chromium.sh installs it")
    browser = playwright.chromium.launch(executable_path=executable, args=["--no-sandbox", "--disable-gpu"])
    yield browser
    browser.close()


@pytest.fixture(scope="session")
def running_simulator() -> Iterator[server.RunningSimulator]:
    simulator = server.start(seed=7, port=0, prehistory_days=PREHISTORY_DAYS)
    yield simulator
    simulator.stop()


@dataclass(frozen=True)
class SimulatorButtons:
    """What the tests do at the simulator that a person would do in its panel."""

    url: str

    def post(self, path: str, document: dict[str, object]) -> None:
        """Use one of its controls."""
        requests.post(f"{self.url}/_simulator/{path}", json=document, timeout=30).raise_for_status()

    def report(self, since: date, until: date) -> bytes:
        """The Sales by offer file of a period."""
        answer = requests.get(
            f"{self.url}/_simulator/exports/sales-by-offer.xlsx?from={since}&to={until}&language=pl", timeout=30
        )
        answer.raise_for_status()
        return answer.content


@pytest.fixture
def simulator(running_simulator: server.RunningSimulator, settings: Settings) -> SimulatorButtons:
    """A fresh world that began just now and lives in real time, as the worker does."""
    buttons = SimulatorButtons(running_simulator.url)
    start = datetime.now(UTC).isoformat()
    buttons.post("reset", {"seed": 7, "start": start, "prehistory_days": PREHISTORY_DAYS})
    buttons.post("clock", {"live": True})
    settings.ALLEGRO_API_URL = settings.ALLEGRO_AUTH_URL = running_simulator.url
    directives = {**settings.CONTENT_SECURITY_POLICY["DIRECTIVES"]}
    directives["form-action"] = ["'self'", running_simulator.url]
    directives["img-src"] = ["'self'", "data:", running_simulator.url]
    settings.CONTENT_SECURITY_POLICY = {"DIRECTIVES": directives}
    return buttons


@pytest.fixture
def worker(transactional_db: None) -> Iterator[None]:
    """A Celery worker in a thread, taking tasks from this test's own queue."""
    queue = f"test-{os.environ.get('PYTEST_XDIST_WORKER', 'alone')}"
    before = app.conf.task_default_queue
    app.conf.task_default_queue = queue
    app.amqp.queues.select_add(Queue(queue))
    with start_worker(app, pool="solo", perform_ping_check=False, queues=[queue], shutdown_timeout=20):
        yield
    app.conf.task_default_queue = before


@dataclass
class Visitor:
    """One person's browser window on the live server, and everything that went wrong in it."""

    page: Page
    base_url: str
    faults: list[str] = field(default_factory=list)

    def note(self, message: ConsoleMessage) -> None:
        """Remember an error that the browser's console shows."""
        if message.type == "error":
            self.faults.append(f"{message.text} ({message.location.get('url')} on {self.page.url})")

    def go(self, path: str) -> None:
        """Open a page of the product."""
        self._navigate(lambda: self.page.goto(self.base_url + path))

    def reload(self) -> None:
        """Load the page anew."""
        self._navigate(self.page.reload)

    def _navigate(self, step: Callable[[], object]) -> None:
        """A page that follows a sync reloads itself when that ends, and the later navigation aborts the earlier."""
        try:
            step()
        except Error as error:
            if not any(sign in str(error) for sign in OVERTAKEN):
                raise
            self.page.wait_for_load_state()
            step()

    def confirmation_link(self) -> str:
        """The path of the link in the newest mail."""
        body = str(mail.outbox[-1].body)
        return next(word for word in body.split() if "/accounts/confirm-email/" in word).split("/", 3)[3]

    def look(self, path: str) -> None:
        """Open a page and note what axe finds on it, and whether it is wider than the window."""
        self.go(path)
        self.look_here()

    def look_here(self) -> None:
        """The same of the page that is open."""
        self.page.wait_for_load_state("networkidle")
        self.faults += accessibility_faults(self.page)
        if not self.has_no_sideways_scroll():
            self.faults.append(f"{self.page.url} scrolls sideways")

    def has_no_sideways_scroll(self) -> bool:
        """Whether the page fits the window's width."""
        return bool(self.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"))


def open_window(context: BrowserContext, live_server: LiveServer) -> Visitor:
    """A window that notes console errors, uncaught exceptions and policy violations."""
    visitor = Visitor(context.new_page(), live_server.url)
    page = visitor.page
    page.on("console", visitor.note)
    page.on("pageerror", lambda error: visitor.faults.append(str(error)))
    return visitor


def both(usual: str, other: str) -> list[Any]:
    """Two looks of the same pages: `make test` takes the usual one, `make soak` the other."""
    return [usual, pytest.param(other, marks=pytest.mark.soak)]


@pytest.fixture(params=both("en-desktop-dark", "pl-phone-light"))
def visitor(
    request: pytest.FixtureRequest, chromium: Browser, worker: None, live_server: LiveServer, settings: Settings
) -> Iterator[Visitor]:
    """A newcomer, once in English on a desktop in the dark, once in Polish on a phone."""
    language, device, theme = request.param.split("-")
    settings.BASE_URL = live_server.url
    width, height = (1280, 900) if device == "desktop" else (390, 844)
    context = chromium.new_context(
        locale=language,
        viewport={"width": width, "height": height},
        color_scheme="dark" if theme == "dark" else "light",
    )
    yield open_window(context, live_server)
    with suppress(Exception):
        context.close()
