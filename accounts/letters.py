"""E-mails: each one text is written once and leaves as plain text and as simple HTML, in its reader's language."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import structlog
from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.translation import get_language, override

from accounts.models import User

log = structlog.get_logger(__name__)

SIGNATURE = "--"


@dataclass(frozen=True, slots=True)
class Block:
    """A part of a letter between blank lines: "text", "link" (an address by itself) or "signature"."""

    kind: str
    lines: list[str]


def compose(
    name: str, context: Mapping[str, Any], address: str, language: str, request: HttpRequest | None = None
) -> EmailMultiAlternatives:
    """The letter of the templates `{name}_subject.txt` and `{name}_message.txt` to `address`, not sent yet."""
    with override(language):
        subject = " ".join(render_to_string(f"{name}_subject.txt", dict(context)).split())
        text = render_to_string(f"{name}_message.txt", dict(context), request).strip()
        page = {"subject": subject, "blocks": blocks(text), "language": language}
        html = render_to_string("email/letter.html", page)
    letter = EmailMultiAlternatives(subject, f"{text}\n", settings.DEFAULT_FROM_EMAIL, [address])
    letter.attach_alternative(html, "text/html")
    return letter


def blocks(text: str) -> list[Block]:
    """The parts of a plain letter; an address on a line of its own is a part by itself."""
    found: list[Block] = []
    for part in text.split("\n\n"):
        lines = [line.strip() for line in part.splitlines() if line.strip()]
        if lines[:1] == [SIGNATURE]:
            found.append(Block("signature", lines[1:]))
            continue
        for is_link, group in groupby(lines, _is_address):
            together = list(group)
            found.extend([Block("link", [line]) for line in together] if is_link else [Block("text", together)])
    return found


def _is_address(line: str) -> bool:
    return line.startswith(("https://", "http://")) and " " not in line


def language_of(address: str) -> str:
    """The language that the person with this address chose; for a stranger the one in use now."""
    chosen = User.objects.filter(email__iexact=address).values_list("language", flat=True).first()
    return chosen or get_language() or settings.LANGUAGE_CODE


def send(name: str, context: Mapping[str, Any], address: str, language: str) -> bool:
    """Write and send a letter; whether the mail server took it. Trouble is logged without the address."""
    try:
        compose(name, {**context, "base_url": settings.BASE_URL}, address, language).send()
    except OSError as error:  # smtplib's errors are OSErrors too
        log.warning("letter_failed", letter=name, why=type(error).__name__)
        return False
    return True
