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
    "allegro:api:sale:settings:write",
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
MOST_SESSIONS = 20  # of one user and application; one more ends the oldest (allegro-api issue 6885)


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
class Session:
    """One login of a seller to an application, from the code on; `began_at` in virtual microseconds UTC."""

    client_id: str
    account_id: str
    scopes: list[str]
    began_at: int


@dataclass
class Grants:
    """All codes, tokens and open sessions, and what sellers agreed to. Methods take `now`, virtual microseconds UTC.

    `key` signs the tokens of this installation; a token signed with another one comes from another environment.
    `sessions` stand in the order in which they were opened; `consents` hold scopes by "client id, account id".
    """

    codes: dict[str, Code] = field(default_factory=dict)
    access: dict[str, Access] = field(default_factory=dict)
    refresh: dict[str, Refresh] = field(default_factory=dict)
    sessions: dict[str, Session] = field(default_factory=dict)
    consents: dict[str, list[str]] = field(default_factory=dict)
    key: str = field(default_factory=secrets.token_hex)

    def issue_code(self, client_id: str, account_id: str, redirect_uri: str, scope: str, challenge: str | None) -> str:
        """Return a single-use code, good for ten real seconds; scopes beyond the declared ones are cut silently."""
        code, scopes = secrets.token_urlsafe(24), granted_scopes(scope)
        self.codes[code] = Code(client_id, account_id, redirect_uri, scopes, challenge, time.monotonic())
        self.consents[_pair(client_id, account_id)] = list(scopes)
        return code

    def agreed(self, client_id: str, account_id: str, scope: str) -> bool:
        """Return whether the seller has already allowed the application everything that it asks for now."""
        return set(granted_scopes(scope)) <= set(self.consents.get(_pair(client_id, account_id), ()))

    def holder(self, token: str) -> str | None:
        """Return the account of a code or refresh token, or None for an unknown one."""
        found = self.codes.get(token) or self.refresh.get(token)
        return found.account_id if found else None

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
        return self._log_in(client_id, found.account_id, list(found.scopes), now)

    def _log_in(self, client_id: str, account_id: str, scopes: list[str], now: int) -> dict[str, Any]:
        """Open a session, end the oldest one if there are too many, and return the first pair."""
        self._forget_dead(now)
        alike = [key for key, value in self.sessions.items() if _owner(value) == (client_id, account_id)]
        for oldest in alike[: max(0, len(alike) + 1 - MOST_SESSIONS)]:
            self._end({oldest})
        name = secrets.token_hex(8)
        pair = self._issue_pair(client_id, account_id, scopes, name, now)
        self.sessions[name] = Session(client_id, account_id, scopes, now)
        return pair

    def rotate(self, token: str, client_id: str, now: int) -> dict[str, Any]:
        """Return a new pair for a refresh token and kill the session's old access tokens (allegro-api issue 7090).

        Within its grace a used token gives a new pair at every use.
        """
        found = self.refresh.get(token)
        expired = found is None or found.expires_at <= now or found.client_id != client_id
        if found is None or expired or (found.used_at is not None and now > found.used_at + GRACE):
            raise OAuthError(400, "invalid_grant", f"Invalid refresh token: {token}")
        if found.used_at is None:
            found.used_at = now
        self.access = {key: value for key, value in self.access.items() if value.session != found.session}
        return self._issue_pair(client_id, found.account_id, found.scopes, found.session, now)

    def revoke(self, account_id: str) -> None:
        """Forget every token and consent of an account, as when the seller unlinks the application."""
        self.end_sessions(account_id)
        self.consents = {key: value for key, value in self.consents.items() if not key.endswith(f" {account_id}")}

    def end_sessions(self, account_id: str) -> None:
        """Kill both tokens of every session of an account; what the seller agreed to stays."""
        self._end({value.session for value in self.refresh.values() if value.account_id == account_id})

    def move_elsewhere(self) -> None:
        """Become another installation: every token made so far is one of another environment from now on."""
        self.key = secrets.token_hex()
        self._end(set(self.sessions))

    def _end(self, sessions: set[str]) -> None:
        self.access = {key: value for key, value in self.access.items() if value.session not in sessions}
        self.refresh = {key: value for key, value in self.refresh.items() if value.session not in sessions}
        self.sessions = {key: value for key, value in self.sessions.items() if key not in sessions}

    def check(self, token: str, now: int) -> Access | None:
        """Return what a bearer token means, or None if it is unknown, replaced or expired."""
        found = self.access.get(token)
        return found if found and found.expires_at > now else None

    def made_here(self, token: str) -> bool:
        """Return whether this installation signed the token, whatever became of it."""
        content, _, signature = token.rpartition(".")
        return hmac.compare_digest(signature.encode(), self._signature(content).encode())

    def _signature(self, content: str) -> str:
        return _base64url(hmac.digest(self.key.encode(), content.encode(), "sha256"))

    def _token(self, claims: dict[str, Any]) -> str:
        head = _base64url(json.dumps({"alg": "RS256", "typ": "JWT"}).encode())
        content = f"{head}.{_base64url(json.dumps(claims).encode())}"
        return f"{content}.{self._signature(content)}"

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
        access = self._token({**claims, "allegro_api": True})
        renewal = {"exp": (now + REFRESH_LIFE) // SECOND, "ati": jti, "jti": secrets.token_hex(16)}
        refresh = self._token({**claims, **renewal})
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
        open_ones = {value.session for value in self.refresh.values()}
        self.sessions = {key: value for key, value in self.sessions.items() if key in open_ones}

    def document(self) -> dict[str, Any]:
        """Return the tokens as JSON for the state file; codes live too briefly to be kept."""
        return {
            "access": {key: asdict(value) for key, value in self.access.items()},
            "refresh": {key: asdict(value) for key, value in self.refresh.items()},
            "sessions": {key: asdict(value) for key, value in self.sessions.items()},
            "consents": self.consents,
            "key": self.key,
        }


def grants_from(document: dict[str, Any]) -> Grants:
    """Return the tokens that `Grants.document` wrote."""
    access = {key: Access(**value) for key, value in document["access"].items()}
    refresh = {key: Refresh(**value) for key, value in document["refresh"].items()}
    sessions = {key: Session(**value) for key, value in document["sessions"].items()}
    kept = {"consents": document["consents"], "key": document["key"]}
    return Grants(access=access, refresh=refresh, sessions=sessions, **kept)


def granted_scopes(requested: str) -> tuple[str, ...]:
    """Return the requested scopes that are declared; all of them if none was requested (allegro-api issue 5314)."""
    wanted = requested.split()
    return tuple(scope for scope in DECLARED_SCOPES if scope in wanted) if wanted else DECLARED_SCOPES


def _pair(client_id: str, account_id: str) -> str:
    return f"{client_id} {account_id}"


def _owner(session: Session) -> tuple[str, str]:
    return session.client_id, session.account_id


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
