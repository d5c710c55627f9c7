"""Pieces of pages: what htmx asks for under a page's own address."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase
from django.utils.cache import patch_vary_headers

Answer = Callable[[HttpRequest], HttpResponseBase]
# What a view may read to choose between its page and a piece of it (htmx's reference, "Request Headers").
CHOOSING_HEADERS = ("HX-Request", "HX-Target", "HX-Boosted", "HX-History-Restore-Request")


def is_piece(request: HttpRequest) -> bool:
    """Whether htmx asks for a piece; links it boosts and pages it restores from the history need the whole page."""
    htmx = getattr(request, "htmx", None)
    return bool(htmx and not htmx.boosted and not htmx.history_restore_request)


def page_or_part(request: HttpRequest, name: str, part: str) -> str:
    """The template of the whole page, or only its partial `part` when htmx asks for a piece of it."""
    return f"{name}#{part}" if is_piece(request) else name


class PieceMiddleware:
    """Keeps pieces out of the browser's cache.

    A piece has the address of its page. A browser that kept it would show it, without header and style, to whoever
    comes back to the page with the back button.
    """

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer, and say what the answer depends on; a piece is to be stored nowhere."""
        response = self.get_response(request)
        if response.get("Content-Type", "").startswith("text/html"):
            patch_vary_headers(response, CHOOSING_HEADERS)
        if is_piece(request):
            response["Cache-Control"] = "private, no-store"
        return response
