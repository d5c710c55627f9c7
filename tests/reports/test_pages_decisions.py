"""What a person decides on the page of an upload, and where the pages say what counts."""

from io import BytesIO

import pytest
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook

from accounts.scoping import every_workspace, workspace_scope
from reports.models import Upload, UploadRow, UploadStatus
from reports.reading import read
from tests.conftest import Team
from tests.reports import upload_samples as samples
from tests.reports.readers.workbook_samples import LAMP, MUG, workbook
from tests.reports.test_uploads_kinds import ADS, ADS_NAME, AUTUMN, PAID, PAID_AGAIN, PAYMENTS, sheet
from tests.reports.upload_samples import WEEK, in_scope, report, signed_in, status_of, text

BAD = ("abc", *MUG[1:])


@pytest.fixture
def pages(team: Team) -> Client:
    """The owner, reading in English."""
    return signed_in(team.owner)


def detail(upload: Upload) -> str:
    return reverse("reports:detail", args=[upload.pk])


def test_with_bad_rows_there_are_two_ways_on_and_both_are_said(team: Team, pages: Client) -> None:
    upload = in_scope(team, samples.read_upload, content=report(LAMP, BAD))
    page = text(pages.get(detail(upload)))
    assert "Import the 1 good row, leave 1 out" in page and "Take nothing" in page
    assert 'name="leave_out" value="1"' in page
    for wrong in ({}, {"leave_out": "2"}, {"leave_out": "-1"}, {"leave_out": "²"}):
        refused = pages.post(f"{detail(upload)}import/", wrong, follow=True)
        assert "cannot be imported as it stands" in text(refused)
    done = pages.post(f"{detail(upload)}import/", {"leave_out": "1"}, follow=True)
    assert "1 row imported." in text(done)


def test_taking_nothing_leaves_nothing(team: Team, pages: Client) -> None:
    upload = in_scope(team, samples.read_upload, content=report(LAMP, BAD))
    pages.post(f"{detail(upload)}discard/")
    assert status_of(upload) == UploadStatus.DISCARDED
    assert "Bring it back" in text(pages.get(detail(upload)))


def test_an_undone_import_is_brought_back_and_imported_again(team: Team, pages: Client) -> None:
    upload = in_scope(team, samples.imported)
    assert "Undo the import" in text(pages.get(detail(upload)))
    pages.post(f"{detail(upload)}discard/")
    assert "Nothing counts before you import it" in text(pages.post(f"{detail(upload)}restore/", follow=True))
    pages.post(f"{detail(upload)}import/")
    assert status_of(upload) == UploadStatus.IMPORTED


def test_reading_an_import_again_leads_to_a_reading_that_says_nothing_changed(team: Team, pages: Client) -> None:
    upload = in_scope(team, samples.imported)
    sent = pages.post(f"{detail(upload)}read-again/")
    assert sent["Location"] != detail(upload)
    with workspace_scope(team.workspace):
        revision = upload.revisions.get()
        assert revision.uploaded_by == team.owner
        read(revision)
    assert "Read again with the same result" in text(pages.get(detail(revision)))
    assert status_of(upload) == UploadStatus.IMPORTED


def test_a_currency_is_asked_for_with_the_likeliest_first(team: Team, pages: Client) -> None:
    bare = workbook(("ID oferty", "Wartość sprzedaży"), (LAMP[0], 12.5)).getvalue()
    upload = in_scope(team, samples.read_upload, content=bare)
    page = text(pages.get(detail(upload)))
    assert "names no currency, and none is guessed" in page
    assert '<option value="PLN" selected>' in page and "/import/" not in page
    assert pages.post(f"{detail(upload)}details/", {"currency": "GBP"}).status_code == 200
    first, last = "2026-08-03", "2026-08-09"
    said = pages.post(f"{detail(upload)}details/", {"first": first, "last": last, "currency": "PLN"}, follow=True)
    assert "PLN 12.50" in text(said) and 'data-upload-status="preview"' in text(said)
    # Days that were sent along unchanged are still the file's own.
    assert "from the file&#x27;s name" in text(said)


def test_each_kind_shows_its_own_columns_and_sums(team: Team, pages: Client) -> None:
    ads = text(pages.get(detail(in_scope(team, samples.read_upload, ADS_NAME, sheet(ADS, AUTUMN)))))
    assert "Allegro Ads by offer" in ads and "Jesień" in ads and "PLN 10.00" in ads and "20.00 ×" in ads
    paid = text(pages.get(detail(in_scope(team, samples.read_upload, "p.xlsx", sheet(PAYMENTS, PAID, PAID_AGAIN)))))
    assert "Payments" in paid and "PLN 80.00" in paid and "from the dates of the rows" in paid
    assert "jan_k" not in paid and "kupujący" in paid


def test_the_list_says_which_reports_no_total_counts(team: Team, pages: Client) -> None:
    in_scope(team, samples.imported)
    month = "sprzedaz_2026-08-01_2026-08-31.xlsx"
    in_scope(team, samples.imported, month, report(LAMP))
    page = text(pages.get(reverse("reports:list")))
    assert page.count("Not counted: overlaps") == 1
    with every_workspace():
        week = Upload.objects.get(file_name=WEEK)
    left_out = text(pages.get(detail(week)))
    assert "Kept, but not counted in totals" in left_out and month in left_out


def test_the_list_is_narrowed_by_kind_and_status(team: Team, pages: Client) -> None:
    in_scope(team, samples.imported)
    in_scope(team, samples.read_upload, ADS_NAME, sheet(ADS, AUTUMN))
    address = reverse("reports:list")
    assert ADS_NAME not in text(pages.get(address, {"kind": "sales_by_offer"}))
    assert WEEK not in text(pages.get(address, {"status": "preview"}))
    assert "No upload is of this kind and status" in text(pages.get(address, {"kind": "orders"}))
    assert WEEK in text(pages.get(address, {"kind": "weather", "status": "<b>"}))


def test_events_in_two_files_are_said_to_count_once(team: Team, pages: Client) -> None:
    in_scope(team, samples.imported, "a.xlsx", sheet(PAYMENTS, PAID, PAID_AGAIN))
    second = in_scope(team, samples.imported, "b.xlsx", sheet(PAYMENTS, PAID_AGAIN))
    assert "Entries of this file that are in another imported file too: 1." in text(pages.get(detail(second)))


def test_problems_are_narrowed_to_one_kind(team: Team, pages: Client) -> None:
    upload = in_scope(team, samples.read_upload, content=report(BAD, (LAMP[0], "Lampka", "x", 1.5)))
    every = text(pages.get(detail(upload)))
    assert "problem=invalid_offer_id" in every
    one = text(pages.get(detail(upload), {"problem": "invalid_offer_id", "column": "ID oferty"}))
    assert "<code>abc</code>" in one and "<code>x</code>" not in one and "Show all problems" in one


def test_problems_as_a_workbook_run_in_no_spreadsheet(team: Team, pages: Client) -> None:
    upload = in_scope(team, samples.read_upload, content=report((LAMP[0], "Lampka", "+cmd|' /C calc'!A0")))
    answer = pages.get(reverse("reports:problems_xlsx", args=[upload.pk]))
    assert answer["Content-Disposition"].endswith('problems.xlsx"')
    content = b"".join(answer.streaming_content)  # type: ignore[attr-defined]  # the test client's answers are mixed
    found = load_workbook(BytesIO(content)).worksheets[0]
    rows = [[cell.value for cell in row] for row in found.iter_rows()]
    assert rows[0] == ["Row", "Column", "Value", "Problem"]
    assert rows[1][0] == 2 and str(rows[1][2]).startswith("'+cmd")
    assert all(cell.data_type != "f" for row in found.iter_rows() for cell in row)


def test_a_report_of_another_kind_is_not_drawn_as_sales(team: Team, pages: Client) -> None:
    in_scope(team, samples.imported, ADS_NAME, sheet(ADS, AUTUMN))
    with every_workspace():
        row = UploadRow.objects.get()
        team.offer.allegro_id = row.allegro_offer_id
        team.offer.save()
    [found] = pages.get(reverse("reports:offer_periods", args=[team.offer.pk])).json()["periods"]
    assert found["kind"] == "ads_offers"
    assert "visits" not in found
