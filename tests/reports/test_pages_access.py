"""Who may see and change uploads, and what leaves the product as a file."""

import csv
from io import StringIO
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from accounts.scoping import every_workspace
from reports.models import RowProblem, UploadStatus
from tests.conftest import Team
from tests.reports import upload_samples as samples
from tests.reports.readers.workbook_samples import LAMP, MUG
from tests.reports.upload_samples import WEEK, in_scope, post_file, report, signed_in, status_of, text

POSTS = ("import", "details", "discard", "restore", "read_again", "change_mapping")
GETS = ("detail", "progress", "original", "problems", "problems_xlsx")


@pytest.fixture
def pages(team: Team) -> Client:
    """The owner, reading in English."""
    return signed_in(team.owner)


def test_the_original_comes_back_as_a_download_only(team: Team, pages: Client) -> None:
    upload = in_scope(team, samples.received, 'zażółć "1".xlsx\r\nSet-Cookie: a=b')
    answer = pages.get(reverse("reports:original", args=[upload.pk]))
    assert answer.content == report()
    assert answer["Content-Type"] == "application/octet-stream"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Disposition"].startswith("attachment; filename*=utf-8''za%C5%BC%C3%B3%C5%82%C4%87")
    assert "Set-Cookie" not in answer.headers
    assert pages.get(reverse("reports:original", args=[uuid4()])).status_code == 404


def test_problems_as_csv_run_in_no_spreadsheet(team: Team, pages: Client) -> None:
    content = report((LAMP[0], "Lampka", "+cmd|' /C calc'!A0"), (MUG[0], "Kubek", "@SUM(A1)"))
    upload = in_scope(team, samples.read_upload, WEEK, content)
    with every_workspace():
        RowProblem.objects.filter(upload=upload).update(column="+Liczba")
    answer = pages.get(reverse("reports:problems", args=[upload.pk]))
    assert answer["Content-Disposition"].startswith("attachment;")
    lines = list(csv.reader(StringIO(answer.content.decode("utf-8-sig"))))
    assert lines[0] == ["Row", "Column", "Value", "Problem"]
    assert lines[2][:3] == ["3", "'+Liczba", "'@SUM(A1)"]
    assert all(not cell.startswith(("=", "+", "-", "@")) for line in lines for cell in line)


def test_a_viewer_looks_but_changes_nothing(team: Team) -> None:
    upload = in_scope(team, samples.read_upload)
    viewer = signed_in(team.viewer)
    for name in GETS:
        assert viewer.get(reverse(f"reports:{name}", args=[upload.pk])).status_code == 200
    assert viewer.get(reverse("reports:list")).status_code == 200
    for name in POSTS:
        assert viewer.post(reverse(f"reports:{name}", args=[upload.pk])).status_code == 403
    assert post_file(viewer, team.account, ("x.xlsx", report(LAMP))).status_code == 403
    page = text(viewer.get(reverse("reports:detail", args=[upload.pk])))
    assert "/import/" not in page and "/discard/" not in page
    assert status_of(upload) == UploadStatus.PREVIEW


def test_a_stranger_finds_nothing(team: Team) -> None:
    upload = in_scope(team, samples.imported)
    stranger = signed_in(team.stranger)
    for target in (upload.pk, uuid4()):
        for name in GETS:
            assert stranger.get(reverse(f"reports:{name}", args=[target])).status_code == 404
        for name in POSTS:
            assert stranger.post(reverse(f"reports:{name}", args=[target])).status_code == 404
    assert stranger.get(reverse("reports:offer_periods", args=[team.offer.pk])).status_code == 404
    assert WEEK not in text(stranger.get(reverse("reports:list")))
    assert post_file(stranger, team.account, (WEEK, report())).status_code == 404
    assert status_of(upload) == UploadStatus.IMPORTED


def test_signed_out_people_are_asked_to_sign_in(team: Team) -> None:
    upload = in_scope(team, samples.imported)
    for name in GETS:
        assert "/accounts/login/" in Client().get(reverse(f"reports:{name}", args=[upload.pk]))["Location"]
    assert "/accounts/login/" in Client().post(reverse("reports:import", args=[upload.pk]))["Location"]


@pytest.mark.parametrize("name", POSTS)
def test_changes_are_posts(team: Team, pages: Client, name: str) -> None:
    assert pages.get(reverse(f"reports:{name}", args=[uuid4()])).status_code == 405


def test_staff_see_uploads_but_change_none(team: Team, staff_client: Client) -> None:
    upload = in_scope(team, samples.read_upload, WEEK, report((LAMP[0], "Lampka", "x")))
    assert WEEK in text(staff_client.get(reverse("admin:reports_upload_changelist")))
    assert staff_client.get(reverse("admin:reports_upload_change", args=[upload.pk])).status_code == 200
    assert staff_client.get(reverse("admin:reports_rowproblem_changelist")).status_code == 200
    assert staff_client.post(reverse("admin:reports_upload_delete", args=[upload.pk])).status_code == 403
