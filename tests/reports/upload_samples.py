"""Uploads at the stages that the tests of pages and commands start from."""

import re
from collections.abc import Callable
from functools import cache
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from accounts.models import SellerAccount
from accounts.scoping import every_workspace, workspace_scope
from reports.cover import imported_uploads, not_counted
from reports.models import Upload
from reports.reading import read
from reports.uploads import import_upload, receive
from tests.conftest import Team
from tests.reports.readers.workbook_samples import LAMP, MUG, POLISH, workbook

WEEK = "sprzedaz_2026-08-03_2026-08-09.xlsx"


@cache
def report(*rows: Any) -> bytes:
    """A Polish report with these rows, the lamp and the mug by default; the same bytes each time.

    Cached, because a workbook holds the second in which it was saved.
    """
    return workbook(POLISH, *(rows or (LAMP, MUG))).getvalue()


def counted_uploads(account: SellerAccount, kind: str) -> list[Upload]:
    """The uploads of a kind that totals count, the earliest period first."""
    left_out = not_counted(account)
    found = imported_uploads(account, kind).order_by("period_from", "pk")
    return [upload for upload in found if str(upload.pk) not in left_out]


def received(account: SellerAccount, name: str = WEEK, content: bytes | None = None) -> Upload:
    """An upload that waits; no worker is called."""
    return receive(account, None, name, report() if content is None else content, read_later=False)[0]


def read_upload(account: SellerAccount, name: str = WEEK, content: bytes | None = None) -> Upload:
    """An upload that was read."""
    upload = received(account, name, content)
    read(upload)
    return upload


def imported(account: SellerAccount, name: str = WEEK, content: bytes | None = None) -> Upload:
    """An upload that counts."""
    upload = read_upload(account, name, content)
    assert import_upload(upload, None)
    return upload


def post_file(client: Client, account: SellerAccount | None, *files: tuple[str, bytes]) -> Any:
    """Send the upload form."""
    data: dict[str, Any] = {"file": [SimpleUploadedFile(name, content) for name, content in files]}
    if account is not None:
        data["account"] = str(account.pk)
    return client.post(reverse("reports:upload"), data)


def in_scope(team: Team, make: Callable[..., Upload], *arguments: Any, **options: Any) -> Upload:
    """What `make` gives, with the team's scope active."""
    with workspace_scope(team.workspace):
        return make(team.account, *arguments, **options)


def text(response: Any) -> str:
    """A page's markup with every run of blanks as one."""
    return re.sub(r"\s+", " ", response.content.decode())


def signed_in(person: Any) -> Client:
    """A browser of this person, reading in English."""
    client = Client(headers={"accept-language": "en"})
    client.force_login(person)
    return client


def status_of(upload: Upload) -> str:
    """The status as stored now."""
    with every_workspace():
        return str(Upload.objects.get(pk=upload.pk).status)
