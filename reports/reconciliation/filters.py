"""What the list of comparisons can be narrowed by. Every choice stands in the address; nonsense in it is ignored."""

from datetime import date
from typing import Any, Final

import django_filters
from django import forms
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy

from accounts.models import SellerAccount
from offers.letters import plain_letters
from offers.models import Offer
from offers.pages.filters import WHICH_OFFER
from offers.pages.widgets import QuickSelect
from reports.models import AccountTotal, ComparedMeasure, Comparison, ComparisonStatus
from reports.reconciliation.pages import show_days
from reports.reconciliation.words import LABELS

NEWEST, EVERY = "newest", "all"
SORTS: Final = {
    "size": ("size",),
    "offer": ("title", "allegro_offer_id"),
    "measure": ("measure",),
    "status": ("status",),
}
USUAL_SORT: Final = "-size"


def _accounts(_request: HttpRequest | None) -> QuerySet[SellerAccount]:
    found: QuerySet[SellerAccount] = SellerAccount.objects.order_by("login")
    return found


def _periods() -> list[tuple[str, Any]]:
    """The newest report of each offer, every report, or those of certain days."""
    days = AccountTotal.objects.order_by("-last_day", "-first_day").values_list("first_day", "last_day").distinct()
    named = [(f"{first}_{last}", show_days(first, last)) for first, last in days]
    return [
        (NEWEST, gettext_lazy("Newest report of each offer")),
        (EVERY, gettext_lazy("All reports")),
        *named,
    ]


class ComparisonFilter(django_filters.FilterSet):  # type: ignore[misc]
    """Narrows the list of comparisons; without a period to the newest report of each offer."""

    q = django_filters.CharFilter(
        label=gettext_lazy("Offer"),
        method="search",
        widget=forms.TextInput(attrs={"type": "search", "placeholder": WHICH_OFFER, "autocomplete": "off"}),
    )
    status = django_filters.ChoiceFilter(
        widget=QuickSelect,
        label=gettext_lazy("Status"),
        choices=ComparisonStatus.choices,
        empty_label=gettext_lazy("Any status"),
    )
    measure = django_filters.ChoiceFilter(
        widget=QuickSelect,
        label=gettext_lazy("Measure"),
        choices=ComparedMeasure.choices,
        empty_label=gettext_lazy("All measures"),
    )
    reason = django_filters.ChoiceFilter(
        widget=QuickSelect,
        label=gettext_lazy("Reason"),
        choices=[(str(code), label) for code, label in LABELS.items()],
        empty_label=gettext_lazy("Any reason"),
    )
    account = django_filters.ModelChoiceFilter(
        widget=QuickSelect, label=gettext_lazy("Account"), queryset=_accounts, empty_label=gettext_lazy("All accounts")
    )
    period = django_filters.ChoiceFilter(
        widget=QuickSelect, label=gettext_lazy("Period"), choices=_periods, method="of_period", empty_label=None
    )

    class Meta:
        model = Comparison
        fields: list[str] = []

    def filter_queryset(self, queryset: QuerySet[Comparison]) -> QuerySet[Comparison]:
        """As the library's; where no period is chosen, the newest report of each offer."""
        found: QuerySet[Comparison] = super().filter_queryset(queryset)
        return found if self.form.cleaned_data.get("period") else found.filter(is_newest=True)

    def search(self, queryset: QuerySet[Comparison], _name: str, text: str) -> QuerySet[Comparison]:
        """Offers that `text` may mean; case and the marks of letters do not matter."""
        text = text.strip()
        plain = plain_letters(text)
        known = Offer.objects.filter(plain_external_id__startswith=plain).order_by().values("pk")
        return queryset.filter(
            Q(plain_title__contains=plain) | Q(allegro_offer_id__startswith=text) | Q(offer__in=known)
        )

    def of_period(self, queryset: QuerySet[Comparison], _name: str, period: str) -> QuerySet[Comparison]:
        """Comparisons of the reports of certain days."""
        if period == NEWEST:
            return queryset.filter(is_newest=True)
        if period == EVERY:
            return queryset
        first, last = (date.fromisoformat(day) for day in period.split("_"))
        return queryset.filter(upload__period_from=first, upload__period_to=last)


def sort_key(wanted: str) -> str:
    """`wanted` where it is a column, with "-" for descending, else the largest difference first."""
    return wanted if wanted.removeprefix("-") in SORTS else USUAL_SORT


def sorted_comparisons(comparisons: QuerySet[Comparison], wanted: str) -> QuerySet[Comparison]:
    """`comparisons` by a column; equal ones in a fixed order."""
    key = sort_key(wanted)
    sign = "-" if key.startswith("-") else ""
    if key == USUAL_SORT:
        # As the index has it; rows were made offer by offer, so that those of one offer stand together.
        return comparisons.order_by("-size", "pk")
    columns = [f"{sign}{name}" for name in SORTS[key.removeprefix("-")]]
    rest = [name for name in ("title", "allegro_offer_id", "measure") if name not in SORTS[key.removeprefix("-")]]
    # Of one report all rows come from one file; those of several follow each other by their number.
    return comparisons.order_by(*columns, *rest, f"{sign}pk")
