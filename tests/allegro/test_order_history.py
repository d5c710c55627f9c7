"""The orders of the year before an account was linked: all of them, over as many runs as it takes, none twice."""

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from allegro.api.paging import Offsets
from allegro.api.transport import Answer, Question, Transport
from allegro.health import State, read_back, stream_lines
from allegro.management.commands.measure_truth import compare_sales
from allegro.models import SILENT_AFTER, RunKind, RunStatus, RunTrigger, StreamCursor, StreamHealth, SyncRun
from allegro.progress import run_view
from allegro.sync import order_history
from allegro.sync.run import STAGES, sync_account
from offers.calendar import warsaw_day
from offers.models import OrderEvent, OrderHistory, OrderLine
from offers.models.orders import WEEK
from offers.sales.daily import sales_coverage, sales_known_since
from tests.allegro.conftest import SECATEURS, Linked
from tests.allegro.record_rows import assert_rebuilding_changes_nothing

DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)
BOUGHT_SINCE = "lineItems.boughtAt.gte"
ABOUT_ORDERS = {"orders", "order_history", "changes"}


class Killed(BaseException):
    """What kill -9 does."""


@pytest.fixture
def begun(garden: Linked, monkeypatch: pytest.MonkeyPatch) -> Linked:
    """The garden seller just linked; of a run only what is about orders."""
    for kind, stages in STAGES.items():
        monkeypatch.setitem(STAGES, kind, tuple(each for each in stages if each[0] in ABOUT_ORDERS))
    return garden


@pytest.fixture
def year(begun: Linked) -> Linked:
    """The seller's orders so far, as if they had been made over the whole year."""
    simulation = begun.world.running.simulation
    with simulation.lock:
        orders = simulation.world.orders_by_time
        for number, order in enumerate(orders):
            earlier = int((number % 52 * WEEK).total_seconds()) * 10**6
            for line in order.lines:
                object.__setattr__(line, "bought_at", line.bought_at - earlier)
            order.bought_at -= earlier
            order.updated_at -= earlier
        orders.sort(key=lambda order: order.bought_at)
    return begun


def sold_before(linked: Linked) -> list[str]:
    """The line items of the simulated seller's orders, as they are now."""
    simulation = linked.world.running.simulation
    with simulation.lock:
        orders = [order for order in simulation.world.orders_by_time if order.seller_id == linked.account.allegro_id]
        return sorted(line.id for order in orders if not order.gone for line in order.lines)


def held() -> list[str]:
    """The line items in the ledger, each as often as it has a current state."""
    return sorted(OrderLine.objects.filter(superseded_at__isnull=True).values_list("line_item_id", flat=True))


def hurried(linked: Linked, kind: RunKind | None = None) -> SyncRun:
    """A run whose time is up as soon as it has begun."""
    linked.account.refresh_from_db()
    return sync_account(
        linked.account,
        trigger=RunTrigger.COMMAND,
        kind=kind,
        at=linked.world.now,
        time_slice=timedelta(microseconds=1),
    )


def stage(run: SyncRun, name: str = "order_history") -> dict[str, Any]:
    found: dict[str, Any] = next(entry for entry in run.stages if entry["stage"] == name)
    return found


def at_answers(monkeypatch: pytest.MonkeyPatch, act: Callable[[Question], object]) -> None:
    """Let `act` happen after each answer has been given and before it is used."""
    send = Transport._send

    def acting(self: Transport, question: Question, token: str) -> Answer:
        answer = send(self, question, token)
        act(question)
        return answer

    monkeypatch.setattr(Transport, "_send", acting)


def test_the_first_sync_reads_all_orders_that_allegro_keeps(year: Linked) -> None:
    run = year.sync()
    assert run.status == RunStatus.SUCCEEDED
    assert held() == sold_before(year) != []
    history = OrderHistory.objects.get()
    assert history.is_whole
    assert stage(run)["progress"] == [52, 52]
    # What Allegro keeps begins in the middle of a day: the first whole one is the next.
    assert sales_known_since(year.account) == warsaw_day(history.goal) + DAY == warsaw_day(year.world.now) - 364 * DAY
    assert OrderEvent.objects.count() == 0
    assert_rebuilding_changes_nothing(year.account)


def test_what_happens_to_orders_of_the_history_is_told_by_the_journal(begun: Linked) -> None:
    begun.sync()
    begun.world.move(days=9)
    begun.sync(RunKind.JOURNAL)
    assert held() == sold_before(begun)
    assert compare_sales(begun.account) == []
    statuses = OrderLine.objects.filter(superseded_at__isnull=True).values_list("status", flat=True)
    assert {"READY_FOR_PROCESSING", "CANCELLED"} <= set(statuses)
    assert_rebuilding_changes_nothing(begun.account)


def test_what_is_bought_while_the_journal_and_the_history_begin_is_there_once(
    begun: Linked, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Bought after the newest entry was told and before the instant at which the history ends: both bring it."""
    at = begun.world.now + 2 * MINUTE

    def buy(question: Question) -> None:
        if question.endpoint.name == "order-event-stats":
            begun.world.move(minutes=1)
            begun.world.quirk("special_order", lines=[{"offer_id": SECATEURS, "quantity": 3}])
            begun.world.move(minutes=1)

    at_answers(monkeypatch, buy)
    begun.account.refresh_from_db()
    sync_account(begun.account, trigger=RunTrigger.COMMAND, kind=RunKind.FULL, at=at)
    assert OrderEvent.objects.filter(type="BOUGHT").count() >= 1
    assert held() == sold_before(begun)
    monkeypatch.undo()
    begun.world.move(hours=3)
    begun.sync()
    assert held() == sold_before(begun)
    assert compare_sales(begun.account) == []


def test_a_journal_without_any_entry_is_read_from_its_beginning(begun: Linked, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("allegro.api.client.AllegroClient.latest_order_event", lambda _client: None)
    begun.sync()
    assert OrderEvent.objects.exists()
    assert held() == sold_before(begun)


def test_what_a_run_has_no_time_for_is_read_by_the_next(begun: Linked) -> None:
    run = hurried(begun)
    assert run.continues
    history = OrderHistory.objects.get()
    assert (history.weeks_read, history.weeks) == (1, 52)
    assert begun.world.now - history.since == WEEK
    assert sales_known_since(begun.account) == warsaw_day(history.since) + DAY
    # The run that follows at once is one of the short kind.
    hurried(begun, RunKind.JOURNAL)
    assert OrderHistory.objects.get().weeks_read == 2
    assert begun.sync(RunKind.JOURNAL).status == RunStatus.SUCCEEDED
    assert OrderHistory.objects.get().is_whole
    assert held() == sold_before(begun)


def test_a_run_says_how_many_weeks_it_has_read_and_so_does_the_account(begun: Linked) -> None:
    run = hurried(begun)
    [shown] = [each for each in run_view(run).stages if each.weeks]
    assert (shown.weeks_read, shown.weeks) == (1, 52)
    health = StreamHealth.objects.filter(account=begun.account)
    lines = stream_lines(begun.account, health, begun.world.now, read_back(begun.account))
    assert {line.stream for line in lines if line.state == State.READING} == {"order_history"}
    owner = Client()
    owner.force_login(begun.owner)
    owner.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    page = owner.get(reverse("settings:account", args=[begun.account.pk])).content.decode()
    assert "1 of 52 weeks read" in page
    begun.sync()
    page = owner.get(reverse("settings:account", args=[begun.account.pk])).content.decode()
    assert "Read back as far as Allegro keeps it" in page


def test_the_progress_of_a_running_stage_is_stored_on_the_way(begun: Linked, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("allegro.sync.run.HEARTBEAT_SECONDS", 0.0)
    seen: list[tuple[int, int]] = []

    def look(question: Question) -> None:
        if BOUGHT_SINCE in (question.query or {}):
            view = run_view(SyncRun.objects.get())
            seen.append((max(each.weeks_read for each in view.stages), view.percent))

    at_answers(monkeypatch, look)
    begun.sync()
    # A week each time, and further where nothing was bought, a quarter at most.
    assert [weeks for weeks, _percent in seen] == [0, 1, 2, 4, 8, 16, 29, 42]
    assert seen[-1][1] > seen[0][1]


def test_a_killed_run_goes_on_where_it_was_reading(year: Linked, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def die(question: Question) -> None:
        if BOUGHT_SINCE in (question.query or {}):
            asked.append(question.query[BOUGHT_SINCE])
            if len(asked) == 20:
                raise Killed

    at_answers(monkeypatch, die)
    with suppress(Killed):
        year.sync()
    connection.set_rollback(False)
    SyncRun.objects.update(heartbeat_at=timezone.now() - 2 * SILENT_AFTER)
    done = OrderHistory.objects.get()
    assert 19 <= done.weeks_read < 52
    assert year.sync().status == RunStatus.SUCCEEDED
    assert held() == sold_before(year)
    assert len(asked) > 20
    assert all(datetime.fromisoformat(since) < done.since for since in asked[20:])


@pytest.fixture
def small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    """Five orders a page, and no more than ten of a list."""
    for module in ("allegro.api.orders", "allegro.sync.order_history"):
        monkeypatch.setattr(f"{module}.ORDERS", Offsets(5, 10))
    monkeypatch.setattr("allegro.simulator.api_orders.DEEPEST", 10)


@pytest.mark.usefixtures("small_pages")
def test_a_week_with_more_orders_than_can_be_paged_is_cut_by_time(begun: Linked) -> None:
    run = begun.sync()
    assert stage(run)["status"] == "succeeded"
    assert len(held()) > 10
    assert held() == sold_before(begun)


@pytest.fixture
def many_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    """Five orders a page, and no end."""
    for module in ("allegro.api.orders", "allegro.sync.order_history"):
        monkeypatch.setattr(f"{module}.ORDERS", Offsets(5, 10_000))


@pytest.mark.usefixtures("many_pages")
def test_a_week_that_moves_while_it_is_read_is_read_again(begun: Linked, monkeypatch: pytest.MonkeyPatch) -> None:
    gone: list[Any] = []

    def merge(question: Question) -> None:
        """An order of the second page goes up into another one, which pulls later rows over the boundary."""
        if BOUGHT_SINCE in (question.query or {}) and not gone:
            simulation = begun.world.running.simulation
            with simulation.lock:
                mine = [each for each in simulation.world.orders_by_time if each.seller_id == begun.account.allegro_id]
                gone.append(mine[-2])
                simulation.world.orders_by_time.remove(mine[-2])

    at_answers(monkeypatch, merge)
    run = begun.sync()
    assert stage(run)["status"] == "succeeded"
    assert stage(run)["counts"]["weeks_again"] >= 1
    assert set(sold_before(begun)) <= set(held())


@pytest.mark.usefixtures("many_pages")
def test_a_week_that_never_stands_still_is_left_to_the_next_run(begun: Linked, monkeypatch: pytest.MonkeyPatch) -> None:
    pages: list[datetime] = []

    def buy(question: Question) -> None:
        if BOUGHT_SINCE in (question.query or {}):
            begun.world.quirk("special_order", lines=[{"offer_id": SECATEURS}])
            pages.append(begun.world.now)

    at_answers(monkeypatch, buy)
    run = begun.sync()
    assert (stage(run)["status"], stage(run)["error"]) == ("failed", "incomplete_read")
    assert stage(run)["counts"]["weeks_again"] == order_history.TRIES
    history = OrderHistory.objects.get()
    assert (history.since, sales_coverage(begun.account)) == (begun.world.now, None)
    monkeypatch.undo()
    begun.world.move(minutes=20)
    assert begun.sync().status == RunStatus.SUCCEEDED
    assert held() == sold_before(begun)


def test_an_account_whose_journal_was_read_before_keeps_what_it_knows(begun: Linked) -> None:
    """Linked before orders were read back: the journal's 60 days are there, and the rest of the year is read."""
    StreamCursor.advance(begun.account, "orders", "", begun.world.now)
    begun.sync()
    first = OrderEvent.objects.earliest("pk").occurred_at
    history = OrderHistory.objects.get()
    assert (history.begun_at, history.is_whole) == (first + DAY, True)
    assert held() == sold_before(begun)
    assert sales_known_since(begun.account) == warsaw_day(begun.world.now - order_history.KEPT) + DAY
