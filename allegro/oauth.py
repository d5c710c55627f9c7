"""Allegro's OAuth endpoints, behind requests-oauthlib. Its automatic refresh is not used: refreshing needs our lock.

Rules from https://developer.allegro.pl/tutorials/uwierzytelnianie-i-autoryzacja-zlq9e75GdIR: with PKCE (S256 only) the
code is exchanged with client_id and verifier instead of the Basic header; refreshing always uses the Basic header.
"""

import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import requests
from django.conf import settings
from oauthlib.oauth2 import InvalidGrantError, OAuth2Error, WebApplicationClient
from requests_oauthlib import OAuth2Session

from allegro.errors import AllegroError, CodeRefused, NotConfigured, ReconnectRequired, Unavailable
from allegro.scopes import READ_SCOPES

TOKEN_TIMEOUT_SECONDS = 15
VERIFIER_LENGTH = 64

# Allegro may grant fewer scopes than asked for; the library would raise, we compare them ourselves.
os.environ["OAUTHLIB_RELAX_TOKEN_SCOPE"] = "1"  # noqa: S105 - a switch, not a secret
if urlsplit(settings.ALLEGRO_AUTH_URL).hostname in {"127.0.0.1", "localhost"}:
    os.environ["OAUTHLIB_INSECURE_TRANSPORT"] = "1"  # the simulator on this machine speaks plain http


class AnswerLost(Unavailable):
    """The token endpoint may have answered, but nothing arrived: the pair may be rotated or not."""


@dataclass(frozen=True, slots=True)
class Tokens:
    """A fresh pair; `expires_in` is the access token's life in seconds."""

    access: str = field(repr=False)
    refresh: str = field(repr=False)
    expires_in: int
    scopes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Authorization:
    """Where to send the seller's browser, and what to remember until it comes back."""

    url: str
    state: str
    verifier: str = field(repr=False)


def begin(redirect_uri: str, scopes: Sequence[str] = READ_SCOPES) -> Authorization:
    """Start the authorization code flow with state and PKCE, asking for `scopes`. Raises NotConfigured."""
    _require_application()
    client = WebApplicationClient(settings.ALLEGRO_CLIENT_ID)
    verifier = client.create_code_verifier(VERIFIER_LENGTH)
    challenge = client.create_code_challenge(verifier, "S256")
    session = OAuth2Session(client=client, redirect_uri=redirect_uri, scope=list(scopes))
    url, state = session.authorization_url(
        f"{settings.ALLEGRO_AUTH_URL}/auth/oauth/authorize",
        prompt="confirm",  # people often authorise the wrong one of their accounts (allegro-api issue 12135)
        code_challenge=challenge,
        code_challenge_method="S256",
    )
    return Authorization(url, state, verifier)


def exchange(code: str, verifier: str, redirect_uri: str) -> Tokens:
    """Turn an authorization code into tokens. Raises CodeRefused or Unavailable."""
    session = OAuth2Session(settings.ALLEGRO_CLIENT_ID, redirect_uri=redirect_uri)
    try:
        answer = session.fetch_token(
            _token_url(),
            code=code,
            code_verifier=verifier,
            include_client_id=True,
            timeout=TOKEN_TIMEOUT_SECONDS,
        )
    except (OAuth2Error, requests.RequestException, ValueError) as error:
        raise _typed(error, CodeRefused) from None
    return _tokens(answer)


def refresh(refresh_token: str) -> Tokens:
    """Use up `refresh_token` for a new pair; call it under the grant's row lock only.

    A refusal or an error answer is never asked again. A lost answer is, once and at once: Allegro may have rotated
    already, and the used token lives on for 60 seconds only (allegro-api issue 8321); waiting longer would lose the
    grant. Raises ReconnectRequired when Allegro says invalid_grant, Unavailable for everything that may pass.
    """
    try:
        return _refresh_once(refresh_token)
    except AnswerLost:
        return _refresh_once(refresh_token)


def _refresh_once(refresh_token: str) -> Tokens:
    session = OAuth2Session(settings.ALLEGRO_CLIENT_ID, token={"refresh_token": refresh_token})
    try:
        answer = session.refresh_token(
            _token_url(),
            refresh_token=refresh_token,
            auth=requests.auth.HTTPBasicAuth(settings.ALLEGRO_CLIENT_ID, settings.ALLEGRO_CLIENT_SECRET),
            timeout=TOKEN_TIMEOUT_SECONDS,
        )
    except (requests.Timeout, requests.ConnectionError) as error:
        raise AnswerLost(type(error).__name__) from None
    except (OAuth2Error, requests.RequestException, ValueError) as error:
        raise _typed(error, ReconnectRequired) from None
    return _tokens(answer)


def _token_url() -> str:
    return f"{settings.ALLEGRO_AUTH_URL}/auth/oauth/token"


def _require_application() -> None:
    if not settings.ALLEGRO_CLIENT_ID or not settings.ALLEGRO_CLIENT_SECRET:
        raise NotConfigured


def _typed(error: Exception, refused: type[AllegroError]) -> AllegroError:
    """Only invalid_grant is final; all else (5xx, HTML, 429) may pass. Details are dropped, for they hold tokens."""
    return refused("invalid_grant") if isinstance(error, InvalidGrantError) else Unavailable(type(error).__name__)


def _tokens(answer: dict[str, object]) -> Tokens:
    scope = answer.get("scope") or ""
    scopes = (
        scope.split() if isinstance(scope, str) else [str(each) for each in scope] if isinstance(scope, list) else []
    )
    try:
        return Tokens(
            str(answer["access_token"]), str(answer["refresh_token"]), int(str(answer["expires_in"])), tuple(scopes)
        )
    except (KeyError, ValueError):
        raise Unavailable("the token endpoint's answer is incomplete") from None
