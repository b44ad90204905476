"""Whether this process lives, and whether it can serve: for balancers and operators."""

import functools
import logging
from collections.abc import Callable

from django.core.cache import cache
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

logger = logging.getLogger(__name__)


class NotReady(Exception):
    """A part answers, but not with what we need."""


@never_cache
@require_safe
def livez(request: HttpRequest) -> JsonResponse:
    """The process answers. Nothing else is asked, so a restart is never its remedy."""
    return JsonResponse({"status": "ok"})


@never_cache
@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    """All that a page needs answers; 503 names what does not, the log says why."""
    checks = {name: passes(name, check) for name, check in CHECKS.items()}
    ready = all(checks.values())
    words = {name: "ok" if passed else "failed" for name, passed in checks.items()}
    return JsonResponse(
        {"status": "ok" if ready else "unavailable", "checks": words},
        status=200 if ready else 503,
    )


def passes(name: str, check: Callable[[], None]) -> bool:
    try:
        check()
    except Exception:
        # Whatever it is, the answer is 503 and not a traceback.
        logger.exception("Not ready: the %s check failed", name)
        return False
    return True


def check_database() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


@functools.cache
def check_migrations() -> None:
    """Raise while migrations wait. Only success is remembered: it lasts."""
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        raise NotReady("Migrations have not been applied.")


def check_cache() -> None:
    key = "readyz"
    cache.set(key, "ok", timeout=10)
    if cache.get(key) != "ok":
        raise NotReady("The cache did not return what was stored.")


CHECKS: dict[str, Callable[[], None]] = {
    "database": check_database,
    "migrations": check_migrations,
    "cache": check_cache,
}
