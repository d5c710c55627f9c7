"""A change in the reader's words: its name, old -> new, the difference, and the reason wherever a value is missing."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, ngettext

from offers.fields import (
    ACTIVATED,
    ARCHIVED,
    CHANGED,
    ENDED,
    GROUP_LABELS,
    PRICE_CHANGED,
    STATUS,
    STOCK_CHANGED,
    VISIBILITY_CHANGED,
    Group,
    Kind,
    get_field,
)
from offers.models import Certainty, OfferChange
from offers.textdiff import (
    Run,
    description_html,
    description_images,
    html_diff,
    plain_text,
    word_diff,
    words_changed,
)
from offers.values import (
    as_money,
    format_count,
    format_percent,
    image_identity,
    parameter_values,
    show_value,
    signed_money,
)

# Where a line of a list is full; the whole stands in the element's title and in the full diff.
LINE_LENGTH = 90
# The lane and filter of announcements that name no field.
UNNAMED_GROUP = "unnamed"

EVENT_LABELS: Mapping[str, str] = {
    CHANGED: gettext_noop("Edited, field not named"),
    PRICE_CHANGED: gettext_noop("Price"),
    STOCK_CHANGED: gettext_noop("Stock"),
    ACTIVATED: gettext_noop("Activated"),
    ENDED: gettext_noop("Ended"),
    ARCHIVED: gettext_noop("Archived"),
    VISIBILITY_CHANGED: gettext_noop("Visibility abroad"),
    "OFFER_TRANSLATION_UPDATED": gettext_noop("Translation"),
    "OFFER_BID_PLACED": gettext_noop("Bid placed"),
    "OFFER_BID_CANCELED": gettext_noop("Bid cancelled"),
    "OFFER_DELIVERY_COUNTRIES_BLOCKED": gettext_noop("Delivery countries blocked"),
}

ENDED_BY: Mapping[str, str] = {
    "USER": gettext_noop("ended by the seller"),
    "ADMIN": gettext_noop("ended by Allegro"),
    "EXPIRATION": gettext_noop("its time ran out"),
    "EMPTY_STOCK": gettext_noop("sold out"),
    "PRODUCT_DETACHMENT": gettext_noop("detached from its product"),
    "ERROR": gettext_noop("an error at Allegro"),
}

REASONS: Mapping[str, str] = {
    Certainty.OVERTAKEN: gettext_noop("Changed again before it was read."),
    Certainty.NO_DIFFERENCE: gettext_noop("Announced by Allegro; the reads before and after show no difference."),
    Certainty.UNREAD: gettext_noop("Announced by Allegro; the offer has not been read since."),
    Certainty.BEFORE_HISTORY: gettext_noop("Happened before the first reading of this offer."),
    Certainty.NOT_FOLLOWED: gettext_noop("Announced by Allegro; this part of an offer is not read."),
}
BEFORE_WAS_OVERTAKEN = gettext_noop("The value before was itself changed again before it was read.")
NO_EARLIER_READING = gettext_noop("There is no earlier reading.")


@dataclass(frozen=True, slots=True)
class Side:
    """One end of a change: its text, or no text and the reason why nobody saw it."""

    text: str = ""
    reason: str = ""

    @property
    def line(self) -> str:
        """The text cut to a list's line."""
        return self.text if len(self.text) <= LINE_LENGTH else f"{self.text[: LINE_LENGTH - 1].rstrip()}…"


@dataclass(frozen=True, slots=True)
class ShownChange:
    """What a list, the chart or the diff page shows of one change.

    `summary` stands in place of old -> new where the values are too long for a line, `note` tells the difference,
    `runs` mark the words of a short text, `is_minor` greys what no buyer can notice or nobody edited.
    """

    change: OfferChange
    label: str
    group: str
    group_label: str
    old: Side
    new: Side
    summary: str = ""
    note: str = ""
    runs: list[Run] = field(default_factory=list)
    is_minor: bool = False

    @property
    def who(self) -> str:
        """Who edited, as far as Allegro tells: a person or tool ("manual"), or Allegro's price rule ("automatic")."""
        return {"MANUAL": _("Manual"), "AUTOMATIC": _("Automatic")}.get(self.change.change_type, "")

    @property
    def who_reason(self) -> str:
        """Why `who` is empty."""
        if not self.change.event_type:
            return _("Allegro announced nothing; the change was seen by comparing two reads.")
        return _("Allegro does not say who edited.")

    @property
    def how(self) -> str:
        """How well the time and the values are known."""
        return str(Certainty(self.change.certainty).label)

    @property
    def plain(self) -> str:
        """Old -> new in one plain line, for the chart."""
        return self.summary or f"{self.old.line or '—'} → {self.new.line or '—'}"


def present(change: OfferChange) -> ShownChange:
    """`change` in the active language."""
    shown = _describe(change) if change.field and change.old_seen and change.new_seen else _describe_one_side(change)
    group, group_label = group_of(change)
    return ShownChange(
        change=change,
        label=label_of(change),
        group=group,
        group_label=group_label,
        old=_side(change, change.old, seen=change.old_seen, reason=_old_reason(change)),
        new=_side(change, change.new, seen=change.new_seen, reason=_reason(change)),
        **{"is_minor": change.certainty in {Certainty.SOLD, Certainty.NO_DIFFERENCE}, **shown},
    )


def label_of(change: OfferChange) -> str:
    """The field's name, or what the event announced where it names no field."""
    if change.field:
        return _(get_field(change.field).label)
    return _(EVENT_LABELS[change.event_type]) if change.event_type in EVENT_LABELS else change.event_type


def group_of(change: OfferChange) -> tuple[str, str]:
    """Key and name of the change's group; announcements without a field have their own."""
    if not change.field:
        return UNNAMED_GROUP, _("Not named")
    group = get_field(change.field).group
    return group.value, _(GROUP_LABELS[group])


def groups() -> list[tuple[str, str]]:
    """Keys and names of all groups, in the order of the lanes."""
    return [(group.value, _(GROUP_LABELS[group])) for group in Group] + [(UNNAMED_GROUP, _("Not named"))]


def _side(change: OfferChange, value: Any, *, seen: bool, reason: str) -> Side:
    if not seen:
        return Side(reason=reason)
    return Side(show_value(get_field(change.field).kind, value))


def _reason(change: OfferChange) -> str:
    return _(REASONS.get(Certainty(change.certainty), NO_EARLIER_READING))


def _old_reason(change: OfferChange) -> str:
    if change.certainty not in {Certainty.EXACT, Certainty.OVERTAKEN}:
        return _reason(change)
    return _(NO_EARLIER_READING if change.field == STATUS.key else BEFORE_WAS_OVERTAKEN)


# Differences, by the kind of field ------------------------------------------------------------------------------------


def _describe(change: OfferChange) -> dict[str, Any]:
    describe = _DIFFERENCES.get(get_field(change.field).kind)
    return describe(change) if describe and change.old is not None and change.new is not None else {}


def _describe_one_side(change: OfferChange) -> dict[str, Any]:
    """What can still be said where one value was not seen."""
    return {"note": _sold_meanwhile(change)} if change.units_sold else {}


def _sold_meanwhile(change: OfferChange) -> str:
    sold = ngettext("%(count)s sold in this time", "%(count)s sold in this time", change.units_sold)
    return sold % {"count": format_count(change.units_sold)}


def _status_difference(change: OfferChange) -> dict[str, Any]:
    """Why an offer ended, which only the journal tells (allegro-api issue 8675)."""
    payload = change.event.payload if change.event_id and change.event else {}
    ended_by = ((payload.get("offer") or {}).get("publication") or {}).get("endedBy")
    return {"note": _(ENDED_BY.get(ended_by, ended_by))} if ended_by else {}


def _money_difference(change: OfferChange) -> dict[str, Any]:
    old, new = as_money(change.old), as_money(change.new)
    if old is None or new is None or old[1] != new[1]:
        return {}
    difference = new[0] - old[0]
    note = signed_money(difference, new[1])
    return {"note": f"{note} ({format_percent(difference / old[0])})" if old[0] else note}


def _number_difference(change: OfferChange) -> dict[str, Any]:
    if not (isinstance(change.old, int) and isinstance(change.new, int)):
        return {}
    note = format_count(change.new - change.old, signed=True)
    return {"note": f"{note}; {_sold_meanwhile(change)}" if change.units_sold else note}


def _text_difference(change: OfferChange) -> dict[str, Any]:
    if not (isinstance(change.old, str) and isinstance(change.new, str)):
        return {}
    return {"runs": word_diff(change.old, change.new)} if len(change.old) + len(change.new) < 4 * LINE_LENGTH else {}


def _description_difference(change: OfferChange) -> dict[str, Any]:
    removed, added = words_changed(*(plain_text(description_html(value)) for value in (change.old, change.new)))
    parts = [
        ngettext("%(count)d word removed", "%(count)d words removed", removed) % {"count": removed} if removed else "",
        ngettext("%(count)d word added", "%(count)d words added", added) % {"count": added} if added else "",
    ]
    if description_images(change.old) != description_images(change.new):
        parts.append(_("pictures in the text changed"))
    summary = ", ".join(part for part in parts if part)
    return {"summary": summary or _("the same words in another order or layout")}


def _image_difference(change: OfferChange) -> dict[str, Any]:
    old, new = ([image_identity(url) for url in value or []] for value in (change.old, change.new))
    removed, added = (Counter(old) - Counter(new)).total(), (Counter(new) - Counter(old)).total()
    if not removed and not added:
        moved = _("only the order changed") if old != new else _("the same pictures at another address")
        return {"summary": moved, "is_minor": True}
    parts = [
        ngettext("%(count)d added", "%(count)d added", added) % {"count": added} if added else "",
        ngettext("%(count)d removed", "%(count)d removed", removed) % {"count": removed} if removed else "",
    ]
    return {"note": ", ".join(part for part in parts if part)}


def _parameter_difference(change: OfferChange) -> dict[str, Any]:
    rows = parameter_rows(change.old, change.new)
    if len(rows) == 1:
        name, old, new = rows[0]
        return {"summary": f"{name}: {old or '∅'} → {new or '∅'}"}
    names = ", ".join(name for name, _old, _new in rows)
    return {"summary": names} if rows else {}


def parameter_rows(old: Any, new: Any) -> list[tuple[str, str, str]]:
    """(name, old values, new values) of the parameters that differ; an absent one has no values."""
    before, after = parameter_values(old), parameter_values(new)
    names = [*before, *(name for name in after if name not in before)]
    return [(name, before.get(name, ""), after.get(name, "")) for name in names if before.get(name) != after.get(name)]


_DIFFERENCES = {
    Kind.MONEY: _money_difference,
    Kind.NUMBER: _number_difference,
    Kind.TEXT: _text_difference,
    Kind.HTML: _description_difference,
    Kind.IMAGES: _image_difference,
    Kind.PARAMETERS: _parameter_difference,
    Kind.STATUS: _status_difference,
}


# The full diff --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Picture:
    """One picture of the full diff; `mark` is "same", "removed" or "added"."""

    url: str
    mark: str


@dataclass(frozen=True, slots=True)
class FullDiff:
    """Everything that can be shown of a change whose values were both seen; empty parts do not apply to its kind."""

    html: str = ""
    runs: list[Run] = field(default_factory=list)
    pictures: list[Picture] = field(default_factory=list)
    parameters: list[tuple[str, str, str]] = field(default_factory=list)


def full_diff(change: OfferChange) -> FullDiff:
    """The whole difference of `change`; with one side unseen there is none."""
    if not (change.field and change.old_seen and change.new_seen):
        return FullDiff()
    kind = get_field(change.field).kind
    if kind is Kind.HTML:
        html = html_diff(description_html(change.old), description_html(change.new))
        return FullDiff(html=html, pictures=_pictures(description_images(change.old), description_images(change.new)))
    if kind is Kind.IMAGES:
        return FullDiff(pictures=_pictures(change.old or [], change.new or []))
    if kind is Kind.PARAMETERS:
        return FullDiff(parameters=parameter_rows(change.old, change.new))
    if kind in {Kind.TEXT, Kind.DOCUMENT, Kind.REFERENCE}:
        return FullDiff(runs=word_diff(show_value(kind, change.old), show_value(kind, change.new)))
    return FullDiff()


def _pictures(old: list[str], new: list[str]) -> list[Picture]:
    """The new pictures in their order, then those that went; https only, since the address comes from outside."""
    before, after = ({image_identity(url) for url in urls} for urls in (old, new))
    shown = [Picture(url, "same" if image_identity(url) in before else "added") for url in new]
    gone = [Picture(url, "removed") for url in old if image_identity(url) not in after]
    return [picture for picture in [*shown, *gone] if str(picture.url).startswith(("https://", "http://"))]
