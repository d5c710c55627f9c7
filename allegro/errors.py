"""What can go wrong between us and Allegro: one class for each thing that a caller does differently about.

`code` is stable: it is stored with runs, looked up for the seller's message (`allegro.messages`) and in the runbook.
"""


class AllegroError(Exception):
    """Base of all; carries what support asks for. Never put a token or a body into the message."""

    code = "allegro_error"

    def __init__(self, message: str = "", *, status: int | None = None, trace_id: str = "") -> None:
        super().__init__(message or self.code)
        self.status = status
        self.trace_id = trace_id


class Unavailable(AllegroError):
    """No usable answer: network, time-out, 5xx, HTML in place of JSON, a cut body. Try again later; nothing is lost."""

    code = "unavailable"


class RateLimited(AllegroError):
    """429, or the minute of silence that follows one. The whole client id waits."""

    code = "rate_limited"


class Unauthorized(AllegroError):
    """401 although the grant was renewed just now: trouble at Allegro or the wrong environment; never a disconnect."""

    code = "unauthorized"


class WrongEnvironment(Unauthorized):
    """401 "Cannot convert access token to JSON": a token of another environment (sandbox, production).

    Allegro answers so during trouble as well (allegro-api issue 1806), so the grant is kept.
    """

    code = "wrong_environment"


class ReconnectRequired(AllegroError):
    """The grant is dead (invalid_grant): only the seller can make a new one."""

    code = "reconnect_required"


class Forbidden(AllegroError):
    """403 from Allegro itself: a scope is missing, or a passing fault on its side (allegro-api issue 12760)."""

    code = "forbidden"


class Gone(AllegroError):
    """404: archived, deleted or never there; Allegro does not say which."""

    code = "gone"


class Rejected(AllegroError):
    """400, 406, 422: we asked wrongly. Asking again will not help."""

    code = "rejected"


class IncompleteRead(AllegroError):
    """A list was read to its end, but rows moved meanwhile or lie out of reach: what was not seen may be there."""

    code = "incomplete_read"


class CodeRefused(AllegroError):
    """The authorization code was used before, expired (it lives 10 seconds) or belongs to another request."""

    code = "code_refused"


class NotConfigured(AllegroError):
    """ALLEGRO_CLIENT_ID or ALLEGRO_CLIENT_SECRET is not set in this installation."""

    code = "not_configured"
