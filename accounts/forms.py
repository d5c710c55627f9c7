"""Forms about the workspace itself."""

from typing import ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from accounts.models import Workspace

# A label of allauth whose Polish translation there speaks to men only; ours comes first.
FORGOTTEN = gettext_noop("Forgot your password?")


class WorkspaceForm(forms.ModelForm):  # type: ignore[type-arg]  # Django takes no type arguments at run time
    """The workspace's name."""

    class Meta:
        model = Workspace
        fields: ClassVar[list[str]] = ["name"]
        labels: ClassVar = {"name": _("Name of the workspace")}
        help_texts: ClassVar = {"name": _("Your firm, or the client whose offers you follow here.")}
