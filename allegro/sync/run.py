"""One sync run: claim the account, go through the stages, write down what happened, plan the next one."""

import time
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import structlog
from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import AccountStatus, SellerAccount
from allegro.api.client import AllegroClient
from allegro.errors import AllegroError, Forbidden, RateLimited, ReconnectRequired, Rejected
from allegro.grants import Clock, StoredGrant
from allegro.models import SILENT_AFTER, RunKind, RunStatus, RunTrigger, StreamHealth, SyncRun
from allegro.scopes import STREAM_SCOPES, is_wanted, scope_lacking
from allegro.sync import (
    billing,
    campaigns,
    categories,
    details,
    extras,
    journal,
    listing,
    order_history,
    orders,
    products,
    promotions,
    returns,
    terms,
)
from allegro.sync.context import SyncContext
from config.faults import ENDS_THE_WORK
from offers.record.projection import derive_pending

log = structlog.get_logger(__name__)

HEARTBEAT_SECONDS = 5.0
RETRY_AFTER_FAILURE = timedelta(minutes=10)
PENALTY = timedelta(minutes=2)
INTERNAL = "internal"
# The status of a stage whose permission the seller has not given.
SWITCHED_OFF = "switched_off"

Stage = Callable[[SyncContext], None]


class AlreadyRunning(Exception):
    """Another run of this account is alive; there is nothing to do."""


class NotConnected(Exception):
    """The account is disconnected, waits for its seller to connect it again, or is of another Allegro environment."""


def _derive(context: SyncContext) -> None:
    context.counts["derived"] = derive_pending(context.account, context.beat)


STAGES: dict[RunKind, tuple[tuple[str, Stage], ...]] = {
    RunKind.JOURNAL: (
        ("journal", journal.run),
        ("details", details.run),
        ("orders", orders.run),
        ("extras", extras.run),
        ("order_history", order_history.run),
        ("billing_history", billing.run_history),
        ("changes", _derive),
    ),
    RunKind.FULL: (
        ("journal", journal.run),
        ("listing", listing.run),
        ("details", details.run),
        ("promotions", promotions.run),
        ("terms", terms.run),
        ("campaigns", campaigns.run),
        ("categories", categories.run),
        ("orders", orders.run),
        ("extras", extras.run),
        ("products", products.run),
        ("order_history", order_history.run),
        ("returns", returns.run),
        ("billing", billing.run),
        ("billing_history", billing.run_history),
        ("changes", _derive),
    ),
}


def sync_account(
    account: SellerAccount,
    *,
    trigger: RunTrigger,
    kind: RunKind | None = None,
    at: datetime | None = None,
    time_slice: timedelta | None = None,
) -> SyncRun:
    """Run one sync of `account` in its workspace's scope and return the finished run.

    `kind` None lets the account's last full sync decide. `at` pins every instant of the run, for replays. After
    `time_slice` a run ends although offers still wait to be read, and says so by `continues`.
    Raises AlreadyRunning, NotConnected; what Allegro does ends in the run's status and error code. A fault of ours ends
    there too and is raised once the run is over, so that it is reported: as it is, or several as an ExceptionGroup.
    """
    clock: Clock = (lambda: at) if at is not None else timezone.now
    if account.status != AccountStatus.CONNECTED or account.is_elsewhere:
        raise NotConnected("wrong_environment" if account.is_elsewhere else account.status)
    run = claim(account, trigger, kind or due_kind(account, clock()), clock())
    client = AllegroClient(StoredGrant(account, clock), str(account.pk))
    with closing(client):
        context = SyncContext(account, client, clock, _no_beat, run.kind == RunKind.FULL, _timer(time_slice))
        context.beat = _heartbeat(run, context)
        outcome = _run_stages(run, context)
    _finish(run, context, outcome, clock())
    outcome.report()
    return run


def due_kind(account: SellerAccount, now: datetime) -> RunKind:
    """Full when the last full sync is long enough ago, else only journal and orders."""
    last = account.last_full_sync_at
    return RunKind.FULL if last is None or now - last >= settings.FULL_SYNC_INTERVAL else RunKind.JOURNAL


def claim(account: SellerAccount, trigger: RunTrigger, kind: RunKind, now: datetime) -> SyncRun:
    """Start a run; the database allows one running per account. A silent one is declared interrupted first."""
    reap(SyncRun.objects.filter(account=account))
    try:
        with transaction.atomic():
            run: SyncRun = SyncRun.objects.create(
                account=account, trigger=trigger, kind=kind, started_at=now, heartbeat_at=timezone.now()
            )
    except IntegrityError:
        raise AlreadyRunning from None
    return run


def reap(runs: Any) -> int:
    """Close the runs (a queryset) whose worker died. Returns how many."""
    silent = runs.filter(status=RunStatus.RUNNING, heartbeat_at__lt=timezone.now() - SILENT_AFTER)
    closed: int = silent.update(status=RunStatus.INTERRUPTED, error="interrupted", finished_at=timezone.now())
    return closed


def _timer(time_slice: timedelta | None) -> Callable[[], bool]:
    end = time.monotonic() + time_slice.total_seconds() if time_slice else float("inf")
    return lambda: time.monotonic() > end


def _no_beat() -> None:
    """Nothing to say yet."""


def _heartbeat(run: SyncRun, context: SyncContext) -> Callable[[], None]:
    """What a stage calls often: every few seconds it says that the run is alive and how far its stage is."""
    last = time.monotonic()

    def beat() -> None:
        nonlocal last
        if time.monotonic() - last < HEARTBEAT_SECONDS:
            return
        last = time.monotonic()
        if run.stages:
            _note_counts(run.stages[-1], context)
        SyncRun.objects.filter(pk=run.pk).update(
            heartbeat_at=timezone.now(), requests=context.client.requests, stages=run.stages
        )

    return beat


@dataclass
class Outcome:
    """What went wrong in a run: the first error of Allegro's, and every fault of ours."""

    error: AllegroError | None = None
    faults: list[Exception] = field(default_factory=list)

    @property
    def code(self) -> str:
        """What the run is said to have failed of, "" where nothing went wrong."""
        if self.faults:
            return INTERNAL
        return self.error.code if self.error else ""

    @property
    def is_hopeless(self) -> bool:
        """Whether no further stage could read anything."""
        return isinstance(self.error, ReconnectRequired | RateLimited)

    @property
    def is_lasting(self) -> bool:
        """Whether the same full run would end the same way in ten minutes: it comes at its usual time then."""
        return isinstance(self.error, Forbidden | Rejected) if self.error else bool(self.faults)

    def report(self) -> None:
        """Raise the faults, for whatever reports unhandled errors."""
        if len(self.faults) > 1:
            raise ExceptionGroup("several stages failed", self.faults)
        if self.faults:
            raise self.faults[0]


def _run_stages(run: SyncRun, context: SyncContext) -> Outcome:
    """Go through the stages; a stage that fails does not stop the ones that can do without it."""
    outcome = Outcome()
    for name, stage in STAGES[RunKind(run.kind)]:
        if not is_wanted(name, context.account.scopes):
            continue
        entry = _begin_stage(run, name, context)
        if lacking := scope_lacking(name, context.account.scopes):
            # Only what needs the missing permission is left out; the seller is asked to grant it.
            entry.update(status=SWITCHED_OFF, error="scope_missing", scope=lacking)
        else:
            _run_stage(run, entry, stage, context, outcome)
        _end_stage(run, entry, context)
        if outcome.is_hopeless and name != "changes":
            _derive_at_last(context, outcome)
            break
    return outcome


def _run_stage(run: SyncRun, entry: dict[str, Any], stage: Stage, context: SyncContext, outcome: Outcome) -> None:
    """Run one stage and note in `entry` and `outcome` how it ended. Raises what ends the whole run."""
    name = entry["stage"]
    try:
        stage(context)
        entry["status"] = "succeeded"
        if name in STREAM_SCOPES:
            StreamHealth.note_success(context.account, name, context.clock())
    except AllegroError as error:
        _note_failure(entry, error, context)
        outcome.error = outcome.error or error
    except ENDS_THE_WORK:
        entry.update(status="failed", error=INTERNAL)
        StreamHealth.note_failure(context.account, name, context.clock(), INTERNAL, "")
        _end_stage(run, entry, context)
        _fail(run, context)
        raise
    except Exception as fault:
        _note_fault(entry, fault, context)
        outcome.faults.append(fault)


def _derive_at_last(context: SyncContext, outcome: Outcome) -> None:
    """What was recorded before the run broke off is told all the same."""
    try:
        derive_pending(context.account, context.beat)
    except ENDS_THE_WORK:
        raise
    except Exception as fault:
        outcome.faults.append(fault)


def _note_failure(entry: dict[str, Any], error: AllegroError, context: SyncContext) -> None:
    stage, account = entry["stage"], context.account
    log.warning(
        "stage_failed", stage=stage, account=str(account.pk), error=error.code, why=str(error), trace_id=error.trace_id
    )
    entry.update(status="failed", error=error.code, trace_id=error.trace_id)
    StreamHealth.note_failure(account, stage, context.clock(), error.code, error.trace_id)


def _note_fault(entry: dict[str, Any], fault: Exception, context: SyncContext) -> None:
    stage, account = entry["stage"], context.account
    log.warning("stage_failed", stage=stage, account=str(account.pk), error=INTERNAL, exc_info=fault)
    entry.update(status="failed", error=INTERNAL)
    if stage in STREAM_SCOPES:
        StreamHealth.note_failure(account, stage, context.clock(), INTERNAL, "")


def _begin_stage(run: SyncRun, name: str, context: SyncContext) -> dict[str, Any]:
    started_at = context.clock().isoformat()
    context.counts, context.failures, context.progress = Counter(), [], None
    entry: dict[str, Any] = {"stage": name, "status": "running", "started_at": started_at, "counts": {}}
    run.stages.append(entry)
    run.heartbeat_at = timezone.now()
    run.save(update_fields=["stages", "heartbeat_at"])
    return entry


def _end_stage(run: SyncRun, entry: dict[str, Any], context: SyncContext) -> None:
    entry["finished_at"] = context.clock().isoformat()
    _note_counts(entry, context)
    if context.failures:
        entry["failures"] = context.failures
    run.requests = context.client.requests


def _note_counts(entry: dict[str, Any], context: SyncContext) -> None:
    entry["counts"] = {name: count for name, count in sorted(context.counts.items()) if count}
    if context.progress:
        entry["progress"] = list(context.progress)


def _fail(run: SyncRun, context: SyncContext) -> None:
    """Close a run that cannot go on, plan the next one, and let the reason be reported."""
    now = context.clock()
    run.status, run.error, run.finished_at = RunStatus.FAILED, INTERNAL, now
    run.save()
    _plan(context.account, now + RETRY_AFTER_FAILURE)


def _finish(run: SyncRun, context: SyncContext, outcome: Outcome, now: datetime) -> None:
    succeeded = [entry for entry in run.stages if entry["status"] == "succeeded"]
    is_complete = not outcome.code
    run.continues = is_complete and context.continues
    run.status = RunStatus.SUCCEEDED if is_complete else RunStatus.PARTIAL if len(succeeded) > 1 else RunStatus.FAILED
    run.error = outcome.code
    run.finished_at = now
    run.requests = context.client.requests
    run.save()
    done: dict[str, datetime] = {"last_synced_at": now} if is_complete and not run.continues else {}
    if context.is_full and (is_complete or outcome.is_lasting):
        # Else a refusal, or a fault of ours, would make every run a full one for as long as it lasts.
        done["last_full_sync_at"] = now
    if done:
        SellerAccount.objects.filter(pk=context.account.pk).update(**done)
    if not isinstance(outcome.error, ReconnectRequired):
        _plan(context.account, now + _pause_after(outcome))


def _pause_after(outcome: Outcome) -> timedelta:
    if isinstance(outcome.error, RateLimited):
        return PENALTY
    return settings.JOURNAL_INTERVAL if not outcome.code or outcome.is_lasting else RETRY_AFTER_FAILURE


def _plan(account: SellerAccount, at: datetime) -> None:
    SellerAccount.objects.filter(pk=account.pk, status=AccountStatus.CONNECTED).update(next_sync_at=at)
