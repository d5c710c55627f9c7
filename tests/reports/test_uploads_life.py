"""What a person decides about an upload, and what happens when they change their mind."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from offers.calendar import warsaw_day
from offers.models import SalesDay
from reports import reading
from reports.details import PERIOD, marketplaces_of, say
from reports.models import Decision, Upload, UploadFile, UploadRow, UploadStatus
from reports.readers.isolated import read_isolated
from reports.reading import read
from reports.uploads import AlreadyLive, discard, find_live, import_upload, read_again, restore
from tests.conftest import Team
from tests.factories import SellerAccountFactory
from tests.reports import upload_samples as samples
from tests.reports.readers.workbook_samples import LAMP, MUG, POLISH, workbook
from tests.reports.upload_samples import WEEK, counted_uploads, imported, report

BAD = ("abc", *MUG[1:])


def revised(upload: Upload) -> Upload:
    """The second reading of an imported upload, read."""
    revision = read_again(upload)
    assert revision is not None and revision.pk != upload.pk
    read(revision)
    return revision


def better_reader(monkeypatch: pytest.MonkeyPatch) -> None:
    """From now on the reader finds one unit more in each row."""

    def improved(*arguments: Any, **options: Any) -> Any:
        found: Any = read_isolated(*arguments, **options)
        for row in found.rows:
            row.values["units"] += 1
        return found

    monkeypatch.setattr(reading, "read_isolated", improved)


def test_bad_rows_are_left_out_only_if_somebody_agreed_to_exactly_these(in_workspace: Team) -> None:
    upload = samples.read_upload(in_workspace.account, content=report(LAMP, BAD))
    assert (upload.good_rows, upload.bad_rows) == (1, 1)
    assert not import_upload(upload, None)
    assert not import_upload(upload, None, leave_out=2)
    assert import_upload(upload, None, leave_out=1)
    assert upload.decision == Decision.GOOD_ROWS


def test_an_import_without_bad_rows_says_that_everything_was_taken(in_workspace: Team) -> None:
    assert imported(in_workspace.account).decision == Decision.EVERYTHING


def test_an_undone_import_counts_nowhere_and_can_be_made_again(in_workspace: Team) -> None:
    upload = imported(in_workspace.account)
    discard(upload, None)
    assert upload.decision == Decision.NOTHING
    assert counted_uploads(in_workspace.account, "sales_by_offer") == []
    assert restore(upload)
    assert (upload.status, upload.decision) == (UploadStatus.PREVIEW, "")
    assert import_upload(upload, None)
    assert not restore(upload)


def test_what_was_discarded_before_it_was_read_is_read_when_it_comes_back(in_workspace: Team) -> None:
    upload = samples.received(in_workspace.account)
    discard(upload, None)
    assert restore(upload)
    assert upload.status == UploadStatus.WAITING
    assert read(upload)
    assert upload.status == UploadStatus.PREVIEW


def test_an_undone_import_whose_file_came_again_points_to_the_other(in_workspace: Team) -> None:
    first = imported(in_workspace.account)
    discard(first, None)
    second = imported(in_workspace.account)
    with pytest.raises(AlreadyLive) as caught:
        restore(first)
    assert caught.value.upload.pk == second.pk


def test_reading_an_import_again_with_the_same_result_changes_nothing_and_says_so(in_workspace: Team) -> None:
    upload = imported(in_workspace.account)
    revision = revised(upload)
    assert (revision.status, revision.decision) == (UploadStatus.DISCARDED, Decision.IDENTICAL)
    assert not UploadRow.objects.filter(upload=revision).exists()
    upload.refresh_from_db()
    assert upload.status == UploadStatus.IMPORTED


def test_a_better_reading_replaces_the_import_only_when_it_is_imported_itself(
    in_workspace: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    upload = imported(in_workspace.account)
    better_reader(monkeypatch)
    revision = revised(upload)
    upload.refresh_from_db()
    assert (revision.status, upload.status) == (UploadStatus.PREVIEW, UploadStatus.IMPORTED)
    assert import_upload(revision, None)
    upload.refresh_from_db()
    assert (revision.status, upload.status) == (UploadStatus.IMPORTED, UploadStatus.REPLACED)
    assert [counted.pk for counted in counted_uploads(in_workspace.account, "sales_by_offer")] == [revision.pk]
    kept = UploadRow.objects.filter(upload=upload).order_by("row_number").values_list("units", flat=True)
    assert list(kept) == [4, 10]
    assert UploadFile.objects.count() == 1
    live = find_live(in_workspace.account, upload.sha256)
    assert live is not None and live.pk == revision.pk


def test_undoing_a_replacement_leads_back_to_the_earlier_reading(
    in_workspace: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    upload = imported(in_workspace.account)
    better_reader(monkeypatch)
    revision = revised(upload)
    import_upload(revision, None)
    discard(revision, None)
    upload.refresh_from_db()
    assert (revision.status, upload.status) == (UploadStatus.DISCARDED, UploadStatus.IMPORTED)


def test_an_import_is_read_again_once_at_a_time(in_workspace: Team) -> None:
    upload = imported(in_workspace.account)
    first, second = read_again(upload), read_again(upload)
    assert first is not None and second is not None
    assert first.pk == second.pk


def test_what_a_person_said_stands_in_the_new_reading(in_workspace: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    upload = samples.read_upload(in_workspace.account, "raport.xlsx")
    say(upload, period=(date(2026, 8, 3), date(2026, 8, 9)))
    import_upload(upload, None)
    better_reader(monkeypatch)
    revision = revised(upload)
    assert (revision.period_from, revision.said, revision.status) == (date(2026, 8, 3), [PERIOD], UploadStatus.PREVIEW)


def test_a_currency_is_asked_for_where_amounts_name_none(in_workspace: Team) -> None:
    bare = workbook(("ID oferty", "Wartość sprzedaży"), (LAMP[0], 12.5)).getvalue()
    upload = samples.read_upload(in_workspace.account, content=bare)
    assert (upload.status, upload.questions) == (UploadStatus.NEEDS_DETAILS, ["currency"])
    assert not import_upload(upload, None)
    assert say(upload, currency="CZK")
    assert (upload.status, upload.questions) == (UploadStatus.NEEDS_DETAILS, ["marketplace"])
    assert say(upload, marketplace="allegro-cz")
    read_again(upload)
    read(upload)
    assert (upload.status, upload.currency, upload.marketplace) == (UploadStatus.PREVIEW, "CZK", "allegro-cz")
    assert upload.said == ["currency", "marketplace"]


def test_no_currency_is_asked_for_where_there_is_no_money(in_workspace: Team) -> None:
    bare = workbook(("ID oferty", "Liczba sprzedanych sztuk"), (LAMP[0], 2)).getvalue()
    assert samples.read_upload(in_workspace.account, content=bare).status == UploadStatus.PREVIEW


def sold(team: Team, marketplace: str, currency: str) -> None:
    """Let the account have sold something on another marketplace."""
    SalesDay.objects.create(
        account=team.account,
        offer=team.offer,
        marketplace=marketplace,
        currency=currency,
        day=warsaw_day(timezone.now()),
        units=1,
        revenue=Decimal(10),
        orders=1,
    )


def test_the_marketplace_that_a_report_can_only_mean_is_taken(in_workspace: Team) -> None:
    assert samples.read_upload(in_workspace.account).marketplace == "allegro-pl"
    sold(in_workspace, "allegro-cz", "CZK")
    assert marketplaces_of(in_workspace.account) == ["allegro-pl", "allegro-cz"]
    crowns = tuple(heading.replace("(PLN)", "(CZK)") for heading in POLISH)
    upload = samples.read_upload(in_workspace.account, content=workbook(crowns, LAMP).getvalue())
    assert (upload.status, upload.marketplace) == (UploadStatus.PREVIEW, "allegro-cz")


def test_of_several_marketplaces_that_a_report_can_mean_one_is_asked_for(in_workspace: Team) -> None:
    sold(in_workspace, "allegro-business-pl", "PLN")
    upload = samples.read_upload(in_workspace.account)
    assert (upload.status, upload.questions, upload.marketplace) == (UploadStatus.NEEDS_DETAILS, ["marketplace"], "")
    assert say(upload, marketplace="allegro-business-pl")
    assert (upload.status, upload.marketplace) == (UploadStatus.PREVIEW, "allegro-business-pl")


def test_a_file_in_another_currency_is_not_put_down_to_the_only_marketplace(in_workspace: Team) -> None:
    crowns = tuple(heading.replace("(PLN)", "(CZK)") for heading in POLISH)
    upload = samples.read_upload(in_workspace.account, content=workbook(crowns, LAMP).getvalue())
    assert (upload.currency, upload.marketplace, upload.questions) == ("CZK", "", ["marketplace"])


def test_figures_of_another_account_never_count_for_this_one(in_workspace: Team) -> None:
    other: Any = SellerAccountFactory(workspace=in_workspace.workspace)
    imported(other, WEEK, report(LAMP))
    assert counted_uploads(in_workspace.account, "sales_by_offer") == []
    assert UploadRow.objects.get().revenue == Decimal("199.96")
