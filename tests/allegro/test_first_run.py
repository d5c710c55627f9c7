"""The newcomer's way on the dashboard: its steps follow the facts, it can be put away and taken up again."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import Settings

from accounts.models import SellerAccount, Workspace
from accounts.scoping import every_workspace
from allegro.models import RunKind, RunTrigger, SyncRun
from reports.models import Upload, UploadStatus
from tests.allegro.conftest import World
from tests.conftest import Team

CARD = 'id="first-run"'
TODAY = timezone.now().date()
STEPS = ("connect", "sync", "report", "look")


@pytest.fixture(autouse=True)
def _unscoped() -> Iterator[None]:
    with every_workspace():
        yield


def page(client: Client) -> str:
    return client.get(reverse("dashboard"), headers={"accept-language": "en"}).content.decode()


def states(client: Client) -> list[str]:
    way = client.get(reverse("settings:first_run"), headers={"hx-request": "true"}).context["way"]
    return [getattr(way, step).value for step in STEPS]


def test_each_step_follows_the_facts(team: Team, owner_client: Client) -> None:
    account = team.account
    SellerAccount.objects.update(status="disconnected")
    assert states(owner_client) == ["now", "later", "later", "later"]
    SellerAccount.objects.update(status="connected")
    assert states(owner_client) == ["done", "now", "later", "later"]
    SellerAccount.objects.update(last_synced_at=timezone.now())
    assert states(owner_client) == ["done", "done", "now", "later"]
    upload = Upload.objects.create(account=account, file_name="a.xlsx", size=1, sha256="0" * 64)
    assert states(owner_client) == ["done", "done", "now", "later"]
    upload.status, upload.period_from, upload.period_to = UploadStatus.IMPORTED, TODAY, TODAY
    upload.save()
    assert states(owner_client) == ["done", "done", "done", "later"]


def test_the_first_sync_is_followed_live_and_then_the_page_loads_anew(team: Team, owner_client: Client) -> None:
    now = timezone.now()
    entry = {"stage": "listing", "status": "running", "started_at": now.isoformat(), "counts": {}}
    run = SyncRun.objects.create(
        account=team.account, trigger=RunTrigger.LINK, kind=RunKind.FULL, started_at=now, heartbeat_at=now,
        stages=[entry],
    )  # fmt: skip
    text = page(owner_client)
    assert "Offer list" in text and 'hx-trigger="every 2s"' in text
    assert "HX-Refresh" not in owner_client.get(reverse("settings:first_run"), headers={"hx-request": "true"})
    run.status = "succeeded"
    run.save()
    SellerAccount.objects.update(last_synced_at=now)
    assert owner_client.get(reverse("settings:first_run"), headers={"hx-request": "true"})["HX-Refresh"] == "true"
    assert 'hx-trigger="every 2s"' not in page(owner_client).split('id="first-run-title"')[0]


def test_the_way_is_put_away_and_taken_up_again(owner_client: Client) -> None:
    assert CARD in page(owner_client)
    owner_client.post(reverse("settings:first_run"), {"hidden": "1"})
    assert CARD not in page(owner_client)
    owner_client.post(reverse("settings:first_run"), {"hidden": "0"})
    assert CARD in page(owner_client)


def test_the_way_leaves_by_itself_a_week_after_everything_is_done(team: Team, owner_client: Client) -> None:
    SellerAccount.objects.update(last_synced_at=timezone.now())
    Upload.objects.create(
        account=team.account, file_name="a", size=1, sha256="0" * 64, status=UploadStatus.IMPORTED,
        period_from=TODAY, period_to=TODAY,
    )  # fmt: skip
    assert CARD in page(owner_client)
    Workspace.objects.update(created_at=timezone.now() - timedelta(days=8))
    assert CARD not in page(owner_client)


def test_viewers_have_no_way_to_go(team: Team, client: Client) -> None:
    client.force_login(team.viewer)
    assert CARD not in page(client)


def test_the_sample_is_linked_with_one_press(world: World, team: Team, owner_client: Client) -> None:
    SellerAccount.objects.all().delete()
    assert "Try with sample data" in page(owner_client)
    answer = owner_client.post(reverse("settings:sample"))
    assert answer["Location"] == reverse("dashboard")
    assert SellerAccount.objects.get().workspace == team.workspace
    assert states(owner_client)[:2] == ["done", "now"]


def test_there_is_no_sample_at_the_real_allegro(team: Team, owner_client: Client, settings: Settings) -> None:
    SellerAccount.objects.all().delete()
    settings.ALLEGRO_AUTH_URL = "https://allegro.pl"
    assert "Try with sample data" not in page(owner_client)
    assert owner_client.post(reverse("settings:sample")).status_code == 404
    assert not SellerAccount.objects.exists()
