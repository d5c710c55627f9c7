"""Settings that stop a wrong start with the name of what is wrong, health pages, and logs without secrets."""

import json
import logging
import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
import structlog
from cryptography.fernet import Fernet
from django.core.management import call_command
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from accounts.models import AccountStatus
from accounts.scoping import every_workspace
from config.logs import hide_secrets, logging_settings
from tests.factories import SellerAccountFactory

ROOT = Path(__file__).resolve().parent.parent
PRODUCTION = {
    "DATABASE_URL": "postgresql://someone:secret@db.example.com/history",
    "REDIS_URL": "redis://redis.example.com:6379/0",
    "SECRET_KEY": "a-very-long-and-random-string-that-nobody-will-ever-guess-0123456789",
    "FIELD_ENCRYPTION_KEYS": Fernet.generate_key().decode(),
    "BASE_URL": "https://history.example.com",
    "EMAIL_URL": "consolemail://",
}


def run(*arguments: str, **environment: str | None) -> subprocess.CompletedProcess[str]:
    """Run Python with a production environment; None takes a variable out of it."""
    wanted = {"PATH": os.environ["PATH"], "PYTHONWARNINGS": "ignore", **PRODUCTION, **environment}
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env={name: value for name, value in wanted.items() if value is not None},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def start(**environment: str | None) -> subprocess.CompletedProcess[str]:
    return run("-c", "import config.settings", **environment)


# Settings ------------------------------------------------------------------------------------------------------------


def test_an_encryption_key_that_is_none_stops_the_start() -> None:
    assert "FIELD_ENCRYPTION_KEYS" in start(FIELD_ENCRYPTION_KEYS="not-a-key").stderr


def test_a_complete_production_environment_starts() -> None:
    result = start()
    assert (result.returncode, result.stderr) == (0, "")


@pytest.mark.parametrize("name", ["SECRET_KEY", "FIELD_ENCRYPTION_KEYS", "BASE_URL", "EMAIL_URL"])
@pytest.mark.parametrize("value", [None, ""])
def test_a_missing_setting_stops_the_start_with_its_name(name: str, value: str | None) -> None:
    result = start(**{name: value})
    assert result.returncode != 0
    assert f"ImproperlyConfigured: {name} must be set" in result.stderr


@pytest.mark.parametrize(
    "address", ["http://history.example.com", "history.example.com", "ftp://history.example.com", "https://"]
)
def test_a_public_address_must_be_https(address: str) -> None:
    result = start(BASE_URL=address)
    assert result.returncode != 0
    assert "ImproperlyConfigured: BASE_URL must" in result.stderr


def test_plain_http_is_for_this_machine_only() -> None:
    assert start(BASE_URL="http://127.0.0.1:8000").returncode == 0


@pytest.mark.parametrize("name", ["ALLEGRO_REQUESTS_PER_MINUTE", "JOURNAL_INTERVAL_MINUTES", "DEBUG"])
def test_a_malformed_setting_stops_the_start(name: str) -> None:
    assert start(**{name: "plenty"}).returncode != 0 or name == "DEBUG"


def test_no_secret_appears_when_a_start_fails() -> None:
    result = start(BASE_URL="http://history.example.com")
    for name in ("SECRET_KEY", "FIELD_ENCRYPTION_KEYS"):
        assert PRODUCTION[name] not in result.stderr + result.stdout


def test_the_deployment_check_is_clean() -> None:
    result = run("manage.py", "check", "--deploy", "--fail-level", "WARNING")
    assert result.returncode == 0, result.stderr
    assert "no issues" in result.stdout


def test_cookies_and_redirects_are_secure_in_production() -> None:
    code = (
        "from config import settings as s; "
        "print(s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE, s.SECURE_SSL_REDIRECT, s.SECURE_HSTS_SECONDS > 0, "
        "s.DEBUG, s.ALLOWED_HOSTS, s.CSRF_TRUSTED_ORIGINS)"
    )
    assert run("-c", code).stdout.strip() == (
        "True True True True False ['history.example.com'] ['https://history.example.com']"
    )


@pytest.mark.django_db
def test_migrations_match_the_models() -> None:
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


# Health --------------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_healthy_process_is_alive_and_ready(client: Client) -> None:
    assert client.get("/healthz").json() == {"status": "ok"}
    answer = client.get("/readyz")
    assert answer.status_code == 200
    assert answer.json() == {
        "ready": True,
        "checks": {"database": "ok", "redis": "ok", "sync": "ok", "start": "ok"},
    }


@pytest.mark.django_db
def test_without_redis_the_process_is_alive_but_not_ready(client: Client, settings: Settings) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:9/0"
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["checks"]["redis"]) == (503, "unreachable")
    assert client.get("/healthz").status_code == 200


@pytest.mark.parametrize(
    ("waited", "status", "code"),
    [
        (timedelta(hours=7), AccountStatus.CONNECTED, 503),
        (timedelta(hours=5), AccountStatus.CONNECTED, 200),
        (timedelta(days=30), AccountStatus.DISCONNECTED, 200),
        (timedelta(days=30), AccountStatus.RECONNECT_REQUIRED, 200),
    ],
)
@pytest.mark.django_db
def test_an_account_that_waits_too_long_makes_it_unready(
    client: Client, waited: timedelta, status: AccountStatus, code: int
) -> None:
    with every_workspace():
        SellerAccountFactory(next_sync_at=timezone.now() - waited, status=status)
    answer = client.get("/readyz")
    assert answer.status_code == code
    assert answer.json()["checks"]["sync"].startswith("overdue since") == (code == 503)


@pytest.mark.django_db
def test_it_is_not_ready_before_its_start_is_complete(client: Client, settings: Settings, tmp_path: Path) -> None:
    settings.READY_FILE = str(tmp_path / "ready")
    assert client.get("/readyz").json()["checks"]["start"] == "starting"
    assert client.get("/readyz").status_code == 503
    (tmp_path / "ready").touch()
    assert client.get("/readyz").status_code == 200


@pytest.mark.django_db
def test_health_is_told_to_a_prober_that_knows_no_host_and_no_https(client: Client, settings: Settings) -> None:
    settings.ALLOWED_HOSTS = ["history.example.com"]
    settings.SECURE_SSL_REDIRECT = True
    assert client.get("/healthz", headers={"host": "10.0.0.7"}).status_code == 200
    assert client.get("/readyz", headers={"host": "10.0.0.7"}).status_code == 200


# Logs ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("key", ["access_token", "refresh_token", "client_secret", "code_verifier", "password"])
def test_a_key_that_names_a_secret_is_hidden(key: str) -> None:
    assert hide_secrets(None, "info", {"event": "x", key: "very-secret"}) == {"event": "x", key: "[hidden]"}


def test_production_logs_one_json_line() -> None:
    configured = logging_settings(json=True, level="INFO")["formatters"]["line"]
    formatter = configured["()"](processors=configured["processors"], foreign_pre_chain=configured["foreign_pre_chain"])
    record = logging.LogRecord("a.logger", logging.INFO, __file__, 1, "signed in", (), None)
    line = json.loads(formatter.format(record))
    assert (line["event"], line["level"], line["logger"]) == ("signed in", "info", "a.logger")


def test_a_status_code_is_no_secret() -> None:
    assert hide_secrets(None, "info", {"event": "request_finished", "code": 200})["code"] == 200
    assert hide_secrets(None, "info", {"event": "linked", "code": "one-time"})["code"] == "[hidden]"


@pytest.mark.django_db
def test_a_request_is_logged_without_its_query_and_one_time_keys(
    client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO):
        client.get("/settings/accounts/callback/?code=very-secret&state=very-secret")
        client.get("/accounts/confirm-email/very-secret/")
    assert "/settings/accounts/callback/" in caplog.text
    assert "very-secret" not in caplog.text


def test_libraries_that_log_whole_requests_are_kept_quiet() -> None:
    for name in ("requests_oauthlib.oauth2_session", "oauthlib.oauth2", "urllib3.connectionpool"):
        assert not logging.getLogger(name).isEnabledFor(logging.DEBUG)


def test_a_structured_line_hides_its_secrets(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        structlog.get_logger("tests").info("linked", access_token="very-secret", account="17")
    assert "very-secret" not in caplog.text
    assert "[hidden]" in caplog.text
