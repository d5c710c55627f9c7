"""What the lists can be narrowed by. Every choice stands in the address; nonsense in it is ignored, never an error."""

from typing import Any

import django_filters
from django import forms
from django.contrib.postgres.search import SearchQuery
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import SellerAccount
from offers.calendar import end_of_day, start_of_day
from offers.fields import DELIVERY_SETTINGS, FIELDS, GROUP_LABELS, MINOR_KEYS, OTHER_PREFIX, Group, keys_of_group
from offers.letters import plain_letters, without_polish_marks
from offers.models import NOT_EDITED, Certainty, Offer, OfferChange, OfferStatus, ValueWords
from offers.pages.widgets import QuickSelect
from offers.record.touching import offers_touched, touches_offers, touching_any_of
from offers.words.presentation import EVENT_LABELS, UNNAMED_GROUP, groups

# Of so many offers the changes are found offer by offer; of more, by walking over the newest changes.
FEW_OFFERS = 200
# Allegro's marketplaces (GET /marketplaces).
MARKETPLACES = (
    "allegro-pl", "allegro-business-pl", "allegro-cz", "allegro-business-cz", "allegro-sk", "allegro-business-sk",
    "allegro-hu", "allegro-business-hu",
)  # fmt: skip


def _accounts(_request: HttpRequest | None) -> QuerySet[SellerAccount]:
    found: QuerySet[SellerAccount] = SellerAccount.objects.order_by("login")
    return found


def _group_choices() -> list[tuple[str, str]]:
    return groups()


def _field_choices() -> list[tuple[str, list[tuple[str, str]]]]:
    """The fields under the names of their groups."""
    return [
        (_(label), [(field.key, _(field.label)) for field in FIELDS if field.group == group])
        for group, label in GROUP_LABELS.items()
    ]


def _event_choices() -> list[tuple[str, str]]:
    return [(event_type, _(label)) for event_type, label in EVENT_LABELS.items()]


WHICH_OFFER = gettext_lazy("Title, offer number or SKU")
WHICH_WORDS = gettext_lazy("Words, “a phrase”, -without")


def _search(placeholder: Any) -> forms.TextInput:
    return forms.TextInput(attrs={"type": "search", "placeholder": placeholder, "autocomplete": "off"})


def matching_offers(text: str, prefix: str = "") -> Q:
    """Offers whose title contains `text`, or whose Allegro id or SKU begins with it; `prefix` leads to the offer.

    Case and the marks of letters do not matter.
    """
    plain = plain_letters(text)
    return (
        Q(**{f"{prefix}plain_title__contains": plain})
        | Q(**{f"{prefix}allegro_id__startswith": text})
        | Q(**{f"{prefix}plain_external_id__startswith": plain})
    )


class OfferFilter(django_filters.FilterSet):  # type: ignore[misc]
    """Narrows the catalogue."""

    q = django_filters.CharFilter(label=gettext_lazy("Search"), method="search", widget=_search(WHICH_OFFER))
    status = django_filters.ChoiceFilter(
        widget=QuickSelect,
        label=gettext_lazy("Status"),
        choices=[choice for choice in OfferStatus.choices if choice[0]],
        empty_label=gettext_lazy("Any status"),
    )
    account = django_filters.ModelChoiceFilter(
        widget=QuickSelect, label=gettext_lazy("Account"), queryset=_accounts, empty_label=gettext_lazy("All accounts")
    )
    touched = django_filters.UUIDFilter(method="touched_by", widget=forms.HiddenInput())
    product = django_filters.CharFilter(field_name="product_id", widget=forms.HiddenInput())

    class Meta:
        model = Offer
        fields: list[str] = []

    def touched_by(self, queryset: QuerySet[Offer], _name: str, change_id: Any) -> QuerySet[Offer]:
        """The offers that one change touched: all that used the shared object then. None for an unknown change."""
        change = OfferChange.objects.filter(pk=change_id).select_related("shared").first()
        return queryset.filter(pk__in=offers_touched(change).values("pk")) if change else queryset.none()

    def search(self, queryset: QuerySet[Offer], _name: str, text: str) -> QuerySet[Offer]:
        """Offers that `text` may mean."""
        return queryset.filter(matching_offers(text.strip()))


class ChangeFilter(django_filters.FilterSet):  # type: ignore[misc]
    """Narrows a list of changes. Sales of stock are left out unless asked for: nobody edited anything."""

    q = django_filters.CharFilter(label=gettext_lazy("Offer"), method="search", widget=_search(WHICH_OFFER))
    words = django_filters.CharFilter(
        label=gettext_lazy("Words in old and new values"),
        method="with_words",
        widget=_search(WHICH_WORDS),
    )
    group = django_filters.MultipleChoiceFilter(label=gettext_lazy("Kind"), choices=_group_choices, method="in_groups")
    field = django_filters.ChoiceFilter(
        widget=QuickSelect, label=gettext_lazy("Field"), choices=_field_choices, empty_label=gettext_lazy("Any field")
    )
    event = django_filters.ChoiceFilter(
        widget=QuickSelect,
        label=gettext_lazy("Allegro's announcement"),
        field_name="event_type",
        choices=_event_choices,
        empty_label=gettext_lazy("Any announcement"),
    )
    source = django_filters.ChoiceFilter(
        widget=QuickSelect,
        label=gettext_lazy("Source"),
        method="from_source",
        choices=[
            ("journal", gettext_lazy("Announced by Allegro")),
            ("silent", gettext_lazy("Found by comparing")),
        ],
        empty_label=gettext_lazy("Any source"),
    )
    who = django_filters.ChoiceFilter(
        widget=QuickSelect,
        label=gettext_lazy("Who"),
        field_name="change_type",
        choices=[("MANUAL", gettext_lazy("Manual")), ("AUTOMATIC", gettext_lazy("Automatic"))],
        empty_label=gettext_lazy("Anyone"),
    )
    account = django_filters.ModelChoiceFilter(
        widget=QuickSelect, label=gettext_lazy("Account"), queryset=_accounts, empty_label=gettext_lazy("All accounts")
    )
    marketplace = django_filters.ChoiceFilter(
        widget=QuickSelect,
        label=gettext_lazy("Marketplace"),
        method="on_marketplace",
        choices=[(name, name) for name in MARKETPLACES],
        empty_label=gettext_lazy("All marketplaces"),
    )
    since = django_filters.DateFilter(
        label=gettext_lazy("From"), method="from_day", widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    until = django_filters.DateFilter(
        label=gettext_lazy("To"), method="to_day", widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    sold = django_filters.BooleanFilter(
        label=gettext_lazy("Show sales and counters too"),
        method="keep",
        widget=forms.CheckboxInput(attrs={"value": "1"}),
    )
    batch = django_filters.UUIDFilter(field_name="batch", widget=forms.HiddenInput())

    class Meta:
        model = OfferChange
        fields: list[str] = []

    def filter_queryset(self, queryset: QuerySet[OfferChange]) -> QuerySet[OfferChange]:
        """As the library's, then without what nobody edited unless it was asked for."""
        found: QuerySet[OfferChange] = super().filter_queryset(queryset)
        chosen = self.form.cleaned_data
        if chosen.get("sold"):
            return found
        return found.exclude(Q(certainty=Certainty.SOLD) if chosen.get("field") in MINOR_KEYS else NOT_EDITED)

    def keep(self, queryset: QuerySet[OfferChange], _name: str, _value: Any) -> QuerySet[OfferChange]:
        """Sales are dealt with once all other choices are made."""
        return queryset

    def search(self, queryset: QuerySet[OfferChange], _name: str, text: str) -> QuerySet[OfferChange]:
        """Changes of the offers that `text` may mean, and of what those offers used."""
        text = text.strip()
        offers = list(Offer.objects.filter(matching_offers(text)).values_list("pk", flat=True)[: FEW_OFFERS + 1])
        if len(offers) <= FEW_OFFERS:
            # Named one by one they lead straight to their changes, by index.
            return queryset.filter(touching_any_of(offers))
        # Subqueries and no joins: the database then walks over the newest changes until the page is full, instead of
        # joining and sorting them all.
        own = Offer.objects.filter(matching_offers(text)).order_by().values("pk")
        touching = touches_offers(matching_offers(text), matching_offers(text, "offer__"))
        shared = OfferChange.objects.filter(touching).order_by().values("pk")
        return queryset.filter(Q(offer__in=own) | Q(pk__in=shared))

    def with_words(self, queryset: QuerySet[OfferChange], _name: str, text: str) -> QuerySet[OfferChange]:
        """Changes whose values hold these words; PostgreSQL's websearch syntax takes any text without an error.

        Case does not matter, nor do the marks of Polish letters.
        """
        query = SearchQuery(without_polish_marks(text), config="simple", search_type="websearch")
        return queryset.alias(value_words=ValueWords("old", "new")).filter(value_words=query)

    def on_marketplace(self, queryset: QuerySet[OfferChange], _name: str, marketplace: str) -> QuerySet[OfferChange]:
        """Changes on one marketplace; those that hold everywhere belong to the account's own."""
        own = Q(marketplace="", account__base_marketplace=marketplace) & ~Q(shared__kind=DELIVERY_SETTINGS)
        settings = Q(shared__kind=DELIVERY_SETTINGS, shared__allegro_id=marketplace)
        return queryset.filter(Q(marketplace=marketplace) | own | settings)

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


def of_groups(keys: list[str]) -> Q:
    """Changes of any of these groups; fields that nobody registered belong to the terms."""
    wanted = Q(field__in=[key for group in keys for key in keys_of_group(group)])
    if Group.TERMS.value in keys:
        wanted |= Q(field__startswith=OTHER_PREFIX)
    if UNNAMED_GROUP in keys:
        wanted |= Q(field="")
    return wanted
