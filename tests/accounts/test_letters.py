"""Every e-mail of the product: in its reader's language, readable as plain text and as HTML, without tracking."""

import re
from types import SimpleNamespace
from typing import cast

import pytest
from django.conf import settings
from django.core import mail
from django.core.mail import EmailMultiAlternatives
from django.test import Client
from django.utils import timezone

from accounts import letters
from accounts.models import Deletion, Export, Invitation, Role, User
from tests.conftest import Team
from tests.factories import UserFactory

FOLDER = settings.BASE_DIR / "templates"
SUBJECT = "_subject.txt"
NAMES = sorted(
    str(path.relative_to(FOLDER)).removesuffix(SUBJECT) for path in FOLDER.rglob(f"*{SUBJECT}")
)  # fmt: skip
GREETINGS = {"pl": "Dzień dobry,", "en": "Hello,"}


def context_for(team: Team) -> dict[str, object]:
    """Whatever any letter mentions."""
    now = timezone.now()
    team.account.status_changed_at = now
    return {
        "email": "a&b@example.com",
        "user": team.owner,
        "person": team.owner,
        "inviter": team.owner,
        "account": team.account,
        "address": "https://history.example.com/a/?x=1&y=2",
        "activate_url": "https://history.example.com/accounts/confirm-email/key/",
        "password_reset_url": "https://history.example.com/accounts/password/reset/key/1-a/",
        "signup_url": "https://history.example.com/accounts/signup/",
        "from_email": "old@example.com",
        "to_email": "new@example.com",
        "deleted_email": "old@example.com",
        "ip": "192.0.2.1",
        "user_agent": "<script>alert(1)</script>",
        "timestamp": now,
        "current_site": SimpleNamespace(domain="history.example.com"),
        "base_url": "https://history.example.com",
        "invitation": Invitation(
            workspace=team.workspace, email="guest@example.com", role=Role.VIEWER, expires_at=now, invited_by=team.owner
        ),
        "export": Export(workspace=team.workspace, size=2_500_000, expires_at=now),
        "deletion": Deletion(workspace_name="Kawa & Dom"),
        "deletions": [Deletion(workspace_name="Kawa & Dom"), Deletion(workspace_name="Second")],
    }


def html_of(letter: EmailMultiAlternatives) -> str:
    [alternative] = letter.alternatives
    content, kind = alternative[:2]
    assert kind == "text/html"
    return str(content)


@pytest.mark.parametrize("language", ["pl", "en"])
@pytest.mark.parametrize("name", NAMES)
def test_letter_reads_well(team: Team, name: str, language: str) -> None:
    letter = letters.compose(name, context_for(team), "reader@example.com", language)
    text, html = str(letter.body), html_of(letter)
    assert 10 < len(letter.subject) < 120 and "\n" not in letter.subject
    assert text.startswith(GREETINGS[language])
    assert "&amp;" not in text and "None" not in text and "  " not in text.replace("\n", "")
    assert f'<html lang="{language}">' in html and "prefers-color-scheme: dark" in html
    assert GREETINGS[language] in html
    # No picture, script or stylesheet of elsewhere: nothing that tells when a letter was opened.
    assert not re.search(r"<img|<script|<link|url\(|@import", html)
    addresses = set(re.findall(r"https?://[^\s\"<]+", text))
    assert {link.replace("&amp;", "&") for link in re.findall(r'href="([^"]+)"', html)} <= addresses


def test_every_letter_has_both_templates() -> None:
    assert len(NAMES) > 14
    for name in NAMES:
        assert (FOLDER / f"{name}_message.txt").exists()


@pytest.mark.django_db
def test_a_letter_is_in_its_readers_language_not_in_the_browsers(client: Client) -> None:
    user = cast(User, UserFactory(language="pl"))
    client.post("/accounts/password/reset/", {"email": user.email}, headers={"accept-language": "en"})
    [letter] = mail.outbox
    assert str(letter.body).startswith(GREETINGS["pl"])
    assert 'lang="pl"' in html_of(cast(EmailMultiAlternatives, letter))
