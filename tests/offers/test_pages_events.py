"""The change events page."""

import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from offers.models import OfferChange
from tests.conftest import Team
from tests.offers.page_facts import NOW, add_change, make_offer, make_offers, money

GROUP = re.compile(r'<tr class="change-row[^"]*" data-group="(\w+)"')
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
        ("?since=yesterday&field=nothing&group=no&minute=x", "price content delivery unnamed terms"),
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


def test_one_action_on_many_offers_is_labelled_and_can_be_listed(owner_client: Client, in_workspace: Team) -> None:
    for number, offer in enumerate(make_offers(6, in_workspace.account)):
        add_change(offer, at=NOW - timedelta(hours=3) + timedelta(seconds=number))
    add_change(in_workspace.offer, "title", old="a", new="b", at=NOW - timedelta(hours=3))
    add_change(in_workspace.offer, at=NOW - timedelta(hours=4))
    page = read(owner_client)
    assert page.count("6 offers in one minute") == 6
    link = re.search(r'/offer-events(\?minute=[^"]*)"', page)
    assert link and groups(owner_client, link[1].replace("&amp;", "&")) == ["price"] * 6


def test_silent_changes_found_together_are_no_batch(owner_client: Client, in_workspace: Team) -> None:
    for offer in make_offers(6, in_workspace.account):
        add_change(offer, "handling_time", old="P1D", new="P2D", certainty="interval", event_type="")
    assert "in one minute" not in read(owner_client)


def test_the_number_of_queries_does_not_grow(
    owner_client: Client, in_workspace: Team, django_assert_max_num_queries: Any
) -> None:
    for offer in make_offers(45, in_workspace.account):
        add_change(offer)
    with django_assert_max_num_queries(9):
        assert len(groups(owner_client)) == 45


def test_values_with_markup_are_only_text(owner_client: Client, in_workspace: Team) -> None:
    add_change(in_workspace.offer, "title", old="<script>alert(1)</script>", new="<img src=x onerror=alert(2)>")
    page = read(owner_client)
    assert "<script>alert" not in page
    assert "<img src=x" not in page


def test_empty_states_say_what_to_do(owner_client: Client, team: Team) -> None:
    assert "No change seen yet" in read(owner_client)
    assert "Show all changes" in read(owner_client, "?who=MANUAL")
