"""What every request passes before its answer: faults, rate limit, headers, token, scope; and the world's lock."""

import re
import time
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec
from uuid import uuid4

from flask import Flask, Response, current_app, g, request
from werkzeug.exceptions import HTTPException

from allegro.simulator.answers import PUBLIC, ApiError, auth_error, errors, simulation
from allegro.simulator.faults import Fault
from allegro.simulator.oauth import Access
from allegro.simulator.validation import Refusal

P = ParamSpec("P")
View = Callable[P, Response]

# Name/version (+https://page), compulsory since July 2026 (allegro-api issue 13126).
USER_AGENT = re.compile(r"^[\w.-]+/[\w.+-]+ \(\+https?://[^\s)]+\)")


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
    if g.fault and g.fault.status != 200 and g.fault.body != "truncated":
        return _fault_answer(g.fault)
    simulation().lock.acquire()
    g.locked = True
    g.now = simulation().advance()
    return None


def _take_fault() -> Fault | None:
    if request.path.startswith("/_simulator/"):
        return None
    with simulation().lock:
        return simulation().faults.take(request.path)


def _fault_answer(fault: Fault) -> Response:
    if fault.body == "html":
        page = f"<html><head><title>{fault.status}</title></head><body><h1>{fault.status} Time-out</h1></body></html>"
        return Response(page, fault.status, content_type="text/html")
    if request.path.startswith("/auth/") or fault.status == 401:
        return auth_error(fault.status, *_AUTH_FAULTS.get(fault.status, ("server_error", "Internal error")))
    return errors(fault.status, *_FAULTS.get(fault.status, ("INTERNAL_SERVER_ERROR", "Timeout to the backend service")))


_AUTH_FAULTS = {
    400: ("invalid_grant", "Invalid refresh token"),
    401: ("invalid_token", "Cannot convert access token to JSON"),
    429: ("too_many_requests", "Too many requests"),
}
_FAULTS = {
    403: ("AccessDenied", "Access is denied"),
    404: ("OfferNotFoundException", "Offer not found"),
    429: ("TooManyRequests", "The limit of requests was exceeded. Try again later."),
    504: ("ServiceTimeoutException", "The service did not answer in time. Try again."),
}


def _leave(response: Response) -> Response:
    response.headers["trace-id"] = str(uuid4())
    fault: Fault | None = g.get("fault")
    if fault and (fault.body == "truncated" or (fault.status == 200 and fault.body == "html")):
        _spoil(response, fault)
    return response


def _spoil(response: Response, fault: Fault) -> None:
    """Cut the real answer in half, or put a web page where JSON was promised."""
    response.status_code = fault.status
    if fault.body == "html":
        response.set_data("<html><body>Service temporarily unavailable</body></html>")
        response.content_type = "text/html"
    else:
        whole = response.get_data()
        response.set_data(whole[: len(whole) // 2])


def _release(_: BaseException | None) -> None:
    if g.pop("locked", False):
        current_app.extensions["simulation"].lock.release()


def _api_error(error: ApiError) -> Response:
    return errors(error.status, error.code, error.message, error.path)


def _refusal(error: Refusal) -> Response:
    return errors(422, error.code, error.message, error.path)


def _http_error(error: HTTPException) -> Response:
    return errors(error.code or 500, error.name.replace(" ", ""), error.description or error.name)


def api(scope: str, media: str = PUBLIC) -> Callable[[View[P]], View[P]]:
    """Guard an API view: User-Agent, bearer token, rate limit of its client id, scope, Accept header, in this order.

    `media` is the type that Accept must name (beta resources have their own), and in which the answer goes out.
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
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    if kind.lower() != "bearer" or not token:
        return auth_error(401, "unauthorized", "Full authentication is required to access this resource")
    access = simulation().grants.check(token, int(g.now))
    if access is None:
        return auth_error(401, "invalid_token", "Access token expired or was replaced")
    g.access = access
    return None


def _refuse_client(scope: str) -> Response | None:
    """Refuse a known client that asks too often, for too much, or for another format."""
    access: Access = g.access
    if not simulation().rate_limit.admits(access.client_id):
        return errors(429, *_FAULTS[429])
    if scope not in access.scopes:
        return errors(403, "AccessDenied", f"Access is denied: the token lacks the scope {scope}")
    if g.media not in request.headers.get("Accept", ""):
        message = "Not acceptable representation requested. Please check 'Accept' request header"
        return errors(406, "NotAcceptableException", message)
    return None
