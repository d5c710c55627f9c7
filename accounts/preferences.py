"""What the product remembers of a person's own choices: which series a chart shows, which columns a list has.

A preference never decides what someone may see, only how; a missing or outdated one falls back to the usual.
"""

import json
from enum import StrEnum
from typing import Final, TypeVar

from accounts.models import Preference, User

LONGEST = 4_000
Form = TypeVar("Form", dict[str, object], list[object])


class PreferenceKey(StrEnum):
    """Every key there is, with the form of its value."""

    CHART_SERIES = "chart-series"
    """A map from a series' id to whether the offer's chart draws it."""
    OFFER_COLUMNS = "offer-columns"
    """The catalogue's columns that are shown, as a list of their names."""
    EVENT_COLUMNS = "event-columns"
    """The same of the change events."""
    FIRST_RUN = "first-run"
    """Whether the path of the first run was put away: {"hidden": true}."""
    SHORTCUTS = "shortcuts"
    """Whether single keys are shortcuts: {"off": true} where the person switched them off (WCAG 2.1.4)."""


FORMS: Final[dict[PreferenceKey, type]] = {
    PreferenceKey.CHART_SERIES: dict,
    PreferenceKey.OFFER_COLUMNS: list,
    PreferenceKey.EVENT_COLUMNS: list,
    PreferenceKey.FIRST_RUN: dict,
    PreferenceKey.SHORTCUTS: dict,
}


class UnusablePreference(ValueError):
    """What was to be remembered is not JSON of the key's form, or is too long."""


def preference(user: User, key: PreferenceKey, usual: Form) -> Form:
    """What the person chose last, else `usual`; also where what is stored has another form than `usual`."""
    value = Preference.objects.filter(user=user, key=key).values_list("value", flat=True).first()
    return value if isinstance(value, type(usual)) else usual


def remember(user: User, key: PreferenceKey, value: object) -> None:
    """Store a choice in place of the last one. Raises UnusablePreference."""
    if not isinstance(value, FORMS[key]) or len(json.dumps(value)) > LONGEST:
        raise UnusablePreference(key)
    Preference.objects.update_or_create(user=user, key=key, defaults={"value": value})


def remember_json(user: User, key: PreferenceKey, text: str) -> None:
    """As `remember`, from the JSON that a page sends. Raises UnusablePreference."""
    try:
        value = json.loads(text)
    except ValueError as error:
        raise UnusablePreference(key) from error
    remember(user, key, value)
