"""Error reports without secrets: what leaves for Sentry carries no query strings, headers, cookies or one-time keys."""

from typing import Any

import sentry_sdk
from sentry_sdk.types import Event, Hint

from config.middleware import without_one_time_key

# OAuth codes come in the query string of our callback, tokens in headers; neither helps to understand an error.
DROPPED_FROM_REQUEST = ("query_string", "headers", "cookies", "data", "env")


def report_to(dsn: str, **options: Any) -> None:
    """Send unhandled errors to Sentry at `dsn`; local variables are not sent, because they may hold tokens."""
    sentry_sdk.init(
        dsn=dsn,
        data_collection={
            "user_info": False,
            "cookies": {"mode": "off"},
            "http_headers": {"request": {"mode": "off"}},
            "http_bodies": [],
            "url_query_params": {"mode": "off"},
            "database_query_data": False,
            "queues": False,
            "stack_frame_variables": False,
        },
        max_breadcrumbs=0,
        before_send=without_secrets,
        **options,
    )


def without_secrets(event: Event, _hint: Hint) -> Event:
    """The event with its request reduced to method and path."""
    request = event.get("request")
    if request is not None:
        for key in DROPPED_FROM_REQUEST:
            request.pop(key, None)
        request["url"] = without_one_time_key(str(request.get("url", "")).partition("?")[0])
    return event
