"""manage.py rotate_field_keys: encrypt every stored secret anew with the first key of FIELD_ENCRYPTION_KEYS."""

from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.core.management.base import BaseCommand, CommandError
from django.db import models, transaction

from accounts.fields import DecryptionError, EncryptedTextField
from accounts.scoping import every_workspace


class Command(BaseCommand):
    """Run it after putting a new key first; when it has ended well, the old keys can be removed.

    Rows are locked and written one by one, so it may run while the program works, be interrupted, and run again.
    """

    help = (
        "Encrypts every stored secret anew with the first of FIELD_ENCRYPTION_KEYS, so that older keys can be removed."
    )

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Rotate, and say how many rows. Raises CommandError if some cannot be decrypted with any key."""
        unreadable: list[str] = []
        with every_workspace():
            for model, columns in encrypted_columns():
                keys = list(model._default_manager.order_by("pk").values_list("pk", flat=True))
                lost = [key for key in keys if not _rotated(model, key, columns)]
                unreadable += [f"{model._meta.label} {key}" for key in lost]
                self.stdout.write(f"{model._meta.label}: {len(keys) - len(lost)} rows encrypted with the first key")
        if unreadable:
            raise CommandError(
                "No key of FIELD_ENCRYPTION_KEYS opens: " + ", ".join(unreadable) + ". Keep the old keys, or let "
                "the sellers of these accounts connect again."
            )
        self.stdout.write("The keys after the first are no longer needed.")


def encrypted_columns() -> Iterator[tuple[type[models.Model], list[str]]]:
    """Every model with encrypted columns, and their names."""
    for model in apps.get_models():
        columns = [field.name for field in model._meta.concrete_fields if isinstance(field, EncryptedTextField)]
        if columns:
            yield model, columns


@transaction.atomic
def _rotated(model: type[models.Model], key: Any, columns: list[str]) -> bool:
    """Read a row with any key and write it with the first; False if no key opens it. A row gone meanwhile is fine."""
    try:
        row = model._default_manager.select_for_update().filter(pk=key).first()
    except DecryptionError:
        return False
    if row is not None:
        row.save(update_fields=columns)
    return True
