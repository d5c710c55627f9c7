"""Celery tasks: load, scope, call. An argument is always an id."""

from celery import shared_task
from django.db.models import Exists, F, OuterRef, Q

from accounts.models import SellerAccount
from accounts.scoping import every_workspace, workspace_scope
from reports.models import ReconciledAccount, Upload, UploadRow, UploadStatus
from reports.reading import hand_out_again, link_rows, read, stuck
from reports.reconciliation.projection import rebuild, refresh

# 100,000 rows take half a minute; the largest file that the limits allow stays below five on a slow machine.
SOFT_LIMIT_SECONDS = 10 * 60
HARD_LIMIT_SECONDS = SOFT_LIMIT_SECONDS + 60


@shared_task(name="reports.tasks.read_upload", soft_time_limit=SOFT_LIMIT_SECONDS, time_limit=HARD_LIMIT_SECONDS)
def read_upload(upload_id: str) -> None:
    """Read one upload, unless that was done already or another worker is at it."""
    with every_workspace():
        upload = Upload.objects.select_related("account__workspace").filter(pk=upload_id).first()
    if upload is None:
        return
    with workspace_scope(upload.account.workspace):
        read(upload)


@shared_task(name="reports.tasks.reclaim_stuck_uploads")
def reclaim_stuck_uploads() -> int:
    """Hand out again what waits although its message was lost, or whose reader was killed."""
    with every_workspace():
        again = [upload.pk for upload in Upload.objects.filter(stuck()) if hand_out_again(upload)]
    for upload_id in again:
        read_upload.delay(str(upload_id))
    return len(again)


@shared_task(name="reports.tasks.link_new_offers")
def link_new_offers() -> int:
    """Tie imported rows to offers that were read only after the import."""
    linked = 0
    with every_workspace():
        without = UploadRow.objects.filter(upload=OuterRef("pk"), offer=None).exclude(allegro_offer_id="")
        unlinked = Upload.objects.filter(Exists(without), status=UploadStatus.IMPORTED)
        for upload in unlinked.select_related("account__workspace"):
            with workspace_scope(upload.account.workspace):
                linked += link_rows(upload)
    return linked


@shared_task(name="reports.tasks.reconcile_account")
def reconcile_account(account_id: str, *, anew: bool = False) -> None:
    """Compare an account's reports with its record: what is new since the last time, or all of it `anew`."""
    with every_workspace():
        account = SellerAccount.objects.select_related("workspace").filter(pk=account_id).first()
    if account is None:
        return
    with workspace_scope(account.workspace):
        (rebuild if anew else refresh)(account)


@shared_task(name="reports.tasks.reconcile_synced_accounts")
def reconcile_synced_accounts() -> int:
    """Have the accounts compared that have reports and were synced since they were compared."""
    with every_workspace():
        imported = Upload.objects.filter(status=UploadStatus.IMPORTED).values("account")
        accounts = SellerAccount.objects.filter(pk__in=imported, last_synced_at__isnull=False)
        is_behind = Q(reconciled=None) | Q(reconciled__compared_at=None)
        is_behind |= Q(reconciled__compared_at__lt=F("last_synced_at"))
        behind = list(accounts.filter(is_behind).values_list("pk", flat=True))
    for account_id in behind:
        reconcile_account.delay(str(account_id))
    return len(behind)


@shared_task(name="reports.tasks.reconcile_all_anew")
def reconcile_all_anew() -> int:
    """Once a night: what was kept up to date is made anew, so that no mistake in keeping it outlives the day."""
    with every_workspace():
        account_ids = list(ReconciledAccount.objects.values_list("account_id", flat=True))
    for account_id in account_ids:
        reconcile_account.delay(str(account_id), anew=True)
    return len(account_ids)
