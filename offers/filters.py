"""What the lists can be narrowed by. Every choice stands in the address; nonsense in it is ignored, never an error."""

from datetime import datetime, timedelta
from typing import Any

import django_filters
from django import forms
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.dateparse import parse_datetime
from django.utils.timezone import is_aware
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import SellerAccount
from offers.calendar import end_of_day, start_of_day
from offers.fields import FIELDS, OTHER_PREFIX, Group, keys_of_group
from offers.models import Certainty, Offer, OfferChange, OfferStatus
from offers.presentation import UNNAMED_GROUP, groups

ONE_MINUTE = timedelta(minutes=1)


def _accounts(_request: HttpRequest | None) -> QuerySet[SellerAccount]:
    found: QuerySet[SellerAccount] = SellerAccount.objects.order_by("login")
    return found


def _group_choices() -> list[tuple[str, str]]:
    return groups()


def _field_choices() -> list[tuple[str, str]]:
    return [(field.key, _(field.label)) for field in FIELDS]


def _search() -> forms.TextInput:
    placeholder = gettext_lazy("Title, offer number or SKU")
    return forms.TextInput(attrs={"type": "search", "placeholder": placeholder, "autocomplete": "off"})


def matching_offers(text: str, prefix: str = "") -> Q:
    """Offers whose title contains `text`, or whose Allegro id or SKU begins with it; `prefix` leads to the offer."""
    return (
        Q(**{f"{prefix}title__icontains": text})
        | Q(**{f"{prefix}allegro_id__startswith": text})
        | Q(**{f"{prefix}external_id__istartswith": text})
    )


class OfferFilter(django_filters.FilterSet):  # type: ignore[misc]
    """Narrows the catalogue."""

    q = django_filters.CharFilter(label=gettext_lazy("Search"), method="search", widget=_search())
    status = django_filters.ChoiceFilter(
        label=gettext_lazy("Status"),
        choices=[choice for choice in OfferStatus.choices if choice[0]],
        empty_label=gettext_lazy("Any status"),
    )
    account = django_filters.ModelChoiceFilter(
        label=gettext_lazy("Account"), queryset=_accounts, empty_label=gettext_lazy("All accounts")
    )

    class Meta:
        model = Offer
        fields: list[str] = []

    def search(self, queryset: QuerySet[Offer], _name: str, text: str) -> QuerySet[Offer]:
        """Offers that `text` may mean."""
        return queryset.filter(matching_offers(text.strip()))


class ChangeFilter(django_filters.FilterSet):  # type: ignore[misc]
    """Narrows a list of changes. Sales of stock are left out unless asked for: nobody edited anything."""

    q = django_filters.CharFilter(label=gettext_lazy("Offer"), method="search", widget=_search())
    group = django_filters.MultipleChoiceFilter(label=gettext_lazy("Kind"), choices=_group_choices, method="in_groups")
    field = django_filters.ChoiceFilter(
        label=gettext_lazy("Field"), choices=_field_choices, empty_label=gettext_lazy("Any field")
    )
    source = django_filters.ChoiceFilter(
        label=gettext_lazy("Source"),
        method="from_source",
        choices=[
            ("journal", gettext_lazy("Announced by Allegro")),
            ("silent", gettext_lazy("Found by comparing")),
        ],
        empty_label=gettext_lazy("Any source"),
    )
    who = django_filters.ChoiceFilter(
        label=gettext_lazy("Who"),
        field_name="change_type",
        choices=[("MANUAL", gettext_lazy("Manual")), ("AUTOMATIC", gettext_lazy("Automatic"))],
        empty_label=gettext_lazy("Anyone"),
    )
    account = django_filters.ModelChoiceFilter(
        label=gettext_lazy("Account"), queryset=_accounts, empty_label=gettext_lazy("All accounts")
    )
    since = django_filters.DateFilter(
        label=gettext_lazy("From"), method="from_day", widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    until = django_filters.DateFilter(
        label=gettext_lazy("To"), method="to_day", widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    sold = django_filters.BooleanFilter(
        label=gettext_lazy("Show sales too"), method="keep", widget=forms.CheckboxInput(attrs={"value": "1"})
    )
    minute = django_filters.CharFilter(label=gettext_lazy("Minute"), method="in_minute", widget=forms.HiddenInput())

    class Meta:
        model = OfferChange
        fields: list[str] = []

    def filter_queryset(self, queryset: QuerySet[OfferChange]) -> QuerySet[OfferChange]:
        """As the library's, then without sales unless they were asked for."""
        found: QuerySet[OfferChange] = super().filter_queryset(queryset)
        return found if self.form.cleaned_data.get("sold") else found.exclude(certainty=Certainty.SOLD)

    def keep(self, queryset: QuerySet[OfferChange], _name: str, _value: Any) -> QuerySet[OfferChange]:
        """Sales are dealt with once all other choices are made."""
        return queryset

    def search(self, queryset: QuerySet[OfferChange], _name: str, text: str) -> QuerySet[OfferChange]:
        """Changes of the offers that `text` may mean."""
        return queryset.filter(matching_offers(text.strip(), "offer__"))

    def in_groups(self, queryset: QuerySet[OfferChange], _name: str, keys: list[str]) -> QuerySet[OfferChange]:
        """Changes of any of the groups `keys`; none chosen means all."""
        return queryset.filter(of_groups(keys)) if keys else queryset

    def from_source(self, queryset: QuerySet[OfferChange], _name: str, source: str) -> QuerySet[OfferChange]:
        """Changes that the journal announced, or those it was silent about."""
        return queryset.exclude(event_type="") if source == "journal" else queryset.filter(event_type="")

    def from_day(self, queryset: QuerySet[OfferChange], _name: str, day: Any) -> QuerySet[OfferChange]:
        """Changes that may have happened on `day` or later."""
        return queryset.filter(not_after__gte=start_of_day(day))

    def to_day(self, queryset: QuerySet[OfferChange], _name: str, day: Any) -> QuerySet[OfferChange]:
        """Changes that may have happened on `day` or earlier."""
        return queryset.filter(not_before__lt=end_of_day(day))

    def in_minute(self, queryset: QuerySet[OfferChange], _name: str, text: str) -> QuerySet[OfferChange]:
        """Changes of one clock minute: what a batch label leads to."""
        start = parse_minute(text)
        return queryset.filter(not_after__gte=start, not_after__lt=start + ONE_MINUTE) if start else queryset


def of_groups(keys: list[str]) -> Q:
    """Changes of any of these groups; fields that nobody registered belong to the terms."""
    wanted = Q(field__in=[key for group in keys for key in keys_of_group(group)])
    if Group.TERMS.value in keys:
        wanted |= Q(field__startswith=OTHER_PREFIX)
    if UNNAMED_GROUP in keys:
        wanted |= Q(field="")
    return wanted


def parse_minute(text: str) -> datetime | None:
    """The aware instant that a batch link names, None for anything else."""
    try:
        instant = parse_datetime(text)
    except ValueError:
        return None
    return instant if instant is not None and is_aware(instant) else None
