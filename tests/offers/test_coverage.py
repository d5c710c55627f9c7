"""Since when the record is complete, with which gaps, and where that is said."""

import re
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any, cast

import pytest
import time_machine
from django.template import Context, Template
from django.test import Client
from django.utils import translation

from accounts.models import SellerAccount
from offers.models import (
    CoverageGap,
    FactHorizon,
    OfferEvent,
    PartReading,
    SharedObject,
    SharedSnapshot,
    SnapshotPart,
)
from offers.reading.coverage import account_coverage, coverage_lines
from tests.conftest import Team
from tests.factories import START, SellerAccountFactory
from tests.offers.page_facts import NOW, add_reading, make_offer


@pytest.fixture(autouse=True)
def _now() -> Any:
    with time_machine.travel(NOW, tick=False), translation.override("en"):
        yield


def words(page: str) -> str:
    """What a reader sees, on one line."""
    text = " ".join(unescape(re.sub(r"<[^>]*>", " ", page)).replace("\xa0", " ").split())
    return re.sub(r" ([,.;:])", r"\1", text)


def second_account(team: Team) -> SellerAccount:
    return cast(SellerAccount, SellerAccountFactory(workspace=team.workspace))


def add_gap(account: SellerAccount, day: int, hours: int = 30, reason: str = "journal_window_missed") -> CoverageGap:
    since = datetime(2026, 9, day, 10, tzinfo=UTC)
    gap: CoverageGap = CoverageGap.objects.create(
        account=account, stream="journal", since=since, until=since + timedelta(hours=hours), reason=reason
    )
    return gap


def add_event(account: SellerAccount, at: datetime) -> None:
    OfferEvent.objects.create(
        account=account, event_id=at.isoformat(), allegro_offer_id="1", type="OFFER_CHANGED",
        occurred_at=at, received_at=at, payload={},
    )  # fmt: skip


def spans(account: SellerAccount) -> dict[str, tuple[datetime | None, datetime | None]]:
    return {stream.label: (stream.since, stream.until) for stream in account_coverage(account).streams}


def test_each_stream_is_known_from_its_own_first_reading(in_workspace: Team) -> None:
    account, offer = in_workspace.account, in_workspace.offer
    later = START + timedelta(hours=2)
    add_reading(offer, "detail", later, NOW)
    add_reading(offer, "rating", START + timedelta(days=1), NOW)
    offer.detail_seen_at, offer.extras_seen_at, offer.listed_at = NOW, NOW - timedelta(hours=3), NOW
    offer.save()
    add_event(account, START + timedelta(days=3))
    add_event(account, START + timedelta(days=2))
    PartReading.objects.create(account=account, part="badges", first_read_at=later, last_read_at=NOW)
    shared = SharedObject.objects.create(account=account, kind="price_list", allegro_id="1", first_seen_at=later)
    SharedSnapshot.objects.create(shared=shared, digest="0", document={}, first_seen_at=later, last_seen_at=NOW)
    account.last_synced_at = NOW
    account.save()
    assert spans(account) == {
        "Announced changes (journal)": (START + timedelta(days=2), NOW),
        "List of offers": (START, NOW),
        "Price, stock and details": (later, NOW),
        "Rating": (START + timedelta(days=1), NOW - timedelta(hours=3)),
        "Badges": (later, NOW),
        "Delivery price list": (later, NOW),
        "Sales": (None, NOW),
    }


def test_what_is_read_as_one_list_is_named_once(in_workspace: Team) -> None:
    add_reading(in_workspace.offer, "unfilled", START, NOW)
    PartReading.objects.create(account=in_workspace.account, part="unfilled", first_read_at=START, last_read_at=NOW)
    labels = [stream.label for stream in account_coverage(in_workspace.account).streams]
    assert labels.count("Missing parameters") == 1


def test_a_journal_whose_old_rows_were_given_up_goes_back_to_the_first_reading(in_workspace: Team) -> None:
    add_event(in_workspace.account, START + timedelta(days=20))
    assert spans(in_workspace.account)["Announced changes (journal)"][0] == START + timedelta(days=20)
    FactHorizon.objects.create(account=in_workspace.account, since=START + timedelta(days=20))
    assert spans(in_workspace.account)["Announced changes (journal)"][0] == START


def test_an_account_that_was_never_read_says_when_its_history_begins(owner_client: Client, in_workspace: Team) -> None:
    fresh = second_account(in_workspace)
    page = owner_client.get(f"/offers/coverage/{fresh.pk}/", headers={"accept-language": "en"})
    assert "The history begins with the first sync" in words(page.content.decode())
    assert [line.account for line in coverage_lines([in_workspace.account, fresh])] == [in_workspace.account]


def test_a_gap_tells_its_reason_and_what_was_done(owner_client: Client, in_workspace: Team) -> None:
    account, offer = in_workspace.account, in_workspace.offer
    add_gap(account, 10)
    offer.detail_seen_at = datetime(2026, 9, 12, tzinfo=UTC)
    offer.save()
    address = f"/offers/coverage/{account.pk}/"
    page = words(owner_client.get(address, headers={"accept-language": "en"}).content.decode())
    assert "History exists since 1 Sep 2026, 10:00." in page
    assert "Gap: 10 Sep 2026, 12:00 – 11 Sep 2026, 18:00 Allegro's journal could not be read for more" in page
    assert "Every offer was read in full since" in page
    make_offer(account, detail_seen_at=datetime(2026, 9, 9, tzinfo=UTC))
    page = words(owner_client.get(address, headers={"accept-language": "en"}).content.decode())
    assert "1 offer is still to be read." in page


def test_the_card_is_a_fragment_for_the_settings_page(owner_client: Client, in_workspace: Team) -> None:
    address = f"/offers/coverage/{in_workspace.account.pk}/"
    settings = owner_client.get(f"/settings/accounts/{in_workspace.account.pk}/").content.decode()
    assert f'hx-get="{address}"' in settings and f'href="{address}"' in settings
    fragment = owner_client.get(address, headers={"hx-request": "true"}).content.decode()
    assert fragment.strip().startswith("<section")


def line_of(accounts: list[SellerAccount]) -> str:
    template = Template("{% load offer_record %}{% coverage_line accounts %}")
    return words(template.render(Context({"accounts": accounts})))


def test_one_line_says_it_for_one_account(in_workspace: Team) -> None:
    assert line_of([in_workspace.account]) == "Complete since 1 Sep 2026, 10:00, without a gap"
    add_gap(in_workspace.account, 10)
    assert line_of([in_workspace.account]).startswith("Complete since 1 Sep 2026, 10:00, 1 gap")


def test_one_line_says_it_for_several_accounts(in_workspace: Team) -> None:
    second = second_account(in_workspace)
    make_offer(second, first_seen_at=START + timedelta(days=4))
    add_gap(in_workspace.account, 10)
    line = line_of([in_workspace.account, second])
    assert line.startswith("Complete since 5 Sep 2026, 10:00, 1 gap")
    assert f"{second.login}: complete since 5 Sep 2026, 10:00" in line


def test_the_offer_page_counts_the_gaps_since_its_first_reading(owner_client: Client, in_workspace: Team) -> None:
    add_gap(in_workspace.account, 3)
    add_gap(in_workspace.account, 10)
    offer = make_offer(in_workspace.account, first_seen_at=datetime(2026, 9, 8, 10, tzinfo=UTC))
    page = words(owner_client.get(f"/offers/{offer.pk}/", headers={"accept-language": "en"}).content.decode())
    assert "Complete since 8 Sep 2026, 12:00, 1 gap" in page


def test_the_number_of_queries_does_not_grow(in_workspace: Team, django_assert_max_num_queries: Any) -> None:
    account = in_workspace.account
    with django_assert_max_num_queries(15):
        account_coverage(account)
    for number in range(12):
        make_offer(account)
        add_gap(account, number + 1, hours=1)
        PartReading.objects.create(
            account=account, part=SnapshotPart.values[number], first_read_at=START, last_read_at=NOW
        )
    with django_assert_max_num_queries(15):
        account_coverage(account)
    accounts = [account, *(second_account(in_workspace) for _ in range(4))]
    with django_assert_max_num_queries(3):
        coverage_lines(accounts)


def test_the_chart_shades_what_lies_before_the_first_reading(owner_client: Client, in_workspace: Team) -> None:
    offer = make_offer(in_workspace.account, first_seen_at=datetime(2026, 9, 25, 10, tzinfo=UTC))
    answer = owner_client.get(f"/offers/{offer.pk}/chart.json?days=7", headers={"accept-language": "en"})
    assert answer.json()["gaps"] == [
        {
            "from": "2026-09-21T00:00:00+02:00",
            "to": "2026-09-25T12:00:00+02:00",
            "stream": "history",
            "label": "The history of this offer begins on 25 Sep",
        }
    ]
