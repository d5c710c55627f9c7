"""Which columns a list shows: a person's own choice, remembered; the offer itself always stands first."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext_noop

from accounts.models import ListPage, User
from accounts.preferences import PreferenceKey, preference, remember


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns that can be chosen, by key, with those that are shown until somebody chooses."""

    key: PreferenceKey
    labels: Mapping[str, str]
    usual: tuple[str, ...]

    def of(self, user: User) -> list[str]:
        """Those that the person sees, in the order of the list; names that are no more are left out."""
        chosen = preference(user, self.key, list[object](self.usual))
        return [name for name in self.labels if name in chosen]

    def choose(self, user: User, names: list[str]) -> None:
        """Remember the person's choice; what is no column is left out."""
        remember(user, self.key, [name for name in self.labels if name in names])


OFFER_LABELS: Final = {
    "price": gettext_noop("Price"),
    "stock": gettext_noop("Stock"),
    "status": gettext_noop("Status"),
    "visits": gettext_noop("30-day visitors"),
    "watchers": gettext_noop("Watchers"),
    "units": gettext_noop("Sold in 28 days"),
    "trend": gettext_noop("Trend"),
    "changed": gettext_noop("Latest edit"),
    "compared": gettext_noop("API and XLSX"),
}
EVENT_LABELS: Final = {
    "change": gettext_noop("Change"),
    "who": gettext_noop("Who"),
    "source": gettext_noop("Source"),
    "sku": gettext_noop("SKU"),
}
COLUMNS: Final[Mapping[str, Columns]] = {
    ListPage.OFFERS.value: Columns(
        PreferenceKey.OFFER_COLUMNS, OFFER_LABELS, tuple(name for name in OFFER_LABELS if name != "watchers")
    ),
    ListPage.EVENTS.value: Columns(PreferenceKey.EVENT_COLUMNS, EVENT_LABELS, ("change", "who")),
}
