"""Files of unknown headings: asked about once, then read without asking."""

from typing import Any

import pytest

from accounts.models import Role
from accounts.scoping import every_workspace, workspace_scope
from reports.mappings import faults
from reports.models import RememberedMapping, Upload, UploadKind, UploadRow, UploadStatus
from reports.readers.concepts import Concept
from reports.readers.given import GivenColumns
from reports.reading import read
from reports.uploads import change_mapping, import_upload, name_columns
from tests.conftest import Team
from tests.factories import MembershipFactory, SellerAccountFactory
from tests.reports import upload_samples as samples
from tests.reports.readers.workbook_samples import LAMP, MUG, workbook
from tests.reports.upload_samples import WEEK, report

OWN = ("Nr aukcji", "Co to jest", "Zeszło sztuk", "Za ile (PLN)", "Ktoś zajrzał")
NAMED = {0: Concept.OFFER_ID, 2: Concept.UNITS, 3: Concept.REVENUE}


def unknown(*rows: Any) -> bytes:
    """A file with headings of the seller's own."""
    return workbook(OWN, *(rows or (LAMP[:5], MUG[:5])), sheet="Moje").getvalue()


def given(upload: Upload, columns: dict[int, Concept] | None = None) -> GivenColumns:
    sheet = upload.shape["sheets"][0]
    return GivenColumns("sales_by_offer", sheet["name"], sheet["header_row"], columns or NAMED)


def named(team: Team, content: bytes) -> Upload:
    """An upload whose columns were named, read by them."""
    upload = samples.read_upload(team.account, content=content)
    assert name_columns(upload, given(upload), team.owner)
    read(upload)
    return upload


def test_unknown_headings_are_asked_about_with_samples(in_workspace: Team) -> None:
    upload = samples.read_upload(in_workspace.account, content=unknown())
    assert (upload.status, upload.good_rows) == (UploadStatus.NEEDS_MAPPING, 0)
    sheet = upload.shape["sheets"][0]
    assert (sheet["name"], sheet["header_row"], sheet["headings"]) == ("Moje", 1, list(OWN))
    assert sheet["samples"][0][1] == "Lampka nocna"
    assert not import_upload(upload, None)
    assert not UploadRow.objects.exists()


def test_named_columns_are_read_and_kept_with_who_named_them(in_workspace: Team) -> None:
    upload = named(in_workspace, unknown())
    assert (upload.status, upload.kind, upload.currency, upload.shape) == ("preview", "sales_by_offer", "PLN", {})
    first = UploadRow.objects.filter(upload=upload)[0]
    assert (first.allegro_offer_id, first.units, first.title) == (str(LAMP[0]), 4, "")
    kept = RememberedMapping.objects.get()
    assert (kept.created_by, kept.kind, kept.columns["0"]) == (in_workspace.owner, "sales_by_offer", "offer_id")


def test_the_next_file_of_the_shape_is_read_without_asking(in_workspace: Team) -> None:
    named(in_workspace, unknown())
    moved = workbook(("Okres", "sierpień"), OWN, MUG[:5], sheet="Inny").getvalue()
    upload = samples.read_upload(in_workspace.account, content=moved)
    assert upload.status == UploadStatus.PREVIEW
    assert upload.given_columns["remembered"] == RememberedMapping.objects.get().pk
    assert UploadRow.objects.get(upload=upload).units == MUG[2]


def test_the_newest_mapping_wins_and_the_older_is_kept(in_workspace: Team) -> None:
    upload = named(in_workspace, unknown())
    assert change_mapping(upload)
    read(upload)
    assert upload.status == UploadStatus.NEEDS_MAPPING
    assert name_columns(upload, given(upload, {**NAMED, 4: Concept.VISITS}), in_workspace.owner)
    read(upload)
    assert UploadRow.objects.filter(upload=upload)[0].visits == 120
    again = samples.read_upload(in_workspace.account, content=unknown(LAMP[:5]))
    assert UploadRow.objects.get(upload=again).visits == 120
    assert RememberedMapping.objects.count() == 2


def test_a_mapping_is_remembered_for_all_accounts_of_the_workspace_and_no_other(in_workspace: Team) -> None:
    named(in_workspace, unknown())
    other: Any = SellerAccountFactory(workspace=in_workspace.workspace)
    assert samples.read_upload(other, content=unknown()).status == UploadStatus.PREVIEW
    with every_workspace():
        elsewhere: Any = MembershipFactory(role=Role.OWNER)
        foreign: Any = SellerAccountFactory(workspace=elsewhere.workspace)
    with workspace_scope(elsewhere.workspace):
        assert samples.read_upload(foreign, content=unknown()).status == UploadStatus.NEEDS_MAPPING


def test_known_headings_can_be_named_otherwise(in_workspace: Team) -> None:
    upload = samples.read_upload(in_workspace.account)
    assert change_mapping(upload)
    read(upload)
    assert upload.status == UploadStatus.NEEDS_MAPPING
    assert name_columns(upload, given(upload, {0: Concept.OFFER_ID, 4: Concept.UNITS}), None)
    read(upload)
    assert UploadRow.objects.filter(upload=upload)[0].units == LAMP[4]
    assert samples.read_upload(in_workspace.account, WEEK, report(MUG)).given_columns["remembered"]


def test_an_import_keeps_its_columns(in_workspace: Team) -> None:
    assert not change_mapping(samples.imported(in_workspace.account))


@pytest.mark.parametrize(
    ("kind", "columns", "headings", "missing", "doubled"),
    [
        ("sales_by_offer", {0: Concept.OFFER_ID, 1: Concept.UNITS}, ("a", "b"), [], []),
        ("sales_by_offer", {1: Concept.UNITS}, ("a", "b"), [[Concept.OFFER_ID]], []),
        (
            "sales_by_offer",
            {0: Concept.OFFER_ID, 1: Concept.OFFER_ID},
            ("a", "b"),
            [[Concept.REVENUE, Concept.UNITS]],
            [Concept.OFFER_ID],
        ),
        (
            "offer_list",
            {0: Concept.OFFER_ID, 1: Concept.PRICE, 2: Concept.PRICE, 3: Concept.SKU},
            ("ID", "Cena PL", "Cena CZ", "SKU"),
            [],
            [],
        ),
    ],
)
def test_what_is_wrong_with_a_mapping(
    kind: str,
    columns: dict[int, Concept],
    headings: tuple[str, ...],
    missing: list[list[Concept]],
    doubled: list[Concept],
) -> None:
    assert faults(UploadKind(kind).value, columns, headings) == (missing, doubled)
