"""What goes out when an answer is told to fail: Allegro's errors, pages of the edge in front of it, and less."""

from flask import Response, request

from allegro.simulator.answers import auth_error, errors, simulation
from allegro.simulator.faults import Fault
from allegro.simulator.serving import CUT, DROPPED, ENDING

_AUTH_ERRORS = {
    400: ("invalid_grant", "Invalid refresh token"),
    401: ("invalid_token", "Cannot convert access token to JSON"),
    429: ("too_many_requests", "Too many requests"),
}
_ERRORS = {
    403: ("AccessDenied", "Access is denied"),
    404: ("OfferNotFoundException", "Offer not found"),
    429: ("TooManyRequests", "The limit of requests was exceeded. Try again later."),
    503: ("ServiceUnavailable", "The service is temporarily unavailable."),
    504: ("ServiceTimeoutException", "The service did not answer in time. Try again."),
}
_BOT_PAGE = (
    "<html><head><title>allegro.pl</title></head><body><h1>You have been blocked</h1>"
    '<p>Zostałeś zablokowany. Potwierdź, że nie jesteś robotem.</p><div id="captcha"></div></body></html>'
)


def answer_instead(fault: Fault) -> Response:
    """Return what a request gets that nobody looked at."""
    if fault.body == "drop":
        return Response(headers={ENDING: DROPPED})
    if fault.body == "redirect":
        target = f"{simulation().image_base}/auth/oauth/login"
        return Response("", fault.status, headers={"Location": target}, content_type="text/html")
    if fault.body == "bot":
        return Response(_BOT_PAGE, fault.status, content_type="text/html;charset=UTF-8")
    if fault.body == "html":
        page = f"<html><head><title>{fault.status}</title></head><body><h1>{fault.status} Time-out</h1></body></html>"
        return Response(page, fault.status, content_type="text/html")
    if request.path.startswith("/auth/") or fault.status == 401:
        return auth_error(fault.status, *_AUTH_ERRORS.get(fault.status, ("server_error", "Internal error")))
    unknown = ("INTERNAL_SERVER_ERROR", "Timeout to the backend service")  # allegro-api issue 3026
    return errors(fault.status, *_ERRORS.get(fault.status, unknown))


def refused_for_now() -> Response:
    """Return the answer of every limit."""
    return errors(429, *_ERRORS[429])


def spoil(response: Response, fault: Fault) -> None:
    """Leave of the true answer what the fault leaves: half, nothing, or a web page where JSON was promised."""
    if fault.body == "html":
        response.set_data("<html><body>Service temporarily unavailable</body></html>")
        response.content_type = "text/html"
    elif fault.body in {"cut", "lost"}:
        response.headers[ENDING] = CUT if fault.body == "cut" else DROPPED
    else:
        response.status_code = fault.status
        whole = response.get_data()
        response.set_data(b"" if fault.body == "empty" else whole[: len(whole) // 2])
