"""Tokens are nowhere but in the encrypted grant: not in the database's other columns, logs, pages or error reports."""

import json
import logging
from collections.abc import Iterator
from dataclasses import dataclass, field
from secrets import token_hex
from typing import Any

import pytest
import sentry_sdk
from django.apps import apps
from django.db import connection
from django.test import Client
from django.urls import reverse
from sentry_sdk.envelope import Envelope
from sentry_sdk.transport import Transport

from accounts.models import OAuthGrant
from allegro.tasks import tell_about_ended_grants
from config.errors import report_to
from tests.allegro.conftest import GARDEN, Linked


@dataclass
class Secrets:
    """Every token that the account has held, and the parts of each that would give it away."""

    tokens: set[str] = field(default_factory=set)

    def remember(self, linked: Linked) -> None:
        grant = OAuthGrant.objects.get(account=linked.account)
        self.tokens |= {grant.access_token, grant.refresh_token}

    def found_in(self, text: str) -> set[str]:
        """The tokens, whole or by their signature, that occur in a text."""
        return {token for token in self.tokens if token in text or token.rsplit(".", 1)[-1] in text}


@pytest.fixture
def secrets(garden: Linked, caplog: pytest.LogCaptureFixture) -> Secrets:
    """The tokens of an account that has gone through a good sync, a renewal, faults, and the end of its grant."""
    caplog.set_level(logging.DEBUG)
    secrets = Secrets()
    secrets.remember(garden)
    garden.sync()
    garden.world.move(hours=13)
    garden.world.fault("/auth/oauth/token", 500)
    garden.sync()
    garden.sync()
    secrets.remember(garden)
    garden.world.fault("/sale/product-offers", 504, body="html", times=3)
    garden.world.fault("/order/events", 403)
    garden.sync()
    garden.world.revoke(GARDEN)
    garden.sync()
    tell_about_ended_grants()
    assert len(secrets.tokens) == 4
    return secrets


def test_no_log_line_at_any_level_shows_a_token(secrets: Secrets, caplog: pytest.LogCaptureFixture) -> None:
    written = "".join(f"{record.getMessage()} {vars(record)}" for record in caplog.get_records("setup"))
    assert "grant_refreshed" in written
    assert "stage_failed" in written
    assert secrets.found_in(written) == set()


def test_no_table_holds_a_token_in_the_clear(secrets: Secrets) -> None:
    assert any("grant" in table for table in _tables())
    for table in _tables():
        with connection.cursor() as cursor:
            cursor.execute(f'SELECT * FROM "{table}"')
            rows = cursor.fetchall()
        assert secrets.found_in(repr(rows)) == set(), table


def _tables() -> list[str]:
    return [model._meta.db_table for model in apps.get_models(include_auto_created=True)]


def test_no_page_shows_a_token_to_its_owner_or_to_staff(secrets: Secrets, garden: Linked, admin_client: Client) -> None:
    owner = Client()
    owner.force_login(garden.owner)
    run = garden.account.runs.first()
    assert run is not None
    for path in (
        reverse("settings:accounts"),
        reverse("settings:account", args=[garden.account.pk]),
        reverse("settings:run", args=[garden.account.pk, run.pk]),
    ):
        assert secrets.found_in(owner.get(path).content.decode()) == set()
    for path in (
        reverse("admin:index"),
        reverse("admin:allegro_connection_change", args=[garden.account.pk]),
        reverse("admin:accounts_selleraccount_change", args=[garden.account.pk]),
        reverse("admin:allegro_syncrun_change", args=[run.pk]),
        reverse("admin:accounts_auditevent_changelist"),
    ):
        answer = admin_client.get(path)
        assert answer.status_code == 200
        assert secrets.found_in(answer.content.decode()) == set()


def test_no_representation_shows_a_token(garden: Linked) -> None:
    secrets = Secrets()
    secrets.remember(garden)
    grant = OAuthGrant.objects.get(account=garden.account)
    client = garden.client()
    shown = f"{grant!r}{grant}{garden.account!r}{client!r}{vars(client)!r}"
    client.close()
    assert secrets.found_in(shown) == set()


class Kept(Transport):
    """Keeps what would be sent."""

    def __init__(self, options: Any = None) -> None:
        super().__init__(options)
        self.envelopes: list[Envelope] = []

    def capture_envelope(self, envelope: Envelope) -> None:
        self.envelopes.append(envelope)


@pytest.fixture
def reports() -> Iterator[Kept]:
    """Error reports as configured for production, but kept here."""
    kept = Kept()
    report_to("https://public@reports.example.com/1", transport=kept)
    yield kept
    sentry_sdk.get_client().close()
    sentry_sdk.get_global_scope().set_client(None)


def test_no_error_report_shows_a_token_or_a_code(
    garden: Linked, reports: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    secrets = Secrets()
    secrets.remember(garden)

    def broken(*_: Any) -> None:
        raise RuntimeError("a fault of ours")

    monkeypatch.setattr("allegro.sync.orders.record_order_events", broken)
    with pytest.raises(RuntimeError) as error:
        garden.sync()
    sentry_sdk.capture_exception(error.value)
    monkeypatch.setattr("allegro.views.linking.take_pending", broken)
    browser = Client(raise_request_exception=False)
    browser.force_login(garden.owner)
    code, state = token_hex(16), token_hex(16)  # not literals: reports quote the source around an error
    browser.get(reverse("settings:callback"), {"code": code, "state": state})
    sentry_sdk.flush()
    sent = json.dumps([item.get_event() for envelope in reports.envelopes for item in envelope.items], default=str)
    assert sent.count("a fault of ours") >= 2
    assert reverse("settings:callback") in sent
    assert secrets.found_in(sent) == set()
    assert code not in sent
    assert state not in sent
