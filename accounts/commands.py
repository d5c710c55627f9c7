"""What management commands about one linked account share."""

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from django.core.management.base import CommandError

from accounts.models import SellerAccount
from accounts.scoping import every_workspace, workspace_scope


@contextmanager
def account_scope(account_id: str) -> Iterator[SellerAccount]:
    """The account with this id, its workspace's scope active. Raises CommandError for anything else."""
    try:
        key = UUID(account_id)
    except ValueError:
        raise CommandError(f"{account_id!r} is not an account id: settings show it, it looks like a UUID") from None
    with every_workspace():
        account = SellerAccount.objects.select_related("workspace").filter(pk=key).first()
    if account is None:
        raise CommandError(f"there is no linked account {account_id}")
    with workspace_scope(account.workspace):
        yield account
