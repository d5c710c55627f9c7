"""Celery tasks: load, scope, call. An argument is always an id."""

from celery import shared_task
from django.utils import timezone

from accounts import deletion, exports
from accounts.models import Deletion

# Between two looks at whether the last worker has left a workspace that is to be deleted.
WAIT_SECONDS = 15


@shared_task(name="accounts.tasks.build_export")
def build_export(export_id: str) -> None:
    """Build the archive of one export."""
    exports.build(export_id)


@shared_task(name="accounts.tasks.delete_workspace")
def delete_workspace(deletion_id: str) -> None:
    """Remove a workspace's rows for a while; with rows left, join the queue again."""
    found = Deletion.objects.filter(pk=deletion_id, finished_at__isnull=True).first()
    if found is None or deletion.go_on(found):
        return
    found.refresh_from_db()
    delete_workspace.apply_async((deletion_id,), countdown=WAIT_SECONDS if found.is_waiting else 0)


@shared_task(name="accounts.tasks.go_on_with_jobs")
def go_on_with_jobs() -> int:
    """Take up exports and deletions whose worker was killed, remove exports that are past their time.

    Returns how many were taken up.
    """
    now = timezone.now()
    exports.remove_expired(now)
    unbuilt, undeleted = exports.stalled(now), deletion.stalled(now)
    for export_id in unbuilt:
        build_export.delay(export_id)
    for deletion_id in undeleted:
        delete_workspace.delay(deletion_id)
    return len(unbuilt) + len(undeleted)
