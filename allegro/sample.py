"""Sample data: the simulator's demo seller, linked as a person would link it, with the consent given for them."""

import re
from urllib.parse import parse_qs, urlsplit

import requests
from django.contrib.sessions.backends.base import SessionBase

from accounts.models import Environment, SellerAccount, User, Workspace
from allegro import linking
from allegro.errors import AllegroError, Unavailable

TIMEOUT_SECONDS = 15
SELLER = re.compile(r'name="account"[^>]*value="(\d+)"')


class NoSample(AllegroError):
    """This installation talks to a real Allegro: nobody there consents but the seller."""

    code = "code_refused"


def link_sample(session: SessionBase, workspace: Workspace, user: User, redirect_uri: str) -> SellerAccount:
    """Link the first seller of the simulator and start the first sync. Raises NoSample, Unavailable, AllegroError."""
    if Environment.here() is not Environment.SIMULATOR:
        raise NoSample
    address = linking.begin_link(session, workspace, redirect_uri)
    state, code = _consent(address)
    pending = linking.take_pending(session, state, workspace)
    return linking.complete_link(workspace, user, pending, code, redirect_uri)


def _consent(address: str) -> tuple[str, str]:
    """State and code that the simulator's consent page sends back."""
    try:
        page = requests.get(address, timeout=TIMEOUT_SECONDS)
        seller = SELLER.search(page.text)
        fields = {"account": seller[1] if seller else "", "decision": "allow"}
        answer = requests.post(address, data=fields, timeout=TIMEOUT_SECONDS, allow_redirects=False)
    except requests.RequestException as error:
        raise Unavailable(type(error).__name__) from None
    found = parse_qs(urlsplit(answer.headers.get("Location", "")).query)
    if "code" not in found or "state" not in found:
        raise Unavailable("the simulator gave no code")
    return found["state"][0], found["code"][0]
