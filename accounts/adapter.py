"""Where allauth meets our own rules."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.core.mail import EmailMessage
from django.db import transaction
from django.http import HttpRequest
from django.utils.translation import get_language

from accounts import invitations, letters
from accounts.models import User
from accounts.workspaces import create_workspace


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Gives each new person a workspace of their own, unless they were invited into one; letters in their language."""

    def save_user(self, request: HttpRequest, user: User, form: Any, commit: bool = True) -> User:
        """Save the new user and make them owner of a new workspace, both or neither."""
        with transaction.atomic():
            user.language = get_language() or ""
            saved: User = super().save_user(request, user, form, commit=commit)
            invited = self._invited(request, saved)
            if not invited:
                self.unstash_verified_email(request)
            if commit and not invited:
                create_workspace(saved)
        return saved

    @staticmethod
    def _invited(request: HttpRequest, user: User) -> bool:
        """Whether this browser came by an open invitation to the very address that signs up."""
        token = request.session.get(invitations.SESSION_KEY, "")
        found = invitations.find(token) if token else None
        return found is not None and invitations.is_open(found) and found.email.lower() == user.email.lower()

    def render_mail(
        self, template_prefix: str, email: str | list[str], context: dict[str, Any], headers: Any = None
    ) -> EmailMessage:
        """Every mail of allauth's as plain text and HTML, in its reader's language."""
        address = email if isinstance(email, str) else email[0]
        return letters.compose(template_prefix, context, address, letters.language_of(address), context.get("request"))
