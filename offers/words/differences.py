"""What differs between the two values of a change: in a line, and in full."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, ngettext

from offers.fields import Field, Kind, get_field
from offers.models import OfferChange
from offers.words.codes import as_new_code
from offers.words.entries import Row, differing, has_entries, heading
from offers.words.leaves import short_id
from offers.words.names import NO_NAMES, NameOf, Names
from offers.words.textdiff import (
    Run,
    description_html,
    description_images,
    html_diff,
    plain_text,
    word_diff,
    words_changed,
)
from offers.words.values import as_money, format_count, format_percent, image_identity, signed_money
from offers.words.wording import show_value

# Where a line of a list is full; the whole stands in the element's title and in the full diff.
LINE_LENGTH = 90
# So many entries are told with their values on a line, of more only their names.
ENTRIES_ON_A_LINE = 3
PICTURES_ON_A_LINE = 4

ENDED_BY: Mapping[str, str] = {
    "USER": gettext_noop("ended by the seller"),
    "ADMIN": gettext_noop("ended by Allegro"),
    "EXPIRATION": gettext_noop("its time ran out"),
    "EMPTY_STOCK": gettext_noop("sold out"),
    "PRODUCT_DETACHMENT": gettext_noop("detached from its product"),
    "ERROR": gettext_noop("an error at Allegro"),
    "UNKNOWN": gettext_noop("Allegro does not say why"),
}


@dataclass(frozen=True, slots=True)
class Picture:
    """One picture of a difference; `mark` is "same", "removed" or "added"."""

    url: str
    mark: str


@dataclass(frozen=True, slots=True)
class Difference:
    """What a line says of a change besides old -> new: see `offers.words.presentation.ShownChange`."""

    summary: str = ""
    note: str = ""
    runs: list[Run] = field(default_factory=list)
    pictures: list[Picture] = field(default_factory=list)
    is_minor: bool = False


def describe(change: OfferChange, name_of: NameOf) -> Difference:
    """The difference in a line; with one side unseen, what can still be said."""
    if not (change.field and change.old_seen and change.new_seen):
        return Difference(note=_sold_meanwhile(change) if change.units_sold else "")
    registered = get_field(change.field)
    if has_entries(registered):
        return _entries_difference(registered, change, name_of)
    tell = _BY_KIND.get(registered.kind)
    return tell(change) if tell and change.old is not None and change.new is not None else Difference()


def _sold_meanwhile(change: OfferChange) -> str:
    sold = ngettext("%(count)s sold in this time", "%(count)s sold in this time", change.units_sold)
    return sold % {"count": format_count(change.units_sold)}


def _status_difference(change: OfferChange) -> Difference:
    """Why an offer ended, which only the journal tells (allegro-api issue 8675)."""
    payload = change.event.payload if change.event_id and change.event else {}
    ended_by = ((payload.get("offer") or {}).get("publication") or {}).get("endedBy")
    if not ended_by:
        return Difference()
    return Difference(note=_(ENDED_BY[ended_by]) if ended_by in ENDED_BY else as_new_code(str(ended_by)))


def _money_difference(change: OfferChange) -> Difference:
    old, new = as_money(change.old), as_money(change.new)
    if old is None or new is None or old[1] != new[1]:
        return Difference()
    difference = new[0] - old[0]
    note = signed_money(difference, new[1])
    return Difference(note=f"{note} ({format_percent(difference / old[0])})" if old[0] else note)


def _number_difference(change: OfferChange) -> Difference:
    if not (isinstance(change.old, int) and isinstance(change.new, int)):
        return Difference()
    note = format_count(change.new - change.old, signed=True)
    return Difference(note=f"{note}; {_sold_meanwhile(change)}" if change.units_sold else note)


def _text_difference(change: OfferChange) -> Difference:
    if not (isinstance(change.old, str) and isinstance(change.new, str)):
        return Difference()
    # Of a single word (a number, an instant) nothing can have stayed: that reads better as old -> new.
    is_prose = len(change.old) + len(change.new) < 4 * LINE_LENGTH and " " in change.old.strip()
    return Difference(runs=word_diff(change.old, change.new)) if is_prose else Difference()


def _description_difference(change: OfferChange) -> Difference:
    old, new = (plain_text(description_html(value)) for value in (change.old, change.new))
    removed, added = words_changed(old, new)
    parts = [
        ngettext("%(count)d word removed", "%(count)d words removed", removed) % {"count": removed} if removed else "",
        ngettext("%(count)d word added", "%(count)d words added", added) % {"count": added} if added else "",
    ]
    if description_images(change.old) != description_images(change.new):
        parts.append(_("pictures in the text changed"))
    summary = ", ".join(part for part in parts if part)
    return Difference(summary or _("the same words in another order or layout"))


def _image_difference(change: OfferChange) -> Difference:
    old, new = ([image_identity(url) for url in _addresses(value)] for value in (change.old, change.new))
    removed, added = (Counter(old) - Counter(new)).total(), (Counter(new) - Counter(old)).total()
    if not removed and not added:
        moved = _("only the order changed") if old != new else _("the same pictures at another address")
        return Difference(moved, is_minor=True)
    parts = [
        ngettext("%(count)d added", "%(count)d added", added) % {"count": added} if added else "",
        ngettext("%(count)d removed", "%(count)d removed", removed) % {"count": removed} if removed else "",
    ]
    moved_ones = [picture for picture in _pictures(change.old, change.new) if picture.mark != "same"]
    return Difference(note=", ".join(part for part in parts if part), pictures=moved_ones[:PICTURES_ON_A_LINE])


def _entries_difference(registered: Field, change: OfferChange, name_of: NameOf) -> Difference:
    """What came, went and changed by name; a document without names, or that has one value, is shown as old -> new."""
    rows = differing(registered, change.old, change.new, name_of)
    if not any(row.name for row in rows):
        return Difference()
    told = "; ".join(_row_in_words(row) for row in rows)
    if len(rows) <= ENTRIES_ON_A_LINE and len(told) < 2 * LINE_LENGTH:
        return Difference(told)
    if registered.kind is Kind.RATES:
        methods = ngettext("%(count)d delivery method changed", "%(count)d delivery methods changed", len(rows))
        return Difference(methods % {"count": len(rows)})
    return Difference(", ".join(_name_with_sign(row) for row in rows))


def _row_in_words(row: Row) -> str:
    name = _name_with_sign(row)
    if row.old and row.new:
        return f"{name}: {row.old} → {row.new}"
    return f"{name}: {row.old or row.new}" if row.old or row.new else name


def _name_with_sign(row: Row) -> str:
    sign = "+ " if row.old is None else "− " if row.new is None else ""
    return f"{sign}{short_id(row.name)}"


_BY_KIND: Mapping[Kind, Callable[[OfferChange], Difference]] = {
    Kind.MONEY: _money_difference,
    Kind.NUMBER: _number_difference,
    Kind.TEXT: _text_difference,
    Kind.HTML: _description_difference,
    Kind.IMAGES: _image_difference,
    Kind.STATUS: _status_difference,
}


# In full --------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class FullDiff:
    """Everything that can be shown of a change whose values were both seen; empty parts do not apply to its kind.

    `rows` are the entries that differ, `heading` says what their names are.
    """

    html: str = ""
    runs: list[Run] = field(default_factory=list)
    pictures: list[Picture] = field(default_factory=list)
    heading: str = ""
    rows: list[Row] = field(default_factory=list)


def full_diff(change: OfferChange, names: Names = NO_NAMES) -> FullDiff:
    """The whole difference of `change`; with one side unseen there is none. `names` are those of what it refers to."""
    if not (change.field and change.old_seen and change.new_seen):
        return FullDiff()
    registered = get_field(change.field)
    if registered.kind is Kind.HTML:
        html = html_diff(description_html(change.old), description_html(change.new))
        pictures = _pictures(description_images(change.old), description_images(change.new))
        return FullDiff(html=html, pictures=pictures)
    if registered.kind is Kind.IMAGES:
        return FullDiff(pictures=_pictures(change.old, change.new))
    name_of = names.of(change.account_id, registered)
    if has_entries(registered):
        rows = differing(registered, change.old, change.new, name_of)
        return FullDiff(heading=heading(registered), rows=rows)
    if registered.kind in {Kind.TEXT, Kind.REFERENCE}:
        return FullDiff(runs=word_diff(*(show_value(registered, value, name_of) for value in (change.old, change.new))))
    return FullDiff()


def _pictures(old: Any, new: Any) -> list[Picture]:
    """The new pictures in their order, then those that went; web addresses only, since they come from outside."""
    before, after = ({image_identity(url) for url in _addresses(urls)} for urls in (old, new))
    shown = [Picture(url, "same" if image_identity(url) in before else "added") for url in _addresses(new)]
    gone = [Picture(url, "removed") for url in _addresses(old) if image_identity(url) not in after]
    return [picture for picture in [*shown, *gone] if picture.url.startswith(("https://", "http://"))]


def _addresses(value: Any) -> list[str]:
    return [str(each) for each in value] if isinstance(value, list) else []
