"""Reading releases. They never change, so each process and Redis keep them by id."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Any

import orjson
from django.core.cache import cache

from exams.models import Release
from exams.scoring import answer_points
from exams.snapshot import QuestionKey

# Part of the Redis key: raise it when the shape of what is kept changes.
_SHAPE = 1
_KEPT_PER_PROCESS = 64


@dataclass(frozen=True)
class ReleaseContent:
    """A release, ready for use: titles, the public questions and the keys.

    ``number`` is the test's, 0 for the samples.
    """

    id: int
    number: int
    certification: str
    test: str
    questions: Sequence[dict[str, Any]]
    keys: Sequence[QuestionKey]
    _payloads: dict[int, bytes] = field(default_factory=dict, compare=False)

    @cached_property
    def title(self) -> str:
        return f"{self.certification}, {self.test}"

    def payload(self, length: int) -> bytes:
        """Return the public JSON of the first ``length`` questions. No keys."""
        if length not in self._payloads:
            self._payloads[length] = orjson.dumps(
                {
                    "release": self.id,
                    "length": length,
                    "certification": self.certification,
                    "test": self.test,
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
    release = Release.objects.select_related("test__certification").get(pk=release_id)
    return {
        "number": release.test.number,
        "certification": release.test.certification.short_name,
        "test": release.test.title,
        "questions": release.questions,
        "keys": release.keys,
    }


@lru_cache(maxsize=_KEPT_PER_PROCESS)
def release_content(release_id: int) -> ReleaseContent:
    """Return a release from this process, else Redis, else the database.

    Raise Release.DoesNotExist for an id that was never published.
    """
    name = f"release:{_SHAPE}:{release_id}"
    data = cache.get(name)
    if data is None:
        data = _read(release_id)
        cache.set(name, data, timeout=None)
    return ReleaseContent(
        id=release_id,
        number=data["number"],
        certification=data["certification"],
        test=data["test"],
        questions=data["questions"],
        keys=[QuestionKey.from_dict(key) for key in data["keys"]],
    )
