"""Amounts, spans and other single values in words and figures of the reader's language."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any

from django.utils.formats import date_format, number_format
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from accounts.templatetags.ui import format_money
from offers.calendar import WARSAW
from offers.models import OfferStatus
from offers.words.codes import as_new_code

ISO_DURATION = re.compile(r"P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?")
# The address of one picture in any size: only the last part names the content.
IMAGE_IDENTITY = re.compile(r"^.*/")
NO_BREAK_SPACE = "\N{NO-BREAK SPACE}"
MINUS = "\N{MINUS SIGN}"


def show_money(value: Any) -> str:
    """{"amount": "49.90", "currency": "PLN"} as "49,90 zł"; anything of another shape as it is."""
    money = as_money(value)
    return format_money(*money) if money else str(value)


def as_money(value: Any) -> tuple[Decimal, str] | None:
    """Amount and currency of Allegro's money object, None for anything else."""
    if not isinstance(value, Mapping):
        return None
    try:
        return Decimal(str(value["amount"])), str(value["currency"])
    except (KeyError, InvalidOperation):
        return None


def signed_money(amount: Decimal, currency: str) -> str:
    """A difference of money with its sign and its currency."""
    return f"{_sign(amount, signed=True)}{format_money(abs(amount), currency)}"


def format_percent(ratio: Decimal, *, signed: bool = True) -> str:
    """A ratio as a percentage with one decimal."""
    # number_format cuts digits off, it does not round.
    rounded = abs(ratio * 100).quantize(Decimal("0.1"), ROUND_HALF_UP)
    figure = number_format(rounded, decimal_pos=1, use_l10n=True, force_grouping=True)
    return f"{_sign(ratio, signed=signed)}{figure}{NO_BREAK_SPACE}%"


def as_number(value: Any) -> Decimal | None:
    """A number, or text that is one (Allegro sends averages as text); None for anything else."""
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def format_number(number: Decimal) -> str:
    """A number with the digits it has, grouped and pointed as the reader is used to."""
    return number_format(number, use_l10n=True, force_grouping=True)


def format_count(number: int, *, signed: bool = False) -> str:
    """A whole number, grouped as the reader is used to."""
    figure = number_format(abs(number), use_l10n=True, force_grouping=True)
    return f"{_sign(Decimal(number), signed=signed)}{figure}"


def _sign(number: Decimal, *, signed: bool) -> str:
    if number < 0:
        return MINUS
    return "+" if signed and number > 0 else ""


def show_span(since: datetime, until: datetime) -> str:
    """The Warsaw days of a span, as short as they can be: "3 Sep", "3–12 Sep", "28 Aug – 3 Sep"."""
    first, last = since.astimezone(WARSAW).date(), until.astimezone(WARSAW).date()
    # Polish days stand with the month's name in the genitive, which only the long form has.
    style = "j E" if (get_language() or "pl").startswith("pl") else "j M"
    if first == last:
        return date_format(first, style)
    if (first.year, first.month) == (last.year, last.month):
        return f"{first.day}–{date_format(last, style)}"
    return f"{date_format(first, style)} – {date_format(last, style)}"


def show_duration(value: Any) -> str:
    """Allegro's ISO 8601 durations in words: PT24H is "24 hours", P3D "3 days", PT0S "at once"."""
    found = ISO_DURATION.fullmatch(str(value))
    if found is None:
        return str(value)
    years, months, days, hours, minutes, seconds = (int(part or 0) for part in found.groups())
    parts = [
        ngettext("%(count)d year", "%(count)d years", years) % {"count": years} if years else "",
        ngettext("%(count)d month", "%(count)d months", months) % {"count": months} if months else "",
        ngettext("%(count)d day", "%(count)d days", days) % {"count": days} if days else "",
        ngettext("%(count)d hour", "%(count)d hours", hours) % {"count": hours} if hours else "",
        ngettext("%(count)d minute", "%(count)d minutes", minutes) % {"count": minutes} if minutes else "",
        ngettext("%(count)d second", "%(count)d seconds", seconds) % {"count": seconds} if seconds else "",
    ]
    return " ".join(part for part in parts if part) or _("at once")


def show_status(value: Any) -> str:
    """A publication status in words; one that Allegro may add later is marked as its own."""
    if value == "ARCHIVED":
        return _("Archived")
    return str(OfferStatus(value).label) if value in OfferStatus.values else as_new_code(str(value))


def parameter_values(value: Any) -> dict[str, str]:
    """{"Kolor": "czarny, biały"} of Allegro's parameter list; without a name the parameter's id stands for it."""
    shown: dict[str, str] = {}
    for entry in value if isinstance(value, list) else []:
        if isinstance(entry, Mapping):
            name = str(entry.get("name") or entry.get("id") or "?")
            shown[name] = ", ".join(str(each) for each in _values_of(entry))
    return shown


def _values_of(parameter: Mapping[str, Any]) -> Sequence[Any]:
    if parameter.get("values"):
        values: Sequence[Any] = parameter["values"]
        return values
    span = parameter.get("rangeValue")
    if isinstance(span, Mapping):
        return [f"{span.get('from')}–{span.get('to')}"]
    return parameter.get("valuesIds") or []


def image_identity(url: Any) -> str:
    """What stays the same of a picture's address when only host or size changes."""
    return IMAGE_IDENTITY.sub("", str(url).split("?")[0])
