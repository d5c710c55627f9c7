"""A text column whose value is encrypted at rest."""

from functools import lru_cache
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.db import models


class DecryptionError(Exception):
    """No key in FIELD_ENCRYPTION_KEYS opens the stored value: a key was lost or belongs to another installation."""


@lru_cache(maxsize=4)
def _cipher(keys: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(key) for key in keys])


def cipher() -> MultiFernet:
    """The cipher of the configured keys: encrypts with the first, decrypts with any."""
    return _cipher(tuple(settings.FIELD_ENCRYPTION_KEYS))


class EncryptedTextField(models.TextField):  # type: ignore[type-arg]  # Django takes no type arguments at run time
    """Stores Fernet ciphertext, gives plain text. A wrong key raises DecryptionError, never the ciphertext."""

    description = "Text encrypted at rest"

    def get_prep_value(self, value: Any) -> Any:
        """Encrypt on the way to the database; the empty string stays empty."""
        if not value:
            return value
        return cipher().encrypt(str(value).encode()).decode()

    def from_db_value(self, value: str | None, _expression: Any, _connection: Any) -> str | None:
        """Decrypt on the way back. Raises DecryptionError."""
        if not value:
            return value
        try:
            return cipher().decrypt(value.encode()).decode()
        except InvalidToken as error:
            raise DecryptionError("a stored secret cannot be decrypted with FIELD_ENCRYPTION_KEYS") from error

    def get_lookup(self, lookup_name: str) -> Any:
        """Ciphertext differs each time, so only `isnull` can be answered."""
        return super().get_lookup(lookup_name) if lookup_name == "isnull" else None
