"""The first sync of a world, done once by each process and laid down again for every later test.

It is the same each time, and the greater part of the time that a test of what comes after it would take. What is laid
down are the rows of a real one, word for word, with the account's own id in place of the first one's.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.core.cache import cache
from django.db import connection

from accounts import scoping
from accounts.models import SellerAccount
from accounts.scoping import TenantModel

APPS = ("allegro", "offers", "reports")
ACCOUNT_FIELDS = ("status", "status_changed_at", "next_sync_at", "last_synced_at", "last_full_sync_at")


@dataclass(frozen=True)
class Remembered:
    """An account's rows after its first sync: by table in COPY's text, and the account's own fields."""

    account_id: str
    workspace_id: str
    tables: dict[str, bytes]
    fields: dict[str, Any]


_REMEMBERED: dict[tuple[Any, ...], Remembered] = {}


def remember_first_sync(account: SellerAccount, deeds: Sequence[object], sync: Callable[[], None]) -> None:
    """Bring `account` to where `sync` would: by calling it, or by the rows that it made of an equal account before.

    `deeds` are what was done to the world until now.
    """
    account.refresh_from_db()
    key = (account.allegro_id, account.base_marketplace, *sorted(account.scopes), *deeds)
    if key in _REMEMBERED:
        _lay_down(account, _REMEMBERED[key])
    else:
        sync()
        _REMEMBERED[key] = _take(account)


def _take(account: SellerAccount) -> Remembered:
    account.refresh_from_db()
    tables: dict[str, bytes] = {}
    with connection.cursor() as cursor:
        for table in _tables():
            with cursor.copy(f"COPY {table} TO STDOUT") as rows:
                if text := b"".join(bytes(row) for row in rows):
                    tables[table] = text
    fields = {name: getattr(account, name) for name in ACCOUNT_FIELDS}
    return Remembered(str(account.pk), str(account.workspace_id), tables, fields)


def _lay_down(account: SellerAccount, rows: Remembered) -> None:
    with connection.cursor() as cursor:
        for table, text in rows.tables.items():
            ours = text.replace(rows.account_id.encode(), str(account.pk).encode())
            with cursor.copy(f"COPY {table} FROM STDIN") as copy:
                copy.write(ours.replace(rows.workspace_id.encode(), str(account.workspace_id).encode()))
    SellerAccount.objects.filter(pk=account.pk).update(**rows.fields)
    account.refresh_from_db()
    # What is remembered of an id: here the same one comes again in another workspace.
    cache.clear()
    scoping._workspace_of.cache_clear()


def _tables() -> list[str]:
    return [
        model._meta.db_table
        for name in APPS
        for model in apps.get_app_config(name).get_models()
        if issubclass(model, TenantModel) and not model._meta.proxy
    ]
