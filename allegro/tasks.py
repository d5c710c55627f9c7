"""Celery tasks: load, scope, call. An argument is always an id."""

from datetime import timedelta

import structlog
from celery import shared_task
from django.conf import settings
from django.utils import timezone

from accounts.models import SellerAccount
from accounts.scoping import every_workspace, workspace_scope
from allegro import notices
from allegro.grants import renew_if_idle
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
        due = SellerAccount.connected_here().filter(next_sync_at__lte=now)
        for account_id, planned in list(due.order_by("next_sync_at").values_list("pk", "next_sync_at")):
            mine = SellerAccount.objects.filter(pk=account_id, next_sync_at=planned).update(next_sync_at=now + LEASE)
            if mine:
                run_sync.delay(str(account_id), RunTrigger.SCHEDULE)
                dispatched += 1
    return dispatched


@shared_task(name="allegro.tasks.run_sync")
def run_sync(account_id: str, trigger: str, kind: str = "") -> None:
    """Sync one account now, unless a run of it is alive or it is no longer connected.

    A run takes a limited time; with more to read the account joins the queue again, behind those that wait by then.
    """
    with every_workspace():
        account = SellerAccount.objects.select_related("workspace").filter(pk=account_id).first()
    if account is None:
        return
    with workspace_scope(account.workspace):
        try:
            run = sync_account(
                account,
                trigger=RunTrigger(trigger),
                kind=RunKind(kind) if kind else None,
                time_slice=settings.SYNC_TIME_SLICE,
            )
        except (AlreadyRunning, NotConnected) as reason:
            log.info("sync_skipped", account=account_id, why=type(reason).__name__)
            return
    if run.continues:
        run_sync.delay(account_id, RunTrigger.CONTINUATION)


@shared_task(name="allegro.tasks.reap_interrupted_runs")
def reap_interrupted_runs() -> int:
    """Close runs whose worker was killed, so that the next one may start."""
    with every_workspace():
        return reap(SyncRun.objects.all())


@shared_task(name="allegro.tasks.tell_about_ended_grants")
def tell_about_ended_grants() -> int:
    """Write to the people who can reconnect an account whose grant has ended, once for each ending."""
    with every_workspace():
        return notices.tell_about_ended_grants(timezone.now())


@shared_task(name="allegro.tasks.renew_idle_grants")
def renew_idle_grants() -> int:
    """Renew the grants that no sync has used for long, so that they do not die of age. Returns how many."""
    now = timezone.now()
    with every_workspace():
        connected = list(SellerAccount.connected_here().select_related("workspace"))
        return sum(renew_if_idle(account, now) for account in connected)
