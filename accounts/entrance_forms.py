"""allauth's forms with our words for their fields, written as on every other page (ACCOUNT_FORMS)."""

from collections.abc import Mapping
from typing import Any

from allauth.account import forms as entrance
from django.utils.translation import gettext_lazy as _


class _OurWords:
    """Names the fields; one that is not told of keeps its name."""

    fields: dict[str, Any]
    labels: Mapping[str, Any] = {
        "email": _("E-mail address"),
        "login": _("E-mail address"),
        "remember": _("Remember me"),
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in self.labels.keys() & self.fields.keys():
            self.fields[name].label = self.labels[name]


class _NewPassword(_OurWords):
    """A password that takes the place of another one."""

    labels = {
        "oldpassword": _("Current password"),
        "password1": _("New password"),
        "password2": _("New password (again)"),
    }


class LoginForm(_OurWords, entrance.LoginForm):  # type: ignore[misc]  # allauth's classes are not typed
    """Sign-in."""


class SignupForm(_OurWords, entrance.SignupForm):  # type: ignore[misc]
    """A new account."""


class AddEmailForm(_OurWords, entrance.AddEmailForm):  # type: ignore[misc]
    """Another address of one's own account."""


class ResetPasswordForm(_OurWords, entrance.ResetPasswordForm):  # type: ignore[misc]
    """Where the link to a new password goes."""


class ChangePasswordForm(_NewPassword, entrance.ChangePasswordForm):  # type: ignore[misc]
    """Another password, with the present one."""


class ResetPasswordKeyForm(_NewPassword, entrance.ResetPasswordKeyForm):  # type: ignore[misc]
    """Another password, with the link that was mailed."""
