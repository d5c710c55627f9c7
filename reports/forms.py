"""The form for the days that a report covers."""

from datetime import date
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from offers.calendar import warsaw_day
from reports.messages import doubt_message
from reports.readers.periods import EARLIEST, doubt_about


def _day_input() -> forms.DateInput:
    return forms.DateInput(format="%Y-%m-%d", attrs={"type": "date", "min": EARLIEST.isoformat()})


class PeriodForm(forms.Form):
    """First and last day, both inclusive, in marketplace time (Europe/Warsaw)."""

    first = forms.DateField(label=_("First day"), widget=_day_input(), input_formats=["%Y-%m-%d"])
    last = forms.DateField(label=_("Last day"), widget=_day_input(), input_formats=["%Y-%m-%d"])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.widget.attrs["max"] = today().isoformat()

    def clean(self) -> dict[str, Any]:
        """Judged by the same rule as a period found in a file."""
        cleaned: dict[str, Any] = super().clean() or {}
        first, last = cleaned.get("first"), cleaned.get("last")
        doubt = doubt_about(first, last, today=today()) if first and last else None
        if doubt is not None:
            raise forms.ValidationError(doubt_message(doubt), code=doubt)
        return cleaned


def today() -> date:
    """The calendar day in Warsaw."""
    return warsaw_day(timezone.now())
