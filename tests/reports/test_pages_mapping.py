"""The page on which a person names the columns of an unknown file."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoCaptureOnCommitCallbacks

from accounts.scoping import every_workspace, workspace_scope
from config.celery import app
from reports.models import RememberedMapping, Upload, UploadRow, UploadStatus
from reports.reading import read
from tests.conftest import Team
from tests.reports import upload_samples as samples
from tests.reports.readers.workbook_samples import LAMP, workbook, workbook_of_sheets
from tests.reports.test_uploads_mapping import unknown
from tests.reports.upload_samples import in_scope, signed_in, status_of, text

RIGHT = {
    "kind": "sales_by_offer",
    "sheet": "0",
    "chosen_for": "sales_by_offer:0",
    "currency": "",
    "column-0": "offer_id",
    "column-1": "",
    "column-2": "units",
    "column-3": "revenue",
    "column-4": "",
}


@pytest.fixture
def pages(team: Team) -> Client:
    """The owner, reading in English."""
    return signed_in(team.owner)


@pytest.fixture
def waiting(team: Team) -> Upload:
    """An upload whose columns nobody knows."""
    return in_scope(team, samples.read_upload, content=unknown())


def address(upload: Upload) -> str:
    return reverse("reports:columns", args=[upload.pk])


def test_each_column_is_shown_with_its_heading_its_values_and_a_choice(pages: Client, waiting: Upload) -> None:
    detail = text(pages.get(reverse("reports:detail", args=[waiting.pk])))
    assert f'href="{address(waiting)}"' in detail and "/import/" not in detail
    page = text(pages.get(address(waiting)))
    assert "Zeszło sztuk" in page and "Lampka nocna" in page and 'name="column-4"' in page
    assert '<option value="visits"' in page and '<option value="campaign"' not in page


def test_another_kind_is_met_with_its_own_columns_as_a_piece_of_the_page(pages: Client, waiting: Upload) -> None:
    piece = pages.get(address(waiting), {"kind": "ads_campaigns"}, headers={"hx-request": "true"})
    shown = text(piece)
    assert "<html" not in shown and 'id="mapping"' in shown
    assert '<option value="campaign"' in shown and '<option value="visits"' not in shown


def test_named_columns_lead_to_a_preview_and_are_remembered(
    team: Team, pages: Client, waiting: Upload, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    app.conf.task_always_eager = True
    try:
        with django_capture_on_commit_callbacks(execute=True):
            done = pages.post(address(waiting), RIGHT)
    finally:
        app.conf.task_always_eager = False
    assert done["Location"] == reverse("reports:detail", args=[waiting.pk])
    assert status_of(waiting) == UploadStatus.PREVIEW
    with every_workspace():
        assert [row.units for row in UploadRow.objects.filter(upload=waiting)] == [4, 10]
        assert RememberedMapping.objects.get().created_by == team.owner
    later = in_scope(team, samples.read_upload, content=unknown(LAMP[:5]))
    page = text(pages.get(reverse("reports:detail", args=[later.pk])))
    assert f"read as {team.owner.email} named its columns" in page
    assert f'action="{reverse("reports:change_mapping", args=[later.pk])}"' in page


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"column-0": ""}, "No column is said to hold: Offer number."),
        (
            {"column-2": "", "column-3": ""},
            "No column is said to hold: Revenue or Units sold.",
        ),
        ({"column-4": "units"}, "More than one column is said to hold Units sold: “Zeszło sztuk”, “Ktoś zajrzał”."),
    ],
)
def test_what_is_wrong_is_said_in_words_and_nothing_is_read(
    pages: Client, waiting: Upload, change: dict[str, str], message: str
) -> None:
    answer = pages.post(address(waiting), RIGHT | change)
    assert answer.status_code == 200
    assert message in text(answer)
    assert 'value="revenue" selected' in text(answer) or "column-3" in change
    assert status_of(waiting) == UploadStatus.NEEDS_MAPPING


def test_choices_that_the_page_never_offered_are_ignored(pages: Client, waiting: Upload) -> None:
    odd = {"kind": "weather", "sheet": "99", "chosen_for": "sales_by_offer:0", "column-0": "buyer", "currency": "XXX"}
    assert "No column is said to hold" in text(pages.post(address(waiting), odd))
    assert status_of(waiting) == UploadStatus.NEEDS_MAPPING


def test_a_column_about_a_person_cannot_be_chosen_nor_is_it_shown(team: Team, pages: Client) -> None:
    content = workbook(("Nr", "Login kupującego", "Zeszło"), (LAMP[0], "jan_kowalski", 4)).getvalue()
    upload = in_scope(team, samples.read_upload, content=content)
    page = text(pages.get(address(upload)))
    assert "jan_kowalski" not in page and 'name="column-1"' not in page and "never read" in page
    answer = pages.post(address(upload), RIGHT | {"column-1": "title"})
    assert answer.status_code == 302
    with workspace_scope(team.workspace):
        upload.refresh_from_db()
        read(upload)
        assert UploadRow.objects.get(upload=upload).title == ""


def test_the_table_can_be_another_sheet(team: Team, pages: Client) -> None:
    head = ("Nr", "Zeszło", "Za ile")
    content = workbook_of_sheets({"Notatki": [("a", "b", "c", "d"), (1, 2, 3, 4)], "Dane": [head, (LAMP[0], 7, 1.5)]})
    upload = in_scope(team, samples.read_upload, content=content.getvalue())
    with every_workspace():
        upload.refresh_from_db()
    number = str([sheet["name"] for sheet in upload.shape["sheets"]].index("Dane"))
    chosen: dict[str, Any] = {
        "kind": "sales_by_offer",
        "sheet": number,
        "chosen_for": f"sales_by_offer:{number}",
        "column-0": "offer_id",
        "column-1": "units",
    }
    assert pages.post(address(upload), chosen).status_code == 302
    with workspace_scope(team.workspace):
        upload.refresh_from_db()
        read(upload)
        assert UploadRow.objects.get(upload=upload).units == 7


def test_a_file_that_was_named_meanwhile_leads_to_its_page(team: Team, pages: Client) -> None:
    known = in_scope(team, samples.read_upload)
    assert pages.get(address(known))["Location"] == reverse("reports:detail", args=[known.pk])
    late = pages.post(address(known), RIGHT, follow=True)
    assert "can no longer be changed" in text(late)


def test_a_recognised_file_can_be_named_by_hand(team: Team, pages: Client) -> None:
    known = in_scope(team, samples.read_upload)
    pages.post(reverse("reports:change_mapping", args=[known.pk]))
    with workspace_scope(team.workspace):
        known.refresh_from_db()
        read(known)
    page = text(pages.get(address(known)))
    assert '<option value="offer_id" selected>' in page


def test_a_viewer_and_a_stranger_name_nothing(team: Team, waiting: Upload) -> None:
    for person, status in ((team.viewer, 403), (team.stranger, 404)):
        client = signed_in(person)
        assert client.get(address(waiting)).status_code == status
        assert client.post(address(waiting), RIGHT).status_code == status
    assert status_of(waiting) == UploadStatus.NEEDS_MAPPING


BELOW_ANOTHER = (
    # The line above has more texts than the headings, so the guess takes it.
    ("Zestawienie", "kawiarnia", "wszystkie", "oferty", "sierpień", "dane"),
    ("Nr", "Zeszło", "Za ile"),
)


def misjudged(*rows: tuple[object, ...]) -> bytes:
    return workbook(*BELOW_ANOTHER, *rows).getvalue()


def test_the_row_of_the_headings_can_be_chosen_and_is_remembered(team: Team, pages: Client) -> None:
    upload = in_scope(team, samples.read_upload, content=misjudged((LAMP[0], 7, 1.5)))
    page = text(pages.get(address(upload)))
    assert '<option value="1" selected> 1 (our guess): Zestawienie' in page
    assert "2: Nr · Zeszło · Za ile" in page
    other = text(pages.get(address(upload), {"sheet": "0", "row-0": "2"}, headers={"hx-request": "true"}))
    assert 'value="sales_by_offer:0:2"' in other
    assert "Zeszło" in other and 'name="column-3"' not in other
    chosen = {"kind": "sales_by_offer", "sheet": "0", "row-0": "2", "chosen_for": "sales_by_offer:0:2"}
    named = chosen | {"column-0": "offer_id", "column-1": "units", "column-2": ""}
    assert pages.post(address(upload), named).status_code == 302
    later = in_scope(team, _read_later, misjudged((LAMP[0], 9, 2.5)), upload)
    with workspace_scope(team.workspace):
        assert [row.units for row in UploadRow.objects.filter(upload=upload)] == [7]
        assert [row.units for row in UploadRow.objects.filter(upload=later)] == [9]
        assert later.mapping["header_row"] == 2


def _read_later(account: Any, content: bytes, upload: Upload) -> Upload:
    upload.refresh_from_db()
    read(upload)
    return samples.read_upload(account, content=content)


def test_a_row_that_is_not_there_is_our_guess(team: Team, pages: Client) -> None:
    upload = in_scope(team, samples.read_upload, content=misjudged((LAMP[0], 7, 1.5)))
    assert '<option value="1" selected>' in text(pages.get(address(upload), {"row-0": "99"}))


def test_a_buyer_s_column_stays_closed_whatever_row_is_chosen(team: Team, pages: Client) -> None:
    rows = (("Nr", "Login kupującego", "Zeszło"), ("numer", "kto", "ile"), (LAMP[0], "jan_kowalski", 4))
    upload = in_scope(team, samples.read_upload, content=workbook(*rows).getvalue())
    for row in ("1", "2", "3"):
        page = text(pages.get(address(upload), {"row-0": row}))
        assert "jan_kowalski" not in page and 'name="column-1"' not in page
    sent = {"kind": "sales_by_offer", "sheet": "0", "row-0": "2", "chosen_for": "sales_by_offer:0:2"}
    named = sent | {"column-0": "offer_id", "column-1": "title", "column-2": "units"}
    pages.post(address(upload), named)
    with workspace_scope(team.workspace):
        upload.refresh_from_db()
        read(upload)
        assert [row.title for row in UploadRow.objects.filter(upload=upload)] == [""]
