"""Request logging without secrets: no query strings (OAuth codes, searches) and no one-time keys in paths."""

import re

from django.http import HttpRequest
from django_structlog.middlewares import RequestMiddleware

# allauth's links: /accounts/confirm-email/KEY/ and /accounts/password/reset/key/UID-KEY/; ours: /invitations/TOKEN/
ONE_TIME_KEY = re.compile(r"(/accounts/(?:confirm-email|password/reset/key)/|/invitations/)[^/]+")


def without_one_time_key(address: str) -> str:
    """The address or path with the key of a confirmation or password link hidden."""
    return ONE_TIME_KEY.sub(r"\1[hidden]", address)


class RequestLogMiddleware(RequestMiddleware):
    """django-structlog's middleware, logging the path only."""

    @staticmethod
    def format_request(request: HttpRequest) -> str:
        """Method and path, one-time keys hidden."""
        return f"{request.method} {without_one_time_key(request.path)}"
