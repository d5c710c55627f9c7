"""The pages about uploads: from the form over the preview to the chart, and what they say when it goes wrong."""

import re
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from accounts.scoping import every_workspace, workspace_scope
from config.celery import app
from reports.models import Upload, UploadRow, UploadStatus
from tests.conftest import Team
from tests.factories import OfferFactory, SellerAccountFactory
from tests.reports import upload_samples as samples
from tests.reports.readers.test_preflight import bomb
from tests.reports.readers.workbook_samples import LAMP, POLISH, workbook
from tests.reports.upload_samples import WEEK, in_scope, post_file, report, signed_in, status_of, text


@pytest.fixture(autouse=True)
def _tasks_run_at_once() -> Iterator[None]:
    app.conf.task_always_eager = True
    yield
    app.conf.task_always_eager = False


@pytest.fixture
def pages(team: Team) -> Client:
    """The owner, reading in English."""
    return signed_in(team.owner)


def test_from_the_form_to_the_chart(
    team: Team, pages: Client, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    with every_workspace():
        lamp: Any = OfferFactory(account=team.account, allegro_id=str(LAMP[0]))
    assert f'value="{team.account.pk}"' in text(pages.get(reverse("reports:upload")))
    with django_capture_on_commit_callbacks(execute=True):
        sent = post_file(pages, team.account, (WEEK, report()))
    assert re.fullmatch(r"/reports/[0-9a-f-]{36}/", sent["Location"])
    page = text(pages.get(sent["Location"]))
    assert 'data-upload-status="preview"' in page
    assert f'action="{sent["Location"]}import/"' in page
    assert "Wartość sprzedaży (PLN)" in page and "Lampka nocna" in page and "PLN 199.96" in page
    assert pages.get(reverse("reports:offer_periods", args=[lamp.pk])).json() == {"periods": []}
    done = pages.post(f"{sent['Location']}import/", follow=True)
    assert 'data-upload-status="imported"' in text(done)
    assert "2 rows imported." in text(done)
    assert pages.get(reverse("reports:offer_periods", args=[lamp.pk])).json() == {
        "periods": [
            {
                "kind": "sales_by_offer",
                "from": "2026-08-03",
                "to": "2026-08-09",
                "units": 4,
                "revenue": "199.96",
                "currency": "PLN",
                "marketplace": "allegro-pl",
                "visits": 120,
                "conversion": "0.0333",
                "average_price": "49.99",
                "ending_quantity": 12,
                "upload": sent["Location"].split("/")[2],
                "file_name": WEEK,
                "counted": True,
            }
        ]
    }


def test_the_only_account_need_not_be_named(team: Team, pages: Client) -> None:
    assert post_file(pages, None, (WEEK, report())).status_code == 302
    with every_workspace():
        assert Upload.objects.get().account == team.account
        assert Upload.objects.get().uploaded_by == team.owner


def test_of_several_accounts_one_must_be_chosen(team: Team, pages: Client) -> None:
    with every_workspace():
        other: Any = SellerAccountFactory(workspace=team.workspace)
        foreign: Any = SellerAccountFactory()
    assert f"?account={other.pk}" not in text(pages.get(reverse("reports:upload")))
    chosen = text(pages.get(reverse("reports:upload"), {"account": str(other.pk)}))
    assert f'value="{other.pk}" selected' in chosen
    refused = pages.post(reverse("reports:upload"), {"file": SimpleUploadedFile(WEEK, report())}, follow=True)
    assert "Choose the Allegro account" in text(refused)
    assert post_file(pages, foreign, (WEEK, report())).status_code == 404
    assert pages.post(reverse("reports:upload"), {"account": "x"}).status_code == 404
    with every_workspace():
        assert not Upload.objects.exists()


def test_a_form_without_a_file_or_with_too_many_is_refused(team: Team, pages: Client) -> None:
    empty = pages.post(reverse("reports:upload"), {"account": str(team.account.pk)}, follow=True)
    assert "Choose a file first" in text(empty)
    many = [(f"{number}.xlsx", b"x") for number in range(21)]
    refused = post_file(pages, team.account, *many)
    assert "At most 20 files" in text(pages.get(refused["Location"]))
    with every_workspace():
        assert not Upload.objects.exists()


def test_several_files_lead_to_the_list_with_a_word_on_each_kind(team: Team, pages: Client) -> None:
    in_scope(team, samples.imported)
    files = ((WEEK, report()), ("new.xlsx", report(LAMP)), ("bad.xlsx", b"%PDF-1.7"))
    sent = post_file(pages, team.account, *files)
    assert sent["Location"] == reverse("reports:list")
    page = text(pages.get(sent["Location"]))
    assert "1 file uploaded." in page
    assert f"as “{WEEK}”; it was not added again" in page
    assert "“bad.xlsx” cannot be read. The file is not an Excel workbook" in page


def test_the_same_file_twice_leads_to_the_first_upload(team: Team, pages: Client) -> None:
    first = in_scope(team, samples.imported)
    again = post_file(pages, team.account, ("another name.xlsx", report()))
    assert again["Location"] == reverse("reports:detail", args=[first.pk])
    assert "Already uploaded on" in text(pages.get(again["Location"]))
    with every_workspace():
        assert Upload.objects.count() == 1


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "The file is empty"),
        (b"<html><table>", "it is a web page"),
        (report()[:500], "The workbook is damaged"),
        (bomb(220).getvalue(), "would unpack to more than"),
    ],
    ids=["empty", "html", "truncated", "bomb"],
)
def test_a_refused_file_changes_nothing_and_says_why(
    team: Team,
    pages: Client,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
    content: bytes,
    message: str,
) -> None:
    in_scope(team, samples.imported)
    with every_workspace():
        before = list(UploadRow.objects.values_list())
    with django_capture_on_commit_callbacks(execute=True):
        sent = post_file(pages, team.account, ("raport.xlsx", content))
    page = text(pages.get(sent["Location"]))
    assert 'data-upload-status="refused"' in page
    assert message in page
    assert "everything imported before is unchanged" in page
    with every_workspace():
        assert list(UploadRow.objects.values_list()) == before
    assert "Not readable" in text(pages.get(reverse("reports:list")))


def test_a_file_over_the_limit_is_refused_without_being_read(
    team: Team, pages: Client, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.MAX_UPLOAD_BYTES = 1000
    monkeypatch.setattr("reports.intake.receive", lambda *_: pytest.fail("it was read"))
    page = text(pages.get(post_file(pages, team.account, (WEEK, report()))["Location"]))
    assert "the limit is 1000\xa0bytes".replace("\xa0", " ") in page.replace("\xa0", " ")
    assert "Nothing of it was kept" in page
    assert "Original file" not in page


def test_names_with_markup_are_shown_as_text(team: Team, pages: Client) -> None:
    content = report((LAMP[0], "<script>alert(1)</script>", "<b>x</b>"))
    upload = in_scope(team, samples.read_upload, "<img src=x> 2026-08-03_2026-08-09.xlsx", content)
    page = text(pages.get(reverse("reports:detail", args=[upload.pk])))
    assert "<script>alert" not in page and "<img src=x>" not in page and "<b>x</b>" not in page


def test_the_period_is_asked_for_and_wrong_ones_are_explained(team: Team, pages: Client) -> None:
    upload = in_scope(team, samples.read_upload, "raport.xlsx")
    address = reverse("reports:detail", args=[upload.pk])
    page = text(pages.get(address))
    assert 'data-upload-status="needs_details"' in page
    assert "The file does not say which days it covers" in page
    assert f'action="{address}import/"' not in page
    wrong = pages.post(f"{address}details/", {"first": "2026-08-09", "last": "2026-08-03"})
    assert (wrong.status_code, "The last day lies before the first" in text(wrong)) == (200, True)
    assert pages.post(f"{address}details/", {"first": "soon", "last": ""}).status_code == 200
    right = pages.post(f"{address}details/", {"first": "2026-08-03", "last": "2026-08-09"}, follow=True)
    assert 'data-upload-status="preview"' in text(right) and "entered by hand" in text(right)
    with every_workspace():
        upload.refresh_from_db()
    assert (upload.period_from, upload.period_to) == (date(2026, 8, 3), date(2026, 8, 9))


def test_statements_that_disagree_are_shown(team: Team, pages: Client) -> None:
    content = workbook(("Okres: 2026-08-02 - 2026-08-08",), POLISH, LAMP).getvalue()
    upload = in_scope(team, samples.read_upload, WEEK, content)
    page = text(pages.get(reverse("reports:detail", args=[upload.pk])))
    assert "The file names different periods" in page
    assert "2026-08-03_2026-08-09 (from the file&#x27;s name)" in page
    assert "2026-08-02 - 2026-08-08 (from the rows above the table)" in page


def test_a_double_click_on_import_does_nothing_more(team: Team, pages: Client) -> None:
    upload = in_scope(team, samples.read_upload)
    address = reverse("reports:import", args=[upload.pk])
    for _ in range(2):
        done = pages.post(address, follow=True)
        assert (done.status_code, 'data-upload-status="imported"' in text(done)) == (200, True)
    assert "alert-warning" not in text(done) and "alert-danger" not in text(done)


def test_discarding_takes_the_figures_away_and_the_file_can_come_again(
    team: Team, pages: Client, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    with every_workspace():
        lamp: Any = OfferFactory(account=team.account, allegro_id=str(LAMP[0]))
    first = in_scope(team, samples.imported)
    discarded = pages.post(reverse("reports:discard", args=[first.pk]), follow=True)
    assert "its figures count nowhere" in text(discarded)
    assert pages.get(reverse("reports:offer_periods", args=[lamp.pk])).json() == {"periods": []}
    with django_capture_on_commit_callbacks(execute=True):
        again = post_file(pages, team.account, (WEEK, report()))
    assert str(first.pk) not in again["Location"]
    pages.post(f"{again['Location']}import/")
    assert len(pages.get(reverse("reports:offer_periods", args=[lamp.pk])).json()["periods"]) == 1
    stale = pages.post(reverse("reports:import", args=[first.pk]), follow=True)
    assert "cannot be imported as it stands" in text(stale)


def test_a_refused_file_is_read_again_on_request(
    team: Team, pages: Client, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    upload = in_scope(team, samples.received)
    with every_workspace():
        Upload.objects.filter(pk=upload.pk).update(status="refused", refusal={"code": "internal", "context": {}})
    assert "Something went wrong on our side" in text(pages.get(reverse("reports:detail", args=[upload.pk])))
    with django_capture_on_commit_callbacks(execute=True):
        pages.post(reverse("reports:read_again", args=[upload.pk]))
    assert status_of(upload) == UploadStatus.PREVIEW


def test_progress_is_polled_until_the_file_is_read(team: Team, pages: Client) -> None:
    upload = in_scope(team, samples.received)
    with every_workspace():
        Upload.objects.filter(pk=upload.pk).update(status="reading", rows_read=12000)
    poll = f'hx-get="{reverse("reports:progress", args=[upload.pk])}"'
    assert poll in text(pages.get(reverse("reports:detail", args=[upload.pk])))
    assert 'hx-trigger="every 2s"' in text(pages.get(reverse("reports:list")))
    running = pages.get(reverse("reports:progress", args=[upload.pk]), headers={"hx-request": "true"})
    assert poll in text(running) and "12,000" in text(running)
    assert "HX-Refresh" not in running and "<html" not in text(running)
    with every_workspace():
        Upload.objects.filter(pk=upload.pk).update(status="needs_details")
    done = pages.get(reverse("reports:progress", args=[upload.pk]), headers={"hx-request": "true"})
    assert (done["HX-Refresh"], poll in text(done)) == ("true", False)
    assert "every 2s" not in text(pages.get(reverse("reports:list")))


def test_overlaps_are_named_on_the_page(team: Team, pages: Client) -> None:
    in_scope(team, samples.imported)
    month = in_scope(team, samples.read_upload, "sprzedaz_2026-08-01_2026-08-31.xlsx", report(LAMP))
    page = text(pages.get(reverse("reports:detail", args=[month.pk])))
    assert "Other imported reports cover some of the same days" in page and WEEK in page


def test_problems_are_listed_counted_and_paged(team: Team, pages: Client) -> None:
    rows = [(18000000000 + number, "Lampka", "x", 1.5) for number in range(15)]
    upload = in_scope(team, samples.read_upload, WEEK, report(*rows))
    address = reverse("reports:detail", args=[upload.pk])
    assert "15×" in text(pages.get(address)) and "1–10 of 15" in text(pages.get(address))
    assert "11–15 of 15" in text(pages.get(address, {"page": "2"}))


def test_periods_stand_side_by_side_with_nulls_where_the_file_was_silent(team: Team, pages: Client) -> None:
    in_scope(team, samples.imported)
    bare = workbook(("ID oferty", "Liczba sprzedanych sztuk"), (LAMP[0], 2)).getvalue()
    in_scope(team, samples.imported, "r_2026-08-01_2026-08-31.xlsx", bare)
    in_scope(team, samples.read_upload, "r_2026-08-10_2026-08-16.xlsx", report(LAMP))
    with every_workspace():
        lamp: Any = OfferFactory(account=team.account, allegro_id=str(LAMP[0]))
    with CaptureQueriesContext(
        connection,
    ) as queries:
        found = pages.get(reverse("reports:offer_periods", args=[lamp.pk])).json()["periods"]
    assert [(each["from"], each["to"], each["units"]) for each in found] == [
        ("2026-08-01", "2026-08-31", 2),
        ("2026-08-03", "2026-08-09", 4),
    ]
    assert [each["counted"] for each in found] == [True, False]
    silent = ("revenue", "currency", "visits", "average_price", "ending_quantity")
    assert [found[0][key] for key in silent] == [None] * 5
    assert sum("reports_" in query["sql"] for query in queries) == 2


def test_the_list_needs_the_same_queries_for_one_upload_and_for_a_page(team: Team, pages: Client) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert pages.get(reverse("reports:list")).status_code == 200
        return len(captured)

    with workspace_scope(team.workspace):
        samples.imported(team.account)
        one = queries()
        for number in range(30):
            samples.received(team.account, f"{number}.xlsx", b"%PDF" + bytes([number]))
    assert queries() == one
    assert "26–31 of 31" in text(pages.get(reverse("reports:list"), {"page": "2"}))


def test_the_detail_page_needs_few_queries_however_many_rows(team: Team, pages: Client) -> None:
    def queries(upload: Upload) -> int:
        with CaptureQueriesContext(connection) as captured:
            assert pages.get(reverse("reports:detail", args=[upload.pk])).status_code == 200
        return len(captured)

    few = in_scope(team, samples.read_upload)
    many = in_scope(
        team,
        samples.read_upload,
        "x_2026-08-03_2026-08-09.xlsx",
        report(*[(18000000100 + n, *LAMP[1:]) for n in range(50)]),
    )
    assert queries(few) == queries(many)


def test_the_empty_list_says_where_to_get_the_file(team: Team, pages: Client) -> None:
    page = text(pages.get(reverse("reports:list")))
    assert "Asortyment → Sprzedaż wg ofert" in page and reverse("reports:upload") in page
    polish = pages.get(reverse("reports:list"), headers={"accept-language": "pl"}).content.decode()
    assert polish.count("Asortyment → Sprzedaż wg ofert") == 1
    nobody = signed_in(team.stranger)
    assert "No Allegro account is connected" in text(nobody.get(reverse("reports:list")))
    assert "No Allegro account is connected" in text(nobody.get(reverse("reports:upload")))


def test_pages_hold_no_inline_script_or_style(team: Team, pages: Client) -> None:
    upload = in_scope(team, samples.read_upload)
    unnamed = in_scope(team, samples.read_upload, "x.xlsx", workbook(("SKU", "Stan"), ("a", 1)).getvalue())
    for address in (
        reverse("reports:columns", args=[unnamed.pk]),
        reverse("reports:list"),
        reverse("reports:upload"),
        reverse("reports:detail", args=[upload.pk]),
    ):
        page = text(pages.get(address))
        assert not re.search(r"<script(?![^>]*src=)|<style|\sstyle=|\son\w+=", page)
