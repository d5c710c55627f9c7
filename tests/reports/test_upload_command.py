"""`manage.py import_report`: the same code as the pages, in the foreground."""

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.utils import translation

from accounts.scoping import workspace_scope
from reports.models import RememberedMapping, Upload, UploadRow, UploadStatus
from tests.conftest import Team
from tests.reports.readers.workbook_samples import LAMP, MUG, workbook
from tests.reports.test_uploads_mapping import unknown
from tests.reports.upload_samples import WEEK, report


def run(team: Team, path: Path, *options: str) -> str:
    out = StringIO()
    call_command("import_report", str(path), f"--account={team.account.pk}", *options, stdout=out)
    return out.getvalue()


def saved(folder: Path, name: str = WEEK, content: bytes | None = None) -> Path:
    path = folder / name
    path.write_bytes(report() if content is None else content)
    return path


def test_a_file_is_read_and_imported_and_the_second_time_recognised(team: Team, tmp_path: Path) -> None:
    path = saved(tmp_path)
    first = run(team, path, "--kind=sales_by_offer")
    assert first.startswith(f"imported: {WEEK} (")
    assert "2026-08-03 to 2026-08-09: 2 rows, 0 left out, 0 problems" in first
    assert run(team, path).startswith("already imported: ")
    with workspace_scope(team.workspace):
        assert (Upload.objects.count(), UploadRow.objects.count()) == (1, 2)


def test_a_missing_period_is_asked_for_and_taken(team: Team, tmp_path: Path) -> None:
    path = saved(tmp_path, "raport.xlsx")
    with pytest.raises(CommandError, match="--from and --to"):
        run(team, path)
    assert "2026-08-03 to 2026-08-09" in run(team, path, "--from=2026-08-03", "--to=2026-08-09")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--from=2026-08-03"], "both"),
        (["--from=2026-08-09", "--to=2026-08-03"], "before the first"),
        (["--from=yesterday", "--to=2026-08-03"], "invalid"),
        (["--kind=weather"], "invalid choice"),
    ],
)
def test_wrong_options_are_refused_in_words(team: Team, tmp_path: Path, options: list[str], message: str) -> None:
    with translation.override("en"), pytest.raises(CommandError, match=message):
        run(team, saved(tmp_path), *options)
    with workspace_scope(team.workspace):
        assert not Upload.objects.filter(status=UploadStatus.IMPORTED).exists()


def test_what_cannot_be_read_is_refused_in_words(team: Team, tmp_path: Path) -> None:
    with translation.override("en"):
        with pytest.raises(CommandError, match="not an Excel workbook"):
            run(team, saved(tmp_path, "a.xlsx", b"%PDF-1.7"))
        with pytest.raises(CommandError, match="cannot be opened"):
            run(team, tmp_path / "nowhere.xlsx")
        with pytest.raises(CommandError, match="not an account id"):
            call_command("import_report", str(saved(tmp_path)), "--account=7")
        with pytest.raises(CommandError, match="no linked account"):
            call_command("import_report", str(saved(tmp_path)), "--account=00000000-0000-0000-0000-000000000000")


def test_unknown_headings_are_named_on_the_command_line_and_remembered(team: Team, tmp_path: Path) -> None:
    path = saved(tmp_path, content=unknown())
    with translation.override("en"), pytest.raises(CommandError, match=r"--map .*Moje: Nr aukcji, Co to jest"):
        run(team, path)
    named = ("--kind=sales_by_offer", "--map", "0=offer_id,2=units,3=revenue")
    assert "2 rows, 0 left out" in run(team, path, *named)
    other = saved(tmp_path, "inny_2026-08-10_2026-08-16.xlsx", unknown(LAMP[:5]))
    assert "1 rows, 0 left out" in run(team, other)
    with workspace_scope(team.workspace):
        assert RememberedMapping.objects.get().created_by is None
        assert sorted(UploadRow.objects.values_list("units", flat=True)) == [4, 4, 10]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--map", "0=offer_id"], "--map needs --kind"),
        (["--kind=sales_by_offer", "--map", "0=buyer"], "not like 0=offer_id"),
        (["--kind=sales_by_offer", "--map", "0=offer_id"], "missing: Revenue or Units sold"),
        (["--kind=sales_by_offer", "--map", "0=offer_id,1=units,2=units"], "named twice: Units sold"),
        (["--kind=sales_by_offer", "--map", "0=offer_id,2=units", "--sheet=Inny"], "no such sheet"),
    ],
)
def test_wrong_columns_are_refused_in_words(team: Team, tmp_path: Path, options: list[str], message: str) -> None:
    with translation.override("en"), pytest.raises(CommandError, match=message):
        run(team, saved(tmp_path, content=unknown()), *options)


def test_what_the_file_leaves_open_is_asked_for_and_said(team: Team, tmp_path: Path) -> None:
    path = saved(tmp_path, content=workbook(("ID oferty", "Wartość sprzedaży"), (LAMP[0], 12.5)).getvalue())
    with pytest.raises(CommandError, match="--currency"):
        run(team, path)
    assert "1 rows" in run(team, path, "--currency=CZK", "--marketplace=allegro-cz")
    with workspace_scope(team.workspace):
        upload = Upload.objects.get()
        assert (upload.currency, upload.marketplace) == ("CZK", "allegro-cz")


def test_bad_rows_are_left_out_unless_all_or_nothing_is_asked_for(team: Team, tmp_path: Path) -> None:
    path = saved(tmp_path, content=report(LAMP, ("abc", *MUG[1:])))
    with pytest.raises(CommandError, match="nothing was imported, as asked"):
        run(team, path, "--all-or-nothing")
    assert "1 rows, 1 left out" in run(team, path)
