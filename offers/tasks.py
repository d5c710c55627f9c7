"""Celery tasks: load, scope, call. An argument is always an id."""

import structlog
from celery import shared_task
from django.conf import settings
from django.utils import timezone

from accounts.models import SellerAccount
from accounts.scoping import every_workspace, workspace_scope
from offers.record.retention import give_up_before

log = structlog.get_logger(__name__)


@shared_task(name="offers.tasks.give_up_old_facts")
def give_up_old_facts() -> int:
    """Have every account's facts that are older than the setting given up. Returns how many accounts were queued."""
    if not settings.RAW_FACTS_KEPT:
        return 0
    with every_workspace():
        account_ids = list(SellerAccount.objects.order_by("pk").values_list("pk", flat=True))
    for account_id in account_ids:
        give_up_facts_of.delay(str(account_id))
    return len(account_ids)


@shared_task(name="offers.tasks.give_up_facts_of")
def give_up_facts_of(account_id: str) -> None:
    """Give up one account's old facts; its changes stay."""
    with every_workspace():
        account = SellerAccount.objects.select_related("workspace").filter(pk=account_id).first()
    if account is None or not settings.RAW_FACTS_KEPT:
        return
    with workspace_scope(account.workspace):
        counts = give_up_before(account, timezone.now() - settings.RAW_FACTS_KEPT)
    log.info("facts_given_up", account=account_id, **counts)
