"""What can become of a link: each state with what the sync does, what the seller reads and what is told to whom."""

import re
from datetime import timedelta
from typing import Any, cast

import pytest
import time_machine
from cryptography.fernet import Fernet
from django.core import mail
from django.core.mail import EmailMultiAlternatives
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from accounts.fields import DecryptionError
from accounts.models import AccountStatus, AuditEvent, Membership, OAuthGrant, Role, SellerAccount
from accounts.scoping import every_workspace, workspace_scope
from allegro.grants import IDLE_AFTER, require_reconnect
from allegro.messages import message_for
from allegro.models import RunKind, RunStatus, RunTrigger, StreamHealth, SyncRun
from allegro.scopes import CAMPAIGNS, ORDERS, PROFILE, READ_SCOPES
from allegro.sync.run import NotConnected, sync_account
from allegro.tasks import dispatch_due_accounts, renew_idle_grants, run_sync, tell_about_ended_grants
from offers.models import Offer, OrderLine
from tests.allegro.conftest import COFFEE, GARDEN, Linked, World, link
from tests.conftest import Team
from tests.factories import MembershipFactory


def page(linked: Linked, path: str = "") -> str:
    client = Client(headers={"accept-language": "en"})
    client.force_login(linked.owner)
    answer = client.get(path or reverse("settings:account", args=[linked.account.pk]))
    assert answer.status_code == 200
    return re.sub(r"\s+", " ", answer.content.decode())


def reload(linked: Linked) -> SellerAccount:
    linked.account.refresh_from_db()
    return linked.account


# The grant ended -----------------------------------------------------------------------------------------------------


def test_every_page_says_that_the_access_ended_until_it_is_connected_again(garden: Linked) -> None:
    assert "has ended our access" not in page(garden, reverse("offers:catalogue"))
    garden.world.revoke(GARDEN)
    garden.sync()
    for path in (reverse("offers:catalogue"), reverse("offers:events"), reverse("reports:list")):
        assert f"Allegro has ended our access to {garden.account.login}" in page(garden, path)
    assert message_for("reconnect_required") in page(garden)


def test_one_letter_goes_to_each_who_can_reconnect_in_their_language(garden: Linked) -> None:
    admin = cast(Membership, MembershipFactory(workspace=garden.workspace, role=Role.ADMIN)).user
    MembershipFactory(workspace=garden.workspace, role=Role.ANALYST)
    gone = cast(Membership, MembershipFactory(workspace=garden.workspace, role=Role.ADMIN)).user
    gone.is_active = False
    gone.save()
    admin.language, garden.owner.language = "pl", "en"
    admin.save()
    garden.owner.save()
    garden.world.revoke(GARDEN)
    garden.sync()
    assert [tell_about_ended_grants() for _ in range(3)] == [2, 0, 0]
    english, polish = sorted(mail.outbox, key=lambda letter: letter.to != [garden.owner.email])
    assert (english.to, polish.to) == ([garden.owner.email], [admin.email])
    assert reverse("settings:account", args=[garden.account.pk]) in english.body
    assert garden.account.login in english.subject
    assert "connect" in english.subject
    assert english.subject != polish.subject


def test_a_second_ending_is_told_again(garden: Linked) -> None:
    require_reconnect(reload(garden), garden.world.now)
    tell_about_ended_grants()
    SellerAccount.objects.filter(pk=garden.account.pk).update(status=AccountStatus.CONNECTED)
    require_reconnect(reload(garden), garden.world.now)
    assert tell_about_ended_grants() == 1
    assert len(mail.outbox) == 2


def test_a_letter_that_cannot_leave_is_tried_again(garden: Linked, monkeypatch: pytest.MonkeyPatch) -> None:
    require_reconnect(garden.account, garden.world.now)

    def refuse(*_: Any, **__: Any) -> int:
        raise ConnectionRefusedError

    with monkeypatch.context() as patch:
        patch.setattr(EmailMultiAlternatives, "send", refuse)
        assert tell_about_ended_grants() == 0
    assert tell_about_ended_grants() == 1
    assert len(mail.outbox) == 1


def test_a_letter_holds_no_secret(garden: Linked) -> None:
    grant = OAuthGrant.objects.get(account=garden.account)
    garden.world.revoke(GARDEN)
    garden.sync()
    tell_about_ended_grants()
    [letter] = mail.outbox
    assert grant.access_token not in str(letter.message())
    assert grant.refresh_token not in str(letter.message())


def test_the_status_tells_since_when(garden: Linked) -> None:
    noticed = garden.world.move(hours=13)
    garden.world.revoke(GARDEN)
    garden.sync()
    assert reload(garden).status_changed_at == noticed


# Age -----------------------------------------------------------------------------------------------------------------


def test_a_grant_idle_for_long_is_renewed_before_it_dies(garden: Linked) -> None:
    before = OAuthGrant.objects.get(account=garden.account)
    with time_machine.travel(garden.world.move(days=59), tick=False):
        assert renew_idle_grants() == 0
    with time_machine.travel(garden.world.move(days=2), tick=False):
        assert [renew_idle_grants(), renew_idle_grants()] == [1, 0]
    assert OAuthGrant.objects.get(account=garden.account).refresh_token != before.refresh_token
    # 122 days after linking: without the renewal it would be dead by now.
    with time_machine.travel(garden.world.move(days=61), tick=False):
        assert renew_idle_grants() == 1
    assert reload(garden).is_connected


def test_trouble_while_renewing_an_idle_grant_disconnects_nobody(garden: Linked) -> None:
    garden.world.fault("/auth/oauth/token", 503)
    with time_machine.travel(garden.world.move(days=61), tick=False):
        assert renew_idle_grants() == 0
        assert reload(garden).is_connected
        assert renew_idle_grants() == 1
    assert timedelta(days=90) - IDLE_AFTER >= timedelta(days=30)


# Permissions ---------------------------------------------------------------------------------------------------------


def narrow(linked: Linked, *lacking: str) -> None:
    """The seller allowed less at Allegro: there and here."""
    granted = [scope for scope in READ_SCOPES if scope not in lacking]
    for access in linked.world.running.simulation.grants.access.values():
        access.scopes[:] = [scope for scope in access.scopes if scope not in lacking]
    SellerAccount.objects.filter(pk=linked.account.pk).update(scopes=granted)


def test_a_missing_permission_switches_off_its_stream_only(garden: Linked) -> None:
    narrow(garden, ORDERS)
    run = garden.sync()
    assert run.status == RunStatus.SUCCEEDED
    stages = {entry["stage"]: entry for entry in run.stages}
    assert (stages["orders"]["status"], stages["orders"]["scope"]) == ("switched_off", ORDERS)
    assert stages["details"]["counts"]["details"] == 8
    assert not OrderLine.objects.filter(account=garden.account).exists()
    assert reload(garden).last_synced_at is not None
    text = page(garden)
    assert "Switched off" in text
    assert "Grant again at Allegro" in text


def test_without_permission_for_offers_orders_still_come(garden: Linked) -> None:
    narrow(garden, "allegro:api:sale:offers:read")
    run = garden.sync()
    assert run.status == RunStatus.SUCCEEDED
    switched_off = [entry["stage"] for entry in run.stages if entry["status"] == "switched_off"]
    assert switched_off == ["journal", "listing", "details", "promotions", "categories", "extras", "products"]
    assert OrderLine.objects.filter(account=garden.account).exists()


def test_granting_again_switches_the_stream_on(garden: Linked) -> None:
    narrow(garden, ORDERS)
    garden.sync()
    narrow(garden)
    for access in garden.world.running.simulation.grants.access.values():
        access.scopes[:] = READ_SCOPES
    garden.account.refresh_from_db()
    assert all(entry["status"] == "succeeded" for entry in garden.sync().stages)
    assert "Switched off" not in page(garden)


def test_one_403_disconnects_nobody_and_heals(garden: Linked) -> None:
    garden.world.fault("/sale/offer-events", 403)
    run = garden.sync()
    assert [entry["error"] for entry in run.stages if entry["status"] == "failed"] == ["forbidden"]
    assert reload(garden).is_connected
    health = StreamHealth.objects.get(account=garden.account, stream="journal")
    assert (health.error, health.failures_in_a_row, bool(health.trace_id)) == ("forbidden", 1, True)
    assert "Not readable at present" in page(garden)
    garden.sync()
    health.refresh_from_db()
    assert (health.error, health.failures_in_a_row, health.failed_at) == ("", 0, None)


@pytest.mark.django_db
def test_campaigns_are_asked_for_only_when_wanted(world: World, team: Team) -> None:
    client = Client()
    client.force_login(team.owner)
    plain = client.post(reverse("settings:connect"))["Location"]
    wanted = client.post(reverse("settings:connect"), {"campaigns": "on"})["Location"]
    assert CAMPAIGNS.replace(":", "%3A") not in plain
    assert CAMPAIGNS.replace(":", "%3A") in wanted


@pytest.mark.django_db
def test_no_write_permission_is_ever_asked_for(world: World, team: Team) -> None:
    client = Client()
    client.force_login(team.owner)
    assert "write" not in client.post(reverse("settings:connect"), {"campaigns": "on"})["Location"]
    assert all(scope.endswith(":read") for scope in READ_SCOPES)
    assert PROFILE in READ_SCOPES


# Another Allegro, another workspace ----------------------------------------------------------------------------------


def test_an_account_of_another_environment_is_left_alone_and_says_so(
    garden: Linked, monkeypatch: pytest.MonkeyPatch
) -> None:
    SellerAccount.objects.filter(pk=garden.account.pk).update(environment="sandbox", next_sync_at=garden.world.now)
    monkeypatch.setattr(run_sync, "delay", lambda *_: pytest.fail("an account of another Allegro was dispatched"))
    assert dispatch_due_accounts() == 0
    with pytest.raises(NotConnected, match="wrong_environment"):
        sync_account(reload(garden), trigger=RunTrigger.COMMAND)
    text = page(garden)
    assert message_for("other_environment") in text.replace("&#x27;", "'")
    assert "Sync now" not in text
    assert OAuthGrant.objects.filter(account=garden.account).exists()


def test_two_workspaces_follow_one_account_without_knowing_of_each_other(world: World, db: None) -> None:
    first, second = link(world), link(world)
    with workspace_scope(first.workspace):
        first.sync()
        assert Offer.objects.filter(account=first.account).count() == 8
    with workspace_scope(second.workspace):
        assert not Offer.objects.exists()
        second.sync()
        assert not SellerAccount.objects.filter(pk=first.account.pk).exists()
    client = Client()
    client.force_login(first.owner)
    assert client.post(reverse("settings:disconnect", args=[first.account.pk])).status_code == 302
    with workspace_scope(second.workspace):
        assert second.sync(RunKind.JOURNAL).status == RunStatus.SUCCEEDED
    assert client.get(reverse("settings:account", args=[second.account.pk])).status_code == 404
    assert client.post(reverse("settings:connect"), {"account": str(second.account.pk)}).status_code == 404


# Keys ----------------------------------------------------------------------------------------------------------------


def test_keys_rotate_and_the_old_one_can_go(
    world: World, db: None, settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    linked = [link(world), link(world, COFFEE)]
    with every_workspace():
        tokens = {grant.account_id: grant.access_token for grant in OAuthGrant.objects.all()}
        old = settings.FIELD_ENCRYPTION_KEYS
        new = Fernet.generate_key().decode()
        settings.FIELD_ENCRYPTION_KEYS = [new, *old]
        call_command("rotate_field_keys")
        assert "OAuthGrant: 2 rows" in capsys.readouterr().out
        settings.FIELD_ENCRYPTION_KEYS = [new]
        assert {grant.account_id: grant.access_token for grant in OAuthGrant.objects.all()} == tokens
    for each in linked:
        with workspace_scope(each.workspace):
            assert each.sync(RunKind.JOURNAL).status == RunStatus.SUCCEEDED


def test_a_secret_that_no_key_opens_is_named_and_the_others_are_rotated(
    world: World, db: None, settings: Settings
) -> None:
    lost, kept = link(world), link(world, COFFEE)
    with every_workspace():
        keys = settings.FIELD_ENCRYPTION_KEYS
        settings.FIELD_ENCRYPTION_KEYS = [Fernet.generate_key().decode()]
        OAuthGrant.objects.filter(account=lost.account).update(access_token="x", refresh_token="y")
        new = Fernet.generate_key().decode()
        settings.FIELD_ENCRYPTION_KEYS = [new, *keys]
        lost_pk = OAuthGrant.objects.filter(account=lost.account).values_list("pk", flat=True).get()
        with pytest.raises(CommandError, match=rf"OAuthGrant {lost_pk}\."):
            call_command("rotate_field_keys")
        settings.FIELD_ENCRYPTION_KEYS = [new]
        assert OAuthGrant.objects.get(account=kept.account).access_token
        with pytest.raises(DecryptionError):
            OAuthGrant.objects.get(account=lost.account)


# Support -------------------------------------------------------------------------------------------------------------


def test_staff_see_every_connection_and_run_it_again(
    garden: Linked, admin_client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    narrow(garden, ORDERS)
    garden.world.fault("/sale/offers", 500, times=10)
    garden.sync()
    grant = OAuthGrant.objects.get(account=garden.account)
    listing = admin_client.get(reverse("admin:allegro_connection_changelist")).content.decode()
    assert garden.account.login in listing
    detail = admin_client.get(reverse("admin:allegro_connection_change", args=[garden.account.pk])).content.decode()
    health = StreamHealth.objects.get(account=garden.account, stream="listing")
    assert health.trace_id in detail
    run = SyncRun.objects.filter(account=garden.account).latest("started_at")
    assert reverse("admin:allegro_syncrun_change", args=[run.pk]) in detail
    for token in (grant.access_token, grant.refresh_token):
        assert token not in listing + detail
    queued: list[tuple[Any, ...]] = []
    monkeypatch.setattr(run_sync, "delay", lambda *args: queued.append(args))
    admin_client.post(
        reverse("admin:allegro_connection_changelist"),
        {"action": "run_again", "_selected_action": [str(garden.account.pk)]},
    )
    assert queued == [(str(garden.account.pk), RunTrigger.STAFF, RunKind.FULL)]
    assert AuditEvent.objects.filter(verb="account.sync_by_staff", workspace=garden.workspace).count() == 1
