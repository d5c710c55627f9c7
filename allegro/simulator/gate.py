"""What every request passes before its answer: faults, headers, token, limits, scope; and the world's lock."""

import re
import time
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec
from uuid import uuid4

from flask import Flask, Response, current_app, g, request
from werkzeug.exceptions import HTTPException

from allegro.simulator.accounts import Accounts
from allegro.simulator.answers import PUBLIC, ApiError, answer, auth_error, errors, simulation
from allegro.simulator.fault_answers import answer_instead, refused_for_now, spoil
from allegro.simulator.faults import Fault
from allegro.simulator.oauth import Access
from allegro.simulator.validation import Refusal

P = ParamSpec("P")
View = Callable[P, Response]

# Name/version (+https://page), compulsory since July 2026 (allegro-api issue 13126).
USER_AGENT = re.compile(r"^[\w.-]+/[\w.+-]+ \(\+https?://[^\s)]+\)")
OFFERS_WRITE = "allegro:api:sale:offers:write"
ANY_TOKEN = ""  # the scope of what every token may read


def install(app: Flask) -> None:
    """Put the gate before and behind every request of the application."""
    app.before_request(_enter)
    app.after_request(_leave)
    app.teardown_request(_release)
    app.register_error_handler(ApiError, _api_error)
    app.register_error_handler(Refusal, _refusal)
    app.register_error_handler(HTTPException, _http_error)


def _enter() -> Response | None:
    g.fault = _take_fault()
    if g.fault and g.fault.delay_seconds:
        time.sleep(g.fault.delay_seconds)
    if g.fault and g.fault.replaces:
        return answer_instead(g.fault)
    _lock()
    return None


def _lock() -> None:
    simulation().lock.acquire()
    g.locked = True
    g.now = simulation().advance()


def _take_fault() -> Fault | None:
    if request.path.startswith(("/_simulator/", "/panel/")):
        return None
    with simulation().lock:
        fault = simulation().faults.take(request.method, request.path)
        if fault and fault.penalty_seconds:
            access = simulation().grants.access.get(_bearer())
            simulation().rate_limit.punish(access.client_id if access else "", fault.penalty_seconds)
        return fault


def _bearer() -> str:
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    return token if kind.lower() == "bearer" else ""


def _leave(response: Response) -> Response:
    response.headers["trace-id"] = str(uuid4())
    access: Access | None = g.get("access")
    if access and response.status_code >= 400 and not g.get("refused"):
        limit = simulation().rate_limit
        limit.weigh_failure(request.method, request.path, access.client_id, access.account_id)
    fault: Fault | None = g.get("fault")
    if fault and fault.spoils:
        spoil(response, fault)
    return response


def _release(_: BaseException | None) -> None:
    if g.pop("locked", False):
        current_app.extensions["simulation"].lock.release()


def _api_error(error: ApiError) -> Response:
    return errors(error.status, error.code, error.message, error.path)


def _refusal(error: Refusal) -> Response:
    return answer({"errors": [found.document() for found in (error, *error.others)]}, 422)


def _http_error(error: HTTPException) -> Response:
    return errors(error.code or 500, error.name.replace(" ", ""), error.description or error.name)


def api(scope: str, media: str = PUBLIC) -> Callable[[View[P]], View[P]]:
    """Guard an API view: User-Agent, bearer token, rate limit of its client id, scope, Accept header, in this order.

    An empty scope admits any token. `media` is the type that Accept must name (beta resources have their own), and in
    which the answer goes out.
    """

    def guard(view: View[P]) -> View[P]:
        @wraps(view)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> Response:
            g.media = media
            return _refuse_stranger() or _refuse_client(scope) or view(*args, **kwargs)

        return guarded

    return guard


def _refuse_stranger() -> Response | None:
    """Refuse a caller without a proper name or a live token."""
    if not USER_AGENT.match(request.headers.get("User-Agent", "")):
        return errors(
            403, "InvalidUserAgent", "User-Agent must be Name/version (+https://page); library defaults are refused."
        )
    token = _bearer()
    if not token:
        return auth_error(401, "unauthorized", "Full authentication is required to access this resource")
    access = simulation().grants.check(token, int(g.now))
    if access is None and not simulation().grants.made_here(token):
        # What a token of the other environment gets, or one that is none (allegro-api issue 1806).
        return auth_error(401, "invalid_token", "Cannot convert access token to JSON")
    if access is None:
        return auth_error(401, "invalid_token", "Access token expired or was replaced")
    g.access = access
    return None


def _refuse_client(scope: str) -> Response | None:
    """Refuse a known client that asks too often, for too much, or for another format."""
    access: Access = g.access
    if not _admitted(access):
        g.refused = True
        return refused_for_now()
    if scope and scope not in access.scopes:
        return errors(403, "AccessDenied", f"Access is denied: the token lacks the scope {scope}")
    if scope == OFFERS_WRITE and simulation().world.of(Accounts).blocked(access.account_id):
        return errors(403, "AccessDenied", "Access is denied: the sales of this account are blocked")
    if g.media not in request.headers.get("Accept", ""):
        message = "Not acceptable representation requested. Please check 'Accept' request header"
        return errors(406, "NotAcceptableException", message)
    return None


def _admitted(access: Access) -> bool:
    """Count the request, and wait where a resource slows down instead of refusing; return whether to answer it."""
    limit = simulation().rate_limit
    if not limit.admits(access.client_id):
        return False
    seconds = limit.wait(request.method, request.path, access.client_id, access.account_id)
    if seconds:
        _release(None)
        time.sleep(seconds)
        _lock()
    return seconds is not None
