"""Where allauth meets our own rules."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.db import transaction
from django.http import HttpRequest
from django.utils.translation import get_language

from accounts.models import User
from accounts.workspaces import create_workspace


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Gives each new person a workspace of their own and remembers their language."""

    def save_user(self, request: HttpRequest, user: User, form: Any, commit: bool = True) -> User:
        """Save the new user and make them owner of a new workspace, both or neither."""
        with transaction.atomic():
            user.language = get_language() or ""
            saved: User = super().save_user(request, user, form, commit=commit)
            if commit:
                create_workspace(saved)
        return saved
