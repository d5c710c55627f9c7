"""Faults of ours in the middle of a run: one stage is lost, the rest of the run is not."""

from collections.abc import Callable
from typing import Any

import pytest
from celery.exceptions import SoftTimeLimitExceeded

from allegro.models import RunKind, RunStatus, StreamHealth, SyncRun
from offers.record import parts
from tests.allegro.conftest import SECATEURS, Linked
from tests.allegro.record_rows import changes_of


def failing(error: Exception) -> Callable[..., Any]:
    def fail(*_args: object, **_more: object) -> None:
        raise error

    return fail


def newest_run(linked: Linked) -> SyncRun:
    run: SyncRun | None = SyncRun.objects.filter(account=linked.account).first()
    assert run is not None
    return run


def statuses(run: SyncRun) -> dict[str, str]:
    return {entry["stage"]: entry["status"] for entry in run.stages}


def test_a_document_of_an_unforeseen_shape_costs_one_stage_only(
    garden: Linked, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    garden.first_sync()
    garden.world.move(hours=3)
    garden.world.edit(SECATEURS, price="61.50")
    garden.world.move(minutes=1)
    with monkeypatch.context() as patch:
        patch.setattr(parts, "promotions", failing(KeyError("promotion without an id")))
        with pytest.raises(KeyError):
            garden.sync()
    run = newest_run(garden)
    assert (run.status, run.error) == (RunStatus.PARTIAL, "internal")
    assert {name for name, status in statuses(run).items() if status != "succeeded"} == {"promotions"}
    assert changes_of(garden.account, SECATEURS, field="price", certainty="exact")
    health = StreamHealth.objects.get(account=garden.account, stream="promotions")
    assert (health.error, health.failures_in_a_row) == ("internal", 1)
    [line] = [record.msg for record in caplog.records if "stage_failed" in str(record.msg)]
    assert isinstance(line, dict)
    assert (line["stage"], line["error"], line["exc_info"].__traceback__ is None) == ("promotions", "internal", False)
    garden.account.refresh_from_db()
    # The next run need not be a full one again, and ten minutes would not mend it.
    assert garden.account.last_full_sync_at == garden.world.now
    garden.world.move(hours=3)
    assert garden.sync().status == RunStatus.SUCCEEDED


def test_several_faults_are_all_reported(garden: Linked, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parts, "promotions", failing(KeyError("promotion")))
    monkeypatch.setattr(parts, "unfilled", failing(TypeError("category")))
    with pytest.raises(ExceptionGroup) as caught:
        garden.sync()
    assert [type(error) for error in caught.value.exceptions] == [KeyError, TypeError]
    assert newest_run(garden).error == "internal"


def test_a_run_whose_time_limit_is_reached_ends_there(garden: Linked, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("allegro.sync.orders.record_order_events", failing(SoftTimeLimitExceeded()))
    with pytest.raises(SoftTimeLimitExceeded):
        garden.sync(RunKind.JOURNAL)
    run = newest_run(garden)
    assert (run.status, run.error) == (RunStatus.FAILED, "internal")
    assert list(statuses(run)) == ["journal", "details", "orders"]
    garden.account.refresh_from_db()
    assert garden.account.next_sync_at is not None
    assert garden.account.next_sync_at > garden.world.now
