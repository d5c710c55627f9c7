"""One value of an offer's field in words of the reader's language: on a line of a list, and in full."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from offers.fields import OTHER_PREFIX, Field, Kind, named
from offers.words.codes import CODES, LANGUAGES, STATUSES, Words, in_words
from offers.words.entries import as_text, entries, has_entries
from offers.words.leaves import label_of_key, short_id, show_instant
from offers.words.names import NameOf
from offers.words.textdiff import description_html, description_images, plain_text
from offers.words.values import as_number, format_number, show_duration, show_money, show_status

# The fields that hold one code.
CODED_FIELDS: Mapping[str, Words] = {
    "invoice": CODES["invoice"],
    "stock_unit": CODES["stockUnit"],
    "selling_format": CODES["format"],
    "language": CODES["language"],
    "promotion.status": STATUSES,
    "price_rule.type": CODES["type"],
    "product.status": STATUSES,
}


def name_of_field(field: Field) -> str:
    """What a field is called; one that nobody listed by its key, in words where that has any."""
    if field.key.startswith(OTHER_PREFIX):
        return str(capfirst(label_of_key(field.key.removeprefix(OTHER_PREFIX))))
    return _(field.label)


def name_of_place(marketplace: str) -> str:
    """A marketplace as Allegro calls it, or the language of a translation in words."""
    return str(LANGUAGES.get(marketplace, marketplace))


def show_value(field: Field, value: Any, name_of: NameOf = str) -> str:
    """`value` of `field` on one line, counted where it is long; one that was seen to be empty is named so.

    `name_of` gives the name of what the value refers to by id.
    """
    if is_empty(value):
        return pgettext("a field of an offer", "empty")
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if field.kind is Kind.REFERENCE:
        return name_of(str(value))
    if told := _BY_FIELD.get(field.key) or _COUNTED.get(field.kind):
        return told(value)
    return as_text(entries(field, value, name_of)) if has_entries(field) else _BY_KIND.get(field.kind, str)(value)


def show_whole_value(field: Field, value: Any, name_of: NameOf = str) -> str:
    """As `show_value`, but with every word, picture and entry, for files."""
    if is_empty(value):
        return show_value(field, value)
    if field.kind is Kind.HTML:
        return plain_text(description_html(value))
    if field.kind is Kind.IMAGES and isinstance(value, list):
        return " ".join(str(each) for each in value)
    return as_text(entries(field, value, name_of)) if has_entries(field) else show_value(field, value, name_of)


def is_empty(value: Any) -> bool:
    """Whether a value that was seen holds nothing. Zero and "no" are something."""
    return value is None or value in ("", [], {})


def shown_id(field: Field, value: Any, name_of: NameOf) -> str:
    """The ids behind the names in a value, "" where it has none or they are what is shown."""
    if field.kind is Kind.REFERENCE and value:
        return str(value) if name_of(str(value)) != str(value) else ""
    return ", ".join(named(field, value))


def _show_number(value: Any) -> str:
    number = as_number(value)
    return str(value) if number is None else format_number(number)


def _show_images(value: Any) -> str:
    return ngettext("%(count)d picture", "%(count)d pictures", _length(value)) % {"count": _length(value)}


def _show_parameters(value: Any) -> str:
    return ngettext("%(count)d parameter", "%(count)d parameters", _length(value)) % {"count": _length(value)}


def _show_rates(value: Any) -> str:
    return ngettext("%(count)d delivery method", "%(count)d delivery methods", _length(value)) % {
        "count": _length(value)
    }


def _show_description(value: Any) -> str:
    words = len(plain_text(description_html(value)).split())
    text = ngettext("%(count)d word", "%(count)d words", words) % {"count": words}
    pictures = description_images(value)
    return f"{text}, {_show_images(pictures)}" if pictures else text


def _length(value: Any) -> int:
    return len(value) if isinstance(value, list) else 0


_COUNTED: Mapping[Kind, Callable[[Any], str]] = {
    Kind.HTML: _show_description,
    Kind.IMAGES: _show_images,
    Kind.PARAMETERS: _show_parameters,
    Kind.RATES: _show_rates,
}
_BY_KIND: Mapping[Kind, Callable[[Any], str]] = {
    Kind.MONEY: show_money,
    Kind.NUMBER: _show_number,
    Kind.STATUS: show_status,
    Kind.DURATION: show_duration,
}
_BY_FIELD: Mapping[str, Callable[[Any], str]] = {
    "allegro_prices_share": lambda share: f"{share}\N{NO-BREAK SPACE}%",
    "allegro_prices_excluded": lambda since: _("since %(moment)s") % {"moment": show_instant(str(since))},
    "shipment_date": lambda moment: show_instant(str(moment)),
    "unfilled_parameters": _show_parameters,
    **{key: partial(in_words, words) for key, words in CODED_FIELDS.items()},
    "size_table": lambda key: short_id(str(key)),
    "contact": lambda key: short_id(str(key)),
}
