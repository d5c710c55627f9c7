"""A run killed at any point loses nothing and invents nothing: the next one ends where an undisturbed one would."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from accounts.scoping import workspace_scope
from allegro.api.transport import Answer, Question, Transport
from allegro.models import SILENT_AFTER, RunStatus, SyncRun
from tests.allegro.conftest import START, Linked, World, link
from tests.allegro.record_rows import Rows, assert_rebuilding_changes_nothing, outcome

FREE_DELIVERY = "7b92e0d4-1c3f-4e58-a6d7-0f8c4412be02"
CUTS = 3
WRITES = ("INSERT", "UPDATE", "DELETE")


class Killed(BaseException):
    """What kill -9 does, as far as one process can play it: nothing catches it, and open transactions roll back."""


@dataclass
class Fuse:
    """Counts down to the kill; never burns out when `left` is negative."""

    left: int = -1
    counted: int = 0

    def burn(self) -> None:
        self.counted += 1
        if self.counted == self.left:
            raise Killed


Arm = Callable[[Fuse], Any]


@contextmanager
def at_requests(fuse: Fuse) -> Iterator[None]:
    """Die after a request was sent and before its answer is used."""
    send = Transport._send

    def dying(self: Transport, question: Question, token: str) -> Answer:
        answer = send(self, question, token)
        fuse.burn()
        return answer

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Transport, "_send", dying)
        yield


@contextmanager
def at_writes(fuse: Fuse) -> Iterator[None]:
    """Die before a row is written."""

    def dying(execute: Any, sql: str, parameters: Any, many: bool, context: Any) -> Any:
        if sql.startswith(WRITES):
            fuse.burn()
        return execute(sql, parameters, many, context)

    with connection.execute_wrapper(dying):
        yield


def begin(world: World) -> Linked:
    """A fresh world and a freshly linked account."""
    world.control("POST", "reset", seed=7, start=START)
    return link(world)


def live(world: World) -> None:
    """Some hours in which the seller edits everything that can be edited."""
    offers = [f"{16_310_440_271 + number * 13_577}" for number in range(4)]
    world.move(hours=1)
    world.edit(offers[0], price="61.50")
    world.edit(offers[1], title="Doniczka ceramiczna 25 cm szara", delivery_price_list=FREE_DELIVERY)
    world.move(minutes=7)
    world.edit(offers[0], price="59.00")
    world.edit(offers[2], stock=77)
    world.edit(offers[3], status="ENDED")
    world.quirk("storm", offer_id=offers[1], events=30)
    world.move(hours=4)


def finish(linked: Linked) -> dict[str, Rows]:
    """Resume at the same instant, live on for some hours, and give what the seller is told in the end."""
    world = linked.world
    assert linked.sync().status == RunStatus.SUCCEEDED
    world.move(hours=6)
    assert linked.sync().status == RunStatus.SUCCEEDED
    assert_rebuilding_changes_nothing(linked.account)
    return outcome(linked.account)


def run_killed(linked: Linked, arm: Arm, fuse: Fuse) -> None:
    with arm(fuse), suppress(Killed):
        linked.sync()
        return
    # The database itself has seen no error; only the transaction around the test was marked.
    connection.set_rollback(False)
    SyncRun.objects.filter(account=linked.account).update(heartbeat_at=timezone.now() - 2 * SILENT_AFTER)


def story(world: World, arm: Arm, fuse: Fuse, *, first: bool) -> dict[str, Rows]:
    """The same life each time; `fuse` burns in the first sync or in the one after the edits."""
    linked = begin(world)
    with workspace_scope(linked.workspace):
        if first:
            run_killed(linked, arm, fuse)
        linked.sync()
        live(world)
        if not first:
            run_killed(linked, arm, fuse)
        return finish(linked)


@pytest.mark.parametrize(
    ("arm", "first"),
    [
        pytest.param(at_requests, False, id="at_requests-later-sync", marks=pytest.mark.soak),
        pytest.param(at_writes, True, id="at_writes-first-sync"),
        pytest.param(at_requests, True, id="at_requests-first-sync", marks=pytest.mark.soak),
        pytest.param(at_writes, False, id="at_writes-later-sync", marks=pytest.mark.soak),
    ],
)
@pytest.mark.django_db
def test_a_run_killed_anywhere_ends_where_an_undisturbed_one_would(
    world: World, arm: Arm, first: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("allegro.sync.run.HEARTBEAT_SECONDS", 0.0)  # as many writes each time
    whole = Fuse()
    expected = story(world, arm, whole, first=first)
    assert {row[9] for row in expected["changes"]} >= {"exact", "interval", "overtaken", "several"}
    assert whole.counted > CUTS
    # Which offers the rotation takes depends on our own random ids, so a run may be a request or two shorter.
    fuses = [Fuse(1 + number * (whole.counted - 1) // (CUTS - 1)) for number in range(CUTS)]
    for fuse in fuses:
        assert story(world, arm, fuse, first=first) == expected, f"killed at {fuse.left} of {whole.counted}"
    # Several offers are asked for side by side, so some requests come after the fatal one.
    assert sum(fuse.counted >= fuse.left for fuse in fuses) >= CUTS - 1
