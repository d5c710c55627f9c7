"""Letters to the people of a workspace about their connection: the grant ended, and only they can make a new one."""

from datetime import datetime

from django.conf import settings
from django.urls import reverse

from accounts import letters
from accounts.models import AccountStatus, Membership, Role, SellerAccount, User


def tell_about_ended_grants(now: datetime) -> int:
    """Write about every account that waits to be reconnected and was not written about. Returns how many letters left.

    The account is marked before the letters leave, by a conditional update, so that two workers never write twice; if
    no letter could leave, the mark is taken back and the next call tries again.
    """
    waiting = SellerAccount.objects.filter(status=AccountStatus.RECONNECT_REQUIRED, reconnect_told_at__isnull=True)
    return sum(_tell(account, now) for account in list(waiting.select_related("workspace")))


def _tell(account: SellerAccount, now: datetime) -> int:
    mine = SellerAccount.objects.filter(pk=account.pk, reconnect_told_at__isnull=True).update(reconnect_told_at=now)
    if not mine:
        return 0
    readers = _readers(account)
    sent = sum(_write(reader, account) for reader in readers)
    if readers and not sent:
        SellerAccount.objects.filter(pk=account.pk, reconnect_told_at=now).update(reconnect_told_at=None)
    return sent


def _readers(account: SellerAccount) -> list[User]:
    """The active owners and administrators: those who may reconnect."""
    members = Membership.objects.filter(
        workspace=account.workspace_id, role__in=(Role.OWNER, Role.ADMIN), user__is_active=True
    )
    return [member.user for member in members.select_related("user").order_by("pk")]


def _write(reader: User, account: SellerAccount) -> bool:
    address = settings.BASE_URL + reverse("settings:account", args=[account.pk])
    context = {"account": account, "address": address}
    return letters.send("settings/email/reconnect", context, reader.email, reader.language or settings.LANGUAGE_CODE)
