"""Celery tasks: load, scope, call. An argument is always an id."""

from celery import shared_task
from django.db.models import Exists, OuterRef

from accounts.scoping import every_workspace, workspace_scope
from reports.models import Upload, UploadRow, UploadStatus
from reports.reading import hand_out_again, link_rows, read, stuck

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
