"""The change events page."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from offers.models import OfferChange
from tests.conftest import Team
from tests.factories import START
from tests.offers.feed_facts import add_batch, add_shared_change, batch_of, make_shared, use
from tests.offers.page_facts import NOW, add_change, make_offer, make_offers, money, number_of_queries

GROUP = re.compile(r'<tr class="change-row[^"]*" data-group="(\w+)"')
AFTER = re.compile(r'id="after" value="([^"]*)"')
ENGLISH = {"accept-language": "en"}
POLL = {"hx-request": "true", "hx-target": "newer"}
OLDER = re.compile(r'href="(\?[^"]*before=[^"]*)"')


@pytest.fixture(autouse=True)
def _now() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


def read(client: Client, query: str = "", **headers: str) -> str:
    answer = client.get(f"/offer-events{query}", headers={"accept-language": "en", **headers})
    assert answer.status_code == 200
    return answer.content.decode()


def groups(client: Client, query: str = "") -> list[str]:
    return GROUP.findall(read(client, query))


@pytest.fixture
def several(in_workspace: Team) -> Team:
    """Five changes of as many kinds, an hour apart, and one sale."""
    offer = in_workspace.offer
    add_change(offer, change_type="MANUAL", at=NOW - timedelta(hours=1))
    add_change(offer, "title", old="Kawa A", new="Kawa B", at=NOW - timedelta(hours=2))
    add_change(
        offer, "handling_time", old="PT24H", new="P3D", not_before=NOW - timedelta(days=2),
        not_after=NOW - timedelta(days=1), certainty="interval", event_type="",
    )  # fmt: skip
    add_change(
        offer, "", old=None, new=None, old_seen=False, new_seen=False, certainty="no_difference",
        at=NOW - timedelta(days=3),
    )  # fmt: skip
    add_change(offer, "other.newThing", old="a", new="b", at=NOW - timedelta(days=4))
    add_change(offer, "stock", old=5, new=4, certainty="sold", units_sold=1, at=NOW - timedelta(days=5))
    return in_workspace


def test_offers_are_found_without_the_marks_of_their_letters(owner_client: Client, several: Team) -> None:
    add_change(make_offer(several.account, title="Świeca sojowa"), "title")
    assert groups(owner_client, "?q=SWIECA") == groups(owner_client, "?q=święca") == ["content"]


def test_newest_first_and_sales_hidden(owner_client: Client, several: Team) -> None:
    assert groups(owner_client) == ["price", "content", "delivery", "unnamed", "terms"]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("?sold=1", "price content delivery unnamed terms stock"),
        ("?group=price&group=content", "price content"),
        ("?group=terms", "terms"),
        ("?group=unnamed", "unnamed"),
        ("?group=stock", ""),
        ("?group=stock&sold=1", "stock"),
        ("?field=title", "content"),
        ("?source=silent", "delivery"),
        ("?source=journal", "price content unnamed terms"),
        ("?who=MANUAL", "price"),
        ("?who=AUTOMATIC", ""),
        ("?since=2026-09-28", "price content"),
        ("?until=2026-09-26", "delivery unnamed terms"),
        ("?since=2026-09-26&until=2026-09-26", "delivery"),
        ("?since=yesterday&field=nothing&group=no&batch=x&marketplace=moon", "price content delivery unnamed terms"),
        ("?q=no such offer", ""),
    ],
)
def test_filters(owner_client: Client, several: Team, query: str, expected: str) -> None:
    assert groups(owner_client, query) == expected.split()


def test_offers_are_found_by_title_number_and_sku(owner_client: Client, several: Team) -> None:
    other = make_offer(several.account, title="Herbata", external_id="TEA-7")
    add_change(other, "images", old=["https://x/1"], new=["https://x/2"])
    for text in ("herb", other.allegro_id, "tea-"):
        assert groups(owner_client, f"?q={text}&group=content&field=images") == ["content"]


def test_a_row_shows_values_difference_and_who(owner_client: Client, several: Team) -> None:
    page = read(owner_client, "?group=price")
    text = " ".join(re.sub(r"<[^>]*>", " ", page).replace("\xa0", " ").split())
    assert "PLN 49.90 became PLN 44.90 −PLN 5.00 (−10.0 %) Manual" in text


def test_an_interval_is_never_shown_as_a_moment(owner_client: Client, several: Team) -> None:
    page = read(owner_client, "?source=silent")
    assert '<span class="interval"' in page
    assert "26 Sep 2026, 12:00" in page
    assert "27 Sep 2026, 12:00" in page


def test_unseen_values_carry_their_reason(owner_client: Client, in_workspace: Team) -> None:
    overtaken: dict[str, Any] = {"new": None, "new_seen": False, "certainty": "overtaken"}
    add_change(in_workspace.offer, at=NOW - timedelta(hours=2), **overtaken)
    add_change(in_workspace.offer, old=None, old_seen=False)
    page = read(owner_client)
    assert 'title="Changed again before it was read."' in page
    assert 'title="The value before was itself changed again before it was read."' in page
    assert 'title="Allegro does not say who edited."' in page


def test_paging_by_key_meets_every_row_once(owner_client: Client, in_workspace: Team) -> None:
    for number in range(120):
        # Three at each instant, so that the instant alone would not tell where a page ends.
        add_change(in_workspace.offer, old=money(f"{number}.00"), at=NOW - timedelta(minutes=number // 3))
    seen: list[str] = []
    query = ""
    while True:
        page = read(owner_client, query)
        seen.extend(re.findall(r"/changes/([0-9a-f-]{36})/", page))
        older = OLDER.search(page)
        if older is None:
            break
        query = older[1].replace("&amp;", "&")
    newest_first = [str(pk) for pk in OfferChange.objects.values_list("pk", flat=True)]
    assert seen == newest_first


@pytest.mark.parametrize("cursor", ["x", "1_2", "_", "99999999999999999999_" + "0" * 32])
def test_a_broken_cursor_begins_at_the_newest(owner_client: Client, several: Team, cursor: str) -> None:
    assert len(groups(owner_client, f"?before={cursor}")) == 5


def test_htmx_gets_the_results_or_only_older_rows(owner_client: Client, several: Team) -> None:
    results = read(owner_client, "", **{"hx-request": "true", "hx-target": "results"})
    assert results.strip().startswith('<section class="card" id="results"')
    rows = read(owner_client, "", **{"hx-request": "true", "hx-target": "older"})
    assert rows.strip().startswith("<tr")
    assert "<table" not in rows


def words(page: str) -> str:
    """The page's text, without markup, on one line."""
    return " ".join(re.sub(r"<[^>]*>", " ", page).replace("\xa0", " ").split())


def links(page: str, pattern: str) -> list[str]:
    """The addresses that match, as a browser reads them."""
    return [found.replace("&amp;", "&") for found in re.findall(pattern, page)]


def test_a_batch_is_one_line_that_opens_to_the_rest(owner_client: Client, in_workspace: Team) -> None:
    batch = add_batch(in_workspace.account, 6, NOW - timedelta(hours=3))
    add_change(in_workspace.offer, "title", old="a b", new="a c", at=NOW - timedelta(hours=3, seconds=2))
    add_change(in_workspace.offer, at=NOW - timedelta(hours=4))
    page = read(owner_client)
    assert GROUP.findall(page) == ["price", "content", "price"]
    assert "28 Sep 2026, 08:59 –09:00 6 offers among them" in words(page)
    (rest,) = links(page, rf'hx-get="(\?batch={batch.pk}[^"]*)"')
    rows = read(owner_client, rest, **{"hx-request": "true", "hx-target": f"batch-{batch.pk}"})
    assert GROUP.findall(rows) == ["price"] * 5
    assert groups(owner_client, f"?batch={batch.pk}") == ["price"] * 6


def test_batches_larger_than_a_page_hide_nothing(owner_client: Client, in_workspace: Team) -> None:
    """Two jobs that run at once over 130 offers each, with single edits before, between and after."""
    start = NOW - timedelta(hours=3)
    for field, late in (("price", 0), ("title", 60)):
        add_batch(in_workspace.account, 130, start + timedelta(seconds=late), field, old="a", new="b")
    single = [
        add_change(in_workspace.offer, "warranty", old="1", new=str(number), at=start - timedelta(seconds=number * 4))
        for number in range(-20, 60)
    ]
    seen, pages, query = list[str](), 0, ""
    while True:
        page = read(owner_client, query)
        seen.extend(re.findall(r"/changes/([0-9a-f-]{36})/", page))
        pages += 1
        older = OLDER.search(page)
        if older is None:
            break
        query = older[1].replace("&amp;", "&")
    assert pages == 5
    assert len(seen) == len(set(seen)) == len(single) + 2
    assert {str(change.pk) for change in single} <= set(seen)


def test_a_batch_that_a_filter_cuts_begins_with_what_is_left(owner_client: Client, in_workspace: Team) -> None:
    changes = [
        add_change(offer, change_type="MANUAL" if number == 3 else "", at=NOW - timedelta(minutes=10, seconds=number))
        for number, offer in enumerate(make_offers(6, in_workspace.account))
    ]
    batch_of(changes)
    page = read(owner_client, "?who=MANUAL")
    assert str(changes[3].offer) in page
    assert "6 offers" in words(page)


def test_fields_edited_together_are_one_entry(owner_client: Client, in_workspace: Team) -> None:
    for field in ("title", "external_id", "invoice"):
        add_change(in_workspace.offer, field, old="a", new="b")
    add_change(make_offer(in_workspace.account), "title", old="a", new="b")
    page = read(owner_client)
    assert len(GROUP.findall(page)) == 2
    assert page.count('<ul class="edit-lines">') == 1
    assert page.count("/changes/") == 4


# What offers share ----------------------------------------------------------------------------------------------------


def test_a_change_of_shared_content_is_one_line_with_the_offers_it_touched(
    owner_client: Client, in_workspace: Team
) -> None:
    shared = make_shared(in_workspace.account)
    using, before, after = make_offers(3, in_workspace.account)
    use(in_workspace.offer, shared)
    use(using, shared, NOW - timedelta(days=3), NOW - timedelta(hours=20))
    use(before, shared, START, NOW - timedelta(days=2))
    use(after, shared, NOW - timedelta(minutes=5))
    change = add_shared_change(shared)
    page = read(owner_client)
    assert len(GROUP.findall(page)) == 1
    assert "Standard Delivery price list · touches 2 offers" in words(page)
    (address,) = links(page, r'href="(/offers/\?touched=[^"]*)"')
    listed = owner_client.get(address, headers=ENGLISH).content.decode()
    assert [str(offer) in listed for offer in (in_workspace.offer, using, before, after)] == [True, True, False, False]
    assert "touches 2 offers" in words(owner_client.get(f"/changes/{change.pk}/", headers=ENGLISH).content.decode())


def test_the_page_of_an_offer_shows_what_it_used_at_the_time(owner_client: Client, in_workspace: Team) -> None:
    shared, left = make_shared(in_workspace.account), make_shared(in_workspace.account)
    for_all = make_shared(in_workspace.account, "promotion", is_for_all=True)
    use(in_workspace.offer, shared)
    use(in_workspace.offer, left, until=NOW - timedelta(days=2))
    used, all_over = add_shared_change(shared), add_shared_change(for_all, "promotion.status")
    unused = add_shared_change(left)
    address = f"/offers/{in_workspace.offer.pk}/"
    page = owner_client.get(address).content.decode()
    told = {change["id"] for change in owner_client.get(f"{address}chart.json").json()["changes"]}
    assert told == {str(used.pk), str(all_over.pk)}
    assert [str(change.pk) in page for change in (used, all_over, unused)] == [True, True, False]


def test_an_offers_number_finds_changes_of_what_it_used(owner_client: Client, in_workspace: Team) -> None:
    shared = make_shared(in_workspace.account)
    use(in_workspace.offer, shared)
    add_shared_change(shared)
    add_shared_change(make_shared(in_workspace.account))
    assert groups(owner_client, f"?q={in_workspace.offer.allegro_id}") == ["delivery"]
    assert groups(owner_client, f"?q={make_offer(in_workspace.account).allegro_id}") == []


def test_ids_are_shown_by_name(owner_client: Client, in_workspace: Team) -> None:
    for name, key in (("Standard", "aaa"), ("Express", "bbb")):
        make_shared(in_workspace.account, allegro_id=key, name=name)
    add_change(in_workspace.offer, "delivery_price_list", old="aaa", new="bbb", event_type="")
    page = read(owner_client)
    assert "Standard became Express" in words(page)
    assert 'title="aaa"' in page


def test_strangers_shared_changes_and_batches_do_not_exist(in_workspace: Team) -> None:
    change = add_shared_change(make_shared(in_workspace.account))
    batch = add_batch(in_workspace.account, 5, NOW)
    stranger = Client()
    stranger.force_login(in_workspace.stranger)
    assert stranger.get(f"/changes/{change.pk}/").status_code == 404
    for address in (f"/offer-events?batch={batch.pk}", f"/offers/?touched={change.pk}"):
        assert str(in_workspace.offer) not in stranger.get(address).content.decode()


# Returns, words, other filters ----------------------------------------------------------------------------------------


def test_a_return_to_an_earlier_value_is_named(owner_client: Client, in_workspace: Team) -> None:
    offer = in_workspace.offer
    add_change(offer, old=money("49.90"), new=money("44.90"), at=datetime(2026, 9, 3, 12, tzinfo=UTC))
    add_change(offer, old=money("44.90"), new=money("49.90"), at=datetime(2026, 9, 10, 12, tzinfo=UTC))
    # Neither another offer's price nor a piece number that comes up again is a return.
    add_change(make_offer(in_workspace.account), old=money("44.90"), new=money("49.90"))
    add_change(offer, "stock", old=5, new=4, at=NOW - timedelta(hours=2))
    add_change(offer, "stock", old=4, new=5, at=NOW - timedelta(hours=1))
    page = words(read(owner_client))
    assert page.count("back to the value of") == 1
    assert "back to the value of 3 Sep" in page


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("arabica", 1),
        ("ARABICA brazylia", 1),
        ('"mocna arabica"', 1),
        ('"arabica mocna"', 0),
        ("kawa -arabica", 1),
        ("arabica or robusta", 2),
        ("swiezo", 1),
        ('"ŚWIEŻO pałona"', 1),
        ("44.90", 1),
        ("strong", 0),
        ("' OR 1=1 --", 0),
        ('"&|!():*<->', 0),
        ("%00", 3),
    ],
)
def test_words_in_values_are_found(owner_client: Client, in_workspace: Team, text: str, expected: int) -> None:
    offer = in_workspace.offer
    add_change(offer, "title", old="Kawa robusta", new="Kawa", at=NOW - timedelta(hours=1))
    html = {"sections": [{"items": [{"type": "TEXT", "content": "<p><strong>Mocna</strong> arabica</p>"}]}]}
    add_change(offer, "description", old=html, new="Brazylia mocna arabica, świeżo palona", at=NOW - timedelta(hours=2))
    add_change(offer, old=money("49.90"), new=money("44.90"), at=NOW - timedelta(hours=3))
    found = owner_client.get("/offer-events", {"words": text if text != "%00" else "\0"}).content.decode()
    assert len(GROUP.findall(found)) == expected


def test_announcements_and_marketplaces_can_be_chosen(owner_client: Client, in_workspace: Team) -> None:
    add_change(in_workspace.offer, marketplace="allegro-cz", at=NOW - timedelta(hours=1))
    add_change(in_workspace.offer, "title", old="a", new="b", at=NOW - timedelta(hours=2))
    assert groups(owner_client, "?event=OFFER_PRICE_CHANGED") == ["price"]
    assert groups(owner_client, "?marketplace=allegro-cz") == ["price"]
    assert groups(owner_client, "?marketplace=allegro-pl") == ["content"]


# What comes while the page is open ------------------------------------------------------------------------------------


def test_nothing_new_says_nothing(owner_client: Client, several: Team) -> None:
    after = AFTER.search(read(owner_client))
    assert after
    answer = owner_client.get(f"/offer-events?after={after[1]}", headers=POLL)
    assert (answer.status_code, answer.content) == (204, b"")


def test_new_changes_are_told_and_put_above(owner_client: Client, several: Team) -> None:
    after = AFTER.search(read(owner_client))
    assert after
    add_change(several.offer, "title", old="a b", new="a c", at=NOW - timedelta(minutes=2))
    add_batch(several.account, 7, NOW - timedelta(minutes=1), "images", old=[], new=["https://x/1"])
    add_change(several.offer, at=NOW - timedelta(minutes=3), change_type="AUTOMATIC")
    button = read(owner_client, f"?after={after[1]}", **POLL)
    assert "3 new changes" in words(button)
    assert "1 new change" in words(read(owner_client, f"?who=AUTOMATIC&after={after[1]}", **POLL))
    (address,) = links(button, r'hx-get="([^"]*)"')
    rows = read(owner_client, address, **{"hx-request": "true", "hx-target": "change-rows"})
    assert GROUP.findall(rows) == ["content", "content", "price"]
    newest = AFTER.search(rows)
    assert newest and newest[1] != after[1]


def test_the_number_of_queries_does_not_grow(owner_client: Client, in_workspace: Team) -> None:
    def fill(first: int, last: int) -> None:
        for number, offer in enumerate(make_offers(last - first, in_workspace.account), start=first):
            shared = make_shared(in_workspace.account)
            use(offer, shared)
            at = NOW - timedelta(hours=number + 2)
            add_change(offer)
            add_change(offer, "delivery_price_list", old="x", new=shared.allegro_id, at=at)
            add_shared_change(
                shared, not_after=NOW - timedelta(days=1, seconds=number), not_before=NOW - timedelta(days=2)
            )

    add_batch(in_workspace.account, 6, NOW)
    fill(0, 12)
    few = number_of_queries(owner_client, "/offer-events")
    fill(12, 40)
    assert len(groups(owner_client)) == 20
    assert number_of_queries(owner_client, "/offer-events") <= few


def test_values_with_markup_are_only_text(owner_client: Client, in_workspace: Team) -> None:
    add_change(in_workspace.offer, "title", old="<script>alert(1)</script>", new="<img src=x onerror=alert(2)>")
    page = read(owner_client)
    assert "<script>alert" not in page
    assert "<img src=x" not in page


def test_empty_states_say_what_to_do(owner_client: Client, team: Team) -> None:
    assert "No change seen yet" in read(owner_client)
    assert "Show all changes" in read(owner_client, "?who=MANUAL")
