"""Changes are a pure function of snapshots, journal events and sales: each rule by example, the whole by properties."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from offers.fields import DETAIL_PART, PRICE_STOCK_PART, TRANSLATIONS_PART
from offers.record.changes import (
    PART_OF_EVENT,
    PURCHASE_MARGIN,
    PURCHASE_TOLERANCE,
    Change,
    Event,
    Facts,
    Sale,
    Snapshot,
    derive_changes,
    derive_shared,
)

START = datetime(2026, 9, 1, 8, tzinfo=UTC)
PRICE, STOCK, CHANGED = "OFFER_PRICE_CHANGED", "OFFER_STOCK_CHANGED", "OFFER_CHANGED"
ACTIVATED, ENDED = "OFFER_ACTIVATED", "OFFER_ENDED"
PARTS = (PRICE_STOCK_PART, DETAIL_PART)


def at(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def money(amount: str, currency: str = "PLN") -> dict[str, str]:
    return {"amount": amount, "currency": currency}


def price_stock(price: str = "49.90", stock: int = 20, czech: str = "") -> dict[str, Any]:
    foreign = {"allegro-cz": {"sellingMode": {"price": money(czech, "CZK")}}} if czech else {}
    return {
        "sellingMode": {"price": money(price)},
        "stock": {"available": stock},
        "additionalMarketplaces": foreign,
    }


def detail(title: str = "Kawa", handling: str = "PT24H", status: str = "ACTIVE") -> dict[str, Any]:
    return {"name": title, "delivery": {"handlingTime": handling}, "publication": {"status": status}}


def seen(document: Mapping[str, Any], first: float, last: float | None = None) -> Snapshot:
    part = PRICE_STOCK_PART if "stock" in document else DETAIL_PART
    return Snapshot(part, document, at(first), at(first if last is None else last))


def event(kind: str, occurred: float, received: float | None = None, *, name: str = "", **types: str) -> Event:
    change_types = {marketplace.replace("_", "-"): value for marketplace, value in types.items()}
    received_at = at(occurred + 12 if received is None else received)
    return Event(name or f"{kind}-{occurred}", kind, at(occurred), received_at, change_types)


def derive(snapshots: Sequence[Snapshot], events: Sequence[Event] = (), sales: Sequence[Sale] = ()) -> list[Change]:
    return derive_changes(Facts(snapshots, events, sales))


def only(changes: Sequence[Change]) -> Change:
    assert len(changes) == 1, changes
    return changes[0]


def certainties(changes: Sequence[Change]) -> list[str]:
    return [change.certainty for change in changes]


# By example ----------------------------------------------------------------------------------------------------------


def test_one_event_between_two_reads_gives_the_exact_moment_and_both_values() -> None:
    change = only(
        derive(
            [seen(price_stock("49.90"), 0, 60), seen(price_stock("44.90"), 120)],
            [event(PRICE, 90, allegro_pl="MANUAL")],
        )
    )
    assert (change.field, change.certainty, change.change_type) == ("price", "exact", "MANUAL")
    assert (change.old, change.new) == (money("49.90"), money("44.90"))
    assert change.not_before == change.not_after == at(90)


def test_a_difference_without_event_has_an_interval_and_no_moment() -> None:
    change = only(derive([seen(detail(handling="PT24H"), 0, 60), seen(detail(handling="P3D"), 3600, 7200)]))
    assert (change.field, change.certainty, change.event_id) == ("handling_time", "interval", "")
    assert (change.old, change.new) == ("PT24H", "P3D")
    assert (change.not_before, change.not_after) == (at(60), at(3600))


def test_an_event_does_not_explain_a_field_that_allegro_is_silent_about() -> None:
    changes = derive(
        [seen(detail(handling="PT24H"), 0, 60), seen(detail(handling="P3D"), 120)],
        [event(CHANGED, 90)],
    )
    assert sorted(certainties(changes)) == ["interval", "no_difference"]
    silent = next(change for change in changes if change.certainty == "interval")
    assert silent.event_id == ""


def test_of_several_price_events_the_last_has_the_new_value_and_the_first_the_old() -> None:
    changes = derive(
        [seen(price_stock("49.90"), 0), seen(price_stock("39.90"), 120)],
        [event(PRICE, 30), event(PRICE, 60), event(PRICE, 90)],
    )
    assert certainties(changes) == ["overtaken", "overtaken", "exact"]
    assert [(change.old_seen, change.new_seen) for change in changes] == [(True, False), (False, False), (False, True)]
    assert [change.new for change in changes] == [None, None, money("39.90")]
    assert [change.old for change in changes] == [money("49.90"), None, None]


def test_of_several_unnamed_edits_any_may_be_the_one() -> None:
    changes = derive(
        [seen(detail("Kawa"), 0), seen(detail("Kawa palona"), 120)],
        [event(CHANGED, 30), event(CHANGED, 90)],
    )
    change = only(changes)
    assert (change.certainty, change.old, change.new) == ("several", "Kawa", "Kawa palona")
    assert (change.not_before, change.not_after) == (at(30), at(90))


def test_one_unnamed_edit_explains_every_field_that_differs() -> None:
    before, after = detail("Kawa"), detail("Herbata")
    after["images"] = ["https://example.com/1.jpg"]
    changes = derive([seen(before, 0), seen(after, 120)], [event(CHANGED, 60)])
    assert {(change.field, change.certainty) for change in changes} == {("title", "exact"), ("images", "exact")}
    assert {change.event_id for change in changes} == {"OFFER_CHANGED-60"}


def test_an_event_without_difference_is_kept_and_says_so() -> None:
    change = only(derive([seen(detail(), 0, 120)], [event(CHANGED, 60)]))
    assert (change.certainty, change.field, change.old_seen, change.new_seen) == ("no_difference", "", False, False)


def test_a_price_event_without_difference_names_its_field() -> None:
    change = only(derive([seen(price_stock(), 0, 120)], [event(PRICE, 60)]))
    assert (change.certainty, change.field, change.old, change.new) == ("no_difference", "price", None, None)


def test_an_event_after_the_last_read_is_not_read_yet() -> None:
    change = only(derive([seen(price_stock(), 0, 60)], [event(PRICE, 90)]))
    assert (change.certainty, change.old_seen, change.new_seen) == ("unread", False, False)


def test_an_event_of_an_offer_that_was_never_read_is_not_read_yet() -> None:
    assert only(derive([], [event(STOCK, 90)])).certainty == "unread"


def test_the_last_price_event_before_the_first_read_led_to_the_price_read() -> None:
    changes = derive([seen(price_stock("44.90"), 120)], [event(PRICE, 30), event(PRICE, 60)])
    assert certainties(changes) == ["before_history", "before_history"]
    assert [(change.new, change.new_seen) for change in changes] == [(None, False), (money("44.90"), True)]
    assert not any(change.old_seen for change in changes)


def test_a_foreign_price_event_before_the_first_read_says_nothing_about_the_base_price() -> None:
    change = only(derive([seen(price_stock(czech="300.00"), 120)], [event(PRICE, 60, allegro_cz="AUTOMATIC")]))
    assert (change.certainty, change.new, change.new_seen) == ("before_history", None, False)


def test_an_event_about_a_part_that_is_not_read_is_kept_as_such() -> None:
    change = only(derive([seen(detail(), 0, 120)], [event("OFFER_BID_PLACED", 60)]))
    assert (change.certainty, change.field) == ("not_followed", "")


def test_an_event_type_of_the_future_is_kept_too() -> None:
    assert only(derive([seen(detail(), 0, 120)], [event("OFFER_TELEPORTED", 60)])).certainty == "not_followed"


def translated(first: float, last: float | None = None, **titles: str) -> Snapshot:
    document = {language.replace("_", "-"): {"title": title} for language, title in titles.items()}
    return Snapshot(TRANSLATIONS_PART, document, at(first), at(first if last is None else last))


def test_a_translation_event_explains_only_the_languages_it_names() -> None:
    changes = derive(
        [translated(0, cs_CZ="Káva", sk_SK="Káva"), translated(120, cs_CZ="Káva 1 kg", sk_SK="Káva 1 kg")],
        [event("OFFER_TRANSLATION_UPDATED", 60, cs_CZ="")],
    )
    assert {change.marketplace: change.certainty for change in changes} == {"cs-CZ": "exact", "sk-SK": "interval"}


def test_two_events_of_one_instant_about_different_languages_are_two() -> None:
    changes = derive(
        [translated(0, cs_CZ="Káva", sk_SK="Káva"), translated(120, cs_CZ="Káva 1 kg", sk_SK="Káva 1 kg")],
        [
            event("OFFER_TRANSLATION_UPDATED", 60, name="first", cs_CZ=""),
            event("OFFER_TRANSLATION_UPDATED", 60, name="second", sk_SK=""),
        ],
    )
    assert certainties(changes) == ["exact", "exact"]


def test_what_an_event_tells_itself_needs_no_read() -> None:
    told = [{"marketplaceId": "allegro-pl", "blockades": [{"country": "DE", "reason": "EXPORT_BLOCKADE"}]}]
    change = only(derive([], [replace(event("OFFER_DELIVERY_COUNTRIES_BLOCKED", 60), told=told)]))
    assert (change.field, change.certainty, change.not_before) == ("blocked_deliveries", "exact", at(60))
    assert (change.old_seen, change.new_seen, change.new) == (False, True, told)


@pytest.mark.parametrize(
    ("part", "old", "new", "fields"),
    [
        ("promotions", {"promotions": ["a"]}, {"promotions": ["a", "b"], "bundles": ["c"]}, ["bundles", "promotions"]),
        ("promo_options", {}, {"": {"base": {"id": "emphasized10d"}}}, ["promo_package"]),
        ("price_rules", {"": {"rule": "r"}}, {"": {"rule": "r", "range": {"minPrice": "1"}}}, ["price_range"]),
        ("allegro_prices", {"": {"final": money("9.00")}}, {}, ["allegro_price"]),
        ("rating", {"responses": 3, "average": "5.00"}, {"responses": 4, "average": "4.75"}, ["rating", "ratings"]),
    ],
)
def test_what_stands_beside_an_offer_changes_silently(part: str, old: Any, new: Any, fields: list[str]) -> None:
    changes = derive([Snapshot(part, old, at(0), at(60)), Snapshot(part, new, at(90), at(90))], [event(CHANGED, 70)])
    silent = [change for change in changes if change.certainty == "interval"]
    assert sorted(change.field for change in silent) == fields
    assert {(change.not_before, change.not_after) for change in silent} == {(at(60), at(90))}


def content(name: str, first: float, last: float | None = None, announced: float | None = None) -> Snapshot:
    announced_at = None if announced is None else at(announced)
    return Snapshot("", {"name": name}, at(first), at(first if last is None else last), announced_at)


def test_shared_content_changes_between_two_reads() -> None:
    [change] = derive_shared("price_list", [content("Standard", 0, 60), content("Gratis", 90)])
    assert (change.field, change.old, change.new) == ("price_list.name", "Standard", "Gratis")
    assert (change.certainty, change.not_before, change.not_after) == ("interval", at(60), at(90))


@pytest.mark.parametrize(("announced", "certainty"), [(70, "exact"), (50, "interval"), (95, "interval")])
def test_a_category_changed_when_its_journal_says_so_if_the_reads_agree(announced: float, certainty: str) -> None:
    [change] = derive_shared("category", [content("Kawa", 0, 60), content("Kawy", 90, announced=announced)])
    assert (change.certainty, change.not_before == change.not_after) == (certainty, certainty == "exact")


def test_whatever_a_shared_object_holds_besides_is_compared_too() -> None:
    [change] = derive_shared("warranty", [Snapshot("", {}, at(0), at(0)), Snapshot("", {"new": 1}, at(9), at(9))])
    assert (change.field, change.new) == ("other.new", 1)


def test_a_price_event_explains_only_the_marketplaces_it_names() -> None:
    changes = derive(
        [seen(price_stock("49.90", czech="300.00"), 0), seen(price_stock("44.90", czech="270.00"), 120)],
        [event(PRICE, 60, allegro_pl="MANUAL", allegro_cz="AUTOMATIC")],
    )
    assert {(change.marketplace, change.change_type, change.certainty) for change in changes} == {
        ("", "MANUAL", "exact"),
        ("allegro-cz", "AUTOMATIC", "exact"),
    }
    changes = derive(
        [seen(price_stock("49.90", czech="300.00"), 0), seen(price_stock("49.90", czech="270.00"), 120)],
        [event(PRICE, 60, allegro_pl="MANUAL")],
    )
    assert {(change.marketplace, change.certainty) for change in changes} == {
        ("allegro-cz", "interval"),
        ("", "no_difference"),
    }


def test_a_repeated_event_counts_once() -> None:
    twice = [event(STOCK, 60, name="a"), event(STOCK, 60, name="b")]
    changes = derive([seen(price_stock(stock=20), 0), seen(price_stock(stock=50), 120)], twice)
    assert only(changes).certainty == "exact"


def test_the_status_is_named_by_its_event_even_before_a_read() -> None:
    change = only(derive([seen(detail(status="ACTIVE"), 0, 60)], [event(ENDED, 90)]))
    assert (change.field, change.old, change.new, change.certainty) == ("status", "ACTIVE", "ENDED", "exact")
    assert change.not_before == change.not_after == at(90)


def test_the_status_between_reads_goes_through_every_event() -> None:
    changes = derive(
        [seen(detail(status="ACTIVE"), 0, 60), seen(detail(status="ACTIVE", title="Nowa"), 300)],
        [event(ENDED, 90), event(ACTIVATED, 120)],
    )
    assert [(change.old, change.new) for change in changes if change.field == "status"] == [
        ("ACTIVE", "ENDED"),
        ("ENDED", "ACTIVE"),
    ]


def test_a_status_that_no_event_announced_has_an_interval() -> None:
    change = only(derive([seen(detail(status="ACTIVE"), 0, 60), seen(detail(status="ENDED"), 300)]))
    assert (change.field, change.certainty) == ("status", "interval")
    assert (change.not_before, change.not_after) == (at(60), at(300))


def test_an_ending_dated_weeks_ahead_ends_nothing() -> None:
    late = event(ENDED, 20 * 24 * 3600, received=90)
    change = only(derive([seen(detail(status="ACTIVE"), 0, 600)], [late]))
    assert (change.certainty, change.new_seen) == ("no_difference", False)
    assert change.not_after == at(90)


def test_a_fall_of_the_stock_by_what_was_sold_is_a_sale_not_an_edit() -> None:
    changes = derive(
        [seen(price_stock(stock=20), 0), seen(price_stock(stock=17), 120)],
        [event(STOCK, 60), event(STOCK, 90)],
        [Sale(1, at(60)), Sale(2, at(90))],
    )
    change = only(changes)
    assert (change.certainty, change.units_sold, change.old, change.new) == ("sold", 3, 20, 17)
    assert (change.not_before, change.not_after) == (at(60), at(90))


def test_an_edit_beside_sales_is_told_from_them() -> None:
    changes = derive(
        [seen(price_stock(stock=20), 0), seen(price_stock(stock=48), 120)],
        [event(STOCK, 60), event(STOCK, 90)],
        [Sale(2, at(60))],
    )
    change = only(changes)
    assert (change.certainty, change.units_sold, change.event_id) == ("exact", 2, f"{STOCK}-90")


def test_a_sale_outside_the_interval_does_not_explain_a_fall() -> None:
    change = only(derive([seen(price_stock(stock=20), 100), seen(price_stock(stock=17), 200)], (), [Sale(3, at(50))]))
    assert (change.certainty, change.units_sold) == ("interval", 0)


def test_a_stock_event_of_a_purchase_is_not_reported_for_itself() -> None:
    assert derive([seen(price_stock(stock=20), 0, 600)], [event(STOCK, 60)], [Sale(1, at(61))]) == []


def test_an_offer_read_once_has_no_changes() -> None:
    assert derive([seen(price_stock(), 0, 60), seen(detail(), 0, 60)]) == []


def test_content_that_comes_back_gives_two_changes() -> None:
    reads = [seen(detail("Kawa"), 0), seen(detail("Herbata"), 60), seen(detail("Kawa"), 120)]
    assert [(change.old, change.new) for change in derive(reads)] == [("Kawa", "Herbata"), ("Herbata", "Kawa")]


def test_an_event_at_the_instant_of_a_read_came_before_it() -> None:
    change = only(derive([seen(price_stock("49.90"), 0), seen(price_stock("44.90"), 60)], [event(PRICE, 60)]))
    assert change.certainty == "exact"


# By property ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Read:
    """One answer of the API: which part, what it said, when it was asked for."""

    second: int
    document: Mapping[str, Any]


@dataclass(frozen=True)
class Known:
    """A sale and when its order was read."""

    sale: Sale
    recorded_at: datetime


@dataclass(frozen=True)
class History:
    """What reaches the program over a time, and the instant at which it derives for the first time."""

    reads: Sequence[Read]
    events: Sequence[Event]
    sales: Sequence[Known]
    split: datetime


LENGTH = 400
SECONDS = st.integers(min_value=1, max_value=LENGTH)
DOCUMENTS = st.one_of(
    st.builds(
        price_stock,
        st.sampled_from(["49.90", "44.90", "39.90"]),
        st.integers(min_value=15, max_value=20),
        st.sampled_from(["", "300.00", "270.00"]),
    ),
    st.builds(
        detail,
        st.sampled_from(["Kawa", "Herbata"]),
        st.sampled_from(["PT24H", "P3D"]),
        st.sampled_from(["ACTIVE", "ENDED"]),
    ),
)
TYPES = st.sampled_from([*PART_OF_EVENT, "OFFER_TRANSLATION_UPDATED"])
CHANGE_TYPES = st.sampled_from(
    [{}, {"allegro-pl": "MANUAL"}, {"allegro-cz": "AUTOMATIC"}, {"allegro-pl": "MANUAL", "allegro-cz": "AUTOMATIC"}]
)


@st.composite
def events_of(draw: st.DrawFn) -> list[Event]:
    """Journal rows with every oddity: late, ahead of their time, repeated."""
    found = []
    for number in range(draw(st.integers(min_value=0, max_value=8))):
        kind, occurred = draw(TYPES), draw(SECONDS)
        lag = draw(st.sampled_from([0, 12, 12, 12, 150]))
        ahead = draw(st.sampled_from([0, 0, 0, 0, 86400]))
        types = draw(CHANGE_TYPES) if kind == PRICE else {}
        found.append(Event(f"{number:02}", kind, at(occurred + ahead), at(occurred + lag), types))
    repeated = [replace(each, id=f"{each.id}+") for each in found if draw(st.integers(min_value=0, max_value=5)) == 0]
    return found + repeated


@st.composite
def histories(draw: st.DrawFn) -> History:
    reads = draw(
        st.lists(
            st.builds(Read, SECONDS, DOCUMENTS), max_size=10, unique_by=lambda read: (read.second, len(read.document))
        )
    )
    seconds = draw(st.lists(st.tuples(st.integers(1, 3), SECONDS, st.sampled_from([0, 30, 200])), max_size=4))
    sales = [Known(Sale(units, at(second)), at(second + lag)) for units, second, lag in seconds]
    reads = sorted(reads, key=lambda read: read.second)
    return History(reads, draw(events_of()), sales, at(draw(SECONDS)))


def snapshots_until(history: History, until: datetime) -> list[Snapshot]:
    """What the reads up to `until` leave: one snapshot for each content that differs from the one before it."""
    found: dict[str, list[Snapshot]] = {part: [] for part in PARTS}
    for read in history.reads:
        snapshot = seen(read.document, read.second)
        own = found[snapshot.part]
        if snapshot.first_seen_at > until:
            continue
        if own and own[-1].document == snapshot.document:
            own[-1] = replace(own[-1], last_seen_at=snapshot.last_seen_at)
        else:
            own.append(snapshot)
    return [snapshot for own in found.values() for snapshot in own]


def facts_until(history: History, until: datetime) -> Facts:
    return Facts(
        snapshots_until(history, until),
        [event for event in history.events if event.received_at <= until],
        [known.sale for known in history.sales if known.recorded_at <= until],
    )


def oldest_new_fact(history: History) -> datetime | None:
    """From when on the facts that came after the split ask for the changes to be derived again, as recording does."""
    moments = [event.moment for event in history.events if event.received_at > history.split]
    moments += [
        known.sale.bought_at - PURCHASE_TOLERANCE for known in history.sales if known.recorded_at > history.split
    ]
    for read in history.reads:
        if at(read.second) > history.split:
            moments += _moments_of_read(history, seen(read.document, read.second))
    return min(moments, default=None)


def _moments_of_read(history: History, read: Snapshot) -> list[datetime]:
    before = [
        snapshot
        for snapshot in snapshots_until(history, read.first_seen_at - timedelta(seconds=1))
        if snapshot.part == read.part
    ]
    if not before or before[-1].document != read.document:
        return [read.first_seen_at]
    waiting = [event.moment for event in history.events if event.received_at <= read.first_seen_at]
    return [moment for moment in waiting if moment > before[-1].last_seen_at]


def anchored(facts: Facts, since: datetime) -> Facts:
    """`facts` cut down to what is loaded to continue a record from `since`."""
    starts = {}
    cuts = {"": since - timedelta(microseconds=1)}
    for part in PARTS:
        earlier = [each for each in facts.snapshots if each.part == part and each.first_seen_at < since]
        if earlier:
            anchor = max(earlier, key=lambda each: each.first_seen_at)
            starts[part] = anchor.first_seen_at
            cuts[part] = min(anchor.last_seen_at, cuts[""])
    floor = datetime.min.replace(tzinfo=UTC)

    def start(part: str) -> datetime:
        return starts.get(part, floor)

    def with_margin(part: str) -> datetime:
        return start(part) - PURCHASE_MARGIN if part == PRICE_STOCK_PART and part in starts else start(part)

    def is_wanted(event: Event) -> bool:
        # Activations explain stock events, so they are loaded as far back as these.
        parts = {PART_OF_EVENT.get(event.type, DETAIL_PART), *([PRICE_STOCK_PART] if event.type == ACTIVATED else [])}
        return any(event.occurred_at >= with_margin(part) for part in parts)

    return Facts(
        [each for each in facts.snapshots if each.first_seen_at >= start(each.part)],
        list(filter(is_wanted, facts.events)),
        [sale for sale in facts.sales if sale.bought_at >= with_margin(PRICE_STOCK_PART)],
        cuts=cuts,
    )


def part_of(change: Change) -> str:
    if change.event_type:
        return PART_OF_EVENT.get(change.event_type, "")
    return PRICE_STOCK_PART if change.field in {"price", "stock"} else DETAIL_PART


def in_order(changes: Sequence[Change]) -> list[str]:
    return sorted(map(repr, changes))


@settings(max_examples=100, deadline=None, derandomize=True)
@given(histories(), st.randoms(use_true_random=False))
def test_the_order_in_which_facts_are_given_does_not_matter(history: History, random: Any) -> None:
    facts = facts_until(history, at(10 * LENGTH))
    shuffled = [random.sample(list(each), len(each)) for each in (facts.snapshots, facts.events, facts.sales)]
    assert derive_changes(Facts(*shuffled)) == derive_changes(facts)
    assert derive_changes(facts) == derive_changes(facts)


# Bought, announced and read within seconds, then edited within seconds of all that.
CLOSE_TOGETHER = History(
    [Read(10, price_stock(stock=20)), Read(100, price_stock(stock=19))],
    [event(STOCK, 98, 100), event(STOCK, 101, 150)],
    [Known(Sale(1, at(97)), at(99))],
    at(120),
)
# An announced edit whose offer could not be read at first, and then shows no difference.
READ_LATE = History([Read(10, detail()), Read(200, detail())], [event(CHANGED, 60)], [], at(100))
# The same, with a status that says otherwise.
SPURIOUS_END = History([Read(10, detail()), Read(200, detail())], [event(ENDED, 60)], [], at(100))


@settings(max_examples=300, deadline=None, derandomize=True)
@given(histories())
@example(CLOSE_TOGETHER)
@example(READ_LATE)
@example(SPURIOUS_END)
def test_continuing_a_record_gives_the_same_as_deriving_it_at_once(history: History) -> None:
    everything = facts_until(history, at(10 * LENGTH))
    stored = derive_changes(facts_until(history, history.split))
    since = oldest_new_fact(history)
    if since is not None:
        continued = anchored(everything, since)
        cuts = continued.cuts
        standing = [
            change for change in stored if part_of(change) in cuts and change.not_after <= cuts[part_of(change)]
        ]
        stored = standing + derive_changes(continued)
    assert in_order(stored) == in_order(derive_changes(everything))


@settings(max_examples=100, deadline=None, derandomize=True)
@given(histories())
def test_every_change_has_a_forward_span_and_its_own_identity(history: History) -> None:
    changes = derive_changes(facts_until(history, at(10 * LENGTH)))
    assert all(change.not_before <= change.not_after for change in changes)
    keys = [
        (change.field, change.marketplace, change.event_id or (change.not_before, change.not_after))
        for change in changes
    ]
    assert len(keys) == len(set(keys))


@settings(max_examples=100, deadline=None, derandomize=True)
@given(histories())
def test_every_event_appears_in_the_record_unless_a_purchase_explains_it(history: History) -> None:
    facts = facts_until(history, at(10 * LENGTH))
    told = {change.event_id for change in derive_changes(facts)}
    for each in facts.events:
        repeated = {
            other.id for other in facts.events if (other.type, other.occurred_at) == (each.type, each.occurred_at)
        }
        stands_for_it = told & repeated
        is_purchase = any(abs(each.occurred_at - sale.bought_at) <= PURCHASE_TOLERANCE for sale in facts.sales)
        # Several edits between two reads are told by the last of them.
        is_one_of_several = any(
            change.certainty in {"several", "sold"} and change.not_before <= each.moment
            for change in derive_changes(facts)
        )
        assert stands_for_it or is_one_of_several or (each.type == STOCK and is_purchase)


@settings(max_examples=100, deadline=None, derandomize=True)
@given(histories())
def test_no_change_shows_a_value_that_no_read_and_no_status_event_gave(history: History) -> None:
    facts = facts_until(history, at(10 * LENGTH))
    values = {
        "price": [
            None,
            *(each.document["sellingMode"]["price"] for each in facts.snapshots if "stock" in each.document),
        ],
        "stock": [each.document["stock"]["available"] for each in facts.snapshots if "stock" in each.document],
        "title": [each.document["name"] for each in facts.snapshots if "name" in each.document],
        "status": ["ACTIVE", "ENDED", "ARCHIVED"],
        "handling_time": ["PT24H", "P3D"],
    }
    for change in derive_changes(facts):
        assert change.old_seen or change.old is None
        assert change.new_seen or change.new is None
        if change.field == "price" and change.marketplace:
            continue
        for was_seen, value in ((change.old_seen, change.old), (change.new_seen, change.new)):
            assert not was_seen or value in values[change.field]


@settings(max_examples=100, deadline=None, derandomize=True)
@given(histories())
def test_the_silent_and_exact_changes_of_a_field_form_one_chain(history: History) -> None:
    facts = facts_until(history, at(10 * LENGTH))
    changes = [change for change in derive_changes(facts) if change.field == "title"]
    for before, after in pairwise(sorted(changes, key=lambda change: change.not_after)):
        assert before.new == after.old


@pytest.mark.parametrize("certainty", ["exact", "interval"])
def test_deriving_twice_gives_equal_rows(certainty: str) -> None:
    events = [event(PRICE, 90)] if certainty == "exact" else []
    reads = [seen(price_stock("49.90"), 0, 60), seen(price_stock("44.90"), 120)]
    assert derive(reads, events) == derive(reads, events)
    assert only(derive(reads, events)).certainty == certainty
