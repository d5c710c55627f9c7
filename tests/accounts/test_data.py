"""The export of a workspace, the deletion of a workspace with every row, and of a person's account."""

import csv
import io
import zipfile
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, cast
from uuid import UUID, uuid4

import pytest
from django.apps import apps
from django.core import mail
from django.db import models
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts import deletion, exports, tasks
from accounts.models import (
    Deletion,
    Export,
    ExportPart,
    JobStatus,
    Membership,
    OAuthGrant,
    Role,
    SellerAccount,
    User,
    Workspace,
)
from accounts.scoping import TenantModel, every_workspace, workspace_scope
from allegro.models import SyncRun
from offers.models import OfferChange
from tests.conftest import Team
from tests.factories import PASSWORD, MembershipFactory, UserFactory


def signed_in(user: User, *, afresh: bool = True) -> Client:
    """A browser; `afresh` with the password given a moment ago."""
    client = Client(headers={"accept-language": "en"})
    client.force_login(user)
    if afresh:
        client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    return client


# Export ---------------------------------------------------------------------------------------------------------------


def archive_of(client: Client, export: Export) -> zipfile.ZipFile:
    answer = client.get(reverse("settings:export_file", args=[export.pk]))
    assert answer.status_code == 200
    content = b"".join(cast(Iterator[bytes], answer.streaming_content))  # type: ignore[attr-defined]
    assert len(content) == int(answer["Content-Length"])
    return zipfile.ZipFile(io.BytesIO(content))


def ask_for_export(team: Team) -> Export:
    signed_in(team.owner, afresh=False).post(reverse("settings:export"))
    with every_workspace():
        return cast(Export, Export.objects.get())


def test_the_export_holds_the_whole_history_of_its_own_workspace(team: Team) -> None:
    export = ask_for_export(team)
    tasks.build_export(str(export.pk))
    archive = archive_of(signed_in(team.owner, afresh=False), export)
    assert set(archive.namelist()) == {
        "offers.csv", "changes.csv", "sales-days.csv", "visit-counters.csv", "gaps.csv", "notes.csv", "sync-runs.csv",
        "uploads.csv",
    }  # fmt: skip
    rows = list(csv.DictReader(io.StringIO(archive.read("offers.csv").decode("utf-8-sig"))))
    assert [row["Offer number"] for row in rows] == [team.offer.allegro_id]
    assert rows[0]["Price"] == "49.90"
    [letter] = mail.outbox
    assert letter.to == [team.owner.email] and "/settings/data/" in str(letter.body)


def test_a_large_export_is_kept_in_parts_and_read_back_whole(team: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exports, "PART_BYTES", 100)
    export = ask_for_export(team)
    tasks.build_export(str(export.pk))
    with every_workspace():
        assert ExportPart.objects.count() > 5
    assert archive_of(signed_in(team.owner, afresh=False), export).testzip() is None


def test_pressing_twice_asks_for_one_export(team: Team) -> None:
    ask_for_export(team)
    ask_for_export(team)


def test_an_export_is_for_the_one_who_asked_and_until_it_expires(team: Team) -> None:
    export = ask_for_export(team)
    tasks.build_export(str(export.pk))
    address = reverse("settings:export_file", args=[export.pk])
    admin = cast(Membership, MembershipFactory(workspace=team.workspace, role=Role.ADMIN))
    assert signed_in(admin.user, afresh=False).get(address).status_code == 404
    with every_workspace():
        Export.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert signed_in(team.owner, afresh=False).get(address).status_code == 404
    tasks.go_on_with_jobs()
    with every_workspace():
        assert not Export.objects.exists() and not ExportPart.objects.exists()


def test_an_export_whose_worker_was_killed_is_built_anew(team: Team) -> None:
    export = ask_for_export(team)
    with every_workspace():
        ExportPart.objects.create(export=export, position=0, content=b"half")
        Export.objects.update(status=JobStatus.RUNNING)
        assert not exports.build(str(export.pk))
        Export.objects.update(heartbeat_at=timezone.now() - 2 * exports.SILENT_AFTER)
    assert exports.stalled(timezone.now()) == [str(export.pk)]
    assert exports.build(str(export.pk))
    assert archive_of(signed_in(team.owner, afresh=False), export).testzip() is None


# Deletion of a workspace ----------------------------------------------------------------------------------------------

SAMPLES: dict[type, Any] = {
    models.BooleanField: False,
    models.BinaryField: b"x",
    models.DateField: date(2026, 9, 1),
    models.JSONField: {},
    models.DecimalField: Decimal(1),
    models.UUIDField: UUID(int=1),
}


# A change is of an offer or of what offers share, never of both.
LEFT_OUT: dict[type[models.Model], set[str]] = {OfferChange: {"shared"}}


def sample(field: Any) -> Any:
    """Some value that `field` takes."""
    if isinstance(field, models.DateTimeField):
        return timezone.now() + (timedelta(hours=1) if field.name in {"until", "not_after"} else timedelta())
    if isinstance(field, models.UUIDField):
        return uuid4()
    if isinstance(field, models.CharField | models.TextField):
        return str(field.choices[0][0]) if field.choices else uuid4().hex[: field.max_length or 32]
    return next((value for kind, value in SAMPLES.items() if isinstance(field, kind)), 1)


def fill(team: Team) -> None:
    """One row of every tenant model in the team's workspace, each pointing at the others where it can."""
    rows: dict[type[models.Model], models.Model] = {
        SellerAccount: team.account,
        type(team.offer): team.offer,
    }
    given: dict[Any, Any] = {Workspace: team.workspace, User: team.owner, **rows}
    for model in reversed(deletion.tenant_models()):
        if model in rows:
            continue
        values = {}
        for field in model._meta.concrete_fields:
            if isinstance(field, models.ForeignKey):
                if field.related_model is not model and field.name not in LEFT_OUT.get(model, set()):
                    values[field.name] = given[field.related_model]
            elif not isinstance(field, models.AutoField) and not (field.null or field.blank or field.has_default()):
                values[field.name] = sample(field)
        rows[model] = given[model] = model.objects.create(**values)


def left_of(workspace: Workspace) -> dict[str, int]:
    with every_workspace():
        counts = {
            model.__name__: model.objects.filter(**{model.tenant_path: workspace.pk}).count()
            for model in apps.get_models()
            if issubclass(model, TenantModel)
        }
        counts["Membership"] = Membership.objects.filter(workspace=workspace.pk).count()
        counts["Workspace"] = Workspace.objects.filter(pk=workspace.pk).count()
    return counts


def delete_it(client: Client, name: str) -> Any:
    return client.post(reverse("settings:delete_workspace"), {"typed": name})


def test_deleting_a_workspace_leaves_no_row_of_any_tenant_model(team: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    with workspace_scope(team.workspace):
        fill(team)
        SyncRun.objects.update(status="succeeded")
        Export.objects.update(status="done")
    assert [name for name, count in left_of(team.workspace).items() if not count] == []
    theirs = left_of(Workspace.objects.get(memberships__user=team.stranger))

    answer = delete_it(signed_in(team.owner), team.workspace.name)
    asked = Deletion.objects.get()
    assert answer["Location"] == reverse("accounts:deletion", args=[asked.pk])
    with every_workspace():
        assert not OAuthGrant.objects.exists()
    monkeypatch.setattr(deletion, "BATCH", 1)
    assert deletion.go_on(asked)
    assert {name for name, count in left_of(team.workspace).items() if count} == set()
    assert left_of(Workspace.objects.get(memberships__user=team.stranger)) == theirs
    asked.refresh_from_db()
    assert asked.finished_at is not None and asked.rows_deleted >= len(deletion.tenant_models())
    assert (asked.email, mail.outbox[-1].to) == ("", [team.owner.email])
    assert User.objects.filter(pk=team.owner.pk).exists()


def test_a_workspace_being_deleted_is_not_there_for_anyone(team: Team) -> None:
    delete_it(signed_in(team.owner), team.workspace.name)
    for person in (team.owner, team.viewer):
        client = signed_in(person, afresh=False)
        assert client.get(reverse("offers:detail", args=[team.offer.pk])).status_code == 404
        assert client.get(reverse("dashboard")).status_code == 404
        assert client.get("/", follow=True).status_code == 200
        switched = client.post(reverse("accounts:switch"), {"workspace": str(team.workspace.pk)})
        assert switched.status_code == 404
    assert {letter.to[0] for letter in mail.outbox} == {team.viewer.email}


def test_the_name_must_be_typed(team: Team) -> None:
    assert delete_it(signed_in(team.owner), "another").status_code == 422
    assert not Deletion.objects.exists()


def test_the_password_is_asked_again_and_then_the_deletion_goes_on(team: Team) -> None:
    client = signed_in(team.owner, afresh=False)
    asked = delete_it(client, team.workspace.name)
    assert asked["Location"].startswith("/accounts/reauthenticate/")
    assert not Deletion.objects.exists()
    client.post(asked["Location"], {"password": PASSWORD}, follow=True)
    assert Deletion.objects.exists()


def test_deletion_waits_for_a_sync_that_is_under_way(team: Team) -> None:
    delete_it(signed_in(team.owner), team.workspace.name)
    now = timezone.now()
    with workspace_scope(team.workspace):
        run = SyncRun.objects.create(
            account=team.account, trigger="link", kind="full", started_at=now, heartbeat_at=now
        )
        asked = Deletion.objects.get()
        assert not deletion.go_on(asked)
        text = signed_in(team.owner).get(reverse("accounts:deletion", args=[asked.pk])).content.decode()
        assert "Waiting for a sync" in text
        run.status = "failed"
        run.save()
    assert deletion.go_on(asked)


def test_a_deletion_that_was_cut_short_goes_on(team: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    delete_it(signed_in(team.owner), team.workspace.name)
    monkeypatch.setattr(deletion, "TIME_SLICE_SECONDS", -1.0)
    asked = Deletion.objects.get()
    assert not deletion.go_on(asked)
    Deletion.objects.update(heartbeat_at=timezone.now() - 2 * deletion.SILENT_AFTER)
    assert deletion.stalled(timezone.now()) == [str(asked.pk)]
    for _slice in range(20):
        if deletion.go_on(asked):
            break
    assert not Workspace.objects.filter(pk=team.workspace.pk).exists()


# Deletion of a person -------------------------------------------------------------------------------------------------


def test_the_only_owner_of_others_workspace_cannot_go(team: Team) -> None:
    client = signed_in(team.owner)
    assert team.workspace.name in client.get(reverse("accounts:delete_person")).content.decode()
    client.post(reverse("accounts:delete_person"), {"typed": team.owner.email})
    assert User.objects.filter(pk=team.owner.pk).exists()


def test_a_person_goes_with_the_workspace_that_nobody_else_is_in(team: Team) -> None:
    alone = Workspace.objects.get(memberships__user=team.stranger)
    email = team.stranger.email
    cast(Membership, MembershipFactory(workspace=team.workspace, user=team.stranger, role=Role.VIEWER))
    client = signed_in(team.stranger)
    assert client.post(reverse("accounts:delete_person"), {"typed": "x"}).status_code == 422
    client.post(reverse("accounts:delete_person"), {"typed": email})
    assert not User.objects.filter(email=email).exists()
    assert "_auth_user_id" not in client.session
    assert Workspace.objects.filter(pk=team.workspace.pk).exists()
    tasks.delete_workspace(str(Deletion.objects.get().pk))
    assert not Workspace.objects.filter(pk=alone.pk).exists()
    assert not Deletion.objects.exists()
    assert [letter.to for letter in mail.outbox] == [[email], [email]]


def test_someone_in_no_workspace_may_go_too(db: None) -> None:
    user = cast(User, UserFactory())
    signed_in(user).post(reverse("accounts:delete_person"), {"typed": user.email})
    assert not User.objects.filter(pk=user.pk).exists()
