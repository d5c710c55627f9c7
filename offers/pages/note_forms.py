"""The form of a note on days of an offer."""

from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from offers.calendar import warsaw_day
from offers.models import Note
from offers.models.notes import LONGEST_NOTE
from offers.reading.notes import Written

# Plans may be written down too, mistyped years may not.
FURTHEST = timedelta(days=366)
EARLIEST = date(1999, 1, 1)


def _day(label: Any, **more: Any) -> forms.DateField:
    return forms.DateField(label=label, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), **more)


class NoteForm(forms.Form):
    """Text and days of a note, of the first day alone without a last one; `version` is the one that was opened."""

    text = forms.CharField(
        label=gettext_lazy("Text of the note"), max_length=LONGEST_NOTE, widget=forms.Textarea(attrs={"rows": 3})
    )
    first_day = _day(gettext_lazy("Day"))
    last_day = _day(
        gettext_lazy("Last day"), required=False, help_text=gettext_lazy("Leave empty for a note on a single day.")
    )
    version = forms.IntegerField(required=False, widget=forms.HiddenInput())

    def clean(self) -> dict[str, Any]:
        """Days in their order and within reason."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        first = cleaned.get("first_day")
        last = cleaned.get("last_day") or first
        if first is None or last is None:
            return cleaned
        if last < first:
            self.add_error("last_day", _("The last day comes before the first."))
        if first < EARLIEST or last > warsaw_day(timezone.now()) + FURTHEST:
            self.add_error("first_day", _("Choose days that are no further than a year ahead."))
        return {**cleaned, "last_day": last}

    def written(self) -> Written:
        """What was written, of a valid form."""
        values = self.cleaned_data
        return Written(values["text"], values["first_day"], values["last_day"])

    @classmethod
    def showing(cls, note: Note) -> "NoteForm":
        """The form filled in with a note as it stands."""
        return cls(
            initial={
                "text": note.text,
                "first_day": note.first_day,
                "last_day": None if note.is_one_day else note.last_day,
                "version": note.pk,
            }
        )
