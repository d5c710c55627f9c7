"""What every answer to a signed-in person has in common."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.utils import translation

Answer = Callable[[HttpRequest], HttpResponseBase]


class ReaderMiddleware:
    """The pages speak the language that a signed-in person chose, in whichever browser; the browser remembers it, so
    that the page after signing out speaks it too. And after signing out the back button shows nothing any more."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer in the person's language; without a choice of theirs the browser's stays."""
        was_signed_in = request.user.is_authenticated
        chosen = _language(request)
        if chosen:
            translation.activate(chosen)
            request.LANGUAGE_CODE = translation.get_language() or chosen
        response = self.get_response(request)
        if was_signed_in and not request.user.is_authenticated:
            response["Clear-Site-Data"] = '"cache"'
        _remember(request, response, _language(request) or chosen)
        return response


def _language(request: HttpRequest) -> str:
    """What the signed-in person chose, "" without a choice or a person."""
    chosen = getattr(request.user, "language", "")
    return chosen if chosen in dict(settings.LANGUAGES) else ""


def _remember(request: HttpRequest, response: HttpResponseBase, language: str) -> None:
    if not language or request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME) == language:
        return
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        language,
        max_age=settings.LANGUAGE_COOKIE_AGE,
        secure=settings.LANGUAGE_COOKIE_SECURE,
        samesite="Lax",
    )
