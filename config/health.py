"""`/healthz` (the process lives) and `/readyz` (it can serve): answered before hosts, sessions or redirects matter."""

from collections.abc import Callable
from pathlib import Path

import redis
from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone

from accounts.models import SellerAccount


class HealthMiddleware:
    """First in the chain, because a platform's prober knows neither our host name nor https."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path == "/healthz":
            return JsonResponse({"status": "ok"})
        if request.path == "/readyz":
            return readyz(request)
        return self.get_response(request)


def readyz(_request: HttpRequest) -> JsonResponse:
    """200 when all checks pass, else 503; the body names each check with "ok" or what is wrong."""
    checks = {name: check() for name, check in CHECKS.items()}
    ready = all(result == "ok" for result in checks.values())
    return JsonResponse({"ready": ready, "checks": checks}, status=200 if ready else 503)


def check_database() -> str:
    """Reachable, and every migration applied: code ahead of its schema must get no traffic."""
    try:
        executor = MigrationExecutor(connection)
        plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except DatabaseError:
        return "unreachable"
    return "migrations pending" if plan else "ok"


def check_redis() -> str:
    """Whether the broker and cache answer within a second."""
    try:
        with redis.Redis.from_url(settings.REDIS_URL, socket_timeout=1, socket_connect_timeout=1) as client:
            client.ping()
    except redis.RedisError:
        return "unreachable"
    return "ok"


def check_sync() -> str:
    """Whether some connected account has waited far past its time: then no worker or no beat is running."""
    try:
        oldest = SellerAccount.oldest_due()
    except DatabaseError:
        return "unknown"
    if oldest is None or timezone.now() - oldest < settings.SYNC_OVERDUE_AFTER:
        return "ok"
    return f"overdue since {oldest.isoformat()}"


def check_start() -> str:
    """Whether whoever supervises the start (such as `make demo`) has said that it is complete."""
    return "ok" if not settings.READY_FILE or Path(settings.READY_FILE).exists() else "starting"


CHECKS: dict[str, Callable[[], str]] = {
    "database": check_database,
    "redis": check_redis,
    "sync": check_sync,
    "start": check_start,
}
