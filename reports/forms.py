"""The form for what a file leaves open: the days it covers, its currency, its marketplace."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from offers.calendar import warsaw_day
from offers.pages.filters import MARKETPLACES
from reports.cover import SNAPSHOTS, TOTALS
from reports.details import CURRENCY, marketplaces_of
from reports.marketplaces import CURRENCIES, currency_of
from reports.messages import doubt_message
from reports.models import Upload
from reports.presentation import UploadPage
from reports.readers.periods import EARLIEST, doubt_about


def _day_input() -> forms.DateInput:
    return forms.DateInput(format="%Y-%m-%d", attrs={"type": "date", "min": EARLIEST.isoformat()})


def _choices(codes: Sequence[str]) -> list[tuple[str, Any]]:
    return [("", _("Choose")), *((code, code) for code in codes)]


class DetailsForm(forms.Form):
    """First and last day, both inclusive, in marketplace time (Europe/Warsaw); currency and marketplace where the file
    leaves them open. Fields that the upload does not need are not there."""

    first = forms.DateField(label=_("First day"), widget=_day_input(), input_formats=["%Y-%m-%d"])
    last = forms.DateField(label=_("Last day"), widget=_day_input(), input_formats=["%Y-%m-%d"])
    currency = forms.ChoiceField(label=_("Currency of the amounts"))
    marketplace = forms.ChoiceField(label=_("Marketplace"))

    def __init__(self, upload: Upload, data: Any = None) -> None:
        self.upload = upload
        self.marketplaces = marketplaces_of(upload.account)
        super().__init__(data, initial=self._known(upload))
        self._limit(UploadPage(upload))
        for name in ("first", "last"):
            if name in self.fields:
                self.fields[name].widget.attrs["max"] = today().isoformat()

    def clean(self) -> dict[str, Any]:
        """Judged by the same rule as a period found in a file."""
        cleaned: dict[str, Any] = super().clean() or {}
        first = cleaned.get("first")
        last = cleaned.get("last") if "last" in self.fields else first
        doubt = doubt_about(first, last, today=today()) if first and last else None
        if doubt is not None:
            raise forms.ValidationError(doubt_message(doubt), code=doubt)
        return cleaned

    @property
    def said(self) -> dict[str, Any]:
        """What a person said that was not known before, as `reports.details.say` takes it."""
        first = self.cleaned_data.get("first")
        period = (first, self.cleaned_data.get("last") or first) if first else None
        answers = {
            "period": (period, (self.upload.period_from, self.upload.period_to)),
            "currency": (self.cleaned_data.get("currency", ""), self.upload.currency),
            "marketplace": (self.cleaned_data.get("marketplace", ""), self.upload.marketplace),
        }
        return {name: answer for name, (answer, known) in answers.items() if answer and answer != known}

    def _known(self, upload: Upload) -> dict[str, Any]:
        """What is known already; for the currency the one of the account's own marketplace, to be confirmed."""
        own = currency_of(upload.marketplace or next(iter(self.marketplaces), ""))
        day = warsaw_day(upload.made_by) if upload.kind in SNAPSHOTS else None
        return {
            "first": upload.period_from or day,
            "last": upload.period_to,
            "currency": upload.currency or own,
            "marketplace": upload.marketplace,
        }

    def _limit(self, shown: UploadPage) -> None:
        """Leave only the fields that this upload needs, each with its choices."""
        upload = shown.upload
        is_snapshot, several = upload.kind in SNAPSHOTS, len(self.marketplaces) > 1
        needed = {
            "first": shown.has_period,
            "last": shown.has_period and not is_snapshot,
            "currency": shown.asks_for_currency or CURRENCY in upload.said,
            "marketplace": upload.kind in TOTALS and (several or shown.asks_for_marketplace),
        }
        if is_snapshot:
            self.fields["first"].label = _("Day of the download")
        for name, is_needed in needed.items():
            if not is_needed:
                del self.fields[name]
        # Those that the account is known to sell on come first.
        everywhere = list(dict.fromkeys([*self.marketplaces, *MARKETPLACES]))
        choices = {"currency": sorted(set(CURRENCIES.values())), "marketplace": everywhere}
        for name, codes in choices.items():
            if name in self.fields:
                self.fields[name].choices = _choices(codes)  # type: ignore[attr-defined]  # both are choice fields


def today() -> date:
    """The calendar day in Warsaw."""
    return warsaw_day(timezone.now())
