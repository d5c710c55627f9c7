"""The files that lists of changes can be taken away as."""

import csv
from collections.abc import Iterator
from datetime import timedelta
from io import BytesIO, StringIO
from itertools import repeat
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import translation
from openpyxl import load_workbook

from accounts.models import SellerAccount
from offers.files.changes import csv_file, headings, safe_cell, workbook_file
from offers.models import OfferChange
from offers.reading.feed import WALKED_AT_ONCE, walk
from offers.words.presentation import ShownChange, present
from tests.conftest import Team
from tests.offers.feed_facts import add_batch, add_shared_change, make_shared, use
from tests.offers.page_facts import NOW, add_change, make_offer, money

ENGLISH = {"accept-language": "en"}


@pytest.fixture(autouse=True)
def _now() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


def read_csv(client: Client, query: str = "", **headers: str) -> list[dict[str, str]]:
    answer = client.get(f"/offer-events.csv{query}", headers=headers or ENGLISH)
    assert answer.status_code == 200
    text = b"".join(answer).decode("utf-8-sig")
    return list(csv.DictReader(StringIO(text)))


def read_xlsx(client: Client, query: str = "") -> list[tuple[Any, ...]]:
    answer = client.get(f"/offer-events.xlsx{query}", headers=ENGLISH)
    assert answer.status_code == 200
    return list(load_workbook(BytesIO(b"".join(answer))).worksheets[0].values)


def test_a_row_says_everything_about_a_change(owner_client: Client, in_workspace: Team) -> None:
    offer = make_offer(in_workspace.account, title="Herbata", external_id="TEA-7")
    add_change(offer, change_type="MANUAL", marketplace="allegro-cz")
    (row,) = read_csv(owner_client)
    assert row == {
        "From": "2026-09-28T11:00:00+02:00",
        "To": "2026-09-28T11:00:00+02:00",
        "Offer number": offer.allegro_id,
        "SKU": "TEA-7",
        "Title": "Herbata",
        "Account": in_workspace.account.login,
        "Marketplace": "allegro-cz",
        "Kind": "Price",
        "Field": "Price",
        "Before": "49.90",
        "After": "44.90",
        "Currency": "PLN",
        "Why a value is missing": "",
        "Difference": "−PLN\xa05.00 (−10.0\xa0%)",
        "Source": "Announced by Allegro",
        "How it is known": "exact time from the journal",
        "Who": "Manual",
        "Batch": "",
        "Offers touched": "1",
        "Shared content": "",
    }


def test_an_unseen_value_is_no_value_but_a_reason(owner_client: Client, in_workspace: Team) -> None:
    add_change(in_workspace.offer, new=None, new_seen=False, certainty="overtaken")
    (row,) = read_csv(owner_client)
    assert (row["After"], row["Why a value is missing"]) == ("", "Changed again before it was read.")


def test_shared_content_batches_and_returns_are_told(owner_client: Client, in_workspace: Team) -> None:
    shared = make_shared(in_workspace.account)
    for number in range(2):
        use(make_offer(in_workspace.account), shared, until=NOW + timedelta(days=number))
    add_shared_change(shared)
    batch = add_batch(in_workspace.account, 5, NOW - timedelta(hours=2))
    add_change(in_workspace.offer, "title", old="a b", new="a c", at=NOW - timedelta(days=9))
    add_change(in_workspace.offer, "title", old="a c", new="a b", at=NOW - timedelta(days=8))
    rows = read_csv(owner_client)
    assert (rows[0]["Offers touched"], rows[0]["Shared content"]) == ("2", "Delivery price list: Standard")
    assert [row["Batch"] for row in rows] == ["", *[str(batch.pk)] * 5, "", ""]
    assert rows[-2]["Difference"] == "back to the value of 19 Sep"


def test_headings_speak_the_readers_language(owner_client: Client, in_workspace: Team) -> None:
    with translation.override("pl"):
        polish = headings()
    content = b"".join(owner_client.get("/offer-events.csv", headers={"accept-language": "pl"}))
    assert content.startswith(b"\xef\xbb\xbf")
    assert next(csv.reader(StringIO(content.decode("utf-8-sig")))) == polish


def test_only_what_the_filters_leave_is_in_the_file(owner_client: Client, in_workspace: Team) -> None:
    add_change(in_workspace.offer)
    add_change(in_workspace.offer, "title", old="a", new="b")
    assert [row["Field"] for row in read_csv(owner_client, "?group=content")] == ["Title"]
    assert [row[8] for row in read_xlsx(owner_client, "?group=content")] == ["Field", "Title"]


@pytest.mark.parametrize("text", ["=1+1", "+48 600", "-5", "@cmd", "\t=1", "\r=1", "  =1"])
def test_no_cell_runs_as_a_formula(owner_client: Client, in_workspace: Team, text: str) -> None:
    assert safe_cell(text) == f"'{text}"
    offer = make_offer(in_workspace.account, title=text)
    add_change(offer, "title", old="harmless text", new=text)
    (row,) = read_csv(owner_client)
    assert (row["Title"], row["Before"], row["After"]) == (f"'{text}", "harmless text", f"'{text}")
    _headings, cells = read_xlsx(owner_client)
    assert cells[4].startswith("'")


def test_signs_that_no_workbook_may_hold_are_left_out(owner_client: Client, in_workspace: Team) -> None:
    add_change(in_workspace.offer, "delivery_info", old="a\x0bb", new="x" * 40_000)
    _headings, cells = read_xlsx(owner_client)
    assert (cells[9], len(cells[10])) == ("ab", 32_767)


def test_a_workbook_holds_numbers_and_texts(owner_client: Client, in_workspace: Team) -> None:
    add_change(in_workspace.offer)
    add_change(in_workspace.offer, "stock", old=5, new=8, at=NOW - timedelta(hours=2))
    names, price, stock = read_xlsx(owner_client)
    assert names[:2] == ("From", "To")
    assert (price[9:12], stock[9:12]) == ((49.9, 44.9, "PLN"), (5, 8, None))
    assert isinstance(price[2], str)


def test_files_are_named_after_their_day(owner_client: Client, in_workspace: Team) -> None:
    for kind in ("csv", "xlsx"):
        answer = owner_client.get(f"/offer-events.{kind}")
        assert answer["Content-Disposition"] == f'attachment; filename="offer-changes-2026-09-28.{kind}"'
        b"".join(answer)


def test_others_rows_are_in_nobodys_file(in_workspace: Team) -> None:
    add_change(in_workspace.offer)
    stranger = Client()
    stranger.force_login(in_workspace.stranger)
    assert read_csv(stranger) == []
    assert len(read_xlsx(stranger)) == 1
    account = f"?account={in_workspace.account.pk}"
    assert read_csv(stranger, account) == []


def test_signed_out_there_is_no_file(team: Team) -> None:
    assert Client().get("/offer-events.csv").status_code == 302


def shown(team: Team) -> ShownChange:
    change = add_change(team.offer)
    return present(OfferChange.objects.select_related("account", "offer").get(pk=change.pk))


def test_a_csv_file_is_sent_while_it_is_written(in_workspace: Team) -> None:
    """Endless changes still give a beginning, so nothing is gathered first."""
    pieces = csv_file(repeat(shown(in_workspace)))
    sizes = [len(next(pieces)) for _ in range(5)]
    assert min(sizes) > 0 and max(sizes) < 100_000


def test_every_change_is_walked_over_once(in_workspace: Team) -> None:
    for number in range(WALKED_AT_ONCE // 100 + 3):
        offer = make_offer(in_workspace.account)
        template = add_change(offer, at=NOW - timedelta(minutes=number))
        OfferChange.objects.bulk_create(
            OfferChange(
                id=f"{number:08x}-0000-4000-8000-{copy:012x}", account=offer.account, offer=offer, field="price",
                old=template.old, new=money(f"{copy}.00"), old_seen=True, new_seen=True,
                not_before=template.not_before, not_after=template.not_after, certainty="exact",
            )
            for copy in range(100)
        )  # fmt: skip
    accounts = list(SellerAccount.objects.select_related("workspace"))
    walked = [each.change.pk for each in walk(OfferChange.objects.all(), accounts)]
    assert walked == list(OfferChange.objects.order_by("-not_after", "-id").values_list("pk", flat=True))
    assert len(walked) > WALKED_AT_ONCE


@pytest.mark.parametrize("count", [3, 4, 5])
def test_only_a_full_worksheet_says_that_there_is_more(in_workspace: Team, count: int) -> None:
    with translation.override("en"):
        file = BytesIO(b"".join(workbook_file(repeat(shown(in_workspace), count), row_limit=5)))
    rows = list(load_workbook(file).worksheets[0].values)
    assert len(rows) == min(count + 1, 5)
    assert str(rows[-1][0]).startswith("A worksheet holds no more rows") == (count == 5)


def test_a_workbook_begins_before_its_rows_are_made(in_workspace: Team) -> None:
    made: list[ShownChange] = []
    change = shown(in_workspace)

    def changes() -> Iterator[ShownChange]:
        while True:
            made.append(change)
            yield change

    pieces = workbook_file(changes())
    assert next(pieces).startswith(b"PK")
    assert made == []
    assert sum(len(next(pieces)) for _ in range(30)) > 0
    assert len(made) < 30 * 500
