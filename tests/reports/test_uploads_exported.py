"""When a file was made: kept as the file says it, used wherever the newer of two counts, told with its source."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils import timezone

from accounts.models import SellerAccount
from reports.models import Upload, UploadKind
from reports.reading import read
from reports.reconciliation.compare import compare
from reports.reconciliation.projection import reports_of
from reports.reconciliation.terms import Code, Reported
from reports.uploads import import_upload, read_again
from tests.conftest import Team
from tests.reports.readers.workbook_samples import LAMP, MUG, POLISH, workbook
from tests.reports.reconciliation.samples import TEN, WEEK, around, at, line
from tests.reports.upload_samples import counted_uploads, in_scope, read_upload, signed_in, text


def made(account: SellerAccount, said: str, *rows: object, name: str = "sprzedaz_2026-08-03_2026-08-09.xlsx") -> Upload:
    """An upload that was read; above its table stands `said`."""
    content = workbook(("Sprzedaż wg ofert",), (said,), (), POLISH, *(rows or (LAMP, MUG))).getvalue()  # type: ignore[arg-type]
    return read_upload(account, name, content)


def test_an_upload_keeps_what_its_file_says(in_workspace: Team) -> None:
    account = in_workspace.account
    assert made(account, "Wygenerowano: 10.08.2026 09:30").exported_at == datetime(2026, 8, 10, 7, 30, tzinfo=UTC)
    silent = made(account, "Konto: sklep", LAMP)
    assert (silent.exported_at, silent.made_by) == (None, silent.uploaded_at)


def test_a_moment_after_the_upload_is_not_believed(in_workspace: Team) -> None:
    account = in_workspace.account
    today = timezone.now()
    ahead = f"Generated: {today:%Y-%m-%d}T23:59:59Z"
    upload = made(account, ahead)
    assert upload.exported_at is None


def test_the_newer_export_counts_whatever_was_uploaded_last(in_workspace: Team) -> None:
    account = in_workspace.account
    newer = made(account, "Wygenerowano: 20.08.2026 09:30")
    older = made(account, "Wygenerowano: 10.08.2026 09:30", LAMP)
    assert import_upload(newer, None)
    assert import_upload(older, None)
    assert older.uploaded_at > newer.uploaded_at
    assert counted_uploads(account, UploadKind.SALES_BY_OFFER) == [newer]


def test_a_reading_that_finds_the_moment_is_not_thrown_away_as_the_same(in_workspace: Team) -> None:
    account = in_workspace.account
    upload = made(account, "Wygenerowano: 20.08.2026 09:30")
    assert import_upload(upload, None)
    Upload.objects.filter(pk=upload.pk).update(exported_at=None)
    upload.refresh_from_db()
    revision = read_again(upload)
    assert revision
    read(revision)
    assert revision.exported_at is not None
    assert revision.status == "preview"


def test_a_report_knows_nothing_after_the_moment_that_it_states(in_workspace: Team) -> None:
    account = in_workspace.account
    upload = made(account, "Wygenerowano: 09.08.2026 12:00")
    assert import_upload(upload, None)
    period = reports_of(account)[0].period
    assert period.is_incomplete
    assert period.known_until == datetime(2026, 8, 9, 10, tzinfo=UTC)


def test_what_was_sold_after_the_stated_moment_is_why_the_report_has_less() -> None:
    early = type(WEEK)(WEEK.first, WEEK.last, WEEK.uploaded_at + timedelta(days=9), at(4, 12))
    lines = [line(2, 4), line(4, 3, hour=18), line(5, 2)]
    reported = Reported(units=4, revenue=lines[0].price * 4)
    units = next(each for each in compare(reported, early, around(lines=lines), TEN) if each.measure == "units")
    codes = [reason.code for reason in units.reasons]
    assert codes[0] is Code.EXPORT_OLDER
    last_day = next(reason for reason in units.reasons if reason.code is Code.LAST_DAY)
    assert last_day.facts["exported_at"] == at(4, 12).isoformat()


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("Wygenerowano: 10.08.2026 09:30", "said by the file"),
        ("Konto: sklep", "the file does not say when it was made"),
    ],
)
def test_the_page_says_when_the_file_was_made_and_how_that_is_known(team: Team, said: str, shown: str) -> None:
    upload = in_scope(team, made, said)
    page = text(signed_in(team.owner).get(f"/reports/{upload.pk}/"))
    assert shown in page
    assert ("10 Aug 2026" in page) == said.startswith("Wygenerowano")


def test_a_report_made_before_its_days_were_over_is_told_so(team: Team) -> None:
    upload = in_scope(team, made, "Wygenerowano: 09.08.2026 12:00")
    assert upload.period_to == date(2026, 8, 9)
    assert "said by the file" in text(signed_in(team.owner).get(f"/reports/{upload.pk}/"))
