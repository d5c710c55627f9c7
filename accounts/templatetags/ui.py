"""Small pieces that every page is made of: icons, money, moments, missing values, badges, form fields."""

from datetime import UTC, date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from django import forms, template
from django.templatetags.static import static
from django.utils import formats, timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _

register = template.Library()

WARSAW = ZoneInfo("Europe/Warsaw")
SPRITE = "vendor/tabler-icons/icons.svg"
CURRENCY_SIGNS = {"PLN": "zł", "EUR": "€", "CZK": "Kč", "HUF": "Ft", "RON": "lei"}
MOMENT_FORMATS = {
    "pl": {"minute": "d.m.Y, H:i", "second": "d.m.Y, H:i:s", "day": "d.m.Y"},
    "en": {"minute": "j M Y, H:i", "second": "j M Y, H:i:s", "day": "j M Y"},
}
BADGE_TONES = {"ok": "green", "warn": "yellow", "bad": "red", "info": "azure", "neutral": "secondary"}


@register.simple_tag
def icon(name: str, label: str = "", **attributes: str) -> SafeString:
    """The Tabler icon `name` from the vendored sprite; decoration unless `label` gives it a spoken name."""
    return _drawn(name, label, f"icon {attributes.get('class', '')}".strip())


@lru_cache(maxsize=2_000)
def _drawn(name: str, label: str, classes: str) -> SafeString:
    """An icon is the same on every page, and a list has hundreds of them."""
    spoken = format_html('role="img" aria-label="{}"', label) if label else mark_safe('aria-hidden="true"')
    return format_html(
        '<svg class="{}" {}><use href="{}#{}"></use></svg>', classes, spoken, static(SPRITE), name.replace("_", "-")
    )


@register.simple_tag
def dash(reason: str = "") -> SafeString:
    """A missing value: "—" for the eye, with the reason on hover and for screen readers."""
    why = reason or _("no data")
    return format_html(
        '<span class="text-secondary" title="{0}"><span aria-hidden="true">—</span>'
        '<span class="visually-hidden">{0}</span></span>',
        why,
    )


def format_money(amount: Decimal, currency: str) -> str:
    """`amount` with its currency as the reader writes it: `129,90 zł` in Polish, `PLN 129.90` in English.

    The sign of a negative one leads: `−129,90 zł`, `−PLN 129.90`.
    """
    return _written_money(amount, currency, _language())


# A page writes the same price in many places, and each time the formats of the language would be looked up.
@lru_cache(maxsize=5_000)
def _written_money(amount: Decimal, currency: str, language: str) -> str:
    whole_forints = currency == "HUF" and amount == amount.to_integral_value()
    places = 0 if whole_forints else 2
    number = formats.number_format(abs(amount), decimal_pos=places, use_l10n=True, force_grouping=True)
    sign = "\N{MINUS SIGN}" if amount < 0 else ""
    if language == "pl":
        return f"{sign}{number}\N{NO-BREAK SPACE}{CURRENCY_SIGNS.get(currency, currency)}"
    return f"{sign}{currency}\N{NO-BREAK SPACE}{number}"


@register.simple_tag
def money(amount: Decimal | None, currency: str = "", reason: str = "") -> str:
    """Money as text that never breaks over two lines, or a dash with `reason` where there is no amount."""
    if amount is None or not currency:
        return dash(reason)
    return format_html('<span class="text-nowrap">{}</span>', format_money(Decimal(amount), currency))


@register.simple_tag
def moment(when: datetime | date | None, precision: str = "minute", reason: str = "") -> SafeString:
    """A `<time>` in Warsaw time; `precision` is "minute", "second" or "day". None gives a dash with `reason`."""
    if when is None:
        return dash(reason)
    styles = MOMENT_FORMATS[_language()]
    if not isinstance(when, datetime):
        return format_html('<time datetime="{}">{}</time>', when.isoformat(), formats.date_format(when, styles["day"]))
    exact = when.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="seconds") + "Z"
    shown = formats.date_format(timezone.localtime(when, WARSAW), styles[precision])
    return format_html('<time class="text-nowrap" datetime="{}">{}</time>', exact, shown)


@register.filter
def quoted(text: object) -> str:
    """A name in the quotation marks of the reader's language: „Kawa” in Polish, “Kawa” in English."""
    return f"„{text}”" if _language() == "pl" else f"“{text}”"


@register.filter
def plain_moment(when: datetime) -> str:
    """A moment to the minute in Warsaw time, as text for letters."""
    return formats.date_format(timezone.localtime(when, WARSAW), MOMENT_FORMATS[_language()]["minute"])


@register.filter
def plain_day(day: date) -> str:
    """A day as `moment` writes it, as text for attributes."""
    return formats.date_format(day, MOMENT_FORMATS[_language()]["day"])


@register.simple_tag
def status_badge(tone: str, text: str, icon_name: str = "") -> SafeString:
    """A badge whose `tone` is ok, warn, bad, info or neutral; the text says the same, colour is never alone."""
    sign = icon(icon_name, **{"class": "icon-sm me-1"}) if icon_name else ""
    return format_html('<span class="badge bg-{0}-lt status-{1}">{2}{3}</span>', BADGE_TONES[tone], tone, sign, text)


@register.inclusion_tag("includes/field.html")
def field(bound: forms.BoundField, hint: str = "", bare: bool = False) -> dict[str, Any]:
    """One form field with label, control, help and errors tied together; `bare` drops the form's own placeholder."""
    widget = bound.field.widget
    is_check = isinstance(widget, forms.CheckboxInput)
    kind = "form-check-input" if is_check else "form-select" if isinstance(widget, forms.Select) else "form-control"
    invalid = " is-invalid" if bound.errors else ""
    given = widget.attrs.get("class", "")
    attributes: dict[str, str | bool] = {"class": f"{kind}{invalid} {given}".strip()}
    if bare and not is_check:
        attributes["placeholder"] = ""
    return {"field": bound, "control": bound.as_widget(attrs=attributes), "is_check": is_check, "hint": hint}


def _language() -> str:
    return "pl" if (get_language() or "pl").startswith("pl") else "en"
