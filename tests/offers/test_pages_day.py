"""The offer on any day, two moments compared, and offers of the same product."""

import re
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any, cast

import pytest
import time_machine
from django.test import Client

from accounts.models import SellerAccount
from offers.models import (
    CoverageGap,
    Offer,
    OfferSnapshot,
    OfferUse,
    PartReading,
    SharedObject,
    SharedSnapshot,
    SnapshotPart,
)
from offers.record.documents import canonical, digest
from offers.record.storing import new_snapshot, record_gone, store_snapshots
from tests.conftest import Team
from tests.factories import START, SellerAccountFactory
from tests.offers.feed_facts import add_shared_change, make_shared, use
from tests.offers.page_facts import NOW, add_change, make_offer, money

LONG_TEXT = "<h1>Kawa</h1><p>" + "Ziarna z Brazylii, palone na jasno. " * 30 + "</p>"


@pytest.fixture(autouse=True)
def _now() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


def september(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 9, day, hour, minute, tzinfo=UTC)


def detail(title: str = "Kawa Santos", price_list: str = "list-1", **values: Any) -> dict[str, Any]:
    document: dict[str, Any] = canonical(
        {
            "name": title,
            "images": ["https://a.allegroimg.com/original/1/one"],
            "description": {"sections": [{"items": [{"type": "TEXT", "content": LONG_TEXT}]}]},
            "parameters": [{"id": "1", "name": "Stan", "values": ["Nowy"]}],
            "delivery": {"shippingRates": {"id": price_list}, "handlingTime": "PT24H"},
            "publication": {"status": "ACTIVE"},
            **values,
        }
    )
    return document


def price_stock(price: str, stock: int = 7) -> dict[str, Any]:
    return {"sellingMode": {"price": money(price)}, "stock": {"available": stock}, "additionalMarketplaces": {}}


def read(offer: Offer, part: SnapshotPart, document: dict[str, Any], first: datetime, last: datetime) -> None:
    snapshot = new_snapshot(offer, part, document, first)
    snapshot.last_seen_at = last
    store_snapshots([snapshot])


def two_readings(offer: Offer) -> None:
    """The price fell between 10 and 12 September, the title changed on the way, the rest stayed."""
    read(offer, SnapshotPart.PRICE_STOCK, price_stock("49.90"), START, september(10, 8))
    read(offer, SnapshotPart.PRICE_STOCK, price_stock("47.90"), september(12, 8), september(28, 6))
    read(offer, SnapshotPart.DETAIL, detail(), START, september(10, 8))
    read(offer, SnapshotPart.DETAIL, detail("Kawa Cerrado"), september(12, 8), september(28, 6))


def share(account: SellerAccount, offer: Offer) -> SharedObject:
    """A delivery price list that the offer uses, its price changed on 11 September."""
    shared: SharedObject = SharedObject.objects.create(
        account=account, kind="price_list", allegro_id="list-1", name="Kurier", first_seen_at=START
    )
    for amount, first, last in (("9.90", START, september(11, 8)), ("12.90", september(11, 9), september(28, 6))):
        document = {"name": "Kurier", "rates": [{"deliveryMethod": {"id": "InPost"}, "firstItemRate": money(amount)}]}
        SharedSnapshot.objects.create(
            shared=shared, digest=digest(document), document=document, first_seen_at=first, last_seen_at=last
        )
    OfferUse.objects.create(
        account=account, offer=offer, part="detail", kind="price_list", allegro_id="list-1", since=START
    )
    return shared


def get(client: Client, offer: Offer, path: str) -> str:
    answer = client.get(f"/offers/{offer.pk}/{path}", headers={"accept-language": "en"})
    assert answer.status_code == 200
    return answer.content.decode()


def words(page: str) -> str:
    """What a reader sees, on one line."""
    text = " ".join(unescape(re.sub(r"<[^>]*>", " ", page)).replace("\xa0", " ").split())
    return re.sub(r" ([,.;:])", r"\1", text)


def test_a_day_shows_the_values_of_its_end_with_their_readings(owner_client: Client, in_workspace: Team) -> None:
    two_readings(in_workspace.offer)
    page = words(get(owner_client, in_workspace.offer, "on/?at=2026-09-05"))
    assert "The offer on 5 Sep 2026, 23:59" in page
    assert "PLN 49.90" in page and "PLN 47.90" not in page
    assert "Kawa Santos" in page
    assert "Stan Nowy" in page
    assert "Ziarna z Brazylii" in page
    assert get(owner_client, in_workspace.offer, "on/?at=2026-09-05").count("<h1") == 1
    assert "Handling time 24 hours" in page
    assert "Read from 1 Sep 2026, 10:00 to 10 Sep 2026, 10:00" in page


def test_between_two_reads_both_candidates_are_named(owner_client: Client, in_workspace: Team) -> None:
    two_readings(in_workspace.offer)
    page = words(get(owner_client, in_workspace.offer, "on/?at=2026-09-11T12:00"))
    reason = "changed between 10 Sep 2026, 10:00 and 12 Sep 2026, 10:00."
    assert f"PLN 49.90 or PLN 47.90; {reason}" in page
    assert f"Kawa Santos or Kawa Cerrado; {reason}" in page
    assert "Handling time 24 hours" in page


def test_price_and_stock_are_known_as_far_as_the_list_bore_them_out(owner_client: Client, in_workspace: Team) -> None:
    offer = in_workspace.offer
    read(offer, SnapshotPart.PRICE_STOCK, price_stock("49.90"), START, september(10, 8))
    read(offer, SnapshotPart.DETAIL, detail(), START, september(10, 8))
    offer.confirmed_until = september(20, 8)
    offer.save()
    page = words(get(owner_client, offer, "on/?at=2026-09-15"))
    assert "Read from 1 Sep 2026, 10:00 to 20 Sep 2026, 10:00" in page
    assert "As read on 10 Sep 2026, 10:00; not read since." in page
    assert "As read on 20 Sep 2026, 10:00; not read since." in words(get(owner_client, offer, "on/?at=2026-09-25"))


def test_an_announced_change_parts_the_day(owner_client: Client, in_workspace: Team) -> None:
    two_readings(in_workspace.offer)
    change = add_change(in_workspace.offer, new=money("47.90"), at=september(11, 10))
    sheet = get(owner_client, in_workspace.offer, f"changes/{change.pk}/")
    before, after = re.findall(r'href="/offers/[^/]*/on/(\?at=[^"]*)"', sheet)
    assert "PLN 49.90" in words(get(owner_client, in_workspace.offer, f"on/{before}"))
    assert "PLN 47.90" in words(get(owner_client, in_workspace.offer, f"on/{after}"))


def test_purchases_beside_an_edit_leave_the_stock_unknown(owner_client: Client, in_workspace: Team) -> None:
    read(in_workspace.offer, SnapshotPart.PRICE_STOCK, price_stock("49.90", 4), START, september(10, 8))
    read(in_workspace.offer, SnapshotPart.PRICE_STOCK, price_stock("49.90", 10), september(12, 8), NOW)
    add_change(in_workspace.offer, "stock", old=4, new=10, at=september(11, 10), units_sold=2)
    page = words(get(owner_client, in_workspace.offer, "on/?at=2026-09-11T10:00"))
    assert "4 or 10; changed between 10 Sep 2026, 10:00 and 12 Sep 2026, 10:00." in page


def test_now_shows_the_newest_reading_as_that(owner_client: Client, in_workspace: Team) -> None:
    two_readings(in_workspace.offer)
    page = get(owner_client, in_workspace.offer, "on/")
    assert "PLN 47.90" in words(page)
    assert "As read on 28 Sep 2026, 08:00; not read since." in words(page)
    assert "is-stale" in page


def test_before_the_history_its_beginning_is_named(owner_client: Client, in_workspace: Team) -> None:
    two_readings(in_workspace.offer)
    page = words(get(owner_client, in_workspace.offer, "on/?at=2026-08-01"))
    assert "The history of this offer begins on 1 Sep 2026, 10:00" in page
    assert "Known only since 1 Sep 2026, 10:00. Seen then: PLN 49.90." in page


def test_after_its_end_the_offer_is_gone(owner_client: Client, in_workspace: Team) -> None:
    two_readings(in_workspace.offer)
    record_gone(in_workspace.offer, september(28, 8))
    page = words(get(owner_client, in_workspace.offer, "on/?at=2026-09-28"))
    assert "From 28 Sep 2026, 10:00 Allegro no longer returned this offer." in page
    assert "Last seen: PLN 47.90." in page


def test_a_change_of_what_the_offer_used_is_on_the_way_too(owner_client: Client, in_workspace: Team) -> None:
    two_readings(in_workspace.offer)
    shared = make_shared(in_workspace.account)
    use(in_workspace.offer, shared)
    add_shared_change(shared, not_before=september(19, 10), not_after=september(20, 10))
    page = get(owner_client, in_workspace.offer, "on/?at=2026-09-19")
    assert re.search(r'rel="next"\s+href="\?at=2026-09-20T10%3A00%3A00Z"', page)


def test_a_gap_is_named_on_its_days(owner_client: Client, in_workspace: Team) -> None:
    two_readings(in_workspace.offer)
    CoverageGap.objects.create(
        account=in_workspace.account, stream="journal", since=september(10, 20), until=september(12, 1), reason="x"
    )
    page = words(get(owner_client, in_workspace.offer, "on/?at=2026-09-11"))
    assert "From 10 Sep 2026, 22:00 to 12 Sep 2026, 03:00 Allegro's journal was not read" in page
    assert "while Allegro's journal was not read." in page
    assert "was not read" not in words(get(owner_client, in_workspace.offer, "on/?at=2026-09-12T12:00"))


def test_shared_objects_stand_with_their_content_of_that_day(owner_client: Client, in_workspace: Team) -> None:
    two_readings(in_workspace.offer)
    share(in_workspace.account, in_workspace.offer)
    early = words(get(owner_client, in_workspace.offer, "on/?at=2026-09-05"))
    assert "Delivery price list: Kurier" in early
    assert "PLN 9.90" in early and "PLN 12.90" not in early
    assert "PLN 12.90" in words(get(owner_client, in_workspace.offer, "on/?at=2026-09-20"))


def test_a_part_of_the_whole_account_holds_until_its_last_reading(owner_client: Client, in_workspace: Team) -> None:
    read(in_workspace.offer, SnapshotPart.BADGES, {"allegro-pl": {"1": {"name": "Okazja"}}}, START, START)
    PartReading.objects.create(
        account=in_workspace.account, part=SnapshotPart.BADGES, first_read_at=START, last_read_at=september(20, 8)
    )
    page = words(get(owner_client, in_workspace.offer, "on/?at=2026-09-10"))
    assert "Read from 1 Sep 2026, 10:00 to 20 Sep 2026, 10:00" in page


def test_the_way_leads_from_change_to_change(owner_client: Client, in_workspace: Team) -> None:
    two_readings(in_workspace.offer)
    for day in (3, 11, 20):
        add_change(in_workspace.offer, at=september(day, 10))
    page = get(owner_client, in_workspace.offer, "on/?at=2026-09-11T11:00")
    assert re.search(r'rel="prev"\s+href="\?at=2026-09-03T10%3A00%3A00Z"', page)
    assert re.search(r'rel="next"\s+href="\?at=2026-09-11T10%3A00%3A00Z"', page)
    last = get(owner_client, in_workspace.offer, "on/?at=2026-09-25")
    assert 'rel="next"' not in last


@pytest.mark.parametrize(
    "text", ["x", "2026-13-01", "2026-02-30", "0001-01-01", "9999-12-31", "2026-09-12T25:00", "%00", "1e9", "'--"]
)
@pytest.mark.parametrize("address", ["on/?at={}", "compare/?from={}", "compare/?to={}"])
def test_nonsense_dates_are_answered_with_words(
    owner_client: Client, in_workspace: Team, address: str, text: str
) -> None:
    two_readings(in_workspace.offer)
    assert "alert-warning" in get(owner_client, in_workspace.offer, address.format(text))


def test_a_day_to_come_is_shown_as_now(owner_client: Client, in_workspace: Team) -> None:
    two_readings(in_workspace.offer)
    assert "still to come" in words(get(owner_client, in_workspace.offer, "on/?at=2026-10-05"))
    today = get(owner_client, in_workspace.offer, "on/?at=2026-09-28")
    assert "The offer on 28 Sep 2026, 12:00" in words(today)
    assert "alert-warning" not in today


def test_a_moment_in_the_hour_that_comes_twice_is_taken(owner_client: Client, in_workspace: Team) -> None:
    with time_machine.travel(datetime(2026, 11, 2, tzinfo=UTC), tick=False):
        owner_client.force_login(in_workspace.owner)
        assert "25 Oct 2026, 02:30" in words(get(owner_client, in_workspace.offer, "on/?at=2026-10-25T02:30"))


def test_a_hostile_description_is_shown_without_its_scripts(owner_client: Client, in_workspace: Team) -> None:
    text = "<p onmouseover=alert(1)>nowy</p><script>alert(2)</script><iframe src=//x></iframe>"
    hostile = {"sections": [{"items": [{"type": "TEXT", "content": text}, {"type": "IMAGE", "url": "javascript:x"}]}]}
    read(in_workspace.offer, SnapshotPart.DETAIL, detail(description=hostile), START, NOW)
    page = get(owner_client, in_workspace.offer, "on/?at=2026-09-05")
    assert "<p>nowy</p>" in page
    for trace in ("alert(", "onmouseover", "<iframe", "javascript:"):
        assert trace not in page


def test_two_moments_show_what_differs_first(owner_client: Client, in_workspace: Team) -> None:
    two_readings(in_workspace.offer)
    share(in_workspace.account, in_workspace.offer)
    page = get(owner_client, in_workspace.offer, "compare/?from=2026-09-05&to=2026-09-20")
    different = words(page[page.index("different-heading") : page.index("card-foot-note")])
    assert "PLN 49.90 became PLN 47.90" in different
    assert "−PLN 2.00" in different
    assert "Kawa Santos Cerrado" in different
    assert "Prices of the delivery price list Kurier" in different
    assert "Handling time" not in different
    assert re.search(r"\d+ fields are the same at both moments\.", words(page))


def test_a_moment_without_knowledge_is_no_difference(owner_client: Client, in_workspace: Team) -> None:
    two_readings(in_workspace.offer)
    page = words(get(owner_client, in_workspace.offer, "compare/?from=2026-09-11T12:00&to=2026-09-20"))
    assert "Nothing that is known at both moments differs." in page
    one_sided = page[page.index("Known at one of the moments only") :]
    assert "PLN 49.90 or PLN 47.90; changed between" in one_sided


def test_moments_in_the_wrong_order_change_places(owner_client: Client, in_workspace: Team) -> None:
    two_readings(in_workspace.offer)
    page = words(get(owner_client, in_workspace.offer, "compare/?from=2026-09-20&to=2026-09-05"))
    assert "they have changed places" in page
    assert "PLN 49.90 became PLN 47.90" in page


def test_compared_with_now_the_newest_reading_counts_as_that(owner_client: Client, in_workspace: Team) -> None:
    two_readings(in_workspace.offer)
    page = words(get(owner_client, in_workspace.offer, "compare/?from=2026-09-05"))
    assert "PLN 49.90 became PLN 47.90" in page
    assert "As read on 28 Sep 2026, 08:00; not read since." in page


@pytest.mark.parametrize("path", ["on/?at=2026-09-05", "compare/?from=2026-09-05"])
def test_the_number_of_queries_does_not_grow(
    owner_client: Client, in_workspace: Team, django_assert_max_num_queries: Any, path: str
) -> None:
    offer = in_workspace.offer
    two_readings(offer)
    share(in_workspace.account, offer)
    with django_assert_max_num_queries(100) as few:
        get(owner_client, offer, path)
    for number in range(10):
        shared = SharedObject.objects.create(
            account=in_workspace.account, kind="promotion", allegro_id=str(number), name="2+1", first_seen_at=START
        )
        SharedSnapshot.objects.create(
            shared=shared, digest="0", document={"status": "ACTIVE"}, first_seen_at=START, last_seen_at=NOW
        )
        OfferUse.objects.create(
            account=in_workspace.account, offer=offer, part="promotions", kind="promotion", allegro_id=str(number),
            since=START,
        )  # fmt: skip
        later = NOW + timedelta(days=number + 1)
        read(offer, SnapshotPart.PRICE_STOCK, price_stock(f"{50 + number}.00"), later, later)
        add_change(offer, at=september(11, number))
    with django_assert_max_num_queries(len(few)):
        get(owner_client, offer, path)
    assert len(few) <= 30


@pytest.mark.parametrize("path", ["on/", "compare/"])
def test_the_offer_page_leads_here_and_nothing_stands_inline(
    owner_client: Client, in_workspace: Team, path: str
) -> None:
    two_readings(in_workspace.offer)
    assert f'href="/offers/{in_workspace.offer.pk}/{path}"' in get(owner_client, in_workspace.offer, "")
    page = get(owner_client, in_workspace.offer, path)
    assert not re.search(r"<script(?![^>]*\bsrc=)[^>]*>|\sstyle=|\son\w+=", page)


def test_an_offer_that_was_never_read_has_a_page_too(owner_client: Client, in_workspace: Team) -> None:
    assert not OfferSnapshot.objects.exists()
    assert "Never read for this offer." in words(get(owner_client, in_workspace.offer, "on/"))
    assert "There is no field that is known at both moments." in words(
        get(owner_client, in_workspace.offer, "compare/")
    )


# The same product ----------------------------------------------------------------------------------------------------


def test_offers_of_the_same_product_stand_on_the_page(owner_client: Client, in_workspace: Team, team: Team) -> None:
    offer = in_workspace.offer
    offer.product_id = "p-1"
    offer.save()
    other_account = cast(SellerAccount, SellerAccountFactory(workspace=in_workspace.workspace))
    twin = make_offer(other_account, product_id="p-1", title="Bliźniak", price="45.00", sold_30d=12)
    make_offer(in_workspace.account, product_id="p-2", title="Inny produkt")
    page = get(owner_client, offer, "")
    card = page[page.index("product-heading") :]
    assert "Bliźniak" in card and "PLN 45.00" in words(card) and other_account.login in card
    assert "Inny produkt" not in card
    assert f'href="/offers/{twin.pk}/"' in card
    listed = owner_client.get("/offers/?product=p-1", headers={"accept-language": "en"}).content.decode()
    assert "Bliźniak" in listed and offer.title in listed and "Inny produkt" not in listed


def test_at_most_ten_offers_of_the_product_are_shown(
    owner_client: Client, in_workspace: Team, django_assert_max_num_queries: Any
) -> None:
    in_workspace.offer.product_id = "p-1"
    in_workspace.offer.save()
    for number in range(12):
        make_offer(in_workspace.account, product_id="p-1", sold_30d=number)
    page = get(owner_client, in_workspace.offer, "")
    card = page[page.index("product-heading") :]
    assert card.count('class="offer-title"') == 10
    assert "Only the ten that sell most are shown here." in words(card)


def test_an_offer_without_product_has_no_such_card(owner_client: Client, in_workspace: Team) -> None:
    make_offer(in_workspace.account)
    assert "product-heading" not in get(owner_client, in_workspace.offer, "")
