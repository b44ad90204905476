"""Reading releases. They never change, so each process and Redis keep them by id."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache, partial
from typing import Any, TypeVar

import orjson
from django.core.cache import cache
from django.urls import reverse

from exams.models import Release
from exams.scoring import answer_points
from exams.snapshot import QuestionKey

T = TypeVar("T")

# Part of the Redis key: raise it when the shape of what is kept changes.
_SHAPE = 2
_KEPT_PER_PROCESS = 64


def kept(name: str, make: Callable[[], T], *, seconds: int | None) -> T:
    """Return what Redis keeps under the name, else make it and keep it."""
    found: T | None = cache.get(name)
    if found is None:
        found = make()
        cache.set(name, found, timeout=seconds)
    return found


@dataclass(frozen=True)
class ReleaseContent:
    """A release, ready for use: the public questions and the keys.

    Only what is frozen: a test's title or number may change and is read where it is
    shown.
    """

    id: int
    questions: Sequence[dict[str, Any]]
    keys: Sequence[QuestionKey]
    _payloads: dict[int, bytes] = field(default_factory=dict, compare=False)

    @cached_property
    def version(self) -> str:
        """Return what names exactly these public questions, and nothing of the keys.

        After a restore another release can have the same id. Browsers keep questions by
        their address for good, so the address needs a part that no other content has.
        """
        public = orjson.dumps(self.questions, option=orjson.OPT_SORT_KEYS)
        return hashlib.sha256(public).hexdigest()[:32]

    def questions_url(self, length: int) -> str:
        """Return where browsers get, and keep, the first ``length`` questions."""
        path = reverse("api:questions", kwargs={"release_id": self.id})
        return f"{path}?length={length}&v={self.version}"

    def payload(self, length: int) -> bytes:
        """Return the public JSON of the first ``length`` questions. No keys."""
        if length not in self._payloads:
            self._payloads[length] = orjson.dumps(
                {
                    "release": self.id,
                    "length": length,
                    "questions": self.questions[:length],
                }
            )
        return self._payloads[length]

    def verdict(self, question: int, choices: Sequence[int]) -> dict[str, Any]:
        """Return what a learner is told once an answer is committed."""
        key = self.keys[question]
        points = answer_points(key, choices)
        return {
            "question": question,
            "right": points == 1,
            "points": float(points),
            "key": key.right,
            "whys": key.whys,
            "explanation": key.explanation,
            "tip": key.tip,
            "reference": key.reference,
            "domain": key.domain_name,
        }


def _read(release_id: int) -> dict[str, Any]:
    release = Release.objects.only("questions", "keys").get(pk=release_id)
    return {"questions": release.questions, "keys": release.keys}


@lru_cache(maxsize=_KEPT_PER_PROCESS)
def release_content(release_id: int) -> ReleaseContent:
    """Return a release from this process, else Redis, else the database.

    Raise Release.DoesNotExist for an id that was never published.
    """
    # Redis may outlive the database: after a restore or a fresh start another release
    # can have the same id, but not the same moment.
    moment = Release.objects.values_list("published_at", flat=True).get(pk=release_id)
    name = f"release:{_SHAPE}:{release_id}:{moment.timestamp()}"
    data = kept(name, partial(_read, release_id), seconds=None)
    return ReleaseContent(
        id=release_id,
        questions=data["questions"],
        keys=[QuestionKey.from_dict(key) for key in data["keys"]],
    )
