"""A change in the reader's words: its name, old -> new, the difference, and the reason wherever a value is missing."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from offers.calendar import WARSAW
from offers.fields import (
    ACTIVATED,
    ARCHIVED,
    CHANGED,
    COUNTRIES_BLOCKED,
    ENDED,
    GROUP_LABELS,
    PRICE_CHANGED,
    STATUS,
    STOCK_CHANGED,
    TRANSLATION_UPDATED,
    TRANSLATIONS_PART,
    VISIBILITY_CHANGED,
    Group,
    get_field,
)
from offers.models import Certainty, OfferChange
from offers.words.codes import as_new_code
from offers.words.differences import LINE_LENGTH, Picture, describe
from offers.words.names import NO_NAMES, NameOf, Names, read_names
from offers.words.textdiff import Run
from offers.words.values import show_span
from offers.words.wording import is_empty, name_of_field, name_of_place, show_value, shown_id

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
    TRANSLATION_UPDATED: gettext_noop("Translation"),
    "OFFER_BID_PLACED": gettext_noop("Bid placed"),
    "OFFER_BID_CANCELED": gettext_noop("Bid cancelled"),
    COUNTRIES_BLOCKED: gettext_noop("Delivery countries blocked"),
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
ONLY_NEW_IS_TOLD = gettext_noop("Allegro's announcement tells only what holds from then on.")


@dataclass(frozen=True, slots=True)
class Side:
    """One end of a change: its text, or no text and the reason why nobody saw it.

    `ids` are those behind names in the text, "" without any.
    """

    text: str = ""
    reason: str = ""
    ids: str = ""

    @property
    def line(self) -> str:
        """The text cut to a list's line."""
        return self.text if len(self.text) <= LINE_LENGTH else f"{self.text[: LINE_LENGTH - 1].rstrip()}…"

    @property
    def title(self) -> str:
        """What the line leaves out, "" where it says everything."""
        whole = self.text if self.line != self.text else ""
        return " · ".join(part for part in (whole, self.ids) if part)


@dataclass(frozen=True, slots=True)
class ShownChange:
    """What a list, the chart or the diff page shows of one change.

    `summary` stands in place of old -> new where the values are too long for a line, `note` tells the difference,
    `runs` mark the words of a short text, `pictures` are some that came or went, `returned` names a return to an
    earlier value, `is_minor` greys what no buyer can notice or nobody edited. `name_of` gives the names of what the
    values refer to.
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
    pictures: list[Picture] = field(default_factory=list)
    returned: str = ""
    name_of: NameOf = str
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
    def place(self) -> str:
        """The marketplace, or the language of a translation, where the change is of a single one."""
        return name_of_place(self.change.marketplace)

    @property
    def is_language(self) -> bool:
        """Whether that place is a language and no marketplace."""
        return get_field(self.change.field).part == TRANSLATIONS_PART

    @property
    def source(self) -> str:
        """Whether Allegro's journal announced it, or two reads showed it."""
        return _("Announced by Allegro") if self.change.event_type else _("Found by comparing")

    @property
    def how(self) -> str:
        """How well the time and the values are known."""
        return str(Certainty(self.change.certainty).label)

    @property
    def url(self) -> str:
        """The address of the full diff."""
        change = self.change
        if change.offer_id:
            return reverse("offers:change", args=[change.offer_id, change.pk])
        return reverse("offers:shared_change", args=[change.pk])

    @property
    def touched(self) -> int:
        """How many offers it touched, where the list has counted them."""
        return int(getattr(self.change, "touched", 1))

    @property
    def plain(self) -> str:
        """Old -> new in one plain line, for the chart."""
        return self.summary or f"{self.old.line or '—'} → {self.new.line or '—'}"


def present_all(changes: Iterable[OfferChange]) -> list[ShownChange]:
    """`changes` in the active language, with the names of what they refer to: one query for all of them."""
    rows = list(changes)
    names = read_names(rows)
    return [present(change, names) for change in rows]


def present(change: OfferChange, names: Names = NO_NAMES) -> ShownChange:
    """`change` in the active language; ids that are not in `names` stand for themselves."""
    name_of = names.of(change.account_id, get_field(change.field))
    difference = describe(change, name_of)
    group, group_label = group_of(change)
    return ShownChange(
        change=change,
        label=label_of(change),
        group=group,
        group_label=group_label,
        old=_side(change, change.old, name_of, seen=change.old_seen, reason=_old_reason(change)),
        new=_side(change, change.new, name_of, seen=change.new_seen, reason=_reason(change)),
        summary=difference.summary,
        note=difference.note,
        runs=difference.runs,
        pictures=difference.pictures,
        returned=_return(change),
        name_of=name_of,
        is_minor=difference.is_minor or _is_minor(change),
    )


def _is_minor(change: OfferChange) -> bool:
    return change.certainty in {Certainty.SOLD, Certainty.NO_DIFFERENCE} or get_field(change.field).is_minor


def _return(change: OfferChange) -> str:
    """A return to an earlier value, where the list has looked for one; "yes" and "empty" are no such values."""
    held_until = getattr(change, "returned_to", None)
    if held_until is None or is_empty(change.new) or isinstance(change.new, bool):
        return ""
    day = show_span(held_until, held_until)
    if held_until.astimezone(WARSAW).year != change.not_after.astimezone(WARSAW).year:
        day = f"{day} {date_format(held_until.astimezone(WARSAW), 'Y')}"
    return _("back to the value of %(day)s") % {"day": day}


def label_of(change: OfferChange) -> str:
    """The field's name, or what the event announced where it names no field."""
    if change.field:
        return name_of_field(get_field(change.field))
    return _(EVENT_LABELS[change.event_type]) if change.event_type in EVENT_LABELS else as_new_code(change.event_type)


def group_of(change: OfferChange) -> tuple[str, str]:
    """Key and name of the change's group; announcements without a field have their own."""
    if not change.field:
        return UNNAMED_GROUP, _("Not named")
    group = get_field(change.field).group
    return group.value, _(GROUP_LABELS[group])


def groups() -> list[tuple[str, str]]:
    """Keys and names of all groups, in the order of the lanes."""
    return [(group.value, _(GROUP_LABELS[group])) for group in Group] + [(UNNAMED_GROUP, _("Not named"))]


def _side(change: OfferChange, value: Any, name_of: NameOf, *, seen: bool, reason: str) -> Side:
    if not seen:
        return Side(reason=reason)
    registered = get_field(change.field)
    return Side(show_value(registered, value, name_of), ids=shown_id(registered, value, name_of))


def _reason(change: OfferChange) -> str:
    return _(REASONS.get(Certainty(change.certainty), NO_EARLIER_READING))


def _old_reason(change: OfferChange) -> str:
    if change.event_type == COUNTRIES_BLOCKED and change.field:
        return _(ONLY_NEW_IS_TOLD)
    if change.certainty not in {Certainty.EXACT, Certainty.OVERTAKEN}:
        return _reason(change)
    return _(NO_EARLIER_READING if change.field == STATUS.key else BEFORE_WAS_OVERTAKEN)
