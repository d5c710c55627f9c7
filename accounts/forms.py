"""Forms about the workspace itself."""

from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from accounts.invitations import may_give
from accounts.models import Membership, Role, Workspace

# A label of allauth whose Polish translation there speaks to men only; ours comes first.
FORGOTTEN = gettext_noop("Forgot your password?")


class WorkspaceForm(forms.ModelForm):  # type: ignore[type-arg]  # Django takes no type arguments at run time
    """The workspace's name."""

    class Meta:
        model = Workspace
        fields: ClassVar[list[str]] = ["name"]
        labels: ClassVar = {"name": _("Name of the workspace")}
        help_texts: ClassVar = {"name": _("Your firm, or the client whose offers you follow here.")}


class NewWorkspaceForm(WorkspaceForm):
    """The name of a workspace that is not there yet."""


class InvitationForm(forms.Form):
    """Whom to invite, and as what: only roles that the inviter may give."""

    email = forms.EmailField(label=_("E-mail address"), max_length=254)
    role = forms.ChoiceField(label=_("Role"))

    def __init__(self, *args: Any, giver: Membership, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"].widget.attrs["autocomplete"] = "off"
        roles = [(role.value, role.label) for role in Role if may_give(giver, role)]
        self.fields["role"].choices = roles  # type: ignore[attr-defined]  # a ChoiceField
        self.fields["role"].initial = Role.VIEWER.value


class _TypedForm(forms.Form):
    """One field into which a text must be typed as it stands on the page."""

    wrong: ClassVar[Any] = ""
    typed = forms.CharField(max_length=300, strip=True)

    def __init__(self, *args: Any, expected: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._expected = expected
        self.fields["typed"].widget.attrs.update(autocomplete="off", autocapitalize="off", spellcheck="false")

    def clean_typed(self) -> str:
        """Raises ValidationError for another text."""
        typed: str = self.cleaned_data["typed"]
        if " ".join(typed.split()).lower() != " ".join(self._expected.split()).lower():
            raise forms.ValidationError(self.wrong)
        return typed


class DeleteWorkspaceForm(_TypedForm):
    """The name of the workspace that is to be deleted."""

    wrong = _("This is not the name of the workspace. Nothing was deleted.")

    def __init__(self, *args: Any, name: str, **kwargs: Any) -> None:
        super().__init__(*args, expected=name, **kwargs)
        self.fields["typed"].label = _("Type the name of the workspace")


class DeletePersonForm(_TypedForm):
    """The address of the account that is to be deleted."""

    wrong = _("This is not your e-mail address. Nothing was deleted.")

    def __init__(self, *args: Any, email: str, **kwargs: Any) -> None:
        super().__init__(*args, expected=email, **kwargs)
        self.fields["typed"].label = _("Type your e-mail address")
