"""The demo's seller: signs up, links and uploads in the web pages as a person would, over HTTP."""

import re
import time
from email import message_from_bytes
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import requests

TIMEOUT_SECONDS = 60
MAIL_WAIT_SECONDS = 30.0
UPLOAD_WAIT_SECONDS = 120.0


class DemoError(Exception):
    """A step of the demo did not go as it must; the message names the step."""


class DemoSeller:
    """One browser session of the demo's seller."""

    def __init__(self, base_url: str, mail_dir: Path, email: str, password: str) -> None:
        self._base_url = base_url
        self._mail_dir = mail_dir
        self._email = email
        self._password = password
        self._session = requests.Session()
        self._session.headers["Accept-Language"] = "en"

    def sign_up(self) -> None:
        """Sign up and confirm the e-mail address by the link in the mail."""
        page = self._get("/accounts/signup/")
        credentials = {"email": self._email, "password1": self._password, "password2": self._password}
        self._submit(page, "/accounts/signup/", credentials)
        link = self._confirmation_link()
        self._submit(self._get(link), link, {})

    def sign_in(self) -> None:
        """Sign in with e-mail and password."""
        page = self._get("/accounts/login/")
        answer = self._submit(page, "/accounts/login/", {"login": self._email, "password": self._password})
        if "/accounts/login" in answer.url:
            raise DemoError("signing in failed: is this the demo's own data?")

    def link_account(self) -> str:
        """Connect the simulated Allegro account through its consent page; returns our id of the linked account."""
        settings_page = self._get("/settings/accounts/")
        consent = self._submit(settings_page, "/settings/accounts/connect/", {})
        fields = {"account": _first_seller(consent.text), "decision": "allow"}
        linked = self._session.post(consent.url, data=fields, timeout=TIMEOUT_SECONDS)
        found = re.search(r"/settings/accounts/([0-9a-f-]{36})/", linked.url)
        if not linked.ok or found is None:
            raise DemoError(f"linking ended at {linked.url.split('?')[0]} with HTTP {linked.status_code}")
        return found.group(1)

    def upload(self, account_id: str, name: str, content: bytes) -> None:
        """Upload one report file, wait until a worker has read it, and import it."""
        page = self._get("/reports/upload/")
        answer = self._session.post(
            urljoin(self._base_url, "/reports/upload/"),
            data={"csrfmiddlewaretoken": _csrf_token(page.text), "account": account_id},
            files={"file": (name, content)},
            headers={"Referer": page.url},
            timeout=TIMEOUT_SECONDS,
        )
        if not answer.ok:
            raise DemoError(f"uploading {name} failed with HTTP {answer.status_code}")
        self._import_when_read(answer.url, name)

    def _import_when_read(self, url: str, name: str) -> None:
        deadline = time.monotonic() + UPLOAD_WAIT_SECONDS
        while time.monotonic() < deadline:
            page = self._get(url)
            if 'data-upload-status="needs_details"' in page.text:
                self._submit(page, f"{urlsplit(url).path}details/", _proposed(page.text))
                continue
            action = re.search(r'action="(/reports/[0-9a-f-]{36}/import/)"', page.text)
            if action:
                self._submit(page, action.group(1), {})
                return
            if 'data-upload-status="imported"' in page.text:
                return
            time.sleep(0.2)
        raise DemoError(f"{name} was not read within two minutes: see the worker's log")

    def _get(self, path: str) -> requests.Response:
        answer = self._session.get(urljoin(self._base_url, path), timeout=TIMEOUT_SECONDS)
        if not answer.ok:
            raise DemoError(f"GET {path} answered HTTP {answer.status_code}")
        return answer

    def _submit(self, page: requests.Response, path: str, fields: dict[str, str]) -> requests.Response:
        answer = self._session.post(
            urljoin(self._base_url, path),
            data={"csrfmiddlewaretoken": _csrf_token(page.text), **fields},
            headers={"Referer": page.url},
            timeout=TIMEOUT_SECONDS,
        )
        if not answer.ok:
            raise DemoError(f"POST {path} answered HTTP {answer.status_code}")
        return answer

    def _confirmation_link(self) -> str:
        deadline = time.monotonic() + MAIL_WAIT_SECONDS
        while time.monotonic() < deadline:
            for mail in sorted(self._mail_dir.glob("*"), reverse=True):
                text = _mail_text(mail)
                found = re.search(r"https?://\S+/accounts/confirm-email/\S+", text)
                if found and self._email in text:
                    return found.group(0)
            time.sleep(0.1)
        raise DemoError(f"no confirmation mail arrived in {self._mail_dir}")


def _mail_text(path: Path) -> str:
    message = message_from_bytes(path.read_bytes())
    parts = [part.get_payload(decode=True) for part in message.walk() if part.get_content_type() == "text/plain"]
    body = b"\n".join(part for part in parts if isinstance(part, bytes)).decode(errors="replace")
    return f"{message['To']}\n{body}"


def _csrf_token(html: str) -> str:
    found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', html)
    if found is None:
        raise DemoError("a page came without a form")
    return found.group(1)


def _proposed(html: str) -> dict[str, str]:
    """What the form about a report's details proposes for each of its fields."""
    dates = re.findall(r'name="(first|last)"[^>]*value="([0-9-]+)"', html)
    choices = re.findall(r'<select name="(currency|marketplace)".*?<option value="([^"]+)" selected', html, re.DOTALL)
    return dict([*dates, *choices])


def _first_seller(html: str) -> str:
    found = re.search(r'name="account"[^>]*value="(\d+)"', html)
    if found is None:
        raise DemoError("the consent page offers no seller")
    return found.group(1)
