"""A cache that may be away: then nothing is found, nothing is kept, nobody waits.

django-redis can ignore errors by itself, but its ``add`` then says that somebody else
holds the key, so that limits refuse everybody, and every call waits for the time-out.
"""

import functools
import logging
import threading
import time
from collections.abc import Iterable, Mapping
from typing import Any

from django_redis.cache import RedisCache
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)

# After a failure the server is left alone this long.
REST_SECONDS = 5
# So many stale keys are remembered; more of them, and the whole cache is emptied.
MOST_STALE = 10_000

_AWAY = object()


class Outage:
    """What this process knows of a server that failed it.

    ``stale`` are the keys that could not be written or deleted: the server may come
    back with what it had, say with a session that was ended meanwhile.
    """

    def __init__(self) -> None:
        self.rests_until = 0.0
        self.stale: set[str] = set()
        self.lock = threading.Lock()


@functools.cache
def outage_of(server: str) -> Outage:
    # Django makes a cache object per thread; they share what one of them found out.
    return Outage()


class ForgivingRedisCache(RedisCache):
    """While Redis is away, reading finds nothing and writing does nothing.

    ``clear`` still raises: whoever empties a cache relies on it.
    """

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        super().__init__(server, params)
        self._outage = outage_of(server)

    def get(
        self,
        key: str,
        default: Any = None,
        version: int | None = None,
        client: Any = None,
    ) -> Any:
        return self._try("get", key, default, version, client, otherwise=default)

    def get_many(self, *args: Any, **kwargs: Any) -> Any:
        return self._try("get_many", *args, otherwise={}, **kwargs)

    def has_key(self, *args: Any, **kwargs: Any) -> Any:
        return self._try("has_key", *args, otherwise=False, **kwargs)

    def add(self, *args: Any, **kwargs: Any) -> Any:
        # True: nobody else has it, so a lock is free and a count begins.
        return self._try("add", *args, otherwise=True, **kwargs)

    def incr(self, key: str, *args: Any, **kwargs: Any) -> Any:
        count = self._try("incr", key, *args, otherwise=None, **kwargs)
        if count is None:
            raise ValueError(f"Key {key!r} not found")  # As for any miss.
        return count

    def decr(self, key: str, *args: Any, **kwargs: Any) -> Any:
        count = self._try("decr", key, *args, otherwise=None, **kwargs)
        if count is None:
            raise ValueError(f"Key {key!r} not found")
        return count

    def touch(self, *args: Any, **kwargs: Any) -> Any:
        return self._try("touch", *args, otherwise=False, **kwargs)

    # --- what must not be there as it was when Redis is back --------------------------

    def set(self, key: str, *args: Any, **kwargs: Any) -> Any:
        return self._write("set", [key], key, *args, **kwargs)

    def set_many(self, data: Mapping[str, Any], *args: Any, **kwargs: Any) -> Any:
        # What it returns are the keys that failed.
        return self._write("set_many", list(data), data, *args, **kwargs) or []

    def delete(self, key: str, *args: Any, **kwargs: Any) -> Any:
        return self._write("delete", [key], key, *args, **kwargs)

    def delete_many(self, keys: Iterable[str], *args: Any, **kwargs: Any) -> Any:
        keys = list(keys)
        return self._write("delete_many", keys, keys, *args, **kwargs)

    def _write(self, name: str, keys: list[str], *args: Any, **kwargs: Any) -> Any:
        done = self._try(name, *args, otherwise=_AWAY, **kwargs)
        if done is not _AWAY:
            return done
        version = kwargs.get("version")
        with self._outage.lock:
            if len(self._outage.stale) <= MOST_STALE:
                self._outage.stale |= {
                    self.client.make_key(key, version=version) for key in keys
                }
        return False

    # --- resting and coming back ------------------------------------------------------

    def _try(self, name: str, *args: Any, otherwise: Any, **kwargs: Any) -> Any:
        if time.monotonic() < self._outage.rests_until:
            return otherwise
        try:
            if self._outage.stale:
                self._forget_stale()
            return getattr(super(), name)(*args, **kwargs)
        except (RedisError, OSError):
            self._outage.rests_until = time.monotonic() + REST_SECONDS
            logger.warning(
                "The cache is away; doing without it for %s seconds.",
                REST_SECONDS,
                exc_info=True,
            )
            return otherwise

    def _forget_stale(self) -> None:
        with self._outage.lock:
            stale = self._outage.stale
            if len(stale) > MOST_STALE:
                super().clear()
            elif stale:
                super().delete_many(list(stale))
            stale.clear()
