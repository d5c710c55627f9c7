"""What every answer to a signed-in person has in common."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.utils import translation

Answer = Callable[[HttpRequest], HttpResponseBase]


class ReaderLanguageMiddleware:
    """The pages speak the language that a signed-in person chose, in whichever browser; the browser remembers it, so
    that the page after signing out speaks it too."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer in the person's language; without a choice of theirs the browser's stays."""
        chosen = getattr(request.user, "language", "")
        if chosen not in dict(settings.LANGUAGES):
            return self.get_response(request)
        translation.activate(chosen)
        request.LANGUAGE_CODE = translation.get_language() or chosen
        response = self.get_response(request)
        chosen = getattr(request.user, "language", "") or chosen
        if request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME) != chosen:
            response.set_cookie(
                settings.LANGUAGE_COOKIE_NAME,
                chosen,
                max_age=settings.LANGUAGE_COOKIE_AGE,
                secure=settings.LANGUAGE_COOKIE_SECURE,
                samesite="Lax",
            )
        return response
