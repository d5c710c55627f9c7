"""allauth's forms with our word for an e-mail address, which every other page calls so too (ACCOUNT_FORMS)."""

from typing import Any

from allauth.account import forms as entrance
from django.utils.translation import gettext_lazy as _


class _OurWord:
    """Names the field of the address; the forms have one such field, under either name."""

    fields: dict[str, Any]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in {"email", "login"} & self.fields.keys():
            self.fields[name].label = _("E-mail address")


class LoginForm(_OurWord, entrance.LoginForm):  # type: ignore[misc]  # allauth's classes are not typed
    """Sign-in."""


class SignupForm(_OurWord, entrance.SignupForm):  # type: ignore[misc]
    """A new account."""


class AddEmailForm(_OurWord, entrance.AddEmailForm):  # type: ignore[misc]
    """Another address of one's own account."""


class ResetPasswordForm(_OurWord, entrance.ResetPasswordForm):  # type: ignore[misc]
    """Where the link to a new password goes."""
