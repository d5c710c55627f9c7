"""Large pieces of snapshots are stored once, and come back as they were."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from offers.models import Content, OfferSnapshot, SnapshotPart
from offers.record import contents
from offers.record.documents import digest, size
from tests.conftest import Team
from tests.offers.test_record import read, spans

LONG = {"sections": [{"items": [{"type": "TEXT", "content": "<p>" + "Ziarna z Brazylii. " * 60 + "</p>"}]}]}
JSON: Any = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=400),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=12,
)


@given(st.dictionaries(st.text(max_size=12), JSON, max_size=6))
def test_a_packed_document_unpacks_to_itself(document: dict[str, Any]) -> None:
    packed, pieces = contents.pack(document)
    assert contents.unpack(packed, pieces) == document
    assert all(digest(piece) == name for name, piece in pieces.items())


def test_a_description_is_stored_once_however_often_the_rest_changes(in_workspace: Team) -> None:
    for minute, name in enumerate(("Kawa", "Kawa palona", "Kawa mielona")):
        read(in_workspace, minute, name=name, description=LONG)
    assert len(spans(in_workspace)) == 3
    assert Content.objects.count() == 1
    rows = OfferSnapshot.objects.filter(part=SnapshotPart.DETAIL)
    assert all(size(row.document) < contents.LARGE for row in rows)


def test_one_query_brings_all_pieces_back(in_workspace: Team, django_assert_num_queries: Any) -> None:
    read(in_workspace, 0, description=LONG)
    read(in_workspace, 1, description={**LONG, "sections": LONG["sections"] * 2})
    rows = list(OfferSnapshot.objects.filter(part=SnapshotPart.DETAIL).order_by("first_seen_at"))
    with django_assert_num_queries(1):
        pieces = contents.load(in_workspace.account, (row.document for row in rows))
    assert [contents.unpack(row.document, pieces)["description"] for row in rows] == [
        LONG,
        {"sections": LONG["sections"] * 2},
    ]
