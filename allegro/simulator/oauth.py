"""OAuth at the simulated Allegro. Tokens age in virtual time; only a code's ten seconds are real ones."""

import base64
import hashlib
import hmac
import json
import secrets
import time
from dataclasses import asdict, dataclass, field
from typing import Any

from allegro.simulator.instants import DAY, SECOND

CLIENTS = {"simulator-client": "simulator-secret"}
DECLARED_SCOPES = (
    "allegro:api:profile:read",
    "allegro:api:sale:offers:read",
    "allegro:api:sale:offers:write",
    "allegro:api:sale:settings:read",
    "allegro:api:orders:read",
    "allegro:api:billing:read",
    "allegro:api:payments:read",
    "allegro:api:fulfillment:read",
    "allegro:api:shipments:read",
    "allegro:api:affiliate:read",
    "allegro:api:campaigns",
    "allegro:api:ratings",
)
CODE_SECONDS = 10
ACCESS_SECONDS = 43_199
REFRESH_LIFE = 90 * DAY
GRACE = 60 * SECOND  # a used refresh token works that much longer (allegro-api issue 8321)


class OAuthError(Exception):
    """A refusal of the token endpoint: HTTP status, error and description of the AuthError body."""

    def __init__(self, status: int, error: str, description: str) -> None:
        super().__init__(description)
        self.status = status
        self.error = error
        self.description = description


@dataclass(frozen=True)
class Code:
    """An authorization code; `issued` on the computer's monotonic clock, in seconds."""

    client_id: str
    account_id: str
    redirect_uri: str
    scopes: tuple[str, ...]
    challenge: str | None
    issued: float


@dataclass
class Access:
    """A live access token's meaning; `expires_at` in microseconds of virtual time."""

    client_id: str
    account_id: str
    scopes: list[str]
    session: str
    expires_at: int


@dataclass
class Refresh:
    """A refresh token; `used_at` (virtual microseconds) begins its grace."""

    client_id: str
    account_id: str
    scopes: list[str]
    session: str
    expires_at: int
    used_at: int | None = None


@dataclass
class Grants:
    """All codes and tokens. Methods take `now`, virtual microseconds UTC."""

    codes: dict[str, Code] = field(default_factory=dict)
    access: dict[str, Access] = field(default_factory=dict)
    refresh: dict[str, Refresh] = field(default_factory=dict)

    def issue_code(self, client_id: str, account_id: str, redirect_uri: str, scope: str, challenge: str | None) -> str:
        """Return a single-use code, good for ten real seconds; scopes beyond the declared ones are cut silently."""
        code = secrets.token_urlsafe(24)
        issued = time.monotonic()
        self.codes[code] = Code(client_id, account_id, redirect_uri, granted_scopes(scope), challenge, issued)
        return code

    def redeem_code(
        self, code: str, client_id: str, redirect_uri: str, verifier: str | None, now: int
    ) -> dict[str, Any]:
        """Return the token answer for a code; raise OAuthError if it is used, late, or bound to something else."""
        found = self.codes.pop(code, None)
        if found is None or time.monotonic() - found.issued > CODE_SECONDS:
            raise OAuthError(400, "invalid_grant", f"Invalid authorization code: {code}")
        if found.client_id != client_id:
            raise OAuthError(400, "invalid_grant", "The authorization code was issued to another client")
        if found.redirect_uri != redirect_uri:
            raise OAuthError(400, "invalid_grant", "Redirect URI mismatch.")
        if not _verifier_fits(found.challenge, verifier):
            raise OAuthError(400, "invalid_grant", "Invalid code verifier")
        session = secrets.token_hex(8)
        return self._issue_pair(client_id, found.account_id, list(found.scopes), session, now)

    def rotate(self, token: str, client_id: str, now: int) -> dict[str, Any]:
        """Return a new pair for a refresh token and kill the session's old access tokens (allegro-api issue 7090)."""
        found = self.refresh.get(token)
        expired = found is None or found.expires_at <= now or found.client_id != client_id
        if found is None or expired or (found.used_at is not None and now > found.used_at + GRACE):
            raise OAuthError(400, "invalid_grant", f"Invalid refresh token: {token}")
        if found.used_at is None:
            found.used_at = now
        self.access = {key: value for key, value in self.access.items() if value.session != found.session}
        return self._issue_pair(client_id, found.account_id, found.scopes, found.session, now)

    def revoke(self, account_id: str) -> None:
        """Forget every token of an account, as when the seller unlinks the application."""
        self.access = {key: value for key, value in self.access.items() if value.account_id != account_id}
        self.refresh = {key: value for key, value in self.refresh.items() if value.account_id != account_id}

    def check(self, token: str, now: int) -> Access | None:
        """Return what a bearer token means, or None if it is unknown, replaced or expired."""
        found = self.access.get(token)
        return found if found and found.expires_at > now else None

    def _issue_pair(self, client_id: str, account_id: str, scopes: list[str], session: str, now: int) -> dict[str, Any]:
        self._forget_dead(now)
        jti = secrets.token_hex(16)
        expires_at = now + ACCESS_SECONDS * SECOND
        claims = {
            "user_name": account_id,
            "scope": scopes,
            "exp": expires_at // SECOND,
            "jti": jti,
            "client_id": client_id,
        }
        access = _token({**claims, "allegro_api": True})
        refresh = _token({**claims, "exp": (now + REFRESH_LIFE) // SECOND, "ati": jti, "jti": secrets.token_hex(16)})
        self.access[access] = Access(client_id, account_id, scopes, session, expires_at)
        self.refresh[refresh] = Refresh(client_id, account_id, scopes, session, now + REFRESH_LIFE)
        return {
            "access_token": access,
            "token_type": "bearer",
            "refresh_token": refresh,
            "expires_in": ACCESS_SECONDS,
            "scope": " ".join(scopes),
            "allegro_api": True,
            "iss": "https://allegro.pl",
            "jti": jti,
        }

    def _forget_dead(self, now: int) -> None:
        self.access = {key: value for key, value in self.access.items() if value.expires_at > now}
        self.refresh = {key: value for key, value in self.refresh.items() if _alive(value, now)}

    def document(self) -> dict[str, Any]:
        """Return the tokens as JSON for the state file; codes live too briefly to be kept."""
        return {
            "access": {key: asdict(value) for key, value in self.access.items()},
            "refresh": {key: asdict(value) for key, value in self.refresh.items()},
        }


def grants_from(document: dict[str, Any]) -> Grants:
    """Return the tokens that `Grants.document` wrote."""
    access = {key: Access(**value) for key, value in document["access"].items()}
    refresh = {key: Refresh(**value) for key, value in document["refresh"].items()}
    return Grants(access=access, refresh=refresh)


def granted_scopes(requested: str) -> tuple[str, ...]:
    """Return the requested scopes that are declared; all of them if none was requested (allegro-api issue 5314)."""
    wanted = requested.split()
    return tuple(scope for scope in DECLARED_SCOPES if scope in wanted) if wanted else DECLARED_SCOPES


def _alive(token: Refresh, now: int) -> bool:
    return token.expires_at > now and (token.used_at is None or now <= token.used_at + GRACE)


def _verifier_fits(challenge: str | None, verifier: str | None) -> bool:
    if challenge is None:
        return verifier is None
    if verifier is None or not 43 <= len(verifier) <= 128:
        return False
    return hmac.compare_digest(_base64url(hashlib.sha256(verifier.encode()).digest()), challenge)


def _base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def _token(claims: dict[str, Any]) -> str:
    head = _base64url(json.dumps({"alg": "RS256", "typ": "JWT"}).encode())
    body = _base64url(json.dumps(claims).encode())
    return f"{head}.{body}.{_base64url(secrets.token_bytes(32))}"
