"""The offer on one day, and two days side by side, in the reader's words: what the pages of a day show."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

import nh3
from django.utils.html import strip_tags
from django.utils.translation import gettext as _

from accounts.templatetags.ui import moment as show_moment
from offers.calendar import WARSAW, end_of_day
from offers.fields import GROUP_LABELS, SHARED_KINDS, Field, Group, Kind, fields_of_part
from offers.models import Certainty, Offer, OfferChange, SharedKind, SharedObject
from offers.record.touching import changes_of
from offers.state.loading import SharedState, load_record, load_shared
from offers.state.timeline import FieldState, Lack, Seen, state_at
from offers.words.entries import entries, has_entries
from offers.words.names import NameOf, read_names
from offers.words.presentation import Side
from offers.words.textdiff import SAFE_TAGS, description_html, description_images
from offers.words.wording import is_empty, name_of_field, name_of_place, show_value

INSTANT = timedelta(microseconds=1)
# As nh3 writes them: without attributes.
HEADING = re.compile(r"(</?h)([12])>")
# Allegro began in 1999; an earlier year is a slip of the hand.
FIRST_YEAR = 1999
# What is shown by itself above the groups.
LEADING = ("price", "stock", "status")
CONTENT = ("title", "images", "description", "parameters")
# Said once with the names of all fields instead of at each of them.
COLLECTED = (Lack.BEFORE, Lack.NEVER_READ, Lack.GONE)
# The chapter of each kind of shared object: that of its own fields.
GROUP_OF_KIND: Mapping[str, Group] = {kind: next(fields_of_part(kind)).group for kind in SHARED_KINDS}
# These lead from one state of the offer to another.
STEPS_BETWEEN_STATES = (Certainty.EXACT, Certainty.INTERVAL, Certainty.SEVERAL, Certainty.OVERTAKEN)


def parse_moment(text: str) -> datetime | None:
    """The instant that an address names: a Warsaw day (its end), a Warsaw time, or an instant with its offset.

    None for anything else.
    """
    try:
        if len(text) == len("2026-09-12"):
            instant = end_of_day(date.fromisoformat(text)) - INSTANT
        else:
            instant = datetime.fromisoformat(text)
        instant = (instant if instant.tzinfo else instant.replace(tzinfo=WARSAW)).astimezone(WARSAW)
    except (ValueError, OverflowError):
        return None
    return instant if instant.year >= FIRST_YEAR else None


# One instant ----------------------------------------------------------------------------------------------------------


NamesOf = Callable[[Field], NameOf]
"""For a field, how ids in its values are called."""


@dataclass(frozen=True, slots=True)
class Row:
    """One field: its value in words, or none; `note` tells the readings behind it or why there is no value.

    `entries` are the named pieces of a value that has some. `is_stale` marks what the newest reading found where the
    instant lies after it.
    """

    state: FieldState
    label: str
    has_value: bool
    value: Any
    text: str
    note: str
    entries: Mapping[str, str] = field(default_factory=dict)
    is_stale: bool = False

    @property
    def is_empty(self) -> bool:
        """Whether it was seen to hold nothing."""
        return self.has_value and is_empty(self.value)

    @property
    def html(self) -> str:
        """A description, cleaned by an allow-list of tags without attributes; its headings rank below the page's."""
        cleaned = nh3.clean(description_html(self.value), tags=SAFE_TAGS, attributes={})
        return HEADING.sub(lambda found: f"{found[1]}{int(found[2]) + 2}>", cleaned)

    @property
    def pictures(self) -> list[str]:
        """The addresses of the pictures, of a description those inside it."""
        urls = description_images(self.value) if self.state.field.kind is Kind.HTML else self.value or []
        return [str(url) for url in urls if str(url).startswith(("https://", "http://"))]


@dataclass(frozen=True, slots=True)
class SharedSheet:
    """A shared object and its content in words; `note` is what most rows have in common."""

    shared: SharedObject
    kind: str
    rows: Sequence[Row]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Chapter:
    """The fields of one group: those with something to say, the shared objects behind them, names of the empty ones.

    `note` is what most rows have in common.
    """

    key: str
    label: str
    rows: Sequence[Row]
    shared: Sequence[SharedSheet]
    empty: Sequence[str]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Day:
    """The offer as it stood at `moment`."""

    moment: datetime
    leading: Sequence[Row]
    content: Mapping[str, Row]
    chapters: Sequence[Chapter]
    collected: Sequence[tuple[str, Sequence[str]]] = field(default_factory=list)

    @property
    def note(self) -> str:
        """What most of the leading fields have in common."""
        return common_note(row.note for row in self.leading if row.has_value)


def read_day(offer: Offer, moment: datetime) -> Day:
    """`offer` at `moment`, in the active language. A fixed number of queries."""
    states = state_at(load_record(offer, [moment]), moment)
    shared = load_shared(offer, moment)
    names = read_state_names(offer, [*states, *(state for each in shared.values() for state in each.states)])
    rows = [row_of(state, names) for state in states]
    leading = [row for row in rows if row.state.field.key in LEADING]
    content = {row.state.field.key: row for row in rows if row.state.field.key in CONTENT}
    others = [row for row in rows if row.state.field.key not in {*LEADING, *CONTENT}]
    sheets = [_sheet(each, names) for each in shared.values()]
    chapters = [_chapter(group, others, sheets) for group in Group]
    return Day(
        moment,
        leading,
        content,
        [each for each in chapters if each.rows or each.shared or each.empty],
        by_reason([row for row in others if row.state.lack in COLLECTED]),
    )


def read_state_names(offer: Offer, states: Iterable[FieldState]) -> NamesOf:
    """The names of whatever these states refer to. One query for each kind of name."""
    values = [
        OfferChange(
            account_id=offer.account_id,
            offer=offer,
            field=state.field.key,
            old=state.value if state.is_known else state.before and state.before.value,
            new=state.after and state.after.value,
        )
        for state in states
    ]
    return partial(read_names(values).of, offer.account_id)


def row_of(state: FieldState, names: NamesOf) -> Row:
    seen = compared_value(state)
    label = name_of_field(state.field)
    if state.marketplace:
        label = f"{label} ({name_of_place(state.marketplace)})"
    has_list = seen is not None and has_entries(state.field) and not is_empty(seen.value)
    return Row(
        state,
        label,
        seen is not None,
        seen.value if seen else None,
        _words(state, seen, names) if seen else "",
        note_of(state, names),
        entries(state.field, seen.value, names(state.field)) if seen and has_list else {},
        is_stale=seen is not None and not state.is_known,
    )


def _words(state: FieldState, seen: Seen, names: NamesOf) -> str:
    return show_value(state.field, seen.value, names(state.field))


def _sheet(each: SharedState, names: NamesOf) -> SharedSheet:
    rows = [row_of(state, names) for state in each.states]
    filled = [row for row in rows if not row.is_empty]
    note = common_note(row.note for row in filled if row.has_value)
    return SharedSheet(each.shared, each.shared.get_kind_display(), filled, note)


def common_note(notes: Iterable[str]) -> str:
    """The note that most fields share, to be shown once; "" where none repeats."""
    [(note, times)] = Counter(notes).most_common(1) or [("", 0)]
    return note if times > 1 else ""


def _chapter(group: Group, rows: Sequence[Row], sheets: Sequence[SharedSheet]) -> Chapter:
    own = [row for row in rows if row.state.field.group == group and row.state.lack not in COLLECTED]
    return Chapter(
        group.value,
        _(GROUP_LABELS[group]),
        [row for row in own if not row.is_empty],
        [sheet for sheet in sheets if GROUP_OF_KIND[sheet.shared.kind] == group],
        [row.label for row in own if row.is_empty],
        common_note(row.note for row in own if row.has_value),
    )


def by_reason(rows: Iterable[Row]) -> list[tuple[str, list[str]]]:
    """The fields without a value for one and the same reason: (reason, names)."""
    found: dict[str, list[str]] = {}
    for row in rows:
        reason = _plain_reason(row.state) if row.state.lack in COLLECTED else row.note
        found.setdefault(reason, []).append(row.label)
    return list(found.items())


def compared_value(state: FieldState) -> Seen | None:
    """The value, or what the newest reading found where the instant lies after it."""
    return Seen(state.value, state.since) if state.is_known and state.since else state.latest


# Reasons --------------------------------------------------------------------------------------------------------------


def note_of(state: FieldState, names: NamesOf) -> str:
    """The readings behind a known value, else the reason why it is unknown with what was seen around it."""
    if state.is_known:
        return _known_note(state)
    if state.lack in COLLECTED:
        text = _("Seen then: %(value)s.") if state.lack is Lack.BEFORE else _("Last seen: %(value)s.")
        seen = state.after if state.lack is Lack.BEFORE else state.before
        reason = _plain_reason(state)
        return f"{reason} {text % {'value': _short(state, seen, names)}}" if seen else reason
    return _reason(state, names)


def _known_note(state: FieldState) -> str:
    if state.since == state.until:
        return _("Read on %(since)s") % _times(state)
    return _("Read from %(since)s to %(until)s") % _times(state)


def _plain_reason(state: FieldState) -> str:
    is_shared = state.field.part in SHARED_KINDS
    kind = {"kind": SharedKind(state.field.part).label} if is_shared else {}
    match state.lack:
        case Lack.BEFORE:
            return _("Known only since %(until)s.") % _times(state)
        case Lack.GONE if is_shared and state.until is None:
            return _("%(kind)s: no longer at Allegro from %(since)s.") % (_times(state) | kind)
        case Lack.GONE if is_shared:
            return _("%(kind)s: not at Allegro from %(since)s to %(until)s.") % (_times(state) | kind)
        case Lack.GONE if state.until is None:
            return _("From %(since)s Allegro no longer returned the offer.") % _times(state)
        case Lack.GONE:
            return _("From %(since)s to %(until)s Allegro did not return the offer.") % _times(state)
    return _("Never read for this offer.")


def _reason(state: FieldState, names: NamesOf) -> str:
    texts = {
        Lack.BETWEEN: _("%(before)s or %(after)s; changed between %(since)s and %(until)s."),
        Lack.LOST: _(
            "%(before)s or %(after)s; changed between %(since)s and %(until)s, while Allegro's journal was not read."
        ),
        Lack.CUT_OFF: _(
            "%(before)s until %(since)s, %(after)s from %(until)s; between these Allegro did not return the offer."
        ),
        Lack.OVERTAKEN: _("Changed at %(since)s and again by %(until)s, before it was read."),
        Lack.UNREAD: _("As read on %(since)s; not read since."),
        Lack.ANNOUNCED: _("Allegro announced a change at %(since)s; not read since. Before: %(before)s."),
    }
    if state.field.part in SHARED_KINDS:
        texts[Lack.CUT_OFF] = _(
            "%(before)s until %(since)s, %(after)s from %(until)s; between these it was not at Allegro."
        )
    if state.lack is None:
        return ""
    ends = {"before": _short(state, state.before, names), "after": _short(state, state.after, names)}
    return texts[state.lack] % (_times(state) | ends)


def _times(state: FieldState) -> dict[str, str]:
    return {"since": _time(state.since), "until": _time(state.until)}


def _time(instant: datetime | None) -> str:
    return strip_tags(show_moment(instant)) if instant else "—"


def _short(state: FieldState, seen: Seen | None, names: NamesOf) -> str:
    return Side(_words(state, seen, names)).line if seen else "—"


# The way to other days ------------------------------------------------------------------------------------------------


def neighbouring_changes(offer: Offer, moment: datetime) -> tuple[OfferChange | None, OfferChange | None]:
    """The last edit of `offer`, or of what it used, before `moment` and the first one after it. Four queries."""
    edits = (
        changes_of(offer)
        .filter(certainty__in=STEPS_BETWEEN_STATES)
        .only("id", "offer_id", "field", "event_type", "not_before", "not_after")
    )
    earlier = edits.filter(not_after__lt=moment).order_by("-not_after", "-id").first()
    return earlier, edits.filter(not_after__gt=moment).order_by("not_after", "id").first()
