"""Deleting a workspace: at once nobody can enter it and its grants are gone; a worker then removes row by row.

Allegro has no address at which an application could hand a permission back, so the tokens are forgotten here and the
seller is told where to withdraw the permission there.
"""

import time
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import cache
from graphlib import TopologicalSorter

import structlog
from django.apps import apps
from django.conf import settings
from django.db import IntegrityError, models, transaction
from django.db.models import F
from django.utils import timezone

from accounts import letters
from accounts.models import (
    AccountStatus,
    Deletion,
    Membership,
    OAuthGrant,
    SellerAccount,
    User,
    Workspace,
    record_audit,
)
from accounts.scoping import TenantModel, workspace_scope

log = structlog.get_logger(__name__)

BATCH = 2_000
# After so long a worker is given back, and the rest joins the queue again.
TIME_SLICE_SECONDS = 60.0
SILENT_AFTER = timedelta(minutes=3)


def ask(workspace: Workspace, person: User, language: str) -> Deletion:
    """Close the workspace and plan its removal; asking twice is asking once. The other members are told by mail."""
    with transaction.atomic():
        locked = Workspace.objects.select_for_update().get(pk=workspace.pk)
        under_way = Deletion.objects.filter(workspace_id=workspace.pk).first()
        if under_way is not None:
            return under_way
        now = timezone.now()
        locked.deletion_asked_at = now
        locked.save(update_fields=["deletion_asked_at"])
        with workspace_scope(workspace):
            OAuthGrant.objects.all().delete()
            SellerAccount.objects.update(status=AccountStatus.DISCONNECTED, status_changed_at=now, next_sync_at=None)
            record_audit(workspace, person, "workspace.deletion_asked", workspace.name)
        deletion = Deletion.objects.create(
            workspace_id=workspace.pk, workspace_name=workspace.name, asked_by=person, email=person.email,
            language=language,
        )  # fmt: skip
    _tell_others(deletion, person)
    return deletion


def _tell_others(deletion: Deletion, person: User) -> None:
    others = Membership.objects.filter(workspace=deletion.workspace_id, user__is_active=True).exclude(user=person)
    for member in others.select_related("user"):
        context = {"deletion": deletion, "person": person}
        letters.send(
            "email/workspace_closed", context, member.user.email, member.user.language or settings.LANGUAGE_CODE
        )


@cache
def tenant_models() -> Sequence[type[TenantModel]]:
    """Every model of a tenant's rows, those that point at others before the others."""
    found = [model for model in apps.get_models() if issubclass(model, TenantModel) and not model._meta.proxy]
    order: TopologicalSorter[type[TenantModel]] = TopologicalSorter({model: set() for model in found})
    for model in found:
        for field in model._meta.get_fields():
            target = field.related_model
            points = isinstance(field, models.ForeignKey) and target in found and target is not model
            if points and isinstance(target, type) and issubclass(target, TenantModel):
                order.add(target, model)
    return tuple(order.static_order())


def go_on(deletion: Deletion) -> bool:
    """Remove what can be removed in one slice of time; whether nothing is left. Safe to be killed and called again."""
    workspace = Workspace.objects.filter(pk=deletion.workspace_id).first()
    if workspace is not None:
        try:
            with workspace_scope(workspace):
                if _is_in_use(deletion) or not _remove_rows(deletion):
                    return False
                workspace.delete()
        except IntegrityError:  # a late worker has just written a row: the next round takes it along
            return False
    _finish(deletion)
    return True


def _is_in_use(deletion: Deletion) -> bool:
    """Whether a worker still writes for the workspace; it is left to end, so that nothing breaks off in the middle."""
    in_use = any(model.is_at_work() for model in tenant_models())
    Deletion.objects.filter(pk=deletion.pk).update(is_waiting=in_use, heartbeat_at=timezone.now())
    return in_use


def _remove_rows(deletion: Deletion) -> bool:
    """Whether every row is gone before the time is up."""
    until = time.monotonic() + TIME_SLICE_SECONDS
    for model in tenant_models():
        while keys := list(model.objects.order_by().values_list("pk", flat=True)[:BATCH]):
            removed, _by_model = model.objects.filter(pk__in=keys).delete()
            Deletion.objects.filter(pk=deletion.pk).update(
                rows_deleted=F("rows_deleted") + removed, heartbeat_at=timezone.now()
            )
            if time.monotonic() > until:
                return False
    return True


def _finish(deletion: Deletion) -> None:
    mine = Deletion.objects.filter(pk=deletion.pk, finished_at__isnull=True)
    if not mine.update(finished_at=timezone.now(), is_waiting=False):
        return
    deletion.refresh_from_db()
    log.info("workspace_deleted", workspace=str(deletion.workspace_id), rows=deletion.rows_deleted)
    letters.send("email/workspace_deleted", {"deletion": deletion}, deletion.email, deletion.language)
    if deletion.asked_by_id is None:
        deletion.delete()
        return
    deletion.email = ""
    deletion.save(update_fields=["email"])


def stalled(now: datetime) -> list[str]:
    """The ids of deletions that no worker is at any more."""
    silent = Deletion.objects.filter(finished_at__isnull=True, heartbeat_at__lt=now - SILENT_AFTER)
    return [str(key) for key in silent.values_list("pk", flat=True)]
