"""Notes on days of an offer: who may write them, and that no word of them is lost."""

import re
from datetime import date, timedelta
from typing import Any, cast

import pytest
import time_machine
from django.test import Client

from accounts.models import Membership, Role, User, Workspace
from accounts.scoping import every_workspace, workspace_scope
from offers.models import Note, Offer
from offers.reading.notes import OutdatedNote, Written, add_note, change_note, kept_note, kept_notes, remove_note
from tests.conftest import Team
from tests.factories import MembershipFactory
from tests.offers.page_facts import NOW, TODAY

WORDS = {"text": "Courier on strike", "first_day": "2026-09-20", "last_day": "2026-09-22"}
HTMX = {"hx-request": "true", "hx-target": "change-panel"}


@pytest.fixture(autouse=True)
def _now() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


def written(text: str = "Courier on strike", day: date = TODAY) -> Written:
    return Written(text, day, day)


def sign_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def member(team: Team, role: Role) -> Client:
    with every_workspace():
        return sign_in(cast(Membership, MembershipFactory(workspace=team.workspace, role=role)).user)


def page_of(offer: Offer) -> str:
    return f"/offers/{offer.pk}/"


def read(client: Client, address: str) -> str:
    answer = client.get(address, headers={"accept-language": "en"})
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_note_is_written_without_javascript(owner_client: Client, in_workspace: Team) -> None:
    offer = in_workspace.offer
    answer = owner_client.post(f"{page_of(offer)}notes/add/", WORDS)
    assert answer["Location"] == f"{page_of(offer)}#notes"
    assert "Courier on strike" in read(owner_client, page_of(offer))
    note = Note.objects.get()
    assert (note.author, note.first_day, note.last_day) == (in_workspace.owner, date(2026, 9, 20), date(2026, 9, 22))


def test_htmx_gets_the_list_and_the_chart_hears_of_it(owner_client: Client, in_workspace: Team) -> None:
    answer = owner_client.post(f"{page_of(in_workspace.offer)}notes/add/", WORDS, headers=HTMX)
    assert answer.content.decode().strip().startswith("<section")
    assert (answer["HX-Retarget"], answer["HX-Trigger-After-Swap"]) == ("#notes", "noteschange")


@pytest.mark.parametrize(
    "wrong",
    [{"text": " "}, {"first_day": ""}, {"last_day": "2026-09-19"}, {"first_day": "2062-09-20"}, {"text": "x" * 1001}],
)
def test_a_wrong_form_is_shown_again_with_what_was_typed(
    owner_client: Client, in_workspace: Team, wrong: dict[str, str]
) -> None:
    for headers in ({}, HTMX):
        answer = owner_client.post(f"{page_of(in_workspace.offer)}notes/add/", {**WORDS, **wrong}, headers=headers)
        page = answer.content.decode()
        assert "is-invalid" in page
        assert "Courier on strike" in page or "text" in wrong
    assert not Note.objects.exists()


def test_a_note_without_a_last_day_is_of_one_day(owner_client: Client, in_workspace: Team) -> None:
    owner_client.post(f"{page_of(in_workspace.offer)}notes/add/", {**WORDS, "last_day": ""})
    assert Note.objects.get().is_one_day


def test_a_change_keeps_the_text_before(owner_client: Client, in_workspace: Team) -> None:
    offer = in_workspace.offer
    note = add_note(offer, in_workspace.viewer, written("first words"))
    address = note.get_absolute_url()
    form = read(owner_client, f"{address}edit/")
    assert "first words" in form
    version = re.search(r'name="version" value="(\d+)"', form)
    assert version
    owner_client.post(f"{address}edit/", {**WORDS, "version": version[1]})
    page = read(owner_client, address)
    assert page.index("Courier on strike") < page.index("first words")
    assert str(in_workspace.viewer) in page
    [kept] = kept_notes(offer).standing
    assert (kept.last.text, [each.text for each in kept.earlier]) == ("Courier on strike", ["first words"])
    assert kept.begun_by == in_workspace.viewer


def test_of_two_changes_at_once_neither_is_lost(owner_client: Client, in_workspace: Team) -> None:
    note = add_note(in_workspace.offer, in_workspace.owner, written("first"))
    change_note(in_workspace.offer, note, in_workspace.viewer, written("theirs"))
    form = {**WORDS, "text": "mine", "version": note.pk}
    page = owner_client.post(
        f"{note.get_absolute_url()}edit/", form, headers={"accept-language": "en"}
    ).content.decode()
    assert "changed this note meanwhile: “theirs”" in page
    assert "mine" in page
    last = kept_note(in_workspace.offer, note.note_id)
    assert last and last.last.text == "theirs"
    assert f'value="{last.last.pk}"' in page
    owner_client.post(f"{note.get_absolute_url()}edit/", {**form, "version": last.last.pk})
    again = kept_note(in_workspace.offer, note.note_id)
    assert again and [each.text for each in (again.last, *again.earlier)] == ["mine", "theirs", "first"]


def test_a_removed_note_leaves_the_chart_and_stays_in_the_list(owner_client: Client, in_workspace: Team) -> None:
    offer = in_workspace.offer
    note = add_note(offer, in_workspace.owner, written())
    for _twice in range(2):
        assert owner_client.post(f"{note.get_absolute_url()}remove/").status_code == 302
    page = read(owner_client, page_of(offer))
    assert page.index("Removed notes") < page.index("Courier on strike")
    assert owner_client.get(f"{page_of(offer)}chart.json").json()["notes"] == []
    assert owner_client.get(f"{note.get_absolute_url()}edit/").status_code == 404
    with pytest.raises(OutdatedNote):
        remove_note(note, in_workspace.owner)


def test_a_removed_note_is_restored_with_its_history(owner_client: Client, in_workspace: Team) -> None:
    offer = in_workspace.offer
    note = add_note(offer, in_workspace.viewer, written())
    restore = f'action="{note.get_absolute_url()}restore/"'
    removed = owner_client.post(f"{note.get_absolute_url()}remove/", headers=HTMX).content.decode()
    assert removed.index("note-undo") < removed.index(restore)
    assert restore in read(owner_client, page_of(offer))
    for _twice in range(2):
        answer = owner_client.post(f"{note.get_absolute_url()}restore/")
        assert answer["Location"] == f"{page_of(offer)}#notes"
    [drawn] = owner_client.get(f"{page_of(offer)}chart.json").json()["notes"]
    assert (drawn["id"], drawn["text"]) == (str(note.note_id), WORDS["text"])
    [kept] = kept_notes(offer).standing
    assert (kept.begun_by, kept.last.author, len(kept.earlier)) == (in_workspace.viewer, in_workspace.owner, 1)
    page = read(owner_client, note.get_absolute_url())
    assert page.index("restored by") < page.index("removed by")


def test_notes_that_touch_the_days_are_drawn(owner_client: Client, in_workspace: Team) -> None:
    offer = in_workspace.offer
    long = Written("long", TODAY - timedelta(days=30), TODAY - timedelta(days=7))
    add_note(offer, in_workspace.owner, long)
    add_note(offer, in_workspace.owner, written("before", TODAY - timedelta(days=8)))
    note = add_note(offer, in_workspace.owner, written("today"))
    drawn = owner_client.get(f"{page_of(offer)}chart.json?days=7").json()["notes"]
    assert [each["text"] for each in drawn] == ["long", "today"]
    assert drawn[1] == {
        "id": str(note.note_id),
        "from": "2026-09-28",
        "to": "2026-09-28",
        "text": "today",
        "author": str(in_workspace.owner),
        "url": f"{page_of(offer)}notes/{note.note_id}/",
    }


@pytest.mark.parametrize(("role", "status"), [(Role.VIEWER, 403), (Role.ANALYST, 200), (Role.ADMIN, 200)])
def test_viewers_read_and_analysts_write(in_workspace: Team, role: Role, status: int) -> None:
    note = add_note(in_workspace.offer, in_workspace.owner, written())
    client = member(in_workspace, role)
    address = note.get_absolute_url()
    assert "Courier on strike" in read(client, address)
    assert client.get(f"{address}edit/").status_code == status
    assert client.get(f"{page_of(in_workspace.offer)}notes/add/").status_code == status
    assert client.post(f"{address}edit/", WORDS).status_code == (403 if status == 403 else 302)
    assert client.post(f"{address}remove/").status_code == (403 if status == 403 else 302)
    has_button = "Add a note" in read(client, page_of(in_workspace.offer))
    assert has_button == (status == 200)


def test_strangers_find_nothing_and_notes_belong_to_one_offer(team: Team, owner_client: Client) -> None:
    with workspace_scope(team.workspace):
        note = add_note(team.offer, team.owner, written())
    stranger = sign_in(team.stranger)
    for path in ("", "edit/"):
        assert stranger.get(f"{note.get_absolute_url()}{path}").status_code == 404
    for path in ("remove/", "restore/"):
        assert stranger.post(f"{note.get_absolute_url()}{path}").status_code == 404
    assert owner_client.get(f"/offers/{note.note_id}/notes/{note.note_id}/").status_code == 404


def test_what_was_typed_is_text_and_never_markup(owner_client: Client, in_workspace: Team) -> None:
    note = add_note(in_workspace.offer, in_workspace.owner, written("<script>alert(1)</script>"))
    for address in (page_of(in_workspace.offer), note.get_absolute_url(), f"{note.get_absolute_url()}edit/"):
        assert "<script>alert" not in read(owner_client, address)


def test_notes_go_with_their_workspace_and_outlive_their_author(team: Team) -> None:
    with workspace_scope(team.workspace):
        add_note(team.offer, team.viewer, written())
    team.viewer.delete()
    with every_workspace():
        assert Note.objects.get().author is None
        Workspace.objects.get(pk=team.workspace.pk).delete()
        assert not Note.objects.exists()
