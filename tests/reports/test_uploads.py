"""The life of an upload, without HTTP: kept, read by one reader, imported once, discarded, never overwritten."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from celery.exceptions import SoftTimeLimitExceeded
from django.conf import settings as django_settings
from django.db import IntegrityError, transaction
from django.utils import timezone
from pytest_django import Settings

from accounts.models import AuditEvent
from accounts.scoping import every_workspace
from offers.models import Offer
from reports import reading, uploads
from reports.details import PeriodRefused, say
from reports.models import RowProblem, Upload, UploadFile, UploadRow, UploadStatus
from reports.readers.limits import DEFAULT_LIMITS
from reports.readers.periods import PeriodDoubt
from reports.reading import MOST_ATTEMPTS, STALE_AFTER, link_rows, read
from reports.tasks import link_new_offers, read_upload, reclaim_stuck_uploads
from reports.uploads import (
    AlreadyLive,
    clean_name,
    discard,
    import_upload,
    overlapping,
    read_again,
    receive,
    refuse_too_large,
)
from tests.conftest import Team
from tests.factories import START, OfferFactory, SellerAccountFactory
from tests.reports import upload_samples as samples
from tests.reports.readers.workbook_samples import LAMP, MUG, POLISH, workbook
from tests.reports.upload_samples import WEEK, imported, received, report


def facts() -> list[Any]:
    """Everything stored that counts."""
    rows = UploadRow.objects.filter(upload__status=UploadStatus.IMPORTED)
    return list(rows.order_by("pk").values_list())


def age(upload: Upload, **fields: Any) -> None:
    """Move times of an upload into the past."""
    Upload.objects.filter(pk=upload.pk).update(**fields)
    upload.refresh_from_db()


def test_a_report_becomes_rows_tied_to_offers(in_workspace: Team) -> None:
    lamp = OfferFactory(account=in_workspace.account, allegro_id=str(LAMP[0]))
    upload = samples.read_upload(in_workspace.account)
    assert (upload.status, upload.period_from, upload.period_to, upload.period_source) == (
        UploadStatus.PREVIEW,
        date(2026, 8, 3),
        date(2026, 8, 9),
        "file_name",
    )
    assert (upload.kind, upload.language, upload.currency, upload.good_rows) == ("sales_by_offer", "pl", "PLN", 2)
    assert [column["concept"] for column in upload.mapping["columns"]][:2] == ["offer_id", "title"]
    first, second = UploadRow.objects.filter(upload=upload)
    assert (first.offer, first.units, first.revenue, first.sales_share) == (
        lamp,
        4,
        Decimal("199.96"),
        Decimal("0.600000"),
    )
    assert (second.offer, second.allegro_offer_id) == (None, str(MUG[0]))


def test_rows_that_cannot_be_taken_are_counted_and_kept_as_problems(in_workspace: Team) -> None:
    content = report(LAMP, LAMP, ("abc", *MUG[1:]), (None, None), ("Razem", "", 4, 199.96), (MUG[0], "Kubek", "x"))
    upload = samples.read_upload(in_workspace.account, content=content)
    assert (upload.good_rows, upload.bad_rows, upload.problems_found) == (2, 2, 3)
    kept = RowProblem.objects.filter(upload=upload).values_list("row_number", "column", "code", "value")
    assert list(kept) == [
        (3, POLISH[0], "duplicate_offer", "18000000001"),
        (4, POLISH[0], "invalid_offer_id", "abc"),
        (7, POLISH[2], "not_a_number", "x"),
    ]


def test_the_same_content_is_one_upload_whatever_its_name(in_workspace: Team) -> None:
    upload, created = receive(in_workspace.account, in_workspace.owner, WEEK, report(), read_later=False)
    again, created_again = receive(in_workspace.account, None, "copy.xlsx", report(), read_later=False)
    assert (created, created_again, again.pk, again.file_name) == (True, False, upload.pk, WEEK)
    assert UploadFile.objects.count() == 1


def test_of_two_requests_at_once_the_constraint_lets_one_win(
    in_workspace: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    upload = received(in_workspace.account)
    looked = iter([None])
    find_live = uploads.find_live
    monkeypatch.setattr(uploads, "find_live", lambda *arguments: next(looked, find_live(*arguments)))
    again, created = receive(in_workspace.account, None, WEEK, report(), read_later=False)
    assert (again.pk, created) == (upload.pk, False)


def test_the_database_itself_refuses_a_second_live_upload(in_workspace: Team) -> None:
    upload = received(in_workspace.account)
    with pytest.raises(IntegrityError), transaction.atomic():
        Upload.objects.create(account=in_workspace.account, file_name="x", size=1, sha256=upload.sha256)


def test_another_account_may_upload_the_same_file(in_workspace: Team) -> None:
    other: Any = SellerAccountFactory(workspace=in_workspace.workspace)
    assert received(in_workspace.account).pk != received(other).pk


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\Anna\\raport.xlsx", "raport.xlsx"),
        ("ra\x00po\nrt\x7f.xlsx", "raport.xlsx"),
        ("raport\u202exslx.exe", "raportxslx.exe"),
        ("..", "report.xlsx"),
        ("", "report.xlsx"),
        ("folder/", "folder"),
        ("a" * 300 + ".xlsx", "a" * 195 + ".xlsx"),
        ("zażółć gęślą 1–7.xlsx", "zażółć gęślą 1–7.xlsx"),
    ],
)
def test_file_names_are_reduced_to_a_harmless_last_part(name: str, kept: str) -> None:
    assert clean_name(name) == kept


@pytest.mark.parametrize(
    ("content", "code"),
    [(b"", "empty_file"), (b"%PDF-1.7", "not_a_workbook"), (report()[:-100], "damaged_workbook")],
)
def test_what_is_no_workbook_is_refused_at_the_door_and_recorded(in_workspace: Team, content: bytes, code: str) -> None:
    imported(in_workspace.account)
    before = facts()
    upload = received(in_workspace.account, "x.xlsx", content)
    assert (upload.status, upload.refusal["code"]) == (UploadStatus.REFUSED, code)
    # Nobody can tell whether such a file names buyers.
    assert not UploadFile.objects.filter(upload=upload).exists()
    assert not read(upload)
    assert facts() == before


def test_a_refused_file_can_be_sent_again(in_workspace: Team) -> None:
    first = received(in_workspace.account, "x.xlsx", b"%PDF-1.7")
    assert received(in_workspace.account, "x.xlsx", b"%PDF-1.7").pk != first.pk


def test_a_file_over_the_limit_is_recorded_without_its_bytes(in_workspace: Team, settings: Settings) -> None:
    settings.MAX_UPLOAD_BYTES = 1000
    by_content = received(in_workspace.account, "x.xlsx", report())
    by_size = refuse_too_large(in_workspace.account, None, "y.xlsx", 5 * 10**9)
    for upload in (by_content, by_size):
        assert (upload.status, upload.refusal["code"]) == (UploadStatus.REFUSED, "too_large")
        assert not UploadFile.objects.filter(upload=upload).exists()


def test_reading_twice_does_nothing_the_second_time(in_workspace: Team) -> None:
    upload = received(in_workspace.account)
    assert read(upload)
    rows = list(UploadRow.objects.values_list("pk"))
    assert not read(upload)
    assert list(UploadRow.objects.values_list("pk")) == rows


def test_a_second_reader_is_kept_out_until_the_first_shows_no_life(in_workspace: Team) -> None:
    upload = received(in_workspace.account)
    age(upload, status=UploadStatus.READING, alive_at=timezone.now())
    assert not read(upload)
    age(upload, alive_at=timezone.now() - STALE_AFTER - timedelta(seconds=1))
    assert read(upload)
    assert upload.status == UploadStatus.PREVIEW


def test_a_reader_that_was_given_up_stores_nothing(in_workspace: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    upload = received(in_workspace.account)
    read_original = reading._read_original

    def discarded_meanwhile(claim: reading.Claim) -> Any:
        found = read_original(claim)
        discard(upload, None)
        return found

    monkeypatch.setattr(reading, "_read_original", discarded_meanwhile)
    assert not read(upload)
    upload.refresh_from_db()
    assert upload.status == UploadStatus.DISCARDED
    assert not UploadRow.objects.exists()


def test_progress_is_saved_while_reading_and_notices_a_lost_claim(in_workspace: Team) -> None:
    upload = received(in_workspace.account)
    claim = reading._take(upload)
    assert claim is not None
    claim.show_progress(1000)
    claim.show_progress(2000)
    upload.refresh_from_db()
    assert (upload.status, upload.rows_read) == (UploadStatus.READING, 2000)
    discard(upload, None)
    with pytest.raises(reading.ClaimLost):
        claim.show_progress(3000)
    claim.refuse("internal", {})
    upload.refresh_from_db()
    assert upload.status == UploadStatus.DISCARDED


def test_an_unexpected_error_closes_the_upload_and_is_raised(
    in_workspace: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    upload = received(in_workspace.account)

    def broken(*_arguments: Any, **_options: Any) -> None:
        raise RuntimeError("boom")

    monkeypatch.setattr(reading, "read_isolated", broken)
    with pytest.raises(RuntimeError):
        read(upload)
    upload.refresh_from_db()
    assert (upload.status, upload.refusal["code"]) == (UploadStatus.REFUSED, "internal")
    assert UploadFile.objects.filter(upload=upload).exists()
    monkeypatch.undo()
    assert read_again(upload)
    assert read(upload)
    assert upload.status == UploadStatus.PREVIEW


def test_a_reading_that_takes_too_long_is_closed_quietly(in_workspace: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    upload = received(in_workspace.account)

    def slow(*_arguments: Any, **_options: Any) -> None:
        raise SoftTimeLimitExceeded

    monkeypatch.setattr(reading, "read_isolated", slow)
    assert read(upload)
    assert upload.refusal["code"] == "took_too_long"


def test_nothing_is_half_stored(in_workspace: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    upload = received(in_workspace.account)

    def broken(*_arguments: Any) -> None:
        raise RuntimeError("boom")

    monkeypatch.setattr(reading, "_describe", broken)
    with pytest.raises(RuntimeError):
        read(upload)
    assert not UploadRow.objects.exists()


def test_the_period_is_asked_for_and_then_stands(in_workspace: Team) -> None:
    upload = samples.read_upload(in_workspace.account, "raport.xlsx")
    assert (upload.status, upload.mapping["period_doubt"]) == (UploadStatus.NEEDS_DETAILS, "period_not_found")
    assert not import_upload(upload, None)
    with pytest.raises(PeriodRefused) as caught:
        say(upload, period=(date(2026, 8, 9), date(2026, 8, 3)))
    assert caught.value.doubt is PeriodDoubt.REVERSED
    assert say(upload, period=(date(2026, 8, 3), date(2026, 8, 9)))
    assert read_again(upload)
    read(upload)
    assert (upload.status, upload.period_source) == (UploadStatus.PREVIEW, "person")
    assert (upload.period_from, upload.period_to) == (date(2026, 8, 3), date(2026, 8, 9))
    assert import_upload(upload, None)
    assert not say(upload, period=(date(2026, 8, 3), date(2026, 8, 8)))


def test_importing_twice_imports_and_records_once(in_workspace: Team) -> None:
    upload = samples.read_upload(in_workspace.account)
    assert import_upload(upload, in_workspace.owner)
    imported_at = upload.imported_at
    assert not import_upload(upload, in_workspace.owner)
    assert (upload.status, upload.imported_at) == (UploadStatus.IMPORTED, imported_at)
    event = AuditEvent.objects.get(verb="report.imported")
    assert (event.actor, event.data["upload"], event.data["rows"]) == (in_workspace.owner, str(upload.pk), 2)


def test_a_report_without_a_single_row_cannot_be_imported(in_workspace: Team) -> None:
    upload = samples.read_upload(in_workspace.account, content=workbook(POLISH).getvalue())
    assert (upload.status, import_upload(upload, None)) == (UploadStatus.PREVIEW, False)


def test_discarded_reports_count_nowhere_keep_their_rows_and_can_be_uploaded_again(in_workspace: Team) -> None:
    first = imported(in_workspace.account)
    assert discard(first, in_workspace.owner)
    assert not discard(first, in_workspace.owner)
    assert facts() == []
    assert UploadRow.objects.filter(upload=first).count() == 2
    second = imported(in_workspace.account)
    assert second.pk != first.pk
    assert AuditEvent.objects.filter(verb="report.discarded").count() == 1


def test_overlapping_reports_are_named_and_neither_is_changed(in_workspace: Team) -> None:
    week = imported(in_workspace.account)
    before = facts()
    month = samples.read_upload(in_workspace.account, "sprzedaz_2026-08-01_2026-08-31.xlsx", report(LAMP))
    later = samples.read_upload(in_workspace.account, "sprzedaz_2026-08-10_2026-08-16.xlsx", report(MUG))
    assert list(overlapping(month)) == [week]
    assert list(overlapping(later)) == []
    assert import_upload(month, None)
    assert facts()[: len(before)] == before
    assert list(overlapping(week)) == [month]


def test_an_imported_report_is_not_read_again(in_workspace: Team) -> None:
    assert read_again(imported(in_workspace.account)) is not None


def test_a_refused_file_that_was_uploaded_again_points_to_the_other(in_workspace: Team) -> None:
    first = received(in_workspace.account)
    age(first, status=UploadStatus.REFUSED, refusal={"code": "internal", "context": {}})
    second = received(in_workspace.account)
    with pytest.raises(AlreadyLive) as caught:
        read_again(first)
    assert caught.value.upload.pk == second.pk


def test_rows_are_tied_to_offers_that_are_read_later(in_workspace: Team) -> None:
    upload = imported(in_workspace.account)
    lamp: Any = OfferFactory(account=in_workspace.account, allegro_id=str(LAMP[0]))
    assert link_new_offers() == 1
    assert UploadRow.objects.get(upload=upload, allegro_offer_id=str(LAMP[0])).offer == lamp
    assert link_rows(upload) == 0


def test_a_row_is_never_tied_to_an_offer_of_another_account(in_workspace: Team) -> None:
    with every_workspace():
        OfferFactory(allegro_id=str(LAMP[0]))
    upload = imported(in_workspace.account)
    link_rows(upload)
    assert not UploadRow.objects.filter(upload=upload, offer__isnull=False).exists()


def test_the_task_reads_outside_any_scope_and_ignores_what_is_gone(team: Team) -> None:
    with every_workspace():
        upload = received(team.account)
    read_upload(str(upload.pk))
    read_upload(str(upload.pk))
    read_upload("00000000-0000-0000-0000-000000000000")
    with every_workspace():
        upload.refresh_from_db()
    assert (upload.status, upload.attempts) == (UploadStatus.PREVIEW, 1)


def test_stuck_uploads_are_handed_out_again_but_not_for_ever(
    in_workspace: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    called: list[str] = []
    monkeypatch.setattr(read_upload, "delay", called.append)
    old = timezone.now() - STALE_AFTER - timedelta(seconds=1)
    waiting, dead, poison, fresh, busy = (
        received(in_workspace.account, content=report((LAMP[0] + number, *LAMP[1:]))) for number in range(5)
    )
    age(waiting, uploaded_at=old)
    age(dead, status=UploadStatus.READING, alive_at=old, attempts=1)
    age(poison, status=UploadStatus.READING, alive_at=old, attempts=MOST_ATTEMPTS)
    age(busy, status=UploadStatus.READING, alive_at=timezone.now(), uploaded_at=old)
    assert reclaim_stuck_uploads() == 2
    assert set(called) == {str(waiting.pk), str(dead.pk)}
    assert reclaim_stuck_uploads() == 0
    for upload in (waiting, dead, poison, fresh, busy):
        upload.refresh_from_db()
    assert (dead.status, busy.status) == (UploadStatus.WAITING, UploadStatus.READING)
    assert (poison.status, poison.refusal["code"]) == (UploadStatus.REFUSED, "interrupted")


def test_the_limit_at_the_door_is_not_above_the_reader_s() -> None:
    assert DEFAULT_LIMITS.file_size >= django_settings.MAX_UPLOAD_BYTES


def test_offers_in_the_file_are_not_created_by_it(in_workspace: Team) -> None:
    imported(in_workspace.account)
    assert list(Offer.objects.all()) == [in_workspace.offer]
    assert in_workspace.offer.first_seen_at == START
