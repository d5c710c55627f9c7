"""Celery tasks: load, scope, call. An argument is always an id."""

from datetime import timedelta

import structlog
from celery import shared_task
from django.utils import timezone

from accounts.models import AccountStatus, SellerAccount
from accounts.scoping import every_workspace, workspace_scope
from allegro.models import RunKind, RunTrigger, SyncRun
from allegro.sync.run import AlreadyRunning, NotConnected, reap, sync_account

log = structlog.get_logger(__name__)

# An account handed to a worker is not handed out again for this long; the run itself plans the real next time.
LEASE = timedelta(minutes=30)


@shared_task(name="allegro.tasks.dispatch_due_accounts")
def dispatch_due_accounts() -> int:
    """Hand every due account to a worker. Claimed by a conditional update, so doubled ticks do no harm."""
    now = timezone.now()
    dispatched = 0
    with every_workspace():
        due = SellerAccount.objects.filter(status=AccountStatus.CONNECTED, next_sync_at__lte=now)
        for account_id, planned in list(due.order_by("next_sync_at").values_list("pk", "next_sync_at")):
            mine = SellerAccount.objects.filter(pk=account_id, next_sync_at=planned).update(next_sync_at=now + LEASE)
            if mine:
                run_sync.delay(str(account_id), RunTrigger.SCHEDULE)
                dispatched += 1
    return dispatched


@shared_task(name="allegro.tasks.run_sync")
def run_sync(account_id: str, trigger: str, kind: str = "") -> None:
    """Sync one account now, unless a run of it is alive or it is no longer connected."""
    with every_workspace():
        account = SellerAccount.objects.select_related("workspace").filter(pk=account_id).first()
    if account is None:
        return
    with workspace_scope(account.workspace):
        try:
            sync_account(account, trigger=RunTrigger(trigger), kind=RunKind(kind) if kind else None)
        except (AlreadyRunning, NotConnected) as reason:
            log.info("sync_skipped", account=account_id, why=type(reason).__name__)


@shared_task(name="allegro.tasks.reap_interrupted_runs")
def reap_interrupted_runs() -> int:
    """Close runs whose worker was killed, so that the next one may start."""
    with every_workspace():
        return reap(SyncRun.objects.all())
