"""Any document of Allegro's as rows of name and text: what a form of its own is not worth, and what nobody foresaw."""

import json
import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accounts.templatetags.ui import MOMENT_FORMATS
from offers.calendar import WARSAW
from offers.words.codes import text_in_words
from offers.words.keys import KEY_LABELS
from offers.words.values import ISO_DURATION, as_money, show_duration, show_money

INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d.*")
# What names an entry of a list, so that one that only moved is not taken for another.
NAMING = ("name", "id", "code", "countryCode")
UUID_TEXT = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}")


def leaves(value: Any, key: str = "") -> dict[str, str]:
    """Each single value of a document by the way to it, as {"rates · PL · rate": "23.00"}; {"": text} of a scalar.

    `key` is that of the document which holds `value`: it tells what codes mean.
    """
    return dict(_walk(value, (), key))


def _walk(value: Any, way: tuple[str, ...], key: str) -> Iterator[tuple[str, str]]:
    if not value and isinstance(value, Mapping | list):
        return
    if _is_single(value):
        yield " · ".join(way), show_leaf(value, key)
    elif isinstance(value, Mapping):
        for inner, item in value.items():
            yield from _walk(item, (*way, label_of_key(str(inner))), str(inner))
    else:
        for position, item in enumerate(value, start=1):
            yield from _walk(item, (*way, _name_of_item(item, position)), key)


def _is_single(value: Any) -> bool:
    if isinstance(value, Mapping):
        return as_money(value) is not None or value.keys() == {"id"}
    return not isinstance(value, list) or not any(isinstance(item, Mapping | list) for item in value)


def _name_of_item(item: Any, position: int) -> str:
    if isinstance(item, Mapping):
        for key in NAMING:
            if isinstance(item.get(key), str | int):
                return short_id(str(item[key]))
    return entry_number(position)


def entry_number(position: int) -> str:
    """What an entry of a list is called that nothing else tells apart; counted from 1."""
    return _("entry %(number)d") % {"number": position}


def label_of_key(key: str) -> str:
    """A document's key in words; one that Allegro added later is marked as Allegro's own."""
    return _(KEY_LABELS[key]) if key in KEY_LABELS else _("new Allegro field “%(name)s”") % {"name": key}


def short_id(text: str) -> str:
    """The beginning of an id that nobody can read; any other text as it is."""
    return f"{text[:8]}…" if UUID_TEXT.fullmatch(text) else text


def show_leaf(value: Any, key: str = "") -> str:
    """One value that has no parts; `key` is that of the document which holds it."""
    if isinstance(value, Mapping):
        return show_money(value) if as_money(value) else short_id(str(value.get("id")))
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, list):
        return ", ".join(show_leaf(item, key) for item in value)
    if isinstance(value, str):
        return _show_text(value, key)
    return json.dumps(value, ensure_ascii=False)


def _show_text(value: str, key: str) -> str:
    if INSTANT.fullmatch(value):
        return show_instant(value)
    is_duration = len(value) > 2 and ISO_DURATION.fullmatch(value)
    return show_duration(value) if is_duration else text_in_words(key, value)


def show_instant(text: str) -> str:
    """An ISO 8601 instant in Warsaw time; any other text as it is."""
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        return text
    if instant.tzinfo is None:
        return text
    style = MOMENT_FORMATS["pl" if (get_language() or "pl").startswith("pl") else "en"]["minute"]
    return date_format(timezone.localtime(instant, WARSAW), style)
