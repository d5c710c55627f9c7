"""The way to Allegro and back: tokens, the shared budget, second attempts, typed errors with the trace id.

Everything here only reads, the one POST included: offers-queries is a question with a body, nothing changes by asking
it. So every endpoint may be asked again after a failure that says nothing about the question.
"""

import json
import random
import time
from collections import Counter
from collections.abc import Callable, Mapping
from copy import copy
from dataclasses import dataclass
from threading import Lock
from typing import Any, Protocol, TypeVar

import requests
from django.conf import settings
from requests.auth import AuthBase

from allegro.api.endpoints import ENDPOINTS, Endpoint
from allegro.errors import (
    AllegroError,
    Forbidden,
    Gone,
    RateLimited,
    Rejected,
    Unauthorized,
    Unavailable,
    WrongEnvironment,
)
from allegro.ratelimit import RequestBudget, shared_budget

VERSION = "1.0"
# To connect, and between two pieces of an answer: some resources slow down before they refuse (allegro-api 12356).
TIMEOUT_SECONDS = (5, 30)
# For the whole of one answer, so that one which drips in cannot hold a worker.
LONGEST_ANSWER_SECONDS = 60.0
LARGEST_ANSWER = 64 * 1024 * 1024
PIECE = 64 * 1024
# 504 comes from the service and from the edge, as JSON and as HTML (allegro-api issues 11045, 3026).
PASSING = frozenset({500, 502, 503, 504})
RETRIES = 3
BACKOFF_SECONDS = 0.5
UNREADABLE = (ValueError, KeyError, TypeError, AttributeError, ArithmeticError, RecursionError)
OTHER_ENVIRONMENT = "cannot convert access token"
Result = TypeVar("Result")


class NoAnswer(Unavailable):
    """Nothing whole came back: no connection, a time-out, a body cut off. It may be asked again."""


class TokenSource(Protocol):
    """Where the client gets its access tokens."""

    def current(self) -> str:
        """A token believed to be valid."""

    def renew(self, stale: str) -> str:
        """A token other than `stale`."""


class FixedToken:
    """A token that is not stored yet: just received, to ask whose it is."""

    def __init__(self, token: str) -> None:
        self._token = token

    def current(self) -> str:
        """The token."""
        return self._token

    def renew(self, stale: str) -> str:
        """The same one: there is nothing to renew it with."""
        return stale


@dataclass(frozen=True, slots=True)
class Question:
    """One request, whole but for the token: where to, with which query (lists repeat their key) and which body."""

    endpoint: Endpoint
    path: str
    query: Mapping[str, Any]
    body: Any


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: status, trace id and the whole body."""

    status: int
    trace_id: str
    body: bytes

    def document(self) -> Any:
        """The body as JSON. Raises ValueError, RecursionError."""
        return json.loads(self.body)


class Bearer(AuthBase):
    """Puts the token in; given as `auth` because requests would otherwise let a .netrc of the machine replace it."""

    def __init__(self, token: str) -> None:
        self._token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """Add the header to `request`."""
        request.headers["Authorization"] = f"Bearer {self._token}"
        return request


class Traffic:
    """Counts what went on the wire, by the endpoints' names; several threads may count."""

    def __init__(self) -> None:
        self.by_endpoint: Counter[str] = Counter()
        self._lock = Lock()

    def count(self, name: str) -> None:
        """One more request to the endpoint `name`."""
        with self._lock:
            self.by_endpoint[name] += 1


class Transport:
    """Asks Allegro as one account; `traffic` counts every attempt."""

    def __init__(self, tokens: TokenSource, account_key: str, budget: RequestBudget | None = None) -> None:
        self._tokens = tokens
        self._account_key = account_key
        self._budget = budget or shared_budget()
        self._session = _session()
        self.traffic = Traffic()

    def borrowed(self) -> "Transport":
        """The same connections, budget and counts with the present token fixed, for threads that ask side by side.

        They raise Unauthorized once it is replaced: renewing touches the database, which is the owner's business.
        """
        fixed = copy(self)
        fixed._tokens = FixedToken(self._tokens.current())
        return fixed

    def close(self) -> None:
        """Give the connections back."""
        self._session.close()

    def read(
        self,
        name: str,
        read: Callable[[Any], Result],
        query: Mapping[str, Any] | None = None,
        body: Any = None,
        **ids: str,
    ) -> Result:
        """Ask the endpoint `name` of the registry and read its JSON with `read`; `ids` fill in its path.

        Raises the errors of `allegro.errors`; Unavailable also where `read` does not find what it needs.
        """
        endpoint = ENDPOINTS[name]
        answer = self._answer(Question(endpoint, endpoint.address(**ids), query or {}, body))
        try:
            return read(answer.document())
        except UNREADABLE as error:
            why = f"unreadable answer to {endpoint.path}: {type(error).__name__}"
            raise Unavailable(why, status=answer.status, trace_id=answer.trace_id) from None

    def _answer(self, question: Question) -> Answer:
        token = self._tokens.current()
        answer = self._ask(question, token)
        if answer.status == requests.codes.unauthorized:
            # Any refresh kills the old access token at once, so a 401 often only means "someone refreshed".
            answer = self._ask(question, self._tokens.renew(token))
        if answer.status == requests.codes.ok:
            return answer
        raise self._error(question, answer)

    def _ask(self, question: Question, token: str) -> Answer:
        """Send until something other than a passing failure comes back, at most 1 + RETRIES times."""
        for attempt in range(RETRIES):
            try:
                answer = self._send(question, token)
            except NoAnswer:
                pass
            else:
                if answer.status not in PASSING:
                    return answer
            _pause(attempt)
        return self._send(question, token)

    def _send(self, question: Question, token: str) -> Answer:
        """One attempt on the wire. Every one is counted against the budget, for Allegro counts every one."""
        endpoint = question.endpoint
        self._budget.spend(self._account_key, endpoint.limit)
        self.traffic.count(endpoint.name)
        try:
            with self._session.request(
                endpoint.method,
                settings.ALLEGRO_API_URL + question.path,
                params=question.query,
                auth=Bearer(token),
                timeout=TIMEOUT_SECONDS,
                allow_redirects=False,  # the API redirects nowhere, and a token must not travel to another host
                stream=True,
                **_content(question),
            ) as response:
                return Answer(response.status_code, _trace_id(response), _whole(endpoint, response))
        except requests.RequestException as error:
            raise NoAnswer(f"{endpoint.path}: {type(error).__name__}") from None

    def _error(self, question: Question, answer: Answer) -> AllegroError:
        kind = _kind(answer)
        if kind is RateLimited:
            self._budget.penalise()
        return kind(f"{question.endpoint.path}: HTTP {answer.status}", status=answer.status, trace_id=answer.trace_id)


class Resource:
    """What every group of resources is built on."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport


def _session() -> requests.Session:
    """Its adapters do not retry: urllib3's own attempts would pass the budget by."""
    session = requests.Session()
    session.headers.update(
        {
            # Compulsory since 1 July 2026, with the registered application's name (allegro-api issue 13126).
            "User-Agent": f"{settings.ALLEGRO_APP_NAME.replace(' ', '-')}/{VERSION} (+{settings.ALLEGRO_APP_URL})",
        }
    )
    return session


def _content(question: Question) -> dict[str, Any]:
    """Headers and body. A missing Accept has been answered with 404 (allegro-api issue 10804)."""
    headers = {"Accept": question.endpoint.media, "Accept-Language": question.endpoint.language}
    if question.body is None:
        return {"headers": headers}
    return {"headers": headers | {"Content-Type": question.endpoint.media}, "data": json.dumps(question.body)}


def _whole(endpoint: Endpoint, response: requests.Response) -> bytes:
    """The body, unpacked. Raises Unavailable once it is too large or takes too long."""
    deadline = time.monotonic() + LONGEST_ANSWER_SECONDS
    body = bytearray()
    for piece in response.iter_content(PIECE):
        body += piece
        if len(body) > LARGEST_ANSWER or time.monotonic() > deadline:
            why = f"{endpoint.path}: an answer of over {len(body)} bytes was broken off"
            raise Unavailable(why, status=response.status_code, trace_id=_trace_id(response))
    return bytes(body)


def _pause(attempt: int) -> None:
    """Exponential with full jitter, so that the workers that failed together do not come back together."""
    time.sleep(random.uniform(0, BACKOFF_SECONDS * 2**attempt))


def _kind(answer: Answer) -> type[AllegroError]:
    """Which error an answer is. What Allegro itself says comes as JSON; a page of HTML is from the edge before it."""
    match answer.status:
        case 401:
            return WrongEnvironment if OTHER_ENVIRONMENT in _auth_error(answer).lower() else Unauthorized
        case 403:
            # Without words of Allegro's it is the protection against bots (allegro-api issues 4681, 11313).
            return Forbidden if _says_why(answer) or _auth_error(answer) else Unavailable
        case 404:
            return Gone if _says_why(answer) else Unavailable
        case 429:
            return RateLimited
        case status:
            return Rejected if 400 <= status < 500 else Unavailable


def _says_why(answer: Answer) -> bool:
    """Whether Allegro itself answers, with its list of errors: a 404 from before it says nothing about an offer."""
    errors = _object(answer).get("errors")
    return isinstance(errors, list) and bool(errors)


def _auth_error(answer: Answer) -> str:
    """What the authorization layer says: its errors have a form of their own; "" where it is not the one speaking."""
    said = _object(answer)
    return f"{said['error']} {said.get('error_description', '')}" if "error" in said else ""


def _object(answer: Answer) -> dict[str, Any]:
    try:
        found = answer.document()
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _trace_id(response: requests.Response) -> str:
    return str(response.headers.get("trace-id", ""))[:64]
